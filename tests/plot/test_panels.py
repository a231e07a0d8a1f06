"""Matrices, attention and colours by round: the right cells, on one scale, with words for all."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from gnn_lib.convert import to_dense
from gnn_lib.datasets.karate import karate_club
from gnn_lib.datasets.tiny import path_abcd, three_friends, tricky_graph
from gnn_lib.edges import add_self_loops
from gnn_lib.graph import Graph
from gnn_lib.plot import draw_adjacency, draw_attention, draw_colors_by_round, draw_matrix
from gnn_lib.plot.style import OKABE_ITO, RISING, contrast
from gnn_lib.wl import color_ids, color_refinement


def cells(ax):
    """What the matrix shows: masked where it is white."""
    (image,) = ax.images
    return image.get_array()


def written(ax):
    """(row, column) -> text."""
    return {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in ax.texts}


def tick_words(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


# --- matrices ---------------------------------------------------------------------------------------


def test_an_edge_is_in_the_row_of_its_source():
    ax = draw_adjacency(three_friends())
    ann_to_bob, bob_to_ann = (0, 1), (1, 0)
    assert (written(ax)[ann_to_bob], written(ax)[bob_to_ann]) == ("1", "0")
    np.testing.assert_array_equal(cells(ax).filled(0), to_dense(three_friends()))
    assert tick_words(ax.xaxis) == tick_words(ax.yaxis) == ["Ann", "Bob", "Cem"]
    assert (ax.get_ylabel(), ax.get_xlabel()) == ("from", "to")


def test_row_zero_is_on_top():
    ax = draw_adjacency(three_friends())
    ax.figure.canvas.draw()
    top, bottom = ax.transData.transform([[0, 0], [0, 2]])[:, 1]
    assert top > bottom


def test_copies_of_an_edge_are_summed_and_no_edge_is_white():
    ax = draw_adjacency(tricky_graph())
    assert written(ax)[0, 1] == "2"
    assert cells(ax).mask.sum() == 25 - 4


def test_numbers_in_cells_can_be_read():
    ax = draw_matrix(torch.arange(20.0).reshape(4, 5))
    (image,) = ax.images
    for (i, j), _ in written(ax).items():
        value = 5 * i + j
        face = image.cmap(image.norm(value)) if value else "white"
        ink = next(text.get_color() for text in ax.texts if text.get_position() == (j, i))
        assert contrast(ink, face) >= 4.5


def test_a_large_matrix_has_a_colour_bar_and_no_numbers():
    ax = draw_matrix(torch.rand(30, 30, generator=torch.Generator().manual_seed(0)))
    assert len(ax.texts) == 0
    assert len(ax.figure.axes) == 2
    assert len(draw_adjacency(karate_club()).figure.axes) == 1  # of ones alone there is nothing to decode


def test_names_and_range():
    ax = draw_matrix([[0.5, 0.25]], rows=["Ann"], columns=["comedy", "thriller"], value_range=(0, 1))
    (image,) = ax.images
    assert (image.norm.vmin, image.norm.vmax) == (0, 1)
    assert tick_words(ax.xaxis) == ["comedy", "thriller"]
    assert tick_words(draw_matrix([[1.0, 2.0]]).xaxis) == ["0", "1"]


def test_matrix_draws_on_the_axes_given():
    figure, ax = plt.subplots()
    assert draw_matrix([[1.0]], ax=ax) is ax
    assert draw_adjacency(three_friends(), ax=figure.add_subplot()) in figure.axes
    assert plt.get_fignums() == [figure.number]


@pytest.mark.parametrize(
    ("matrix", "options", "message"),
    [
        (torch.ones(3), {}, r"matrix must be \[N, M\].*got \[3\]"),
        (torch.ones(0, 3), {}, "at least one cell"),
        ([[1.0, float("nan")]], {}, r"matrix must be finite.*\[0, 1\] holds nan"),
        ([[1.0]], {"rows": ["a", "b"]}, "rows must have one entry per row, so 1, got 2"),
        ([[1.0]], {"columns": []}, "columns must have one entry per column, so 1, got 0"),
    ],
)
def test_matrix_refuses(matrix, options, message):
    with pytest.raises(ValueError, match=message):
        draw_matrix(matrix, **options)


# --- attention --------------------------------------------------------------------------------------


def test_one_panel_for_each_head_on_one_scale():
    attention = torch.tensor([[1.0, 0.1], [0.5, 0.2], [0.5, 0.8], [1.0, 0.4]])
    panels = draw_attention(three_friends(), attention)
    assert panels.shape == (2,)
    assert [panel.get_title() for panel in panels] == ["head 0", "head 1"]
    for head, panel in enumerate(panels):
        arrows = [patch for patch in panel.patches if isinstance(patch, FancyArrowPatch)]
        want = [to_hex(RISING(value)) for value in attention[:, head].tolist()]
        assert [to_hex(arrow.get_edgecolor()) for arrow in arrows] == want


def test_a_single_head_may_come_without_its_dimension():
    figure, ax = plt.subplots()
    (panel,) = draw_attention(three_friends(), [1.0, 0.5, 0.5, 1.0], ax=ax)
    assert panel is ax
    assert ax.get_title() == ""
    assert figure.axes == [ax]


def test_attention_as_a_matrix_has_columns_that_sum_to_one():
    (panel,) = draw_attention(three_friends(), [1.0, 0.25, 0.75, 1.0], kind="matrix")
    np.testing.assert_allclose(cells(panel).filled(0).sum(0), 1)
    assert written(panel)[0, 2] == "0.25"  # Cem attends to Ann
    assert panel.get_xlabel() == "to (attends)"


def test_a_layers_own_edges():
    looped = add_self_loops(three_friends()).edge_index
    (panel,) = draw_attention(three_friends(), torch.ones(7), edge_index=looped)
    assert len([patch for patch in panel.patches if isinstance(patch, FancyArrowPatch)]) == 7


@pytest.mark.parametrize(
    ("attention", "options", "message"),
    [
        (torch.ones(7), {}, r"E = 4 edges, got \[7\].*edge_index"),
        (torch.ones(4, 2, 2), {}, r"\[E\] or \[E, H\]"),
        (-torch.ones(4), {}, "can't be negative"),
        (torch.full((4,), float("nan")), {}, "attention must be finite"),
        (torch.ones(4), {"kind": "heads"}, "kind must be one of"),
        (torch.ones(4, 3), {"ax": 2}, "ax must be 3 Axes"),
    ],
)
def test_attention_refuses(attention, options, message):
    if "ax" in options:
        options = {"ax": plt.subplots(1, options["ax"])[1]}
    with pytest.raises(ValueError, match=message):
        draw_attention(three_friends(), attention, **options)


# --- colours by round -------------------------------------------------------------------------------


def faces(panel):
    """position -> colour."""
    return {
        tuple(np.round(at, 5)): to_hex(face)
        for one in panel.collections
        if hasattr(one, "get_sizes") and len(one.get_offsets())
        for at, face in zip(one.get_offsets().tolist(), np.broadcast_to(one.get_facecolors(), (
            len(one.get_offsets()), 4)), strict=True)
    }


def test_each_round_shows_its_colours_and_their_number():
    path = path_abcd()
    panels = draw_colors_by_round(path, color_refinement(path))
    assert [panel.get_title() for panel in panels] == [
        "round 0: 1 colour",
        "round 1: 2 colours",
        "round 2: 2 colours",
    ]
    assert [text.get_text() for text in panels[1].texts] == ["0", "1", "1", "0"]
    looks = faces(panels[1])
    ends, middle = [looks[0.0, 0.0], looks[3.0, 0.0]], [looks[1.0, 0.0], looks[2.0, 0.0]]
    assert ends == [OKABE_ITO[0].lower()] * 2
    assert middle == [OKABE_ITO[1].lower()] * 2


def test_a_colour_looks_the_same_in_every_round():
    path = path_abcd()
    panels = draw_colors_by_round(path, torch.tensor([[1, 1, 1, 1], [0, 1, 1, 0]]))
    assert faces(panels[0])[1.0, 0.0] == faces(panels[1])[1.0, 0.0] == OKABE_ITO[1].lower()


def test_hashes_are_renumbered_and_small_numbers_kept():
    club = karate_club()
    colors = color_refinement(club, rounds=1)
    panels = draw_colors_by_round(club, colors)
    want = [str(i) for i in color_ids(colors)[1].tolist()]
    assert sorted(text.get_text() for text in panels[1].texts) == sorted(want)
    (panel,) = draw_colors_by_round(path_abcd(), torch.tensor([[3, 0, 0, 3]]))
    assert [text.get_text() for text in panel.texts] == ["3", "0", "0", "3"]


def test_all_rounds_share_one_layout_and_the_axes_given():
    graph = Graph(torch.tensor([[0, 1, 2], [1, 2, 0]]))
    axes = plt.subplots(1, 2)[1]
    panels = draw_colors_by_round(graph, torch.zeros(2, 3, dtype=torch.long), ax=axes)
    assert panels.tolist() == axes.tolist()
    assert faces(panels[0]).keys() == faces(panels[1]).keys()


@pytest.mark.parametrize("colors", [torch.zeros(4), torch.zeros(2, 3), torch.zeros(0, 4)])
def test_rounds_refuse(colors):
    with pytest.raises(ValueError, match=r"colors must be \[R \+ 1, N\], a row of 4"):
        draw_colors_by_round(path_abcd(), colors)
