"""Shapes against NetworkX, with its numbering; pictures in which no two nodes lie on each other."""

from collections.abc import Callable

import networkx as nx
import pytest
import torch

from gnn_lib.datasets import (
    barbell_graph,
    complete_graph,
    cycle_graph,
    path_graph,
    star_graph,
    tree_graph,
)
from gnn_lib.graph import Graph
from tests.datasets.helpers import has_both_directions, to_nx

CASES = [
    (path_graph, nx.path_graph, (1,)),
    (path_graph, nx.path_graph, (6,)),
    (cycle_graph, nx.cycle_graph, (3,)),
    (cycle_graph, nx.cycle_graph, (7,)),
    (star_graph, nx.star_graph, (0,)),
    (star_graph, nx.star_graph, (5,)),
    (complete_graph, nx.complete_graph, (1,)),
    (complete_graph, nx.complete_graph, (5,)),
    (barbell_graph, nx.barbell_graph, (2, 0)),
    (barbell_graph, nx.barbell_graph, (4, 3)),
    (tree_graph, lambda depth: nx.balanced_tree(2, depth), (0,)),
    (tree_graph, lambda depth: nx.balanced_tree(2, depth), (3,)),
]


@pytest.mark.parametrize(("ours", "theirs", "sizes"), CASES)
def test_shape_is_networkx_s(
    ours: Callable[..., Graph], theirs: Callable[..., nx.Graph], sizes: tuple[int, ...]
) -> None:
    graph, expected = ours(*sizes), theirs(*sizes)
    assert graph.num_nodes == expected.number_of_nodes()
    assert set(map(frozenset, to_nx(graph).edges)) == set(map(frozenset, expected.edges))
    assert graph.num_edges == 2 * expected.number_of_edges()
    assert has_both_directions(graph)
    places = {(round(x, 3), round(y, 3)) for x, y in graph.pos.tolist()}
    assert len(places) == graph.num_nodes


def test_the_ends_of_a_barbell_s_bridge_face_each_other() -> None:
    barbell = barbell_graph(5, 2)
    length = (barbell.pos[barbell.edge_index[0]] - barbell.pos[barbell.edge_index[1]]).norm(dim=1)
    on_bridge = (barbell.edge_index >= 4).all(0) & (barbell.edge_index <= 7).all(0)
    assert torch.allclose(length[on_bridge], torch.ones(6))


@pytest.mark.parametrize(
    ("make", "size", "error", "says"),
    [
        (path_graph, 0, ValueError, "num_nodes must be at least 1, got 0"),
        (cycle_graph, 2, ValueError, "num_nodes must be at least 3, got 2"),
        (star_graph, -1, ValueError, "leaves must be at least 0"),
        (tree_graph, 2.0, TypeError, "depth must be an int, got float 2.0"),
        (barbell_graph, 1, ValueError, "clique must be at least 2"),
        (complete_graph, True, TypeError, "num_nodes must be an int"),
    ],
)
def test_a_size_that_makes_no_sense_is_refused(
    make: Callable[..., Graph], size: object, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        make(size)
