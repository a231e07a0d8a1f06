"""Graphs to try an answer on: tiny ones that can be checked by hand first, then awkward and random ones."""

import torch

from gnn_lib.datasets import path_abcd, three_friends, tricky_graph
from gnn_lib.graph import Graph

BY_HAND = "small graphs, checked by hand"
RANDOM = "random directed graphs"
AWKWARD = "isolated nodes, self-loops, double edges, no edges"
GRADIENT = "gradients flow"


def sample_graphs(
    generator: torch.Generator, features: int = 3, whole: bool = False
) -> list[tuple[str, Graph]]:
    """(group, graph) pairs; the first two are the running examples with their own features.

    features: columns of x in the others. whole: whole numbers as features, which can be checked by eye.
    """
    friends, path, tricky = three_friends(), path_abcd(), tricky_graph()
    pairs = [(BY_HAND, friends), (BY_HAND, path)]
    for nodes, edges in ((5, 8), (7, 18), (30, 90)):
        pairs.append((RANDOM, random_graph(generator, nodes, edges, features, whole)))
    one = random_graph(generator, 1, 0, features, whole)
    bare = random_graph(generator, 4, 0, features, whole)
    sparse = random_graph(generator, 9, 6, features, whole)
    large = sparse.replace(x=None if sparse.x is None else sparse.x * 1_000)
    return pairs + [(AWKWARD, graph) for graph in (tricky, one, bare, large)]


def random_graph(
    generator: torch.Generator, nodes: int, edges: int, features: int = 3, whole: bool = False
) -> Graph:
    """A directed multigraph in which loops and double edges occur, as in life."""
    edge_index = torch.randint(nodes, (2, edges), generator=generator)
    if whole:
        x = torch.randint(1, 10, (nodes, features), generator=generator).float()
    else:
        x = torch.randn(nodes, features, generator=generator)
    return Graph(edge_index, x=x, num_nodes=nodes)
