"""Results that may come in more than one order: edge lists, sets, colours."""

from typing import Literal

import torch
from torch import Tensor

from gnn_lib.exercises.closeness import close, number

Order = Literal[
    "exact",
    "columns",  # the columns of a matrix in any order: an edge list
    "rows",
    "set",  # numbers in any order
    "partition",  # colours: who shares one counts, not which number it has
]


def same_in_any_order(name: str, right: Tensor, got: Tensor, order: Order) -> str | None:
    """None if two arrays of one shape hold the same, else what differs.

    >>> edges = torch.tensor([[1, 0], [2, 3]])
    >>> same_in_any_order("result", edges, edges.flip(1), "columns")
    >>> same_in_any_order("result", edges, torch.tensor([[1, 1], [2, 2]]), "columns")
    'In result, the column (0, 3) is missing.'
    >>> same_in_any_order("result", torch.tensor([7, 5, 7]), torch.tensor([0, 1, 1]), "partition")
    'result[0] and result[2] are different; they should be the same.'
    """
    if order == "partition":
        return _colours(name, right.flatten().tolist(), got.flatten().tolist())
    if order == "set" or right.dim() != 2:
        right, got, noun = right.reshape(-1, 1), got.reshape(-1, 1), "entry"
    elif order == "columns":
        right, got, noun = right.T, got.T, "column"
    else:
        noun = "row"
    lacking = _unmatched(right, got)
    if lacking is None:
        return None
    entries = ", ".join(number(entry) for entry in right[lacking])
    return f"In {name}, the {noun} {entries if right.size(1) == 1 else f'({entries})'} is missing."


def _unmatched(right: Tensor, got: Tensor) -> int | None:
    """The first row of `right` without a partner in `got`: as many rows here as there."""
    if not right.is_floating_point() and not got.is_floating_point():
        counts: dict[tuple[float, ...], int] = {}
        for row in got.tolist():
            counts[tuple(row)] = counts.get(tuple(row), 0) + 1
        for place, row in enumerate(right.tolist()):
            counts[tuple(row)] = counts.get(tuple(row), 0) - 1
            if counts[tuple(row)] < 0:
                return place
        return None
    free = torch.ones(len(got), dtype=torch.bool)
    for place, row in enumerate(right):
        partners = (close(row.expand_as(got), got).all(1) & free).nonzero()
        if not len(partners):
            return place
        free[partners[0]] = False
    return None


def _colours(name: str, right: list[float], got: list[float]) -> str | None:
    """Which two places share a colour that shouldn't, or don't and should."""
    partner: dict[float, int] = {}
    for place, colour in enumerate(right):
        first = partner.setdefault(colour, place)
        if got[first] != got[place]:
            return f"{name}[{first}] and {name}[{place}] are different; they should be the same."
    partner = {}
    for place, colour in enumerate(got):
        first = partner.setdefault(colour, place)
        if right[first] != right[place]:
            return f"{name}[{first}] and {name}[{place}] are the same; they should be different."
    return None
