"""PairNorm and JumpingKnowledge against PyG, DropEdge by counting, Residual by hand."""

import pytest
import torch
import torch_geometric.nn as pyg
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from gnn_lib.graph import Graph
from gnn_lib.layers.regularize import JumpingKnowledge, PairNorm, Residual, drop_edge
from tests.strategies import generators, graphs
from tests.test_wl import DEVICES


def same_with_gradients(ours, theirs, inputs, *rest):
    """Both modules give the same output, and the same gradient to every input and parameter."""
    outputs = []
    for module in (ours, theirs):
        fresh = [x.clone().requires_grad_() for x in inputs]
        takes_a_list = isinstance(module, JumpingKnowledge | pyg.JumpingKnowledge)
        out = module(fresh if takes_a_list else fresh[0], *rest)
        (out * torch.arange(1.0, 1 + out.numel()).reshape(out.shape).sin()).sum().backward()
        outputs.append([out, *(x.grad for x in fresh), *(p.grad for p in module.parameters())])
    for mine, other in zip(*outputs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-6, atol=1e-9)


@given(generators(), st.integers(1, 6), st.booleans(), st.sampled_from([1.0, 2.5]))
def test_pair_norm_equals_pyg(generator, num_nodes, individually, scale):
    x = torch.randn(num_nodes, 3, generator=generator, dtype=torch.float64)
    ours, theirs = PairNorm(scale, individually), pyg.PairNorm(scale, individually)
    same_with_gradients(ours, theirs, [x])
    batch = torch.randint(0, 3, (num_nodes,), generator=generator).sort().values
    same_with_gradients(ours, theirs, [x], batch)
    same_with_gradients(ours, theirs, [x], batch, 5)


def test_pair_norm_keeps_the_total_distance_of_each_graph():
    x = torch.randn(7, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 9 + 5
    batch = torch.tensor([0, 0, 0, 2, 2, 2, 2])  # graph 1 has no nodes
    out = PairNorm(scale=2.0)(x, batch)
    for graph in (0, 2):
        part = out[batch == graph]
        assert torch.allclose(part.mean(0), torch.zeros(4).double(), atol=1e-12)
        assert part.square().sum(1).mean().item() == pytest.approx(4, rel=1e-4)


def test_pair_norm_of_no_nodes_and_of_one():
    assert PairNorm()(torch.ones(0, 3)).shape == (0, 3)
    assert torch.equal(PairNorm()(torch.ones(1, 3)), torch.zeros(1, 3))
    with pytest.raises(ValueError, match="batch must have one row per node, so 2"):
        PairNorm()(torch.ones(2, 3), torch.zeros(3).long())


@pytest.mark.parametrize("mode", ["cat", "max", "lstm"])
@given(generator=generators(), num_nodes=st.integers(1, 5), layers=st.integers(1, 4))
def test_jumping_knowledge_equals_pyg_and_loads_its_weights(mode, generator, num_nodes, layers):
    sizes = (3, layers) if mode == "lstm" else ()
    ours, theirs = JumpingKnowledge(mode, *sizes).double(), pyg.JumpingKnowledge(mode, *sizes).double()
    ours.load_state_dict(theirs.state_dict())
    theirs.load_state_dict(ours.state_dict())
    xs = [torch.randn(num_nodes, 3, generator=generator, dtype=torch.float64) for _ in range(layers)]
    same_with_gradients(ours, theirs, xs)


def test_jumping_knowledge_by_hand():
    near, far = torch.tensor([[1.0, 5.0]]), torch.tensor([[2.0, -3.0]])
    assert JumpingKnowledge("cat")([near, far]).tolist() == [[1, 5, 2, -3]]
    assert JumpingKnowledge("MAX")([near, far]).tolist() == [[2, 5]]
    mixed = JumpingKnowledge("LSTM", 2, 2)([near, far])[0]
    assert 1 <= mixed[0] <= 2  # weights that sum to one
    assert -3 <= mixed[1] <= 5
    assert JumpingKnowledge("cat")([near, torch.ones(1, 3)]).shape == (1, 5)


@pytest.mark.parametrize(("make", "message"), [
    (lambda: JumpingKnowledge("sum"), "mode must be one of 'cat', 'max', 'lstm', got 'sum'"),
    (lambda: JumpingKnowledge("lstm", 3), "needs channels and num_layers"),
    (lambda: JumpingKnowledge("max")([]), "xs is empty"),
    (lambda: JumpingKnowledge("max")([torch.ones(2, 1), torch.ones(2, 3)]), r"got \[2, 1\], \[2, 3\]"),
])
def test_jumping_knowledge_says_what_it_needs(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@given(graphs(weights=True, edge_features=2), generators(), st.sampled_from([0.0, 0.3, 1.0]))
def test_dropped_edges_take_what_they_carry(graph, generator, p):
    left = drop_edge(graph, p, generator=generator)
    rows = torch.cat([graph.edge_index.t().double(), graph.edge_weight[:, None], graph.edge_attr], 1).tolist()
    kept = torch.cat([left.edge_index.t().double(), left.edge_weight[:, None], left.edge_attr], 1).tolist()
    places = [rows.index(row) for row in kept]  # weights are drawn, so rows are unique
    assert places == sorted(set(places))
    assert left.num_nodes == graph.num_nodes
    assert left.x is graph.x
    assert len(kept) == {0.0: len(rows), 1.0: 0}.get(p, len(kept))


@given(graphs(), generators())
def test_pairs_go_together(graph, generator):
    both = torch.cat([graph.edge_index, graph.edge_index.flip(0)], 1)
    left = set(map(tuple, drop_edge(both, 0.5, undirected=True, generator=generator).t().tolist()))
    assert left == {(j, i) for i, j in left}
    directed = drop_edge(graph.edge_index, 0.5, undirected=True, generator=generator)
    again = [tuple(edge) for edge in graph.edge_index.t().tolist()]
    for edge in map(tuple, directed.t().tolist()):
        assert directed.t().tolist().count(list(edge)) == again.count(edge)  # copies stay or go together


@pytest.mark.parametrize("undirected", [True, False])
def test_every_edge_has_the_same_chance(undirected):
    nodes = torch.arange(2000)
    ring = torch.stack([nodes, (nodes + 1) % 2000])
    generator = torch.Generator().manual_seed(0)
    stays = torch.zeros(2000)
    for _ in range(100):
        stays[drop_edge(ring, 0.3, undirected=undirected, generator=generator)[0]] += 1
    chi_square = ((stays - 70).square() / (100 * 0.3 * 0.7)).sum()
    assert 1801 < chi_square < 2209  # 2,000 degrees of freedom, within a probability of 0.001
    assert abs(stays.mean() - 70) < 0.34  # 200,000 coins: 3.3 standard deviations


@pytest.mark.parametrize("undirected", [True, False])
def test_neighbouring_coins_and_steps_are_independent(undirected):
    nodes = torch.arange(20_000)
    ring = torch.stack([nodes, nodes + 1])
    generator = torch.Generator().manual_seed(1)
    steps = [drop_edge(ring, 0.5, undirected=undirected, generator=generator)[0] for _ in range(2)]
    first, second = (torch.isin(nodes, left) for left in steps)
    for one, other in ((first, second), (first[1:], first[:-1])):
        assert abs((one == other).float().mean() - 0.5) < 0.012  # 3.3 standard deviations


def test_drop_edge_is_off_when_not_training_and_repeats_with_a_seed():
    edges = torch.randint(0, 9, (2, 40), generator=torch.Generator().manual_seed(0))
    graph = Graph(edges)
    assert drop_edge(edges, 0.9, training=False) is edges
    assert drop_edge(graph, 0.9, training=False) is graph
    for undirected in (True, False):
        one, same, other = (
            drop_edge(edges, 0.5, undirected=undirected, generator=torch.Generator().manual_seed(seed))
            for seed in (7, 7, 8)
        )
        assert torch.equal(one, same)
        assert 0 < one.size(1) < 40
        assert not torch.equal(one, other)


def test_drop_edge_turns_away_what_is_no_probability_and_no_edges():
    with pytest.raises(ValueError, match=r"p is a probability, so from 0 to 1; got 1\.5"):
        drop_edge(torch.tensor([[0], [1]]), 1.5)
    with pytest.raises(TypeError, match="edges must hold integers"):
        drop_edge(torch.tensor([[0.0], [1.0]]))


def test_residual_adds_what_came_in():
    x = torch.tensor([[1.0, -2.0]])
    halve = nn.Linear(2, 2, bias=False)
    halve.weight.data = torch.eye(2) / 2
    block = Residual(halve)
    assert block(x).tolist() == [[1.5, -3.0]]
    assert len(list(block.parameters())) == 1
    assert Residual(halve, 2, 2)(x).tolist() == [[1.5, -3.0]]


def test_residual_passes_the_edges_on_and_changes_width():
    class Listen(nn.Module):
        def forward(self, x, edges, scale):
            return scale * torch.zeros_like(x).index_add(0, edges[1], x[edges[0]])[:, :1]

    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    block = Residual(Listen(), in_channels=2, out_channels=1)
    block.skip.weight.data = torch.tensor([[1.0, 10.0]])
    assert block(x, torch.tensor([[0], [1]]), scale=100).tolist() == [[21], [43 + 100]]
    with pytest.raises(ValueError, match=r"\[2, 2\] into \[2, 1\].*set in_channels=2 and out_channels=1"):
        Residual(Listen())(x, torch.tensor([[0], [1]]), 1)
    with pytest.raises(ValueError, match="both in_channels and out_channels"):
        Residual(Listen(), in_channels=2)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_drops_the_same_edges_with_one_seed(device):
    edges = torch.randint(0, 9, (2, 40), generator=torch.Generator().manual_seed(0))
    for undirected in (True, False):
        here, there = (
            drop_edge(e, 0.5, undirected=undirected, generator=torch.Generator().manual_seed(7))
            for e in (edges, edges.to(device))
        )
        assert there.device.type == device
        assert torch.equal(here, there.cpu())
