"""Graphs of different sizes as one dense block, and back: rows of zeros fill up the smaller graphs.

G graphs of at most M nodes become x [G, M, F] and A [G, M, M], and a mask [G, M] says which rows are
nodes. Memory grows with M squared: this is for poolings that are dense by nature, on small graphs.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from gnn_lib.pool.common import check_batch
from gnn_lib.validate import check_edge_index, check_ids, check_rows, describe


class Sparse(NamedTuple):
    """Graphs side by side: x [N, F], edge_index [2, E], edge_weight [E], batch [N]."""

    x: Tensor
    edge_index: Tensor
    edge_weight: Tensor
    batch: Tensor


def to_dense_batch(
    x: Tensor,
    batch: Tensor | None = None,
    fill_value: float = 0.0,
    max_num_nodes: int | None = None,
    batch_size: int | None = None,
) -> tuple[Tensor, Tensor]:
    """x [N, ...] -> (dense [G, M, ...], mask [G, M]): the nodes of each graph in their order.

    M is the size of the largest graph, or `max_num_nodes`; G the number of graphs, or `batch_size`.
    Where `batch` is sorted, dense[mask] is x again.

    >>> dense, mask = to_dense_batch(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([0, 0, 1]))
    >>> dense.squeeze(2).tolist(), mask.tolist()
    ([[1.0, 2.0], [3.0, 0.0]], [[True, True], [True, False]])
    """
    check_rows(x, x.size(0) if isinstance(x, Tensor) and x.dim() else 0, "x", "node")
    batch, size = check_batch(batch, x, batch_size)
    place, most = _places(batch, size, max_num_nodes)
    row = batch * most + place
    dense = x.new_full((size * most, *x.shape[1:]), fill_value).index_copy_(0, row, x)
    mask = torch.zeros(size * most, dtype=torch.bool, device=x.device).index_fill_(0, row, True)
    return dense.view(size, most, *x.shape[1:]), mask.view(size, most)


def to_dense_adj(
    edge_index: Tensor,
    batch: Tensor | None = None,
    edge_attr: Tensor | None = None,
    max_num_nodes: int | None = None,
    batch_size: int | None = None,
) -> Tensor:
    """The adjacency matrices A [G, M, M]: A[g, i, j] is the weight of i -> j, nodes counted within g.

    edge_attr [E] or [E, D] (then A is [G, M, M, D]) is what an edge carries, 1 without; copies of an
    edge are summed. M and G as in `to_dense_batch`. Without `batch`, one graph up to its last edge.

    >>> to_dense_adj(torch.tensor([[0, 2], [1, 2]]), torch.tensor([0, 0, 1])).tolist()
    [[[0.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]]
    """
    edge_index = check_edge_index(edge_index)
    one_graph = edge_index.new_zeros(int(edge_index.max()) + 1 if edge_index.numel() else 0)
    batch, size = check_batch(batch, one_graph if batch is None else batch, batch_size)
    check_ids(edge_index, batch.numel(), "edge_index", "nodes")
    if edge_attr is None:
        edge_attr = torch.ones(edge_index.size(1), device=edge_index.device)
    check_rows(edge_attr, edge_index.size(1), "edge_attr", "edge")
    place, most = _places(batch, size, max_num_nodes)
    home = _home(edge_index, batch)
    source, target = (place.index_select(0, ends) for ends in edge_index)
    cell = (home * most + source) * most + target
    A = edge_attr.new_zeros(size * most * most, *edge_attr.shape[1:]).index_add_(0, cell, edge_attr)
    return A.view(size, most, most, *edge_attr.shape[1:])


def from_dense_batch(x: Tensor, A: Tensor) -> Sparse:
    """Dense graphs x [G, M, F], A [G, M, M] as G M nodes side by side, ready for any layer.

    There is an edge wherever A is not zero, and its entry of A is the weight, so gradients reach A.

    >>> A = torch.tensor([[[4.0, 0.0], [5.0, 0.0]], [[0.0, 6.0], [0.0, 0.0]]])
    >>> pairs = from_dense_batch(torch.zeros(2, 2, 3), A)
    >>> pairs.edge_index.tolist(), pairs.edge_weight.tolist(), pairs.batch.tolist()
    ([[0, 1, 2], [0, 0, 3]], [4.0, 5.0, 6.0], [0, 0, 1, 1])
    """
    if x.dim() != 3 or A.shape != (*x.shape[:2], x.size(1)):
        raise ValueError(
            f"x must have shape [G, M, F] and A [G, M, M], got {describe(x)} and {describe(A)}."
        )
    graph, source, target = A.nonzero(as_tuple=True)
    first = graph * x.size(1)
    batch = torch.arange(x.size(0), device=x.device).repeat_interleave(x.size(1))
    edge_index = torch.stack([first + source, first + target])
    return Sparse(x.flatten(0, 1), edge_index, A[graph, source, target], batch)


def _places(batch: Tensor, size: int, most: int | None) -> tuple[Tensor, int]:
    """(the place of every node among the nodes of its graph [N], nodes that a graph may have)."""
    counts = torch.bincount(batch, minlength=size)
    largest = int(counts.max()) if size else 0
    if most is not None and largest > most:
        raise ValueError(
            f"max_num_nodes is {most}, but graph {int(counts.argmax())} has {largest} nodes: make room."
        )
    home, order = torch.sort(batch, stable=True)
    first = (counts.cumsum(0) - counts).index_select(0, home)
    within = torch.arange(batch.numel(), device=batch.device) - first
    return torch.empty_like(batch).scatter_(0, order, within), largest if most is None else most


def _home(edge_index: Tensor, batch: Tensor) -> Tensor:
    """The graph of every edge [E]; both ends must agree."""
    home, other = (batch.index_select(0, ends) for ends in edge_index)
    if not torch.equal(home, other):
        edge = int((home != other).nonzero()[0])
        raise ValueError(
            f"edge {edge} runs from graph {int(home[edge])} to graph {int(other[edge])}: "
            "an adjacency matrix for each graph has no place for it. Is this the batch of these edges?"
        )
    return home
