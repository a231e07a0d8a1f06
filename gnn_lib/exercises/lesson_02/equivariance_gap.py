"""How far a layer is from treating all nodes alike."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM

EQUIVARIANT = "layers that pass"


def equivariance_gap(out: Tensor, out_renumbered: Tensor, new_id: Tensor) -> Tensor:
    return (out_renumbered[new_id] - out).abs().max()


def cases(generator: torch.Generator) -> Iterator[Case]:
    # Never a swap of two: with swaps only, moving the rows one way or the other is the same.
    out, new_id = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([2, 0, 1])
    for renumbered in ([[2.0], [4.0], [1.0]], [[2.0], [4.0], [4.0]], [[2.0], [-4.0], [2.0]]):
        inputs = dict(out=out, out_renumbered=torch.tensor(renumbered), new_id=new_id)
        yield Case(BY_HAND, inputs, names=("Ann", "Bob", "Cem"))
    for nodes, width in ((5, 2), (9, 3)):
        out, renumbered = torch.randn(2, nodes, width, generator=generator)
        renumbered[0, 0] = -10.0  # the largest difference is one below zero
        new_id = torch.arange(nodes).roll(2)
        yield Case(RANDOM, dict(out=out, out_renumbered=renumbered, new_id=new_id))
        some = torch.randperm(nodes - 3, generator=generator)
        new_id = torch.cat([some + 3, torch.tensor([1, 2, 0])])
        yield Case(EQUIVARIANT, dict(out=out, out_renumbered=out[new_id.argsort()], new_id=new_id))


exercise = Exercise(
    answer=equivariance_gap,
    task="Measure how far a layer is from being equivariant",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, EQUIVARIANT: 0.5},
    minutes=3,
    mistakes=(
        Mistake(
            "compares row by row",
            "You compared row i with row i. With the new numbers another node stands in row i. Node i has "
            "moved to row `new_id[i]`.",
            ("out_renumbered[new_id]", "out_renumbered"),
        ),
        Mistake(
            "renumbers the wrong side",
            "`out` has the old numbers, and you took its rows by the new ones. `new_id[i]` is the row of "
            "node i in `out_renumbered`.",
            ("(out_renumbered[new_id] - out)", "(out_renumbered - out[new_id])"),
        ),
        Mistake(
            "forgets the sign",
            "A difference may be below zero, and then the largest one misses it. How far apart are 1 and "
            "3, and 3 and 1?",
            (".abs()", ""),
        ),
        Mistake(
            "takes the mean",
            "This is the mean difference. In a large graph, one wrong node would drown in it: take the "
            "largest.",
            (".max()", ".mean()"),
        ),
        Mistake(
            "adds up the differences",
            "This is the sum of all differences. Asked for is the largest one.",
            (".max()", ".sum()"),
        ),
        Mistake(
            "says yes or no",
            "You answer True or False. Asked for is a number: how large the largest difference is.",
            """
            def equivariance_gap(out, out_renumbered, new_id):
                return torch.allclose(out_renumbered[new_id], out)
            """,
        ),
        Mistake(
            "squares the differences",
            "You squared the differences. Asked for is their size as it is.",
            (".abs()", ".square()"),
        ),
        Mistake(
            "one gap a column",
            "You took the maximum along one dimension only. Asked for is one number for the whole layer.",
            (".max()", ".max(0).values"),
        ),
        Mistake(
            "says where, not how large",
            "`argmax` tells at which place the largest difference stands. Asked for is its size.",
            (".max()", ".argmax()"),
        ),
        Mistake(
            "takes the root of the sum of squares",
            "`norm` takes all differences together. Asked for is the largest one alone.",
            (".abs().max()", ".norm()"),
        ),
        Mistake(
            "takes the length of a row",
            "That is the largest distance between two rows, all columns taken together. Asked is the "
            "largest difference between two numbers.",
            (".abs().max()", ".norm(dim=1).max()"),
        ),
    ),
    others=(
        """
        def equivariance_gap(out, out_renumbered, new_id):
            gap = 0.0
            for old, new in enumerate(new_id.tolist()):
                gap = max(gap, float((out_renumbered[new] - out[old]).abs().max()))
            return gap
        """,
        """
        def equivariance_gap(out, out_renumbered, new_id):
            back = torch.argsort(new_id)  # the old number of each new row
            return (out_renumbered - out[back]).abs().amax()
        """,
        """
        def equivariance_gap(out, out_renumbered, new_id):
            P = F.one_hot(new_id, len(new_id)).double().T
            return (P @ out.double() - out_renumbered).flatten().norm(p=math.inf)
        """,
        """
        def equivariance_gap(out, out_renumbered, new_id):
            moved = torch.empty_like(out)
            moved[new_id] = out
            return np.abs(moved.numpy() - out_renumbered.numpy()).max()
        """,
    ),
    hints=(
        "What stood in row i of `out` should now stand in row `new_id[i]` of `out_renumbered`.",
        "Bring the rows of one of the two into the order of the other, subtract, and look for the largest "
        "difference, whatever its sign.",
        "`out_renumbered[new_id]` has the old order. `.abs()` takes away signs, `.max()` finds the largest.",
        "`return (out_renumbered[...] - out).abs().max()`",
    ),
)
