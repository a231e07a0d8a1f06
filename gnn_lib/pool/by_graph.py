"""Sums, maxima and softmax over the nodes of each graph: what all pooling is made of.

This is aggregation too, from nodes to graphs. But every node is in exactly one graph, so there is
nothing to gather: the rows of x are the messages, and `batch` says where each goes. One pass over x,
in any order, is all it takes; an index as in `Adjacency` would cost more than the sum itself.

Everywhere x is [N, ...], batch [N] holds ids from 0 to size - 1 (see `check_batch`), and a graph
without nodes gives 0.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def graph_sum(x: Tensor, batch: Tensor, size: int) -> Tensor:
    """r_g = sum of x_i over the nodes i of graph g, [size, ...].

    >>> graph_sum(torch.tensor([1.0, 5.0, 2.0]), torch.tensor([0, 1, 0]), size=3).tolist()
    [3.0, 5.0, 0.0]
    """
    return x.new_zeros(size, *x.shape[1:]).index_add_(0, batch, x)


def graph_max(x: Tensor, batch: Tensor, size: int) -> Tensor:
    """r_g = the largest x_i over the nodes i of graph g, column by column, [size, ...].

    >>> graph_max(torch.tensor([1.0, -5.0, 2.0]), torch.tensor([0, 1, 0]), size=3).tolist()
    [2.0, -5.0, 0.0]
    """
    out: Tensor = _Max.apply(x, batch, size)  # type: ignore[no-untyped-call]
    return out


def graph_softmax(scores: Tensor, batch: Tensor, size: int) -> Tensor:
    """alpha_i = exp(s_i) / sum of exp(s_k) over all nodes k of i's graph; scores [N, ...], as is alpha.

    >>> graph_softmax(torch.tensor([3.0, 8.0, 3.0]), torch.tensor([0, 1, 0]), size=2).tolist()
    [0.5, 1.0, 0.5]
    """
    highest = graph_max(scores.detach(), batch, size)
    alpha = (scores - highest.index_select(0, batch)).exp()
    return alpha / graph_sum(alpha, batch, size).index_select(0, batch)


class _Max(torch.autograd.Function):
    """`scatter_reduce`'s "amax", whose own way back is several times slower. Ties share the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, batch: Tensor, size: int) -> Tensor:
        index = per_row(batch, x).expand_as(x)
        out = x.new_zeros(size, *x.shape[1:]).scatter_reduce_(0, index, x, "amax", include_self=False)
        ctx.save_for_backward(x, batch, out)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        x, batch, out = ctx.saved_tensors
        won = (x == out.index_select(0, batch)).to(x.dtype)
        ties = graph_sum(won, batch, out.size(0)).clamp_(min=1)
        return won.mul_((grad / ties).index_select(0, batch)), None, None


def per_row(values: Tensor, x: Tensor) -> Tensor:
    """One value per row, [M], in a shape that meets x [M, ...]."""
    return values.view(-1, *[1] * (x.dim() - 1))
