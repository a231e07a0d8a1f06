"""Let every node hear itself: one more edge for each."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def add_self_loops(edge_index: Tensor, num_nodes: int) -> Tensor:
    nodes = torch.arange(num_nodes)
    return torch.cat([edge_index, torch.stack([nodes, nodes])], dim=1)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        inputs = dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes)
        yield Case(group, inputs, names=graph.names)
    twice = torch.tensor([[0, 0, 1], [0, 0, 2]])  # node 0 has two loops already
    yield Case(AWKWARD, dict(edge_index=twice, num_nodes=4))


exercise = Exercise(
    answer=add_self_loops,
    task="Add one self-loop for each node to a list of edges",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 1},
    order="columns",
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "returns the loops alone",
            "The loops are there, the edges are gone. Put them side by side.",
            ("[edge_index, torch.stack([nodes, nodes])]", "[torch.stack([nodes, nodes])]"),
        ),
        Mistake(
            "forgets nodes without an edge",
            "A node that no edge touches gets no loop here. It needs one most: without it, its inbox is "
            "empty.",
            ("torch.arange(num_nodes)", "edge_index.unique()"),
        ),
        Mistake(
            "stops at the highest node in an edge",
            "Nodes after the highest one that stands in an edge get no loop. How many nodes there are is "
            "given: `num_nodes`.",
            ("torch.arange(num_nodes)", "torch.arange(max(edge_index.flatten().tolist(), default=-1) + 1)"),
        ),
        Mistake(
            "counts from one",
            "The ids run from 0 to N - 1. Your loops begin at node 1 and end at a node that doesn't exist.",
            ("torch.arange(num_nodes)", "torch.arange(1, num_nodes + 1)"),
        ),
        Mistake(
            "puts the loops below the edges",
            "`dim=0` stacks rows, and an edge list has two: sources and targets. More edges are more "
            "columns.",
            ("dim=1", "dim=0"),
        ),
        Mistake(
            "skips nodes that have a loop already",
            "A + I adds 1 to every entry of the diagonal, also where something is. So here every node gets "
            "a loop. (Some libraries skip these nodes, and say so.)",
            """
            def add_self_loops(edge_index, num_nodes):
                has_one = edge_index[0][edge_index[0] == edge_index[1]]
                nodes = torch.arange(num_nodes)
                nodes = nodes[~torch.isin(nodes, has_one)]
                return torch.cat([edge_index, torch.stack([nodes, nodes])], dim=1)
            """,
        ),
        Mistake(
            "merges copies of an edge",
            "An edge that came twice is there once now. Adding loops changes no other edge.",
            ("torch.cat([edge_index, torch.stack([nodes, nodes])], dim=1)",
             "torch.cat([edge_index.unique(dim=1), torch.stack([nodes, nodes])], dim=1)"),
        ),
        Mistake(
            "adds the way back of every edge",
            "That makes the graph undirected: a fine thing, but another one. A self-loop runs from a node "
            "to the same node.",
            """
            def add_self_loops(edge_index, num_nodes):
                nodes = torch.arange(num_nodes)
                return torch.cat([edge_index, edge_index.flip(0), torch.stack([nodes, nodes])], dim=1)
            """,
        ),
        Mistake(
            "drops the loops that were there",
            "`edge_index` had a self-loop, and now it is gone: each node got one, whether it had one before "
            "or not. A + I adds, and takes nothing away.",
            """
            def add_self_loops(edge_index, num_nodes):
                between = edge_index[:, edge_index[0] != edge_index[1]]
                return torch.cat([between, torch.arange(num_nodes).repeat(2, 1)], dim=1)
            """,
        ),
        Mistake(
            "adds a loop for each edge",
            "Each source got a loop as often as it speaks. One for each node, whatever its edges.",
            ("torch.stack([nodes, nodes])",
             "edge_index[:1].repeat(2, 1)"),
        ),
        Mistake(
            "pairs the nodes the wrong way round",
            "The second row runs backwards, so that these edges join different nodes. A loop has the same "
            "node at both ends.",
            ("torch.stack([nodes, nodes])",
             "torch.stack([nodes, nodes.flip(0)])"),
        ),
        Mistake(
            "adds one row instead of two",
            "`nodes` is a single row, [N], and `edge_index` has two. Each loop needs a source and a target.",
            ("torch.stack([nodes, nodes])", "nodes"),
        ),
        Mistake(
            "stands the loops upright",
            "Your loops are [N, 2], a row for each. An edge list is [2, N]: a column for each.",
            ("torch.stack([nodes, nodes])", "torch.stack([nodes, nodes], dim=1)"),
        ),
        Mistake(
            "keeps each column once",
            "`unique` merged what came twice: double edges, and the loops of nodes that had one before. "
            "A + I only adds.",
            ("torch.cat([edge_index, torch.stack([nodes, nodes])], dim=1)",
             "torch.cat([edge_index, torch.stack([nodes, nodes])], dim=1).unique(dim=1)"),
        ),
        Mistake(
            "gives a loop to those who hear",
            "Only the nodes to which an edge leads got a loop. Those that only send, and those that do "
            "neither, want one as well: count to `num_nodes`.",
            ("torch.arange(num_nodes)", "edge_index[1].unique()"),
        ),
    ),
    others=(
        """
        def add_self_loops(edge_index, num_nodes):
            return torch.cat([torch.arange(num_nodes).repeat(2, 1), edge_index], dim=1)
        """,
        """
        def add_self_loops(edge_index, num_nodes):
            pairs = edge_index.T.tolist() + [[node, node] for node in range(num_nodes)]
            return torch.tensor(pairs).T
        """,
        """
        def add_self_loops(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes, dtype=torch.long)
            for i, j in edge_index.T.tolist():
                A[i, j] += 1
            A += torch.eye(num_nodes, dtype=torch.long)
            pairs = A.nonzero()
            return pairs.repeat_interleave(A[A > 0], dim=0).T
        """,
    ),
    hints=(
        "A self-loop on node 5 is the column 5, 5. You need one such column for each node.",
        "`torch.arange(num_nodes)` lists the nodes. Both rows of the loops look like that.",
        "`torch.cat([edge_index, loops], dim=1)` puts more columns to the right.",
    ),
)  # fmt: skip
