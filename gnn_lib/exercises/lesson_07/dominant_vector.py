"""Power iteration: what is left of any start after many products with one matrix."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.exercises.lesson_07.inputs import normalised


def dominant_vector(S: Tensor, start: Tensor, rounds: int) -> Tensor:
    v = start
    for _ in range(rounds):
        v = S.T @ v
        v = v / v.norm()
    return v


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        start = torch.rand(graph.num_nodes, generator=generator) + 0.1
        if group == BY_HAND:
            start = torch.tensor([1.0, 2.0, 4.0, 8.0])[: graph.num_nodes]
        rounds = (1, 2, 3, 5, 100, 2, 1, 4, 3)[place % 9]
        yield Case(group, dict(S=normalised(graph), start=start, rounds=rounds), names=graph.names)


exercise = Exercise(
    answer=dominant_vector,
    task="Find the vector that many products with S lead to",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "never divides by the length",
            "The direction is right, the length isn't 1: it shrinks or grows with every product. After a few "
            "hundred rounds it could be too small to be written as a number.",
            ("    v = v / v.norm()\n", ""),
        ),
        Mistake(
            "divides before it multiplies",
            "The last thing that happens is a product, and after it the length is no longer 1. Which of the "
            "two steps must come last?",
            (
                "        v = S.T @ v\n        v = v / v.norm()\n",
                "        v = v / v.norm()\n        v = S.T @ v\n",
            ),
        ),
        Mistake(
            "makes the sum 1",
            "The entries of your vector add up to 1. Its *length* should be 1: the root of the sum of the "
            "squares.",
            ("v.norm()", "v.sum()"),
        ),
        Mistake(
            "makes the largest entry 1",
            "That keeps the numbers in range, too, but a unit vector is asked for: the root of the sum of "
            "the "
            "squares is 1.",
            ("v.norm()", "v.abs().max()"),
        ),
        Mistake(
            "divides by the square of the length",
            "The sum of the squares is the length times itself. A root is missing.",
            ("v.norm()", "v.square().sum()"),
        ),
        Mistake(
            "gathers from the wrong end",
            "S @ v gathers from those whom a node tells. On an undirected graph nobody notices. What "
            "arrives stands in the columns.",
            ("S.T @ v", "S @ v"),
        ),
        Mistake(
            "begins anew in each round",
            "This is the first round's result, whatever `rounds` says. Multiply what the last round left, "
            "not "
            "`start`.",
            ("S.T @ v", "S.T @ start"),
        ),
        Mistake(
            "goes to the end at once",
            "`eigh` gives the vector to which very many rounds lead (and only if S is symmetric). Here "
            "you are asked for what `rounds` rounds give, few or many: multiply and divide, step by step.",
            """
            def dominant_vector(S, start, rounds):
                return torch.linalg.eigh(S).eigenvectors[:, -1]
            """,
        ),
        Mistake(
            "divides the start itself",
            "The vector is right, but `/=` changed `start`, which belongs to whoever called you. `v = v / "
            "...` makes a "
            "new one.",
            ("    v = start\n", "    start /= start.norm()\n    v = start\n"),
        ),
        Mistake(
            "divides by the length of the start",
            "You divided by how long `start` was, every time. The length that counts is the one that "
            "v has now.",
            ("v.norm()", "start.norm()"),
        ),
        Mistake(
            "divides by the number of nodes",
            "A number that is the same in each round doesn't make the length 1. Divide by the length "
            "that v has now.",
            ("v.norm()", "len(v)"),
        ),
        Mistake(
            "takes a softmax",
            "A softmax makes the entries sum to 1, and bends them. Divide by the length instead: that "
            "keeps the direction.",
            """
            def dominant_vector(S, start, rounds):
                v = start
                for _ in range(rounds):
                    v = torch.softmax(S.T @ v, 0)
                return v
            """,
        ),
    ),
    others=(
        """
        def dominant_vector(S, start, rounds):
            v = torch.linalg.matrix_power(S.T.double(), rounds) @ start.double()
            return v / torch.linalg.vector_norm(v)
        """,
        """
        def dominant_vector(S, start, rounds):
            v = start.clone()
            for _ in range(rounds):
                v = F.normalize(torch.einsum("ji,j->i", S, v), dim=0)
            return v
        """,
        """
        def dominant_vector(S, start, rounds):
            v = [float(value) for value in start]
            nodes = range(len(v))
            for _ in range(rounds):
                v = [sum(float(S[j, i]) * v[j] for j in nodes) for i in nodes]
                length = math.sqrt(sum(value * value for value in v))
                v = [value / length for value in v]
            return v
        """,
    ),
    hints=(
        "Two steps in a loop: gather with S, then bring the length back to 1.",
        "Gathering is `S.T @ v`. The length of a vector is `v.norm()`.",
        "In the loop: `v = S.T @ v`, then `v = v / ...`; begin with `v = start`.",
    ),
)
