"""Pairs of different graphs, and the weakest Weisfeiler-Leman test that tells each pair apart.

A message-passing network sees at most what 1-WL sees. So on a blind pair, whatever its weights, it
gives both graphs the same answer. The folklore tests count k-tuples: 2-FWL is as strong as the
"3-WL" of papers that count obliviously.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from gnn_lib.datasets.shapes import cycle_graph, on_circle, path_graph, star_graph
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph


class WLPair(NamedTuple):
    """Two graphs that are not isomorphic, and what it takes to see it."""

    name: str
    first: Graph
    second: Graph
    told_apart_by: Literal["1-WL", "2-FWL", "3-FWL"]


def wl_blind_pairs() -> list[WLPair]:
    """Three pairs that 1-WL cannot tell apart, from easy to see to hard.

    >>> for pair in wl_blind_pairs():
    ...     print(f"{pair.name}: {pair.first.num_nodes} nodes, needs {pair.told_apart_by}")
    hexagon or two triangles: 6 nodes, needs 2-FWL
    decalin or bicyclopentyl: 10 nodes, needs 2-FWL
    rook's graph or Shrikhande's: 16 nodes, needs 3-FWL
    """
    return [
        WLPair("hexagon or two triangles", cycle_graph(6), _two_triangles(), "2-FWL"),
        WLPair("decalin or bicyclopentyl", _decalin(), _bicyclopentyl(), "2-FWL"),
        WLPair("rook's graph or Shrikhande's", _rook(), _shrikhande(), "3-FWL"),
    ]


def wl_told_pairs() -> list[WLPair]:
    """Two pairs that 1-WL does tell apart: one by the degrees, one only in the second round.

    The spiders have the same degrees, but only one of them has two leaves on its body.

    >>> [pair.name for pair in wl_told_pairs()]
    ['path or star', 'two spiders']
    """
    return [
        WLPair("path or star", path_graph(4), star_graph(3), "1-WL"),
        WLPair("two spiders", _spider(1, 1, 3), _spider(1, 2, 2), "1-WL"),
    ]


def _two_triangles() -> Graph:
    triangle = on_circle(3)
    pos = torch.cat([triangle, triangle + torch.tensor([2.5, 0.0])])
    return _undirected([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)], pos)


def _decalin() -> Graph:
    """Two hexagons that share an edge: ten carbons in a ring, and one bond across."""
    hexagon = torch.tensor([[0.87, 0.5], [0.0, 1.0], [-0.87, 0.5], [-0.87, -0.5], [0.0, -1.0], [0.87, -0.5]])
    right = torch.tensor([[1.73, -1.0], [2.6, -0.5], [2.6, 0.5], [1.73, 1.0]])
    ring = [(i, (i + 1) % 10) for i in range(10)]
    return _undirected([*ring, (0, 5)], torch.cat([hexagon, right]))


def _bicyclopentyl() -> Graph:
    """Two pentagons joined by a bond."""
    pentagon = on_circle(5)
    mirrored = pentagon * torch.tensor([-1.0, 1.0]) + torch.tensor([3.0, 0.0])
    rings = [(start + i, start + (i + 1) % 5) for start in (0, 5) for i in range(5)]
    return _undirected([*rings, (0, 5)], torch.cat([pentagon, mirrored]))


def _rook() -> Graph:
    """Squares of a 4 x 4 board; a rook's move joins them. Strongly regular (16, 6, 2, 2)."""
    moves = [(0, 1), (0, 2), (0, 3), (1, 0), (2, 0), (3, 0)]
    return _board(moves)


def _shrikhande() -> Graph:
    """Squares of a 4 x 4 board that wraps round; steps along rows, columns and one diagonal.

    Strongly regular with the same numbers as the rook's graph.
    """
    return _board([(0, 1), (1, 0), (1, 1), (0, 3), (3, 0), (3, 3)])


def _board(moves: list[tuple[int, int]]) -> Graph:
    """The graph on a 4 x 4 board with each move made from each square, round the edges."""
    squares = [(row, column) for row in range(4) for column in range(4)]
    pairs = [
        (4 * row + column, 4 * ((row + down) % 4) + (column + right) % 4)
        for row, column in squares
        for down, right in moves
    ]
    return _undirected(pairs, on_circle(16))


def _spider(*legs: int) -> Graph:
    """A body, node 0, with legs of the given lengths."""
    pairs, pos = [], [(0.0, 0.0)]
    for leg, (x, y) in zip(legs, on_circle(len(legs)).tolist(), strict=True):
        last = 0
        for step in range(1, leg + 1):
            pairs.append((last, len(pos)))
            last = len(pos)
            pos.append((step * x, step * y))
    return _undirected(pairs, torch.tensor(pos))


def _undirected(pairs: list[tuple[int, int]], pos: Tensor) -> Graph:
    return to_undirected(Graph(torch.tensor(pairs).t(), pos=pos))
