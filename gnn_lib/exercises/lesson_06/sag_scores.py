"""Scores in which a node's neighbours have a say: SAGPool."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs
from gnn_lib.graph import Graph


def sag_scores(x: Tensor, edge_index: Tensor, w_own: Tensor, w_inbox: Tensor) -> Tensor:
    source, target = edge_index
    inbox = torch.zeros_like(x).index_add(0, target, x[source])
    return torch.tanh(x @ w_own + inbox @ w_inbox)


def cases(generator: torch.Generator) -> Iterator[Case]:
    own, heard = torch.tensor([0.5, -0.25]), torch.tensor([-0.125, 0.25])
    for group, graph in sample_graphs(generator, features=2)[:7]:
        columns = graph.x.size(1)  # type: ignore[union-attr]
        weights = (own, heard)
        if group != BY_HAND:
            weights = tuple(torch.randn(columns, generator=generator) for _ in "ab")  # type: ignore[assignment]
        yield _case(group, graph, weights[0][:columns], weights[1][:columns])
    graph = random_graph(generator, 4, 8, 2)
    yield _case(GRADIENT, graph, own + 0.1, heard + 0.3, ("x", "w_own", "w_inbox"))


def _case(group: str, graph: Graph, own: Tensor, heard: Tensor, grad: tuple[str, ...] = ()) -> Case:
    """Features small enough that tanh doesn't saturate: at 1 all mistakes look alike."""
    assert graph.x is not None
    x = graph.x / graph.x.abs().amax().clamp(min=1)
    inputs = dict(x=x, edge_index=graph.edge_index, w_own=own, w_inbox=heard)
    return Case(group, inputs, names=graph.names, grad=grad)


exercise = Exercise(
    answer=sag_scores,
    task="Score nodes with a say for their neighbours",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=3,
    mistakes=(
        Mistake(
            "listens to the wrong end",
            "You added up what stands at the far end of the arrows that leave. The inbox of a node is what "
            "arrives at it.",
            ("index_add(0, target, x[source])", "index_add(0, source, x[target])"),
        ),
        Mistake(
            "leaves the node itself out",
            "Only the neighbours have a say. A node's own features count as well, with `w_own`.",
            ("x @ w_own + inbox @ w_inbox", "inbox @ w_inbox"),
        ),
        Mistake(
            "asks no neighbour",
            "These scores look at each node alone, as top_scores does. What arrives in the inbox counts as "
            "well, with `w_inbox`.",
            ("x @ w_own + inbox @ w_inbox", "x @ w_own"),
        ),
        Mistake(
            "swaps the two weights",
            "`w_own` belongs to the node's own features, `w_inbox` to what it hears.",
            ("x @ w_own + inbox @ w_inbox", "x @ w_inbox + inbox @ w_own"),
        ),
        Mistake(
            "takes the mean of the inbox",
            "You divided by the number of neighbours. Here the inbox is a sum, so a node with many "
            "neighbours hears more.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                source, target = edge_index
                inbox = torch.zeros_like(x).index_add(0, target, x[source])
                degree = torch.bincount(target, minlength=len(x)).clamp(min=1)
                return torch.tanh(x @ w_own + (inbox / degree.unsqueeze(1)) @ w_inbox)
            """,
        ),
        Mistake(
            "leaves out tanh",
            "The sum is right. tanh then brings it between -1 and 1: the score is going to be a gate.",
            ("torch.tanh(x @ w_own + inbox @ w_inbox)", "x @ w_own + inbox @ w_inbox"),
        ),
        Mistake(
            "keeps one message an inbox",
            "`inbox[target] += ...` writes once for each node, however many edges arrive: all messages but "
            "one are lost. `index_add` adds every time.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                source, target = edge_index
                heard = torch.zeros(len(x))
                heard[target] += x[source] @ w_inbox
                return torch.tanh(x @ w_own + heard)
            """,
        ),
        Mistake(
            "hears a double edge once",
            "A matrix of zeros and ones can't hold an edge that comes twice. Both copies bring a message.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                A = torch.zeros(len(x), len(x))
                A[edge_index[0], edge_index[1]] = 1
                return torch.tanh(x @ w_own + A.T @ x @ w_inbox)
            """,
        ),
        Mistake(
            "puts the node into its own inbox",
            "Your inbox began with x instead of zeros, so every node hears itself. Its own features "
            "already count, with `w_own`.",
            ("torch.zeros_like(x).index_add", "x.index_add"),
        ),
        Mistake(
            "takes tanh of each part",
            "You took tanh of the node's part and of the inbox's part, and added the two. Add first: there "
            "is one tanh, around the whole sum.",
            ("x @ w_own + inbox @ w_inbox)", "x @ w_own) + torch.tanh(inbox @ w_inbox)"),
        ),
        Mistake(
            "uses one weight for both",
            "The inbox went through `w_own` as well. It has a weight of its own, `w_inbox`.",
            ("inbox @ w_inbox", "inbox @ w_own"),
        ),
        Mistake(
            "counts the node once for each message",
            "You added a node's own part to every message that it gets: a node with three messages counts "
            "itself three times, and one without any not at all. Its own part counts once.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                source, target = edge_index
                messages = x[target] @ w_own + x[source] @ w_inbox
                return torch.tanh(torch.zeros(len(x)).index_add(0, target, messages))
            """,
        ),
        Mistake(
            "scores edges instead of nodes",
            "You have one score for every edge. What arrives at a node has to be added up first: then there "
            "is one for every node.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                source, target = edge_index
                return torch.tanh(x[target] @ w_own + x[source] @ w_inbox)
            """,
        ),
        Mistake(
            "takes a sigmoid",
            "A sigmoid runs from 0 to 1. With tanh, a score may be below 0.",
            ("torch.tanh", "torch.sigmoid"),
        ),
        Mistake(
            "adds the weights",
            "You added the two weights and gave both to all. The node itself has `w_own`, its inbox "
            "`w_inbox`.",
            """
            def sag_scores(x, edge_index, w_own, w_inbox):
                source, target = edge_index
                inbox = torch.zeros_like(x).index_add(0, target, x[source])
                return torch.tanh((x + inbox) @ (w_own + w_inbox))
            """,
        ),
    ),
    others=(
        """
        def sag_scores(x, edge_index, w_own, w_inbox):
            A = torch.zeros(len(x), len(x))
            for i, j in edge_index.T.tolist():
                A[i, j] += 1
            return torch.tanh(x @ w_own + A.T @ x @ w_inbox)
        """,
        """
        def sag_scores(x, edge_index, w_own, w_inbox):
            told = x @ w_inbox
            heard = torch.zeros(len(x)).index_add(0, edge_index[1], told[edge_index[0]])
            return torch.tanh(heard + x @ w_own)
        """,
        """
        def sag_scores(x, edge_index, w_own, w_inbox):
            scores = [row @ w_own for row in x]
            for source, target in edge_index.T.tolist():
                scores[target] = scores[target] + x[source] @ w_inbox
            return torch.stack(scores).tanh()
        """,
    ),
    hints=(
        "This is one round of message passing with a single number as its result. Gather first.",
        "The inbox is the sum of `x[source]` at every `target`, [N, F]. Then two products make one number "
        "a node.",
        "`inbox = torch.zeros_like(x).index_add(0, target, x[source])`",
        "`return torch.tanh(x @ ... + inbox @ ...)`",
    ),
)
