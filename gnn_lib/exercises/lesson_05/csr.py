"""Graphs as lesson 1 compressed them, and random numbers that fall between two choices on every machine."""

import torch
from torch import Tensor


def compress(by: Tensor, other: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    """indptr [N + 1] and indices [E]: for each node of `by`, who stands at the other end."""
    counts = torch.bincount(by, minlength=num_nodes)
    indptr = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)])
    return indptr, other[(by * num_nodes + other).argsort()]


def numbers(generator: torch.Generator, *shape: int) -> Tensor:
    """In [0, 1), never on a boundary: times any degree they round the same in every precision."""
    return (torch.randint(64, shape, generator=generator) + 0.5) / 64
