"""What several exercises of this lesson are tried on: matrices of graphs, and edges with self-loops."""

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import path_abcd, star_graph, three_friends
from gnn_lib.edges import to_undirected
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM
from gnn_lib.graph import Graph


def matrix(graph: Graph) -> Tensor:
    """A [N, N]; an edge that comes twice counts twice."""
    return to_dense(graph)


def looped(graph: Graph) -> Tensor:
    """The edges, then a self-loop on each node."""
    loops = torch.arange(graph.num_nodes).repeat(2, 1)
    return torch.cat([graph.edge_index, loops], dim=1)


def weights(graph: Graph) -> Tensor:
    """1 / sqrt(d_source d_target) on each edge of `looped`."""
    source, target = looped(graph)
    degree = torch.bincount(target, minlength=graph.num_nodes).float()
    return (degree[source] * degree[target]).rsqrt()


def undirected_graphs(generator: torch.Generator) -> list[tuple[str, Graph]]:
    """(group, graph) pairs without directions, loops or copies; the last ones have lonely nodes."""
    pairs = [(BY_HAND, path_abcd()), (BY_HAND, to_undirected(three_friends())), (BY_HAND, star_graph(5))]
    for group, nodes, edges in ((RANDOM, 5, 12), (RANDOM, 8, 30), (AWKWARD, 9, 4), (AWKWARD, 4, 0)):
        ends = torch.randint(nodes, (2, edges), generator=generator)
        between = ends[:, ends[0] != ends[1]]
        pairs.append((group, to_undirected(Graph(between, num_nodes=nodes))))
    return pairs
