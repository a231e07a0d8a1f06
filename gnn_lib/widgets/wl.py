"""Two graphs and their colours, round by round: draw a pair, and ask which test tells them apart."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from typing import Any

import torch
from torch import Tensor

from gnn_lib.batch import batch_graphs
from gnn_lib.datasets import cycle_graph, wl_blind_pairs, wl_told_pairs
from gnn_lib.graph import Graph
from gnn_lib.plot.style import category_style
from gnn_lib.widgets.attempt import Attempt, attempt
from gnn_lib.widgets.geometry import fit
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, slider, tick
from gnn_lib.widgets.wl_verdicts import gin_says, three_wl_says, truth_is
from gnn_lib.wl import color_refinement

Refine = Callable[[Tensor, Tensor], Any]
Pair = tuple[Graph, Graph]
_OWN, _OCTAGONS, _EMPTY = "the pair I brought", "octagon and octagon", "six nodes and six nodes"
_WHICH = ("first graph", "second graph")
_MOST, _MOST_NODES, _SIZE = 8, 16, (420.0, 300.0)  # rounds; nodes that a hand can edit; pixels
_HINT = "Click two nodes to make or remove an edge. Point at a node to see what it hears."
_ASK = "<em>Predict first. Then ask the tests.</em>"


def play_wl(
    refine: Refine | None = None, layer: Callable[..., Any] | None = None, pair: Pair | None = None
) -> Playground:
    """Step through the colours of two graphs, draw a pair, and ask 1-WL, a GIN and 3-WL about it.

    refine: your `refine_once(edge_index, colors)`; layer: your class `GINLayer(in, hidden, out)`; None: the
    library's. Both graphs are refined as one batch, so that a colour means the same in both. pair: two
    graphs of up to 16 nodes, to begin with.
    """
    return _Colours(refine, layer, pair).play


def _refine(edge_index: Tensor, colors: Tensor) -> Tensor:
    hashes = color_refinement(Graph(edge_index, num_nodes=len(colors)), 1, colors)[1].tolist()
    return torch.tensor([hashes.index(name) for name in hashes])


class _Colours:
    """`history` holds the colours of both graphs' nodes [N] after each round that has been played."""

    def __init__(self, refine: Refine | None, layer: Callable[..., Any] | None, pair: Pair | None) -> None:
        self.refine, self.layer = refine, layer
        self.pairs = _pairs(pair)
        for graph in pair or ():
            if not 0 < graph.num_nodes <= _MOST_NODES:
                raise ValueError(f"a graph of the pair has {graph.num_nodes} nodes; 1 to {_MOST_NODES} fit.")
        self.views = [GraphView(cycle_graph(6), size=_SIZE, hint=_HINT, zoomable=False) for _ in _WHICH]
        self.counts, self.verdict = Panel(), Panel()
        self.verdict.layout = {"flex": "1 1 320px"}
        self.play = Playground("Colours, round by round", self.views, [self.counts, self.verdict])
        self.pair = choice("pair", list(self.pairs), self.reset)
        self.round = slider("round", 0, _MOST, self.show)
        self.both_ways = tick("both ways", lambda: None, value=True)
        self.play.add_control(
            button("◀ Back", lambda: self.step(-1), "One round back"),
            button("Step ▶", lambda: self.step(1), "One round of refinement"),
            self.round, self.pair, self.both_ways,
            button("Ask the tests", self.ask, "Do 1-WL, a GIN and 3-WL tell these two graphs apart?"),
            button("Start again", self.reset),
        )  # fmt: skip
        for which, view in enumerate(self.views):
            view.on_click(partial(self.pick, which))
            view.on_escape(lambda _: self.drop())
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        self.graphs = [_bare(graph) for graph in self.pairs[self.pair.value]]
        for view, graph in zip(self.views, self.graphs, strict=True):
            with view.hold_sync():  # places and colours go in one message
                places, view.radius, _ = fit(graph, size=_SIZE)
                view.positions = [list(point) for point in places]
                view.draw(graph)
        self.changed()

    def changed(self) -> None:
        """Other graphs: everything is seen anew from round 0."""
        self.both = batch_graphs([Graph(g.edge_index, num_nodes=g.num_nodes) for g in self.graphs])
        self.picked: tuple[int, int] | None = None
        self.history, self.tried = [torch.zeros(self.both.num_nodes, dtype=torch.int64)], list[Attempt]()
        self.names: dict[int, int] = {0: 0}
        self.said, self.verdict.value = "", _ASK
        self.show()

    def step(self, rounds: int) -> None:
        if rounds > 0 and self.round.value < _MOST:
            for view in self.views:
                view.send_messages()
        self.round.value = min(max(self.round.value + rounds, 0), _MOST)

    def pick(self, which: int, node: int) -> None:
        if self.picked is None or self.picked[0] != which:
            self.picked = which, node
            self.show()
        else:
            self.toggle(which, self.picked[1], node)

    def drop(self) -> None:
        self.picked = None
        self.show()

    def toggle(self, which: int, source: int, target: int) -> None:
        graph = self.graphs[which]
        edges = graph.edge_index.T.tolist()
        pairs = [[source, target], [target, source]] if self.both_ways.value else [[source, target]]
        kept = [edge for edge in edges if edge not in pairs]
        if [source, target] not in edges:
            kept += pairs if source != target else pairs[:1]
        edge_index = torch.tensor(kept, dtype=torch.int64).reshape(-1, 2).T
        self.graphs[which] = graph.replace(edge_index=edge_index)
        self.changed()

    def ask(self) -> None:
        """What the three tests say, and the truth."""
        message, one = self._one_wl_says()
        wrong, gin = gin_says(self.layer, self.both)
        says = [("1-WL:", one), ("GIN with random weights:", gin), ("3-WL:", three_wl_says(*self.graphs))]
        says.append(("And in truth?", truth_is(*self.graphs)))
        self.verdict.value = "<div><strong>Do they tell the two graphs apart?</strong></div>" + "".join(
            f'<div style="margin-top:5px"><strong>{escape(who)}</strong> {escape(what)}</div>'
            for who, what in says
        )
        self.said = " ".join(f"{who} {what}" for who, what in says)
        self.show()
        if message or wrong:
            self.play.say(message + wrong)

    # What comes of it.

    def _refine_to(self, rounds: int) -> str:
        """Play on to this round. What there is to say; a round that fails is not played."""
        while len(self.history) <= rounds:
            before = self.history[-1]
            tried = attempt(self.refine, _refine, edge_index=self.both.edge_index, colors=before)
            if tried.value is None:
                return tried.message
            self.tried.append(tried)
            self.history.append(self._named(tried.value))
        return self.tried[rounds - 1].message if rounds else ""

    def _named(self, colors: Tensor) -> Tensor:
        """Names by first appearance: a class that doesn't split keeps its number, and its look."""
        firsts = [colors.tolist().index(color) for color in colors.tolist()]
        return torch.tensor([self.names.setdefault(first, len(self.names)) for first in firsts])

    def _one_wl_says(self) -> tuple[str, str]:
        """A message about the learner's function, and the test's answer, refined until nothing splits."""
        rounds, classes = 0, 0
        while classes < self._classes(rounds):
            classes, rounds = self._classes(rounds), rounds + 1
            message = self._refine_to(rounds)
            if len(self.history) <= rounds:
                return message, "no answer: your function stopped."
        parted = [k for k in range(rounds + 1) if self._differ(k)]
        if parted:
            return "", f"yes. The histograms differ from round {parted[0]} on."
        return "", f"no. Round {rounds} splits no class, and the histograms are still the same."

    def _classes(self, rounds: int) -> int:
        return len(set(self.history[rounds].tolist()))

    def _counts(self, rounds: int) -> Tensor:
        """How often each colour occurs in each graph, [2, C]."""
        one_hot = torch.nn.functional.one_hot(self.history[rounds], len(self.names))
        assert self.both.batch is not None
        return one_hot.new_zeros(2, one_hot.size(1)).index_add(0, self.both.batch, one_hot)

    def _differ(self, rounds: int) -> bool:
        first, second = self._counts(rounds)
        return not torch.equal(first, second)

    # What is seen.

    def show(self) -> None:
        rounds = self.round.value
        message = self._refine_to(rounds)
        last = len(self.history) - 1
        if rounds > last:  # it failed: the last good picture stays, and its round
            self.round.value = last
        else:
            self._draw(rounds)
        self.play.say(message or self._compare(rounds))

    def _draw(self, rounds: int) -> None:
        for which, (view, graph) in enumerate(zip(self.views, self.graphs, strict=True)):
            mine = self._colors_in(which, rounds)
            picked = [self.picked[1]] if self.picked and self.picked[0] == which else []
            ids = [f"node {node}" for node in range(graph.num_nodes)]
            view.draw(
                graph, groups=mine, all_groups=range(len(self.names)), strong=picked, legend=False,
                below=False,
                node_words=[f"{name}, colour {c}" for name, c in zip(ids, mine.tolist(), strict=True)],
                details=self._heard(which, rounds), words=self._words(which, mine, picked),
            )  # fmt: skip
        self.counts.value = _histograms(self._counts(rounds), rounds)

    def _colors_in(self, which: int, rounds: int) -> Tensor:
        assert self.both.batch is not None
        return self.history[rounds][self.both.batch == which]

    def _heard(self, which: int, rounds: int) -> list[str]:
        """What each node of a graph saw, and what that is called now."""
        now = self._colors_in(which, rounds).tolist()
        if not rounds:
            return [f"Node {node} starts with colour 0, as all do." for node in range(len(now))]
        before = self._colors_in(which, rounds - 1).tolist()
        inbox: list[list[int]] = [[] for _ in before]
        for source, target in self.graphs[which].edge_index.T.tolist():
            inbox[target].append(before[source])
        heaps = ["{" + ", ".join(map(str, sorted(heard))) + "}" for heard in inbox]
        return [
            f"Node {node} had {old} and heard {heap}. That is called {new} now."
            for node, (old, heap, new) in enumerate(zip(before, heaps, now, strict=True))
        ]

    def _words(self, which: int, colors: Tensor, picked: Sequence[int]) -> str:
        kinds = colors.bincount().tolist()
        told = ", ".join(f"colour {c}: {n} times" for c, n in enumerate(kinds) if n)
        words = f"Round {self.round.value}, {_WHICH[which]}, {len(colors)} nodes: {told}."
        if picked:
            words = f"Node {picked[0]} is picked: click another node of this graph, or Escape. {words}"
        if which:
            differ = "differ" if self._differ(self.round.value) else "are the same"
            words += f" The histograms {differ}. {self.said}"
        return words.strip()

    def _compare(self, rounds: int) -> str:
        """Where the learner's classes are not the library's."""
        if not rounds:
            return ""
        yours, ours = self.history[rounds], self.tried[rounds - 1].ours
        apart = ((yours[:, None] == yours) != (ours[:, None] == ours)).any(1).nonzero().flatten().tolist()
        if not apart:
            return ""
        size = self.graphs[0].num_nodes
        some = [f"node {n % size if n < size else n - size} of the {_WHICH[n >= size]}" for n in apart[:3]]
        return (
            f"<p>Your function and the library's put {len(apart)} nodes with different company in this "
            f"round, such as {', '.join(some)}.</p>"
        )


def _pairs(own: Pair | None) -> dict[str, Pair]:
    pairs = {} if own is None else {_OWN: own}
    pairs |= {name: (first, second) for name, first, second, _ in (*wl_blind_pairs(), *wl_told_pairs())}
    octagon, six = cycle_graph(8), cycle_graph(6)
    empty = six.replace(edge_index=torch.empty(2, 0, dtype=torch.int64))
    return pairs | {_OCTAGONS: (octagon, octagon), _EMPTY: (empty, empty)}


def _bare(graph: Graph) -> Graph:
    """Nodes and edges: 1-WL starts without features."""
    return Graph(graph.edge_index, num_nodes=graph.num_nodes, pos=graph.pos)


def _histograms(counts: Tensor, rounds: int) -> str:
    """A row for each colour in use, with a bar for each graph."""
    looks, body = category_style(range(counts.size(1))), ""
    for color in counts.sum(0).nonzero().flatten().tolist():
        pair = counts[:, color].tolist()
        differ = ' class="gnn-strong"' if pair[0] != pair[1] else ""
        bars = (_bar(n, looks[color][0]) if n else "" for n in pair)
        cells = "".join(
            f'<td{differ} style="text-align:left;min-width:6em">{bar}{n}</td>'
            for n, bar in zip(pair, bars, strict=True)
        )
        body += f'<tr><th scope="row">colour {color}</th>{cells}</tr>'
    heads = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in _WHICH)
    caption = f"How often each colour occurs after round {rounds}"
    return (
        f'<div class="gnn-scroll" tabindex="0" role="group" aria-label="{caption}"><table><caption>{caption}'
        f"</caption><thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _bar(length: int, colour: str) -> str:
    look = f"display:inline-block;height:.8em;width:{10 * length}px;margin-right:6px"
    return f'<span style="{look};background:{colour};border:1px solid #6b7280"></span>'
