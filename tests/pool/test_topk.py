"""Top-k and self-attention pooling keep PyG's nodes and edges, with PyG's scores and gradients."""

from copy import deepcopy
from itertools import accumulate
from typing import Any

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.batch import batch_graphs
from gnn_lib.graph import Graph
from gnn_lib.layers import GATConv, GCNConv, SAGEConv
from gnn_lib.pool import SAGPooling, SelectTopK, TopKPooling, top_k
from gnn_lib.subgraph import permute
from tests.layers.oracle import assert_same, share_weights
from tests.pool.cases import Joined, awkward_batches
from tests.strategies import graphs, permutations

BATCHES = [pytest.param(e, b, n, id=name) for name, e, b, n in awkward_batches()]
IDS = (1, 3, 4)  # where edge_index, batch and perm stand in what a pooling returns

OPTIONS: dict[str, dict[str, Any]] = {
    "defaults": dict(),
    "30 %": dict(ratio=0.3),
    "one": dict(ratio=1),
    "three": dict(ratio=3),
    "twice": dict(ratio=0.5, multiplier=2.0),
    "sigmoid": dict(nonlinearity="sigmoid"),
    "a function": dict(nonlinearity=torch.sin),
    "a module": dict(nonlinearity=nn.PReLU()),
    "low score": dict(min_score=0.05),
    "score": dict(min_score=0.2, multiplier=0.5),
    "high score": dict(ratio=None, min_score=1.0),
}
PAIRS = [
    pytest.param((TopKPooling, pyg.TopKPooling), id="top-k"),
    pytest.param((SAGPooling, pyg.SAGPooling), id="SAG"),
]
GNNS = {"GraphConv": (None, None), "GCN": (GCNConv, pyg.GCNConv), "GAT": (GATConv, pyg.GATConv),
        "SAGE": (SAGEConv, pyg.SAGEConv)}  # fmt: skip


def assert_same_pooling(ours: nn.Module, theirs: nn.Module, our_args: tuple, their_args: tuple) -> None:
    our, their = Joined(ours, IDS), Joined(theirs, IDS)
    assert_same(our, their, our_args, their_args, "pooled")
    for name, one, other in zip(("edge_index", "batch", "perm"), our.ids, their.ids, strict=True):
        assert torch.equal(one, other), name


# Every option on the batches, which hold all the graphs; each graph alone with a few of them.
ON_EACH = [(name, case) for name in ("defaults", "three", "score") for case in BATCHES[:-2]]
ON_BATCHES = [(name, case) for name in OPTIONS for case in BATCHES[-2:]]


@pytest.mark.parametrize(
    ("name", "edge_index", "batch", "nodes"),
    [pytest.param(name, *case.values, id=f"{name}, {case.id}") for name, case in ON_EACH + ON_BATCHES],
)
@pytest.mark.parametrize("pair", PAIRS)
def test_same_nodes_numbers_and_gradients(
    pair: tuple, name: str, edge_index: Tensor, batch: Tensor | None, nodes: int
) -> None:
    ours, theirs = (pool(6, **deepcopy(OPTIONS[name])) for pool in pair)
    share_weights(ours, theirs)
    x = torch.randn(nodes, 6, dtype=torch.float64)
    edge_attr = torch.randn(edge_index.size(1), 2, dtype=torch.float64)
    args = (x, edge_index, edge_attr, batch)
    assert_same_pooling(ours, theirs, args, args)
    prepared = (x, Adjacency(edge_index, nodes), None, batch)
    assert_same_pooling(ours, theirs, prepared, (x, edge_index, None, batch))


@pytest.mark.parametrize("name", GNNS)
@pytest.mark.parametrize(("edge_index", "batch", "nodes"), BATCHES[-2:])
def test_any_layer_can_give_the_scores(name: str, edge_index: Tensor, batch: Tensor, nodes: int) -> None:
    pair = [
        pool(4, 0.4, **({"GNN": gnn} if gnn else {}))
        for pool, gnn in zip((SAGPooling, pyg.SAGPooling), GNNS[name], strict=True)
    ]
    share_weights(*pair)
    x = torch.randn(nodes, 4, dtype=torch.float64)
    assert_same_pooling(*pair, (x, edge_index, None, batch), (x, edge_index, None, batch))


def test_arguments_reach_the_layer() -> None:
    ours, theirs = (SAGPooling(4, GNN=GATConv, heads=1, negative_slope=0.7),
                    pyg.SAGPooling(4, GNN=pyg.GATConv, heads=1, negative_slope=0.7))  # fmt: skip
    share_weights(ours, theirs)
    x, edge_index = torch.randn(9, 4, dtype=torch.float64), torch.randint(0, 9, (2, 30))
    assert_same_pooling(ours, theirs, (x, edge_index), (x, edge_index))


@pytest.mark.parametrize("pair", PAIRS)
def test_scores_can_come_from_elsewhere(pair: tuple) -> None:
    edge_index = torch.randint(0, 8, (2, 20))
    x = torch.randn(8, 5, dtype=torch.float64)
    for attn in (torch.randn(8, 3, dtype=torch.float64), torch.randn(8, dtype=torch.float64)):
        ours, theirs = (pool(3 if attn.dim() == 2 else 1) for pool in pair)
        share_weights(ours, theirs)
        args = (x, edge_index, None, None, attn)
        assert_same_pooling(ours, theirs, args, args)
        with pytest.raises(ValueError, match="attn must have one row per node, so 8"):
            ours(x, edge_index, None, None, attn[:5])


def test_a_ratio_of_one_point_zero_keeps_all_best_first() -> None:
    """PyG 2.8 reads 1.0 as the number 1, whatever its documentation says."""
    edge_index, batch = torch.randint(0, 9, (2, 30)), torch.arange(9) % 2
    ours, theirs = TopKPooling(4, ratio=1.0), pyg.TopKPooling(4, ratio=10**6)
    share_weights(ours, theirs)
    x = torch.randn(9, 4, dtype=torch.float64)
    assert_same_pooling(ours, theirs, (x, edge_index, None, batch), (x, edge_index, None, batch))
    assert sorted(ours(x, edge_index, batch=batch).perm.tolist()) == list(range(9))


@pytest.mark.parametrize("ratio", [0.1, 0.28, 0.3, 0.5, 0.6, 0.8, 0.99])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shares_are_rounded_as_pyg_rounds_them(ratio: float, dtype: torch.dtype) -> None:
    """0.3 of 50 nodes is 16 in float32: not what one would say, but the same in both libraries."""
    from torch_geometric.nn.pool.select.topk import topk

    sizes = torch.arange(60)
    batch = torch.arange(60).repeat_interleave(sizes)
    score = torch.rand(len(batch), dtype=dtype, generator=torch.Generator().manual_seed(0))
    assert torch.equal(top_k(score, ratio, batch), topk(score, ratio, batch))


def test_names_and_hand_worked_numbers() -> None:
    pool = TopKPooling(1, ratio=2)
    with torch.no_grad():
        pool.select.weight.fill_(3.0)  # its length counts for nothing
    x = torch.tensor([[1.0], [2.0], [-1.0], [0.5]])
    path = torch.tensor([[0, 1, 2, 1], [1, 2, 3, 1]])
    out = pool(x, path, edge_attr=torch.tensor([10.0, 20.0, 30.0, 40.0]))
    assert out.perm.tolist() == [1, 0]
    torch.testing.assert_close(out.score, torch.tensor([2.0, 1.0]).tanh())
    torch.testing.assert_close(out.x.flatten(), torch.tensor([2.0, 1.0]) * torch.tensor([2.0, 1.0]).tanh())
    assert out.edge_index.tolist() == [[1, 0], [0, 0]]
    assert out.edge_attr.tolist() == [10.0, 40.0]
    assert out.batch.tolist() == [0, 0]


def test_ties_go_to_the_node_that_comes_first() -> None:
    score = torch.zeros(1000)
    assert top_k(score, 0.3).tolist() == list(range(300))
    batch = torch.arange(1000) % 2
    assert top_k(score, 3, batch).tolist() == [0, 2, 4, 1, 3, 5]
    assert top_k(score, None, batch, min_score=0.5).tolist() == list(range(1000))  # all are the best


def test_a_score_must_be_more_than_the_least() -> None:
    assert top_k(torch.tensor([0.25, 0.5, 0.25]), None, min_score=0.25).tolist() == [1]


def test_shares_of_many_nodes_in_half_precision() -> None:
    assert len(top_k(torch.rand(70_000).half(), 0.5)) == 35_000  # 70,000 itself is too much for a half


def test_weights_of_a_prepared_adjacency_stay_on_their_edges() -> None:
    edge_index = torch.tensor([[0, 1, 2, 0], [1, 2, 0, 2]])
    weighted = Adjacency(edge_index, 3).weighted(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    out = TopKPooling(1, ratio=2)(torch.tensor([[5.0], [5.0], [5.0]]), weighted)
    assert out.perm.tolist() == [0, 1]
    assert out.edge_attr.tolist() == [1.0]


def kept_edges(perm: Tensor, edge_index: Tensor, edge_attr: Tensor) -> list:
    """Edges under their old names, in an order of their own."""
    ends = perm[edge_index].t().tolist()
    return sorted((i, j, *row) for (i, j), row in zip(ends, edge_attr.tolist(), strict=True))


@st.composite
def pools(draw: st.DrawFn) -> nn.Module:
    """One of the two poolings with some choice of how many nodes stay."""
    kind = draw(st.sampled_from([TopKPooling, SAGPooling]))
    options = draw(st.sampled_from([dict(ratio=0.4), dict(ratio=1.0), dict(ratio=2), dict(min_score=0.2)]))
    torch.manual_seed(draw(st.integers(0, 99)))
    return kind(3, **options).double()


@given(data=st.data(), pool=pools(), graph=graphs(edge_features=1))
def test_the_order_of_the_nodes_changes_nothing(data: st.DataObject, pool: nn.Module, graph: Graph) -> None:
    order = data.draw(permutations(graph.num_nodes))
    turned = permute(graph, order)
    one, other = (pool(g.x, g.edge_index, g.edge_attr) for g in (graph, turned))
    by_id, by_old_id = one.perm.argsort(), order[other.perm].argsort()
    assert torch.equal(one.perm[by_id], order[other.perm][by_old_id])
    torch.testing.assert_close(one.x[by_id], other.x[by_old_id])
    torch.testing.assert_close(one.score[by_id], other.score[by_old_id])
    assert kept_edges(one.perm, one.edge_index, one.edge_attr) == kept_edges(
        order[other.perm], other.edge_index, other.edge_attr
    )


@given(pool=pools(), parts=st.lists(graphs(edge_features=1), min_size=1, max_size=4))
def test_pooling_a_batch_is_pooling_each_graph(pool: nn.Module, parts: list) -> None:
    whole = batch_graphs(parts)
    out = pool(whole.x, whole.edge_index, whole.edge_attr, whole.batch)
    each = [pool(part.x, part.edge_index, part.edge_attr) for part in parts]
    torch.testing.assert_close(out.x, torch.cat([part.x for part in each]))
    torch.testing.assert_close(out.edge_attr, torch.cat([part.edge_attr for part in each]))
    assert out.batch.tolist() == [graph for graph, part in enumerate(each) for _ in part.perm]
    first = accumulate((part.num_nodes for part in parts[:-1]), initial=0)
    assert torch.equal(out.perm, torch.cat([part.perm + s for part, s in zip(each, first, strict=True)]))


@pytest.mark.parametrize("options", [dict(), dict(ratio=2), dict(min_score=0.2)], ids=str)
@pytest.mark.parametrize("kind", [TopKPooling, SAGPooling])
def test_no_nodes_at_all(kind: type, options: dict) -> None:
    pool = kind(3, **options)
    nothing = torch.empty(2, 0, dtype=torch.long)
    for batch in (None, torch.empty(0, dtype=torch.long)):
        out = pool(torch.empty(0, 3), nothing, torch.empty(0, 2), batch)
        assert [list(part.shape) for part in out] == [[0, 3], [2, 0], [0, 2], [0], [0], [0]]
    one = pool(torch.ones(1, 3), nothing)
    assert one.perm.tolist() == [0]


def test_initial_weights_are_drawn_as_pyg_draws_them() -> None:
    draws = torch.cat([SelectTopK(16).weight.detach().flatten() for _ in range(200)])
    assert draws.abs().max() <= 0.25
    assert draws.abs().max() > 0.24
    assert abs(draws.mean()) < 0.02


@pytest.mark.parametrize("kind", [TopKPooling, SAGPooling])
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (dict(ratio=0), ValueError, "ratio must be a share"),
        (dict(ratio=0.0), ValueError, "ratio must be a share"),
        (dict(ratio=-0.5), ValueError, "got -0.5"),
        (dict(ratio=-2), ValueError, "got -2"),
        (dict(ratio=1.5), ValueError, "got 1.5"),
        (dict(ratio=float("nan")), ValueError, "got nan"),
        (dict(ratio="half"), TypeError, "ratio must be a float or an int"),
        (dict(ratio=None), ValueError, "both None"),
        (dict(min_score=1.5), ValueError, "min_score"),
        (dict(nonlinearity="gelato"), ValueError, "nonlinearity must be one of 'tanh'"),
    ],
)
def test_options_that_make_no_sense(kind: type, options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        kind(3, **options)


@pytest.mark.parametrize("kind", [TopKPooling, SAGPooling])
def test_arguments_that_make_no_sense(kind: type) -> None:
    pool, x, edges = kind(3), torch.randn(4, 3), torch.tensor([[0, 1], [1, 3]])
    with pytest.raises(ValueError, match=r"must have shape \[N, 3\]"):
        pool(torch.randn(4, 2), edges)
    with pytest.raises(ValueError, match="refers to 9"):
        pool(x, torch.tensor([[0], [9]]))
    with pytest.raises(TypeError, match="must hold integers"):
        pool(x, edges.float())
    with pytest.raises(ValueError, match="edge_attr must have one row per edge, so 2"):
        pool(x, edges, torch.ones(3))
    with pytest.raises(ValueError, match="batch must have one row per node, so 4"):
        pool(x, edges, None, torch.tensor([0, 0, 1]))
    with pytest.raises(ValueError, match="batch refers to -1"):
        pool(x, edges, None, torch.tensor([0, 0, 1, -1]))
    with pytest.raises(TypeError, match="x must be floating point"):
        pool(torch.ones(4, 3, dtype=torch.long), edges)
    with pytest.raises(ValueError, match=r"5 -> 5 nodes|for 5 nodes"):
        pool(x, Adjacency(edges, 5))


@pytest.mark.parametrize("kind", [TopKPooling, SAGPooling])
@pytest.mark.parametrize("options", [dict(), dict(min_score=0.1)], ids=str)
def test_nodes_are_not_ranked_by_nan(kind: type, options: dict) -> None:
    x = torch.randn(4, 3)
    x[2, 1] = torch.nan
    with pytest.raises(ValueError, match="score holds NaN"):
        kind(3, **options)(x, torch.tensor([[0, 1], [1, 3]]))
