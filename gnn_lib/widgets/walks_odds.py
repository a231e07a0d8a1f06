"""Where a walk may go next in the playground of walks.py: by the learner's code or ours, and why."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn_lib.plot.style import number
from gnn_lib.widgets.attempt import attempt

WAYS = ("back", "near", "out")
_BY = ("1/p", "1", "1/q")


class Odds(NamedTuple):
    """value [N]: how likely each node is next; `ours` [N] is the library's, `wrong` the nodes that differ."""

    value: Tensor
    ours: Tensor
    wrong: tuple[int, ...] = ()


def next_odds(
    function: Callable[..., Any] | None, A: Tensor, before: int | None, here: int, p: float, q: float
) -> tuple[Odds | None, str]:
    """The odds of each next node, and what there is to say. None if the learner's function failed.

    A walk's first step has no `before`, so it goes by A alone, and asks nobody.
    """
    if before is None:
        first = A[here].double() / max(float(A[here].sum()), 1e-12)
        return Odds(first, first), ""
    tried = attempt(function, step_odds, A=A, before=before, here=here, p=p, q=q)
    if tried.value is None:
        return None, tried.message
    if (tried.value < 0).any():
        least = int(tried.value.argmin())
        says = f"Your odds of {least} are {number(float(tried.value[least]))}; nothing is less likely than 0."
        return None, f"{tried.message}<p>{says}</p>"
    wrong = (~tried.agrees()).nonzero().flatten().tolist()
    return Odds(tried.value, tried.ours, tuple(wrong)), tried.message


def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
    odds = A[here].double() * torch.tensor([1 / p, 1.0, 1 / q]).double()[ways(A, before)]
    return odds / odds.sum().clamp(min=1e-12)


def ways(A: Tensor, before: int) -> Tensor:
    """For each node whether it is back (0), near (1) or out (2), seen from the node before [N]."""
    which = torch.where(A[before] > 0, 1, 2)
    which[before] = 0
    return which


def behind(
    odds: Odds, A: Tensor, before: int | None, here: int, biases: tuple[float, float], names: Sequence[str]
) -> list[str]:
    """For each node the sum behind its odds; and where the learner's function says otherwise. [N]."""
    p, q = biases
    kinds = None if before is None else ways(A, before).tolist()
    parts = [1.0] * len(A) if kinds is None else [(1 / p, 1.0, 1 / q)[kind] for kind in kinds]
    total = number(sum(part * float(edge) for part, edge in zip(parts, A[here], strict=True)))
    texts = []
    for node, name in enumerate(names):
        edge = float(A[here, node])
        if not edge:
            text = f"No edge leads from {names[here]} to {name}."
        else:
            told = f"{name} is {_role(None if kinds is None else kinds[node], before, names)}: "
            term = "1" if kinds is None else _BY[kinds[node]]
            term = term if edge == 1 else f"{number(edge)} · {term}"
            value = number(parts[node] * edge)
            told += f"{term} = {value}" if term != value else value
            text = f"{told}, of {total} together: {number(float(odds.ours[node]))}."
        if node in odds.wrong:
            text += f" Your function gives {number(float(odds.value[node]))}."
        texts.append(text)
    return texts


def _role(kind: int | None, before: int | None, names: Sequence[str]) -> str:
    if kind is None or before is None:
        return "one of the first steps, which have no node before"
    return ("the way back", f"near {names[before]}, where the walk was", "a way out")[kind]
