"""Find a graph that colour refinement takes for an octagon."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Clue, Result


def _is_edge_list(edges: Tensor) -> bool:
    return edges.dim() == 2 and edges.size(0) == 2 and bool((edges == edges.round()).all())


def _in_degrees(edges: Tensor) -> list[int]:
    return torch.bincount(edges[1].long(), minlength=8).tolist()


def _is_octagon(edges: Tensor) -> bool:
    """Every node hears two others, each of whom hears it, and all hang together."""
    pairs = {(i, j) for i, j in edges.long().T.tolist()}
    if len(pairs) < 16 or any(i == j or (j, i) not in pairs for i, j in pairs):
        return False
    reached, frontier = {0}, {0}
    while frontier:
        frontier = {j for i, j in pairs if i in frontier} - reached
        reached |= frontier
    return len(reached) == 8


def _ring(*nodes: int) -> list[tuple[int, int]]:
    return [pair for i, j in zip(nodes, (*nodes[1:], nodes[0]), strict=True) for pair in ((i, j), (j, i))]


def _columns(pairs: list[tuple[int, int]]) -> Tensor:
    return torch.tensor(pairs).T


exercise = Result(
    name="blind_partner",
    task="Draw a graph that colour refinement takes for an octagon",
    right=lambda edges: True,  # whatever the clues let through is blind, and no octagon
    says="",
    why="Every node hears two that look like itself, in your graph as in the octagon: no round ever splits a "
    "class. And yet it is another graph.",
    clues=(
        Clue(
            "not an edge list",
            "Hand in an `edge_index` of shape [2, E], with sources in row 0 and targets in row 1.",
            lambda edges: not _is_edge_list(edges),
            lambda: [[0, 1], [1, 2], [2, 0]],
        ),
        Clue(
            "not eight nodes",
            "The octagon has the nodes 0 to 7. Yours has others: the very first histogram, of one colour, "
            "would tell them apart.",
            lambda edges: set(edges.long().flatten().tolist()) != set(range(8)),
            lambda: _columns(_ring(0, 1, 2) + _ring(3, 4, 5)),
        ),
        Clue(
            "each edge one way only",
            "There are 8 columns. An undirected edge is two directed ones, i -> j and j -> i, so that the "
            "octagon has 16 columns.",
            lambda edges: edges.size(1) == 8,
            lambda: _columns((_ring(0, 1, 2) + _ring(3, 4, 5, 6, 7))[::2]),
        ),
        Clue(
            "other degrees",
            "Some node hears fewer or more than two. One round gives it another colour, and the test has "
            "won.",
            lambda edges: set(_in_degrees(edges)) != {2},
            lambda: _columns(_ring(0, 1, 2, 3) + _ring(3, 4, 5, 6, 7)),
        ),
        Clue(
            "the octagon once more",
            "This is the octagon with other numbers: one ring through all eight. Look for a graph that a "
            "person would tell from it at once.",
            _is_octagon,
            lambda: _columns(_ring(0, 2, 4, 6, 1, 3, 5, 7)),
        ),
    ),
    example=lambda: _columns(_ring(0, 1, 2) + _ring(3, 4, 5, 6, 7)),
    hints=(
        "What does colour refinement know about the octagon? Eight nodes, each of which hears two.",
        "The hexagon's partner was two triangles. In how many rings can eight nodes stand?",
        "Two squares will do, or a triangle and a pentagon. Write each edge in both directions: 16 columns.",
    ),
    minutes=4,
    level="function",
    worth=2.0,
)
