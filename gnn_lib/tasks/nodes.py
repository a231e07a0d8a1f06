"""Questions about nodes: one graph, whose masks say which nodes teach and which judge."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.metrics import accuracy
from gnn_lib.tasks.base import Inputs, Loss, Metric, Score, Split, cross_entropy, evaluating, name_of, score
from gnn_lib.validate import check_rows


def node_inputs(graph: Graph) -> tuple[Any, ...]:
    """A model of nodes or links is called as model(x, edges)."""
    return graph.x, graph.adjacency


class NodeTask:
    """Classify the nodes of one graph, of which the masks say who is for training.

    graph: with y and train_mask, val_mask if you can (test_mask is for `evaluate`). The model
    answers for all nodes at once, [N, C]; only the rows of a mask are scored.
    loss, metric: functions of (scores [K, C], y [K]).
    inputs: what the model is called with: (x, edges), unless it wants more, such as edge types.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        loss: Loss = cross_entropy,
        metric: Metric = accuracy,
        inputs: Inputs = node_inputs,
    ) -> None:
        if graph.y is None:
            raise ValueError("the graph has no y: give it the labels with graph.replace(y=...).")
        self.criterion, self.metric, self.metric_name = loss, metric, name_of(metric)
        self._graph, self._y, self._inputs = graph, graph.y, inputs(graph)
        self._rows = _rows_by_split(graph)
        self.splits = tuple(self._rows)

    def batches(self) -> Iterable[Graph]:
        return [self._graph]

    def loss(self, model: nn.Module, batch: Graph) -> Tensor:
        return self.criterion(*self._pick(self._answer(model), "train"))

    def evaluate(self, model: nn.Module, *splits: Split) -> list[Score]:
        with evaluating(model):
            answers = self._answer(model)  # one forward pass serves all splits
            return [score(self.criterion, self.metric, *self._pick(answers, split)) for split in splits]

    def _answer(self, model: nn.Module) -> Tensor:
        return check_rows(model(*self._inputs), self._graph.num_nodes, "the model's output", "node")

    def _pick(self, answers: Tensor, split: Split) -> tuple[Tensor, Tensor]:
        if split not in self._rows:
            raise ValueError(f"the graph has no {split}_mask: add it with graph.replace({split}_mask=...).")
        rows = self._rows[split]
        return answers[rows], self._y[rows]


def _rows_by_split(graph: Graph) -> dict[Split, Tensor]:
    """The node ids of each mask; training nodes may not be judged as well."""
    masks: dict[Split, Tensor | None] = {
        "train": graph.train_mask, "val": graph.val_mask, "test": graph.test_mask
    }
    rows = {split: mask.nonzero().flatten() for split, mask in masks.items() if mask is not None}
    if "train" not in rows:
        raise ValueError("the graph has no train_mask: add it with graph.replace(train_mask=...).")
    for split, ids in rows.items():
        if not ids.numel():
            raise ValueError(f"{split}_mask has no True: mark the nodes for {split}.")
        shared = 0 if split == "train" else int(torch.isin(ids, rows["train"]).sum())
        if shared:
            raise ValueError(
                f"train_mask and {split}_mask share {shared} nodes: what a model has learned by heart "
                f"can't judge it. Keep them apart, as in {split}_mask & ~train_mask."
            )
    return rows
