"""How alike have the nodes become? Two numbers that fall as a network smooths too much.

Each layer of message passing mixes a node with its neighbours. After many, all nodes of a component
say the same, up to their degree, and no classifier can tell them apart. Two ways to watch it happen:

- Dirichlet energy: how much features differ along edges. It sees length, so it falls to zero also
  when all features shrink.
- Mean average distance (MAD): the angle between features, whatever their length.

Both are made of differences, never of a large number minus another, so they stay exact down to where
the plot of a hundred layers ends. Both take a `Graph`, whose batch is respected, or an edge_index.
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.validate import check_choice, check_edge_index, check_features, check_rows, check_same_device

_PIECE = 2**16  # edges whose differences are held at a time


def dirichlet_energy(x: Tensor, edges: Graph | Tensor, normalised: bool = True) -> Tensor:
    """½ sum over i -> j of w_ij ‖ x_i / √(1 + d_i) - x_j / √(1 + d_j) ‖², or without the roots.

    x [N, ...]; the result is one number, or [G] for a batch. d_i is the mean of in- and out-degree,
    weighted where the graph has weights. An undirected edge, which is listed both ways, counts once;
    a one-way edge counts half. So the energy is tr(xᵀ L x) with A read as (A + Aᵀ) / 2:

    normalised: L = I - D̃^-1/2 (A + I) D̃^-1/2 with D̃ = D + I, the energy of Cai and Wang (2020), which
    is zero for features proportional to √(1 + d): the limit of a deep GCN. Otherwise L = D - A, zero for
    constant features; 2 / N of it is the energy of Rusch, Bronstein and Mishra (2023).

    >>> pair = torch.tensor([[0, 1], [1, 0]])
    >>> dirichlet_energy(torch.tensor([[1.0], [3.0]]), pair, normalised=False)
    tensor(4.)
    """
    graph, x = _read(x, edges)
    weight = x.new_ones(graph.num_edges) if graph.edge_weight is None else graph.edge_weight.to(x.dtype)
    if normalised:
        degree = _sum(torch.cat([weight, weight]) / 2, graph.edge_index.flatten(), graph.num_nodes)
        x = x / (1 + degree).sqrt()[:, None]
    return _by_graph(graph, weight * _half_squares(x, graph.edge_index), graph.edge_index[1])


def mean_average_distance(
    x: Tensor, edges: Graph | Tensor, pairs: Literal["neighbours", "all"] = "neighbours"
) -> Tensor:
    """MAD: the mean over nodes of their mean distance 1 - cos(x_i, x_j) to others (Chen et al., 2020).

    x [N, ...]; the result is one number from 0 to 2, or [G] for a batch. pairs: "neighbours" compares
    each node with its inbox (nodes that hear nobody but themselves are left out); "all" with every
    other node of its graph. With no pair to compare it is 0.

    A zero vector has no direction: its distance is 0 to another zero vector, and 1 to anything else.
    Pairs at distance 0 count (the paper leaves them out of its means, and so misses half a collapse).

    >>> right_angle = torch.tensor([[5.0, 0.0], [0.0, 0.1], [0.0, 7.0]])
    >>> mean_average_distance(right_angle, torch.tensor([[0, 1], [1, 2]]))
    tensor(0.5000)
    """
    check_choice(pairs, ("neighbours", "all"), "pairs")
    graph, x = _read(x, edges)
    units = _directions(x)
    return _mad_of_all(units, graph) if pairs == "all" else _mad_of_neighbours(units, graph)


def _mad_of_neighbours(units: Tensor, graph: Graph) -> Tensor:
    nodes = torch.arange(graph.num_nodes, device=units.device)
    links = graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]]
    heard = _sum(units.new_ones(links.size(1)), links[1], graph.num_nodes)
    distance = _sum(_half_squares(units, links), links[1], graph.num_nodes) / heard.clamp(min=1)
    listeners = _by_graph(graph, (heard > 0).to(units.dtype), nodes)
    return _by_graph(graph, distance, nodes) / listeners.clamp(min=1)


def _mad_of_all(units: Tensor, graph: Graph) -> Tensor:
    """The mean of ½ ‖u_i - u_j‖² over pairs is the variance of u: no need to visit the pairs."""
    nodes = torch.arange(graph.num_nodes, device=units.device)
    owner = _owner(graph)
    size = owner.bincount(minlength=graph.num_graphs)[owner]  # of the graph that a node belongs to
    mean = _sum(units / size[:, None], owner, graph.num_graphs)
    return _by_graph(graph, (units - mean[owner]).square().sum(1) / (size - 1).clamp(min=1), nodes)


def _read(x: Tensor, edges: Graph | Tensor) -> tuple[Graph, Tensor]:
    """The graph, and x as [N, F]."""
    if not isinstance(edges, Graph):
        num_nodes = check_rows(x, len(x), "x", "node").size(0)
        edges = Graph(check_edge_index(edges, num_nodes, "edges"), num_nodes=num_nodes)
    check_features(x, edges.num_nodes)
    check_same_device(x, "x", edges.edge_index, "edge_index")
    return edges, x.flatten(1) if x.dim() > 1 else x[:, None]


def _half_squares(x: Tensor, edge_index: Tensor) -> Tensor:
    """½ ‖x_i - x_j‖² for every edge, [E]; for unit vectors that is 1 - cos."""
    pieces = zip(*(ends.split(_PIECE) for ends in edge_index), strict=True)
    return torch.cat([(x[i] - x[j]).square().sum(1) / 2 for i, j in pieces])


def _directions(x: Tensor) -> Tensor:
    """[N, F + 1], unit rows. Zero rows point along an axis of their own, at a right angle to the rest."""
    padded = F.pad(x, (0, 1))
    size = padded.abs().amax(1, keepdim=True)  # divided out first: squares of tiny numbers vanish
    zero = size == 0
    axis = F.pad(zero.to(x.dtype), (x.size(1), 0))
    return F.normalize(torch.where(zero, axis, padded / torch.where(zero, 1, size)))


def _owner(graph: Graph) -> Tensor:
    """The graph of every node, [N]."""
    return graph.edge_index.new_zeros(graph.num_nodes) if graph.batch is None else graph.batch


def _by_graph(graph: Graph, values: Tensor, nodes: Tensor) -> Tensor:
    """Sum values that belong to `nodes` within each graph: [G] for a batch, else a single number."""
    sums = _sum(values, _owner(graph)[nodes], graph.num_graphs)
    return sums if graph.batch is not None else sums.squeeze(0)


def _sum(values: Tensor, index: Tensor, size: int) -> Tensor:
    return values.new_zeros(size, *values.shape[1:]).index_add(0, index, values)
