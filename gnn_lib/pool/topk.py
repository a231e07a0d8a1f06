"""Top-k pooling: keep the nodes that matter, and the edges between them.

What is kept is still a sparse graph, so layers and poolings can follow one another. Which nodes
matter is learned: the kept features are multiplied by their scores, and through these the gradient
finds its way, although choosing has none.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.graph_conv import GraphConv
from gnn_lib.pool.by_graph import per_row
from gnn_lib.pool.common import check_edges, check_x
from gnn_lib.pool.select import Selected, SelectTopK
from gnn_lib.validate import check_features, check_rows


class Pooled(NamedTuple):
    """The graphs that are left: K of N nodes, E' of E edges, in PyG's order.

    x [K, F], edge_index [2, E'], edge_attr [E', ...] or None, batch [K]; perm [K], the old id of every
    node that stays; score [K], theirs.
    """

    x: Tensor
    edge_index: Tensor
    edge_attr: Tensor | None
    batch: Tensor
    perm: Tensor
    score: Tensor


class _ScorePooling(nn.Module):
    """What the two poolings share: features to score nodes by, a choice, and what is left of the graph."""

    def __init__(self, in_channels: int, multiplier: float, select: SelectTopK) -> None:
        super().__init__()
        self.in_channels, self.multiplier, self.select = in_channels, multiplier, select

    def forward(
        self,
        x: Tensor,
        edges: Tensor | Adjacency,
        edge_attr: Tensor | None = None,
        batch: Tensor | None = None,
        attn: Tensor | None = None,
    ) -> Pooled:
        x = check_x(x)
        seen = x if attn is None else check_features(attn, x.size(0), "attn")
        seen = seen[:, None] if seen.dim() == 1 else seen
        selected = self.select(self.look(seen, edges), batch)
        return keep(selected, x, edges, edge_attr, self.multiplier)

    def look(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        """The features that a node is judged by: each pooling has its own idea."""
        raise NotImplementedError(f"{type(self).__name__} must define look(x, edges).")


class TopKPooling(_ScorePooling):
    """s = tanh(x p / |p|);  perm = the top k of every graph by s;  x' = (s * x)[perm];  A' = A[perm, perm].

    Gao & Ji, 2019; Cangea et al., 2018. p, the direction that matters, is learned. x [N, in], edges,
    edge_attr [E, ...], batch [N] -> `Pooled`.

    ratio: a share of every graph's nodes, a float in (0, 1], rounded up, or how many, an int.
    min_score: keep all nodes with softmax(x p) > min_score instead, and at least the best of a graph;
    this softmax then is the score. multiplier: a factor on x'. nonlinearity: in the place of tanh,
    "sigmoid", "relu", or any function. `attn` [N, in], if given, is judged in the place of x.
    """

    def __init__(
        self,
        in_channels: int,
        ratio: float | int | None = 0.5,
        min_score: float | None = None,
        multiplier: float = 1.0,
        nonlinearity: str | Callable[[Tensor], Tensor] = "tanh",
    ) -> None:
        super().__init__(in_channels, multiplier, SelectTopK(in_channels, ratio, min_score, nonlinearity))

    def look(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        return x


class SAGPooling(_ScorePooling):
    """As `TopKPooling`, but a layer gives the scores: a node's neighbours have a say in whether it stays.

    s = tanh(GNN(x, A)), up to the sign of one more learned number. Lee et al., 2019. The layer is
    GNN(in_channels, 1, **kwargs). All else is as in `TopKPooling`.
    """

    def __init__(
        self,
        in_channels: int,
        ratio: float | int | None = 0.5,
        GNN: Callable[..., nn.Module] = GraphConv,
        min_score: float | None = None,
        multiplier: float = 1.0,
        nonlinearity: str | Callable[[Tensor], Tensor] = "tanh",
        **kwargs: Any,
    ) -> None:
        super().__init__(in_channels, multiplier, SelectTopK(1, ratio, min_score, nonlinearity))
        self.gnn = GNN(in_channels, 1, **kwargs)

    def look(self, x: Tensor, edges: Tensor | Adjacency) -> Tensor:
        scores: Tensor = self.gnn(x, edges)
        return scores


def keep(
    selected: Selected,
    x: Tensor,
    edges: Tensor | Adjacency,
    edge_attr: Tensor | None = None,
    multiplier: float = 1.0,
) -> Pooled:
    """The selected nodes, x times their score, and the edges that have both ends among them.

    >>> three = keep(Selected(torch.tensor([2, 0]), torch.tensor([1.0, 0.5]), torch.tensor([0, 0])),
    ...              x=torch.tensor([[4.0], [5.0], [6.0]]), edges=torch.tensor([[0, 0, 1], [1, 2, 2]]))
    >>> three.x.tolist(), three.edge_index.tolist()
    ([[6.0], [2.0]], [[1], [0]])
    """
    perm, score, batch = selected
    edge_index, weight = check_edges(edges, x.size(0))
    carried = weight if edge_attr is None else check_rows(edge_attr, edge_index.size(1), "edge_attr", "edge")
    place = torch.full((x.size(0),), -1, device=x.device)
    place[perm] = torch.arange(perm.numel(), device=x.device)
    source, target = (place.index_select(0, ends) for ends in edge_index)
    inside = ((source >= 0) & (target >= 0)).nonzero().view(-1)
    return Pooled(
        x=x.index_select(0, perm) * per_row(score if multiplier == 1 else multiplier * score, x),
        edge_index=torch.stack([source.index_select(0, inside), target.index_select(0, inside)]),
        edge_attr=None if carried is None else carried.index_select(0, inside),
        batch=batch,
        perm=perm,
        score=score,
    )
