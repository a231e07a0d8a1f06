"""EdgeConv: a message is what a network makes of a node and of its neighbour's offset from it."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import gather
from gnn_lib.layers.common import first_linear
from gnn_lib.message_passing import MessagePassing


class EdgeConv(MessagePassing):
    """x'_i = aggregate { nn([x_i, x_j - x_i]) : j -> i }.

    Wang et al., 2019. x [N, F]; `nn` takes [E, 2 F] and gives [E, out]; the result is [N, out], 0 for an
    empty inbox. aggr: "max", "sum" (or "add"), "mean", "min" or "std".
    """

    def __init__(self, nn: nn.Module, aggr: str = "max") -> None:
        super().__init__(aggr)
        self.nn = nn

    def forward(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        adjacency = self.prepare(edges, x)
        first, rest = first_linear(self.nn)
        if first is None:
            return self.propagate(adjacency, x)
        if first.in_features != 2 * x.size(-1):
            raise ValueError(
                f"nn takes {first.in_features} features, but [x_i, x_j - x_i] has {2 * x.size(-1)}: "
                f"twice as many as x, {list(x.shape)}."
            )
        # [W_a, W_b] [x_i, x_j - x_i] = (W_a - W_b) x_i + W_b x_j: products for nodes, not edges.
        near, far = first.weight.chunk(2, dim=1)
        message = gather(adjacency, F.linear(x, far))
        message = message + gather(adjacency.reversed, F.linear(x, near - far, first.bias))
        for module in rest:
            message = module(message)
        return self.aggregate(message, adjacency)

    def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
        out: Tensor = self.nn(torch.cat([x_target, x_source - x_target], dim=-1))
        return out
