"""The palette holds for those who see colours differently, and on a grey print."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb

from gnn_lib.datasets.karate import karate_club
from gnn_lib.datasets.tiny import path_abcd, three_friends
from gnn_lib.graph import Graph
from gnn_lib.plot import describe_graph
from gnn_lib.plot.style import (
    AREA,
    AROUND_ZERO,
    CORNER,
    CURVES,
    LINES,
    MARKERS,
    OKABE_ITO,
    RISING,
    ROOM,
    axes_grid,
    category_style,
    contrast,
    ink_on,
    luminance,
    number,
    scale_of,
    to_array,
)

# Machado, Oliveira and Fernandes (2009), full severity: what linear RGB becomes without one cone.
BLIND = {
    "protan": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "deutan": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "tritan": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9309, 0.1476], [0.0047, 0.6914, 0.3039]],
}


def lab(colour, matrix=None):
    """CIELAB (D65) of a colour, as seen through one of the matrices."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    if matrix is not None:
        linear = np.clip(np.array(matrix) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ linear / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", [None, *BLIND])
@pytest.mark.parametrize("palette", [OKABE_ITO, CURVES])
def test_any_two_categories_differ_for_every_eye(palette, eye):
    seen = [lab(colour, BLIND.get(eye)) for colour in palette]
    apart = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k]]
    assert min(apart) > 10  # 2.3 is just noticeable


@pytest.mark.parametrize("eye", [None, *BLIND])
def test_more_is_darker_for_every_eye(eye):
    lightness = [lab(RISING(value), BLIND.get(eye))[0] for value in np.linspace(0, 1, 20)]
    assert (np.diff(lightness) < 0.5).all()
    assert lightness[0] - lightness[-1] > 60


def test_the_lightest_value_and_every_curve_are_seen_on_white():
    assert contrast(RISING(0.0), "white") > 1.3
    assert all(contrast(colour, "white") > 1.9 for colour in CURVES)


def test_ink_is_legible_on_every_colour_in_use():
    faces = [*OKABE_ITO, *RISING(np.linspace(0, 1, 256)), *AROUND_ZERO(np.linspace(0, 1, 256))]
    assert min(contrast(ink_on(face), face) for face in faces) >= 4.5


def test_contrast_is_that_of_wcag():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert luminance("#ff0000") == pytest.approx(0.2126)


def test_sixty_four_groups_have_looks_of_their_own():
    styles = category_style(range(64))
    assert len(set(styles.values())) == 64
    first = list(styles.values())[:8]
    assert len({colour for colour, _ in first}) == len({marker for _, marker in first}) == 8


def test_every_marker_has_its_measures():
    assert set(MARKERS) == set(AREA) == set(CORNER) == set(ROOM)
    assert len(LINES) == len(CURVES)


def test_groups_are_ordered_if_they_can_be():
    assert list(category_style([2, 10, 1])) == [1, 2, 10]
    assert list(category_style(["b", 1, "a"])) == ["b", 1, "a"]


def test_scales():
    assert scale_of(np.array([2.0, 2.0]))[1](2.0) == 0.0  # one value: no division by zero
    cmap, norm = scale_of(np.array([1.0, 3.0]), from_zero=True)
    assert (cmap, norm.vmin, norm.vmax) == (RISING, 0.0, 3.0)
    cmap, norm = scale_of(np.array([-1.0, 3.0]))
    assert (cmap, norm.vmin, norm.vmax) == (AROUND_ZERO, -3.0, 3.0)
    cmap, norm = scale_of(np.array([-4.0, -1.0]), from_zero=True)
    assert (cmap, float(norm(-4.0)), float(norm(0.0))) == (AROUND_ZERO, 0.0, 0.5)


def test_numbers_are_short():
    values = (0.0, -0.0, 1.0, -16.0, 0.3333, 2.25, 123.456, 1234.5, 98765.0, 1e-9)
    want = ["0", "0", "1", "-16", "0.33", "2.25", "123", "1.2e+03", "9.9e+04", "1e-09"]
    assert [number(value) for value in values] == want


def test_arrays_come_from_anything_and_are_copies_of_nothing_hidden():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(to_array(x, "x"), [1, 2])
    np.testing.assert_array_equal(to_array([True, False], "x"), [1, 0])


def test_panels_must_be_as_many_as_axes():
    with pytest.raises(ValueError, match="ax must be 3 Axes for 3 panels, got 2"):
        axes_grid(axes_grid(None, 2), 3)
    panels = axes_grid(None, 5)
    assert panels.shape == (5,)
    assert axes_grid(panels, 5).tolist() == panels.tolist()


@pytest.mark.parametrize(
    ("graph", "sentence"),
    [
        (
            three_friends(),
            "A directed graph with 3 nodes and 4 edges: Ann → Bob, Ann → Cem, Bob → Cem, Cem → Ann.",
        ),
        (path_abcd(), "An undirected graph with 4 nodes and 3 edges: A – B, B – C, C – D."),
        (karate_club(), "An undirected graph with 34 nodes and 78 edges."),
        (Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=2), "A graph with 2 nodes and 0 edges."),
        (
            Graph(torch.tensor([[0], [0]]), num_nodes=3),
            "An undirected graph with 3 nodes and 1 edge: 0 – 0. 2 nodes have no edge.",
        ),
    ],
)
def test_a_graph_in_words(graph, sentence):
    assert describe_graph(graph) == sentence


@pytest.mark.slow
def test_training_loads_no_matplotlib():
    script = "import sys, gnn_lib.train; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
