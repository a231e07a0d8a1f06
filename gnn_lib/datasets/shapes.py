"""Plain shapes of any size: path, cycle, star, complete graph, barbell, tree.

All are undirected, carry pos [N, 2] for plots and nothing else, and number their nodes as NetworkX
does. Add features with `replace(x=...)`.
"""

import math

import torch
from torch import Tensor

from gnn_lib.datasets._draw import check_at_least
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph


def path_graph(num_nodes: int) -> Graph:
    """0 - 1 - 2 - ...: the longest way round for a message.

    >>> path_graph(3).edge_index.tolist()
    [[0, 1, 1, 2], [1, 0, 2, 1]]
    """
    check_at_least(num_nodes, 1, "num_nodes")
    steps = torch.arange(num_nodes)
    pos = torch.stack([steps.float(), torch.zeros(num_nodes)], dim=1)
    return _undirected(torch.stack([steps[:-1], steps[1:]]), pos)


def cycle_graph(num_nodes: int) -> Graph:
    """A ring. Every node sees the same, however far it looks: 1-WL never tells two of them apart."""
    check_at_least(num_nodes, 3, "num_nodes")
    steps = torch.arange(num_nodes)
    return _undirected(torch.stack([steps, steps.roll(-1)]), on_circle(num_nodes))


def star_graph(leaves: int) -> Graph:
    """Node 0 in the middle, `leaves` around it: two hops from anywhere to anywhere.

    >>> star_graph(3).edge_index.tolist()
    [[0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 0]]
    """
    check_at_least(leaves, 0, "leaves")
    tips = torch.arange(1, leaves + 1)
    pos = torch.cat([torch.zeros(1, 2), on_circle(leaves)])
    return _undirected(torch.stack([torch.zeros_like(tips), tips]), pos)


def complete_graph(num_nodes: int) -> Graph:
    """Everyone linked to everyone else: what attention without a graph looks at."""
    check_at_least(num_nodes, 1, "num_nodes")
    return _undirected(torch.combinations(torch.arange(num_nodes)).t(), on_circle(num_nodes))


def barbell_graph(clique: int = 5, bridge: int = 1) -> Graph:
    """Two cliques joined by a path of `bridge` nodes: all news from one side squeezes through it.

    Nodes: the first clique, then the bridge, then the second clique.

    >>> barbell_graph(4, 2)
    Graph(10 nodes, 30 edges, pos [10, 2])
    """
    check_at_least(clique, 2, "clique")
    check_at_least(bridge, 0, "bridge")
    members, far = torch.arange(clique), clique + bridge
    steps = torch.arange(clique - 1, far + 1)  # the last of the first clique ... the first of the second
    walk = torch.stack([steps[:-1], steps[1:]], dim=1)
    pairs = [torch.combinations(members), torch.combinations(members + far), walk]
    ring = on_circle(clique)
    left = ring.roll(-1, dims=0)  # its last node at (1, 0), facing the other clique's first
    middle = torch.stack([torch.arange(2.0, 2 + bridge), torch.zeros(bridge)], dim=1)
    right = ring * torch.tensor([-1.0, 1.0]) + torch.tensor([3.0 + bridge, 0.0])
    return _undirected(torch.cat(pairs).t(), torch.cat([left, middle, right]))


def tree_graph(depth: int) -> Graph:
    """A binary tree: 2 ** (depth + 1) - 1 nodes, node 0 the root, i's children 2i + 1 and 2i + 2.

    The root's inbox after `depth` rounds mixes 2 ** depth leaves in one vector: over-squashing.

    >>> tree_graph(2).num_nodes
    7
    """
    check_at_least(depth, 0, "depth")
    children = torch.arange(1, 2 ** (depth + 1) - 1)
    level = torch.cat([torch.full((2**d,), d) for d in range(depth + 1)])
    across = torch.cat([(torch.arange(2**d) + 0.5) / 2**d for d in range(depth + 1)])
    pos = torch.stack([across * 2**depth, -level.float()], dim=1)
    return _undirected(torch.stack([(children - 1) // 2, children]), pos)


def on_circle(count: int) -> Tensor:
    """`count` points on the unit circle, anticlockwise from (1, 0): [count, 2].

    >>> on_circle(4).round().abs().tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """
    angle = torch.arange(count) * (2 * math.pi / max(count, 1))
    return torch.stack([angle.cos(), angle.sin()], dim=1)


def _undirected(pairs: Tensor, pos: Tensor) -> Graph:
    """Pairs [2, P] -> the graph with every edge in both directions."""
    return to_undirected(Graph(pairs, pos=pos))
