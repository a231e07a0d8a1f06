"""Which nodes stay: of every graph the share with the highest scores."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM
from gnn_lib.exercises.lesson_06.readouts import homes

SMALL = "graphs of one node, all nodes, missing graphs"


def top_of_each(score: Tensor, batch: Tensor, ratio: float) -> Tensor:
    kept = []
    for graph in set(batch.tolist()):
        nodes = (batch == graph).nonzero().flatten()
        k = math.ceil(ratio * len(nodes))
        kept.append(nodes[score[nodes].topk(k).indices])
    return torch.cat(kept).sort().values


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield _case(BY_HAND, torch.tensor([0.1, 0.9, 0.5, -0.8, -0.2]), torch.tensor([0, 0, 0, 1, 1]))
    yield _case(BY_HAND, torch.tensor([0.9, 0.8, 0.7, 0.6, -0.3, -0.9]), torch.tensor([0, 0, 0, 0, 1, 1]))
    for nodes, graphs, ratio in ((9, 2, 0.5), (14, 3, 0.25), (13, 2, 0.75)):
        yield _case(RANDOM, _distinct(generator, nodes), homes(generator, nodes, graphs), ratio)
    yield _case(SMALL, _distinct(generator, 6), torch.tensor([0, 1, 1, 1, 2, 2]), 0.25)
    yield _case(SMALL, _distinct(generator, 6), torch.tensor([0, 2, 2, 0, 2, 2]), 1.0)
    yield _case(SMALL, _distinct(generator, 8), torch.tensor([4, 4, 4, 1, 1, 1, 1, 1]), 0.5)


def _distinct(generator: torch.Generator, nodes: int) -> Tensor:
    """Scores of both signs without ties, and never in ascending or descending order."""
    steps = 2 * (torch.arange(nodes) + torch.rand(nodes, generator=generator)) / nodes - 1
    order = torch.randperm(nodes, generator=generator)
    while len(set(order.diff().sign().tolist())) < 2:
        order = torch.randperm(nodes, generator=generator)
    return steps[order]


def _case(group: str, score: Tensor, batch: Tensor, ratio: float = 0.5) -> Case:
    return Case(group, dict(score=score, batch=batch, ratio=ratio))


exercise = Exercise(
    answer=top_of_each,
    task="Keep the best nodes of every graph",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, SMALL: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "lets the graphs compete",
            "You took the best of the whole batch. A graph whose nodes all score low would then lose every "
            "one of them. Each graph keeps its own share.",
            """
            def top_of_each(score, batch, ratio):
                return score.topk(math.ceil(ratio * len(score))).indices.sort().values
            """,
        ),
        Mistake(
            "rounds down",
            "Half of three nodes is one and a half, and you kept one. The share is rounded up, so that "
            "even a graph of one node keeps it.",
            ("math.ceil(ratio * len(nodes))", "int(ratio * len(nodes))"),
        ),
        Mistake(
            "keeps the lowest",
            "These are the nodes with the lowest scores. The highest ones stay.",
            (".topk(k)", ".topk(k, largest=False)"),
        ),
        Mistake(
            "answers with places within the graph",
            "`topk` counts from 0 within the scores that you gave it, the ones of a single graph. Which "
            "nodes of the batch are those? Look the places up among the ids of that graph's nodes.",
            ("nodes[score[nodes].topk(k).indices]", "score[nodes].topk(k).indices"),
        ),
        Mistake(
            "lists the best first",
            "These are the right nodes, but in the order of their scores. Give their ids in ascending "
            "order, so that the nodes of a graph stay in the order they had.",
            ("torch.cat(kept).sort().values", "torch.cat(kept)"),
        ),
        Mistake(
            "goes by size without the sign",
            "You compared the scores without their signs. -0.9 is a low score, not a high one.",
            ("score[nodes].topk", "score[nodes].abs().topk"),
        ),
        Mistake(
            "returns scores instead of nodes",
            "You returned what the nodes scored. What is asked for is which nodes they are.",
            ("kept.append(nodes[score[nodes].topk(k).indices])", "kept.append(score[nodes].topk(k).values)"),
        ),
        Mistake(
            "takes the ratio for a threshold",
            "You kept every node that scores more than `ratio`. It says how many nodes stay: a share of each "
            "graph, whatever their scores are.",
            """
            def top_of_each(score, batch, ratio):
                return (score > ratio).nonzero().flatten()
            """,
        ),
        Mistake(
            "stops at a graph that isn't there",
            "You went through the numbers 0, 1, 2 up to *how many different* numbers are in `batch`. Some "
            "graph may have lost all its nodes: its number is missing, and the last numbers are higher "
            "than that.",
            ("set(batch.tolist()):", "range(len(batch.unique())):"),
        ),
        Mistake(
            "rounds to the nearest",
            "`round` goes down as often as up: a quarter of five nodes becomes one, and of one node none "
            "is left. The share is always rounded up.",
            ("math.ceil(ratio * len(nodes))", "round(ratio * len(nodes))"),
        ),
        Mistake(
            "answers with a mask",
            "You returned a True or False for every node. That says the same thing, but what is asked for "
            "are the ids of those who stay: `.nonzero().flatten()` turns one into the other.",
            (
                "return torch.cat(kept).sort().values",
                "return torch.isin(torch.arange(len(score)), torch.cat(kept))",
            ),
        ),
        Mistake(
            "takes places for ranks",
            "`argsort` says which node comes first, second, third. It does not say which rank a node has: "
            "you compared the one with k as if it were the other. The first k entries *are* the best nodes.",
            (
                "nodes[score[nodes].topk(k).indices]",
                "nodes[score[nodes].argsort(descending=True) < k]",
            ),
        ),
        Mistake(
            "gives the others a score of 0",
            "You set the scores of all other graphs to 0 before you chose. But 0 beats every score below it, "
            "so nodes of other graphs got in. They must not compete at all.",
            """
            def top_of_each(score, batch, ratio):
                kept = []
                for graph in batch.unique():
                    k = math.ceil(ratio * int((batch == graph).sum()))
                    own = torch.where(batch == graph, score, torch.zeros(()))
                    kept.append(own.topk(k).indices)
                return torch.cat(kept).sort().values
            """,
        ),
        Mistake(
            "sorts graph by graph",
            "The right nodes, and in order within each graph. But the nodes of the graphs may be mixed: sort "
            "the ids of all graphs together, at the end.",
            (
                "kept.append(nodes[score[nodes].topk(k).indices])\n    return torch.cat(kept).sort().values",
                "kept.append(nodes[score[nodes].topk(k).indices].sort().values)\n    return torch.cat(kept)",
            ),
        ),
        Mistake(
            "rounds down, but to one at least",
            "A graph of one node keeps it, but half of three nodes became one. The share is rounded up, in "
            "graphs of any size.",
            ("math.ceil(ratio * len(nodes))", "max(1, int(ratio * len(nodes)))"),
        ),
        Mistake(
            "keeps what should go",
            "You kept the share 1 - `ratio`. It says how many stay, not how many are left out.",
            ("math.ceil(ratio * len(nodes))", "math.ceil((1 - ratio) * len(nodes))"),
        ),
    ),
    others=(
        """
        def top_of_each(score, batch, ratio):
            best = score.argsort(descending=True)
            best = best[batch[best].argsort(stable=True)]
            count = torch.bincount(batch)
            rank = torch.arange(len(score)) - (count.cumsum(0) - count)[batch[best]]
            return best[rank < torch.ceil(ratio * count)[batch[best]]].sort().values
        """,
        """
        def top_of_each(score, batch, ratio):
            kept = []
            for graph in set(batch.tolist()):
                nodes = [i for i in range(len(batch)) if batch[i] == graph]
                nodes.sort(key=lambda i: -float(score[i]))
                kept += nodes[:math.ceil(ratio * len(nodes))]
            return sorted(kept)
        """,
        """
        def top_of_each(score, batch, ratio):
            rivals = batch[:, None] == batch[None, :]
            better = (rivals & (score[None, :] > score[:, None])).sum(dim=1)
            return (better < torch.ceil(ratio * rivals.sum(dim=1))).nonzero().flatten()
        """,
    ),
    hints=(
        "One graph after the other: which nodes are in it, how many of them stay, and which are the best?",
        "`nodes = (batch == graph).nonzero().flatten()` are the ids of its nodes; `math.ceil` rounds up.",
        "`score[nodes].topk(k).indices` are places among `nodes`, so `nodes[...]` turns them into ids.",
        "Collect the ids of all graphs, `torch.cat` them, and sort them: `.sort().values`.",
    ),
)
