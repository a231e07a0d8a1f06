"""Jumping knowledge: the last layer sees what every layer said."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM

_ONE = "a single layer, a single node"


def jump(layers: Tensor) -> Tensor:
    return torch.cat(layers.unbind(0), dim=1)


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield Case(BY_HAND, dict(layers=torch.arange(1.0, 13).view(2, 3, 2)))
    yield Case(BY_HAND, dict(layers=torch.arange(1.0, 13).view(3, 4, 1)))
    for shape in ((3, 5, 2), (2, 4, 3), (4, 3, 5)):
        yield Case(RANDOM, dict(layers=torch.randn(*shape, generator=generator)))
    for shape in ((1, 4, 3), (3, 1, 2)):
        yield Case(_ONE, dict(layers=torch.randn(*shape, generator=generator)))
    yield Case(GRADIENT, dict(layers=torch.randn(3, 4, 2, generator=generator)), grad=("layers",))


_ALL = "torch.cat(layers.unbind(0), dim=1)"

exercise = Exercise(
    answer=jump,
    task="Put side by side what every layer said",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, _ONE: 0.25, GRADIENT: 0.25},
    minutes=3,
    mistakes=(
        Mistake(
            "reads the numbers in the wrong order",
            "The shape is right, the rows are not: `view` and `reshape` read layer by layer, and so mix "
            "different nodes into one row. Bring the nodes to the front first.",
            (_ALL, "layers.reshape(layers.size(1), -1)"),
        ),
        Mistake(
            "stacks the layers on top of each other",
            "The layers stand below each other, [L N, F], as if there were more nodes. Join along the "
            "features.",
            ("dim=1", "dim=0"),
        ),
        Mistake(
            "takes the last layer only",
            "That is what a network does without jumping knowledge. All layers are asked for.",
            (_ALL, "layers[-1]"),
        ),
        Mistake(
            "adds the layers up",
            "A sum forgets which layer said what. Side by side, the next layer can weigh each by itself.",
            (_ALL, "layers.sum(0)"),
        ),
        Mistake(
            "takes the mean of the layers",
            "A mean forgets which layer said what. Put them side by side.",
            (_ALL, "layers.mean(0)"),
        ),
        Mistake(
            "takes the maximum over the layers",
            "That is the paper's other way, with a result of [N, F]. Here they stand side by side: [N, L F].",
            (_ALL, "layers.amax(0)"),
        ),
        Mistake(
            "mixes the features of the layers",
            "Each row has all numbers, but ordered by feature: feature 0 of every layer first. Let each "
            "layer's row stay "
            "together.",
            (_ALL, "layers.permute(1, 2, 0).flatten(1)"),
        ),
        Mistake(
            "begins with the last layer",
            "The layers stand in the wrong order: the first one comes first.",
            ("layers.unbind(0)", "layers.flip(0).unbind(0)"),
        ),
        Mistake(
            "brings the nodes to the front and stops there",
            "[N, L, F] is nearly there. The layers and their features become one axis.",
            (_ALL, "layers.transpose(0, 1)"),
        ),
        Mistake(
            "hands over one tensor, not a list",
            "`cat` joins a list of tensors, and `layers` is a single one. Take it apart along its "
            "first axis first: a list of [N, F].",
            ("torch.cat(layers.unbind(0), dim=1)", "torch.cat(layers, dim=1)"),
        ),
        Mistake(
            "leaves the first layer out",
            "Layer 0 is missing. All L layers are asked for: L F numbers in each row.",
            ("layers.unbind(0)", "[layer for layer in layers][1:]"),
        ),
    ),
    others=(
        """
        def jump(layers):
            return layers.transpose(0, 1).flatten(1)
        """,
        """
        def jump(layers):
            return torch.hstack([layer for layer in layers])
        """,
        """
        def jump(layers):
            rows = []
            for i in range(layers.size(1)):
                rows.append(torch.cat([layer[i] for layer in layers]))
            return torch.stack(rows)
        """,
        """
        def jump(layers):
            L, N, F = layers.shape
            return torch.einsum("lnf->nlf", layers).reshape(N, L * F)
        """,
    ),
    hints=(
        "`layers[0]` is [N, F], what the first layer said. Place the others to its right.",
        "`torch.cat(list, dim=...)` joins tensors along an axis. Which one holds the features?",
        "`layers.unbind(0)` is the list of the L layers; `torch.cat(layers.unbind(0), dim=...)`.",
    ),
)
