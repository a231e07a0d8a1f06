"""Attention over the inbox: a softmax among the edges that arrive at the same node.

`softmax` turns any scores into weights that sum to 1 over each inbox. `attend` is the whole of GAT's
attention in one call: its score is a sum of one number from the source and one from the target, and that
allows a backward pass which never forms an edge's dot product (see `_AdditiveAttention`). GATv2's score has
no such form; its attention is in `pair_attention`.
"""

import math
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn_lib.adjacency import Adjacency, Bags
from gnn_lib.aggregate import Way, gather, heads_at_once, stack, sum_bags, weighted_sum
from gnn_lib.validate import check_features


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
        highest = segment_max(adjacency.by_target, scores.index_select(0, adjacency.by_target.order))
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
    (dropout on attention). Nothing of size [E, C] is made, and nothing of an edge is kept for the backward
    pass; scores so far from 0 that their exp might overflow go the long way, which keeps alpha.
    """
    if _exp_is_safe(at_source, at_target, negative_slope):
        out: Tensor = _AdditiveAttention.apply(  # type: ignore[no-untyped-call]
            values, at_source, at_target, keep, adjacency, negative_slope
        )
        return out
    scores = gather(adjacency, at_source) + gather(adjacency.reversed, at_target)
    alpha = softmax(adjacency, F.leaky_relu(scores, negative_slope))
    return weighted_sum(adjacency, values, alpha if keep is None else alpha * keep)


def _exp_is_safe(at_source: Tensor, at_target: Tensor, slope: float) -> bool:
    """Can exp be taken of the scores as they are, with no highest score taken off before?"""
    if at_source.numel() == 0 or at_target.numel() == 0:
        return False
    highest = at_source.abs().max() + at_target.abs().max()
    return bool(highest * max(1.0, abs(slope)) <= exp_limit(at_source.dtype))


def exp_limit(dtype: torch.dtype) -> float:
    """Scores between minus this and this can go through exp as they are; it is half of what overflows."""
    return math.log(torch.finfo(dtype).max) / 2


class _AdditiveAttention(torch.autograd.Function):
    """One head at a time, so that its numbers stay in the cache; inside, heads come first: [H, N, C].

    Write u_j, v_i for the two halves of a score, z = u_j + v_i, e = exp(LeakyReLU(z)), n_i for the sum of e
    over i's inbox, k for `keep`, G for the gradient of out, s for the slope. The usual backward pass forms
    G_i . h_j for every edge. Only its sums are needed, and they can be pulled apart. With e' =
    e LeakyReLU'(z) and c_i = G_i . out_i:

        dh_j = sum_i e k G_i / n_i
        du_j = h_j . (sum_i e' k G_i / n_i) - sum_i e' c_i / n_i

    To raise v_i raises the scores above zero by 1 and the others by s, so attention moves to those above.
    With a_i for what the edges above zero brought to out_i, and m_i for their share of i's attention:

        dv_i = (1 - s) (G_i . a_i - c_i m_i)

    So all is sums over bags, two on the way forward (out, a) and two on the way back. What else has to be
    summed, e and e' c / n, comes along in them as one more column. z and e are made again on the way back:
    nothing of an edge is kept.
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
        H, C = values.shape[1:]
        u, v = _heads_first(at_source), _heads_first(at_target)
        out, norm = values.new_empty(H, v.size(1), C), torch.empty_like(v)
        above, share = (torch.empty_like(t) if ctx.needs_input_grad[2] else None for t in (out, norm))
        for heads, bags in _some_heads(adjacency, H, "by_target"):
            k = _in_order(keep, heads, bags)
            z, e = _scores(bags, _part(v, heads), _part(u, heads), slope)
            h = _with_column(values, heads, values.new_ones(()))
            heard, total = _sums(bags, h, e, k)
            total.masked_fill_(total == 0, 1.0)  # an empty inbox
            _part(norm, heads).copy_(total)
            torch.div(heard, total[:, None], out=_part(out, heads))
            if above is not None and share is not None:
                heard, of_it = _sums(bags, h, times_steepness(e, z, 0.0), k)
                torch.div(heard, total[:, None], out=_part(above, heads))
                torch.div(of_it, total, out=_part(share, heads))
        ctx.adjacency, ctx.slope = adjacency, slope
        ctx.save_for_backward(values, u, v, keep, norm, out, above, share)
        # A copy, so that whoever gets it may change it in place.
        return out.transpose(0, 1).clone(memory_format=torch.contiguous_format)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        values, u, v, keep, norm, out, above, share = ctx.saved_tensors
        H, C = values.shape[1:]
        d_values, d_source = values.new_empty(H, u.size(1), C), torch.empty_like(u)
        d_target = None if above is None else torch.empty_like(v)
        for heads, bags in _some_heads(ctx.adjacency, H, "by_source"):
            G = stack(grad, heads)
            c = _dot(G, _part(out, heads))
            if d_target is not None:
                moved = _dot(G, _part(above, heads)) - c * _part(share, heads)
                torch.mul(moved, 1 - ctx.slope, out=_part(d_target, heads))
            k = _in_order(keep, heads, bags)
            z, e = _scores(bags, _part(u, heads), _part(v, heads), ctx.slope)
            G = _with_column(grad, heads, c).div_(_part(norm, heads)[:, None])
            _part(d_values, heads).copy_(_sums(bags, G, e, k)[0])
            told, of_c = _sums(bags, G, times_steepness(e, z, ctx.slope), k)
            torch.sub(_dot(stack(values, heads), told), of_c, out=_part(d_source, heads))
        d_target = None if d_target is None else d_target.t()
        return d_values.transpose(0, 1), d_source.t(), d_target, None, None, None


def _heads_first(x: Tensor) -> Tensor:
    """[N, H] -> [H, N]."""
    return x.t().contiguous()


def _some_heads(adjacency: Adjacency, heads: int, way: Way) -> Iterator[tuple[slice, Bags]]:
    """All heads, a few at a time, and the edges laid out for so many heads side by side."""
    group = heads_at_once(adjacency, heads)
    bags = getattr(adjacency.side_by_side(group), way)
    for first in range(0, heads, group):
        yield slice(first, first + group), bags


def _part(x: Tensor, heads: slice) -> Tensor:
    """Some heads of x [H, N, ...], one below the other: a view [heads * N, ...]."""
    return x[heads].view(-1, *x.shape[2:])


def _in_order(keep: Tensor | None, heads: slice, bags: Bags) -> Tensor | None:
    return None if keep is None else stack(keep, heads).index_select(0, bags.order)


def _scores(bags: Bags, near: Tensor, far: Tensor, slope: float) -> tuple[Tensor, Tensor]:
    """z = near[owner] + far[id] for every edge, and exp(LeakyReLU(z)): each [E], in the order of the bags."""
    z = far.index_select(0, bags.ids).add_(near.index_select(0, bags.owner))
    return z, F.leaky_relu(z, slope).exp_()


def _with_column(x: Tensor, heads: slice, last: Tensor) -> Tensor:
    """Some heads of x [N, H, C] as rows, with one more column: [heads * N, C + 1]."""
    part = x[:, heads].transpose(0, 1)
    rows = x.new_empty(part.size(0) * part.size(1), part.size(2) + 1)
    rows[:, :-1].view(part.shape).copy_(part)
    rows[:, -1] = last
    return rows


def _sums(bags: Bags, rows: Tensor, weight: Tensor, keep: Tensor | None) -> tuple[Tensor, Tensor]:
    """Weighted sums of rows [M, C + 1] over the bags, as [bags, C] and [bags]; `keep` is for the C alone."""
    if keep is None:
        both = sum_bags(bags, rows, weight)
        return both[:, :-1], both[:, -1].contiguous()
    kept = sum_bags(bags, rows[:, :-1], weight * keep)
    return kept, sum_bags(bags, rows[:, -1:], weight)[:, 0]


def _dot(one: Tensor, other: Tensor) -> Tensor:
    """Row by row, [M, C] -> [M]."""
    return torch.einsum("mc,mc->m", one, other)


def times_steepness(flow: Tensor, z: Tensor, slope: float) -> Tensor:
    """flow * LeakyReLU'(z)."""
    return torch.ops.aten.leaky_relu_backward(flow, z, slope, False)  # type: ignore[no-any-return]


def segment_max(bags: Bags, values: Tensor) -> Tensor:
    """The largest value of each bag: [E, ...] in the order of the bags -> [bags, ...]; -inf if empty."""
    return torch.segment_reduce(values, "max", offsets=bags.ptr, initial=-torch.inf)
