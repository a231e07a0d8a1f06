"""Other forms of a graph: there and back without loss, and as the other side reads it."""

import warnings
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
import torch
import torch_geometric.utils as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Batch, Data

from gnn_lib.batch import batch_graphs, unbatch
from gnn_lib.convert import (
    from_dense,
    from_networkx,
    from_pyg,
    from_scipy,
    to_dense,
    to_networkx,
    to_pyg,
    to_scipy,
)
from gnn_lib.edges import coalesce, is_undirected, select_edges
from gnn_lib.graph import Graph
from tests.strategies import DEVICES, assert_same, edge_rows, full_graphs, graphs

ONE_WAY = Graph(torch.tensor([[0, 0, 2], [1, 1, 0]]), edge_weight=torch.tensor([1.0, 2.0, 5.0]), num_nodes=4)


# --- matrices


@given(graphs(weights=True))
def test_dense_is_pygs(graph: Graph) -> None:
    theirs = pyg.to_dense_adj(graph.edge_index, edge_attr=graph.edge_weight, max_num_nodes=graph.num_nodes)[0]
    torch.testing.assert_close(to_dense(graph), theirs)


def test_dense_by_hand_with_and_without_weights() -> None:
    assert to_dense(ONE_WAY).tolist() == [[0, 3, 0, 0], [0, 0, 0, 0], [5, 0, 0, 0], [0, 0, 0, 0]]
    unweighted = to_dense(ONE_WAY.replace(edge_weight=None))
    assert unweighted.tolist() == [[0, 2, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert unweighted.dtype == torch.get_default_dtype()


@given(graphs(features=None, weights=True))
def test_dense_there_and_back_merges_copies_and_no_more(graph: Graph) -> None:
    back = from_dense(to_dense(graph))
    merged = coalesce(graph)
    assert back.num_nodes == graph.num_nodes
    assert torch.equal(back.edge_index, merged.edge_index)
    torch.testing.assert_close(back.edge_weight, merged.edge_weight)
    assert_same(from_dense(to_dense(back)), back)


@given(graphs(features=None, weights=True))
def test_scipy_is_dense_and_comes_back(graph: Graph) -> None:
    A = to_scipy(graph)
    assert isinstance(A, sp.csr_array)
    np.testing.assert_allclose(A.toarray(), to_dense(graph).numpy())
    back = from_scipy(A)
    assert back.num_nodes == graph.num_nodes
    assert torch.equal(back.edge_index, coalesce(graph).edge_index)
    assert_same(from_scipy(to_scipy(back)), back)


@pytest.mark.parametrize("form", ["csr_array", "csc_array", "coo_array", "lil_array", "csr_matrix"])
def test_every_scipy_form_is_read(form: str) -> None:
    back = from_scipy(getattr(sp, form)(to_dense(ONE_WAY).numpy()), names=("a", "b", "c", "d"))
    assert edge_rows(back, back.names) == [("a", "b", 3.0), ("c", "a", 5.0)]


def test_the_stored_entries_of_scipy_are_the_edges() -> None:
    stored = sp.coo_array((np.array([0.0, 1.0, 1.0]), ([0, 1, 1], [1, 0, 0])), shape=(3, 3))
    assert edge_rows(from_scipy(stored)) == [(0, 1, 0.0), (1, 0, 1.0), (1, 0, 1.0)]
    assert edge_rows(from_scipy(stored.tocsr())) == [(0, 1, 0.0), (1, 0, 2.0)]


def test_a_bool_matrix_has_no_weights_and_whole_numbers_become_floats() -> None:
    counts = torch.tensor([[0, 2], [0, 0]])
    for graph in (from_dense(counts), from_scipy(sp.csr_array(counts.numpy()))):
        assert graph.edge_weight is not None
        assert graph.edge_weight.dtype == torch.get_default_dtype()
        assert edge_rows(graph) == [(0, 1, 2.0)]
    for graph in (from_dense(counts.bool()), from_scipy(sp.csr_array(counts.bool().numpy()))):
        assert graph.edge_weight is None
        assert edge_rows(graph) == [(0, 1)]


def test_the_weights_are_a_copy() -> None:
    A = sp.csr_array(np.array([[0.0, 2.0], [0.0, 0.0]]))
    graph = from_scipy(A)
    A.data[:] = 9.0
    assert graph.edge_weight is not None
    assert graph.edge_weight.tolist() == [2.0]


def test_gradients_flow_through_the_dense_matrix() -> None:
    weight = torch.rand(3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: to_dense(ONE_WAY.replace(edge_weight=w)), weight)


@pytest.mark.parametrize("device", DEVICES)
def test_matrices_know_their_device(device: str) -> None:
    graph = ONE_WAY.to(device)
    assert to_dense(graph).device.type == device
    assert from_dense(to_dense(graph)).device.type == device
    assert to_scipy(graph).toarray().tolist() == to_dense(ONE_WAY).tolist()
    assert to_networkx(graph)[0][1][0]["weight"] == 1.0


@pytest.mark.parametrize(
    ("convert", "value", "error", "message"),
    [
        (from_dense, [[0, 1], [1, 0]], TypeError, "A must be a torch.Tensor, got list"),
        (from_dense, torch.ones(2, 3), ValueError, r"A must be a square matrix \[N, N\].*shape \[2, 3\]"),
        (from_dense, torch.ones(4), ValueError, r"A must be a square matrix"),
        (from_dense, torch.tensor([[torch.nan]]), ValueError, r"A holds NaN, first at position \[0, 0\]"),
        (from_scipy, torch.ones(2, 2), TypeError, "A must be a scipy.sparse.*from_dense takes a tensor"),
        (from_scipy, sp.csr_array((2, 3)), ValueError, r"A must be a square.*got shape \[2, 3\]"),
        (from_networkx, {0: [1]}, TypeError, "G must be a NetworkX graph, got dict"),
        (from_pyg, ONE_WAY, TypeError, "data must be a torch_geometric Data, got Graph"),
    ],
)
def test_what_is_no_graph_is_refused(convert: Any, value: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        convert(value)


# --- NetworkX


def by_source(graph: Graph) -> Graph:
    """As NetworkX keeps it: edges by source, then by when the target came up first; no edges, no fields."""
    if not graph.num_edges:
        return graph.replace(edge_weight=None, edge_attr=None, edge_type=None)
    order = [edge for i in range(graph.num_nodes) for edge in _out_edges(graph, i)]
    return select_edges(graph, torch.tensor(order, dtype=torch.long))


def _out_edges(graph: Graph, node: int) -> list[int]:
    sources, targets = graph.edge_index.tolist()
    mine = [edge for edge, i in enumerate(sources) if i == node]
    first = {j: edge for edge, j in reversed(list(enumerate(targets))) if sources[edge] == node}
    return sorted(mine, key=lambda edge: (first[targets[edge]], edge))


@given(full_graphs())
def test_nothing_is_lost_through_networkx(graph: Graph) -> None:
    back = from_networkx(to_networkx(graph))
    assert_same(back, by_source(graph))
    assert_same(from_networkx(to_networkx(back)), back)


@given(st.lists(full_graphs(max_nodes=4), min_size=2, max_size=3))
def test_a_batch_survives_networkx_and_pyg(parts: list[Graph]) -> None:
    batch = batch_graphs(parts)
    assert_same(from_networkx(to_networkx(batch)), by_source(batch))
    assert_same(from_pyg(to_pyg(batch)), batch)


def test_a_batch_keeps_its_last_graphs_though_they_are_empty() -> None:
    empty = Graph(torch.empty(2, 0, dtype=torch.long))
    batch = batch_graphs([ONE_WAY.replace(edge_weight=None), empty, empty])
    assert from_networkx(to_networkx(batch)).num_graphs == 3
    assert_same(from_pyg(to_pyg(batch)), batch)


@given(graphs(features=None, weights=True))
def test_networkx_sees_the_same_matrix(graph: Graph) -> None:
    G = to_networkx(graph)
    assert G.is_directed()
    assert G.is_multigraph() == (coalesce(graph).num_edges < graph.num_edges)
    assert list(G) == list(range(graph.num_nodes))
    np.testing.assert_allclose(nx.to_numpy_array(G, weight="weight"), to_dense(graph).numpy())


def test_a_simple_graph_becomes_a_digraph_with_plain_attributes() -> None:
    graph = Graph(torch.tensor([[0], [1]]), x=torch.tensor([[1.0, 2.0], [3.0, 4.0]]), names=("Ann", "Bob"))
    G = to_networkx(graph.replace(edge_weight=torch.tensor([0.5])))
    assert type(G) is nx.DiGraph
    assert G.nodes[1]["name"] == "Bob"
    assert G.nodes[1]["x"].tolist() == [3.0, 4.0]
    assert nx.shortest_path_length(G, 0, 1, weight="weight") == 0.5


def test_changing_the_networkx_graph_leaves_ours_alone() -> None:
    graph = Graph(torch.tensor([[0], [1]]), x=torch.zeros(2, 1), graph_y=torch.zeros(1))
    G = to_networkx(graph)
    G.nodes[0]["x"][0] = 9.0
    G.graph["graph_y"][0] = 9.0
    assert graph.x is not None
    assert graph.graph_y is not None
    assert (graph.x.sum(), graph.graph_y.sum()) == (0.0, 0.0)
    back = from_networkx(G)
    G.graph["graph_y"][0] = 7.0
    assert back.graph_y is not None
    assert back.graph_y.tolist() == [9.0]


@pytest.mark.parametrize("make", [nx.Graph, nx.MultiGraph])
def test_an_undirected_edge_goes_both_ways_and_a_loop_once(make: Any) -> None:
    G = make([("a", "b", {"weight": 2.0}), ("b", "b", {"weight": 3.0}), ("c", "b", {"weight": 4.0})])
    graph = from_networkx(G)
    assert is_undirected(graph)
    assert edge_rows(graph, graph.names) == [
        ("a", "b", 2.0), ("b", "a", 2.0), ("b", "b", 3.0), ("b", "c", 4.0), ("c", "b", 4.0),
    ]


def test_copies_of_an_undirected_edge_stay_copies() -> None:
    graph = from_networkx(nx.MultiGraph([(0, 1), (1, 0), (0, 1)]))
    assert edge_rows(graph) == [(0, 1)] * 3 + [(1, 0)] * 3


def test_labels_of_any_kind_become_names_in_the_graphs_order() -> None:
    G = nx.DiGraph()
    G.add_nodes_from([("x", 1), frozenset({2}), "Ann", 7])
    G.add_edge(7, "Ann")
    graph = from_networkx(G)
    assert graph.names == ("('x', 1)", "frozenset({2})", "Ann", "7")
    assert graph.edge_index.tolist() == [[3], [2]]


def test_labels_that_are_positions_are_no_names() -> None:
    assert from_networkx(nx.path_graph(3)).names is None
    assert from_networkx(nx.relabel_nodes(nx.path_graph(3), {0: 1, 1: 0})).names == ("1", "0", "2")


def test_a_name_attribute_wins_if_every_node_has_one() -> None:
    G = nx.path_graph(2)
    nx.set_node_attributes(G, {0: "Ann"}, "name")
    assert from_networkx(G).names is None
    nx.set_node_attributes(G, {1: "Bob"}, "name")
    assert from_networkx(G).names == ("Ann", "Bob")


def test_plain_python_attributes_become_tensors_and_others_stay_behind() -> None:
    G = nx.DiGraph([(0, 1, {"weight": 3, "colour": "red"}), (1, 2, {})])
    nx.set_node_attributes(G, {0: [1.0, 2.0], 1: [3.0, 4.0], 2: (5.0, 6.0)}, "x")
    nx.set_node_attributes(G, {0: 4, 1: 5, 2: 6}, "y")
    nx.set_node_attributes(G, {i: torch.ones(2) * i for i in range(3)}, "pos")
    nx.set_node_attributes(G, "club", "club")
    graph = from_networkx(G)
    assert {name for name, _ in graph.tensors()} == {"edge_index", "edge_weight", "x", "y", "pos"}
    assert edge_rows(graph) == [(0, 1, 3.0), (1, 2, 1.0)]
    assert graph.x is not None
    assert graph.y is not None
    assert (graph.x.tolist(), graph.x.dtype) == ([[1, 2], [3, 4], [5, 6]], torch.float32)
    assert (graph.y.tolist(), graph.y.dtype) == ([4, 5, 6], torch.int64)


def test_whole_weights_become_floats() -> None:
    weight = from_networkx(nx.DiGraph([(0, 1, {"weight": 3})])).edge_weight
    assert weight is not None
    assert weight.dtype == torch.get_default_dtype()


def test_networkx_attributes_that_fit_no_tensor_are_named() -> None:
    G = nx.DiGraph([("Ann", "Bob")])
    G.nodes["Ann"]["y"] = 1
    with pytest.raises(ValueError, match="node 'Bob' has no 'y', though others have"):
        from_networkx(G)
    G.nodes["Bob"]["y"] = "red"
    with pytest.raises(ValueError, match=r"'y' of the nodes must be numbers.*; the first is int 1"):
        from_networkx(G)
    G.nodes["Bob"]["y"] = [1, 2]
    with pytest.raises(ValueError, match="'y' of the nodes must be numbers, or rows of one length"):
        from_networkx(G)


def test_an_edge_that_lacks_an_attribute_is_named() -> None:
    G = nx.MultiGraph([("Ann", "Bob", {"edge_type": 1}), ("Bob", "Cem", {})])
    with pytest.raises(ValueError, match=r"edge \('Bob', 'Cem', 0\) has no 'edge_type'"):
        from_networkx(G)


def test_an_empty_networkx_graph() -> None:
    assert_same(from_networkx(nx.Graph()), Graph(torch.empty(2, 0, dtype=torch.long)))
    assert from_networkx(nx.empty_graph(3)).num_nodes == 3


def test_the_karate_club_as_networkx_has_it() -> None:
    graph = from_networkx(nx.karate_club_graph())
    assert (graph.num_nodes, graph.num_edges, graph.names) == (34, 156, None)
    np.testing.assert_allclose(to_dense(graph).numpy(), nx.to_numpy_array(nx.karate_club_graph()))


# --- PyG


@given(full_graphs())
def test_nothing_is_lost_through_pyg(graph: Graph) -> None:
    data = to_pyg(graph)
    data.validate()
    assert_same(from_pyg(data), graph)
    molecule = graph.replace(y=None)
    assert torch.equal(to_pyg(molecule).y, graph.graph_y)
    assert_same(from_pyg(to_pyg(molecule), labels="graph"), molecule)


@given(graphs(weights=True, edge_features=2))
def test_pyg_data_there_and_back(graph: Graph) -> None:
    data = to_pyg(graph)
    again = to_pyg(from_pyg(data))
    assert set(again.keys()) == set(data.keys())
    assert all(again[key] is data[key] for key in ("x", "edge_weight", "edge_attr"))


def test_a_pyg_batch_is_a_batch() -> None:
    bond = torch.tensor([[0], [1]])
    molecules = [Data(edge_index=bond, x=torch.ones(n, 2), y=torch.tensor([n])) for n in (2, 3)]
    batch = from_pyg(Batch.from_data_list(molecules), labels="graph")
    assert batch.num_graphs == 2
    for one, molecule in zip(unbatch(batch), molecules, strict=True):
        assert_same(one, from_pyg(molecule, labels="graph"))


def test_pyg_data_without_a_node_count_is_read_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert from_pyg(Data(edge_index=torch.tensor([[0], [4]]))).num_nodes == 5
        assert from_pyg(Data(edge_index=torch.tensor([[0], [4]]), num_nodes=9)).num_nodes == 9


def test_labels_of_a_graph_are_not_taken_for_labels_of_nodes() -> None:
    data = Data(edge_index=torch.tensor([[0], [1]]), x=torch.ones(2, 1), y=torch.tensor([1]))
    with pytest.raises(ValueError, match=r'data.y is.*shape \[1\] for 2 nodes.*labels="graph"'):
        from_pyg(data)
    with pytest.raises(ValueError, match="labels must be one of 'node', 'graph', got 'edge'"):
        from_pyg(data, labels="edge")  # type: ignore[arg-type]


def test_pyg_attributes_that_are_no_fields_stay_behind() -> None:
    data = Data(edge_index=torch.tensor([[0], [1]]), z=torch.ones(2), num_nodes=2)
    assert_same(from_pyg(data), Graph(torch.tensor([[0], [1]])))
