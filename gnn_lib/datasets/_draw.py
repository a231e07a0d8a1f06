"""What the made-up data sets share: seeds that mean the same on every machine, and size checks.

Only `rand`, `randint` and `randperm` on a CPU generator are used: they are integer arithmetic at
heart. `randn` is not, and its last bits depend on the processor.
"""

import torch
from torch import Tensor

from gnn_lib.validate import describe


def seeded(seed: int) -> torch.Generator:
    """A CPU generator that starts at `seed`."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed must be an int, got {describe(seed)}. The same seed gives the same data.")
    return torch.Generator().manual_seed(seed)


def uniform(generator: torch.Generator, *shape: int) -> Tensor:
    """Numbers in [0, 1), float64: fine enough to pick one of many millions."""
    return torch.rand(*shape, generator=generator, dtype=torch.float64)


def integer(generator: torch.Generator, bound: int) -> int:
    """One of 0 .. bound - 1."""
    return int(torch.randint(bound, (1,), generator=generator))


def pick_weighted(weights: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """`count` positions, each drawn in proportion to its weight: [count]."""
    ends = weights.double().cumsum(0)
    drawn = torch.searchsorted(ends, uniform(generator, count) * ends[-1], right=True)
    return drawn.clamp_(max=weights.numel() - 1)


def check_at_least(value: int, least: int, name: str) -> None:
    """A size must be a whole number, and not too small for the data to exist."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int, got {describe(value)}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}.")
