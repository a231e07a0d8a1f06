"""A graph transformer: everybody listens to everybody in the same graph, whatever the edges say.

Attention over all nodes has no bottleneck and no horizon, but it doesn't see the graph. So the graph
must come in with the features, as an encoding of where each node sits: `degree_encoding` here, or
`gnn_lib.spectral.laplacian_positional_encoding`.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.layers.common import check_batch, check_width
from gnn_lib.validate import check_features, check_probability


class GlobalAttention(nn.Module):
    """y_i = W_o concat over heads of sum over j in i's graph of softmax_j(q_i . k_j / sqrt(d)) v_j, plus b_o.

    q, k, v = x W_qᵀ + b_q and so on, d = channels / heads each. Vaswani et al., 2017. x [N, channels]
    -> [N, channels]; batch [N] says which graph a node is in, one for all without it. Parameters are
    named as nn.MultiheadAttention's.
    """

    def __init__(self, channels: int, heads: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        if heads < 1 or channels % heads:
            raise ValueError(f"heads={heads} must divide channels={channels}.")
        check_probability(dropout, "dropout")
        self.channels, self.heads, self.dropout = channels, heads, dropout
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(3 * channels, channels)))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * channels))
        self.out_proj = nn.Linear(channels, channels)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x: Tensor, batch: Tensor | None = None) -> Tensor:
        q, k, v = self._heads(x)
        if batch is None:
            heard = self._attend(q, k, v)
        else:
            heard = self._attend_by_graph(q, k, v, check_batch(batch, x))
        out: Tensor = self.out_proj(heard.flatten(1))
        return out

    def _heads(self, x: Tensor) -> tuple[Tensor, ...]:
        """q, k and v, each [N, heads, d]."""
        check_features(x, len(x))
        check_width(x, self.channels)
        stacked = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        return stacked.view(len(x), 3, self.heads, self.channels // self.heads).unbind(1)

    def _attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """q, k, v [..., n, heads, d]; mask [..., n] is true for the keys that count."""
        q, k, v = (t.transpose(-2, -3) for t in (q, k, v))
        keys = None if mask is None else mask[..., None, None, :]
        p = self.dropout if self.training else 0.0
        return F.scaled_dot_product_attention(q, k, v, attn_mask=keys, dropout_p=p).transpose(-2, -3)

    def _attend_by_graph(self, q: Tensor, k: Tensor, v: Tensor, batch: Tensor) -> Tensor:
        """The graphs one above the other, filled up to the size of the largest: [G, n, heads, d]."""
        _, graph, size = torch.unique(batch, return_inverse=True, return_counts=True)
        order = graph.argsort(stable=True)  # nodes of one graph need not stand together
        start = size.cumsum(0) - size
        place = torch.empty_like(order)
        place[order] = torch.arange(len(order), device=order.device) - start[graph[order]]
        largest = int(size.max()) if len(size) else 0
        slot = graph * largest + place
        mask = torch.arange(largest, device=size.device) < size[:, None]
        rows = len(size) * largest

        def fill(t: Tensor) -> Tensor:
            return t.new_zeros(rows, *t.shape[1:]).index_copy(0, slot, t).view(*mask.shape, *t.shape[1:])

        return self._attend(fill(q), fill(k), fill(v), mask).flatten(0, 1)[slot]


class GraphTransformerLayer(nn.Module):
    """h = x + attention(norm_1(x)), and the result is h + W_2 ReLU(W_1 norm_2(h) + b_1) + b_2.

    Vaswani et al., 2017, on graphs as in Dwivedi & Bresson, 2021, with the norms first (Xiong et al.,
    2020), which trains without a warm-up. x [N, channels] -> [N, channels]; batch [N] separates graphs.
    Edges are not asked for: add a positional encoding to x. `hidden` is the width between W_1 and W_2, by
    default 4 * channels. Takes the weights of nn.TransformerEncoderLayer(norm_first=True).

    >>> layer = GraphTransformerLayer(channels=8, heads=2)
    >>> layer(torch.ones(5, 8), batch=torch.tensor([0, 0, 1, 1, 1])).shape
    torch.Size([5, 8])
    """

    def __init__(
        self, channels: int, heads: int = 1, hidden: int | None = None, dropout: float = 0.0
    ) -> None:
        super().__init__()
        hidden = 4 * channels if hidden is None else hidden
        self.dropout = dropout
        self.self_attn = GlobalAttention(channels, heads, dropout)
        self.linear1, self.linear2 = nn.Linear(channels, hidden), nn.Linear(hidden, channels)
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)

    def forward(self, x: Tensor, batch: Tensor | None = None) -> Tensor:
        h = x + self._drop(self.self_attn(self.norm1(x), batch))
        wide = self._drop(self.linear1(self.norm2(h)).relu())
        return h + self._drop(self.linear2(wide))

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training)


def degree_encoding(graph: Graph, max_degree: int) -> Tensor:
    """Every node's in-degree and out-degree, each as one 1 among zeros: [N, 2 * (max_degree + 1)].

    Degrees above max_degree count as max_degree. A linear layer on this learns a vector for every degree:
    the centrality encoding of Ying et al., 2021.

    >>> star = Graph(torch.tensor([[0, 1], [2, 2]]))
    >>> degree_encoding(star, max_degree=2).int().tolist()  # in 0, 1, 2 and out 0, 1, 2
    [[1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0], [0, 0, 1, 1, 0, 0]]
    """
    if max_degree < 0:
        raise ValueError(f"max_degree is the largest degree told apart, so 0 or more; got {max_degree}.")
    columns = []
    for ends in graph.edge_index.flip(0):
        degree = torch.bincount(ends, minlength=graph.num_nodes).clamp(max=max_degree)
        columns.append(F.one_hot(degree, max_degree + 1))
    return torch.cat(columns, dim=1).to(torch.get_default_dtype())
