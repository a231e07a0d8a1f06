"""The mean over what a node hears, itself included, again and again."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def blur(x: Tensor, A: Tensor, rounds: int) -> Tensor:
    A_tilde = A + torch.eye(A.size(0))
    P = A_tilde / A_tilde.sum(0)
    for _ in range(rounds):
        x = P.T @ x
    return x


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        assert graph.x is not None
        rounds = (2, 1, 3, 4, 20, 2, 3, 5, 2)[place % 9]
        yield Case(group, dict(x=graph.x, A=to_dense(graph), rounds=rounds), names=graph.names)
        if place == 1:
            yield Case(group, dict(x=graph.x, A=to_dense(graph), rounds=0), names=graph.names)


exercise = Exercise(
    answer=blur,
    task="Take the mean over each inbox, again and again",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "blurs only once",
            "That is the first round, whatever `rounds` says. Each round must start from what the last one "
            "left.",
            (
                "    for _ in range(rounds):\n        x = P.T @ x\n    return x",
                "    return P.T @ x",
            ),
        ),
        Mistake(
            "begins anew in each round",
            "Every round starts from the first x, so that twenty rounds are one (and none is an error). Put "
            "what came out where x was.",
            (
                "        x = P.T @ x\n    return x",
                "        out = P.T @ x\n    return out",
            ),
        ),
        Mistake(
            "takes one round too many",
            "`range(rounds)` counts from 0 and makes exactly `rounds` steps. With 0 rounds, x stays.",
            ("range(rounds)", "range(rounds + 1)"),
        ),
        Mistake(
            "gathers from the wrong end",
            "Row i of P holds what i tells. The inbox is a column: lesson 1's transpose is missing.",
            ("P.T @ x", "P @ x"),
        ),
        Mistake(
            "forgets that each node hears itself",
            "Without the self-loops a node swaps its value for its neighbours', and who hears nobody gets "
            "0 / 0.",
            ("A_tilde = A + torch.eye(A.size(0))", "A_tilde = A"),
        ),
        Mistake(
            "adds up without dividing",
            "These are sums: they grow from round to round. A mean divides by how many are heard.",
            ("A_tilde / A_tilde.sum(0)", "A_tilde"),
        ),
        Mistake(
            "divides by how many a node tells",
            "Row sums are out-degrees. A mean over the inbox divides by how many messages arrive: the sum of "
            "each column.",
            ("A_tilde.sum(0)", "A_tilde.sum(1)"),
        ),
        Mistake(
            "raises each entry to a power",
            "`P ** k` raises every entry by itself. Repeated gathering is a repeated matrix product.",
            (
                "    for _ in range(rounds):\n        x = P.T @ x\n    return x",
                "    return (P**rounds).T @ x",
            ),
        ),
        Mistake(
            "overwrites x",
            "The numbers are right, but `x[:] = ...` writes into the caller's own tensor. Make a new one: "
            "`x = ...`.",
            ("x = P.T @ x", "x[:] = P.T @ x"),
        ),
        Mistake(
            "gathers with A instead of P",
            "You gathered with A: sums of what the others say. The two lines above made P, with the "
            "self-loops and the division in it.",
            ("P.T @ x", "A.T @ x"),
        ),
        Mistake(
            "adds x once more",
            "P holds the self-loop already, so each node's own value is in the mean. Adding x counts "
            "it a second time, and in full.",
            ("x = P.T @ x", "x = x + P.T @ x"),
        ),
        Mistake(
            "squares the matrix in each round",
            "`P = P @ P` doubles the rounds each time: 2, 4, 8, ... Let P be, and change x.",
            ("        x = P.T @ x\n    return x", "        P = P @ P\n    return P.T @ x"),
        ),
        Mistake(
            "returns inside the loop",
            "`return` stands in the loop and ends the function in the first round. Move it to the "
            "left, under `for`.",
            ("        x = P.T @ x\n    return x", "        x = P.T @ x\n        return x"),
        ),
        Mistake(
            "multiplies by the number of rounds",
            "You blurred once and multiplied. Each round works on what the last one made.",
            """
            def blur(x, A, rounds):
                P = (A + torch.eye(len(A))) / (A.sum(0) + 1)
                return rounds * (P.T @ x) if rounds else x
            """,
        ),
        Mistake(
            "takes a ReLU in each round",
            "The blur is a mean and nothing more: what is below zero stays below zero.",
            """
            def blur(x, A, rounds):
                P = (A + torch.eye(len(A))) / (A.sum(0) + 1)
                for _ in range(rounds):
                    x = torch.relu(P.T @ x)
                return x
            """,
        ),
    ),
    others=(
        """
        def blur(x, A, rounds):
            A_tilde = A + torch.eye(len(A))
            P = A_tilde / A_tilde.sum(dim=0, keepdim=True)
            return torch.linalg.matrix_power(P.T, rounds) @ x
        """,
        """
        def blur(x, A, rounds):
            for _ in range(rounds):
                new = []
                for i in range(len(x)):
                    heard = x[i] + sum(A[j, i] * x[j] for j in range(len(x)))
                    new.append(heard / (1 + A[:, i].sum()))
                x = torch.stack(new)
            return x
        """,
        """
        def blur(x, A, rounds):
            source, target = A.nonzero().T
            copies = A[source, target]
            count = 1 + A.sum(0)
            for _ in range(rounds):
                x = x.index_add(0, target, copies[:, None] * x[source]) / count[:, None]
            return x
        """,
        """
        def blur(x, A, rounds):
            A_tilde = np.asarray(A) + np.eye(len(A))
            h = np.asarray(x)
            for _ in range(rounds):
                h = np.einsum("ji,jf->if", A_tilde, h) / A_tilde.sum(0)[:, None]
            return h
        """,
    ),
    hints=(
        "P holds the weights of a mean. One round of gathering is one product, as in lesson 1.",
        "After one round you have a new x. The next round does the same with that one.",
        "`for _ in range(rounds):` and in it `x = ... @ x`. Which way round does the inbox need P?",
    ),
)
