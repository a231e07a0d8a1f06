"""Three methods to override, and a fused path that nobody can tell from the long one."""

from typing import Any

import pytest
import torch
from hypothesis import given
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate
from gnn_lib.graph import Graph
from gnn_lib.message_passing import MessagePassing
from tests.strategies import graphs

PLAIN = MessagePassing()
AGGRS = ["sum", "add", "mean", "max", "min", "std"]


class Long(MessagePassing):
    """The default message, written out, so that the fused path is not taken."""

    def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
        return super().message(x_source, x_target, edge_attr)


@pytest.mark.parametrize("aggr", AGGRS)
@pytest.mark.parametrize("weighted", [False, True])
@given(graph=graphs(weights=True))
def test_the_fused_path_equals_the_long_one(aggr: str, weighted: bool, graph: Graph) -> None:
    inputs = [graph.x.requires_grad_()]
    weight = graph.edge_weight.requires_grad_() if weighted else None
    inputs += [weight] if weighted else []
    outs = [layer(aggr).propagate(graph.edge_index, graph.x, weight) for layer in (MessagePassing, Long)]
    torch.testing.assert_close(*outs)
    grads = [torch.autograd.grad(out.sin().sum(), inputs) for out in outs]
    for fused, long in zip(*grads, strict=True):
        torch.testing.assert_close(fused, long)


@pytest.mark.parametrize("aggr", AGGRS)
@given(graph=graphs(edge_features=3))
def test_a_weight_for_each_feature(aggr: str, graph: Graph) -> None:
    out = MessagePassing(aggr).propagate(graph.edge_index, graph.x, graph.edge_attr)
    messages = graph.x[graph.edge_index[0]] * graph.edge_attr
    expected = aggregate(graph.adjacency.incidence, messages, "sum" if aggr == "add" else aggr)
    torch.testing.assert_close(out, expected)


def test_only_the_plain_layer_takes_the_fused_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The long path gathers; the fused one never does, so no [E, F] is made."""
    import gnn_lib.message_passing as module

    gathered = []
    real = module.gather
    monkeypatch.setattr(module, "gather", lambda *a: gathered.append(1) or real(*a))
    edges, x = torch.tensor([[0, 1], [1, 0]]), torch.ones(2, 3)

    class Updates(MessagePassing):
        def update(self, inbox: Tensor, x: Tensor) -> Tensor:
            return inbox - x

    for layer, fused in ((MessagePassing(), True), (Updates(), True), (Long(), False)):
        gathered.clear()
        layer.propagate(edges, x)
        assert (gathered == []) == fused


@given(graph=graphs(edge_features=2))
def test_a_message_of_both_ends_and_the_edge(graph: Graph) -> None:
    class Between(MessagePassing):
        def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
            return torch.cat([x_source - 2 * x_target, edge_attr], dim=1)

    out = Between().propagate(graph.edge_index, graph.x, graph.edge_attr)
    expected = torch.zeros(graph.num_nodes, 5, dtype=torch.float64)
    for number, (i, j) in enumerate(graph.edge_index.t().tolist()):
        expected[j] += torch.cat([graph.x[i] - 2 * graph.x[j], graph.edge_attr[number]])
    torch.testing.assert_close(out, expected)


@given(graph=graphs())
def test_an_aggregate_and_an_update_of_ones_own(graph: Graph) -> None:
    class SoftMaximum(MessagePassing):
        def aggregate(self, messages: Tensor, adjacency: Adjacency) -> Tensor:
            return aggregate(adjacency.incidence, messages.exp()).log1p()

        def update(self, inbox: Tensor, x: Tensor) -> Tensor:
            return torch.stack([inbox, x])

    out = SoftMaximum().propagate(graph.edge_index, graph.x)
    A = torch.zeros(graph.num_nodes, graph.num_nodes, dtype=torch.float64)
    A.index_put_(tuple(graph.edge_index), torch.ones(1, dtype=torch.float64), accumulate=True)
    torch.testing.assert_close(out, torch.stack([(A.T @ graph.x.exp()).log1p(), graph.x]))


def test_three_friends_by_hand() -> None:
    """0 -> 1, 2 -> 1, 1 -> 2, with weights 1, 2, 10."""
    edges, x = torch.tensor([[0, 2, 1], [1, 1, 2]]), torch.tensor([[1.0], [3.0], [4.0]])
    weight = torch.tensor([1.0, 2.0, 10.0])
    for aggr, plain, weighed in [
        ("sum", [0, 5, 3], [0, 9, 30]),
        ("mean", [0, 2.5, 3], [0, 4.5, 30]),
        ("max", [0, 4, 3], [0, 8, 30]),
        ("min", [0, 1, 3], [0, 1, 30]),
        ("std", [0, 1.5, 0], [0, 3.5, 0]),
    ]:
        layer = MessagePassing(aggr)
        assert layer.propagate(edges, x).flatten().tolist() == plain
        assert layer.propagate(edges, x, weight).flatten().tolist() == weighed


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda e, x: MessagePassing("median"), ValueError, "aggr must be one of 'sum', 'add', 'mean'"),
    (lambda e, x: PLAIN.propagate(e.float(), x), TypeError, "must hold integers"),
    (lambda e, x: PLAIN.propagate(e.tolist(), x), TypeError, "edges must be a torch.Tensor, got list"),
    (lambda e, x: PLAIN.propagate(e, x.long()), TypeError, "x must be floating point"),
    (lambda e, x: PLAIN.propagate(e, 1.0), TypeError, "x must be a torch.Tensor, got float 1.0"),
    (lambda e, x: PLAIN.propagate(e, x[:2]), ValueError, "refers to 2, but there are 2 nodes"),
    (lambda e, x: PLAIN.propagate(e, x, x), ValueError, "edge_attr must have one row per edge, so 2"),
    (lambda e, x: PLAIN.propagate(e, x.to("meta")), ValueError, "x is on meta and edges is on cpu"),
    (lambda e, x: PLAIN.propagate(e.to("meta"), x), ValueError, "x is on cpu and edges is on meta"),
    (
        lambda e, x: PLAIN.propagate(e, x, torch.ones(2, device="meta")),
        ValueError,
        "edge_attr is on meta and edges is on cpu",
    ),
])
def test_says_what_it_needs(call, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call(torch.tensor([[0, 1], [1, 2]]), torch.ones(3, 2))
