"""The weights in the playground of gcn.py: the learner's, the arithmetic behind each, and their matrix."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.attempt import attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.matrix import matrix_view


class EdgeWeights:
    """edges [2, E + N], with a loop on every node at the end; value [E + N]; `behind` says how each came.

    message: what there is to say about the learner's function. If that fails, value is the library's, so
    that there is a picture from the beginning.
    """

    def __init__(self, function: Callable[[Tensor, int], Any] | None, graph: Graph) -> None:
        N, loops = graph.num_nodes, torch.arange(graph.num_nodes)
        self.names = node_names(graph)
        self.edges = torch.cat([graph.edge_index, torch.stack([loops, loops])], dim=1)
        self.degrees: list[int] = _degrees(self.edges, N).int().tolist()
        tried = attempt(function, _both_roots, edge_index=self.edges, num_nodes=N)
        self.value, self.message, self.ours = tried.ours, tried.message, tried.ours
        self.wrong: list[int] = []
        if tried.value is None:
            self.message += "<p>Until it runs, the weights are the library's.</p>"
        else:
            self.value, self.wrong = tried.value, (~tried.agrees()).nonzero().flatten().tolist()
        self.behind = [self._behind(e, i, j) for e, (i, j) in enumerate(self.edges.T.tolist())]

    def _behind(self, edge: int, source: int, target: int) -> str:
        product = f"{self.degrees[source]} · {self.degrees[target]}"
        ours = f"1 / √({product}) = {number(self.ours[edge].item())}"
        text = f"{self.names[source]} -> {self.names[target]}: {ours}."
        if edge in self.wrong:
            text += f" Your function gives {number(self.value[edge].item())}."
        return text

    def matrix(self) -> GraphView:
        """S, with a ring around the entries that are not the library's."""
        N, names = len(self.names), self.names
        cells = self.edges[0] * N + self.edges[1]
        S = torch.zeros(N * N, dtype=torch.float64).index_add(0, cells, self.value)
        details = [f"{i} -> {j}: no edge, no weight." for i in names for j in names]
        for cell, text in zip(cells.tolist(), self.behind, strict=True):
            details[cell] = text if "no edge" in details[cell] else f"{details[cell]} And {text}"
        view = matrix_view(names, names)
        view.hint = "The matrix S: the sender on the left, the receiver on top. Point at a cell."
        view.draw(
            values=S, value_range=(min(0.0, float(S.min())), max(1.0, float(S.max()))), legend=False,
            strong=sorted({*cells[self.wrong].tolist()}), details=details,
            node_words=[text.replace("->", "to") for text in details], words=self._words(S.view(N, N)),
        )  # fmt: skip
        return view

    def _words(self, S: Tensor) -> str:
        sums = zip(S.sum(0).tolist(), self.names, strict=True)
        told = ", ".join(f"{number(total)} at {name}" for total, name in sums)
        words = f"The matrix S. The weights that arrive add up to {told}."
        if self.wrong:
            words += f" {len(self.wrong)} edges have a ring: there your function differs from the library's."
        return words


def _both_roots(edge_index: Tensor, num_nodes: int) -> Tensor:
    degree = _degrees(edge_index, num_nodes)
    return (degree[edge_index[0]] * degree[edge_index[1]]) ** -0.5


def _degrees(edge_index: Tensor, num_nodes: int) -> Tensor:
    return torch.bincount(edge_index[1], minlength=num_nodes).float()
