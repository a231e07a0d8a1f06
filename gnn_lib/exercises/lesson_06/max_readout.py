"""One row for every graph: the largest value of each feature among its nodes."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_06.readouts import EMPTY, cases


def max_readout(x: Tensor, batch: Tensor, num_graphs: int) -> Tensor:
    index = batch.unsqueeze(1).expand_as(x)
    out = torch.zeros(num_graphs, x.size(1))
    return out.scatter_reduce(0, index, x, "amax", include_self=False)


exercise = Exercise(
    answer=max_readout,
    task="Take the maximum over the nodes of every graph",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, EMPTY: 0.5, GRADIENT: 0.5},
    minutes=3,
    mistakes=(
        Mistake(
            "lets the zeros compete",
            "The result began with zeros, and they took part: where all features are negative, 0 won. Only "
            "the nodes of a graph may compete for its maximum.",
            (", include_self=False", ""),
        ),
        Mistake(
            "leaves minus infinity",
            "You began with minus infinity, which is right for the comparison. But where a graph has no "
            "nodes it stays, and ruins whatever is computed next. Such a graph should get zeros.",
            ("torch.zeros(num_graphs, x.size(1))", "torch.full((num_graphs, x.size(1)), -torch.inf)"),
        ),
        Mistake(
            "asks for the largest of nothing",
            "A graph without nodes has no largest value, and torch says so with an error. It should get "
            "zeros: ask first whether there are any nodes.",
            """
            def max_readout(x, batch, num_graphs):
                return torch.stack([x[batch == g].max(dim=0).values for g in range(num_graphs)])
            """,
        ),
        Mistake(
            "chooses a whole node",
            "You looked for the one node that is largest, and took its row. The maximum is taken feature by "
            "feature: the comedy may come from one node, the thriller from another.",
            """
            def max_readout(x, batch, num_graphs):
                rows = []
                for g in range(num_graphs):
                    own = x[batch == g]
                    rows.append(own[own.sum(dim=1).argmax()] if len(own) else torch.zeros(x.size(1)))
                return torch.stack(rows)
            """,
        ),
        Mistake(
            "keeps the last node",
            "`out[batch] = x` compares nothing: one node after the other overwrites its graph's row, and "
            "the last one stays.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                out[batch] = x
                return out
            """,
        ),
        Mistake(
            "takes one maximum over all features",
            "Each feature has its own maximum. You let comedy and thriller compete with each other.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs)
                return out.scatter_reduce(0, batch, x.max(dim=1).values, "amax", include_self=False)
            """,
        ),
        Mistake(
            "takes the largest over all graphs",
            "Every row is the same: you compared the nodes of all graphs with each other. A graph's "
            "maximum is among its own nodes.",
            """
            def max_readout(x, batch, num_graphs):
                return x.max(dim=0, keepdim=True).values.expand(num_graphs, -1)
            """,
        ),
        Mistake(
            "keeps the pair that max returns",
            "`x.max(dim=0)` returns two things, the values and where they stand, and you stacked the pair. "
            "`.values` takes the first; `x.amax(dim=0)` gives it at once.",
            """
            def max_readout(x, batch, num_graphs):
                return torch.stack([x[batch == g].max(dim=0) for g in range(num_graphs)])
            """,
        ),
        Mistake(
            "compares the first feature only",
            "`scatter_reduce` goes entry by entry, as far as the index reaches, and an index [N, 1] "
            "reaches one column. Make it as wide as x.",
            (".expand_as(x)", ""),
        ),
        Mistake(
            "leaves out graphs without nodes",
            "You asked `batch` which graphs there are, and it knows only those with nodes. A graph without "
            "nodes has a row as well, of zeros, and the rows after it must not move up.",
            """
            def max_readout(x, batch, num_graphs):
                return torch.stack([x[batch == g].amax(dim=0) for g in batch.unique()])
            """,
        ),
        Mistake(
            "answers with places",
            "These say *where* in its graph the largest value stands, not how large it is. `argmax` gives "
            "the place, and so does the second of the two things that `max(dim=0)` returns.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                for g in range(num_graphs):
                    if (batch == g).any():
                        out[g] = x[batch == g].argmax(dim=0).float()
                return out
            """,
        ),
        Mistake(
            "begins the loop with zeros",
            "Your loop began with rows of zeros, and 0 beats every feature below it. Besides, each step "
            "wrote over a row that the gradient still needs. Take the nodes of one graph, and their maximum.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                for i in range(len(x)):
                    out[batch[i]] = torch.maximum(out[batch[i]], x[i])
                return out
            """,
        ),
        Mistake(
            "leaves a large negative number",
            "A graph without nodes keeps the number that you began with. It gets zeros.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.full((num_graphs, x.size(1)), -1e9)
                return out.scatter_reduce(0, batch[:, None].expand_as(x), x, "amax")
            """,
        ),
        Mistake(
            "compares without the sign",
            "You took the absolute values. -3 is less than -1 here.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                return out.scatter_reduce(0, batch[:, None].expand_as(x), x.abs(), "amax", include_self=False)
            """,
        ),
        Mistake(
            "takes one maximum for all features",
            "You took the largest of all numbers in a graph. Each feature has a maximum of its own.",
            """
            def max_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                for g in batch.unique():
                    out[g] = x[batch == g].max()
                return out
            """,
        ),
    ),
    others=(
        """
        def max_readout(x, batch, num_graphs):
            rows = [x[batch == g].amax(dim=0) if (batch == g).any() else torch.zeros(x.size(1))
                    for g in range(num_graphs)]
            return torch.stack(rows)
        """,
        """
        def max_readout(x, batch, num_graphs):
            member = F.one_hot(batch, num_graphs).bool().T
            spread = torch.where(member[:, :, None], x[None], torch.tensor(-torch.inf))
            return torch.where(member.any(dim=1)[:, None], spread.amax(dim=1), torch.zeros(()))
        """,
        """
        def max_readout(x, batch, num_graphs):
            index = batch[:, None].expand_as(x)
            lowest = torch.full((num_graphs, x.size(1)), -torch.inf)
            out = lowest.scatter_reduce(0, index, x, "amax")
            return out.masked_fill(out == -torch.inf, 0)
        """,
    ),
    hints=(
        "A loop over the graphs is a fine way: `x[batch == g]` are the nodes of graph g.",
        "Feature by feature: `rows.amax(dim=0)` keeps the largest of each column. What if there are no rows?",
        "Without a loop: `out.scatter_reduce(0, index, x, 'amax', include_self=False)`, with `index` as "
        "large as x. What does `include_self` decide?",
        "`index = batch.unsqueeze(1).expand_as(x)`; begin with zeros, which must not compete.",
    ),
)
