"""Two things to find out: a pair that nothing tells apart, and which pooling does best on molecules."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Clue, Result


def _same(one: Tensor, other: Tensor) -> bool:
    return bool(torch.isclose(one, other, atol=1e-5).all())


def _nodes(graphs: Tensor) -> tuple[Tensor, Tensor]:
    """The nodes of both graphs, each in one agreed order."""
    one, other = (torch.tensor(sorted(nodes), dtype=torch.float64) for nodes in graphs.tolist())
    return one, other


impostors = Result(
    name="impostors",
    task="Find two graphs that no readout tells apart",
    minutes=4,
    worth=2.0,
    right=lambda graphs: _same(*graphs.double().sum(1)) and _same(*graphs.double().amax(1)),
    says="Sum, mean and maximum of both graphs must agree, and their nodes must differ.",
    why="Different people, and yet the same sum, mean and maximum. Each column of a readout "
    "is right by itself; what is lost is which numbers stood together in one node.",
    clues=(
        Clue(
            "another shape",
            "Hand in a tensor [2, 2, 2]: two graphs, two nodes in each, two features of each node.",
            lambda graphs: graphs.shape != (2, 2, 2),
            lambda: torch.tensor([[0.0, 3.0], [1.0, 2.0]]),
        ),
        Clue(
            "not finite",
            "Use plain numbers, without NaN and infinity.",
            lambda graphs: not bool(graphs.isfinite().all()),
            lambda: torch.full((2, 2, 2), torch.inf),
        ),
        Clue(
            "the same nodes",
            "Both graphs have the same nodes, perhaps in another order. Order means nothing in a graph, so "
            "these are one and the same. Every readout *should* give them the same answer.",
            lambda graphs: _same(*_nodes(graphs)),
            lambda: torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]),
        ),
        Clue(
            "the sum tells them apart",
            "The sums of your two graphs differ, and so do their means. Keep the numbers of each column; "
            "only hand them out to other nodes.",
            lambda graphs: not _same(*graphs.double().sum(1)),
            lambda: torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 0.0]]]),
        ),
        Clue(
            "the maximum tells them apart",
            "The sums agree, but the largest number of a column does not. Keep the numbers of each column; "
            "only hand them out to other nodes.",
            lambda graphs: not _same(*graphs.double().amax(1)),
            lambda: torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[0.5, 0.5], [0.5, 0.5]]]),
        ),
    ),
    example=lambda: torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 0.0]]]),
    hints=(
        "Zeros and ones are enough. In each graph, let one node have a 1 in the first column, and one node a "
        "1 in the second.",
        "Is it the same node that has both, or are they two?",
        "`[[[1, 0], [0, 1]], [[..., ...], [..., ...]]]`: the first graph is there.",
    ),
)

accuracies = Result(
    name="accuracies",
    task="Compare five ways to pool, over seeds",
    minutes=5,
    worth=2.0,
    right=lambda table: bool((table.to(torch.float64).mean(1).max() > 0.55) & (table.min() > 0.1)),
    says="Hand in test accuracies between 0 and 1. The best pooling should be right more often than "
    "guessing is.",
    why="A row for each pooling, a column for each seed, every number on molecules that training never "
    "saw. Now look at the spread before you say which is best.",
    clues=(
        Clue(
            "another shape",
            "Hand in a table with 5 rows, one for each pooling, and a column for each seed: at least 3 of "
            "them.",
            lambda table: table.dim() != 2 or table.size(0) != 5 or table.size(1) < 3,
            lambda: torch.rand(5),
        ),
        Clue(
            "not finite",
            "There is a NaN or an infinity in the table. Fill every cell.",
            lambda table: not bool(table.isfinite().all()),
            lambda: torch.full((5, 5), torch.nan),
        ),
        Clue(
            "not a share",
            "An accuracy is a share of molecules, from 0 to 1. Is this a count, a percentage, or a loss?",
            lambda table: bool((table < 0).any() | (table > 1).any()),
            lambda: torch.full((5, 5), 83.0),
        ),
        Clue(
            "an empty cell",
            "Some cells are still 0. A model that is always wrong would be as useful as one that is always "
            "right: most likely a run is missing.",
            lambda table: bool((table == 0).any()),
            lambda: torch.eye(5) * 0.8,
        ),
        Clue(
            "every seed gives the same",
            "All columns are the same: the seed reached neither the split nor the weights. Pass it on to "
            "`run_once`.",
            lambda table: bool((table == table[:, :1]).all()),
            lambda: torch.linspace(0.6, 0.8, 5).unsqueeze(1).expand(5, 5),
        ),
        Clue(
            "every pooling gives the same",
            "All rows are the same: the name of the pooling did not reach the model. Pass it on to "
            "`run_once`.",
            lambda table: bool((table == table[:1]).all()),
            lambda: torch.linspace(0.6, 0.8, 5).expand(5, 5),
        ),
        Clue(
            "too good to be true",
            "Almost every molecule is right, in every run. Are these accuracies on the molecules that the "
            "model was trained on? `run_once` returns the one for training first, the one for testing "
            "second.",
            lambda table: bool(table.to(torch.float64).mean() > 0.89),
            lambda: torch.linspace(0.95, 1.0, 25).view(5, 5),
        ),
    ),
    example=lambda: torch.tensor([0.85, 0.83, 0.82, 0.75, 0.8]).unsqueeze(1) + torch.linspace(-0.05, 0.05, 5),
    hints=(
        "Two loops, one inside the other: over the five names in POOLINGS, and over the seeds 0 to 4.",
        "`run_once(pooling, seed)` returns two accuracies. Which of them are you asked for?",
        "`accuracies = torch.tensor([[run_once(pooling, seed)[...] for seed in ...] for pooling in ...])`",
    ),
)
