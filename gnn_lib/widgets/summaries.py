"""The three summaries of lesson 2, the learner's or ours, played over a whole graph: what moves the numbers
in two playgrounds (message_passing.py, tree.py), and the sum behind each number in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from gnn_lib import aggregate as library
from gnn_lib.adjacency import Adjacency
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import Attempt, attempt

Summary = Callable[[Tensor, Tensor, int], Any]
WAYS: tuple[library.Reduce, ...] = ("sum", "mean", "max")
_MOST_SENDERS = 8  # that are called by name


def by_way(given: Summary | Mapping[str, Summary] | None) -> dict[str, Summary]:
    """The functions by what they are; a single one goes by its name: `mean_messages` is a mean."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        name = getattr(given, "__name__", "")
        way = next((way for way in WAYS if way in name), None)
        if way is None:
            raise ValueError(
                f"the name {name!r} doesn't say whether it is a sum, a mean or a max. Pass it by name: "
                '{"sum": your_function}.'
            )
        return {way: given}
    unknown = set(given) - set(WAYS)
    if unknown:
        raise ValueError(f"aggregate has {sorted(unknown)}; the names are {', '.join(WAYS)}.")
    return dict(given)


def summarise(own: Mapping[str, Summary], way: str, h: Tensor, edges: Tensor) -> Attempt:
    """A summary of every inbox, by the learner's function if there is one. h [N], edges [2, E] -> [N, 1]."""
    messages = h[edges[0]][:, None].float()
    return attempt(own.get(way), _OURS[way], messages=messages, edge_index=edges, num_nodes=len(h))


def inboxes(edges: Tensor, count: int) -> list[list[int]]:
    """Who tells each node, in the order of the edges."""
    found: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges.T.tolist():
        found[target].append(source)
    return found


def sums_behind(
    tried: Attempt, way: str, before: Sequence[float], edges: Tensor, names: Sequence[str]
) -> list[str]:
    """For each node, whom it heard and what that came to; and where the learner's function says otherwise."""
    assert tried.value is not None  # what failed is not told
    texts, got, right = [], tried.value[:, 0].tolist(), tried.agrees()[:, 0].tolist()
    for node, senders in enumerate(inboxes(edges, len(before))):
        hears = ", ".join(names[sender] for sender in senders[:_MOST_SENDERS]) or "nobody"
        text = f"{names[node]} hears {hears}: {arithmetic(way, [before[sender] for sender in senders])}."
        texts.append(text if right[node] else f"{text} Your function gives {number(got[node])}.")
    return texts


def _ours(way: library.Reduce) -> Summary:
    def summary(messages: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
        letters = torch.stack([torch.arange(len(messages)), edge_index[1]])  # each edge is a sender
        return library.aggregate(Adjacency(letters, len(messages), num_nodes), messages, way)

    return summary


_OURS: dict[str, Summary] = {way: _ours(way) for way in WAYS}
