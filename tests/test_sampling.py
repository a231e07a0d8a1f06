"""Samples hold only edges that exist, all equally likely, and are enough for the layers to come."""

from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.sampling import Neighbourhood, NeighbourLoader, sample_neighbours
from gnn_lib.subgraph import k_hop_subgraph
from tests.strategies import generators, graphs

FANOUTS = st.lists(st.integers(-1, 4), min_size=1, max_size=3)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def some_seeds(graph: Graph, generator: torch.Generator) -> Tensor:
    count = int(torch.randint(graph.num_nodes + 1, (), generator=generator))
    return torch.randperm(graph.num_nodes, generator=generator)[:count]


def expanded(batch: Neighbourhood) -> int:
    """How many nodes had their neighbours sampled: all but the last shell, in the order of `nodes`."""
    return sum(batch.nodes_per_hop[:-1])


@given(graphs(weights=True, edge_features=2), FANOUTS, st.booleans(), generators())
def test_a_sample_is_a_part_of_the_graph(
    graph: Graph, fanouts: list[int], replace: bool, generator: torch.Generator
) -> None:
    seeds = some_seeds(graph, generator)
    batch = sample_neighbours(graph, seeds, fanouts, replace, generator)
    assert torch.equal(batch.nodes[: batch.num_seeds], seeds)
    assert len(batch.nodes.unique()) == len(batch.nodes) == sum(batch.nodes_per_hop) == batch.graph.num_nodes
    assert len(batch.edges) == sum(batch.edges_per_hop) == batch.graph.num_edges
    assert torch.equal(batch.nodes[batch.graph.edge_index], graph.edge_index[:, batch.edges])
    for kind, places in (("node", batch.nodes), ("edge", batch.edges)):
        for name, value in graph.tensors(kind):  # type: ignore[arg-type]
            assert torch.equal(getattr(batch.graph, name), value[places])


@given(graphs(features=None), FANOUTS, generators())
def test_without_replacement_edges_are_distinct_and_as_many_as_there_are(
    graph: Graph, fanouts: list[int], generator: torch.Generator
) -> None:
    batch = sample_neighbours(graph, some_seeds(graph, generator), fanouts, generator=generator)
    assert len(batch.edges.unique()) == len(batch.edges)
    degree = graph.adjacency.in_degree[batch.nodes]
    hop = torch.repeat_interleave(torch.arange(len(fanouts) + 1), torch.tensor(batch.nodes_per_hop))
    limit = torch.tensor([10**6 if fanout < 0 else fanout for fanout in fanouts] + [0])[hop]
    assert torch.equal(batch.graph.adjacency.in_degree, torch.minimum(degree, limit))


@given(graphs(features=None), st.integers(0, 4), generators())
def test_with_replacement_every_node_with_a_neighbour_gets_the_same_number(
    graph: Graph, fanout: int, generator: torch.Generator
) -> None:
    batch = sample_neighbours(graph, some_seeds(graph, generator), [fanout, fanout], True, generator)
    degree = graph.adjacency.in_degree[batch.nodes[: expanded(batch)]]
    drawn = batch.graph.adjacency.in_degree
    assert torch.equal(drawn[: expanded(batch)], fanout * (degree > 0))
    assert not drawn[expanded(batch) :].any()


@given(graphs(features=None), st.integers(1, 3), st.booleans(), generators())
def test_taking_all_gives_the_k_hop_neighbourhood(
    graph: Graph, hops: int, replace: bool, generator: torch.Generator
) -> None:
    seeds = some_seeds(graph, generator)
    batch = sample_neighbours(graph, seeds, [-1] * hops, replace, generator)
    _, ids = k_hop_subgraph(graph, seeds, hops)
    assert sorted(batch.nodes.tolist()) == sorted(ids.tolist())
    _, inner = k_hop_subgraph(graph, seeds, hops - 1)
    heard = torch.isin(graph.edge_index[1], inner).nonzero().view(-1)
    assert sorted(batch.edges.tolist()) == heard.tolist()


@given(graphs(features=2), st.integers(1, 3), generators())
def test_layers_on_the_full_neighbourhood_give_the_seeds_exact_values(
    graph: Graph, hops: int, generator: torch.Generator
) -> None:
    seeds = some_seeds(graph, generator)
    batch = sample_neighbours(graph, seeds, [-1] * hops)

    def layer(x: Tensor, edge_index: Tensor) -> Tensor:
        return torch.tanh(x + torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]]))

    assert graph.x is not None
    assert batch.graph.x is not None
    whole, part, trimmed = graph.x, batch.graph.x, batch.graph.x
    for to_come in range(hops, 0, -1):
        whole, part = layer(whole, graph.edge_index), layer(part, batch.graph.edge_index)
        edges = batch.within(to_come)
        trimmed = layer(trimmed[: edges.num_sources], edges.edge_index)
    torch.testing.assert_close(part[: batch.num_seeds], whole[seeds])
    torch.testing.assert_close(trimmed[: batch.num_seeds], whole[seeds])


def copies(edge_index: Tensor, num_nodes: int, count: int) -> tuple[Graph, Tensor]:
    """Many copies side by side, and the copies of node 0."""
    firsts = torch.arange(count) * num_nodes
    return Graph((edge_index.unsqueeze(2) + firsts).flatten(1), num_nodes=count * num_nodes), firsts


def star(leaves: int) -> Tensor:
    """The hub 0 hears from 1 .. leaves."""
    return torch.stack([torch.arange(1, leaves + 1), torch.zeros(leaves, dtype=torch.long)])


@pytest.mark.parametrize(("leaves", "fanout"), [(5, 1), (5, 2), (5, 3), (6, 5), (40, 1)])
def test_all_subsets_are_equally_likely(leaves: int, fanout: int) -> None:
    count = 20_000
    graph, hubs = copies(star(leaves), leaves + 1, count)
    batch = sample_neighbours(graph, hubs, [fanout], generator=seeded())
    leaf = (graph.edge_index[0] % (leaves + 1))[batch.edges].view(count, fanout).sort(dim=1).values
    subsets = list(combinations(range(1, leaves + 1), fanout))
    place = {subset: k for k, subset in enumerate(subsets)}
    counts = np.bincount([place[tuple(row)] for row in leaf.tolist()], minlength=len(subsets))
    assert chisquare(counts).pvalue > 1e-3


def test_draws_with_replacement_are_uniform_and_independent() -> None:
    graph, hubs = copies(star(4), 5, 20_000)
    batch = sample_neighbours(graph, hubs, [2], replace=True, generator=seeded())
    leaf = (graph.edge_index[0] % 5)[batch.edges].view(-1, 2) - 1
    counts = np.bincount((leaf[:, 0] * 4 + leaf[:, 1]).numpy(), minlength=16)
    assert chisquare(counts).pvalue > 1e-3


def test_parallel_edges_are_so_many_chances() -> None:
    """1 -> 0 three times, 2 -> 0 once: node 1 is heard three times in four."""
    graph, hubs = copies(torch.tensor([[1, 1, 2, 1], [0, 0, 0, 0]]), 3, 20_000)
    batch = sample_neighbours(graph, hubs, [1], generator=seeded())
    heard = (batch.nodes[batch.num_seeds :] % 3).bincount()
    assert chisquare(heard[1:], [15_000, 5_000]).pvalue > 1e-3


def test_hops_draw_independently() -> None:
    """0 hears from 1 and 2, each of them from two others: all four ways are equally likely."""
    graph, hubs = copies(torch.tensor([[1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2]]), 7, 20_000)
    batch = sample_neighbours(graph, hubs, [1, 1], generator=seeded())
    ends = (batch.nodes[-batch.nodes_per_hop[2] :] % 7).bincount(minlength=7)
    assert chisquare(ends[3:]).pvalue > 1e-3


def test_loader_sees_every_seed_once_and_shuffles_anew() -> None:
    graph = Graph(torch.randint(50, (2, 200), generator=seeded()), num_nodes=50, y=torch.arange(50))
    mask = torch.arange(50) % 3 == 0
    loader = NeighbourLoader(graph, [3, 2], mask, batch_size=4, shuffle=True, generator=seeded())
    passes = []
    for _ in range(2):
        batches = list(loader)
        assert len(batches) == len(loader) == 5
        assert [batch.num_seeds for batch in batches] == [4, 4, 4, 4, 1]
        passes.append(torch.cat([batch.graph.y[: batch.num_seeds] for batch in batches]))
        assert passes[-1].sort().values.tolist() == mask.nonzero().view(-1).tolist()
    assert not torch.equal(passes[0], passes[1])


def everything(loader: NeighbourLoader) -> list[list[int]]:
    return [batch.edges.tolist() for batch in loader]


def test_loader_repeats_with_the_same_generator() -> None:
    graph = Graph(torch.randint(50, (2, 900), generator=seeded()), num_nodes=50)

    def loader(seed: int) -> NeighbourLoader:
        return NeighbourLoader(graph, [3, 2], batch_size=8, shuffle=True, generator=seeded(seed))

    assert everything(loader(1)) == everything(loader(1)) != everything(loader(2))
    again = loader(1)
    assert everything(again) != everything(again)


def test_two_passes_at_once_do_not_disturb_each_other() -> None:
    graph = Graph(torch.randint(50, (2, 200), generator=seeded()), num_nodes=50)
    loader = NeighbourLoader(graph, [-1, -1], batch_size=8)
    alone = everything(loader)
    assert [[one.edges.tolist(), two.edges.tolist()] for one, two in zip(loader, loader, strict=True)] == [
        [edges, edges] for edges in alone
    ]


def test_nobody_to_sample_around() -> None:
    graph = Graph(torch.tensor([[0], [1]]), num_nodes=3)
    alone = sample_neighbours(graph, torch.tensor([2, 0]), [5, 5])
    assert alone.nodes.tolist() == [2, 0]
    assert alone.graph.num_edges == 0
    empty = sample_neighbours(graph, torch.tensor([]), [5])
    assert empty.graph.num_nodes == empty.num_seeds == 0
    assert sample_neighbours(graph, torch.tensor([1]), [0]).nodes.tolist() == [1]
    loader = NeighbourLoader(graph, [5], torch.zeros(3, dtype=torch.bool))
    assert len(loader) == len(list(loader)) == 0


def test_names_and_graph_fields_follow() -> None:
    graph = Graph(torch.tensor([[0, 1], [1, 2]]), names=("a", "b", "c"), graph_y=torch.tensor([7]))
    batch = sample_neighbours(graph, torch.tensor([2]), [1])
    assert batch.graph.names == ("c", "b")
    assert batch.graph.graph_y.tolist() == [7]


def test_within_says_how_far_one_can_look() -> None:
    batch = sample_neighbours(Graph(torch.tensor([[0, 1], [1, 2]])), torch.tensor([2]), [1, 1])
    assert batch.within(0).num_sources == 1
    assert batch.within(1).edge_index.tolist() == [[1], [0]]
    assert batch.within(2) is batch.graph.adjacency
    with pytest.raises(ValueError, match=r"hops must lie in 0 \.\. 2"):
        batch.within(3)


@pytest.mark.parametrize(
    ("seeds", "fanouts", "error", "words"),
    [
        (torch.tensor([1, 2, 1]), [2], ValueError, "seeds holds 1 more than once"),
        (torch.tensor([4]), [2], ValueError, "seeds refers to 4, but there are 4 nodes"),
        (torch.tensor([-1]), [2], ValueError, "seeds refers to -1"),
        (torch.tensor([1.0]), [2], TypeError, "seeds must hold node ids"),
        ([1], [2], TypeError, "seeds must be a torch.Tensor"),
        (torch.tensor([1]), [], ValueError, "fanouts is one int for each layer"),
        (torch.tensor([1]), [-2], ValueError, "fanouts is one int for each layer"),
        (torch.tensor([1]), [1.5], ValueError, "fanouts is one int for each layer"),
    ],
)
def test_bad_arguments_are_named(
    seeds: Tensor, fanouts: list[int], error: type[Exception], words: str
) -> None:
    ring = Graph(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]))
    with pytest.raises(error, match=words):
        sample_neighbours(ring, seeds, fanouts)
    with pytest.raises(error, match=words):
        next(iter(NeighbourLoader(ring, fanouts, seeds)))


@pytest.mark.parametrize("batch_size", [0, -1, 2.0])
def test_batch_size_must_be_a_count(batch_size: int) -> None:
    with pytest.raises(ValueError, match="batch_size must be an int of at least 1"):
        NeighbourLoader(Graph(torch.tensor([[0], [1]])), [1], batch_size=batch_size)


@pytest.mark.parametrize("device", ["cpu"] + ["cuda"] * torch.cuda.is_available())
def test_a_batch_is_where_its_graph_is(device: str) -> None:
    graph = Graph(torch.tensor([[0, 1], [1, 2]]), x=torch.eye(3)).to(device)
    (batch,) = NeighbourLoader(graph, [1, 1], torch.tensor([2], device=device))
    assert {value.device.type for _, value in batch.graph.tensors()} == {device}
    assert batch.graph.x is not None
    assert batch.graph.x.tolist() == [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
