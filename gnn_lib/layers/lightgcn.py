"""LightGCN: recommend by spreading embeddings between users and what they liked. Nothing else."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.gcn import gcn_norm
from gnn_lib.message_passing import MessagePassing
from gnn_lib.validate import check_edge_index, check_node_ids, check_rows


class LGConv(MessagePassing):
    """x'_i = sum over j -> i of w_ji / sqrt(d_j d_i) x_j: GCN without self-loops and without weights.

    He et al., 2020. x [N, F] -> [N, F]; edge_weight [E]. With `normalize=False` a plain weighted sum.
    """

    def __init__(self, normalize: bool = True) -> None:
        super().__init__(aggr="sum")
        self.normalize = normalize

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        if self.normalize:
            adjacency, edge_weight = gcn_norm(adjacency, edge_weight, x.dtype, add_self_loops=False)
        return self.propagate(adjacency, x, edge_weight)


class LightGCN(nn.Module):
    """z_i = sum over l = 0 .. L of alpha_l x_i^(l), where x^(l + 1) = LGConv(x^(l)) and x^(0) is learned.

    He et al., 2020. Users and items are nodes of one graph, with both directions of every rating as
    edges. The score of a pair (i, j) is z_i . z_j. alpha: one number for all layers or a tensor [L + 1];
    without it 1 / (L + 1), the mean.
    """

    alpha: Tensor

    def __init__(
        self,
        num_nodes: int,
        embedding_dim: int,
        num_layers: int,
        alpha: float | Tensor | None = None,
        normalize: bool = True,
    ) -> None:
        super().__init__()
        if alpha is None:
            alpha = 1.0 / (num_layers + 1)
        if not isinstance(alpha, Tensor):
            alpha = torch.full((num_layers + 1,), float(alpha))
        self.register_buffer("alpha", check_rows(alpha, num_layers + 1, "alpha", "layer, the start included"))
        self.num_nodes, self.embedding_dim, self.num_layers = num_nodes, embedding_dim, num_layers
        self.embedding = nn.Embedding(num_nodes, embedding_dim)
        nn.init.xavier_uniform_(self.embedding.weight)
        self.convs = nn.ModuleList(LGConv(normalize) for _ in range(num_layers))

    def get_embedding(self, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        """z [N, embedding_dim]."""
        x = self.embedding.weight
        out = x * self.alpha[0]
        for share, conv in zip(self.alpha[1:], self.convs, strict=True):
            x = conv(x, edges, edge_weight)
            out = torch.addcmul(out, x, share)
        return out

    def forward(
        self,
        edges: Tensor | Adjacency,
        edge_label_index: Tensor | None = None,
        edge_weight: Tensor | None = None,
    ) -> Tensor:
        """The scores [P] of the pairs edge_label_index [2, P]; of the edges themselves without it."""
        if edge_label_index is None:
            edge_label_index = edges.edge_index if isinstance(edges, Adjacency) else edges
        pairs = check_edge_index(edge_label_index, self.num_nodes, "edge_label_index")
        z = self.get_embedding(edges, edge_weight)
        return (z.index_select(0, pairs[0]) * z.index_select(0, pairs[1])).sum(-1)

    def predict_link(
        self,
        edges: Tensor | Adjacency,
        edge_label_index: Tensor | None = None,
        edge_weight: Tensor | None = None,
        prob: bool = False,
    ) -> Tensor:
        """1 where a pair's score is above 0, else 0; with `prob` the sigmoid of the score. [P]."""
        chance: Tensor = self(edges, edge_label_index, edge_weight).sigmoid()
        return chance if prob else chance.round()

    def recommend(
        self,
        edges: Tensor | Adjacency,
        edge_weight: Tensor | None = None,
        src_index: Tensor | None = None,
        dst_index: Tensor | None = None,
        k: int = 1,
        sorted: bool = True,
    ) -> Tensor:
        """The k nodes of highest score for each node in src_index [S]: [S, k], best first if `sorted`.

        Chosen among dst_index [D]; without the one or the other, among or for all nodes. What a user has
        rated already is not left out: its score is high, so ask for more and filter.
        """
        z = self.get_embedding(edges, edge_weight)
        users = z if src_index is None else z[check_node_ids(src_index, self.num_nodes, "src_index")]
        items = z if dst_index is None else z[check_node_ids(dst_index, self.num_nodes, "dst_index")]
        if not 1 <= k <= len(items):
            raise ValueError(f"k must be from 1 to the number of choices, {len(items)}; got {k}.")
        best = (users @ items.t()).topk(k, dim=-1, sorted=sorted).indices
        return best if dst_index is None else dst_index[best]

    def link_pred_loss(self, pred: Tensor, edge_label: Tensor, **kwargs: Any) -> Tensor:
        """Binary cross-entropy between scores [P] and labels 0 or 1 [P]; kwargs as the torch function's."""
        return F.binary_cross_entropy_with_logits(pred, edge_label.to(pred.dtype), **kwargs)

    def recommendation_loss(
        self,
        pos_edge_rank: Tensor,
        neg_edge_rank: Tensor,
        node_id: Tensor | None = None,
        lambda_reg: float = 1e-4,
    ) -> Tensor:
        """Bayesian personalised ranking: - mean of ln sigmoid(pos - neg) + lambda_reg ‖x^(0)‖² / P.

        Rendle et al., 2009. pos_edge_rank and neg_edge_rank [P] are scores: in each place of an item that
        a user likes and of one that the same user has not rated. node_id [M]: the nodes whose learned
        embeddings count in the norm (all, without it).
        """
        check_rows(neg_edge_rank, len(pos_edge_rank), "neg_edge_rank", "entry of pos_edge_rank")
        x = self.embedding.weight if node_id is None else self.embedding(node_id)
        ranking = F.logsigmoid(pos_edge_rank - neg_edge_rank).mean()
        return lambda_reg * x.square().sum() / len(pos_edge_rank) - ranking

    def extra_repr(self) -> str:
        return f"{self.num_nodes}, {self.embedding_dim}, num_layers={self.num_layers}"
