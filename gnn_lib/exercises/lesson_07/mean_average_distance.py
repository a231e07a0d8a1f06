"""How far apart the directions of neighbours are: the mean average distance, MAD."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.datasets import three_friends
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM, random_graph

_UNHEARD = "nodes that hear nobody, double edges"


def mean_average_distance(x: Tensor, edge_index: Tensor) -> Tensor:
    source, target = edge_index
    u = F.normalize(x, dim=1)
    distance = 1 - (u[source] * u[target]).sum(1)
    count = torch.bincount(target, minlength=len(x))
    total = torch.zeros(len(x)).index_add(0, target, distance)
    return (total / count)[count > 0].mean()


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends = three_friends()
    yield Case(BY_HAND, dict(x=friends.x, edge_index=friends.edge_index), names=friends.names)
    axes = torch.tensor([[2.0, 0.0], [0.0, 3.0], [-1.0, 0.0], [4.0, 0.0]])
    chain = torch.tensor([[0, 1, 1, 2, 3], [1, 2, 0, 3, 2]])
    yield Case(BY_HAND, dict(x=axes, edge_index=chain), names=("A", "B", "C", "D"))
    for nodes, edges in ((5, 9), (7, 20), (20, 70)):
        graph = random_graph(generator, nodes, edges)
        yield Case(RANDOM, dict(x=graph.x, edge_index=graph.edge_index))
    for nodes, edges in ((9, 6), (6, 4)):
        graph = random_graph(generator, nodes, edges, features=4)
        twice = torch.cat([graph.edge_index, graph.edge_index[:, :2]], dim=1)
        yield Case(_UNHEARD, dict(x=graph.x, edge_index=twice))


exercise = Exercise(
    answer=mean_average_distance,
    task="Measure how far apart the directions of neighbours are",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, _UNHEARD: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "gives the likeness, not the distance",
            "You averaged the cosine itself: 1 where neighbours point the same way. The distance is 1 minus "
            "that.",
            ("distance = 1 - (u", "distance = (u"),
        ),
        Mistake(
            "takes the mean over the edges",
            "A node with many neighbours counts more often in your mean. First the mean over each inbox, "
            "then the mean "
            "over the nodes.",
            ("return (total / count)[count > 0].mean()", "return distance.mean()"),
        ),
        Mistake(
            "counts those who hear nobody as 0",
            "A node without an inbox has no distance. Counted as 0 it makes the graph look more alike than "
            "it "
            "is: leave it out of the last mean.",
            ("(total / count)[count > 0].mean()", "(total / count.clamp(min=1)).mean()"),
        ),
        Mistake(
            "divides 0 by 0",
            "A node that hears nobody gives 0 / 0, not a number, and one is enough to spoil the mean. Take "
            "the mean over the others.",
            ("(total / count)[count > 0].mean()", "(total / count).mean()"),
        ),
        Mistake(
            "leaves the lengths in",
            "Without unit vectors, the product grows with the length of the features. Only the direction "
            "counts here.",
            ("F.normalize(x, dim=1)", "x"),
        ),
        Mistake(
            "normalises each feature",
            "`dim=0` makes the columns unit vectors. A node is a row.",
            ("F.normalize(x, dim=1)", "F.normalize(x, dim=0)"),
        ),
        Mistake(
            "averages over those whom a node tells",
            "The distances are grouped by their source. An inbox belongs to the target.",
            """
            def mean_average_distance(x, edge_index):
                source, target = edge_index
                u = F.normalize(x, dim=1)
                distance = 1 - (u[source] * u[target]).sum(1)
                count = torch.bincount(source, minlength=len(x))
                total = torch.zeros(len(x)).index_add(0, source, distance)
                return (total / count)[count > 0].mean()
            """,
        ),
        Mistake(
            "measures the straight distance",
            "You took the length of the difference. It falls to 0 also when all features shrink; the cosine "
            "looks at directions only.",
            (
                "distance = 1 - (u[source] * u[target]).sum(1)",
                "distance = (x[source] - x[target]).norm(dim=1)",
            ),
        ),
        Mistake(
            "compares all pairs",
            "Your mean runs over every pair of nodes. Here only neighbours are compared: the pairs in "
            "`edge_index`.",
            """
            def mean_average_distance(x, edge_index):
                u = F.normalize(x, dim=1)
                return (1 - u @ u.T).mean()
            """,
        ),
        Mistake(
            "gives each node its own distance",
            "That is the mean over each inbox. One number is asked for: the mean of these over the nodes.",
            ("(total / count)[count > 0].mean()", "(total / count)[count > 0]"),
        ),
        Mistake(
            "keeps the last message only",
            "`total[target] += ...` keeps a single message of each inbox, where a node comes more "
            "than once in `target`. `index_add` adds them all.",
            (
                "    total = torch.zeros(len(x)).index_add(0, target, distance)\n",
                "    total = torch.zeros(len(x))\n    total[target] += distance\n",
            ),
        ),
        Mistake(
            "doesn't divide by the inbox",
            "That is the sum over each inbox. A mean divides it by how many arrive.",
            ("(total / count)[count > 0].mean()", "total[count > 0].mean()"),
        ),
        Mistake(
            "counts the node itself",
            "There is no self-loop here: divide by how many others arrive, as `edge_index` says, and "
            "by no one more.",
            ("(total / count)[count > 0].mean()", "(total / (count + 1))[count > 0].mean()"),
        ),
        Mistake(
            "adds up the nodes",
            "The last step is a mean, too: over the nodes that hear somebody.",
            ("(total / count)[count > 0].mean()", "(total / count)[count > 0].sum()"),
        ),
        Mistake(
            "divides by the length of the whole matrix",
            "`.norm()` without `dim` is one length for all rows together. Each node has its own.",
            ("F.normalize(x, dim=1)", "x / x.norm()"),
        ),
        Mistake(
            "takes opposite directions for alike",
            "With `abs` a cosine of -1 counts like 1. Neighbours that point in opposite directions "
            "are at distance 2.",
            ("(u[source] * u[target]).sum(1)", "(u[source] * u[target]).sum(1).abs()"),
        ),
    ),
    others=(
        """
        def mean_average_distance(x, edge_index):
            inbox = {}
            for j, i in edge_index.T.tolist():
                inbox.setdefault(i, []).append(1 - F.cosine_similarity(x[j], x[i], dim=0))
            return torch.stack([torch.stack(heard).mean() for heard in inbox.values()]).mean()
        """,
        """
        def mean_average_distance(x, edge_index):
            N = len(x)
            ones = torch.ones(edge_index.size(1))
            A = torch.zeros(N, N).index_put((edge_index[0], edge_index[1]), ones, accumulate=True)
            u = x / x.norm(dim=1, keepdim=True)
            heard = A.sum(0)
            far = (A * (1 - u @ u.T)).sum(0)
            return (far[heard > 0] / heard[heard > 0]).mean()
        """,
        """
        def mean_average_distance(x, edge_index):
            j, i = edge_index
            u = F.normalize(x.double())
            apart = (u[j] - u[i]).square().sum(1) / 2
            listeners, place, count = i.unique(return_inverse=True, return_counts=True)
            total = torch.zeros(len(listeners)).double().index_add(0, place, apart)
            return (total / count).mean()
        """,
    ),
    hints=(
        "Four steps: rows of length 1; for each edge 1 minus the product of its two rows; the mean over "
        "each inbox; the mean of these over the nodes that hear somebody.",
        "`F.normalize(x, dim=1)` makes the rows unit vectors, and `(u[source] * u[target]).sum(1)` is the "
        "cosine along each edge.",
        "A mean over each inbox is a sum with `index_add` at the targets, over a count with `bincount`.",
        "`return (total / count)[count > 0]...`",
    ),
)
