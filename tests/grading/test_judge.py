"""The judge: right is who is right on cases that nobody could foresee."""

from typing import Any

import pytest
import torch

from course.grading import secret
from course.grading.judge import CodeTrial, Trial, stopped, trial
from gnn_lib.exercises import Essay, Exercise, Question, Result, load, numbers
from gnn_lib.exercises.calls import Outcome
from gnn_lib.exercises.diagnose import check_answer
from gnn_lib.exercises.run import run_all
from gnn_lib.exercises.source import learner_code
from gnn_lib.exercises.values import check_value, read_value
from gnn_lib.exercises.verdict import Verdict
from gnn_lib.exercises.wire import to_bytes

EVERY = [(number, exercise) for number in numbers() for exercise in load(number).exercises.values()]
CODE = [exercise for _, exercise in EVERY if isinstance(exercise, Exercise)]
VALUES = [exercise for _, exercise in EVERY if isinstance(exercise, Question | Result)]


@pytest.fixture(autouse=True)
def own_secret(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text("5a" * 32)  # the same cases in every run
    monkeypatch.setenv(secret.FILE, str(path))


def judged(exercise: Exercise, answer: Any, key: str = "a submission") -> Verdict:
    asked = trial(exercise, key)
    assert asked.calls is not None
    return asked.verdict(run_all(answer, asked.calls, exercise.may_use))


def named(exercise: Exercise | Question | Result) -> str:
    return exercise.name


@pytest.mark.parametrize("exercise", CODE, ids=named)
def test_a_right_answer_gets_everything(exercise: Exercise) -> None:
    for answer in (exercise.answer, *(learner_code(code, exercise.name) for code in exercise.others)):
        verdict = judged(exercise, answer)
        if answer is not exercise.answer:  # the library's own is the one that mustn't be handed in
            assert (verdict.status, verdict.score) == ("right", exercise.total), verdict


@pytest.mark.slow
@pytest.mark.parametrize("exercise", CODE, ids=named)
def test_a_known_mistake_gets_no_more_than_check_shows(exercise: Exercise) -> None:
    for name, answer in exercise.wrong_answers.items():
        shown, verdict = check_answer(exercise, answer), judged(exercise, answer)
        assert verdict.status != "right"
        assert verdict.mistake == name
        assert verdict.score <= shown.score < exercise.total
        assert verdict.example is None or verdict.example.inputs.keys() == shown.example.inputs.keys()


@pytest.mark.parametrize("exercise", CODE, ids=named)
def test_whoever_knows_the_shown_cases_by_heart_gets_nothing(exercise: Exercise) -> None:
    asked = trial(exercise, "a submission")
    assert isinstance(asked, CodeTrial)
    right = run_all(exercise.answer, asked.calls, exercise.may_use)
    learned = len(asked.shown) + 1
    by_heart = [*right[:learned], *[Outcome({"result": torch.zeros(1)})] * (len(right) - learned)]
    verdict = asked.verdict([outcome_without_library(one) for one in by_heart])
    assert verdict.status == "wrong"
    assert verdict.score == 0, verdict
    assert verdict.example is None, "hidden cases are not shown"


def outcome_without_library(outcome: Outcome) -> Outcome:
    return Outcome(outcome.outputs, outcome.changed, "", outcome.printed, outcome.problem)


@pytest.mark.parametrize("exercise", VALUES, ids=named)
def test_single_answers_are_judged_as_check_does(exercise: Question | Result) -> None:
    right = exercise.answer if isinstance(exercise, Question) else exercise.example()
    wrong = [*exercise.wrong] if isinstance(exercise, Question) else [c.example() for c in exercise.clues]
    for value in (right, *wrong, None, "nonsense", object()):
        assert trial(exercise, "").verdict([read_value(value)]) == check_value(exercise, value)
    assert trial(exercise, "").verdict([read_value(right)]).score == exercise.total


def sent(asked: Trial) -> list[bytes]:
    return [to_bytes(call) for call in asked.calls or ()]


def test_another_submission_and_another_secret_give_other_cases(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for exercise in CODE:
        one, same, other = (trial(exercise, key) for key in ("one", "one", "other"))
        assert isinstance(one, CodeTrial)
        assert isinstance(other, CodeTrial)
        hidden = len(one.shown) + 1
        assert sent(one) == sent(same)
        assert sent(one)[:hidden] == sent(other)[:hidden]
        assert sent(one)[hidden:] != sent(other)[hidden:], exercise.name
    before = sent(trial(CODE[0], "one"))
    another = tmp_path / "another"
    another.touch(mode=0o600)
    another.write_text("6b" * 32)
    monkeypatch.setenv(secret.FILE, str(another))
    assert sent(trial(CODE[0], "one")) != before


def test_too_few_outcomes_are_the_graders_own_fault() -> None:
    with pytest.raises(ValueError, match="outcomes are asked for"):
        trial(CODE[0], "").verdict([])


def test_a_kernel_that_stopped_gets_nothing_and_the_reason() -> None:
    for _, exercise in EVERY:
        verdict = stopped(exercise, "the kernel died")
        assert verdict.score == 0
        assert verdict.total == exercise.total
        assert "the kernel died" in verdict.says


def test_words_are_for_a_person() -> None:
    [essay] = [exercise for number, exercise in EVERY if isinstance(exercise, Essay) and number == 1]
    with pytest.raises(TypeError, match="graded by a person"):
        trial(essay, "")
