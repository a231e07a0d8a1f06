"""The loop against a script: what is kept, when it stops, what it never looks at."""

import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from gnn_lib.tasks import NodeTask, Score, evaluating
from gnn_lib.train import History, evaluate, fit, seed_everything
from tests.tasks.models import DenseGCN, two_blocks


class Counter(nn.Module):
    """One weight, which counts the steps taken: its gradient is always -1."""

    def __init__(self):
        super().__init__()
        self.steps = nn.Parameter(torch.zeros(()))
        self.register_buffer("batches_seen", torch.zeros(()))


class Scripted:
    """A task whose validation scores are known beforehand."""

    metric_name = "accuracy"
    splits = ("train", "val", "test")

    def __init__(self, val_metrics, val_losses=None):
        self.val_metrics = val_metrics
        self.val_losses = val_losses or [1.0] * len(val_metrics)
        self.asked, self.modes = [], []

    def batches(self):
        return [None]

    def loss(self, model, batch):
        self.modes.append(model.training)
        model.batches_seen += 1
        return -model.steps

    def evaluate(self, model, *splits):
        self.asked.append(splits)
        epoch = len(self.asked) - 1
        return [Score(0.5, 0.5), Score(self.val_losses[epoch], self.val_metrics[epoch])]


def run(task, **options):
    model = Counter()
    options.setdefault("epochs", len(task.val_metrics))
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    return model, fit(model, task, optimiser=optimiser, progress=False, **options)


def test_stops_after_patience_epochs_without_a_better_score():
    task = Scripted([0.1, 0.3, 0.2, 0.5, 0.4, 0.4, 0.4, 0.9])
    model, history = run(task, patience=3)
    assert history.val_metric == [0.1, 0.3, 0.2, 0.5, 0.4, 0.4, 0.4]
    assert history.best_epoch == 3
    assert model.steps.item() == 4  # the weights after the fourth epoch, exactly
    assert model.batches_seen.item() == 4  # buffers too


def test_without_patience_all_epochs_run_and_the_best_is_put_back():
    task = Scripted([0.1, 0.3, 0.2, 0.5, 0.4, 0.4, 0.4, 0.9, 0.0])
    model, history = run(task)
    assert len(history) == 9
    assert (history.best_epoch, model.steps.item()) == (7, 8)


def test_a_tie_goes_to_the_lower_loss_and_then_to_the_earlier_epoch():
    _, history = run(Scripted([0.5, 0.5, 0.5, 0.5], [3.0, 2.0, 2.5, 2.0]))
    assert history.best_epoch == 1


def test_monitor_val_loss_ignores_the_metric():
    task = Scripted([0.9, 0.1, 0.2, 0.3, 0.9], [3.0, 2.0, 1.0, 2.0, 2.0])
    model, history = run(task, monitor="val_loss", patience=2)
    assert (history.best_epoch, len(history), model.steps.item()) == (2, 5, 3)


def test_the_loop_asks_for_training_and_validation_only():
    task = Scripted([0.1, 0.2, 0.3])
    run(task)
    assert task.asked == [("train", "val")] * 3


def test_trains_in_training_mode_and_ends_in_evaluation_mode():
    task = Scripted([0.1, 0.2])
    model, _ = run(task)
    assert task.modes == [True, True]
    assert not model.training


def test_without_validation_data_the_last_weights_stay():
    task = Scripted([0.9, 0.1, 0.2])
    task.splits = ("train", "test")
    task.evaluate = lambda model, *splits: task.asked.append(splits) or [Score(0.5, 0.25)]
    model, history = run(task)
    assert task.asked == [("train",)] * 3
    assert (len(history), history.best_epoch, model.steps.item()) == (3, 2, 3)
    assert (history.val_loss, history.val_metric) == ([], [])
    assert "best 2: train loss 0.5000, train accuracy 0.2500" in repr(history)
    with pytest.raises(ValueError, match="patience needs validation data"):
        run(task, patience=2)


def test_the_scheduler_steps_once_an_epoch():
    model = Counter()
    optimiser = torch.optim.SGD(model.parameters(), lr=1.0)
    halve = torch.optim.lr_scheduler.StepLR(optimiser, step_size=1, gamma=0.5)
    fit(model, Scripted([0.1, 0.2, 0.3]), epochs=3, optimiser=optimiser, scheduler=halve, progress=False)
    assert model.steps.item() == 1 + 0.5 + 0.25


def test_history_says_what_happened_in_a_line():
    _, history = run(Scripted([0.1, 0.75], [3.0, 2.0]))
    history.seconds = 1.25
    assert repr(history) == "History(2 epochs in 1.2 s, best 1: val loss 2.0000, val accuracy 0.7500)"
    assert repr(History()) == "History(no epochs yet)"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 up, got int 0"),
        ({"epochs": 2.5}, "epochs must be a whole number"),
        ({"patience": 0}, "patience must be a whole number"),
        ({"monitor": "test_metric"}, "monitor must be one of 'val_metric', 'val_loss'"),
    ],
)
def test_refuses_what_makes_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        run(Scripted([0.1]), **options)


def test_progress_off_prints_nothing(capfd):
    run(Scripted([0.1, 0.2]))
    assert capfd.readouterr() == ("", "")


def test_progress_on_shows_a_bar_of_all_epochs(capfd):
    fit(Counter(), Scripted([0.1, 0.2]), epochs=2)
    assert "0/2" in capfd.readouterr().err


def test_no_warning_in_a_notebook_without_ipywidgets(monkeypatch, capfd):
    """tqdm would warn here, and warnings are errors in tests."""
    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(HTML=None, display=None))
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # as if it were not installed
    for module in ("tqdm.auto", "tqdm.autonotebook", "tqdm.notebook"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    fit(Counter(), Scripted([0.1, 0.2]), epochs=2)
    assert "0/2" in capfd.readouterr().err


def test_seed_everything_seeds_all_three():
    def draw():
        return random.random(), np.random.rand(), torch.rand(()).item()

    seed_everything(5)
    first = draw()
    seed_everything(5)
    assert draw() == first
    seed_everything(6)
    assert all(a != b for a, b in zip(draw(), first, strict=True))


@pytest.mark.parametrize(("broken", "message"), [
    (([float("nan")], [1.0]), "val metric is nan in epoch 0"),
    (([0.5, 0.5], [1.0, float("nan")]), "val loss is nan in epoch 1"),
    (([0.5, 0.5], [1.0, float("inf")]), "val loss is inf in epoch 1"),
])
def test_a_score_that_is_no_number_is_never_compared(broken, message):
    with pytest.raises(FloatingPointError, match=message):
        run(Scripted(*broken))


def test_modes_come_back_after_an_error():
    model = DenseGCN(4, 2).train()
    with pytest.raises(AttributeError), evaluating(model):
        model.no_such_layer  # noqa: B018
    assert model.dropout.training


def test_evaluate_leaves_every_modules_mode_and_no_gradient():
    graph = two_blocks()
    model = DenseGCN(4, 2).train()
    model.dropout.eval()  # frozen on purpose
    task = NodeTask(graph)
    first, again = evaluate(model, task), evaluate(model, task)
    assert first == again
    assert model.training
    assert not model.dropout.training
    assert all(parameter.grad is None for parameter in model.parameters())
