"""GraphConv: one weight matrix for yourself and one for your neighbours. As strong as 1-WL."""

import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.common import add_bias, check_width
from gnn_lib.message_passing import MessagePassing


class GraphConv(MessagePassing):
    """x'_i = W_rel aggregate { w_ji x_j : j -> i } + b + W_root x_i.

    Morris et al., 2019. x [N, in] -> [N, out]; edge_weight [E]. aggr: "sum" (or "add"), "mean", "max",
    "min" or "std".
    """

    def __init__(self, in_channels: int, out_channels: int, aggr: str = "add", bias: bool = True) -> None:
        super().__init__(aggr)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.lin_rel = nn.Linear(in_channels, out_channels, bias=bias)
        self.lin_root = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        check_width(x, self.in_channels)
        if self.aggr in ("sum", "mean") and self.out_channels < self.in_channels:  # fewer columns to sum
            heard = self.propagate(adjacency, F.linear(x, self.lin_rel.weight), edge_weight)
            heard = add_bias(heard, self.lin_rel.bias)
        else:
            heard = self.lin_rel(self.propagate(adjacency, x, edge_weight))
        out: Tensor = heard + self.lin_root(x)
        return out
