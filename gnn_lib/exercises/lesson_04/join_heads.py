"""Several heads become one result: side by side, or averaged."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake

SIDE_BY_SIDE = "side by side"
AVERAGED = "averaged"


def join_heads(heads: Tensor, concat: bool) -> Tensor:
    if concat:
        return heads.transpose(0, 1).flatten(1)
    return heads.mean(dim=0)


def cases(generator: torch.Generator) -> Iterator[Case]:
    tens = torch.tensor([[[11.0, 12.0], [21.0, 22.0], [31.0, 32.0]]])  # [1, 3, 2]: node, then column
    for group, concat in ((SIDE_BY_SIDE, True), (AVERAGED, False)):
        yield Case(group, dict(heads=torch.cat([100 + tens, 200 + tens]), concat=concat))
        for heads, nodes, wide in ((3, 4, 2), (4, 5, 1), (1, 3, 3), (2, 2, 2)):
            values = torch.randn(heads, nodes, wide, generator=generator)
            yield Case(group, dict(heads=values, concat=concat))


exercise = Exercise(
    answer=join_heads,
    task="Set heads side by side, or average them",
    cases=cases,
    points={SIDE_BY_SIDE: 1, AVERAGED: 1},
    minutes=4,
    mistakes=(
        Mistake(
            "deals one node's numbers out to others",
            "The shape is right, but a row now holds numbers of several nodes. `reshape` reads the numbers "
            "in the order in which they lie, head by head: bring the nodes to the front first.",
            ("heads.transpose(0, 1).flatten(1)", "heads.reshape(heads.size(1), -1)"),
        ),
        Mistake(
            "shuffles the heads' columns together",
            "Each row has the right numbers in another order: the first column of every head, then the "
            "second of every head. Asked for is all of head 0, then all of head 1.",
            ("heads.transpose(0, 1).flatten(1)", "heads.permute(1, 2, 0).flatten(1)"),
        ),
        Mistake(
            "stacks the heads below each other",
            "There are H times as many rows as nodes. A node keeps one row, which grows wider.",
            ("heads.transpose(0, 1).flatten(1)", "heads.flatten(0, 1)"),
        ),
        Mistake(
            "adds the heads up",
            "The heads were summed. Their mean is asked for, so that the result doesn't grow with the number "
            "of heads.",
            ("heads.mean(dim=0)", "heads.sum(dim=0)"),
        ),
        Mistake(
            "averages over the nodes",
            "The mean was taken over dimension 1, the nodes. The heads are dimension 0.",
            ("heads.mean(dim=0)", "heads.mean(dim=1)"),
        ),
        Mistake(
            "averages over the columns",
            "The mean was taken over the last dimension, the columns. The heads are dimension 0.",
            ("heads.mean(dim=0)", "heads.mean(dim=2)"),
        ),
        Mistake(
            "always sets them side by side",
            "Where `concat` is False, the heads are to be averaged.",
            ("return heads.mean(dim=0)", "return heads.transpose(0, 1).flatten(1)"),
        ),
        Mistake(
            "takes concat the other way round",
            "Side by side where they should be averaged, and the other way round.",
            ("if concat:", "if not concat:"),
        ),
        Mistake(
            "keeps the heads apart",
            "The result has three dimensions, [N, H, C]. Each node's H rows are to become one long row.",
            ("heads.transpose(0, 1).flatten(1)", "heads.transpose(0, 1)"),
        ),
        Mistake(
            "takes the largest head",
            "For each entry the largest of the heads was taken. Their mean is asked for.",
            ("heads.mean(dim=0)", "heads.max(dim=0).values"),
        ),
        Mistake(
            "makes one row per head",
            "There is one long row for each head. Asked for is one row for each *node*, with the numbers of "
            "all heads.",
            ("heads.transpose(0, 1).flatten(1)", "heads.flatten(1)"),
        ),
        Mistake(
            "averages everything into one number",
            "Without a dimension, `mean` goes over all there is. Tell it over which dimension: that of the "
            "heads.",
            ("heads.mean(dim=0)", "heads.mean()"),
        ),
        Mistake(
            "hands cat a single tensor",
            "`torch.cat` wants a list of tables, and `heads` is one tensor with three dimensions. Make a "
            "list of its tables first.",
            ("heads.transpose(0, 1).flatten(1)", "torch.cat(heads, dim=1)"),
        ),
    ),
    others=(
        """
        def join_heads(heads, concat):
            return torch.cat(list(heads), dim=1) if concat else sum(heads) / len(heads)
        """,
        """
        def join_heads(heads, concat):
            H, N, C = heads.shape
            if not concat:
                return torch.einsum("hnc->nc", heads) / H
            joined = torch.empty(N, H * C)
            for head in range(H):
                joined[:, head * C : (head + 1) * C] = heads[head]
            return joined
        """,
        """
        def join_heads(heads, concat):
            return np.concatenate(heads.numpy(), axis=1) if concat else np.mean(heads.numpy(), axis=0)
        """,
        """
        def join_heads(heads, concat):
            return torch.hstack(heads.unbind()) if concat else heads.transpose(0, 1).mean(1)
        """,
    ),
    hints=(
        "`heads[0]` is what head 0 found for every node, [N, C]. So `heads` holds H such tables, one behind "
        "the other.",
        "Side by side: `torch.cat` takes a list of tables and a dimension. `list(heads)` is such a list.",
        "Averaged: `mean` takes the dimension that is to disappear.",
        "`torch.cat(list(heads), dim=...)` or `heads.mean(dim=...)`",
    ),
)
