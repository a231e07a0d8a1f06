"""Each pair is what it says: not isomorphic, and told apart by the named test and by none below it."""

from itertools import product

import networkx as nx
import pytest

from gnn_lib.datasets import WLPair, wl_blind_pairs, wl_told_pairs
from gnn_lib.graph import Graph
from tests.datasets.helpers import has_both_directions, to_nx

PAIRS = wl_blind_pairs() + wl_told_pairs()


def folklore_colours(graphs: list[Graph], k: int) -> list[list[int]]:
    """k-FWL by its definition, on all graphs at once so that colours mean the same: sorted colours."""
    linked = [set(map(tuple, graph.edge_index.t().tolist())) for graph in graphs]
    tuples = [list(product(range(graph.num_nodes), repeat=k)) for graph in graphs]
    colour = [
        {t: tuple((a == b, (a, b) in edges) for a in t for b in t) for t in all_tuples}
        for edges, all_tuples in zip(linked, tuples, strict=True)
    ]
    count = 0
    while True:
        palette: dict[object, int] = {}
        colour = [{t: palette.setdefault(c, len(palette)) for t, c in one.items()} for one in colour]
        if len(palette) == count:
            return [sorted(one.values()) for one in colour]
        count = len(palette)
        colour = [
            {
                t: (one[t], tuple(sorted(
                    tuple(one[(*t[:i], w, *t[i + 1 :])] for i in range(k)) for w in range(graph.num_nodes)
                )))
                for t in one
            }
            for graph, one in zip(graphs, colour, strict=True)
        ]


def same_by_1wl(pair: WLPair, rounds: int = 8) -> bool:
    """Whether NetworkX's hash is the same for both; every node starts with the same colour."""
    hashes = set()
    for graph in (to_nx(pair.first), to_nx(pair.second)):
        nx.set_node_attributes(graph, "white", "colour")
        hashes.add(nx.weisfeiler_lehman_graph_hash(graph, node_attr="colour", iterations=rounds))
    return len(hashes) == 1


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_two_are_alike_but_not_the_same(pair: WLPair) -> None:
    assert has_both_directions(pair.first)
    assert has_both_directions(pair.second)
    assert pair.first.num_nodes == pair.second.num_nodes
    assert pair.first.num_edges == pair.second.num_edges
    assert not nx.is_isomorphic(to_nx(pair.first), to_nx(pair.second))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_1wl_sees_what_it_should(pair: WLPair) -> None:
    assert same_by_1wl(pair) == (pair.told_apart_by != "1-WL")


@pytest.mark.parametrize("pair", wl_blind_pairs(), ids=lambda pair: pair.name)
def test_2fwl_sees_what_it_should(pair: WLPair) -> None:
    first, second = folklore_colours([pair.first, pair.second], k=2)
    assert (first != second) == (pair.told_apart_by == "2-FWL")


@pytest.mark.slow
def test_3fwl_tells_rook_from_shrikhande() -> None:
    pair = wl_blind_pairs()[2]
    assert pair.told_apart_by == "3-FWL"
    first, second = folklore_colours([pair.first, pair.second], k=3)
    assert first != second


def test_the_last_blind_pair_is_strongly_regular() -> None:
    pair = wl_blind_pairs()[2]
    for graph in (pair.first, pair.second):
        assert nx.is_strongly_regular(to_nx(graph))
        assert set(dict(to_nx(graph).degree).values()) == {6}


def test_the_spiders_differ_only_in_the_second_round() -> None:
    pair = wl_told_pairs()[1]
    assert same_by_1wl(pair, rounds=1)
    assert not same_by_1wl(pair, rounds=2)
