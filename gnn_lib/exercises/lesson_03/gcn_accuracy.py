"""Train a GCN with five seeds, and hand in how it did on the test nodes."""

from torch import Tensor

from gnn_lib.exercises.exercise import Clue, Result


def _good(value: Tensor) -> bool:
    return 0.70 <= float(value.float().mean()) <= 0.90


exercise = Result(
    name="gcn_accuracy",
    task="Train the GCN with five seeds and hand in its test accuracies",
    right=_good,
    says="The mean is not where a GCN of two layers ends up, between 0.7 and 0.9. Does it get x, the looped "
    "edges and their weights, in this order, and did you leave `train` its 40 epochs?",
    why="With the same words, the same 140 labels and as many parameters as the MLP, it gets far more "
    "right: all that it has beyond them is who cites whom.",
    clues=(
        Clue(
            "another shape",
            "Five seeds give five numbers: hand in a tensor of shape [5].",
            lambda value: list(value.shape) != [5],
            lambda: 0.81,
        ),
        Clue(
            "counts in percent",
            "An accuracy lies between 0 and 1 here. Leave out the factor of 100.",
            lambda value: float(value.float().max()) > 1,
            lambda: [81.2, 80.7, 82.0, 81.1, 80.9],
        ),
        Clue(
            "uses one seed five times",
            "Five equal numbers: the seed didn't change between the runs. Pass a different `seed=` each "
            "time.",
            lambda value: float(value.max()) == float(value.min()),
            lambda: [0.813] * 5,
        ),
        Clue(
            "has seen the answers",
            "Nobody gets that many right with 140 labels. Did the loss see more than train_mask, or was the "
            "accuracy taken on the training nodes?",
            lambda value: float(value.float().mean()) > 0.90,
            lambda: [0.99, 0.995, 1.0, 0.985, 0.99],
        ),
        Clue(
            "doesn't use the graph",
            "That is where the MLP stands. Do the edges and their weights reach both layers?",
            lambda value: 0.42 <= float(value.float().mean()) < 0.66,
            lambda: [0.56, 0.55, 0.57, 0.54, 0.56],
        ),
        Clue(
            "has learned nothing",
            "That is no better than always naming one class. Is the loss going down? Does the model predict "
            "more than one class?",
            lambda value: float(value.float().mean()) < 0.42,
            lambda: [0.14, 0.13, 0.31, 0.15, 0.14],
        ),
    ),
    example=lambda: [0.812, 0.807, 0.820, 0.811, 0.809],
    hints=(
        "Look at how the MLP was trained above: `train(MLP, papers.x, seed=seed)` for each of five seeds.",
        "The GCN wants three inputs: `papers.x`, the edges with their loops, and the weights.",
        "`torch.tensor([train(GCN, papers.x, edges, weight, seed=seed) for seed in range(5)])`",
    ),
    minutes=4,
)  # fmt: skip
