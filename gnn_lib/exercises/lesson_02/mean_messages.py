"""The average of every inbox, and what an empty one gives."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_02.inboxes import inbox_cases


def mean_messages(messages: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    targets = edge_index[1]
    total = torch.zeros(num_nodes, messages.size(1)).index_add(0, targets, messages)
    count = torch.bincount(targets, minlength=num_nodes)
    return total / count.clamp(min=1)[:, None]


exercise = Exercise(
    answer=mean_messages,
    task="Average every inbox; an empty one gives 0",
    cases=inbox_cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "divides by zero",
            "Nobody writes to some nodes. Their sum is 0 and their count is 0, and 0 / 0 is not a number. "
            "What could you divide by there, so that 0 comes out?",
            ("count.clamp(min=1)", "count"),
        ),
        Mistake(
            "counts one letter too many",
            "You divided by the number of messages plus one. That mends the empty inbox, and makes every "
            "other mean too small. (`scatter_reduce` counts the zero it starts from, unless told otherwise.)",
            ("count.clamp(min=1)", "(count + 1)"),
        ),
        Mistake(
            "divides by what was sent",
            "You counted how many messages each node sends. A mean divides by how many it receives.",
            ("bincount(targets", "bincount(edge_index[0]"),
        ),
        Mistake(
            "counts both ends",
            "You divided by the number of edges at a node, those that leave among them. Only what arrives "
            "is in the inbox.",
            ("bincount(targets", "bincount(edge_index.flatten()"),
        ),
        Mistake(
            "averages at the sender",
            "Each node got the mean of what it sends. Both the sum and the count belong to the other end.",
            ("targets = edge_index[1]", "targets = edge_index[0]"),
        ),
        Mistake(
            "doesn't divide",
            "These are the sums. A mean is the sum divided by the number of messages in that inbox.",
            (" / count.clamp(min=1)[:, None]", ""),
        ),
        Mistake(
            "divides by the number of nodes",
            "You divided every sum by N. The mean of an inbox divides by the messages in that inbox.",
            ("count.clamp(min=1)[:, None]", "num_nodes"),
        ),
        Mistake(
            "takes one mean for all",
            "Everybody got the mean of all messages. Each node averages its own inbox only.",
            """
            def mean_messages(messages, edge_index, num_nodes):
                return messages.mean(0).expand(num_nodes, -1)
            """,
        ),
        Mistake(
            "divides along the columns",
            "[N, F] / [N] lines the counts up with the columns, not the rows: it stops with an error, or "
            "divides by other nodes' counts where N = F. Give the counts a second dimension of size 1.",
            ("[:, None]", ""),
        ),
        Mistake(
            "cuts off the gradient",
            "The numbers are right, but nothing can learn through them: something like `.detach()`, "
            "`.item()` or `.tolist()` lost where they came from. Stay with tensors.",
            ("messages)", "messages.detach())"),
        ),
        Mistake(
            "divides by the number of edges",
            "You divided every sum by E, the number of all messages in the graph. The mean of an inbox "
            "divides by the messages in that inbox.",
            ("count.clamp(min=1)[:, None]", "max(len(messages), 1)"),
        ),
        Mistake(
            "forgets to count the last nodes",
            "`bincount` stops at the highest id among the targets, so that there are fewer counts than "
            "nodes. `minlength=` says how many it should give.",
            (", minlength=num_nodes", ""),
        ),
        Mistake(
            "leaves out empty inboxes",
            "You have a row for each node that hears something. A node that hears nothing has a row, too: 0.",
            """
            def mean_messages(messages, edge_index, num_nodes):
                targets = edge_index[1]
                return torch.stack([messages[targets == node].mean(0) for node in targets.unique()])
            """,
        ),
        Mistake(
            "divides by the number of features",
            "`messages.size(1)` is the width of a message. Divide by how many messages arrived in the "
            "inbox.",
            ("count.clamp(min=1)[:, None]", "messages.size(1)"),
        ),
        Mistake(
            "averages as it goes",
            "You took half of the old mean and half of each new message, so that the last message weighs "
            "half and the first hardly anything. Add up first and divide once, at the end.",
            """
            def mean_messages(messages, edge_index, num_nodes):
                result = [torch.zeros(messages.size(1)) for _ in range(num_nodes)]
                for message, target in zip(messages, edge_index[1].tolist()):
                    result[target] = (result[target] + message) / 2
                return torch.stack(result)
            """,
        ),
    ),
    others=(
        """
        def mean_messages(messages, edge_index, num_nodes):
            rows = []
            for node in range(num_nodes):
                inbox = messages[edge_index[1] == node]
                rows.append(inbox.mean(0) if len(inbox) else messages.new_zeros(messages.size(1)))
            return torch.stack(rows)
        """,
        """
        def mean_messages(messages, edge_index, num_nodes):
            index = edge_index[1][:, None].expand(-1, messages.size(1))
            empty = torch.zeros(num_nodes, messages.size(1))
            return empty.scatter_reduce(0, index, messages, "mean", include_self=False)
        """,
        """
        def mean_messages(messages, edge_index, num_nodes):
            arrives = F.one_hot(edge_index[1], num_nodes).T.double()
            share = arrives / arrives.sum(1, keepdim=True)
            return share.nan_to_num(0) @ messages.double()
        """,
        """
        def mean_messages(messages, edge_index, num_nodes):
            targets = edge_index[1]
            total = torch.zeros(num_nodes, messages.size(1)).index_add(0, targets, messages)
            count = torch.zeros(num_nodes, 1).index_add(0, targets, torch.ones(len(targets), 1))
            return torch.where(count > 0, total / count.clamp(min=1), 0.0)
        """,
    ),
    hints=(
        "A mean is a sum and a count. The sum you have written; how many messages does each node receive?",
        "The count is the in-degree of lesson 1. Now think of a node to which nobody writes: 0 / 0.",
        "`count.clamp(min=1)` leaves every count alone but the zeros. And `[N, F] / [N, 1]` divides by rows.",
        "`return total / count.clamp(min=1)[:, None]`, with `total` and `count` counted at the targets.",
    ),
)
