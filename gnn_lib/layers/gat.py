"""GAT and GATv2: let every node decide how much to listen to each of its neighbours."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import Reduce, aggregate, weighted_sum
from gnn_lib.attention import attend, softmax
from gnn_lib.layers.common import add_bias, check_width, glorot, glorot_linear, side_by_side
from gnn_lib.message_passing import MessagePassing
from gnn_lib.pair_attention import attend_pairs, columns
from gnn_lib.validate import check_probability


class _AttentionConv(MessagePassing):
    """What GAT and GATv2 share: heads side by side or averaged, dropout on attention, self-loops.

    Self-loops replace those that are there. With edge features, a self-loop's are `fill_value`: a
    number, or "mean", "sum", "max", "min" of the features that arrive at the node.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        heads: int,
        concat: bool,
        negative_slope: float,
        dropout: float,
        add_self_loops: bool,
        edge_dim: int | None,
        fill_value: float | str,
        bias: bool,
        residual: bool,
    ) -> None:
        super().__init__(aggr="sum")
        check_probability(dropout, "dropout")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.heads, self.concat = heads, concat
        self.negative_slope, self.dropout = negative_slope, dropout
        self.add_self_loops, self.fill_value = add_self_loops, fill_value
        width = heads * out_channels
        self.lin_edge = None if edge_dim is None else glorot_linear(edge_dim, width)
        self.res = glorot_linear(in_channels, width if concat else out_channels) if residual else None
        self.bias = nn.Parameter(torch.zeros(width if concat else out_channels)) if bias else None

    def with_loops(
        self, edges: Tensor | Adjacency, x: Tensor, edge_attr: Tensor | None
    ) -> tuple[Adjacency, Tensor | None]:
        """The prepared edges and the edge features (projected, [E, H, C]), self-loops included."""
        adjacency = self.prepare(edges, x, edge_attr)
        check_width(x, self.in_channels)
        if edge_attr is not None and self.lin_edge is None:
            raise ValueError(f"edge_attr {list(edge_attr.shape)} was given, but the layer has no edge_dim.")
        if self.add_self_loops:
            looped = adjacency.with_self_loops()
            if edge_attr is not None:
                edge_attr = _with_loop_features(adjacency, looped, edge_attr, self.fill_value)
            adjacency = looped
        if edge_attr is None or self.lin_edge is None:
            return adjacency, None
        columns = edge_attr.reshape(adjacency.num_edges, -1)
        return adjacency, self._heads(self.lin_edge(columns))

    def _heads(self, columns: Tensor) -> Tensor:
        """[N, H * C] -> [N, H, C]."""
        return columns.view(-1, self.heads, self.out_channels)

    def kept(self, adjacency: Adjacency, values: Tensor) -> Tensor | None:
        """What dropout on attention leaves of each edge, [E, H]: 0 or 1 / (1 - dropout)."""
        if not self.training or self.dropout == 0:
            return None
        return F.dropout(values.new_ones(adjacency.num_edges, self.heads), self.dropout)

    def listen(self, adjacency: Adjacency, values: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
        """Softmax of the scores [E, H], dropout, weighted sum of the values -> ([N, H, C], alpha [E, H])."""
        alpha = F.dropout(softmax(adjacency, scores), self.dropout, self.training)
        return weighted_sum(adjacency, values, alpha), alpha

    def finish(self, out: Tensor, x: Tensor) -> Tensor:
        """Heads side by side or averaged, then the residual and the bias."""
        out = out.flatten(1) if self.concat else out.mean(1)
        if self.res is not None:
            out = out + self.res(x)
        return out if self.bias is None else out + self.bias


class GATConv(_AttentionConv):
    """x'_i = sum over j -> i of alpha_ji W x_j, with i itself among the j, for each head.

    alpha_ji = softmax over i's inbox of LeakyReLU(a_src . W x_j + a_dst . W x_i + a_edge . W_e e_ji).
    Velickovic et al., 2018. x [N, in] -> [N, heads * out], or [N, out] where heads are averaged.
    With `return_attention_weights` also (edge_index with the self-loops, alpha [E', heads]).
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        heads: int = 1,
        concat: bool = True,
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        add_self_loops: bool = True,
        edge_dim: int | None = None,
        fill_value: float | str = "mean",
        bias: bool = True,
        residual: bool = False,
    ) -> None:
        super().__init__(
            in_channels, out_channels, heads, concat, negative_slope, dropout,
            add_self_loops, edge_dim, fill_value, bias, residual,
        )
        self.lin = glorot_linear(in_channels, heads * out_channels)
        self.att_src, self.att_dst = glorot(1, heads, out_channels), glorot(1, heads, out_channels)
        self.att_edge = None if self.lin_edge is None else glorot(1, heads, out_channels)

    def forward(
        self,
        x: Tensor,
        edges: Tensor | Adjacency,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool = False,
    ) -> Any:
        adjacency, edge_features = self.with_loops(edges, x, edge_attr)
        values = self._heads(self.lin(x))
        both = values.flatten(1) @ torch.cat([columns(self.att_src), columns(self.att_dst)], dim=1)
        at_source, at_target = both[:, : self.heads], both[:, self.heads :]
        if edge_features is None and not return_attention_weights:
            keep = self.kept(adjacency, values)
            return self.finish(attend(adjacency, values, at_source, at_target, self.negative_slope, keep), x)
        scores = at_source[adjacency.sources] + at_target[adjacency.targets]
        if edge_features is not None and self.att_edge is not None:
            scores = scores + (edge_features * self.att_edge).sum(2)
        out, alpha = self.listen(adjacency, values, F.leaky_relu(scores, self.negative_slope))
        out = self.finish(out, x)
        return (out, (adjacency.edge_index, alpha)) if return_attention_weights else out


class GATv2Conv(_AttentionConv):
    """x'_i = sum over j -> i of alpha_ji W_l x_j, with i itself among the j, for each head.

    alpha_ji = softmax over i's inbox of a . LeakyReLU(W_l x_j + W_r x_i + W_e e_ji). The nonlinearity comes
    before the product with a, so what a node listens to can depend on who it is: GAT ranks the same
    neighbours the same way for everybody. Brody, Alon & Yahav, 2022. Shapes as GATConv's.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        heads: int = 1,
        concat: bool = True,
        negative_slope: float = 0.2,
        dropout: float = 0.0,
        add_self_loops: bool = True,
        edge_dim: int | None = None,
        fill_value: float | str = "mean",
        bias: bool = True,
        share_weights: bool = False,
        residual: bool = False,
    ) -> None:
        super().__init__(
            in_channels, out_channels, heads, concat, negative_slope, dropout,
            add_self_loops, edge_dim, fill_value, bias, residual,
        )
        self.lin_l = glorot_linear(in_channels, heads * out_channels, bias)
        self.lin_r = self.lin_l if share_weights else glorot_linear(in_channels, heads * out_channels, bias)
        self.att = glorot(1, heads, out_channels)

    def forward(
        self,
        x: Tensor,
        edges: Tensor | Adjacency,
        edge_attr: Tensor | None = None,
        return_attention_weights: bool = False,
    ) -> Any:
        adjacency, edge_features = self.with_loops(edges, x, edge_attr)
        if self.lin_r is self.lin_l:
            values = listeners = self._heads(self.lin_l(x))
        else:
            spoken, heard = side_by_side(x, self.lin_l.weight, self.lin_r.weight)
            values = self._heads(add_bias(spoken, self.lin_l.bias))
            listeners = self._heads(add_bias(heard, self.lin_r.bias))
        if edge_features is None and not return_attention_weights:
            keep = self.kept(adjacency, values)
            out = attend_pairs(adjacency, values, listeners, self.att, self.negative_slope, keep)
            return self.finish(out, x)
        sums = values[adjacency.sources] + listeners[adjacency.targets]
        if edge_features is not None:
            sums = sums + edge_features
        scores = (F.leaky_relu(sums, self.negative_slope) * self.att).sum(2)
        out, alpha = self.listen(adjacency, values, scores)
        out = self.finish(out, x)
        return (out, (adjacency.edge_index, alpha)) if return_attention_weights else out


def _with_loop_features(
    adjacency: Adjacency, looped: Adjacency, edge_attr: Tensor, fill_value: float | str
) -> Tensor:
    """Features for the edges of `looped`: those between nodes, then one row for every self-loop."""
    between = adjacency.sources != adjacency.targets
    kept = edge_attr[between]
    if not isinstance(fill_value, str):
        filled = kept.new_full((looped.num_sources, *kept.shape[1:]), float(fill_value))
        return torch.cat([kept, filled])
    reduce: Reduce = "sum" if fill_value == "add" else fill_value  # type: ignore[assignment]
    without = Adjacency(adjacency.edge_index[:, between], adjacency.num_sources)
    return torch.cat([kept, aggregate(without.incidence, kept, reduce)])
