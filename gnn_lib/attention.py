"""Attention over the inbox: a softmax among the edges that arrive at the same node.

Three pieces. `softmax` turns any scores into weights that sum to 1 over each inbox. `attend` is the
whole of GAT's attention in one call: its score is a sum of one number from the source and one from
the target, and that allows a backward pass which never forms an edge's dot product (see
`_AdditiveAttention`). `pair_scores` is GATv2's score, which needs the sum of both feature vectors for
every edge, and takes it piece by piece in the cache.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn_lib.adjacency import Adjacency, Bags
from gnn_lib.aggregate import heads_at_once, pieces, spread, stack, sum_bags
from gnn_lib.validate import check_features

_SPAN = 40.0  # exp(-40) is 4e-18: as exact in float32 as any other number


def softmax(adjacency: Adjacency, scores: Tensor) -> Tensor:
    """alpha_e = exp(s_e) / sum of exp(s_f) over all edges f with e's target.

    scores [E] or [E, H], in the order of the edges, as is the result.

    >>> inbox = Adjacency(torch.tensor([[0, 1, 1], [2, 2, 0]]), num_sources=3)
    >>> softmax(inbox, torch.tensor([0.0, 0.0, 7.0])).tolist()
    [0.5, 0.5, 1.0]
    """
    check_features(scores, adjacency.num_edges, "scores", "edge")
    rows = scores[:, None] if scores.dim() == 1 else scores
    alpha: Tensor = _Softmax.apply(rows, adjacency)  # type: ignore[no-untyped-call]
    return alpha.reshape(scores.shape)


class _Softmax(torch.autograd.Function):
    """scores [E, H]."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, adjacency: Adjacency) -> Tensor:
        highest = _segment_max(adjacency.by_target, scores.index_select(0, adjacency.by_target.order))
        alpha = scores.sub(highest.index_select(0, adjacency.targets)).exp_()
        total = sum_bags(adjacency.incidence.by_target, alpha)
        alpha /= total.index_select(0, adjacency.targets)
        ctx.adjacency = adjacency
        ctx.save_for_backward(alpha)
        return alpha

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (alpha,), adjacency = ctx.saved_tensors, ctx.adjacency
        flow = alpha * grad
        inbox = sum_bags(adjacency.incidence.by_target, flow)
        return flow.addcmul_(alpha, inbox.index_select(0, adjacency.targets), value=-1), None


def attend(
    adjacency: Adjacency,
    values: Tensor,
    at_source: Tensor,
    at_target: Tensor,
    negative_slope: float = 0.2,
    keep: Tensor | None = None,
) -> Tensor:
    """GAT's attention: out_i = sum over j -> i of alpha_ji values_j, for each head.

    alpha = softmax over i's inbox of LeakyReLU(at_source_j + at_target_i). values [N, H, C], at_source
    and at_target [N, H] -> [N, H, C]. `keep` [E, H], in the order of the edges, multiplies alpha
    (dropout on attention). Nothing of size [E, C] is made, nor kept for the backward pass.
    """
    out: Tensor = _AdditiveAttention.apply(  # type: ignore[no-untyped-call]
        values, at_source, at_target, keep, adjacency, negative_slope
    )
    return out


class _AdditiveAttention(torch.autograd.Function):
    """One head at a time, so that its [E] numbers stay in the cache.

    Write u_j, v_i for the two halves of the score, G for the gradient of out, k for `keep`, and
    z = u_j + v_i, alpha = exp(LeakyReLU(z) - m_i) / s_i (m the highest score of an inbox, s what the
    exponentials sum to), beta = alpha * LeakyReLU'(z). The usual backward pass forms
    d alpha_ji = k G_i . h_j for every edge. Only its sums are needed, and they can be pulled apart;
    with c_i = G_i . out_i:

        dv_i = sum_j beta (k G_i . h_j - c_i) = G_i . (sum_j beta k h_j) - c_i sum_j beta
        du_j = sum_i beta (k G_i . h_j - c_i) = h_j . (sum_i beta k G_i) - sum_i beta c_i
        dh_j = sum_i alpha k G_i

    All of these are sums over bags, and dividing G and c by s once for each node saves doing so for each
    edge. What is kept of an edge is one number a head: exp(LeakyReLU(z) - m_i), negative where z is, so
    that it holds both alpha and beta.
    """

    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        at_source: Tensor,
        at_target: Tensor,
        keep: Tensor | None,
        adjacency: Adjacency,
        slope: float,
    ) -> Tensor:
        group = heads_at_once(adjacency, values.size(1))
        bags = adjacency.side_by_side(group).by_target
        out, norm, kept = torch.empty_like(values), torch.empty_like(at_target), []
        for heads, (h, u, v, k) in _by_head(group, values, at_source, at_target, keep):
            score = F.leaky_relu_(_at_ends(bags, v, u), slope)
            alpha = score.sub(_level(bags, score, u, v, slope).index_select(0, bags.owner)).exp_()
            total = _segment_sum(bags, alpha)
            total.masked_fill_(total == 0, 1.0)  # an empty inbox
            heard = sum_bags(bags, h, _dropped(alpha, k, bags)).div_(total[:, None])
            spread(norm, heads, total)
            spread(out, heads, heard)
            kept.append(_times_steepness(alpha, score, -1.0))
        ctx.adjacency, ctx.slope = adjacency, slope
        ctx.save_for_backward(values, keep, norm, out, *kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        values, keep, norm, out, *kept = ctx.saved_tensors
        group = heads_at_once(ctx.adjacency, values.size(1))
        inboxes, outboxes = ctx.adjacency.side_by_side(group)
        across = ctx.adjacency.derive(("across", group), lambda: _across(ctx.adjacency, group))
        overlap = (grad * out).sum(2)
        d_values, d_source, d_target = (torch.empty_like(t) for t in (values, norm, norm))
        parts = _by_head(group, values, keep, grad, overlap, norm)
        for signed, (heads, (h, k, G, c, s)) in zip(kept, parts, strict=True):
            G, c = G / s[:, None], c / s
            beta = _beta(signed, ctx.slope)
            heard = sum_bags(inboxes, h, _dropped(beta, k, inboxes))
            spread(d_target, heads, (G * heard).sum(1) - c * _segment_sum(inboxes, beta))
            signed = signed.index_select(0, across)
            alpha, beta = signed.abs(), _beta(signed, ctx.slope)
            told = sum_bags(outboxes, G, _dropped(beta, k, outboxes))
            spread(d_source, heads, (h * told).sum(1) - sum_bags(outboxes, c[:, None], beta)[:, 0])
            spread(d_values, heads, sum_bags(outboxes, G, _dropped(alpha, k, outboxes)))
        return d_values, d_source, d_target, None, None, None


def _by_head(group: int, *tensors: Tensor | None) -> Iterator[tuple[slice, list[Any]]]:
    """Tensors [M, H, ...], some heads at a time, each as [heads * M, ...]."""
    total = next(tensor.size(1) for tensor in tensors if tensor is not None)
    for first in range(0, total, group):
        heads = slice(first, first + group)
        yield heads, [None if tensor is None else stack(tensor, heads) for tensor in tensors]


def _at_ends(bags: Bags, near: Tensor, far: Tensor) -> Tensor:
    """near[owner] + far[id] for every edge, [E] in the order of the bags."""
    return far.index_select(0, bags.ids).add_(near.index_select(0, bags.owner))


def _level(bags: Bags, score: Tensor, u: Tensor, v: Tensor, slope: float) -> Tensor:
    """What is taken off the scores of each inbox, [bags]: it keeps `exp` finite, and cancels out.

    The highest score that an inbox could hold will do, LeakyReLU(v_i + max u), with no look at the edges.
    Only where sources lie so far apart that a whole inbox might vanish below it, it is the highest that it
    does hold.
    """
    if u.numel() and 0 <= slope <= 1 and bool(u.max() - u.min() <= _SPAN):
        return F.leaky_relu(v + u.max(), slope)
    return _segment_max(bags, score)


def _beta(signed: Tensor, slope: float) -> Tensor:
    """alpha where z is positive, slope * alpha where it is not: alpha's sign says which."""
    return F.leaky_relu(signed, -slope)


def _across(adjacency: Adjacency, count: int) -> Tensor:
    """Where each edge of the outboxes stands among the inboxes, in `count` copies of them, [count * E]."""
    order = adjacency.by_target.order
    E, numbers = len(order), torch.arange(max(len(order), count), dtype=order.dtype, device=order.device)
    place = torch.empty_like(order)
    place[order.long()] = numbers[:E]
    one = place.index_select(0, adjacency.by_source.order)
    return (one + E * numbers[:count, None]).flatten()


def _times_steepness(flow: Tensor, z: Tensor, slope: float) -> Tensor:
    """flow * LeakyReLU'(z)."""
    return torch.ops.aten.leaky_relu_backward(flow, z, slope, False)  # type: ignore[no-any-return]


def _dropped(weight: Tensor, keep: Tensor | None, bags: Bags) -> Tensor:
    return weight if keep is None else weight * keep.index_select(0, bags.order)


def _segment_max(bags: Bags, values: Tensor) -> Tensor:
    """The largest value of each bag: [E, ...] in the order of the bags -> [bags, ...]; -inf if empty."""
    return torch.segment_reduce(values, "max", offsets=bags.ptr, initial=-torch.inf)


def _segment_sum(bags: Bags, values: Tensor) -> Tensor:
    return torch.segment_reduce(values, "sum", offsets=bags.ptr, initial=0.0)


def pair_scores(
    adjacency: Adjacency, x_source: Tensor, x_target: Tensor, att: Tensor, negative_slope: float = 0.2
) -> Tensor:
    """GATv2's score of every edge: s_ji = sum over c of att_c LeakyReLU(x_source_j + x_target_i)_c.

    x_source, x_target [N, H, C], att [1, H, C] -> [E, H], in the order of the edges. Unlike GAT's, this
    score can rank the same sources differently for different targets.
    """
    scores: Tensor = _PairScores.apply(  # type: ignore[no-untyped-call]
        x_source, x_target, att, adjacency, negative_slope
    )
    return scores


class _PairScores(torch.autograd.Function):
    """[E, H, C] numbers exist for one piece of the edges at a time, and are made again on the way back."""

    @staticmethod
    def forward(
        ctx: Any, x_source: Tensor, x_target: Tensor, att: Tensor, adjacency: Adjacency, slope: float
    ) -> Tensor:
        scores = x_source.new_empty(adjacency.num_edges, x_source.size(1))
        for piece in pieces(adjacency, x_source[0].numel()):
            z = _pair_sums(adjacency, piece, x_source, x_target)
            torch.sum(F.leaky_relu_(z, slope).mul_(att), dim=2, out=scores[piece])
        ctx.adjacency, ctx.slope = adjacency, slope
        ctx.save_for_backward(x_source, x_target, att)
        return scores

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        (x_source, x_target, att), adjacency = ctx.saved_tensors, ctx.adjacency
        d_source, d_target = torch.zeros_like(x_source), torch.zeros_like(x_target)
        d_att = torch.zeros_like(att)
        for piece in pieces(adjacency, x_source[0].numel()):
            z = _pair_sums(adjacency, piece, x_source, x_target)
            upstream = grad[piece, :, None]
            flow = _times_steepness(upstream * att, z, ctx.slope)
            d_att += F.leaky_relu_(z, ctx.slope).mul_(upstream).sum(0)
            for total, ends in ((d_source, adjacency.sources), (d_target, adjacency.targets)):
                rows = total.view(total.size(0), -1)
                rows.scatter_add_(0, ends[piece, None].expand(-1, rows.size(1)), flow.flatten(1))
        return d_source, d_target, d_att, None, None


def _pair_sums(adjacency: Adjacency, piece: slice, x_source: Tensor, x_target: Tensor) -> Tensor:
    at_source = x_source.index_select(0, adjacency.sources[piece])
    return at_source.add_(x_target.index_select(0, adjacency.targets[piece]))
