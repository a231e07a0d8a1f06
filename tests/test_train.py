"""One loop, three tasks: what is kept, when it stops, what it never looks at."""

import random
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gnn_lib.datasets.karate import karate_club
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.metrics import f1
from gnn_lib.splits import Links, split_links
from gnn_lib.tasks import GraphTask, LinkTask, NodeTask, Score, evaluating
from gnn_lib.train import History, evaluate, fit, seed_everything


class DenseGCN(nn.Module):
    """Two rounds of "mean over the inbox and me", written with a dense matrix."""

    def __init__(self, features, classes, hidden=8, dropout=0.2):
        super().__init__()
        self.first, self.second = nn.Linear(features, hidden), nn.Linear(hidden, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, edges, batch=None):
        A = torch.eye(len(x)).index_put(tuple(edges.edge_index), torch.tensor(1.0))
        mean = A.t() / A.sum(0)[:, None]
        out = self.second(mean @ self.dropout(self.first(mean @ x).relu()))
        if batch is None:
            return out
        return torch.zeros(int(batch.max()) + 1, out.size(1)).index_add(0, batch, out)


def two_blocks(per_block=20):
    """Two dense directed blocks, noisy features; two nodes of each block are labelled for training."""
    generator = torch.Generator().manual_seed(0)
    N = 2 * per_block
    y = torch.arange(N) // per_block
    chance = torch.where(y[:, None] == y, 0.4, 0.02)
    edge_index = (torch.rand(N, N, generator=generator) < chance).nonzero().t()
    x = torch.randn(N, 4, generator=generator) + y[:, None]
    place = torch.arange(N) % per_block
    return Graph(edge_index, x=x, y=y, train_mask=place < 2, val_mask=(place >= 2) & (place < 8),
                 test_mask=place >= 8)


def tensors_of(graph):
    return {name: value.clone() for name, value in graph.tensors()}


def adam(model, lr=0.05):
    return torch.optim.Adam(model.parameters(), lr=lr)


# --- the loop, against a script ---------------------------------------------------------------------


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


def test_the_club_is_told_apart_from_its_two_leaders_alone():
    club = karate_club()
    seed_everything(0)
    model, task = DenseGCN(34, 2, dropout=0.0), NodeTask(club)
    fit(model, task, epochs=50, progress=False)
    assert evaluate(model, task).metric > 0.9


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


# --- nodes ------------------------------------------------------------------------------------------


def test_learns_two_blocks_perfectly():
    graph = two_blocks()
    seed_everything(0)
    model, task = DenseGCN(4, 2), NodeTask(graph)
    history = fit(model, task, epochs=60, optimiser=adam(model), progress=False)
    assert evaluate(model, task).metric == 1.0
    assert history.train_loss[-1] < history.train_loss[0] / 2
    lists = (history.train_loss, history.val_loss, history.train_metric, history.val_metric)
    assert [len(values) for values in lists] == [60] * 4
    assert history.seconds > 0
    assert history.metric_name == "accuracy"


def test_the_weights_at_the_end_score_what_the_history_says():
    graph = two_blocks()
    seed_everything(1)
    model, task = DenseGCN(4, 2, dropout=0.8), NodeTask(graph)
    history = fit(model, task, epochs=30, optimiser=adam(model, lr=0.3), progress=False)
    val = evaluate(model, task, "val")
    assert val == (history.val_loss[history.best_epoch], history.val_metric[history.best_epoch])
    assert history.best_epoch < 29  # so that there was something to put back


def test_a_seed_repeats_a_run_and_another_seed_does_not():
    def losses(seed):
        seed_everything(seed)
        model = DenseGCN(4, 2)
        return fit(model, NodeTask(two_blocks()), epochs=5, progress=False).val_loss

    assert losses(3) == losses(3)
    assert losses(3) != losses(4)


def test_seed_everything_seeds_all_three():
    def draw():
        return random.random(), np.random.rand(), torch.rand(()).item()

    seed_everything(5)
    first = draw()
    seed_everything(5)
    assert draw() == first
    seed_everything(6)
    assert all(a != b for a, b in zip(draw(), first, strict=True))


@pytest.mark.parametrize("poison", [float("nan"), 1e30])
def test_test_labels_influence_nothing(poison):
    """Regression, so that a poisoned label would poison the loss; classes get the opposite label."""
    graph = two_blocks()

    def train(y, loss, metric, monitor):
        seed_everything(0)
        model = DenseGCN(4, 2)
        task = NodeTask(graph.replace(y=y), loss=loss, metric=metric)
        fit(model, task, epochs=8, monitor=monitor, patience=3, progress=False)
        return model.state_dict()

    def one_column(scores, y):
        return F.mse_loss(scores[:, 0], y)

    clean = graph.y.float()
    wrong = clean.masked_fill(graph.test_mask, poison)
    same = train(clean, one_column, one_column, "val_loss"), train(wrong, one_column, one_column, "val_loss")
    assert all(torch.equal(same[0][name], same[1][name]) for name in same[0])


def test_opposite_test_labels_influence_nothing():
    graph = two_blocks()
    opposite = torch.where(graph.test_mask, 1 - graph.y, graph.y)
    states = []
    for labels in (graph.y, opposite):
        seed_everything(0)
        model = DenseGCN(4, 2)
        fit(model, NodeTask(graph.replace(y=labels)), epochs=10, patience=4, progress=False)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_validation_labels_do_not_reach_the_gradient():
    """They choose the epoch, no more: with one epoch there is nothing to choose."""
    graph = two_blocks()
    states = []
    for labels in (graph.y, torch.where(graph.val_mask, 1 - graph.y, graph.y)):
        seed_everything(0)
        model = DenseGCN(4, 2)
        fit(model, NodeTask(graph.replace(y=labels)), epochs=1, progress=False)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_the_graph_is_never_changed():
    graph = two_blocks()
    before = tensors_of(graph)
    fit(DenseGCN(4, 2), NodeTask(graph), epochs=3, progress=False)
    after = tensors_of(graph)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.parametrize("make", [
    lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    lambda p: torch.optim.AdamW(p, lr=0.05),
    lambda p: torch.optim.LBFGS(p, lr=0.1),
])
def test_any_optimiser_of_torch_will_do(make):
    seed_everything(0)
    model = DenseGCN(4, 2, dropout=0.0)
    optimiser = make(model.parameters())
    history = fit(model, NodeTask(two_blocks()), epochs=20, optimiser=optimiser, progress=False)
    assert history.train_loss[-1] < history.train_loss[0]


def test_the_default_optimiser_is_the_papers():
    graph = two_blocks()
    states = []
    for given in (False, True):
        seed_everything(0)
        model = DenseGCN(4, 2)
        papers = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
        fit(model, NodeTask(graph), epochs=4, optimiser=papers if given else None, progress=False)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_another_metric_and_loss():
    seed_everything(0)
    task = NodeTask(two_blocks(), loss=nn.CrossEntropyLoss(label_smoothing=0.1), metric=f1)
    history = fit(DenseGCN(4, 2), task, epochs=3, progress=False)
    assert history.metric_name == "f1"
    assert NodeTask(two_blocks(), metric=lambda scores, y: 0.0).metric_name == "metric"


def test_inputs_hand_the_model_whatever_it_wants():
    class Typed(DenseGCN):
        def forward(self, x, edges, types):
            assert types.tolist() == [7] * edges.num_edges
            return super().forward(x, edges)

    graph = two_blocks()
    graph = graph.replace(edge_type=torch.full((graph.num_edges,), 7))
    task = NodeTask(graph, inputs=lambda g: (g.x, g.adjacency, g.edge_type))
    assert len(fit(Typed(4, 2), task, epochs=2, progress=False)) == 2


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


def test_modes_come_back_after_an_error():
    model = DenseGCN(4, 2).train()
    with pytest.raises(AttributeError), evaluating(model):
        model.no_such_layer  # noqa: B018
    assert model.dropout.training


def test_a_diverged_run_names_the_epoch_and_the_causes():
    model = DenseGCN(4, 2)
    wild = torch.optim.SGD(model.parameters(), lr=1e25)
    with pytest.raises(FloatingPointError, match=r"loss is (nan|inf) in epoch \d+.*learning rate"):
        fit(model, NodeTask(two_blocks()), epochs=10, optimiser=wild, progress=False)


@pytest.mark.parametrize(("broken", "message"), [
    (([float("nan")], [1.0]), "val metric is nan in epoch 0"),
    (([0.5, 0.5], [1.0, float("nan")]), "val loss is nan in epoch 1"),
    (([0.5, 0.5], [1.0, float("inf")]), "val loss is inf in epoch 1"),
])
def test_a_score_that_is_no_number_is_never_compared(broken, message):
    with pytest.raises(FloatingPointError, match=message):
        run(Scripted(*broken))


def test_nan_in_the_answers_for_validation_names_the_epoch():
    class NanOutside(DenseGCN):
        def forward(self, x, edges):
            return super().forward(x, edges).masked_fill(two_blocks().val_mask[:, None], float("nan"))

    with pytest.raises(FloatingPointError, match="val loss is nan in epoch 0"):
        fit(NanOutside(4, 2), NodeTask(two_blocks()), epochs=2, progress=False)


class TestNodeTaskRefuses:
    graph = two_blocks()

    def test_no_labels(self):
        with pytest.raises(ValueError, match="the graph has no y"):
            NodeTask(self.graph.replace(y=None))

    def test_no_training_nodes(self):
        with pytest.raises(ValueError, match="the graph has no train_mask"):
            NodeTask(self.graph.replace(train_mask=None))

    @pytest.mark.parametrize("split", ["val", "test"])
    def test_a_split_that_is_not_there(self, split):
        task = NodeTask(self.graph.replace(**{f"{split}_mask": None}))
        with pytest.raises(ValueError, match=f"the graph has no {split}_mask"):
            evaluate(DenseGCN(4, 2), task, split)

    def test_an_empty_mask(self):
        with pytest.raises(ValueError, match="val_mask has no True"):
            NodeTask(self.graph.replace(val_mask=torch.zeros(40, dtype=torch.bool)))

    @pytest.mark.parametrize("split", ["val", "test"])
    def test_training_nodes_that_are_judged_too(self, split):
        with pytest.raises(ValueError, match=f"train_mask and {split}_mask share 4 nodes"):
            NodeTask(self.graph.replace(**{f"{split}_mask": self.graph.train_mask}))

    def test_too_few_outputs(self):
        with pytest.raises(ValueError, match=r"a column for each class of y, 0 to 1; it is \[4, 1\]"):
            fit(DenseGCN(4, 1), NodeTask(self.graph), epochs=1, progress=False)

    def test_negative_labels(self):
        with pytest.raises(ValueError, match="a column for each class of y, -1 to 0"):
            fit(DenseGCN(4, 2), NodeTask(self.graph.replace(y=-self.graph.y)), epochs=1, progress=False)

    def test_float_labels(self):
        task = NodeTask(self.graph.replace(y=self.graph.y.float()))
        with pytest.raises(TypeError, match="class ids"):
            fit(DenseGCN(4, 2), task, epochs=1, progress=False)

    def test_a_model_that_answers_for_the_wrong_rows(self):
        class Short(DenseGCN):
            def forward(self, x, edges):
                return super().forward(x, edges)[1:]

        with pytest.raises(ValueError, match="the model's output must have one row per node, so 40"):
            fit(Short(4, 2), NodeTask(self.graph), epochs=1, progress=False)

    def test_an_unknown_split(self):
        with pytest.raises(ValueError, match="split must be one of"):
            evaluate(DenseGCN(4, 2), NodeTask(self.graph), "validation")


# --- graphs -----------------------------------------------------------------------------------------


def rings_and_stars(count=12, seed=0):
    """Directed rings (class 0) and stars that point outwards (class 1), of 4 to 7 nodes."""
    generator = torch.Generator().manual_seed(seed)
    graphs = []
    for i in range(count):
        N = int(torch.randint(4, 8, (1,), generator=generator))
        nodes = torch.arange(N)
        ring = torch.stack([nodes, (nodes + 1) % N])
        star = torch.stack([torch.zeros_like(nodes[1:]), nodes[1:]])
        edges = ring if i % 2 == 0 else star
        out_degree = torch.bincount(edges[0], minlength=N).float()
        graphs.append(Graph(edges, x=out_degree[:, None] / N, graph_y=torch.tensor([i % 2])))
    return graphs


def test_learns_to_tell_rings_from_stars():
    graphs = rings_and_stars(40)
    seed_everything(0)
    model = DenseGCN(1, 2, dropout=0.0)
    task = GraphTask(graphs[:20], graphs[20:30], graphs[30:], batch_size=8)
    history = fit(model, task, epochs=60, optimiser=adam(model), progress=False)
    assert evaluate(model, task).metric == 1.0
    assert len(history) == 60


def test_one_epoch_sees_every_training_graph_once_in_a_new_order():
    graphs = [graph.replace(graph_y=torch.tensor([i])) for i, graph in enumerate(rings_and_stars(10))]
    task = GraphTask(graphs, batch_size=4, generator=torch.Generator().manual_seed(0))
    epochs = [[batch.graph_y.tolist() for batch in task.batches()] for _ in range(2)]
    assert [[len(batch) for batch in epoch] for epoch in epochs] == [[4, 4, 2]] * 2
    assert [sorted(i for batch in epoch for i in batch) for epoch in epochs] == [list(range(10))] * 2
    assert epochs[0] != epochs[1]
    again = GraphTask(graphs, batch_size=4, generator=torch.Generator().manual_seed(0))
    assert [batch.graph_y.tolist() for batch in again.batches()] == epochs[0]


def test_the_score_does_not_depend_on_the_batch_size():
    graphs, model = rings_and_stars(11), DenseGCN(1, 2)
    one, many = (evaluate(model, GraphTask(graphs, test=graphs, batch_size=size)) for size in (11, 3))
    assert many.loss == pytest.approx(one.loss, rel=1e-5)
    assert many.metric == one.metric


class TestGraphTaskRefuses:
    graphs = rings_and_stars(4)

    def test_no_training_graphs(self):
        with pytest.raises(ValueError, match="train is empty"):
            GraphTask([], self.graphs)

    def test_no_validation_graphs(self):
        with pytest.raises(ValueError, match="the task has no val graphs"):
            evaluate(DenseGCN(1, 2), GraphTask(self.graphs), "val")

    def test_a_graph_without_label(self):
        with pytest.raises(ValueError, match=r"val\[1\] has no graph_y"):
            GraphTask(self.graphs, [self.graphs[0], self.graphs[1].replace(graph_y=None)])

    def test_a_batch_of_nothing(self):
        with pytest.raises(ValueError, match="batch_size must be at least 1"):
            GraphTask(self.graphs, batch_size=0)

    def test_a_model_of_nodes(self):
        class PerNode(DenseGCN):
            def forward(self, x, edges, batch):
                return super().forward(x, edges)

        with pytest.raises(ValueError, match="one row per graph, so 4 of them"):
            fit(PerNode(1, 2), GraphTask(self.graphs, self.graphs), epochs=1, progress=False)




# --- links ------------------------------------------------------------------------------------------


def two_cliques(per_block=8, seed=0, **options):
    """Two cliques, and a split of their links: who is in which clique says all there is to know."""
    blocks = torch.arange(2 * per_block) // per_block
    together = (blocks[:, None] == blocks) & ~torch.eye(2 * per_block, dtype=torch.bool)
    graph = Graph(together.nonzero().t(), x=torch.eye(2 * per_block))
    return split_links(graph, val=0.2, test=0.2, generator=torch.Generator().manual_seed(seed), **options)


def test_learns_which_links_are_missing():
    seed_everything(0)
    model = DenseGCN(16, 4, dropout=0.0)
    task = LinkTask(two_cliques(), generator=torch.Generator().manual_seed(1))
    history = fit(model, task, epochs=80, optimiser=adam(model), progress=False)
    assert history.metric_name == "roc auc"
    assert evaluate(model, task).metric > 0.95
    assert evaluate(DenseGCN(16, 4), task).metric < 0.95  # not for free


def test_messages_run_along_training_edges_only_until_the_test():
    split = two_cliques()
    seen = []

    class Spy(DenseGCN):
        def forward(self, x, edges):
            seen.append(edges.num_edges)
            return super().forward(x, edges)

    task = LinkTask(split)
    model = Spy(16, 4)
    fit(model, task, epochs=2, progress=False)
    assert seen == [split.train.graph.num_edges] * 4  # a step and one shared evaluation, in two epochs
    evaluate(model, task, "test")
    assert seen[-1] == split.test.graph.num_edges > split.train.graph.num_edges


def test_training_negatives_are_fresh_each_epoch_and_no_training_edges():
    split = two_cliques()
    task = LinkTask(split, generator=torch.Generator().manual_seed(0))
    (first,), (second,) = list(task.batches()), list(task.batches())
    assert first.negative.shape == split.train.negative.shape
    assert not torch.equal(first.negative, second.negative)
    known = {tuple(edge) for edge in split.train.graph.edge_index.t().tolist()}
    assert not known & {tuple(pair) for pair in first.negative.t().tolist()}
    again = LinkTask(split, generator=torch.Generator().manual_seed(0))
    assert torch.equal(next(iter(again.batches())).negative, first.negative)


def test_test_links_influence_nothing():
    split = two_cliques()
    other = split._replace(test=Links(split.test.graph, split.test.negative, split.test.positive))
    states = []
    for one in (split, other):
        seed_everything(0)
        model = DenseGCN(16, 4)
        fit(model, LinkTask(one), epochs=6, patience=3, progress=False)
        states.append(model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_decoder_with_weights_learns_directed_links():
    cycle = torch.arange(12)
    graph = Graph(torch.stack([cycle, (cycle + 1) % 12]), x=torch.eye(12))
    split = split_links(graph, 0.2, 0.2, undirected=False, generator=torch.Generator().manual_seed(0))

    class Bilinear(DenseGCN):
        def __init__(self):
            super().__init__(12, 12, hidden=24, dropout=0.0)
            self.between = nn.Linear(12, 12)

        def decode(self, z, pairs):
            return (self.between(z[pairs[0]]) * z[pairs[1]]).sum(-1)

    seed_everything(0)
    model = Bilinear()
    before = model.between.weight.clone()
    task = LinkTask(split, decode=model.decode, undirected=False, generator=torch.Generator().manual_seed(0))
    history = fit(model, task, epochs=100, optimiser=adam(model), progress=False)
    assert max(history.train_metric) > 0.9  # z_i . z_j alone says the same of i -> j and j -> i
    assert not torch.equal(model.between.weight, before)


class TestLinkTaskRefuses:
    def test_a_split_that_is_not_there(self):
        ring = to_undirected(Graph(torch.tensor([[0, 1, 2, 3, 4], [1, 2, 3, 4, 0]])))
        task = LinkTask(split_links(ring, val=0.0, test=0.2))
        assert task.splits == ("train", "test")
        with pytest.raises(ValueError, match="the split has no val links"):
            evaluate(DenseGCN(16, 4), task, "val")

    def test_nothing_to_learn_from(self):
        split = two_cliques()
        nothing = Links(split.train.graph, split.train.positive[:, :0], split.train.negative)
        with pytest.raises(ValueError, match=r"split\.train has no edges"):
            LinkTask(split._replace(train=nothing))

    def test_a_decoder_with_too_many_answers(self):
        task = LinkTask(two_cliques(), decode=lambda z, pairs: z[pairs[0]])
        with pytest.raises(ValueError, match="one score per pair"):
            fit(DenseGCN(16, 4), task, epochs=1, progress=False)

    def test_a_model_that_scores_pairs_itself(self):
        class Pairs(DenseGCN):
            def forward(self, x, edges):
                return super().forward(x, edges)[:3]

        with pytest.raises(ValueError, match="the model's output must have one row per node, so 16"):
            fit(Pairs(16, 4), LinkTask(two_cliques()), epochs=1, progress=False)
