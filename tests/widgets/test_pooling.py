"""The pooling playground: every row is the library's readout, or the learner's."""

import re
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn_lib.exercises import load
from gnn_lib.plot.style import number
from gnn_lib.pool import global_add_pool, global_max_pool, global_mean_pool
from gnn_lib.widgets import Playground, play_pooling

OURS = {"sum": global_add_pool, "mean": global_mean_pool, "max": global_max_pool}
LETTERS = {"b": 0, "o": 1, "g": 2}


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, which: int, node: int) -> None:
    play.views[which]._hear(None, {"event": "click", "node": node}, None)


def rows(play: Playground) -> list[list[str]]:
    html = play.children[-1].children[0].value
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in html.split("<tbody>")[1].split("</tr>")[:-1]]
    return [[re.sub("<.*?>", "", cell) for cell in row] for row in cells]


def answers(play: Playground) -> list[str]:
    return [row[2] for row in rows(play)]


def place(play: Playground, which: int, letters: str) -> None:
    """Click until the places of a graph hold these colours, and the others nobody."""
    for node, letter in enumerate(letters.ljust(8)):
        while play.views[which].inside[node] != letter.strip():
            click(play, which, node)


def seen(play: Playground) -> tuple[torch.Tensor, torch.Tensor]:
    """x and batch, read off the picture."""
    there = [(LETTERS[w], which) for which, view in enumerate(play.views) for w in view.inside if w]
    colors, batch = torch.tensor(there, dtype=torch.int64).reshape(-1, 2).T
    return torch.eye(3)[colors], batch


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 7)), max_size=12))
def test_the_rows_are_the_librarys(clicks: list[tuple[int, int]]) -> None:
    play = play_pooling()
    for which, node in clicks:
        click(play, which, node)
    x, batch = seen(play)
    for shown, readout in zip(rows(play), OURS.values(), strict=True):
        first, second = readout(x, batch, 2)
        assert shown[:2] == [f"({', '.join(map(number, row.tolist()))})" for row in (first, second)]
        assert shown[2] == ("the same" if torch.allclose(first, second) else "different")


def test_the_pairs_are_told_apart_by_what_they_should() -> None:
    play, told = play_pooling(), {}
    for pair in control(play, "begin with").options:
        control(play, "begin with").value = pair
        told[pair.split(",")[0]] = answers(play)
    assert told == {
        "the same three": ["different", "the same", "the same"],
        "the same colours": ["different", "different", "the same"],
        "one green among many": ["different", "different", "different"],
        "nobody and somebody": ["different", "different", "different"],
    }
    assert "The two rows: sum different" in play.words


def test_with_one_green_node_in_each_graph_only_the_maximum_is_fooled() -> None:
    """What the exercise one_green asks: found by playing, over all pairs with up to three other nodes."""
    question = load(6).exercises["one_green"]
    assert (question.answer, question.choices["b"]) == ("b", "the maximum alone")  # type: ignore[union-attr]
    play = play_pooling()
    for which, node in ((0, 3), (1, 6)):
        for _ in range(3):
            click(play, which, node)
    assert [view.inside.count("g") for view in play.views] == [1, 1]
    assert answers(play) == ["different", "different", "the same"]
    assert rows(play)[1][:2] == ["(0.5, 0.25, 0.25)", "(0.57, 0.29, 0.14)"]
    graphs = ["g" + "b" * blue + "o" * orange for blue, orange in product(range(3), repeat=2)]
    fooled = set()
    for first, second in product(graphs, repeat=2):
        place(play, 0, first)
        place(play, 1, second)
        if first != second:
            fooled |= {row for row, says in zip(OURS, answers(play), strict=True) if says == "the same"}
    assert fooled == {"max"}


def test_a_click_turns_a_place() -> None:
    play = play_pooling()
    assert [view.inside[7] for view in play.views] == ["", ""]
    assert (play.views[0].fills[7], play.views[0].marks[7]) == ("", "faint")
    letters = []
    for _ in range(4):
        click(play, 0, 7)
        letters.append(play.views[0].inside[7])
    assert letters == ["b", "o", "g", ""]
    before = rows(play)
    control(play, "Swap two nodes").click()
    assert play.views[0].inside[:3] == ["o", "b", "b"]
    assert rows(play) == before
    click(play, 0, 0)
    control(play, "Start again").click()
    assert play.views[0].inside[:3] == ["b", "b", "o"]
    assert rows(play) == before


def test_the_sums_behind_a_node() -> None:
    play = play_pooling()
    assert play.views[0].details[0] == (
        "The blue column of this graph: sum 1 + 1 + 0 = 2; mean (1 + 1 + 0) / 3 = 0.67; max max(1, 1, 0) = 1."
    )
    assert play.views[0].details[7] == "Nobody is here."


def test_the_lessons_own_answers_fit() -> None:
    own = {way: load(6).exercises[f"{way}_readout"].answer for way in OURS}  # type: ignore[union-attr]
    ours, theirs = play_pooling(), play_pooling(own)
    for pair in control(ours, "begin with").options:
        for play in (ours, theirs):
            control(play, "begin with").value = pair
        assert rows(theirs) == rows(ours)
        assert theirs.message.value == ""


def test_a_broken_function_shows_its_line_and_the_others_go_on() -> None:
    def mean_readout(x: Any, batch: Any, num_graphs: Any) -> Any:
        total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
        return total / torch.bincount(batch, minlength=num_graphs)[:, None]

    def max_readout(x: Any, batch: Any, num_graphs: Any) -> Any:
        return x[batch + 99]

    def sum_readout(x: Any, batch: Any, num_graphs: Any) -> Any:
        raise NotImplementedError("sum_readout")

    play = play_pooling({"sum": sum_readout, "mean": mean_readout, "max": max_readout})
    assert answers(play) == ["different", "the same", "no answer"]
    assert "sum_readout: not written yet" in play.message.value
    assert "return x[batch + 99]" in play.message.value
    control(play, "begin with").value = "nobody and somebody"
    assert "mean_readout: not a number" in play.message.value
    assert answers(play)[1] == "no answer"


def test_what_a_readout_is_called_must_be_known() -> None:
    with pytest.raises(ValueError, match=r"median.*sum, mean, max"):
        play_pooling({"median": lambda *_: None})
