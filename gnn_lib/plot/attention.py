"""What a node attends to: one picture for each head, on edges or as a matrix, all on one scale."""

from typing import Any, Literal

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import NDArray
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.graph import draw_graph
from gnn_lib.plot.matrix import draw_matrix
from gnn_lib.plot.style import FONT, Floats, Values, axes_grid, to_array
from gnn_lib.validate import check_choice


def draw_attention(
    graph: Graph,
    attention: Values,
    *,
    edge_index: Tensor | None = None,
    kind: Literal["edges", "matrix"] = "edges",
    ax: Any = None,
) -> NDArray[Any]:
    """Attention [E] or [E, H], one panel for each of the H heads; returns the H Axes.

    edge_index: the edges that the attention belongs to, if they are not the graph's own (a layer that
    adds self-loops returns them beside it).
    kind: "edges" draws the weights on the arrows, "matrix" the source in the row and the target, which
    attends, in the column: each column sums to 1.
    """
    check_choice(kind, ("edges", "matrix"), "kind")
    if edge_index is not None:
        graph = Graph(edge_index, pos=graph.pos, names=graph.names, num_nodes=graph.num_nodes)
    heads = _heads(attention, graph.num_edges)
    darkest = (0.0, float(heads.max(initial=0)) or 1.0)  # one scale, so that heads can be compared
    axes = axes_grid(ax, heads.shape[1], width=3.6 if heads.shape[1] > 1 else 5.0, height=3.4, columns=3)
    for panel in axes if kind == "edges" else ():
        panel.set_axis_off()
    for head, panel in enumerate(axes):
        if len(axes) > 1:
            panel.set_title(f"head {head}", fontsize=FONT)
        if kind == "edges":
            draw_graph(graph, edge_values=heads[:, head], edge_range=darkest, directed=True, ax=panel)
        else:
            _draw_as_matrix(graph, heads[:, head], darkest, panel)
    return axes


def _heads(attention: Values, num_edges: int) -> Floats:
    heads = to_array(attention, "attention")
    heads = heads[:, None] if heads.ndim == 1 else heads
    if heads.ndim != 2 or len(heads) != num_edges or heads.shape[1] == 0:
        raise ValueError(
            f"attention must be [E] or [E, H] for E = {num_edges} edges, got {list(np.shape(attention))}. "
            "A layer that adds self-loops returns its own edges: pass them as edge_index."
        )
    if (heads < 0).any():
        raise ValueError(f"attention can't be negative, got {heads.min()}: pass it after the softmax.")
    return heads


def _draw_as_matrix(graph: Graph, weights: Floats, limits: tuple[float, float], ax: Axes) -> None:
    names = node_names(graph)
    edges = graph.edge_index.cpu()
    dense = to_dense(Graph(edges, edge_weight=torch.from_numpy(weights), num_nodes=graph.num_nodes))
    draw_matrix(dense, rows=names, columns=names, value_range=limits, ax=ax)
    ax.set_ylabel("from", fontsize=FONT)
    ax.set_xlabel("to (attends)", fontsize=FONT)
