"""How nodes look: the colour of a value, the colour and shape of a group."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes

from gnn_lib.graph import Graph
from gnn_lib.plot.style import (
    AREA,
    CORNER,
    LINE,
    NEUTRAL,
    ROOM,
    Floats,
    Scale,
    Styles,
    Values,
    category_style,
    scale_of,
    to_list,
    to_row,
)

_HIGHLIGHT = "#D55E00"


class NodeLook(NamedTuple):
    """A face colour and a marker for each node, and what a colour bar or a legend needs."""

    faces: list[Any]
    markers: list[Any]
    numbers: Floats | None = None
    scale: Scale | None = None
    styles: Styles | None = None


def node_look(
    graph: Graph,
    values: Values | None,
    value_range: tuple[float, float] | None,
    groups: Any,
    all_groups: Iterable[Any] | None,
) -> NodeLook:
    """Colours for values [N], or colours and shapes for groups [N], or the same plain look for all."""
    N = graph.num_nodes
    if values is not None and groups is not None:
        raise ValueError("values and groups both colour the nodes: pass one, and draw a second picture.")
    if values is not None:
        numbers = to_row(values, N, "values", "node")
        cmap, norm = scale = scale_of(numbers, value_range)
        return NodeLook(list(cmap(norm(numbers))), ["o"] * N, numbers, scale)
    if groups is not None:
        members = to_list(groups, N, "groups", "node")
        styles = category_style([*members, *(all_groups or ())])
        faces, markers = zip(*(styles[one] for one in members), strict=True) if members else ((), ())
        return NodeLook(list(faces), list(markers), styles=styles)
    return NodeLook([NEUTRAL] * N, ["o"] * N)


def rims(look: NodeLook, diameter: float) -> Floats:
    """How far from its middle each node ends, in points: where arrows stop. [N]."""
    return diameter / 2 * np.array([CORNER[marker] for marker in look.markers]) + 1


def rooms(look: NodeLook, diameter: float) -> list[float]:
    """How much space for words there is in each node, in points across. [N]."""
    return [diameter * ROOM[marker] for marker in look.markers]


def draw_nodes(ax: Axes, points: Floats, look: NodeLook, diameter: float, ringed: list[int]) -> None:
    """One scatter for each marker; a thick ring around the nodes that are highlighted."""
    outline = float(np.clip(diameter / 18, 0.4, 1.5))
    for marker in dict.fromkeys(look.markers):
        which = [node for node, its in enumerate(look.markers) if its == marker]
        x, y = points[which].T
        ax.scatter(
            x, y, AREA[marker] * diameter**2, [look.faces[node] for node in which],
            marker=marker, edgecolors=LINE, linewidths=outline, zorder=2,
        )
    if ringed:
        x, y = points[ringed].T
        ax.scatter(x, y, (diameter + 5) ** 2, "none", edgecolors=_HIGHLIGHT, linewidths=3, zorder=3)
