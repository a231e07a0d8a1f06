"""What layers say when they get what they can't use: which argument, what it was, what to do."""

import pytest
import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers import EdgeConv, GATConv, GINConv, GINEConv, LightGCN, NNConv, RGCNConv
from tests.layers.zoo import ZOO, F, example, extra, make, run

every_layer = pytest.mark.parametrize("name", ZOO)
weighted = pytest.mark.parametrize("name", [n for n in ZOO if ZOO[n][1] in ("edge_weight", "edge_attr")])
# What holds no width of its own: any x will do.
ANY_WIDTH = {"APPNP", "APPNP weighted", "LGConv", "LGConv weighted"}
# What hands x to a network that could be anything, and leaves the check to it.
OWN_CHECK = {"EdgeConv", "EdgeConv, any network"}


def call(name: str, x: object = None, edges: object = None, more: tuple[object, ...] | None = None) -> Tensor:
    """The layer on the example, with some of its arguments exchanged."""
    graph = example()
    x = graph.x if x is None else x
    edges = graph.edge_index if edges is None else edges
    out: Tensor = make(name)(x, edges, *(extra(name, graph) if more is None else more))
    return out


@every_layer
@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda e: e.float(), TypeError, r"must hold integers \(torch.int64\), got a torch.float32.*\.long\(\)"),
    (lambda e: e.t(), ValueError, r"must have shape \[2, E\].*It looks like \[E, 2\]: use .*\.t\(\)"),
    (lambda e: e[0], ValueError, r"must have shape \[2, E\]"),
    (lambda e: e[None], ValueError, r"must have shape \[2, E\]"),
    (lambda e: e.bool(), TypeError, "must hold integers"),
    (lambda e: e.tolist(), TypeError, "must be a torch.Tensor, got list"),
    (lambda e: e.numpy(), TypeError, "must be a torch.Tensor, got ndarray"),
    (lambda e: e + 3, ValueError, "refers to 7, but there are 6 nodes, so ids run from 0 to 5"),
    (lambda e: e - 1, ValueError, "refers to node -1|refers to -1"),
    (lambda e: e.to("meta"), ValueError, r"x is on cpu and edges is on meta\. Move one with \.to"),
])
def test_edges(name: str, change, error: type, message: str) -> None:
    edges = example().edge_index
    assert int(edges.max()) == 4
    assert int(edges.min()) == 0
    with pytest.raises(error, match=message):
        call(name, edges=change(edges))


@every_layer
@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda x: x.long(), TypeError, r"x must be floating point, got a torch.int64.*x\.float\(\)"),
    (lambda x: x.bool(), TypeError, "x must be floating point"),
    (lambda x: x.tolist(), TypeError, "x must be a torch.Tensor, got list"),
    (lambda x: x.sum(), ValueError, "x must have one row per node"),
    (lambda x: x.to("meta"), ValueError, "x is on meta and edges is on cpu"),
])
def test_features(name: str, change, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call(name, x=change(example().x))


@every_layer
def test_an_adjacency_of_another_graph(name: str) -> None:
    with pytest.raises(ValueError, match="prepared for 9 nodes, but x has 6 rows"):
        call(name, edges=Adjacency(example().edge_index, 9))


@pytest.mark.parametrize("name", [name for name in ZOO if name not in ANY_WIDTH | OWN_CHECK])
def test_features_of_another_width(name: str) -> None:
    with pytest.raises(ValueError, match=rf"x must have shape \[N, {F}\].*made for {F} feat.*got \[6, 5\]"):
        call(name, x=torch.ones(6, 5, dtype=torch.float64))
    with pytest.raises(ValueError, match=rf"x must have shape \[N, {F}\].*got \[6\]"):
        call(name, x=torch.ones(6, dtype=torch.float64))


@weighted
def test_weights_and_edge_features_that_do_not_fit(name: str) -> None:
    graph = example()
    (given,) = extra(name, graph)
    for wrong, error, message in [
        (given[:-1], ValueError, rf"must have one row per edge, so {graph.num_edges} of them"),
        (torch.cat([given, given]), ValueError, "must have one row per edge"),
        (given.long(), TypeError, "must be floating point"),
        (given.to("meta"), ValueError, "is on meta and edges is on cpu"),
        (given.tolist(), TypeError, "must be a torch.Tensor, got list"),
    ]:
        with pytest.raises(error, match=message):
            call(name, more=(wrong,))


@pytest.mark.parametrize("name", [name for name in ZOO if ZOO[name][1] == "edge_type"])
@pytest.mark.parametrize(("change", "error", "message"), [
    (lambda t: t[:-1], ValueError, "edge_type must have one row per edge"),
    (lambda t: t.float(), TypeError, r"edge_type must hold torch.int64.*edge_type\.long\(\)"),
    (lambda t: t[:, None], TypeError, r"edge_type must hold torch.int64 of shape \[E\]"),
    (lambda t: t + 1, ValueError, "edge_type refers to 3, but there are 3 relations, so ids run from 0 to 2"),
    (lambda t: t - 1, ValueError, "edge_type refers to -1"),
    (lambda t: t.to("meta"), ValueError, "edge_type is on meta and edges is on cpu"),
    (lambda t: t.tolist(), TypeError, "edge_type must be a torch.Tensor"),
])
def test_edge_types(name: str, change, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call(name, more=(change(example().edge_type),))


@every_layer
def test_nan_in_the_features_is_seen(name: str) -> None:
    """At the node itself where it counts for something, and at everyone who hears it."""
    graph, layer = example(), make(name)
    sick = int(graph.edge_index[0, 0])
    x = graph.x.clone()
    x[sick] = torch.nan
    assert not run(layer, name, graph).isnan().any()
    out = layer(x, graph.edge_index, *extra(name, graph))
    hearers = graph.edge_index[1][graph.edge_index[0] == sick]
    if not name.startswith("Cheb"):  # L has no self-loops
        assert out[hearers].isnan().any(1).all()
    assert out[hearers[hearers != sick]].isnan().any(1).all()
    assert not out[5].isnan().any(), "an isolated node hears nothing of it"


@weighted
def test_nan_in_weights_and_edge_features_is_seen(name: str) -> None:
    graph = example()
    edge = int((graph.edge_index[0] != graph.edge_index[1]).nonzero()[0])
    (given,) = extra(name, graph)
    poisoned = given.clone()
    poisoned[edge] = torch.nan
    out = call(name, more=(poisoned,))
    assert out[graph.edge_index[1, edge]].isnan().any()


@pytest.mark.parametrize(("make_it", "message"), [
    (lambda: RGCNConv(4, 4, 3, num_bases=2, num_blocks=2), "num_bases or num_blocks, not both"),
    (lambda: RGCNConv(4, 6, 3, num_blocks=4), "num_blocks=4 must divide in_channels=4 and out_channels=6"),
    (lambda: make_layer("ChebConv", 3, 2, 0), "K is the number of terms of the polynomial, so 1 or more"),
    (lambda: make_layer("ChebConv", 3, 2, 2, "row"), "normalization must be 'sym', 'rw' or None, got 'row'"),
    (lambda: make_layer("APPNP", 3, 1.5), "alpha is a probability"),
    (lambda: make_layer("APPNP", 3, 0.5, -1.0), "dropout is a probability"),
    (lambda: make_layer("GraphConv", 3, 2, "median"), "aggr must be one of 'sum', 'add', 'mean'"),
    (lambda: EdgeConv(nn.Linear(2, 2), "product"), "aggr must be one of"),
    (lambda: LightGCN(4, 2, 3, alpha=torch.ones(3)), "alpha must have one row per layer.*so 4 of them"),
    (lambda: GATConv(3, 2, dropout=7), "dropout is a probability"),
    (lambda: GINEConv(nn.ReLU(), edge_dim=2), "edge_dim needs a network whose width can be read off"),
])
def test_arguments_of_constructors(make_it, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_it()


def make_layer(name: str, *args: object) -> nn.Module:
    import gnn_lib.layers

    layer: nn.Module = getattr(gnn_lib.layers, name)(*args)
    return layer


def test_cheb_lambda_max_and_batch() -> None:
    layer, graph = make("Cheb"), example()
    batch = torch.tensor([0, 0, 0, 1, 1, 1])
    for more, error, message in [
        ((None, None, torch.ones(2)), ValueError, r"or \[G\] together with batch; got \[2\] without batch"),
        ((None, batch, torch.ones(2, 2)), ValueError, r"lambda_max must be one number, .*got \[2, 2\]"),
        ((None, batch + 1, torch.ones(2)), ValueError, "batch refers to 2, but there are 2 graphs in"),
        ((None, batch[:-1]), ValueError, "batch must have one row per node, so 6"),
        ((None, batch.float()), TypeError, r"batch must hold torch.int64.*batch\.long\(\)"),
        ((None, batch.to("meta")), ValueError, "batch is on meta and x is on cpu"),
    ]:
        with pytest.raises(error, match=message):
            layer(graph.x, graph.edge_index, *more)


def test_networks_of_another_width() -> None:
    graph = example()
    with pytest.raises(ValueError, match=r"nn gives 5 numbers .*in_channels \* out_channels = 6"):
        NNConv(F, 2, nn.Linear(2, 5)).double()(graph.x, graph.edge_index, graph.edge_attr)
    with pytest.raises(ValueError, match=r"nn takes 5 features, but .* has 6: twice"):
        EdgeConv(nn.Sequential(nn.Linear(5, 2))).double()(graph.x, graph.edge_index)
    with pytest.raises(ValueError, match=r"edge_attr must be as wide as x, \[E, 3\], got \[\d+, 2\]"):
        GINEConv(nn.Linear(F, 2)).double()(graph.x, graph.edge_index, graph.edge_attr)
    with pytest.raises(ValueError, match="was given, but the layer has no edge_dim"):
        GATConv(F, 2).double()(graph.x, graph.edge_index, graph.edge_attr)
    with pytest.raises(ValueError, match=r"x must have shape \[N, 4\]"):
        GINConv(nn.Sequential(nn.Linear(4, 2))).double()(graph.x, graph.edge_index)


def test_light_gcn() -> None:
    model, edges = LightGCN(4, 2, 1), torch.tensor([[0, 1], [1, 3]])
    for run_it, error, message in [
        (lambda: model(torch.tensor([[0], [4]])), ValueError, "refers to 4, but there are 4 nodes"),
        (lambda: model(edges, torch.tensor([[0], [4]])), ValueError, "edge_label_index refers to 4"),
        (lambda: model(edges, edges[0]), ValueError, r"edge_label_index must have shape \[2, E\]"),
        (lambda: model(edges.float()), TypeError, "must hold integers"),
        (lambda: model(edges, edges.float()), TypeError, "edge_label_index must hold integers"),
        (lambda: model(edges, None, torch.ones(3)), ValueError, "edge_attr must have one row per edge, so 2"),
        (lambda: model.recommend(edges, None, torch.tensor([4])), ValueError, "src_index refers to 4"),
        (lambda: model.recommend(edges, None, None, torch.tensor([0.0])), TypeError, "dst_index must hold"),
        (lambda: model.recommend(edges, k=0), ValueError, "k must be from 1 to the number of choices, 4"),
        (
            lambda: model.recommendation_loss(torch.ones(3), torch.ones(2)),
            ValueError,
            "neg_edge_rank must have one row per entry of pos_edge_rank, so 3",
        ),
    ]:
        with pytest.raises(error, match=message):
            run_it()
