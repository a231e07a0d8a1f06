"""Softmax over inboxes and GAT's attention: against PyG, loops, and scores that overflow naive code."""

from unittest import mock

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch_geometric.utils import softmax as pyg_softmax

from gnn_lib import pair_attention
from gnn_lib.adjacency import Adjacency
from gnn_lib.attention import attend, softmax
from gnn_lib.graph import Graph
from gnn_lib.pair_attention import attend_pairs
from tests.strategies import DEVICES, generators, graphs

HEADS, WIDTH = 2, 3


def normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64, requires_grad=True)


def assert_same_with_gradients(ours: Tensor, theirs: Tensor, inputs: list[Tensor]) -> None:
    torch.testing.assert_close(ours, theirs)
    direction = torch.randn(theirs.shape, dtype=theirs.dtype)
    pair = [torch.autograd.grad(out, inputs, direction) for out in (ours, theirs)]
    for our, their in zip(*pair, strict=True):
        torch.testing.assert_close(our, their)


def plain_attend(
    graph: Graph, values: Tensor, u: Tensor, v: Tensor, slope: float, keep: Tensor | None
) -> Tensor:
    """The definition, one step after the other, with PyG's softmax."""
    sources, targets = graph.edge_index
    scores = F.leaky_relu(u[sources] + v[targets], slope)
    alpha = pyg_softmax(scores, targets, num_nodes=graph.num_nodes)
    if keep is not None:
        alpha = alpha * keep
    return torch.zeros_like(values).index_add(0, targets, alpha[:, :, None] * values[sources])


@given(graphs(features=None), generators(), st.sampled_from([(), (1,), (3,)]))
def test_softmax_equals_pygs(graph: Graph, generator: torch.Generator, shape: tuple[int, ...]) -> None:
    scores = normal(generator, graph.num_edges, *shape)
    theirs = pyg_softmax(scores, graph.edge_index[1], num_nodes=graph.num_nodes)
    assert_same_with_gradients(softmax(graph.adjacency, scores), theirs, [scores])


@given(graphs(features=None), generators())
def test_softmax_of_each_inbox_by_itself(graph: Graph, generator: torch.Generator) -> None:
    scores = normal(generator, graph.num_edges, HEADS)
    alpha = softmax(graph.adjacency, scores)
    for node in range(graph.num_nodes):
        inbox = graph.edge_index[1] == node
        torch.testing.assert_close(alpha[inbox], scores[inbox].softmax(0))


@given(
    graphs(features=None), generators(), st.sampled_from([0.0, 0.2, 1.0]), st.booleans(),
    st.sampled_from([1.0, 2000.0]),
)  # fmt: skip
def test_attend_is_softmax_and_a_weighted_sum(
    graph: Graph, generator: torch.Generator, slope: float, dropped: bool, apart: float
) -> None:
    """Also where sources are so far apart that what is below the highest of all would vanish."""
    values = normal(generator, graph.num_nodes, HEADS, WIDTH)
    u, v = normal(generator, graph.num_nodes, HEADS), normal(generator, graph.num_nodes, HEADS)
    u = (apart * u.detach()).requires_grad_()
    keep = None
    if dropped:
        keep = 2.0 * torch.randint(0, 2, (graph.num_edges, HEADS), generator=generator).double()
    ours = attend(graph.adjacency, values, u, v, slope, keep)
    assert_same_with_gradients(ours, plain_attend(graph, values, u, v, slope, keep), [values, u, v])


def plain_attend_pairs(
    graph: Graph, values: Tensor, listeners: Tensor, att: Tensor, slope: float, keep: Tensor | None
) -> Tensor:
    sources, targets = graph.edge_index
    scores = (F.leaky_relu(values[sources] + listeners[targets], slope) * att).sum(2)
    alpha = pyg_softmax(scores, targets, num_nodes=graph.num_nodes)
    if keep is not None:
        alpha = alpha * keep
    return torch.zeros_like(values).index_add(0, targets, alpha[:, :, None] * values[sources])


@pytest.mark.parametrize("piece", [1, 4 * HEADS * WIDTH, pair_attention._PIECE])
@given(
    graphs(features=None), generators(), st.sampled_from([0.0, 0.2, 1.0]), st.booleans(),
    st.sampled_from([1.0, 2000.0]),
)  # fmt: skip
def test_attend_pairs_is_softmax_and_a_weighted_sum(
    piece: int, graph: Graph, generator: torch.Generator, slope: float, dropped: bool, apart: float
) -> None:
    """However the inboxes are cut into pieces, also where exp of the scores as they are would overflow."""
    values, listeners = (normal(generator, graph.num_nodes, HEADS, WIDTH) for _ in range(2))
    att = (apart * normal(generator, 1, HEADS, WIDTH).detach()).requires_grad_()
    keep = None
    if dropped:
        keep = 2.0 * torch.randint(0, 2, (graph.num_edges, HEADS), generator=generator).double()
    with mock.patch.object(pair_attention, "_PIECE", piece):
        ours = attend_pairs(graph.adjacency, values, listeners, att, slope, keep)
        theirs = plain_attend_pairs(graph, values, listeners, att, slope, keep)
        assert_same_with_gradients(ours, theirs, [values, listeners, att])


@given(graphs(features=None, max_nodes=4, max_edges=6), generators())
def test_gradcheck(graph: Graph, generator: torch.Generator) -> None:
    values = normal(generator, graph.num_nodes, HEADS, WIDTH)
    u, v = normal(generator, graph.num_nodes, HEADS), normal(generator, graph.num_nodes, HEADS)
    scores, att = normal(generator, graph.num_edges, HEADS), normal(generator, 1, HEADS, WIDTH)
    adjacency, check = graph.adjacency, torch.autograd.gradcheck
    assert check(lambda s: softmax(adjacency, s), scores, fast_mode=True)
    assert check(lambda *a: attend(adjacency, *a), (values, u, v), fast_mode=True)
    listeners = normal(generator, graph.num_nodes, HEADS, WIDTH)
    assert check(lambda *a: attend_pairs(adjacency, *a), (values, listeners, att), fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("height", [1e4, -1e4, 1e30])
def test_huge_scores_are_exact(dtype: torch.dtype, height: float) -> None:
    """exp(1e4) is infinite and exp(-1e4) is 0, so only differences may ever reach exp."""
    adjacency = Adjacency(torch.tensor([[0, 1, 2, 0], [3, 3, 3, 1]]), 4)
    scores = torch.tensor([height, height, height - abs(height), -height], dtype=dtype, requires_grad=True)
    alpha = softmax(adjacency, scores)
    assert alpha.tolist() == [0.5, 0.5, 0, 1]
    (grad,) = torch.autograd.grad(alpha[0], scores)
    assert grad.tolist() == [0.25, -0.25, 0, 0]
    values = torch.tensor([[2.0], [4.0], [8.0], [0.0]], dtype=dtype)[:, None].requires_grad_()
    u = torch.tensor([height, height, height - abs(height), 0], dtype=dtype)[:, None].requires_grad_()
    v = torch.zeros(4, 1, dtype=dtype, requires_grad=True)
    out = attend(adjacency, values, u, v, negative_slope=1.0)
    assert out.flatten().tolist() == [0, 2, 0, 3]
    grads = torch.autograd.grad(out[3].sum(), (values, u, v))
    assert grads[0].flatten().tolist() == [0.5, 0.5, 0, 0]
    torch.testing.assert_close(grads[1].flatten(), torch.tensor([-0.5, 0.5, 0, 0], dtype=dtype))
    torch.testing.assert_close(grads[2], torch.zeros_like(v))


@pytest.mark.parametrize("height", [1e4, -1e4])
@given(graph=graphs(features=None), generator=generators())
def test_huge_scores_in_any_graph(height: float, graph: Graph, generator: torch.Generator) -> None:
    """Adding the same to all scores of an inbox changes nothing, however much it is."""
    values = normal(generator, graph.num_nodes, 1, WIDTH)
    u, v = normal(generator, graph.num_nodes, 1), normal(generator, graph.num_nodes, 1)
    plain = attend(graph.adjacency, values, u, v, 1.0)
    lifted = attend(graph.adjacency, values, u, v + height, 1.0)
    torch.testing.assert_close(lifted, plain, rtol=1e-6, atol=1e-9)
    grads = [torch.autograd.grad(out.sum(), (values, u)) for out in (lifted, plain)]
    for one, other in zip(*grads, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-8)


def test_the_result_may_be_changed_in_place() -> None:
    """As by relu_ right after a layer without a bias: the way back needs nothing of it."""
    adjacency = Adjacency(torch.tensor([[0, 1, 2, 2], [2, 2, 0, 1]]), 3)
    for heads in (1, HEADS):
        values, u, v = torch.randn(3, heads, WIDTH), torch.randn(3, heads), torch.randn(3, heads)
        inputs = [tensor.double().requires_grad_() for tensor in (values, u, v)]
        for listen in (
            lambda h, u, v: attend(adjacency, h, u, v),
            lambda h, u, v: attend_pairs(adjacency, h, h + u[:, :, None], v[None, 0, :, None] + h[:1]),
        ):
            one, other = listen(*inputs).relu_(), listen(*inputs).relu()
            assert_same_with_gradients(one, other, inputs)


def test_an_empty_inbox_hears_nothing() -> None:
    adjacency = Adjacency(torch.tensor([[0], [1]]), 3)
    values, u, v = (torch.randn(3, HEADS, WIDTH), *torch.randn(2, 3, HEADS))
    for tensor in (values, u, v):
        tensor.requires_grad_()
    out = attend(adjacency, values, u, v)
    assert torch.equal(out[[0, 2]], torch.zeros(2, HEADS, WIDTH))
    torch.testing.assert_close(out[1], values[0])
    for grad in torch.autograd.grad(out.sum(), (values, u, v)):
        assert grad.isfinite().all()
        assert (grad[2] == 0).all()
    nobody = Adjacency(torch.empty(2, 0, dtype=torch.long), 3)
    assert torch.equal(attend(nobody, values, u, v), torch.zeros(3, HEADS, WIDTH))
    assert softmax(nobody, torch.empty(0, HEADS)).shape == (0, HEADS)
    out = attend_pairs(nobody, values, values, torch.ones(1, HEADS, WIDTH))
    assert torch.equal(out, torch.zeros(3, HEADS, WIDTH))
    assert torch.equal(torch.autograd.grad(out.sum(), values)[0], torch.zeros_like(values))


def test_nan_is_passed_on_to_its_own_inbox_only() -> None:
    adjacency = Adjacency(torch.tensor([[0, 1, 1], [2, 2, 0]]), 3)
    assert softmax(adjacency, torch.tensor([torch.nan, 0.0, 0.0])).isnan().tolist() == [True, True, False]
    u = torch.tensor([[torch.nan], [0.0], [0.0]])
    out = attend(adjacency, torch.ones(3, 1, 2), u, torch.zeros(3, 1))
    assert out.isnan().any(2).flatten().tolist() == [False, False, True]
    values = torch.tensor([[torch.nan], [0.0], [0.0]])[:, None]
    out = attend_pairs(adjacency, values, torch.zeros(3, 1, 1), torch.ones(1, 1, 1))
    assert out.isnan().any(2).flatten().tolist() == [False, False, True]


def test_duplicate_edges_count_twice() -> None:
    adjacency = Adjacency(torch.tensor([[0, 0, 1], [2, 2, 2]]), 3)
    values = torch.tensor([[3.0], [9.0], [0.0]])[:, None]
    assert attend(adjacency, values, torch.zeros(3, 1), torch.zeros(3, 1))[2].item() == pytest.approx(5)


@pytest.mark.parametrize(("scores", "error", "message"), [
    (torch.ones(3), ValueError, "scores must have one row per edge, so 2 of them"),
    (torch.ones(2).long(), TypeError, r"scores must be floating point.*scores\.float\(\)"),
    ([1.0, 2.0], TypeError, "scores must be a torch.Tensor, got list"),
])
def test_softmax_says_what_it_needs(scores: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        softmax(Adjacency(torch.tensor([[0, 1], [1, 2]]), 3), scores)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device(device: str) -> None:
    generator = torch.Generator().manual_seed(0)
    graph = Graph(torch.randint(0, 9, (2, 30), generator=generator), num_nodes=9)
    values, u, v = (torch.randn(9, *s, generator=generator) for s in ((2, 3), (2,), (2,)))
    here = attend(graph.adjacency, values, u, v)
    there = attend(graph.to(device).adjacency, *(t.to(device) for t in (values, u, v)))
    torch.testing.assert_close(there.cpu(), here)
    att = torch.randn(1, 2, 3, generator=generator)
    here = attend_pairs(graph.adjacency, values, values, att)
    there = attend_pairs(graph.to(device).adjacency, *(t.to(device) for t in (values, values, att)))
    torch.testing.assert_close(there.cpu(), here)
