"""Somebody new arrives: a lookup table has no row for her, an encoder answers at once."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.layout import positions
from gnn_lib.plot.style import number
from gnn_lib.widgets.geometry import fit
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.newcomer_rows import (
    Answer,
    NoRow,
    ask,
    encoded,
    learn_table,
    library_layer,
    look_up,
    miss,
    with_weights,
)
from gnn_lib.widgets.playground import Panel, Playground, button, choice, table, tick

_DEE = "Dee"
_RATINGS = {"4, 2": (4.0, 2.0), "3, 3": (3.0, 3.0), "1, 5": (1.0, 5.0)}
_MOST_NODES, _FIRST = 12, 1  # the first table's seed
_SIZE = (440.0, 310.0)  # of both pictures, in pixels
_TABLE, _ENCODER = (f"<div><strong>{way}:</strong>" for way in ("Table", "Encoder"))
_ROUNDING = 1e-4  # in float32, sums in another order differ
_RANGE = (-3.0, 3.0)  # of the colours: rows stay within


def play_newcomer(
    layer: Callable[..., Any] | None = None,
    lookup: Callable[[Tensor, Tensor], Any] | None = None,
    graph: Graph | None = None,
) -> Playground:
    """Let Dee arrive, click whom she hears, and compare what a table and an encoder say of her.

    layer: your `SAGELayer`, the class; lookup: your `lookup(rows, nodes)`, the table's rows [N, 1] and ids
    [n] -> the rows of those [n, 1]; None: the library's. graph: up to 12 nodes with two ratings each.
    """
    return _Newcomer(layer, lookup, graph or _eight()).play


def _eight() -> Graph:
    """Four who like comedies and four who like thrillers; an edge leads from who tells to who hears."""
    circle = torch.tensor([[0, 1, 2, 3, 0], [1, 2, 3, 0, 2]])
    across = torch.tensor([[5, 0], [0, 4]])
    x = torch.tensor(
        [[5.0, 1], [4, 2], [5, 2], [4, 1], [3, 5], [1, 3], [1, 5], [2, 4]]
    )  # fmt: skip
    left = torch.tensor([[-0.7, 0.0], [-1.5, 0.9], [-2.3, 0.0], [-1.5, -0.9]])
    right = torch.tensor([[1.5, 0.9], [0.7, 0.0], [1.5, -0.9], [2.3, 0.0]])
    names = ("Ann", "Eli", "Fay", "Gus", "Bob", "Cem", "Hal", "Ivy")
    return Graph(torch.cat([circle, circle + 4, across], 1), x=x, pos=torch.cat([left, right]), names=names)


class _Newcomer:
    """`rows` is the table, from its last training; `hears` are those who tell Dee, once she has arrived."""

    def __init__(
        self, layer: Callable[..., Any] | None, lookup: Callable[..., Any] | None, graph: Graph
    ) -> None:
        if graph.x is None or graph.x.dim() != 2 or graph.x.size(1) != 2:
            got = "no x" if graph.x is None else f"x {list(graph.x.shape)}"
            raise ValueError(f"the encoder reads two ratings of each node: x must be [N, 2]; got {got}.")
        if not 0 < graph.num_nodes <= _MOST_NODES:
            raise ValueError(f"graph has {graph.num_nodes} nodes; 1 to {_MOST_NODES} can be shown here.")
        if lookup is not None and not callable(lookup):
            raise TypeError(f"lookup must be a function, lookup(rows, nodes); got {type(lookup).__name__}.")
        self.layer, self.lookup, self.graph, self.N = with_weights(layer), lookup, graph, graph.num_nodes
        self.x = graph.x.float()
        names = node_names(graph)
        self.names = (*names, _DEE if _DEE not in names else "the newcomer")
        self._make_views()
        self.panel = Panel()
        self.play = Playground(f"{self.names[-1]} arrives", self.views, [self.panel])
        self.ratings = choice("her ratings", list(_RATINGS), self.show)
        self.tells = tick("she tells them, too", self.show)
        self.play.add_control(
            button(f"{self.names[-1]} arrives", self.arrive, "One more node, whom nobody tells anything yet"),
            self.ratings, self.tells,
            button("Train the table again", self.train, "On those who are there now, from another start"),
            button("Start again", self.reset),
        )  # fmt: skip
        for view in self.views:
            view.on_click(self.pick)
        self.first = learn_table(graph.edge_index, self.N, seed=_FIRST)
        self.first_encoded = self._encode(self._graph(arrived=False)).values
        self.reset()

    def _make_views(self) -> None:
        """Two pictures of the same places, with room for one more."""
        pos = torch.as_tensor(positions(self.graph, None, 0)).float()
        left, low, right, high = *pos.min(0).values, *pos.max(0).values
        door = torch.stack([(left + right) / 2, low - 0.2 * (1 + high - low)])
        roomy = Graph(self.graph.edge_index, num_nodes=self.N + 1, pos=torch.vstack([pos, door]))
        places, radius, _ = fit(roomy, size=_SIZE)
        look: dict[str, Any] = dict(places=places[:-1], radius=min(radius, 20.0), size=_SIZE, directed=True)
        self.door = list(places[-1])
        self.views = [GraphView(self.graph, zoomable=False, **look) for _ in range(2)]
        for view, title in zip(self.views, ("lookup table", "encoder: GraphSAGE"), strict=True):
            view.captions = [[_SIZE[0] / 2, 12, title]]
            view.hint = f"Click whom {self.names[-1]} hears. Point at a node to see where its row comes from."

    # What a hand does.

    def reset(self) -> None:
        self.arrived, self.hears, self.seed, self.rows = False, list[int](), _FIRST, self.first
        self.show()

    def arrive(self) -> None:
        self.arrived = True
        self.show()

    def pick(self, node: int) -> None:
        """Dee hears this one, or doesn't any more; whoever tells her something brings her in."""
        if node < self.N:
            self.arrived = True
            self.hears = sorted({*self.hears} ^ {node})
            self.show()

    def train(self) -> None:
        self.seed += 1
        graph = self._graph(self.arrived)
        self.rows = learn_table(graph.edge_index, graph.num_nodes, self.seed)
        self.show()

    # What comes of it.

    def _graph(self, arrived: bool) -> Graph:
        edges, x = self.graph.edge_index, self.x
        if arrived:
            dee = torch.full((len(self.hears),), self.N)
            told = torch.stack([torch.tensor(self.hears, dtype=torch.long), dee])
            edges = torch.cat([edges, told, told.flip(0)] if self.tells.value else [edges, told], dim=1)
            x = torch.cat([x, torch.tensor([_RATINGS[self.ratings.value]])])
        names = self.names if arrived else self.names[:-1]
        return Graph(edges, x=x, num_nodes=len(names), names=names)

    def _encode(self, graph: Graph) -> Answer:
        assert graph.x is not None
        return ask(self.layer, library_layer(), x=graph.x, edge_index=graph.edge_index)

    def _look_up(self) -> tuple[Answer, NoRow | None]:
        """The rows that are in the table; and what comes of asking for Dee's, if she has none."""
        nodes = torch.arange(len(self.rows))
        found = ask(self.lookup, look_up, rows=self.rows, nodes=nodes)
        if not self.arrived or len(self.rows) > self.N:
            return found, None
        return found, miss(None if found.failed else self.lookup, self.rows, self.names)

    # What is seen.

    def show(self) -> None:
        graph = self._graph(self.arrived)
        (found, no_row), said = self._look_up(), self._encode(graph)
        self._draw(self.views[0], graph, found, self._places_in_table(found, no_row), "Lookup table.")
        self._draw(self.views[1], graph, said, self._sums(graph, said), f"Encoder. {self._who_tells()}")
        self.panel.value = self._table(found, said)
        self.play.say(found.message + said.message + self._what_happened(no_row, said))

    def _draw(self, view: GraphView, graph: Graph, answer: Answer, details: list[str], words: str) -> None:
        """Everybody in the colour of their row; who has none is white, with a question mark."""
        N, known = graph.num_nodes, len(answer.values)
        inside = [_write(value) for value in answer.values] + ["?"] * (N - known)
        spoken = [f"{name}: {word}" for name, word in zip(graph.names or (), inside, strict=True)]
        spoken = [text.replace(": ?", ": no row") for text in spoken]
        dee = [self.N] if self.arrived else []
        with view.hold_sync():
            if len(view.positions) != N:
                view.positions = [*view.positions[: self.N], *([self.door] if dee else [])]
            view.draw(
                graph, values=[*answer.values, *[0.0] * (N - known)], value_range=_RANGE, inside=inside,
                strong=dee, strong_edges=range(self.graph.num_edges, graph.num_edges), details=details,
                node_words=spoken, words=f"{words} {', '.join(spoken)}.",
            )  # fmt: skip
            view.fills = [*view.fills[:known], *[""] * (N - known)]
            view.inks = [*view.inks[:known], *[""] * (N - known)]

    def _who_tells(self) -> str:
        return f"{self.names[-1]} hears {self._list(self.hears)}." if self.arrived else ""

    def _list(self, nodes: list[int]) -> str:
        return ", ".join(self.names[node] for node in nodes) or "nobody"

    def _places_in_table(self, found: Answer, no_row: NoRow | None) -> list[str]:
        texts = []
        for node, (name, value) in enumerate(zip(self.names, found.ours, strict=False)):
            text = f"{name} is number {node}, and row {node} of the table holds {_write(value)}."
            if node in found.wrong:
                text += f" Your lookup gives {_write(found.values[node])}."
            texts.append(text)
        if no_row:
            texts.append(f"{self.names[-1]} is number {self.N}, {self._end()}: {no_row.error}.")
        return texts

    def _end(self) -> str:
        return f"and the table ends with row {len(self.rows) - 1}"

    def _sums(self, graph: Graph, said: Answer) -> list[str]:
        assert graph.x is not None
        texts = []
        for node, name in enumerate(graph.names or ()):
            tellers = graph.edge_index[0, graph.edge_index[1] == node]
            inbox = graph.x[tellers].tolist()
            text = encoded(name, graph.x[node].tolist(), inbox, [self.names[i] for i in tellers.tolist()])
            text += f" Together: {_write(said.ours[node])}."
            if node in said.wrong:
                text += f" Your layer gives {_write(said.values[node])}."
            texts.append(text)
        return texts

    def _what_happened(self, no_row: NoRow | None, said: Answer) -> str:
        """What each way says of Dee, and whose rows have changed with it."""
        text, dee = "", self.names[-1]
        if no_row:
            text = f"{_TABLE} {dee} is number {self.N}, {self._end()}. {no_row.html}</div>"
        if self.seed > _FIRST:
            now, then = self.rows[: self.N], self.first
            other, turned = int((now != then).sum()), int((now * then < 0).sum())
            text += (
                f"{_TABLE} trained again, from another start. Of the {self.N} old rows, {other} are others "
                f"than at first, and {turned} have changed sides.</div>"
            )
        if self.arrived:
            moved = self._list(self._moved(said))
            text += (
                f"{_ENCODER} {dee}'s row is {_write(said.values[-1])}; nothing was trained. "
                f"Who else has another row than before: {moved}.</div>"
            )
        return text

    def _moved(self, said: Answer) -> list[int]:
        pairs = zip(said.values, self.first_encoded, strict=False)
        return [node for node, (now, then) in enumerate(pairs) if abs(now - then) > _ROUNDING]

    def _table(self, found: Answer, said: Answer) -> str:
        """Everybody's row in both ways, at first and now."""
        columns = ["ratings", "table, at first", "table, now", "encoder, at first", "encoder, now"]
        before = (self.first[:, 0].tolist(), self.first_encoded)
        x, N, cells, strong = self._graph(self.arrived).x, self.N + self.arrived, list[list[str]](), []
        assert x is not None
        for node in range(N):
            cells.append([", ".join(map(number, x[node].tolist()))])
            for way, (then, now) in enumerate(zip(before, (found.values, said.values), strict=True)):
                cells[node] += [_write(rows[node]) if node < len(rows) else "no row" for rows in (then, now)]
                if cells[node][-1] != cells[node][-2]:
                    strong.append((node, 2 * way + 2))
        return table("Everybody's row; strong where it has changed", self.names[:N], columns, cells, strong)


def _write(value: float) -> str:
    return number(round(value, 2))
