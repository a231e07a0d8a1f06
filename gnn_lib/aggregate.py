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

# Work on edges is cut into pieces of this many numbers, so that a piece stays in the CPU's cache.
_PIECE = 2**19


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
    if weight is not None and weight.dim() == 2:
        heads = zip(x.unbind(1), weight.unbind(1), strict=True)
        return torch.stack([weighted_sum(adjacency, head, w) for head, w in heads], dim=1)
    out: Tensor = _WeightedSum.apply(x.reshape(x.size(0), -1), weight, adjacency)
    return out.reshape(adjacency.num_targets, *x.shape[1:])


def sum_bags(bags: Bags, rows: Tensor, weight: Tensor | None = None) -> Tensor:
    """Bag i's sum of w_e rows[ids[e]]: rows [M, F], weight [E] in the order of the bags -> [bags, F]."""
    if bags.ids.numel() == 0 or rows.size(1) == 0:
        return rows.new_zeros(bags.ptr.numel() - 1, rows.size(1))
    return F.embedding_bag(
        bags.ids, rows.contiguous(), bags.ptr, mode="sum", per_sample_weights=weight, include_last_offset=True
    )


class _WeightedSum(torch.autograd.Function):
    """x [num_sources, F], weight [E] in the original order of the edges, or None."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor | None, adjacency: Adjacency) -> Tensor:
        ctx.adjacency = adjacency
        ctx.save_for_backward(x if weight is not None else None, weight)
        bags, constant = adjacency.by_target, adjacency.sorted_weights
        if weight is not None:
            return sum_bags(bags, x, weight[bags.order])
        return sum_bags(bags, x, None if constant is None else constant.by_target)

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (x, weight), adjacency = ctx.saved_tensors, ctx.adjacency
        bags, constant = adjacency.by_source, adjacency.sorted_weights
        grad_x = grad_weight = None
        if ctx.needs_input_grad[0]:
            if weight is not None:
                grad_x = sum_bags(bags, grad, weight[bags.order])
            else:
                grad_x = sum_bags(bags, grad, None if constant is None else constant.by_source)
        if ctx.needs_input_grad[1]:
            grad_weight = _dot_endpoints(adjacency, x, grad)
        return grad_x, grad_weight, None


def pieces(adjacency: Adjacency, width: int) -> Iterator[slice]:
    """Slices of the edges, so short that [edges, width] numbers stay in the cache."""
    step = max(1, _PIECE // max(1, width))
    for start in range(0, adjacency.num_edges, step):
        yield slice(start, min(start + step, adjacency.num_edges))


def _dot_endpoints(adjacency: Adjacency, x: Tensor, y: Tensor) -> Tensor:
    """<x_j, y_i> for every edge j -> i, [E]."""
    dots = x.new_empty(adjacency.num_edges)
    for piece in pieces(adjacency, x.size(1)):
        at_source = x.index_select(0, adjacency.sources[piece])
        dots[piece] = at_source.mul_(y.index_select(0, adjacency.targets[piece])).sum(1)
    return dots


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
    out: Tensor = _Max.apply(x.reshape(x.size(0), -1), adjacency)
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
    @once_differentiable  # type: ignore[untyped-decorator]
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


def _columns(rows: Tensor, like: Tensor) -> Tensor:
    """Row numbers [E] as the index that `scatter` wants: one for each column, without a copy."""
    return rows.long()[:, None].expand(-1, like.size(1))
