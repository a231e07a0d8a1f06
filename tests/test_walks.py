"""Walks follow edges, stop where there are none, and obey node2vec's law to the letter."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.walks import random_walks
from tests.strategies import generators, graphs

# Directed, with a self-loop (2), an edge twice (0 -> 1), a triangle, and a dead end (5).
TANGLE = Graph(
    torch.tensor([
        [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4],
        [1, 1, 2, 3, 0, 2, 4, 2, 0, 3, 0, 1, 3, 5],
    ]),
    num_nodes=6,
)
WEIGHTS = torch.tensor([1.0, 0.5, 2.0, 0.0, 3.0, 1.0, 0.2, 1.0, 1.0, 4.0, 1.0, 2.0, 0.3, 0.1])


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def exact_law(graph: Graph, p: float, q: float) -> np.ndarray:
    """P[u, v, x]: from v, reached from u, on to x. Written from the paper, over all triples."""
    N = graph.num_nodes
    W = np.zeros((N, N))
    weight = torch.ones(graph.num_edges) if graph.edge_weight is None else graph.edge_weight
    for (i, j), w in zip(graph.edge_index.t().tolist(), weight.tolist(), strict=True):
        W[i, j] += w
    A = np.zeros((N, N), dtype=bool)
    A[tuple(graph.edge_index.numpy())] = True
    P = np.zeros((N, N, N))
    for u in range(N):
        for v in range(N):
            for x in range(N):
                alpha = 1 / p if x == u else 1.0 if A[u, x] else 1 / q
                P[u, v, x] = alpha * W[v, x]
    sums = P.sum(2, keepdims=True)
    return np.divide(P, sums, out=np.zeros_like(P), where=sums > 0)


def chi_square(counts: np.ndarray, expected: np.ndarray) -> float:
    """The p-value of counts [K, N] against probabilities [K, N], all rows together."""
    total = counts.sum(1, keepdims=True)
    possible = expected > 0
    assert counts[~possible].sum() == 0, "a step was taken that has no probability"
    mean = (total * expected)[possible]
    assert mean.min() > 5, "too few walks for a chi-square test"
    statistic = ((counts[possible] - mean) ** 2 / mean).sum()
    freedom = possible.sum() - len(counts)  # 0 where every row has one way to go
    return float(chi2.sf(statistic, freedom)) if freedom else 1.0


def transitions(walks: Tensor, num_nodes: int) -> np.ndarray:
    """counts[u, v, x] of consecutive triples."""
    triples = walks.unfold(1, 3, 1).reshape(-1, 3)
    triples = triples[(triples >= 0).all(1)]
    counts = np.zeros((num_nodes,) * 3)
    np.add.at(counts, tuple(triples.t().numpy()), 1)
    return counts


@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.5, 2.0), (4.0, 0.25), (0.25, 0.5), (50.0, 3.0)])
def test_transitions_follow_the_exact_node2vec_law(p: float, q: float, weight: Tensor | None) -> None:
    graph = TANGLE.replace(edge_weight=weight)
    starts = torch.arange(6).repeat(40_000)
    counts = transitions(random_walks(graph, 4, starts, p, q, seeded()), 6)
    law = exact_law(graph, p, q)
    seen = counts.sum(2) > 0
    assert seen.sum() >= 9
    assert chi_square(counts[seen], law[seen]) > 1e-3


@pytest.mark.parametrize("weight", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (3.0, 0.3)])
def test_first_step_goes_by_weight_alone(p: float, q: float, weight: Tensor | None) -> None:
    graph = TANGLE.replace(edge_weight=weight)
    walks = random_walks(graph, 2, torch.arange(5).repeat(20_000), p, q, seeded())
    counts = np.zeros((5, 6))
    np.add.at(counts, (walks[:, 0].numpy(), walks[:, 1].numpy()), 1)
    law = exact_law(graph, 1.0, 1.0)[0, :5]  # with p = q = 1 it doesn't matter where one came from
    assert chi_square(counts, law) > 1e-3


@pytest.mark.parametrize("p", [1e-7, 1e7])
def test_extreme_bias_keeps_the_law_and_takes_no_time(p: float) -> None:
    """Rejection alone would need millions of proposals here; the exact step takes over."""
    star = Graph(torch.tensor([[0, 0, 0, 1, 2, 3, 1], [1, 2, 3, 0, 0, 0, 2]]))
    counts = transitions(random_walks(star, 6, torch.arange(4).repeat(10_000), p, 1.0, seeded()), 4)
    law = exact_law(star, p, 1.0)
    law = np.where(law < 1e-4, 0.0, law)
    law /= np.maximum(law.sum(2, keepdims=True), 1e-12)
    seen = counts.sum(2) > 0
    assert chi_square(counts[seen], law[seen]) > 1e-3


def test_large_hub_settled_by_adding_up_is_uniform() -> None:
    """From the hub's 200 leaves back to the hub and on: with p = inf, never to the same leaf."""
    leaves = torch.arange(1, 201)
    hub = torch.zeros_like(leaves)
    wheel = Graph(torch.stack([torch.cat([leaves, hub]), torch.cat([hub, leaves])]))
    walks = random_walks(wheel, 2, torch.ones(50_000, dtype=torch.long), math.inf, 1.0, seeded())
    counts = np.bincount(walks[:, 2].numpy(), minlength=201)[None]
    law = np.full((1, 201), 1 / 199)
    law[0, :2] = 0
    assert chi_square(counts, law) > 1e-3


def test_infinite_p_ends_where_the_only_way_is_back() -> None:
    pair = Graph(torch.tensor([[0, 1], [1, 0]]))
    assert random_walks(pair, 3, p=math.inf).tolist() == [[0, 1, -1, -1], [1, 0, -1, -1]]


@given(graphs(features=None), generators(), st.sampled_from([(1.0, 1.0), (0.5, 2.0), (1e6, 0.1)]))
def test_every_step_is_an_edge_and_only_dead_ends_stop(
    graph: Graph, generator: torch.Generator, bias: tuple[float, float]
) -> None:
    walks = random_walks(graph, 5, None, *bias, generator)
    assert walks.shape == (graph.num_nodes, 6)
    assert walks.dtype == torch.int64
    assert walks[:, 0].tolist() == list(range(graph.num_nodes))
    edges = set(map(tuple, graph.edge_index.t().tolist()))
    can_leave = {source for source, _ in edges}
    for row in walks.tolist():
        for here, there in pairwise(row):
            assert (here, there) in edges if there >= 0 else here not in can_leave


@given(graphs(features=None, weights=True), generators())
def test_edges_of_weight_zero_are_never_walked(graph: Graph, generator: torch.Generator) -> None:
    assert graph.edge_weight is not None
    blocked = torch.rand(graph.num_edges, generator=generator) < 0.5
    weighted = graph.replace(edge_weight=graph.edge_weight.masked_fill(blocked, 0.0))
    open_edges = set(map(tuple, graph.edge_index[:, ~blocked].t().tolist()))
    for row in random_walks(weighted, 4, None, 0.5, 2.0, generator).tolist():
        steps = [(a, b) for a, b in pairwise(row) if b >= 0]
        assert set(steps) <= open_edges


def large() -> tuple[Graph, Tensor]:
    generator = seeded(1)
    graph = Graph(torch.randint(300, (2, 3000), generator=generator), num_nodes=300)
    return graph, torch.randint(300, (5000,), generator=generator)


@pytest.mark.parametrize(("p", "q"), [(1.0, 1.0), (0.5, 2.0)])
def test_same_generator_same_walks_on_any_number_of_threads(p: float, q: float) -> None:
    graph, starts = large()
    before = torch.get_num_threads()
    try:
        walks = []
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            walks.append(random_walks(graph, 8, starts, p, q, seeded(7)))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(walks[0], walks[1])
    assert torch.equal(walks[0], walks[2])
    assert not torch.equal(walks[0], random_walks(graph, 8, starts, p, q, seeded(8)))


def test_walks_from_one_start_are_independent() -> None:
    """Walk k and walk k + 1 of one call agree in a step as often as chance has it."""
    complete = Graph((1 - torch.eye(11)).nonzero().t())
    walks = random_walks(complete, 20, torch.zeros(20_000, dtype=torch.long), generator=seeded())
    for shift in (1, 64, 1250):
        same = (walks[shift:, 1] == walks[:-shift, 1]).double().mean()
        assert abs(float(same) - 0.1) < 0.01
    assert len(walks.unique(dim=0)) == len(walks)


def test_the_global_generator_is_used_only_when_none_is_given() -> None:
    graph, starts = large()
    torch.manual_seed(0)
    state = torch.get_rng_state()
    random_walks(graph, 3, starts, generator=seeded())
    assert torch.equal(state, torch.get_rng_state())
    first = random_walks(graph, 3, starts)
    second = random_walks(graph, 3, starts)
    assert not torch.equal(first, second)
    torch.manual_seed(0)
    assert torch.equal(first, random_walks(graph, 3, starts))


def test_no_steps_no_starts_no_nodes() -> None:
    assert random_walks(TANGLE, 0, torch.tensor([3, 3])).tolist() == [[3], [3]]
    assert random_walks(TANGLE, 4, torch.tensor([])).shape == (0, 5)
    assert random_walks(Graph(torch.empty(2, 0, dtype=torch.long)), 4).shape == (0, 5)
    lonely = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=1)
    assert random_walks(lonely, 2, p=2.0).tolist() == [[0, -1, -1]]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"length": -1}, ValueError, "length counts steps"),
        ({"length": 2.5}, ValueError, "length counts steps"),
        ({"p": 0.0}, ValueError, "p divides a probability"),
        ({"q": -1.0}, ValueError, "q divides a probability"),
        ({"q": math.nan}, ValueError, "q divides a probability"),
        ({"p": 1e-320}, ValueError, "p divides a probability"),
        ({"starts": torch.tensor([0.5])}, TypeError, "starts must hold node ids"),
        ({"starts": torch.tensor([[0]])}, TypeError, "starts must hold node ids"),
        ({"starts": torch.tensor([True, False])}, TypeError, r"starts\.nonzero"),
        ({"starts": [0]}, TypeError, "starts must be a torch.Tensor"),
        ({"starts": torch.tensor([6])}, ValueError, "starts refers to 6, but there are 6 nodes"),
        ({"starts": torch.tensor([-1])}, ValueError, "starts refers to -1"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, object], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        random_walks(TANGLE, **{"length": 2, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", [-1.0, math.inf])
def test_weights_that_are_no_odds_are_refused(bad: float) -> None:
    weight = torch.ones(14)
    weight[3] = bad
    with pytest.raises(ValueError, match="takes edge_weight as odds"):
        random_walks(TANGLE.replace(edge_weight=weight), 2)


def test_kernels_compile_where_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from numba.core.caching import CacheImpl

    from gnn_lib._kernels import compiled

    def double(x: int) -> int:
        return 2 * x

    monkeypatch.setattr(CacheImpl, "_locator_classes", [])
    assert compiled(double)(21) == 42
