"""The verdict on a single answer, and on the result of an experiment."""

import contextlib
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.exercises.arrays import named_arrays
from gnn_lib.exercises.calls import Outcome, Problem, Value
from gnn_lib.exercises.compare import first_difference
from gnn_lib.exercises.exercise import Question, Result
from gnn_lib.exercises.steady import steady
from gnn_lib.exercises.trace import safe_text
from gnn_lib.exercises.verdict import Group, Status, Verdict

_UNTOUCHED = (None, Ellipsis, "")


def check_value(exercise: Question | Result, value: Any) -> Verdict:
    """What `check(name=value)` says: both sides in one process."""
    return judge_value(exercise, read_value(value))


def read_value(value: Any) -> Outcome:
    """The learner's side: the value as arrays, or why it can't be read."""
    if any(value is empty for empty in _UNTOUCHED):
        return Outcome(problem=Problem("not attempted"))
    with steady(0):
        try:
            return Outcome(named_arrays(value))
        except TypeError as error:
            return Outcome(problem=Problem("returned something else", f"{safe_text(error)}."))
        except Exception as error:  # an object of the learner's own
            words = f"Your answer can't be read: {type(error).__name__}."
            return Outcome(problem=Problem("returned something else", words))


def judge_value(exercise: Question | Result, outcome: Outcome) -> Verdict:
    """The judge's side."""
    problem = outcome.problem
    if problem is not None and problem.kind == "not attempted":
        says = f"Put your answer into `{exercise.name}`, run the cell, then this one again."
        return _report(exercise, "not attempted", "Not attempted yet", says)
    if problem is not None and problem.kind == "returned something else":
        return _report(exercise, "wrong", "returns something else", problem.message)
    if problem is not None:
        return _report(exercise, "crashed", "stops with an error", f"{problem.error}: {problem.message}")
    with steady(0):
        if isinstance(exercise, Result):
            return _judge_result(exercise, dict(outcome.outputs))
        return _judge_answer(exercise, dict(outcome.outputs))


def _judge_answer(question: Question, arrays: dict[str, Value]) -> Verdict:
    if question.choices:
        return _judge_choice(question, arrays)
    if _is(question, question.answer, arrays):
        return _report(question, "right", "Right", question.why)
    for wrong, says in question.wrong.items():
        if _is(question, wrong, arrays):
            return _report(question, "wrong", f"not {wrong}", says)
    hint = " Ask for a hint." if question.hints else " Work it out by hand once more."
    return _report(question, "wrong", "not the right answer yet", f"You answered {_short(arrays)}.{hint}")


def _is(question: Question, meant: Any, arrays: dict[str, Value]) -> bool:
    """Typed by hand, so upper case, blanks and a pair of brackets around one number don't matter."""
    wanted = {name: _normal(value) for name, value in named_arrays(meant).items()}
    got = {name: _as(wanted.get(name), _normal(value)) for name, value in arrays.items()}
    return first_difference(wanted, got, question.order) is None


def _normal(value: Value) -> Value:
    if isinstance(value, str):
        return " ".join(value.split()).casefold()
    return value.reshape(()) if value.numel() == 1 else value


def _as(wanted: Value | None, value: Value) -> Value:
    """A number in quotes is that number, where a number is asked for."""
    if isinstance(wanted, Tensor) and wanted.dim() == 0 and isinstance(value, str):
        with contextlib.suppress(ValueError):
            return torch.tensor(float(value), dtype=torch.float64)
    return value


def _judge_choice(question: Question, arrays: dict[str, Value]) -> Verdict:
    value = arrays.get("result")
    letter = value.strip(" \t\n().:'\"").lower() if isinstance(value, str) else ""
    if letter == question.answer:
        return _report(question, "right", "Right", question.why)
    if letter in question.wrong:
        return _report(question, "wrong", f"not {letter}", question.wrong[letter])
    letters = ", ".join(f'"{name}"' for name in question.choices)
    got = f'"{_short(arrays)}"' if isinstance(value, str) else _short(arrays)
    return _report(question, "wrong", "none of the choices", f"Answer with one of {letters}; got {got}.")


def _judge_result(exercise: Result, arrays: dict[str, Value]) -> Verdict:
    array = arrays.get("result")
    if not isinstance(array, Tensor):
        says = f"Hand in one tensor, not {_short(arrays)}."
        return _report(exercise, "wrong", "returns something else", says)
    for clue in exercise.clues:
        if _holds(clue.when, array):
            return _report(exercise, "wrong", clue.name, clue.says)
    if _holds(exercise.right, array):
        return _report(exercise, "right", "Right", exercise.why)
    if array.is_complex() or not bool(torch.isfinite(array).all()):
        says = "There is NaN, infinity or a complex number in it: something went wrong on the way."
        return _report(exercise, "wrong", "not a number", says)
    return _report(exercise, "wrong", "not the right answer yet", exercise.says)


def _holds(test: Callable[[Tensor], bool], array: Tensor) -> bool:
    """A test written for one shape may fail on another: then it doesn't hold."""
    try:
        return bool(test(array))
    except (RuntimeError, IndexError, ValueError, TypeError):
        return False


def _report(exercise: Question | Result, status: Status, headline: str, says: str) -> Verdict:
    groups = tuple(Group(name, worth, status == "right") for name, worth in exercise.points.items())
    mistake = headline if status == "wrong" else ""
    return Verdict(exercise.name, status, headline, says, groups=groups, mistake=mistake)


def _short(arrays: dict[str, Value]) -> str:
    values = [value.tolist() if isinstance(value, Tensor) else value for value in arrays.values()]
    text = str(values[0] if len(values) == 1 else values)
    return text if len(text) <= 60 else text[:57] + "..."
