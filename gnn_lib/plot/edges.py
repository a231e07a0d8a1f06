"""Edges in a picture: lines, arrows that stop at the node, arcs where there are several, loops."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import FancyArrowPatch
from matplotlib.path import Path

from gnn_lib.edges import is_undirected
from gnn_lib.graph import Graph
from gnn_lib.plot.style import FAINT, LINE, SMALL, Floats, Scale, Values, number, scale_of, to_row

_MOST_NUMBERS = 30
_APART = 16.0  # points between two edges that join the same nodes
_LOOP_HALF_ANGLE, _LOOP_REACH = 0.6, 3.1  # a loop's opening in radians, its reach in node radii


class Route(NamedTuple):
    """One drawn edge: its place in the list of edges, its ends, and how far it bows out, in points."""

    edge: int
    source: int
    target: int
    bow: float


def plan(sources: list[int], targets: list[int], directed: bool) -> list[Route]:
    """How to draw each edge so that none hides another.

    Directed: all of them, bowed out to their left where several join the same two nodes. Undirected:
    one line for the two directions.
    """
    pairs = list(zip(sources, targets, strict=True))
    if not directed:
        first = {tuple(sorted(pair)): edge for edge, pair in reversed(list(enumerate(pairs)))}
        return [Route(edge, *pairs[edge], 0.0) for edge in sorted(first.values())]
    copies, drawn = Counter(pairs), Counter[tuple[int, int]]()
    routes = []
    for edge, (i, j) in enumerate(pairs):
        # Where edges come back the other way, these keep to their own side of the middle.
        start = 0.0 if i == j else 0.5 if copies[j, i] else -0.5 * (copies[i, j] - 1)
        routes.append(Route(edge, i, j, _APART * (start + drawn[i, j])))
        drawn[i, j] += 1
    return routes


class EdgeLook(NamedTuple):
    """What to draw: the routes, a colour and a width [E] for each edge (1 is usual), and the numbers."""

    routes: list[Route]
    directed: bool
    colours: list[Any]
    widths: Floats
    numbers: Floats | None = None
    scale: Scale | None = None

    @property
    def written(self) -> bool:
        """Whether each edge has its number beside it; if not, a colour bar must do."""
        return self.numbers is not None and len(self.routes) <= _MOST_NUMBERS


def loop_air(graph: Graph) -> float:
    """How far edges reach beyond the nodes, in diameters: nothing to speak of, unless there are loops."""
    sources, targets = graph.edge_index
    loops = sources[sources == targets]
    return 0.92 + 0.48 * (int(torch.bincount(loops).max()) - 1) if loops.numel() else 0.0


def edge_look(
    graph: Graph, edge_values: Values | None, edge_range: tuple[float, float] | None, directed: bool | None
) -> EdgeLook:
    """Colour and width from the values [E]; arrows unless every edge has its reverse, with the same value."""
    E = graph.num_edges
    numbers = None if edge_values is None else to_row(edge_values, E, "edge_values", "edge")
    if directed is None:
        weight = None if numbers is None else torch.from_numpy(numbers).to(graph.device)
        directed = not is_undirected(Graph(graph.edge_index, edge_weight=weight, num_nodes=graph.num_nodes))
    sources, targets = graph.edge_index.tolist()
    routes = plan(sources, targets, directed)
    if numbers is None:
        return EdgeLook(routes, directed, [LINE] * E, np.ones(E))
    cmap, norm = scale = scale_of(numbers, edge_range, from_zero=True)
    share = np.abs(numbers) / max(abs(norm.vmin or 0.0), abs(norm.vmax or 0.0))
    widths = 0.6 + 2.4 * np.clip(share, 0, 1)
    return EdgeLook(routes, directed, list(cmap(norm(numbers))), widths, numbers, scale)


def draw_edges(ax: Axes, points: Floats, look: EdgeLook, radii: Floats, unit: float) -> None:
    """Lines, or arrows to the rims of the nodes (radii [N], in points); `unit` is data units per point."""
    widths = look.widths * np.clip(radii.max(initial=1) / 11, 0.4, 1.5)
    if not look.directed:
        _draw_lines(ax, points, look.routes, look.colours, widths)
    for route in look.routes:
        loop = route.source == route.target
        angle = _free_angle(points, route.source, look.routes) if loop else 0.0
        if look.directed or loop:
            ink = look.colours[route.edge], widths[route.edge]
            _draw_arrow(ax, points, route, radii, *ink, angle, unit, look.directed)
        if look.numbers is not None and look.written:
            _write_number(ax, points, route, look.numbers[route.edge], radii[route.source], angle, unit)


def _draw_lines(ax: Axes, points: Floats, routes: list[Route], colours: list[Any], widths: Floats) -> None:
    """Straight lines, under the nodes."""
    straight = [route for route in routes if route.source != route.target]
    segments = [points[[route.source, route.target]] for route in straight]
    kept = [route.edge for route in straight]
    ink = [colours[k] for k in kept]
    lines = LineCollection(segments, linewidths=list(widths[kept]), colors=ink, zorder=1)
    ax.add_collection(lines, autolim=False)


def _draw_arrow(
    ax: Axes, points: Floats, route: Route, radii: Floats, colour: Any, width: float, loop_angle: float,
    unit: float, head: bool = True,
) -> None:
    """An arrow source -> target that ends at the rim of the target, so that its head shows."""
    loop = route.source == route.target
    bend = _loop(loop_angle, route.bow) if loop else f"arc3,rad={_bend(points, route, unit)}"
    arrow = ax.add_patch(FancyArrowPatch(
        tuple(points[route.source]), tuple(points[route.target]),
        arrowstyle="-|>" if head else "-", connectionstyle=bend, color=colour, linewidth=width,
        mutation_scale=float(np.clip(0.8 * radii[route.target], 5, 15) + 1.5 * width),
        shrinkA=radii[route.source], shrinkB=radii[route.target] + (0.5 if head else 0),
        joinstyle="miter", capstyle="butt", zorder=1, clip_on=False,
    ))
    arrow.set_in_layout(False)  # the frame has left space for it already


def _bend(points: Floats, route: Route, unit: float) -> float:
    """Matplotlib's `rad` for an arc whose middle lies `bow` points off the straight line."""
    length = max(float(np.linalg.norm(points[route.target] - points[route.source])) / unit, 1.0)
    bow = route.bow * np.clip(0.13 * length / _APART, 1, 2)  # a long edge may swing out further
    return float(-2 * bow / length)


def _loop(angle: float, bow: float) -> Any:
    """A connection style that leaves a node and comes back to it, on the side of `angle`."""

    def connect(start: Any, end: Any, shrinkA: float = 2, shrinkB: float = 2, **_: Any) -> Path:
        reach = _loop_reach(shrinkA, bow)

        def at(turn: float, distance: float) -> Any:
            return np.asarray(start) + distance * np.array([np.cos(angle + turn), np.sin(angle + turn)])

        half = _LOOP_HALF_ANGLE
        corners = [at(half, shrinkA), at(half, reach), at(-half, reach), at(-half, shrinkB)]
        return Path(corners, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])

    return connect


def _loop_reach(radius: float, bow: float) -> float:
    """How far the control points of a loop are from its node; further for each copy."""
    return max(radius, 4) * _LOOP_REACH * (1 + 0.5 * bow / _APART)


def _free_angle(points: Floats, node: int, routes: list[Route]) -> float:
    """The middle of the widest gap between a node's edges: where a loop is in nobody's way."""
    others = {j for _, i, j, _ in routes if i == node} | {i for _, i, j, _ in routes if j == node}
    ways = points[sorted(others - {node})] - points[node]
    angles = np.sort(np.arctan2(ways[:, 1], ways[:, 0]))
    if not len(angles):
        return float(np.pi / 2)
    gaps = np.diff(np.append(angles, angles[0] + 2 * np.pi))
    widest = int(gaps.argmax())
    return float(angles[widest] + gaps[widest] / 2)


def _write_number(
    ax: Axes, points: Floats, route: Route, value: float, radius: float, loop_angle: float, unit: float
) -> None:
    """The value of an edge at (or, on an arc, past) the middle of its line, on a patch of paper."""
    paper = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": FAINT, "linewidth": 0.5}
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL, "color": "black"}
    style |= {"zorder": 4, "bbox": paper, "in_layout": False}
    start, end = points[route.source], points[route.target]
    if route.source == route.target:
        # The top of a cubic curve lies three quarters of the way to its control points.
        far = 0.75 * _loop_reach(radius, route.bow) * np.cos(_LOOP_HALF_ANGLE) + 0.25 * radius
        offset = far * np.array([np.cos(loop_angle), np.sin(loop_angle)])
        ax.annotate(number(value), start, offset, textcoords="offset points", **style)
        return
    dx, dy = end - start
    corner = (start + end) / 2 + _bend(points, route, unit) * np.array([dy, -dx])
    # On an arc nearer to the target: so two that run in opposite directions don't meet.
    t = 0.6 if route.bow else 0.5
    x, y = (1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end
    ax.text(x, y, number(value), **style)
