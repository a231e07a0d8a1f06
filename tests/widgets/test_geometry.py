"""Where nodes and lines are: inside the picture, from rim to rim, none on top of another."""

import math
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.datasets import karate_club, path_abcd, three_friends, tricky_graph
from gnn_lib.graph import Graph
from gnn_lib.widgets import GraphView
from gnn_lib.widgets.geometry import curve, fit, halfway, path, towards, ways_out, wedge
from tests.strategies import graphs

places = st.tuples(st.floats(0, 600), st.floats(0, 400))


@given(graphs(max_nodes=12), st.integers(0, 3))
def test_every_node_fits_into_the_picture(graph: Graph, seed: int) -> None:
    points, radius, (width, height) = fit(graph, seed=seed)
    assert len(points) == graph.num_nodes
    for x, y in points:
        assert radius <= x <= width - radius
        assert radius <= y <= height - radius


@pytest.mark.parametrize("graph", [three_friends(), path_abcd(), tricky_graph(), karate_club()])
def test_nodes_do_not_touch(graph: Graph) -> None:
    points, radius, _ = fit(graph)
    distances = [math.dist(p, q) for k, p in enumerate(points) for q in points[:k]]
    assert min(distances) > 1.5 * radius


def test_up_in_a_layout_is_up_on_the_screen() -> None:
    (_, ann), (_, bob), _ = fit(three_friends())[0]
    assert ann < bob, "Ann stands above; y counts downwards"


@given(places, places, st.floats(3, 24), st.floats(3, 24), st.floats(-40, 40))
def test_an_edge_runs_from_rim_to_rim(
    p: tuple[float, float], q: tuple[float, float], rim_p: float, rim_q: float, bow: float
) -> None:
    start, _, end = curve(p, q, rim_p, rim_q, bow, None)
    assert math.dist(p, start) == pytest.approx(rim_p)
    assert math.dist(q, end) == pytest.approx(rim_q + 2)


def test_a_bow_leads_to_the_left() -> None:
    """Travelling right on a screen, left is up; the way back keeps to its own side."""
    there = halfway(curve((0, 0), (100, 0), 10, 10, 8, None))
    back = halfway(curve((100, 0), (0, 0), 10, 10, 8, None))
    assert there[1] < -3
    assert back[1] > 3


@given(places, st.floats(3, 24), st.floats(-20, 20))
def test_a_loop_begins_and_ends_at_its_node_and_goes_out(
    p: tuple[float, float], rim: float, bow: float
) -> None:
    corners = curve(p, p, rim, rim, bow, (0.0, -1.0))
    assert math.dist(p, corners[0]) == pytest.approx(rim)
    assert math.dist(p, corners[-1]) == pytest.approx(rim + 2)
    assert math.dist(p, halfway(corners)) > 1.5 * rim
    assert halfway(corners)[1] < p[1]


def test_a_loop_points_away_from_the_other_edges() -> None:
    points = [(0.0, 0.0), (100.0, 0.0), (50.0, 50.0)]
    [away, _, alone] = ways_out(points, [[0, 1, 0, 0], [0, 0, 0, 1]])
    assert away == pytest.approx((-1, 0))
    assert alone == (0.0, 1.0)


def test_an_arrow_has_a_head_and_a_line_has_none() -> None:
    corners = curve((0, 0), (100, 0), 10, 10, 0, None)
    assert path(corners, 9).startswith(path(corners, 0))
    assert path(corners, 0) == "M10.0,0.0 Q50.0,0.0 88.0,0.0"
    assert path(corners, 9).endswith("M79.0,-4.5 L88.0,0.0 L79.0,4.5")


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_the_pieces_of_a_pie_meet(parts: list[float]) -> None:
    """Each begins where the one before ended, and the last ends at the top."""
    ends, start = [], 0.0
    for part in parts:
        numbers = re.findall(r"-?[\d.]+,-?[\d.]+", wedge(20, start, start + part / sum(parts)))
        ends.append((numbers[1], numbers[-1]))
        start += part / sum(parts)
    assert ends[0][0].replace("-0.0", "0.0") == "0.0,-20.0"
    assert all(one[1] == other[0] for one, other in pairwise(ends))
    assert ends[-1][1].replace("-0.0", "0.0") == "0.0,-20.0"


def test_a_whole_pie_is_a_circle() -> None:
    assert wedge(20, 0, 1).count("A20,20") == 2


def test_towards_itself_is_up() -> None:
    assert towards((1, 1), (1, 1)) == (0.0, -1.0)


@given(graphs(max_nodes=6))
def test_no_two_lines_are_the_same(graph: Graph) -> None:
    """Double edges and edges that come back keep apart: the corners differ."""
    view = GraphView(graph, directed=True)
    seen = [tuple(edge[:3]) for edge in view.edges]
    assert len(seen) == graph.num_edges
    assert len(set(seen)) == len(seen)
