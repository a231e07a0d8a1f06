"""The max-pooling aggregator: everybody's message through a small network, then the largest of each."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


def pool_inbox(x: Tensor, edge_index: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    source, target = edge_index
    said = torch.relu(x @ weight.T + bias)[source]
    inbox = torch.zeros(len(x), weight.size(0))
    return inbox.scatter_reduce(0, target[:, None].expand_as(said), said, "amax")


def cases(generator: torch.Generator) -> Iterator[Case]:
    pairs = [*sample_graphs(generator), (GRADIENT, random_graph(generator, 6, 9))]
    for group, graph in pairs:
        assert graph.x is not None
        weight = torch.randn(4, graph.x.size(1), generator=generator)
        bias = torch.randn(4, generator=generator)
        if group == BY_HAND:  # the first feature, its opposite, and each with something added
            weight = torch.zeros_like(weight)
            weight[:, 0] = torch.tensor([1.0, -1.0, 2.0, -1.0])
            bias = torch.tensor([0.0, 0.0, -3.0, 4.0])
        inputs = dict(x=graph.x, edge_index=graph.edge_index, weight=weight, bias=bias)
        grad = ("x", "weight", "bias") if group == GRADIENT else ()
        yield Case(group, inputs, grad=grad, names=graph.names)


exercise = Exercise(
    answer=pool_inbox,
    task="Take the largest of the transformed messages",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "takes the maximum first",
            "You took the largest features and sent them through the network afterwards. Each message passes "
            "first, by itself; then they compete.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                where = target[:, None].expand(-1, x.size(1))
                inbox = torch.zeros_like(x).scatter_reduce(0, where, x[source], "amax", include_self=False)
                return torch.relu(inbox @ weight.T + bias)
            """,
        ),
        Mistake(
            "forgets the ReLU",
            "Where all messages are below zero, so is your maximum. The ReLU belongs to the small network.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = (x @ weight.T + bias)[source]
                where = target[:, None].expand_as(said)
                inbox = torch.zeros(len(x), len(bias))
                return inbox.scatter_reduce(0, where, said, "amax", include_self=False)
            """,
        ),
        Mistake(
            "forgets the bias",
            "The small network is ReLU(W x + b): the bias is missing.",
            ("x @ weight.T + bias", "x @ weight.T"),
        ),
        Mistake(
            "turns every edge round",
            "You gathered at the sources what the targets say. Row 0 sends, row 1 hears.",
            ("source, target = edge_index", "target, source = edge_index"),
        ),
        Mistake(
            "hears only itself",
            "Each node gets its own transformed features back. A message is what its source says.",
            ("[source]", "[target]"),
        ),
        Mistake(
            "takes the mean",
            "That is the mean of the transformed messages. Here the largest one wins, column by column.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = torch.relu(x @ weight.T + bias)[source]
                total = torch.zeros(len(x), len(bias)).index_add(0, target, said)
                return total / torch.bincount(target, minlength=len(x)).clamp(min=1)[:, None]
            """,
        ),
        Mistake(
            "adds them up",
            "That is the sum of the transformed messages. Here the largest one wins, column by column.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = torch.relu(x @ weight.T + bias)[source]
                return torch.zeros(len(x), len(bias)).index_add(0, target, said)
            """,
        ),
        Mistake(
            "keeps the last message",
            "`inbox[target] = ...` lets each message overwrite the one before. Only the last stays, not the "
            "largest.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                inbox = torch.zeros(len(x), len(bias))
                for i, j in zip(source.tolist(), target.tolist()):
                    inbox[j] = torch.relu(x[i] @ weight.T + bias)
                return inbox
            """,
        ),
        Mistake(
            "counts itself among the senders",
            "A node's own features take part in its maximum. Only what arrives does; what a node says itself "
            "goes through `lin_self`.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = torch.relu(x @ weight.T + bias)
                where = target[:, None].expand(-1, len(bias))
                return said.scatter_reduce(0, where, said[source], "amax")
            """,
        ),
        Mistake(
            "is minus infinity where nobody sends",
            "The maximum of nothing is minus infinity. A node without messages gets 0 here.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = torch.relu(x @ weight.T + bias)[source]
                inbox = torch.full((len(x), len(bias)), -torch.inf)
                return inbox.scatter_reduce(0, target[:, None].expand_as(said), said, "amax")
            """,
        ),
        Mistake(
            "cuts the gradient",
            "Forward all is well, but `.detach()`, `.data` or `.item()` lets nothing learn.",
            ("[source]", "[source].detach()"),
        ),
        Mistake(
            "adds the bias after the maximum",
            "You took the maximum first, and added the bias and the ReLU afterwards. Where somebody sends, "
            "that comes to the same. But where nobody does, the bias is left, and it should be 0.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = (x @ weight.T)[source]
                where = target[:, None].expand_as(said)
                inbox = torch.zeros(len(x), len(bias))
                inbox = inbox.scatter_reduce(0, where, said, "amax", include_self=False)
                return torch.relu(inbox + bias)
            """,
        ),
        Mistake(
            "takes one maximum for all columns",
            "You took the largest number of the whole inbox for every column. Each column has its own "
            "maximum.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                said = torch.relu(x @ weight.T + bias)
                inbox = torch.zeros(len(x), len(bias))
                for i in range(len(x)):
                    senders = edge_index[0][edge_index[1] == i]
                    if len(senders):
                        inbox[i] = said[senders].max()
                return inbox
            """,
        ),
        Mistake(
            "fills the first column only",
            "`scatter_reduce` wants to know for every number where it goes. With `target[:, None]`, [E, 1], "
            "it moves the first column alone: expand it to the shape of the messages.",
            ("target[:, None].expand_as(said)", "target[:, None]"),
        ),
        Mistake(
            "lets one sender win in all columns",
            "You chose the sender with the largest sum, and took its whole row. Each column is a contest of "
            "its own: another sender may win there.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                said = torch.relu(x @ weight.T + bias)
                inbox = torch.zeros(len(x), len(bias))
                for i in range(len(x)):
                    senders = edge_index[0][edge_index[1] == i]
                    if len(senders):
                        inbox[i] = said[senders[said[senders].sum(dim=1).argmax()]]
                return inbox
            """,
        ),
        Mistake(
            "takes a LeakyReLU",
            "Messages below zero are made small, not taken away. The small network here ends with a "
            "plain ReLU.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = F.leaky_relu(x @ weight.T + bias, 0.2)[source]
                inbox = torch.zeros(len(x), weight.size(0))
                where = target[:, None].expand_as(said)
                return inbox.scatter_reduce(0, where, said, "amax", include_self=False)
            """,
        ),
        Mistake(
            "adds the bias after the ReLU",
            "The ReLU comes last: first W x, then b, then the ReLU. With the bias behind it, a "
            "message can be below zero.",
            """
            def pool_inbox(x, edge_index, weight, bias):
                source, target = edge_index
                said = torch.relu(x @ weight.T)[source] + bias
                inbox = torch.zeros(len(x), weight.size(0))
                return inbox.scatter_reduce(0, target[:, None].expand_as(said), said, "amax")
            """,
        ),
    ),
    others=(
        """
        def pool_inbox(x, edge_index, weight, bias):
            rows = []
            for i in range(len(x)):
                senders = edge_index[0][edge_index[1] == i]
                said = F.relu(F.linear(x[senders], weight, bias))
                rows.append(said.max(dim=0).values if len(senders) else torch.zeros(len(bias)))
            return torch.stack(rows)
        """,
        """
        def pool_inbox(x, edge_index, weight, bias):
            said = F.relu(F.linear(x, weight, bias))
            A = torch.zeros(len(x), len(x))
            A[edge_index[0], edge_index[1]] = 1
            heard = torch.where(A.T[:, :, None] > 0, said[None], 0.0)
            return heard.max(dim=1).values
        """,
        """
        def pool_inbox(x, edge_index, weight, bias):
            said = F.linear(x[edge_index[0]], weight, bias)
            where = edge_index[1].unsqueeze(1).expand_as(said)
            inbox = torch.zeros(len(x), len(bias)).scatter_reduce(0, where, said, "amax", include_self=False)
            return inbox.relu()
        """,
    ),
    hints=(
        "Two steps: every node's features through the small network, `F.relu(x @ weight.T + bias)`; then the "
        "largest over each inbox.",
        "Nobody's message is below zero after the ReLU. So zeros are a safe beginning, and they are also "
        "what a node without messages should get.",
        "`inbox.scatter_reduce(0, where, messages, \"amax\")` keeps the largest of what is there and what "
        "arrives. `where` says for each number of the messages to which row it goes: their target, [E, H].",
        "`where = target[:, None].expand_as(said)`; the inbox begins as `torch.zeros(len(x), len(bias))`.",
    ),
)  # fmt: skip
