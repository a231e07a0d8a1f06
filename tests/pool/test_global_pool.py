"""A whole graph as one row: PyG's numbers and gradients, graphs without nodes, any order of the nodes."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.batch import batch_graphs
from gnn_lib.pool import AttentionalAggregation, global_add_pool, global_max_pool, global_mean_pool
from tests.layers.oracle import assert_same, share_weights
from tests.pool.cases import Joined, awkward_batches
from tests.strategies import generators, graphs, permutations

POOLS = {
    "sum": (global_add_pool, pyg.global_add_pool),
    "mean": (global_mean_pool, pyg.global_mean_pool),
    "max": (global_max_pool, pyg.global_max_pool),
}
BATCHES = [pytest.param(b, n, id=name) for name, _, b, n in awkward_batches()]


def attention(width_gate: int = 1, with_nn: bool = True) -> tuple[nn.Module, nn.Module]:
    """Ours and PyG's, with the same weights."""
    pair = [
        c(nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, width_gate)),
          nn.Linear(3, 4) if with_nn else None)
        for c in (AttentionalAggregation, pyg.AttentionalAggregation)
    ]
    share_weights(*pair)
    return pair[0], pair[1]


@pytest.mark.parametrize("name", POOLS)
@pytest.mark.parametrize(("batch", "nodes"), BATCHES)
@pytest.mark.parametrize("shape", [(3,), (1,), (), (0,)], ids=str)
def test_same_numbers_and_gradients(name: str, batch: Tensor | None, nodes: int, shape: tuple) -> None:
    x = torch.randn(nodes, *shape, dtype=torch.float64)
    ours, theirs = (Joined(pool) for pool in POOLS[name])
    assert_same(ours, theirs, (x, batch), (x, batch), name)
    assert POOLS[name][0](x, batch).shape == POOLS[name][1](x, batch).shape
    if batch is not None:
        size = int(batch.max()) + 3
        assert_same(ours, theirs, (x, batch, size), (x, batch, size), f"{name}, empty graphs at the end")
        assert POOLS[name][0](x, batch.int(), size=size).shape[0] == size


@pytest.mark.parametrize(("batch", "nodes"), BATCHES)
@pytest.mark.parametrize(("width_gate", "with_nn"), [(1, True), (4, True), (1, False), (3, False)])
def test_attention(batch: Tensor | None, nodes: int, width_gate: int, with_nn: bool) -> None:
    ours, theirs = attention(width_gate, with_nn)
    x = torch.randn(nodes, 3, dtype=torch.float64)
    given = torch.zeros(nodes, dtype=torch.long) if batch is None else batch
    assert_same(ours, theirs, (x, batch), (x, given), "attention")


def test_attention_survives_large_scores() -> None:
    pool = AttentionalAggregation(nn.Identity())
    x = torch.tensor([[1000.0], [1000.0], [-5000.0]])
    assert pool(x, torch.tensor([0, 0, 1])).flatten().tolist() == [1000.0, -5000.0]


@pytest.mark.parametrize("batch", [None, torch.tensor([0, 0, 0, 2])])
def test_messages_that_tie_for_the_maximum_share_the_gradient(batch: Tensor | None) -> None:
    x = torch.tensor([[3.0], [1.0], [3.0], [2.0]], requires_grad=True)
    global_max_pool(x, batch).sum().backward()
    expected = [0.5, 0.0, 0.5, 0.0 if batch is None else 1.0]
    assert x.grad is not None
    assert x.grad.flatten().tolist() == expected


@pytest.mark.parametrize("name", [*POOLS, "attention"])
def test_graphs_without_nodes_and_no_nodes_at_all_give_zeros(name: str) -> None:
    pool = attention()[0] if name == "attention" else POOLS[name][0]
    out = pool(torch.randn(2, 3, dtype=torch.float64), torch.tensor([1, 1]), 4)
    assert [row.any().item() for row in out] == [False, True, False, False]
    nothing = torch.empty(0, 3, dtype=torch.float64)
    for batch, size in [(None, None), (None, 1), (torch.empty(0, dtype=torch.long), 2)]:
        pooled = pool(nothing, batch, size)
        assert pooled.shape[0] == (size or 1)
        assert not pooled.any()
    assert pool(nothing, torch.empty(0, dtype=torch.long)).shape[0] == 0


@given(name=st.sampled_from([*POOLS, "attention"]), data=st.data())
def test_the_order_of_the_nodes_changes_nothing(name: str, data: st.DataObject) -> None:
    pool = attention()[0] if name == "attention" else POOLS[name][0]
    nodes, size = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 4))
    generator = data.draw(generators())
    x = torch.randn(nodes, 3, generator=generator, dtype=torch.float64)
    batch = torch.randint(size, (nodes,), generator=generator)
    order = data.draw(permutations(nodes))
    torch.testing.assert_close(pool(x[order], batch[order], size), pool(x, batch, size))


@given(name=st.sampled_from([*POOLS, "attention"]), parts=st.lists(graphs(), min_size=1, max_size=4))
def test_pooling_a_batch_is_pooling_each_graph(name: str, parts: list) -> None:
    pool = attention()[0] if name == "attention" else POOLS[name][0]
    whole = batch_graphs(parts)
    each = torch.cat([pool(part.x) for part in parts])
    torch.testing.assert_close(pool(whole.x, whole.batch, whole.num_graphs), each)


@pytest.mark.parametrize("name", POOLS)
def test_gradcheck(name: str) -> None:
    x = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    batch = torch.tensor([2, 0, 0, 2, 3, 2])
    assert torch.autograd.gradcheck(lambda x: POOLS[name][0](x, batch, 5), (x,))


@pytest.mark.parametrize("name", [*POOLS, "attention"])
@pytest.mark.parametrize(
    ("batch", "size", "error", "message"),
    [
        (torch.tensor([0, 1]), None, ValueError, "one row per node, so 3"),
        (torch.tensor([[0, 0, 1]]).t(), None, ValueError, r"shape \[N\]"),
        (torch.tensor(0), None, ValueError, r"shape \[N\]"),
        (torch.tensor([0.0, 0.0, 1.0]), None, TypeError, r"batch.long\(\)"),
        (torch.tensor([False, True, True]), None, TypeError, r"batch.long\(\)"),
        ([0, 0, 1], None, TypeError, "batch must be a torch.Tensor"),
        (torch.tensor([0, -1, 1]), None, ValueError, "batch refers to -1"),
        (torch.tensor([0, -1, 1]), 2, ValueError, "batch refers to -1"),
        (torch.tensor([0, 1, 2]), 2, ValueError, "batch refers to 2, but there are 2 graphs"),
        (torch.tensor([0, 1, 2]), -1, ValueError, "size is the number of graphs"),
        (torch.tensor([0, 1, 2]), 3.0, ValueError, "size is the number of graphs"),
        (None, 2, ValueError, "which of these graphs"),
    ],
)
def test_what_is_no_batch_is_said_so(
    name: str, batch: object, size: object, error: type, message: str
) -> None:
    pool = attention()[0] if name == "attention" else POOLS[name][0]
    with pytest.raises(error, match=message):
        pool(torch.randn(3, 3, dtype=torch.float64), batch, size)


@pytest.mark.parametrize("name", POOLS)
def test_what_is_no_feature_is_said_so(name: str) -> None:
    for x in (torch.ones(3, 2, dtype=torch.long), [[1.0]]):
        with pytest.raises(TypeError, match="x must be"):
            POOLS[name][0](x)
    with pytest.raises(ValueError, match="x must have one row per node"):
        POOLS[name][0](torch.tensor(1.0))
    assert POOLS[name][0](torch.tensor([[torch.nan], [1.0]]), torch.tensor([0, 1])).isnan().tolist() == [
        [True], [False],
    ]


@pytest.mark.parametrize(
    "gate", [nn.Flatten(0), nn.Linear(3, 2), nn.Sequential(nn.Linear(3, 1), nn.Flatten(0))]
)
def test_a_gate_of_the_wrong_shape_is_said_so(gate: nn.Module) -> None:
    with pytest.raises(ValueError, match="gate_nn must turn x"):
        AttentionalAggregation(gate)(torch.randn(3, 3))
