"""Node classification: masks are kept apart, labels for the test influence nothing."""


import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gnn_lib.datasets.karate import karate_club
from gnn_lib.metrics import f1
from gnn_lib.tasks import NodeTask
from gnn_lib.train import evaluate, fit, seed_everything
from tests.tasks.models import DenseGCN, adam, tensors_of, two_blocks


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


def test_a_diverged_run_names_the_epoch_and_the_causes():
    model = DenseGCN(4, 2)
    wild = torch.optim.SGD(model.parameters(), lr=1e25)
    with pytest.raises(FloatingPointError, match=r"loss is (nan|inf) in epoch \d+.*learning rate"):
        fit(model, NodeTask(two_blocks()), epochs=10, optimiser=wild, progress=False)


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


def test_the_club_is_told_apart_from_its_two_leaders_alone():
    club = karate_club()
    seed_everything(0)
    model, task = DenseGCN(34, 2, dropout=0.0), NodeTask(club)
    fit(model, task, epochs=50, progress=False)
    assert evaluate(model, task).metric > 0.9
