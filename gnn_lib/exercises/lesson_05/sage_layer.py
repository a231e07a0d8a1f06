"""The layer: what a node says itself, and the mean of what it hears, each with its own weights."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


class SAGELayer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin_self = nn.Linear(in_channels, out_channels)
        self.lin_inbox = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        source, target = edge_index
        total = torch.zeros_like(x).index_add(0, target, x[source])
        count = torch.bincount(target, minlength=len(x)).clamp(min=1)
        out: Tensor = self.lin_self(x) + self.lin_inbox(total / count[:, None])
        return out


def cases(generator: torch.Generator) -> Iterator[Case]:
    pairs = [*sample_graphs(generator), (GRADIENT, random_graph(generator, 6, 11))]
    for place, (group, graph) in enumerate(pairs):
        assert graph.x is not None
        size = dict(in_channels=graph.x.size(1), out_channels=2 + place % 3)
        shape = (size["out_channels"], size["in_channels"])
        state = {
            "lin_self.weight": torch.randn(shape, generator=generator),
            "lin_self.bias": torch.randn(shape[0], generator=generator),
            "lin_inbox.weight": torch.randn(shape, generator=generator),
        }
        if group == BY_HAND:  # the first output: your own first feature; the second: the inbox's; plus 10, 20
            state = {name: torch.zeros_like(value) for name, value in state.items()}
            state["lin_self.weight"][0, 0] = state["lin_inbox.weight"][1, 0] = 1
            state["lin_self.bias"][:2] = torch.tensor([10.0, -20.0])
        inputs = dict(x=graph.x, edge_index=graph.edge_index)
        grad = ("x",) if group == GRADIENT else ()
        yield Case(group, inputs, build=size, state=state, grad=grad, names=graph.names)


_HEAD = """
class SAGELayer(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin_self = nn.Linear(in_channels, out_channels)
        self.lin_inbox = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x, edge_index):
"""


def _layer(body: str) -> str:
    """The class as the stub has it, with this forward."""
    lines = (" " * 8 + line.strip() if line.strip() else "" for line in body.splitlines())
    return _HEAD + "\n".join(lines)


exercise = Exercise(
    answer=SAGELayer,
    task="Build the GraphSAGE layer with the mean",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=6,
    level="layer",
    mistakes=(
        Mistake(
            "turns every edge round",
            "Each node hears those whom it tells. Row 0 holds the sources, and messages flow to row 1.",
            ("source, target = edge_index", "target, source = edge_index"),
        ),
        Mistake(
            "hears itself once for each message",
            "You gathered what the targets say at the targets: everybody hears their own voice. A message is "
            "what its source says.",
            ("x[source]", "x[target]"),
        ),
        Mistake(
            "adds the inbox up",
            "That is the sum. A mean divides by how many messages there are.",
            ("total / count[:, None]", "total"),
        ),
        Mistake(
            "divides by the out-degree",
            "You divided by how many a node tells. Its mean is over those whom it hears.",
            ("torch.bincount(target, minlength=len(x))", "torch.bincount(source, minlength=len(x))"),
        ),
        Mistake(
            "divides by zero",
            "Where nobody sends, you divide nothing by nothing. Such a node's mean is 0 here, so that only "
            "its own part remains.",
            (".clamp(min=1)", ""),
        ),
        Mistake(
            "forgets the node itself",
            "Only the inbox is left. What the node says itself comes through `lin_self`, and is added.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "self.lin_inbox(total / count[:, None]) + self.lin_self.bias"),
        ),
        Mistake(
            "uses one matrix for both",
            "The inbox went through `lin_self`, too. GraphSAGE gives it weights of its own, so that the "
            "layer can tell the two apart.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "self.lin_self(x + total / count[:, None])"),
        ),
        Mistake(
            "swaps the two matrices",
            "`lin_self` is for what the node says itself, `lin_inbox` for what it hears.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "self.lin_inbox(x) + self.lin_self(total / count[:, None])"),
        ),
        Mistake(
            "counts itself among the senders",
            "Your mean is over the inbox and the node itself, as in GCN. Here the node has its own path, "
            "through `lin_self`.",
            _layer("""
            source, target = edge_index
            total = x.index_add(0, target, x[source])
            count = torch.bincount(target, minlength=len(x)) + 1
            return self.lin_self(x) + self.lin_inbox(total / count[:, None])
            """),
        ),
        Mistake(
            "keeps one message for each node",
            "`inbox[target] += ...` writes each place once, however many messages arrive. `index_add` adds "
            "every one.",
            _layer("""
            source, target = edge_index
            total = torch.zeros_like(x)
            total[target] += x[source]
            count = torch.bincount(target, minlength=len(x)).clamp(min=1)
            return self.lin_self(x) + self.lin_inbox(total / count[:, None])
            """),
        ),
        Mistake(
            "applies a nonlinearity",
            "The layer gives out plain sums. The ReLU stands between two layers, in the model.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "torch.relu(self.lin_self(x) + self.lin_inbox(total / count[:, None]))"),
        ),
        Mistake(
            "scales each row to length 1",
            "The paper does that after each layer, but our layer gives the numbers as they are. Where length "
            "should not count, the model takes it out.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "F.normalize(self.lin_self(x) + self.lin_inbox(total / count[:, None]), dim=1)"),
        ),
        Mistake(
            "cuts the gradient",
            "Forward all is well, but no gradient goes back to those who sent: `.detach()` or `.data` cuts "
            "it.",
            ("x[source]", "x[source].detach()"),
        ),
        Mistake(
            "counts one message too many",
            "You divided by the number of messages plus 1, perhaps to avoid a division by zero. That makes "
            "every mean too small. Only an empty inbox needs help.",
            (".clamp(min=1)", " + 1"),
        ),
        Mistake(
            "divides its own part, too",
            "The whole sum is divided by the number of messages, and so is what the node says itself. Only "
            "the inbox is a mean.",
            ("self.lin_self(x) + self.lin_inbox(total / count[:, None])",
             "(self.lin_self(x) + self.lin_inbox(total)) / count[:, None]"),
        ),
        Mistake(
            "divides by the number of nodes",
            "You divided by N, the same for everybody. A node's mean is over its own inbox: how many "
            "messages arrived at this node?",
            ("total / count[:, None]", "total / len(x)"),
        ),
        Mistake(
            "counts a double edge once",
            "Where an edge comes twice, its message arrives twice, and counts twice in the mean. `A[source, "
            "target] = 1` writes the same place again.",
            _layer("""
            A = torch.zeros(len(x), len(x))
            A[edge_index[0], edge_index[1]] = 1
            mean = A.T @ x / A.sum(0).clamp(min=1)[:, None]
            return self.lin_self(x) + self.lin_inbox(mean)
            """),
        ),
    ),
    others=(
        _layer("""
        ones = torch.ones(edge_index.size(1))
        A = torch.zeros(len(x), len(x)).index_put(tuple(edge_index), ones, accumulate=True)
        mean = A.T @ x / A.sum(0).clamp(min=1)[:, None]
        return self.lin_self(x) + self.lin_inbox(mean)
        """),
        _layer("""
        heard = self.lin_inbox(x)[edge_index[0]]
        where = edge_index[1][:, None].expand_as(heard)
        out = torch.zeros(len(x), heard.size(1))
        return self.lin_self(x) + out.scatter_reduce(0, where, heard, "mean", include_self=False)
        """),
        _layer("""
        senders = [edge_index[0][edge_index[1] == i] for i in range(len(x))]
        means = [x[j].mean(0) if len(j) else torch.zeros(x.size(1)) for j in senders]
        both = torch.cat([x, torch.stack(means)], dim=1)
        W = torch.cat([self.lin_self.weight, self.lin_inbox.weight], dim=1)
        return F.linear(both, W, self.lin_self.bias)
        """),
    ),
    hints=(
        "Three steps: add up what arrives at each node; divide by how many messages arrived; send the mean "
        "and the node's own features through their two matrices.",
        "`torch.zeros_like(x).index_add(0, target, x[source])` is the sum of each inbox, as in lesson 2.",
        "`torch.bincount(target, minlength=len(x))` counts the messages. Where it is 0, divide by 1 instead.",
        "`return self.lin_self(x) + self.lin_inbox(...)`",
    ),
)  # fmt: skip
