"""Three kinds of questions: about nodes, about links, about whole graphs.

A task holds the data and knows how a model is called on it, what its loss is and how its answers
are judged. `gnn_lib.train.fit` knows the rest (epochs, early stopping, the best weights), and asks a
task only for "train" and "val": the test data wait for `evaluate(model, task, "test")`.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.batch import batch_graphs
from gnn_lib.graph import Graph
from gnn_lib.metrics import accuracy
from gnn_lib.validate import check_rows, check_tensor, describe

Split = Literal["train", "val", "test"]
Loss = Callable[[Tensor, Tensor], Tensor]  # (answers, truth) -> a scalar with a gradient
Metric = Callable[[Tensor, Tensor], float]  # (answers, truth) -> a number, the higher the better
Inputs = Callable[[Graph], tuple[Any, ...]]  # what the model is called with


class Score(NamedTuple):
    """How well a model does on one split: a mean loss and a metric (higher is better)."""

    loss: float
    metric: float


class Task(Protocol):
    """What `fit` asks of a task. Anything with these will do."""

    metric_name: str
    splits: tuple[Split, ...]  # those that there are data for

    def batches(self) -> Iterable[Any]:
        """What one epoch goes through, one optimiser step each."""

    def loss(self, model: nn.Module, batch: Any) -> Tensor:
        """The training loss on one batch, with its gradient."""

    def evaluate(self, model: nn.Module, *splits: Split) -> list[Score]:
        """The scores on the splits, in evaluation mode; the model's mode is as before afterwards."""


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Dropout off, no gradients; every module has its own mode back at the end."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def cross_entropy(scores: Tensor, y: Tensor) -> Tensor:
    """The usual loss for classes: scores [K, C] (logits), y [K] class ids. Mean over rows."""
    check_rows(check_tensor(scores, "the model's output"), len(y), "the model's output", "label")
    if y.is_floating_point() or y.dim() != 1:
        raise TypeError(
            f"y must be [K] class ids (torch.int64), got {describe(y)}. For many labels a node, pass "
            "loss=torch.nn.functional.binary_cross_entropy_with_logits; for numbers, mse_loss."
        )
    if scores.dim() != 2 or int(y.min()) < 0 or int(y.max()) >= scores.size(1):
        raise ValueError(
            f"the model's output must be [K, C] with a column for each class of y, {int(y.min())} to "
            f"{int(y.max())}; it is {list(scores.shape)}. Give the last layer more outputs, or mend y."
        )
    return F.cross_entropy(scores, y)


def node_inputs(graph: Graph) -> tuple[Any, ...]:
    """A model of nodes or links is called as model(x, edges)."""
    return graph.x, graph.adjacency


def graph_inputs(batch: Graph) -> tuple[Any, ...]:
    """A model of graphs is called as model(x, edges, batch)."""
    return batch.x, batch.adjacency, batch.batch


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
        self.criterion, self.metric, self.metric_name = loss, metric, _name(metric)
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
            return [_score(self, *self._pick(answers, split)) for split in splits]

    def _answer(self, model: nn.Module) -> Tensor:
        return check_rows(model(*self._inputs), self._graph.num_nodes, "the model's output", "node")

    def _pick(self, answers: Tensor, split: Split) -> tuple[Tensor, Tensor]:
        if split not in self._rows:
            raise ValueError(f"the graph has no {split}_mask: add it with graph.replace({split}_mask=...).")
        rows = self._rows[split]
        return answers[rows], self._y[rows]


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
        self.criterion, self.metric, self.metric_name = loss, metric, _name(metric)
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
        return _score(self, torch.cat(scores), torch.cat(y))

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


def _score(task: "NodeTask | GraphTask", answers: Tensor, truth: Tensor) -> Score:
    loss = float(task.criterion(answers, truth))
    # A model that has diverged has no metric; `fit` reports the loss, and in which epoch.
    return Score(loss, float(task.metric(answers, truth)) if math.isfinite(loss) else math.nan)


def _name(metric: Metric) -> str:
    name = getattr(metric, "__name__", "<unnamed>")
    return "metric" if name.startswith("<") else name.replace("_", " ")


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
