"""What is left of the edges when only some nodes stay."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import path_abcd, three_friends, tricky_graph
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, random_graph
from gnn_lib.graph import Graph


def edges_among(edge_index: Tensor, kept: Tensor, num_nodes: int) -> Tensor:
    place = torch.full((num_nodes,), -1)
    place[kept] = torch.arange(len(kept))
    source, target = place[edge_index]
    inside = (source >= 0) & (target >= 0)
    return torch.stack([source[inside], target[inside]])


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield _case(BY_HAND, three_friends(), [0, 2])
    yield _case(BY_HAND, path_abcd(), [1, 2, 3])
    for nodes, edges, stay in ((7, 18, 4), (9, 30, 5)):
        order = torch.randperm(nodes, generator=generator)[:stay]
        yield _case(RANDOM, random_graph(generator, nodes, edges), sorted(order.tolist()))
    yield _case(AWKWARD, tricky_graph(), [0, 1, 2, 4])
    yield _case(AWKWARD, Graph(torch.tensor([[5, 5, 5, 2, 3], [3, 3, 5, 0, 5]]), num_nodes=6), [1, 2, 3, 5])
    yield _case(AWKWARD, random_graph(generator, 5, 0), [1, 4])


def _case(group: str, graph: Graph, kept: list[int]) -> Case:
    inputs = dict(edge_index=graph.edge_index, kept=torch.tensor(kept), num_nodes=graph.num_nodes)
    return Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=edges_among,
    task="Keep the edges among the survivors",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=4,
    order="columns",
    mistakes=(
        Mistake(
            "keeps the old numbers",
            "These are the right edges, but they still go by the old numbers. The kept nodes are the rows "
            "0, 1, 2 of the new x: an edge must point at those.",
            ("torch.stack([source[inside], target[inside]])", "edge_index[:, inside]"),
        ),
        Mistake(
            "keeps edges with one end inside",
            "An edge needs both its ends. You also kept those that lead out of, or into, the nodes that "
            "are gone.",
            (") & (", ") | ("),
        ),
        Mistake(
            "looks at the sources only",
            "You asked whether the source stays. The target must stay as well.",
            ("(source >= 0) & (target >= 0)", "source >= 0"),
        ),
        Mistake(
            "looks at the targets only",
            "You asked whether the target stays. The source must stay as well.",
            ("(source >= 0) & (target >= 0)", "target >= 0"),
        ),
        Mistake(
            "looks the new numbers up the wrong way",
            "`kept[k]` says which *old* number the new node k had. You need the opposite: which new number "
            "an old node gets. Write that down first, in a table with a place for each old node.",
            """
            def edges_among(edge_index, kept, num_nodes):
                inside = torch.isin(edge_index, kept).all(dim=0)
                table = torch.zeros(num_nodes, dtype=torch.long)
                table[:len(kept)] = kept
                return table[edge_index[:, inside]]
            """,
        ),
        Mistake(
            "numbers only nodes that still have an edge",
            "You gave new numbers to the nodes that occur in the edges left over. A node may stay and have "
            "lost all its edges: it still takes a row of x, and a number.",
            """
            def edges_among(edge_index, kept, num_nodes):
                inside = torch.isin(edge_index, kept).all(dim=0)
                return torch.unique(edge_index[:, inside], return_inverse=True)[1]
            """,
        ),
        Mistake(
            "loses double edges",
            "A matrix of zeros and ones can't hold an edge that comes twice. Both copies stay if their "
            "ends do.",
            """
            def edges_among(edge_index, kept, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                A[edge_index[0], edge_index[1]] = 1
                return A[kept][:, kept].nonzero().T
            """,
        ),
        Mistake(
            "turns the edges round",
            "Every edge points the wrong way now. Sources stay in row 0.",
            ("[source[inside], target[inside]]", "[target[inside], source[inside]]"),
        ),
        Mistake(
            "loses the first survivor",
            "Number 0 is a survivor, too: it is the first of the kept nodes. You kept only edges between "
            "nodes whose new number is *more* than 0.",
            ("(source >= 0) & (target >= 0)", "(source > 0) & (target > 0)"),
        ),
        Mistake(
            "leaves the marks in",
            "A -1 in your table says that a node is gone, and some edges still lead from it or to it. As a "
            "number of a node, -1 would even be taken for the last one. Such edges must go.",
            """
            def edges_among(edge_index, kept, num_nodes):
                place = torch.full((num_nodes,), -1)
                place[kept] = torch.arange(len(kept))
                return place[edge_index]
            """,
        ),
        Mistake(
            "numbers the survivors from 1",
            "These are the right edges, but every number is one too high: a running count says 1 at the "
            "first survivor, and its row in x is 0.",
            ("torch.arange(len(kept))", "torch.arange(1, len(kept) + 1)"),
        ),
        Mistake(
            "asks about ends, not about edges",
            "`torch.isin` answers for each end by itself, [2, E]. Used as an index, that throws all ends "
            "that stay into one row. A column stays if both of its ends do: `.all(dim=0)` asks that.",
            """
            def edges_among(edge_index, kept, num_nodes):
                return edge_index[torch.isin(edge_index, kept)]
            """,
        ),
        Mistake(
            "looks the numbers up the wrong way",
            "`kept[k]` is the old id of the new node k. You need the way back, from the old id to its "
            "place in `kept`.",
            """
            def edges_among(edge_index, kept, num_nodes):
                inside = torch.isin(edge_index[0], kept) & torch.isin(edge_index[1], kept)
                return kept[edge_index[:, inside] % max(1, len(kept))]
            """,
        ),
        Mistake(
            "asks for the target only",
            "You kept every edge that ends at a survivor. Its source must be a survivor, too.",
            """
            def edges_among(edge_index, kept, num_nodes):
                inside = torch.isin(edge_index[1], kept)
                place = torch.zeros(num_nodes, dtype=torch.long)
                place[kept] = torch.arange(len(kept))
                return place[edge_index[:, inside]]
            """,
        ),
    ),
    others=(
        """
        def edges_among(edge_index, kept, num_nodes):
            new = {old: k for k, old in enumerate(kept.tolist())}
            pairs = [(new[i], new[j]) for i, j in edge_index.T.tolist() if i in new and j in new]
            return torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
        """,
        """
        def edges_among(edge_index, kept, num_nodes):
            inside = torch.isin(edge_index, kept).all(dim=0)
            return torch.searchsorted(kept, edge_index[:, inside].contiguous())
        """,
        """
        def edges_among(edge_index, kept, num_nodes):
            A = torch.zeros(num_nodes, num_nodes, dtype=torch.long)
            ones = torch.ones(edge_index.size(1), dtype=torch.long)
            A.index_put_((edge_index[0], edge_index[1]), ones, accumulate=True)
            left = A[kept][:, kept]
            pairs = left.nonzero()
            return pairs.repeat_interleave(left[pairs[:, 0], pairs[:, 1]], dim=0).T
        """,
    ),
    hints=(
        "Two things happen: edges that lost an end go, and the ends of the others get new numbers.",
        "Make a table with a place for each old node: its new number if it stays, -1 if it goes.",
        "`place = torch.full((num_nodes,), -1)`, then `place[kept] = torch.arange(len(kept))`. What is "
        "`place[edge_index]`?",
        "Keep the columns of `place[edge_index]` in which both numbers are 0 or more.",
    ),
)
