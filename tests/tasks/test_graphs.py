"""Graph classification: every graph once an epoch, in batches that change no score."""

import pytest
import torch

from gnn_lib.graph import Graph
from gnn_lib.tasks import GraphTask
from gnn_lib.train import evaluate, fit, seed_everything
from tests.tasks.models import DenseGCN, adam


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
