"""Softmax over the inbox: scores become shares, and the shares of what a node hears sum to 1."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, sample_graphs

LARGE = "scores of a thousand and more"


def inbox_softmax(scores: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    targets = edge_index[1]
    lowest = scores.new_full((num_nodes,), -math.inf)
    highest = lowest.scatter_reduce(0, targets, scores, "amax")
    weights = (scores - highest[targets]).exp()
    totals = scores.new_zeros(num_nodes).index_add(0, targets, weights)
    return weights / totals[targets]


def cases(generator: torch.Generator) -> Iterator[Case]:
    by_hand = [torch.tensor([1.0, 0.0, 1.0986123, 2.0]), torch.tensor([1.0, 0.0, 0.0, 0.0, 0.0, 2.0])]
    graphs = sample_graphs(generator)
    for group, graph in graphs:
        scores = by_hand.pop(0) if by_hand else torch.randn(graph.num_edges, generator=generator)
        inputs = dict(scores=scores, edge_index=graph.edge_index, num_nodes=graph.num_nodes)
        yield Case(group, inputs, names=graph.names)
    for _, graph in graphs[2:4]:
        scores = torch.randn(graph.num_edges, generator=generator)
        inputs = dict(scores=scores, edge_index=graph.edge_index, num_nodes=graph.num_nodes)
        yield Case(GRADIENT, inputs, grad=("scores",))
    # Three inboxes each: around +1000, around -1000, and one whose scores are far apart; then all below zero.
    yield _large(torch.tensor([1000.0, 1000, 1000, -1000, -1000, 500, 900]), generator)
    yield _large(torch.tensor([-200.0, -200, -200, -1000, -1000, -900, -500]), generator)


def _large(level: Tensor, generator: torch.Generator) -> Case:
    edge_index = torch.tensor([[0, 1, 3, 0, 2, 1, 3], [2, 2, 2, 1, 1, 0, 0]])
    scores = level + torch.rand(7, generator=generator)
    return Case(LARGE, dict(scores=scores, edge_index=edge_index, num_nodes=4))


exercise = Exercise(
    answer=inbox_softmax,
    task="Turn scores into shares of each inbox",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1, LARGE: 1, GRADIENT: 1},
    minutes=8,
    mistakes=(
        Mistake(
            "takes the softmax over what a node sends",
            "The shares of what each node *sends* sum to 1. A node divides its attention among what it "
            "*hears*: group the edges by where they arrive.",
            ("targets = edge_index[1]", "targets = edge_index[0]"),
        ),
        Mistake(
            "takes one softmax over all edges",
            "All shares of the whole graph sum to 1. Each inbox has a softmax of its own.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                return scores.softmax(dim=0)
            """,
        ),
        Mistake(
            "overflows on large scores",
            "e to the power of 1000 is too large for a float: it becomes inf, and inf / inf is not a number. "
            "The shares don't change when you take the same number off all scores of an inbox. Which one?",
            ("(scores - highest[targets]).exp()", "scores.exp()"),
        ),
        Mistake(
            "takes off the highest score of all",
            "No overflow any more. But an inbox whose scores are all far below the highest one of the whole "
            "graph is left with e to the power of -2000, which is 0, and 0 / 0. Each inbox needs its own "
            "highest.",
            ("(scores - highest[targets]).exp()",
             "(scores - (scores.max() if len(scores) else 0)).exp()"),
        ),
        Mistake(
            "hides 0 / 0 behind a small number",
            "A small number below the line keeps NaN away, but an inbox of very low scores now gets shares "
            "of 0: its node hears nothing at all. Take the highest score of each inbox off first; then every "
            "inbox that isn't empty has a total of at least 1.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                weights = (scores - (scores.max() if len(scores) else 0)).exp()
                totals = torch.zeros(num_nodes).index_add(0, edge_index[1], weights)
                return weights / (totals[edge_index[1]] + 1e-12)
            """,
        ),
        Mistake(
            "forgets to divide",
            "These are e to the power of the scores, as yet undivided: what an inbox gets doesn't sum to 1.",
            ("weights / totals[targets]", "weights"),
        ),
        Mistake(
            "forgets the exponential",
            "The scores were divided by their sum. Scores may be below zero, or sum to zero; e to the power "
            "of a score is always above it.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                totals = torch.zeros(num_nodes).index_add(0, edge_index[1], scores)
                return scores / totals[edge_index[1]]
            """,
        ),
        Mistake(
            "counts edges that aren't there",
            "The table of scores holds 0 where there is no edge, and e to the power of 0 is 1: every node "
            "that isn't in the inbox took a share. A missing edge needs a score whose exponential is 0.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                table = torch.zeros(num_nodes, num_nodes)
                table[edge_index[0], edge_index[1]] = scores
                return table.softmax(dim=0)[edge_index[0], edge_index[1]]
            """,
        ),
        Mistake(
            "loses double edges in a table",
            "An N x N table has one cell for each pair of nodes. Where an edge comes twice, the second "
            "overwrote the first; both stand in the inbox, so both take a share.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                table = torch.full((num_nodes, num_nodes), -math.inf)
                table[edge_index[0], edge_index[1]] = scores
                return table.softmax(dim=0)[edge_index[0], edge_index[1]]
            """,
        ),
        Mistake(
            "begins the search for the highest at zero",
            "The table of highest scores began with zeros, so an inbox whose scores are all below zero had 0 "
            "for its highest. Far below zero that ends in 0 / 0. Begin with minus infinity.",
            ("lowest = scores.new_full((num_nodes,), -math.inf)", "lowest = scores.new_zeros(num_nodes)"),
        ),
        Mistake(
            "divides by the number of messages",
            "Each exponential was divided by how many messages its inbox holds, not by what they add up "
            "to.",
            ("index_add(0, targets, weights)", "index_add(0, targets, torch.ones_like(weights))"),
        ),
        Mistake(
            "loses the order of the edges",
            "The shares are right, but they come inbox by inbox. Each belongs in the place of its edge, in "
            "the order of `edge_index`.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                inboxes = [scores[edge_index[1] == i].softmax(dim=0) for i in range(num_nodes)]
                return torch.cat(inboxes)
            """,
        ),
        Mistake(
            "takes off scores.max()",
            "`scores.max()` is the highest score of the whole graph. An inbox far below it is left with "
            "0 / 0, and where there are no edges it crashes. Each inbox needs its own highest.",
            ("(scores - highest[targets]).exp()", "(scores - scores.max()).exp()"),
        ),
        Mistake(
            "takes off the mean of the inbox",
            "Any number may be taken off, so small scores come out right. But where scores lie far apart, "
            "the highest is still hundreds above the mean, and e to the power of that is inf. Take off the "
            "highest.",
            ("(scores - highest[targets]).exp()",
             "(scores - (scores.new_zeros(num_nodes).index_add(0, targets, scores)"
             " / targets.bincount(minlength=num_nodes))[targets]).exp()"),
        ),
        Mistake(
            "caps the scores",
            "Above the cap all scores are alike, and who leads is forgotten; and an inbox of very low "
            "scores still ends in 0 / 0. Shift the scores of each inbox instead, all by the same number.",
            ("(scores - highest[targets]).exp()", "scores.clamp(max=80.0).exp()"),
        ),
        Mistake(
            "loses messages with +=",
            "`totals[targets] += weights` keeps only one of the weights that go to the same node, as "
            "in lesson 2. `index_add` adds them all.",
            ("totals = scores.new_zeros(num_nodes).index_add(0, targets, weights)",
             "totals = scores.new_zeros(num_nodes)\n    totals[targets] += weights"),
        ),
        Mistake(
            "divides by the total of the graph",
            "Each exponential was divided by the sum of all of them. What an inbox gives away is its own "
            "whole of 1: divide by the total of the same inbox.",
            ("weights / totals[targets]", "weights / weights.sum()"),
        ),
        Mistake(
            "works along the rows of a table",
            "In a table with the sender as row and the listener as column, an inbox is a column. You took "
            "the softmax along the rows: over what each node sends.",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                table = torch.full((num_nodes, num_nodes), -math.inf)
                table[edge_index[0], edge_index[1]] = scores
                return table.softmax(dim=1)[edge_index[0], edge_index[1]]
            """,
        ),
        Mistake(
            "hides 0 / 0, and takes off scores.max()",
            "With the highest score of the whole graph taken off, an inbox of low scores is all zeros, "
            "and the small number below the line makes shares of 0 out of it. Take off the highest score "
            "of each inbox, and nothing need be hidden. (And a graph without edges has no maximum.)",
            """
            def inbox_softmax(scores, edge_index, num_nodes):
                weights = (scores - scores.max()).exp()
                totals = torch.zeros(num_nodes).index_add(0, edge_index[1], weights)
                return weights / (totals[edge_index[1]] + 1e-16)
            """,
        ),
    ),
    others=(
        """
        def inbox_softmax(scores, edge_index, num_nodes):
            shares = torch.zeros_like(scores)
            for i in range(num_nodes):
                inbox = edge_index[1] == i
                shares[inbox] = torch.softmax(scores[inbox], dim=0)
            return shares
        """,
        """
        def inbox_softmax(scores, edge_index, num_nodes):
            mine = edge_index[1] == torch.arange(num_nodes)[:, None]  # [N, E]
            shares = torch.where(mine, scores, -math.inf).softmax(dim=1)
            return torch.where(mine, shares, 0.0).sum(dim=0)
        """,
        """
        def inbox_softmax(scores, edge_index, num_nodes):
            mine = F.one_hot(edge_index[1], num_nodes).bool()  # [E, N]
            level = torch.where(mine, scores[:, None], torch.tensor(-math.inf)).logsumexp(dim=0)
            return torch.exp(scores - level[edge_index[1]])
        """,
        """
        def inbox_softmax(scores, edge_index, num_nodes):
            targets = edge_index[1]
            highest = torch.zeros(num_nodes)
            for e in range(len(scores)):
                same = scores[targets == targets[e]]
                highest[targets[e]] = same.max().detach()
            weights = torch.exp(scores - highest[targets])
            return weights / (torch.zeros(num_nodes).scatter_add(0, targets, weights)[targets] + 1e-16)
        """,
    ),
    hints=(
        "Three steps: e to the power of each score; the total of each inbox; each edge divided by the total "
        "of the inbox that it lies in.",
        "Totals of inboxes are sums by target: `torch.zeros(num_nodes).index_add(0, targets, weights)`. And "
        "`totals[targets]` gives each edge its own.",
        "For large scores: before the exponential, subtract the highest score of the same inbox. "
        "`torch.full((num_nodes,), -math.inf).scatter_reduce(0, targets, scores, \"amax\")` finds all of "
        "them.",
        "`weights = (scores - highest[targets]).exp()`, then `return weights / totals[targets]`",
    ),
)
