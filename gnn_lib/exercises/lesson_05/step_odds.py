"""The next step of node2vec: how likely is each node, given where the walk was before?"""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.graph import Graph


def step_odds(A: Tensor, before: int, here: int, p: float, q: float) -> Tensor:
    bias = torch.full((len(A),), 1 / q)
    bias[A[before] > 0] = 1
    bias[before] = 1 / p
    odds = A[here] * bias
    return odds / odds.sum() if odds.sum() > 0 else odds


def cases(generator: torch.Generator) -> Iterator[Case]:
    square = torch.tensor([[0, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 0], [0, 1, 0, 0]]).float()
    yield Case(BY_HAND, dict(A=square, before=0, here=1, p=4.0, q=0.5), names=tuple("ABCD"))
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        for number, (before, here) in enumerate(_steps(graph)):
            p, q = ((4.0, 0.5), (0.25, 1.0), (2.0, 8.0))[(place + number) % 3]
            inputs = dict(A=to_dense(graph), before=before, here=here, p=p, q=q)
            yield Case(group, inputs, names=graph.names)
    looped = torch.tensor([[1.0, 1, 1], [2, 1, 1], [0, 0, 0]])
    for before, here in ((0, 1), (0, 0), (1, 2)):
        yield Case(AWKWARD, dict(A=looped, before=before, here=here, p=4.0, q=0.5))


def _steps(graph: Graph) -> list[tuple[int, int]]:
    """A few edges that a walk may have taken; none in a graph without edges."""
    return [(int(i), int(j)) for i, j in graph.edge_index.T[:: max(1, graph.num_edges // 3)]]


exercise = Exercise(
    answer=step_odds,
    task="Say how likely each next step is under p and q",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "swaps p and q",
            "The way back gets 1/q, the way out 1/p. p is for the way back.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), 1 / p)
                bias[A[before] > 0] = 1
                bias[before] = 1 / q
                odds = A[here] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "multiplies by p and q",
            "A large p should make the way back rare. You divide by p and q, so that a large one makes the "
            "step less likely.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), q)
                bias[A[before] > 0] = 1
                bias[before] = p
                odds = A[here] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "does not make them add up to 1",
            "These are the odds, in the right proportions. Probabilities add up to 1.",
            ("odds / odds.sum() if odds.sum() > 0 else odds", "odds"),
        ),
        Mistake(
            "steps where there is no edge",
            "Nodes to which no edge leads from `here` have a chance, too. A step needs an edge.",
            ("A[here] * bias", "bias"),
        ),
        Mistake(
            "compares with where it is",
            "You asked which nodes are near `here`. All that can be reached are; what matters is whether "
            "`before` tells them.",
            ("A[before] > 0", "A[here] > 0"),
        ),
        Mistake(
            "asks who tells the node before",
            "You looked down the column of `before`: those who tell it. Near are those whom it tells, its "
            "row.",
            ("A[before] > 0", "A[:, before] > 0"),
        ),
        Mistake(
            "forgets the way back",
            "The node that the walk came from gets no 1/p: it is treated like any other.",
            ("bias[before] = 1 / p", "pass"),
        ),
        Mistake(
            "lets a self-loop hide the way back",
            "Where `before` has a self-loop it is near itself, and you set its 1/p back to 1. Which of the "
            "three rules comes first?",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), 1 / q)
                bias[before] = 1 / p
                bias[A[before] > 0] = 1
                odds = A[here] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "counts a double edge once",
            "Where an edge comes twice, a step along it is twice as likely. Multiply by the number in A, "
            "not by whether it is above zero.",
            ("A[here] * bias", "(A[here] > 0) * bias"),
        ),
        Mistake(
            "divides by zero at a dead end",
            "Where no edge leaves `here` the odds are all zero, and 0 / 0 is not a number. Leave them at "
            "zero.",
            ("odds / odds.sum() if odds.sum() > 0 else odds", "odds / odds.sum()"),
        ),
        Mistake(
            "takes a softmax",
            "A softmax takes `exp` of the odds first: that changes their proportions, and gives nodes "
            "without an edge a chance. Divide by the sum.",
            ("odds / odds.sum() if odds.sum() > 0 else odds", "odds.softmax(0)"),
        ),
        Mistake(
            "forgets those near the node before",
            "Every way but the way back gets 1/q. Those whom `before` tells, too, get 1: they are near "
            "where the walk has been.",
            ("bias[A[before] > 0] = 1", "pass"),
        ),
        Mistake(
            "swaps near and far",
            "Those near `before` get 1/q, the others 1. It is the way out that q is for.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.ones(len(A))
                bias[A[before] > 0] = 1 / q
                bias[before] = 1 / p
                odds = A[here] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "divides before p and q come in",
            "You divided by how many edges leave `here`, and multiplied by the three numbers afterwards. "
            "Then the result doesn't add up to 1: divide by the sum at the very end.",
            ("odds / odds.sum() if odds.sum() > 0 else odds", "odds / A[here].sum().clamp(min=1)"),
        ),
        Mistake(
            "goes against the edges",
            "Your walk can go to those who tell `here`: that is its column. A step follows an edge that "
            "leaves `here`.",
            ("A[here] * bias", "A[:, here] * bias"),
        ),
        Mistake(
            "swaps before and here",
            "You stepped from `before`, and compared with `here`. The walk is at `here`: the next step "
            "leaves from there.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), 1 / q)
                bias[A[here] > 0] = 1
                bias[here] = 1 / p
                odds = A[before] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "divides by the length",
            "You divided by the length of the row, the root of the sum of squares. Probabilities add "
            "up to 1: divide by the plain sum.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), 1 / q)
                bias[A[before] > 0] = 1
                bias[before] = 1 / p
                odds = A[here] * bias
                return odds / odds.norm() if odds.sum() > 0 else odds
            """,
        ),
        Mistake(
            "forbids to stay",
            "You set the odds of `here` itself to 0. Where it has a self-loop, that is an edge like "
            "any other, and the walk may take it.",
            """
            def step_odds(A, before, here, p, q):
                bias = torch.full((len(A),), 1 / q)
                bias[A[before] > 0] = 1
                bias[before] = 1 / p
                bias[here] = 0
                odds = A[here] * bias
                return odds / odds.sum() if odds.sum() > 0 else odds
            """,
        ),
    ),
    others=(
        """
        def step_odds(A, before, here, p, q):
            odds = []
            for x in range(len(A)):
                if x == before:
                    odds.append(float(A[here, x]) / p)
                elif A[before, x] > 0:
                    odds.append(float(A[here, x]))
                else:
                    odds.append(float(A[here, x]) / q)
            total = sum(odds) or 1
            return [o / total for o in odds]
        """,
        """
        def step_odds(A, before, here, p, q):
            back = F.one_hot(torch.tensor(before), len(A)).bool()
            bias = torch.where(back, 1 / p, torch.where(A[before] != 0, 1.0, 1 / q))
            return F.normalize(A[here] * bias, p=1, dim=0)
        """,
        """
        def step_odds(A, before, here, p, q):
            a = A.numpy().astype(float)
            w = a[here].copy()
            near = a[before] > 0
            near[before] = False
            far = ~near
            far[before] = False
            w[before] /= p
            w[far] /= q
            return w / max(w.sum(), 1e-12)
        """,
    ),
    hints=(
        "Each node x gets one of three numbers: 1/p if it is `before`, 1 if `before` tells it, 1/q "
        "otherwise. Then which of the nodes can be reached at all?",
        "Begin with 1/q everywhere. Overwrite with 1 where `A[before] > 0`, then entry `before` with 1/p.",
        "`A[here] * bias` keeps only those with an edge. Divide by the sum, unless it is zero.",
        "`torch.full((len(A),), 1 / q)` makes the first; `bias[A[before] > 0] = 1` the second.",
    ),
)  # fmt: skip
