"""A mistake is named only where everything speaks for it; points are given group by group."""

from dataclasses import replace

import pytest
import torch

from gnn_lib.exercises import Case, Exercise, Mistake
from gnn_lib.exercises.as_text import report_text
from gnn_lib.exercises.calls import Outcome, Problem
from gnn_lib.exercises.diagnose import cases_of, check_answer, diagnose, known_mistake
from gnn_lib.exercises.run import run
from gnn_lib.exercises.words import fault_words
from tests.exercises.small import HAND, INBOX, RANDOM, function, inbox

RIGHT = "torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"
OUTBOX = "torch.zeros_like(x).index_add(0, edge_index[0], x[edge_index[1]])"


def test_a_mistake_is_named_if_it_is_made_on_every_case() -> None:
    assert check_answer(INBOX, function(f"return {OUTBOX}")).mistake == "gathers from the outbox"
    for place in range(2):
        shapes = (3, 5)
        sometimes = function(f"return {OUTBOX} if len(x) == {shapes[place]} else {RIGHT}")
        assert check_answer(INBOX, sometimes).mistake != "gathers from the outbox"


def test_a_mistake_that_also_changes_its_input_is_another() -> None:
    verdict = check_answer(INBOX, function(f"out = {OUTBOX}.detach()", "x.mul_(1) if x.requires_grad else "
                                           "x.add_(1)", "return out"))  # fmt: skip
    assert verdict.mistake != "gathers from the outbox"


@pytest.mark.parametrize(("error", "named"), [
    ("return x[torch.arange(len(x) + 1)]", True),
    ("return x[torch.arange(len(x) + 2)]", True),  # the first id that isn't there is the same
    ("raise IndexError('another')", False),
    ("return x[[99]]", False),
])  # fmt: skip
def test_one_error_is_a_mistake_only_if_it_says_the_same(error: str, named: bool) -> None:
    verdict = check_answer(INBOX, function(error))
    assert verdict.status == "crashed"
    assert (verdict.mistake == "takes a row too many") == named
    assert verdict.problem is not None
    assert verdict.problem.line == error


def test_the_smallest_case_of_the_first_group_that_fails_is_shown() -> None:
    verdict = check_answer(INBOX, function(f"return {RIGHT} + (len(x) == 5)"))
    assert [group.passed for group in verdict.groups] == [True, False, False]
    assert (verdict.score, verdict.total) == (1, 4)
    assert verdict.example is not None
    shown = verdict.example.inputs["edge_index"]
    assert isinstance(shown, torch.Tensor)
    assert shown.shape == (2, 0), "of two random cases the one without edges"
    verdict = check_answer(INBOX, function("return x * 3"))
    assert verdict.example is not None
    assert verdict.example.inputs["x"].tolist() == cases_of(INBOX)[0].inputs["x"].tolist()  # type: ignore[union-attr]


def test_a_group_is_passed_only_with_all_its_cases() -> None:
    verdict = check_answer(INBOX, function(f"return {RIGHT} + (edge_index.size(1) == 0)"))
    assert [(group.name, group.passed) for group in verdict.groups][:2] == [(HAND, True), (RANDOM, False)]


@pytest.mark.parametrize("seed", [1, 2**32, 2**40, 2**63 + 5])  # torch reads 32 bits of a seed
def test_a_secret_seed_gives_other_cases_of_the_same_kinds(seed: int) -> None:
    public, secret = cases_of(INBOX), cases_of(INBOX, seed)
    assert [case.group for case in public] == [case.group for case in secret]
    assert public[1].inputs["x"].tolist() != secret[1].inputs["x"].tolist()  # type: ignore[union-attr]
    assert check_answer(INBOX, inbox, seed).status == "right"


def test_groups_of_cases_and_of_points_must_agree() -> None:
    with pytest.raises(ValueError, match=r"\['extra'\] are groups"):
        cases_of(replace(INBOX, points={**INBOX.points, "extra": 1}))


def test_what_was_drawn_by_the_seed_is_not_called_random() -> None:
    def drawn(n: int) -> torch.Tensor:
        return torch.rand(n)

    exercise = Exercise(
        answer=drawn, task="", cases=lambda _: [Case("all", dict(n=2)), Case("all", dict(n=3))],
        points={"all": 1}, others=(), hints=(), minutes=1,
        mistakes=(Mistake("m", "s", "def drawn(n): return n"),),
    )  # fmt: skip
    assert check_answer(exercise, lambda n: torch.rand(n)).status == "right"
    assert check_answer(exercise, lambda n: 1 - torch.rand(n)).mistake == "not the right answer yet"


def test_the_judge_needs_outcomes_only() -> None:
    cases = cases_of(INBOX)
    outcomes = [run(inbox, case.call) for case in cases]
    assert diagnose(INBOX, cases, outcomes).status == "right"
    nothing = [Outcome(problem=Problem("too slow"))] + [Outcome(problem=Problem("not run"))] * 4
    verdict = diagnose(INBOX, cases, nothing)
    assert (verdict.mistake, verdict.score) == ("too slow", 0)
    assert known_mistake(INBOX, cases, nothing) is None
    silent = diagnose(INBOX, cases, [Outcome()] * 5)
    assert (silent.status, silent.score) == ("wrong", 0), "silence is no answer"
    assert "no things" in silent.says


def test_the_transpose_of_a_square_result_is_seen() -> None:
    case = cases_of(INBOX)[0]
    square = Exercise(
        answer=product, task="", cases=lambda _: [replace(case, group=HAND)], points={HAND: 1}, others=(),
        hints=(), minutes=1, mistakes=(Mistake("m", "s", "def product(x, e): return 0"),),
    )  # fmt: skip
    verdict = check_answer(square, lambda x, e: (x @ x.T).triu().T)
    assert verdict.mistake == "rows and columns changed places", report_text(verdict)


def product(x: torch.Tensor, edge_index: torch.Tensor) -> torch.Tensor:
    return (x @ x.T).triu()


def test_where_nothing_is_wrong_there_are_no_words() -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        fault_words(None, Outcome(), Outcome())
