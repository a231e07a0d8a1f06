"""GraphSAGE: your own features and a summary of your neighbours', each with its own weights."""

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.common import add_bias, check_width, side_by_side
from gnn_lib.message_passing import MessagePassing


class SAGEConv(MessagePassing):
    """x'_i = W_l aggregate { x_j : j -> i } + b + W_r x_i.

    Hamilton, Ying & Leskovec, 2017. x [N, in] -> [N, out]. aggr: "mean", "max", "sum", "min", "std" or
    "lstm". The paper's pooling aggregator is aggr="max" with `project`: x_j passes ReLU(W x_j + b)
    first. `normalize` scales every row of the result to length 1; `root_weight=False` leaves out W_r.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        aggr: str = "mean",
        normalize: bool = False,
        root_weight: bool = True,
        project: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__("mean" if aggr == "lstm" else aggr)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.normalize = normalize
        self.aggr_module = LSTMAggregation(in_channels, in_channels) if aggr == "lstm" else None
        self.lin = nn.Linear(in_channels, in_channels) if project else None
        self.lin_l = nn.Linear(in_channels, out_channels, bias=bias)
        self.lin_r = nn.Linear(in_channels, out_channels, bias=False) if root_weight else None

    def forward(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        adjacency = self.prepare(edges, x)
        check_width(x, self.in_channels)
        spoken = x if self.lin is None else self.lin(x).relu()
        own = None
        if self.aggr in ("sum", "mean") and self.aggr_module is None and self.out_channels < self.in_channels:
            # W_l may come before a linear summary. It narrows here, which leaves fewer columns to sum.
            if self.lin is None and self.lin_r is not None:
                spoken, own = side_by_side(x, self.lin_l.weight, self.lin_r.weight)
            else:
                spoken = F.linear(spoken, self.lin_l.weight)
            out = add_bias(self.propagate(adjacency, spoken), self.lin_l.bias)
        elif self.aggr_module is not None:
            out = self.lin_l(self.aggr_module(spoken, adjacency))
        else:
            out = self.lin_l(self.propagate(adjacency, spoken))
        if self.lin_r is not None:
            out = out.add_(own if own is not None else self.lin_r(x))
        return F.normalize(out, dim=-1) if self.normalize else out


class LSTMAggregation(nn.Module):
    """Reads each inbox as a sequence, in the order of the edges, and keeps the last state.

    x [N, in], an adjacency -> [N, out]; an empty inbox gives 0. It is the one aggregator that
    depends on the order of the edges. Inboxes of all lengths run packed, without padding, so a
    node's result depends on its own inbox alone. (PyG pads with zeros up to the graph's highest degree and
    reads the state after the padding: equal to ours where all inboxes are equally long.)
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

    def forward(self, x: Tensor, adjacency: Adjacency) -> Tensor:
        bags, length = adjacency.by_target, adjacency.in_degree
        out = x.new_zeros(adjacency.num_targets, self.lstm.hidden_size)
        if adjacency.num_edges == 0:
            return out
        # A packed sequence lists the first message of every inbox, longest inbox first, then the second …
        by_length = torch.argsort(length, descending=True, stable=True)
        rank = torch.empty_like(by_length).scatter_(0, by_length, torch.arange(len(length), device=x.device))
        step = torch.arange(adjacency.num_edges, device=x.device) - bags.ptr[bags.owner.long()]
        place = torch.argsort(step * len(length) + rank[bags.owner.long()])
        batch_sizes = torch.bincount(step).cpu()
        packed = PackedSequence(x[bags.ids.long()][place], batch_sizes)
        last = cast(Tensor, self.lstm(packed)[1][0][0])
        return out.index_copy(0, by_length[: last.size(0)], last)
