"""Dense blocks of graphs: PyG's layout, any order of the nodes, and the way back."""

from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch_geometric import utils as pyg

from gnn_lib.batch import batch_graphs
from gnn_lib.convert import to_dense
from gnn_lib.layers import GraphConv
from gnn_lib.pool import from_dense_batch, to_dense_adj, to_dense_batch
from tests.layers.oracle import assert_same
from tests.pool.cases import Joined, awkward_batches
from tests.strategies import generators, graphs

SORTED = [pytest.param(e, b, n, id=name) for name, e, b, n in awkward_batches() if name != "in no order"]


@pytest.mark.parametrize(("edge_index", "batch", "nodes"), SORTED)
@pytest.mark.parametrize("room", [{}, {"max_num_nodes": 41}, {"fill_value": -7.0}], ids=str)
def test_to_dense_batch(edge_index: Tensor, batch: Tensor | None, nodes: int, room: dict) -> None:
    for shape in ((3,), (), (2, 2)):
        x = torch.randn(nodes, *shape, dtype=torch.float64)
        ours, theirs = (
            Joined(partial(function, **room), ids=(1,)) for function in (to_dense_batch, pyg.to_dense_batch)
        )
        assert_same(ours, theirs, (x, batch), (x, batch), "dense")
        assert torch.equal(ours.ids[0], theirs.ids[0])
        assert to_dense_batch(x, batch, **room)[0].shape == pyg.to_dense_batch(x, batch, **room)[0].shape


@pytest.mark.parametrize(("edge_index", "batch", "nodes"), SORTED)
@pytest.mark.parametrize("shape", [None, (), (2,)], ids=str)
def test_to_dense_adj(edge_index: Tensor, batch: Tensor | None, nodes: int, shape: tuple | None) -> None:
    batch = torch.zeros(nodes, dtype=torch.long) if batch is None else batch
    for more in ((), (41,), (None, int(batch.max()) + 3)):
        if shape is None:
            assert torch.equal(
                to_dense_adj(edge_index, batch, None, *more), pyg.to_dense_adj(edge_index, batch, None, *more)
            )
        else:
            attr = torch.randn(edge_index.size(1), *shape, dtype=torch.float64)
            args = (edge_index, batch, attr, *more)
            assert_same(Joined(to_dense_adj), Joined(pyg.to_dense_adj), args, args, "A")
            assert to_dense_adj(*args).shape == pyg.to_dense_adj(*args).shape


def test_without_a_batch_the_last_edge_counts_the_nodes() -> None:
    edge_index = torch.tensor([[0, 2, 2], [1, 0, 0]])
    assert torch.equal(to_dense_adj(edge_index), pyg.to_dense_adj(edge_index))
    assert to_dense_adj(edge_index, max_num_nodes=5).shape == (1, 5, 5)
    assert to_dense_adj(torch.empty(2, 0, dtype=torch.long), max_num_nodes=2).tolist() == [[[0, 0], [0, 0]]]


@given(generator=generators(), nodes=st.integers(0, 9), size=st.integers(1, 4))
def test_there_and_back_in_any_order(generator: torch.Generator, nodes: int, size: int) -> None:
    batch = torch.randint(size, (nodes,), generator=generator)
    x = torch.arange(nodes)
    dense, mask = to_dense_batch(x, batch, fill_value=-1, batch_size=size)
    assert torch.equal(mask, dense >= 0)
    for graph in range(size):
        assert dense[graph][mask[graph]].tolist() == x[batch == graph].tolist()
    assert torch.equal(dense[mask], batch.argsort(stable=True))
    assert not mask[:, :-1].logical_not().logical_and(mask[:, 1:]).any(), "nodes come first, room after"


@given(parts=st.lists(graphs(weights=True), min_size=1, max_size=4))
def test_each_graph_gets_its_own_matrix(parts: list) -> None:
    whole = batch_graphs(parts)
    A = to_dense_adj(whole.edge_index, whole.batch, whole.edge_weight)
    for graph, part in enumerate(parts):
        n = part.num_nodes
        torch.testing.assert_close(A[graph, :n, :n], to_dense(part))
        assert not A[graph, n:].any()
        assert not A[graph, :, n:].any()


@given(parts=st.lists(graphs(weights=True), min_size=1, max_size=4))
def test_dense_graphs_are_graphs_again(parts: list) -> None:
    whole = batch_graphs(parts)
    x, _ = to_dense_batch(whole.x, whole.batch)
    A = to_dense_adj(whole.edge_index, whole.batch, whole.edge_weight).requires_grad_()
    again = from_dense_batch(x, A)
    torch.testing.assert_close(to_dense_adj(again.edge_index, again.batch, again.edge_weight), A)
    torch.testing.assert_close(to_dense_batch(again.x, again.batch)[0], x)
    torch.manual_seed(0)
    layer = GraphConv(3, 2).double()
    out = layer(again.x, again.edge_index, again.edge_weight)
    real = to_dense_batch(torch.ones(whole.num_nodes), whole.batch)[1].view(-1)
    torch.testing.assert_close(out[real], layer(whole.x, whole.edge_index, whole.edge_weight))
    out.sum().backward()
    assert A.grad is not None
    assert again.edge_index.size(1) == len(A.detach().nonzero())


def test_errors() -> None:
    x, batch, edges = torch.ones(3, 2), torch.tensor([0, 0, 1]), torch.tensor([[0, 1], [1, 0]])
    with pytest.raises(ValueError, match=r"max_num_nodes is 1, but graph 0 has 2 nodes"):
        to_dense_batch(x, batch, max_num_nodes=1)
    with pytest.raises(ValueError, match="edge 1 runs from graph 0 to graph 1"):
        to_dense_adj(torch.tensor([[0, 1], [1, 2]]), batch)
    with pytest.raises(ValueError, match="edge_index refers to 3, but there are 3 nodes"):
        to_dense_adj(torch.tensor([[0], [3]]), batch)
    with pytest.raises(ValueError, match="edge_attr must have one row per edge, so 2"):
        to_dense_adj(edges, batch, torch.ones(3))
    with pytest.raises(ValueError, match="batch refers to 1, but there are 1 graphs"):
        to_dense_adj(edges, batch, batch_size=1)
    with pytest.raises(TypeError, match=r"batch must be a torch.Tensor"):
        to_dense_adj(edges, [0, 0, 1])
    with pytest.raises(TypeError, match=r"x must be a torch.Tensor"):
        to_dense_batch([[1.0]])
    with pytest.raises(ValueError, match=r"x must have shape \[G, M, F\]"):
        from_dense_batch(torch.ones(2, 3, 4), torch.ones(2, 3, 4))
