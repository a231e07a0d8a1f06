"""Every pooling gives on each device what it gives on the CPU, gradients too."""

import pytest
import torch
from torch import Tensor, nn

from gnn_lib.layers import GCNConv
from gnn_lib.pool import (
    AttentionalAggregation,
    DiffPool,
    SAGPooling,
    TopKPooling,
    global_add_pool,
    global_max_pool,
    global_mean_pool,
)
from tests.layers.oracle import assert_same
from tests.pool.cases import Joined, awkward_batches
from tests.strategies import DEVICES

CASES = {name: (edges, batch, nodes) for name, edges, batch, nodes in awkward_batches()}
# How to make each, and what it is called with: x, (e)dges, (b)atch, or nothing for edge_attr (_).
POOLS = {
    "sum": (lambda: global_add_pool, "xb"),
    "mean": (lambda: global_mean_pool, "xb"),
    "max": (lambda: global_max_pool, "xb"),
    "attention": (lambda: AttentionalAggregation(nn.Linear(4, 1), nn.Linear(4, 3)), "xb"),
    "top-k": (lambda: TopKPooling(4, 0.4), "xe_b"),
    "score": (lambda: TopKPooling(4, min_score=0.1), "xe_b"),
    "SAG": (lambda: SAGPooling(4), "xe_b"),
    "DiffPool": (lambda: DiffPool(GCNConv(4, 3), GCNConv(4, 2)), "xeb"),
}


class Via(nn.Module):
    """A pooling on `device`, called with tensors from the CPU; its result comes back there."""

    def __init__(self, pool: Joined, device: str, wants: str) -> None:
        super().__init__()
        self.pool, self.device, self.wants = pool.to(device), device, wants

    def forward(self, x: Tensor, edges: Tensor, batch: Tensor | None) -> Tensor:
        given = {"x": x, "e": edges, "b": batch, "_": None}
        args = [given[letter] for letter in self.wants]
        return self.pool(*(None if part is None else part.to(self.device) for part in args)).cpu()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", ["one node, no edges", "side by side", "in no order"])
@pytest.mark.parametrize("name", POOLS)
def test_same_as_on_the_cpu(name: str, case: str, device: str) -> None:
    edges, batch, nodes = CASES[case]
    make, wants = POOLS[name]
    ids = (1, 3, 4) if wants == "xe_b" else ()
    there, here = Joined(make(), ids).double(), Joined(make(), ids).double()
    here.load_state_dict(there.state_dict())
    args = (torch.randn(nodes, 4, dtype=torch.float64), edges, batch)
    assert_same(Via(there, device, wants), Via(here, "cpu", wants), args, args, name)
    for one, other in zip(there.ids, here.ids, strict=True):
        assert one.device.type == device
        assert torch.equal(one.cpu(), other)
