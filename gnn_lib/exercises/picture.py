"""The graph of a failing case as a small SVG, with a text alternative. Quick: no plotting library."""

import math
from dataclasses import dataclass
from html import escape

from torch import Tensor

from gnn_lib.describe import describe_graph
from gnn_lib.exercises.verdict import Example
from gnn_lib.graph import Graph

_MOST_NODES, _MOST_EDGES = 10, 30
_HEIGHT = 14.0  # half of a node's
_LOOP = 34.0  # how far a loop reaches beyond its node
_BEND = 8.0  # how far two arrows between the same nodes make way for each other


def picture_of(example: Example) -> str:
    """An <svg>, or nothing where the case has no graph or one too large to look at."""
    graph = graph_of(example)
    if graph is None or not 0 < graph.num_nodes <= _MOST_NODES or graph.num_edges > _MOST_EDGES:
        return ""
    nodes = _nodes(graph)
    pairs = [(int(i), int(j)) for i, j in graph.edge_index.T.tolist()]
    counts = {pair: pairs.count(pair) for pair in pairs}
    lines = "".join(_edge(nodes[i], nodes[j], (j, i) in counts, count) for (i, j), count in counts.items())
    left, top, width, height = _frame(nodes, [nodes[i] for i, j in counts if i == j])
    words = escape(describe_graph(graph), quote=True)
    return (
        f'<svg role="img" aria-label="{words}" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{left:.0f} {top:.0f} {width:.0f} {height:.0f}" fill="none" '
        f'stroke="currentColor" stroke-width="1.5" font-family="sans-serif"><title>{words}</title>'
        f"{lines}{''.join(node.svg() for node in nodes)}</svg>"
    )


def graph_of(example: Example) -> Graph | None:
    """The graph among the inputs: an edge list, or a square matrix called A."""
    edge_index, count = example.inputs.get("edge_index"), _node_count(example)
    A = example.inputs.get("A")
    if isinstance(A, Tensor) and A.dim() == 2 and A.size(0) == A.size(1):
        edge_index, count = A.nonzero().T, A.size(0)
    if not isinstance(edge_index, Tensor) or edge_index.shape[:-1] != (2,) or count is None:
        return None
    if edge_index.is_floating_point() or edge_index.is_complex():
        return None
    if edge_index.numel() and not 0 <= int(edge_index.min()) <= int(edge_index.max()) < count:
        return None
    names = example.names if example.names and len(example.names) == count else None
    return Graph(edge_index.long(), num_nodes=count, names=names)


def _node_count(example: Example) -> int | None:
    count, x = example.inputs.get("num_nodes"), example.inputs.get("x")
    if isinstance(count, int):
        return count
    if isinstance(x, Tensor) and x.dim():
        return x.size(0)
    edge_index = example.inputs.get("edge_index")
    return int(edge_index.max()) + 1 if isinstance(edge_index, Tensor) and edge_index.numel() else None


@dataclass(frozen=True)
class _Node:
    x: float
    y: float
    name: str

    @property
    def up(self) -> float:
        """Which way is out of the picture: a loop goes there."""
        return -1.0 if self.y <= 0 else 1.0

    @property
    def width(self) -> float:
        """Half of it: room for the name."""
        return max(_HEIGHT, 3.7 * len(self.name) + 7)

    def edge_towards(self, x: float, y: float, gap: float = 0.0) -> tuple[float, float]:
        """Where a line from the middle towards (x, y) leaves the node: a box with round ends."""
        dx, dy = _unit(x - self.x, y - self.y)
        straight = self.width - _HEIGHT  # from the middle to where a round end begins
        if abs(dy) * straight >= abs(dx) * _HEIGHT:
            length = _HEIGHT / abs(dy)
        else:  # on the circle around (straight, 0)
            along = abs(dx) * straight
            length = along + math.sqrt(along**2 - straight**2 + _HEIGHT**2)
        return self.x + (length + gap) * dx, self.y + (length + gap) * dy

    def svg(self) -> str:
        return (
            f'<rect x="{self.x - self.width:.1f}" y="{self.y - _HEIGHT:.1f}" width="{2 * self.width:.1f}" '
            f'height="{2 * _HEIGHT:.1f}" rx="{_HEIGHT:.1f}" fill="currentColor" fill-opacity=".08"/>'
            + _text(self.x, self.y, self.name, 12)
        )


def _frame(nodes: list[_Node], looped: list[_Node]) -> tuple[float, float, float, float]:
    """Left, top, width and height of all that is drawn."""
    corners = [(node.x + way * node.width, node.y + way * _HEIGHT) for node in nodes for way in (-1, 1)]
    corners += [(node.x + 36, node.y + node.up * (_HEIGHT + _LOOP)) for node in looped]  # with its number
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs) - 4, min(ys) - 4, max(xs) - min(xs) + 8, max(ys) - min(ys) + 8


def _nodes(graph: Graph) -> list[_Node]:
    """Around a circle, wide enough for their names; the first one on top, or two side by side."""
    names = graph.names or tuple(map(str, range(graph.num_nodes)))
    count = len(names)
    most = 10 if count <= 6 else 4
    names = tuple(name if len(name) <= most else name[: most - 1] + "…" for name in names)
    widest = max(_Node(0, 0, name).width for name in names)
    # Room between neighbours, and for an arrow that passes a node on its inner side.
    radius = max(50.0, (_HEIGHT + widest + 24) / 2 / math.sin(math.pi / count)) if count > 1 else 0.0
    if count == 2:
        radius = widest + 30
    elif count > 4:
        radius = max(radius, (widest + _BEND + 6) / (1 - math.cos(2 * math.pi / count)))
    start = math.pi if count == 2 else -math.pi / 2
    turns = [start + 2 * math.pi * place / count for place in range(count)]
    return [
        _Node(radius * math.cos(turn), radius * math.sin(turn), name)
        for turn, name in zip(turns, names, strict=True)
    ]


def _edge(start: _Node, end: _Node, both_ways: bool, count: int) -> str:
    """An arrow; bent aside where there is one the other way, and with a number where it comes twice."""
    if start is end:
        return _loop(end, count)
    dx, dy = _unit(end.x - start.x, end.y - start.y)
    bend = _BEND if both_ways else 0.0
    middle = (start.x + end.x) / 2 - bend * dy, (start.y + end.y) / 2 + bend * dx
    a, b = start.edge_towards(*middle), end.edge_towards(*middle, gap=1.5)
    control = 2 * middle[0] - (a[0] + b[0]) / 2, 2 * middle[1] - (a[1] + b[1]) / 2
    # Its number stands beside it, before the middle: there, another node may be near.
    side = 1.0 if both_ways or middle[0] * dy > middle[1] * dx else -1.0
    x, y = (0.65 * s + 0.35 * e for s, e in ((start.x, end.x), (start.y, end.y)))
    label = x - (9 + bend) * side * dy, y + (9 + bend) * side * dx
    return f'<path d="M{_xy(a)} Q{_xy(control)} {_xy(b)}"/>{_head(control, b)}{_times(*label, count)}'


def _loop(node: _Node, count: int) -> str:
    """Out of the picture, above or below its node."""
    foot, far = node.y + node.up * (_HEIGHT - 1), node.y + node.up * (_HEIGHT + 1.25 * _LOOP)
    a, b = (node.x - 6, foot), (node.x + 6, foot + node.up * 2)
    c, d = (node.x - 22, far), (node.x + 22, far)
    label = node.x + 24, node.y + node.up * (_HEIGHT + 0.6 * _LOOP)
    return f'<path d="M{_xy(a)} C{_xy(c)} {_xy(d)} {_xy(b)}"/>{_head(d, b)}{_times(*label, count)}'


def _head(origin: tuple[float, float], tip: tuple[float, float]) -> str:
    dx, dy = _unit(tip[0] - origin[0], tip[1] - origin[1])
    back = tip[0] - 9 * dx, tip[1] - 9 * dy
    left, right = (back[0] - 4 * dy, back[1] + 4 * dx), (back[0] + 4 * dy, back[1] - 4 * dx)
    return f'<polygon points="{_xy(tip)} {_xy(left)} {_xy(right)}" fill="currentColor" stroke="none"/>'


def _times(x: float, y: float, count: int) -> str:
    return "" if count == 1 else _text(x, y, f"×{count}", 11)


def _text(x: float, y: float, words: str, size: int) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" dominant-baseline="central" '
        f'font-size="{size}" fill="currentColor" stroke="none">{escape(words)}</text>'
    )


def _unit(dx: float, dy: float) -> tuple[float, float]:
    length = math.hypot(dx, dy) or 1.0
    return dx / length, dy / length


def _xy(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
