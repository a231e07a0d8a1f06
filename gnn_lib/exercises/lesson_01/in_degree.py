"""Count, for every node, the edges that arrive."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def in_degree(edge_index: Tensor, num_nodes: int) -> Tensor:
    return torch.bincount(edge_index[1], minlength=num_nodes)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        inputs = dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes)
        yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=in_degree,
    task="Count each node's incoming edges",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=4,
    level="blank",
    mistakes=(
        Mistake(
            "counts the edges that leave",
            "These are the out-degrees: row 0 of `edge_index` holds where each edge starts. An edge arrives "
            "at the node in the other row.",
            ("edge_index[1]", "edge_index[0]"),
        ),
        Mistake(
            "counts both ends",
            "You counted every edge at both of its ends: in-degree and out-degree together. Here only the "
            "end that it arrives at counts.",
            ("edge_index[1]", "edge_index.flatten()"),
        ),
        Mistake(
            "forgets the last nodes",
            "The result is as long as the highest id among the targets. Nodes after it, to which no edge "
            "leads, have an in-degree, too: 0.",
            (", minlength=num_nodes", ""),
        ),
        Mistake(
            "leaves out nodes that hear nothing",
            "`unique` lists only the nodes that occur. A node to which no edge leads is missing, and those "
            "after it have moved up: entry i must belong to node i.",
            """
            def in_degree(edge_index, num_nodes):
                return edge_index[1].unique(return_counts=True)[1]
            """,
        ),
        Mistake(
            "counts a double edge once",
            "Where an edge comes twice, you counted it once. Both arrive, so both count.",
            """
            def in_degree(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                A[edge_index[0], edge_index[1]] = 1
                return A.sum(0)
            """,
        ),
        Mistake(
            "leaves out self-loops",
            "An edge from a node to itself arrives there as well. Count it like any other.",
            """
            def in_degree(edge_index, num_nodes):
                return torch.bincount(edge_index[1][edge_index[0] != edge_index[1]], minlength=num_nodes)
            """,
        ),
        Mistake(
            "loses double edges in an assignment",
            "`degree[targets] += 1` adds once per node, however often the node is listed: the right side is "
            "worked out before anything is written. `index_add_`, `scatter_add_`, `bincount` add each time.",
            """
            def in_degree(edge_index, num_nodes):
                degree = torch.zeros(num_nodes)
                degree[edge_index[1]] += 1
                return degree
            """,
        ),
        Mistake(
            "counts all edges",
            "This is E, the number of edges in the whole graph. Asked for is one number for each node.",
            """
            def in_degree(edge_index, num_nodes):
                return len(edge_index[1])
            """,
        ),
        Mistake(
            "takes a column for the row",
            "`edge_index[:, 1]` is the second column: the two ends of a single edge. A row is picked by the "
            "first index.",
            ("edge_index[1]", "edge_index[:, 1]"),
        ),
        Mistake(
            "goes through the rows, not the edges",
            "A loop over `edge_index` meets its two rows. The edges are its columns: turn the table, with "
            "`edge_index.T`, and each turn of the loop is one edge.",
            """
            def in_degree(edge_index, num_nodes):
                degree = torch.zeros(num_nodes)
                for i, j in edge_index:
                    degree[j] += 1
                return degree
            """,
        ),
        Mistake(
            "stops after the first edge",
            "`return` inside the loop ends the function at the first edge, and where there is no edge, "
            "nothing is returned. It belongs after the loop.",
            """
            def in_degree(edge_index, num_nodes):
                degree = torch.zeros(num_nodes)
                for j in edge_index[1].tolist():
                    degree[j] += 1
                    return degree
            """,
        ),
    ),
    others=(
        """
        def in_degree(edge_index, num_nodes):
            degree = [0] * num_nodes
            for target in edge_index[1].tolist():
                degree[target] += 1
            return degree
        """,
        """
        def in_degree(edge_index, num_nodes):
            return F.one_hot(edge_index[1], num_nodes).sum(0)
        """,
        """
        def in_degree(edge_index, num_nodes):
            ones = torch.ones(edge_index.size(1), dtype=torch.float64)
            return torch.zeros(num_nodes, dtype=torch.float64).index_add(0, edge_index[1], ones)
        """,
    ),
    hints=(
        "An edge arrives at its target. In which row of `edge_index` are the targets?",
        "Each time a node stands in that row, its count goes up by one. And a node that never stands there?",
        "`torch.bincount(ids)` counts how often each id occurs; `minlength=` says how long the result is.",
        "`return torch.bincount(edge_index[...], minlength=...)`",
    ),
)
