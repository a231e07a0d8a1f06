"""Link prediction: messages run along known edges only, and what is no edge is drawn anew."""

import pytest
import torch
from torch import nn

from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.splits import Links, split_links
from gnn_lib.tasks import LinkTask
from gnn_lib.train import evaluate, fit, seed_everything
from tests.tasks.models import DenseGCN, adam


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
    # To leave out the links of validation and test would tell which they are.
    hidden = {tuple(pair) for part in (split.val, split.test) for pair in part.positive.t().tolist()}
    later = torch.cat([batch.negative for _ in range(20) for batch in task.batches()], dim=1)
    drawn = {tuple(pair) for pair in later.t().tolist()}
    assert hidden <= drawn
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
