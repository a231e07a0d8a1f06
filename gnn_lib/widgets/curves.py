"""Curves on a log scale whose points can be pointed at and clicked: a GraphView, its nodes are the points."""

import math
from collections.abc import Sequence

import torch

from gnn_lib.graph import Graph
from gnn_lib.widgets.graph_view import GraphView

_WIDTH, _HEIGHT = 400.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 12.0, 16.0, 44.0  # room for words around the curves
_DOT = 4.5


class CurveView(GraphView):
    """Two curves of K points each, [0, K - 1] across: one to look at and, faint, one to compare it with.

    Values are from 10 ** lowest to 1, and what is outside is drawn at the border. Point k is node k.
    """

    def __init__(self, points: int, lowest: int, across: str, up: str, hint: str) -> None:
        nodes = torch.arange(2 * points)
        links = torch.stack([nodes[:-1], nodes[1:]])[:, (nodes[:-1] + 1) % points > 0]
        self.points, self.lowest = points, lowest
        super().__init__(
            Graph(links, num_nodes=2 * points), places=[(0.0, 0.0)] * 2 * points, radius=_DOT,
            size=(_WIDTH, _HEIGHT), directed=False, movable=False, zoomable=False, hint=hint,
        )  # fmt: skip
        ticks = [(self._x(k), _HEIGHT - _BOTTOM + 16, str(k)) for k in range(0, points, max(points // 4, 1))]
        ticks += [(_LEFT / 2, self._y(10.0**power), f"1e{power}") for power in range(lowest, 0, 2)]
        ticks += [(_LEFT / 2, self._y(1.0), "1"), (_WIDTH / 2, _HEIGHT - 10, f"{across} (up: {up})")]
        self.captions = [list(tick) for tick in ticks]

    def show(
        self, curve: Sequence[float], other: Sequence[float], here: int, details: Sequence[str], words: str
    ) -> None:
        """Draw both curves, [K] each, with a ring around the point that is `here`; details [K]."""
        spoken = [f"{k}: {value:.2g}" for k, value in enumerate(curve)]
        compared = [f"{k}, to compare: {value:.2g}" for k, value in enumerate(other)]
        faint = range(self.points, 2 * self.points)
        with self.hold_sync():  # places and looks go in one message
            self.positions = [
                [self._x(k), self._y(value)] for one in (curve, other) for k, value in enumerate(one)
            ]
            self.draw(
                strong=[here], faint=faint, inside=False, below=False, details=[*details, *details],
                node_words=[*spoken, *compared], words=words, legend=False,
                strong_edges=range(self.points - 1), faint_edges=range(self.points - 1, 2 * self.points - 2),
            )  # fmt: skip

    def _x(self, k: int) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - _RIGHT) * k / max(self.points - 1, 1), 1)

    def _y(self, value: float) -> float:
        share = min(max(math.log10(max(value, 1e-300)) / self.lowest, 0.0), 1.0)
        return round(_TOP + (_HEIGHT - _TOP - _BOTTOM) * share, 1)
