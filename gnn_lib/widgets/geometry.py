"""Where the nodes and lines of a graph are in a picture of so many pixels: what paths.js says in JavaScript.

Points are (x, y), x to the right and y down, as on a screen. A way is a point at a distance of 1 from (0, 0).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gnn_lib.graph import Graph
from gnn_lib.plot.layout import data_per_point, node_diameter, positions
from gnn_lib.plot.style import Values

Point = tuple[float, float]
_WIDTH, _LEAST, _MOST = 560, 130, 380  # of a picture, in pixels
_PAD = 26.0  # air around the nodes, beside their radius: for loops, and for names below


def fit(
    graph: Graph, pos: Values | None = None, seed: int = 0, size: Point | None = None
) -> tuple[list[Point], float, Point]:
    """Where each node is drawn [N], the radius that a node may have, and the picture's width and height."""
    points = positions(graph, pos, seed) * [1.0, -1.0]
    across, up = np.ptp(points, axis=0) if len(points) else (1.0, 1.0)
    air = 2 * (_PAD + 24)
    height = float(np.clip((_WIDTH - air) * up / max(across, 1e-9) + air, _LEAST, _MOST))
    room = np.array(size or (_WIDTH, round(height)), dtype=np.float64)
    radius = round(min(node_diameter(points, room, 1.0, 0.5) / 2, 24.0), 1)
    unit = data_per_point(points, room, radius + _PAD)
    middle = (points.max(0) + points.min(0)) / 2 if len(points) else np.zeros(2)
    placed = (points - middle) / unit + room / 2
    return [(round(x, 1), round(y, 1)) for x, y in placed.tolist()], radius, (float(room[0]), float(room[1]))


def curve(p: Point, q: Point, rim_p: float, rim_q: float, bow: float, out: Point | None) -> list[Point]:
    """The corners of an edge's curve: start, one control point (a loop, which leads `out`: two), end."""
    if out is not None:
        a, b = _turned(out, -0.5), _turned(out, 0.5)
        reach = 2.4 * rim_p + 16 + abs(bow)
        one, two = _turned(out, -0.6), _turned(out, 0.6)
        return [_plus(p, a, rim_p), _plus(p, one, reach), _plus(p, two, reach), _plus(p, b, rim_p + 2)]
    x, y = towards(p, q)
    middle = _plus(((p[0] + q[0]) / 2, (p[1] + q[1]) / 2), (y, -x), 2 * bow)
    return [_plus(p, towards(p, middle), rim_p), middle, _plus(q, towards(q, middle), rim_q + 2)]


def path(corners: Sequence[Point], head: float) -> str:
    """The curve as the `d` of an SVG path, with the two strokes of an arrow's head that long, if any."""
    kind = "C" if len(corners) == 4 else "Q"
    line = f"M{_write(corners[0])} {kind}{' '.join(map(_write, corners[1:]))}"
    if not head:
        return line
    tip = corners[-1]
    x, y = towards(corners[-2], tip)
    back = _plus(tip, (x, y), -head)
    left, right = _plus(back, (y, -x), head / 2), _plus(back, (-y, x), head / 2)
    return f"{line} M{_write(left)} L{_write(tip)} L{_write(right)}"


def halfway(corners: Sequence[Point]) -> Point:
    """The middle of the curve (de Casteljau)."""
    while len(corners) > 1:
        pairs = pairwise(corners)
        corners = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs]
    return corners[0]


def ways_out(points: Sequence[Point], edges: Sequence[Sequence[float]]) -> list[Point]:
    """The free side of each node: away from its other edges, down if all sides are alike."""
    away = [(0.0, 0.0)] * len(points)
    for i, j in ((int(edge[0]), int(edge[1])) for edge in edges):
        if i != j:
            way = towards(points[i], points[j])
            away[i], away[j] = _plus(away[i], way, -1), _plus(away[j], way, 1)
    return [towards((0.0, 0.0), way) if math.hypot(*way) >= 0.01 else (0.0, 1.0) for way in away]


def wedge(radius: float, start: float, end: float) -> str:
    """A piece of a pie around (0, 0), from one share of the whole to another, clockwise from the top."""
    if end - start > 0.9999:
        half = f"A{radius:g},{radius:g} 0 1 1"
        return f"M0,{-radius:g} {half} 0,{radius:g} {half} 0,{-radius:g} Z"
    a, b = (_turned((0.0, -radius), 2 * math.pi * share) for share in (start, end))
    large = 1 if end - start > 0.5 else 0
    return f"M0,0 L{_write(a)} A{radius:g},{radius:g} 0 {large} 1 {_write(b)} Z"


def towards(start: Point, end: Point) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    return (dx / length, dy / length) if length else (0.0, -1.0)


def _plus(point: Point, way: Point, length: float) -> Point:
    return point[0] + length * way[0], point[1] + length * way[1]


def _turned(way: Point, angle: float) -> Point:
    c, s = math.cos(angle), math.sin(angle)
    return way[0] * c - way[1] * s, way[0] * s + way[1] * c


def _write(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
