"""Energy and MAD against loops over the definition, the Laplacian's quadratic form, and each other."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cosine

from gnn_lib.batch import batch_graphs
from gnn_lib.graph import Graph
from gnn_lib.smoothing import dirichlet_energy, mean_average_distance
from gnn_lib.spectral import laplacian
from tests.strategies import graphs
from tests.test_wl import DEVICES

NO_EDGES = torch.empty(2, 0, dtype=torch.long)
NORMALISED = pytest.mark.parametrize("normalised", [True, False])
PAIRS = pytest.mark.parametrize("pairs", ["neighbours", "all"])


def energy_by_loops(graph, normalised):
    weights = [1.0] * graph.num_edges if graph.edge_weight is None else graph.edge_weight.tolist()
    edges = list(zip(*graph.edge_index.tolist(), weights, strict=True))
    degree = [sum(w for i, j, w in edges for end in (i, j) if end == v) / 2 for v in range(graph.num_nodes)]
    rows = [row / math.sqrt(1 + d) if normalised else row for row, d in zip(graph.x, degree, strict=True)]
    return 0.5 * sum(w * (rows[i] - rows[j]).square().sum().item() for i, j, w in edges)


@NORMALISED
@given(graph=graphs(weights=True))
def test_energy_equals_the_sum_over_edges(normalised, graph):
    weighted = dirichlet_energy(graph.x, graph, normalised)
    assert weighted.item() == pytest.approx(energy_by_loops(graph, normalised))
    bare = Graph(graph.edge_index, x=graph.x)
    unweighted = dirichlet_energy(graph.x, graph.edge_index, normalised)
    assert unweighted.item() == pytest.approx(energy_by_loops(bare, normalised))


@NORMALISED
@given(graph=graphs(weights=True))
def test_energy_is_the_quadratic_form_of_the_laplacian(normalised, graph):
    x = graph.x
    L = laplacian(graph, normalised=False)
    if normalised:  # D̃^-1/2 (D - A) D̃^-1/2 is I - D̃^-1/2 (A + I) D̃^-1/2
        A = torch.zeros_like(L).index_put(tuple(graph.edge_index), graph.edge_weight, accumulate=True)
        scale = (1 + (A + A.t()).sum(1) / 2).rsqrt()
        L = scale[:, None] * L * scale
    assert dirichlet_energy(x, graph, normalised).item() == pytest.approx(torch.trace(x.t() @ L @ x).item())


def test_the_energy_of_a_path_by_hand():
    path = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    x = torch.tensor([[1.0], [2.0], [4.0]])
    assert dirichlet_energy(x, path, normalised=False).item() == 1 + 4
    first, middle, last = 1 / math.sqrt(2), 2 / math.sqrt(3), 4 / math.sqrt(2)
    expected = (first - middle) ** 2 + (middle - last) ** 2
    assert dirichlet_energy(x, path).item() == pytest.approx(expected)
    assert dirichlet_energy(x, path[:, [0, 2]], normalised=False).item() == (1 + 4) / 2  # one-way: half


def test_energy_vanishes_where_it_should_and_stays_exact_on_the_way():
    star = torch.tensor([[0, 1, 0, 2, 0, 3], [1, 0, 2, 0, 3, 0]])
    x = torch.tensor([[2.0], [2**0.5], [2**0.5], [2**0.5]])  # the roots of 1 + degree
    assert dirichlet_energy(x, star).item() < 1e-12
    assert dirichlet_energy(torch.ones(4, 2), star, normalised=False).item() == 0
    nearly = torch.full((4, 1), 1.0)
    nearly[1] += 2**-20
    assert dirichlet_energy(nearly, star, normalised=False).item() == 2**-40


@NORMALISED
@given(graph=graphs(max_nodes=4, max_edges=6))
def test_energy_has_the_right_gradient(normalised, graph):
    x = graph.x.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: dirichlet_energy(x, graph, normalised), x)


def distance(a, b):
    if not a.any() or not b.any():
        return float(a.any() != b.any())
    return cosine(a.numpy(), b.numpy())


def mad_by_loops(graph, pairs):
    listened = []
    for node in range(graph.num_nodes):
        inbox = [i for i, j in graph.edge_index.t().tolist() if j == node and i != node]
        others = inbox if pairs == "neighbours" else [i for i in range(graph.num_nodes) if i != node]
        if others:
            listened.append(sum(distance(graph.x[node], graph.x[i]) for i in others) / len(others))
    return sum(listened) / len(listened) if listened else 0.0


@st.composite
def with_zero_rows(draw):
    graph = draw(graphs())
    kept = draw(st.lists(st.booleans(), min_size=graph.num_nodes, max_size=graph.num_nodes))
    return graph.replace(x=graph.x * torch.tensor(kept)[:, None])


@PAIRS
@given(graph=with_zero_rows())
def test_mad_equals_loops_over_scipys_cosine(pairs, graph):
    expected = pytest.approx(mad_by_loops(graph, pairs), abs=1e-12)
    assert mean_average_distance(graph.x, graph, pairs).item() == expected
    assert mean_average_distance(graph.x, graph.edge_index, pairs).item() == expected


@PAIRS
@given(graph=graphs(), scales=st.sampled_from([1e-30, 1e-3, 7.0, 1e30]))
def test_mad_sees_directions_only(pairs, graph, scales):
    """In single precision too, where the square of 1e-30 is zero."""
    small = graph.x.float() * scales
    expected = mean_average_distance(graph.x.float(), graph, pairs).item()
    assert mean_average_distance(small, graph, pairs).item() == pytest.approx(expected, abs=1e-5)


@PAIRS
def test_mad_of_what_has_collapsed_is_zero(pairs):
    cycle = torch.tensor([[0, 1, 2], [1, 2, 0]])
    for row in (torch.tensor([3.0, 4.0]), torch.zeros(2)):
        assert mean_average_distance(row.repeat(3, 1), cycle, pairs).item() == pytest.approx(0, abs=1e-12)
    opposite = torch.tensor([[1.0], [-1.0]])
    assert mean_average_distance(opposite, torch.tensor([[0], [1]]), pairs).item() == pytest.approx(2)


def test_mad_resolves_angles_far_below_what_a_cosine_in_single_precision_shows():
    x = torch.tensor([[1.0, 0.0], [1.0, 1e-6]])
    assert mean_average_distance(x, torch.tensor([[0], [1]])).item() == pytest.approx(5e-13, rel=1e-3)
    assert mean_average_distance(x, torch.tensor([[0], [1]]), "all").item() == pytest.approx(5e-13, rel=1e-3)


@given(st.lists(graphs(), min_size=1, max_size=3))
def test_a_batch_gives_one_number_for_each_graph(some):
    batch = batch_graphs(some)
    options = {dirichlet_energy: (True, False), mean_average_distance: ("neighbours", "all")}
    for measure in options:
        for option in options[measure]:
            alone = torch.stack([measure(graph.x, graph, option) for graph in some])
            assert alone.shape == (len(some),)
            assert torch.allclose(measure(batch.x, batch, option), alone)


def test_shapes_that_are_rare():
    edges = torch.tensor([[0, 1], [1, 0]])
    column = torch.tensor([1.0, 3.0])
    assert dirichlet_energy(column, edges, normalised=False).item() == 4
    assert dirichlet_energy(torch.stack([column, column], 1)[:, :, None], edges, normalised=False).item() == 8
    for measure in (dirichlet_energy, mean_average_distance):
        assert measure(torch.ones(0, 3), NO_EDGES).item() == 0
        assert measure(torch.ones(2, 0), edges).item() == 0
        assert measure(torch.ones(1, 3), NO_EDGES).item() == 0
    assert mean_average_distance(torch.ones(0, 3), NO_EDGES, "all").item() == 0


def test_many_edges_are_summed_in_pieces():
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(0, 50, (2, 200_000), generator=generator)
    x = torch.randn(50, 2, generator=generator, dtype=torch.float64)
    expected = (x[edges[0]] - x[edges[1]]).square().sum() / 2
    assert dirichlet_energy(x, edges, normalised=False).item() == pytest.approx(expected.item())


@pytest.mark.parametrize(("x", "edges", "error", "message"), [
    (torch.ones(2, 1), torch.tensor([[0], [2]]), ValueError, "edges refers to 2, but there are 2 nodes"),
    (torch.ones(2, 1), Graph(torch.tensor([[0], [2]])), ValueError, "x must have one row per node, so 3"),
    (torch.ones(2, 1).long(), torch.tensor([[0], [1]]), TypeError, "x must be floating point"),
    (torch.ones(2, 1), torch.tensor([[0.0], [1.0]]), TypeError, "edges must hold integers"),
])
def test_what_they_cannot_use(x, edges, error, message):
    for measure in (dirichlet_energy, mean_average_distance):
        with pytest.raises(error, match=message):
            measure(x, edges)


def test_an_unknown_kind_of_pairs():
    with pytest.raises(ValueError, match="pairs must be one of 'neighbours', 'all', got 'far'"):
        mean_average_distance(torch.ones(2, 1), torch.tensor([[0], [1]]), "far")


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_gives_the_same_numbers(device):
    generator = torch.Generator().manual_seed(0)
    edges = torch.randint(0, 20, (2, 60), generator=generator)
    graph = Graph(edges, x=torch.randn(20, 3, generator=generator))
    there = graph.to(device)
    for measure in (dirichlet_energy, mean_average_distance):
        assert measure(there.x, there).item() == pytest.approx(measure(graph.x, graph).item(), rel=1e-5)
