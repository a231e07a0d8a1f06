"""A graph, as data: tensors with documented shapes and nothing hidden.

The conventions of the whole course live here. `edge_index` is [2, E]: row 0 holds the sources, row
1 the targets, and messages flow from source to target. An undirected graph is one that has every
edge in both directions. N is the number of nodes, E of edges, G of graphs.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from functools import cache, cached_property
from typing import Any, Literal

import torch
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.validate import (
    check_edge_index,
    check_ids,
    check_no_nan,
    check_rows,
    check_same_device,
    check_tensor,
    describe,
)

Kind = Literal["node", "edge", "graph"]
_VECTORS = ("edge_weight", "edge_type", "train_mask", "val_mask", "test_mask", "batch")


def _per(kind: Kind) -> Any:
    """A field with one row per node, edge or graph; what follows a permutation is read off this."""
    return field(default=None, metadata={"per": kind})


@dataclass(frozen=True, eq=False, repr=False)
class Graph:
    """One graph, or several side by side (see `batch_graphs`). Immutable: change it with `replace`.

    Shapes: edge_index [2, E], x [N, F], edge_attr [E, D], edge_weight [E], edge_type [E],
    y [N] or [N, ...], pos [N, 2], the masks [N] (bool), batch [N], graph_y [G] or [G, ...].

    >>> friends = Graph(torch.tensor([[0, 1], [1, 2]]), x=torch.eye(3), names=("Ann", "Bob", "Cem"))
    >>> friends
    Graph(3 nodes, 2 edges, x [3, 3], names)
    >>> friends.replace(x=torch.ones(3, 1)).x.shape
    torch.Size([3, 1])
    """

    edge_index: Tensor
    x: Tensor | None = _per("node")
    edge_attr: Tensor | None = _per("edge")
    edge_weight: Tensor | None = _per("edge")
    edge_type: Tensor | None = _per("edge")
    y: Tensor | None = _per("node")
    pos: Tensor | None = _per("node")
    train_mask: Tensor | None = _per("node")
    val_mask: Tensor | None = _per("node")
    test_mask: Tensor | None = _per("node")
    batch: Tensor | None = _per("node")
    graph_y: Tensor | None = _per("graph")
    names: tuple[str, ...] | None = None
    num_nodes: int = -1  # -1: read it off the fields
    num_graphs: int = -1

    def __post_init__(self) -> None:
        edge_index = check_edge_index(self.edge_index)
        # `object.__setattr__` is how a frozen dataclass fills in what follows from its arguments.
        object.__setattr__(self, "edge_index", edge_index)
        if self.names is not None:
            object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        self._check_kinds()
        if self.num_nodes < 0:
            object.__setattr__(self, "num_nodes", self._count_nodes())
        if self.num_graphs < 0:
            object.__setattr__(self, "num_graphs", self._count_graphs())
        check_edge_index(edge_index, self.num_nodes)
        self._check_fields()

    def _count_nodes(self) -> int:
        for _, value in self.tensors("node"):
            if value.dim():
                return value.size(0)
        if self.names is not None:
            return len(self.names)
        return int(self.edge_index.max()) + 1 if self.edge_index.numel() else 0

    def _count_graphs(self) -> int:
        if self.graph_y is not None and self.graph_y.dim():
            return self.graph_y.size(0)
        if self.batch is not None:
            return int(self.batch.max()) + 1 if self.batch.numel() else 0
        return 1

    def _check_kinds(self) -> None:
        """Each field is a tensor of the right kind; how many rows it has comes after the counting."""
        for name in field_names():
            if getattr(self, name) is not None:
                check_tensor(getattr(self, name), name)
        for name in ("num_nodes", "num_graphs"):
            if not isinstance(getattr(self, name), int):
                raise TypeError(
                    f"{name} must be an int, got {describe(getattr(self, name))}. Convert with int(...)."
                )
        for name, value in self.tensors():
            _check_kind(name, value)

    def _check_fields(self) -> None:
        rows = {"node": self.num_nodes, "edge": self.num_edges, "graph": self.num_graphs}
        for kind, count in rows.items():
            for name, value in self.tensors(kind):  # type: ignore[arg-type]
                check_rows(value, count, name, kind)
                check_same_device(value, name, self.edge_index, "edge_index")
                if name in ("x", "edge_attr", "edge_weight"):
                    check_no_nan(value, name)
        if self.names is not None and len(self.names) != self.num_nodes:
            raise ValueError(f"names has {len(self.names)} entries for {self.num_nodes} nodes: one each.")
        if self.batch is not None:
            check_ids(self.batch, self.num_graphs, "batch", "graphs")
        elif self.num_graphs != 1:
            raise ValueError(
                f"num_graphs is {self.num_graphs}, so batch [N] must say which graph each node is in. "
                "batch_graphs makes it; one graph has num_graphs 1, and graph_y with one row."
            )

    @property
    def num_edges(self) -> int:
        """E, the number of directed edges: an undirected edge counts twice."""
        return self.edge_index.size(1)

    @property
    def device(self) -> torch.device:
        return self.edge_index.device

    @cached_property
    def adjacency(self) -> Adjacency:
        """The edges prepared for aggregation: indexed once, shared by every layer that gets it."""
        return Adjacency(self.edge_index, self.num_nodes)

    def tensors(self, kind: Kind | None = None) -> Iterator[tuple[str, Tensor]]:
        """The (name, tensor) pairs that are there, of one kind or of all."""
        for name in ("edge_index", *field_names()) if kind is None else field_names(kind):
            value = getattr(self, name)
            if value is not None:
                yield name, value

    def replace(self, **changes: Any) -> "Graph":
        """A copy with some fields changed; the rest, num_nodes and num_graphs too, stays and is shared."""
        return replace(self, **changes)

    def to(self, device: torch.device | str) -> "Graph":
        """The same graph with every tensor on `device`."""
        return self.replace(**{name: value.to(device) for name, value in self.tensors()})

    def __repr__(self) -> str:
        parts = [_count(self.num_nodes, "node"), _count(self.num_edges, "edge")]
        if self.num_graphs != 1:
            parts.insert(0, _count(self.num_graphs, "graph"))
        parts += [f"{name} {list(value.shape)}" for name, value in self.tensors() if name != "edge_index"]
        if self.names is not None:
            parts.append("names")
        return f"Graph({', '.join(parts)})"


@cache
def field_names(kind: Kind | None = None) -> tuple[str, ...]:
    """The fields with one row per node, edge or graph; without `kind`, all three.

    >>> field_names("edge")
    ('edge_attr', 'edge_weight', 'edge_type')
    """
    kinds = ("node", "edge", "graph") if kind is None else (kind,)
    return tuple(spec.name for spec in fields(Graph) if spec.metadata.get("per") in kinds)


def _check_kind(name: str, value: Tensor) -> None:
    if name.endswith("_mask") and value.dtype != torch.bool:
        raise TypeError(f"{name} must be a bool tensor [N], got {describe(value)}. Use {name}.bool().")
    if name in ("edge_type", "batch") and value.dtype != torch.int64:
        raise TypeError(f"{name} must hold torch.int64, got {describe(value)}. Use {name}.long().")
    if name == "edge_weight" and not value.is_floating_point():
        raise TypeError(f"{name} must be floating point, got {describe(value)}. Use {name}.float().")
    if name in _VECTORS and value.dim() != 1:
        raise ValueError(f"{name} must have one dimension, got {describe(value)}. Take one column of it.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
