"""What the tests of pooling share: batches as awkward as can be, and outputs of several parts as one."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tests.layers.oracle import awkward_graphs


def awkward_batches() -> Iterator[tuple[str, Tensor, Tensor | None, int]]:
    """(name, edge_index, batch or None, number of nodes): one graph, all of them, and in no order."""
    for name, edge_index, nodes in awkward_graphs():
        yield name, edge_index, None, nodes
    edges, batch, start = [], [], 0
    for graph, (_, edge_index, nodes) in enumerate(awkward_graphs()):
        edges.append(edge_index + start)
        batch.append(torch.full((nodes,), graph + graph // 4))  # some graphs in between have no nodes
        start += nodes
    edge_index, homes = torch.cat(edges, dim=1), torch.cat(batch)
    yield "side by side", edge_index, homes, start
    order = torch.randperm(start, generator=torch.Generator().manual_seed(3))
    yield "in no order", order.argsort()[edge_index], homes[order], start


class Joined(nn.Module):
    """A pooling whose floating-point results, one after the other, are one vector: fit for `assert_same`.

    `ids` says which results are integers; they are kept apart, to be compared exactly.
    """

    def __init__(self, pool: Callable[..., Any], ids: Sequence[int] = ()) -> None:
        super().__init__()
        self.pool, self.places = pool, ids
        self.ids: list[Tensor] = []

    def forward(self, *args: Any) -> Tensor:
        out = self.pool(*args)
        parts = out if isinstance(out, tuple) else (out,)
        self.ids = [parts[place] for place in self.places]
        floats = [p for place, p in enumerate(parts) if place not in self.places and p is not None]
        return torch.cat([part.reshape(-1) for part in floats])
