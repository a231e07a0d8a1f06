"""The heads in the playground of attention.py: what each looks for, and the sum behind every score.

Each node has two numbers, as the ratings of a comedy and of a thriller in lesson 4; W of GAT is the identity.
The two heads of GAT love thrillers, or comedies, whoever listens. Those of GATv2 compare the sender's taste
(thriller minus comedy) with the listener's.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.calls import Input
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic

_TASTE = torch.tensor([[-1.0, 1.0], [1.0, -1.0]])  # x @ _TASTE: the taste, and its opposite


class Head(NamedTuple):
    """What it looks for, and what its scores are called with, besides x, edge_index and the slope."""

    name: str
    weights: dict[str, Tensor]

    def inputs(self, x: Tensor, edge_index: Tensor, slope: float) -> dict[str, Input]:
        first = "h" if "a_src" in self.weights else "x"
        return {first: x, "edge_index": edge_index, **self.weights, "slope": slope}


def gat_scores(h: Tensor, edge_index: Tensor, a_dst: Tensor, a_src: Tensor, slope: float) -> Tensor:
    return F.leaky_relu((h @ a_dst)[edge_index[1]] + (h @ a_src)[edge_index[0]], slope)


def v2_scores(x: Tensor, edge_index: Tensor, W_dst: Tensor, W_src: Tensor, a: Tensor, slope: float) -> Tensor:
    return F.leaky_relu((x @ W_dst)[edge_index[1]] + (x @ W_src)[edge_index[0]], slope) @ a


def _gat(name: str, a_dst: list[float], a_src: list[float]) -> Head:
    return Head(name, {"a_dst": torch.tensor(a_dst), "a_src": torch.tensor(a_src)})


def _v2(name: str, a: list[float]) -> Head:
    return Head(name, {"W_dst": -_TASTE, "W_src": _TASTE, "a": torch.tensor(a)})


HEADS = {
    "GAT": (
        _gat("loves thrillers", [1.0, 0.0], [-1.0, 1.0]),
        _gat("loves comedies", [0.0, 1.0], [1.0, -1.0]),
    ),
    "GATv2": (_v2("likes its own taste", [-0.5, -0.5]), _v2("likes another taste", [0.5, 0.5])),
}
SCORES: dict[str, Callable[..., Tensor]] = {"GAT": gat_scores, "GATv2": v2_scores}


def sum_behind(head: Head, x: Tensor, source: int, target: int, slope: float) -> str:
    """How the score of an edge is made: for GAT a sum of two numbers, for GATv2 a product with a."""
    if "a" not in head.weights:
        parts = [float(x[target] @ head.weights["a_dst"]), float(x[source] @ head.weights["a_src"])]
        told, total = arithmetic("sum", parts), sum(parts)
        return told if slope == 1 or total >= 0 else f"{told}, bent to {number(slope * total)}"
    both = x[target] @ head.weights["W_dst"] + x[source] @ head.weights["W_src"]
    told = arithmetic("sum", both.tolist(), head.weights["a"].tolist())
    if slope == 1:
        return told
    bent = F.leaky_relu(both, slope)
    told = arithmetic("sum", bent.tolist(), head.weights["a"].tolist())
    return f"{_pair(both)} bent to {_pair(bent)}, {told}"


def _pair(values: Tensor) -> str:
    return "(" + ", ".join(number(value) for value in values.tolist()) + ")"
