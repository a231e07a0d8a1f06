"""Skip-gram against its definition, pair by pair; embeddings that know who is near whom."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from gnn_lib import embeddings
from gnn_lib.embeddings import SkipGram, deepwalk, node2vec
from gnn_lib.graph import Graph
from tests.strategies import generators, graphs


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def loss_by_definition(model: SkipGram, walks: Tensor, noise: Tensor) -> Tensor:
    """One pair after the other."""
    terms = []
    for walk in walks.tolist():
        for a, u in enumerate(walk):
            for b, v in enumerate(walk):
                if a != b and abs(a - b) <= model.window and u >= 0 and v >= 0:
                    centre = model.centre.weight[u]
                    near = torch.sigmoid(centre @ model.company.weight[v]).log()
                    far = [torch.sigmoid(-centre @ model.company.weight[k]).log() for k in noise.tolist()]
                    terms.append(-near - model.negatives * torch.stack(far).mean())
    return torch.stack(terms).mean() if terms else model.centre.weight.sum() * 0


@given(st.integers(1, 4), st.sampled_from([0.0, 1.0, 5.0]), generators())
def test_loss_and_gradients_are_those_of_the_definition(
    window: int, negatives: float, generator: torch.Generator
) -> None:
    model = SkipGram(6, 3, window, negatives, generator).double()
    walks = torch.randint(6, (3, 5), generator=generator)
    walks[1, 2:] = -1
    walks[2, 1:] = -1
    noise = torch.randint(6, (4,), generator=generator)
    tables = model.centre.weight, model.company.weight
    loss, expected = model(walks, noise), loss_by_definition(model, walks, noise)
    torch.testing.assert_close(loss, expected)
    ours = torch.autograd.grad(loss, tables)
    theirs = torch.autograd.grad(expected, tables, allow_unused=True)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one.to_dense(), torch.zeros(6, 3).double() if other is None else other)


def test_walks_that_go_nowhere_cost_nothing() -> None:
    model = SkipGram(4, 3)
    loss = model(torch.tensor([[0, -1, -1], [1, -1, -1]]), torch.tensor([2]))
    loss.backward()
    assert loss.item() == 0.0


def two_towns() -> tuple[Graph, Tensor]:
    """Two dense blocks of 20 nodes, three roads between; directed, every node with a way out."""
    town = torch.arange(40) // 20
    A = (torch.rand(40, 40, generator=seeded(1)) < 0.3) & (town.unsqueeze(0) == town.unsqueeze(1))
    A[0, 25] = A[30, 7] = A[12, 39] = True
    A.fill_diagonal_(False)
    return Graph(A.nonzero().t()), town


@pytest.mark.parametrize("learn", [deepwalk, node2vec])
def test_nodes_of_one_town_are_near_each_other(learn: Any) -> None:
    graph, town = two_towns()
    z = normalize(learn(graph, dim=16, batch_size=16, generator=seeded()))
    assert z.shape == (40, 16)
    alike = z @ z.t()
    same = (town.unsqueeze(0) == town.unsqueeze(1)) & ~torch.eye(40, dtype=torch.bool)
    assert alike[same].mean() > alike[town.unsqueeze(0) != town.unsqueeze(1)].mean() + 0.4


def test_the_generator_decides_everything() -> None:
    graph, _ = two_towns()
    few: dict[str, Any] = {"dim": 8, "epochs": 1, "walks_per_node": 2}
    state = torch.get_rng_state()
    first, again, other = (node2vec(graph, **few, generator=seeded(seed)) for seed in (1, 1, 2))
    torch.testing.assert_close(first, again)
    assert not torch.allclose(first, other)
    assert torch.equal(state, torch.get_rng_state())


def test_the_walks_are_those_that_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, _ = two_towns()
    asked = []

    def spy(graph: Graph, length: int, starts: Tensor, p: float, q: float, generator: object) -> Tensor:
        asked.append((length, starts.bincount().tolist(), p, q))
        return starts.unsqueeze(1)

    monkeypatch.setattr(embeddings, "random_walks", spy)
    node2vec(graph, 8, p=0.5, q=2.0, walk_length=7, walks_per_node=3, epochs=2)
    deepwalk(graph, 8, epochs=1)
    assert asked == [(7, [3] * 40, 0.5, 2.0)] * 2 + [(20, [10] * 40, 1.0, 1.0)]


@given(graphs(features=None, weights=True), generators())
def test_any_graph_gets_finite_embeddings(graph: Graph, generator: torch.Generator) -> None:
    z = node2vec(graph, dim=4, p=0.5, walk_length=3, walks_per_node=1, epochs=1, generator=generator)
    assert z.shape == (graph.num_nodes, 4)
    assert not z.requires_grad
    assert bool(z.isfinite().all())


def test_no_nodes_no_embeddings() -> None:
    assert node2vec(Graph(torch.empty(2, 0, dtype=torch.long)), dim=4).shape == (0, 4)


def test_a_node_without_edges_stays_where_it_began() -> None:
    graph = Graph(torch.tensor([[0, 1], [1, 0]]), num_nodes=3)
    z = node2vec(graph, dim=4, epochs=1, generator=seeded())
    assert torch.equal(z[2], SkipGram(3, 4, generator=seeded()).centre.weight[2])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dim": 0}, "dim must be an int of at least 1"),
        ({"window": 1.5}, "window must be an int of at least 1"),
        ({"epochs": 0}, "epochs must be an int of at least 1"),
        ({"batch_size": -1}, "batch_size must be an int of at least 1"),
        ({"walk_length": 0}, "walk_length must be an int of at least 1"),
        ({"walks_per_node": 0}, "walks_per_node must be an int of at least 1"),
        ({"negatives": -1.0}, "negatives is a number for each pair"),
        ({"p": 0.0}, "p divides a probability"),
    ],
)
def test_bad_options_are_named(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        node2vec(two_towns()[0], **options)


def test_deepwalk_has_no_p_and_q() -> None:
    with pytest.raises(ValueError, match="use node2vec"):
        deepwalk(two_towns()[0], p=2.0)
