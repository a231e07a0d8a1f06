"""What every layer must do, whatever it computes: follow the nodes, keep graphs apart, leave no trace."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.batch import batch_graphs
from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph
from gnn_lib.layers import GraphTransformerLayer, LightGCN
from gnn_lib.subgraph import permute
from tests.layers.zoo import ZOO, F, example, extra, make, one_loop_each, run
from tests.strategies import DEVICES, full_graphs, permutations

every_layer = pytest.mark.parametrize("name", ZOO)
few = settings(max_examples=5)
some_graphs = pytest.mark.parametrize(
    "graph", [example(), example(num_nodes=2, num_edges=0), example(40, 300)], ids=["small", "bare", "larger"]
)


def float_inputs(name: str, graph: Graph) -> list[Tensor]:
    return [t for t in (graph.x, *extra(name, graph)) if t.is_floating_point()]


def leaves(name: str, layer: nn.Module, graph: Graph) -> list[Tensor]:
    """All that a gradient can flow to."""
    return [*float_inputs(name, graph), *layer.parameters()]


@every_layer
@few
@given(st.data())
def test_nodes_in_another_order(name: str, data: st.DataObject) -> None:
    graph = data.draw(full_graphs())
    order = data.draw(permutations(graph.num_nodes))
    layer = make(name)
    torch.testing.assert_close(run(layer, name, permute(graph, order)), run(layer, name, graph)[order])


@pytest.mark.parametrize("name", [name for name in ZOO if name != "SAGE LSTM"])
@few
@given(st.data())
def test_edges_in_another_order(name: str, data: st.DataObject) -> None:
    graph = one_loop_each(data.draw(full_graphs()))
    order = data.draw(permutations(graph.num_edges))
    layer = make(name)
    shuffled = select_edges(graph, order)
    torch.testing.assert_close(run(layer, name, shuffled), run(layer, name, graph))


@every_layer
@few
@given(graphs=st.lists(full_graphs(max_nodes=5, max_edges=8), min_size=1, max_size=3))
def test_a_batch_is_its_graphs_side_by_side(name: str, graphs: list[Graph]) -> None:
    layer = make(name)
    together = run(layer, name, batch_graphs(graphs))
    torch.testing.assert_close(together, torch.cat([run(layer, name, graph) for graph in graphs]))


@every_layer
@few
@given(graph=full_graphs())
def test_isolated_nodes_and_their_gradients_are_finite(name: str, graph: Graph) -> None:
    bare = select_edges(graph, torch.zeros(0, dtype=torch.long))
    layer = make(name)
    for each in (graph, bare):
        inputs = leaves(name, layer, each)
        for tensor in inputs:
            tensor.requires_grad_()
        out = run(layer, name, each)
        assert out.isfinite().all()
        grads = torch.autograd.grad(out.sum(), inputs, allow_unused=True)
        assert all(grad.isfinite().all() for grad in grads if grad is not None)


@every_layer
@some_graphs
def test_float32_is_close_to_float64(name: str, graph: Graph) -> None:
    layer = make(name)
    exact = run(layer, name, graph)
    single = {n: t.float() for n, t in graph.tensors() if t.dtype == torch.float64}
    rough = run(layer.float(), name, graph.replace(**single))
    assert rough.dtype == torch.float32
    torch.testing.assert_close(rough.double(), exact, rtol=1e-3, atol=1e-4)


@every_layer
@some_graphs
def test_raw_and_prepared_edges_give_the_same_again_and_again(name: str, graph: Graph) -> None:
    layer = make(name)
    first = run(layer, name, graph)
    shared = graph.adjacency
    for edges in (None, shared, shared, graph.edge_index.clone(), graph.edge_index.int()):
        assert torch.equal(run(layer, name, graph, edges), first)


@pytest.mark.parametrize("name", [name for name in ZOO if ZOO[name][1] == "edge_weight"])
@some_graphs
def test_weights_may_come_with_the_adjacency(name: str, graph: Graph) -> None:
    layer, weighted = make(name), graph.adjacency.weighted(graph.edge_weight)
    for _ in range(2):
        torch.testing.assert_close(layer(graph.x, weighted), run(layer, name, graph))


@every_layer
@some_graphs
def test_inputs_stay_as_they_were(name: str, graph: Graph) -> None:
    """With and without gradients: in-place tricks show up in one of the two."""
    layer = make(name)
    tensors = dict(graph.tensors())
    before = {n: t.clone() for n, t in tensors.items()}
    weights = {n: t.clone() for n, t in layer.state_dict().items()}
    for learning in (False, True):
        for tensor in leaves(name, layer, graph):
            tensor.requires_grad_(learning)
        out = run(layer, name, graph)
        if learning:
            direction = torch.ones_like(out)
            out.backward(direction)
            assert torch.equal(direction, torch.ones_like(out))
        for kept, now in ((before, tensors), (weights, layer.state_dict())):
            for what, tensor in kept.items():
                assert torch.equal(tensor, now[what]), what


@every_layer
def test_gradcheck(name: str) -> None:
    graph, layer = example(), make(name)
    inputs = leaves(name, layer, graph)
    for tensor in inputs:
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(lambda *_: run(layer, name, graph), inputs, fast_mode=True)
    prepared = graph.adjacency
    assert torch.autograd.gradcheck(lambda *_: run(layer, name, graph, prepared), inputs, fast_mode=True)


@pytest.mark.parametrize("name", ZOO)
def test_messages_follow_the_arrows(name: str) -> None:
    """Two pairs that talk, and one arrow 0 -> 2 between them: only the second pair hears of the first."""
    arrows = torch.tensor([[0, 1, 2, 3, 0], [1, 0, 3, 2, 2]])
    layer, heard = make(name), torch.zeros(4, 4, dtype=torch.float64)
    for _ in range(3):  # a maximum, or a ReLU, may not let a single draw through
        graph = example(num_nodes=4, num_edges=5).replace(edge_index=arrows, x=torch.randn(4, F).double())
        graph.x.requires_grad_()
        rows = run(layer, name, graph).unbind()
        for row, of in zip(rows, heard, strict=True):
            of += torch.autograd.grad(row.sum(), graph.x, retain_graph=True)[0].abs().sum(1)
    assert (heard[:2, 2:] == 0).all()
    assert (heard[2:, :2] > 0).any()
    assert (heard[[0, 1, 3], [1, 0, 2]] > 0).all() or name == "SAGE std", "one message has no spread"


@every_layer
def test_a_second_graph_is_not_mistaken_for_the_first(name: str) -> None:
    """One layer, two graphs in turn: nothing of the first may be left."""
    one, other, layer = example(6, 14), example(6, 9), make(name)
    expected = [run(make(name), name, graph) for graph in (one, other)]
    for _ in range(2):
        for graph, result in zip((one, other), expected, strict=True):
            torch.testing.assert_close(run(layer, name, graph), result)


@every_layer
def test_state_survives_a_round_trip_and_repr_is_one_line_per_module(name: str) -> None:
    graph, layer = example(), make(name)
    twin = ZOO[name][0]().double()
    twin.load_state_dict(layer.state_dict(), strict=True)
    torch.testing.assert_close(run(twin, name, graph), run(layer, name, graph))
    assert type(layer).__name__ in repr(layer)


@every_layer
@pytest.mark.parametrize("device", DEVICES)
def test_every_device_gives_the_same(name: str, device: str) -> None:
    graph, layer = example(), make(name)
    here = run(layer, name, graph)
    there = run(layer.to(device), name, graph.to(device))
    assert there.device.type == device
    torch.testing.assert_close(there.cpu(), here)


@few
@given(data=st.data())
def test_the_transformer_follows_the_nodes_and_keeps_graphs_apart(data: st.DataObject) -> None:
    graphs = data.draw(st.lists(full_graphs(max_nodes=5, max_edges=8), min_size=1, max_size=3))
    torch.manual_seed(0)
    layer, whole = GraphTransformerLayer(3, heads=3).double(), batch_graphs(graphs)
    out = layer(whole.x, whole.batch)
    torch.testing.assert_close(out, torch.cat([layer(graph.x) for graph in graphs]))
    moved = permute(whole, order := data.draw(permutations(whole.num_nodes)))
    torch.testing.assert_close(layer(moved.x, moved.batch), out[order])


@few
@given(data=st.data())
def test_light_gcn_follows_the_nodes(data: st.DataObject) -> None:
    graph = data.draw(full_graphs())
    order = data.draw(permutations(graph.num_nodes))
    model = LightGCN(graph.num_nodes, 3, 2)
    embedding = model.get_embedding(graph.edge_index)
    model.embedding.weight.data = model.embedding.weight.data[order]
    moved = permute(graph, order)
    torch.testing.assert_close(model.get_embedding(moved.edge_index), embedding[order])
    assert torch.equal(model.get_embedding(Adjacency(moved.edge_index, moved.num_nodes)),
                       model.get_embedding(moved.edge_index))
