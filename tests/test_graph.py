"""The Graph itself: it can't change, it counts right, and it refuses what makes no sense, in plain words."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
import torch
from hypothesis import given

from gnn_lib.graph import Graph, field_names
from tests.strategies import DEVICES, assert_same, full_graphs

PATH = torch.tensor([[0, 1], [1, 2]])  # 0 -> 1 -> 2


def test_is_immutable() -> None:
    graph = Graph(PATH)
    with pytest.raises(FrozenInstanceError):
        graph.x = torch.ones(3, 1)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del graph.edge_index  # type: ignore[misc]


def test_compares_and_hashes_by_identity() -> None:
    graph = Graph(PATH)
    assert graph != Graph(PATH)
    assert {graph: "kept"}[graph] == "kept"


@pytest.mark.parametrize(
    ("graph", "count"),
    [
        (Graph(PATH), 3),
        (Graph(torch.empty(2, 0, dtype=torch.long)), 0),
        (Graph(PATH, num_nodes=7), 7),
        (Graph(PATH, x=torch.ones(5, 2)), 5),
        (Graph(PATH, y=torch.zeros(4)), 4),
        (Graph(PATH, pos=torch.zeros(6, 2)), 6),
        (Graph(PATH, train_mask=torch.zeros(4, dtype=torch.bool)), 4),
        (Graph(PATH, batch=torch.tensor([0, 0, 0, 1])), 4),
        (Graph(PATH, names=("a", "b", "c", "d")), 4),
        (Graph(PATH, edge_weight=torch.ones(2), graph_y=torch.ones(1)), 3),
    ],
)
def test_counts_nodes(graph: Graph, count: int) -> None:
    assert graph.num_nodes == count


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({}, 1),
        ({"graph_y": torch.ones(1)}, 1),
        ({"batch": torch.tensor([0, 1, 1])}, 2),
        ({"batch": torch.tensor([0, 1, 1]), "graph_y": torch.ones(3, 2)}, 3),
        ({"batch": torch.tensor([0, 1, 1]), "num_graphs": 4}, 4),
    ],
)
def test_counts_graphs(fields: dict[str, Any], count: int) -> None:
    assert Graph(PATH, **fields).num_graphs == count


def test_no_nodes_is_a_graph_too() -> None:
    empty = Graph(torch.empty(2, 0, dtype=torch.long), batch=torch.empty(0, dtype=torch.long))
    assert (empty.num_nodes, empty.num_edges, empty.num_graphs) == (0, 0, 0)


def test_names_become_a_tuple_of_words() -> None:
    assert Graph(PATH, names=["a", 2, None]).names == ("a", "2", "None")  # type: ignore[arg-type]


def test_takes_int32_and_keeps_int64() -> None:
    assert Graph(PATH.int()).edge_index.dtype == torch.int64


REFUSED = [
    (TypeError, "edge_index must be a torch.Tensor, got list", {"edge_index": [[0], [1]]}),
    (TypeError, "edge_index must hold integers", {"edge_index": PATH.float()}),
    (ValueError, r"edge_index must have shape \[2, E\].*got \[1, 2\]", {"edge_index": PATH.T[:1]}),
    (ValueError, "edge_index refers to node -1", {"edge_index": torch.tensor([[0], [-1]])}),
    (ValueError, "edge_index refers to 2, but there are 2 nodes", {"num_nodes": 2}),
    (ValueError, "edge_index refers to 2, but there are 2 nodes", {"x": torch.ones(2, 1)}),
    (ValueError, "edge_index refers to 2, but there are 1 nodes", {"names": ("a",)}),
    (TypeError, r"num_nodes must be an int, got float 3.0. Convert with int", {"num_nodes": 3.0}),
    (TypeError, "num_graphs must be an int, got NoneType None", {"num_graphs": None}),
    (TypeError, "x must be a torch.Tensor, got list", {"x": [[1.0], [2.0], [3.0]]}),
    (TypeError, "graph_y must be a torch.Tensor, got float", {"graph_y": 1.5}),
    (ValueError, "y must have one row per node, so 3 of them", {"x": torch.ones(3, 1), "y": torch.ones(2)}),
    (ValueError, "x must have one row per node, so 3 of them", {"x": torch.tensor(1.0)}),
    (ValueError, r"x holds NaN, first at position \[0, 0\] of", {"x": torch.full((3, 1), torch.nan)}),
    (ValueError, "edge_attr must have one row per edge, so 2 of them", {"edge_attr": torch.ones(3, 1)}),
    (ValueError, "edge_attr holds NaN", {"edge_attr": torch.full((2, 1), torch.nan)}),
    (ValueError, "edge_weight must have one row per edge, so 2 of them", {"edge_weight": torch.ones(1)}),
    (ValueError, "edge_weight must have one dimension", {"edge_weight": torch.ones(2, 1)}),
    (TypeError, "edge_weight must be floating.*Use edge_weight.float", {"edge_weight": PATH[0]}),
    (ValueError, "edge_weight holds NaN", {"edge_weight": torch.tensor([1.0, torch.nan])}),
    (TypeError, "edge_type must hold torch.int64.*Use edge_type.long", {"edge_type": torch.ones(2)}),
    (TypeError, "val_mask must be a bool tensor.*Use val_mask.bool", {"val_mask": torch.ones(3)}),
    (ValueError, "test_mask must have one dimension", {"test_mask": torch.ones(3, 10).bool()}),
    (ValueError, "train_mask must have one row", {"x": torch.ones(3, 1), "train_mask": torch.ones(4).bool()}),
    (TypeError, "batch must hold torch.int64", {"batch": torch.zeros(3)}),
    (ValueError, "batch refers to -1", {"batch": torch.tensor([0, -1, 0])}),
    (ValueError, "batch refers to 2, but there are 2 graphs", {"batch": torch.arange(3), "num_graphs": 2}),
    (ValueError, "graph_y must have one row per graph", {"graph_y": torch.ones(3), "num_graphs": 1}),
    (ValueError, "num_graphs is 3, so batch", {"graph_y": torch.ones(3)}),
    (ValueError, "num_graphs is 2, so batch", {"num_graphs": 2}),
    (ValueError, "names has 2 entries for 3 nodes", {"names": ("a", "b"), "num_nodes": 3}),
]


@pytest.mark.parametrize(("error", "message", "fields"), REFUSED)
def test_refuses_in_plain_words(error: type[Exception], message: str, fields: dict[str, Any]) -> None:
    with pytest.raises(error, match=message):
        Graph(**{"edge_index": PATH, **fields})


def test_says_when_devices_differ() -> None:
    with pytest.raises(ValueError, match="x is on meta and edge_index is on cpu"):
        Graph(PATH, x=torch.ones(3, 1, device="meta"))


def test_nan_labels_are_allowed_for_they_mean_unknown() -> None:
    assert Graph(PATH, y=torch.full((3,), torch.nan)).y is not None


@given(full_graphs())
def test_replace_changes_one_field_and_shares_the_rest(graph: Graph) -> None:
    old = dict(graph.tensors())
    x = torch.ones(graph.num_nodes, 1)
    changed = graph.replace(x=x)
    assert changed.x is x
    assert graph.x is old.pop("x")
    assert all(getattr(changed, name) is value for name, value in old.items())


def test_replace_checks_again() -> None:
    with pytest.raises(ValueError, match="edge_index refers to 9, but there are 3 nodes"):
        Graph(PATH).replace(edge_index=torch.tensor([[0], [9]]))


def test_replace_prepares_new_edges_anew() -> None:
    graph = Graph(PATH)
    assert graph.adjacency is graph.adjacency
    turned = graph.replace(edge_index=PATH.flip(0))
    assert turned.adjacency.in_degree.tolist() == [1.0, 1.0, 0.0]
    assert graph.adjacency.in_degree.tolist() == [0.0, 1.0, 1.0]


def test_adjacency_knows_nodes_without_edges() -> None:
    assert Graph(PATH, num_nodes=5).adjacency.num_targets == 5


@given(full_graphs())
def test_to_the_same_device_is_the_same_graph(graph: Graph) -> None:
    assert_same(graph.to("cpu"), graph)
    assert graph.device == torch.device("cpu")


@pytest.mark.parametrize("device", DEVICES)
def test_moves_whole_and_comes_back(device: str) -> None:
    graph = Graph(PATH, x=torch.ones(3, 2), edge_weight=torch.ones(2), names=("a", "b", "c"))
    there = graph.to(device)
    assert {value.device.type for _, value in there.tensors()} == {device}
    assert_same(there.to("cpu"), graph)


@given(full_graphs())
def test_copies_and_pickles(graph: Graph) -> None:
    assert_same(copy.deepcopy(graph), graph)
    assert_same(pickle.loads(pickle.dumps(graph)), graph)


@given(full_graphs())
def test_tensors_are_told_apart_by_what_they_describe(graph: Graph) -> None:
    by_kind = {kind: dict(graph.tensors(kind)) for kind in ("node", "edge", "graph")}  # type: ignore[arg-type]
    assert all(len(value) == graph.num_nodes for value in by_kind["node"].values())
    assert set(by_kind["edge"]) == {"edge_attr", "edge_weight", "edge_type"}
    assert set(by_kind["graph"]) == {"graph_y"}
    everything = {"edge_index"}.union(*by_kind.values())
    assert {name for name, _ in graph.tensors()} == everything
    others = {"edge_index", "names", "num_nodes", "num_graphs"}
    assert {spec.name for spec in fields(Graph)} == others.union(field_names())


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        (Graph(PATH), "Graph(3 nodes, 2 edges)"),
        (Graph(torch.tensor([[0], [0]]), names=("a",)), "Graph(1 node, 1 edge, names)"),
        (Graph(PATH, x=torch.ones(3, 4)), "Graph(3 nodes, 2 edges, x [3, 4])"),
        (
            Graph(PATH, batch=torch.tensor([0, 0, 0]), num_graphs=2, graph_y=torch.ones(2, 1)),
            "Graph(2 graphs, 3 nodes, 2 edges, batch [3], graph_y [2, 1])",
        ),
    ],
)
def test_repr_is_short(graph: Graph, text: str) -> None:
    assert repr(graph) == text
