"""How much each node matters: how far it lies along one learned direction."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import three_friends
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM


def top_scores(x: Tensor, p: Tensor) -> Tensor:
    return torch.tanh(x @ p / p.norm())


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends = three_friends()
    yield Case(BY_HAND, dict(x=friends.x / 5, p=torch.tensor([0.6, -0.8])), names=friends.names)  # type: ignore[operator]
    yield Case(BY_HAND, dict(x=torch.tensor([[1.0, 0.5], [-1.0, 0.5]]), p=torch.tensor([3.0, 4.0])))
    for nodes, columns in ((5, 3), (4, 4)):
        yield Case(RANDOM, _draw(generator, nodes, columns))
    yield Case(GRADIENT, _draw(generator, 3, 2), grad=("x", "p"))


def _draw(generator: torch.Generator, nodes: int, columns: int) -> dict[str, Tensor]:
    x = torch.randn(nodes, columns, generator=generator)
    p = torch.randn(columns, generator=generator)
    return dict(x=x, p=2 * p / p.norm() + 0.3)


exercise = Exercise(
    answer=top_scores,
    task="Score the nodes along a direction",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, GRADIENT: 1},
    minutes=2,
    level="blank",
    mistakes=(
        Mistake(
            "forgets the length of p",
            "Twice as long a p would give other scores, though it points the same way. Only the direction "
            "should count: divide by the length of p.",
            (" / p.norm()", ""),
        ),
        Mistake(
            "divides by the length twice",
            "You divided by the square of the length. That is `p @ p`; the length is its root.",
            ("p.norm()", "(p @ p)"),
        ),
        Mistake(
            "divides by the length of each node",
            "You took the length of x away, so a node's size no longer matters, only its angle. It is p "
            "whose length should not count.",
            ("p.norm()", "x.norm(dim=1)"),
        ),
        Mistake(
            "leaves out tanh",
            "These are the lengths along p. tanh brings them between -1 and 1, so that no node is blown up "
            "when it is multiplied by its score.",
            ("torch.tanh(x @ p / p.norm())", "x @ p / p.norm()"),
        ),
        Mistake(
            "takes a sigmoid",
            "A sigmoid runs from 0 to 1. With tanh, a node that lies against the direction gets a score "
            "below 0.",
            ("torch.tanh", "torch.sigmoid"),
        ),
        Mistake(
            "takes a softmax",
            "A softmax makes the nodes compete: their scores add up to 1, and in a large graph all of them "
            "are tiny. Here every node is scored for itself.",
            ("torch.tanh(x @ p / p.norm())", "torch.softmax(x @ p / p.norm(), dim=0)"),
        ),
        Mistake(
            "divides by the sum of p",
            "The sum of the entries is not the length: entries of both signs cancel out. The length is the "
            "root of the sum of squares.",
            ("p.norm()", "p.sum()"),
        ),
        Mistake(
            "divides after tanh",
            "You took tanh first and divided then. The length along p is x p / |p|, and tanh comes last.",
            ("torch.tanh(x @ p / p.norm())", "torch.tanh(x @ p) / p.norm()"),
        ),
        Mistake(
            "takes tanh of the features",
            "You took tanh of x, and the product with p afterwards: `torch.tanh(x) @ p` reads that way. tanh "
            "comes last, around all the rest.",
            ("torch.tanh(x @ p / p.norm())", "torch.tanh(x) @ p / p.norm()"),
        ),
        Mistake(
            "divides by both lengths",
            "This is the cosine of the angle between x and p, with both lengths taken away. Only p's length "
            "should go: a node with large features may score high.",
            ("x @ p / p.norm()", "F.cosine_similarity(x, p.unsqueeze(0))"),
        ),
        Mistake(
            "measures the length in another way",
            "You divided by the sum of the entries without their signs. The length of p is the root of the "
            "sum of squares.",
            ("p.norm()", "p.abs().sum()"),
        ),
        Mistake(
            "leaves the products apart",
            "You multiplied each feature with its entry of p, and left it at that. x p adds these products "
            "up: one number for each node.",
            ("x @ p / p.norm()", "x * p / p.norm()"),
        ),
        Mistake(
            "holds the length fixed",
            "The scores are right. But `.item()` and `.detach()` make a bare number of the length, and the "
            "gradient of p no longer knows that making p longer changes nothing.",
            ("p.norm()", "p.norm().item()"),
        ),
        Mistake(
            "divides by the root of the width",
            "That is how attention scales its products. Here it is the length of p that goes: the "
            "root of the sum of its squares.",
            """
            def top_scores(x, p):
                return torch.tanh(x @ p / len(p) ** 0.5)
            """,
        ),
    ),
    others=(
        """
        def top_scores(x, p):
            return torch.tanh((x * (p / p.norm())).sum(dim=1))
        """,
        """
        def top_scores(x, p):
            return torch.tanh(torch.einsum("nf,f->n", x, p) / (p ** 2).sum().sqrt())
        """,
        """
        def top_scores(x, p):
            direction = F.normalize(p, dim=0)
            return torch.stack([torch.tanh(row @ direction) for row in x])
        """,
    ),
    hints=(
        "Three steps from the formula: a product of x with p, a division, a tanh.",
        "`x @ p` gives one number for every node. `p.norm()` is the length of p.",
        "`return torch.tanh(... / ...)`",
    ),
)
