"""The index agrees with dense matrices and brute force, and the cache is never stale."""

import gc
import weakref

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.adjacency import Adjacency, Bags, prepare
from gnn_lib.aggregate import weighted_sum
from gnn_lib.graph import Graph
from tests.strategies import DEVICES, edge_indices, generators, graphs


def dense(adjacency: Adjacency) -> Tensor:
    """A[i, j] = sum of the weights of all edges i -> j."""
    A = torch.zeros(adjacency.num_sources, adjacency.num_targets, dtype=torch.float64)
    weight = torch.ones(adjacency.num_edges) if adjacency.weight is None else adjacency.weight
    for i, j, w in zip(*adjacency.edge_index.tolist(), weight.tolist(), strict=True):
        A[i, j] += w
    return A


def summed(adjacency: Adjacency) -> Tensor:
    """The same matrix, read off the fused sum: column j is what j hears when each speaks its own unit."""
    return weighted_sum(adjacency, torch.eye(adjacency.num_sources, dtype=torch.float64)).T


def summed_backwards(adjacency: Adjacency) -> Tensor:
    """And once more, read off the gradient of the sum."""
    x = torch.zeros(adjacency.num_sources, adjacency.num_targets, dtype=torch.float64, requires_grad=True)
    weighted_sum(adjacency, x).diagonal().sum().backward()
    return x.grad


def assert_is(adjacency: Adjacency, A: Tensor) -> None:
    """The adjacency is the matrix A, whichever way one looks."""
    for view in (dense(adjacency), summed(adjacency), summed_backwards(adjacency)):
        torch.testing.assert_close(view, A)


def assert_groups(bags: Bags, near: Tensor, far: Tensor, count: int) -> None:
    """The bags hold every edge once, at its near end, in the original order."""
    for owner in range(count):
        edges = (near == owner).nonzero().view(-1).tolist()
        bag = slice(int(bags.ptr[owner]), int(bags.ptr[owner + 1]))
        assert bags.order[bag].tolist() == edges
        assert bags.ids[bag].tolist() == far[edges].tolist()
        assert bags.owner[bag].tolist() == [owner] * len(edges)
    assert len(bags.ids) == len(near)


@given(graphs(features=None))
def test_bags_by_target_and_by_source(graph: Graph) -> None:
    adjacency, (sources, targets) = graph.adjacency, graph.edge_index
    assert_groups(adjacency.by_target, targets, sources, graph.num_nodes)
    assert_groups(adjacency.by_source, sources, targets, graph.num_nodes)
    assert adjacency.in_degree.tolist() == [int((targets == i).sum()) for i in range(graph.num_nodes)]
    assert_is(adjacency, dense(adjacency))


@given(graphs(features=None, weights=True))
def test_every_derived_adjacency_is_the_matrix_it_promises(graph: Graph) -> None:
    plain = graph.adjacency
    A, weighted = dense(plain), plain.weighted(graph.edge_weight)
    W = torch.zeros_like(A).index_put(tuple(graph.edge_index), graph.edge_weight, accumulate=True)
    degree = torch.bincount(graph.edge_index[1], minlength=graph.num_nodes).clamp(min=1)
    for _ in range(2):  # the second time from the cache
        assert_is(plain, A)
        assert_is(plain.reversed, A.T)
        assert_is(plain.reversed.reversed, A)
        assert_is(plain.with_self_loops(), A - A.diag().diag() + torch.eye(len(A)))
        assert_is(plain.mean(torch.float64), A / degree)
        assert_is(weighted, W)
        assert_is(weighted.reversed, W.T)
        assert_is(weighted.mean(torch.float64), W / degree)
        assert_is(weighted.weighted(2 * graph.edge_weight), 2 * W)
    assert plain.mean(torch.float32).weight.dtype == torch.float32


@given(graphs(features=None, weights=True), st.booleans())
def test_incidence_leads_every_edge_to_its_target(graph: Graph, weighted: bool) -> None:
    adjacency = graph.adjacency.weighted(graph.edge_weight) if weighted else graph.adjacency
    incidence = adjacency.incidence
    assert (incidence.num_sources, incidence.num_targets) == (graph.num_edges, graph.num_nodes)
    expected = torch.zeros(graph.num_edges, graph.num_nodes, dtype=torch.float64)
    expected[range(graph.num_edges), graph.edge_index[1]] = 1
    assert_is(incidence, expected)
    assert_groups(incidence.by_target, graph.edge_index[1], torch.arange(graph.num_edges), graph.num_nodes)
    edges = torch.arange(graph.num_edges)
    assert_groups(incidence.by_source, edges, graph.edge_index[1], graph.num_edges)


@given(st.data(), generators())
def test_two_sides_of_different_size(data: st.DataObject, generator: torch.Generator) -> None:
    sources, targets = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 6))
    edge_index = data.draw(edge_indices(min(sources, targets)))
    adjacency = Adjacency(edge_index, sources, targets)
    assert_is(adjacency, dense(adjacency))
    assert_is(adjacency.reversed, dense(adjacency).T)
    weighted = adjacency.weighted(torch.rand(edge_index.size(1), generator=generator).double())
    assert_is(weighted.reversed, dense(weighted).T)


def test_the_index_is_made_once_and_shared() -> None:
    adjacency = Adjacency(torch.tensor([[0, 1, 2], [1, 0, 1]]), 3)
    assert adjacency.with_self_loops() is adjacency.with_self_loops()
    assert adjacency.mean(torch.float32) is adjacency.mean(torch.float32)
    assert adjacency.mean(torch.float32) is not adjacency.mean(torch.float64)
    assert adjacency.reversed.by_target is adjacency.by_source
    assert adjacency.weighted(torch.ones(3)).by_target is adjacency.by_target
    made = []
    for _ in range(2):
        adjacency.derive("key", lambda: made.append(1))
    assert made == [1]
    assert adjacency.weighted(torch.ones(3)).derive("key", lambda: "anew") == "anew"


def test_weights_carry_no_gradient_and_are_each_adjacencys_own() -> None:
    adjacency = Adjacency(torch.tensor([[0, 1], [1, 0]]), 2)
    weight = torch.tensor([2.0, 3.0], requires_grad=True)
    first, second = adjacency.weighted(weight), adjacency.weighted(torch.tensor([5.0, 7.0]))
    assert not first.weight.requires_grad
    ones = torch.ones(2, 1)
    for twin, expected in ((first, [3, 2]), (second, [7, 5]), (adjacency, [1, 1]), (first, [3, 2])):
        assert weighted_sum(twin, ones).flatten().tolist() == expected
    assert first.weighted(torch.tensor([1.0, 4.0])).sorted_weights.by_target.tolist() == [4, 1]


def test_ids_take_half_the_memory_where_they_fit() -> None:
    bags = Adjacency(torch.tensor([[0, 1], [1, 0]]), 2).by_target
    assert {t.dtype for t in bags} == {torch.int32}


def test_a_tensor_is_indexed_once() -> None:
    edges = torch.tensor([[0, 1], [1, 2]])
    assert prepare(edges, 3) is prepare(edges, 3)
    assert prepare(edges, 3) is not prepare(edges.clone(), 3), "one index for each tensor"
    assert prepare(edges, 4).num_sources == 4, "the same edges among more nodes are another graph"
    shared = Adjacency(edges, 3)
    assert prepare(shared, 3) is shared


@pytest.mark.parametrize("change", [
    lambda e: e.__setitem__((0, 0), 2),
    lambda e: e.numpy().__setitem__((0, 0), 2),
    lambda e: e.data.__setitem__((0, 0), 2),
    lambda e: e.view(-1).__setitem__(0, 2),
    lambda e: e.resize_(2, 1),
    lambda e: e.set_(torch.tensor([[2, 1], [1, 2]])),
])
def test_edges_changed_in_place_are_never_served_stale(change) -> None:
    edges, x = torch.tensor([[0, 1], [1, 2]]), torch.tensor([[1.0], [10.0], [100.0]])
    before = weighted_sum(prepare(edges, 3), x)
    change(edges)
    after = weighted_sum(prepare(edges, 3), x)
    assert torch.equal(after, weighted_sum(Adjacency(edges.clone(), 3), x))
    assert not torch.equal(before, after)


def test_an_index_that_was_handed_out_does_not_change_with_the_tensor() -> None:
    edges, x = torch.tensor([[0, 1], [1, 2]]), torch.tensor([[1.0], [10.0], [100.0]])
    prepared = prepare(edges, 3)
    edges.numpy()[:] = 0  # before the index was even sorted
    assert weighted_sum(prepared, x).flatten().tolist() == [0, 1, 10]


def test_the_cache_lets_go_when_the_tensor_dies() -> None:
    edges = torch.tensor([[0, 1], [1, 2]])
    prepared = prepare(edges, 3)
    weighted_sum(prepared.with_self_loops(), torch.ones(3, 1))
    watch = weakref.ref(prepared)
    del prepared
    gc.collect()
    assert watch() is not None, "it is kept for as long as the tensor lives"
    del edges
    gc.collect()
    assert watch() is None


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda e: Adjacency(e, 2), ValueError, "edge_index refers to 2, but there are 2 nodes"),
    (lambda e: Adjacency(e - 1, 3), ValueError, "edge_index refers to -1"),
    (lambda e: Adjacency(e, 1, 3), ValueError, r"edge_index\[0\] refers to 1, but there are 1 sources"),
    (lambda e: Adjacency(e, 3, 2), ValueError, r"edge_index\[1\] refers to 2, but there are 2 targets"),
    (lambda e: Adjacency(e.float(), 3), TypeError, "edge_index must hold integers"),
    (lambda e: Adjacency(e.t(), 3).weighted(torch.ones(3)), ValueError, "weight must have one row per edge"),
    (lambda e: Adjacency(e, 3).weighted([1.0, 2.0]), TypeError, "weight must be a torch.Tensor"),
    (lambda e: prepare(Adjacency(e, 3), 4), ValueError, "prepared for 3 nodes, but x has 4 rows"),
    (lambda e: prepare(e.tolist(), 3), TypeError, "edge_index must be a torch.Tensor"),
    (lambda e: prepare(e, 2), ValueError, "edge_index refers to 2, but there are 2 nodes"),
])
def test_says_what_it_needs(make, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        make(torch.tensor([[0, 1], [1, 2]]))


def test_a_graph_without_nodes_and_32_bit_edges() -> None:
    nothing = Adjacency(torch.empty(2, 0, dtype=torch.long), 0)
    assert weighted_sum(nothing, torch.ones(0, 2)).shape == (0, 2)
    assert nothing.with_self_loops().num_edges == nothing.mean(torch.float32).num_edges == 0
    narrow = Adjacency(torch.tensor([[0], [1]], dtype=torch.int32), 2)
    assert narrow.edge_index.dtype == torch.int64
    assert_is(narrow, torch.tensor([[0.0, 1.0], [0.0, 0.0]]).double())
    assert repr(narrow) == "Adjacency(2 -> 2 nodes, 1 edges)"


@pytest.mark.parametrize("device", DEVICES)
def test_every_device(device: str) -> None:
    edges = torch.tensor([[0, 1, 2], [1, 0, 1]], device=device)
    adjacency = prepare(edges, 3)
    assert adjacency.device.type == device
    for derived in (adjacency, adjacency.with_self_loops(), adjacency.reversed, adjacency.incidence):
        assert {t.device.type for t in (*derived.by_target, *derived.by_source)} == {device}
