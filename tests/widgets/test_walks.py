"""The playground of walks: its odds are lesson 5's, its walks keep to them, and what is wrong is said."""

import re
import time
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import karate_club, path_abcd, pixel_grid
from gnn_lib.exercises import limits, load
from gnn_lib.graph import Graph
from gnn_lib.walks import random_walks
from gnn_lib.widgets import Playground, play_walks
from gnn_lib.widgets.walks import _draw_one, _two_circles
from tests.strategies import graphs

LESSON = load(5).exercises["step_odds"].answer  # type: ignore[union-attr]
BIASES = {"1/8": 0.125, "1/4": 0.25, "1/2": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0}


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def press(play: Playground, *labels: str) -> None:
    for label in labels:
        control(play, label).click()


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def path(play: Playground) -> list[int]:
    """The walk so far, of nodes that go by their ids."""
    found = re.search(r"The walk: ([\d, ]+)\.", play.words)
    assert found
    return [int(node) for node in found[1].split(",")]


def shown(play: Playground) -> list[float]:
    return [float(word or 0) for word in play.views[0].below]


def rows(play: Playground) -> dict[str, list[int]]:
    html = str(play.children[-1].children[0].value).partition("<tbody>")[2].replace("\xa0", " ")
    found = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', html)
    return {name: [int(n) for n in re.findall(r">(\d+)<", cells)] for name, cells in found}


@given(graphs(max_nodes=8, weights=True), st.sampled_from([*BIASES]), st.sampled_from([*BIASES]), st.data())
def test_the_odds_are_the_lessons_and_each_step_is_an_edge(
    graph: Graph, p: str, q: str, data: st.DataObject
) -> None:
    play = play_walks(graph=graph)
    click(play, data.draw(st.integers(0, graph.num_nodes - 1)))
    control(play, "p").value, control(play, "q").value = p, q
    A = to_dense(graph)
    for step in range(6):
        press(play, "Step ▶")
        walked = path(play)
        if len(walked) < step + 2:  # a dead end
            assert not A[walked[-1]].any()
            assert "the walk is over" in play.message.value
            break
        right = LESSON(A, walked[-2], walked[-1], BIASES[p], BIASES[q])
        assert shown(play) == pytest.approx(right.tolist(), abs=0.0051)
        assert all(A[i, j] > 0 for i, j in pairwise(walked))
        assert play.message.value == ""


def test_the_library_walks_by_the_same_odds() -> None:
    """Against random_walks: of the many that went from 1 to 0, how many went where?"""
    graph = _two_circles()
    walks = random_walks(graph, 2, torch.ones(60_000).long(), 4.0, 0.5, torch.Generator().manual_seed(0))
    after = walks[walks[:, 1] == 0, 2]
    often = torch.bincount(after, minlength=14) / len(after)
    odds = LESSON(to_dense(graph), 1, 0, 4.0, 0.5)
    assert often.tolist() == pytest.approx(odds.tolist(), abs=0.02)


def test_the_arithmetic_of_the_lesson_by_hand() -> None:
    """From A, at B, with p = 4 and q = 1/2: one ninth and eight ninths."""
    play = play_walks(graph=path_abcd())
    control(play, "p").value, control(play, "q").value = "4", "1/2"
    press(play, "Step ▶")
    back, here, out, beyond = play.views[0].details
    assert back == "A is the way back: 1/p = 0.25, of 2.25 together: 0.11. So far visited once."
    assert here == "No edge leads from B to B. So far visited once."
    assert out == "C is a way out: 1/q = 2, of 2.25 together: 0.89. So far not visited."
    assert beyond == "No edge leads from B to D. So far not visited."
    assert play.views[0].node_words[2] == "C, not visited, next: 0.89"


def test_near_and_double_edges_are_written_out() -> None:
    edges = torch.tensor([[0, 0, 1, 1, 1, 2], [1, 2, 2, 2, 0, 0]])
    play = play_walks(graph=Graph(edges))
    click(play, 0)
    while path(play)[-1] != 1:
        press(play, "Another walk", "Step ▶")
    assert path(play) == [0, 1]
    assert "2 is near 0, where the walk was: 2 · 1 = 2, of 3 together: 0.67." in play.views[0].details[2]


def test_the_first_step_asks_nobody() -> None:
    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        raise AssertionError("there is no node before")

    play = play_walks(step_odds)
    assert play.message.value == ""
    assert sum(value > 0 for value in shown(play)) == 6
    assert "which have no node before: 1, of 6 together: 0.17." in play.views[0].details[1]


def test_back_and_forth_is_the_same_walk_and_another_walk_another() -> None:
    play = play_walks()
    press(play, "Walk on ▶▶")
    first = path(play)
    assert len(first) == 11
    press(play, *["◀ Back"] * 4)
    assert path(play) == first[:7]
    press(play, *["Step ▶"] * 4)
    assert path(play) == first
    press(play, "Another walk", "Walk on ▶▶")
    assert path(play)[0] == first[0]
    assert path(play) != first
    press(play, "Start again", "Walk on ▶▶")
    assert path(play) == first
    press(play, *["◀ Back"] * 12)
    assert path(play) == first[:1]


def test_other_biases_walk_as_far_by_the_same_luck() -> None:
    play = play_walks()
    press(play, "Walk on ▶▶")
    plain = path(play)
    control(play, "q").value = "8"
    assert (len(path(play)), path(play)[:2]) == (11, plain[:2])
    control(play, "q").value = "1"
    assert path(play) == plain
    assert [*rows(play)] == ["p = 1, q = 8", "p = 1, q = 1"]


def test_the_table_counts_what_the_walk_did() -> None:
    play = play_walks()
    press(play, "Walk on ▶▶", "Walk on ▶▶")
    for p, q in (("1", "8"), ("8", "1/8"), ("1/8", "1")):
        control(play, "p").value, control(play, "q").value = p, q
        A, walked = to_dense(_two_circles()), path(play)
        triples = list(zip(walked, walked[1:], walked[2:], strict=False))
        back = sum(a == c for a, _, c in triples)
        near = sum(a != c and A[a, c] > 0 for a, _, c in triples)
        right = [20, len({*walked}), back, near, 19 - back - near]
        assert rows(play)[f"p = {p}, q = {q}"] == right
    told = rows(play)
    assert told["p = 1, q = 8"][1] < told["p = 8, q = 1/8"][1]  # the homebody and the explorer
    click(play, 9)
    assert [*rows(play)] == ["p = 1/8, q = 1"]  # other walks start elsewhere


def test_the_lesson_says_how_far_each_walk_gets() -> None:
    """Three nodes with q = 8; over the bridge, from 1 to 11, after five steps with q = 1/8."""
    play = play_walks()
    press(play, "Walk on ▶▶")
    control(play, "q").value = "8"
    assert len({*path(play)}) == 3
    control(play, "q").value = "1/8"
    assert path(play)[4:6] == [1, 11]
    control(play, "q").value = "1"
    for p in ("1/8", "8"):
        control(play, "p").value = p
    told = rows(play)
    assert (told["p = 1/8, q = 1"][2], told["p = 8, q = 1"][2]) == (7, 1)  # steps back


def test_colours_count_visits_and_the_path_is_strong() -> None:
    play = play_walks()
    view = play.views[0]
    press(play, "Walk on ▶▶")
    walked = path(play)
    assert [bool(fill) for fill in view.fills] == [node in walked for node in range(14)]
    assert view.marks[walked[-1]] == "strong"
    assert view.marks.count("strong") == 1
    lines = {frozenset(edge[:2]) for edge, mark in zip(view.edges, view.edge_marks, strict=True) if mark}
    assert lines == {frozenset(pair) for pair in pairwise(walked)}
    meaning = {words: colour for colour, words in view.legend}
    for node in {*walked}:
        count = walked.count(node)  # at most 4 on this walk, so each has its colour in the legend
        told = meaning["visited once" if count == 1 else f"visited {count} times"]
        assert to_rgb(view.fills[node]) == pytest.approx(to_rgb(told), abs=0.01)


def test_a_walk_has_an_end() -> None:
    play = play_walks()
    press(play, *["Walk on ▶▶"] * 7)
    assert len(path(play)) == 61
    assert "60 steps are as many as are drawn here" in play.message.value
    press(play, "◀ Back")
    assert play.message.value == ""


def test_the_lessons_own_function_fits() -> None:
    ours, theirs = play_walks(graph=karate_club()), play_walks(LESSON, karate_club())
    for play in (ours, theirs):
        control(play, "p").value, control(play, "q").value = "4", "1/2"
        click(play, 33)
        press(play, "Walk on ▶▶")
    assert theirs.words == ours.words
    assert (ours.message.value, theirs.message.value) == ("", "")


def test_odds_that_differ_are_named_and_walked_by() -> None:
    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        return A[here] / A[here].sum()  # no p, no q

    play, plain = play_walks(step_odds), play_walks()
    press(plain, "Walk on ▶▶")
    control(play, "q").value = "8"
    press(play, "Walk on ▶▶")
    assert path(play) == path(plain)  # it walks as with p = q = 1
    assert "The library's odds are others for" in play.message.value
    assert any("Your function gives" in detail for detail in play.views[0].details)


def test_odds_that_miss_their_sum_are_drawn_in_proportion() -> None:
    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        return 3 * LESSON(A, before, here, p, q)

    play, ours = play_walks(step_odds), play_walks()
    for one in (play, ours):
        press(one, "Walk on ▶▶")
    assert path(play) == path(ours)
    assert "The library's odds are others" in play.message.value


def test_a_jump_is_named() -> None:
    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        return torch.eye(len(A))[13 - before]

    play = play_walks(step_odds)
    press(play, "Step ▶", "Step ▶")
    assert path(play)[-1] == 13
    assert f"Your odds led from {path(play)[1]} to 13, and there is no such edge." in play.message.value


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda A, before, here, p, q: A[here + 99], "crashed"),
        (lambda A, before, here, p, q: A[here, :3], "another shape"),
        (lambda A, before, here, p, q: A[here] / 0, "not a number"),
        (lambda A, before, here, p, q: A[here] - 0.5, "nothing is less likely than 0"),
        (lambda A, before, here, p, q: None, "returns nothing"),
    ],
)
def test_a_broken_function_leaves_the_last_good_step(broken: Any, says: str) -> None:
    play = play_walks(broken)
    before = play.words
    for label in ("Step ▶", "Walk on ▶▶", "Step ▶"):
        press(play, label)
        assert says in play.message.value
        assert play.words == before


def test_odds_of_nothing_end_the_walk() -> None:
    play = play_walks(lambda A, before, here, p, q: 0 * A[here])
    press(play, "Step ▶", "Step ▶")
    assert len(path(play)) == 2
    assert f"All your odds at {path(play)[1]} are 0" in play.message.value


def test_a_slow_function_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn_lib.exercises.run.PATIENCE", 0.2)
    assert limits.PATIENCE > 0.2

    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        while True:
            time.sleep(0.01)

    play = play_walks(step_odds)
    press(play, "Walk on ▶▶")
    assert "too slow" in play.message.value
    assert path(play) == [0]


def test_stubs_say_that_this_is_the_librarys() -> None:
    def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
        raise NotImplementedError("step_odds")

    play = play_walks(step_odds)
    press(play, "Step ▶")
    assert "step_odds: not written yet" in play.message.value
    assert len(path(play)) == 2


@given(st.lists(st.sampled_from([0.0, 0.1, 3.0]), min_size=1, max_size=6), st.floats(0, 1, exclude_max=True))
def test_what_is_drawn_has_odds(odds: list[float], u: float) -> None:
    if sum(odds):
        assert odds[_draw_one(torch.tensor(odds).double(), u)] > 0


def test_what_cannot_be_walked_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="49 nodes; 1 to 40"):
        play_walks(graph=pixel_grid(7, 7))
    negative = Graph(torch.tensor([[0], [1]]), edge_weight=torch.tensor([-1.0]))
    with pytest.raises(ValueError, match="edge_weight"):
        play_walks(graph=negative)
    with pytest.raises(TypeError, match="pass the function itself, as play_walks"):
        play_walks(3)  # type: ignore[arg-type]


def test_the_exercise_about_the_way_back_over_the_bridge() -> None:
    """way_back: likelier than any other step, in spite of a large p. And what its wrong answers say."""
    answer = load(5).exercises["way_back"].answer  # type: ignore[union-attr]
    play = play_walks()
    click(play, 1)
    press(play, "Step ▶")
    while path(play) != [1, 11]:
        press(play, "Another walk", "Step ▶")
    for p, q, back, out in (("4", "8", answer, 0.2), ("8", "4", 0.14, 0.29), ("1", "8", 0.73, 0.09),
                            ("4", "1", 0.08, 0.31), ("8", "1", 0.04, 0.32), ("1", "1/8", 0.04, 0.32),
                            ("1/8", "8", 0.96, 0.01)):  # fmt: skip
        control(play, "p").value, control(play, "q").value = p, q
        assert path(play) == [1, 11]
        assert [shown(play)[node] for node in (1, 7, 10, 12)] == [back, out, out, out]
