"""One row for a whole graph, whatever its nodes are called."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def readout(h: Tensor) -> Tensor:
    return torch.cat([h.sum(0), h.amax(0)])


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        yield Case(group, dict(h=graph.x), names=graph.names)


exercise = Exercise(
    answer=readout,
    task="Describe a whole graph by one row: the sum and the maximum over its nodes",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.25, AWKWARD: 0.25},
    minutes=2,
    level="blank",
    mistakes=(
        Mistake(
            "goes along the rows",
            "You took the sum and the maximum of each node's own numbers: there is still one for each node. "
            "Go down the columns, over all nodes.",
            ("h.sum(0), h.amax(0)", "h.sum(1), h.amax(1)"),
        ),
        Mistake(
            "lines the nodes up",
            "All nodes' numbers in a row, one after the other: they come in another order when the nodes do, "
            "and there are more of them in a larger graph.",
            ("torch.cat([h.sum(0), h.amax(0)])", "h.flatten()"),
        ),
        Mistake(
            "takes the mean for the sum",
            "The first half should be the sum over the nodes, but it is their mean.",
            ("h.sum(0)", "h.mean(0)"),
        ),
        Mistake(
            "stacks instead of joining",
            "You have two rows, [2, F]. One row is asked for: first the F sums, then the F maxima.",
            ("torch.cat", "torch.stack"),
        ),
        Mistake(
            "puts the maximum first",
            "The two halves have changed places: first the sums, then the maxima.",
            ("h.sum(0), h.amax(0)", "h.amax(0), h.sum(0)"),
        ),
        Mistake(
            "says only the sum",
            "The sums are there; the maxima are missing.",
            ("torch.cat([h.sum(0), h.amax(0)])", "h.sum(0)"),
        ),
        Mistake(
            "asks one node",
            "You took the features of one node for the whole graph. Which node comes first is chance.",
            ("torch.cat([h.sum(0), h.amax(0)])", "torch.cat([h[0], h[0]])"),
        ),
        Mistake(
            "one number each",
            "You took the sum and the maximum over everything: two numbers. Each feature has its own.",
            ("[h.sum(0), h.amax(0)]", "[h.sum().view(1), h.amax().view(1)]"),
        ),
        Mistake(
            "adds the two",
            "You added the maxima to the sums, and neither can be read off any more. Put them one behind the "
            "other.",
            ("torch.cat([h.sum(0), h.amax(0)])", "h.sum(0) + h.amax(0)"),
        ),
        Mistake(
            "says where the maxima are",
            "The second half says in which rows the largest numbers stand. Asked for are the numbers.",
            ("h.amax(0)", "h.argmax(0)"),
        ),
        Mistake(
            "keeps both results of max",
            "`.max(0)` gives two things: the largest values, and where they stand. `.values` is the first, "
            "and `.amax(0)` gives nothing else.",
            ("h.amax(0)", "h.max(0)"),
        ),
        Mistake(
            "returns the two apart",
            "You return two vectors. One is asked for: `torch.cat` puts the second behind the first.",
            ("torch.cat([h.sum(0), h.amax(0)])", "h.sum(0), h.amax(0)"),
        ),
        Mistake(
            "takes turns",
            "The numbers are right, but sum and maximum take turns, column by column. First come all "
            "sums, then all maxima.",
            ("torch.cat([h.sum(0), h.amax(0)])", "torch.stack([h.sum(0), h.amax(0)], dim=1).flatten()"),
        ),
        Mistake(
            "takes the largest node for the maximum",
            "You chose one node, the one with the largest sum, and took its whole row. Each column has a "
            "maximum of its own, and it may be another node's.",
            ("h.amax(0)", "h[h.sum(1).argmax()]"),
        ),
    ),
    others=(
        """
        def readout(h):
            return torch.hstack([torch.ones(len(h)) @ h, h.max(dim=0).values])
        """,
        """
        def readout(h):
            total, best = h[0], h[0]
            for row in h[1:]:
                total, best = total + row, torch.maximum(best, row)
            return torch.cat([total, best])
        """,
        """
        def readout(h):
            columns = h.T.tolist()
            return [sum(column) for column in columns] + [max(column) for column in columns]
        """,
    ),
    hints=(
        "Which dimension of h [N, F] counts the nodes? That is the one to get rid of.",
        "`h.sum(0)` adds up all nodes, [F]. `h.amax(0)` is the largest in each column, [F].",
        "`torch.cat([first, second])` puts one after the other, [2F].",
    ),
)
