"""The WL playground: colours, counts and verdicts are the library's, or the learner's."""

from collections import Counter
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gnn_lib.datasets import cycle_graph, star_graph, wl_blind_pairs, wl_told_pairs
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.widgets import Playground
from gnn_lib.widgets.wl import play_wl
from gnn_lib.wl import color_refinement, possibly_isomorphic
from tests.strategies import graphs

PAIRS = [*wl_blind_pairs(), *wl_told_pairs()]


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, which: int, *nodes: int) -> None:
    for node in nodes:
        play.views[which]._hear(None, {"event": "click", "node": node}, None)


def edges(play: Playground, which: int) -> list[list[int]]:
    return play.views[which].graph.edge_index.T.tolist()


def verdict(play: Playground) -> dict[str, str]:
    """Who says what: the first word of each answer."""
    control(play, "Ask the tests").click()
    lines = play.children[-1].children[1].value.split("<strong>")[2:]
    return {who.rstrip(":"): says.split()[0] for who, says in (line.split("</strong> ") for line in lines)}


@given(graphs(max_nodes=6), graphs(max_nodes=6), st.integers(0, 5))
def test_the_classes_are_the_librarys(first: Graph, second: Graph, rounds: int) -> None:
    """Also across the two graphs: the same number is the same colour."""
    play = play_wl(pair=(first, second))
    control(play, "round").value = rounds
    shown = [int(word) for view in play.views for word in view.inside]
    hashes = [
        color_refinement(Graph(g.edge_index, num_nodes=g.num_nodes), rounds)[-1] for g in (first, second)
    ]
    ours = torch.cat(hashes)
    mine = torch.tensor(shown)
    assert torch.equal(mine[:, None] == mine, ours[:, None] == ours)
    assert sum(Counter(shown).values()) == first.num_nodes + second.num_nodes


@settings(max_examples=25)
@given(graphs(max_nodes=5), graphs(max_nodes=5))
def test_the_verdicts_are_the_librarys_and_in_order(first: Graph, second: Graph) -> None:
    says = verdict(play_wl(pair=(first, second)))
    bare = [Graph(graph.edge_index, num_nodes=graph.num_nodes) for graph in (first, second)]
    assert (says["1-WL"] == "yes.") is not possibly_isomorphic(*bare)
    if says["GIN with random weights"] == "yes.":
        assert says["1-WL"] == "yes."
    if says["1-WL"] == "yes.":
        assert says["3-WL"] == "yes."


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_pairs_of_the_lesson(pair: Any) -> None:
    play = play_wl()
    control(play, "pair").value = pair.name
    one = "yes." if pair.told_apart_by == "1-WL" else "no."
    three = "no." if pair.told_apart_by == "3-FWL" else "yes."
    expected = {"1-WL": one, "GIN with random weights": one, "3-WL": three, "And in truth?": "they"}
    assert verdict(play) == expected
    assert "they are different" in play.words


def test_the_spiders_differ_from_round_2_on() -> None:
    play = play_wl()
    control(play, "pair").value = "two spiders"
    for differ in ("same", "same", "differ"):
        assert f"The histograms {differ if differ == 'differ' else 'are the same'}." in play.words
        control(play, "Step ▶").click()
    assert "differ from round 2 on" in (verdict(play) and play.words)


def test_the_histogram_counts_each_colour_in_each_graph() -> None:
    play = play_wl(pair=(star_graph(3), cycle_graph(4)))
    control(play, "round").value = 1
    html = play.children[-1].children[0].value
    counts = {k: [Counter(view.inside)[str(k)] for view in play.views] for k in range(3)}
    assert sorted(counts.values()) == [[0, 4], [1, 0], [3, 0]]
    for color, (here, there) in counts.items():
        row = html.split(f"colour {color}</th>")[1].split("</tr>")[0]
        assert f"{here}</td>" in row
        assert f"{there}</td>" in row


def test_what_a_node_heard_is_written_out() -> None:
    play = play_wl(pair=(star_graph(3), cycle_graph(4)))
    assert play.views[0].details[0] == "Node 0 starts with colour 0, as all do."
    control(play, "round").value = 1
    assert play.views[0].details[0] == "Node 0 had 0 and heard {0, 0, 0}. That is called 0 now."
    assert play.views[0].details[1] == "Node 1 had 0 and heard {0}. That is called 1 now."


def test_two_clicks_make_an_edge_and_two_more_remove_it() -> None:
    play = play_wl()
    control(play, "pair").value = "six nodes and six nodes"
    click(play, 1, 2, 4)
    assert (edges(play, 0), edges(play, 1)) == ([], [[2, 4], [4, 2]])
    click(play, 0, 1)
    assert play.views[0].marks[1] == "strong"
    assert "Node 1 is picked" in play.words
    click(play, 1, 4)  # in the other graph: a new beginning
    assert (play.views[0].marks[1], play.views[1].marks[4]) == ("", "strong")
    play.views[1]._hear(None, {"event": "escape", "node": 4}, None)
    assert play.views[1].marks[4] == ""
    control(play, "both ways").value = False
    click(play, 1, 4, 2)
    assert edges(play, 1) == [[2, 4]]
    assert play.views[1].directed
    click(play, 1, 3, 3)  # a self-loop
    assert edges(play, 1) == [[2, 4], [3, 3]]
    control(play, "Start again").click()
    assert edges(play, 1) == []


def test_a_triangle_and_a_pentagon_drawn_by_hand_fool_1_wl() -> None:
    """What the exercise blind_partner asks for."""
    play = play_wl()
    control(play, "pair").value = "octagon and octagon"
    assert "one and the same graph" in (verdict(play) and play.words)
    for pair in ((2, 3), (7, 0), (2, 0), (3, 7)):
        click(play, 1, *pair)
    assert play.children[-1].children[1].value == "<em>Predict first. Then ask the tests.</em>"
    assert list(verdict(play).values()) == ["no.", "no.", "yes.", "they"]
    assert "they are different" in play.words


def test_the_learners_own_pair_can_be_brought() -> None:
    """As lesson 8 does it with what blind_partner holds."""
    partner = load(8).exercises["blind_partner"].example()  # type: ignore[union-attr]
    play = play_wl(pair=(cycle_graph(8), Graph(partner, num_nodes=8)))
    assert control(play, "pair").value == "the pair I brought"
    assert sorted(edges(play, 1)) == sorted(partner.T.tolist())
    places = torch.tensor(play.views[1].positions)
    assert torch.pdist(places).min() > 2 * play.views[1].radius  # no two nodes on top of each other
    assert list(verdict(play).values()) == ["no.", "no.", "yes.", "they"]
    assert "they are different" in play.words


def test_the_lessons_own_answers_fit() -> None:
    exercises = load(8).exercises
    refine, layer = (exercises[name].answer for name in ("refine_once", "GINLayer"))  # type: ignore[union-attr]
    for pair in PAIRS:
        ours, theirs = play_wl(), play_wl(refine, layer)
        for play in (ours, theirs):
            control(play, "pair").value = pair.name
            control(play, "round").value = 3
        assert [view.inside for view in theirs.views] == [view.inside for view in ours.views]
        assert verdict(theirs) == verdict(ours)
        assert theirs.message.value == ""


def test_a_wrong_function_is_seen_and_said() -> None:
    def refine_once(edge_index: Any, colors: Any) -> Any:
        return torch.zeros_like(colors).index_add(0, edge_index[1], colors[edge_index[0]] + 1)  # degrees

    play = play_wl(refine_once, pair=(star_graph(3), cycle_graph(4)))
    control(play, "round").value = 1
    assert play.message.value == ""
    play = play_wl(lambda edge_index, colors: 0 * colors, pair=(star_graph(3), cycle_graph(4)))
    control(play, "round").value = 1
    assert set(play.views[0].inside) == {"0"}
    assert "put 8 nodes with different company" in play.message.value
    assert "node 0 of the first graph" in play.message.value
    assert verdict(play)["1-WL"] == "no."


class _Loud(nn.Module):
    def __init__(self, width_in: int, hidden: int, width_out: int) -> None:
        super().__init__()
        self.lin = nn.Linear(width_in, width_out + 1)

    def forward(self, x: Any, edge_index: Any) -> Any:
        return self.lin(x)


def test_a_broken_function_shows_its_line_and_the_last_good_round() -> None:
    def refine_once(edge_index: Any, colors: Any) -> Any:
        if colors.max() > 0:
            raise KeyError("no such name")
        return torch.unique(torch.bincount(edge_index[1]), return_inverse=True)[1]

    play = play_wl(refine_once, _Loud, pair=(star_graph(3), star_graph(3)))
    control(play, "round").value = 3
    assert control(play, "round").value == 1
    assert "raise KeyError" in play.message.value
    before = [view.inside for view in play.views]
    says = verdict(play)
    assert (says["1-WL"], says["GIN with random weights"]) == ("no", "no")
    assert "_Loud" in play.message.value
    assert [view.inside for view in play.views] == before


def test_stubs_say_that_these_are_the_librarys() -> None:
    def refine_once(edge_index: Any, colors: Any) -> Any:
        raise NotImplementedError("refine_once")

    class GINLayer(_Loud):
        def forward(self, x: Any, edge_index: Any) -> Any:
            raise NotImplementedError("forward")

    play = play_wl(refine_once, GINLayer)
    control(play, "round").value = 1
    assert "refine_once: not written yet" in play.message.value
    assert verdict(play)["GIN with random weights"] == "no."
    assert "GINLayer: not written yet" in play.message.value


def test_large_graphs_are_not_for_hands() -> None:
    with pytest.raises(ValueError, match="17 nodes; 1 to 16 fit"):
        play_wl(pair=(cycle_graph(17), cycle_graph(6)))
