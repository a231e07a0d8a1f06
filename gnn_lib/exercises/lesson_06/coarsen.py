"""DiffPool's step: share every node out among a few clusters, and see which clusters are linked."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import path_abcd, three_friends
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM, random_graph

STACK = "a stack of graphs"


def coarsen(x: Tensor, A: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
    S = torch.softmax(scores, dim=-1)
    return S.mT @ x, S.mT @ A @ S


def cases(generator: torch.Generator) -> Iterator[Case]:
    third = torch.log(torch.tensor(3.0))
    for graph, scores in (
        (path_abcd(), third * torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])),
        (three_friends(), third * torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 2.0]])),
    ):
        yield Case(BY_HAND, dict(x=graph.x, A=to_dense(graph), scores=scores), names=graph.names)
    for nodes, columns, clusters in ((5, 3, 2), (7, 2, 3)):
        yield Case(RANDOM, _draw(generator, nodes, columns, clusters))
    graphs = [_draw(generator, 4, 2, 3) for _ in range(2)]
    yield Case(STACK, {name: torch.stack([graph[name] for graph in graphs]) for name in graphs[0]})
    graphs = [_draw(generator, 3, 2, 2) for _ in range(3)]
    yield Case(STACK, {name: torch.stack([graph[name] for graph in graphs]) for name in graphs[0]})
    yield Case(GRADIENT, _draw(generator, 4, 2, 3), grad=("x", "scores"))


def _draw(generator: torch.Generator, nodes: int, columns: int, clusters: int) -> dict[str, Tensor]:
    graph = random_graph(generator, nodes, 3 * nodes, columns)
    assert graph.x is not None
    return dict(x=graph.x, A=to_dense(graph), scores=torch.randn(nodes, clusters, generator=generator))


exercise = Exercise(
    answer=coarsen,
    task="Pool nodes into clusters, and their links",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, GRADIENT: 0.5, STACK: 1},
    minutes=4,
    mistakes=(
        Mistake(
            "lets the nodes compete for a cluster",
            "Your softmax runs down the columns: every cluster hands out a share of itself to the nodes. "
            "It should run along the row: every node is shared out among the clusters, and its shares add "
            "up to 1.",
            ("dim=-1", "dim=0"),
        ),
        Mistake(
            "takes the softmax over the wrong side of a stack",
            "For one graph this is right. In a stack [G, N, C], dimension 1 is the nodes; the clusters are "
            "the last dimension, which is -1 in both cases.",
            ("dim=-1", "dim=1"),
        ),
        Mistake(
            "uses the scores as they are",
            "The shares of a node must be positive and add up to 1. A softmax along each row makes them so.",
            ("torch.softmax(scores, dim=-1)", "scores"),
        ),
        Mistake(
            "puts each node into one cluster",
            "You gave every node to its best cluster altogether. The result looks neat, but argmax has no "
            "gradient, so that the clusters could not be learned. Share each node out instead.",
            (
                "torch.softmax(scores, dim=-1)",
                "F.one_hot(scores.argmax(dim=-1), scores.size(-1)).to(x.dtype) + 0 * scores",
            ),
        ),
        Mistake(
            "takes the mean of a cluster",
            "You divided by how much is in each cluster. DiffPool adds up: a cluster that holds more nodes "
            "has larger features.",
            ("return S.mT @ x,", "return S.mT @ x / S.sum(dim=-2).unsqueeze(-1),"),
        ),
        Mistake(
            "turns the links round",
            "The clusters are linked the wrong way: A went in transposed. An edge from cluster to cluster "
            "points where the edges of their nodes point.",
            ("S.mT @ A @ S", "S.mT @ A.mT @ S"),
        ),
        Mistake(
            "drops the links within a cluster",
            "The diagonal of the new matrix says how much a cluster is linked with itself. You emptied it, "
            "and with it went most of the edges of a good clustering.",
            ("S.mT @ A @ S", "(S.mT @ A @ S) * (1 - torch.eye(S.size(-1)))"),
        ),
        Mistake(
            "stops halfway",
            "S^T A has a row for each cluster, but still a column for each node: who in which node each "
            "cluster is linked with. The targets must be pooled as well.",
            ("S.mT @ A @ S", "S.mT @ A"),
        ),
        Mistake(
            "takes a sigmoid",
            "A sigmoid judges every cluster for itself: a node may belong to all of them, or to none. Its "
            "shares must add up to 1.",
            ("torch.softmax(scores, dim=-1)", "torch.sigmoid(scores)"),
        ),
        Mistake(
            "turns the whole stack over",
            "For one graph this is right. But on a stack [G, N, C], `.T` turns all three dimensions over; "
            "`.mT` turns the last two, which is what each graph needs.",
            """
            def coarsen(x, A, scores):
                S = torch.softmax(scores, dim=-1)
                turned = S.permute(*reversed(range(S.dim())))  # what S.T does
                return turned @ x, turned @ A @ S
            """,
        ),
        Mistake(
            "returns them the other way round",
            "Both results are right, but in the other order: first the features of the clusters, then "
            "their links.",
            ("return S.mT @ x, S.mT @ A @ S", "return S.mT @ A @ S, S.mT @ x"),
        ),
        Mistake(
            "forgets to turn S over",
            "S has a row for each node, and so has x: torch can't multiply them. A row of the result belongs "
            "to a cluster, so S goes in with its clusters first.",
            ("return S.mT @ x, S.mT @ A @ S", "return S @ x, S @ A @ S.mT"),
        ),
        Mistake(
            "uses the scores for the links",
            "The features are right. But the links were made with the bare scores; they are pooled with the "
            "same shares S.",
            ("S.mT @ A @ S", "scores.mT @ A @ scores"),
        ),
        Mistake(
            "asks only whether clusters are linked",
            "You made a 1 of everything above 0. An entry of A' says *how much* two clusters are linked, and "
            "with soft shares nearly all of them are, a little. A comparison has no gradient, either.",
            ("S.mT @ A @ S", "(S.mT @ A @ S > 0).to(x.dtype) + 0 * S.sum()"),
        ),
        Mistake(
            "adds self-loops",
            "You added the identity to A, as for a GCN. Here A goes in as it is.",
            ("S.mT @ A @ S", "S.mT @ (A + torch.eye(A.size(-1))) @ S"),
        ),
        Mistake(
            "shares the whole graph out at once",
            "All shares together add up to 1. Each *node* is one whole, shared out among the clusters: the "
            "shares in each row add up to 1.",
            ("torch.softmax(scores, dim=-1)", "torch.softmax(scores.flatten(), dim=0).view_as(scores)"),
        ),
    ),
    others=(
        """
        def coarsen(x, A, scores):
            S = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)
            St = S.transpose(-1, -2)
            return St.matmul(x), St.matmul(A).matmul(S)
        """,
        """
        def coarsen(x, A, scores):
            S = F.softmax(scores, -1)
            return torch.einsum("...nc,...nf->...cf", S, x), torch.einsum("...nc,...nm,...md->...cd", S, A, S)
        """,
        """
        def coarsen(x, A, scores):
            if scores.dim() == 3:
                pairs = [coarsen(*one) for one in zip(x, A, scores)]
                return torch.stack([one for one, _ in pairs]), torch.stack([two for _, two in pairs])
            S = scores.softmax(1)
            pooled = sum(torch.outer(S[i], x[i]) for i in range(len(x)))
            links = sum(A[i, j] * torch.outer(S[i], S[j]) for i in range(len(x)) for j in range(len(x)))
            return pooled, links
        """,
    ),
    hints=(
        "First make shares of the scores: along each row, positive, adding up to 1.",
        "Row c of S^T x adds up the nodes, each as much as cluster c has of it. The second formula does "
        "this on both sides of A.",
        "`S.mT` turns the last two dimensions, so it also works for a stack. The clusters are dimension -1.",
        "`S = torch.softmax(scores, dim=-1)`, then `S.mT @ x` and `S.mT @ ... @ ...`.",
    ),
)
