"""Training: one loop for every task, and nothing in it that looks at the test data.

Each epoch takes the optimiser's steps, then scores the training and the validation data with
dropout off. The weights of the best validation score are kept and put back at the end.

>>> from gnn_lib.graph import Graph
>>> from gnn_lib.tasks import NodeTask
>>> class Linear(torch.nn.Linear):  # a model of nodes is called as model(x, edges)
...     def forward(self, x, edges):
...         return super().forward(x)
>>> mask = torch.tensor([True, True, False, False])
>>> graph = Graph(torch.tensor([[0, 1], [2, 3]]), x=torch.tensor([[1.0], [-1.0], [2.0], [-2.0]]),
...               y=torch.tensor([0, 1, 0, 1]), train_mask=mask, val_mask=~mask)
>>> seed_everything(0)
>>> model, task = Linear(1, 2), NodeTask(graph)
>>> history = fit(model, task, epochs=50, progress=False)
>>> history.val_metric[history.best_epoch]
1.0
"""

import copy
import math
import random
import time
import warnings
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from gnn_lib.tasks import Score, Split, Task
from gnn_lib.validate import check_choice, describe

Monitor = Literal["val_metric", "val_loss"]


def seed_everything(seed: int) -> None:
    """Seed Python, NumPy and torch (on every device), so that a run repeats."""
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


@dataclass(repr=False)
class History:
    """What happened in each epoch, one number per epoch in each list; `gnn_lib.plot` draws it.

    Losses and metrics are those after the epoch's steps, with dropout off. Epochs count from 0, so
    `val_metric[best_epoch]` is the score of the weights that were kept. Without validation data the
    two val lists stay empty, and the last epoch counts as the best.
    """

    metric_name: str = "metric"
    monitor: Monitor = "val_metric"
    train_loss: list[float] = field(default_factory=list)
    val_loss: list[float] = field(default_factory=list)
    train_metric: list[float] = field(default_factory=list)
    val_metric: list[float] = field(default_factory=list)
    best_epoch: int = -1
    seconds: float = 0.0

    def __len__(self) -> int:
        """The number of epochs run."""
        return len(self.train_loss)

    def __repr__(self) -> str:
        if not len(self):
            return "History(no epochs yet)"
        best, split = self.best_epoch, "val" if self.val_loss else "train"
        loss, metric = getattr(self, f"{split}_loss")[best], getattr(self, f"{split}_metric")[best]
        return (
            f"History({len(self)} epochs in {self.seconds:.1f} s, best {best}: "
            f"{split} loss {loss:.4f}, {split} {self.metric_name} {metric:.4f})"
        )

    def add(self, train: Score, val: Score | None = None) -> bool:
        """Note one more epoch. True if it is the best so far."""
        self.train_loss.append(train.loss)
        self.train_metric.append(train.metric)
        if val is not None:
            self.val_loss.append(val.loss)
            self.val_metric.append(val.metric)
        latest = len(self) - 1
        better = val is None or self.best_epoch < 0 or self._rank(latest) > self._rank(self.best_epoch)
        if better:
            self.best_epoch = latest
        return better

    @property
    def epochs_since_best(self) -> int:
        return len(self) - 1 - self.best_epoch

    def _rank(self, epoch: int) -> tuple[float, ...]:
        """Epochs are compared by this: a tie in the metric goes to the lower loss, then to the earlier."""
        if self.monitor == "val_loss":
            return (-self.val_loss[epoch],)
        return self.val_metric[epoch], -self.val_loss[epoch]


def fit(
    model: nn.Module,
    task: Task,
    *,
    epochs: int = 200,
    optimiser: torch.optim.Optimizer | None = None,
    scheduler: LRScheduler | None = None,
    patience: int | None = None,
    monitor: Monitor = "val_metric",
    progress: bool = True,
) -> History:
    """Train `model` on `task`; it ends with its best weights, in evaluation mode.

    task: a `NodeTask`, `GraphTask` or `LinkTask`. Its test data are not looked at. If it has no
    validation data, there is nothing to choose by: all epochs run, and the last weights stay.
    optimiser: Adam(lr=0.01, weight_decay=5e-4) unless you pass another; scheduler: its learning rate's,
    stepped once an epoch.
    patience: stop after this many epochs without a better validation score; None runs all epochs.
    monitor: what "better" means, "val_metric" (higher; ties go to the lower loss) or "val_loss" (lower).
    """
    judged: tuple[Split, ...] = ("train", "val") if "val" in task.splits else ("train",)
    _check_counts(epochs, patience, judged)
    check_choice(monitor, ("val_metric", "val_loss"), "monitor")
    optimiser = optimiser or torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    history, best, start = History(task.metric_name, monitor), None, time.perf_counter()
    model.train()
    with _progress_bar(epochs, progress) as bar:
        for epoch in range(epochs):
            for batch in task.batches():
                _step(model, task, batch, optimiser, epoch)
            scores = task.evaluate(model, *judged)
            _check_scores(scores, epoch)
            if history.add(*scores):
                best = copy.deepcopy(model.state_dict())
            if scheduler is not None:
                scheduler.step()
            bar.set_postfix_str(f"{judged[-1]} {task.metric_name} {scores[-1].metric:.3f}", refresh=False)
            bar.update()
            if patience is not None and history.epochs_since_best >= patience:
                break
    assert best is not None  # the first epoch is always the best so far
    model.load_state_dict(best)
    model.eval()
    history.seconds = time.perf_counter() - start
    return history


def evaluate(model: nn.Module, task: Task, split: Split = "test") -> Score:
    """Loss and metric on one split, with dropout off; the model's mode is as before afterwards."""
    check_choice(split, ("train", "val", "test"), "split")
    return task.evaluate(model, split)[0]


def _step(model: nn.Module, task: Task, batch: Any, optimiser: torch.optim.Optimizer, epoch: int) -> None:
    """One step of the optimiser on one batch."""

    def closure() -> float:  # a function, because some optimisers (LBFGS) ask for the loss many times
        optimiser.zero_grad()
        loss = task.loss(model, batch)
        _check_finite(value := loss.item(), "train loss", epoch)
        loss.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(closure)


def _check_scores(scores: list[Score], epoch: int) -> None:
    for split, score in zip(("train", "val"), scores, strict=False):
        _check_finite(score.loss, f"{split} loss", epoch)
        _check_finite(score.metric, f"{split} metric", epoch)


def _check_finite(value: float, name: str, epoch: int) -> None:
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the {name} is {value} in epoch {epoch}. Often the learning rate is too high (try a tenth of "
            "it), a node without neighbours is divided by its degree 0, a log or square root meets 0, or "
            "the features are huge (scale them). torch.autograd.set_detect_anomaly(True) finds the line."
        )


def _check_counts(epochs: int, patience: int | None, judged: tuple[Split, ...]) -> None:
    for name, value in (("epochs", epochs), ("patience", patience)):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ValueError(f"{name} must be a whole number from 1 up, got {describe(value)}.")
    if patience is not None and "val" not in judged:
        raise ValueError("patience needs validation data to watch: give the task some, or leave it out.")


def _progress_bar(epochs: int, progress: bool) -> Any:
    """A bar that suits where it is shown, and is gone when it is done: the history says the rest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm warns where ipywidgets is missing; its plain bar will do
        from tqdm.auto import tqdm  # type: ignore[import-untyped]
    return tqdm(total=epochs, disable=not progress, leave=False, unit="epoch")
