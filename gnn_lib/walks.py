"""Random walks along the edges of a graph: uniform, by weight, or with node2vec's p and q.

A walk turns a graph into a sentence: nodes that are near each other come up near each other. That is
all that DeepWalk and node2vec learn from (see `embeddings`).
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gnn_lib.adjacency import Adjacency, Bags
from gnn_lib.graph import Graph
from gnn_lib.validate import check_node_ids, describe

if TYPE_CHECKING:
    from gnn_lib._kernels import Bias, Ints, Sums

_FEW = 1024  # walks below which a second thread isn't worth its start


def random_walks(
    graph: Graph,
    length: int,
    starts: Tensor | None = None,
    p: float = 1.0,
    q: float = 1.0,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Walks of `length` steps, one from each node of `starts` [W] (default: from every node once).

    Returns [W, length + 1]: each row a start and the nodes reached after it, along the edges' direction.
    A node without out-edges ends the walk, and the rest of its row is -1.

    From v, reached from u, the walk goes on to x with a probability proportional to w(v, x) times

        1/p  if x = u         (p large: don't turn back)
        1    if u -> x        (stay near u)
        1/q  otherwise        (q small: move out)

    where w is graph.edge_weight (1 without; parallel edges add up). The first step goes by w alone.
    With p = q = 1 (the default) all steps do: DeepWalk's walks. p = inf never turns back.

    The same generator state gives the same walks, on any number of threads.

    >>> path = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]))
    >>> random_walks(path, 2, starts=torch.tensor([0, 2])).tolist()
    [[0, 1, 2], [2, 3, -1]]
    """
    _check_length(length)
    bias = _bias(p, q)
    if starts is None:
        starts = torch.arange(graph.num_nodes)
    starts = check_node_ids(starts, graph.num_nodes, "starts").cpu()
    walks = torch.full((starts.numel(), length + 1), -1)
    walks[:, 0] = starts
    seeds = torch.randint(2**62, (2,), generator=generator).numpy().astype("uint64")
    if walks[:, 1:].numel():
        _fill(walks.numpy(), graph, bias, seeds)
    return walks.to(graph.device)


def _fill(walks: "Ints", graph: Graph, bias: "Bias", seeds: "Ints") -> None:
    from gnn_lib import _kernels

    ptr, ids, cumulative = _outboxes(graph)

    def fill(begin: int, end: int) -> None:
        rows = walks[begin:end]
        first_order = rows if min(bias) == 1.0 else rows[:, :2]
        _kernels.first_order(ptr, ids, cumulative, seeds[0], begin, first_order)
        if min(bias) < 1.0:
            _kernels.second_order(ptr, ids, cumulative, bias, seeds[1], begin, rows)

    _in_threads(fill, len(walks))


def _outboxes(graph: Graph) -> "tuple[Ints, Ints, Sums]":
    """Each node's out-neighbours, sorted: where they begin, their ids, and their weights' running sums."""
    from gnn_lib import _kernels

    bags: Bags = graph.adjacency.derive("sorted outboxes", lambda: _sort_outboxes(graph.adjacency))
    ptr, ids = bags.ptr.cpu().numpy(), bags.ids.cpu().numpy()
    if graph.edge_weight is None:
        return ptr, ids, None
    weight = _check_weight(graph.edge_weight.detach())[bags.order]
    return ptr, ids, _kernels.cumulate(ptr, weight.double().cpu().numpy())


def _sort_outboxes(adjacency: Adjacency) -> Bags:
    """`adjacency.by_source` with ascending ids in each bag: grouping keeps the order it is given."""
    ascending = adjacency.by_target.order
    bags = Adjacency(adjacency.edge_index[:, ascending], adjacency.num_sources).by_source
    return bags._replace(order=ascending[bags.order])


def _in_threads(work: Callable[[int, int], None], count: int) -> None:
    """work(begin, end) over stretches that cover range(count), on as many threads as torch uses."""
    threads = torch.get_num_threads()
    stretch = max(_FEW, math.ceil(count / (4 * threads)))  # small enough to share out evenly
    begins = range(0, count, stretch)
    if len(begins) == 1 or threads == 1:
        work(0, count)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda begin: work(begin, min(begin + stretch, count)), begins))


def _bias(p: float, q: float) -> "Bias":
    """1/p, 1, 1/q, scaled so that the largest is 1."""
    for name, value in (("p", p), ("q", q)):
        if not value > 0 or math.isinf(1 / value):
            raise ValueError(f"{name} divides a probability, so it must be positive; got {value!r}.")
    most = max(1 / p, 1.0, 1 / q)
    return 1 / p / most, 1 / most, 1 / q / most


def _check_length(length: int) -> None:
    if not isinstance(length, int) or length < 0:
        raise ValueError(f"length counts steps, so it must be an int of 0 or more; got {describe(length)}.")


def _check_weight(weight: Tensor) -> Tensor:
    if bool((weight < 0).any()) or not bool(weight.isfinite().all()):
        raise ValueError(
            f"A walk takes edge_weight as odds, so it must be finite and never negative; "
            f"got values from {float(weight.min())} to {float(weight.max())}."
        )
    return weight
