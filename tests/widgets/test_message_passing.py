"""The message passing playground: every number on the page is the library's, or the learner's."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate
from gnn_lib.datasets import karate_club, path_abcd, three_friends, tricky_graph
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets import Playground
from gnn_lib.widgets.message_passing import play_messages
from tests.strategies import graphs

WAYS, SELVES = ("sum", "mean", "max"), ("is added", "is one more message", "is forgotten")
X = "the graph's x"


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def one_round(h: torch.Tensor, graph: Graph, way: Any, own: str) -> torch.Tensor:
    """The same by another road: h [N, 1] through the layers' own aggregation."""
    edges = graph.edge_index
    if own == SELVES[1]:
        loops = torch.arange(len(h))
        edges = torch.cat([edges, torch.stack([loops, loops])], dim=1)
    return aggregate(Adjacency(edges, len(h)), h, way) + (h if own == SELVES[0] else 0)


@given(graphs(max_nodes=5), st.sampled_from(WAYS), st.sampled_from(SELVES), st.integers(0, 4))
def test_the_numbers_are_the_librarys(graph: Graph, way: Any, own: str, rounds: int) -> None:
    graph = graph.replace(x=torch.arange(1.0, graph.num_nodes + 1)[:, None])
    play = play_messages(graph=graph)
    control(play, "start").value = X
    control(play, "summary").value = way
    control(play, "its own").value = own
    control(play, "round").value = rounds
    h = graph.x
    assert h is not None
    for _ in range(rounds):
        h = one_round(h, graph, way, own)
    shown = [float(word) for word in play.views[0].inside]
    torch.testing.assert_close(torch.tensor(shown), h.flatten(), rtol=0.06, atol=1e-6)  # written short
    assert f"Round {rounds} of 6, by {way}." in play.words


def test_the_path_of_lesson_2_is_the_lessons() -> None:
    play = play_messages()
    control(play, "start").value = X
    seen = []
    for _ in range(4):
        seen.append(play.views[0].inside)
        control(play, "Step ▶").click()
    assert seen == [
        ["1", "2", "4", "8"], ["3", "7", "14", "12"], ["10", "24", "33", "26"], ["34", "67", "83", "59"]
    ]  # fmt: skip


def test_steps_go_forward_and_back_and_stop_at_the_ends() -> None:
    play = play_messages(rounds=2)
    ahead, back, slider = (control(play, name) for name in ("Step ▶", "◀ Back", "round"))
    first = play.views[0].inside
    back.click()
    assert slider.value == 0
    for _ in range(3):
        ahead.click()
    assert slider.value == 2
    last = play.views[0].inside
    assert play.message.value == ""
    back.click()
    back.click()
    assert play.views[0].inside == first != last


def test_a_click_gives_one_more_and_all_rounds_follow() -> None:
    play = play_messages()
    control(play, "round").value = 1
    assert play.views[0].inside == ["1", "1", "0", "0"]
    click(play, 3)
    assert play.views[0].inside == ["1", "1", "1", "1"]
    assert play.views[0].marks == ["", "", "", "strong"]
    click(play, 3)
    assert play.views[0].inside == ["1", "1", "2", "2"]
    control(play, "Start again").click()
    assert (control(play, "round").value, play.views[0].inside) == (0, ["1", "0", "0", "0"])


def test_the_sum_behind_the_node_is_written_out() -> None:
    play = play_messages(graph=three_friends())
    control(play, "start").value = X
    assert play.views[0].details[2] == "Cem starts with 1."
    control(play, "summary").value = "mean"
    control(play, "round").value = 1
    assert play.views[0].details[2] == "Cem hears Ann, Bob: (5 + 3) / 2 = 4. With its own 1: 5."
    control(play, "its own").value = "is one more message"
    assert play.views[0].details[2] == "Cem hears Ann, Bob, Cem: (5 + 3 + 1) / 3 = 3."
    lonely = play_messages(graph=tricky_graph())
    control(lonely, "round").value = 1
    assert lonely.views[0].details[4] == "T hears nobody: an empty inbox: 0. With its own 0: 0."


@given(graphs(max_nodes=6), st.integers(0, 5), st.integers(0, 4), st.sampled_from(SELVES))
def test_who_fades_can_not_have_heard(graph: Graph, origin: int, rounds: int, own: str) -> None:
    """Against the powers of the matrix: walks of so many steps, or of up to so many."""
    origin %= graph.num_nodes
    play = play_messages(graph=graph)
    click(play, origin)
    control(play, "its own").value = own
    control(play, "round").value = rounds
    control(play, "fade who can't have heard").value = True
    A = torch.zeros(graph.num_nodes, graph.num_nodes, dtype=torch.float64)
    A[graph.edge_index[0], graph.edge_index[1]] = 1
    if own != SELVES[2]:
        A.fill_diagonal_(1)
    reached = torch.linalg.matrix_power(A, rounds)[origin] > 0
    reach = [k for k, here in enumerate(reached.tolist()) if here or k == origin]  # the origin has a ring
    assert [k for k, mark in enumerate(play.views[0].marks) if mark != "faint"] == reach
    assert f"can have reached {int(reached.sum())} of {graph.num_nodes} nodes" in play.words


def test_the_table_has_a_column_for_each_round() -> None:
    play = play_messages()
    control(play, "round").value = 3
    html = play.children[-1].children[0].value
    assert [f"round {k}" in html for k in range(5)] == [True, True, True, True, False]
    for row in (["1", "1", "2", "4"], ["0", "0", "0", "1"]):
        assert "".join(f"<td>{value}</td>" for value in row[:-1]) in html


def test_the_lessons_own_functions_fit() -> None:
    """What a learner writes in lesson 2 goes in as it is, one or several."""
    exercises = load(2).exercises
    own = {way: exercises[f"{way}_messages"].answer for way in WAYS}  # type: ignore[union-attr]
    ours, theirs = play_messages(), play_messages(own)
    for way in WAYS:
        for play in (ours, theirs):
            control(play, "summary").value = way
            control(play, "round").value = 3
        assert theirs.views[0].inside == ours.views[0].inside
        assert theirs.views[0].details == ours.views[0].details
        assert theirs.message.value == ""
    assert play_messages(own["mean"]).message.value == ""


def test_who_forgets_never_knows_all_at_once() -> None:
    """The exercise of lesson 2, and what it says to each choice."""
    exercises = load(2).exercises
    own = {way: exercises[f"{way}_messages"].answer for way in WAYS}  # type: ignore[union-attr]
    play = play_messages(own, path_abcd())
    control(play, "summary").value, control(play, "its own").value = "sum", SELVES[2]
    seen = [play.views[0].inside]
    for _ in range(6):
        control(play, "Step ▶").click()
        seen.append(play.views[0].inside)
    assert control(play, "round").value == 6
    assert all("0" in row for row in seen)
    assert [[k for k, word in enumerate(row) if word == "0"] for row in seen[3:]] == [[0, 2], [1, 3]] * 2
    assert (seen[4], seen[6]) == (["2", "0", "3", "0"], ["5", "0", "8", "0"]), "as its words say"
    question = exercises["all_at_once"]
    assert question.choices[question.answer] == "in none of the rounds 0 to 6"  # type: ignore[union-attr]


def test_a_wrong_function_moves_the_picture_and_the_sum_says_what_it_should_be() -> None:
    def sum_messages(messages: Any, edge_index: Any, num_nodes: int) -> Any:
        return torch.zeros(num_nodes, 1).index_add(0, edge_index[0], messages)  # at the sender

    play = play_messages(sum_messages, graph=three_friends())
    control(play, "round").value = 1
    assert play.views[0].inside == ["3", "0", "0"]
    assert play.views[0].details[1] == "Bob hears Ann: 1. Your function gives 0. With its own 0: 0."


def test_a_broken_function_shows_its_line_and_the_last_good_round() -> None:
    def mean_messages(messages: Any, edge_index: Any, num_nodes: int) -> Any:
        total = torch.zeros(num_nodes, 1).index_add(0, edge_index[1], messages)
        return total / torch.bincount(edge_index[1], minlength=num_nodes)[:, None]

    play = play_messages(mean_messages, graph=tricky_graph())
    control(play, "summary").value = "mean"
    before = play.views[0].inside
    control(play, "Step ▶").click()
    assert "holds nan at [0, 0], and in 2 other places" in play.message.value
    assert (control(play, "round").value, play.views[0].inside) == (0, before)
    control(play, "summary").value = "sum"  # the library's
    assert play.message.value == ""
    control(play, "Step ▶").click()
    assert control(play, "round").value == 1


def test_a_stub_says_that_this_is_the_librarys() -> None:
    def max_messages(messages: Any, edge_index: Any, num_nodes: int) -> Any:
        raise NotImplementedError("max_messages")

    play = play_messages(max_messages)
    control(play, "summary").value = "max"
    control(play, "round").value = 2
    assert "max_messages: not written yet" in play.message.value
    assert play.views[0].inside == ["2", "2", "1", "0"]


@pytest.mark.parametrize("given_", [lambda *_: None, {"median": min}])
def test_what_it_is_a_summary_of_must_be_known(given_: Any) -> None:
    with pytest.raises(ValueError, match="sum"):
        play_messages(given_)


def test_large_graphs_are_told_in_short() -> None:
    play = play_messages(graph=karate_club())
    assert "Mr. Hi:" not in play.words
    assert play.children[-1].children[0].value.count('scope="row"') == 20
    control(play, "round").value = 1
    assert play.views[0].inside[0] == number(1)
