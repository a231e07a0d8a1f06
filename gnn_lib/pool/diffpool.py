"""DiffPool: nodes don't stay or go, each is shared out among a few clusters, softly.

A share is differentiable, so the clusters are learned by the task itself. Two losses help: nodes that
are linked should be in the same clusters, and a node in few of them.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.pool.common import check_batch, check_edges, check_x
from gnn_lib.pool.dense import to_dense_adj, to_dense_batch
from gnn_lib.validate import check_features, describe


class DiffPooled(NamedTuple):
    """C clusters for each of G graphs: x [G, C, F], adjacency [G, C, C], and two losses, numbers."""

    x: Tensor
    adjacency: Tensor
    link_loss: Tensor
    entropy_loss: Tensor


class DiffPool(nn.Module):
    """Z = embed(x, A);  S = softmax(assign(x, A));  x' = S^T Z;  A' = S^T A S, for every graph.

    Ying et al., 2018. `embed` and `assign` are any modules that take (x, edges), such as layers; the
    first gives [N, F], the second [N, C], a node's leaning to each of C clusters. With `edge_weight` [E]
    they are called (x, edges, edge_weight), and A holds the weights. x [N, in], batch [N], `size` the
    number of graphs -> `DiffPooled`. To pool again, go on with `from_dense_batch(out.x, out.adjacency)`.

    The losses are `dense_diff_pool`'s, the links' divided by the entries of A if `normalize`.
    """

    def __init__(self, embed: nn.Module, assign: nn.Module, normalize: bool = True) -> None:
        super().__init__()
        self.embed, self.assign, self.normalize = embed, assign, normalize

    def forward(
        self,
        x: Tensor,
        edges: Tensor | Adjacency,
        batch: Tensor | None = None,
        edge_weight: Tensor | None = None,
        size: int | None = None,
    ) -> DiffPooled:
        x = check_x(x)
        batch, size = check_batch(batch, x, size)
        edge_index, weight = check_edges(edges, x.size(0))
        given = () if edge_weight is None else (edge_weight,)
        Z = check_features(self.embed(x, edges, *given), x.size(0), "what embed returns")
        leaning = check_features(self.assign(x, edges, *given), x.size(0), "what assign returns")
        if edge_weight is None:
            edge_weight = x.new_ones(edge_index.size(1)) if weight is None else weight
        A = to_dense_adj(edge_index, batch, edge_weight, batch_size=size)
        dense, mask = to_dense_batch(Z, batch, batch_size=size)
        S, _ = to_dense_batch(leaning, batch, batch_size=size)
        return dense_diff_pool(dense, A, S, mask, self.normalize)

    def assignments(
        self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None
    ) -> Tensor:
        """S [N, C]: how much of every node goes to each cluster. Rows sum to 1."""
        leaning = self.assign(x, edges) if edge_weight is None else self.assign(x, edges, edge_weight)
        return torch.softmax(leaning, dim=1)


def dense_diff_pool(
    x: Tensor, adj: Tensor, s: Tensor, mask: Tensor | None = None, normalize: bool = True
) -> DiffPooled:
    """S = softmax(s);  x' = S^T x;  A' = S^T A S; and two losses.

    link loss |A - S S^T|, the root of the sum of squares over the whole batch, divided by G M M if
    `normalize`; entropy loss: the mean over all G M rows of -sum over clusters of S log S.

    x [G, M, F], adj [G, M, M], s [G, M, C], or without the G for one graph; mask [G, M] says which rows
    are nodes: the others belong to no cluster, and adj should hold zeros there.

    >>> pair, A = torch.tensor([[1.0], [3.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    >>> together = dense_diff_pool(pair, A, torch.zeros(2, 1))  # one cluster takes everything
    >>> together.x.tolist(), together.adjacency.tolist()
    ([[[4.0]]], [[[2.0]]])
    """
    x, adj, s = (value[None] if value.dim() == 2 else value for value in (x, adj, s))
    _check_block(x, adj, s, mask)
    S = torch.softmax(s, dim=-1)
    if mask is not None:
        kept = mask.view(*x.shape[:2], 1).to(x.dtype)
        x, S = x * kept, S * kept
    St = S.transpose(1, 2)
    link_loss = torch.linalg.vector_norm(adj - S @ St)
    if normalize:
        link_loss = link_loss / max(adj.numel(), 1)
    entropy = -(S * torch.log(S + 1e-15)).sum()
    return DiffPooled(St @ x, St @ adj @ S, link_loss, entropy / max(x.size(0) * x.size(1), 1))


def _check_block(x: Tensor, adj: Tensor, s: Tensor, mask: Tensor | None) -> None:
    rows = x.shape[:2]
    if x.dim() != 3 or adj.shape != (*rows, x.size(1)) or s.dim() != 3 or s.shape[:2] != rows:
        raise ValueError(
            "x, adj and s must have shapes [G, M, F], [G, M, M] and [G, M, C], "
            f"got {list(x.shape)}, {list(adj.shape)} and {list(s.shape)}. "
            "to_dense_batch and to_dense_adj make them."
        )
    if mask is not None and mask.numel() != x.size(0) * x.size(1):
        raise ValueError(f"mask must have shape {list(rows)}, one entry per row of x; got {describe(mask)}.")
