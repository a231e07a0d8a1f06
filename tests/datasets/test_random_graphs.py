"""Random graphs: exact sizes, the right law, fast and lean."""

import time

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.datasets import block_model, power_law_graph
from tests.datasets.helpers import has_both_directions


@given(st.integers(2, 30), st.floats(0, 0.25), st.integers(0, 99))
def test_power_law_has_exactly_the_edges_asked_for(num_nodes: int, density: float, seed: int) -> None:
    num_edges = int(density * num_nodes * (num_nodes - 1))
    graph = power_law_graph(num_nodes, num_edges, seed)
    assert (graph.num_nodes, graph.num_edges) == (num_nodes, num_edges)
    assert graph.edge_index.unique(dim=1).size(1) == num_edges
    assert not (graph.edge_index[0] == graph.edge_index[1]).any()


def test_degrees_follow_the_power_law() -> None:
    graph = power_law_graph(20_000, 200_000, seed=1)
    for ends in graph.edge_index:
        degree = ends.bincount(minlength=20_000).sort(descending=True).values.double()
        # The node of rank r expects E (sqrt(r + 1) - sqrt(r)) / sqrt(N) edges.
        rank = torch.arange(20_000.0, dtype=torch.float64)
        expected = 200_000 * ((rank + 1).sqrt() - rank.sqrt()) / 20_000**0.5
        for r in (0, 10, 100, 1000):
            assert abs(degree[r] - expected[r]) < 5 * expected[r] ** 0.5 + 0.1 * expected[r]
    assert not torch.equal(graph.edge_index[0].bincount(), graph.edge_index[1].bincount())  # directed


def test_hubs_are_not_the_low_ids() -> None:
    degree = power_law_graph(5000, 50_000).edge_index[1].bincount(minlength=5000).double()
    assert torch.corrcoef(torch.stack([torch.arange(5000.0).double(), degree]))[0, 1].abs() < 0.06


def test_a_million_edges_in_seconds() -> None:
    start = time.perf_counter()
    graph = power_law_graph(100_000, 1_000_000)
    assert graph.num_edges == 1_000_000
    assert time.perf_counter() - start < 6  # half a second on an idle machine


def test_too_dense_a_power_law_is_refused() -> None:
    with pytest.raises(ValueError, match="num_edges must be at most a quarter of the 12 possible, got 4"):
        power_law_graph(4, 4)


@given(
    st.lists(st.integers(1, 8), min_size=1, max_size=4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 99),
)
def test_block_model_is_simple_and_undirected(sizes: list[int], p_in: float, p_out: float, seed: int) -> None:
    graph = block_model(tuple(sizes), p_in, p_out, seed)
    assert graph.y.bincount().tolist() == sizes
    assert graph.num_edges == 0 or has_both_directions(graph)
    assert not (graph.edge_index[0] == graph.edge_index[1]).any()


def test_block_model_joins_as_often_as_it_says() -> None:
    """Counts of pairs over each pair of blocks lie within five standard deviations of a binomial's."""
    sizes = (300, 200, 100)
    graph = block_model(sizes, p_in=0.1, p_out=0.02, seed=4)
    source, target = graph.edge_index
    up = source < target
    for i, rows in enumerate(sizes):
        for j in range(i, 3):
            pairs, p = (rows * (rows - 1) // 2, 0.1) if i == j else (rows * sizes[j], 0.02)
            count = (up & (graph.y[source] == i) & (graph.y[target] == j)).sum()
            assert abs(count - p * pairs) < 5 * (p * (1 - p) * pairs) ** 0.5
    # Nor does it favour some pairs: every node has its share.
    degree = source[graph.y[source] == graph.y[target]].bincount(minlength=600)[:300].double()
    assert abs(degree.mean() - 29.9) < 1
    assert 20 < degree.var() < 36  # a binomial's is 26.9


@pytest.mark.parametrize(
    ("p_in", "p_out", "edges"), [(0, 0, 0), (1, 0, 8), (0, 1, 12), (1, 1, 20), (1e-300, 0, 0)]
)
def test_block_model_at_the_ends(p_in: float, p_out: float, edges: int) -> None:
    assert block_model((3, 2), p_in, p_out).num_edges == edges


def test_block_model_without_a_probability_or_a_size() -> None:
    with pytest.raises(ValueError, match=r"p_in is a probability, so from 0 to 1; got 1\.5"):
        block_model(p_in=1.5)
    with pytest.raises(ValueError, match=r"sizes\[1\] must be at least 1, got 0"):
        block_model((3, 0))
    assert block_model(()).num_nodes == 0
