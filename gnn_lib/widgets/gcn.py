"""The graph convolution at work: a weight for every edge from both degrees, then two layers, step by step."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

import torch
from torch import Tensor, nn

from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.layer import build
from gnn_lib.graph import Graph
from gnn_lib.layers import GCNConv
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import Attempt, attempt
from gnn_lib.widgets.gcn_weights import EdgeWeights
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, slider, table, tick

_STEPS = ("x", "1: gathered", "1: times W, ReLU", "2: gathered", "2: times W")
_GIVEN, _ZERO = "the graph's x", "all 0"
_MOST_NODES, _MOST_NAMED, _MOST_SPOKEN = 100, 12, 25


def play_gcn(
    weights: Callable[[Tensor, int], Any] | None = None,
    layer: Callable[..., Any] | None = None,
    graph: Graph | None = None,
) -> Playground:
    """See the weight of every edge, and step through two layers; click a node to give it 1 more.

    weights: your `edge_weights(edge_index, num_nodes)`, loops included; layer: your class
    `GCNLayer(in_channels, out_channels)`, called with x, edge_index and the weights; None: the library's.
    graph: up to 100 nodes; the first column of x counts. Up to 12 nodes come with their matrix, and
    `pixel_grid()` as a graph and as an image.
    """
    return _Convolution(weights, layer, graph or _six()).play


def _six() -> Graph:
    """A triangle and a star with an edge between them, both ways: degrees from 2 to 4."""
    pairs = torch.tensor([[0, 0, 1, 2, 3, 3], [1, 2, 2, 3, 4, 5]])
    pos = torch.tensor([[0.0, 1.2], [0.0, -1.2], [1.2, 0.0], [3.0, 0.0], [4.2, 1.2], [4.2, -1.2]])
    x = torch.tensor([[3.0], [0.0], [1.0], [2.0], [-2.0], [4.0]])
    return Graph(torch.cat([pairs, pairs.flip(0)], dim=1), x=x, pos=pos, names=tuple("ABCDEF"))


class _Convolution:
    """`values` holds a number for each node [N] after each step that has been played; step 0 is x."""

    def __init__(
        self, weights: Callable[[Tensor, int], Any] | None, layer: Callable[..., Any] | None, graph: Graph
    ) -> None:
        N = graph.num_nodes
        if not 0 < N <= _MOST_NODES:
            raise ValueError(f"graph has {N} nodes; 1 to {_MOST_NODES} can be shown. Take a smaller one.")
        self.graph, self.layer, self.weights = graph, layer, EdgeWeights(weights, graph)
        self.names = self.weights.names
        self.view = GraphView(graph, zoomable=N > _MOST_NAMED)
        self.is_image = _is_image(graph)
        click = "paint it, or to wipe it" if self.is_image else "give it 1 more"
        self.view.hint = f"Click a node to {click}. Point at one to see its sum."
        self.history = Panel()
        views = [self.view, self.weights.matrix()] if N <= _MOST_NAMED else [self.view]
        self.play = Playground("The graph convolution, step by step", views, [self.history])
        self.step = slider("step", 0, len(_STEPS) - 1, self.show)
        self.start = choice("start", [_ZERO] if graph.x is None else [_GIVEN, _ZERO], self.reset)
        self.scales = [slider(f"W of layer {k}", -2, 2, self.replay, value=1) for k in (1, 2)]
        self.pixels = tick("as an image", self.show)
        self.play.add_control(
            button("◀ Back", lambda: self.go(-1), "One step back"),
            button("Step ▶", lambda: self.go(1), "One step of the two layers"),
            self.step, *self.scales, self.start, *([self.pixels] if self.is_image else []),
            button("Start again", self.reset),
        )  # fmt: skip
        self.view.on_click(self.give)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        N, x = self.graph.num_nodes, self.graph.x
        self.x = torch.zeros(N) if x is None or self.start.value == _ZERO else x.flatten(1)[:, 0].float()
        self.replay(0)

    def give(self, node: int) -> None:
        """A pixel is painted, or wiped; everybody else gets 1 more."""
        old = float(self.x[node])
        self.x = self.x.clone()
        self.x[node] = float(old == 0) if self.is_image else old + 1
        self.replay()

    def go(self, steps: int) -> None:
        if steps > 0 and self.step.value in (0, 2) and not self.pixels.value:
            self.view.send_messages()
        self.step.value = min(max(self.step.value + steps, 0), len(_STEPS) - 1)

    def replay(self, upto: int | None = None) -> None:
        """Something has changed: the steps are worked out anew."""
        self.values, self.tried = [self.x.double()], list[Attempt]()
        if upto is not None and self.step.value != upto:
            self.step.value = upto  # shows it
        else:
            self.show()

    # What comes of it.

    def _run_to(self, step: int) -> str:
        """Play on to this step. What there is to say; a step that fails is not played.

        The learner's layer makes all of them: what is gathered is what it gives with W = 1.
        """
        while len(self.values) <= step:
            k = len(self.values)
            W = 1 if k % 2 else self.scales[k // 2 - 1].value
            layer = None if self.layer is None else _with_weight(self.layer, W)
            tried = attempt(
                layer, _with_weight(_ours, W), x=self.values[(k - 1) // 2 * 2][:, None].float(),
                edge_index=self.weights.edges, weight=self.weights.value.float(),
            )  # fmt: skip
            if tried.value is None:
                return tried.message
            self.tried.append(tried)
            self.values.append(tried.value[:, 0].clamp(min=0) if k == 2 else tried.value[:, 0])
        return self.tried[step - 1].message if step else ""

    # What is seen.

    def show(self) -> None:
        step = self.step.value
        message = self._run_to(step)
        last = len(self.values) - 1
        if step > last:  # it failed: the last good picture stays, and its step
            self.step.value = last
        else:
            self._draw(step)
        self.play.say(self.weights.message + message)

    def _draw(self, step: int) -> None:
        h = self.values[step]
        low = min(0.0, float(h.min()))
        look: dict[str, Any] = dict(
            values=h, value_range=(low, max(float(h.max()), low + 1.0)),
            details=self._sums_behind(step), words=self._words(step),
        )  # fmt: skip
        with self.view.hold_sync():
            if self.pixels.value:
                self._draw_image(look)
            else:
                E = self.graph.num_edges
                self.view.shape = "circle"
                self.view.draw(
                    self.graph, edge_values=self.weights.value[:E], edge_details=self.weights.behind[:E],
                    below=self._below(), **look,
                )  # fmt: skip
        if len(h) <= _MOST_NAMED:
            self.history.value = self._table(step)

    def _draw_image(self, look: dict[str, Any]) -> None:
        """Squares that touch, in place of nodes and edges."""
        places = torch.tensor(self.view.positions)
        gap = float(torch.cdist(places, places).fill_diagonal_(torch.inf).min())
        sides = torch.full((len(places),), gap / 2 / self.view.radius)
        self.view.shape = "square"
        self.view.draw(Graph(self.graph.edge_index[:, :0], num_nodes=len(places)), radii=sides, **look)

    def _below(self) -> list[str]:
        """Names, with the degrees that the weights are made of."""
        if len(self.names) > _MOST_NAMED:
            return [""] * len(self.names)
        pairs = zip(self.names, self.weights.degrees, strict=True)
        return [f"{name}, d = {degree}" for name, degree in pairs]

    def _sums_behind(self, step: int) -> list[str]:
        if not step:
            pairs = zip(self.names, self.values[0].tolist(), strict=True)
            return [f"{name} starts with {number(value)}." for name, value in pairs]
        texts = self._gathered(step) if step % 2 else self._scaled(step)
        tried = self.tried[step - 1]
        assert tried.value is not None  # steps that failed are not played
        for node in (~tried.agrees()[:, 0]).nonzero().flatten().tolist():
            texts[node] += f" Your layer gives {number(tried.value[node, 0].item())}."
        return texts

    def _gathered(self, step: int) -> list[str]:
        before = self.values[step - 1].tolist()
        inbox: list[list[tuple[int, float]]] = [[] for _ in before]
        for (source, target), weight in zip(
            self.weights.edges.T.tolist(), self.weights.value.tolist(), strict=True
        ):
            inbox[target].append((source, weight))
        texts = []
        for name, heard in zip(self.names, inbox, strict=True):
            told = arithmetic("sum", [before[source] for source, _ in heard], [weight for _, weight in heard])
            hears = ", ".join(self.names[source] for source, _ in heard[:-1])  # its own loop is the last
            texts.append(f"{name} hears {hears + ' and ' if hears else ''}itself: {told}.")
        return texts

    def _scaled(self, step: int) -> list[str]:
        W, texts = self.scales[step // 2 - 1].value, []
        for name, value in zip(self.names, self.values[step - 1].tolist(), strict=True):
            text = f"{name} gathered {number(value)}. Times W = {W}: {number(W * value)}."
            texts.append(text + (f" ReLU keeps {number(max(W * value, 0.0))}." if step == 2 else ""))
        return texts

    def _words(self, step: int) -> str:
        words, h = f"Step {step} of {len(_STEPS) - 1}, {_STEPS[step]}.", self.values[step].tolist()
        if len(h) > _MOST_SPOKEN:
            return words
        pairs = zip(self.names, h, strict=True)
        return f"{words} " + ", ".join(f"{name}: {number(value)}" for name, value in pairs) + "."

    def _table(self, step: int) -> str:
        history = torch.stack(self.values[: step + 1], dim=1).tolist()
        cells = [[number(value) for value in row] for row in history]
        return table("What each node holds, step by step", self.names, _STEPS[: step + 1], cells)


def _is_image(graph: Graph) -> bool:
    """Whether the nodes stand in full rows and columns, as pixels do."""
    if graph.pos is None:
        return False
    places = {(x, y) for x, y in graph.pos.tolist()}
    columns, rows = ({place[axis] for place in places} for axis in (0, 1))
    return min(len(rows), len(columns)) > 1 and len(rows) * len(columns) == len(places) == graph.num_nodes


def _ours(in_channels: int, out_channels: int) -> nn.Module:
    return GCNConv(in_channels, out_channels, normalize=False)


def _with_weight(layer: Callable[..., Any], W: float) -> Callable[..., Any]:
    """The layer, from one column to one, with this W and no bias."""
    state = {"lin.weight": torch.tensor([[float(W)]]), "bias": torch.zeros(1)}
    call = Call({}, build={"in_channels": 1, "out_channels": 1}, state=state)

    def forward(x: Tensor, edge_index: Tensor, weight: Tensor) -> Any:
        return build(layer, call)(x, edge_index, weight)

    return update_wrapper(forward, layer)
