"""One round of message passing: send, gather, and keep what you knew."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


def one_round(x: Tensor, edge_index: Tensor, how: str) -> Tensor:
    source, target = edge_index
    index = target[:, None].expand(-1, x.size(1))
    reduce = {"sum": "sum", "mean": "mean", "max": "amax"}[how]
    inbox = torch.zeros_like(x).scatter_reduce(0, index, x[source], reduce, include_self=False)
    return x + inbox


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        for how in ("sum", "mean", "max"):
            yield Case(group, dict(x=graph.x, edge_index=graph.edge_index, how=how), names=graph.names)
    graph = random_graph(generator, 5, 8)
    for how in ("sum", "mean"):  # where two messages tie, a maximum has more than one right gradient
        yield Case(GRADIENT, dict(x=graph.x, edge_index=graph.edge_index, how=how), grad=("x",))


exercise = Exercise(
    answer=one_round,
    task="One round: each node adds its inbox, in one of three ways, to what it knew",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "forgets itself",
            "These are the inboxes alone. The update adds them to what each node knew before.",
            ("x + inbox", "inbox"),
        ),
        Mistake(
            "adds up whatever is asked",
            "It gives the sum for every `how`. Look at `how` and choose.",
            ("[how]", '["sum"]'),
        ),
        Mistake(
            "writes to itself, too",
            "You counted each node's own features as one more message. With a sum that is the same; a mean "
            "divides by one more, and a maximum never falls below what the node says itself. Here a node's "
            "own features come in afterwards, by adding.",
            """
            def one_round(x, edge_index, how):
                loops = torch.arange(x.size(0))
                source, target = torch.cat([edge_index, torch.stack([loops, loops])], dim=1)
                index = target[:, None].expand(-1, x.size(1))
                reduce = {"sum": "sum", "mean": "mean", "max": "amax"}[how]
                return torch.zeros_like(x).scatter_reduce(0, index, x[source], reduce, include_self=False)
            """,
        ),
        Mistake(
            "sends against the edges",
            "The messages run from target to source. Swap the two ends.",
            ("source, target", "target, source"),
        ),
        Mistake(
            "changes x in place",
            "The numbers are right, but `x` is not yours: whoever called still needs it. `+=` on a tensor "
            "writes into it. Make a new one.",
            ("return x + inbox", "x += inbox\n    return x"),
        ),
        Mistake(
            "changes x in place, behind autograd's back",
            "The numbers are right, but `x.data` was overwritten: whoever called still needs it, and the "
            "gradient of what you did is lost. Make a new tensor.",
            ("return x + inbox", "x.data += inbox\n    return x"),
        ),
        Mistake(
            "mixes up mean and max",
            "What you give for `mean` is the maximum, and the other way round.",
            ('"mean": "mean", "max": "amax"', '"mean": "amax", "max": "mean"'),
        ),
        Mistake(
            "cuts off the gradient",
            "The numbers are right, but what came through the inbox can't learn: `.detach()` or `.item()` "
            "lost where it came from. Stay with tensors.",
            ("x[source]", "x[source].detach()"),
        ),
        Mistake(
            "lets the empty inbox in",
            "A zero takes part in every inbox: means are too small, and no maximum is negative.",
            (", include_self=False", ""),
        ),
        Mistake(
            "puts both side by side",
            "You joined x and the inbox into one row of twice the width. Here the update adds them, so the "
            "width stays.",
            ("return x + inbox", "return torch.cat([x, inbox], dim=1)"),
        ),
    ),
    others=(
        """
        def one_round(x, edge_index, how):
            rows = []
            for node in range(x.size(0)):
                inbox = x[edge_index[0][edge_index[1] == node]]
                if len(inbox) == 0:
                    rows.append(x[node])
                elif how == "sum":
                    rows.append(x[node] + inbox.sum(0))
                elif how == "mean":
                    rows.append(x[node] + inbox.mean(0))
                else:
                    rows.append(x[node] + inbox.max(0).values)
            return torch.stack(rows)
        """,
        """
        def one_round(x, edge_index, how):
            messages, target = x[edge_index[0]], edge_index[1]
            index = target.unsqueeze(1).expand_as(messages)
            if how == "max":
                low = torch.full_like(x, -math.inf).scatter_reduce(0, index, messages, "amax")
                return x + low.masked_fill(low == -math.inf, 0)
            total = torch.zeros_like(x).scatter_add(0, index, messages)
            if how == "mean":
                total = total / torch.bincount(target, minlength=x.size(0)).clamp(min=1).unsqueeze(1)
            return x + total
        """,
        """
        def one_round(x, edge_index, how):
            n = x.size(0)
            A = torch.zeros(n, n).index_put(tuple(edge_index), torch.tensor(1.0), accumulate=True)
            if how == "sum":
                return x + A.T @ x
            if how == "mean":
                return x + (A / A.sum(0).clamp(min=1)).T @ x
            seen = torch.where(A.T[:, :, None] > 0, x[None], -math.inf).amax(1)
            return x + torch.where(seen == -math.inf, 0.0, seen)
        """,
    ),
    hints=(
        "Three steps, and you have written them all: messages, one of the three inboxes, an update.",
        "Put the messages on the edges with your `send`, then let `how` choose which of your three "
        "functions makes the inbox.",
        '`{"sum": sum_messages, "mean": mean_messages, "max": max_messages}[how]` is the function to call.',
        "`return x + collect(send(x, edge_index), edge_index, x.size(0))`, where `collect` is the function "
        "that `how` chose.",
    ),
)
