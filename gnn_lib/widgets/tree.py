"""The tree behind one node: click a node, and see who has a say in its number, unrolled round by round."""

from collections import Counter
from collections.abc import Mapping

import torch

from gnn_lib.datasets import path_abcd
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import NEUTRAL, OKABE_ITO, ink_on, number
from gnn_lib.widgets.attempt import Attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, slider, table, tick
from gnn_lib.widgets.summaries import WAYS, Summary, by_way, inboxes, summarise, sums_behind
from gnn_lib.widgets.tree_picture import SIZE, Played, draw_places, spoken
from gnn_lib.widgets.tree_places import Level, Tree, count_levels, unroll

_MOST_BESIDE, _MOST_SPOKEN = 24, 30  # places: beside each other; that are read out


def play_tree(
    aggregate: Summary | Mapping[str, Summary] | None = None,
    graph: Graph | None = None,
    node: int = 0,
    rounds: int = 3,
) -> Playground:
    """Click a node to see its tree; point at a place to see its sum, and where else its node stands.

    aggregate: your `sum_messages(messages, edge_index, num_nodes)`, or several of them by name, as
    `{"sum": sum_messages, "max": max_messages}`; those you don't pass are the library's.
    graph: the first column of its x is what the nodes start with; without x, each starts with 1.
    node: whose tree comes first. rounds: how many there may be; a round adds a summary to what was there.
    """
    return _Unrolled(by_way(aggregate), graph or path_abcd(), node, rounds).play


class _Unrolled:
    """`heard` [N] after each round that has been played; `behind`: the sums behind it, a sentence a node."""

    def __init__(self, own: dict[str, Summary], graph: Graph, node: int, rounds: int) -> None:
        if not 0 <= node < graph.num_nodes:
            raise ValueError(f"there is no node {node}: the graph has {graph.num_nodes} nodes, from 0 on.")
        self.own, self.graph, self.most = own, graph, rounds
        self.first_root, self.root, self.pointed = node, node, -1
        self.names, self.inboxes = node_names(graph), inboxes(graph.edge_index, graph.num_nodes)
        self.large = GraphView(graph, size=(340.0, 250.0), hint="Click a node to see its tree.")
        self.large.zoomable = False
        one = Graph(graph.edge_index[:, :0], num_nodes=1)
        self.small = GraphView(one, places=[(0.0, 0.0)], size=SIZE, directed=True, movable=False)
        self.small.hint = "Point at a place to see its sum, and where else its node stands."
        self.counts = Panel()
        self.play = Playground("The tree behind one node", [self.large, self.small], [self.counts])
        self.rounds = slider("rounds", 0, rounds, self.show)
        self.way = choice("summary", WAYS, self.replay)
        self.once = tick("each node once a level", self.show)
        self.play.add_control(self.rounds, self.way, self.once, button("Start again", self.reset))
        self.large.on_click(self.pick)
        self.small.on_click(lambda place: self.pick(self.tree.nodes[place]))
        self.large.on_hover(self.point)
        self.small.on_hover(lambda place: self.point(self.tree.nodes[place]))
        self.way.value = next(iter(own), WAYS[0])
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        self.root, self.pointed = self.first_root, -1
        self.once.value = False
        self.replay(min(2, self.most))

    def pick(self, node: int) -> None:
        self.root = node
        self.show()

    def point(self, node: int) -> None:
        """A ring for the node, wherever it stands: nothing is computed for it."""
        self.pointed = node
        self.large.marks = self._marks([*range(len(self.names))])
        self.small.marks = self._marks(self.tree.nodes)

    def replay(self, upto: int | None = None) -> None:
        """Something has changed: all rounds are played anew."""
        x = self.graph.x
        first = torch.ones(len(self.names)) if x is None else x.flatten(1)[:, 0]
        self.heard, self.tried, self.behind = [first.double()], list[Attempt](), [list[str]()]
        if upto is not None and self.rounds.value != upto:
            self.rounds.value = upto  # shows it
        else:
            self.show()

    # What comes of it.

    def _hear(self, rounds: int) -> str:
        """Play on to this round. What there is to say; a round that fails is not played."""
        while len(self.heard) <= rounds:
            h = self.heard[-1]
            tried = summarise(self.own, self.way.value, h, self.graph.edge_index)
            if tried.value is None:
                return tried.message
            edges = self.graph.edge_index
            self.tried.append(tried)
            self.behind.append(sums_behind(tried, self.way.value, h.tolist(), edges, self.names))
            self.heard.append(h + tried.value[:, 0])
        return self.tried[rounds - 1].message if rounds else ""

    def _grow(self, levels: list[Level]) -> tuple[Tree, str]:
        """The tree, as deep as it can be drawn; and a word if that is not all of it."""
        depth, once = len(levels) - 1, self.once.value
        beside = [level.nodes_so_far if once else level.places for level in levels]
        fits = next((level - 1 for level, wide in enumerate(beside) if wide > _MOST_BESIDE), depth)
        cut = "" if fits == depth else (
            f"<p>On level {fits + 1}, {beside[fits + 1]:,} places would stand beside each other; up to "
            f"{_MOST_BESIDE} can be drawn. The picture ends above it, and the table goes on.</p>"
        )  # fmt: skip
        return unroll(self.inboxes, self.root, fits, once), cut

    # What is seen.

    def show(self) -> None:
        rounds = self.rounds.value
        message = self._hear(rounds)
        last = len(self.heard) - 1
        if rounds > last:  # it failed: the last good picture stays, and its round
            self.rounds.value = last
        else:
            levels = count_levels(self.graph.edge_index, len(self.names), self.root, rounds)
            self.tree, cut = self._grow(levels)
            colours = self._colours()
            self._draw_large(colours, levels[-1])
            self._draw_tree(colours, levels[-1])
            self.counts.value = _counted(levels)
            message += cut
        self.play.say(message)

    def _colours(self) -> dict[int, str]:
        """A colour for each node that stands in the tree more than once; of many, for the most frequent."""
        often = [node for node, count in Counter(self.tree.nodes).most_common(len(OKABE_ITO)) if count > 1]
        return dict(zip(sorted(often), map(str.lower, OKABE_ITO), strict=False))

    def _marks(self, nodes: list[int]) -> list[str]:
        inside = {*self.tree.nodes}
        return ["strong" if n == self.pointed else "" if n in inside else "faint" for n in nodes]

    def _draw_large(self, colours: dict[int, str], whole: Level) -> None:
        everyone = [*range(len(self.names))]
        with self.large.hold_sync():
            self.large.draw(
                radii=[1.3 if node == self.root else 1.0 for node in everyone],
                details=[self._places_of(node, whole) for node in everyone],
                node_words=[spoken(self.names[node], node == self.root) for node in everyone],
                words=f"The graph. The tree is that of {self.names[self.root]}.",
            )  # fmt: skip
            _paint(self.large, everyone, colours)
            self.large.marks = self._marks(everyone)

    def _places_of(self, node: int, whole: Level) -> str:
        """On which levels a node stands, and how often."""
        found = Counter(
            level for other, level in zip(self.tree.nodes, self.tree.levels, strict=True) if other == node
        )
        where = ", ".join(f"{count} on level {level}" for level, count in sorted(found.items()))
        name = f"{self.names[node]} starts with {number(float(self.heard[0][node]))}."
        return f"{name} In this tree: {where or 'nowhere'}."

    def _draw_tree(self, colours: dict[int, str], whole: Level) -> None:
        played = Played(self.names, self.heard, self.behind, self.rounds.value)
        with self.small.hold_sync():
            draw_places(self.small, self.tree, played, self.once.value)
            self.small.words = self._words(whole)
            _paint(self.small, self.tree.nodes, colours)
            self.small.marks = self._marks(self.tree.nodes)

    def _words(self, whole: Level) -> str:
        root, rounds = self.names[self.root], self.rounds.value
        words = f"The tree of {root} over {_many(rounds, 'round')} by {self.way.value}: "
        words += f"{_many(whole.places_so_far, 'place')}, {_many(whole.nodes_so_far, 'different node')}."
        if len(self.tree.nodes) <= _MOST_SPOKEN:
            for level in range(1, max(self.tree.levels) + 1):
                pairs = zip(self.tree.nodes, self.tree.levels, strict=True)
                found = ", ".join(self.names[node] for node, its in pairs if its == level)
                words += f" Level {level}: {found}." if found else ""
        return words


def _paint(view: GraphView, nodes: list[int], colours: dict[int, str]) -> None:
    view.fills = [colours.get(node, NEUTRAL.lower()) for node in nodes]
    view.inks = [ink_on(fill) for fill in view.fills]


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _counted(levels: list[Level]) -> str:
    rows = [f"level {k}" if k else "the root" for k in range(len(levels))]
    columns = ["places", "different nodes", "places so far", "different so far"]
    cells = [[f"{count:,}" for count in level] for level in levels]
    return table("How large the tree is", rows, columns, cells)
