"""Propagation without weights: first learn, then spread (APPNP), or first spread, then learn (SGC).

Both take GCN's step, x -> Â x, and leave out what stands between the steps: K of them cost K sums and
not one more parameter.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.common import add_bias, check_width
from gnn_lib.layers.gcn import gcn_norm
from gnn_lib.message_passing import MessagePassing
from gnn_lib.validate import check_probability


class APPNP(MessagePassing):
    """z_0 = x, z_k = (1 - alpha) Â z_(k-1) + alpha x, and the result is z_K. Nothing is learned.

    Gasteiger, Bojchevski & Günnemann, 2019. Â is GCN's matrix. alpha is the chance that a random walk
    goes back to its start: the way to look far without forgetting where you stand. x [N, F] -> [N, F];
    edge_weight [E]. `dropout` leaves out entries of Â in training, others in each step. Â is kept with a
    prepared adjacency, so `cached` changes nothing here.
    """

    def __init__(
        self,
        K: int,
        alpha: float,
        dropout: float = 0.0,
        cached: bool = False,
        add_self_loops: bool = True,
        normalize: bool = True,
    ) -> None:
        super().__init__(aggr="sum")
        check_probability(alpha, "alpha")
        check_probability(dropout, "dropout")
        self.K, self.alpha, self.dropout = K, alpha, dropout
        self.add_self_loops, self.normalize = add_self_loops, normalize

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        if self.normalize:
            adjacency, edge_weight = gcn_norm(
                adjacency, edge_weight, x.dtype, add_self_loops=self.add_self_loops
            )
        z = x
        for _ in range(self.K):
            heard = self.propagate(adjacency, z, self._some(adjacency, edge_weight, x))
            z = torch.lerp(heard, x, self.alpha)
        return z

    def _some(self, adjacency: Adjacency, weight: Tensor | None, x: Tensor) -> Tensor | None:
        """The weights of this step: all of them, or in training those that dropout leaves."""
        if not self.training or self.dropout == 0:
            return weight
        weight = adjacency.weight if weight is None else weight
        weight = x.new_ones(adjacency.num_edges) if weight is None else weight
        return F.dropout(weight, self.dropout)


class SGConv(MessagePassing):
    """x' = Â^K x Wᵀ + b, with GCN's matrix Â: a GCN of K layers with the nonlinearities left out.

    Wu et al., 2019. x [N, in] -> [N, out]; edge_weight [E]. Nothing is learned before W, so for a fixed x
    the K sums are needed once: with `cached`, Â^K x is kept and used again while x and the edges stay the
    same. (PyG returns the first result for ever, whatever x it gets.)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        K: int = 1,
        cached: bool = False,
        add_self_loops: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__(aggr="sum")
        self.in_channels, self.out_channels, self.K = in_channels, out_channels, K
        self.cached, self.add_self_loops = cached, add_self_loops
        self.lin = nn.Linear(in_channels, out_channels, bias=bias)
        self._kept: tuple[Adjacency, Tensor, Tensor] | None = None  # edges, x, what came of them

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        check_width(x, self.in_channels)
        adjacency, edge_weight = gcn_norm(
            adjacency, edge_weight, x.dtype, add_self_loops=self.add_self_loops
        )
        out: Tensor
        if self.cached and edge_weight is None and not x.requires_grad:
            out = self.lin(self._spread_once(adjacency, x))
        elif self.out_channels < self.in_channels:  # W first: fewer columns to sum
            out = add_bias(self._spread(adjacency, F.linear(x, self.lin.weight), edge_weight), self.lin.bias)
        else:
            out = self.lin(self._spread(adjacency, x, edge_weight))
        return out

    def _spread(self, adjacency: Adjacency, x: Tensor, edge_weight: Tensor | None = None) -> Tensor:
        for _ in range(self.K):
            x = self.propagate(adjacency, x, edge_weight)
        return x

    def _spread_once(self, adjacency: Adjacency, x: Tensor) -> Tensor:
        if self._kept is not None:
            edges, before, result = self._kept
            if edges is adjacency and before.dtype == x.dtype and torch.equal(before, x):
                return result
        result = self._spread(adjacency, x)
        self._kept = (adjacency, x.clone(), result)
        return result
