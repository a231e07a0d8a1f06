"""The whole thing, learned: message, sum and update as one layer."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs


class MPNNLayer(nn.Module):
    def __init__(self, in_channels: int, edge_channels: int, out_channels: int) -> None:
        super().__init__()
        self.psi = nn.Linear(2 * in_channels + edge_channels, out_channels)
        self.phi = nn.Linear(in_channels + out_channels, out_channels)

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        source, target = edge_index
        told = F.relu(self.psi(torch.cat([x[target], x[source], edge_attr], dim=1)))
        inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)
        return F.relu(self.phi(torch.cat([x, inbox], dim=1)))


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        assert graph.x is not None
        attr = torch.randint(1, 4, (graph.num_edges, 1), generator=generator).float()
        size = dict(in_channels=graph.x.size(1), edge_channels=1, out_channels=4)
        inputs = dict(x=graph.x, edge_index=graph.edge_index, edge_attr=attr)
        yield Case(group, inputs, size, _weights(size, generator), names=graph.names)
    graph = random_graph(generator, 6, 12)
    assert graph.x is not None
    size = dict(in_channels=3, edge_channels=2, out_channels=5)
    attr = torch.randn(12, 2, generator=generator)
    inputs = dict(x=graph.x, edge_index=graph.edge_index, edge_attr=attr)
    yield Case(GRADIENT, inputs, size, _weights(size, generator), grad=("x", "edge_attr"))


def _weights(size: dict[str, int], generator: torch.Generator) -> dict[str, Tensor]:
    """Weights of the layer's shapes; biases that let some of every ReLU through."""
    wide, out = size["in_channels"], size["out_channels"]
    shapes = {"psi": (out, 2 * wide + size["edge_channels"]), "phi": (out, wide + out)}
    state = {}
    for name, shape in shapes.items():
        state[f"{name}.weight"] = torch.randn(shape, generator=generator) / 2
        state[f"{name}.bias"] = torch.rand(out, generator=generator) + 0.5
    return state


exercise = Exercise(
    answer=MPNNLayer,
    task="A layer that learns what to say, and what to make of the inbox",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1, GRADIENT: 1},
    minutes=7,
    level="layer",
    mistakes=(
        Mistake(
            "adds up at the sender",
            "The messages were added up at the end that sent them. They belong into the inbox of the other "
            "end.",
            ("index_add(0, target", "index_add(0, source"),
        ),
        Mistake(
            "puts the source first",
            "You hand the source to psi before the target. Its weights expect the listener first, then the "
            "speaker, then the edge.",
            ("x[target], x[source]", "x[source], x[target]"),
        ),
        Mistake(
            "adds up before psi",
            "You added up the inbox first and applied psi to the sum. Between them stands a ReLU (and a "
            "bias), so the order matters: every message goes through psi by itself.",
            (
                "told = F.relu(self.psi(torch.cat([x[target], x[source], edge_attr], dim=1)))\n"
                "        inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)",
                "told = torch.cat([x[target], x[source], edge_attr], dim=1)\n"
                "        inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)\n"
                "        inbox = F.relu(self.psi(inbox))",
            ),
        ),
        Mistake(
            "forgets the ReLU of the message",
            "Without a ReLU after psi, the message is linear in what it is made of, and adding up could as "
            "well come first.",
            (
                "told = F.relu(self.psi(torch.cat([x[target], x[source], edge_attr], dim=1)))",
                "told = self.psi(torch.cat([x[target], x[source], edge_attr], dim=1))",
            ),
        ),
        Mistake(
            "forgets the ReLU of the update",
            "The result still has entries below zero: the ReLU after phi is missing.",
            (
                "return F.relu(self.phi(torch.cat([x, inbox], dim=1)))",
                "return self.phi(torch.cat([x, inbox], dim=1))",
            ),
        ),
        Mistake(
            "takes the mean",
            "You divided by the size of the inbox. This layer adds up.",
            (
                ".index_add(0, target, told)",
                ".index_add(0, target, told) / target.bincount(minlength=len(x)).clamp(min=1)[:, None]",
            ),
        ),
        Mistake(
            "hands the inbox over first",
            "phi gets the inbox and then the node; its weights expect the node's own features first.",
            ("[x, inbox]", "[inbox, x]"),
        ),
        Mistake(
            "makes new weights in forward",
            "`forward` builds new linear layers each time it is called, with new random weights. Those in "
            "`__init__` are never used, and never learn.",
            (
                "        source, target = edge_index\n        told = F.relu(self.psi(",
                "        source, target = edge_index\n"
                "        psi = nn.Linear(self.psi.in_features, self.psi.out_features)\n"
                "        told = F.relu(psi(",
            ),
        ),
        Mistake(
            "keeps one message an inbox",
            "`inbox[target] = told` writes each message over the one before. Add them up.",
            (
                "inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)",
                "inbox = torch.zeros(x.size(0), told.size(1))\n        inbox[target] = told",
            ),
        ),
        Mistake(
            "cuts off the gradient",
            "The result is right, but psi can't learn: a `.detach()` (or `.item()`, or `with "
            "torch.no_grad()`) stands between it and the result.",
            ("target, told)", "target, told.detach())"),
        ),
        Mistake(
            "forgets both ReLUs",
            "Both ReLUs are missing. Without them the layer is linear in x, and so is a stack of such "
            "layers.",
            """
            class MPNNLayer(nn.Module):
                def __init__(self, in_channels, edge_channels, out_channels):
                    super().__init__()
                    self.psi = nn.Linear(2 * in_channels + edge_channels, out_channels)
                    self.phi = nn.Linear(in_channels + out_channels, out_channels)

                def forward(self, x, edge_index, edge_attr):
                    source, target = edge_index
                    told = self.psi(torch.cat([x[target], x[source], edge_attr], dim=1))
                    inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)
                    return self.phi(torch.cat([x, inbox], dim=1))
            """,
        ),
        Mistake(
            "puts the ReLU before psi",
            "In the message the ReLU comes before psi, and takes away what is negative in x. It belongs "
            "around what psi gives.",
            (
                "F.relu(self.psi(torch.cat([x[target], x[source], edge_attr], dim=1)))",
                "self.psi(F.relu(torch.cat([x[target], x[source], edge_attr], dim=1)))",
            ),
        ),
        Mistake(
            "puts the ReLU after the sum",
            "The ReLU stands around the sum. It belongs around each message, before they are added: only "
            "then can a message keep silent.",
            (
                "told = F.relu(self.psi(torch.cat([x[target], x[source], edge_attr], dim=1)))\n"
                "        inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told)",
                "told = self.psi(torch.cat([x[target], x[source], edge_attr], dim=1))\n"
                "        inbox = torch.zeros(x.size(0), told.size(1)).index_add(0, target, told).relu()",
            ),
        ),
        Mistake(
            "forgets the node in the update",
            "phi gets the inbox alone, and has weights for more: a node's own features come first, the inbox "
            "behind them.",
            ("torch.cat([x, inbox], dim=1)", "inbox"),
        ),
        Mistake(
            "updates edges instead of nodes",
            "You joined x, a row for each node, with the messages, a row for each edge. Between them the "
            "messages must be added up in their inboxes.",
            ("[x, inbox]", "[x, told]"),
        ),
        Mistake(
            "takes the maximum",
            "You kept the largest message of each inbox, column by column. This layer adds up.",
            (
                ".index_add(0, target, told)",
                ".scatter_reduce(0, target[:, None].expand_as(told), told, 'amax')",
            ),
        ),
    ),
    others=(
        """
        class MPNNLayer(nn.Module):
            def __init__(self, in_channels, edge_channels, out_channels):
                super().__init__()
                self.psi = nn.Linear(2 * in_channels + edge_channels, out_channels)
                self.phi = nn.Linear(in_channels + out_channels, out_channels)

            def forward(self, x, edge_index, edge_attr):
                rows = []
                for node in range(len(x)):
                    inbox = torch.zeros(self.psi.out_features)
                    for edge, (i, j) in enumerate(edge_index.T.tolist()):
                        if j == node:
                            inbox = inbox + F.relu(self.psi(torch.hstack([x[j], x[i], edge_attr[edge]])))
                    rows.append(F.relu(self.phi(torch.hstack([x[node], inbox]))))
                return torch.stack(rows)
        """,
        """
        class MPNNLayer(nn.Module):
            def __init__(self, in_channels, edge_channels, out_channels):
                super().__init__()
                self.psi = nn.Linear(2 * in_channels + edge_channels, out_channels)
                self.phi = nn.Linear(in_channels + out_channels, out_channels)

            def forward(self, x, edge_index, edge_attr):
                S, T = F.one_hot(edge_index, len(x)).float()
                told = self.psi(torch.cat([T @ x, S @ x, edge_attr], dim=1)).clamp(min=0)
                return self.phi(torch.cat([x, T.T @ told], dim=1)).clamp(min=0)
        """,
        """
        class MPNNLayer(nn.Module):
            def __init__(self, in_channels, edge_channels, out_channels):
                super().__init__()
                self.psi = nn.Linear(2 * in_channels + edge_channels, out_channels)
                self.phi = nn.Linear(in_channels + out_channels, out_channels)

            def forward(self, x, edge_index, edge_attr):
                # psi's weights cut into three: each node is multiplied once, not once for each edge
                width = x.size(1)
                heard, spoke, edge = self.psi.weight.split([width, width, edge_attr.size(1)], dim=1)
                told = (x @ heard.T)[edge_index[1]] + (x @ spoke.T)[edge_index[0]] + edge_attr @ edge.T
                told = F.relu(told + self.psi.bias)
                index = edge_index[1][:, None].expand_as(told)
                inbox = x.new_zeros(len(x), told.size(1)).scatter_add(0, index, told)
                return F.relu(self.phi(torch.cat([x, inbox], 1)))
        """,
    ),
    hints=(
        "Three lines: what is told, what arrives, what is made of it. You have written the first two before.",
        "`edge_messages` makes what psi looks at, [E, 2F + D]. After psi and a ReLU, `sum_messages` makes "
        "the inboxes.",
        "For the update, put x and the inbox side by side, [N, F + out], then phi, then a ReLU.",
        "`told = F.relu(self.psi(...))`, `inbox = sum_messages(told, edge_index, x.size(0))`, "
        "`return F.relu(self.phi(torch.cat([..., ...], dim=1)))`",
    ),
)
