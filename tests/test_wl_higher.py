"""k-WL: who tells apart whom, against a plain loop over tuples and the known hierarchy."""

from collections import defaultdict
from itertools import product

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.convert import from_networkx
from gnn_lib.graph import Graph
from gnn_lib.wl import wl_hash
from gnn_lib.wl_higher import distinguish, k_wl
from tests.strategies import graphs, permutations
from tests.test_wl import DEVICES, partition, permuted


def brute_force(graph, k, folklore, labels=None):
    """Stable colours of all tuples in lexicographic order, from the definition, without a hash."""
    nodes = range(graph.num_nodes)
    edges = [tuple(edge) for edge in graph.edge_index.t().tolist()]
    labels = [0] * graph.num_nodes if labels is None else labels.tolist()

    def look(v):
        pairs = list(product(v, repeat=2))
        return ([labels[i] for i in v], [i == j for i, j in pairs], [edges.count(pair) for pair in pairs])

    def swaps(v, w):
        return [color[(*v[:i], w, *v[i + 1:])] for i in range(k)]

    color = {v: repr(look(v)) for v in product(nodes, repeat=k)}
    for _ in range(graph.num_nodes**k):
        new = {}
        for v in color:
            items = [swaps(v, w) for w in nodes]
            heard = sorted(items) if folklore else [sorted(heap) for heap in zip(*items, strict=True)]
            new[v] = repr((color[v], heard))
        names = {name: f"{number:06}" for number, name in enumerate(sorted(set(new.values())))}
        done = len(names) == len(set(color.values()))
        color = {v: names[name] for v, name in new.items()}
        if done:
            break
    return list(color.values())


@pytest.mark.parametrize("folklore", [True, False])
@given(graph=graphs(features=None, max_nodes=5, max_edges=8), data=st.data())
def test_pairs_equal_brute_force(folklore, graph, data):
    kinds = st.lists(st.integers(0, 1), min_size=graph.num_nodes, max_size=graph.num_nodes)
    labels = torch.tensor(data.draw(kinds))
    ours = k_wl(graph, 2, folklore=folklore, labels=labels)
    assert ours.shape == (graph.num_nodes,) * 2
    assert partition(ours.flatten().tolist()) == partition(brute_force(graph, 2, folklore, labels))


@pytest.mark.parametrize("folklore", [True, False])
@given(graph=graphs(features=None, max_nodes=3, max_edges=4))
def test_triples_equal_brute_force(folklore, graph):
    ours = k_wl(graph, 3, folklore=folklore)
    assert partition(ours.flatten().tolist()) == partition(brute_force(graph, 3, folklore))


@pytest.mark.parametrize(("k", "folklore"), [(2, True), (2, False), (3, True), (3, False)])
@given(graph=graphs(features=None, max_nodes=5), data=st.data())
def test_a_permuted_graph_has_the_same_colours(k, folklore, graph, data):
    order = data.draw(permutations(graph.num_nodes))
    twin = permuted(graph, order)
    colors = k_wl(twin, k, folklore=folklore)
    for axis in range(k):
        colors = colors.index_select(axis, order)
    assert torch.equal(colors, k_wl(graph, k, folklore=folklore))
    assert not distinguish(graph, twin, k, folklore=folklore)


def shrikhande():
    """Z4 x Z4, joined by (1, 0), (0, 1) and (1, 1) both ways."""
    G = nx.Graph()
    for i, j in product(range(4), repeat=2):
        G.add_edges_from(((i, j), ((i + a) % 4, (j + b) % 4)) for a, b in [(1, 0), (0, 1), (1, 1)])
    return from_networkx(G)


def rook():
    return from_networkx(nx.line_graph(nx.complete_bipartite_graph(4, 4)))


def hexagon_and_triangles():
    return (from_networkx(nx.cycle_graph(6)),
            from_networkx(nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3))))


@pytest.mark.parametrize(("k", "folklore", "answer"), [
    (2, False, False), (2, True, True), (3, False, True), (3, True, True),
])
def test_a_hexagon_and_two_triangles(k, folklore, answer):
    assert distinguish(*hexagon_and_triangles(), k, folklore=folklore) is answer


@pytest.mark.parametrize(("k", "folklore", "answer"), [
    (2, False, False), (2, True, False), (3, False, False), (3, True, True),
])
def test_the_rooks_graph_and_shrikhandes(k, folklore, answer):
    """Both strongly regular (16, 6, 2, 2): beyond 2-FWL, within 3-FWL."""
    first, second = rook(), shrikhande()
    assert first.num_edges == second.num_edges == 96
    assert distinguish(first, second, k, folklore=folklore) is answer


def groups(some, name):
    found = defaultdict(list)
    for number, graph in enumerate(some):
        found[name(graph)].append(number)
    return sorted(found.values())


def counts(k, folklore):
    return lambda graph: tuple(k_wl(graph, k, folklore=folklore).flatten().sort().values.tolist())


def test_oblivious_2_wl_is_1_wl_on_all_graphs_of_six_nodes():
    some = [from_networkx(G) for G in nx.graph_atlas_g() if G.number_of_nodes() == 6]
    as_1_wl = groups(some, wl_hash)
    assert len(as_1_wl) < len(some)  # 1-WL has blind spots here
    assert groups(some, counts(2, folklore=False)) == as_1_wl
    assert len(groups(some, counts(2, folklore=True))) == len(some)  # and 2-FWL has none


def test_oblivious_3_wl_is_2_fwl():
    """On strongly regular graphs, where 2-FWL fails, and on ordinary ones, where it does not."""
    cubic = [from_networkx(nx.random_regular_graph(3, 10, seed=seed)) for seed in range(6)]
    some = [rook(), shrikhande(), *hexagon_and_triangles(), *cubic]
    as_2_fwl = groups(some, counts(2, folklore=True))
    assert groups(some, counts(3, folklore=False)) == as_2_fwl
    assert [0, 1] in as_2_fwl
    assert len(as_2_fwl) > len(groups(some, wl_hash))


def test_pairs_see_an_edge_from_both_ends():
    """Directed: u -> v <- w and u <- v -> w. The pairs know more than each inbox."""
    into, out_of = Graph(torch.tensor([[0, 2], [1, 1]])), Graph(torch.tensor([[1, 1], [0, 2]]))
    assert distinguish(into, out_of, 2, folklore=False)


@pytest.mark.parametrize("folklore", [True, False])
def test_a_pair_knows_whether_its_edge_comes_back(folklore):
    """Five nodes in a ring, each speaking one, two and three places on: all of them look alike."""
    nodes = torch.arange(5).repeat(3)
    steps = torch.arange(1, 4).repeat_interleave(5)
    graph = Graph(torch.stack([nodes, (nodes + steps) % 5]))
    colors = k_wl(graph, 2, folklore=folklore)
    assert colors[0, 1] != colors[0, 2]  # from two on, three on come back; from one on, none does
    assert partition(colors.flatten().tolist()) == partition(brute_force(graph, 2, folklore))


def test_labels_tell_apart_what_structure_cannot():
    edge = Graph(torch.tensor([[0, 1], [1, 0]]))
    one, two = torch.tensor([0, 1]), torch.tensor([1, 1])
    assert distinguish(edge, edge, 2, folklore=False, labels=(one, two))
    assert not distinguish(edge, edge, 2, folklore=False, labels=(one, one.flip(0)))


def test_no_nodes_and_different_sizes():
    nothing = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=0)
    assert k_wl(nothing, 3, folklore=True).shape == (0, 0, 0)
    assert distinguish(nothing, Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=1), folklore=True)


def test_what_it_cannot_use():
    large = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=300)
    with pytest.raises(ValueError, match=r"300\^3 = 27,000,000 tuples.* up to 256 nodes"):
        k_wl(large, 3, folklore=False)
    with pytest.raises(ValueError, match=r"k must be 2 or more, got 1\. For k = 1 use color_refinement"):
        k_wl(large, 1, folklore=True)
    with pytest.raises(TypeError, match="folklore"):
        k_wl(large, 2)


@pytest.mark.parametrize("device", DEVICES)
def test_every_device_gives_the_same_colours(device):
    graph = Graph(torch.randint(0, 9, (2, 20), generator=torch.Generator().manual_seed(0)), num_nodes=9)
    for folklore in (True, False):
        there = k_wl(graph.to(device), 2, folklore=folklore)
        assert torch.equal(there.cpu(), k_wl(graph, 2, folklore=folklore))
