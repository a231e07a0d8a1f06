"""Triples say what they are and refuse what they can't be; the made-up facts follow their rules."""

import pytest
import torch

from gnn_lib.datasets import Triples, knowledge_graph
from gnn_lib.graph import Graph

NONE = torch.empty(0, 3, dtype=torch.long)


def toy(train: torch.Tensor) -> Triples:
    return Triples(train, NONE, NONE, ("a", "b", "c"), ("r", "s"))


def test_the_graph_holds_the_training_facts_only() -> None:
    train, test = torch.tensor([[0, 1, 2], [2, 0, 2]]), torch.tensor([[1, 0, 0]])
    facts = Triples(train, NONE, test, ("a", "b", "c"), ("r", "s"))
    graph = facts.graph()
    assert isinstance(graph, Graph)
    assert graph.edge_index.tolist() == [[0, 2], [2, 2]]
    assert graph.edge_type.tolist() == [1, 0]
    assert graph.num_nodes == 3
    assert graph.names == ("a", "b", "c")
    assert facts.all.tolist() == [[0, 1, 2], [2, 0, 2], [1, 0, 0]]
    assert facts.say(test[0]) == "b r a"


def test_no_facts_at_all_are_a_graph_without_edges() -> None:
    assert toy(NONE).graph().edge_index.shape == (2, 0)


@pytest.mark.parametrize(
    ("train", "error", "says"),
    [
        (torch.tensor([[0, 0, 3]]), ValueError, "train refers to 3, but there are 3 entities"),
        (torch.tensor([[-1, 0, 0]]), ValueError, "train refers to -1"),
        (torch.tensor([[0, 2, 1]]), ValueError, "train refers to 2, but there are 2 relations"),
        (torch.tensor([[0], [0], [1]]), ValueError, r"train must be int64 \[T, 3\].*shape \[3, 1\]"),
        (torch.tensor([[0.0, 0.0, 1.0]]), ValueError, r"train must be int64 \[T, 3\].*float32"),
        ([[0, 0, 1]], TypeError, r"train must be a torch\.Tensor"),
    ],
)
def test_facts_that_make_no_sense_are_refused(train: torch.Tensor, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        toy(train)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_has_umls_s_shape(seed: int) -> None:
    facts = knowledge_graph(seed=seed)
    assert (facts.num_entities, facts.num_relations) == (135, 46)
    assert 6000 < len(facts.all) < 7200  # UMLS 6,529
    assert len(facts.valid) == len(facts.test) == len(facts.all) // 10
    assert len(facts.all.unique(dim=0)) == len(facts.all)  # so no test fact is in training
    assert facts.train[:, 1].unique().numel() == 46
    assert facts.train[:, [0, 2]].unique().numel() == 135


def test_relations_follow_the_rules_in_their_names() -> None:
    facts = knowledge_graph(seed=3)
    linked = {name: torch.zeros(135, 135, dtype=torch.bool) for name in facts.relations}
    for head, relation, tail in facts.all.tolist():
        linked[facts.relations[relation]][head, tail] = True
    derived = [name for name in facts.relations if name.endswith("~") or "+" in name]
    assert len(derived) == 26
    for name in derived:
        if name.endswith("~"):
            implied = linked[name[:-1]].t()
        else:
            # One odd fact among the 81 of a block is enough for a path of two, so ask for three paths.
            first, second = name.split("+")
            implied = linked[first].float() @ linked[second].float() >= 3
        agree = (implied & linked[name]).sum() / linked[name].sum()
        assert agree > 0.85  # 0.96 squared, less chance
        assert (implied & linked[name]).sum() / implied.sum() > 0.85


def test_sizes_and_seeds() -> None:
    small = knowledge_graph(20, 7, seed=1)
    assert small.relations == ("r0", "r1", "r2", "r0~", "r1~", "r0+r1", "r1+r2")
    assert knowledge_graph(18, 1).relations == ("r0",)
    assert torch.equal(knowledge_graph(seed=5).train, knowledge_graph(seed=5).train)
    assert not torch.equal(knowledge_graph(seed=5).all, knowledge_graph(seed=6).all)
    with pytest.raises(ValueError, match="num_entities must be at least 18, got 17"):
        knowledge_graph(17)
    with pytest.raises(ValueError, match="num_relations must be at least 1"):
        knowledge_graph(num_relations=0)
