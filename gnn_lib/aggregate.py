"""Sums over the inbox: the one place where messages meet.

The fast path is `weighted_sum`. Written out, it gathers a row for every edge ([E, F] numbers),
weighs it, and adds it up at the target. Fused, nothing of size [E, F] ever exists: with the edges
sorted by target, each inbox is a bag of rows of x, and PyTorch's `embedding_bag` sums bags of rows
at the speed of memory. The gradient is the same sum with every edge turned round.

Everything here is linear in the number of edges, needs no ordering of the edges from the caller,
and gives zeros for an empty inbox.
"""

from collections.abc import Iterator
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn_lib.adjacency import Adjacency, Bags
from gnn_lib.validate import check_choice, check_features, check_same_device

Reduce = Literal["sum", "mean", "max", "min", "std"]
Way = Literal["by_target", "by_source"]

# Work on edges is cut into pieces of this many numbers, so that a piece stays in the CPU's cache.
_PIECE = 2**19
# Heads go through one call together while they have no more than this many edges in all.
_TOGETHER = 2**17


def aggregate(
    adjacency: Adjacency, x: Tensor, reduce: Reduce = "sum", weight: Tensor | None = None
) -> Tensor:
    """Every target's summary of its inbox: out_i = reduce { w_ji x_j : j -> i }.

    x [num_sources, ...] -> [num_targets, ...]; weight [E] in the order of the edges. An empty inbox
    gives 0. "mean" divides the weighted sum by the number of messages. "std" is the standard
    deviation of the inbox (dividing by n), 0 where the variance is below 1e-5.

    >>> three = Adjacency(torch.tensor([[0, 1], [2, 2]]), num_sources=3)  # 0 and 1 speak to 2
    >>> aggregate(three, torch.tensor([[4.0], [2.0], [9.0]]), "mean").flatten().tolist()
    [0.0, 0.0, 3.0]
    """
    check_choice(reduce, ("sum", "mean", "max", "min", "std"), "reduce")
    check_features(x, adjacency.num_sources)
    check_same_device(x, "x", adjacency.edge_index, "edge_index")
    if weight is not None:
        check_features(weight, adjacency.num_edges, "weight", "edge")
        check_same_device(weight, "weight", adjacency.edge_index, "edge_index")
        if weight.dim() != 1:
            raise ValueError(f"weight must have shape [E], one number an edge; got {list(weight.shape)}.")
    if reduce == "sum":
        return weighted_sum(adjacency, x, weight)
    if reduce == "mean":
        return _mean(adjacency, x, weight)
    x, adjacency = _weigh(adjacency, x, weight)
    if reduce == "std":
        return _std(adjacency, x)
    return _max(adjacency, x) if reduce == "max" else -_max(adjacency, -x)


def weighted_sum(adjacency: Adjacency, x: Tensor, weight: Tensor | None = None) -> Tensor:
    """out_i = sum over j -> i of w_ji x_j, fused; differentiable in x and in weight.

    x [num_sources, ...] with weight None or [E]; or several heads at once: x [num_sources, H, C]
    with weight [E, H]. Without `weight`, the adjacency's own constant weights count, if it has any.
    """
    rows = None if weight is None else _rows(weight)
    out: Tensor = _WeightedSum.apply(_rows(x), rows, adjacency)  # type: ignore[no-untyped-call]
    return out if x.dim() == 2 else out.reshape(adjacency.num_targets, *x.shape[1:])


def gather(adjacency: Adjacency, x: Tensor) -> Tensor:
    """x_j for every edge j -> i, [E, ...] in the order of the edges; the gradient is a fused sum.

    For x_i, gather over `adjacency.reversed`.
    """
    out: Tensor = _Gather.apply(x, adjacency)  # type: ignore[no-untyped-call]
    return out


class _Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, adjacency: Adjacency) -> Tensor:
        ctx.adjacency = adjacency
        return x.index_select(0, adjacency.sources)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return weighted_sum(ctx.adjacency.reversed.incidence, grad), None


def sum_bags(bags: Bags, rows: Tensor, weight: Tensor | None = None) -> Tensor:
    """Bag i's sum of w_e rows[ids[e]]: rows [M, F], weight [E] in the order of the bags -> [bags, F]."""
    if bags.ids.numel() == 0 or rows.size(1) == 0:
        return rows.new_zeros(bags.ptr.numel() - 1, rows.size(1))
    return F.embedding_bag(
        bags.ids, rows.contiguous(), bags.ptr, mode="sum", per_sample_weights=weight, include_last_offset=True
    )


class _WeightedSum(torch.autograd.Function):
    """x [num_sources, F], weight [E, H] in the original order of the edges, or None."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor | None, adjacency: Adjacency) -> Tensor:
        ctx.adjacency = adjacency
        ctx.save_for_backward(x if ctx.needs_input_grad[1] else None, weight)
        if weight is not None:
            return _sum_heads(adjacency, "by_target", x, weight)
        constant = adjacency.sorted_weights
        return sum_bags(adjacency.by_target, x, constant and constant.by_target)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (x, weight), adjacency = ctx.saved_tensors, ctx.adjacency
        grad_x = grad_weight = None
        if ctx.needs_input_grad[0] and weight is not None:
            grad_x = _sum_heads(adjacency, "by_source", grad, weight)
        elif ctx.needs_input_grad[0]:
            constant = adjacency.sorted_weights
            grad_x = sum_bags(adjacency.by_source, grad, constant and constant.by_source)
        if ctx.needs_input_grad[1]:
            grad_weight = _dot_ends(adjacency, x, grad, heads=weight.size(1))
        return grad_x, grad_weight, None


def _sum_heads(adjacency: Adjacency, way: Way, x: Tensor, weight: Tensor) -> Tensor:
    """`sum_bags` of H stretches of x's columns, each with its own column of weights."""
    heads = weight.size(1)
    weight = weight.index_select(0, getattr(adjacency, way).order)
    if heads == 1:
        return sum_bags(getattr(adjacency, way), x, weight[:, 0])
    x = x.view(x.size(0), heads, x.size(1) // heads)
    group = heads_at_once(adjacency, heads)
    bags = getattr(adjacency.side_by_side(group), way)
    out = x.new_empty((bags.ptr.numel() - 1) // group, *x.shape[1:])
    for first in range(0, heads, group):
        some = slice(first, first + group)
        spread(out, some, sum_bags(bags, stack(x, some), stack(weight, some)))
    return out.flatten(1)


def heads_at_once(adjacency: Adjacency, heads: int) -> int:
    """How many heads go through one call: on a small graph a call costs more than its work."""
    size = max(adjacency.num_edges, adjacency.num_sources, adjacency.num_targets, 1)
    return next(n for n in range(heads, 0, -1) if heads % n == 0 and (n * size <= _TOGETHER or n == 1))


def stack(rows: Tensor, heads: slice) -> Tensor:
    """[M, H, ...] -> the rows of some heads, one head above the other: [heads * M, ...]."""
    return rows[:, heads].transpose(0, 1).flatten(0, 1).contiguous()


def spread(out: Tensor, heads: slice, rows: Tensor) -> None:
    """The opposite of `stack`: write [heads * M, ...] into out [M, H, ...]."""
    part = out[:, heads].transpose(0, 1)
    part.copy_(rows.view(part.shape))


def _dot_ends(adjacency: Adjacency, x: Tensor, y: Tensor, heads: int) -> Tensor:
    """<x_j, y_i> of every edge j -> i, head by head, [E, heads]."""
    dots = x.new_empty(adjacency.num_edges, heads)
    for piece in pieces(adjacency, x.size(1)):
        product = x.index_select(0, adjacency.sources[piece])
        product *= y.index_select(0, adjacency.targets[piece])
        torch.sum(product.view(product.size(0), heads, -1), dim=2, out=dots[piece])
    return dots


def pieces(adjacency: Adjacency, width: int) -> Iterator[slice]:
    """Slices of the edges, so short that [edges, width] numbers stay in the cache."""
    step = max(1, _PIECE // max(1, width))
    for start in range(0, adjacency.num_edges, step):
        yield slice(start, min(start + step, adjacency.num_edges))


def _mean(adjacency: Adjacency, x: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return weighted_sum(adjacency.mean(x.dtype), x)
    count = adjacency.in_degree.clamp(min=1).to(x.dtype)
    return weighted_sum(adjacency, x, weight / count[adjacency.targets])


def _std(adjacency: Adjacency, x: Tensor) -> Tensor:
    mean = _mean(adjacency, x, None)
    variance = _mean(adjacency, x * x, None) - mean * mean
    # The square root is infinitely steep at 0, so a variance of nearly 0 counts as 0, gradient too.
    smallest = 1e-5
    return variance.clamp(min=smallest).sqrt().masked_fill(variance <= smallest, 0.0)


def _weigh(adjacency: Adjacency, x: Tensor, weight: Tensor | None) -> tuple[Tensor, Adjacency]:
    """For what has no fused weighted form: the weighed messages [E, ...], and where they go."""
    weight = adjacency.weight if weight is None else weight
    if weight is None:
        return x, adjacency
    return x[adjacency.sources] * weight.reshape(-1, *[1] * (x.dim() - 1)), adjacency.incidence


def _max(adjacency: Adjacency, x: Tensor) -> Tensor:
    out: Tensor = _Max.apply(_rows(x), adjacency)  # type: ignore[no-untyped-call]
    return out.reshape(adjacency.num_targets, *x.shape[1:])


class _Max(torch.autograd.Function):
    """The largest entry of every inbox, column by column. Messages that tie share the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, adjacency: Adjacency) -> Tensor:
        out = x.new_full((adjacency.num_targets, x.size(1)), -torch.inf)
        for piece in pieces(adjacency, x.size(1)):
            target, source = adjacency.by_target.owner[piece], adjacency.by_target.ids[piece]
            out.scatter_reduce_(0, _columns(target, x), x.index_select(0, source), "amax")
        out.masked_fill_((adjacency.in_degree == 0)[:, None], 0.0)
        ctx.adjacency = adjacency
        ctx.save_for_backward(x, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        (x, out), adjacency = ctx.saved_tensors, ctx.adjacency
        ties = torch.zeros_like(out)
        for piece in pieces(adjacency, x.size(1)):
            target, source = adjacency.by_target.owner[piece], adjacency.by_target.ids[piece]
            won = x.index_select(0, source) == out.index_select(0, target)
            ties.scatter_add_(0, _columns(target, x), won.to(x.dtype))
        share, grad_x = grad / ties.clamp_(min=1), torch.zeros_like(x)
        for piece in pieces(adjacency, x.size(1)):
            source, target = adjacency.by_source.owner[piece], adjacency.by_source.ids[piece]
            won = x.index_select(0, source) == out.index_select(0, target)
            grad_x.scatter_add_(0, _columns(source, x), share.index_select(0, target) * won)
        return grad_x, None


def _rows(x: Tensor) -> Tensor:
    """x [M, ...] as a matrix [M, F]."""
    return x if x.dim() == 2 else x[:, None] if x.dim() == 1 else x.flatten(1)


def _columns(rows: Tensor, like: Tensor) -> Tensor:
    """Row numbers [E] as the index that `scatter` wants: one for each column, without a copy."""
    return rows.long()[:, None].expand(-1, like.size(1))
