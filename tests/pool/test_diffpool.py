"""DiffPool equals PyG's on dense graphs, and its two losses; as a module it starts from sparse ones."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch_geometric import utils

from gnn_lib.adjacency import Adjacency
from gnn_lib.batch import batch_graphs
from gnn_lib.graph import Graph
from gnn_lib.layers import GCNConv, SAGEConv
from gnn_lib.pool import DiffPool, DiffPooled, dense_diff_pool, from_dense_batch
from gnn_lib.subgraph import permute
from tests.layers.oracle import assert_same, share_weights
from tests.pool.cases import Joined, awkward_batches
from tests.strategies import generators, graphs, permutations

SORTED = [pytest.param(e, b, n, id=name) for name, e, b, n in awkward_batches() if name != "in no order"]


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize(("graphs", "nodes", "clusters"), [(1, 1, 1), (1, 5, 3), (4, 6, 2), (3, 2, 7)])
def test_dense_equals_pyg(graphs: int, nodes: int, clusters: int, masked: bool, normalize: bool) -> None:
    x, s = (torch.randn(graphs, nodes, width, dtype=torch.float64) for width in (3, clusters))
    adj = torch.rand(graphs, nodes, nodes, dtype=torch.float64)
    mask = torch.rand(graphs, nodes) < 0.6 if masked else None
    args = (x, adj, s, mask, normalize)
    assert_same(Joined(dense_diff_pool), Joined(pyg.dense_diff_pool), args, args, "dense")
    if graphs == 1:
        alone = (x[0], adj[0], s[0], None if mask is None else mask[0], normalize)
        assert_same(Joined(dense_diff_pool), Joined(pyg.dense_diff_pool), alone, alone, "without a batch")


class PyGDiffPool(nn.Module):
    """What one writes with PyG's pieces."""

    def __init__(self, width: int, out: int, clusters: int) -> None:
        super().__init__()
        self.embed, self.assign = pyg.GCNConv(width, out), pyg.GCNConv(width, clusters)

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor, edge_weight: Tensor | None) -> tuple:
        given = () if edge_weight is None else (edge_weight,)
        dense, mask = utils.to_dense_batch(self.embed(x, edge_index, *given), batch)
        s, _ = utils.to_dense_batch(self.assign(x, edge_index, *given), batch)
        weight = x.new_ones(edge_index.size(1)) if edge_weight is None else edge_weight
        return pyg.dense_diff_pool(dense, utils.to_dense_adj(edge_index, batch, weight), s, mask)


def pool(width: int = 3, out: int = 4, clusters: int = 2, **options: bool) -> DiffPool:
    torch.manual_seed(0)
    return DiffPool(GCNConv(width, out), GCNConv(width, clusters), **options).double()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("edge_index", "batch", "nodes"), SORTED)
def test_module_equals_pyg(edge_index: Tensor, batch: Tensor | None, nodes: int, weighted: bool) -> None:
    ours, theirs = pool(), PyGDiffPool(3, 4, 2)
    share_weights(ours, theirs)
    x = torch.randn(nodes, 3, dtype=torch.float64)
    known = torch.zeros(nodes, dtype=torch.long) if batch is None else batch
    if weighted:  # PyG keeps any one of several loops' weights
        edge_index = edge_index[:, edge_index[0] != edge_index[1]]
    weight = torch.rand(edge_index.size(1), dtype=torch.float64) + 0.1 if weighted else None
    for edges in (edge_index, Adjacency(edge_index, nodes)):
        args, their_args = (x, edges, batch, weight), (x, edge_index, known, weight)
        assert_same(Joined(ours), Joined(theirs), args, their_args, "DiffPool")


def test_hand_worked_numbers() -> None:
    """Nodes 0 and 1 in one cluster, node 2 in the other: edges within and between are counted."""
    s = torch.tensor([[50.0, 0.0], [50.0, 0.0], [0.0, 50.0]], dtype=torch.float64)
    adj = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]], dtype=torch.float64)
    out = dense_diff_pool(torch.tensor([[1.0], [2.0], [4.0]], dtype=torch.float64), adj, s, normalize=False)
    assert isinstance(out, DiffPooled)
    torch.testing.assert_close(out.x.flatten().tolist(), [3.0, 4.0])
    torch.testing.assert_close(out.adjacency[0].tolist(), [[1.0, 1.0], [0.0, 0.0]])
    torch.testing.assert_close(out.link_loss.item(), 5**0.5)  # the loops of S S^T, (1, 0), and (1, 2)
    assert out.entropy_loss < 1e-12
    even = dense_diff_pool(torch.ones(3, 1).double(), adj, torch.zeros(3, 4).double())
    torch.testing.assert_close(even.entropy_loss.item(), torch.tensor(4.0).double().log().item())


@given(graph=graphs(weights=True), generator=generators())
def test_assignments_sum_to_one_and_nothing_gets_lost(graph: Graph, generator: torch.Generator) -> None:
    layer = pool()
    S = layer.assignments(graph.x, graph.edge_index, graph.edge_weight)
    assert S.shape == (graph.num_nodes, 2)
    assert (S >= 0).all()
    torch.testing.assert_close(S.sum(1), torch.ones(graph.num_nodes, dtype=torch.float64))
    out = layer(graph.x, graph.edge_index, edge_weight=graph.edge_weight)
    Z = layer.embed(graph.x, graph.edge_index, graph.edge_weight)
    torch.testing.assert_close(out.x[0], S.t() @ Z)
    torch.testing.assert_close(out.x[0].sum(0), Z.sum(0))
    torch.testing.assert_close(out.adjacency.sum(), graph.edge_weight.sum())
    torch.testing.assert_close(layer.assignments(graph.x, graph.edge_index).sum(1), torch.ones_like(S[:, 0]))


@given(graph=graphs(weights=True), data=st.data())
def test_the_order_of_the_nodes_changes_nothing(graph: Graph, data: st.DataObject) -> None:
    turned = permute(graph, data.draw(permutations(graph.num_nodes)))
    one, other = (pool()(g.x, g.edge_index, None, g.edge_weight) for g in (graph, turned))
    for part, same in zip(one, other, strict=True):
        torch.testing.assert_close(part, same)


@given(parts=st.lists(graphs(), min_size=1, max_size=4), data=st.data())
def test_pooling_a_batch_is_pooling_each_graph(parts: list, data: st.DataObject) -> None:
    layer, whole = pool(normalize=False), batch_graphs(parts)
    whole = permute(whole, data.draw(permutations(whole.num_nodes)))  # the batch in no order
    out = layer(whole.x, whole.edge_index, whole.batch, size=whole.num_graphs + 1)
    each = [layer(part.x, part.edge_index) for part in parts]
    assert not out.x[-1].any()
    assert not out.adjacency[-1].any()
    torch.testing.assert_close(out.x[:-1], torch.cat([part.x for part in each]))
    torch.testing.assert_close(out.adjacency[:-1], torch.cat([part.adjacency for part in each]))
    torch.testing.assert_close(out.link_loss**2, sum(part.link_loss**2 for part in each))
    entropy = sum(part.entropy_loss * p.num_nodes for part, p in zip(each, parts, strict=True))
    rows = (whole.num_graphs + 1) * max(part.num_nodes for part in parts)
    torch.testing.assert_close(out.entropy_loss * rows, entropy)


def test_poolings_can_follow_one_another() -> None:
    first, second = pool(clusters=3), pool(width=4, out=5, clusters=1)
    x = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    edges, batch = torch.tensor([[0, 1, 2, 4, 5], [1, 2, 3, 5, 6]]), torch.tensor([0, 0, 0, 0, 1, 1, 1])
    out = first(x, edges, batch)
    assert [list(part.shape) for part in out] == [[2, 3, 4], [2, 3, 3], [], []]
    again = from_dense_batch(out.x, out.adjacency)
    last = second(*again[:2], batch=again.batch, edge_weight=again.edge_weight)
    assert last.x.shape == (2, 1, 5)
    torch.testing.assert_close(last.adjacency.flatten().tolist(), [3.0, 2.0])  # every edge is still there
    (last.x.sum() + last.link_loss + last.entropy_loss).backward()
    assert all(p.grad is not None and p.grad.any() for p in first.parameters())


def test_any_modules_can_embed_and_assign() -> None:
    layer = DiffPool(SAGEConv(3, 4), SAGEConv(3, 2, aggr="max"))
    assert layer(torch.randn(5, 3), torch.tensor([[0, 1], [1, 2]])).x.shape == (1, 2, 4)


def test_weights_of_a_prepared_adjacency_count() -> None:
    edge_index, weight = torch.tensor([[0, 1], [1, 2]]), torch.tensor([2.0, 5.0], dtype=torch.float64)
    layer, x = pool(), torch.randn(3, 3, dtype=torch.float64)
    prepared = layer(x, Adjacency(edge_index, 3).weighted(weight))
    given = layer(x, edge_index, edge_weight=weight)
    for part, same in zip(prepared, given, strict=True):
        torch.testing.assert_close(part, same)


def test_no_nodes_no_losses() -> None:
    nothing = torch.empty(2, 0, dtype=torch.long)
    for batch, size in [(None, None), (torch.empty(0, dtype=torch.long), 2)]:
        out = pool()(torch.empty(0, 3, dtype=torch.float64), nothing, batch, size=size)
        assert out.x.shape == (size or 1, 2, 4)
        assert [part.abs().sum().item() for part in out] == [0, 0, 0, 0]


def test_errors() -> None:
    layer, x, edges = pool(), torch.randn(4, 3, dtype=torch.float64), torch.tensor([[0, 1], [1, 3]])
    with pytest.raises(ValueError, match="batch must have one row per node, so 4"):
        layer(x, edges, torch.tensor([0, 0, 1]))
    with pytest.raises(TypeError, match=r"batch.long\(\)"):
        layer(x, edges, torch.zeros(4))
    with pytest.raises(ValueError, match="batch refers to 1, but there are 1 graphs"):
        layer(x, edges, torch.tensor([0, 0, 1, 1]), size=1)
    with pytest.raises(ValueError, match="edge 1 runs from graph 0 to graph 1"):
        layer(x, edges, torch.tensor([0, 0, 1, 1]))
    with pytest.raises(TypeError, match="x must be floating point"):
        layer(x.long(), edges)
    with pytest.raises(ValueError, match="what assign returns must have one row per node, so 4"):
        DiffPool(layer.embed, Halves())(x, edges)
    block, A = torch.ones(2, 3, 4), torch.ones(2, 3, 3)
    for wrong in [(block, A, torch.ones(2, 4, 2)), (block, A[:, :2], block), (block, block, block)]:
        with pytest.raises(ValueError, match="x, adj and s must have shapes"):
            dense_diff_pool(*wrong)
    with pytest.raises(ValueError, match=r"mask must have shape \[2, 3\]"):
        dense_diff_pool(block, A, block, torch.ones(2, 4, dtype=torch.bool))


class Halves(nn.Module):
    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        return x[: len(x) // 2]
