"""Edges, prepared once for aggregation: sorted by target, and by source for the way back.

A list of edges in any order is slow to sum over: every edge touches a random row. Sorted by target,
each node's inbox is one contiguous stretch, and a fused kernel can run over it. The gradient flows
the other way, so it wants the edges sorted by source. Both orders are made once and shared by all
layers that are handed the same `Adjacency`.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

from gnn_lib.validate import check_edge_index, check_ids, check_rows

_INT32_MAX = 2**31 - 1


class Bags(NamedTuple):
    """Edges grouped by one endpoint, the owner. Bag i is the stretch ptr[i] : ptr[i + 1] of the rest.

    ptr [M + 1], ids [E] (the far endpoint of each edge), owner [E] (the near one, ascending),
    order [E] (the place of each edge in the original list).
    """

    ptr: Tensor
    ids: Tensor
    owner: Tensor
    order: Tensor


class BothWays(NamedTuple):
    """The same edges, grouped by target and by source."""

    by_target: Bags
    by_source: Bags


class Weights(NamedTuple):
    """Constant edge weights, already in both orders. Each [E]."""

    by_target: Tensor
    by_source: Tensor


class Adjacency:
    """Edges source -> target, indexed for fast sums in both directions.

    edge_index [2, E]. The two sides are the same nodes, unless `num_targets` says otherwise
    (nodes -> graphs in a global pooling, edges -> nodes where messages are summed).

    >>> adjacency = Adjacency(torch.tensor([[0, 1, 2], [1, 0, 1]]), num_sources=3)
    >>> adjacency.by_target.ids.tolist()  # node 0 hears from 1; node 1 from 0 and 2; node 2 from nobody
    [1, 0, 2]
    >>> adjacency.in_degree.tolist()
    [1, 2, 0]
    """

    def __init__(self, edge_index: Tensor, num_sources: int, num_targets: int | None = None) -> None:
        self.edge_index = check_edge_index(edge_index, num_sources if num_targets is None else None)
        if num_targets is not None:
            check_ids(edge_index[0], num_sources, "edge_index[0]", "sources")
            check_ids(edge_index[1], num_targets, "edge_index[1]", "targets")
        self.num_sources = num_sources
        self.num_targets = num_sources if num_targets is None else num_targets
        self.weight: Tensor | None = None  # [E], constant; see `weighted`
        self._derived: dict[object, Any] = {}

    def __repr__(self) -> str:
        return f"Adjacency({self.num_sources} -> {self.num_targets} nodes, {self.num_edges} edges)"

    @property
    def num_edges(self) -> int:
        return self.edge_index.size(1)

    @property
    def device(self) -> torch.device:
        return self.edge_index.device

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
        return _group(self.targets, self.sources, self.num_targets, self.num_sources)

    @cached_property
    def by_source(self) -> Bags:
        """The outboxes: for every source, the targets it speaks to."""
        return _group(self.sources, self.targets, self.num_sources, self.num_targets)

    @cached_property
    def in_degree(self) -> Tensor:
        """How many edges arrive at each target, [num_targets]."""
        return torch.bincount(self.targets, minlength=self.num_targets)

    @cached_property
    def has_self_loops(self) -> bool:
        return bool((self.sources == self.targets).any())

    @cached_property
    def incidence(self) -> "Adjacency":
        """Edge -> its target: sums messages that already exist, one row per edge. Indexed for free."""
        inboxes = self.by_target
        edges = torch.arange(self.num_edges + 1, dtype=inboxes.ids.dtype, device=self.device)
        edge_index = torch.stack([edges[:-1].long(), self.targets])
        incidence = Adjacency(edge_index, self.num_edges, self.num_targets)
        incidence.by_target = Bags(inboxes.ptr, inboxes.order, inboxes.owner, inboxes.order)
        incidence.by_source = Bags(edges, self.targets.to(edges.dtype), edges[:-1], edges[:-1])
        return incidence

    @cached_property
    def reversed(self) -> "Adjacency":
        """Every edge turned round, with its weight; the two indices change places."""
        twin = Adjacency(self.edge_index.flip(0), self.num_targets, self.num_sources)
        twin.by_target, twin.by_source = self.by_source, self.by_target
        twin.weight = self.weight
        return twin

    def with_self_loops(self) -> "Adjacency":
        """The edges without i -> i, in their order, and then one i -> i for every node."""

        def add() -> Adjacency:
            between = self.edge_index
            if self.has_self_loops:
                between = between[:, self.sources != self.targets]
            loops = torch.arange(self.num_sources, device=self.device).expand(2, -1)
            return Adjacency(torch.cat([between, loops], dim=1), self.num_sources)

        return self.derive("with self-loops", add)  # type: ignore[no-any-return]

    def weighted(self, weight: Tensor) -> "Adjacency":
        """The same edges with constant weights [E] on them; the index is shared, not made again."""
        check_rows(weight, self.num_edges, "weight", "edge")
        twin = Adjacency.__new__(Adjacency)
        twin.__dict__.update(self.__dict__, by_target=self.by_target, by_source=self.by_source, _derived={})
        for depends_on_weights in ("sorted_weights", "reversed"):
            twin.__dict__.pop(depends_on_weights, None)
        twin.weight = weight.detach()
        return twin

    @cached_property
    def sorted_weights(self) -> Weights | None:
        """The constant weights in the order of `by_target` and of `by_source`."""
        if self.weight is None:
            return None
        return Weights(self.weight[self.by_target.order], self.weight[self.by_source.order])

    def mean(self, dtype: torch.dtype) -> "Adjacency":
        """Every edge's weight divided by the in-degree of its target: a sum over it is a mean."""

        def share() -> Adjacency:
            weight = self.in_degree.double().reciprocal()[self.targets]
            return self.weighted((weight if self.weight is None else weight * self.weight).to(dtype))

        return self.derive(("mean", dtype), share)  # type: ignore[no-any-return]

    def side_by_side(self, count: int) -> BothWays:
        """`count` copies of the edges as one graph, so that as many heads go through in one call."""
        if count == 1:
            return BothWays(self.by_target, self.by_source)

        def copy() -> BothWays:
            by_target = _repeat(self.by_target, count, self.num_sources)
            return BothWays(by_target, _repeat(self.by_source, count, self.num_targets))

        return self.derive(("side by side", count), copy)  # type: ignore[no-any-return]

    def derive(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make()` gives, made once and kept under `key` for as long as this adjacency lives."""
        if key not in self._derived:
            self._derived[key] = make()
        return self._derived[key]


_prepared: Any = WeakTensorKeyDictionary()


def prepare(edges: Tensor | Adjacency, num_nodes: int) -> Adjacency:
    """`edges` as an `Adjacency` over `num_nodes` nodes; a [2, E] tensor is indexed at its first use.

    The index is kept for as long as the tensor lives, and used while the tensor still holds the
    edges that it was made from: a list that was changed in place is indexed again.
    """
    if isinstance(edges, Adjacency):
        if edges.num_sources != num_nodes:
            raise ValueError(
                f"the adjacency was prepared for {edges.num_sources} nodes, but x has {num_nodes} rows. "
                "Use the adjacency of the graph that x belongs to."
            )
        return edges
    check_edge_index(edges)
    known: Adjacency | None = _prepared.get(edges)
    if known is None or known.num_sources != num_nodes or not torch.equal(known.edge_index, edges):
        known = _prepared[edges] = Adjacency(edges.detach().clone(), num_nodes)
    return known


def _group(owner: Tensor, other: Tensor, num_owners: int, num_others: int) -> Bags:
    """Group edges by `owner`, keeping their original order within a bag."""
    # 32-bit ids halve the traffic of every later pass; only a graph past 2 billion needs more.
    fits = max(num_owners, num_others, owner.numel()) <= _INT32_MAX
    dtype = torch.int32 if fits else torch.int64
    order = _stable_order(owner, num_owners)
    ptr = torch.zeros(num_owners + 1, dtype=dtype, device=owner.device)
    torch.cumsum(torch.bincount(owner, minlength=num_owners), 0, dtype=dtype, out=ptr[1:])
    near, far = (ends.index_select(0, order).to(dtype) for ends in (owner, other))
    return Bags(ptr, far, near, order.to(dtype))


def _stable_order(owner: Tensor, num_owners: int) -> Tensor:
    """The order that sorts `owner`, ties in their original order."""
    if owner.device.type == "cpu" and num_owners <= 2**16:
        # NumPy sorts 16-bit numbers by their digits: on a small graph ten times as fast as comparing.
        return torch.from_numpy(np.argsort(owner.numpy().astype(np.uint16), kind="stable"))
    dtype = torch.int32 if num_owners <= _INT32_MAX else torch.int64
    return torch.sort(owner.to(dtype), stable=True).indices


def _repeat(bags: Bags, count: int, num_others: int) -> Bags:
    """`count` times the same bags, over as many copies of the nodes and of the edges."""
    bags_each, edges_each = bags.ptr.numel() - 1, bags.ids.numel()
    copy = torch.arange(count, dtype=bags.ids.dtype, device=bags.ids.device)[:, None]
    end = bags.ptr.new_full((1,), count * edges_each)
    return Bags(
        ptr=torch.cat([(bags.ptr[:-1] + copy * edges_each).flatten(), end]),
        ids=(bags.ids + copy * num_others).flatten(),
        owner=(bags.owner + copy * bags_each).flatten(),
        order=(bags.order + copy * edges_each).flatten(),
    )
