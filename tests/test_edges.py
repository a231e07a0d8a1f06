"""Changing edges: against PyG's utilities, against the matrix A, and by properties."""

from collections import Counter
from typing import Any

import pytest
import torch
import torch_geometric.utils as pyg
from hypothesis import given

from gnn_lib import edges
from gnn_lib.convert import to_dense
from gnn_lib.edges import Reduce
from gnn_lib.graph import Graph
from tests.strategies import assert_same, edge_rows, full_graphs, graphs

MESSY = Graph(
    torch.tensor([[2, 0, 1, 2, 0, 1], [1, 1, 1, 1, 2, 1]]),
    edge_weight=torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    edge_attr=torch.arange(12.0).view(6, 2),
    num_nodes=4,
)  # two copies of 2 -> 1, two loops at 1, node 3 isolated


def pairs(graph: Graph) -> list[tuple[int, ...]]:
    return [tuple(pair) for pair in graph.edge_index.t().tolist()]


# --- selecting and adding


@given(full_graphs())
def test_selected_edges_keep_what_they_carry(graph: Graph) -> None:
    odd = torch.arange(graph.num_edges) % 2 == 1
    by_mask, by_id = edges.select_edges(graph, odd), edges.select_edges(graph, odd.nonzero().view(-1))
    assert_same(by_mask, by_id)
    both = edge_rows(by_mask) + edge_rows(edges.select_edges(graph, ~odd))
    assert sorted(both, key=repr) == edge_rows(graph)


def test_selecting_by_id_may_reorder() -> None:
    assert pairs(edges.select_edges(MESSY, torch.tensor([4, 0]))) == [(0, 2), (2, 1)]


def test_new_edges_come_last_with_one_value_or_one_row_each() -> None:
    rows = torch.tensor([[7.0, 8.0], [9.0, 10.0]])
    grown = edges.add_edges(MESSY, torch.tensor([[3, 0], [0, 3]]), edge_weight=0.5, edge_attr=rows)
    assert pairs(grown) == [*pairs(MESSY), (3, 0), (0, 3)]
    assert grown.edge_weight is not None
    assert grown.edge_attr is not None
    assert grown.edge_weight.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.5, 0.5]
    assert torch.equal(grown.edge_attr[6:], rows)


def test_a_row_of_attributes_serves_every_new_edge() -> None:
    grown = edges.add_self_loops(MESSY, edge_attr=torch.tensor([1.0, 2.0]))
    assert grown.edge_attr is not None
    assert grown.edge_attr[6:].tolist() == [[1.0, 2.0]] * 4


@pytest.mark.parametrize(
    ("edge_index", "fields", "message"),
    [
        ([[0], [4]], {"edge_attr": 0.0}, "edge_index refers to 4, but there are 4 nodes"),
        ([[0], [1]], {}, "The graph has edge_attr: say what the new edges carry, as in edge_attr=0"),
        ([[0], [1]], {"edge_attr": 0.0, "edge_type": 1}, "has no edge_type.*it has .'edge_attr', 'edge_w"),
        ([[0], [1]], {"edge_attr": torch.ones(3, 2)}, "edge_attr for 1 new edges must be.* shape .1, 2."),
    ],
)
def test_adding_says_what_is_missing(edge_index: list[list[int]], fields: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        edges.add_edges(MESSY, torch.tensor(edge_index), **fields)


# --- self-loops


@given(graphs(weights=True))
def test_add_self_loops_adds_the_identity(graph: Graph) -> None:
    looped = edges.add_self_loops(graph, edge_weight=2.5)
    torch.testing.assert_close(to_dense(looped), to_dense(graph) + 2.5 * torch.eye(graph.num_nodes))


@given(graphs(weights=True))
def test_add_self_loops_is_pygs(graph: Graph) -> None:
    looped = edges.add_self_loops(graph)
    index, weight = pyg.add_self_loops(graph.edge_index, graph.edge_weight, num_nodes=graph.num_nodes)
    assert torch.equal(looped.edge_index, index)
    assert torch.equal(looped.edge_weight, weight)


@given(graphs(weights=True))
def test_add_missing_self_loops_is_pygs(graph: Graph) -> None:
    graph = edges.coalesce(graph)  # of several loops at one node PyG keeps one, we keep all
    index, weight = pyg.add_remaining_self_loops(
        graph.edge_index, graph.edge_weight, fill_value=2.0, num_nodes=graph.num_nodes
    )
    theirs = Graph(index, edge_weight=weight, num_nodes=graph.num_nodes)
    assert edge_rows(edges.add_missing_self_loops(graph, edge_weight=2.0)) == edge_rows(theirs)


@given(full_graphs())
def test_add_missing_self_loops_leaves_every_edge_and_one_loop_at_least(graph: Graph) -> None:
    looped = edges.add_missing_self_loops(graph, edge_attr=0.0, edge_type=0)
    assert_same(edges.select_edges(looped, torch.arange(graph.num_edges)), graph)
    before, after = (Counter(i for i, j in pairs(g) if i == j) for g in (graph, looped))
    assert after == {i: max(1, before[i]) for i in range(graph.num_nodes)}
    assert_same(edges.add_missing_self_loops(looped, edge_attr=0.0, edge_type=0), looped)


@given(full_graphs())
def test_remove_self_loops_is_pygs(graph: Graph) -> None:
    bare = edges.remove_self_loops(graph)
    index, attr = pyg.remove_self_loops(graph.edge_index, graph.edge_attr)
    assert torch.equal(bare.edge_index, index)
    assert torch.equal(bare.edge_attr, attr)
    assert not edges.has_self_loops(bare)
    assert edges.has_self_loops(graph) == pyg.contains_self_loops(graph.edge_index)


# --- direction


@given(full_graphs())
def test_reverse_transposes_and_undoes_itself(graph: Graph) -> None:
    assert torch.equal(to_dense(edges.reverse(graph)), to_dense(graph).T)
    assert_same(edges.reverse(edges.reverse(graph)), graph)


@given(graphs(weights=True))
def test_degrees_are_pygs_and_the_sums_of_the_matrix(graph: Graph) -> None:
    counts, A = to_dense(graph.replace(edge_weight=None)), to_dense(graph)
    for direction, axis, row in (("in", 0, 1), ("out", 1, 0)):
        degree = edges.degree(graph, direction)  # type: ignore[arg-type]
        assert torch.equal(degree, pyg.degree(graph.edge_index[row], graph.num_nodes))
        assert torch.equal(degree, counts.sum(axis))
        torch.testing.assert_close(edges.degree(graph, direction, weighted=True), A.sum(axis))  # type: ignore[arg-type]


def test_weighted_degree_wants_weights() -> None:
    with pytest.raises(ValueError, match="weighted=True needs a graph with edge_weight"):
        edges.degree(MESSY.replace(edge_weight=None), weighted=True)


def test_a_direction_is_in_or_out() -> None:
    with pytest.raises(ValueError, match="direction must be one of 'in', 'out', got 'both'"):
        edges.degree(MESSY, "both")  # type: ignore[arg-type]


# --- merging


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min"])
@given(graph=graphs(weights=True, edge_features=2))
def test_coalesce_is_pygs(graph: Graph, reduce: Reduce) -> None:
    merged = edges.coalesce(graph, reduce)
    index, (weight, attr) = pyg.coalesce(
        graph.edge_index, [graph.edge_weight, graph.edge_attr], graph.num_nodes, reduce
    )
    assert torch.equal(merged.edge_index, index)
    torch.testing.assert_close(merged.edge_weight, weight)
    torch.testing.assert_close(merged.edge_attr, attr)


@given(graphs(weights=True))
def test_coalesce_keeps_the_matrix_and_happens_once(graph: Graph) -> None:
    merged = edges.coalesce(graph)
    torch.testing.assert_close(to_dense(merged), to_dense(graph))
    assert len(set(pairs(merged))) == merged.num_edges
    assert_same(edges.coalesce(merged), merged)


@given(full_graphs())
def test_edges_of_different_types_are_never_merged(graph: Graph) -> None:
    merged = edges.coalesce(graph)
    assert graph.edge_type is not None
    assert merged.edge_type is not None
    triples = {(*pair, kind) for pair, kind in zip(pairs(graph), graph.edge_type.tolist(), strict=True)}
    ours = [(*pair, kind) for pair, kind in zip(pairs(merged), merged.edge_type.tolist(), strict=True)]
    assert ours == sorted(triples)


def test_merging_by_hand() -> None:
    merged = edges.coalesce(MESSY, "max")
    assert pairs(merged) == [(0, 1), (0, 2), (1, 1), (2, 1)]
    assert merged.edge_weight is not None
    assert merged.edge_attr is not None
    assert merged.edge_weight.tolist() == [2.0, 5.0, 6.0, 4.0]
    assert merged.edge_attr.tolist() == [[2.0, 3.0], [8.0, 9.0], [10.0, 11.0], [6.0, 7.0]]


def test_a_maximum_of_negative_weights_is_negative() -> None:
    pair = Graph(torch.tensor([[0, 0], [1, 1]]), edge_weight=torch.tensor([-3.0, -2.0]))
    weight = edges.coalesce(pair, "max").edge_weight
    assert weight is not None
    assert weight.tolist() == [-2.0]


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min"])
def test_weights_get_a_gradient_through_merging(reduce: Reduce) -> None:
    graph = MESSY.replace(edge_attr=None)
    weight = torch.tensor([1.0, 2, 3, 4, 5, 6], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda w: edges.coalesce(graph.replace(edge_weight=w), reduce).edge_weight, weight
    )


def test_a_reduction_has_one_of_four_names() -> None:
    with pytest.raises(ValueError, match="reduce must be one of 'sum', 'mean', 'max', 'min', got 'add'"):
        edges.coalesce(MESSY, "add")  # type: ignore[arg-type]


# --- both directions


@given(graphs(weights=True))
def test_undirected_sum_adds_the_transpose_and_pygs(graph: Graph) -> None:
    both = edges.to_undirected(graph, "sum")
    A = to_dense(graph)
    torch.testing.assert_close(to_dense(both), A + A.T - A.diag().diag())
    bare = edges.remove_self_loops(graph)  # PyG counts loops twice
    index, weight = pyg.to_undirected(bare.edge_index, bare.edge_weight, graph.num_nodes, "sum")
    ours = edges.remove_self_loops(both)
    assert torch.equal(ours.edge_index, index)
    torch.testing.assert_close(ours.edge_weight, weight)


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min"])
@given(graph=full_graphs())
def test_undirected_is_undirected_to_the_last_bit(graph: Graph, reduce: Reduce) -> None:
    both = edges.to_undirected(graph, reduce)
    assert edges.is_undirected(both)
    assert set(pairs(both)) == {*pairs(graph), *pairs(edges.reverse(graph))}
    if reduce != "sum":
        assert_same(edges.to_undirected(both, reduce), both)


def test_undirected_by_hand() -> None:
    both = edges.to_undirected(MESSY)
    assert pairs(both) == [(0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    assert both.edge_weight is not None
    assert both.edge_weight.tolist() == [2.0, 5.0, 2.0, 4.5, 2.5, 5.0, 2.5]


@given(graphs(weights=False))
def test_is_undirected_is_pygs(graph: Graph) -> None:
    for candidate in (graph, edges.to_undirected(graph), edges.add_edges(graph, graph.edge_index.flip(0))):
        assert edges.is_undirected(candidate) == pyg.is_undirected(
            candidate.edge_index, num_nodes=candidate.num_nodes
        )


@given(full_graphs())
def test_is_undirected_compares_all_that_edges_carry(graph: Graph) -> None:
    assert edges.is_undirected(graph) == (edge_rows(graph) == edge_rows(edges.reverse(graph)))


@pytest.mark.parametrize("field", ["edge_weight", "edge_attr", "edge_type"])
def test_two_ways_that_carry_different_things_are_not_undirected(field: str) -> None:
    values = {"edge_weight": [1.0, 2.0], "edge_attr": [[0.0, 1.0], [0.0, 2.0]], "edge_type": [0, 1]}[field]
    pair = Graph(torch.tensor([[0, 1], [1, 0]]))
    assert edges.is_undirected(pair)
    assert not edges.is_undirected(pair.replace(**{field: torch.tensor(values)}))


# --- throughout


@given(full_graphs())
def test_nodes_are_left_alone_and_the_input_too(graph: Graph) -> None:
    before = graph.edge_index.clone()
    results = [
        edges.add_self_loops(graph, edge_attr=0.0, edge_type=0),
        edges.remove_self_loops(graph),
        edges.reverse(graph),
        edges.coalesce(graph),
        edges.to_undirected(graph),
    ]
    for result in results:
        assert result.names == graph.names
        assert all(getattr(result, name) is value for name, value in graph.tensors("node"))
        assert [name for name, _ in result.tensors("edge")] == [name for name, _ in graph.tensors("edge")]
    assert torch.equal(graph.edge_index, before)
