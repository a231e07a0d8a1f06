"""Parts and permutations: A and x move together, and NetworkX and PyG see the same part."""

import networkx as nx
import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.convert import to_dense, to_networkx
from gnn_lib.edges import reverse
from gnn_lib.graph import Graph
from gnn_lib.subgraph import connected_components, k_hop_subgraph, permute, subgraph
from tests.strategies import DEVICES, assert_same, edge_rows, full_graphs, graphs, permutations

PATH = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]), names=("a", "b", "c", "d"))


@st.composite
def with_nodes(draw: st.DrawFn) -> tuple[Graph, Tensor]:
    """A graph and some of its nodes, each once, in any order."""
    graph = draw(full_graphs())
    order = draw(permutations(graph.num_nodes))
    return graph, order[: draw(st.integers(0, graph.num_nodes))]


def whole_field_rows(graph: Graph, ids: Tensor) -> dict[str, Tensor]:
    return {name: value[ids] for name, value in graph.tensors("node")}


# --- permute


@given(st.data())
def test_permuting_moves_the_matrix_and_the_features_together(data: st.DataObject) -> None:
    graph = data.draw(full_graphs())
    order = data.draw(permutations(graph.num_nodes))
    moved = permute(graph, order)
    assert torch.equal(to_dense(moved), to_dense(graph)[order][:, order])
    for name, value in whole_field_rows(graph, order).items():
        assert torch.equal(getattr(moved, name), value), name
    assert moved.names == tuple(f"node {i}" for i in order.tolist())
    assert all(getattr(moved, name) is not None for name in ("edge_attr", "edge_type", "graph_y"))


@given(st.data())
def test_messages_do_not_see_the_order(data: st.DataObject) -> None:
    graph = data.draw(graphs(weights=True))
    order = data.draw(permutations(graph.num_nodes))
    moved = permute(graph, order)
    assert graph.x is not None
    assert moved.x is not None
    torch.testing.assert_close(to_dense(moved).T @ moved.x, (to_dense(graph).T @ graph.x)[order])


@given(st.data())
def test_edges_keep_their_order_and_the_inverse_brings_all_back(data: st.DataObject) -> None:
    graph = data.draw(full_graphs())
    order = data.draw(permutations(graph.num_nodes))
    moved = permute(graph, order)
    assert torch.equal(order[moved.edge_index], graph.edge_index)
    assert_same(permute(moved, order.argsort()), graph)


def test_permute_by_hand() -> None:
    moved = permute(PATH, [3, 0, 1, 2])
    assert moved.names == ("d", "a", "b", "c")
    assert moved.edge_index.tolist() == [[1, 2, 3], [2, 3, 0]]


# --- subgraph


@given(with_nodes())
def test_a_subgraph_is_a_block_of_the_matrix(case: tuple[Graph, Tensor]) -> None:
    graph, nodes = case
    part = subgraph(graph, nodes)
    assert torch.equal(to_dense(part), to_dense(graph)[nodes][:, nodes])
    for name, value in whole_field_rows(graph, nodes).items():
        assert torch.equal(getattr(part, name), value), name
    assert graph.graph_y is part.graph_y


@given(with_nodes())
def test_a_subgraph_is_networkxs(case: tuple[Graph, Tensor]) -> None:
    graph, nodes = case
    part = subgraph(graph, nodes)
    assert graph.edge_weight is not None
    ids = nodes.tolist()
    theirs = sorted(to_networkx(graph).subgraph(ids).edges(data="weight"))
    ours = to_networkx(part).edges(data="weight")
    assert sorted((ids[i], ids[j], weight) for i, j, weight in ours) == theirs


@given(with_nodes())
def test_a_subgraph_by_mask_is_pygs(case: tuple[Graph, Tensor]) -> None:
    graph, nodes = case
    mask = torch.zeros(graph.num_nodes, dtype=torch.bool)
    mask[nodes] = True
    part = subgraph(graph, mask)
    index, attr = pyg.subgraph(mask, graph.edge_index, graph.edge_attr, relabel_nodes=True)
    assert torch.equal(part.edge_index, index)
    assert torch.equal(part.edge_attr, attr)
    assert_same(part, subgraph(graph, mask.nonzero().view(-1)))


def test_a_batch_keeps_all_its_graphs() -> None:
    batch = PATH.replace(batch=torch.tensor([0, 0, 1, 2]), graph_y=torch.arange(3.0), num_graphs=3)
    part = subgraph(batch, [0, 1])
    assert (part.num_graphs, part.num_nodes) == (3, 2)


# --- k hops


@pytest.mark.parametrize("hops", [0, 1, 2, 3])
@given(case=with_nodes())
def test_k_hops_are_pygs(case: tuple[Graph, Tensor], hops: int) -> None:
    graph, nodes = case
    for direction, flow in (("in", "source_to_target"), ("out", "target_to_source")):
        part, ids = k_hop_subgraph(graph, nodes, hops, direction)  # type: ignore[arg-type]
        expected, _, _, _ = pyg.k_hop_subgraph(
            nodes, hops, graph.edge_index, num_nodes=graph.num_nodes, flow=flow
        )
        assert sorted(ids.tolist()) == expected.tolist()
        assert_same(part, subgraph(graph, ids))


@given(with_nodes(), st.integers(0, 4))
def test_the_messages_of_all_others_never_arrive(case: tuple[Graph, Tensor], hops: int) -> None:
    """The definition itself: propagate `hops` times and see whose input moves the seeds' output."""
    graph, nodes = case
    reach = torch.linalg.matrix_power(to_dense(graph).T + torch.eye(graph.num_nodes), hops)
    felt = (reach[nodes] != 0).any(0).nonzero().view(-1)
    _, ids = k_hop_subgraph(graph, nodes, hops)
    assert sorted(ids.tolist()) == felt.tolist()


@given(with_nodes(), st.integers(0, 4))
def test_out_is_in_of_the_reverse(case: tuple[Graph, Tensor], hops: int) -> None:
    graph, nodes = case
    _, outwards = k_hop_subgraph(graph, nodes, hops, "out")
    _, inwards = k_hop_subgraph(reverse(graph), nodes, hops, "in")
    assert torch.equal(outwards, inwards)


def test_seeds_come_first_then_ring_by_ring() -> None:
    star = Graph(torch.tensor([[4, 0, 3, 1], [2, 4, 2, 3]]), names=tuple("abcde"))
    part, ids = k_hop_subgraph(star, [2], hops=2)
    assert ids.tolist() == [2, 3, 4, 0, 1]
    assert part.names == ("c", "d", "e", "a", "b")
    assert edge_rows(part, part.names) == edge_rows(star, star.names)


# --- components


@given(graphs())
def test_components_are_networkxs(graph: Graph) -> None:
    labels = connected_components(graph)
    groups = {frozenset((labels == label).nonzero().view(-1).tolist()) for label in labels.unique()}
    assert groups == set(map(frozenset, nx.weakly_connected_components(to_networkx(graph))))
    firsts = list(dict.fromkeys(labels.tolist()))
    assert firsts == list(range(len(firsts)))


def test_a_road_of_weight_zero_still_connects() -> None:
    pair = Graph(torch.tensor([[1], [0]]), edge_weight=torch.zeros(1))
    assert connected_components(pair).tolist() == [0, 0]


# --- devices and errors


@pytest.mark.parametrize("device", DEVICES)
def test_parts_stay_on_their_device(device: str) -> None:
    graph = PATH.to(device)
    part, ids = k_hop_subgraph(graph, [1], 1)
    assert {part.device.type, ids.device.type, connected_components(graph).device.type} == {device}
    assert permute(graph, [3, 2, 1, 0]).edge_index.tolist() == [[3, 2, 1], [2, 1, 0]]


@pytest.mark.parametrize(
    ("nodes", "error", "message"),
    [
        ([0, 4], ValueError, "nodes refers to 4, but there are 4 nodes"),
        ([-1], ValueError, "nodes refers to -1"),
        ([1, 2, 1], ValueError, "nodes holds 1 more than once"),
        ([0.0, 1.0], TypeError, r"nodes must be node ids \[K\] or a bool mask \[N\], got list"),
        (torch.tensor(1), TypeError, r"nodes must be node ids \[K\] or a bool mask"),
        (torch.tensor([True, False]), ValueError, r"nodes as a mask must have shape \[4\], got \[2\]"),
        ({0, 1}, TypeError, r"nodes must be node ids \[K\] or a bool mask \[N\], got set"),
        ("ab", TypeError, r"nodes must be node ids \[K\] or a bool mask \[N\], got str 'ab'"),
    ],
)
def test_nodes_that_are_none_are_refused(nodes: object, error: type[Exception], message: str) -> None:
    for function in (subgraph, lambda graph, nodes: k_hop_subgraph(graph, nodes, 1)):
        with pytest.raises(error, match=message):
            function(PATH, nodes)


def test_an_order_names_every_node_once() -> None:
    with pytest.raises(ValueError, match="order must name each of the 4 nodes once, got 2 of them"):
        permute(PATH, [0, 1])
    with pytest.raises(ValueError, match="order holds 0 more than once"):
        permute(PATH, [0, 0, 1, 2])


def test_hops_and_directions_make_sense() -> None:
    with pytest.raises(ValueError, match="hops counts rounds of message passing, so it is 0 or more; got -1"):
        k_hop_subgraph(PATH, [0], -1)
    with pytest.raises(ValueError, match="direction must be one of 'in', 'out', got 'both'"):
        k_hop_subgraph(PATH, [0], 1, "both")  # type: ignore[arg-type]
