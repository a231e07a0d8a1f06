"""N copies of a graph, and in each one another node is marked."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def mark_each_node(edge_index: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    copies = [edge_index + v * num_nodes for v in range(num_nodes)]
    marks = torch.zeros(num_nodes * num_nodes, dtype=torch.long)
    for v in range(num_nodes):
        marks[v * num_nodes + v] = 1
    return torch.cat(copies, dim=1), marks


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        if graph.num_nodes < 20:
            yield Case(group, dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes), names=graph.names)


SHIFT = "edge_index + v * num_nodes"
MARK = "marks[v * num_nodes + v] = 1"

exercise = Exercise(
    answer=mark_each_node,
    task="Copy the graph once for each node, and mark that node",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "lays the copies on top of each other",
            "All copies have the node numbers of the first, so that it is one graph with N-fold edges. The "
            "nodes of copy v come after those of all copies before it.",
            (SHIFT, "edge_index"),
        ),
        Mistake(
            "moves the copies by the number of edges",
            "The numbers of a copy's nodes begin after the nodes of the copies before, of which there are "
            "`num_nodes` each. The edges play no part.",
            (SHIFT, "edge_index + v * edge_index.size(1)"),
        ),
        Mistake(
            "marks the same node in every copy",
            "In every copy, node 0 is marked. All copies are then the same. In copy v it is node v.",
            (MARK, "marks[v * num_nodes] = 1"),
        ),
        Mistake(
            "marks the whole first copy",
            "The marked nodes are the first N of all, which is copy 0. Where does node v of copy v stand?",
            (MARK, "marks[v] = 1"),
        ),
        Mistake(
            "lists the copies edge by edge",
            "The edges are right, but the first edge of every copy comes first, then the second of every "
            "copy. Whole copies were asked for, one after the other: `repeat` and `repeat_interleave` "
            "differ in this.",
            (
                "return torch.cat(copies, dim=1), marks",
                "return torch.stack(copies, dim=2).flatten(1), marks",
            ),
        ),
        Mistake(
            "moves only one end of each edge",
            "The sources stay in the first copy and the targets move on, so that the copies are tied "
            "together. Both ends of an edge belong to the same copy.",
            (SHIFT, "edge_index + torch.tensor([[0], [v * num_nodes]])"),
        ),
        Mistake(
            "stops at the highest id in the edges",
            "A node without edges has a copy of its own, too. `num_nodes` says how many there are.",
            (
                "copies = [",
                "num_nodes = int(edge_index.max()) + 1 if edge_index.numel() else 0\n    copies = [",
            ),
        ),
        Mistake(
            "moves the copies too far",
            "Copy 0 begins at node N and not at node 0. Count the copies from 0.",
            (SHIFT, "edge_index + (v + 1) * num_nodes"),
        ),
        Mistake(
            "gives each copy's number instead of a mark",
            "The marks are the numbers of the copies, on every node. A mark is 1 on one node of a copy and "
            "0 on the others.",
            (
                "    for v in range(num_nodes):\n        " + MARK,
                "    marks = torch.arange(num_nodes).repeat_interleave(num_nodes)",
            ),
        ),
        Mistake(
            "moves each copy by 1",
            "Copy v is moved by v only, so that the copies lie on top of each other. Each has N "
            "nodes: move it past all that come before.",
            """
            def mark_each_node(edge_index, num_nodes):
                copies = [edge_index + v for v in range(num_nodes)]
                return torch.cat(copies, dim=1), torch.eye(num_nodes, dtype=torch.long).flatten()
            """,
        ),
        Mistake(
            "leaves the marks as a table",
            "Your marks are [N, N], a row for each copy. The batch has N times N nodes: one list, "
            "copy after copy.",
            """
            def mark_each_node(edge_index, num_nodes):
                copies = [edge_index + v * num_nodes for v in range(num_nodes)]
                return torch.cat(copies, dim=1), torch.eye(num_nodes, dtype=torch.long)
            """,
        ),
    ),
    others=(
        """
        def mark_each_node(edge_index, num_nodes):
            shift = num_nodes * torch.arange(num_nodes)
            copies = (edge_index[:, None, :] + shift[None, :, None]).reshape(2, -1)
            return copies, torch.eye(num_nodes).flatten()
        """,
        """
        def mark_each_node(edge_index, num_nodes):
            columns, marks = [], []
            for v in range(num_nodes):
                for source, target in edge_index.T.tolist():
                    columns.append((v * num_nodes + source, v * num_nodes + target))
                marks += [1 if node == v else 0 for node in range(num_nodes)]
            return torch.tensor(columns, dtype=torch.long).view(-1, 2).T, torch.tensor(marks)
        """,
        """
        def mark_each_node(edge_index, num_nodes):
            E = edge_index.size(1)
            shift = (torch.arange(num_nodes) * num_nodes).repeat_interleave(E)
            marks = torch.zeros(num_nodes, num_nodes).fill_diagonal_(1.0)
            return edge_index.repeat(1, num_nodes) + shift, marks.view(-1)
        """,
    ),
    hints=(
        "This is the batching of lesson 6, with the same graph N times over: the node numbers of each copy "
        "begin where the copy before ended.",
        "Copy v has the nodes v * N, v * N + 1, ... So all its edges are `edge_index` plus one number.",
        "The marks are [N * N]: N zeros and ones for copy 0, then N for copy 1. Laid out as N rows of N, "
        "where are the ones?",
        "`torch.cat([edge_index + v * num_nodes for v in ...], dim=1)`, and `torch.eye(num_nodes)` as one "
        "long row.",
    ),
)
