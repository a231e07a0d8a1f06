"""The largest entry of every inbox, column by column."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_02.inboxes import inbox_cases


def max_messages(messages: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    index = edge_index[1][:, None].expand(-1, messages.size(1))
    empty = torch.zeros(num_nodes, messages.size(1))
    return empty.scatter_reduce(0, index, messages, "amax", include_self=False)


_LOOP = """
def max_messages(messages, edge_index, num_nodes):
    rows = []
    for node in range(num_nodes):
        inbox = messages[edge_index[1] == node]
        rows.append(inbox.amax(0) if len(inbox) else messages.new_zeros(messages.size(1)))
    return torch.stack(rows)
"""

exercise = Exercise(
    answer=max_messages,
    task="The largest entry of every inbox, column by column; an empty one gives 0",
    cases=inbox_cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "starts from zero",
            "Where all messages are negative, you give 0: the zero that you began with won. Only what "
            "arrived may take part. `scatter_reduce` has an option for that.",
            (", include_self=False", ""),
        ),
        Mistake(
            "leaves minus infinity",
            "An inbox that nobody writes to still holds the -inf that you began with. It should be 0.",
            (
                "empty = torch.zeros(num_nodes, messages.size(1))",
                "empty = torch.full((num_nodes, messages.size(1)), -math.inf)",
            ),
        ),
        Mistake(
            "adds up",
            "These are the sums. Of all the messages in an inbox, keep the largest number in each column.",
            ('"amax"', '"sum"'),
        ),
        Mistake(
            "takes the smallest",
            "These are the smallest entries of each inbox, not the largest.",
            ('"amax"', '"amin"'),
        ),
        Mistake(
            "looks at the sender",
            "Each node got the largest message that it sends. Look at what it receives.",
            ("edge_index[1]", "edge_index[0]"),
        ),
        Mistake(
            "keeps the last message",
            "`result[targets] = messages` writes each message over the one before: the last one stays, "
            "whether it is the largest or not.",
            """
            def max_messages(messages, edge_index, num_nodes):
                result = torch.zeros(num_nodes, messages.size(1))
                result[edge_index[1]] = messages
                return result
            """,
        ),
        Mistake(
            "takes one whole message",
            "You chose one message for each inbox and kept all of it. Each column has its own winner: Cem's "
            "inbox (5, 1), (3, 5) gives 5, 5, which nobody said.",
            (_LOOP.replace("inbox.amax(0)", "inbox[inbox.sum(1).argmax()]")),
        ),
        Mistake(
            "says who instead of what",
            "`.max(0)` gives two things: the largest values, and where they stand. These are the places.",
            (_LOOP.replace("inbox.amax(0)", "inbox.max(0).indices")),
        ),
        Mistake(
            "one number a node",
            "You took the largest number of the whole inbox. Each column has a maximum of its own.",
            (_LOOP.replace("inbox.amax(0)", "inbox.amax().expand(messages.size(1))")),
        ),
        Mistake(
            "starts from zero, message by message",
            "The zeros that you began with take part: where all messages are negative, 0 wins. (And what is "
            "written into `best` is still needed for the gradient. Collect the rows in a list.)",
            """
            def max_messages(messages, edge_index, num_nodes):
                best = torch.zeros(num_nodes, messages.size(1))
                for edge, node in enumerate(edge_index[1].tolist()):
                    best[node] = torch.maximum(best[node], messages[edge])
                return best
            """,
        ),
        Mistake(
            "asks an empty inbox for its maximum",
            "Some node hears nothing, and where there is nothing, nothing is the largest. Ask first "
            "whether the inbox is empty.",
            _LOOP.replace(
                "inbox.amax(0) if len(inbox) else messages.new_zeros(messages.size(1))", "inbox.amax(0)"
            ),
        ),
        Mistake(
            "asks an empty inbox for its max",
            "Some node hears nothing, and where there is nothing, nothing is the largest. Ask first "
            "whether the inbox is empty.",
            _LOOP.replace(
                "inbox.amax(0) if len(inbox) else messages.new_zeros(messages.size(1))", "inbox.max(0).values"
            ),
        ),
        Mistake(
            "keeps both results of max",
            "`.max(0)` gives two things: the largest values, and where they stand. You kept the pair. "
            "`.values` is the first, and `.amax(0)` gives nothing else.",
            _LOOP.replace("inbox.amax(0)", "inbox.max(0)"),
        ),
        Mistake(
            "puts a bare 0 for an empty inbox",
            "An empty inbox is a row like the others, a tensor of F zeros. Your 0 is a number of Python's, "
            "and `torch.stack` wants tensors.",
            _LOOP.replace("messages.new_zeros(messages.size(1))", "0"),
        ),
        Mistake(
            "leaves out empty inboxes",
            "You have a row for each node that hears something. A node that hears nothing has a row, too: 0.",
            """
            def max_messages(messages, edge_index, num_nodes):
                rows = []
                for node in range(num_nodes):
                    inbox = messages[edge_index[1] == node]
                    if len(inbox):
                        rows.append(inbox.amax(0))
                return torch.stack(rows)
            """,
        ),
        Mistake(
            "leaves a very small number",
            "An empty inbox keeps the number that you began with. Here it should be 0: look which "
            "inboxes are empty, and put it there at the end.",
            """
            def max_messages(messages, edge_index, num_nodes):
                result = [torch.full((messages.size(1),), -1e9) for _ in range(num_nodes)]
                for message, target in zip(messages, edge_index[1].tolist()):
                    result[target] = torch.maximum(result[target], message)
                return torch.stack(result)
            """,
        ),
    ),
    others=(
        _LOOP,
        """
        def max_messages(messages, edge_index, num_nodes):
            rows = torch.full((num_nodes, messages.size(1)), -math.inf)
            index = edge_index[1].view(-1, 1).expand_as(messages)
            rows = rows.scatter_reduce(0, index, messages, "amax")
            return torch.where(rows == -math.inf, 0.0, rows)
        """,
        """
        def max_messages(messages, edge_index, num_nodes):
            arrives = F.one_hot(edge_index[1], num_nodes).T.bool()  # [N, E]
            if arrives.size(1) == 0:
                return torch.zeros(num_nodes, messages.size(1)) + 0 * messages.sum()
            seen = messages.expand(num_nodes, -1, -1).masked_fill(~arrives[:, :, None], -math.inf)
            return seen.amax(1).masked_fill(~arrives.any(1, keepdim=True), 0)
        """,
        """
        def max_messages(messages, edge_index, num_nodes):
            best = [None] * num_nodes
            for target, message in zip(edge_index[1].tolist(), messages):
                best[target] = message if best[target] is None else torch.maximum(best[target], message)
            return torch.stack([torch.zeros(messages.size(1)) if row is None else row for row in best])
        """,
    ),
    hints=(
        "A loop will do: for each node, which rows of `messages` arrive there? Take their largest, by "
        "column.",
        "`edge_index[1] == node` marks the messages of one inbox; `.amax(0)` is the largest of each column. "
        "What if the inbox is empty?",
        'Without a loop: `empty.scatter_reduce(0, index, messages, "amax", include_self=False)`, where '
        "`index` [E, F] says for every entry which node it goes to.",
        "`index = edge_index[1][:, None].expand(-1, messages.size(1))`, and then the line of the last hint.",
    ),
)
