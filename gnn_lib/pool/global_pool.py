"""Global pooling: a whole graph as one row of numbers, whatever its size and the order of its nodes."""

import torch
from torch import Tensor, nn

from gnn_lib.pool.by_graph import graph_max, graph_softmax, graph_sum, per_row
from gnn_lib.pool.common import check_batch, check_size, check_x
from gnn_lib.validate import describe


def global_add_pool(x: Tensor, batch: Tensor | None = None, size: int | None = None) -> Tensor:
    """r_g = sum of x_i over the nodes i of graph g.

    x [N, ...], batch [N] (the graph of each node, in any order; None: all are in one) -> [G, ...].
    `size` is G, for where the last graphs may have no nodes. A graph without nodes gives 0.

    >>> x, batch = torch.tensor([[1.0], [2.0], [5.0]]), torch.tensor([0, 0, 1])
    >>> global_add_pool(x, batch, size=3).flatten().tolist()
    [3.0, 5.0, 0.0]
    """
    batch, graphs = _check(x, batch, size)
    return x.sum(0, keepdim=True) if batch is None else graph_sum(x, batch, graphs)


def global_mean_pool(x: Tensor, batch: Tensor | None = None, size: int | None = None) -> Tensor:
    """r_g = mean of x_i over the nodes i of graph g. Arguments and shapes as in `global_add_pool`.

    >>> x, batch = torch.tensor([[1.0], [2.0], [5.0]]), torch.tensor([0, 0, 1])
    >>> global_mean_pool(x, batch).flatten().tolist()
    [1.5, 5.0]
    """
    batch, graphs = _check(x, batch, size)
    if batch is None:
        return x.sum(0, keepdim=True) / max(x.size(0), 1)
    count = torch.bincount(batch, minlength=graphs).clamp_(min=1)
    return graph_sum(x, batch, graphs) / per_row(count, x)


def global_max_pool(x: Tensor, batch: Tensor | None = None, size: int | None = None) -> Tensor:
    """r_g = the largest x_i over the nodes i of graph g, column by column; ties share the gradient.

    Arguments and shapes as in `global_add_pool`.

    >>> x, batch = torch.tensor([[1.0, 7.0], [2.0, -3.0], [-5.0, -5.0]]), torch.tensor([0, 0, 1])
    >>> global_max_pool(x, batch).tolist()
    [[2.0, 7.0], [-5.0, -5.0]]
    """
    batch, graphs = _check(x, batch, size)
    if batch is None:
        return x.amax(0, keepdim=True) if x.size(0) else x.new_zeros(1, *x.shape[1:])
    return graph_max(x, batch, graphs)


class AttentionalAggregation(nn.Module):
    """r_g = sum over the nodes i of graph g of softmax(gate_nn(x))_i * nn(x_i).

    The softmax runs over the nodes of a graph, so their weights sum to 1; Li et al., 2016, had a
    sigmoid in its place. x [N, F], batch [N] or None -> [G, out]. `gate_nn` gives [N, 1], one weight per
    node, or [N, out], one per column too; without `nn`, x itself is summed and out = F.
    """

    def __init__(self, gate_nn: nn.Module, nn: nn.Module | None = None) -> None:
        super().__init__()
        self.gate_nn, self.nn = gate_nn, nn

    def forward(self, x: Tensor, batch: Tensor | None = None, size: int | None = None) -> Tensor:
        x = check_x(x)
        ids, size = check_batch(batch, x, size)
        gate = self.gate_nn(x)
        values = x if self.nn is None else self.nn(x)
        if gate.dim() != 2 or gate.size(0) != x.size(0) or gate.size(1) not in (1, values.size(-1)):
            raise ValueError(
                f"gate_nn must turn x {list(x.shape)} into [{x.size(0)}, 1], or into the shape of what is "
                f"summed, {list(values.shape)}; got {describe(gate)}."
            )
        return graph_sum(graph_softmax(gate, ids, size) * values, ids, size)


def _check(x: Tensor, batch: Tensor | None, size: int | None) -> tuple[Tensor | None, int]:
    """As `check_batch`, but one graph needs no batch: without it, whole columns are reduced."""
    check_x(x)
    if batch is not None:
        return check_batch(batch, x, size)
    check_size(size, batch)
    return None, 1
