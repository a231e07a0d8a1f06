"""Parts are balanced and cut few edges; batches of parts are exactly the subgraphs they should be."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.partition import ClusterLoader, partition_nodes
from gnn_lib.subgraph import permute, subgraph
from tests.strategies import generators, graphs


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def edges_with_fields(graph: Graph) -> list[tuple[float, ...]]:
    assert graph.edge_weight is not None
    return sorted(zip(*graph.edge_index.tolist(), graph.edge_weight.tolist(), strict=True))


@given(graphs(features=None), generators(), st.data())
def test_every_node_is_in_a_part(graph: Graph, generator: torch.Generator, data: st.DataObject) -> None:
    num_parts = data.draw(st.integers(1, graph.num_nodes))
    parts = partition_nodes(graph, num_parts, generator)
    assert parts.shape == (graph.num_nodes,)
    assert parts.dtype == torch.int64
    assert set(parts.tolist()) <= set(range(num_parts))


def blocks(count: int, size: int, one_way: bool) -> tuple[Graph, Tensor]:
    """Dense blocks and a few edges between them, under shuffled names; and the block of each node."""
    generator = seeded(3)
    block = (torch.arange(count * size) // size)[torch.randperm(count * size, generator=generator)]
    same = block.unsqueeze(0) == block.unsqueeze(1)
    chance = torch.where(same, 0.4, 0.01)
    A = torch.rand(chance.shape, generator=generator) < chance
    A = A.triu(1) if one_way else A
    return Graph(A.nonzero().t()), block


@pytest.mark.parametrize("one_way", [False, True])
def test_dense_blocks_are_found_whatever_the_direction_of_edges(one_way: bool) -> None:
    graph, block = blocks(5, 40, one_way)
    parts = partition_nodes(graph, 5, seeded())
    together = torch.zeros(5, 5).index_put((block, parts), torch.tensor(1.0), accumulate=True)
    assert sorted(together.max(dim=1).values.tolist()) == [40.0] * 5


def test_parts_are_of_like_size_and_cut_less_than_chance() -> None:
    graph = Graph(torch.randint(1000, (2, 3000), generator=seeded()), num_nodes=1000)
    parts = partition_nodes(graph, 10, seeded())
    sizes = torch.bincount(parts, minlength=10)
    assert sizes.min() > 80
    assert sizes.max() < 120
    cut = (parts[graph.edge_index[0]] != parts[graph.edge_index[1]]).double().mean()
    assert cut < 0.6  # by chance: 0.9


def test_parallel_edges_hold_nodes_together() -> None:
    """A ring of four where two opposite sides are tenfold: the cut goes through the others."""
    ring = torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]])
    for heavy, together in ((0, (0, 1)), (1, (1, 2))):
        edge_index = torch.cat([ring] + [ring[:, heavy::2]] * 9, dim=1)
        parts = partition_nodes(Graph(edge_index), 2, seeded())
        assert parts[together[0]] == parts[together[1]]
        assert torch.bincount(parts).tolist() == [2, 2]


def test_the_partition_repeats_with_the_generator() -> None:
    graph = Graph(torch.randint(300, (2, 900), generator=seeded()), num_nodes=300)
    assert torch.equal(partition_nodes(graph, 7, seeded(1)), partition_nodes(graph, 7, seeded(1)))
    assert not torch.equal(partition_nodes(graph, 7, seeded(1)), partition_nodes(graph, 7, seeded(2)))


def test_graphs_with_nothing_to_cut() -> None:
    nothing = Graph(torch.empty(2, 0, dtype=torch.long))
    assert partition_nodes(nothing, 1).shape == (0,)
    assert list(ClusterLoader(nothing, partition_nodes(nothing, 1))) == []
    loops = Graph(torch.tensor([[0, 1], [0, 1]]), num_nodes=4)
    assert torch.bincount(partition_nodes(loops, 2, seeded())).tolist() == [2, 2]


@given(graphs(weights=True), st.integers(1, 3), st.booleans(), generators())
def test_batches_are_the_subgraphs_of_their_parts(
    graph: Graph, parts_per_batch: int, shuffle: bool, generator: torch.Generator
) -> None:
    parts = torch.randint(4, (graph.num_nodes,), generator=generator)
    loader = ClusterLoader(graph, parts, parts_per_batch, shuffle, generator)
    batches = list(loader)
    assert len(batches) == len(loader)
    seen = torch.cat([nodes for _, nodes in batches])
    assert sorted(seen.tolist()) == list(range(graph.num_nodes))
    for part, nodes in batches:
        expected = subgraph(graph, nodes)
        assert part.x is not None
        assert expected.x is not None
        assert torch.equal(part.x, expected.x)
        assert edges_with_fields(part) == edges_with_fields(expected)
        assert 1 <= len(set(parts[nodes].tolist())) <= parts_per_batch
        assert not torch.isin(parts[nodes], parts[seen[~torch.isin(seen, nodes)]]).any()


def test_all_parts_together_are_the_whole_graph() -> None:
    edge_index = torch.randint(30, (2, 90), generator=seeded())
    graph = Graph(edge_index, edge_weight=torch.arange(90.0), num_nodes=30)
    ((whole, nodes),) = ClusterLoader(graph, partition_nodes(graph, 4, seeded()), parts_per_batch=9)
    assert edges_with_fields(whole) == edges_with_fields(permute(graph, nodes))


def test_shuffling_brings_other_parts_together_each_time() -> None:
    graph = Graph(torch.randint(60, (2, 90), generator=seeded()), num_nodes=60)
    parts = torch.arange(60) % 12

    def company(loader: ClusterLoader) -> list[list[int]]:
        return [parts[nodes].unique().tolist() for _, nodes in loader]

    loader = ClusterLoader(graph, parts, 3, shuffle=True, generator=seeded(1))
    first, second = company(loader), company(loader)
    assert first != second
    assert first == company(ClusterLoader(graph, parts, 3, shuffle=True, generator=seeded(1)))
    assert company(ClusterLoader(graph, parts, 3))[0] == [0, 1, 2]


@pytest.mark.parametrize("num_parts", [0, 4, 2.0])
def test_num_parts_must_fit(num_parts: int) -> None:
    with pytest.raises(ValueError, match="num_parts must be an int from 1 to the number of nodes, 3"):
        partition_nodes(Graph(torch.tensor([[0, 1], [1, 2]])), num_parts)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (torch.tensor([0, 1]), r"parts must be torch.int64 of shape \[3\]"),
        (torch.tensor([0.0, 1.0, 0.0]), r"parts must be torch.int64 of shape \[3\]"),
        (torch.tensor([0, -1, 0]), "parts count from 0, got -1"),
    ],
)
def test_parts_must_name_a_part_for_each_node(parts: Tensor, words: str) -> None:
    graph = Graph(torch.tensor([[0, 1], [1, 2]]))
    with pytest.raises(ValueError, match=words):
        ClusterLoader(graph, parts)
    with pytest.raises(ValueError, match="parts_per_batch must be an int"):
        ClusterLoader(graph, torch.zeros(3, dtype=torch.long), parts_per_batch=0)
