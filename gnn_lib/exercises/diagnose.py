"""The verdict: right, not attempted, crashed or wrong; and which mistake it is.

The judge's side. It sees outcomes, never the learner's code, and knows the reference and the mistakes.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch

from gnn_lib.exercises.calls import Outcome
from gnn_lib.exercises.compare import Difference, first_difference
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.run import GIVES_UP, run, run_all
from gnn_lib.exercises.steady import steady
from gnn_lib.exercises.verdict import Example, Group, Status, Verdict
from gnn_lib.exercises.words import STUB, Fault, fault_words, library_words

PUBLIC_SEED = 0


def cases_of(exercise: Exercise, seed: int = PUBLIC_SEED) -> list[Case]:
    """The exercise's cases; a secret seed gives the same kinds of cases with other numbers."""
    seed = (seed ^ seed >> 32) % 2**32  # torch reads the lower 32 bits: without this 2**32 would be 0
    with steady(seed):
        cases = list(exercise.cases(torch.Generator().manual_seed(seed)))
    strange = {case.group for case in cases} ^ set(exercise.points)
    if strange:
        raise ValueError(f"{exercise.name}: {sorted(strange)} are groups of cases or of points, not of both.")
    return cases


def check_answer(exercise: Exercise, answer: Any, seed: int = PUBLIC_SEED) -> Verdict:
    """Both sides in one process: what a lesson does, and Validate."""
    cases = cases_of(exercise, seed)
    outcomes = run_all(answer, [case.call for case in cases], exercise.may_use)
    again = None if outcomes[0].problem else run(answer, replace(cases[0].call, seed=1))
    return diagnose(exercise, cases, outcomes, again)


def diagnose(
    exercise: Exercise, cases: Sequence[Case], outcomes: Sequence[Outcome], again: Outcome | None = None,
    expected: Sequence[Outcome] | None = None,
) -> Verdict:  # fmt: skip
    """Compare what the learner's code did with what the reference does on the same cases.

    again: the outcome of the first case once more, under seed 1: another one if the code is random.
    expected: what `right_outcomes` gives for these cases, where that is known already.
    """
    nothing = _groups(exercise, {})
    if all(_kind(outcome) == "not attempted" for outcome in outcomes):
        return Verdict(exercise.name, "not attempted", "Not attempted yet", STUB, groups=nothing)
    library = next((outcome.library for outcome in outcomes if outcome.library), "")
    if library:
        headline, says = library_words(library)
        return Verdict(exercise.name, "wrong", headline, says, groups=nothing, mistake=headline)
    expected = right_outcomes(exercise, cases) if expected is None else expected
    faults = [fault(exercise, *pair) for pair in zip(expected, outcomes, strict=True)]
    failing = [place for place, found in enumerate(faults) if found is not None]
    passed = dict.fromkeys(exercise.points, True)
    for place in failing:
        passed[cases[place].group] = False
    if not failing:
        says = f"It gives the right answer on all {len(cases)} cases."
        return Verdict(exercise.name, "right", "Right", says, groups=_groups(exercise, passed))
    groups = list(exercise.points)  # the first group holds what can be checked by hand
    smallest = min(failing, key=lambda place: (
        _kind(outcomes[place]) == "not run", groups.index(cases[place].group), cases[place].size
    ))  # fmt: skip
    mistake = known_mistake(exercise, cases, outcomes)
    if mistake is not None:
        headline, says = mistake.name, mistake.says
    elif again is not None and _random(exercise, cases[0], outcomes[0], again):
        headline, says = "not the same twice", _TWICE
    else:
        headline, says = fault_words(faults[smallest], expected[smallest], outcomes[smallest])
    problem = outcomes[smallest].problem
    status: Status = "crashed" if problem and problem.kind in ("crashed", *GIVES_UP) else "wrong"
    return Verdict(
        exercise.name, status, headline, says, groups=_groups(exercise, passed), mistake=headline,
        example=_example(cases[smallest], expected[smallest], outcomes[smallest], faults[smallest]),
        problem=problem,
    )  # fmt: skip


def right_outcomes(exercise: Exercise, cases: Sequence[Case]) -> list[Outcome]:
    """What the reference does on these cases."""
    expected = [run(exercise.answer, case.call) for case in cases]
    for case, right in zip(cases, expected, strict=True):
        if right.problem is not None or right.changed:
            raise AssertionError(f"{exercise.name}: its reference fails on {case}: {right}")
    return expected


def known_mistake(exercise: Exercise, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Mistake | None:
    """The mistake that does on every case what the learner's code did."""
    if any(_kind(outcome) in (*GIVES_UP, "not run", "not attempted") for outcome in outcomes):
        return None
    for mistake in exercise.mistakes:
        wrong = exercise.wrong_answers[mistake.name]
        pairs = zip(cases, outcomes, strict=True)
        if all(_alike(run(wrong, case.call), got, exercise) for case, got in pairs):
            return mistake
    return None


def _alike(one: Outcome, other: Outcome, exercise: Exercise) -> bool:
    if one.changed != other.changed or (one.problem is None) != (other.problem is None):
        return False
    if one.problem and other.problem:  # the whole message: many an error is an IndexError
        return replace(one.problem, place="", line="") == replace(other.problem, place="", line="")
    return first_difference(one.outputs, other.outputs, exercise.order) is None


def fault(exercise: Exercise, expected: Outcome, got: Outcome) -> Fault | None:
    """What is wrong with one outcome; None if nothing is."""
    if got.problem is not None:
        return got.problem
    difference = first_difference(expected.outputs, got.outputs, exercise.order)
    if difference is None and got.changed:
        return got.changed[0]
    return difference


def _random(exercise: Exercise, case: Case, got: Outcome, again: Outcome) -> bool:
    """Twice the same call, two results; and the reference gives one."""
    if again.problem is None and first_difference(got.outputs, again.outputs) is None:
        return False
    first, second = (run(exercise.answer, replace(case.call, seed=seed)) for seed in (0, 1))
    return first_difference(first.outputs, second.outputs) is None


_TWICE = (
    "Called twice with the same input, your code gives two results. Is something random in it, or does "
    "it keep something from the last call?"
)


def _kind(outcome: Outcome) -> str:
    return outcome.problem.kind if outcome.problem is not None else ""


def _groups(exercise: Exercise, passed: dict[str, bool]) -> tuple[Group, ...]:
    return tuple(Group(name, worth, passed.get(name, False)) for name, worth in exercise.points.items())


def _example(case: Case, expected: Outcome, got: Outcome, found: Any) -> Example:
    difference = found if isinstance(found, Difference) else None
    output = difference.output if difference else next(iter(expected.outputs))
    return Example(
        inputs=case.inputs, build=case.build, names=case.names, output=output,
        expected=expected.outputs.get(output), got=got.outputs.get(output),
        index=difference.index if difference else None, printed=got.printed,
    )  # fmt: skip
