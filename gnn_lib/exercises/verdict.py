"""What a judge writes down about one answer: plain data, without a word of layout."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gnn_lib.exercises.calls import Input, Problem, Value

Status = Literal["right", "wrong", "crashed", "not attempted"]


@dataclass(frozen=True)
class Group:
    name: str
    points: float
    passed: bool


@dataclass(frozen=True)
class Example:
    """The case to show: what went in, what should come out, and what came."""

    inputs: Mapping[str, Input]
    build: Mapping[str, Input] | None
    names: tuple[str, ...] | None
    output: str
    expected: Value | None
    got: Value | None
    index: tuple[int, ...] | None  # the first entry that differs
    printed: str


@dataclass(frozen=True)
class Verdict:
    exercise: str
    status: Status
    headline: str
    says: str
    groups: tuple[Group, ...]
    mistake: str = ""  # the mistake's name, a known one or one of those that every exercise knows
    example: Example | None = None
    problem: Problem | None = None

    @property
    def score(self) -> float:
        return sum(group.points for group in self.groups if group.passed)

    @property
    def total(self) -> float:
        return sum(group.points for group in self.groups)
