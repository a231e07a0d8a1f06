"""Edges, prepared once for aggregation: sorted by target, and by source for the way back.

A list of edges in any order is slow to sum over: every edge touches a random row. Sorted by target,
each node's inbox is one contiguous stretch, and a fused kernel can run over it. The gradient flows
the other way, so it wants the edges sorted by source. Both orders are made once and shared by all
layers that are handed the same `Adjacency`.
"""

import weakref
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from gnn_lib.validate import check_edge_index, check_tensor, describe

_INT32_MAX = 2**31 - 1


class Bags(NamedTuple):
    """Edges grouped by one endpoint. Bag i is the stretch ptr[i] : ptr[i + 1] of `ids`.

    ptr [M + 1], ids [E] (the other endpoint of each edge), order [E] (its place in the original list).
    """

    ptr: Tensor
    ids: Tensor
    order: Tensor


class Weights(NamedTuple):
    """Constant edge weights, already in both orders. Each [E]."""

    by_target: Tensor
    by_source: Tensor


class Adjacency:
    """Edges source -> target, indexed for fast sums in both directions.

    edge_index [2, E]; `num_targets` differs from `num_sources` only where the two sides are
    different things (nodes -> graphs in a global pooling).

    >>> adjacency = Adjacency(torch.tensor([[0, 1, 2], [1, 0, 1]]), num_sources=3)
    >>> adjacency.by_target.ids.tolist()  # inbox of 0: {1}; of 1: {0, 2}; of 2: nothing
    [1, 0, 2]
    >>> adjacency.in_degree.tolist()
    [1.0, 2.0, 0.0]
    """

    def __init__(self, edge_index: Tensor, num_sources: int, num_targets: int | None = None) -> None:
        self.num_sources = num_sources
        self.num_targets = num_sources if num_targets is None else num_targets
        self.edge_index = check_edge_index(edge_index)
        if num_targets is None:
            check_edge_index(edge_index, num_sources)
        self.weights: Weights | None = None  # constant weights that `weighted_sum` applies
        self._derived: dict[object, Adjacency] = {}

    def __repr__(self) -> str:
        return f"Adjacency({self.num_sources} -> {self.num_targets} nodes, {self.num_edges} edges)"

    @property
    def num_edges(self) -> int:
        return self.edge_index.size(1)

    @property
    def sources(self) -> Tensor:
        """[E], in the original order of the edges."""
        return self.edge_index[0]

    @property
    def targets(self) -> Tensor:
        """[E], in the original order of the edges."""
        return self.edge_index[1]

    @cached_property
    def by_target(self) -> Bags:
        """The inboxes: for every target, the sources it hears from."""
        return _group(self.targets, self.sources, self.num_targets)

    @cached_property
    def by_source(self) -> Bags:
        """The outboxes: for every source, the targets it speaks to."""
        return _group(self.sources, self.targets, self.num_sources)

    @cached_property
    def in_degree(self) -> Tensor:
        """How many edges arrive at each target, [num_targets], float32."""
        return torch.bincount(self.targets, minlength=self.num_targets).float()

    @cached_property
    def incidence(self) -> "Adjacency":
        """Edge -> its target: sums messages that are already computed, one row per edge."""
        edges = torch.arange(self.num_edges, device=self.edge_index.device)
        return Adjacency(torch.stack([edges, self.targets]), self.num_edges, self.num_targets)

    @cached_property
    def mean_weights(self) -> Weights:
        """1 / in-degree on every edge: turns a sum over the inbox into a mean."""
        return self.sort_weights(self.in_degree.reciprocal()[self.targets])

    def sort_weights(self, weight: Tensor) -> Weights:
        """`weight` [E] (or [E, H]) in the original order of the edges -> in both sorted orders."""
        return Weights(weight[self.by_target.order], weight[self.by_source.order])

    def with_weights(self, weight: Tensor) -> "Adjacency":
        """The same edges with constant weights [E] on them; the index is shared."""
        twin = Adjacency.__new__(Adjacency)
        twin.__dict__.update(self.__dict__, _derived={})
        twin.by_target, twin.by_source = self.by_target, self.by_source
        twin.weights = self.sort_weights(weight.detach())
        return twin

    def without_self_loops(self) -> "Adjacency":
        """The same edges without i -> i."""
        return self.derive("without self-loops", lambda: Adjacency(
            self.edge_index[:, self.sources != self.targets], self.num_sources, self.num_targets
        ))

    def derive(self, key: object, make: Callable[[], "Adjacency"]) -> "Adjacency":
        """What `make()` builds from this adjacency, built once and kept under `key`."""
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]


def _group(key: Tensor, value: Tensor, num_bags: int) -> Bags:
    """Group `value` by `key`, keeping the original order within a bag."""
    # 32-bit ids halve the traffic of every later pass; only a graph past 2 billion needs more.
    wide = max(num_bags, key.numel(), int(value.max()) if value.numel() else 0) > _INT32_MAX
    dtype = torch.int64 if wide else torch.int32
    _, order = torch.sort(key.to(dtype), stable=True)
    ptr = torch.zeros(num_bags + 1, dtype=dtype, device=key.device)
    ptr[1:] = torch.bincount(key, minlength=num_bags).cumsum(0)
    return Bags(ptr, value[order].to(dtype), order)
