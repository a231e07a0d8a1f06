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

# Tests parametrised by device run on a GPU where there is one, and never count as skipped.
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


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
def full_graphs(draw: DrawFn, min_nodes: int = 1, max_nodes: int = 8, max_edges: int = 20) -> Graph:
    """A directed multigraph that carries every field a single graph can have."""
    graph = draw(graphs(min_nodes, max_nodes, weights=True, edge_features=2, max_edges=max_edges))
    generator = draw(generators())
    N, E = graph.num_nodes, graph.num_edges

    def integers(high: int, *shape: int) -> torch.Tensor:
        return torch.randint(high, shape, generator=generator)

    return graph.replace(
        edge_type=integers(3, E),
        y=integers(4, N),
        pos=torch.randn(N, 2, generator=generator),
        train_mask=integers(2, N).bool(),
        val_mask=integers(2, N).bool(),
        test_mask=integers(2, N).bool(),
        graph_y=integers(5, 1),
        names=tuple(f"node {i}" for i in range(N)),
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


def assert_same(one: Graph, other: Graph) -> None:
    """Two graphs are equal to the last bit: order of the edges, dtypes and names included."""
    assert (one.num_nodes, one.num_graphs, one.names) == (other.num_nodes, other.num_graphs, other.names)
    ours, theirs = dict(one.tensors()), dict(other.tensors())
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        assert value.dtype == theirs[name].dtype, name
        assert torch.equal(value, theirs[name]), name


def edge_rows(graph: Graph, names: tuple[str, ...] | None = None) -> list[tuple[object, ...]]:
    """Every edge with all it carries, as sorted tuples: two graphs with the same have the same edges.

    `names` stand for the node ids; without them, ids stay numbers.
    """
    columns = [value.tolist() for _, value in graph.tensors("edge")]
    ends = [[names[i] for i in row] if names else row for row in graph.edge_index.tolist()]
    return sorted(zip(*ends, *columns, strict=True), key=repr)
