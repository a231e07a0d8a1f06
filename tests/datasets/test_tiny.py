"""The numbers printed in the docstrings of the tiny graphs, worked by hand, hold."""

import networkx as nx
import torch

from gnn_lib.datasets import karate_club, path_abcd, three_friends, tricky_graph
from tests.datasets.helpers import has_both_directions, inbox_sum, to_nx


def test_three_friends_sums_and_means_as_in_the_table() -> None:
    friends = three_friends()
    assert friends.names == ("Ann", "Bob", "Cem")
    hears_from = {"Ann": ["Cem"], "Bob": ["Ann"], "Cem": ["Ann", "Bob"]}
    inboxes = {
        name: [friends.names[source] for source, target in friends.edge_index.t().tolist() if target == node]
        for node, name in enumerate(friends.names)
    }
    assert inboxes == hears_from
    sums = inbox_sum(friends)
    counts = torch.tensor([[1.0], [1.0], [2.0]])
    assert sums.tolist() == [[1, 3], [5, 1], [8, 6]]
    assert (sums / counts).tolist() == [[1, 3], [5, 1], [4, 3]]
    assert (sums + friends.x).tolist() == [[6, 4], [8, 6], [9, 9]]
    assert ((sums + friends.x) / (counts + 1)).tolist() == [[3, 2], [4, 3], [3, 3]]
    assert torch.maximum(friends.x[0], friends.x[1]).tolist() == [5, 5]
    # What a forgotten transpose gives differs at every node, so it never passes by luck.
    flipped = inbox_sum(friends.replace(edge_index=friends.edge_index.flip(0)))
    assert flipped.tolist() == [[4, 8], [1, 3], [5, 1]]


def test_path_sums_say_who_was_counted() -> None:
    path = path_abcd()
    assert has_both_directions(path)
    once = inbox_sum(path)
    assert once.view(-1).tolist() == [2, 5, 10, 4]
    assert (once.view(-1) / torch.tensor([1, 2, 2, 1])).tolist() == [2, 2.5, 5, 4]
    assert (once + path.x).view(-1).tolist() == [3, 7, 14, 12]
    assert inbox_sum(path.replace(x=once)).view(-1).tolist() == [5, 12, 9, 10]


def test_tricky_graph_has_one_of_everything() -> None:
    graph = tricky_graph()
    edges = list(map(tuple, graph.edge_index.t().tolist()))
    sources, targets = graph.edge_index
    assert sorted(edge for edge in set(edges) if edges.count(edge) == 2) == [(0, 1)]
    assert [edge for edge in edges if edge[0] == edge[1]] == [(2, 2)]
    assert targets.bincount(minlength=5).tolist() == [0, 2, 3, 0, 0]
    assert sources.bincount(minlength=5).tolist() == [2, 1, 1, 1, 0]
    assert inbox_sum(graph).tolist() == [[0, 0], [2, -2], [14, -14], [0, 0], [0, 0]]


def test_karate_club_is_networkx_s() -> None:
    club, theirs = karate_club(), nx.karate_club_graph()
    assert has_both_directions(club)
    assert set(map(frozenset, to_nx(club).edges)) == set(map(frozenset, theirs.edges))
    factions = [int(theirs.nodes[member]["club"] == "Officer") for member in range(34)]
    assert club.y.tolist() == factions
    assert club.train_mask.nonzero().view(-1).tolist() == [0, 33]
    assert torch.equal(club.test_mask, ~club.train_mask)
    assert len({tuple(place) for place in club.pos.tolist()}) == 34
