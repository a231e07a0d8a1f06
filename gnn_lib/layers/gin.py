"""GIN: a sum that can count, and a network that keeps apart what the sum kept apart."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.common import add_bias, check_width, first_linear
from gnn_lib.message_passing import MessagePassing


class _GIN(MessagePassing):
    """What GIN and GINE share: a sum, a node's own voice weighed 1 + eps, a network on the result."""

    def __init__(self, network: nn.Module, eps: float, train_eps: bool) -> None:
        super().__init__(aggr="sum")
        self.nn = network
        value = torch.full((1,), float(eps))
        self.eps: Tensor
        if train_eps:
            self.eps = nn.Parameter(value)
        else:
            self.register_buffer("eps", value)

    def update(self, inbox: Tensor, x: Tensor) -> Tensor:
        if self.eps.requires_grad:
            return inbox.addcmul_(x, 1 + self.eps)
        return inbox.add_(x, alpha=1 + float(self.eps))  # a constant costs no second array on the way back


class GINConv(_GIN):
    """x'_i = nn((1 + eps) x_i + sum over j -> i of x_j).

    Xu et al., 2019. x [N, F] -> what `nn` makes of [N, F]. `eps` is learned if `train_eps`.
    """

    def __init__(self, nn: nn.Module, eps: float = 0.0, train_eps: bool = False) -> None:
        super().__init__(nn, eps, train_eps)

    def forward(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        adjacency, (first, rest) = self.prepare(edges, x), first_linear(self.nn)
        if first is not None:
            check_width(x, first.in_features)
        # The sum is linear, so a linear map may come before it. One that narrows leaves less to sum.
        if first is None or first.out_features >= first.in_features:
            out: Tensor = self.nn(self.propagate(adjacency, x))
            return out
        out = add_bias(self.propagate(adjacency, F.linear(x, first.weight)), first.bias)
        for module in rest:
            out = module(out)
        return out


class GINEConv(_GIN):
    """x'_i = nn((1 + eps) x_i + sum over j -> i of ReLU(x_j + e_ji)).

    Hu et al., 2020. edge_attr [E, F], or [E, edge_dim], which `lin` then brings to the width of x.
    """

    def __init__(
        self, nn: nn.Module, eps: float = 0.0, train_eps: bool = False, edge_dim: int | None = None
    ) -> None:
        super().__init__(nn, eps, train_eps)
        self.lin = None if edge_dim is None else torch.nn.Linear(edge_dim, _width_in(nn))

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_attr: Tensor) -> Tensor:
        adjacency = self.prepare(edges, x, edge_attr)
        if self.lin is not None:
            check_width(x, self.lin.out_features)
            edge_attr = self.lin(edge_attr)
        elif edge_attr.dim() != 2 or edge_attr.size(1) != x.size(1):
            raise ValueError(
                f"edge_attr must be as wide as x, [E, {x.size(1)}], got {list(edge_attr.shape)}. "
                "Give the layer edge_dim=... and it learns a map to that width."
            )
        out: Tensor = self.nn(self.propagate(adjacency, x, edge_attr))
        return out

    def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
        return torch.relu(x_source + edge_attr)


def _width_in(network: nn.Module) -> int:
    """How many features the network takes."""
    for module in network.modules():
        width = getattr(module, "in_features", None) or getattr(module, "in_channels", None)
        if width is not None:
            return int(width)
    raise ValueError(f"edge_dim needs a network whose width can be read off, got {type(network).__name__}.")
