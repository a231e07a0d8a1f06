"""The three things that a lesson's first cell asks for: check, hint and progress."""

import os
import sys
from collections.abc import Callable
from typing import Any

from torch import nn

from gnn_lib.exercises import progress as kept
from gnn_lib.exercises.diagnose import check_answer
from gnn_lib.exercises.exercise import AnyExercise, Essay, Exercise
from gnn_lib.exercises.lessons import Lesson, load, numbers
from gnn_lib.exercises.overview import Hints, Overview
from gnn_lib.exercises.report import Report
from gnn_lib.exercises.values import check_value

JUDGED = "GNN_COURSE_JUDGED"  # set where a judge outside does the checking, and the answers are not at hand


class MisuseError(TypeError):
    """check or hint was called in another way than it can be. Jupyter shows the words alone."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def start(number: int) -> tuple[Callable[..., Report], Callable[..., Hints], Callable[[], Overview]]:
    """`check, hint, progress = start(1)`: what lesson 1 answers with."""
    if JUDGED in os.environ:
        return _silent, _silent, _silent  # type: ignore[return-value]
    lesson = load(number)

    def check(*answers: Any, **named: Any) -> Report:
        """check(function), check(Layer) or, for a single answer, check(name=name)."""
        exercise, answer = _asked(lesson, answers, named, sys._getframe(1).f_globals)
        judge: Any = check_answer if isinstance(exercise, Exercise) else check_value
        verdict = judge(exercise, answer)
        kept.record(number, verdict)
        report = Report(verdict)
        if os.environ.get("NBGRADER_EXECUTION") == "validate" and verdict.status != "right":
            print(repr(report), file=sys.stderr)  # what Validate's window shows of a cell
        return report

    def hint(*exercises: Any) -> Hints:
        """The next hint: hint(function) or hint("name")."""
        if len(exercises) != 1:
            raise MisuseError(f'hint takes one exercise, as in hint("{next(iter(lesson.exercises))}").')
        name = exercises[0]
        if not isinstance(name, str):
            name = _name_of(lesson, name, sys._getframe(1).f_globals)
        hints = _find(lesson, name).hints
        return Hints(name, hints[: kept.count_hint(number, name, len(hints))], len(hints))

    def progress() -> Overview:
        """The whole course, and what is done of it."""
        return Overview(tuple(load(number) for number in numbers()), number)

    return check, hint, progress


def _silent(*_: Any, **__: Any) -> None:
    """check, hint and progress where a judge outside does the checking."""


def _asked(
    lesson: Lesson, answers: tuple[Any, ...], named: dict[str, Any], space: dict[str, Any]
) -> tuple[AnyExercise, Any]:
    """The exercise that is meant, and the answer to it."""
    if len(answers) + len(named) != 1 or (answers and not callable(answers[0])):
        raise MisuseError(_how_to_call(lesson, answers))
    name, answer = next(iter(named.items())) if named else ("", answers[0])
    exercise = _find(lesson, name or _name_of(lesson, answer, space))
    if isinstance(exercise, Essay):
        raise MisuseError(f"{exercise.name} is answered in words, for a person to read: nothing to check.")
    if isinstance(exercise, Exercise):
        if not callable(answer):
            kind = "class" if isinstance(exercise.answer, type) else "function"
            raise MisuseError(f"{exercise.name} is a {kind} to write; what came is {_brief(answer)}.")
        if isinstance(exercise.answer, type) and isinstance(answer, nn.Module):
            answer = type(answer)  # the layer was built already; what counts is how
    elif not named:
        raise MisuseError(f"{exercise.name} is a single answer: check({exercise.name}={exercise.name}).")
    return exercise, answer


def _how_to_call(lesson: Lesson, answers: tuple[Any, ...]) -> str:
    if len(answers) == 1 and isinstance(answers[0], str) and answers[0] in lesson.exercises:
        name = answers[0]
        named = not isinstance(lesson.exercises[name], Exercise)
        return f"Without the quotes: check({f'{name}={name}' if named else name})."
    return (
        "check takes one thing: a function or a class, as in check(in_degree); "
        "or a single answer by its name, as in check(direction=direction)."
    )


def _name_of(lesson: Lesson, answer: Any, space: dict[str, Any]) -> str:
    """Under which exercise's name the notebook knows it: a lambda or a partial has none of its own."""
    bound = (name for name in lesson.exercises if space.get(name) is answer)
    own = getattr(answer, "__name__", type(answer).__name__)
    name = next(bound, own)
    if name not in lesson.exercises and callable(answer):
        example = next(iter(lesson.exercises))
        raise MisuseError(
            f"Which exercise is {name!r} the answer to? Lesson {lesson.number} has: "
            f"{', '.join(lesson.exercises)}. Say so by its name, as in check({example}={own})."
        )
    return name


def _find(lesson: Lesson, name: str) -> AnyExercise:
    try:
        return lesson.find(name)
    except ValueError as error:
        raise MisuseError(str(error)) from None


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
