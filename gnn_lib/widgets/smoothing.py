"""A stack of layers gets deeper: what the nodes hold, how much energy is left, and what a remedy does."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.datasets import karate_club
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.curves import CurveView
from gnn_lib.widgets.deep import JUMPING, PAIR_NORM, REMEDIES, RESIDUAL, Deep, StoppedError, run_deep
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Playground, button, choice, slider, tick

Function = Callable[..., Any]
_SIDES, _RANDOM, _ONE = "the two sides", "random numbers", "a 1 where I click"
_LOWEST = -6  # powers of ten: near what float32 can tell from nothing
_ROOMY = 20  # nodes: with more, there is no space for numbers in them


def play_smoothing(
    energy: Function | None = None,
    drop_edge: Function | None = None,
    pair_norm: Function | None = None,
    jump: Function | None = None,
    graph: Graph | None = None,
    depth: int = 32,
) -> Playground:
    """Go deeper layer by layer, switch remedies on, and watch the nodes and the energy that is left.

    energy: your `dirichlet_energy(x, edge_index)`; drop_edge: your `drop_edge(edge_index, coins, p)`;
    pair_norm: your `pair_norm(x, scale)`; jump: your `jump(layers)`; None: the library's.
    """
    own = {"energy": energy, "drop_edge": drop_edge, "pair_norm": pair_norm, "jump": jump}
    return _Smoothing(own, graph or karate_club(), depth).play


class _Smoothing:
    """`deep` is the stack that is drawn; `plain` the same without remedies, by the library."""

    def __init__(self, own: dict[str, Function | None], graph: Graph, depth: int) -> None:
        if not graph.num_nodes or depth < 1:
            raise ValueError(f"this takes a node and a layer at least; got {graph.num_nodes} and {depth}.")
        self.own, self.graph, self.most, self.names = own, graph, depth, node_names(graph)
        hint = "Click a node to start from it. Point at one to see its sum."
        self.view = GraphView(graph, hint=hint, size=(480.0, 320.0))
        self.curve = CurveView(
            depth + 1, _LOWEST, "layers", "energy / size", "Click a point to go to that layer."
        )
        self.play = Playground("Deeper and deeper", [self.view, self.curve])
        starts = [_RANDOM, _ONE] if graph.y is None else [_SIDES, _RANDOM, _ONE]
        self.start = choice("start", starts, self.replay)
        self.depth = slider("layers", 0, depth, self.show)
        self.remedies = {name: tick(name, self.replay) for name in REMEDIES}
        self.play.add_control(
            button("◀ Back", lambda: self.step(-1), "One layer less"),
            button("Deeper ▶", lambda: self.step(1), "One layer more"),
            self.depth, self.start, *self.remedies.values(),
            button("Other coins", self.toss, "Let DropEdge draw other edges"),
        )  # fmt: skip
        self.view.on_click(self.inject)
        self.curve.on_click(self.jump_to)
        self.origin, self.seed = 0, 0
        self.deep = self._run(set(), {})  # a picture, also if the learner's functions give none
        self.plain = self.deep.curve
        self.show()
        self.replay()

    # What a hand does.

    def inject(self, node: int) -> None:
        self.origin = node
        if self.start.value == _ONE:
            self.replay()
        else:
            self.start.value = _ONE  # plays anew

    def jump_to(self, point: int) -> None:
        self.depth.value = point % (self.most + 1)

    def step(self, layers: int) -> None:
        if layers > 0 and self.depth.value < self.most:
            self.view.send_messages()
        self.depth.value = min(max(self.depth.value + layers, 0), self.most)

    def toss(self) -> None:
        self.seed += 1
        self.replay()

    def replay(self) -> None:
        """Something has changed: all layers anew. If one of the learner's functions stops, the old stay."""
        self.plain = self._run(set(), {}).curve
        try:
            self.deep = self._run({name for name, box in self.remedies.items() if box.value}, self.own)
        except StoppedError as stopped:
            self.play.say(str(stopped))
            return
        self.play.say(self.deep.note)
        self.show()

    # What comes of it.

    def _run(self, remedies: set[str], own: dict[str, Function | None]) -> Deep:
        return run_deep(self._first(), self.graph.edge_index, self.most, remedies, own, self.seed)

    def _first(self) -> Tensor:
        N = self.graph.num_nodes
        if self.start.value == _SIDES and self.graph.y is not None:
            return self.graph.y.double()
        if self.start.value == _RANDOM:
            return torch.rand(N, generator=torch.Generator().manual_seed(0)).double()
        return (torch.arange(N) == self.origin).double()

    # What is seen.

    def show(self) -> None:
        k = self.depth.value
        read = self.deep.read[k].mean(1)  # the exit sees all layers: in one colour, that is their mean
        most = max(float(read.abs().max()), 1e-30)
        self.view.draw(
            values=read / most, value_range=(-1.0 if bool((read < 0).any()) else 0.0, 1.0),
            inside=[number(round(value, 3)) for value in read.tolist()] if len(read) <= _ROOMY else False,
            strong=[self.origin] if self.start.value == _ONE else [], faint_edges=self._dropped(k),
            details=self._sums_behind(k), words=self._words(k), below=self._below(),
        )  # fmt: skip
        sizes = [number(value) for value in self.deep.curve]
        beside = [
            f"; without remedies, {number(value)}" if self.deep.remedies else "" for value in self.plain
        ]
        told = [f"After {n} layers, energy / size is {sizes[n]}{beside[n]}." for n in range(len(sizes))]
        on = ", ".join(name for name in REMEDIES if name in self.deep.remedies) or "no remedy"
        self.curve.show(
            self.deep.curve, self.plain, k, told,
            f"Energy divided by size against layers, with {on}: 1 layer {sizes[1]}, "
            f"{self.most} layers {sizes[-1]}; without remedies {number(self.plain[-1])}. Now: {sizes[k]}.",
        )  # fmt: skip

    def _below(self) -> list[str] | None:
        return None if len(self.names) <= _ROOMY else [n if not n.isdigit() else "" for n in self.names]

    def _dropped(self, k: int) -> list[int]:
        """The lines along which this layer gathered nothing, either way."""
        if not k:
            return []
        kept = {tuple(edge) for edge in self.deep.edges[k - 1].T.tolist()}
        ends = enumerate(self.graph.edge_index.T.tolist())
        return [e for e, (i, j) in ends if (i, j) not in kept and (j, i) not in kept]

    def _sums_behind(self, k: int) -> list[str]:
        now = [number(value) for value in self.deep.h[k].flatten().tolist()]
        if not k:
            return [f"{name} starts with {value}." for name, value in zip(self.names, now, strict=True)]
        before = self.deep.h[k - 1].flatten().tolist()
        terms: list[list[tuple[float, float]]] = [[] for _ in now]
        ends = self.deep.edges[k - 1].T.tolist()
        for (i, j), weight in zip(ends, self.deep.weights[k - 1].tolist(), strict=True):
            terms[j].append((before[i], weight))
        texts = []
        for node, name in enumerate(self.names):
            heard, weights = zip(*terms[node], strict=True)
            text = f"{name} gathers {arithmetic('sum', heard, weights)}."
            if RESIDUAL in self.deep.remedies:
                text += f" Halfway between that and its own {number(before[node])}."
            if PAIR_NORM in self.deep.remedies:
                text += " Centred and scaled."
            if self.deep.remedies & {RESIDUAL, PAIR_NORM}:
                text += f" It holds {now[node]}."
            if JUMPING in self.deep.remedies:
                text += f" The exit also sees the {k} layers before; their mean is the colour."
            texts.append(text)
        return texts

    def _words(self, k: int) -> str:
        h = self.deep.h[k].flatten()
        low, high = int(h.argmin()), int(h.argmax())
        return (
            f"After {k} of {self.most} layers: {self.names[high]} holds the most, {number(float(h[high]))}, "
            f"{self.names[low]} the least, {number(float(h[low]))}."
        )
