"""What the three readouts are tried on: nodes of several graphs, and which graph each is in."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import path_abcd, three_friends
from gnn_lib.exercises.exercise import Case
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM

EMPTY = "negative features, and graphs without nodes"


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends, path = three_friends().x, path_abcd().x
    assert friends is not None
    assert path is not None
    yield _case(BY_HAND, friends, torch.tensor([0, 0, 1]), 2)
    yield _case(BY_HAND, path, torch.tensor([0, 0, 1, 1]), 2)
    for nodes, columns, graphs in ((8, 3, 3), (14, 2, 4)):
        x = torch.randn(nodes, columns, generator=generator)
        yield _case(RANDOM, x, homes(generator, nodes, graphs), graphs)
    below = -1 - torch.rand(7, 3, generator=generator)
    yield _case(EMPTY, below, homes(generator, 7, 3), 3)
    # Graphs 1 and 4 have no nodes.
    x = torch.randn(6, 2, generator=generator)
    yield _case(EMPTY, x, 2 * homes(generator, 6, 2), 5)
    x = torch.randn(5, 2, generator=generator)
    yield _case(GRADIENT, x, homes(generator, 5, 2), 2, grad=("x",))


def homes(generator: torch.Generator, nodes: int, graphs: int) -> Tensor:
    """Every graph gets at least one node and no two the same number; the nodes come in any order."""
    sizes = torch.full((graphs,), nodes // graphs) + torch.arange(graphs) - graphs // 2
    sizes[-1] += nodes - sizes.sum()
    homes = torch.arange(graphs).repeat_interleave(sizes)
    order = torch.randperm(nodes, generator=generator)
    while bool((homes[order].diff() >= 0).all()):
        order = torch.randperm(nodes, generator=generator)
    return homes[order]


def _case(group: str, x: Tensor, batch: Tensor, num_graphs: int, grad: tuple[str, ...] = ()) -> Case:
    return Case(group, dict(x=x, batch=batch, num_graphs=num_graphs), grad=grad)
