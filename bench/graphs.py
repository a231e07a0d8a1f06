"""The large graphs that every benchmark here runs on, made on the spot from a seed.

Real large graphs have a few hubs and a long tail of nodes with few edges. That shape is what makes
them hard: one bag of a million is empty, another holds tens of thousands. So the benchmarks use a
power law (degree exponent 2.5), undirected, without self-loops and without duplicates.
"""

import torch
from torch import Tensor

_SHRINK = 1 / 3  # 1 - 1 / (2.5 - 1): the tail of the ranks under a degree exponent of 2.5


def power_law(num_nodes: int, num_edges: int, generator: torch.Generator | None = None) -> Tensor:
    """edge_index [2, num_edges] of an undirected power-law graph: both directions of each pair.

    The expected degree of the node of rank r falls as r^(-2/3). Ranks are dealt out at random, so that
    a node's id says nothing about its degree. Just under 1 % of the nodes stay isolated.
    """
    pairs = torch.empty(0, dtype=torch.int64)
    while pairs.numel() < num_edges // 2:
        missing = num_edges // 2 - pairs.numel()
        pairs = torch.cat([pairs, _draw_pairs(num_nodes, missing + missing // 8 + 8, generator)]).unique()
    pairs = pairs[torch.randperm(pairs.numel(), generator=generator)[: num_edges // 2]]
    place = torch.randperm(num_nodes, generator=generator)
    one_way = place[torch.stack([pairs // num_nodes, pairs % num_nodes])]
    return torch.cat([one_way, one_way.flip(0)], dim=1)


def _draw_pairs(num_nodes: int, count: int, generator: torch.Generator | None) -> Tensor:
    """Pairs low < high of ranks, each coded as low * N + high; may hold duplicates."""
    uniform = torch.rand(2, count, dtype=torch.float64, generator=generator)
    # The inverse of the ranks' distribution function, in closed form: no table to search.
    span = (num_nodes + 1) ** _SHRINK - 1
    ranks = ((1 + uniform * span) ** (1 / _SHRINK)).long().sub_(1).clamp_(0, num_nodes - 1)
    low, high = ranks.aminmax(dim=0)
    return (low * num_nodes + high)[low != high]


def pl100k() -> tuple[Tensor, int]:
    """(edge_index, number of nodes): 100,000 nodes, 1.1 M directed edges."""
    return power_law(100_000, 1_100_000, torch.Generator().manual_seed(0)), 100_000


def pl1m() -> tuple[Tensor, int]:
    """(edge_index, number of nodes): 1 M nodes, 10 M directed edges."""
    return power_law(1_000_000, 10_000_000, torch.Generator().manual_seed(0)), 1_000_000
