"""Edges that carry a number: the inbox, weighted."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


def weighted_inbox(x: Tensor, edge_index: Tensor, edge_weight: Tensor) -> Tensor:
    A = torch.zeros(len(x), len(x))
    for k, (i, j) in enumerate(edge_index.T.tolist()):
        A[i, j] += edge_weight[k]
    return A.T @ x


def cases(generator: torch.Generator) -> Iterator[Case]:
    graphs = sample_graphs(generator)
    graphs.append((GRADIENT, random_graph(generator, 5, 9, features=2)))
    for group, graph in graphs:
        assert graph.x is not None
        if group == BY_HAND:  # 2, 3, 4, ...: whole sums, and no two edges alike
            weight = torch.arange(2, graph.num_edges + 2).float()
        else:
            weight = torch.rand(graph.num_edges, generator=generator) + 0.1
        inputs = dict(x=graph.x, edge_index=graph.edge_index, edge_weight=weight)
        grad = ("x", "edge_weight") if group == GRADIENT else ()
        yield Case(group, inputs, grad=grad, names=graph.names)


exercise = Exercise(
    answer=weighted_inbox,
    task="Gather with a weight on every edge",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "forgets the weights",
            "This is the plain inbox: every message counts once. Each should count as much as its edge "
            "weighs.",
            ("+= edge_weight[k]", "+= 1"),
        ),
        Mistake(
            "gathers from the wrong end",
            "The weights are right, the direction is not: these are the features of the nodes that each node "
            "tells. Row 1 of the edge list hears, row 0 tells.",
            ("A.T @ x", "A @ x"),
        ),
        Mistake(
            "lets the last copy of an edge win",
            "Where an edge comes twice, your matrix keeps the weight of the last one only. Both messages "
            "arrive, so their weights add up.",
            ("+= edge_weight[k]", "= edge_weight[k]"),
        ),
        Mistake(
            "takes the weighted mean",
            "You divided by the sum of the weights that arrive. The weighted sum is asked for.",
            (
                "A.T @ x",
                "A.T @ x / A.sum(0).clamp(min=1e-9).unsqueeze(1)",
            ),
        ),
        Mistake(
            "looks the weight up by node",
            "`edge_weight` has an entry for every edge, not for every node. The weight of the k-th edge is "
            "the k-th entry, whoever its nodes are.",
            """
            def weighted_inbox(x, edge_index, edge_weight):
                A = torch.zeros(len(x), len(x))
                for i, j in edge_index.T.tolist():
                    A[i, j] += edge_weight[i]
                return A.T @ x
            """,
        ),
        Mistake(
            "weighs twice",
            "Each weight comes in twice, once in the matrix and once more. 3 became 9.",
            ("+= edge_weight[k]", "+= edge_weight[k] * edge_weight[k]"),
        ),
        Mistake(
            "writes every edge both ways",
            "Your matrix also holds every edge turned round, so that what is told comes back. The edges are "
            "directed.",
            (
                "    A[i, j] += edge_weight[k]\n",
                "    A[i, j] += edge_weight[k]\n        A[j, i] += edge_weight[k]\n",
            ),
        ),
        Mistake(
            "cuts the weights off from the gradient",
            "The result is right, but no gradient gets back to the weights: `.item()`, `.tolist()`, "
            "`float(...)` and `.detach()` turn them into bare numbers. Then a network could never learn "
            "whom to trust.",
            ("+= edge_weight[k]", "+= edge_weight[k].item()"),
        ),
        Mistake(
            "adds 1 to every weight",
            "Each edge counts 1 too much: its weight comes in place of the 1, not on top of it.",
            ("+= edge_weight[k]", "+= 1 + edge_weight[k]"),
        ),
        Mistake(
            "stops at the matrix",
            "This is the weighted matrix, the first half of the way. The second half gathers with it.",
            ("return A.T @ x", "return A"),
        ),
        Mistake(
            "keeps one message an inbox",
            "Each message is written over the one before, so the last one stays. All of them arrive: add "
            "them.",
            """
            def weighted_inbox(x, edge_index, edge_weight):
                heard = torch.zeros(len(x), x.size(1))
                for k, (i, j) in enumerate(edge_index.T.tolist()):
                    heard[j] = edge_weight[k] * x[i]
                return heard
            """,
        ),
        Mistake(
            "goes through the rows, not the edges",
            "A loop over `edge_index` meets its two rows. The edges are its columns: turn the table, with "
            "`edge_index.T`, and each turn of the loop is one edge.",
            ("edge_index.T.tolist()", "edge_index"),
        ),
        Mistake(
            "lets one copy of an edge win",
            "`A[sources, targets] = edge_weight` writes each cell once, so that of an edge that comes "
            "twice only one weight is left. The cell wants the sum of both: add them up, one edge at a "
            "time or with `index_put_(..., accumulate=True)`.",
            """
            def weighted_inbox(x, edge_index, edge_weight):
                A = torch.zeros(len(x), len(x))
                A[edge_index[0], edge_index[1]] = edge_weight
                return A.T @ x
            """,
        ),
        Mistake(
            "sends the listener its own features",
            "Every node hears itself here, as loudly as others speak to it. The row that travels along "
            "an edge is that of its source, in row 0 of `edge_index`.",
            """
            def weighted_inbox(x, edge_index, edge_weight):
                sources, targets = edge_index
                return torch.zeros_like(x).index_add(0, targets, edge_weight[:, None] * x[targets])
            """,
        ),
        Mistake(
            "divides by the number of messages",
            "You took the mean of the weighted messages. Here they are added up and nothing is divided.",
            """
            def weighted_inbox(x, edge_index, edge_weight):
                sources, targets = edge_index
                heard = torch.zeros_like(x).index_add(0, targets, edge_weight[:, None] * x[sources])
                return heard / torch.bincount(targets, minlength=len(x)).clamp(min=1)[:, None]
            """,
        ),
    ),
    others=(
        """
        def weighted_inbox(x, edge_index, edge_weight):
            messages = edge_weight[:, None] * x[edge_index[0]]
            return torch.zeros_like(x).index_add(0, edge_index[1], messages)
        """,
        """
        def weighted_inbox(x, edge_index, edge_weight):
            A = torch.zeros(len(x), len(x))
            A = A.index_put((edge_index[0], edge_index[1]), edge_weight, accumulate=True)
            return torch.einsum("ji,jf->if", A, x)
        """,
        """
        def weighted_inbox(x, edge_index, edge_weight):
            A = torch.sparse_coo_tensor(edge_index.flip(0), edge_weight, (len(x), len(x)))
            return torch.sparse.mm(A, x)
        """,
        """
        def weighted_inbox(x, edge_index, edge_weight):
            heard = [torch.zeros(x.size(1)) for _ in x]
            for (i, j), w in zip(edge_index.T.tolist(), edge_weight, strict=True):
                heard[j] = heard[j] + w * x[i]
            return torch.stack(heard)
        """,
    ),
    hints=(
        "You have written both halves already: a matrix from edges, and the inbox from a matrix.",
        "In `adjacency`, every edge added 1 to its cell. What should the k-th edge add now?",
        "`for k, (i, j) in enumerate(edge_index.T.tolist()):` gives you the number of each edge as well.",
        "`A[i, j] += edge_weight[...]` for every edge, then the inbox as before.",
    ),
)
