"""Sums, means, maxima, minima and spreads of inboxes: against PyG's scatter, and against plain loops."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch_geometric.nn.aggr import StdAggregation
from torch_geometric.utils import scatter

import gnn_lib.aggregate
from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate, gather, weighted_sum
from gnn_lib.graph import Graph
from tests.strategies import DEVICES, generators, graphs

REDUCES = ["sum", "mean", "max", "min", "std"]


def brute_force(graph: Graph, reduce: str, weight: Tensor | None) -> Tensor:
    """One node after the other, one inbox after the other; autograd does the rest."""
    rows = []
    for node in range(graph.num_nodes):
        inbox = (graph.edge_index[1] == node).nonzero().view(-1)
        messages = graph.x[graph.edge_index[0, inbox]]
        if weight is not None:
            messages = messages * weight[inbox].view(-1, *[1] * (messages.dim() - 1))
        if len(inbox) == 0:
            rows.append(torch.zeros_like(graph.x[node]))
        elif reduce == "std":
            spread = (messages - messages.mean(0)).square().mean(0)
            rows.append(torch.where(spread > 1e-5, spread.clamp(min=1e-5).sqrt(), 0))
        else:
            name = {"max": "amax", "min": "amin"}.get(reduce, reduce)
            rows.append(getattr(messages, name)(0))
    return torch.stack(rows)


def assert_same_with_gradients(ours: Tensor, theirs: Tensor, inputs: list[Tensor]) -> None:
    torch.testing.assert_close(ours, theirs)
    direction = torch.randn(theirs.shape, dtype=theirs.dtype)
    pair = [torch.autograd.grad(out, inputs, direction, allow_unused=True) for out in (ours, theirs)]
    for our, their in zip(*pair, strict=True):
        their = torch.zeros_like(our) if their is None else their
        torch.testing.assert_close(our, their)


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("weighted", [False, True])
@given(graph=graphs(weights=True))
def test_against_loops(reduce: str, weighted: bool, graph: Graph) -> None:
    weight = graph.edge_weight.requires_grad_() if weighted else None
    inputs = [graph.x.requires_grad_(), *([weight] if weighted else [])]
    expected = brute_force(graph, reduce, weight)
    if not expected.requires_grad:
        expected = expected + 0 * graph.x
    assert_same_with_gradients(aggregate(graph.adjacency, graph.x, reduce, weight), expected, inputs)


@pytest.mark.parametrize("reduce", ["sum", "mean", "max", "min", "std"])
@given(graph=graphs())
def test_against_pyg(reduce: str, graph: Graph) -> None:
    sources, targets = graph.edge_index
    messages = graph.x.requires_grad_()[sources]
    if reduce == "std":
        theirs = StdAggregation()(messages, targets, dim_size=graph.num_nodes)
    else:
        theirs = scatter(messages, targets, dim_size=graph.num_nodes, reduce=reduce)
    assert_same_with_gradients(aggregate(graph.adjacency, graph.x, reduce), theirs, [graph.x])


@pytest.mark.parametrize("reduce", REDUCES)
@given(graph=graphs(weights=True))
def test_constant_weights_count_like_given_ones(reduce: str, graph: Graph) -> None:
    x = graph.x.requires_grad_()
    constant = aggregate(graph.adjacency.weighted(graph.edge_weight), x, reduce)
    given_ = aggregate(graph.adjacency, x, reduce, graph.edge_weight)
    assert_same_with_gradients(constant, given_, [x])


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("shape", [(), (1,), (2, 3), (0,)])
@given(graph=graphs(weights=True), generator=generators())
def test_any_shape_of_features(reduce: str, shape: tuple, graph: Graph, generator: torch.Generator) -> None:
    x = torch.randn(graph.num_nodes, *shape, generator=generator, dtype=torch.float64)
    for weight in (None, graph.edge_weight):
        out = aggregate(graph.adjacency, x, reduce, weight)
        torch.testing.assert_close(out, brute_force(graph.replace(x=x), reduce, weight))


@given(graph=graphs(), generator=generators(), heads=st.integers(1, 3))
def test_a_weight_for_each_head(graph: Graph, generator: torch.Generator, heads: int) -> None:
    x = torch.randn(graph.num_nodes, heads, 2, generator=generator, dtype=torch.float64, requires_grad=True)
    shape = (graph.num_edges, heads)
    weight = torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)
    messages = x[graph.edge_index[0]] * weight[:, :, None]
    expected = torch.zeros_like(x).index_add(0, graph.edge_index[1], messages)
    assert_same_with_gradients(weighted_sum(graph.adjacency, x, weight), expected, [x, weight])


@given(graph=graphs())
def test_gather_reads_the_near_and_the_far_end(graph: Graph) -> None:
    x, adjacency = graph.x.requires_grad_(), graph.adjacency
    for side, ends in ((adjacency, graph.edge_index[0]), (adjacency.reversed, graph.edge_index[1])):
        assert_same_with_gradients(gather(side, x), x[ends], [x])


@pytest.mark.parametrize("reduce", REDUCES)
@pytest.mark.parametrize("weighted", [False, True])
@given(graph=graphs(weights=True, max_nodes=5, max_edges=8))
def test_gradcheck(reduce: str, weighted: bool, graph: Graph) -> None:
    weight = graph.edge_weight.requires_grad_() if weighted else None
    inputs = (graph.adjacency, graph.x.requires_grad_(), reduce, weight)
    assert torch.autograd.gradcheck(aggregate, inputs, fast_mode=True)


def test_the_gradient_is_made_only_where_it_is_asked_for() -> None:
    adjacency = Adjacency(torch.tensor([[0, 1], [1, 1]]), 2)
    x, weight = torch.randn(2, 3), torch.randn(2)
    for wanted in ((x,), (weight,)):
        for tensor in (x, weight):
            tensor.requires_grad_(tensor in set(wanted))
        weighted_sum(adjacency, x, weight).sum().backward()
    assert x.grad is not None
    assert weight.grad is not None
    assert not weighted_sum(adjacency, x.detach(), weight.detach()).requires_grad


@pytest.mark.parametrize("reduce", ["max", "min"])
@pytest.mark.parametrize("value", [3.0, -3.0, 0.0])
def test_messages_that_tie_share_the_gradient(reduce: str, value: float) -> None:
    """Two of three messages are the winners: each gets a half, whatever the value."""
    loser = -10.0 if reduce == "max" else 10.0
    x = torch.tensor([[value], [value], [loser], [0.5]], requires_grad=True)
    adjacency = Adjacency(torch.tensor([[0, 1, 2], [3, 3, 3]]), 4)
    aggregate(adjacency, x, reduce).sum().backward()
    assert x.grad.flatten().tolist() == [0.5, 0.5, 0, 0]


def test_pyg_loses_a_share_where_the_maximum_is_0() -> None:
    """torch's scatter_reduce starts from zeros and, on the way back, counts that 0 as one more winner."""
    x = torch.tensor([[0.0], [-1.0]], requires_grad=True)
    sources, targets = torch.tensor([0, 1]), torch.tensor([0, 0])
    (theirs,) = torch.autograd.grad(scatter(x[sources], targets, dim_size=1, reduce="max").sum(), x)
    assert theirs.flatten().tolist() == [0.5, 0]
    adjacency = Adjacency(torch.stack([sources, targets]), 2)
    (ours,) = torch.autograd.grad(aggregate(adjacency, x, "max")[0].sum(), x)
    assert ours.flatten().tolist() == [1, 0]


@given(graph=graphs())
def test_every_column_of_every_inbox_hands_its_whole_gradient_on(graph: Graph) -> None:
    """With ties galore: features are 0 or 1, edges come twice."""
    doubled = Graph(graph.edge_index.repeat(1, 2), x=(graph.x > 0).double().requires_grad_())
    for reduce in ("max", "min"):
        out = aggregate(doubled.adjacency, doubled.x, reduce)
        (grad,) = torch.autograd.grad(out.sum(), doubled.x)
        heard = (doubled.adjacency.in_degree > 0).sum()
        torch.testing.assert_close(grad.sum(0), heard.double().expand(3))


def test_equal_messages_have_no_spread_and_no_gradient() -> None:
    x = torch.tensor([[1e3, 2.0], [1e3, 2.0], [1e3, 2.0]], requires_grad=True)
    adjacency = Adjacency(torch.tensor([[0, 1, 2], [0, 0, 0]]), 3)
    out = aggregate(adjacency, x, "std")
    (grad,) = torch.autograd.grad(out.sum(), x)
    assert torch.equal(out, torch.zeros(3, 2))
    assert torch.equal(grad, torch.zeros(3, 2))


@pytest.mark.parametrize("piece", [1, 7, 10**9])
@given(graph=graphs(weights=True))
def test_the_size_of_the_pieces_changes_nothing(piece: int, graph: Graph) -> None:
    results = []
    x, weight = graph.x.requires_grad_(), graph.edge_weight.requires_grad_()
    whole = gnn_lib.aggregate._PIECE
    for size in (piece, whole):
        gnn_lib.aggregate._PIECE = size
        try:
            out = aggregate(graph.adjacency, x, "max") + weighted_sum(graph.adjacency, x, weight)
            results.append([out, *torch.autograd.grad(out.sum(), (x, weight))])
        finally:
            gnn_lib.aggregate._PIECE = whole
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("reduce", REDUCES)
def test_nan_and_infinity_are_passed_on(reduce: str) -> None:
    adjacency = Adjacency(torch.tensor([[0, 1, 1], [1, 1, 2]]), 4)
    x = torch.tensor([[torch.nan], [1.0], [1.0], [1.0]])
    out = aggregate(adjacency, x, reduce)
    assert out[1].isnan()
    assert not out[[0, 2, 3]].isnan().any()
    for sign in (1, -1):
        endless = aggregate(adjacency, sign * torch.tensor([[torch.inf], [1.0], [1.0], [1.0]]), reduce)
        assert endless[0] == endless[3] == 0, "an empty inbox is 0"
        swallowed = (reduce, sign) in (("max", -1), ("min", 1))
        assert bool(endless[1].isfinite()) == swallowed


@pytest.mark.parametrize("reduce", REDUCES)
def test_inbox_of_minus_infinity_alone(reduce: str) -> None:
    """A full inbox is not mistaken for an empty one."""
    adjacency = Adjacency(torch.tensor([[0], [1]]), 2)
    x = torch.tensor([[-torch.inf if reduce == "max" else torch.inf], [0.0]])
    out = aggregate(adjacency, x, reduce)[1]
    assert out.isnan() if reduce == "std" else torch.equal(out, x[0])


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda a, x, w: aggregate(a, x, "median"), ValueError, "reduce must be one of 'sum', 'mean'"),
    (lambda a, x, w: aggregate(a, x[:2]), ValueError, "x must have one row per node, so 3 of them"),
    (lambda a, x, w: aggregate(a, x.long()), TypeError, r"x must be floating point.*x\.float\(\)"),
    (lambda a, x, w: aggregate(a, x.tolist()), TypeError, "x must be a torch.Tensor, got list"),
    (lambda a, x, w: aggregate(a, x, "sum", w[:1]), ValueError, "weight must have one row per edge, so 2"),
    (lambda a, x, w: aggregate(a, x, "sum", w.long()), TypeError, "weight must be floating point"),
    (lambda a, x, w: aggregate(a, x.to("meta")), ValueError, "x is on meta and edge_index is on cpu"),
    (lambda a, x, w: aggregate(a, x, "sum", w.to("meta")), ValueError, "weight is on meta and edge_index"),
    (lambda a, x, w: aggregate(a, x, "mean", w[:, None]), ValueError, r"weight must have shape \[E\]"),
])
def test_says_what_it_needs(call, error: type, message: str) -> None:
    adjacency = Adjacency(torch.tensor([[0, 1], [1, 2]]), 3)
    with pytest.raises(error, match=message):
        call(adjacency, torch.ones(3, 2), torch.ones(2))


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("reduce", REDUCES)
def test_every_device(device: str, reduce: str) -> None:
    generator = torch.Generator().manual_seed(0)
    graph = Graph(torch.randint(0, 9, (2, 30), generator=generator), x=torch.randn(9, 3, generator=generator))
    here = aggregate(graph.adjacency, graph.x, reduce)
    there = graph.to(device)
    torch.testing.assert_close(aggregate(there.adjacency, there.x, reduce).cpu(), here)
