"""GraphView without a browser: what travels to the page, what comes back, and the still in its place."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
import torch
from comm import DummyComm
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.datasets import karate_club, path_abcd, three_friends, tricky_graph
from gnn_lib.graph import Graph
from gnn_lib.plot.style import OKABE_ITO, RISING
from gnn_lib.widgets import GraphView, matrix_view
from tests.strategies import graphs

NODES = ("positions", "radii", "fills", "inks", "inside", "below", "marks", "node_words")
LINES = ("edges", "widths", "strengths", "edge_labels", "edge_marks")
WIDGET = "application/vnd.jupyter.widget-view+json"


@given(graphs(), st.sampled_from([None, True, False]), st.booleans())
def test_every_list_has_one_entry_for_each_node_or_line(graph: Graph, directed: bool | None, v: bool) -> None:
    view = GraphView(graph, directed=directed)
    view.draw(values=range(graph.num_nodes) if v else None, edge_values=range(graph.num_edges) if v else None)
    assert {len(getattr(view, name)) for name in NODES} == {graph.num_nodes}
    assert {len(getattr(view, name)) for name in LINES} == {len(view.edges)}
    pairs = [tuple(pair) for pair in graph.edge_index.T.tolist()]
    assert [pairs[edge[3]] for edge in view.edges] == [tuple(edge[:2]) for edge in view.edges]
    if view.directed:
        assert len(view.edges) == graph.num_edges
    else:
        assert {frozenset(edge[:2]) for edge in view.edges} == {frozenset(pair) for pair in pairs}


def test_arrows_unless_every_edge_has_its_reverse() -> None:
    assert GraphView(three_friends()).directed
    assert not GraphView(path_abcd()).directed
    assert GraphView(path_abcd(), directed=True).directed


def test_colours_are_those_of_the_pictures() -> None:
    view = GraphView(three_friends())
    view.draw(values=[0.0, 1.0, 2.0])
    as_drawn = [tuple(int(colour[k : k + 2], 16) for k in (1, 3, 5)) for colour in view.fills]
    assert as_drawn == [tuple(RISING(share, bytes=True)[:3]) for share in (0.0, 0.5, 1.0)]
    assert view.inks == ["black", "black", "white"]
    view.draw(groups=["a", "b", "a"])
    assert view.fills == [OKABE_ITO[0].lower(), OKABE_ITO[1].lower(), OKABE_ITO[0].lower()]
    assert view.inside == ["a", "b", "a"], "nothing rests on colour alone"


def test_values_of_both_signs_meet_in_a_light_zero() -> None:
    view = GraphView(three_friends())
    view.draw(values=[-2.0, 0.0, 2.0])
    low, zero, high = ([int(fill[k : k + 2], 16) for k in (1, 3, 5)] for fill in view.fills)
    assert min(zero) > 240
    assert low[2] > low[1], "purple"
    assert high[0] > high[2], "orange"


def test_weights_are_widths_and_the_sign_a_colour() -> None:
    view = GraphView(three_friends())
    view.draw(edge_values=[0.0, 1.0, -0.5, 0.25])
    assert view.signed
    assert view.strengths == [0.0, 1.0, -0.5, 0.25]
    assert view.widths[1] > view.widths[2] > view.widths[3] > view.widths[0]
    assert view.edge_labels == ["0", "1", "-0.5", "0.25"]


def test_names_stand_inside_unless_a_value_does() -> None:
    view = GraphView(three_friends())
    assert (view.inside, view.below) == (["Ann", "Bob", "Cem"], ["", "", ""])
    view.draw(values=[1.0, 2.0, 3.0])
    assert (view.inside, view.below) == (["1", "2", "3"], ["Ann", "Bob", "Cem"])
    assert view.node_words == ["Ann: 1", "Bob: 2", "Cem: 3"]
    view.draw(inside=False, below=["x", "y", "z"])
    assert (view.inside, view.below) == (["", "", ""], ["x", "y", "z"])


def test_in_a_crowd_only_names_of_their_own_are_written() -> None:
    club = GraphView(karate_club())
    club.draw(groups=karate_club().y)
    assert {word for word in club.below if word} == {"Mr. Hi", "Officer"}


def test_what_draw_is_not_told_is_plain_again() -> None:
    view = GraphView(three_friends())
    plain = {name: getattr(view, name) for name in (*NODES, *LINES, "legend", "details", "pies", "words")}
    view.draw(
        values=[1.0, 2.0, 3.0], strong=[0], faint=[1], details=["a", "b", "c"], strong_edges=[0],
        pies=[[1, 0], [0, 1], [0.5, 0.5]], words="other", radii=[1, 2, 1], edge_values=[1, 2, 3, 4],
    )  # fmt: skip
    changed = {name for name in plain if getattr(view, name) != plain[name]}
    assert changed > {"fills", "marks", "pies", "words", "widths", "radii"}
    view.draw()
    assert {name: getattr(view, name) for name in plain} == plain


def test_one_draw_is_one_message_with_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comm.create_comm", lambda **state: DummyComm(**state))  # ipykernel's wants a kernel
    view = GraphView(three_friends())
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(view, "_send", lambda msg, buffers=None: sent.append(msg))
    view.draw(strong=[1])
    [message] = sent
    assert message["state"] == {"marks": ["", "strong", ""]}


def test_marks_point_out_and_fade() -> None:
    view = GraphView(three_friends())
    view.draw(strong=[0], faint=[0, 2], strong_edges=[1], faint_edges=[3])
    assert view.marks == ["strong", "", "faint"], "strong wins"
    assert view.edge_marks == ["", "strong", "", "faint"]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        (dict(values=[1.0, 2.0]), r"values must be one number per node, so \[3\], got \[2\]"),
        (dict(values=[1.0, 2.0, float("nan")]), r"values must be finite"),
        (dict(values=[1.0, 2.0, 3.0], groups=[0, 1, 2]), "pass one of them"),
        (dict(pies=[[1.0, 1.0]] * 3), r"add up to 1 for each node; got \[3, 2\]"),
        (dict(edge_values=[1.0]), r"one number per edge, so \[4\]"),
        (dict(strong=[3]), "there is no node 3; ids are from 0 to 2"),
        (dict(faint_edges=[4]), "there is no edge 4"),
        (dict(details=["one"]), "details must have one entry per node, so 3, got 1"),
        (dict(graph=path_abcd()), "shows 3 nodes and the new graph has 4"),
    ],
)
def test_errors_name_the_argument_and_its_shape(what: dict[str, Any], says: str) -> None:
    view = GraphView(three_friends())
    before = view.get_state()
    with pytest.raises(ValueError, match=says):
        view.draw(**what)
    assert view.get_state() == before, "the picture stays as it was"


def test_places_in_pixels_need_a_size() -> None:
    with pytest.raises(ValueError, match="pass the size of the picture"):
        GraphView(three_friends(), places=[(1, 1), (2, 2), (3, 3)])


def test_events_reach_their_handlers_and_nothing_else_does() -> None:
    view = GraphView(three_friends())
    heard: list[tuple[str, int]] = []
    assert not view.tells_hover
    view.on_click(lambda node: heard.append(("click", node)))
    view.on_click_edge(lambda edge: heard.append(("edge", edge)))
    view.on_hover(lambda node: heard.append(("hover", node)))
    view.on_escape(lambda node: heard.append(("escape", node)))
    assert view.tells_hover
    for content in (
        {"event": "click", "node": 2}, {"event": "click", "edge": 3}, {"event": "hover", "node": 0},
        {"event": "escape", "node": 1}, {"event": "click", "node": 3}, {"event": "click", "node": "0"},
        {"event": "click", "node": -1}, {"event": "other", "node": 0}, {},
    ):  # fmt: skip
        view._hear(view, content, [])
    assert heard == [("click", 2), ("edge", 3), ("hover", 0), ("escape", 1)]


def test_dots_run_along_the_lines_of_these_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    view = GraphView(path_abcd())
    sent: list[Any] = []
    monkeypatch.setattr(view, "send", sent.append)
    view.send_messages()
    view.send_messages([view.edges[1][3]])
    assert sent == [{"pulse": [0, 1, 2]}, {"pulse": [1]}]


# The still.


@given(graphs(max_nodes=5), st.booleans())
def test_the_still_is_sound_and_says_what_it_shows(graph: Graph, v: bool) -> None:
    view = GraphView(graph)
    view.draw(values=range(graph.num_nodes) if v else None, words='5 < 6 & "so on"')
    data, metadata = view._repr_mimebundle_()
    root = ET.fromstring(data["image/svg+xml"])
    assert root.attrib["aria-label"] == data["text/plain"] == '5 < 6 & "so on"'
    assert metadata["image/svg+xml"]["alt"] == view.words
    assert data[WIDGET]["model_id"] == view.model_id
    shapes = [part.tag.rpartition("}")[2] for part in root.iter()]
    assert shapes.count("path") == len(view.edges)
    assert shapes.count("rect") == 1 + graph.num_nodes + len(view.legend)


def test_the_still_is_the_same_every_time_and_small() -> None:
    def still(graph: Graph) -> str:
        view = GraphView(graph)
        view.draw(values=range(graph.num_nodes), edge_values=range(graph.num_edges))
        return str(view._repr_mimebundle_()[0]["image/svg+xml"])

    for graph in (three_friends(), tricky_graph(), karate_club()):
        assert still(graph) == still(graph)
    assert len(still(three_friends())) < 5_000
    assert len(still(karate_club())) < 50_000


def test_pies_are_drawn_piece_by_piece() -> None:
    view = GraphView(three_friends())
    view.draw(pies=[[0.5, 0.5, 0.0], [1, 0, 0], [0.2, 0.3, 0.5]])
    assert [entry[1] for entry in view.legend] == ["cluster 0", "cluster 1", "cluster 2"]
    svg = view._repr_mimebundle_()[0]["image/svg+xml"]
    assert svg.count("<path") == 4 + 9


def test_a_matrix_is_a_view_whose_nodes_are_cells() -> None:
    view = matrix_view(["Ann", "Bob"], ["x", "y", "z"])
    A = torch.tensor([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0]])
    view.draw(values=A.flatten(), legend=False)
    assert view.inside == ["0", "1", "2", "0", "0", "3"]
    assert view.fills[0] == "", "a zero has no colour"
    assert view.fills[1] != ""
    assert (view.legend, view.edges, view.movable) == ([], [], False)
    assert view.node_words[5] == "row Bob, column z: 3"
    (x0, y0), (x1, y1), *_, (x5, y5) = view.positions
    assert (y0, x0) == (y1, view.positions[3][0])
    assert x1 > x0
    assert (x5 > x1, y5 > y1) == (True, True)
    assert [caption[2] for caption in view.captions] == ["x", "y", "z", "Ann", "Bob"]
