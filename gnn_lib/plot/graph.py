"""A graph as a picture: nodes with their names and values, edges with their direction."""

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes

from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.edges import draw_edges, edge_look, loop_air
from gnn_lib.plot.labels import letter, write
from gnn_lib.plot.layout import axes_size, figure_height, frame, node_diameter, positions
from gnn_lib.plot.nodes import draw_nodes, node_look, rims, rooms
from gnn_lib.plot.style import Values, colour_bar, draw_legend, new_axes


def draw_graph(
    graph: Graph,
    *,
    values: Values | None = None,
    value_range: tuple[float, float] | None = None,
    groups: Any = None,
    all_groups: Iterable[Any] | None = None,
    labels: Any = True,
    highlight: int | str | Iterable[int | str] = (),
    edge_values: Values | None = None,
    edge_range: tuple[float, float] | None = None,
    directed: bool | None = None,
    pos: Values | None = None,
    node_size: float | None = None,
    legend: bool = True,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the graph; returns the Axes. `describe_graph` says the same in words.

    values [N]: a number for each node, shown as its colour (darker is more; below zero purple, above
    orange) and written in it where all fit. groups [N]: a category for each (a class, a community),
    shown as a colour and a shape, with a legend. One or the other.
    labels: True for names (or ids), False for none, or your own [N].
    highlight: ids or names of nodes to ring.
    edge_values [E]: weights or attention, as width, colour and (up to 30) numbers.
    value_range, edge_range (low, high) and all_groups fix what the colours mean, so that a row of
    pictures can be compared; None: this picture's own.
    directed: draw arrows; None: unless every edge has its reverse.
    pos [N, 2]: else the graph's own, else a spring layout, the same for the same `seed`.
    node_size: the diameter in points; None: as large as fits.

    >>> import torch
    >>> ax = draw_graph(Graph(torch.tensor([[0, 1], [1, 2]])), values=[0.5, 2.0, 1.0], highlight=1)
    """
    look = node_look(graph, values, value_range, groups, all_groups)
    edges = edge_look(graph, edge_values, edge_range, directed)
    ringed = _find(highlight, graph)
    points, air = positions(graph, pos, seed), 0.5 + loop_air(graph)
    ax = new_axes(ax, height=figure_height(points, 40 * air))
    ax.set_axis_off()
    if look.styles is not None and legend:
        draw_legend(ax, look.styles)
    if edges.scale is not None and not edges.written:
        colour_bar(ax, *edges.scale, label="edges")
    share = 0.55 if edge_values is None else 0.4
    diameter = node_size or node_diameter(points, axes_size(ax), air, share)
    words = letter(graph, labels, look.numbers, rooms(look, diameter))
    if look.scale is not None and not words.with_numbers:
        colour_bar(ax, *look.scale)  # which takes space from the nodes
        diameter = node_size or node_diameter(points, axes_size(ax), air, share)
        words = letter(graph, labels, None, rooms(look, diameter))
    unit = frame(ax, points, air * diameter + 10)
    draw_edges(ax, points, edges, rims(look, diameter), unit)
    draw_nodes(ax, points, look, diameter, ringed)
    write(ax, points, words, look.faces, diameter)
    return ax


def _find(highlight: int | str | Iterable[int | str], graph: Graph) -> list[int]:
    """Ids or names -> ids."""
    wanted = [highlight] if isinstance(highlight, str | int) else list(highlight)
    names, found = node_names(graph), []
    for node in wanted:
        if isinstance(node, str) and node in names:
            found.append(names.index(node))
        elif not isinstance(node, str) and 0 <= int(node) < graph.num_nodes:
            found.append(int(node))
        else:
            known = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
            raise ValueError(
                f"highlight: there is no node {node!r}. Pass ids below {graph.num_nodes} or names ({known})."
            )
    return found
