"""The graph transformer against torch's own encoder layer, and the encodings that let it see the graph."""

import networkx as nx
import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.layers import (
    GlobalAttention,
    GraphTransformerLayer,
    degree_encoding,
    laplacian_positional_encoding,
)
from tests.layers.oracle import share_weights
from tests.strategies import generators, graphs


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_same_gradients(ours: nn.Module, theirs: nn.Module, our_out: Tensor, their_out: Tensor) -> None:
    direction = torch.randn_like(our_out)
    grads = [
        torch.autograd.grad(out, list(layer.parameters()), direction)
        for layer, out in ((ours, our_out), (theirs, their_out))
    ]
    torch.testing.assert_close(our_out, their_out, rtol=1e-6, atol=1e-9)
    for name, our, their in zip(dict(ours.named_parameters()), *grads, strict=True):
        torch.testing.assert_close(our, their, rtol=1e-6, atol=1e-9, msg=name)


@pytest.mark.parametrize("heads", [1, 2, 4])
@pytest.mark.parametrize("nodes", [1, 2, 9])
def test_one_graph_equals_torchs_encoder_layer(heads: int, nodes: int) -> None:
    ours = GraphTransformerLayer(8, heads, hidden=5)
    theirs = nn.TransformerEncoderLayer(8, heads, 5, dropout=0.0, norm_first=True, batch_first=True)
    share_weights(ours, theirs)
    x = draw(nodes, 8)
    assert_same_gradients(ours, theirs, ours(x), theirs(x[None])[0])


def test_hidden_width_is_four_times_the_channels() -> None:
    assert GraphTransformerLayer(6).linear1.out_features == 24


@given(generators(), st.lists(st.integers(0, 4), max_size=5).filter(any))
def test_a_batch_equals_its_graphs_one_by_one(generator: torch.Generator, sizes: list[int]) -> None:
    """In any order of the nodes, with graphs that have none."""
    batch = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    batch = batch[torch.randperm(len(batch), generator=generator)]
    x = torch.randn(len(batch), 4, generator=generator, dtype=torch.float64)
    layer = GraphTransformerLayer(4, heads=2).double()
    together, alone = layer(x, batch), torch.zeros_like(x)
    for graph in batch.unique():
        alone[batch == graph] = layer(x[batch == graph])
    torch.testing.assert_close(together, alone)
    assert_same_gradients(layer, layer, together, alone)


def test_attention_equals_pygs_global_attention() -> None:
    """GPS without its local part is PyG's attention over all nodes of each graph."""
    x, batch = draw(7, 6), torch.tensor([0, 0, 0, 1, 1, 1, 1])
    ours, theirs = GlobalAttention(6, heads=3), pyg.GPSConv(6, None, heads=3, norm=None).attn
    share_weights(ours, theirs)
    dense, mask = x.new_zeros(2, 4, 6), torch.ones(2, 4, dtype=torch.bool)
    dense[0, :3], dense[1], mask[0, 3] = x[:3], x[3:], False
    expected = theirs(dense, dense, dense, key_padding_mask=~mask, need_weights=False)[0][mask]
    assert_same_gradients(ours, theirs, ours(x, batch), expected)


def test_attention_by_hand() -> None:
    """q = k = v = x and one head: softmax(x xᵀ / sqrt(d)) x."""
    layer, x = GlobalAttention(3).double(), draw(5, 3)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.eye(3).repeat(3, 1))
        layer.out_proj.weight.copy_(2 * torch.eye(3))
    torch.testing.assert_close(layer(x), 2 * (x @ x.T / 3**0.5).softmax(1) @ x)


def test_graphs_of_a_batch_never_hear_each_other() -> None:
    layer, batch = GraphTransformerLayer(4, heads=2).double(), torch.tensor([1, 0, 1, 0, 0])
    x = draw(5, 4).requires_grad_()
    (grad,) = torch.autograd.grad(layer(x, batch)[batch == 0].sum(), x)
    assert (grad[batch == 1] == 0).all()
    assert (grad[batch == 0] != 0).any(1).all(), "but every node hears all of its own graph"
    poisoned = x.detach().clone()
    poisoned[batch == 1] = torch.nan
    assert torch.equal(layer(poisoned, batch).isnan().any(1), batch == 1)


@pytest.mark.parametrize("batch", [None, torch.tensor([0, 0, 1, 1, 1])])
def test_gradcheck(batch: Tensor | None) -> None:
    layer, x = GraphTransformerLayer(4, heads=2, hidden=3).double(), draw(5, 4).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: layer(x, batch), x)


def test_dropout_only_in_training_and_without_nodes_nothing_happens() -> None:
    layer, x = GraphTransformerLayer(4, heads=2, dropout=0.5), torch.randn(6, 4)
    torch.manual_seed(0)
    assert torch.equal(layer.eval()(x), layer(x))
    layer.train()
    assert not torch.equal(layer(x), layer(x))
    attention = GlobalAttention(4, dropout=0.5)
    assert not torch.equal(attention(x), attention(x))
    assert torch.equal(attention.eval()(x), attention(x))
    assert layer(torch.ones(0, 4)).shape == layer(torch.ones(0, 4), torch.ones(0).long()).shape == (0, 4)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: GraphTransformerLayer(6, heads=4), ValueError, "heads=4 must divide channels=6"),
    (lambda: GraphTransformerLayer(6, heads=0), ValueError, "heads=0 must divide"),
    (lambda: GraphTransformerLayer(6, dropout=1.2), ValueError, "dropout is a probability"),
    (lambda: GlobalAttention(4)(torch.ones(3, 5)), ValueError, r"x must have shape \[N, 4\].*got \[3, 5\]"),
    (lambda: GlobalAttention(4)(torch.ones(3, 4).long()), TypeError, r"x must be floating.*x\.float\(\)"),
    (lambda: GlobalAttention(4)([[1.0]]), TypeError, "x must be a torch.Tensor"),
    (
        lambda: GlobalAttention(4)(torch.ones(3, 4), torch.zeros(2).long()),
        ValueError,
        "batch must have one row per node, so 3 of them",
    ),
    (
        lambda: GlobalAttention(4)(torch.ones(3, 4), torch.zeros(3)),
        TypeError,
        r"batch must hold torch.int64.*batch\.long\(\)",
    ),
    (
        lambda: GlobalAttention(4)(torch.ones(3, 4), torch.zeros(3, device="meta").long()),
        ValueError,
        "batch is on meta and x is on cpu",
    ),
    (lambda: degree_encoding(Graph(torch.empty(2, 0).long()), -1), ValueError, "max_degree is the largest"),
])
def test_says_what_it_needs(call, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@given(graphs(), st.integers(0, 4))
def test_degree_encoding_counts_what_networkx_counts(graph: Graph, most: int) -> None:
    network = nx.MultiDiGraph()
    network.add_nodes_from(range(graph.num_nodes))
    network.add_edges_from(graph.edge_index.t().tolist())
    into, out_of = degree_encoding(graph, most).split(most + 1, dim=1)
    assert into.argmax(1).tolist() == [min(network.in_degree(i), most) for i in range(graph.num_nodes)]
    assert out_of.argmax(1).tolist() == [min(network.out_degree(i), most) for i in range(graph.num_nodes)]
    assert (into.sum(1) == 1).all()
    assert (out_of.sum(1) == 1).all()


@pytest.mark.parametrize("encode", [degree_encoding, laplacian_positional_encoding])
def test_only_an_encoding_lets_the_layer_see_the_edges(encode) -> None:
    """Two graphs with the same features: the layer alone can't tell them apart."""
    path = Graph(torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]), num_nodes=4)
    star = Graph(torch.tensor([[0, 1, 0, 2, 0, 3], [1, 0, 2, 0, 3, 0]]), num_nodes=4)
    layer = GraphTransformerLayer(8, heads=2)
    read = nn.Linear(encode(path, 2).size(1), 8)
    outs = [layer(torch.ones(4, 8) + read(encode(graph, 2))).sum(0) for graph in (path, star)]
    assert not torch.allclose(*outs)
