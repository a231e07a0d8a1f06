"""Two graphs as two rows of numbers: which of sum, mean and max still tell them apart?"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gnn_lib.datasets.shapes import on_circle
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.pool import global_add_pool, global_max_pool, global_mean_pool
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, table

Readout = Callable[[Tensor, Tensor, int], Any]
_COLOURS = ("blue", "orange", "green")  # of a node; a fourth click takes it away
_AWAY, _PLACES, _SIZE = len(_COLOURS), 8, (400.0, 250.0)
_WHICH = ("first graph", "second graph")
_OURS: dict[str, Readout] = {"sum": global_add_pool, "mean": global_mean_pool, "max": global_max_pool}
_PAIRS = {
    "the same three, and everyone twice": ([0, 0, 1], [0, 0, 1, 0, 0, 1]),
    "the same colours, other shares": ([0, 0, 0, 1], [0, 1, 1, 1]),
    "one green among many": ([0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 2]),
    "nobody and somebody": ([], [0]),
}


def play_pooling(readouts: Mapping[str, Readout] | None = None) -> Playground:
    """Click the nodes of two graphs to change their colours, and see which readouts tell the graphs apart.

    readouts: your `sum_readout(x, batch, num_graphs)` and its sisters by name, as `{"sum": sum_readout}`;
    those you don't pass are the library's. A node's features are its colour, one-hot; edges play no part.
    """
    unknown = set(readouts or {}) - set(_OURS)
    if unknown:
        raise ValueError(f"readouts has {sorted(unknown)}; the names are {', '.join(_OURS)}.")
    return _Readouts(dict(readouts or {})).play


class _Readouts:
    """`colors` holds, for each of the two graphs, the colour of each place, or that nobody is there."""

    def __init__(self, own: dict[str, Readout]) -> None:
        self.own = own
        nobody = Graph(torch.empty(2, 0, dtype=torch.int64), num_nodes=_PLACES, pos=on_circle(_PLACES))
        hint = "Click a place: another colour, or nobody. Point at a node to see its sums."
        self.views = [GraphView(nobody, size=_SIZE, hint=hint, zoomable=False) for _ in _WHICH]
        self.rows = Panel()
        self.play = Playground("What a readout tells apart", self.views, [self.rows])
        self.pair = choice("begin with", list(_PAIRS), self.reset)
        again = button("Start again", self.reset)
        self.play.add_control(
            self.pair,
            button("Swap two nodes", self.swap, "Renumber: the order of nodes plays no part"),
            again,
        )
        for which, view in enumerate(self.views):
            view.on_click(partial(self.turn, which))
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        pair = _PAIRS[self.pair.value]
        self.colors = [[*colors, *[_AWAY] * (_PLACES - len(colors))] for colors in pair]
        self.show()

    def turn(self, which: int, node: int) -> None:
        self.colors[which][node] = (self.colors[which][node] + 1) % (_AWAY + 1)
        self.show()

    def swap(self) -> None:
        """The first two nodes that differ change places, in both graphs."""
        for colors in self.colors:
            other = next((k for k, color in enumerate(colors) if color not in (colors[0], _AWAY)), 0)
            colors[0], colors[other] = colors[other], colors[0]
        self.show()

    # What comes of it.

    def _batch(self) -> tuple[Tensor, Tensor]:
        """x [N, 3] and batch [N] of both graphs, of the places where somebody is."""
        there = [(color, which) for which in (0, 1) for color in self.colors[which] if color != _AWAY]
        colors, batch = torch.tensor(there, dtype=torch.int64).reshape(-1, 2).T
        return torch.eye(len(_COLOURS))[colors], batch

    def show(self) -> None:
        x, batch = self._batch()
        rows, messages = {}, ""
        for way, ours in _OURS.items():
            tried = attempt(self.own.get(way), ours, x=x, batch=batch, num_graphs=2)
            messages += tried.message
            if tried.value is not None:
                rows[way] = tried.value
        self.play.say(messages)
        same = {way: torch.allclose(row[0], row[1], atol=1e-6) for way, row in rows.items()}
        for which, view in enumerate(self.views):
            self._draw(which, view, same)
        self.rows.value = _table(rows, same)

    # What is seen.

    def _draw(self, which: int, view: GraphView, same: Mapping[str, bool]) -> None:
        kinds = [(*_COLOURS, "nobody")[color] for color in self.colors[which]]
        away = [k for k, color in enumerate(self.colors[which]) if color == _AWAY]
        view.draw(
            groups=self.colors[which], all_groups=range(_AWAY), legend=False, below=False, faint=away,
            inside=[kind[0] if kind != "nobody" else "" for kind in kinds],
            node_words=[f"place {k}: {kind}" for k, kind in enumerate(kinds)],
            details=[self._sums_behind(which, color) for color in self.colors[which]],
            words=self._words(which, same),
        )  # fmt: skip
        view.fills = ["" if k in away else fill for k, fill in enumerate(view.fills)]  # nobody has no colour

    def _sums_behind(self, which: int, color: int) -> str:
        there = [one for one in self.colors[which] if one != _AWAY]
        if color == _AWAY:
            return "Nobody is here."
        column = [float(one == color) for one in there]
        sums = "; ".join(f"{way} {arithmetic(way, column)}" for way in _OURS)
        return f"The {_COLOURS[color]} column of this graph: {sums}."

    def _words(self, which: int, same: Mapping[str, bool]) -> str:
        counts = [f"{self.colors[which].count(k)} {name}" for k, name in enumerate(_COLOURS)]
        words = f"The {_WHICH[which]}: {', '.join(counts)}."
        if which:
            told = ", ".join(f"{way} {'the same' if alike else 'different'}" for way, alike in same.items())
            words += f" The two rows: {told}."
        return words


def _table(rows: Mapping[str, Tensor], same: Mapping[str, bool]) -> str:
    """A row for each readout: what it makes of both graphs, and whether that differs."""
    cells = []
    for way in _OURS:
        vectors = (
            [f"({', '.join(map(number, row))})" for row in rows[way].tolist()] if way in rows else ["", ""]
        )
        answer = {True: "the same", False: "different", None: "no answer"}[same.get(way)]
        cells.append([*vectors, answer])
    strong = [(k, 2) for k, way in enumerate(_OURS) if same.get(way)]
    columns = [*_WHICH, "to the readout"]
    return table(f"({', '.join(_COLOURS)}) of each graph", list(_OURS), columns, cells, strong)
