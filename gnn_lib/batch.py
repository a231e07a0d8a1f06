"""Many graphs as one: side by side, with no edge between them.

A layer needs no loop over graphs. Their disjoint union is a graph like any other (its adjacency
matrix is block-diagonal), and `batch` [N] remembers which node came from where.
"""

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor

from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph, Kind
from gnn_lib.subgraph import permute
from gnn_lib.validate import check_same_device, describe


def batch_graphs(graphs: Sequence[Graph]) -> Graph:
    """The disjoint union: nodes and edges of the first graph, then of the second, and so on.

    Every field is put end to end (graph_y becomes [G, ...]), and edge_index moves by the number of
    nodes that come before. All graphs must have the same fields.

    >>> one, two = Graph(torch.tensor([[0], [1]])), Graph(torch.tensor([[1], [0]]))
    >>> both = batch_graphs([one, two])
    >>> both.edge_index.tolist(), both.batch.tolist()
    ([[0, 3], [1, 2]], [0, 0, 1, 1])
    """
    if isinstance(graphs, Graph):
        raise TypeError("graphs must be a list of Graphs, got one Graph: say batch_graphs([graph]).")
    if not graphs:
        raise ValueError("batch_graphs needs at least one graph, got none.")
    for position, graph in enumerate(graphs):
        _check_agrees(graph, graphs[0], position)
    device = graphs[0].device
    sizes = torch.tensor([graph.num_nodes for graph in graphs], device=device)
    offsets = (sizes.cumsum(0) - sizes).tolist()
    shifted = [graph.edge_index + offset for graph, offset in zip(graphs, offsets, strict=True)]
    named = graphs[0].names is not None
    return Graph(
        torch.cat(shifted, dim=1),
        batch=torch.arange(len(graphs), device=device).repeat_interleave(sizes),
        num_nodes=int(sizes.sum()),
        names=tuple(name for graph in graphs for name in graph.names or ()) if named else None,
        num_graphs=len(graphs),
        **{name: torch.cat([getattr(graph, name) for graph in graphs]) for name in _fields(graphs[0])},
    )


def unbatch(graph: Graph) -> list[Graph]:
    """The graphs of a batch again, exactly as `batch_graphs` got them.

    A graph without `batch` is a batch of one. Nodes of one graph need not stand together.
    """
    if graph.batch is None:
        return [graph]
    home = graph.batch[graph.edge_index]
    _check_apart(home)
    ordered = select_edges(permute(graph, graph.batch.argsort(stable=True)), home[0].argsort(stable=True))
    sizes: dict[Kind, list[int]] = {
        "node": torch.bincount(graph.batch, minlength=graph.num_graphs).tolist(),
        "edge": torch.bincount(home[0], minlength=graph.num_graphs).tolist(),
        "graph": [1] * graph.num_graphs,
    }
    parts = {
        name: torch.split(value, sizes[kind])
        for kind in sizes
        for name, value in ordered.tensors(kind)
        if name != "batch"
    }
    edge_indices = torch.split(ordered.edge_index, sizes["edge"], dim=1)
    ends = list(accumulate(sizes["node"], initial=0))
    return [
        Graph(
            edge_indices[k] - ends[k],
            names=ordered.names[ends[k] : ends[k + 1]] if ordered.names is not None else None,
            num_nodes=sizes["node"][k],
            num_graphs=1,
            **{name: part[k] for name, part in parts.items()},
        )
        for k in range(graph.num_graphs)
    ]


def _fields(graph: Graph) -> dict[str, Tensor]:
    """What a graph carries, by name, the edges themselves apart."""
    return {name: value for name, value in graph.tensors() if name != "edge_index"}


def _check_agrees(graph: Graph, first: Graph, position: int) -> None:
    """One graph of a batch has the fields of the first, with the same shape per row and dtype."""
    if not isinstance(graph, Graph):
        raise TypeError(f"graphs[{position}] must be a Graph, got {describe(graph)}.")
    if graph.batch is not None:
        raise ValueError(f"graphs[{position}] is already a batch of {graph.num_graphs}: unbatch it first.")
    check_same_device(graph.edge_index, f"graphs[{position}]", first.edge_index, "graphs[0]")
    ours, theirs = _fields(graph), _fields(first)
    differing = ours.keys() ^ theirs.keys()
    if (graph.names is None) != (first.names is None):
        differing.add("names")
    for name in sorted(differing):
        verb = "lacks" if getattr(graph, name) is None else "has"
        raise ValueError(
            f"graphs[{position}] {verb} {name}, unlike graphs[0]: all graphs of a batch need the same "
            f"fields. Add it, or drop it with replace({name}=None)."
        )
    for name, value in ours.items():
        if value.shape[1:] != theirs[name].shape[1:] or value.dtype != theirs[name].dtype:
            raise ValueError(
                f"{name} of graphs[{position}] is {describe(value)}, of graphs[0] {describe(theirs[name])}: "
                "only the number of rows may differ."
            )


def _check_apart(home: Tensor) -> None:
    """`home` [2, E], the graphs of each edge's two ends, must agree."""
    crossing = (home[0] != home[1]).nonzero().view(-1)
    if crossing.numel():
        edge = int(crossing[0])
        raise ValueError(
            f"edge {edge} runs from graph {int(home[0, edge])} to graph {int(home[1, edge])}: "
            "graphs that share edges can't be taken apart."
        )
