"""1-WL against tuples refined in plain Python, NetworkX's hashes, and known blind spots."""

import subprocess
import sys
import warnings
from collections import defaultdict
from itertools import pairwise

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.convert import from_networkx
from gnn_lib.graph import Graph
from gnn_lib.wl import color_ids, color_refinement, possibly_isomorphic, wl_hash
from tests.strategies import graphs, permutations

DEVICES = ["cpu"] + ["cuda"] * torch.cuda.is_available()


def brute_force(graph, rounds, labels=None, names=None):
    """Colours without any hash: what each stands for is looked up in `names`, and numbered when new."""
    names = {} if names is None else names
    inbox = defaultdict(list)
    for source, target in graph.edge_index.t().tolist():
        inbox[target].append(source)
    start = [0] * graph.num_nodes if labels is None else labels.tolist()
    history = [[names.setdefault(("label", label), len(names)) for label in start]]
    for _ in range(rounds):
        old = history[-1]
        seen = [(old[v], *sorted(old[u] for u in inbox[v])) for v in range(graph.num_nodes)]
        history.append([names.setdefault(item, len(names)) for item in seen])
    return history


def partition(colors):
    """Which nodes are alike, whatever the colours are called: each node's first twin."""
    first = {}
    return [first.setdefault(color, node) for node, color in enumerate(colors)]


def permuted(graph, order):
    """Node v of `graph` gets the number order[v]."""
    return Graph(order[graph.edge_index], num_nodes=graph.num_nodes)


def pair(first, second):
    """Both graphs side by side."""
    edges = torch.cat([first.edge_index, second.edge_index + first.num_nodes], dim=1)
    return Graph(edges, num_nodes=first.num_nodes + second.num_nodes)


@given(graphs(features=None), st.integers(0, 3))
def test_partitions_of_directed_graphs_equal_brute_force(graph, rounds):
    colors = color_refinement(graph, rounds)
    assert colors.shape == (rounds + 1, graph.num_nodes)
    expected = brute_force(graph, rounds)
    assert [partition(row) for row in colors.tolist()] == [partition(row) for row in expected]


@given(graphs(features=None), st.data())
def test_partitions_with_labels_equal_brute_force(graph, data):
    kinds = st.lists(st.integers(-1, 2), min_size=graph.num_nodes, max_size=graph.num_nodes)
    labels = torch.tensor(data.draw(kinds))
    one_hot = torch.nn.functional.one_hot(labels + 1, 4).float()
    expected = [partition(row) for row in brute_force(graph, 2, labels)]
    assert [partition(row) for row in color_refinement(graph, 2, labels).tolist()] == expected
    assert [partition(row) for row in color_refinement(graph, 2, one_hot).tolist()] == expected


@given(graphs(features=None), graphs(features=None))
def test_a_colour_means_the_same_in_every_graph_and_round(first, second):
    names = {}
    ours = [color for graph in (first, second) for color in color_refinement(graph, 2).flatten().tolist()]
    theirs = [c for graph in (first, second) for row in brute_force(graph, 2, names=names) for c in row]
    assert partition(ours) == partition(theirs)


@given(graphs(features=None))
def test_until_stable_stops_one_round_after_the_last_split(graph):
    colors = color_refinement(graph)
    classes = [len(set(row)) for row in colors.tolist()]
    assert classes[-1] == classes[-2]
    assert all(few < many for few, many in pairwise(classes[:-1]))
    longer = color_refinement(graph, rounds=graph.num_nodes + 3)
    assert torch.equal(longer[: len(colors)], colors)
    assert len(set(longer[-1].tolist())) == classes[-1]


@given(graphs(features=None), st.data())
def test_colours_follow_a_permutation_and_the_hash_stays(graph, data):
    order = data.draw(permutations(graph.num_nodes))
    twin = permuted(graph, order)
    assert torch.equal(color_refinement(twin, 3)[:, order], color_refinement(graph, 3))
    assert wl_hash(twin) == wl_hash(graph)
    assert possibly_isomorphic(graph, twin)


@given(graphs(features=None), graphs(features=None))
def test_side_by_side_changes_no_colour(first, second):
    together = color_refinement(pair(first, second), 3)
    assert torch.equal(together, torch.cat([color_refinement(first, 3), color_refinement(second, 3)], dim=1))


@given(graphs(features=None, max_nodes=4, max_edges=5), graphs(features=None, max_nodes=4, max_edges=5))
def test_the_two_answers_agree_with_each_other_and_with_isomorphism(first, second):
    def as_networkx(graph):
        G = nx.MultiDiGraph(graph.edge_index.t().tolist())
        G.add_nodes_from(range(graph.num_nodes))
        return G

    same = possibly_isomorphic(first, second)
    assert same == (wl_hash(first) == wl_hash(second))
    assert same or not nx.is_isomorphic(as_networkx(first), as_networkx(second))


def test_partitions_of_undirected_graphs_equal_networkx():
    """NetworkX counts the degrees as the first of its iterations, so it is one round for one round."""
    sparse = [nx.gnm_random_graph(60, 70, seed=seed) for seed in range(8)]
    for G in [*sparse, nx.karate_club_graph(), nx.balanced_tree(2, 5), nx.barbell_graph(5, 4)]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that its hashes changed in version 3.5
            hashes = nx.weisfeiler_lehman_subgraph_hashes(G, iterations=4)
        plain = nx.Graph(G.edges)
        plain.add_nodes_from(G)
        ours = color_refinement(from_networkx(plain), rounds=4)
        nodes = list(plain)
        for r in range(4):
            theirs = [hashes[node][r] for node in nodes]
            assert partition(ours[r + 1].tolist()) == partition(theirs)


def test_all_graphs_on_up_to_seven_nodes():
    """Equal hashes go with equal counts of colours that were found without any hash."""
    by_hash, by_counts, names = defaultdict(list), defaultdict(list), {}
    for number, G in enumerate(nx.graph_atlas_g()):
        graph = from_networkx(G)
        by_hash[wl_hash(graph)].append(number)
        by_counts[tuple(sorted(brute_force(graph, 7, names=names)[-1]))].append(number)
    assert sorted(by_hash.values()) == sorted(by_counts.values())
    blind = [group for group in by_hash.values() if len(group) > 1]
    assert min(nx.graph_atlas(group[0]).number_of_nodes() for group in blind) == 6
    six = [nx.graph_atlas(number) for group in blind for number in group]
    assert any(nx.is_isomorphic(G, nx.cycle_graph(6)) for G in six)  # which passes for two triangles


def test_regular_graphs_of_different_degree_differ_though_no_class_ever_splits():
    three, two = nx.circulant_graph(8, [1, 4]), nx.cycle_graph(8)
    cubic, cycle = from_networkx(three), from_networkx(two)
    assert not possibly_isomorphic(cubic, cycle)
    assert wl_hash(cubic) != wl_hash(cycle)


@pytest.mark.parametrize("edges", [[(0, 1), (0, 2)], [(1, 0), (2, 0)]])
def test_the_inbox_decides(edges):
    colors = color_refinement(Graph(torch.tensor(edges).t(), num_nodes=3), rounds=1)[1].tolist()
    assert partition(colors) == [0, 1, 1]
    heard_nothing = color_refinement(Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=1), 1)[1].item()
    assert (colors[0] == heard_nothing) == (edges[0][0] == 0)


def test_copies_of_an_edge_and_self_loops_count():
    edges = torch.tensor([[0, 0, 0, 4], [1, 2, 2, 4]])  # 1 hears once, 2 twice, 3 nothing, 4 itself
    colors = color_refinement(Graph(edges, num_nodes=5), rounds=2)[2].tolist()
    assert partition(colors) == [0, 1, 2, 0, 4]


@given(graphs(features=None))
def test_color_ids_say_the_same_with_small_numbers_that_stay(graph):
    colors = color_refinement(graph)
    ids = color_ids(colors)
    assert [partition(row) for row in ids.tolist()] == [partition(row) for row in colors.tolist()]
    assert sorted(set(ids.flatten().tolist())) == list(range(len(set(colors[-1].tolist()))))
    for before, after in pairwise(ids):
        assert set(before.tolist()) <= set(after.tolist())  # no colour ever leaves the picture
        for color in set(before.tolist()):
            if len(set(after[before == color].tolist())) == 1:
                assert (after[before == color] == color).all()


def test_no_edges_no_nodes():
    nothing = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=0)
    assert color_refinement(nothing).shape == (2, 0)
    assert possibly_isomorphic(nothing, nothing)
    assert wl_hash(nothing) != wl_hash(Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=1))


def test_the_hash_is_the_same_in_another_process_and_stays_so_between_versions():
    code = (
        "import torch; from gnn_lib.graph import Graph; from gnn_lib.wl import wl_hash\n"
        "print(wl_hash(Graph(torch.tensor([[0, 1, 2, 2], [1, 2, 0, 2]]))))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = wl_hash(Graph(torch.tensor([[0, 1, 2, 2], [1, 2, 0, 2]])))
    assert there.stdout.strip() == here == "7239880d990e186328da102e710f86a9"


def test_labels_tell_apart_what_structure_cannot():
    edge = Graph(torch.tensor([[0, 1], [1, 0]]))
    apart, alike = torch.tensor([0, 1]), torch.tensor([0, 0])
    assert possibly_isomorphic(edge, edge, labels=(apart, apart.flip(0)))
    assert not possibly_isomorphic(edge, edge, labels=(apart, alike))
    assert wl_hash(edge, labels=apart) != wl_hash(edge, labels=alike)


def test_rows_are_labels_by_value_and_by_column():
    def first_row(rows):
        return partition(color_refinement(Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=3), 0,
                                          torch.tensor(rows))[0].tolist())

    assert first_row([[0.5, 1.0], [1.0, 0.5], [0.5, 1.0]]) == [0, 1, 0]
    assert first_row([[0.0], [-0.0], [1e-30]]) == [0, 0, 2]
    assert first_row([[1, 1], [2, 0], [0, 2]]) == [0, 1, 2]


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"rounds": -1}, ValueError, r"rounds must be 0 or more, .* got -1"),
    ({"labels": torch.tensor([1])}, ValueError, r"labels must have one row per node, so 2"),
    ({"labels": torch.tensor([1.0, 2.0])}, TypeError, r"labels must be \[N\] integers or \[N, F\] rows"),
    ({"labels": torch.zeros(2, 1, 1)}, TypeError, r"labels must be .* shape \[2, 1, 1\]"),
    ({"labels": torch.tensor([[1.0], [float("nan")]])}, ValueError, r"labels holds NaN"),
    ({"labels": [0, 1]}, TypeError, r"labels must be a torch.Tensor, got list"),
])
def test_what_it_cannot_use(arguments, error, message):
    with pytest.raises(error, match=message):
        color_refinement(Graph(torch.tensor([[0], [1]])), **arguments)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_gives_the_same_colours(device):
    graph = Graph(torch.randint(0, 50, (2, 120), generator=torch.Generator().manual_seed(0)), num_nodes=50)
    there = color_refinement(graph.to(device))
    assert there.device.type == device
    assert torch.equal(there.cpu(), color_refinement(graph))
    assert wl_hash(graph.to(device)) == wl_hash(graph)


def test_a_hub_beside_a_heap_of_twins_adds_up_exactly():
    """2^16 equal messages: a sum in floating point, or one that saturates, would lose some."""
    many = 2**16
    star = torch.stack([torch.arange(2, 2 + many), torch.zeros(many, dtype=torch.long)])
    one_less = torch.stack([torch.arange(2, 1 + many), torch.ones(many - 1, dtype=torch.long)])
    colors = color_refinement(Graph(torch.cat([star, one_less], dim=1)), rounds=1)[1]
    assert colors[0] != colors[1]
