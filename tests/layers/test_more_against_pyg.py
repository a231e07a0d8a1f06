"""GraphConv, ChebConv, APPNP, SGC, LightGCN, R-GCN, EdgeConv and NNConv give PyG's numbers and gradients."""

import pytest
import torch
import torch_geometric.nn as pyg
from torch import Tensor, nn
from torch_geometric.nn.models.lightgcn import BPRLoss

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers import (
    APPNP,
    MPNN,
    ChebConv,
    EdgeConv,
    GraphConv,
    LGConv,
    LightGCN,
    NNConv,
    RGCNConv,
    SGConv,
)
from tests.layers.oracle import assert_same, awkward_graphs, share_weights

GRAPHS = [pytest.param(e, n, id=name) for name, e, n in awkward_graphs()]

WIDE = dict(in_channels=6, out_channels=4)
WIDER = dict(in_channels=4, out_channels=6)

# (our class, PyG's class, arguments, whether the call takes edge weights)
WEIGHTED = {
    "GraphConv": (GraphConv, pyg.GraphConv, WIDE),
    "GraphConv widening": (GraphConv, pyg.GraphConv, WIDER),
    "GraphConv mean": (GraphConv, pyg.GraphConv, WIDE | dict(aggr="mean", bias=False)),
    "GraphConv max": (GraphConv, pyg.GraphConv, WIDE | dict(aggr="max")),
    "Cheb 1": (ChebConv, pyg.ChebConv, WIDE | dict(K=1)),
    "Cheb 2": (ChebConv, pyg.ChebConv, WIDE | dict(K=2)),
    "Cheb 5": (ChebConv, pyg.ChebConv, WIDE | dict(K=5)),
    "Cheb widening": (ChebConv, pyg.ChebConv, WIDER | dict(K=4, bias=False)),
    "Cheb widening 1": (ChebConv, pyg.ChebConv, WIDER | dict(K=1)),
    "Cheb random walk": (ChebConv, pyg.ChebConv, WIDE | dict(K=3, normalization="rw")),
    "APPNP": (APPNP, pyg.APPNP, dict(K=3, alpha=0.1)),
    "APPNP without loops": (APPNP, pyg.APPNP, dict(K=2, alpha=0.3, add_self_loops=False)),
    "APPNP without norm": (APPNP, pyg.APPNP, dict(K=2, alpha=0.3, normalize=False)),
    "SGC": (SGConv, pyg.SGConv, WIDE),
    "SGC 3": (SGConv, pyg.SGConv, WIDE | dict(K=3, bias=False)),
    "SGC widening": (SGConv, pyg.SGConv, WIDER | dict(K=2)),
    "SGC without loops": (SGConv, pyg.SGConv, WIDE | dict(K=2, add_self_loops=False)),
    "LGConv": (LGConv, pyg.LGConv, dict()),
    "LGConv without norm": (LGConv, pyg.LGConv, dict(normalize=False)),
}


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def assert_same_everywhere(
    ours: nn.Module, theirs: nn.Module, x: Tensor, edge_index: Tensor, *more: Tensor
) -> None:
    """With raw edges, with a prepared adjacency, and again with what the first call left in its cache."""
    share_weights(ours, theirs)
    assert_same(ours, theirs, (x, edge_index, *more), (x, edge_index, *more), "raw edges")
    prepared = Adjacency(edge_index, len(x))
    for _ in range(2):
        assert_same(ours, theirs, (x, prepared, *more), (x, edge_index, *more), "prepared")


def without_repeated_loops(edge_index: Tensor) -> Tensor:
    """PyG keeps any one of the weights where a self-loop comes more than once."""
    kept, seen = [], set()
    for number, (i, j) in enumerate(edge_index.t().tolist()):
        if i != j or i not in seen:
            kept.append(number)
        if i == j:
            seen.add(i)
    return edge_index[:, kept]


@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_same_numbers_and_gradients(name: str, weighted: bool, edge_index: Tensor, nodes: int) -> None:
    our_class, their_class, options = WEIGHTED[name]
    more = ()
    if weighted:
        edge_index = without_repeated_loops(edge_index)
        more = (draw(edge_index.size(1)).abs() + 0.1,)
    x = draw(nodes, options.get("in_channels", 5))
    assert_same_everywhere(our_class(**options), their_class(**options), x, edge_index, *more)


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_cheb_without_normalisation(weighted: bool, edge_index: Tensor, nodes: int) -> None:
    if bool((edge_index[0] == edge_index[1]).all()):
        return_value = ChebConv(3, 2, K=3, normalization=None)(torch.ones(nodes, 3), edge_index)
        assert return_value.isfinite().all(), "see test_cheb_of_a_graph_without_edges"
        return
    more = (draw(edge_index.size(1)).abs() + 0.1,) if weighted else ()
    ours, theirs = (c(6, 4, K=3, normalization=None) for c in (ChebConv, pyg.ChebConv))
    assert_same_everywhere(ours, theirs, draw(nodes, 6), edge_index, *more)


def test_cheb_of_a_graph_without_edges() -> None:
    """L is 0 there, and PyG scales it by its largest entry: 0 / 0, so NaN everywhere. 2 L / λ - I is -I."""
    ours, theirs = (c(3, 2, K=2, normalization=None) for c in (ChebConv, pyg.ChebConv))
    share_weights(ours, theirs)
    x, none = draw(4, 3), torch.empty(2, 0, dtype=torch.long)
    assert theirs(x, none).isnan().all()
    torch.testing.assert_close(ours(x, none), x @ (ours.lins[0].weight - ours.lins[1].weight).T + ours.bias)


@pytest.mark.parametrize("normalization", ["sym", "rw", None])
@pytest.mark.parametrize("K", [2, 4])
def test_cheb_with_its_largest_eigenvalue_given(normalization: str | None, K: int) -> None:
    edge_index = torch.tensor([[0, 1, 2, 2, 4, 5], [1, 0, 1, 2, 5, 4]])
    batch, x, weight = torch.tensor([0, 0, 0, 1, 2, 2]), draw(6, 3), draw(6).abs()
    ours, theirs = (c(3, 2, K=K, normalization=normalization) for c in (ChebConv, pyg.ChebConv))
    share_weights(ours, theirs)
    for given in (1.7, torch.tensor(1.7).double(), torch.tensor([1.7]).double()):
        args = (x, edge_index, weight, None, given)
        torch.testing.assert_close(ours(*args), theirs(*args))
    each = torch.tensor([1.5, 2.5, 0.7], dtype=torch.float64)
    assert_same(
        ours, theirs, (x, edge_index, weight, batch, each), (x, edge_index, weight, batch, each), "batch"
    )


def test_cheb_bounds_the_eigenvalues_of_each_graph_by_itself() -> None:
    """PyG takes the largest entry over the whole batch, so that one graph changes another's result."""
    star = torch.tensor([[1, 2, 3, 0, 0, 0], [0, 0, 0, 1, 2, 3]])
    pair = torch.tensor([[0, 1], [1, 0]])
    ours, theirs = (c(3, 2, K=3, normalization=None) for c in (ChebConv, pyg.ChebConv))
    share_weights(ours, theirs)
    both, batch = torch.cat([star, pair + 4], 1), torch.tensor([0, 0, 0, 0, 1, 1])
    x = draw(6, 3)
    alone = torch.cat([theirs(x[:4], star), theirs(x[4:], pair)])
    torch.testing.assert_close(ours(x, both, batch=batch), alone)
    assert not torch.allclose(theirs(x, both, batch=batch), alone)


def test_cheb_is_a_polynomial_of_the_laplacian() -> None:
    """Against dense matrices: what the recursion stands for, with PyG not asked."""
    edge_index, x = torch.tensor([[0, 1, 1, 2, 3], [1, 0, 2, 3, 0]]), draw(4, 3)
    A = torch.zeros(4, 4, dtype=torch.float64).index_put(tuple(edge_index), torch.tensor(1.0).double())
    L_hat = 2 * (A.sum(1).diag() - A) / 4 - torch.eye(4).double()  # the largest entry of L is 2
    T = [torch.eye(4).double(), L_hat, 2 * L_hat @ L_hat - torch.eye(4).double()]
    for width in (2, 5):
        layer = ChebConv(3, width, K=3, normalization=None, bias=False).double()
        expected = sum(t.T @ x @ lin.weight.T for t, lin in zip(T, layer.lins, strict=True))
        torch.testing.assert_close(layer(x, edge_index), expected)


def test_appnp_drops_other_entries_in_each_step_and_keeps_the_mean() -> None:
    """PyG drops from what is left of the last step: entries die out, and the survivors grow too large."""
    loop, x = torch.zeros(2, 1, dtype=torch.long), torch.ones(1, 1)
    torch.manual_seed(0)
    means = []
    for appnp in (APPNP, pyg.APPNP):
        layer = appnp(K=2, alpha=0.0, dropout=0.5, normalize=False).train()
        results = torch.stack([layer(x, loop, torch.ones(1)) for _ in range(4000)])
        means.append(results.mean().item())
        assert layer.eval()(x, loop, torch.ones(1)).item() == 1
    assert means[0] == pytest.approx(1, abs=0.15)
    assert means[1] == pytest.approx(2, abs=0.3)


def test_appnp_drops_constant_entries_too() -> None:
    torch.manual_seed(0)
    x, edges = draw(5, 2), torch.randint(0, 5, (2, 12))
    for normalize in (True, False):
        layer = APPNP(K=1, alpha=0.2, dropout=0.3, normalize=normalize)
        expected = layer.eval()(x, edges)
        results = torch.stack([layer.train()(x, Adjacency(edges, 5)) for _ in range(3000)])
        spread = results.std(0) / 3000**0.5
        assert ((results.mean(0) - expected).abs() < 5 * spread + 1e-9).all()
        assert spread.max() > 0


def test_sgc_keeps_the_spread_features_while_they_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyG's `cached` returns the first result for ever; ours looks whether x and the edges changed."""
    x, edges = draw(5, 4), torch.randint(0, 5, (2, 9))
    plain, cached = SGConv(4, 3, K=2).double(), SGConv(4, 3, K=2, cached=True).double()
    cached.load_state_dict(plain.state_dict())
    calls = []
    propagate = SGConv.propagate
    monkeypatch.setattr(SGConv, "propagate", lambda *a: calls.append(1) or propagate(*a))
    for _ in range(3):
        torch.testing.assert_close(cached(x, edges), plain(x, edges))
    assert len(calls) == 3 * 2 + 2, "three times by the plain layer, once by the other"
    x[0] += 1
    torch.testing.assert_close(cached(x, edges), plain(x, edges))
    edges[0, 0] = (edges[0, 0] + 1) % 5
    torch.testing.assert_close(cached(x, edges), plain(x, edges))
    torch.testing.assert_close(cached(x.float().double(), edges), plain(x.float().double(), edges))
    weight = torch.rand(9, dtype=torch.float64)
    torch.testing.assert_close(cached(x, edges, weight), plain(x, edges, weight))
    cached(x, edges)
    x.requires_grad_()
    (grad,) = torch.autograd.grad(cached(x, edges).sum(), x)
    torch.testing.assert_close(grad, torch.autograd.grad(plain(x, edges).sum(), x)[0])


RELATIONAL = {
    "plain": dict(),
    "widening": WIDER,
    "bases": dict(num_bases=2),
    "blocks": dict(num_blocks=2),
    "blocks, sum": dict(num_blocks=2, aggr="sum"),
    "sum": dict(aggr="add", root_weight=False),
    "max": dict(aggr="max", bias=False),
    "more relations than edges": dict(num_relations=200, num_bases=3),
}


@pytest.mark.parametrize("name", RELATIONAL)
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_rgcn(name: str, edge_index: Tensor, nodes: int) -> None:
    options = WIDE | dict(num_relations=5) | RELATIONAL[name]
    edge_type = torch.randint(0, min(options["num_relations"], 4), (edge_index.size(1),))
    ours, theirs = RGCNConv(**options), pyg.RGCNConv(**options)
    assert_same_everywhere(ours, theirs, draw(nodes, options["in_channels"]), edge_index, edge_type)


def test_rgcn_sees_other_types_and_types_changed_in_place() -> None:
    edge_index, x = torch.randint(0, 6, (2, 15)), draw(6, 4)
    first, second = torch.randint(0, 3, (2, 15))
    ours, theirs = RGCNConv(4, 3, 3), pyg.RGCNConv(4, 3, 3)
    share_weights(ours, theirs)
    shared = Adjacency(edge_index, 6)
    for types in (first, second, first):
        torch.testing.assert_close(ours(x, shared, types), theirs(x, edge_index, types))
    first.numpy()[:] = second.numpy()  # no version counter sees this
    torch.testing.assert_close(ours(x, shared, first), theirs(x, edge_index, second))


def test_rgcn_heeds_the_weights_of_a_weighted_adjacency() -> None:
    """PyG has no weights here: W_r takes the mean of w_ji x_j."""
    edge_index, types = torch.tensor([[0, 1, 2, 1], [3, 3, 3, 0]]), torch.tensor([0, 0, 1, 1])
    x, weight = draw(4, 3), torch.tensor([2.0, 4.0, 5.0, 7.0], dtype=torch.float64)
    layer = RGCNConv(3, 2, num_relations=2, root_weight=False).double()
    V, U = layer.weight
    expected = torch.stack([7 * x[1] @ U, *torch.zeros(2, 2), (x[0] + 2 * x[1]) @ V + 5 * x[2] @ U])
    torch.testing.assert_close(layer(x, Adjacency(edge_index, 4).weighted(weight), types), expected)


def edge_network(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, 4), nn.Tanh(), nn.Linear(4, width_out))


@pytest.mark.parametrize("aggr", ["max", "add", "mean", "std"])
@pytest.mark.parametrize("network", ["mlp", "one linear", "not a sequence", "starts otherwise"])
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_edge_conv(aggr: str, network: str, edge_index: Tensor, nodes: int) -> None:
    make = {
        "mlp": lambda: edge_network(6, 2),
        "one linear": lambda: nn.Sequential(nn.Linear(6, 2, bias=False)),
        "not a sequence": lambda: nn.Linear(6, 2),
        "starts otherwise": lambda: nn.Sequential(nn.Tanh(), nn.Linear(6, 2)),
    }[network]
    ours, theirs = EdgeConv(make(), aggr), pyg.EdgeConv(make(), aggr)
    assert_same_everywhere(ours, theirs, draw(nodes, 3), edge_index)


def test_edge_conv_takes_the_largest_by_default() -> None:
    assert EdgeConv(nn.Linear(2, 1)).aggr == pyg.EdgeConv(nn.Linear(2, 1)).aggr == "max"


@pytest.mark.parametrize("aggr", ["add", "mean", "max"])
@pytest.mark.parametrize("network", ["mlp", "one linear", "without bias", "ends otherwise"])
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_nn_conv(aggr: str, network: str, edge_index: Tensor, nodes: int) -> None:
    make = {
        "mlp": lambda: edge_network(2, 15),
        "one linear": lambda: nn.Linear(2, 15),
        "without bias": lambda: nn.Sequential(nn.Linear(2, 15, bias=False)),
        "ends otherwise": lambda: nn.Sequential(nn.Linear(2, 15), nn.Tanh()),
    }[network]
    options = dict(root_weight=network != "one linear", bias=network != "without bias")
    ours, theirs = NNConv(5, 3, make(), aggr, **options), pyg.NNConv(5, 3, make(), aggr, **options)
    assert_same_everywhere(ours, theirs, draw(nodes, 5), edge_index, draw(edge_index.size(1), 2))


def test_mpnn_remembers_with_a_gru() -> None:
    """Against PyG's NNConv and torch's GRU, wired as in PyG's own example of Gilmer's network."""
    edge_index, x, e = torch.randint(0, 6, (2, 14)), draw(6, 3), draw(14, 2)
    ours = MPNN(3, edge_network(2, 9), steps=4, aggr="mean").double()
    conv, gru = pyg.NNConv(3, 3, edge_network(2, 9), aggr="mean").double(), nn.GRU(3, 3).double()
    conv.load_state_dict(ours.conv.state_dict())
    gru.load_state_dict({f"{name}_l0": value for name, value in ours.gru.state_dict().items()})
    h = x
    for _ in range(4):
        h = gru(conv(h, edge_index, e).relu()[None], h[None])[0][0]
    torch.testing.assert_close(ours(x, edge_index, e), h)


@pytest.mark.parametrize("alpha", [None, 0.3, torch.tensor([0.5, 0.25, 0.25])])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(("edge_index", "nodes"), GRAPHS)
def test_light_gcn(alpha: float | Tensor | None, weighted: bool, edge_index: Tensor, nodes: int) -> None:
    ours, theirs = LightGCN(nodes, 3, 2, alpha), pyg.LightGCN(nodes, 3, 2, alpha)
    share_weights(ours, theirs)
    pairs = torch.randint(0, nodes, (2, 6))
    weight = draw(edge_index.size(1)).abs() + 0.1 if weighted else None
    for chosen in (pairs, None):
        args = (edge_index, chosen, weight)
        assert_same(ours, theirs, args, args, "scores")
        prepared = Adjacency(edge_index, nodes)
        assert_same(ours, theirs, (prepared, chosen, weight), args, "scores, prepared")
        for prob in (True, False):
            assert torch.allclose(ours.predict_link(*args, prob), theirs.predict_link(*args, prob))
    labels = torch.randint(0, 2, (6,))
    our_loss = ours.link_pred_loss(ours(edge_index, pairs), labels)
    torch.testing.assert_close(our_loss, theirs.link_pred_loss(theirs(edge_index, pairs), labels))


def test_light_gcn_recommends_as_pyg_does() -> None:
    edge_index = torch.randint(0, 12, (2, 40))
    ours, theirs = LightGCN(12, 4, 3), pyg.LightGCN(12, 4, 3)
    share_weights(ours, theirs)
    users, items = torch.tensor([2, 0]), torch.tensor([11, 5, 7, 8])
    weight = torch.rand(40, dtype=torch.float64)
    for args in [
        (edge_index, None, users, items, 3),
        (edge_index, weight, users, None, 2),
        (edge_index, None, None, items, 4),
        (edge_index,),
    ]:
        assert torch.equal(ours.recommend(*args), theirs.recommend(*args))
    with pytest.raises(ValueError, match="k must be from 1 to the number of choices, 4; got 5"):
        ours.recommend(edge_index, None, users, items, k=5)


@pytest.mark.parametrize("node_id", [None, torch.tensor([0, 3, 3])])
def test_light_gcn_ranks_the_liked_above_the_others(node_id: Tensor | None) -> None:
    ours, theirs = LightGCN(5, 4, 2), pyg.LightGCN(5, 4, 2)
    share_weights(ours, theirs)
    losses = []
    liked, other = draw(7), draw(7)
    for model in (ours, theirs):
        scores = [t.clone().requires_grad_() for t in (liked, other)]
        loss = model.recommendation_loss(*scores, node_id, lambda_reg=0.1)
        grads = torch.autograd.grad(loss, [*scores, model.embedding.weight])
        losses.append([loss, *grads])
    for our, their in zip(*losses, strict=True):
        torch.testing.assert_close(our, their)
    torch.testing.assert_close(ours.recommendation_loss(liked, other), BPRLoss(1e-4)(
        liked, other, theirs.embedding.weight
    ))


def test_constructors_take_what_pygs_take_in_the_same_order() -> None:
    """All that PyG's constructors take, by position and by name, with the same defaults."""
    import inspect

    pairs = {(ours, theirs) for ours, theirs, _ in WEIGHTED.values()}
    pairs |= {(c, getattr(pyg, c.__name__)) for c in (RGCNConv, EdgeConv, NNConv, LightGCN)}
    for ours, theirs in pairs:
        theirs_named = [
            (p.name, p.default)
            for p in inspect.signature(theirs).parameters.values()
            if p.kind is not p.VAR_KEYWORD
        ]
        ours_named = [(p.name, p.default) for p in inspect.signature(ours).parameters.values()]
        assert ours_named[: len(theirs_named)] == theirs_named, ours.__name__
