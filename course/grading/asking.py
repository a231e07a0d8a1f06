"""How the judge asks a learner's kernel: an expression to evaluate, and what comes back as its value.

The reply is made in the learner's process, so it may be anything. It is read with `wire`, which takes plain
data of known kinds and sizes and refuses the rest; a refused reply is an answer that gets nothing.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from course.grading.judge import unreadable
from gnn_lib.exercises.answering import OUTCOMES
from gnn_lib.exercises.calls import Call, Outcome
from gnn_lib.exercises.wire import WireError, from_letters, to_letters

NAME = "outcomes"
_MODULE = "__import__('gnn_lib.exercises.answering', fromlist=['reply'])"


def expression(name: str, calls: Sequence[Call] | None, may_use: Sequence[str]) -> str:
    """What the kernel is to evaluate. Everything goes in as literals."""
    if calls is None:
        return f"{_MODULE}.reply_value({name!r})"
    letters = json.dumps([to_letters(call) for call in calls])
    return f"{_MODULE}.reply({name!r}, {letters!r}, {list(may_use)!r})"


def outcomes_of(reply: Mapping[str, Any], count: int) -> list[Outcome]:
    """The outcomes in a kernel's reply: `count` of them, whatever the reply is."""
    try:
        answer = reply["content"]["user_expressions"][NAME]
        if answer["status"] != "ok":
            return unreadable(f"{str(answer['ename'])[:100]}: {str(answer['evalue'])[:300]}", count)
        letters = answer["data"][OUTCOMES]
        if not isinstance(letters, list) or len(letters) != count:
            return unreadable("the kernel sent another number of results than was asked for", count)
        return [from_letters(each, Outcome) for each in letters]
    except (KeyError, TypeError, AttributeError):
        return unreadable("the kernel sent no result", count)
    except WireError as error:
        return unreadable(f"the kernel sent what is no result. {error}", count)
