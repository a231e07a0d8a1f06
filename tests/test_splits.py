"""Splits that don't leak, and negatives that are no edges and favour nobody."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare
from torch import Tensor
from torch_geometric.data import Data
from torch_geometric.transforms import RandomLinkSplit

from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.splits import LinkSplit, negative_edges, split_links
from tests.strategies import generators, graphs


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_set(edge_index: Tensor) -> set[tuple[int, int]]:
    return set(map(tuple, edge_index.t().tolist()))


def either_way(edge_index: Tensor) -> set[tuple[int, int]]:
    return as_set(edge_index.sort(dim=0).values)


def random_undirected(seed: int = 0, nodes: int = 200, edges: int = 800) -> Graph:
    edge_index = torch.randint(nodes, (2, edges), generator=seeded(seed))
    return to_undirected(Graph(edge_index[:, edge_index[0] != edge_index[1]], num_nodes=nodes))


# --- negatives ---------------------------------------------------------------------------------


@given(graphs(features=None), st.booleans(), st.booleans(), generators())
def test_all_the_negatives_there_are(
    graph: Graph, undirected: bool, self_loops: bool, generator: torch.Generator
) -> None:
    N, edges = graph.num_nodes, as_set(graph.edge_index)
    expected = {
        (i, j) for i in range(N) for j in range(N)
        if (self_loops or i != j) and (i, j) not in edges
        and (not undirected or (i <= j and (j, i) not in edges))
    }
    pairs = negative_edges(graph, len(expected), undirected, self_loops, generator)
    assert pairs.shape == (2, len(expected))
    assert as_set(pairs) == expected
    with pytest.raises(ValueError, match=f"the graph has only {len(expected)}"):
        negative_edges(graph, len(expected) + 1, undirected, self_loops, generator)


@pytest.mark.parametrize("undirected", [False, True])
@pytest.mark.parametrize("num", [1, 3])
def test_negatives_are_uniform_over_the_pairs_that_are_no_edges(undirected: bool, num: int) -> None:
    graph = Graph(torch.tensor([[0, 0, 3, 5, 1, 2], [1, 1, 0, 4, 1, 5]]), num_nodes=6)
    generator = seeded()
    drawn = [negative_edges(graph, num, undirected, generator=generator) for _ in range(3000)]
    counts = torch.unique(torch.cat(drawn, dim=1), dim=1, return_counts=True)[1]
    assert len(counts) == (15 - 4 if undirected else 30 - 4)
    assert chisquare(counts.numpy()).pvalue > 1e-3


@pytest.mark.parametrize(("bound", "count"), [(6, 2), (30, 2)], ids=["by shuffling", "by drawing again"])
def test_sets_of_negatives_are_uniform(bound: int, count: int) -> None:
    """Both ways to draw distinct numbers give every set of them the same chance."""
    from gnn_lib.splits import _distinct

    generator = seeded()
    place = {pair: k for k, pair in enumerate(combinations(range(bound), count))}
    sets = [tuple(sorted(_distinct(bound, count, generator).tolist())) for _ in range(9000)]
    counts = np.bincount([place[one] for one in sets], minlength=len(place))
    assert chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("undirected", [False, True])
def test_negatives_of_a_large_graph_take_no_room_for_all_pairs(undirected: bool) -> None:
    nodes = 2_000_000  # 4e12 pairs
    edge_index = torch.randint(nodes, (2, 50_000), generator=seeded())
    graph = Graph(edge_index, num_nodes=nodes)
    pairs = negative_edges(graph, 100_000, undirected, generator=seeded())
    assert len(as_set(pairs)) == 100_000
    assert bool((pairs[0] != pairs[1]).all())
    mean = pairs.double().mean(dim=1) / nodes
    expected = torch.tensor([1 / 3, 2 / 3] if undirected else [0.5, 0.5], dtype=torch.float64)
    assert torch.allclose(mean, expected, atol=0.005)


def test_negatives_repeat_with_the_generator() -> None:
    graph = random_undirected()
    first, again, other = (negative_edges(graph, 9, generator=seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_no_nodes_no_negatives() -> None:
    nothing = Graph(torch.empty(2, 0, dtype=torch.long))
    assert negative_edges(nothing, 0).shape == negative_edges(nothing, 0, undirected=True).shape == (2, 0)


@pytest.mark.parametrize("num", [-1, 1.5])
def test_num_must_be_a_count(num: int) -> None:
    with pytest.raises(ValueError, match="num must be an int of 0 or more"):
        negative_edges(random_undirected(), num)


# --- splits ------------------------------------------------------------------------------------


def naive_split(graph: Graph, test: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """What everybody writes first: deal out the stored edges. Returns messages and test edges."""
    order = torch.randperm(graph.num_edges, generator=generator)
    count = round(test * graph.num_edges)
    return graph.edge_index[:, order[count:]], graph.edge_index[:, order[:count]]


def test_a_naive_split_leaks_and_this_one_does_not() -> None:
    graph = random_undirected()
    messages, judged = naive_split(graph, 0.1, seeded())
    leaked = either_way(judged) & either_way(messages)
    assert len(leaked) > 0.8 * len(either_way(judged))
    split = split_links(graph, 0.1, 0.1, generator=seeded())
    assert not either_way(split.test.positive) & either_way(split.test.graph.edge_index)
    assert not either_way(split.val.positive) & either_way(split.val.graph.edge_index)
    assert not either_way(split.test.positive) & either_way(split.train.positive)


def check_split(graph: Graph, split: LinkSplit, undirected: bool) -> None:
    """Everything that must hold for any split of any graph."""
    canonical = either_way if undirected else as_set
    edges = canonical(graph.edge_index)
    parts = [canonical(part.positive) for part in split]
    assert sum(map(len, parts)) == sum(part.positive.size(1) for part in split) == len(set().union(*parts))
    assert set().union(*parts) == {(i, j) for i, j in edges if i != j}
    loops = {(i, j) for i, j in edges if i == j}
    assert canonical(split.train.graph.edge_index) == parts[0] | loops
    assert split.val.graph is split.train.graph
    assert canonical(split.test.graph.edge_index) == parts[0] | parts[1] | loops
    for part, known in zip(split, (split.train.graph, graph, graph), strict=True):
        negative = canonical(part.negative)
        assert len(negative) == part.negative.size(1) == part.positive.size(1)
        assert not negative & canonical(known.edge_index)
        assert all(i != j for i, j in negative)
        assert part.labels.tolist() == [1.0] * len(negative) + [0.0] * len(negative)
        assert torch.equal(part.pairs, torch.cat([part.positive, part.negative], dim=1))
    assert not canonical(split.val.negative) & canonical(split.test.negative)


@given(graphs(min_nodes=8, max_nodes=16, weights=True, edge_features=1), st.booleans(), generators())
def test_a_split_is_whole_and_keeps_its_parts_apart(
    graph: Graph, undirected: bool, generator: torch.Generator
) -> None:
    if undirected:
        both = torch.cat([graph.edge_index, graph.edge_index.flip(0)], dim=1)  # copies stay copies
        graph = Graph(both, x=graph.x, edge_weight=torch.arange(both.size(1), dtype=torch.float64))
    split = split_links(graph, 0.2, 0.3, undirected, generator=generator)
    check_split(graph, split, undirected)
    assert split.test.graph.x is graph.x
    assert graph.edge_weight is not None
    if undirected and graph.num_edges:
        weight = split.train.graph.edge_weight
        assert weight is not None
        assert torch.equal(graph.edge_index[:, weight.long()], split.train.graph.edge_index)


def test_all_copies_of_a_pair_go_together() -> None:
    pair = torch.tensor([[0, 1, 0, 1, 0], [1, 0, 1, 0, 1]])
    others = torch.tensor([[2, 3], [3, 2]])
    graph = Graph(torch.cat([pair, others], dim=1), num_nodes=6)
    sizes = {split_links(graph, 0.0, 0.5, generator=seeded(k)).train.graph.num_edges for k in range(10)}
    assert sizes == {2, 5}


@pytest.mark.parametrize("undirected", [True, False])
def test_sizes_agree_with_pyg(undirected: bool) -> None:
    graph = random_undirected() if undirected else Graph(torch.unique(
        torch.randint(200, (2, 900), generator=seeded()), dim=1
    ), num_nodes=200)
    graph = graph.replace(edge_index=graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]])
    ours = split_links(graph, 0.1, 0.2, undirected, generator=seeded())
    data = Data(edge_index=graph.edge_index, num_nodes=graph.num_nodes)
    theirs = RandomLinkSplit(0.1, 0.2, is_undirected=undirected)(data)
    for one, other in zip(ours, theirs, strict=True):
        assert abs(one.graph.num_edges - other.edge_index.size(1)) <= 2
        assert abs(one.positive.size(1) - int(other.edge_label.sum())) <= 2
        assert abs(one.pairs.size(1) - other.edge_label_index.size(1)) <= 4


def test_training_negatives_tell_nothing_about_the_test() -> None:
    """A pair that is no training edge is a training negative as often whether it is a test edge or not."""
    graph = random_undirected(nodes=16, edges=50)
    pairs = {pair for pair in combinations(range(16), 2) if pair not in either_way(graph.edge_index)}
    drawn = {"test": 0, "other": 0}
    could = {"test": 0, "other": 0}
    for seed in range(200):
        split = split_links(graph, 0.0, 0.4, generator=seeded(seed))
        negative = either_way(split.train.negative)
        for kind, members in (("test", either_way(split.test.positive)), ("other", pairs)):
            drawn[kind] += len(negative & members)
            could[kind] += len(members)
    assert abs(drawn["test"] / could["test"] - drawn["other"] / could["other"]) < 0.03
    assert drawn["test"] > 300


def test_shares_of_nothing_and_of_all() -> None:
    graph = random_undirected(nodes=30, edges=40)
    split = split_links(graph, 0.0, 0.0, negatives=0.0)
    assert split.val.positive.shape == split.test.pairs.shape == split.train.negative.shape == (2, 0)
    assert torch.equal(split.train.graph.edge_index, graph.edge_index)
    all_for_test = split_links(graph, 0.0, 1.0)
    assert all_for_test.train.graph.num_edges == 0
    twice = split_links(graph, 0.2, 0.2, negatives=2.0)
    assert [part.negative.size(1) for part in twice] == [2 * part.positive.size(1) for part in twice]


def test_splits_repeat_with_the_generator() -> None:
    graph = random_undirected()
    first, second, other = (split_links(graph, generator=seeded(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(a.pairs, b.pairs) for a, b in zip(first, second, strict=True))
    assert not torch.equal(first.test.pairs, other.test.pairs)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"val": 0.6, "test": 0.5}, r"0\.6 \+ 0\.5 is more than 1"),
        ({"val": -0.1}, "val is a probability"),
        ({"test": 1.1}, "test is a probability"),
        ({"negatives": -1.0}, "negatives is a number for each edge"),
        ({"negatives": float("nan")}, "negatives is a number for each edge"),
        ({"negatives": 1e4}, "pairs without an edge were asked for"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        split_links(random_undirected(), **arguments)  # type: ignore[arg-type]


def test_a_directed_graph_is_not_split_as_if_it_were_undirected() -> None:
    path = Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 3]]))
    with pytest.raises(ValueError, match=r"has 1 -> 2 but not 2 -> 1\. .* to_undirected\(graph\)"):
        split_links(path)
    assert split_links(path, 0.25, 0.25, undirected=False).train.graph.num_edges == 2
