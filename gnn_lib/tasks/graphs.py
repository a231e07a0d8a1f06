"""Questions about whole graphs: a batch of them at a time, as one disjoint union."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from gnn_lib.batch import batch_graphs
from gnn_lib.graph import Graph
from gnn_lib.metrics import accuracy
from gnn_lib.tasks.base import Inputs, Loss, Metric, Score, Split, cross_entropy, evaluating, name_of, score
from gnn_lib.validate import check_rows


def graph_inputs(batch: Graph) -> tuple[Any, ...]:
    """A model of graphs is called as model(x, edges, batch)."""
    return batch.x, batch.adjacency, batch.batch


class GraphTask:
    """Classify whole graphs, a batch at a time.

    train, val, test: lists of graphs, each with graph_y [1]. The model answers one row for each
    graph of a batch, [G, C]. The training graphs are shuffled anew each epoch, by `generator`.
    loss, metric: functions of (scores [G, C], y [G]).
    inputs: what the model is called with: (x, edges, batch), unless it wants more.
    """

    def __init__(
        self,
        train: Sequence[Graph],
        val: Sequence[Graph] = (),
        test: Sequence[Graph] = (),
        *,
        batch_size: int = 32,
        loss: Loss = cross_entropy,
        metric: Metric = accuracy,
        inputs: Inputs = graph_inputs,
        generator: torch.Generator | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size!r}.")
        self.criterion, self.metric, self.metric_name = loss, metric, name_of(metric)
        self._train, self._batch_size, self._generator = list(train), batch_size, generator
        self._inputs = inputs
        # What is only evaluated is batched once: its edges are then indexed once as well.
        lists: dict[Split, Sequence[Graph]] = {"train": train, "val": val, "test": test}
        self._fixed = {split: self._batch(graphs, split) for split, graphs in lists.items() if graphs}
        self.splits = tuple(self._fixed)
        if "train" not in self.splits:
            raise ValueError("train is empty: a model needs at least one graph to learn from.")

    def batches(self) -> Iterator[Graph]:
        order = torch.randperm(len(self._train), generator=self._generator).tolist()
        yield from self._batch([self._train[i] for i in order], "train")

    def loss(self, model: nn.Module, batch: Graph) -> Tensor:
        return self.criterion(*self._answer(model, batch))

    def evaluate(self, model: nn.Module, *splits: Split) -> list[Score]:
        with evaluating(model):
            return [self._evaluate(model, split) for split in splits]

    def _evaluate(self, model: nn.Module, split: Split) -> Score:
        if split not in self._fixed:
            raise ValueError(f"the task has no {split} graphs: pass them as GraphTask(..., {split}=[...]).")
        answers = [self._answer(model, batch) for batch in self._fixed[split]]
        scores, y = zip(*answers, strict=True)
        return score(self.criterion, self.metric, torch.cat(scores), torch.cat(y))

    def _answer(self, model: nn.Module, batch: Graph) -> tuple[Tensor, Tensor]:
        assert batch.graph_y is not None
        scores = model(*self._inputs(batch))
        return check_rows(scores, batch.num_graphs, "the model's output", "graph"), batch.graph_y

    def _batch(self, graphs: Sequence[Graph], split: str) -> list[Graph]:
        for position, graph in enumerate(graphs):
            if graph.graph_y is None:
                raise ValueError(f"{split}[{position}] has no graph_y: add its label with graph.replace.")
        starts = range(0, len(graphs), self._batch_size)
        return [batch_graphs(graphs[start : start + self._batch_size]) for start in starts]
