"""One row for every graph: the mean of its nodes."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_06.readouts import EMPTY, cases


def mean_readout(x: Tensor, batch: Tensor, num_graphs: int) -> Tensor:
    total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
    count = torch.bincount(batch, minlength=num_graphs)
    return total / count.clamp(min=1).unsqueeze(1)


exercise = Exercise(
    answer=mean_readout,
    task="Take the mean of the nodes of every graph",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, EMPTY: 0.5, GRADIENT: 0.5},
    minutes=3,
    mistakes=(
        Mistake(
            "divides by zero",
            "A graph without nodes has the sum 0 and the size 0, and 0 / 0 is not a number. One NaN spreads "
            "through the whole batch at the next step. Such a graph should get zeros.",
            ("count.clamp(min=1)", "count"),
        ),
        Mistake(
            "adds one to every size",
            "That keeps 0 / 0 away, but now every mean is too small: two nodes are divided by three. Only "
            "where the size is 0 may it be changed.",
            ("count.clamp(min=1)", "(count + 1)"),
        ),
        Mistake(
            "divides by the number of graphs",
            "A mean divides by how many things were added up. Those are the nodes of this graph, not the "
            "graphs of the batch.",
            ("count.clamp(min=1).unsqueeze(1)", "num_graphs"),
        ),
        Mistake(
            "divides by all nodes of the batch",
            "Every graph has its own size. You divided each sum by the number of nodes in the whole batch.",
            ("count.clamp(min=1).unsqueeze(1)", "len(x)"),
        ),
        Mistake(
            "lines the sizes up with the features",
            "The sums are [G, F] and the sizes [G]. Side by side, torch lines up the *last* dimensions: "
            "the size of a graph is paired with a feature. The sizes need the shape [G, 1].",
            (".unsqueeze(1)", ""),
        ),
        Mistake(
            "forgets to divide",
            "These are sums. How many nodes went into each of them?",
            ("total / count.clamp(min=1).unsqueeze(1)", "total"),
        ),
        Mistake(
            "takes one mean over all features",
            "Each feature has its own mean. You also averaged along the row, so comedy and thriller are one "
            "number now.",
            ("total / count.clamp(min=1).unsqueeze(1)", "total.mean(dim=1) / count.clamp(min=1)"),
        ),
        Mistake(
            "counts too few graphs",
            "`bincount` stops at the highest number in `batch`. Graphs after that one have no nodes, and "
            "still they need a size: 0. How did you make it count further in lesson 1?",
            ("torch.bincount(batch, minlength=num_graphs)", "torch.bincount(batch)"),
        ),
        Mistake(
            "leaves out graphs without nodes",
            "You asked `batch` which graphs there are, and it knows only those with nodes. A graph without "
            "nodes has a row as well, of zeros, and the rows after it must not move up.",
            """
            def mean_readout(x, batch, num_graphs):
                return torch.stack([x[batch == g].mean(dim=0) for g in batch.unique()])
            """,
        ),
        Mistake(
            "averages as it goes",
            "You took the mean of each new node and what was there before. So the last node counts for half, "
            "and the ones before it for less and less. Add all of them up first, and divide once.",
            """
            def mean_readout(x, batch, num_graphs):
                out = [torch.zeros(x.size(1)) for _ in range(num_graphs)]
                for i, g in enumerate(batch.tolist()):
                    out[g] = (out[g] + x[i]) / 2
                return torch.stack(out)
            """,
        ),
        Mistake(
            "adds a little to the count",
            "A small number added to the count makes every mean a little too small. Only the empty "
            "graph needs help: let the count be at least 1.",
            """
            def mean_readout(x, batch, num_graphs):
                total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
                return total / (torch.bincount(batch, minlength=num_graphs) + 1e-2).unsqueeze(1)
            """,
        ),
        Mistake(
            "divides by the row's own sum",
            "You divided each row by the sum of its features. A mean divides by how many nodes the "
            "graph has.",
            """
            def mean_readout(x, batch, num_graphs):
                total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
                return total / total.sum(1, keepdim=True).clamp(min=1)
            """,
        ),
        Mistake(
            "fills empty graphs with ones",
            "`include_self=False` leaves in its place what stood there where nothing arrives: begin "
            "with zeros.",
            """
            def mean_readout(x, batch, num_graphs):
                out = torch.ones(num_graphs, x.size(1))
                return out.scatter_reduce(0, batch[:, None].expand_as(x), x, "mean", include_self=False)
            """,
        ),
    ),
    others=(
        """
        def mean_readout(x, batch, num_graphs):
            rows = [x[batch == g].mean(dim=0) if (batch == g).any() else torch.zeros(x.size(1))
                    for g in range(num_graphs)]
            return torch.stack(rows)
        """,
        """
        def mean_readout(x, batch, num_graphs):
            member = F.one_hot(batch, num_graphs).to(x.dtype)
            return (member / member.sum(dim=0).clamp(min=1)).T @ x
        """,
        """
        def mean_readout(x, batch, num_graphs):
            index = batch.unsqueeze(1).expand_as(x)
            out = torch.zeros(num_graphs, x.size(1), dtype=x.dtype)
            return out.scatter_reduce(0, index, x, "mean", include_self=False)
        """,
        """
        def mean_readout(x, batch, num_graphs):
            ones = torch.ones(len(x), 1, dtype=x.dtype)
            both = torch.zeros(num_graphs, x.size(1) + 1).index_add(0, batch, torch.cat([x, ones], dim=1))
            return torch.nan_to_num(both[:, :-1] / both[:, -1:])
        """,
    ),
    hints=(
        "A mean is a sum, divided by how many were added. The sum you have.",
        "How often does each graph's number stand in `batch`? You counted such things in lesson 1.",
        "The sizes are [G], the sums [G, F]: `.unsqueeze(1)` makes them [G, 1]. And 0 / 0 must not happen.",
        "`count = torch.bincount(batch, minlength=num_graphs)`, then divide by "
        "`count.clamp(min=1).unsqueeze(1)`.",
    ),
)
