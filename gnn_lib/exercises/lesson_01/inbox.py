"""Gather: what arrives at every node, as one product of matrices."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


def inbox(A: Tensor, X: Tensor) -> Tensor:
    return A.T @ X


def cases(generator: torch.Generator) -> Iterator[Case]:
    graphs = sample_graphs(generator)
    graphs.append((GRADIENT, random_graph(generator, 5, 9, features=2)))
    for group, graph in graphs:
        assert graph.x is not None
        grad = ("X",) if group == GRADIENT else ()
        yield Case(group, dict(A=to_dense(graph), X=graph.x), grad=grad, names=graph.names)


exercise = Exercise(
    answer=inbox,
    task="Add up what arrives at every node",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "gathers from the wrong end",
            "This adds up the features of the nodes that each node tells: the outbox. Row i of A is what i "
            "tells; what i hears is written in column i.",
            ("A.T @ X", "A @ X"),
        ),
        Mistake(
            "gathers from both ends",
            "You added the outbox to the inbox. In a directed graph only those count who send to the node.",
            ("A.T @ X", "(A + A.T) @ X"),
        ),
        Mistake(
            "adds the node itself",
            "Each node's own features are in your sum. A node hears itself only if it has a self-loop, and "
            "that is on the diagonal of A already.",
            ("A.T @ X", "A.T @ X + X"),
        ),
        Mistake(
            "takes the mean",
            "You divided by the in-degree. The mean has its turn in the next lesson; here the inbox is the "
            "sum.",
            ("A.T @ X", "A.T @ X / A.sum(0).clamp(min=1).unsqueeze(1)"),
        ),
        Mistake(
            "counts a double edge once",
            "A 2 in A says that the message arrives twice. You made it a 1.",
            ("A.T @ X", "(A > 0).float().T @ X"),
        ),
        Mistake(
            "multiplies entry by entry",
            "`*` multiplies cell by cell, and wants two tensors of the same shape. Rows times columns, "
            "added up, is the product of matrices, `@`.",
            ("A.T @ X", "A.T * X"),
        ),
        Mistake(
            "has a row for each feature",
            "The numbers are right but lie on their side, in the shape [F, N]. In the result, as in X, "
            "every node has a row.",
            ("A.T @ X", "X.T @ A"),
        ),
        Mistake(
            "counts the messages instead of adding them",
            "You gave every node its in-degree, for each feature. Count less, listen more: it is the "
            "features of the senders that arrive.",
            ("A.T @ X", "A.T @ torch.ones_like(X)"),
        ),
        Mistake(
            "cuts the gradient off",
            "The numbers are right, but no gradient gets back to X: `.detach()`, `.data`, `.tolist()` and "
            "`.numpy()` leave it behind. A network that gathers like this could not learn.",
            ("A.T @ X", "A.T @ X.detach()"),
        ),
        Mistake(
            "puts X on the left",
            "A product goes along the rows of the left matrix, and the rows of X are as long as there are "
            "features. What chooses among the nodes must stand on the left.",
            ("A.T @ X", "X @ A.T"),
        ),
    ),
    others=(
        """
        def inbox(A, X):
            return torch.einsum("ij,if->jf", A, X)
        """,
        """
        def inbox(A, X):
            rows = []
            for i in range(len(A)):
                total = torch.zeros(X.size(1))
                for j in range(len(A)):
                    total = total + A[j, i] * X[j]
                rows.append(total)
            return torch.stack(rows)
        """,
        """
        def inbox(A, X):
            return torch.sparse.mm(A.T.to_sparse(), X)
        """,
        """
        def inbox(A, X):
            return (X.T @ A).T
        """,
        """
        def inbox(A, X):
            return (A.double().unsqueeze(2) * X.unsqueeze(1)).sum(dim=0)
        """,
    ),
    hints=(
        "Work it out for Cem on paper: whose ratings are added, and where in A does it say so?",
        "A product of matrices goes along a row of the left one. What Cem hears stands in a column of A.",
        "Mirror A at its diagonal, and its columns become rows: `A.T`.",
        "`return A.T ...`, and then the product with X.",
    ),
)
