"""Put many graphs side by side, as one graph in which no edge crosses from one to another."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import path_abcd, three_friends, tricky_graph
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM, random_graph
from gnn_lib.graph import Graph

UNEVEN = "graphs without edges, or whose last nodes have none"


def disjoint_union(edges: Tensor, num_nodes: Tensor, num_edges: Tensor) -> tuple[Tensor, Tensor]:
    start = num_nodes.cumsum(0) - num_nodes
    batch = torch.arange(len(num_nodes)).repeat_interleave(num_nodes)
    return edges + start.repeat_interleave(num_edges), batch


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends, path, tricky = three_friends(), path_abcd(), tricky_graph()
    yield _side_by_side(BY_HAND, friends, path)
    yield _side_by_side(BY_HAND, friends, path, friends)
    for sizes in ((4, 2, 7), (3, 5, 3, 6)):
        yield _side_by_side(RANDOM, *(random_graph(generator, size, 2 * size) for size in sizes))
    bare, loose = random_graph(generator, 3, 0), Graph(torch.tensor([[0], [1]]), num_nodes=4)
    yield _side_by_side(UNEVEN, tricky, bare, path)
    yield _side_by_side(UNEVEN, loose, bare, random_graph(generator, 5, 9), loose, friends)


def _side_by_side(group: str, *graphs: Graph) -> Case:
    """The edges of all graphs end to end, each counting its own nodes from 0."""
    inputs = dict(
        edges=torch.cat([graph.edge_index for graph in graphs], dim=1),
        num_nodes=torch.tensor([graph.num_nodes for graph in graphs]),
        num_edges=torch.tensor([graph.num_edges for graph in graphs]),
    )
    return Case(group, inputs)


exercise = Exercise(
    answer=disjoint_union,
    task="Put many graphs side by side, as one",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, UNEVEN: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "moves no edge",
            "Every graph still counts its nodes from 0, so all of them lie on top of each other on the "
            "first few nodes. In the union the second graph begins where the first one ends.",
            ("edges + start.repeat_interleave(num_edges)", "edges"),
        ),
        Mistake(
            "counts a graph's own nodes as well",
            "Each graph has moved too far, by its own size. A graph moves by the number of nodes in the "
            "graphs *before* it; the first one does not move at all.",
            ("num_nodes.cumsum(0) - num_nodes", "num_nodes.cumsum(0)"),
        ),
        Mistake(
            "looks back one graph only",
            "The second graph is in the right place, the third is not. All graphs that come before a graph "
            "push it on, not just the last one of them.",
            ("num_nodes.cumsum(0) - num_nodes", "torch.cat([torch.zeros(1).long(), num_nodes[:-1]])"),
        ),
        Mistake(
            "moves by edges instead of nodes",
            "An edge list holds numbers of nodes. What must be added to them is how many nodes come "
            "before, and you added how many edges come before.",
            ("num_nodes.cumsum(0) - num_nodes", "num_edges.cumsum(0) - num_edges"),
        ),
        Mistake(
            "moves the sources only",
            "The sources stand in their own graph, the targets still in the first one: edges now cross from "
            "graph to graph. Both ends of an edge move.",
            """
            def disjoint_union(edges, num_nodes, num_edges):
                start = num_nodes.cumsum(0) - num_nodes
                batch = torch.arange(len(num_nodes)).repeat_interleave(num_nodes)
                moved = edges.clone()
                moved[0] += start.repeat_interleave(num_edges)
                return moved, batch
            """,
        ),
        Mistake(
            "forgets nodes that no edge touches",
            "You took the size of a graph from the highest number among its edges. Its last nodes may have "
            "no edge, and they take up room, too. `num_nodes` says how many there are.",
            """
            def disjoint_union(edges, num_nodes, num_edges):
                parts, batch, start = [], [], 0
                for g, part in enumerate(edges.split(num_edges.tolist(), dim=1)):
                    parts.append(part + start)
                    start += int(part.max()) + 1 if part.numel() else 0
                    batch += [g] * int(num_nodes[g])
                return torch.cat(parts, dim=1), torch.tensor(batch)
            """,
        ),
        Mistake(
            "says where edges come from, not nodes",
            "The edges are right. But `batch` has one entry for every edge; it should have one for every "
            "node: the number of the graph that the node is in.",
            (".repeat_interleave(num_nodes)", ".repeat_interleave(num_edges)"),
        ),
        Mistake(
            "counts the graphs from 1",
            "The edges are right. But in `batch` the first graph is number 1; graphs are counted from 0, "
            "as nodes are.",
            ("torch.arange(len(num_nodes))", "torch.arange(1, len(num_nodes) + 1)"),
        ),
        Mistake(
            "writes where a graph begins",
            "The edges are right. But `batch` holds the number of each graph's first node; it should hold "
            "the number of the graph: 0, 1, 2 and so on.",
            ("torch.arange(len(num_nodes)).repeat_interleave", "start.repeat_interleave"),
        ),
        Mistake(
            "moves the targets only",
            "The targets stand in their own graph, the sources still in the first one: edges now cross from "
            "graph to graph. Both ends of an edge move.",
            """
            def disjoint_union(edges, num_nodes, num_edges):
                start = num_nodes.cumsum(0) - num_nodes
                batch = torch.arange(len(num_nodes)).repeat_interleave(num_nodes)
                return torch.stack([edges[0], edges[1] + start.repeat_interleave(num_edges)]), batch
            """,
        ),
        Mistake(
            "adds the number of the graph",
            "You added 0 to the first graph, 1 to the second, 2 to the third. What pushes a graph on is how "
            "many *nodes* stand before it.",
            ("num_nodes.cumsum(0) - num_nodes", "torch.arange(len(num_nodes))"),
        ),
        Mistake(
            "leaves room for the largest",
            "You gave every graph as much room as the largest one needs. Nothing is filled up here: a graph "
            "begins right where the one before it ends.",
            ("num_nodes.cumsum(0) - num_nodes", "torch.arange(len(num_nodes)) * num_nodes.max()"),
        ),
        Mistake(
            "returns them the other way round",
            "Both results are right, but in the other order: first the edges, then `batch`.",
            (
                "return edges + start.repeat_interleave(num_edges), batch",
                "return batch, edges + start.repeat_interleave(num_edges)",
            ),
        ),
        Mistake(
            "takes all graphs for equally large",
            "You moved graph g by g times the size of the first one. The graphs have sizes of their "
            "own: add up those that come before.",
            """
            def disjoint_union(edges, num_nodes, num_edges):
                start = torch.arange(len(num_nodes)) * num_nodes[0]
                batch = torch.arange(len(num_nodes)).repeat_interleave(num_nodes)
                return edges + start.repeat_interleave(num_edges), batch
            """,
        ),
    ),
    others=(
        """
        def disjoint_union(edges, num_nodes, num_edges):
            moved, batch, node, edge = [], [], 0, 0
            for g in range(len(num_nodes)):
                moved.append(edges[:, edge:edge + num_edges[g]] + node)
                batch += [g] * int(num_nodes[g])
                node, edge = node + int(num_nodes[g]), edge + int(num_edges[g])
            return torch.cat(moved, dim=1), batch
        """,
        """
        def disjoint_union(edges, num_nodes, num_edges):
            ends = np.cumsum(num_nodes.numpy())
            shift = np.repeat(ends - num_nodes.numpy(), num_edges.numpy())
            return edges.numpy() + shift, np.searchsorted(ends, np.arange(ends[-1]), side="right")
        """,
        """
        def disjoint_union(edges, num_nodes, num_edges):
            before = torch.ones(len(num_nodes), len(num_nodes)).tril(-1).long() @ num_nodes
            home = torch.cat([torch.full((n,), g) for g, n in enumerate(num_edges.tolist())])
            batch = torch.cat([torch.full((n,), g) for g, n in enumerate(num_nodes.tolist())])
            return edges + before[home], batch
        """,
    ),
    hints=(
        "The friends have 3 nodes, 0 to 2. Which number does node 0 of the next graph get? And of the one "
        "after?",
        "A running sum of `num_nodes`, without a graph's own nodes, says where each graph begins.",
        "`values.cumsum(0)` is the running sum. `values.repeat_interleave(times)` writes each value down "
        "as often as `times` says: once per edge for the move, once per node for `batch`.",
        "`start = num_nodes.cumsum(0) - num_nodes`; the edges move by `start.repeat_interleave(...)`.",
    ),
)
