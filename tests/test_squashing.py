"""Resistance against NetworkX and Ohm's law, Jacobians against models that are known in closed form."""

import networkx as nx
import pytest
import torch
from hypothesis import given

from gnn_lib.batch import batch_graphs
from gnn_lib.convert import from_networkx
from gnn_lib.graph import Graph
from gnn_lib.spectral import normalised_adjacency
from gnn_lib.squashing import (
    effective_resistance,
    jacobian,
    jacobian_sensitivity,
    total_effective_resistance,
)
from tests.strategies import graphs
from tests.test_spectral import symmetrised
from tests.test_wl import DEVICES

NO_EDGES = torch.empty(2, 0, dtype=torch.long)


@given(graphs(features=None, weights=True))
def test_resistance_of_directed_graphs_equals_networkx_on_the_mean_of_both_directions(graph):
    G = symmetrised(graph)
    G.remove_edges_from(list(nx.selfloop_edges(G)))  # NetworkX takes a loop for a wire to somewhere else
    ours = effective_resistance(graph)
    assert ours.dtype == torch.float64
    expected = torch.full_like(ours, torch.inf)
    for nodes in nx.connected_components(G):
        part = G.subgraph(nodes)
        theirs = nx.resistance_distance(part, weight="weight", invert_weight=False) if len(nodes) > 1 else {}
        for i in nodes:
            for j in nodes:
                expected[i, j] = theirs[i][j] if theirs else 0
    assert torch.allclose(ours, expected, rtol=1e-7, atol=1e-9)
    assert total_effective_resistance(graph).item() == pytest.approx(expected.triu(1).sum().item())


def test_ohms_law():
    ring = effective_resistance(from_networkx(nx.cycle_graph(6)))
    assert ring[0, 3].item() == pytest.approx(3 * 3 / 6)  # two ways of three wires, side by side
    tree = nx.balanced_tree(2, 3)
    steps = torch.tensor([[nx.shortest_path_length(tree, i, j) for j in tree] for i in tree])
    assert torch.allclose(effective_resistance(from_networkx(tree)), steps.double())  # a tree has one way
    barbell, clique = nx.barbell_graph(5, 0), nx.complete_graph(10)
    narrow, wide = (total_effective_resistance(from_networkx(G)) for G in (barbell, clique))
    assert wide.item() == pytest.approx(45 * 2 / 10)
    assert narrow > 5 * wide


def test_a_one_way_edge_is_half_a_wire_and_weights_conduct():
    assert effective_resistance(Graph(torch.tensor([[0], [1]])))[0, 1].item() == pytest.approx(2)
    heavy = Graph(torch.tensor([[0, 1], [1, 0]]), edge_weight=torch.tensor([4.0, 4.0]))
    assert effective_resistance(heavy)[0, 1].item() == pytest.approx(0.25)
    assert effective_resistance(heavy.replace(edge_weight=torch.zeros(2)))[0, 1].item() == torch.inf


def test_graphs_of_a_batch_are_not_joined():
    edge = Graph(torch.tensor([[0, 1], [1, 0]]))
    inf = torch.inf
    assert effective_resistance(batch_graphs([edge, edge])).round(decimals=9).tolist() == [
        [0, 1, inf, inf], [1, 0, inf, inf], [inf, inf, 0, 1], [inf, inf, 1, 0],
    ]


def test_no_nodes_and_too_many():
    assert effective_resistance(Graph(NO_EDGES, num_nodes=0)).shape == (0, 0)
    assert total_effective_resistance(Graph(NO_EDGES, num_nodes=1)).item() == 0
    with pytest.raises(ValueError, match="graph has 1,000,000 nodes"):
        effective_resistance(Graph(NO_EDGES, num_nodes=1_000_000))


class LinearGCN(torch.nn.Module):
    """h = (Âᵀ)² x W, so d h_i / d x_s = (Âᵀ)²[i, s] Wᵀ."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.arange(6.0, dtype=torch.float64).reshape(3, 2))

    def forward(self, x, graph):
        step = normalised_adjacency(graph).t().to(x.dtype)
        return step @ (step @ x) @ self.weight


@given(graphs())
def test_the_jacobian_of_a_linear_network_is_its_matrix(graph):
    model = LinearGCN()
    two_steps = torch.linalg.matrix_power(normalised_adjacency(graph).t().double(), 2)
    for target in range(graph.num_nodes):
        expected = two_steps[target][None, :, None] * model.weight.t()[:, None, :]
        found = jacobian(model, graph.x, graph, target)
        assert found.shape == (2, graph.num_nodes, 3)
        assert torch.allclose(found, expected.detach(), atol=1e-6)
        for source in range(graph.num_nodes):
            strength = jacobian_sensitivity(model, graph.x, graph, source, target)
            assert strength.item() == pytest.approx(found[:, source].square().sum().sqrt().item())
    assert model.weight.grad is None


def test_the_jacobian_of_a_network_with_bends_equals_autograds_own():
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(0, 6, (2, 12), generator=generator)
    x = torch.randn(6, 3, generator=generator, dtype=torch.float64)

    def model(x, edges):
        return torch.tanh(x + torch.zeros_like(x).index_add(0, edges[1], x[edges[0]])).square()

    whole = torch.autograd.functional.jacobian(lambda x: model(x, edges), x)  # [N, C, N, F]
    for target in range(6):
        assert torch.allclose(jacobian(model, x, edges, target), whole[target])


def test_direction_and_distance():
    """0 -> 1 -> 2: one step carries 0 to 1, two carry it to 2, and nothing comes back."""
    edges = torch.tensor([[0, 1], [1, 2]])

    def step(x, edges):
        return torch.zeros_like(x).index_add(0, edges[1], x[edges[0]])

    def two_steps(x, edges):
        return step(step(x, edges), edges)

    x = torch.ones(3, 1)
    assert jacobian_sensitivity(step, x, edges, source=0, target=1).item() == 1
    assert jacobian_sensitivity(step, x, edges, source=1, target=0).item() == 0
    assert jacobian_sensitivity(step, x, edges, source=0, target=2).item() == 0
    assert jacobian_sensitivity(two_steps, x, edges, source=0, target=2).item() == 1


def test_outputs_that_do_not_depend_on_x_and_callers_without_gradients():
    edges = torch.tensor([[0], [1]])
    x = torch.ones(2, 3, requires_grad=True)
    assert torch.equal(jacobian(lambda x, _: torch.ones(2, 4), x, edges, 1), torch.zeros(4, 2, 3))
    bias = torch.ones(2, 4, requires_grad=True)
    assert torch.equal(jacobian(lambda x, _: bias * 2, x, edges, 1), torch.zeros(4, 2, 3))
    with torch.no_grad():
        assert jacobian_sensitivity(lambda x, _: x * 3, x, edges, 1, 1).item() == pytest.approx(3 * 3**0.5)
    assert x.grad is None
    assert bias.grad is None


@pytest.mark.parametrize(("source", "target", "message"), [
    (2, 0, "source must be a node from 0 to 1, got 2"),
    (0, -1, "target must be a node from 0 to 1, got -1"),
])
def test_nodes_that_are_not_there(source, target, message):
    with pytest.raises(ValueError, match=message):
        jacobian_sensitivity(lambda x, _: x, torch.ones(2, 1), None, source, target)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_gives_the_same_resistance(device):
    graph = Graph(torch.tensor([[0, 1, 2, 3], [1, 2, 0, 3]]))
    there = effective_resistance(graph.to(device))
    assert there.device.type == device
    assert torch.allclose(there.cpu(), effective_resistance(graph))
