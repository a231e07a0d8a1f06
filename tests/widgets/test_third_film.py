"""The small playground of lesson 0: Cem's number is what the learner's function makes of the others'."""

from typing import Any

import pytest

from gnn_lib.exercises import load
from gnn_lib.widgets import Playground, play_third_film
from tests.widgets.test_message_passing import click, control

EXERCISE = load(0).exercises["mean_rating"]


def stars(play: Playground) -> list[str]:
    return list(play.views[0].inside)


def test_every_click_is_a_star_more_and_after_five_comes_one() -> None:
    play = play_third_film(EXERCISE.answer)  # type: ignore[union-attr]
    assert stars(play) == ["5", "1", "3"]
    assert play.message.value == ""
    seen = []
    for friend in (1, 1, 0, 2, 2):
        click(play, friend)
        seen.append(stars(play))
    assert seen == [["5", "2", "3.5"], ["5", "3", "4"], ["1", "3", "2"], ["1", "3", "2"], ["1", "3", "2"]]
    assert play.views[0].details == [
        "Ann gives the film 1.", "Bob gives the film 3.", "Cem hears Ann, Bob: (1 + 3) / 2 = 2."
    ]  # fmt: skip
    assert play.words == "Ann gives the third film 1, Bob 3. Cem expects 2."
    control(play, "Start again").click()
    assert stars(play) == ["5", "1", "3"]


def test_the_exercise_is_answered_by_clicking() -> None:
    """All 25 pairs of stars, as a learner can click through them."""
    play = play_third_film(EXERCISE.answer)  # type: ignore[union-attr]
    pairs = []
    for _ in range(5):
        for _ in range(5):
            pairs.append(tuple(stars(play)))
            click(play, 1)
        click(play, 0)
    assert len({*pairs}) == 25
    four = {pair for pair in pairs if pair[2] == "4"}
    assert four == {("5", "3", "4"), ("4", "4", "4"), ("3", "5", "4")}
    assert len(four) == load(0).exercises["ways_to_four"].answer  # type: ignore[union-attr]


def test_a_sum_is_shown_beside_the_mean() -> None:
    play = play_third_film(lambda x: x.sum(dim=0))
    assert stars(play) == ["5", "1", "6"]
    assert play.views[0].details[2] == "Cem hears Ann, Bob: (5 + 1) / 2 = 3. Your function gives 6."


def stub(x: Any) -> Any:
    raise NotImplementedError("mean_rating")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda x: x.mean(dim=1), "has to be [1]"),  # the mistakes that the lesson asks for
        (lambda x: x.mean(dim=7), "x.mean(dim=7)"),
        (lambda x: x.mean(dim=0) / 0 * 0, "holds nan"),
        (stub, "not written yet"),
    ],
)
def test_what_goes_wrong_is_said_and_the_next_click_still_heard(function: Any, says: str) -> None:
    play = play_third_film(function)
    assert says in play.message.value
    click(play, 1)
    assert says in play.message.value


def test_a_function_that_breaks_leaves_the_last_good_picture() -> None:
    calls: list[Any] = []

    def mean_rating(x: Any) -> Any:
        calls.append(x)
        if len(calls) > 1:
            raise ValueError("enough")
        return x.mean(dim=0)

    play = play_third_film(mean_rating)
    click(play, 1)
    assert stars(play) == ["5", "1", "3"]
    assert "enough" in play.message.value
