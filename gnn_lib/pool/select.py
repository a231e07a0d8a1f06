"""Which nodes stay: a score for every node, and the best of each graph.

A graph keeps a share of its nodes, a fixed number, or all that reach a score. Ties go to the node
that comes first, so the same graph in the same order always keeps the same nodes.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn_lib.layers.common import check_width
from gnn_lib.pool.by_graph import graph_max, graph_softmax
from gnn_lib.pool.common import check_batch, check_x
from gnn_lib.validate import check_choice, check_no_nan, check_probability, describe

_ACTIVATIONS = {"tanh": torch.tanh, "sigmoid": torch.sigmoid, "relu": torch.relu}


class Selected(NamedTuple):
    """The K nodes that stay, their scores, and the graphs they are in. Each [K]."""

    perm: Tensor
    score: Tensor
    batch: Tensor


class SelectTopK(nn.Module):
    """s = act(x p / |p|), and of every graph the nodes with the highest s; p [1, in] is learned.

    With `min_score` instead: s = softmax(x p) over each graph, and all nodes with s > min_score. The
    highest of a graph (and what is within 1e-7 of it) always stays. x [N, in], or [N] where in = 1.
    """

    def __init__(
        self,
        in_channels: int,
        ratio: float | int | None = 0.5,
        min_score: float | None = None,
        act: str | Callable[[Tensor], Tensor] = "tanh",
    ) -> None:
        super().__init__()
        check_ratio(ratio, min_score)
        if isinstance(act, str):
            check_choice(act, tuple(_ACTIVATIONS), "nonlinearity")
        self.in_channels, self.ratio, self.min_score = in_channels, ratio, min_score
        self.act = _ACTIVATIONS[act] if isinstance(act, str) else act
        limit = in_channels**-0.5
        self.weight = nn.Parameter(torch.empty(1, in_channels).uniform_(-limit, limit))

    def forward(self, x: Tensor, batch: Tensor | None = None) -> Selected:
        x = check_x(x)
        x = x[:, None] if x.dim() == 1 else x
        check_width(x, self.in_channels)
        ids, size = check_batch(batch, x)
        score = (x * self.weight).sum(1)
        if self.min_score is None:
            score = self.act(score / self.weight.norm())
        else:
            score = graph_softmax(score, ids, size)
        perm = _choose(score.detach(), self.ratio, self.min_score, ids, size)
        return Selected(perm, score.index_select(0, perm), ids.index_select(0, perm))


def top_k(
    score: Tensor, ratio: float | int | None, batch: Tensor | None = None, min_score: float | None = None
) -> Tensor:
    """The nodes that stay, graph after graph and best first; with `min_score`, in order of id. [K]

    ratio: a share of every graph's nodes, a float in (0, 1], rounded up; or how many of each, an int. (So
    1.0 is all and 1 is one; PyG 2.8 takes both for one.) score [N], batch [N].

    >>> top_k(torch.tensor([0.1, 0.9, 0.9, 0.5]), ratio=0.5)
    tensor([1, 2])
    >>> top_k(torch.tensor([0.1, 0.9, 0.9, 0.5]), ratio=1, batch=torch.tensor([0, 1, 1, 0]))
    tensor([3, 1])
    """
    check_ratio(ratio, min_score)
    ids, size = check_batch(batch, check_x(score, "score"))
    return _choose(score.detach(), ratio, min_score, ids, size)


def _choose(
    score: Tensor, ratio: float | int | None, min_score: float | None, batch: Tensor, size: int
) -> Tensor:
    check_no_nan(score, "score")
    if min_score is not None:
        floor = (graph_max(score, batch, size) - 1e-7).clamp_(max=min_score)
        return (score > floor.index_select(0, batch)).nonzero().view(-1)
    assert ratio is not None
    counts = torch.bincount(batch, minlength=size)
    best = torch.sort(score, descending=True, stable=True).indices
    home, by_graph = torch.sort(batch.index_select(0, best), stable=True)  # best first, graph by graph
    first = (counts.cumsum(0) - counts).index_select(0, home)
    rank = torch.arange(score.numel(), device=score.device) - first
    room = torch.full_like(counts, ratio) if isinstance(ratio, int) else _share(counts, ratio, score.dtype)
    kept = (rank < room.index_select(0, home)).nonzero().view(-1)
    return best.index_select(0, by_graph.index_select(0, kept))


def check_ratio(ratio: float | int | None, min_score: float | None) -> None:
    """One of the two says how many nodes stay; `ratio` is read only where there is no `min_score`."""
    if min_score is not None:
        return check_probability(min_score, "min_score")
    if ratio is None:
        raise ValueError("ratio and min_score are both None: one must say how many nodes stay.")
    if not isinstance(ratio, int | float):
        raise TypeError(f"ratio must be a float or an int, got {describe(ratio)}.")
    if ratio <= 0 or (isinstance(ratio, float) and not ratio <= 1):
        raise ValueError(
            "ratio must be a share of the nodes, a float in (0, 1], or a number of nodes, an int from 1 up; "
            f"got {ratio!r}."
        )
    return None


def _share(counts: Tensor, ratio: float, dtype: torch.dtype) -> Tensor:
    """ceil(ratio * counts), rounded as PyG rounds it: in the precision of the scores."""
    return (ratio * counts.to(torch.promote_types(dtype, torch.float32))).ceil().long()
