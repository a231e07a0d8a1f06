"""The judge: what to ask the learner's code, and what its answers are worth.

It never sees the learner's code and never runs in its process. What it gets are outcomes: plain data that
may have been made in any way, honest or not. Right is who gives, on cases that nobody could foresee, what
the reference gives.

Not covered: code that is right but isn't the learner's own. Calls into the library are noted by the
learner's side, which a determined cheat can silence; and whoever pastes a solution has pasted a solution.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from course.grading.secret import seed_of
from gnn_lib.exercises.calls import Call, Outcome, Problem
from gnn_lib.exercises.diagnose import cases_of, diagnose, fault, right_outcomes
from gnn_lib.exercises.exercise import AnyExercise, Case, Essay, Exercise, Question, Result
from gnn_lib.exercises.run import GIVES_UP
from gnn_lib.exercises.values import judge_value
from gnn_lib.exercises.verdict import Group, Verdict
from gnn_lib.exercises.wire import to_bytes


class Trial(Protocol):
    """One exercise of one submission."""

    @property
    def calls(self) -> tuple[Call, ...] | None:
        """What to ask of the learner's function; None to ask for the value of a variable."""

    def verdict(self, outcomes: Sequence[Outcome]) -> Verdict: ...


def trial(exercise: AnyExercise, key: str) -> Trial:
    """`key` names the submission: another one meets other hidden cases, so there is nothing to learn from
    what was met here."""
    if isinstance(exercise, Essay):
        raise TypeError(f"{exercise.name} is graded by a person.")
    if isinstance(exercise, Exercise):
        return CodeTrial(exercise, seed_of("cases", exercise.name, key))
    return ValueTrial(exercise)


@dataclass(frozen=True)
class ValueTrial:
    exercise: Question | Result
    calls: None = None

    def verdict(self, outcomes: Sequence[Outcome]) -> Verdict:
        (outcome,) = outcomes
        return judge_value(self.exercise, outcome)


@dataclass(frozen=True)
class CodeTrial:
    """The cases that `check` shows, one of them again under another seed, and hidden ones like them."""

    exercise: Exercise
    seed: int

    @cached_property
    def shown(self) -> list[Case]:
        return _shown(self.exercise)[0]

    @cached_property
    def hidden(self) -> list[Case]:
        return cases_of(self.exercise, self.seed)

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        shown, hidden = ([case.call for case in cases] for cases in (self.shown, self.hidden))
        return (*shown, replace(shown[0], seed=1), *hidden)

    def verdict(self, outcomes: Sequence[Outcome]) -> Verdict:
        if len(outcomes) != len(self.calls):
            raise ValueError(f"{len(self.calls)} outcomes are asked for, got {len(outcomes)}")
        count = len(self.shown)
        again = None if outcomes[0].problem else outcomes[count]
        first = diagnose(self.exercise, self.shown, outcomes[:count], again, _shown(self.exercise)[1])
        if first.score == 0:
            return first
        rest = outcomes[count + 1 :]
        if first.status == "right" and self._by_heart(rest):
            return _nothing_but_the_shown(first)
        second = diagnose(self.exercise, self.hidden, rest)
        groups = tuple(
            replace(one, passed=one.passed and other.passed)
            for one, other in zip(first.groups, second.groups, strict=True)
        )
        if first.status == "right" and second.status != "right":
            return _only_as_shown(second, groups)
        return replace(first, groups=groups)


    def _by_heart(self, hidden: Sequence[Outcome]) -> bool:
        """Wrong on every hidden case that is not one of the shown: some of the examples never change."""
        shown = {to_bytes(case.call) for case in self.shown}
        pairs = zip(self.hidden, hidden, strict=True)
        fresh = [(case, got) for case, got in pairs if to_bytes(case.call) not in shown]
        if any(got.problem and got.problem.kind in (*GIVES_UP, "not run") for _, got in fresh):
            return False  # it may only have been too slow
        right = right_outcomes(self.exercise, [case for case, _ in fresh])
        wrong = [fault(self.exercise, one, got) for one, (_, got) in zip(right, fresh, strict=True)]
        return bool(wrong) and all(wrong)


_known: dict[int, tuple[Exercise, list[Case], list[Outcome]]] = {}


def _shown(exercise: Exercise) -> tuple[list[Case], list[Outcome]]:
    """The cases that `check` shows, and what is right on them: worked out once for a whole class."""
    if id(exercise) not in _known:
        cases = cases_of(exercise)
        _known[id(exercise)] = (exercise, cases, right_outcomes(exercise, cases))
    return _known[id(exercise)][1:]


def stopped(exercise: AnyExercise, why: str) -> Verdict:
    """The kernel died, hung or was stopped before it could answer."""
    groups = tuple(Group(name, worth, passed=False) for name, worth in exercise.points.items())
    says = f"There is no answer: {why}."
    return Verdict(exercise.name, "crashed", "stopped before it could answer", says, groups=groups)


def unreadable(why: str, count: int) -> list[Outcome]:
    """For a reply that is none."""
    return [Outcome(problem=Problem("crashed", why, "No answer"))] * count


def _nothing_but_the_shown(first: Verdict) -> Verdict:
    """No example of the lesson's own counts for whoever has learned the examples."""
    says = (
        "It is right on the cases that `check` tries, and wrong on all others of the same kind, with other "
        "graphs and other numbers. So it doesn't work the answers out: does it know them by heart?"
    )
    headline = "right on the shown cases, and on no others"
    groups = tuple(replace(group, passed=False) for group in first.groups)
    return Verdict(first.exercise, "wrong", headline, says, groups=groups, mistake=headline)


def _only_as_shown(hidden: Verdict, groups: tuple[Group, ...]) -> Verdict:
    """Right on the cases that can be seen, wrong on others like them; which ones stays with the judge."""
    failed = ", ".join(group.name for group in groups if not group.passed)
    says = (
        "It is right on the cases that `check` tries, and wrong on others of the same kind, with other "
        f"graphs and other numbers ({failed}). Does something in it fit those cases alone?"
    )
    known = hidden.mistake if hidden.status == "wrong" else ""
    return Verdict(
        hidden.exercise, "wrong", "right on the shown cases only", says, groups=groups,
        mistake=known or "right on the shown cases only",
    )  # fmt: skip
