"""What an exercise is: a right answer, cases to try it on, the known mistakes, and hints.

An exercise is described once. `check` in a lesson, the judge at grading, the tests of both and the class
report all read that one description.
"""

import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.compare import Order
from gnn_lib.exercises.source import changed_source, learner_code, source_of

Change = tuple[str, str]
LEVELS = ("blank", "function", "layer", "experiment", "stretch")


@dataclass(frozen=True)
class Case:
    """One thing to try: the group that it counts for, and what is passed to the learner's code.

    inputs go to the function in this order. For a layer, `build` holds the constructor's arguments and
    `state` the weights to load. With `grad`, gradients by these inputs (and a layer's weights) count too.
    names: the nodes' names, for the picture.
    """

    group: str
    inputs: Mapping[str, Any]  # tensors, numbers, words
    build: Mapping[str, Any] | None = None
    state: Mapping[str, Tensor] = field(default_factory=dict)
    grad: tuple[str, ...] = ()
    names: tuple[str, ...] | None = None

    @property
    def call(self) -> Call:
        return Call(self.inputs, self.build, self.state, self.grad)

    @property
    def size(self) -> int:
        """How much there is to look at: the smallest failing case is the one to show."""
        return sum(value.numel() if isinstance(value, Tensor) else 1 for value in self.inputs.values())


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give, and what to tell them.

    name: short, what was done ("counts the edges that leave"). says: what that gives, and which way to
    look, without the line itself. code: the wrong answer as a learner would type it; or (old, new): the
    reference with one passage replaced.
    """

    name: str
    says: str
    code: str | Change


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """Write a function, or a layer (a class), that gives what `answer` gives on every case."""

    answer: Callable[..., Any]
    task: str  # in one line, for the overview: "Count each node's incoming edges"
    cases: Callable[[torch.Generator], Iterable[Case]]
    points: Mapping[str, float]  # group of cases -> its points, in the order of the cases
    mistakes: tuple[Mistake, ...]
    others: tuple[str, ...]  # other right ways to write it, as a learner would type them
    hints: tuple[str, ...]
    minutes: int
    level: str = "function"
    order: Order = "exact"  # in which order the entries of the result must come
    may_use: tuple[str, ...] = ()  # modules of gnn_lib that may do part of the work

    def __post_init__(self) -> None:
        _check_common(self)
        if not self.mistakes:
            raise ValueError(f"{self.name}: an exercise has known mistakes, at least one.")

    @property
    def name(self) -> str:
        """What the learner's function or class must be called."""
        return self.answer.__name__

    @property
    def total(self) -> float:
        return sum(self.points.values())

    @property
    def code(self) -> str:
        """The reference as source: what a `Change` changes."""
        return source_of(self.answer)

    def code_of(self, mistake: Mistake) -> str:
        """What a learner who makes it has typed, from the first column on."""
        if isinstance(mistake.code, str):
            return textwrap.dedent(mistake.code).strip() + "\n"
        return changed_source(self.code, mistake.code, f"{self.name}, mistake {mistake.name!r}")

    @cached_property
    def wrong_answers(self) -> dict[str, Callable[..., Any]]:
        """By the mistake's name, what a learner who makes it has written."""
        return {m.name: learner_code(self.code_of(m), self.name) for m in self.mistakes}


@dataclass(frozen=True, kw_only=True)
class Question:
    """Give one answer: a number, a word, a list or a tensor. With `choices`, a letter.

    wrong: known wrong answers and what to say to each; with choices, every other letter must be there.
    why: what to say to the right one.
    """

    name: str
    task: str
    answer: Any
    why: str
    wrong: Mapping[Any, str]
    choices: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    minutes: int = 1
    level: str = "blank"
    order: Order = "exact"
    worth: float = 1.0

    def __post_init__(self) -> None:
        _check_common(self)
        unexplained = {choice for choice in self.choices if choice != self.answer} - self.wrong.keys()
        if unexplained:
            raise ValueError(f"{self.name}: say why {sorted(unexplained)} are wrong, in `wrong`.")

    @property
    def points(self) -> dict[str, float]:
        return {"the answer": self.worth}

    @property
    def total(self) -> float:
        return self.worth


@dataclass(frozen=True)
class Clue:
    """A property of a result that gives a mistake away, and an example of such a result."""

    name: str
    says: str
    when: Callable[[Tensor], bool]
    example: Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Result:
    """Hand in what an experiment gave, as an array: many results are right, none is *the* right one.

    right: is the array good enough? Asked after every clue, in their order, has said no.
    example: a right result.
    """

    name: str
    task: str
    right: Callable[[Tensor], bool]
    says: str  # to a result that is wrong in no known way
    why: str  # to a right one
    clues: tuple[Clue, ...]
    example: Callable[[], Any]
    hints: tuple[str, ...]
    minutes: int
    level: str = "experiment"
    worth: float = 2.0

    def __post_init__(self) -> None:
        _check_common(self)

    @property
    def points(self) -> dict[str, float]:
        return {"the result": self.worth}

    @property
    def total(self) -> float:
        return self.worth


@dataclass(frozen=True, kw_only=True)
class Essay:
    """Answer in words: graded by a person, in nbgrader's formgrader."""

    name: str
    task: str
    minutes: int
    worth: float
    hints: tuple[str, ...] = ()
    level: str = "stretch"

    def __post_init__(self) -> None:
        _check_common(self)

    @property
    def points(self) -> dict[str, float]:
        return {"by hand": self.worth}

    @property
    def total(self) -> float:
        return self.worth


AnyExercise = Exercise | Question | Result | Essay


def _check_common(exercise: AnyExercise) -> None:
    if not exercise.name.isidentifier():
        raise ValueError(f"An exercise's name is a Python name, got {exercise.name!r}.")
    if exercise.level not in LEVELS:
        levels = ", ".join(LEVELS)
        raise ValueError(f"{exercise.name}: level must be one of {levels}; got {exercise.level!r}.")
    bad = {group: worth for group, worth in exercise.points.items() if not worth > 0}
    if bad or not exercise.points:
        worth = dict(exercise.points)
        raise ValueError(f"{exercise.name}: each group is worth more than 0 points, got {worth}.")
