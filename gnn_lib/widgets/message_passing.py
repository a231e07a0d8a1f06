"""News that travels: start it at a node, step round by round, and see which sum made each number."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gnn_lib.datasets import path_abcd
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.attempt import Attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, slider, table, tick
from gnn_lib.widgets.summaries import WAYS, Summary, by_way, summarise, sums_behind

_SIGNAL, _OWN = "a 1 where I click", "the graph's x"
_MOST_SPOKEN, _MOST_ROWS = 12, 20  # nodes
_ADD, _JOIN, _FORGET = "is added", "is one more message", "is forgotten"


def play_messages(
    aggregate: Summary | Mapping[str, Summary] | None = None, graph: Graph | None = None, rounds: int = 6
) -> Playground:
    """Click a node to give it 1 more, step through the rounds, and point at a node to see its sum.

    aggregate: your `sum_messages(messages, edge_index, num_nodes)`, or several of them by name, as
    `{"sum": sum_messages, "max": max_messages}`; those you don't pass are the library's.
    graph: the first column of its x is there to start from.
    """
    return _Messages(by_way(aggregate), graph or path_abcd(), rounds).play


class _Messages:
    """What everybody knows after each round, as far as it has been played: `heard`, [N] for each."""

    def __init__(self, own: dict[str, Summary], graph: Graph, rounds: int) -> None:
        self.own, self.graph, self.most = own, graph, rounds
        self.names = node_names(graph)
        self.view = GraphView(graph, hint="Click a node to give it 1 more. Point at one to see its sum.")
        self.values = Panel()
        self.play = Playground("News that travels", [self.view], [self.values])
        starts = [_SIGNAL] if graph.x is None else [_SIGNAL, _OWN]
        self.start = choice("start", starts, self.reset)
        self.way = choice("summary", WAYS, self.replay)
        self.self_ = choice("its own", (_ADD, _JOIN, _FORGET), self.replay)
        self.round = slider("round", 0, rounds, self.show)
        self.fade = tick("fade who can't have heard", self.show)
        back = button("◀ Back", lambda: self.step(-1), "One round back")
        ahead = button("Step ▶", lambda: self.step(1), "One round of messages")
        self.play.add_control(back, ahead, self.round, self.start, self.way, self.self_, self.fade)
        self.play.add_control(button("Start again", self.reset))
        self.view.on_click(self.inject)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        N = self.graph.num_nodes
        self.first = torch.zeros(N, dtype=torch.float64)
        self.origin = 0
        if self.start.value == _OWN and self.graph.x is not None:
            self.first = self.graph.x.flatten(1)[:, 0].double()
        elif N:
            self.first[0] = 1.0
        self.replay(0)

    def inject(self, node: int) -> None:
        self.first = self.first.index_add(0, torch.tensor([node]), torch.ones(1, dtype=torch.float64))
        self.origin = node
        self.replay()

    def step(self, rounds: int) -> None:
        if rounds > 0 and self.round.value < self.most:
            self.view.send_messages()
        self.round.value = min(max(self.round.value + rounds, 0), self.most)

    def replay(self, upto: int | None = None) -> None:
        """Something has changed: what was heard is heard anew."""
        self.heard, self.reached, self.tried = [self.first], [self._origin()], list[Attempt]()
        if upto is not None and self.round.value != upto:
            self.round.value = upto  # shows it
        else:
            self.show()

    # What comes of it.

    def _edges(self) -> Tensor:
        edges = self.graph.edge_index
        if self.self_.value != _JOIN:
            return edges
        loops = torch.arange(self.graph.num_nodes)
        return torch.cat([edges, torch.stack([loops, loops])], dim=1)

    def _hear(self, rounds: int) -> str:
        """Play on to this round. What there is to say; a round that fails is not played."""
        edges = self._edges()
        while len(self.heard) <= rounds:
            h = self.heard[-1]
            tried = summarise(self.own, self.way.value, h, edges)
            if tried.value is None:
                return tried.message
            self.tried.append(tried)
            self.heard.append(tried.value[:, 0] + (h if self.self_.value == _ADD else 0))
            self.reached.append(self._further(self.reached[-1]))
        return self.tried[rounds - 1].message if rounds else ""

    def _origin(self) -> Tensor:
        return torch.arange(self.graph.num_nodes) == self.origin

    def _further(self, reached: Tensor) -> Tensor:
        """One step along the edges; whoever forgets knows only the newest."""
        sources, targets = self._edges()
        kept = torch.zeros_like(reached) if self.self_.value == _FORGET else reached
        return kept.index_put((targets[reached[sources]],), torch.tensor(True))

    # What is seen.

    def show(self) -> None:
        rounds = self.round.value
        message = self._hear(rounds)
        last = len(self.heard) - 1
        if rounds > last:  # it failed: the last good picture stays, and its round
            self.round.value = last
        else:
            self._draw(rounds)
        self.play.say(message)

    def _draw(self, rounds: int) -> None:
        h, reached = self.heard[rounds], self.reached[rounds]
        low, high = (float(h.min()), float(h.max())) if len(h) else (0.0, 1.0)
        self.view.draw(
            values=h, value_range=(min(low, 0.0), high if high > min(low, 0.0) else 1.0),
            strong=[self.origin] if len(h) else [],
            faint=(~reached).nonzero().flatten().tolist() if self.fade.value else (),
            details=self._sums_behind(rounds), words=self._words(rounds),
        )  # fmt: skip
        self.values.value = self._table(rounds)

    def _sums_behind(self, rounds: int) -> list[str]:
        """For each node, how its number came about; and where the learner's function says otherwise."""
        if not rounds:
            pairs = zip(*self._pairs(0), strict=True)
            return [f"{name} starts with {number(value)}." for name, value in pairs]
        before = self.heard[rounds - 1].tolist()
        texts = sums_behind(self.tried[rounds - 1], self.way.value, before, self._edges(), self.names)
        if self.self_.value != _ADD:
            return texts
        now = self.heard[rounds].tolist()
        return [
            f"{text} With its own {number(was)}: {number(becomes)}."
            for text, was, becomes in zip(texts, before, now, strict=True)
        ]

    def _pairs(self, rounds: int) -> tuple[tuple[str, ...], list[float]]:
        return self.names, self.heard[rounds].tolist()

    def _words(self, rounds: int) -> str:
        reached, count = int(self.reached[rounds].sum()), len(self.names)
        words = f"Round {rounds} of {self.most}, by {self.way.value}. "
        if count <= _MOST_SPOKEN:
            pairs = zip(*self._pairs(rounds), strict=True)
            words += ", ".join(f"{name}: {number(value)}" for name, value in pairs) + ". "
        if count:
            words += f"News from {self.names[self.origin]} can have reached {reached} of {count} nodes."
        return words.strip()

    def _table(self, rounds: int) -> str:
        """A column for each round so far; of a large graph the first nodes."""
        rows = self.names[:_MOST_ROWS]
        columns = [f"round {k}" for k in range(rounds + 1)]
        history = torch.stack([h[:_MOST_ROWS] for h in self.heard[: rounds + 1]], dim=1)
        cells = [[number(value) for value in row] for row in history.tolist()]
        new = {(node, rounds) for node in range(len(rows)) if rounds and cells[node][-1] != cells[node][-2]}
        return table(f"What each node holds ({self.way.value})", rows, columns, cells, strong=new)

