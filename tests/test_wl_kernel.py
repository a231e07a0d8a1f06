"""The subtree kernel against counting by hand, and what a kernel must be."""

from collections import Counter

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.convert import from_networkx
from gnn_lib.graph import Graph
from gnn_lib.wl_kernel import wl_kernel
from tests.strategies import graphs, permutations
from tests.test_wl import brute_force, permuted

several = st.lists(graphs(features=None), min_size=1, max_size=5)


@given(several, st.integers(0, 3))
def test_equals_counting_without_hashes(some, rounds):
    names = {}
    counts = [Counter((r, color) for r, row in enumerate(brute_force(graph, rounds, names=names))
                      for color in row) for graph in some]
    expected = [[sum(one[c] * other[c] for c in one) for other in counts] for one in counts]
    assert wl_kernel(some, rounds).tolist() == expected


@given(several)
def test_is_symmetric_and_positive_semi_definite(some):
    kernel = wl_kernel(some, normalised=True)
    assert torch.equal(kernel, kernel.t())
    assert torch.allclose(kernel.diagonal(), torch.ones(len(some), dtype=torch.float64), rtol=0, atol=1e-12)
    assert torch.linalg.eigvalsh(kernel).min() > -1e-9
    assert kernel.max() <= 1 + 1e-12


@given(graphs(features=None), graphs(features=None), st.data())
def test_does_not_see_the_order_of_the_nodes(first, second, data):
    twin = permuted(first, data.draw(permutations(first.num_nodes)))
    assert torch.equal(wl_kernel([first, second]), wl_kernel([twin, second]))


def test_labels_separate_molecules_of_one_shape():
    edge = Graph(torch.tensor([[0, 1], [1, 0]]))
    labels = [torch.tensor([6, 8]), torch.tensor([8, 6]), torch.tensor([6, 6])]
    kernel = wl_kernel([edge] * 3, rounds=1, labels=labels)
    assert kernel[0].tolist() == [4, 4, 2]  # C-O and O-C share all, C-O and C-C one atom before they listen
    assert kernel[2, 2] == 8


def test_cannot_tell_what_1_wl_cannot():
    hexagon = from_networkx(nx.cycle_graph(6))
    triangles = from_networkx(nx.disjoint_union(nx.cycle_graph(3), nx.cycle_graph(3)))
    assert torch.allclose(wl_kernel([hexagon, triangles], normalised=True), torch.ones(2, 2).double())


def test_a_graph_without_nodes_shares_nothing():
    nothing = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=0)
    one = Graph(torch.empty(2, 0, dtype=torch.long), num_nodes=1)
    assert wl_kernel([nothing, one], rounds=0, normalised=True).tolist() == [[0, 0], [0, 1]]


def test_what_it_cannot_use():
    with pytest.raises(ValueError, match="graphs is empty"):
        wl_kernel([])
    with pytest.raises(ValueError, match="labels has 1 entries for 2 graphs"):
        wl_kernel([Graph(torch.tensor([[0], [1]]))] * 2, labels=[torch.zeros(2).long()])
