"""The adjacency playground: the graph, the matrix, the edge list and the inbox never get out of step."""

import itertools
import re
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.convert import to_dense
from gnn_lib.datasets import karate_club, three_friends, tricky_graph
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.widgets import Playground
from gnn_lib.widgets.adjacency import play_adjacency
from tests.strategies import graphs


def click(play: Playground, view: int, node: int) -> None:
    play.views[view]._hear(None, {"event": "click", "node": node}, None)


def press(play: Playground, label: str) -> None:
    next(control for control in play.controls.children if control.description == label).click()


def tick(play: Playground) -> None:
    play.controls.children[-1].value = True


def numbers(html: str) -> list[list[float]]:
    """The cells of the table, row by row."""
    rows = re.findall(r"<tr><th.*?</tr>", html)[0:] or []
    return [[float(cell) for cell in re.findall(r"<td>(-?[\d.e+]+)</td>", row)] for row in rows]


def matrix(play: Playground) -> list[float]:
    return [float(word) for word in play.views[1].inside]


def drawn(play: Playground) -> list[tuple[int, int]]:
    """The edges of the picture, in the numbers that its nodes show."""
    shown = [int(word) for word in play.views[0].inside]
    return [(shown[i], shown[j]) for i, j, *_ in play.views[0].edges]


def all_agree(play: Playground, x: torch.Tensor) -> None:
    """x [N, F], in the order of the nodes in the picture."""
    view = play.views[0]
    N = len(view.positions)
    edge_list, inbox = (panel.value for panel in play.children[-1].children)
    edges = torch.tensor(numbers(edge_list)[-2:], dtype=torch.int64).reshape(2, -1)
    assert sorted(drawn(play)) == sorted(map(tuple, edges.T.tolist()))
    A = to_dense(Graph(edges, num_nodes=N))
    assert matrix(play) == A.flatten().tolist()
    rows = torch.empty_like(x)
    rows[torch.tensor([int(word) for word in view.inside])] = x
    expected = torch.cat([rows, A.T.to(x.dtype) @ rows], dim=1)
    torch.testing.assert_close(torch.tensor(numbers(inbox), dtype=x.dtype), expected)


def whole(graph: Graph) -> torch.Tensor:
    """Features that are written in full."""
    return torch.arange(2.0 * graph.num_nodes, dtype=torch.float64).reshape(-1, 2) - 3


@given(graphs(max_nodes=5), st.lists(st.integers(0, 10**6), max_size=6), st.booleans())
def test_whatever_is_clicked_all_four_agree(graph: Graph, hands: list[int], both: bool) -> None:
    graph = graph.replace(x=whole(graph))
    play = play_adjacency(graph=graph)
    all_agree(play, whole(graph))
    if both:
        tick(play)
    N = graph.num_nodes
    for hand in hands:
        kind, where = hand % 3, hand // 3
        if kind == 0:
            click(play, 0, where % N)
        elif kind == 1:
            click(play, 1, where % (N * N))
        else:
            press(play, "Shuffle the numbers")
        all_agree(play, whole(graph))
    press(play, "Start again")
    assert drawn(play) == [tuple(pair) for pair in graph.edge_index.T.tolist()]


def test_two_clicks_make_an_edge_and_two_more_remove_it() -> None:
    play = play_adjacency()
    before = drawn(play)
    click(play, 0, 1)
    assert play.views[0].marks == ["", "strong", ""]
    assert "Bob is picked" in play.words
    click(play, 0, 0)
    assert set(drawn(play)) - set(before) == {(1, 0)}
    assert play.views[0].marks == ["", "", ""]
    click(play, 0, 1)
    click(play, 0, 0)
    assert drawn(play) == before


def test_the_same_node_twice_is_a_self_loop_and_escape_takes_a_click_back() -> None:
    play = play_adjacency()
    click(play, 0, 2)
    click(play, 0, 2)
    assert (2, 2) in drawn(play)
    click(play, 0, 1)
    play.views[0]._hear(None, {"event": "escape", "node": 1}, None)
    assert play.views[0].marks == ["", "", ""]
    assert "picked" not in play.words


def test_a_cell_is_from_the_row_to_the_column() -> None:
    play = play_adjacency()
    click(play, 1, 1 * 3 + 0)
    assert (1, 0) in drawn(play)
    assert (0, 1) in drawn(play), "that one was there before"
    click(play, 1, 0 * 3 + 1)
    assert (0, 1) not in drawn(play)


def test_both_ways_is_both_ways() -> None:
    play = play_adjacency()
    tick(play)
    click(play, 1, 1 * 3 + 2)  # Bob tells Cem: removed, and there was nothing the other way
    assert not {(1, 2), (2, 1)} & set(drawn(play))
    click(play, 1, 2 * 3 + 1)
    assert {(1, 2), (2, 1)} <= set(drawn(play))


def test_a_shuffle_gives_new_numbers_and_leaves_the_picture() -> None:
    play = play_adjacency()
    view = play.views[0]
    places, edges = list(view.positions), [edge[:2] for edge in view.edges]
    for _ in range(5):
        before = list(view.inside)
        press(play, "Shuffle the numbers")
        assert view.inside != before
        assert sorted(view.inside) == ["0", "1", "2"]
        assert (view.positions, [edge[:2] for edge in view.edges]) == (places, edges)
        assert view.below == ["Ann", "Bob", "Cem"]


def test_the_sum_behind_each_node_is_written_out() -> None:
    play = play_adjacency()
    assert play.views[0].details == [
        "Ann hears Cem: 1; 3", "Bob hears Ann: 5; 1", "Cem hears Ann and Bob: 5 + 3 = 8; 1 + 5 = 6"
    ]  # fmt: skip
    details = play_adjacency(graph=tricky_graph()).views[0].details
    assert details[4] == "Nobody tells T anything: the inbox adds up to 0."
    assert details[1] == "Q hears P and P: 1 + 1 = 2; -1 + (-1) = -2"


def test_the_exercise_has_one_answer_of_three_clicks() -> None:
    """Every choice of up to three cells of the friends' matrix: who hears what then, by the table."""
    exercises = load(1).exercises
    play = play_adjacency(exercises["adjacency"].answer, three_friends())  # type: ignore[union-attr]
    found = []
    for clicks in range(4):
        for cells in itertools.combinations(range(9), clicks):
            press(play, "Start again")
            for cell in cells:
                click(play, 1, cell)
            heard = [row[2:] for row in numbers(play.children[-1].children[1].value)]
            if heard[0] == heard[1] == heard[2]:
                found.append((clicks, heard[0], matrix(play)))
    answer = exercises["same_news"].answer  # type: ignore[union-attr]
    assert found == [(3, [5, 1], [cell for row in answer for cell in row])]


def test_what_is_said_to_a_wrong_answer_is_what_the_table_says() -> None:
    """Of same_news: how many clicks each wrong matrix takes, and whether all hear the same there."""
    play = play_adjacency(graph=three_friends())
    start = matrix(play)
    for wrong, says in load(1).exercises["same_news"].wrong.items():  # type: ignore[union-attr]
        cells = [cell for row in wrong for cell in row]
        changed = [k for k, (cell, was) in enumerate(zip(cells, start, strict=True)) if cell != was]
        press(play, "Start again")
        for cell in changed:
            click(play, 1, cell)
        heard = [row[2:] for row in numbers(play.children[-1].children[1].value)]
        counted = re.findall("took (four|five) clicks", says)
        assert (heard[0] == heard[1] == heard[2]) == bool(counted), says
        assert not counted or {"four": 4, "five": 5}[counted[0]] == len(changed), says


def test_a_learners_matrix_is_shown_and_ringed_where_it_is_wrong() -> None:
    def transposed(edge_index: Any, num_nodes: int) -> Any:
        A = torch.zeros(num_nodes, num_nodes)
        A[edge_index[1], edge_index[0]] = 1
        return A

    play = play_adjacency(transposed)
    assert matrix(play) == [0, 0, 1, 1, 0, 0, 1, 1, 0]
    assert play.views[1].marks == ["", "strong", "", "strong", "", "strong", "", "strong", ""]
    assert play.views[1].details[1] == "A[0, 1] = 0. Ann tells Bob. So it should be 1."
    assert "4 cells have a ring" in play.words


def test_a_broken_matrix_leaves_the_last_good_picture() -> None:
    def breaks(edge_index: Any, num_nodes: int) -> Any:
        if edge_index.size(1) > 4:
            raise ValueError("too many edges for me")
        return to_dense(Graph(edge_index, num_nodes=num_nodes))

    play = play_adjacency(breaks)
    before = matrix(play)
    click(play, 1, 0)
    assert "too many edges for me" in play.message.value
    assert "raise ValueError" in play.message.value
    assert (matrix(play), len(drawn(play))) == (before, 5), "the graph has changed, the matrix could not"
    click(play, 1, 0)
    assert play.message.value == ""


def test_a_graph_that_is_too_large_to_edit_is_refused() -> None:
    with pytest.raises(ValueError, match="graph has 34 nodes; up to 12"):
        play_adjacency(graph=karate_club())
