"""PairNorm: shift the nodes to their centre, and keep their spread as it was."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM

_FAR = "far from zero, very large"
_LAST = "return scale * x / (x.square().sum(1).mean() + 1e-6).sqrt()"


def pair_norm(x: Tensor, scale: float) -> Tensor:
    x = x - x.mean(0)
    return scale * x / (x.square().sum(1).mean() + 1e-6).sqrt()


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield Case(BY_HAND, dict(x=torch.tensor([[1.0, 0.0], [3.0, 0.0], [2.0, 3.0]]), scale=2.0))
    yield Case(BY_HAND, dict(x=torch.tensor([[1.0], [2.0], [4.0], [8.0]]), scale=1.0))
    for nodes, features, scale in ((5, 3, 1.0), (4, 2, 3.0), (9, 4, 0.5)):
        x = torch.randn(nodes, features, generator=generator)
        yield Case(RANDOM, dict(x=x, scale=scale))
    x = torch.randn(6, 3, generator=generator)
    yield Case(_FAR, dict(x=x + 10, scale=2.0))
    yield Case(_FAR, dict(x=x * torch.tensor([1.0, 100.0, 10.0]), scale=1.5))
    yield Case(GRADIENT, dict(x=torch.randn(5, 2, generator=generator), scale=2.0), grad=("x",))


exercise = Exercise(
    answer=pair_norm,
    task="Centre the nodes and keep their spread",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, _FAR: 0.5, GRADIENT: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "doesn't centre",
            "The length is right, the place is not: first take the mean of all nodes away from each of them.",
            ("    x = x - x.mean(0)\n", ""),
        ),
        Mistake(
            "centres each node by itself",
            "`mean(1)` is the mean over a node's own features. The mean over the *nodes* is meant: one row.",
            ("x.mean(0)", "x.mean(1, keepdim=True)"),
        ),
        Mistake(
            "scales each node by itself",
            "All nodes have the same length now, whether they were near the centre or far. One factor is "
            "meant for all of them.",
            (_LAST, "return scale * x / x.norm(dim=1, keepdim=True)"),
        ),
        Mistake(
            "scales each feature by itself",
            "Every column has the same spread now. That is what batch normalisation does. Here one factor "
            "holds for all "
            "features.",
            (_LAST, "return scale * x / x.square().mean(0).sqrt()"),
        ),
        Mistake(
            "forgets the square root",
            "You divided by the mean of the squares. Its root is the length.",
            (".sqrt()", ""),
        ),
        Mistake(
            "divides by the length of the whole matrix",
            "The squares are added up over all nodes, so that a large graph is squeezed. The *mean* over "
            "the nodes is "
            "meant.",
            ("x.square().sum(1).mean()", "x.square().sum()"),
        ),
        Mistake(
            "takes the mean over the features, too",
            "`x.square().mean()` divides by N and by F. A node's squared length is the *sum* over its "
            "features.",
            ("x.square().sum(1).mean()", "x.square().mean()"),
        ),
        Mistake(
            "forgets the scale",
            "The mean squared length is 1 whatever `scale` says.",
            ("return scale * x", "return x"),
        ),
        Mistake(
            "takes the spread before centring",
            "You divided by the length that the nodes had before they were centred. Far from zero that is "
            "much more than "
            "their spread.",
            (
                "    x = x - x.mean(0)\n    " + _LAST,
                "    return scale * (x - x.mean(0)) / (x.square().sum(1).mean() + 1e-6).sqrt()",
            ),
        ),
        Mistake(
            "changes x in place",
            "The numbers are right, but `-=` writes into the caller's own tensor. `x = x - ...` makes a new "
            "one.",
            ("x = x - x.mean(0)", "x.data -= x.data.mean(0)"),
        ),
        Mistake(
            "centres with one number",
            "`x.mean()` is a single number for all features. The mean *node* has one for each: take "
            "the mean over the rows.",
            ("x.mean(0)", "x.mean()"),
        ),
        Mistake(
            "takes the mean of the lengths",
            "You divided by the mean length. The formula squares first, takes the mean, and then the "
            "root: far nodes count for more.",
            (_LAST, "return scale * x / x.norm(dim=1).mean()"),
        ),
        Mistake(
            "divides by the standard deviation of each feature",
            "`x.std(0)` has a number for each feature. Here one number holds for all.",
            (_LAST, "return scale * x / x.std(0)"),
        ),
        Mistake(
            "centres for the length only",
            "You measured the centred nodes and gave back the others, scaled. The shift belongs in "
            "the result.",
            (
                "    x = x - x.mean(0)\n    return scale * x / (x.square()",
                "    centred = x - x.mean(0)\n    return scale * x / (centred.square()",
            ),
        ),
        Mistake(
            "multiplies by the length",
            "Nodes that are far apart get further apart. Divide by the length, then the result's is `scale`.",
            ("scale * x / (x", "scale * x * (x"),
        ),
        Mistake(
            "squares the scale",
            "The mean *squared* length is scale²; so each row is multiplied by scale itself.",
            ("return scale * x", "return scale**2 * x"),
        ),
    ),
    others=(
        """
        def pair_norm(x, scale):
            centred = x - x.mean(dim=0, keepdim=True)
            return scale * math.sqrt(len(x)) * centred / centred.norm()
        """,
        """
        def pair_norm(x, scale):
            N = len(x)
            centre = sum(x[i] for i in range(N)) / N
            rows = [row - centre for row in x]
            mean_square = sum((row**2).sum() for row in rows) / N
            return torch.stack([scale * row / mean_square**0.5 for row in rows])
        """,
        """
        def pair_norm(x, scale):
            N = len(x)
            apart = (x[:, None] - x[None]).square().sum()  # over all ordered pairs: 2 N times the spread
            return scale * (x - x.mean(0)) * (2 * N * N / apart).sqrt()
        """,
    ),
    hints=(
        "Two steps: take the mean node away from every node; then divide all by one number.",
        "`x.mean(0)` is the mean node. The squared length of each node is `x.square().sum(1)`.",
        "The one number is the root of the mean of the squared lengths: `x.square().sum(1).mean().sqrt()`.",
        "`return scale * x / ...`, with the centred x.",
    ),
)
