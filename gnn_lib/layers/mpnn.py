"""Neural message passing for chemistry: the kind of bond decides how a message is transformed."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import weighted_sum
from gnn_lib.layers.common import check_width
from gnn_lib.message_passing import MessagePassing


class NNConv(MessagePassing):
    """x'_i = W x_i + aggregate { nn(e_ji)ᵀ x_j : j -> i } + b, with nn(e_ji) read as a matrix [in, out].

    Gilmer et al., 2017. x [N, in], edge_attr [E, D] -> [N, out]; `nn` takes [E, D] and gives
    [E, in * out]. aggr: "sum" (or "add"), "mean", "max", "min" or "std". `root_weight=False` leaves out W.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        nn: nn.Module,
        aggr: str = "add",
        root_weight: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__(aggr)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.nn = nn
        self.lin = torch.nn.Linear(in_channels, out_channels, bias=False) if root_weight else None
        self.bias = torch.nn.Parameter(torch.zeros(out_channels)) if bias else None

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_attr: Tensor) -> Tensor:
        adjacency = self.prepare(edges, x, edge_attr)
        check_width(x, self.in_channels)
        before, last = _last_linear(self.nn)
        wanted = self.in_channels * self.out_channels
        if last is not None and last.out_features != wanted:
            raise ValueError(
                f"nn gives {last.out_features} numbers for each edge, but a matrix has "
                f"in_channels * out_channels = {wanted}: set the width of its last layer to that."
            )
        if last is not None and self.aggr in ("sum", "mean"):
            out = self._sum_without_matrices(adjacency, x, before(edge_attr), last)
        else:
            out = self.propagate(adjacency, x, edge_attr)
        if self.lin is not None:
            out = out + self.lin(x)
        return out if self.bias is None else out + self.bias

    def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
        matrices = self.nn(edge_attr).view(-1, self.in_channels, self.out_channels)
        return torch.bmm(x_source[:, None], matrices)[:, 0]

    def _sum_without_matrices(
        self, adjacency: Adjacency, x: Tensor, hidden: Tensor, last: nn.Linear
    ) -> Tensor:
        """The same, with no matrix for each edge.

        The last layer of nn makes the matrix out of h [E, K], nn(e) = T_0 + sum over k of h_k T_k. So let
        every node say all of x T_0, x T_1, ...: an edge only weighs them with its h.
        """
        T = last.weight
        if last.bias is not None:  # T_0, with an h_0 that is always 1
            T, hidden = torch.cat([T, last.bias[:, None]], dim=1), F.pad(hidden, (0, 1), value=1.0)
        T = T.view(self.in_channels, self.out_channels, -1).transpose(1, 2)
        spoken = (x @ T.flatten(1)).view(-1, hidden.size(1), self.out_channels)
        out = weighted_sum(adjacency, spoken, hidden).sum(1)
        return out / adjacency.in_degree.clamp(min=1)[:, None] if self.aggr == "mean" else out


class MPNN(nn.Module):
    """h = x, then `steps` times: m_i = ReLU(NNConv(h)_i) and h_i = GRU(h_i, m_i); the result is h.

    The network of Gilmer et al., 2017, without its read-out. A node keeps a memory and decides what to take
    in. All steps share their weights. x [N, channels], edge_attr [E, D] -> [N, channels]; `nn` takes
    [E, D] and gives [E, channels * channels].
    """

    def __init__(self, channels: int, nn: nn.Module, steps: int = 3, aggr: str = "add") -> None:
        super().__init__()
        self.steps = steps
        self.conv = NNConv(channels, channels, nn, aggr)
        self.gru = torch.nn.GRUCell(channels, channels)

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_attr: Tensor) -> Tensor:
        h = x
        for _ in range(self.steps):
            h = self.gru(self.conv(h, edges, edge_attr).relu(), h)
        return h


def _last_linear(network: nn.Module) -> tuple[nn.Sequential, nn.Linear | None]:
    """(the modules before it, last linear map) of a network that ends with one, else (it all, None)."""
    modules = list(network) if type(network) is nn.Sequential else [network]
    if modules and type(modules[-1]) is nn.Linear:
        return nn.Sequential(*modules[:-1]), modules[-1]
    return nn.Sequential(*modules), None
