"""GCN, GAT, GATv2, GraphSAGE and GIN give PyG's numbers and gradients with PyG's weights."""

import pytest
import torch
import torch_geometric.nn as pyg
from torch import nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers import GATConv, GATv2Conv, GCNConv, GINConv, GINEConv, SAGEConv
from tests.layers.oracle import assert_same, awkward_graphs, share_weights

GRAPHS = [pytest.param(e, n, id=name) for name, e, n in awkward_graphs()]


def network(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, 4), nn.Tanh(), nn.Linear(4, width_out))


# (our class, PyG's class, arguments, what the call takes beside x and the edges)
LAYERS = {
    "GCN": (GCNConv, pyg.GCNConv, dict(), None),
    "GCN widening": (GCNConv, pyg.GCNConv, dict(out_channels=9), None),
    "GCN improved": (GCNConv, pyg.GCNConv, dict(improved=True), 0),
    "GCN without loops": (GCNConv, pyg.GCNConv, dict(add_self_loops=False), None),
    "GCN without norm": (GCNConv, pyg.GCNConv, dict(normalize=False, bias=False), None),
    "GCN weighted": (GCNConv, pyg.GCNConv, dict(), 0),
    "GCN weighted, widening": (GCNConv, pyg.GCNConv, dict(out_channels=9), 0),
    "GCN weighted, without norm": (GCNConv, pyg.GCNConv, dict(normalize=False), 0),
    "SAGE": (SAGEConv, pyg.SAGEConv, dict(), None),
    "SAGE widening": (SAGEConv, pyg.SAGEConv, dict(out_channels=9), None),
    "SAGE sum": (SAGEConv, pyg.SAGEConv, dict(aggr="sum"), None),
    "SAGE max": (SAGEConv, pyg.SAGEConv, dict(aggr="max"), None),
    "SAGE min": (SAGEConv, pyg.SAGEConv, dict(aggr="min"), None),
    "SAGE std": (SAGEConv, pyg.SAGEConv, dict(aggr="std"), None),
    "SAGE project": (SAGEConv, pyg.SAGEConv, dict(project=True), None),
    "SAGE normalize": (SAGEConv, pyg.SAGEConv, dict(normalize=True), None),
    "SAGE no root": (SAGEConv, pyg.SAGEConv, dict(root_weight=False, bias=False), None),
    "GAT": (GATConv, pyg.GATConv, dict(), None),
    "GAT heads": (GATConv, pyg.GATConv, dict(heads=3), None),
    "GAT heads averaged": (GATConv, pyg.GATConv, dict(heads=3, concat=False, residual=True), None),
    "GAT without loops": (GATConv, pyg.GATConv, dict(heads=2, add_self_loops=False, bias=False), None),
    "GAT slope": (GATConv, pyg.GATConv, dict(heads=2, negative_slope=0.7), None),
    "GAT edge features": (GATConv, pyg.GATConv, dict(heads=2, edge_dim=3), 3),
    "GAT edge weights": (GATConv, pyg.GATConv, dict(heads=2, edge_dim=1, fill_value=2.0), 0),
    "GATv2": (GATv2Conv, pyg.GATv2Conv, dict(), None),
    "GATv2 heads": (GATv2Conv, pyg.GATv2Conv, dict(heads=3), None),
    "GATv2 averaged": (GATv2Conv, pyg.GATv2Conv, dict(heads=3, concat=False, residual=True), None),
    "GATv2 shared": (GATv2Conv, pyg.GATv2Conv, dict(heads=2, share_weights=True, bias=False), None),
    "GATv2 edge features": (GATv2Conv, pyg.GATv2Conv, dict(heads=2, edge_dim=3, fill_value="max"), 3),
    "GATv2 without loops": (GATv2Conv, pyg.GATv2Conv, dict(heads=2, add_self_loops=False), None),
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_same_numbers_and_gradients(name: str, edge_index: torch.Tensor, nodes: int) -> None:
    our_class, their_class, options, edge_width = LAYERS[name]
    options = {"in_channels": 6, "out_channels": 4} | options
    ours, theirs = our_class(**options), their_class(**options)
    share_weights(ours, theirs)
    x = torch.randn(nodes, 6, dtype=torch.float64)
    more = ()
    if edge_width is not None:
        shape = (edge_index.size(1), edge_width) if edge_width else (edge_index.size(1),)
        more = (torch.rand(shape, dtype=torch.float64) + 0.1,)
    if edge_width == 0:
        kept = _one_loop_a_node(edge_index)  # of several, PyG sends the gradient to all
        edge_index, more = edge_index[:, kept], (more[0][kept],)
    assert_same(ours, theirs, (x, edge_index, *more), (x, edge_index, *more), f"{name}, raw edges")
    prepared = Adjacency(edge_index, nodes)
    for _ in range(2):  # the second call meets what the first one left in the cache
        assert_same(ours, theirs, (x, prepared, *more), (x, edge_index, *more), f"{name}, prepared")


def _one_loop_a_node(edge_index: torch.Tensor) -> list[int]:
    """The places of all edges but a node's second self-loop, and its third."""
    seen: set[int] = set()
    kept = []
    for place, (source, target) in enumerate(edge_index.t().tolist()):
        if source != target or source not in seen:
            kept.append(place)
        if source == target:
            seen.add(source)
    return kept


@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
@pytest.mark.parametrize(("width_in", "train_eps"), [(6, False), (6, True), (3, True)])
def test_gin(edge_index: torch.Tensor, nodes: int, width_in: int, train_eps: bool) -> None:
    ours = GINConv(network(width_in, 2), eps=0.3, train_eps=train_eps)
    theirs = pyg.GINConv(network(width_in, 2), eps=0.3, train_eps=train_eps)
    share_weights(ours, theirs)
    x = torch.randn(nodes, width_in, dtype=torch.float64)
    assert_same(ours, theirs, (x, edge_index), (x, edge_index), "GIN")


@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
@pytest.mark.parametrize("edge_dim", [None, 3])
def test_gine(edge_index: torch.Tensor, nodes: int, edge_dim: int | None) -> None:
    ours, theirs = (c(network(6, 2), edge_dim=edge_dim) for c in (GINEConv, pyg.GINEConv))
    share_weights(ours, theirs)
    x = torch.randn(nodes, 6, dtype=torch.float64)
    e = torch.randn(edge_index.size(1), edge_dim or 6, dtype=torch.float64)
    assert_same(ours, theirs, (x, edge_index, e), (x, edge_index, e), "GINE")


@pytest.mark.parametrize("pair", [(GATConv, pyg.GATConv), (GATv2Conv, pyg.GATv2Conv)], ids=["GAT", "GATv2"])
def test_returned_attention(pair: tuple) -> None:
    edge_index = torch.tensor([[0, 0, 1, 2, 2, 2], [0, 1, 2, 1, 0, 0]])
    ours, theirs = (c(3, 2, heads=2) for c in pair)
    share_weights(ours, theirs)
    x = torch.randn(4, 3, dtype=torch.float64)
    out, (edges, alpha) = ours(x, edge_index, return_attention_weights=True)
    their_out, (their_edges, their_alpha) = theirs(x, edge_index, return_attention_weights=True)
    assert torch.equal(edges, their_edges)
    torch.testing.assert_close(alpha, their_alpha)
    torch.testing.assert_close(out, their_out)
    torch.testing.assert_close(ours(x, edge_index), out)


def test_lstm_aggregation_equals_pyg_where_inboxes_are_equally_long() -> None:
    targets = torch.arange(5).repeat_interleave(3)  # PyG wants edges sorted by target
    edge_index = torch.stack([torch.randint(0, 5, (15,)), targets])
    ours, theirs = SAGEConv(4, 3, aggr="lstm"), pyg.SAGEConv(4, 3, aggr="lstm")
    share_weights(ours, theirs)
    x = torch.randn(5, 4, dtype=torch.float64)
    assert_same(ours, theirs, (x, edge_index), (x, edge_index), "SAGE lstm")


def test_improved_counts_without_weights_too() -> None:
    """PyG 2.8 fills in self-loops of weight 1 when it gets no weights, whatever `improved` says."""
    edge_index, x = torch.tensor([[0, 1], [1, 2]]), torch.randn(3, 3, dtype=torch.float64)
    ours, theirs = (c(3, 2, improved=True) for c in (GCNConv, pyg.GCNConv))
    share_weights(ours, theirs)
    torch.testing.assert_close(ours(x, edge_index), theirs(x, edge_index, torch.ones(2, dtype=torch.float64)))


@pytest.mark.parametrize("layer", [GATConv, GATv2Conv])
def test_dropout_on_attention_keeps_the_mean_and_only_drops_in_training(layer: type) -> None:
    torch.manual_seed(0)
    gat = layer(3, 2, heads=2, dropout=0.5).double()
    x, edges = torch.randn(6, 3, dtype=torch.float64), torch.randint(0, 6, (2, 20))
    expected = gat.eval()(x, edges)
    torch.testing.assert_close(gat(x, edges), expected)
    gat.train()
    draws = torch.stack([gat(x, edges) for _ in range(4000)])
    assert draws.std(0).min() > 0.01
    error = (draws.mean(0) - expected).abs() / (draws.std(0) / 4000**0.5)
    assert error.max() < 5


def test_repeated_weighted_self_loops_have_the_gradient_of_what_was_computed() -> None:
    """Of several loops on one node the last one's weight counts, as in PyG, so only it has a gradient."""
    edges = torch.tensor([[0, 0, 0, 1], [0, 1, 0, 2]])
    layer, x = GCNConv(2, 2).double(), torch.randn(3, 2, dtype=torch.float64)
    weight = torch.tensor([0.5, 1.0, 2.0, 1.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda w: layer(x, edges, w), (weight,))
    torch.testing.assert_close(layer(x, edges, weight), layer(x, edges[:, 1:], weight[1:]))


def test_an_edge_of_weight_zero_has_a_finite_gradient() -> None:
    layer, x = GCNConv(2, 2, add_self_loops=False).double(), torch.randn(2, 2, dtype=torch.float64)
    weight = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    layer(x, torch.tensor([[0], [1]]), weight).sum().backward()
    assert weight.grad.isfinite().all()
