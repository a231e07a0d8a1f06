"""Changing the edges of a graph: every function takes a Graph and gives a new one.

One rule holds throughout: what an edge carries (edge_weight, edge_attr, edge_type) goes where the
edge goes. Where edges are merged, weights and attributes are merged with them; edges of different
types say different things, so they are never merged. Where edges are added, you say what they carry.
"""

from itertools import chain
from typing import Literal

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.validate import check_choice, check_edge_index, describe

Reduce = Literal["sum", "mean", "max", "min"]
Direction = Literal["in", "out"]


def select_edges(graph: Graph, edges: Tensor) -> Graph:
    """The graph with only these edges: a bool mask [E], or edge positions in the order wanted.

    >>> path = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]))
    >>> select_edges(path, torch.tensor([True, False, True])).edge_index.tolist()
    [[0, 2], [1, 3]]
    """
    kept = {name: value[edges] for name, value in graph.tensors("edge")}
    return graph.replace(edge_index=graph.edge_index[:, edges], **kept)


def add_edges(graph: Graph, edge_index: Tensor, **fields: float | Tensor) -> Graph:
    """The graph with more edges, appended after its own.

    `fields` says what the new edges carry, for each edge field of the graph: one number (or one row
    of edge_attr) for all of them, or a tensor with one row per new edge. A weight is 1 unless you say
    otherwise.

    >>> path = Graph(torch.tensor([[0, 1], [1, 2]]), edge_weight=torch.tensor([5.0, 6.0]))
    >>> add_edges(path, torch.tensor([[2], [0]]), edge_weight=7.0).edge_weight.tolist()
    [5.0, 6.0, 7.0]
    """
    check_edge_index(edge_index)
    carried = dict(graph.tensors("edge"))
    if unknown := fields.keys() - carried.keys():
        raise ValueError(
            f"The graph has no {min(unknown)}, so new edges can't carry one; it has {sorted(carried)}."
        )
    if "edge_weight" in carried:
        fields.setdefault("edge_weight", 1.0)
    if missing := carried.keys() - fields.keys():
        raise ValueError(
            f"The graph has {min(missing)}: say what the new edges carry, as in {min(missing)}=0 "
            "(one value, or one row per new edge)."
        )
    rows = {name: _rows(name, fields[name], old, edge_index.size(1)) for name, old in carried.items()}
    grown = {name: torch.cat([old, rows[name]]) for name, old in carried.items()}
    return graph.replace(edge_index=torch.cat([graph.edge_index, edge_index], dim=1), **grown)


def _rows(name: str, value: float | Tensor, like: Tensor, count: int) -> Tensor:
    """`value` spread over `count` rows of the shape that the rows of `like` have."""
    rows = torch.as_tensor(value, dtype=like.dtype, device=like.device)
    try:
        return rows.expand(count, *like.shape[1:])
    except RuntimeError:
        raise ValueError(
            f"{name} for {count} new edges must be one value, or have shape {[count, *like.shape[1:]]}; "
            f"got {describe(value)}."
        ) from None


def has_self_loops(graph: Graph) -> bool:
    """Whether some node has an edge to itself."""
    return bool((graph.edge_index[0] == graph.edge_index[1]).any())


def remove_self_loops(graph: Graph) -> Graph:
    """The graph without the edges i -> i.

    >>> remove_self_loops(Graph(torch.tensor([[0, 0, 1], [0, 1, 1]]))).edge_index.tolist()
    [[0], [1]]
    """
    return select_edges(graph, graph.edge_index[0] != graph.edge_index[1])


def add_self_loops(graph: Graph, **fields: float | Tensor) -> Graph:
    """One edge i -> i more at every node, A + I, whether it has one already or not.

    New edges come last, in the order of the nodes. `fields` says what they carry, as in
    `add_edges`; a tensor needs one row per node.

    >>> add_self_loops(Graph(torch.tensor([[0, 0], [0, 1]]))).edge_index.tolist()
    [[0, 0, 0, 1], [0, 1, 0, 1]]
    """
    nodes = torch.arange(graph.num_nodes, device=graph.device)
    return add_edges(graph, torch.stack([nodes, nodes]), **fields)


def add_missing_self_loops(graph: Graph, **fields: float | Tensor) -> Graph:
    """An edge i -> i at every node that has none yet; a loop that is there stays as it is.

    >>> add_missing_self_loops(Graph(torch.tensor([[0, 0], [0, 1]]))).edge_index.tolist()
    [[0, 0, 1], [0, 1, 1]]
    """
    sources, targets = graph.edge_index
    bare = torch.ones(graph.num_nodes, dtype=torch.bool, device=graph.device)
    bare[sources[sources == targets]] = False
    nodes = bare.nonzero().view(-1)
    return add_edges(graph, torch.stack([nodes, nodes]), **fields)


def reverse(graph: Graph) -> Graph:
    """Every edge i -> j turned into j -> i: the transpose of A."""
    return graph.replace(edge_index=graph.edge_index.flip(0))


def coalesce(graph: Graph, reduce: Reduce = "sum") -> Graph:
    """Edges sorted by source, then target, and copies of the same edge merged into one.

    `reduce` merges edge_weight and edge_attr: sum, mean, max or min. Without weights it is forgotten
    how many copies there were; give each edge a weight of 1 first if the count matters.

    >>> pair = Graph(torch.tensor([[1, 0, 1], [0, 1, 0]]), edge_weight=torch.tensor([2.0, 3.0, 4.0]))
    >>> merged = coalesce(pair)
    >>> merged.edge_index.tolist(), merged.edge_weight.tolist()
    ([[0, 1], [1, 0]], [3.0, 6.0])
    """
    check_choice(reduce, ("sum", "mean", "max", "min"), "reduce")
    same = [_pairs(graph)] if graph.edge_type is None else [_pairs(graph), graph.edge_type]
    order = _lexsort(same)
    first = torch.ones(graph.num_edges, dtype=torch.bool, device=graph.device)
    first[1:] = torch.stack([key[order].diff() != 0 for key in same]).any(dim=0)
    group, kept = first.cumsum(0) - 1, order[first]
    merged = {
        name: value[kept] if name == "edge_type" else _merge(value[order], group, reduce)
        for name, value in graph.tensors("edge")
    }
    return graph.replace(edge_index=graph.edge_index[:, kept], **merged)


def to_undirected(graph: Graph, reduce: Reduce = "mean") -> Graph:
    """Every edge in both directions, once each, and what the two carry made equal.

    All edges between i and j, either way, are merged by `reduce` (see `coalesce`). The mean leaves a
    graph that is already undirected as it is; the sum gives A + A^T, with each self-loop counted once.

    >>> road = Graph(torch.tensor([[0, 1, 1], [1, 0, 2]]), edge_weight=torch.tensor([2.0, 4.0, 5.0]))
    >>> both = to_undirected(road)
    >>> both.edge_index.tolist(), both.edge_weight.tolist()
    ([[0, 1, 1, 2], [1, 0, 2, 1]], [3.0, 3.0, 5.0, 5.0])
    """
    # Merging before mirroring: i -> j and j -> i then carry the same number to the last bit.
    upward = coalesce(graph.replace(edge_index=graph.edge_index.sort(dim=0).values), reduce)
    downward = reverse(remove_self_loops(upward))
    both = add_edges(upward, downward.edge_index, **dict(downward.tensors("edge")))
    return select_edges(both, _pairs(both).argsort(stable=True))


def is_undirected(graph: Graph) -> bool:
    """Whether every edge has its reverse, as often, carrying the same."""
    carried = [value.unsqueeze(-1).flatten(1).unbind(1) for _, value in graph.tensors("edge")]
    there, back = [_pairs(graph), *chain(*carried)], [_pairs(reverse(graph)), *chain(*carried)]
    forward, backward = _lexsort(there), _lexsort(back)
    return all(torch.equal(one[forward], other[backward]) for one, other in zip(there, back, strict=True))


def degree(graph: Graph, direction: Direction = "in", weighted: bool = False) -> Tensor:
    """How many edges arrive at each node ("in") or leave it ("out"), [N]; or their weights' sum.

    >>> path = Graph(torch.tensor([[0, 0, 1], [1, 2, 2]]))
    >>> degree(path).tolist(), degree(path, "out").tolist()
    ([0.0, 1.0, 2.0], [2.0, 1.0, 0.0])
    """
    check_choice(direction, ("in", "out"), "direction")
    ends = graph.edge_index[1 if direction == "in" else 0]
    if weighted and graph.edge_weight is None:
        raise ValueError("weighted=True needs a graph with edge_weight [E], and this one has none.")
    weight = graph.edge_weight if weighted else torch.ones(graph.num_edges, device=graph.device)
    assert weight is not None
    return weight.new_zeros(graph.num_nodes).index_add(0, ends, weight)


def _pairs(graph: Graph) -> Tensor:
    """One number per edge, [E], that sorts by source, then target."""
    sources, targets = graph.edge_index.unbind()
    return sources * graph.num_nodes + targets


def _lexsort(columns: list[Tensor]) -> Tensor:
    """The order that sorts rows by the first column, ties by the second, and so on; stable."""
    *others, last = columns
    order = torch.sort(last, stable=True).indices
    for column in reversed(others):
        order = order[torch.sort(column[order], stable=True).indices]
    return order


def _merge(rows: Tensor, group: Tensor, reduce: Reduce) -> Tensor:
    """Rows [E, ...] of the same group merged into one; groups are numbered in order."""
    how = {"sum": "sum", "mean": "mean", "max": "amax", "min": "amin"}[reduce]
    merged = rows.new_zeros(int(group[-1]) + 1 if group.numel() else 0, *rows.shape[1:])
    index = group.view(-1, *[1] * (rows.dim() - 1)).expand_as(rows)
    return merged.scatter_reduce(0, index, rows, how, include_self=False)
