"""A random walk with p and q, step by step: where it has been, and how likely each next node is."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.describe import node_names
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, table
from gnn_lib.widgets.walks_odds import WAYS, Odds, behind, next_odds, ways

_BIASES = {"1/8": 0.125, "1/4": 0.25, "1/2": 0.5, "1": 1.0, "2": 2.0, "4": 4.0, "8": 8.0}
_MOST_NODES, _MOST_STEPS, _FAR = 40, 60, 10
_SIZE = (440.0, 230.0)  # of our own graph, in pixels: small, so that the odds are legible in a narrow page
_NAMED, _MOST_ROWS = 5, 6  # nodes that a message lists, and rows of the table


def play_walks(
    step_odds: Callable[[Tensor, int, int, float, float], Any] | None = None, graph: Graph | None = None
) -> Playground:
    """Walk with p and q: below each node that can be next stand its odds; click a node to begin there.

    step_odds: your `step_odds(A, before, here, p, q)`; None: the library's. graph: up to 40 nodes.
    """
    return _Walks(step_odds, graph or _two_circles(), None if graph else _SIZE).play


def _two_circles() -> Graph:
    """Two circles of six around somebody who knows them all, and one link between the circles."""
    around = torch.arange(6) * torch.pi / 3
    ring = torch.stack([around.cos(), around.sin()], dim=1)
    circle = torch.cat([torch.zeros(1, 2), ring])
    pos = torch.cat([circle - torch.tensor([1.6, 0.0]), circle + torch.tensor([1.6, 0.0])])
    wheel = [(0, k) for k in range(1, 7)] + [(k, k % 6 + 1) for k in range(1, 7)]
    links = wheel + [(i + 7, j + 7) for i, j in wheel] + [(1, 11)]
    return to_undirected(Graph(torch.tensor(links).T, num_nodes=14, pos=pos))


class _Walks:
    """`path` is the walk as far as it has been walked, and odds[k] what can follow path[k].

    `step` says how much of it is seen. Chance is drawn beforehand, a number `u` for each step: so Back and
    Step come to the same nodes again, and other p and q are compared by the same luck.
    """

    def __init__(
        self, function: Callable[..., Any] | None, graph: Graph, size: tuple[float, float] | None
    ) -> None:
        if function is not None and not callable(function):
            raise TypeError(f"pass the function itself, as play_walks(step_odds); got {function!r}.")
        if not 0 < graph.num_nodes <= _MOST_NODES:
            raise ValueError(f"graph has {graph.num_nodes} nodes; 1 to {_MOST_NODES} can be shown here.")
        self.A = to_dense(graph)
        if not self.A.isfinite().all() or (self.A < 0).any():
            raise ValueError("a walk takes edge_weight as odds: it must be finite and never below zero.")
        self.function, self.graph, self.names = function, graph, node_names(graph)
        self.view = GraphView(graph, size=size, zoomable=False)
        self.view.hint = "Click a node to begin there. Point at one to see how its odds come about."
        self.counts = Panel()
        self.play = Playground("A walk with p and q", [self.view], [self.counts])
        self.p, self.q = (choice(name, list(_BIASES), self.walk_again, value="1") for name in "pq")
        self.play.add_control(
            button("◀ Back", lambda: self.go(-1), "One step back"),
            button("Step ▶", lambda: self.go(1), "One step along an edge"),
            button("Walk on ▶▶", lambda: self.go(_FAR), f"{_FAR} steps"),
            self.p, self.q,
            button("Another walk", self.another, "The same start, other luck"),
            button("Start again", self.reset, "The first walk, from its start"),
        )  # fmt: skip
        self.view.on_click(self.begin_at)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        self._begin(0, lot=0)

    def begin_at(self, node: int) -> None:
        self._begin(node, self.lot)

    def another(self) -> None:
        self._begin(self.start, self.lot + 1)

    def _begin(self, start: int, lot: int) -> None:
        """A walk from here; `lot` says which luck it has."""
        self.start, self.lot = start, lot
        self.u = torch.rand(_MOST_STEPS, generator=torch.Generator().manual_seed(self.lot)).tolist()
        self.tried: dict[str, list[str]] = {}  # what came of each p and q, from this start, by this luck
        self.step = 0
        self.walk_again()

    def walk_again(self) -> None:
        """p or q has changed: as many steps, by the same luck."""
        self.path, self.odds, self.said = [self.start], list[Odds](), list[str]()
        self.go(0)

    def go(self, steps: int) -> None:
        """Walk on as far as it goes, or back; then say where the walk is."""
        goal = min(max(self.step + steps, 0), _MOST_STEPS)
        ends = self._walk_to(goal)
        if self.step + steps > _MOST_STEPS:
            ends = ends or f"<p>{_MOST_STEPS} steps are as many as are drawn here.</p>"
        self.step = min(goal, len(self.odds) - 1)  # odds that failed are not shown, nor the step to them
        self._draw()
        self.play.say(self.said[self.step] + ends)

    # What comes of it.

    def _biases(self) -> tuple[float, float]:
        return _BIASES[self.p.value], _BIASES[self.q.value]

    def _walk_to(self, goal: int) -> str:
        """Walk until the odds after `goal` steps are known. Why it ended before, if it did."""
        while len(self.odds) <= goal:
            k = len(self.odds)
            if k == len(self.path):
                total = float(self.odds[-1].value.sum())
                if not total:
                    return self._dead_end(self.odds[-1])
                self.path.append(_draw_one(self.odds[-1].value, self.u[k - 1]))
            here, before = self.path[k], self.path[k - 1] if k else None
            odds, message = next_odds(self.function, self.A, before, here, *self._biases())
            if odds is None:
                return message
            self.odds.append(odds)
            self.said.append(message + self._what_is_odd(k))
        return ""

    def _dead_end(self, odds: Odds) -> str:
        here = self.names[self.path[-1]]
        if odds.ours.any():
            return f"<p>All your odds at {here} are 0, so the walk can't go on.</p>"
        return f"<p>No edge leaves {here}: the walk is over.</p>"

    def _what_is_odd(self, k: int) -> str:
        """Where the learner's odds are not the library's, and a step that no edge allows."""
        text = ""
        if k and not self.A[self.path[k - 1], self.path[k]]:
            left, came = self.names[self.path[k - 1]], self.names[self.path[k]]
            text = f"<p>Your odds led from {left} to {came}, and there is no such edge.</p>"
        wrong = [self.names[node] for node in self.odds[k].wrong]
        if wrong:
            told = ", ".join(wrong[:_NAMED]) + (", ..." if len(wrong) > _NAMED else "")
            text += f"<p>The library's odds are others for {told}. Point there.</p>"
        return text

    # What is seen.

    def _draw(self) -> None:
        path, odds = self.path[: self.step + 1], self.odds[self.step]
        here, before = path[-1], path[-2] if self.step else None
        visits = torch.bincount(torch.tensor(path), minlength=len(self.names)).tolist()
        most = 4 * -(-max(visits) // 4)  # so that the legend counts in whole numbers
        shown = [number(round(value, 2)) if value else "" for value in odds.value.tolist()]
        with self.view.hold_sync():
            self.view.draw(
                values=visits, value_range=(0.0, most), inside=self.names, below=shown,
                strong=[here], strong_edges=self._walked(path), words=self._words(path, shown),
                details=self._details(visits, odds, before, here), node_words=self._spoken(visits, shown),
            )  # fmt: skip
            seen = [bool(count) for count in visits]
            self.view.fills = [fill if was else "" for fill, was in zip(self.view.fills, seen, strict=True)]
            self.view.inks = [ink if was else "" for ink, was in zip(self.view.inks, seen, strict=True)]
            self.view.legend = [[fill, _visited(int(count))] for fill, count in self.view.legend[1:]]
        self.counts.value = self._table(path)

    def _walked(self, path: list[int]) -> list[int]:
        """The edges of the path; where one line stands for both directions, both of them."""
        steps = {*pairwise(path)}
        if not self.view.directed:
            steps |= {(j, i) for i, j in steps}
        return [e for e, (i, j) in enumerate(self.graph.edge_index.T.tolist()) if (i, j) in steps]

    def _details(self, visits: list[int], odds: Odds, before: int | None, here: int) -> list[str]:
        sums = behind(odds, self.A, before, here, self._biases(), self.names)
        return [f"{text} So far {_visited(count)}." for text, count in zip(sums, visits, strict=True)]

    def _spoken(self, visits: list[int], shown: list[str]) -> list[str]:
        told = zip(self.names, visits, shown, strict=True)
        return [f"{name}, {_visited(n)}" + (f", next: {odds}" if odds else "") for name, n, odds in told]

    def _words(self, path: list[int], shown: list[str]) -> str:
        can = ", ".join(f"{name} {odds}" for name, odds in zip(self.names, shown, strict=True) if odds)
        return (
            f"p = {self.p.value}, q = {self.q.value}, step {self.step}. "
            f"The walk: {', '.join(self.names[node] for node in path)}. "
            f"{len({*path})} of {len(self.names)} nodes seen. Next can be: {can or 'nobody'}."
        )

    def _table(self, path: list[int]) -> str:
        """This walk, and those by the same luck with other p and q."""
        kinds = [int(ways(self.A, before)[there]) for before, there in zip(path, path[2:], strict=False)]
        counts = [self.step, len({*path}), *(kinds.count(kind) for kind in range(len(WAYS)))]
        key = f"p = {self.p.value}, q = {self.q.value}"
        key = key.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
        self.tried.pop(key, None)  # the newest one comes last
        self.tried[key] = [str(count) for count in counts]
        rows = [*self.tried][-_MOST_ROWS:]
        cells, now = [self.tried[row] for row in rows], len(rows) - 1
        caption = f"Walks from {self.names[self.start]}, by the same luck"
        return table(caption, rows, ["steps", "different nodes", *WAYS], cells, strong=[(now, 1)])


def _draw_one(odds: Tensor, u: float) -> int:
    """The node that u in [0, 1) picks; one whose odds are 0 is never picked."""
    below = odds.cumsum(0)
    return int(torch.searchsorted(below, u * below[-1], right=True))


def _visited(count: int) -> str:
    return ("not visited", "visited once")[count] if count < 2 else f"visited {count} times"
