"""A picture of a graph says what the graph says: positions, colours, arrows, words."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import ArrowStyle, FancyArrowPatch

from gnn_lib.datasets.grid import pixel_grid
from gnn_lib.datasets.karate import karate_club
from gnn_lib.datasets.shapes import complete_graph, cycle_graph, path_graph
from gnn_lib.datasets.tiny import path_abcd, three_friends, tricky_graph
from gnn_lib.edges import add_self_loops
from gnn_lib.graph import Graph
from gnn_lib.plot import draw_graph, spring_layout
from gnn_lib.plot.edges import plan
from gnn_lib.plot.style import AROUND_ZERO, OKABE_ITO, RISING, contrast
from tests.strategies import graphs


def arrows(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def lines(ax):
    drawn = [one for one in ax.collections if isinstance(one, LineCollection)]
    return [segment for one in drawn for segment in one.get_segments()]


def scatters(ax):
    return [one for one in ax.collections if isinstance(one, PathCollection)]


def words(ax):
    return [text.get_text() for text in ax.texts]


def path_of(arrow):
    """The corners of an arrow's line (ends and control points), in pixels."""
    return arrow._get_path_in_displaycoord()[0][0].vertices


def extent_of(arrow):
    """The lower left and the upper right corner of what is really drawn."""
    return arrow._get_path_in_displaycoord()[0][0].get_extents().get_points()


def in_pixels(ax, point):
    return ax.transData.transform(np.asarray(point, dtype=float))


# --- edges ------------------------------------------------------------------------------------------


def test_one_arrow_for_each_edge_from_source_to_target():
    friends = three_friends()
    ax = draw_graph(friends)
    ax.figure.canvas.draw()
    assert len(arrows(ax)) == friends.num_edges
    pos = friends.pos.numpy()
    for arrow, (i, j) in zip(arrows(ax), friends.edge_index.t().tolist(), strict=True):
        tail, *_, tip = path_of(arrow)
        nearest_to_tail, nearest_to_tip = (
            int(np.linalg.norm(in_pixels(ax, pos) - end, axis=1).argmin()) for end in (tail, tip)
        )
        assert (nearest_to_tail, nearest_to_tip) == (i, j)
        assert isinstance(arrow.get_arrowstyle(), ArrowStyle.CurveFilledB)  # a head at the tip alone


def test_arrows_stop_at_the_rim_of_the_target():
    friends = three_friends()
    ax = draw_graph(friends, node_size=30)
    ax.figure.canvas.draw()
    for arrow, j in zip(arrows(ax), friends.edge_index[1].tolist(), strict=True):
        tip = path_of(arrow)[-1]
        gap = np.linalg.norm(tip - in_pixels(ax, friends.pos[j])) * 72 / ax.figure.dpi
        assert 15 <= gap <= 19  # the radius, and a little air


def test_edges_in_both_directions_bow_to_opposite_sides():
    pair = Graph(torch.tensor([[0, 1], [1, 0]]), pos=torch.tensor([[0.0, 0.0], [1.0, 0.0]]))
    ax = draw_graph(pair, directed=True)
    middles = [path_of(arrow)[:, 1].mean() - in_pixels(ax, (0, 0))[1] for arrow in arrows(ax)]
    assert middles[0] > 0 > middles[1]  # each to its own left
    assert min(abs(middle) for middle in middles) > 3


def test_copies_of_an_edge_are_all_seen():
    bows = [route.bow for route in plan([0, 0, 0], [1, 1, 1], directed=True)]
    assert bows == [-16.0, 0.0, 16.0]
    both_ways = [route.bow for route in plan([0, 0, 1], [1, 1, 0], directed=True)]
    assert both_ways == [8.0, 24.0, 8.0]  # each to its own left, so on opposite sides


def test_an_undirected_edge_is_one_line_without_a_head():
    ax = draw_graph(path_abcd())
    assert arrows(ax) == []
    assert len(lines(ax)) == 3
    np.testing.assert_allclose(lines(ax)[0], path_abcd().pos[:2])


def test_directed_can_be_asked_for():
    assert len(arrows(draw_graph(path_abcd(), directed=True))) == 6
    assert len(lines(draw_graph(three_friends(), directed=False))) == 3


def test_an_undirected_graph_with_directed_values_gets_arrows():
    assert len(arrows(draw_graph(path_abcd(), edge_values=torch.arange(6.0)))) == 6
    assert len(arrows(draw_graph(path_abcd(), edge_values=torch.ones(6)))) == 0


def test_a_self_loop_leaves_its_node_and_comes_back():
    graph = tricky_graph()
    ax = draw_graph(graph)
    ax.figure.canvas.draw()
    assert len(arrows(ax)) == 5
    loop = path_of(arrows(ax)[3])
    home = in_pixels(ax, graph.pos[2])
    distances = np.linalg.norm(loop - home, axis=1)
    assert distances[0] == pytest.approx(distances[-1], rel=0.2)
    assert distances.max() > 2 * distances[0]
    # Q comes in from above and S from the right: the loop points to the lower left.
    away = loop.mean(0) - home
    assert away[0] < 0
    assert away[1] < 0


def test_loops_and_arrows_lie_within_the_axes():
    graph = tricky_graph()
    ax = draw_graph(add_self_loops(graph))  # R has two now
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    for arrow in arrows(ax):
        low, high = extent_of(arrow)
        assert frame.x0 <= low[0]
        assert high[0] <= frame.x1
        assert frame.y0 <= low[1]
        assert high[1] <= frame.y1


def test_edge_values_are_width_colour_and_number():
    ax = draw_graph(three_friends(), edge_values=[0.5, 0.25, 0.75, 1.0])
    widths = [arrow.get_linewidth() for arrow in arrows(ax)]
    assert np.argsort(widths).tolist() == [1, 0, 2, 3]
    want = [to_hex(RISING(value)) for value in (0.5, 0.25, 0.75, 1.0)]
    assert [to_hex(arrow.get_edgecolor()) for arrow in arrows(ax)] == want
    assert {"0.5", "0.25", "0.75", "1"} <= set(words(ax))


def test_the_number_of_an_edge_lies_on_its_line():
    graph = three_friends()
    ax = draw_graph(graph, edge_values=[0.5, 0.25, 0.75, 1.0])
    ax.figure.canvas.draw()
    number = next(text for text in ax.texts if text.get_text() == "0.25")
    line = path_of(arrows(ax)[1])  # Ann -> Cem, on an arc
    t = np.linspace(0, 1, 50)[:, None]
    curve = (1 - t) ** 2 * line[0] + 2 * t * (1 - t) * line[1] + t**2 * line[2]
    at = in_pixels(ax, number.get_position())
    assert np.linalg.norm(curve - at, axis=1).min() < 5


def test_many_edge_values_get_a_colour_bar_instead():
    club = karate_club()
    ax = draw_graph(club, edge_values=torch.ones(club.num_edges))
    assert len(ax.figure.axes) == 2


def test_edge_range_makes_pictures_comparable():
    half = draw_graph(three_friends(), edge_values=[0.5] * 4, edge_range=(0, 1))
    assert to_hex(arrows(half)[0].get_edgecolor()) == to_hex(RISING(0.5))


# --- nodes ------------------------------------------------------------------------------------------


def test_nodes_lie_where_the_graph_says():
    friends = three_friends()
    (nodes,) = scatters(draw_graph(friends))
    np.testing.assert_allclose(nodes.get_offsets(), friends.pos)
    other = torch.tensor([[0.0, 0.0], [5.0, 1.0], [2.0, 7.0]])
    (nodes,) = scatters(draw_graph(friends, pos=other))
    np.testing.assert_allclose(nodes.get_offsets(), other)


def test_values_are_colours_from_light_to_dark():
    ax = draw_graph(path_abcd(), values=path_abcd().x)
    (nodes,) = scatters(ax)
    want = RISING((np.array([1, 2, 4, 8]) - 1) / 7)
    np.testing.assert_allclose(nodes.get_facecolors(), want)
    assert words(ax) == ["A\n1", "B\n2", "C\n4", "D\n8"]


def test_values_of_both_signs_meet_in_white_at_zero():
    (nodes,) = scatters(draw_graph(path_abcd(), values=[-2.0, 0.0, 1.0, 4.0]))
    want = AROUND_ZERO(np.array([0.25, 0.5, 0.625, 1.0]))
    np.testing.assert_allclose(nodes.get_facecolors(), want, atol=0.01)
    assert min(nodes.get_facecolors()[1][:3]) > 0.95


def test_value_range_makes_pictures_comparable():
    (nodes,) = scatters(draw_graph(path_abcd(), values=[5.0] * 4, value_range=(0, 10)))
    np.testing.assert_allclose(nodes.get_facecolors()[0], RISING(0.5))


def test_groups_differ_in_colour_and_in_shape():
    club = karate_club()
    ax = draw_graph(club, groups=club.y)
    first, second = scatters(ax)
    np.testing.assert_allclose(first.get_offsets(), club.pos[club.y == 0])
    np.testing.assert_allclose(second.get_offsets(), club.pos[club.y == 1])
    assert to_hex(first.get_facecolors()[0]) == OKABE_ITO[0].lower()
    assert to_hex(second.get_facecolors()[0]) == OKABE_ITO[1].lower()
    assert len(first.get_paths()[0].vertices) != len(second.get_paths()[0].vertices)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]


def test_all_groups_keep_their_looks_across_pictures():
    (few,) = scatters(draw_graph(path_abcd(), groups=[1] * 4, all_groups=[0, 1]))
    assert to_hex(few.get_facecolors()[0]) == OKABE_ITO[1].lower()
    assert draw_graph(path_abcd(), groups=[1] * 4, legend=False).get_legend() is None


def test_groups_may_be_words():
    ax = draw_graph(path_abcd(), groups=["x$", "_y", "x$", "_y"])
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["_y", r"x\$"]


def test_words_in_a_node_can_be_read():
    club = karate_club()
    for picture in ({"values": torch.linspace(0, 1, 34)}, {"groups": torch.arange(34) % 8}):
        ax = draw_graph(club, **picture)
        faces = {
            tuple(np.round(at, 6)): face
            for one in scatters(ax)
            for at, face in zip(one.get_offsets().tolist(), one.get_facecolors(), strict=True)
        }
        inside = [text for text in ax.texts if text.get_ha() == "center"]
        assert len(inside) > 20
        for text in inside:
            assert contrast(text.get_color(), faces[tuple(np.round(np.asarray(text.xy), 6))]) >= 4.5


def test_labels_names_ids_own_and_none():
    assert words(draw_graph(three_friends())) == ["Ann", "Bob", "Cem"]
    assert words(draw_graph(path_graph(3))) == ["0", "1", "2"]
    assert words(draw_graph(three_friends(), labels=["x", 2, None])) == ["x", "2", "None"]
    assert words(draw_graph(three_friends(), labels=False)) == []
    assert words(draw_graph(cycle_graph(100))) == []


def test_a_name_too_long_for_its_node_stands_beside_it_and_covers_none():
    graph = path_abcd().replace(names=("Maximiliane", "B", "C", "D"))
    ax = draw_graph(graph)
    ax.figure.canvas.draw()
    (name,) = [text for text in ax.texts if text.get_text() == "Maximiliane"]
    box = name.get_window_extent()
    (nodes,) = scatters(ax)
    radius = np.sqrt(nodes.get_sizes()[0]) / 2 * ax.figure.dpi / 72
    for at in in_pixels(ax, graph.pos):
        nearest = np.clip(at, box.min, box.max)
        assert np.linalg.norm(nearest - at) > 0.9 * radius


def test_names_are_never_read_as_formulas():
    ax = draw_graph(path_abcd().replace(names=("$a$", "$", r"\frac", "_")))
    ax.figure.canvas.draw()
    assert words(ax) == [r"\$a\$", r"\$", r"\frac", "_"]


def test_no_two_words_overlap_on_the_small_graphs_of_the_course():
    pictures = [
        draw_graph(three_friends(), edge_values=[0.5, 0.25, 0.75, 0.125]),
        draw_graph(path_abcd(), edge_values=torch.arange(6.0) / 7, values=path_abcd().x),
        draw_graph(tricky_graph(), edge_values=torch.arange(5.0) / 7),
        draw_graph(karate_club()),
        draw_graph(karate_club().replace(pos=None)),
        draw_graph(pixel_grid(), values=pixel_grid().x),
    ]
    for ax in pictures:
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.texts]
        for k, box in enumerate(boxes):
            assert not any(box.overlaps(other) for other in boxes[:k]), (k, words(ax)[k])


def test_highlight_by_id_and_by_name():
    for highlight in ("Bob", 1, ["Bob"], torch.tensor([1])):
        *_, ring = scatters(draw_graph(three_friends(), highlight=highlight))
        np.testing.assert_allclose(ring.get_offsets(), three_friends().pos[[1]])
        assert ring.get_linewidths()[0] == 3


def test_node_size_is_the_diameter_in_points():
    (nodes,) = scatters(draw_graph(three_friends(), node_size=20))
    assert nodes.get_sizes()[0] == pytest.approx(400)


def test_nodes_do_not_overlap():
    for graph in (three_friends(), karate_club(), pixel_grid(), complete_graph(12), path_graph(30)):
        ax = draw_graph(graph)
        (nodes,) = scatters(ax)
        at = in_pixels(ax, graph.pos)
        apart = np.linalg.norm(at[:, None] - at, axis=2) + np.eye(len(at)) * 1e9
        assert apart.min() * 72 / ax.figure.dpi >= np.sqrt(nodes.get_sizes()[0])


# --- the axes ---------------------------------------------------------------------------------------


def test_draws_on_the_axes_given_and_makes_no_figure():
    figure, ax = plt.subplots()
    assert draw_graph(three_friends(), ax=ax) is ax
    assert plt.get_fignums() == [figure.number]


def test_a_unit_is_as_long_up_as_across():
    ax = draw_graph(three_friends())
    ax.figure.set_size_inches(3, 6)  # whatever becomes of the figure
    ax.figure.canvas.draw()
    origin, across, up = (in_pixels(ax, point) for point in ((0, 0), (1, 0), (0, 1)))
    assert across[0] - origin[0] == pytest.approx(up[1] - origin[1])


def test_a_strip_is_drawn_as_a_strip():
    assert draw_graph(path_abcd()).figure.get_figheight() < draw_graph(three_friends()).figure.get_figheight()


def test_the_graph_is_never_changed():
    graph = tricky_graph()
    before = {name: value.clone() for name, value in graph.tensors()}
    draw_graph(graph, values=graph.x[:, 0], edge_values=torch.ones(5), highlight=[0])
    assert all(torch.equal(before[name], value) for name, value in graph.tensors())


@settings(max_examples=15)
@given(graphs(max_nodes=6))
def test_any_graph_can_be_drawn(graph):
    weights = torch.arange(float(graph.num_edges))
    ax = draw_graph(graph, values=graph.x[:, 0], edge_values=weights, directed=True)
    ax.figure.canvas.draw()
    assert len(arrows(ax)) == graph.num_edges
    plt.close("all")


def test_a_graph_without_nodes_is_an_empty_picture():
    ax = draw_graph(Graph(torch.empty(2, 0, dtype=torch.long)))
    assert words(ax) == []
    assert all(len(one.get_offsets()) == 0 for one in scatters(ax))


# --- layout -----------------------------------------------------------------------------------------


def test_the_layout_repeats_and_leaves_the_generators_alone():
    graph = karate_club().replace(pos=None)
    state = np.random.get_state()[1].copy()
    np.testing.assert_array_equal(spring_layout(graph), spring_layout(graph))
    np.testing.assert_array_equal(state, np.random.get_state()[1])


def test_a_large_layout_repeats_for_the_same_seed_only():
    graph = cycle_graph(151)
    np.testing.assert_array_equal(spring_layout(graph, 1), spring_layout(graph, 1))
    assert not np.allclose(spring_layout(graph, 1), spring_layout(graph, 2))


def test_a_ring_is_laid_out_without_a_twist():
    points = spring_layout(cycle_graph(6))
    angles = np.unwrap(np.arctan2(points[:, 1], points[:, 0]))
    turns = np.diff(angles)
    assert (turns > 0).all() or (turns < 0).all()


def test_parts_without_a_link_stay_in_the_picture():
    graph = Graph(torch.tensor([[0, 1, 3], [1, 2, 4]]), num_nodes=7)
    points = spring_layout(graph)
    assert np.isfinite(points).all()
    apart = np.linalg.norm(points[:, None] - points, axis=2) + np.eye(7) * 9
    assert apart.min() > 0.1


@pytest.mark.parametrize("num_nodes", [0, 1, 2])
def test_tiny_layouts(num_nodes):
    points = spring_layout(Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=num_nodes))
    assert points.shape == (num_nodes, 2)
    assert len({tuple(point) for point in points.tolist()}) == num_nodes


# --- hostile input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"values": [1.0, 2.0]}, ValueError, r"values must be one number per node, so \[3\], got \[2\]"),
        ({"values": torch.ones(3, 2)}, ValueError, r"values must be one number per node"),
        ({"values": [1.0, float("nan"), 2.0]}, ValueError, r"values must be finite.*\[1\] holds nan"),
        ({"values": [1.0, float("inf"), 2.0]}, ValueError, r"position \[1\] holds inf"),
        ({"values": ["a", "b", "c"]}, TypeError, "values must be numbers, got list"),
        ({"values": [1, 2, 3], "groups": [1, 2, 3]}, ValueError, "pass one"),
        ({"groups": [0, 1]}, ValueError, "groups must have one entry per node, so 3, got 2"),
        ({"labels": ["a"]}, ValueError, "labels must have one entry per node, so 3, got 1"),
        ({"edge_values": [1.0]}, ValueError, r"edge_values must be one number per edge, so \[4\]"),
        ({"highlight": "Dan"}, ValueError, r"no node 'Dan'.*names \(Ann, Bob, Cem\)"),
        ({"highlight": [3]}, ValueError, "no node 3. Pass ids below 3"),
        ({"highlight": -1}, ValueError, "no node -1"),
        ({"pos": torch.ones(3, 3)}, ValueError, r"pos must be \[N, 2\], so \[3, 2\], got \[3, 3\]"),
        ({"pos": torch.full((3, 2), float("nan"))}, ValueError, "pos must be finite"),
        ({"value_range": (1, 1), "values": [1, 2, 3]}, ValueError, "low < high"),
        ({"ax": "here"}, TypeError, "ax must be a matplotlib Axes, got str 'here'"),
    ],
)
def test_refuses(options, error, message):
    with pytest.raises(error, match=message):
        draw_graph(three_friends(), **options)
