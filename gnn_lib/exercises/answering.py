"""The learner's side when a judge asks from outside: it sends calls, and gets what came of them.

The judge has Jupyter evaluate `reply("in_degree", calls, may_use)` in the learner's kernel. Calls and
outcomes are bytes (see `wire`) written as letters. Nothing here knows an answer, and nothing here decides:
a kernel that answers otherwise than this module would only sends other data.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from torch import nn

from gnn_lib.exercises.calls import Call, Outcome, Problem
from gnn_lib.exercises.run import run_all
from gnn_lib.exercises.values import read_value
from gnn_lib.exercises.wire import WireError, from_letters, to_letters

OUTCOMES = "application/vnd.gnn-course.outcomes+json"


class Reply:
    """Outcomes, in the form in which Jupyter carries an expression's value."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        self.letters = [_letters(outcome) for outcome in outcomes]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {OUTCOMES: self.letters, "text/plain": f"{len(self.letters)} outcomes"}


def reply(name: str, calls: str, may_use: Sequence[str]) -> Reply:
    """What the learner's function or class called `name` does on the calls."""
    asked = [from_letters(letters, Call) for letters in json.loads(calls)]
    space = _notebook()
    if name not in space:
        return Reply([_missing(name)] * len(asked))
    answer = space[name]
    if isinstance(answer, nn.Module):
        answer = type(answer)  # the layer was built already; what counts is how
    return Reply(run_all(answer, asked, tuple(may_use)))


def reply_value(name: str) -> Reply:
    """What the learner's variable called `name` holds."""
    space = _notebook()
    return Reply([read_value(space[name]) if name in space else _missing(name)])


def _letters(outcome: Outcome) -> str:
    try:
        return to_letters(outcome)
    except WireError as error:  # larger than may travel, or of a kind that doesn't
        return to_letters(Outcome(problem=Problem("returned something else", str(error))))


def _notebook() -> Mapping[str, Any]:
    space: Mapping[str, Any] = sys.modules["IPython"].get_ipython().user_ns  # a kernel has it loaded
    return space


def _missing(name: str) -> Outcome:
    words = f"name '{name}' is not defined: its cell, or one before it, did not get so far"
    return Outcome(problem=Problem("crashed", words, "NameError"))
