"""The Weisfeiler-Leman test: how much of a graph can be told from rounds of listening?

Give every node the same colour. In each round, a node's new colour is its old one together with the
multiset of colours in its inbox:

    c'(v) = hash( c(v), {{ c(u) : u -> v }} )

Two nodes keep the same colour exactly as long as no message-passing network of that many layers can
tell them apart. When a round splits no class, the colouring is stable.

Here a colour is a 64-bit hash of the structure it stands for, and of nothing else. So the same
structure has the same colour in every graph, every process and every order of the nodes; and the same
colour means the same structure, in every round, but for a collision of hashes. With K colours in play
and at most D edges into a node, the chance of one is at most D K² / 2⁶⁵, as for random hashes: below
one in a billion for a thousand nodes, and about one in a hundred for a million nodes, three rounds and
a hub with 30,000 edges.

Direction counts: a node hears its in-neighbours only, as everywhere in this course. Duplicate edges
count twice; a self-loop is one more message.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.hashing import mix64
from gnn_lib.validate import check_no_nan, check_rows, check_same_device, describe


def color_refinement(graph: Graph, rounds: int | None = None, labels: Tensor | None = None) -> Tensor:
    """1-WL: the colour of every node after every round, [R + 1, N] int64; row 0 is the start.

    rounds: how many; None goes on until a round splits no class, and keeps that round as the last
    row. (A path of N nodes takes N / 2 rounds, so say how many you want on something long.)
    labels: what tells nodes apart from the start, [N] integers or [N, F] rows such as one-hot
    features; None: nothing. Equal rows are equal labels; keep to one of the two forms when you compare.

    To compare graphs, use the same number of rounds for all. `color_ids` gives small numbers to plot.

    >>> path = Graph(torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]))  # A - B - C - D
    >>> color_ids(color_refinement(path)).tolist()
    [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]]
    """
    return torch.stack(list(_rounds(graph, rounds, labels)))


def wl_hash(graph: Graph, rounds: int | None = None, labels: Tensor | None = None) -> str:
    """32 hex digits, equal for isomorphic graphs, and the same on every machine.

    Equal hashes mean that 1-WL can't tell the graphs apart (the colours after `rounds`, or the stable
    ones, agree with all their counts). It does not mean that the graphs are isomorphic.

    >>> there = Graph(torch.tensor([[0, 1], [1, 2]]))
    >>> wl_hash(there) == wl_hash(Graph(torch.tensor([[2, 0], [0, 1]])))  # the same path, renumbered
    True
    >>> wl_hash(there) == wl_hash(Graph(torch.tensor([[0, 0], [1, 2]])))  # one node speaks to two
    False
    """
    for colors in _rounds(graph, rounds, labels):
        last = colors
    numbers = last.sort().values.cpu().numpy().astype("<i8")  # the byte order is part of the hash
    return hashlib.blake2b(numbers.tobytes(), digest_size=16).hexdigest()


def possibly_isomorphic(first: Graph, second: Graph, labels: tuple[Tensor, Tensor] | None = None) -> bool:
    """False: the graphs differ, for certain. True: 1-WL can't tell, and they may or may not.

    labels: node labels of both graphs, as in `color_refinement`.

    >>> six = torch.arange(6)
    >>> hexagon = Graph(torch.stack([six, (six + 1) % 6]))
    >>> triangles = Graph(torch.stack([six, torch.tensor([1, 2, 0, 4, 5, 3])]))
    >>> possibly_isomorphic(hexagon, triangles)  # no node ever hears anything new
    True
    """
    of_first, of_second = labels or (None, None)
    return same_history(_rounds(first, None, of_first), _rounds(second, None, of_second))


def color_ids(colors: Tensor) -> Tensor:
    """Colours [R + 1, N] -> small ids 0, 1, 2, ... [R + 1, N], one set of ids for all rounds.

    In each row, equal ids are equal colours. A class that does not split keeps its id in the next
    round, and when one splits, the part with the first node keeps it: what changes in a plot is what
    was learnt. (So here, unlike in `colors`, an id does not stand for the same structure in each row.)
    """
    firsts = torch.stack([_first_alike(row) for row in colors])
    ids: Tensor = torch.unique(firsts, return_inverse=True)[1]
    return ids


def until_stable(colors: Tensor, step: Callable[[Tensor], Tensor]) -> Iterator[Tensor]:
    """Yield colors, step(colors), ... up to and with the first round that splits no class.

    That last round has no news within a graph, but it has between graphs: every node of a regular
    graph keeps the colour of all others, yet after one round that colour tells the degree.
    """
    yield colors
    classes, split = _count(colors), True
    while split:
        colors = step(colors)
        yield colors
        before, classes = classes, _count(colors)
        split = classes > before


def same_history(first: Iterable[Tensor], second: Iterable[Tensor]) -> bool:
    """Do two refinements `until_stable` show the same colours, equally often, in every round?"""
    pairs = zip(first, second, strict=True)  # as long as they agree, both count as many classes
    return all(torch.equal(_histogram(one), _histogram(other)) for one, other in pairs)


def initial_colors(graph: Graph, labels: Tensor | None) -> Tensor:
    """One colour per distinct label, [N]; one for all without labels."""
    if labels is None:
        return mix64(graph.edge_index.new_zeros(graph.num_nodes))
    check_rows(labels, graph.num_nodes, "labels", "node")
    check_same_device(labels, "labels", graph.edge_index, "edge_index")
    check_no_nan(labels, "labels")
    if labels.dim() == 1 and not labels.is_floating_point():
        return mix64(labels)
    if labels.dim() != 2:
        raise TypeError(
            f"labels must be [N] integers or [N, F] rows, got {describe(labels)}. "
            "Labels [N] that are not whole numbers go in as one column: labels[:, None]."
        )
    bits = (labels.double() + 0.0).view(torch.int64)  # + 0.0 turns -0.0 into 0.0: equal, so one label
    column = mix64(torch.arange(bits.size(1), device=bits.device))
    return mix64(mix64(bits + column).sum(1))


def _rounds(graph: Graph, rounds: int | None, labels: Tensor | None) -> Iterator[Tensor]:
    """The colours [N] at the start and after each round."""

    def listen(colors: Tensor) -> Tensor:
        inbox = torch.zeros_like(colors).index_add_(0, targets, mix64(colors).index_select(0, sources))
        # The odd factor sets the own colour apart from what was heard.
        return mix64(3 * colors + inbox)

    sources, targets = graph.edge_index
    start = initial_colors(graph, labels)
    if rounds is None:
        return until_stable(start, listen)
    if rounds < 0:
        raise ValueError(f"rounds must be 0 or more, or None for as many as it takes; got {rounds}.")
    return accumulate(range(rounds), lambda colors, _: listen(colors), initial=start)


def _count(colors: Tensor) -> int:
    return len(torch.unique(colors))


def _histogram(colors: Tensor) -> Tensor:
    """All colours in order: equal for two graphs exactly if every colour occurs equally often."""
    return colors.flatten().sort().values


def _first_alike(colors: Tensor) -> Tensor:
    """For every node, the first node that has its colour, [N]."""
    names, of_node = torch.unique(colors, return_inverse=True)
    nodes = torch.arange(colors.numel(), device=colors.device)
    first = nodes.new_full(names.shape, colors.numel()).scatter_reduce(0, of_node, nodes, "amin")
    return first[of_node]
