"""Random graphs without features: communities, and hubs.

Both are drawn edge by edge, never pair by pair: a million edges take a second and no N x N matrix.
"""

import math

import torch
from torch import Tensor

from gnn_lib.datasets._draw import check_at_least, seeded, uniform
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.validate import check_probability


def power_law_graph(num_nodes: int = 100_000, num_edges: int = 1_000_000, seed: int = 0) -> Graph:
    """A directed graph with few hubs and many loners: exactly `num_edges` edges, no self-loops, no copies.

    Node r in order of renown is an endpoint with probability in proportion to r ** -1/2, so that
    degrees follow a power law with exponent 3. Node ids are shuffled.

    >>> power_law_graph(1000, 5000)
    Graph(1000 nodes, 5000 edges)
    """
    check_at_least(num_nodes, 2, "num_nodes")
    check_at_least(num_edges, 0, "num_edges")
    if num_edges > num_nodes * (num_nodes - 1) // 4:
        possible = num_nodes * (num_nodes - 1)
        raise ValueError(f"num_edges must be at most a quarter of the {possible} possible, got {num_edges}.")
    generator = seeded(seed)
    ids = torch.randperm(num_nodes, generator=generator)
    keys = torch.empty(0, dtype=torch.long)  # source * N + target
    while keys.numel() < num_edges:
        # Squaring a uniform number is the inverse of the cumulated r ** -1/2.
        ends = (uniform(generator, 2, num_edges - keys.numel()).square_() * num_nodes).long()
        drawn = ids[ends[0]] * num_nodes + ids[ends[1]]
        keys = torch.unique(torch.cat([keys, drawn[ends[0] != ends[1]]]))
    return Graph(torch.stack([keys // num_nodes, keys % num_nodes]), num_nodes=num_nodes)


def block_model(
    sizes: tuple[int, ...] = (50, 50), p_in: float = 0.2, p_out: float = 0.02, seed: int = 0
) -> Graph:
    """Communities: a pair is joined with probability p_in within a block, p_out across. y [N] the block.

    Undirected; nodes are numbered block by block.

    >>> block_model((3, 2), p_in=1.0, p_out=0.0).edge_index.tolist()
    [[0, 0, 1, 1, 2, 2, 3, 4], [1, 2, 0, 2, 0, 1, 4, 3]]
    """
    for position, size in enumerate(sizes):
        check_at_least(size, 1, f"sizes[{position}]")
    check_probability(p_in, "p_in")
    check_probability(p_out, "p_out")
    generator = seeded(seed)
    y = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes, dtype=torch.long))
    pairs = [torch.empty(2, 0, dtype=torch.long)]
    starts = [0, *torch.tensor(sizes, dtype=torch.long).cumsum(0).tolist()]
    for i, rows in enumerate(sizes):
        for j, columns in enumerate(sizes[i:], start=i):
            cell = _successes(rows * columns, p_in if i == j else p_out, generator)
            pair = torch.stack([starts[i] + cell // columns, starts[j] + cell % columns])
            pairs.append(pair[:, pair[0] < pair[1]])
    return to_undirected(Graph(torch.cat(pairs, dim=1), y=y, num_nodes=sum(sizes)))


def _successes(trials: int, p: float, generator: torch.Generator) -> Tensor:
    """Which of `trials` coin tosses come up heads: drawn as the gaps between them, sorted."""
    if p in (0.0, 1.0):
        return torch.arange(trials if p else 0)
    heads = torch.empty(0, dtype=torch.long)
    last = -1
    while last < trials:
        batch = int(trials * p) + 10
        gaps = torch.log1p(-uniform(generator, batch)).div_(math.log1p(-p)).clamp_(max=trials).long() + 1
        heads = torch.cat([heads, last + gaps.cumsum(0)])
        last = int(heads[-1])
    return heads[heads < trials]
