"""Links to learn from and links to be judged by, kept apart; and pairs that are no links.

Predicting links has a trap of its own. An undirected edge is stored twice, so a split that deals out
stored edges leaves the reverse of many a test edge among the training messages, and the model only
has to look it up. Here both directions, and all copies, of a pair go to the same part.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph
from gnn_lib.validate import check_probability, describe


@dataclass(frozen=True, eq=False)
class Links:
    """One part of a split: graph (the edges to send messages along), and the pairs to score.

    positive [2, P] are edges, negative [2, M] are not. Undirected pairs come once, smaller id first.
    """

    graph: Graph
    positive: Tensor
    negative: Tensor

    @property
    def pairs(self) -> Tensor:
        """[2, P + M], the positive ones first."""
        return torch.cat([self.positive, self.negative], dim=1)

    @property
    def labels(self) -> Tensor:
        """[P + M]: 1.0 for edges, 0.0 for the others."""
        labels = torch.zeros(self.pairs.size(1), device=self.positive.device)
        labels[: self.positive.size(1)] = 1.0
        return labels


class LinkSplit(NamedTuple):
    train: Links
    val: Links
    test: Links


def split_links(
    graph: Graph,
    val: float = 0.1,
    test: float = 0.1,
    undirected: bool = True,
    negatives: float = 1.0,
    generator: torch.Generator | None = None,
) -> LinkSplit:
    """Deal out the edges to train, val and test (val, test: the share of the pairs they get).

    While training and validating, messages run along the training edges only; for the test, along
    those of validation as well, which are known by then. Self-loops always stay among the messages:
    whether a node is linked to itself is nothing to predict. undirected: edges are pairs, and the graph
    must hold both directions; if False, i -> j and j -> i are two things to predict.

    negatives: how many pairs without an edge go with each edge. Those of val and test are no edge of
    the whole graph. Those of train are only known to be no training edge: to leave out the test edges
    would tell which they are. Draw new ones each epoch with `negative_edges(split.train.graph, ...)`.

    >>> ring = Graph(torch.tensor([[0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]]))
    >>> split = split_links(ring, val=0.0, test=0.25, generator=torch.Generator().manual_seed(0))
    >>> split.train.graph.num_edges, split.test.positive.shape, split.test.labels.tolist()
    (6, torch.Size([2, 1]), [1.0, 0.0])
    """
    _check_shares(val, test, negatives)
    if undirected:
        _check_both_directions(graph)
    pairs, pair_of_edge = _pairs(graph, undirected)
    part = _deal(pairs.size(1), val, test, generator).to(graph.device)
    known = select_edges(graph, part[pair_of_edge] == 0)
    graphs = known, known, select_edges(graph, part[pair_of_edge] <= 1)
    positive = [pairs[:, part[:-1] == k] for k in range(3)]

    wanted = [round(negatives * one.size(1)) for one in positive]
    for_train = negative_edges(known, wanted[0], undirected, generator=generator)
    judged = negative_edges(graph, wanted[1] + wanted[2], undirected, generator=generator)
    negative = for_train, judged[:, : wanted[1]], judged[:, wanted[1] :]
    return LinkSplit(*map(Links, graphs, positive, negative))


def negative_edges(
    graph: Graph,
    num: int,
    undirected: bool = False,
    self_loops: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    """`num` different pairs [2, num] that are no edges, all equally likely; i -> i only if `self_loops`.

    undirected: pairs {i, j} with no edge in either direction, smaller id first. Takes memory for the
    edges, not for all N^2 pairs, and is exact however dense the graph is.

    >>> almost_complete = Graph(torch.tensor([[0, 0, 1, 2, 2], [1, 2, 0, 0, 1]]))
    >>> negative_edges(almost_complete, 1).tolist()
    [[1], [2]]
    """
    N = graph.num_nodes
    # Pairs are numbered, and those with an edge struck out. If the k-th of these (from 0) is number
    # n, then n - k free ones come before it; so free pair r lies behind all with n - k <= r.
    first = 0 if self_loops else N
    taken = torch.unique(_number(graph.edge_index, N, undirected))
    taken = taken[taken >= first]
    free = (N * (N + 1) // 2 if undirected else N * N) - first - taken.numel()
    _check_num(num, free)
    ranks = _distinct(free, num, generator).to(graph.device)
    free_before = taken - first - torch.arange(taken.numel(), device=graph.device)
    numbers = first + ranks + torch.searchsorted(free_before, ranks, right=True)
    return _pair(numbers, N, undirected)


def _number(edge_index: Tensor, N: int, undirected: bool) -> Tensor:
    """Each pair (i, j) as one integer: d * N + i, where d = j - i (mod N) steps lead from i to j.

    The self-loops are 0 .. N - 1. Undirected, one counts the shorter way round the circle, so d is at
    most N / 2, and numbers run to N (N + 1) / 2 without a gap.
    """
    i, j = edge_index
    d = (j - i) % max(N, 1)
    if undirected:
        turn = (2 * d > N) | ((2 * d == N) & (j < i))
        i, d = torch.where(turn, j, i), torch.where(turn, N - d, d)
    number: Tensor = d * N + i
    return number


def _pair(numbers: Tensor, N: int, undirected: bool) -> Tensor:
    """The pairs [2, K] with these numbers."""
    d, i = numbers // max(N, 1), numbers % max(N, 1)
    pairs = torch.stack([i, (i + d) % max(N, 1)])
    return pairs.sort(dim=0).values if undirected else pairs


def _pairs(graph: Graph, undirected: bool) -> tuple[Tensor, Tensor]:
    """The distinct pairs with an edge [2, P], without loops; and for each edge its pair (P: a loop)."""
    number_of_edge = _number(graph.edge_index, graph.num_nodes, undirected)
    numbers, pair_of_edge = torch.unique(number_of_edge, return_inverse=True)
    loops = int((numbers < graph.num_nodes).sum())  # they have the smallest numbers
    pair_of_edge = pair_of_edge - loops
    pairs = _pair(numbers[loops:], graph.num_nodes, undirected)
    return pairs, torch.where(pair_of_edge < 0, pairs.size(1), pair_of_edge)


def _deal(count: int, val: float, test: float, generator: torch.Generator | None) -> Tensor:
    """The part of each pair: 0 train, 1 val, 2 test. One entry more, 0, for the self-loops."""
    order = torch.randperm(count, generator=generator)
    num_val, num_test = round(val * count), round(test * count)
    part = torch.zeros(count + 1, dtype=torch.long)
    part[order[:num_val]] = 1
    part[order[num_val : num_val + num_test]] = 2
    return part


def _distinct(bound: int, count: int, generator: torch.Generator | None) -> Tensor:
    """`count` different integers below `bound`, in random order."""
    if bound <= 4 * count:
        return torch.randperm(bound, generator=generator)[:count]
    drawn = torch.empty(0, dtype=torch.long)
    while drawn.numel() < count:
        more = torch.randint(bound, (count - drawn.numel() + count // 4 + 1,), generator=generator)
        drawn = torch.unique(torch.cat([drawn, more]))
    return drawn[torch.randperm(drawn.numel(), generator=generator)[:count]]


def _check_num(num: int, free: int) -> None:
    if not isinstance(num, int) or num < 0:
        raise ValueError(f"num must be an int of 0 or more, got {describe(num)}.")
    if num > free:
        raise ValueError(
            f"{num} pairs without an edge were asked for, but the graph has only {free}. Ask for fewer."
        )


def _check_shares(val: float, test: float, negatives: float) -> None:
    check_probability(val, "val")
    check_probability(test, "test")
    if val + test > 1:
        raise ValueError(f"val and test are shares of the edges, but {val} + {test} is more than 1.")
    if not 0 <= negatives < float("inf"):
        raise ValueError(f"negatives is a number for each edge, so 0 or more; got {negatives!r}.")


def _check_both_directions(graph: Graph) -> None:
    there = _number(graph.edge_index, graph.num_nodes, undirected=False)
    back = _number(graph.edge_index.flip(0), graph.num_nodes, undirected=False)
    alone = ~torch.isin(there, back)
    if bool(alone.any()):
        i, j = graph.edge_index[:, alone][:, 0].tolist()
        raise ValueError(
            f"the graph has {i} -> {j} but not {j} -> {i}. Make it undirected with to_undirected(graph), "
            "or say undirected=False."
        )
