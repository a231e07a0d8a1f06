"""The tree behind one node: which places it has, how many there would be, and where they stand."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from gnn_lib.widgets.geometry import Point


class Tree(NamedTuple):
    """nodes [P]: which node stands at each place, the root first, level by level; levels [P]: how deep.

    edges: (sender's place, place that hears it), level by level.
    """

    nodes: list[int]
    levels: list[int]
    edges: list[tuple[int, int]]


class Level(NamedTuple):
    """How large a level is, and the tree down to it: places, and different nodes among them."""

    places: int
    nodes: int
    places_so_far: int
    nodes_so_far: int


def unroll(inboxes: Sequence[Sequence[int]], root: int, depth: int, once: bool = False) -> Tree:
    """Below each place hang those who write to it, as often as they do.

    once: a node has one place in a level, and all who hear it share that.
    """
    tree = Tree([root], [0], [])
    above = [0]
    for level in range(1, depth + 1):
        below: list[int] = []
        known: dict[int, int] = {}
        for place in above:
            for sender in inboxes[tree.nodes[place]]:
                if not (once and sender in known):
                    known[sender] = len(tree.nodes)
                    below.append(known[sender])
                    tree.nodes.append(sender)
                    tree.levels.append(level)
                tree.edges.append((known[sender], place))
        above = below
    return tree


def count_levels(edge_index: Tensor, num_nodes: int, root: int, depth: int) -> list[Level]:
    """Counted as walks, without growing the tree: that would be too large just where it matters."""
    sources, targets = edge_index
    walks = torch.zeros(num_nodes, dtype=torch.int64)
    walks[root] = 1
    total, reached, levels = 0, torch.zeros(num_nodes, dtype=torch.bool), []
    for level in range(depth + 1):
        if level:
            walks = torch.zeros_like(walks).index_add(0, sources, walks[targets])
        total += int(walks.sum())
        reached |= walks > 0
        levels.append(Level(int(walks.sum()), int((walks > 0).sum()), total, int(reached.sum())))
    return levels


def stand(tree: Tree, box: tuple[float, float, float, float], once: bool) -> tuple[list[Point], float]:
    """Where each place stands in a box (left, top, right, bottom), the root on top; and how far apart.

    A leaf has a column of its own, and who hears stands above the middle of whom it hears. With `once`
    each node has a column of its own, through all levels.
    """
    columns = _node_columns(tree) if once else _leaf_columns(tree)
    left, top, right, bottom = box
    count, depth = max(columns) + 1, max(tree.levels)
    apart = (right - left) / count
    down = (bottom - top) / max(depth, 1)
    spots = [
        (round(left + apart * (column + 0.5), 1), round(top + down * level, 1))
        for column, level in zip(columns, tree.levels, strict=True)
    ]
    return spots, apart


def _node_columns(tree: Tree) -> list[float]:
    column = {node: k for k, node in enumerate(sorted({*tree.nodes}))}
    return [float(column[node]) for node in tree.nodes]


def _leaf_columns(tree: Tree) -> list[float]:
    senders: list[list[int]] = [[] for _ in tree.nodes]
    for sender, place in tree.edges:
        senders[place].append(sender)
    columns, free = [0.0] * len(tree.nodes), 0

    def settle(place: int) -> None:  # as deep as the tree, which is never deep
        nonlocal free
        for sender in senders[place]:
            settle(sender)
        if senders[place]:
            columns[place] = sum(columns[sender] for sender in senders[place]) / len(senders[place])
        else:
            columns[place], free = float(free), free + 1

    settle(0)
    return columns
