"""Add up every inbox."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_02.inboxes import inbox_cases


def sum_messages(messages: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    empty = torch.zeros(num_nodes, messages.size(1))
    return empty.index_add(0, edge_index[1], messages)


exercise = Exercise(
    answer=sum_messages,
    task="Add up every inbox",
    cases=inbox_cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "adds up at the sender",
            "Each message was added to the node that sent it. It belongs to the node that it arrives at.",
            ("edge_index[1]", "edge_index[0]"),
        ),
        Mistake(
            "keeps one message an inbox",
            "`result[targets] = messages` writes each message over the one before; `+=` with a list of ids "
            "does the same, since the right side is worked out first. `index_add` adds every time.",
            """
            def sum_messages(messages, edge_index, num_nodes):
                result = torch.zeros(num_nodes, messages.size(1))
                result[edge_index[1]] += messages
                return result
            """,
        ),
        Mistake(
            "takes the mean",
            "You divided by the number of messages. A sum doesn't: two friends who say 1 make 2.",
            """
            def sum_messages(messages, edge_index, num_nodes):
                targets = edge_index[1]
                total = torch.zeros(num_nodes, messages.size(1)).index_add(0, targets, messages)
                return total / torch.bincount(targets, minlength=num_nodes).clamp(min=1)[:, None]
            """,
        ),
        Mistake(
            "forgets the last nodes",
            "The result ends at the last node that hears something. There are `num_nodes` inboxes, and an "
            "empty one adds up to 0.",
            ("zeros(num_nodes,", "zeros(int(edge_index[1].max()) + 1,"),
        ),
        Mistake(
            "picks instead of adding",
            "`messages[targets]` takes rows out of `messages`, by ids that count nodes, not messages. It is "
            "the other way round: the ids say where each message is to be added.",
            """
            def sum_messages(messages, edge_index, num_nodes):
                return messages[edge_index[1]]
            """,
        ),
        Mistake(
            "adds up the whole graph",
            "Everybody got the sum of all messages. Each node adds up its own inbox only.",
            """
            def sum_messages(messages, edge_index, num_nodes):
                return messages.sum(0).expand(num_nodes, -1)
            """,
        ),
        Mistake(
            "scatters with one id a row",
            "`scatter_add` wants an id for every entry of `messages`, so its index must have their shape, "
            "[E, F]. `index_add` takes one id a row.",
            ("index_add(", "scatter_add("),
        ),
        Mistake(
            "cuts off the gradient",
            "The numbers are right, but nothing can learn through them: `.tolist()`, `.item()`, `.detach()` "
            "and `torch.tensor(...)` leave the numbers and lose where they came from. Stay with tensors.",
            ("messages)", "messages.detach())"),
        ),
        Mistake(
            "leaves the inboxes empty",
            "All your inboxes are 0. `index_add` gives a new table, and leaves the one that it begins with "
            "as it was: return what it gives.",
            (
                "return empty.index_add(0, edge_index[1], messages)",
                "empty.index_add(0, edge_index[1], messages)\n    return empty",
            ),
        ),
        Mistake(
            "sends a second time",
            "The messages lie on their edges already, row e on edge e. You looked rows up by the ids of the "
            "senders, as `send` does with x.",
            ("messages)", "messages[edge_index[0]])"),
        ),
        Mistake(
            "adds up the columns, too",
            "You added up all numbers of an inbox. Each column has its own sum: `.sum(0)`, not `.sum()`.",
            """
            def sum_messages(messages, edge_index, num_nodes):
                result = torch.zeros(num_nodes, messages.size(1))
                for node in range(num_nodes):
                    result[node] = messages[edge_index[1] == node].sum()
                return result
            """,
        ),
    ),
    others=(
        """
        def sum_messages(messages, edge_index, num_nodes):
            result = [torch.zeros(messages.size(1)) for _ in range(num_nodes)]
            for edge, target in enumerate(edge_index[1].tolist()):
                result[target] = result[target] + messages[edge]
            return torch.stack(result)
        """,
        """
        def sum_messages(messages, edge_index, num_nodes):
            return F.one_hot(edge_index[1], num_nodes).float().T @ messages
        """,
        """
        def sum_messages(messages, edge_index, num_nodes):
            index = edge_index[1][:, None].expand(-1, messages.size(1))
            return torch.zeros(num_nodes, messages.size(1)).scatter_add(0, index, messages)
        """,
        """
        def sum_messages(messages, edge_index, num_nodes):
            rows = [messages[edge_index[1] == node].sum(0) for node in range(num_nodes)]
            return torch.stack(rows)
        """,
    ),
    hints=(
        "Begin with an empty inbox for every node, zeros of shape [N, F]. Then put the messages in.",
        "Row e of `messages` goes to the node that edge e leads to. In which row of `edge_index` is it?",
        "`zeros.index_add(0, ids, rows)` adds row e of `rows` to row `ids[e]` of `zeros`, every time.",
        "`return empty.index_add(0, edge_index[...], ...)`",
    ),
)
