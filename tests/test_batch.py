"""A batch is the disjoint union, and comes apart exactly as it went together."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import block_diag
from torch_geometric.data import Batch

from gnn_lib.batch import batch_graphs, unbatch
from gnn_lib.convert import to_dense, to_pyg
from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph
from gnn_lib.subgraph import permute
from tests.strategies import DEVICES, assert_same, edge_rows, full_graphs, graphs, permutations

PAIR = Graph(torch.tensor([[0], [1]]), x=torch.ones(2, 3), edge_weight=torch.ones(1))
LIST_OF_GRAPHS = st.lists(full_graphs(max_nodes=5, max_edges=8), min_size=1, max_size=5)


@given(LIST_OF_GRAPHS)
def test_round_trip_is_exact(parts: list[Graph]) -> None:
    back = unbatch(batch_graphs(parts))
    assert len(back) == len(parts)
    for one, other in zip(back, parts, strict=True):
        assert_same(one, other)


@given(st.lists(graphs(features=None), min_size=1, max_size=5))
def test_round_trip_without_features_keeps_nodes_without_edges(parts: list[Graph]) -> None:
    for one, other in zip(unbatch(batch_graphs(parts)), parts, strict=True):
        assert_same(one, other)


@given(LIST_OF_GRAPHS, st.data())
def test_edges_need_not_stand_together(parts: list[Graph], data: st.DataObject) -> None:
    batch = batch_graphs(parts)
    shuffled = select_edges(batch, data.draw(permutations(batch.num_edges)))
    for one, other in zip(unbatch(shuffled), parts, strict=True):
        assert edge_rows(one) == edge_rows(other)


@given(LIST_OF_GRAPHS)
def test_the_matrix_is_block_diagonal(parts: list[Graph]) -> None:
    whole = to_dense(batch_graphs(parts)).numpy()
    assert (whole == block_diag(*[to_dense(part).numpy() for part in parts])).all()


@given(LIST_OF_GRAPHS)
def test_it_is_pygs_batch(parts: list[Graph]) -> None:
    ours, theirs = batch_graphs(parts), Batch.from_data_list([to_pyg(part) for part in parts])
    assert ours.num_graphs == theirs.num_graphs
    for name, value in ours.tensors():
        assert torch.equal(value, theirs[name]), name
    assert ours.names == tuple(name for part in parts for name in part.names or ())


@given(graphs())
def test_one_graph_is_a_batch_of_one(graph: Graph) -> None:
    assert unbatch(graph) == [graph]
    batch = batch_graphs([graph])
    assert_same(batch.replace(batch=None), graph)
    assert batch.batch is not None
    assert batch.batch.tolist() == [0] * graph.num_nodes


def test_graphs_without_nodes_are_kept() -> None:
    no_edges = torch.empty(2, 0, dtype=torch.long)
    empty = Graph(no_edges, x=torch.empty(0, 3), edge_weight=torch.empty(0), names=())
    named = PAIR.replace(names=("a", "b"))
    parts = [empty, named, empty, empty]
    batch = batch_graphs(parts)
    assert (batch.num_graphs, batch.num_nodes) == (4, 2)
    for one, other in zip(unbatch(batch), parts, strict=True):
        assert_same(one, other)


@given(LIST_OF_GRAPHS, st.data())
def test_nodes_need_not_stand_together(parts: list[Graph], data: st.DataObject) -> None:
    """Shuffled within the batch, each graph comes back with its own nodes in the order they stand in."""
    batch = batch_graphs(parts)
    order = data.draw(permutations(batch.num_nodes))
    assert batch.batch is not None
    starts = (batch.batch[None] < torch.arange(len(parts))[:, None]).sum(1)
    for position, part in enumerate(unbatch(permute(batch, order))):
        own = order[batch.batch[order] == position] - starts[position]
        assert_same(part, permute(parts[position], own))


@pytest.mark.parametrize("device", DEVICES)
def test_a_batch_lives_where_its_graphs_do(device: str) -> None:
    batch = batch_graphs([PAIR.to(device), PAIR.to(device)])
    assert {value.device.type for _, value in batch.tensors()} == {device}
    assert_same(unbatch(batch)[1].to("cpu"), PAIR)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (PAIR.replace(x=None), r"graphs\[1\] lacks x, unlike graphs\[0\].*replace\(x=None\)"),
        (PAIR.replace(y=torch.ones(2)), r"graphs\[1\] has y, unlike graphs\[0\]"),
        (PAIR.replace(names=("a", "b")), r"graphs\[1\] has names, unlike graphs\[0\]"),
        (PAIR.replace(graph_y=torch.ones(1)), r"graphs\[1\] has graph_y"),
        (PAIR.replace(x=torch.ones(2, 4)), r"x of graphs\[1\] is a torch.float32 tensor of shape \[2, 4\]"),
        (PAIR.replace(x=torch.ones(2, 3).double()), r"x of graphs\[1\] is a torch.float64 tensor"),
        (batch_graphs([PAIR, PAIR]), r"graphs\[1\] is already a batch of 2: unbatch it first"),
    ],
)
def test_graphs_that_disagree_are_named(other: Graph, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        batch_graphs([PAIR, other])


def test_devices_that_disagree_are_named() -> None:
    meta = Graph(torch.empty(2, 0, dtype=torch.long, device="meta"), num_nodes=2)
    plain = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=2)
    with pytest.raises(ValueError, match=r"graphs\[2\] is on meta and graphs\[0\] is on cpu"):
        batch_graphs([plain, plain, meta])


def test_nothing_to_batch() -> None:
    with pytest.raises(ValueError, match="batch_graphs needs at least one graph"):
        batch_graphs([])


def test_a_single_graph_is_no_list() -> None:
    with pytest.raises(TypeError, match="graphs must be a list of Graphs, got one Graph"):
        batch_graphs(PAIR)  # type: ignore[arg-type]


def test_something_else_in_the_list_is_named() -> None:
    with pytest.raises(TypeError, match=r"graphs\[1\] must be a Graph, got a torch.int64 tensor"):
        batch_graphs([PAIR, PAIR.edge_index])  # type: ignore[list-item]


def test_graphs_that_share_an_edge_do_not_come_apart() -> None:
    batch = batch_graphs([PAIR, PAIR])
    tied = batch.replace(edge_index=torch.tensor([[0, 1], [1, 2]]))
    with pytest.raises(ValueError, match="edge 1 runs from graph 0 to graph 1"):
        unbatch(tied)
