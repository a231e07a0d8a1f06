"""How the tree of tree.py looks: numbers beside the places, weights on the arrows, a sentence for each."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.geometry import Point
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.tree_places import Tree, stand

SIZE, _BOX = (580.0, 350.0), (96.0, 44.0, 574.0, 314.0)  # of the picture, in pixels; where its places stand
_ROOM, _ROOM_ON_ARROWS = 30.0, 24.0  # pixels that a number needs beside the next one
_LARGEST = 17.0  # radius of a place
Caption = list[float | str]  # x, y and words


class Played(NamedTuple):
    """heard [N] after each round; behind: for each round and node the sum behind it; rounds: the tree's."""

    names: Sequence[str]
    heard: Sequence[Tensor]
    behind: Sequence[Sequence[str]]
    rounds: int

    def holds(self, tree: Tree, place: int, rounds_ago: int = 0) -> float:
        """What stands on level l was known l rounds before the end."""
        return float(self.heard[self.rounds - tree.levels[place] - rounds_ago][tree.nodes[place]])


def draw_places(view: GraphView, tree: Tree, played: Played, once: bool) -> None:
    spots, apart = stand(tree, _BOX, once)
    arrows = torch.tensor(tree.edges, dtype=torch.int64).reshape(-1, 2).T
    places, roomy = range(len(tree.nodes)), apart > _ROOM
    held = [number(played.holds(tree, place)) for place in places]
    inner = {place for _, place in tree.edges if place}  # has an arrow above and one below
    view.radius = round(min(_LARGEST, apart / 2 - 1.5), 1)
    view.positions = [list(spot) for spot in spots]
    view.draw(
        Graph(arrows, num_nodes=len(places)),
        inside=[played.names[node] for node in tree.nodes],
        below=["" if place in inner else held[place] for place in places] if roomy else False,
        details=[_told(tree, played, place) for place in places],
        node_words=[
            f"{spoken(played.names[tree.nodes[place]], not place)}, level {tree.levels[place]}: {held[place]}"
            for place in places
        ],
        edge_labels=_weights(tree, spots, played.rounds),
        edge_details=_sent(tree, played),
    )
    view.captions = _rounds(spots, played.rounds)
    if roomy:
        view.captions += [_beside(spots[place], view.radius, held[place]) for place in sorted(inner)]


def spoken(name: str, root: bool) -> str:
    return f"{name}, the root of the tree" if root else name


def _rounds(spots: Sequence[Point], rounds: int) -> list[Caption]:
    """Beside the arrows of a level, which round they are."""
    middles = [(a + b) / 2 for a, b in pairwise(sorted({y for _, y in spots}))]
    return [[44.0, y, f"round {rounds - level}: W{rounds - level}"] for level, y in enumerate(middles)]


def _beside(spot: Point, radius: float, word: str) -> Caption:
    return [spot[0] + radius + 6 + 3.5 * len(word), spot[1], word]


def _weights(tree: Tree, spots: Sequence[Point], rounds: int) -> list[str]:
    """On each arrow the weights of its round, if there is room for them on all arrows of the level."""
    middles: dict[int, list[float]] = {}
    levels = [tree.levels[place] for _, place in tree.edges]
    for (sender, place), level in zip(tree.edges, levels, strict=True):
        middles.setdefault(level, []).append((spots[sender][0] + spots[place][0]) / 2)
    roomy = {
        level for level, found in middles.items()
        if all(b - a >= _ROOM_ON_ARROWS for a, b in pairwise(sorted(found)))
    }  # fmt: skip
    return [f"W{rounds - level}" if level in roomy else "" for level in levels]


def _told(tree: Tree, played: Played, place: int) -> str:
    """The sum behind a place, and how often its node stands in the tree."""
    node, rounds = tree.nodes[place], played.rounds - tree.levels[place]
    name, now = played.names[node], number(played.holds(tree, place))
    count = tree.nodes.count(node)
    more = f" {name} stands at {count} places here." if count > 1 else ""
    if not rounds:
        return f"{name} starts with {now}.{more}"
    own = number(played.holds(tree, place, rounds_ago=1))
    return f"Round {rounds}: {played.behind[rounds][node]} With its own {own}: {now}.{more}"


def _sent(tree: Tree, played: Played) -> list[str]:
    """What runs along each arrow, and how many arrows share its weights."""
    alike, texts = Counter(tree.levels[place] for _, place in tree.edges), []
    for sender, place in tree.edges:
        level = tree.levels[place]
        rounds, value = played.rounds - level, number(played.holds(tree, sender))
        one, other = (played.names[tree.nodes[end]] for end in (sender, place))
        shared = f" The {alike[level]} arrows of this round share the weights W{rounds}."
        texts.append(f"Round {rounds}: {one} tells {other} {value}.{shared if alike[level] > 1 else ''}")
    return texts
