"""The experiment: GAT and GATv2 look words up in dictionaries that they have never seen."""

import torch

from gnn_lib.exercises.exercise import Clue, Result

exercise = Result(
    name="lookup",
    task="Measure GAT and GATv2 on the dictionary",
    right=lambda r: bool(r[0].mean() <= 0.6 and r[1].mean() >= 0.9),
    says="Row 0 should be GAT's and stay near guessing; row 1 GATv2's, and near 1. Are `gat_scores` and "
    "`v2_scores` both right, and did every run take all its steps?",
    why="GAT guesses, GATv2 looks it up. All that differs between them is how an edge is scored.",
    clues=(
        Clue(
            "models in the columns",
            "There should be two rows, GAT's and GATv2's, with one column for each seed. Turn it with `.T`.",
            lambda r: r.dim() == 2 and r.size(0) > 2 and r.size(1) == 2,
            lambda: [[0.17, 1.0], [0.18, 1.0], [0.17, 1.0]],
        ),
        Clue(
            "one number per model",
            "One run can be luck. Hand in a row for each model with at least three seeds: [2, 3] or wider.",
            lambda r: r.dim() != 2 or r.size(0) != 2 or r.size(1) < 3,
            lambda: [0.17, 1.0],
        ),
        Clue(
            "per cent",
            "An accuracy lies between 0 and 1 here. These look like per cent: divide by 100.",
            lambda r: bool((r > 1).any()),
            lambda: [[17.0, 18.0, 17.0], [100.0, 100.0, 99.0]],
        ),
        Clue(
            "rows swapped",
            "Row 0 finds nearly all words and row 1 hardly any. Row 0 should be GAT's.",
            lambda r: bool(r[0].mean() >= 0.9 and r[1].mean() <= 0.6),
            lambda: [[1.0, 1.0, 1.0], [0.17, 0.18, 0.17]],
        ),
        Clue(
            "the same model twice",
            "Both rows say the same. Was the same score used in both, or is `v2_scores` GAT's in disguise?",
            lambda r: bool((r[0].mean() - r[1].mean()).abs() < 0.1),
            lambda: [[1.0, 1.0, 1.0], [1.0, 1.0, 0.99]],
        ),
    ),
    example=lambda: torch.tensor([[0.17, 0.19, 0.16], [1.0, 1.0, 0.99]]),
    hints=(
        "`look_up(kind, seed)` trains one model and gives its accuracy. You need three runs of each kind.",
        "A list of two lists: `[look_up(\"GAT\", seed) for seed in range(3)]` is the first.",
        "`lookup = torch.tensor([[... for seed in range(3)], [... for seed in range(3)]])`",
    ),
    minutes=4,
)
