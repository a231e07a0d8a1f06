"""Single answers, typed by hand in many ways; and results of experiments, handed in in many."""

from typing import Any

import numpy as np
import pytest
import torch

from gnn_lib.exercises import Clue, Question, Result
from gnn_lib.exercises.values import check_value

CHOICE = Question(
    name="side", task="Where?", answer="b", why="Right you are.", choices={"a": "left", "b": "right"},
    wrong={"a": "The other one."},
)  # fmt: skip
NUMBER = Question(name="count", task="How many?", answer=4, why="Yes.", wrong={3: "One more."}, hints=("h",))
TABLE = Question(
    name="edges", task="Write them", answer=[[0, 1], [1, 2]], why="Yes.", order="columns",
    wrong={"none": "There are some."},
)  # fmt: skip
WORD = Question(name="who", task="Who?", answer="Ann", why="Yes.", wrong={"Bob": "He only hears."})
SCORES = Result(
    name="scores", task="Train", right=lambda s: bool(s.mean() > 0.5), says="Below 0.5.", why="Good.",
    clues=(
        Clue("one run", "Several seeds are asked for.", lambda s: len(s) == 1, lambda: torch.ones(1)),
        Clue("leaks", "The test nodes leaked.", lambda s: bool(s[0, 0] > 0.99), lambda: torch.ones(2, 2)),
    ),
    example=lambda: torch.full((2,), 0.8), hints=(), minutes=3,
)  # fmt: skip


@pytest.mark.parametrize("answer", ["b", "B", " b ", "b)", "(b)", "'b'", "b.", "B "])
def test_a_letter_is_a_letter(answer: str) -> None:
    verdict = check_value(CHOICE, answer)
    assert (verdict.status, verdict.says, verdict.score) == ("right", "Right you are.", 1)


@pytest.mark.parametrize(("answer", "words"), [
    ("a", "The other one."), ("e", 'one of "a", "b"; got "e"'), (2, "got 2"), (["b", "a"], "one of"),
    ("x" * 500, "..."), (len, "parentheses"), ({"b": 1}, "one of"), (torch.ones(3), "one of"),
])  # fmt: skip
def test_what_is_no_letter_or_the_wrong_one_is_told_so(answer: Any, words: str) -> None:
    verdict = check_value(CHOICE, answer)
    assert (verdict.status, verdict.score) == ("wrong", 0)
    assert words in verdict.says
    assert len(verdict.says) < 200


@pytest.mark.parametrize("answer", [
    4, 4.0, np.int32(4), np.array(4), np.array([4.0]), torch.tensor(4), torch.tensor([[4.0]]), [4], (4,), {4},
    torch.tensor(4.0, requires_grad=True), "4", " 4.0 ",
])  # fmt: skip
def test_a_number_is_a_number(answer: Any) -> None:
    assert check_value(NUMBER, answer).status == "right"


@pytest.mark.parametrize(("answer", "says"), [
    (3, "One more."), ([3.0], "One more."), (5, "You answered 5. Ask for a hint."),
   
    ([4, 4], "You answered [4, 4]. Ask for a hint."), (float("nan"), "You answered nan. Ask for a hint."),
])  # fmt: skip
def test_another_number_is_answered(answer: Any, says: str) -> None:
    assert check_value(NUMBER, answer).says.startswith(says)


@pytest.mark.parametrize("answer", [
    [[0, 1], [1, 2]], [(1, 0), (2, 1)], torch.tensor([[1, 0], [2, 1]]), np.array([[0.0, 1], [1, 2]]),
    ([0, 1], [1, 2]),
])  # fmt: skip
def test_a_table_is_a_table(answer: Any) -> None:
    assert check_value(TABLE, answer).status == "right"


def test_a_word_is_a_word() -> None:
    for answer in ("Ann", " ann ", "ANN"):
        assert check_value(WORD, answer).status == "right"
    assert check_value(WORD, "bob").says == "He only hears."
    assert check_value(WORD, 3).status == "wrong"


@pytest.mark.parametrize("exercise", [CHOICE, NUMBER, TABLE, WORD, SCORES])
@pytest.mark.parametrize("untouched", [None, ..., ""], ids=["None", "...", "no word"])
def test_what_is_untouched_is_not_attempted(exercise: Any, untouched: Any) -> None:
    verdict = check_value(exercise, untouched)
    assert (verdict.status, verdict.score) == ("not attempted", 0)
    assert f"`{exercise.name}`" in verdict.says


@pytest.mark.parametrize(("value", "headline"), [
    ([0.7, 0.9], "Right"), (np.array([0.7, 0.9]), "Right"), ([torch.tensor(0.7), 0.9], "Right"),
    ([0.8], "one run"), (torch.ones(2, 2), "leaks"), ([0.1, 0.2], "not the right answer yet"),
    (0.8, "Right"), ([float("nan"), 1], "not a number"), ([1j, 2j], "not a number"),
    ("0.8", "returns something else"), ({"a": 0.8}, "returns something else"),
    (len, "returns something else"),
    ((torch.ones(2), torch.ones(3)), "returns something else"), ([], "not the right answer yet"),
])  # fmt: skip
def test_a_result_is_looked_at_with_care(value: Any, headline: str) -> None:
    verdict = check_value(SCORES, value)
    assert verdict.headline == headline
    assert (verdict.score == 2) == (headline == "Right")


class _Broken:
    def __array__(self) -> None:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


def test_an_object_that_breaks_breaks_nothing() -> None:
    for exercise in (CHOICE, NUMBER, SCORES):
        assert check_value(exercise, _Broken()).status == "wrong"
        assert check_value(exercise, [_Broken()]).status == "wrong"
