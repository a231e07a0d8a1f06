"""The citation graph behaves like Cora: its counts, its homophily, and what a graph is worth."""

from functools import cache

import pytest
import torch
from torch import Tensor

from gnn_lib.datasets import citation_like, normalise_rows
from gnn_lib.graph import Graph
from tests.datasets.helpers import has_both_directions


@cache
def papers(seed: int = 0) -> Graph:
    return citation_like(seed=seed)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_has_cora_s_shape(seed: int) -> None:
    graph = papers(seed)
    assert (graph.num_nodes, *graph.x.shape) == (2708, 2708, 1433)
    assert has_both_directions(graph)
    assert not (graph.edge_index[0] == graph.edge_index[1]).any()
    assert 9800 < graph.num_edges < 11_200  # Cora 10,556
    same = graph.y[graph.edge_index[0]] == graph.y[graph.edge_index[1]]
    assert 0.78 < same.double().mean() < 0.84  # Cora 0.81
    assert set(graph.x.unique().tolist()) == {0.0, 1.0}
    assert 17 < graph.x.sum(1).mean() < 19.5  # Cora 18.2
    assert graph.x.sum(1).min() >= 3


def test_degrees_are_uneven() -> None:
    degree = papers().edge_index[1].bincount(minlength=2708)
    assert degree.median() <= 3
    assert degree.max() > 35
    assert (degree == 0).sum() < 20


def test_the_split_is_the_usual_one_and_leaks_nothing() -> None:
    graph = papers()
    masks = torch.stack([graph.train_mask, graph.val_mask, graph.test_mask])
    assert masks.sum(1).tolist() == [140, 500, 1000]
    assert masks.sum(0).max() == 1
    assert graph.y[graph.train_mask].bincount().tolist() == [20] * 7


def test_nodes_come_in_no_order() -> None:
    """Neither class nor degree can be read off a node's number."""
    graph = papers()
    ids = torch.arange(2708.0)
    degree = graph.edge_index[1].bincount(minlength=2708).float()
    for value in (degree, *torch.nn.functional.one_hot(graph.y).t().float()):
        assert torch.corrcoef(torch.stack([ids, value]))[0, 1].abs() < 0.08


def test_other_sizes_work_and_impossible_ones_are_named() -> None:
    small = citation_like(300, classes=3, features=50, num_val=30, num_test=60, seed=5)
    assert small.x.shape == (300, 50)
    assert small.y.unique().tolist() == [0, 1, 2]
    assert citation_like(60, classes=2, features=2, num_val=0, num_test=0).x.shape == (60, 2)
    with pytest.raises(ValueError, match="num_nodes must be at least 1640, got 100"):
        citation_like(100)
    with pytest.raises(ValueError, match="fewer than 20 papers"):
        citation_like(141, num_val=0, num_test=0)
    with pytest.raises(TypeError, match=r"seed must be an int, got float 0\.5"):
        citation_like(seed=0.5)  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_graph_is_worth_as_much_as_on_cora() -> None:
    """An MLP and a two-layer GCN, written here from scratch, end where they do on Cora."""
    graph = papers()
    loops = torch.arange(graph.num_nodes).repeat(2, 1)
    source, target = torch.cat([graph.edge_index, loops], dim=1)
    root = target.bincount().float().rsqrt()
    assert 0.50 < accuracy(graph, sparse(loops, torch.ones(graph.num_nodes))) < 0.65
    assert 0.77 < accuracy(graph, sparse(torch.stack([target, source]), root[source] * root[target])) < 0.87


def sparse(where: Tensor, values: Tensor) -> Tensor:
    return torch.sparse_coo_tensor(where, values, (2708, 2708), check_invariants=True)


def accuracy(graph: Graph, matrix: Tensor, epochs: int = 150) -> float:
    """Test accuracy at the best validation epoch of matrix @ relu(matrix @ x @ W) @ V."""
    torch.manual_seed(0)
    x = normalise_rows(graph.x).to_sparse_coo()
    drop = torch.nn.functional.dropout
    first = torch.nn.init.xavier_uniform_(torch.empty(1433, 16)).requires_grad_()
    second = torch.nn.init.xavier_uniform_(torch.empty(16, 7)).requires_grad_()
    optimizer = torch.optim.Adam([{"params": [first], "weight_decay": 5e-4}, {"params": [second]}], lr=0.01)
    best, result = 0.0, 0.0
    for _ in range(epochs):
        words = torch.sparse_coo_tensor(x.indices(), drop(x.values()), x.shape, check_invariants=True)
        hidden = torch.sparse.mm(matrix, torch.sparse.mm(words, first)).relu()
        scores = torch.sparse.mm(matrix, drop(hidden) @ second)
        loss = torch.nn.functional.cross_entropy(scores[graph.train_mask], graph.y[graph.train_mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            hidden = torch.sparse.mm(matrix, torch.sparse.mm(x, first)).relu()
            right = torch.sparse.mm(matrix, hidden @ second).argmax(1) == graph.y
        if right[graph.val_mask].float().mean() >= best:
            best = float(right[graph.val_mask].float().mean())
            result = float(right[graph.test_mask].float().mean())
    return result
