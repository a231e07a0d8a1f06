"""A 3 x 3 convolution, as message passing on a grid: one matrix for each side."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import pixel_grid
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT

IMAGES = "images of any size"


def grid_conv(x: Tensor, edge_index: Tensor, edge_type: Tensor, W: Tensor, W_self: Tensor) -> Tensor:
    source, target = edge_index
    out = x @ W_self
    for side in range(len(W)):
        arrives = edge_type == side
        out = out.index_add(0, target[arrives], x[source[arrives]] @ W[side])
    return out


def cases(generator: torch.Generator) -> Iterator[Case]:
    powers = 2.0 ** torch.arange(8)
    image = pixel_grid(2, 2, image=torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    inputs = dict(x=image.x, edge_index=image.edge_index, edge_type=image.edge_type)
    inputs |= dict(W=powers.view(8, 1, 1), W_self=torch.zeros(1, 1))
    yield Case(BY_HAND, inputs, names=image.names)
    for group, height, width, neighbours, C, K in (
        (IMAGES, 3, 4, 8, 2, 3), (IMAGES, 4, 3, 4, 3, 1), (IMAGES, 1, 1, 8, 2, 2), (IMAGES, 1, 5, 8, 1, 2),
        (GRADIENT, 2, 3, 8, 2, 2),
    ):  # fmt: skip
        picture = torch.randn(height, width, C, generator=generator)
        grid = pixel_grid(height, width, neighbours, picture)
        inputs = dict(
            x=grid.x,
            edge_index=grid.edge_index,
            edge_type=grid.edge_type,
            W=torch.randn(neighbours, C, K, generator=generator),
            W_self=torch.randn(C, K, generator=generator),
        )
        yield Case(group, inputs, grad=("x", "W", "W_self") if group == GRADIENT else (), names=grid.names)


exercise = Exercise(
    answer=grid_conv,
    task="Write a 3 x 3 convolution as message passing, with a matrix for each side",
    cases=cases,
    points={BY_HAND: 1, IMAGES: 0.5, GRADIENT: 0.5},
    minutes=5,
    level="stretch",
    mistakes=(
        Mistake(
            "forgets the pixel itself",
            "The eight neighbours have spoken. The middle of the kernel, `W_self`, looks at the pixel "
            "itself.",
            ("out = x @ W_self", "out = torch.zeros(len(x), W.size(2))"),
        ),
        Mistake(
            "looks at the pixel alone",
            "Only the middle of the kernel is at work. The neighbours' messages must be added.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                return x @ W_self
            """,
        ),
        Mistake(
            "uses one matrix for all sides",
            "With one matrix for every neighbour, up and down are the same, as in a GCN, and no border in an "
            "image can be found. `edge_type` says which matrix a message uses.",
            ("@ W[side]", "@ W[0]"),
        ),
        Mistake(
            "averages the matrices of all sides",
            "An average forgets which side a message came from, and the side is all that a kernel knows.",
            ("@ W[side]", "@ W.mean(0)"),
        ),
        Mistake(
            "turns the kernel round",
            "Each neighbour acts as if it stood on the opposite side. Either sources and targets have "
            "changed places, or the matrices of W are taken in another order than `edge_type` counts.",
            ("source, target = edge_index", "target, source = edge_index"),
        ),
        Mistake(
            "reads what the receivers say",
            "Each message holds its target's own value, so that no pixel sees another. A message is what "
            "its source says.",
            ("x[source[arrives]]", "x[target[arrives]]"),
        ),
        Mistake(
            "divides by the number of neighbours",
            "A convolution only adds: at the border fewer pixels speak, as if zeros lay outside.",
            ("return out", "return out / (1 + torch.bincount(target, minlength=len(x))[:, None])"),
        ),
        Mistake(
            "keeps one side only",
            "Each turn of the loop starts again from the pixel itself, so that only the last side is left. "
            "Add to what is there.",
            ("out = out.index_add", "out = (x @ W_self).index_add"),
        ),
        Mistake(
            "leaves out the last side",
            "One of the sides never speaks. There are as many as W has matrices.",
            ("range(len(W))", "range(len(W) - 1)"),
        ),
        Mistake(
            "expects eight sides",
            "A grid may have 4 neighbours instead of 8, and then W has 4 matrices. Read the number off W.",
            ("range(len(W))", "range(8)"),
        ),
        Mistake(
            "loses messages in an assignment",
            "`out[target] += ...` writes each pixel once, however many messages arrive there at the same "
            "time. `index_add` adds every one.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                source, target = edge_index
                messages = torch.einsum("ec,eck->ek", x[source], W[edge_type])
                out = x @ W_self
                out[target] = out[target] + messages
                return out
            """,
        ),
        Mistake(
            "overwrites what was there",
            "Each side puts its messages in place of what the sides before it brought. Add to it.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                source, target = edge_index
                out = x @ W_self
                for side in range(len(W)):
                    arrives = edge_type == side
                    out[target[arrives]] = x[source[arrives]] @ W[side]
                return out
            """,
        ),
        Mistake(
            "sends every message through every matrix",
            "Each message should go through one matrix, that of the side it comes from. Choose the edges "
            "with `edge_type == side` first.",
            ("arrives = edge_type == side",
             "arrives = edge_type >= 0"),
        ),
        Mistake(
            "multiplies each message by all the chosen matrices",
            "`W[edge_type]` is a stack of E matrices, and `@` sends every message through each of them. Take "
            "one side at a time.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                source, target = edge_index
                return (x @ W_self).index_add(0, target, x[source] @ W[edge_type])
            """,
        ),
        Mistake(
            "adds the pixel itself for each side",
            "The pixel spoke once for every side. `W_self` comes in once, outside of the loop.",
            ("@ W[side])", "@ W[side]) + (side > 0) * (x @ W_self)"),
        ),
        Mistake(
            "chooses the targets and not the sources",
            "All messages are made, but only the targets of one side are named. Choose both ends with the "
            "same `edge_type == side`.",
            ("x[source[arrives]]", "x[source]"),
        ),
        Mistake(
            "makes room for what comes in",
            "The sum is as wide as x, but each message has gone through a matrix: it is as wide as what "
            "comes out.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                source, target = edge_index
                out = torch.zeros_like(x)
                for side in range(len(W)):
                    arrives = edge_type == side
                    out = out.index_add(0, target[arrives], x[source[arrives]] @ W[side])
                return out + x @ W_self
            """,
        ),
        Mistake(
            "counts the sides from one",
            "`edge_type` runs from 0. Side 0 never speaks here, and all others use the matrix of the side "
            "before.",
            """
            def grid_conv(x, edge_index, edge_type, W, W_self):
                source, target = edge_index
                out = x @ W_self
                for side in range(1, len(W) + 1):
                    arrives = edge_type == side
                    out = out.index_add(0, target[arrives], x[source[arrives]] @ W[side - 1])
                return out
            """,
        ),
        Mistake(
            "sends the messages back to their sources",
            "Each message is added up where it came from. Messages flow from source to target: which pixel "
            "receives?",
            ("target[arrives]", "source[arrives]"),
        ),
        Mistake(
            "applies a nonlinearity",
            "A convolution is linear, and gives out what is below zero, too. The ReLU comes between layers.",
            ("return out", "return torch.relu(out)"),
        ),
    ),
    others=(
        """
        def grid_conv(x, edge_index, edge_type, W, W_self):
            messages = torch.einsum("ec,eck->ek", x[edge_index[0]], W[edge_type])
            return (x @ W_self).index_add(0, edge_index[1], messages)
        """,
        """
        def grid_conv(x, edge_index, edge_type, W, W_self):
            rows = [row @ W_self for row in x]
            for (source, target), side in zip(edge_index.T.tolist(), edge_type.tolist()):
                rows[target] = rows[target] + x[source] @ W[side]
            return torch.stack(rows)
        """,
        """
        def grid_conv(x, edge_index, edge_type, W, W_self):
            A = torch.zeros(len(W), len(x), len(x))
            A[edge_type, edge_index[0], edge_index[1]] = 1
            return x @ W_self + torch.einsum("sji,jc,sck->ik", A, x, W)
        """,
    ),
    hints=(
        "One side at a time: `edge_type == side` chooses the edges that come from there.",
        "For these edges the messages are `x[sources] @ W[side]`, and they arrive at their targets. You "
        "have added messages up before.",
        "Start with `out = x @ W_self`, and `index_add` each side's messages to it.",
    ),
)  # fmt: skip
