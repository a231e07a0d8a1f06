"""Random graphs for property tests: small, directed, and as awkward as real ones.

    @given(graphs(features=3, weights=True))
    def test_something(graph): ...

Graphs come without edges, with isolated nodes, self-loops, duplicate edges and a single node, and
shrink towards those. Numbers are drawn from a seeded normal, so they have no ties to hide behind.
"""

import torch
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from gnn_lib.graph import Graph


@st.composite
def graphs(
    draw: DrawFn,
    min_nodes: int = 1,
    max_nodes: int = 8,
    features: int | None = 3,
    weights: bool = False,
    edge_features: int | None = None,
    max_edges: int = 20,
    dtype: torch.dtype = torch.float64,
) -> Graph:
    """A directed multigraph.

    features: columns of x, None for no x. weights: positive edge_weight [E], kept away from zero.
    edge_features: columns of edge_attr, None for none.
    """
    num_nodes = draw(st.integers(min_nodes, max_nodes))
    edge_index = draw(edge_indices(num_nodes, max_edges))
    generator = draw(generators())
    num_edges = edge_index.size(1)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=dtype)

    return Graph(
        edge_index,
        x=None if features is None else normal(num_nodes, features),
        edge_weight=normal(num_edges).abs() + 0.1 if weights else None,
        edge_attr=None if edge_features is None else normal(num_edges, edge_features),
        num_nodes=num_nodes,
    )


@st.composite
def edge_indices(draw: DrawFn, num_nodes: int, max_edges: int = 20) -> torch.Tensor:
    """edge_index [2, E], 0 <= E <= max_edges, over `num_nodes` nodes (none: no edges)."""
    if num_nodes == 0:
        return torch.empty(2, 0, dtype=torch.long)
    node = st.integers(0, num_nodes - 1)
    edges = draw(st.lists(st.tuples(node, node), max_size=max_edges))
    return torch.tensor(edges, dtype=torch.long).reshape(-1, 2).t().contiguous()


def generators() -> SearchStrategy[torch.Generator]:
    """A seeded torch.Generator; an example that failed repeats exactly."""
    return st.integers(0, 2**31 - 1).map(lambda seed: torch.Generator().manual_seed(seed))


def permutations(num_nodes: int) -> SearchStrategy[torch.Tensor]:
    """An order of the nodes 0 .. num_nodes - 1, as a tensor [N]."""
    return st.permutations(range(num_nodes)).map(lambda order: torch.tensor(order, dtype=torch.long))
