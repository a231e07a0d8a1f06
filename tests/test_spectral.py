"""Laplacians against NetworkX, encodings against PyG, and what must hold for any graph."""

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data
from torch_geometric.nn.conv.gcn_conv import gcn_norm
from torch_geometric.transforms import AddLaplacianEigenvectorPE
from torch_geometric.utils import to_dense_adj

from gnn_lib.batch import batch_graphs
from gnn_lib.convert import from_networkx
from gnn_lib.graph import Graph
from gnn_lib.spectral import (
    flip_signs,
    laplacian,
    laplacian_positional_encoding,
    normalised_adjacency,
    spectrum,
)
from tests.strategies import graphs

NO_EDGES = torch.empty(2, 0, dtype=torch.long)


def symmetrised(graph):
    """The undirected NetworkX graph whose weights are the mean of both directions."""
    weights = torch.ones(graph.num_edges) if graph.edge_weight is None else graph.edge_weight
    A = np.zeros((graph.num_nodes, graph.num_nodes))
    for (i, j), weight in zip(graph.edge_index.t().tolist(), weights.tolist(), strict=True):
        A[i, j] += weight / 2
        A[j, i] += weight / 2
    return nx.from_numpy_array(A)


@given(graphs(features=None, weights=True))
def test_laplacians_of_directed_graphs_equal_networkx_on_the_mean_of_both_directions(graph):
    G = symmetrised(graph)
    plain, scaled = nx.laplacian_matrix(G).toarray(), nx.normalized_laplacian_matrix(G).toarray()
    assert laplacian(graph, normalised=False).numpy() == pytest.approx(plain, abs=1e-12)
    assert laplacian(graph).numpy() == pytest.approx(scaled, abs=1e-12)


@given(graphs(features=None))
def test_the_spectrum_counts_components_and_ends_at_two(graph):
    values = spectrum(graph)
    G = nx.Graph(graph.edge_index.t().tolist())
    G.add_nodes_from(range(graph.num_nodes))
    assert int((values < 1e-9).sum()) == nx.number_connected_components(G)
    assert values.max() < 2 + 1e-9
    assert torch.equal(values, values.sort().values)
    plain = spectrum(graph, normalised=False)
    assert plain.sum() == pytest.approx(laplacian(graph, normalised=False).trace().item())


def test_a_bipartite_graph_reaches_two():
    assert spectrum(from_networkx(nx.complete_bipartite_graph(3, 4)))[-1].item() == pytest.approx(2)


@given(graphs(features=2, weights=True))
def test_normalised_adjacency_is_the_step_of_pygs_gcn(graph):
    for ours in (graph, graph.replace(edge_weight=None)):
        edge_index, weight = gcn_norm(ours.edge_index, ours.edge_weight, graph.num_nodes, dtype=torch.float64)
        theirs = to_dense_adj(edge_index, edge_attr=weight, max_num_nodes=graph.num_nodes)[0]
        assert torch.allclose(normalised_adjacency(ours).double(), theirs, rtol=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_encodings_equal_pyg_up_to_sign(seed):
    G = nx.gnp_random_graph(20, 0.3, seed=seed)
    assert nx.is_connected(G)
    graph = from_networkx(G)
    theirs = AddLaplacianEigenvectorPE(4, is_undirected=True)(
        Data(edge_index=graph.edge_index, num_nodes=20)
    ).laplacian_eigenvector_pe.double()
    ours = laplacian_positional_encoding(graph, 4)
    assert ours.dtype == torch.float32
    assert torch.allclose(ours.double().abs(), theirs.abs(), atol=1e-4)
    assert torch.allclose((ours.double() * theirs).sum(0).abs(), torch.ones(4).double(), atol=1e-4)


@given(graphs(features=None, weights=True), st.integers(1, 5))
def test_encodings_are_eigenvectors_with_their_largest_entry_positive(graph, k):
    crossing = graph.edge_index[0] != graph.edge_index[1]
    bare = Graph(graph.edge_index, edge_weight=graph.edge_weight * crossing, num_nodes=graph.num_nodes)
    encoding, L = laplacian_positional_encoding(graph, k), laplacian(bare)
    assert encoding.shape == (graph.num_nodes, k)
    G = nx.Graph(bare.edge_index.t().tolist())
    G.add_nodes_from(range(graph.num_nodes))
    for nodes in map(sorted, nx.connected_components(G)):
        part = encoding[nodes]
        has = min(k, len(nodes) - 1)
        assert torch.equal(part[:, has:], torch.zeros(len(nodes), k - has).double())
        vectors, local = part[:, :has], L[nodes][:, nodes]
        values = (vectors * (local @ vectors)).sum(0)
        assert torch.allclose(local @ vectors, vectors * values, atol=1e-9)
        assert torch.allclose(vectors.t() @ vectors, torch.eye(has).double(), atol=1e-9)
        assert torch.allclose(values, torch.linalg.eigvalsh(local)[1 : has + 1], atol=1e-9)
        if has:
            assert (vectors.max(0).values >= -vectors.min(0).values).all()


@given(st.lists(graphs(features=None), min_size=1, max_size=3))
def test_a_batch_is_encoded_as_its_graphs_one_by_one(some):
    alone = torch.cat([laplacian_positional_encoding(graph, 3) for graph in some])
    assert torch.equal(laplacian_positional_encoding(batch_graphs(some), 3), alone)


def test_flip_signs_draws_one_coin_per_graph_and_column():
    encoding = torch.ones(2000, 3)
    batch = torch.arange(1000).repeat_interleave(2)
    flipped = flip_signs(encoding, batch, torch.Generator().manual_seed(0))
    assert torch.equal(flipped.abs(), encoding)
    assert torch.equal(flipped[0::2], flipped[1::2])
    assert (flipped.mean(0).abs() < 0.12).all()  # 1,000 fair coins: 3.8 standard deviations
    assert torch.equal(flip_signs(encoding, batch, torch.Generator().manual_seed(0)), flipped)
    columns = flip_signs(torch.ones(5, 200), generator=torch.Generator().manual_seed(1))
    assert torch.equal(columns, columns[:1].expand(5, 200))
    assert 60 < (columns[0] > 0).sum() < 140
    assert flip_signs(torch.ones(0, 3)).shape == (0, 3)


def test_no_edges_and_no_nodes():
    lonely = Graph(NO_EDGES, num_nodes=2)
    assert torch.equal(laplacian(lonely), torch.zeros(2, 2))
    assert torch.equal(laplacian_positional_encoding(lonely, 2), torch.zeros(2, 2))
    assert torch.equal(normalised_adjacency(lonely), torch.eye(2))
    nothing = Graph(NO_EDGES, num_nodes=0)
    assert laplacian(nothing).shape == (0, 0)
    assert spectrum(nothing).shape == (0,)
    assert laplacian_positional_encoding(nothing, 3).shape == (0, 3)


def test_an_edge_of_weight_zero_is_no_edge():
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    split = Graph(edges, edge_weight=torch.tensor([1.0, 1.0, 0.0, 0.0]))
    whole = Graph(edges[:, :2], num_nodes=3)
    assert torch.equal(laplacian_positional_encoding(split, 2), laplacian_positional_encoding(whole, 2))


def test_what_it_cannot_use():
    edge = Graph(torch.tensor([[0], [1]]))
    for weight in (-1.0, float("inf")):
        with pytest.raises(ValueError, match=f"edge_weight must be finite and not negative.*{weight}"):
            laplacian(edge.replace(edge_weight=torch.tensor([weight])))
    with pytest.raises(ValueError, match="k is the number of eigenvectors to keep, so 1 or more; got 0"):
        laplacian_positional_encoding(edge, 0)
    huge = Graph(NO_EDGES, num_nodes=1_000_000)
    for dense in (laplacian, spectrum, normalised_adjacency):
        with pytest.raises(ValueError, match="graph has 1,000,000 nodes"):
            dense(huge)
    with pytest.raises(ValueError, match="batch must have one row per node, so 2"):
        flip_signs(torch.ones(2, 1), torch.zeros(3).long())
