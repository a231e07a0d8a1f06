"""GATv2's attention, whole: scores, softmax and weighted sum, a stretch of inboxes at a time.

The score of an edge needs the sum of two feature vectors, so [E, H, C] numbers have to exist, but never all
at once. With the edges sorted by target, a piece that ends where an inbox ends can be scored, weighed and
summed while it is in the cache. On the way back it is made again (as FlashAttention does for dense
attention: Dao et al., 2022). What is kept of an edge is one number a head.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn_lib.adjacency import Adjacency, Bags
from gnn_lib.aggregate import sum_bags
from gnn_lib.attention import exp_limit, segment_max, times_steepness

# The vectors of a piece have about this many numbers in all.
_PIECE = 2**20


def attend_pairs(
    adjacency: Adjacency,
    values: Tensor,
    listeners: Tensor,
    att: Tensor,
    negative_slope: float = 0.2,
    keep: Tensor | None = None,
) -> Tensor:
    """GATv2's attention: out_i = sum over j -> i of alpha_ji values_j, for each head.

    alpha = softmax over i's inbox of att . LeakyReLU(values_j + listeners_i). values [N, H, C], listeners
    [M, H, C], att [1, H, C] -> [M, H, C]. `keep` [E, H], in the order of the edges, multiplies alpha
    (dropout on attention). Unlike GAT's, this score can rank the same sources differently for different
    targets.
    """
    out: Tensor = _PairAttention.apply(  # type: ignore[no-untyped-call]
        values, listeners, att, keep, adjacency, negative_slope
    )
    return out


def columns(att: Tensor) -> Tensor:
    """att [1, H, C] as a matrix [H * C, H]: all heads' products with their own part of it in one go."""
    matrix: Tensor = torch.block_diag(*att[0].unsqueeze(2))  # type: ignore[no-untyped-call]
    return matrix


class _PairAttention(torch.autograd.Function):
    """Heads lie side by side, in rows of H * C numbers; a matrix of ones goes from there to [E, H] and back.

    Write l_j, r_i for the two vectors, z = l_j + r_i, e = exp(att . LeakyReLU(z)), n_i for the sum of e over
    i's inbox, k for `keep`, G for the gradient of out divided by n. An edge's agreement k G_i . l_j, less
    the usual one of its inbox (the mean, weighed by e), gives the gradient of its score, d, and that of z,
    dz = d att LeakyReLU'(z):

        d = e (k G_i . l_j - (sum_j e k G_i . l_j) / n_i)
        dr_i = sum_j dz
        dl_j = sum_i dz + e k G_i
        d att = sum over all edges of d LeakyReLU(z)
    """

    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        listeners: Tensor,
        att: Tensor,
        keep: Tensor | None,
        adjacency: Adjacency,
        slope: float,
    ) -> Tensor:
        bags, L, R = adjacency.by_target, values.flatten(1).contiguous(), listeners.flatten(1).contiguous()
        keep = None if keep is None else keep.index_select(0, bags.order)
        to_heads, to_rows = columns(att), columns(torch.ones_like(att)).t()
        exps, norm = values.new_empty(len(bags.ids), att.size(1)), values.new_ones(listeners.shape[:2])
        out = values.new_zeros(listeners.shape)
        for nodes, edges, inbox in _pieces(bags, R.size(1)):
            spoken = L.index_select(0, bags.ids[edges])
            z = R.index_select(0, bags.owner[edges]).add_(spoken)
            e = _exp(torch.mm(F.leaky_relu_(z, slope), to_heads), inbox)
            exps[edges], norm[nodes] = e, sum_bags(inbox, e)
            spoken *= torch.mm(e if keep is None else e * keep[edges], to_rows)
            out[nodes] = sum_bags(inbox, spoken).view_as(out[nodes])
        norm.masked_fill_(norm == 0, 1.0)  # an empty inbox
        ctx.adjacency, ctx.slope = adjacency, slope
        ctx.save_for_backward(L, R, att, keep, exps, norm)
        return out.div_(norm[:, :, None])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        L, R, att, keep, exps, norm = ctx.saved_tensors
        bags, to_rows, ones = ctx.adjacency.by_target, columns(att).t(), columns(torch.ones_like(att))
        G = (grad / norm[:, :, None]).flatten(1)
        d_values, d_listeners = torch.zeros_like(L), torch.zeros_like(R)
        d_att = torch.zeros_like(ones)
        for nodes, edges, inbox in _pieces(bags, R.size(1)):
            source, target, e = bags.ids[edges], bags.owner[edges], exps[edges]
            spoken, upstream = L.index_select(0, source), G.index_select(0, target)
            z = R.index_select(0, target).add_(spoken)
            agreement = torch.mm(spoken.mul_(upstream), ones)
            if keep is not None:
                agreement *= keep[edges]
            usual = sum_bags(inbox, e * agreement).div_(norm[nodes])
            d_score = agreement.sub_(usual.index_select(0, inbox.owner)).mul_(e)
            flow = times_steepness(torch.mm(d_score, to_rows), z, ctx.slope)
            d_listeners[nodes] = sum_bags(inbox, flow)
            d_att.addmm_(F.leaky_relu_(z, ctx.slope).t(), d_score)
            flow.addcmul_(upstream, torch.mm(e if keep is None else e * keep[edges], ones.t()))
            d_values.scatter_add_(0, source.long()[:, None].expand_as(flow), flow)
        own_part = d_att.view(*att.shape[1:], -1).diagonal(dim1=0, dim2=2).t()[None]
        return d_values.view(-1, *att.shape[1:]), d_listeners.view_as(grad), own_part, None, None, None


class _Piece(NamedTuple):
    """Some nodes in a row, the edges that arrive at them, and these edges as bags of their own."""

    nodes: slice
    edges: slice
    inbox: Bags


def _pieces(bags: Bags, width: int) -> Iterator[_Piece]:
    """All inboxes, as many at a time as have edges enough for one piece of vectors of `width` numbers."""
    E, M = bags.ids.numel(), bags.ptr.numel() - 1
    marks = torch.arange(0, E, max(1, _PIECE // max(1, width)), dtype=bags.ptr.dtype, device=bags.ptr.device)
    cuts = sorted({*torch.searchsorted(bags.ptr, marks).tolist(), M})
    ends = bags.ptr[cuts].tolist()
    numbers = torch.arange(E, dtype=bags.ids.dtype, device=bags.ids.device)
    for (first, last), (start, end) in zip(pairwise(cuts), pairwise(ends), strict=True):
        if start < end:
            edges, ids = slice(start, end), numbers[: end - start]
            ptr, owner = bags.ptr[first : last + 1] - start, bags.owner[edges] - first
            yield _Piece(slice(first, last), edges, Bags(ptr, ids, owner, ids))


def _exp(scores: Tensor, inbox: Bags) -> Tensor:
    """exp of the scores [E, H]; where that could be too much, the highest of each inbox is taken off before.

    A softmax doesn't notice: what is taken off cancels out.
    """
    low, high = scores.aminmax()
    limit = exp_limit(scores.dtype)
    if not (-limit <= float(low) and float(high) <= limit):
        scores -= segment_max(inbox, scores).index_select(0, inbox.owner)
    return scores.exp_()
