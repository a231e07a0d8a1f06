"""Where the nodes go, and how large they can be."""

from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes

from gnn_lib.graph import Graph
from gnn_lib.plot.style import Floats, Values, figure_of, to_array

_LARGEST, _SMALLEST = 42.0, 3.0  # the diameter of a node, in points
_SMALL_GRAPH = 150  # up to here, layouts may compare every two nodes at leisure


def axes_size(ax: Axes) -> Floats:
    """Width and height of the axes in points, once titles and colour bars have taken their space."""
    figure = ax.figure
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure_of(ax, root=True))
    box = ax.get_window_extent()
    return np.array([box.width, box.height]) * 72 / figure.dpi


def positions(graph: Graph, pos: Values | None, seed: int) -> Floats:
    """[N, 2]: `pos` if given, else the graph's own, else a spring layout, the same for the same seed."""
    pos = graph.pos if pos is None else pos
    if pos is None:
        return spring_layout(graph, seed)
    points = to_array(pos, "pos")
    if points.shape != (graph.num_nodes, 2):
        raise ValueError(f"pos must be [N, 2], so [{graph.num_nodes}, 2], got {list(points.shape)}.")
    return points


def spring_layout(graph: Graph, seed: int = 0) -> Floats:
    """[N, 2]: nodes joined by springs, in a picture of 3 to 2, with the long side across.

    Small graphs: a spring between every two nodes, as long as the way between them (Kamada-Kawai; it
    needs no luck, so `seed` plays no part). Larger ones: springs on the edges, and all nodes push each
    other away, from a start drawn with `seed` (Fruchterman-Reingold).
    """
    import networkx as nx

    N = graph.num_nodes
    if N < 3:
        return np.array([[float(node), 0.0] for node in range(N)]).reshape(N, 2)
    edges = torch.unique(graph.edge_index.sort(dim=0).values, dim=1).t().tolist()
    G: nx.Graph[int] = nx.Graph()
    G.add_nodes_from(range(N))
    G.add_edges_from(edges)
    placed = _by_distance(G) if N <= _SMALL_GRAPH else nx.spring_layout(G, seed=seed, iterations=100)
    points = np.array([placed[node] for node in range(N)], dtype=np.float64)
    points -= points.mean(0)
    turned = points @ np.linalg.svd(points, full_matrices=False)[2].T
    return _push_apart(turned / np.maximum(np.ptp(turned, axis=0), 1e-9) * [1.5, 1.0])


def _by_distance(G: Any) -> Any:
    """Kamada-Kawai, with components a little further apart than anything within one."""
    import networkx as nx

    ways = dict(nx.all_pairs_shortest_path_length(G))
    far = max(hops for way in ways.values() for hops in way.values()) + 2
    return nx.kamada_kawai_layout(G, {i: {j: ways[i].get(j, far) for j in G} for i in G})


def _push_apart(points: Floats) -> Floats:
    """Points that are too close for their number move away from each other, a little at a time."""
    least = 0.5 / len(points) ** 0.5
    for _ in range(50 if len(points) <= _SMALL_GRAPH else 0):
        gap = points[:, None] - points
        distance = np.linalg.norm(gap, axis=2, keepdims=True)
        lack = np.clip(least - distance, 0, None)
        points = points + (gap / np.maximum(distance, 1e-9) * lack / 2).sum(1)
    return points


def figure_height(points: Floats, air: float, width: float = 6.0, least: float = 1.6) -> float:
    """Inches: as high as the layout wants to be, from a strip to 2/3 of the width."""
    across, up = np.ptp(points, axis=0) if len(points) else (1.0, 1.0)
    pad = 2 * air / 72
    return float(np.clip((width - pad) * up / max(across, 1e-9) + pad, least, width * 2 / 3))


def node_diameter(points: Floats, size: Floats, air: float, share: float) -> float:
    """In points: as large as nodes can be, if a frame leaves `air` diameters around them.

    share: how much of the way to the nearest other node a node may take up.
    """
    N = max(len(points), 1)
    crowded = float(np.clip(0.36 * size.min() / N**0.5, _SMALLEST, _LARGEST))
    if not 2 <= N <= _SMALL_GRAPH:
        return crowded
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(1)
    for diameter in np.arange(_LARGEST, _SMALLEST, -1):
        ways = nearest / data_per_point(points, size, air * diameter + 10)
        # An even layout gives every node all the space there is; in others, few may touch, and none hides.
        room = share * np.median(ways), 0.95 * np.quantile(ways, 0.05), crowded
        if diameter <= max(share * ways.min(), min(room)):
            return float(diameter)
    return _SMALLEST


def data_per_point(points: Floats, size: Floats, pad: float) -> float:
    """How many data units a point is, if the layout is to fit with `pad` points of air around it."""
    span = np.ptp(points, axis=0) if len(points) else np.zeros(2)
    room = np.maximum(size - 2 * pad, 0.2 * size.min())
    return float((span / room).max()) or 1 / float(size.min())


def frame(ax: Axes, points: Floats, pad: float) -> float:
    """Give every node `pad` points of air, and units that are as long up as across. Returns their size."""
    size = axes_size(ax)
    unit = data_per_point(points, size, pad)
    middle = (points.max(0) + points.min(0)) / 2 if len(points) else np.zeros(2)
    low, high = middle - unit * size / 2, middle + unit * size / 2
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
    return unit
