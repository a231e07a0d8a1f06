"""What all tasks share: how a model is called, scored, and left as it was.

A task holds the data and knows how a model is called on it, what its loss is and how its answers
are judged. `gnn_lib.train.fit` knows the rest (epochs, early stopping, the best weights), and asks a
task only for "train" and "val": the test data wait for `evaluate(model, task, "test")`.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.graph import Graph
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


def score(criterion: Loss, metric: Metric, answers: Tensor, truth: Tensor) -> Score:
    """Loss and metric of some answers."""
    loss = float(criterion(answers, truth))
    # A model that has diverged has no metric; `fit` reports the loss, and in which epoch.
    return Score(loss, float(metric(answers, truth)) if math.isfinite(loss) else math.nan)


def name_of(metric: Metric) -> str:
    """What to call a metric in a plot."""
    name = getattr(metric, "__name__", "<unnamed>")
    return "metric" if name.startswith("<") else name.replace("_", " ")
