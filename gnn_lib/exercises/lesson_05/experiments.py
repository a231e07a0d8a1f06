"""Two things to find out: how well newcomers are embedded, and what a leak is worth."""

import torch

from gnn_lib.exercises.exercise import Clue, Result

newcomers = Result(
    name="newcomers",
    task="Sort newcomers into topics without training anew",
    minutes=3,
    right=lambda value: 0.6 <= float(value.float().mean()) <= 0.92,
    says=(
        "The mean is not where this network ends up, between 0.6 and 0.92. Does the trained model get all "
        "words and all edges, and is the accuracy taken on `new`?"
    ),
    why=(
        "None of these papers was in the graph when the weights were learned. Their words and their "
        "citations are enough."
    ),
    clues=(
        Clue(
            "another shape",
            "Three seeds give three numbers: hand in a tensor of shape [3].",
            lambda value: list(value.shape) != [3],
            lambda: 0.76,
        ),
        Clue(
            "per cent",
            "An accuracy lies between 0 and 1 here. Leave out the factor of 100.",
            lambda value: float(value.max()) > 1,
            lambda: [76.1, 75.2, 77.0],
        ),
        Clue(
            "one seed three times",
            "Three equal numbers: the seed did not change between the runs.",
            lambda value: float(value.max()) == float(value.min()),
            lambda: [0.76, 0.76, 0.76],
        ),
        Clue(
            "too good to be true",
            "Nobody gets that many right here. Was the accuracy taken on the papers that were trained on?",
            lambda value: float(value.float().mean()) > 0.92,
            lambda: [0.99, 1.0, 0.98],
        ),
        Clue(
            "newcomers without their edges",
            "That is about what the words alone give. The newcomers are embedded as if nobody were linked to "
            "them: give the trained model all edges, `papers.edge_index`.",
            lambda value: 0.35 <= float(value.float().mean()) < 0.6,
            lambda: [0.51, 0.49, 0.53],
        ),
        Clue(
            "has learned nothing",
            "That is guessing. Are labels and outputs of the same nodes compared?",
            lambda value: float(value.float().mean()) < 0.35,
            lambda: [0.14, 0.2, 0.17],
        ),
    ),
    example=lambda: torch.tensor([0.76, 0.75, 0.77]),
    hints=(
        "`train(known, seed)` gives a trained model. `accuracy(model, edges, mask)` says how it does, on "
        "which edges and for which papers.",
        "The newcomers bring their citations along: which edges are there now? And which mask are they?",
        "`newcomers = torch.tensor([accuracy(train(known, seed), ..., ...) for seed in range(3)])`",
    ),
)

leaks = Result(
    name="leaks",
    task="Measure what a leak is worth",
    minutes=3,
    right=lambda table: bool(table[0].mean() >= 0.6 and 0.4 <= table[1].mean() <= 0.58),
    says=(
        "Row 0 should be the split that leaks, well above a half; row 1 your `split_pairs`, near a half, "
        "since the links are thrown by dice."
    ),
    why=(
        "The same graph, the same network. All that it seemed to know it had read off the ways back. Where "
        "there is nothing to know, an honest test says a half."
    ),
    clues=(
        Clue(
            "another shape",
            "Hand in a table with a row for each split and a column for each of three seeds: [2, 3].",
            lambda table: list(table.shape) != [2, 3],
            lambda: [0.75, 0.49],
        ),
        Clue(
            "per cent",
            "An AUC lies between 0 and 1. Leave out the factor of 100.",
            lambda table: bool((table > 1).any()),
            lambda: [[75.0, 76.0, 74.0], [49.0, 51.0, 50.0]],
        ),
        Clue(
            "rows swapped",
            "Row 1 does better on dice than row 0. The split that leaks comes first.",
            lambda table: bool(table[1].mean() >= 0.6 and table[0].mean() <= 0.58),
            lambda: [[0.49, 0.51, 0.48], [0.75, 0.76, 0.74]],
        ),
        Clue(
            "both leak",
            "Both rows are well above a half, on links thrown by dice. Is row 1 measured with your "
            "`split_pairs`, and on the dice?",
            lambda table: bool(table.mean(1).min() > 0.58),
            lambda: [[0.75, 0.76, 0.74], [0.75, 0.77, 0.74]],
        ),
        Clue(
            "neither leaks",
            "Both rows are near a half. Is row 0 measured with `split_columns`?",
            lambda table: bool(table.mean(1).max() < 0.6),
            lambda: [[0.49, 0.51, 0.48], [0.5, 0.52, 0.49]],
        ),
    ),
    example=lambda: torch.tensor([[0.75, 0.76, 0.74], [0.49, 0.51, 0.48]]),
    hints=(
        "`auc(split, x, edge_index, seed)` is one run. You need three for each of the two splits.",
        "A list of two lists: `[auc(split_columns, dice_x, dice, seed) for seed in range(3)]` is the first.",
        "`leaks = torch.tensor([[... for seed in range(3)], [... for seed in range(3)]])`",
    ),
)
