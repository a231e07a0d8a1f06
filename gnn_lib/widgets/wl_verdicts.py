"""What a GIN, 3-WL and a plain search say of two graphs: the answers in the playground of wl.py."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.layers import GINConv
from gnn_lib.widgets.attempt import attempt
from gnn_lib.wl_higher import distinguish

_DEPTH, _WIDTH, _DRAWS = 6, 16, 3
_ROUNDING = 1e-4  # in float32, sums in another order differ by up to a hundred-thousandth


def gin_says(layer: Callable[..., Any] | None, both: Graph) -> tuple[str, str]:
    """A message about the learner's layer, and whether random networks of it tell two graphs apart.

    layer: a class, built as layer(in, hidden, out). both: the two graphs as one batch.
    """
    assert both.batch is not None
    share = 0.0
    for seed in range(_DRAWS):
        own = None if layer is None else _network(layer)
        x = torch.ones(both.num_nodes, 1)
        tried = attempt(own, _network(_gin), seed=seed, x=x, edge_index=both.edge_index)
        if tried.value is None:
            return tried.message, "no answer: your layer stopped."
        sums = tried.value.new_zeros(_DEPTH, 2, _WIDTH).index_add(1, both.batch, tried.value)
        apart, size = (sums[:, 0] - sums[:, 1]).abs().amax(1), sums.abs().amax((1, 2))
        share = max(share, float((apart / size.clamp(min=1e-30)).max()))
    if share > _ROUNDING:
        return tried.message, f"yes. Of {_DRAWS} draws, the sums of the rows differ by up to {share:.0%}."
    return tried.message, f"no. In {_DRAWS} draws and {_DEPTH} layers, the sums of the rows never differ."


def three_wl_says(first: Graph, second: Graph) -> str:
    if distinguish(first, second, 2, folklore=True):
        return "yes. (It colours pairs of nodes; counted the folklore way it is 2-WL.)"
    return "no. (It colours pairs of nodes; counted the folklore way it is 2-WL.)"


def truth_is(first: Graph, second: Graph) -> str:
    """Whether some renumbering of the nodes turns one graph into the other: slow in general, fast here."""
    if _isomorphic(first, second):
        return "they are one and the same graph, drawn twice. To tell them apart would be a mistake."
    return "they are different: no renumbering turns one into the other."


def _isomorphic(first: Graph, second: Graph) -> bool:
    import networkx as nx

    drawn = []
    for graph in (first, second):
        G = nx.MultiDiGraph()
        G.add_nodes_from(range(graph.num_nodes))
        G.add_edges_from(graph.edge_index.T.tolist())
        drawn.append(G)
    return bool(nx.is_isomorphic(*drawn))


def _gin(width_in: int, hidden: int, width_out: int) -> nn.Module:
    return GINConv(nn.Sequential(nn.Linear(width_in, hidden), nn.ReLU(), nn.Linear(hidden, width_out)))


def _network(layer: Callable[..., Any]) -> Callable[..., Tensor]:
    """Layers with random weights, one upon the other: x, edge_index -> what each says, [depth, N, width]."""

    def rows(x: Tensor, edge_index: Tensor) -> Tensor:
        heard = []
        for number in range(_DEPTH):
            x = F.leaky_relu(layer(x.size(1) if number else 1, _WIDTH, _WIDTH)(x, edge_index))
            heard.append(x)
        return torch.stack(heard)

    return update_wrapper(rows, layer)  # so that errors go by the layer's name
