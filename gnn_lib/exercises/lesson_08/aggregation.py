"""Sum, mean and max on a question that asks for counting."""

from collections.abc import Callable

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Clue, Result


def _means(scores: Tensor) -> list[float]:
    return scores.double().mean(dim=1).tolist()


def _shape_is_wrong(scores: Tensor) -> bool:
    return scores.dim() != 2 or scores.size(0) != 3 or scores.size(1) < 3


def _seeds_in_rows(scores: Tensor) -> bool:
    """In each row the first entry stands out: the columns are the aggregators."""
    return scores.size(1) == 3 and bool((scores[:, 0] > scores[:, 1:].amax(dim=1) + 0.05).all())


def _always(rows: list[list[float]]) -> Callable[[], Tensor]:
    return lambda: torch.tensor(rows)


exercise = Result(
    name="aggregation",
    task="Measure sum, mean and max where counting is needed",
    right=lambda scores: _means(scores)[0] > 0.9 and max(_means(scores)[1:]) < _means(scores)[0] - 0.05,
    says="The sum should answer more than 9 in 10 test graphs, and mean and max clearly fewer. Did every "
    "run train its own model, with its own seed?",
    why="The sum can count, so it learns the rule. Mean and max see shares and presence, which go along with "
    "the rule only part of the way.",
    clues=(
        Clue(
            "another shape",
            "A row for each of sum, mean and max, and a column for each of at least three seeds: [3, seeds].",
            _shape_is_wrong,
            _always([[0.97, 0.98], [0.76, 0.75], [0.72, 0.7]]),
        ),
        Clue(
            "not shares",
            "An accuracy is a share between 0 and 1. These numbers look like percent, or like counts or "
            "losses.",
            lambda scores: bool((scores < 0).any() or (scores > 1).any() or scores.isnan().any()),
            _always([[97.0, 98.0, 97.5], [76.0, 75.0, 77.0], [72.0, 70.0, 71.0]]),
        ),
        Clue(
            "one seed for all columns",
            "All columns are the same, so that the spread is zero: give each column its own seed.",
            lambda scores: bool((scores == scores[:, :1]).all()),
            _always([[0.97, 0.97, 0.97], [0.76, 0.76, 0.76], [0.72, 0.72, 0.72]]),
        ),
        Clue(
            "one aggregator in all rows",
            "All rows are the same: every run used the same aggregator. The first argument says which.",
            lambda scores: bool((scores == scores[:1]).all()),
            _always([[0.97, 0.98, 0.96]] * 3),
        ),
        Clue(
            "rows in another order",
            "The sum's row comes first, then the mean's, then the max's. Here another row is the best.",
            lambda scores: _means(scores)[0] < max(_means(scores)[1:]),
            _always([[0.76, 0.75, 0.77], [0.97, 0.98, 0.97], [0.72, 0.7, 0.71]]),
        ),
        Clue(
            "seeds in rows",
            "Rows and columns have changed places: each row should be one aggregator, over the seeds.",
            _seeds_in_rows,
            _always([[0.97, 0.76, 0.72], [0.98, 0.75, 0.7], [0.96, 0.77, 0.71]]),
        ),
    ),
    example=_always([[0.97, 0.98, 0.96], [0.76, 0.75, 0.77], [0.72, 0.7, 0.71]]),
    hints=(
        "`test_accuracy(how, seed)` is one run. You need one for each pair of an aggregator and a seed.",
        "Two loops, one inside the other: the outer one over the aggregators gives the rows.",
        '`torch.tensor([[test_accuracy(how, seed) for seed in ...] for how in ("sum", "mean", "max")])`',
    ),
    minutes=5,
    worth=2.0,
)
