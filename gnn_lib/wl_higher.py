"""Beyond 1-WL: colour tuples of nodes instead of nodes.

k-WL gives a colour to each of the n^k tuples v = (v_1, ..., v_k). It starts from what a tuple looks
like (which entries are the same node, which are joined by an edge) and then looks at what becomes of
the tuple when one entry is swapped for another node w. There are two ways to look, and the
literature calls both "k-WL":

    folklore    c'(v) = hash( c(v), {{ ( c(v[1 <- w]), ..., c(v[k <- w]) ) : w }} )
    oblivious   c'(v) = hash( c(v), {{ c(v[1 <- w]) : w }}, ..., {{ c(v[k <- w]) : w }} )

The folklore way sees, for every w, all k swaps at once, as one item. The oblivious way sees k heaps and
has forgotten which colours came from the same w. That one thing costs a whole dimension: on
undirected graphs, for every k >= 2,

    oblivious k-WL  tells apart exactly the pairs that  folklore (k - 1)-WL  does,

so oblivious 2-WL is no better than 1-WL, and "3-WL" in papers on networks often means what Cai, Fürer
and Immerman (1992) call 2-WL. The hierarchy is strict: each k tells apart pairs that k - 1 can't.
See Grohe and Otto (2015) for the proof, Morris et al. (2019) and Maron et al. (2019) for networks of
each kind, and Huang and Villar (2021) for a tour that says which paper means which.

On directed graphs a pair sees the edges both ways, more than the inbox that `wl.py` listens to.
Colours are 64-bit hashes with the same meaning everywhere, as in `wl.py`.
"""

from collections.abc import Iterator
from functools import reduce
from itertools import product

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.hashing import mix64
from gnn_lib.wl import initial_colors, same_history, until_stable

_MAX_TUPLES = 2**24  # 128 MiB for each of the handful of tensors that a round holds


def k_wl(graph: Graph, k: int = 2, *, folklore: bool, labels: Tensor | None = None) -> Tensor:
    """The stable colour of every k-tuple of nodes, int64 of shape [n, ..., n] (k times).

    There is no default for `folklore`: whoever says k-WL has to say which. labels: as in
    `color_refinement`. A round takes k n^k additions, and folklore n times as many: for small graphs.

    >>> triangle = Graph(torch.tensor([[0, 1, 1, 2, 2, 0], [1, 0, 2, 1, 0, 2]]))
    >>> k_wl(triangle, k=2, folklore=True).unique().numel()  # (v, v) and (v, w)
    2
    """
    for colors in _rounds(graph, k, folklore, labels):
        last = colors
    return last


def distinguish(
    first: Graph, second: Graph, k: int = 2, *, folklore: bool, labels: tuple[Tensor, Tensor] | None = None
) -> bool:
    """True: k-WL tells the graphs apart, so they are not isomorphic. False: it can't.

    >>> six = torch.arange(6)
    >>> def undirected(i, j): return Graph(torch.stack([torch.cat([i, j]), torch.cat([j, i])]))
    >>> hexagon = undirected(six, (six + 1) % 6)
    >>> triangles = undirected(six, torch.tensor([1, 2, 0, 4, 5, 3]))
    >>> distinguish(hexagon, triangles, k=2, folklore=False)  # no more than 1-WL
    False
    >>> distinguish(hexagon, triangles, k=2, folklore=True)  # sees the triangles
    True
    """
    of_first, of_second = labels or (None, None)
    return not same_history(_rounds(first, k, folklore, of_first), _rounds(second, k, folklore, of_second))


def _rounds(graph: Graph, k: int, folklore: bool, labels: Tensor | None) -> Iterator[Tensor]:
    if k < 2:
        raise ValueError(f"k must be 2 or more, got {k}. For k = 1 use color_refinement.")
    tuples = graph.num_nodes**k
    if tuples > _MAX_TUPLES:
        most = int(_MAX_TUPLES ** (1 / k) + 1e-9)
        raise ValueError(
            f"k-WL with k = {k} colours {graph.num_nodes}^{k} = {tuples:,} tuples, more than fit here. "
            f"Use graphs of up to {most} nodes, or a smaller k."
        )
    return until_stable(_looks(graph, k, labels), _swap_together if folklore else _swap_apart)


def _looks(graph: Graph, k: int, labels: Tensor | None) -> Tensor:
    """What each tuple looks like by itself: labels, which entries are equal, which edges join them."""
    n = graph.num_nodes
    edges = graph.edge_index.new_zeros(n, n)
    edges.index_put_(tuple(graph.edge_index), edges.new_ones(()), accumulate=True)
    joined = mix64(2 * edges + torch.eye(n, dtype=torch.int64, device=edges.device))
    looks = edges.new_zeros([1] * k)
    for i in range(k):
        looks = mix64(3 * looks + _along(initial_colors(graph, labels), (i,), k))
    for i, j in product(range(k), repeat=2):
        looks = mix64(3 * looks + _along(joined.diagonal() if i == j else joined, (i, j), k))
    return looks


def _along(values: Tensor, axes: tuple[int, ...], k: int) -> Tensor:
    """Lay `values` ([n] or [n, n]) along these axes of a tensor with k, ready to broadcast."""
    if values.dim() == 2 and axes[0] > axes[1]:
        values = values.t()
    return values.reshape([values.size(0) if axis in axes else 1 for axis in range(k)])


def _swap_together(colors: Tensor) -> Tensor:
    """A round of folklore k-WL: for each w, the colours of all k swaps are hashed as one item."""
    # Colours are spread over 64 bits, so adding the axis makes a different hash for each place in the item.
    mixed = [mix64(colors + axis) for axis in range(colors.dim())]
    items = torch.zeros_like(colors)
    for w in range(colors.size(0)):
        swaps = [hashes.select(axis, w).unsqueeze(axis) for axis, hashes in enumerate(mixed)]
        items += mix64(reduce(torch.add, swaps))
    return mix64(3 * colors + items)


def _swap_apart(colors: Tensor) -> Tensor:
    """A round of oblivious k-WL: the swaps of each entry make a heap of their own."""
    mixed, out = mix64(colors), colors
    for axis in range(colors.dim()):
        out = mix64(3 * out + mixed.sum(axis, keepdim=True))
    return out
