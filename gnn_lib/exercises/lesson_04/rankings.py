"""Whom does each node listen to most? The senders in order, for every listener."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND

RANDOM_SCORES = "random scores"


def rankings(scores: Tensor) -> Tensor:
    return scores.argsort(dim=0, descending=True).T


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield Case(BY_HAND, dict(scores=torch.tensor([[7.0, 1.0], [2.0, 3.0], [9.0, 6.0]])))
    yield Case(BY_HAND, dict(scores=torch.tensor([[0.0, -1.0, 3.0], [1.0, -3.0, 2.0], [2.0, -2.0, 1.0]])))
    for senders, listeners in ((4, 4), (6, 3), (3, 5), (2, 1)):
        scores = torch.randn(senders, listeners, generator=generator)
        yield Case(RANDOM_SCORES, dict(scores=scores))


exercise = Exercise(
    answer=rankings,
    task="Rank the senders, for every listener",
    cases=cases,
    points={BY_HAND: 1, RANDOM_SCORES: 1},
    minutes=3,
    mistakes=(
        Mistake(
            "ranks the listeners",
            "For every sender you put the listeners in order. A listener's scores stand in its column: sort "
            "down the columns.",
            ("scores.argsort(dim=0, descending=True).T", "scores.argsort(dim=1, descending=True)"),
        ),
        Mistake(
            "leaves the rankings in the columns",
            "The rankings are right, but each stands in a column. Asked for is one row per listener.",
            (".T", ""),
        ),
        Mistake(
            "begins with the lowest score",
            "Each ranking runs backwards. The sender that is listened to most comes first.",
            (", descending=True", ""),
        ),
        Mistake(
            "gives places, not names",
            "For each sender there is the place it comes in: 0 for the highest score. Asked for is who is in "
            "the first place, who in the second, and so on.",
            ("scores.argsort(dim=0, descending=True).T",
             "scores.argsort(dim=0, descending=True).argsort(dim=0).T"),
        ),
        Mistake(
            "gives the scores themselves",
            "The scores are in order, but whose they are is gone. `argsort` gives the places that sorted "
            "entries come from.",
            ("scores.argsort(dim=0, descending=True).T", "scores.sort(dim=0, descending=True).values.T"),
        ),
        Mistake(
            "names the first only",
            "Each listener's favourite is right. The senders after it are asked for, too: the whole order.",
            ("scores.argsort(dim=0, descending=True).T", "scores.argmax(dim=0)"),
        ),
        Mistake(
            "turns the table before it sorts",
            "After `.T` the listeners are the rows, and dimension 0 now runs over them. So you ranked the "
            "listeners of each sender.",
            ("scores.argsort(dim=0, descending=True).T", "scores.T.argsort(dim=0, descending=True)"),
        ),
        Mistake(
            "reads the table in rows of another length",
            "The numbers were read into a new shape in the order in which they lie. That mixes the "
            "listeners. `.T` turns the table on its side.",
            (".T", ".reshape(scores.size(1), -1)"),
        ),
    ),
    others=(
        """
        def rankings(scores):
            rows = []
            for column in scores.T.tolist():
                rows.append(sorted(range(len(column)), key=lambda j: -column[j]))
            return rows
        """,
        """
        def rankings(scores):
            return torch.topk(scores.T, k=scores.size(0), dim=1).indices
        """,
        """
        def rankings(scores):
            return np.argsort(-scores.numpy(), axis=0).T
        """,
        """
        def rankings(scores):
            return torch.stack([column.sort(descending=True).indices for column in scores.unbind(1)])
        """,
    ),
    hints=(
        "`scores[j, i]` is what listener i gives to sender j. So a listener is a column.",
        "`argsort` gives ids in the order of their values. It takes `dim=` and `descending=`.",
        "The rankings then stand in the columns. `.T` turns a table on its side.",
        "`return scores.argsort(dim=..., descending=...).T`",
    ),
)
