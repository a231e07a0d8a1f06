"""Two things to find out: what depth does to a plain network, and where a new edge helps."""

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph
from gnn_lib.exercises.exercise import Clue, Result
from gnn_lib.exercises.lesson_07.resistance import resistance

_LEFT, _RIGHT = range(5), range(6, 11)  # of two_cliques; node 5 is the bridge


def _total(pair: Tensor | None = None) -> float:
    """The resistances of all pairs, added up; with an edge more between the two nodes of `pair`."""
    A = to_dense(barbell_graph(5, 1))
    if pair is not None:
        i, j = (int(node) for node in pair)
        A[i, j] = A[j, i] = 1
    return float(resistance(A).sum()) / 2


def _is_pair(pair: Tensor) -> bool:
    return list(pair.shape) == [2] and bool((pair == pair.round()).all())


def _across(pair: Tensor) -> bool:
    nodes = sorted(int(node) for node in pair)
    return nodes[0] in _LEFT and nodes[1] in _RIGHT


shortcut = Result(
    name="shortcut",
    task="Find the new edge that opens the bottleneck",
    minutes=4,
    worth=2.0,
    right=lambda pair: _is_pair(pair) and _across(pair) and _total(pair) < 0.53 * _total(),
    says="That edge helps, but another one helps more. Try every pair that has no edge yet, and keep the "
    "one with "
    "the smallest total.",
    why="A second road from clique to clique. It is best where it starts and ends off the old one, "
    "so that the two roads share nothing: neither the bridge nor the two nodes beside it.",
    clues=(
        Clue(
            "another shape",
            "Hand in one edge: two whole numbers, the ids of its ends.",
            lambda pair: not _is_pair(pair),
            lambda: [[0, 7], [7, 0]],
        ),
        Clue(
            "no such node",
            "The nodes of `two_cliques` have the ids 0 to 10.",
            lambda pair: bool((pair < 0).any() or (pair > 10).any()),
            lambda: [0, 11],
        ),
        Clue(
            "a loop",
            "An edge from a node to itself opens no road.",
            lambda pair: int(pair[0]) == int(pair[1]),
            lambda: [5, 5],
        ),
        Clue(
            "an edge that is there already",
            "These two are joined already. A second wire there helps little: which pairs have none?",
            lambda pair: bool(to_dense(barbell_graph(5, 1))[int(pair[0]), int(pair[1])] > 0),
            lambda: [0, 1],
        ),
        Clue(
            "still over the bridge",
            "This edge ends at the bridge, node 5, so that everything still passes through that one node. "
            "Look for a road around it.",
            lambda pair: bool((pair == 5).any()),
            lambda: [0, 5],
        ),
        Clue(
            "still at a gate",
            "This edge ends at 4 or at 6, and the old road ends there, too: whoever takes one or the other "
            "must pass that node. Does a road that avoids it have a smaller total?",
            lambda pair: bool(((pair == 4) | (pair == 6)).any()),
            lambda: [4, 6],
        ),
    ),
    example=lambda: [0, 7],
    hints=(
        "Two loops over all pairs i < j; skip those with an edge; add the edge to a copy of A; add up "
        "`resistance` of the copy.",
        "`B = A.clone()`, then `B[i, j] = B[j, i] = 1`. The total is `resistance(B).sum() / 2`.",
        "`min((total, i, j) ...)` over all pairs: Python compares tuples by their first entry.",
    ),
)


def _much_worse(table: Tensor) -> bool:
    shallow, deep = table.to(torch.float64).mean(1).tolist()
    return 0.6 <= shallow <= 0.9 and deep < shallow - 0.1 and float(table.min()) > 0.03


deep_accuracy = Result(
    name="deep_accuracy",
    task="Train plain networks of 2 and of 16 layers, three seeds each",
    minutes=4,
    worth=2.0,
    right=_much_worse,
    says="With 2 layers a mean between 0.6 and 0.9 is to be expected, and clearly less with 16. Did you "
    "train "
    '"plain" networks, with `train_deep(depth, "plain", seed)`?',
    why="Eight times as many layers and parameters, the same papers, the same labels: and it gets far fewer "
    "right. If all that it did were to overfit, it would at least do well on the papers it was trained on.",
    clues=(
        Clue(
            "another shape",
            "Two depths and three seeds make a table [2, 3]: a row for each depth.",
            lambda table: list(table.shape) != [2, 3],
            lambda: [0.8, 0.2],
        ),
        Clue(
            "counts in percent",
            "An accuracy lies between 0 and 1 here. Leave out the factor of 100.",
            lambda table: float(table.max()) > 1,
            lambda: [[81.0, 79.0, 80.0], [20.0, 15.0, 30.0]],
        ),
        Clue(
            "uses one seed three times",
            "All three numbers of a row are equal. Let the seed change from run to run.",
            lambda table: bool((table.amax(1) == table.amin(1)).any()),
            lambda: [[0.81, 0.81, 0.81], [0.2, 0.2, 0.2]],
        ),
        Clue(
            "has the rows the wrong way round",
            "The first row is for 2 layers, the second for 16. The deep network can't be that much better.",
            lambda table: float(table[1].float().mean() - table[0].float().mean()) > 0.1,
            lambda: [[0.2, 0.15, 0.3], [0.81, 0.79, 0.8]],
        ),
        Clue(
            "has seen the answers",
            "Nobody gets that many right with 140 labels. Are these the training papers?",
            lambda table: float(table.max()) > 0.93,
            lambda: [[0.99, 1.0, 0.98], [0.3, 0.25, 0.2]],
        ),
    ),
    example=lambda: [[0.80, 0.79, 0.81], [0.21, 0.15, 0.30]],
    hints=(
        '`train_deep(2, "plain", seed=0)` trains one network and gives its test accuracy first.',
        "A list of lists: for each depth in (2, 16), for each seed in range(3).",
        '`torch.tensor([[train_deep(depth, "plain", seed)[0] for seed in ...] for depth in ...])`',
    ),
)
