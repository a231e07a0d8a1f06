"""Powers of the matrix count walks."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs

_NO_STEPS = "walks of no steps"


def walks(A: Tensor, k: int) -> Tensor:
    counts = torch.eye(len(A))
    for _ in range(k):
        counts = counts @ A
    return counts


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        for k in (2, 3) if group == BY_HAND else (1 + place % 4,):
            yield Case(group, dict(A=to_dense(graph), k=k), names=graph.names)
        if group == BY_HAND:
            yield Case(_NO_STEPS, dict(A=to_dense(graph), k=0), names=graph.names)


exercise = Exercise(
    answer=walks,
    task="Count the walks of k steps between any two nodes",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, _NO_STEPS: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "raises every cell to the power",
            "`A ** k` works cell by cell: 1 to any power is 1. A walk goes over a node in between, and that "
            "takes the product of matrices, `@`.",
            """
            def walks(A, k):
                return A ** k
            """,
        ),
        Mistake(
            "multiplies by k",
            "You added A to itself. One more step is one more product with A.",
            """
            def walks(A, k):
                return k * A
            """,
        ),
        Mistake(
            "takes one step too many",
            "These are the walks of k + 1 steps. A alone is one step already.",
            ("range(k)", "range(k + 1)"),
        ),
        Mistake(
            "has no answer for no steps",
            "From k = 1 on it is right. A walk of no steps stays where it is: there is exactly one from "
            "each node to itself, and none to any other. Which matrix says that?",
            """
            def walks(A, k):
                counts = A
                for _ in range(k - 1):
                    counts = counts @ A
                return counts
            """,
        ),
        Mistake(
            "adds up all walks of up to k steps",
            "The shorter walks are in your sum as well. Only those of exactly k steps are asked for.",
            """
            def walks(A, k):
                counts = total = torch.eye(len(A))
                for _ in range(k):
                    counts = counts @ A
                    total = total + counts
                return total
            """,
        ),
        Mistake(
            "says whether, not how many",
            "You kept 1 wherever there is a walk. How many there are is the question.",
            ("return counts", "return (counts > 0).float()"),
        ),
        Mistake(
            "walks against the arrows",
            "Row and column are swapped: your walks go from the column to the row.",
            ("counts @ A", "counts @ A.T"),
        ),
        Mistake(
            "forbids the way home",
            "A walk may visit a node again, and may end where it began. You set the diagonal to zero.",
            ("return counts", "return counts * (1 - torch.eye(len(A)))"),
        ),
        Mistake(
            "squares every time",
            "`A = A @ A` in a loop doubles the steps each time: 1, 2, 4, 8. One more step is one more "
            "product with the A that you were given.",
            """
            def walks(A, k):
                for _ in range(k):
                    A = A @ A
                return A
            """,
        ),
        Mistake(
            "takes two steps, whatever is asked",
            "`A @ A` counts the walks of two steps. How many products does it take for k?",
            """
            def walks(A, k):
                return A @ A
            """,
        ),
        Mistake(
            "stops after one step",
            "`return` inside the loop ends the function after one step, and for k = 0 nothing is returned. "
            "It belongs after the loop.",
            ("counts @ A\n    return", "counts @ A\n        return"),
        ),
        Mistake(
            "begins everywhere at once",
            "You began with ones in every cell: as if, before the first step, a walk led from each node to "
            "every other. A walk of no steps stays where it is.",
            ("torch.eye(len(A))", "torch.ones(len(A), len(A))"),
        ),
        Mistake(
            "lets a walk wait",
            "With A + I a walk may stay where it is for a step, so shorter walks are counted again and "
            "again. A walk of k steps takes k edges.",
            ("torch.eye(len(A))\n    for", "torch.eye(len(A))\n    A = A + torch.eye(len(A))\n    for"),
        ),
    ),
    others=(
        """
        def walks(A, k):
            return torch.linalg.matrix_power(A, k)
        """,
        """
        def walks(A, k):
            return np.linalg.matrix_power(A.numpy().astype(int), k)
        """,
        """
        def walks(A, k):
            return torch.eye(len(A)) if k == 0 else torch.einsum("ik,kj->ij", A, walks(A, k - 1))
        """,
        """
        def walks(A, k):
            counts = torch.eye(len(A)).to_sparse()
            for _ in range(k):
                counts = torch.sparse.mm(counts, A.to_sparse())
            return counts
        """,
    ),
    hints=(
        "Which product gave the walks of two steps? Each further step multiplies once more.",
        "Begin with the walks of no steps. Nobody moves: one walk from each node to itself.",
        "`torch.eye(len(A))` is that matrix. Multiply it by A, k times.",
        "`for _ in range(k): counts = counts @ ...`",
    ),
)
