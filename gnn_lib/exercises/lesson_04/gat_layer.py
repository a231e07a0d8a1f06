"""The whole layer: self-loops, projection, several heads at once, bias; and gradients to all of it."""

import math
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, sample_graphs


class GATLayer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, heads: int = 1, concat: bool = True) -> None:
        super().__init__()
        self.heads, self.concat = heads, concat
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.a_dst = nn.Parameter(torch.empty(heads, out_channels))
        self.a_src = nn.Parameter(torch.empty(heads, out_channels))
        self.bias = nn.Parameter(torch.zeros(heads * out_channels if concat else out_channels))
        for weight in (self.lin.weight, self.a_dst, self.a_src):
            nn.init.xavier_uniform_(weight)

    def attention(self, h: Tensor, edge_index: Tensor) -> Tensor:
        sources, targets = edge_index
        as_listener, as_sender = (h * self.a_dst).sum(dim=2), (h * self.a_src).sum(dim=2)
        scores = F.leaky_relu(as_listener[targets] + as_sender[sources], 0.2)
        inbox = targets[:, None].expand_as(scores)
        lowest = scores.new_full((len(h), self.heads), -math.inf)
        weights = (scores - lowest.scatter_reduce(0, inbox, scores.detach(), "amax")[targets]).exp()
        return weights / scores.new_zeros(len(h), self.heads).index_add(0, targets, weights)[targets]

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        loops = torch.arange(len(x)).expand(2, -1)
        edge_index = torch.cat([edge_index, loops], dim=1)
        h = self.lin(x).view(len(x), self.heads, -1)
        alpha = self.attention(h, edge_index)
        messages = alpha[:, :, None] * h[edge_index[0]]
        heard = torch.zeros_like(h).index_add(0, edge_index[1], messages)
        joined = heard.flatten(1) if self.concat else heard.mean(dim=1)
        return joined + self.bias


def cases(generator: torch.Generator) -> Iterator[Case]:
    graphs = sample_graphs(generator)
    for place, (group, graph) in enumerate(graphs):
        assert graph.x is not None
        one_by_hand = place == 0
        heads, concat = (1, True) if one_by_hand else ((2, True), (3, False))[place % 2]
        wide, out = graph.x.size(1), 2
        state = _hand_made() if one_by_hand else _weights(wide, out, heads, concat, generator)
        build: dict[str, Any] = dict(in_channels=wide, out_channels=out, heads=heads, concat=concat)
        inputs = dict(x=graph.x, edge_index=graph.edge_index)
        yield Case(group, inputs, build, state, names=graph.names)
    for (_, graph), concat in zip(graphs[2:4], (True, False), strict=True):
        state = _weights(3, 2, 2, concat, generator)
        build = dict(in_channels=3, out_channels=2, heads=2, concat=concat)
        yield Case(GRADIENT, dict(x=graph.x, edge_index=graph.edge_index), build, state, grad=("x",))


def _hand_made() -> dict[str, Tensor]:
    """The numbers of the text: h is x, and the scores are those of the friends."""
    halves = {"a_dst": torch.tensor([[1.0, 0.0]]), "a_src": torch.tensor([[-1.0, 1.0]])}
    return {"lin.weight": torch.eye(2), "bias": torch.tensor([0.0, 10.0]), **halves}


def _weights(
    wide: int, out: int, heads: int, concat: bool, generator: torch.Generator
) -> dict[str, Tensor]:
    shapes = {
        "lin.weight": (heads * out, wide),
        "a_dst": (heads, out),
        "a_src": (heads, out),
        "bias": (heads * out if concat else out,),
    }
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


exercise = Exercise(
    answer=GATLayer,
    task="The whole layer, with several heads",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 2, AWKWARD: 1, GRADIENT: 1},
    minutes=10,
    level="layer",
    mistakes=(
        Mistake(
            "forgets the self-loops",
            "No node hears itself, and one that nobody talks to is left with the bias. Add an edge from "
            "every node to itself before the scores are worked out.",
            ("edge_index = torch.cat([edge_index, loops], dim=1)", "pass"),
        ),
        Mistake(
            "forgets the bias",
            "Everything but the bias is there. It comes last, after the heads are joined.",
            ("joined + self.bias", "joined"),
        ),
        Mistake(
            "adds its own h on top of the rest",
            "Each node's own `h` was added in full, besides what was shared out. A self-loop is an edge like "
            "the others: it gets a score, and a share of the inbox.",
            ("edge_index = torch.cat([edge_index, loops], dim=1)\n"
             "        h = self.lin(x).view(len(x), self.heads, -1)\n"
             "        alpha = self.attention(h, edge_index)\n"
             "        messages = alpha[:, :, None] * h[edge_index[0]]\n"
             "        heard = torch.zeros_like(h)",
             "h = self.lin(x).view(len(x), self.heads, -1)\n"
             "        alpha = self.attention(h, edge_index)\n"
             "        messages = alpha[:, :, None] * h[edge_index[0]]\n"
             "        heard = h"),
        ),
        Mistake(
            "divides the attention among the heads",
            "The shares of the *heads* sum to 1 on each edge. Each head divides its own attention among the "
            "edges of an inbox.",
            ("inbox = targets[:, None].expand_as(scores)", "return scores.softmax(dim=1)"),
        ),
        Mistake(
            "takes one softmax over all edges",
            "Each head's shares sum to 1 over the whole graph. Every inbox has a softmax of its own.",
            ("inbox = targets[:, None].expand_as(scores)", "return scores.softmax(dim=0)"),
        ),
        Mistake(
            "swaps the two ends",
            "`a_dst` met the senders and `a_src` the listeners. dst is where the edge arrives.",
            ("as_listener[targets] + as_sender[sources]", "as_listener[sources] + as_sender[targets]"),
        ),
        Mistake(
            "leaves LeakyReLU out",
            "Without LeakyReLU the listener's part of a score is the same on its whole inbox and falls out "
            "of the softmax: `a_dst` has no effect, and no gradient.",
            ("F.leaky_relu(as_listener[targets] + as_sender[sources], 0.2)",
             "as_listener[targets] + as_sender[sources]"),
        ),
        Mistake(
            "adds the heads up",
            "With `concat=False` the heads were summed. Their mean is asked for.",
            ("heard.mean(dim=1)", "heard.sum(dim=1)"),
        ),
        Mistake(
            "mixes up heads and columns",
            "The projection has all of head 0's columns first, then head 1's: that is [N, heads, out], in "
            "this order. You read it as [N, out, heads].",
            ("self.lin(x).view(len(x), self.heads, -1)",
             "self.lin(x).view(len(x), -1, self.heads).transpose(1, 2)"),
        ),
        Mistake(
            "cuts the attention off from learning",
            "Forward, all is right. But no gradient reaches `a_dst` and `a_src` through the shares, so the "
            "layer never learns whom to listen to.",
            ("alpha = self.attention(h, edge_index)", "alpha = self.attention(h, edge_index).detach()"),
        ),
        Mistake(
            "sends the listener its own features",
            "What travels along each edge is the `h` of the node it arrives at, so each node gets itself "
            "back. A message comes from the node that sends.",
            ("* h[edge_index[0]]", "* h[edge_index[1]]"),
        ),
        Mistake(
            "forgets the shares",
            "This is the plain sum over the inbox. Each message is to be multiplied by its share first.",
            ("alpha[:, :, None] * h[edge_index[0]]", "h[edge_index[0]]"),
        ),
        Mistake(
            "keeps torch's own slope",
            "`F.leaky_relu` takes 0.01 as its slope unless it is told otherwise. The layer's is 0.2.",
            ("as_sender[sources], 0.2)", "as_sender[sources])"),
        ),
        Mistake(
            "bends its output",
            "The result went through another bend, such as ReLU. That belongs between layers, not into this "
            "one: the last layer must be able to answer below zero.",
            ("joined + self.bias", "(joined + self.bias).relu()"),
        ),
        Mistake(
            "adds the self-loops twice",
            "Each node has two self-loops now. `forward` has added them already.",
            ("h = self.lin(x)",
             "edge_index = torch.cat([edge_index, loops], dim=1)\n        h = self.lin(x)"),
        ),
        Mistake(
            "delivers to the sender",
            "The messages were summed up at the nodes that sent them, not where the edges arrive.",
            ("index_add(0, edge_index[1], messages)", "index_add(0, edge_index[0], messages)"),
        ),
        Mistake(
            "shares out what a node sends",
            "The shares sum to 1 over the edges that leave a node. Take the softmax over those that arrive.",
            ("inbox = targets[:, None]", "targets = sources\n        inbox = targets[:, None]"),
        ),
        Mistake(
            "takes a_dst at both ends",
            "The sender's part of a score was worked out with `a_dst`, too. Senders have `a_src`.",
            ("as_sender[sources], 0.2)", "as_listener[sources], 0.2)"),
        ),
        Mistake(
            "weaves the heads' columns together",
            "Each row has the right numbers in another order: all of head 0 comes first, then head 1.",
            ("heard.flatten(1)", "heard.transpose(1, 2).flatten(1)"),
        ),
        Mistake(
            "cuts off what is below zero",
            "All scores below zero became 0: that is ReLU. The leaky kind lets a part of them through.",
            ("F.leaky_relu(as_listener[targets] + as_sender[sources], 0.2)",
             "F.relu(as_listener[targets] + as_sender[sources])"),
        ),
        Mistake(
            "takes the first head only",
            "Without concat the heads are averaged. You kept the first one, and the others learn nothing.",
            ("heard.mean(dim=1)", "heard[:, 0]"),
        ),
    ),
    others=(
        """
        class GATLayer(nn.Module):
            def __init__(self, in_channels, out_channels, heads=1, concat=True):
                super().__init__()
                self.heads, self.concat = heads, concat
                self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
                self.a_dst = nn.Parameter(torch.zeros(heads, out_channels))
                self.a_src = nn.Parameter(torch.zeros(heads, out_channels))
                self.bias = nn.Parameter(torch.zeros(heads * out_channels if concat else out_channels))

            def forward(self, x, edge_index):
                h = self.lin(x).view(len(x), self.heads, -1)
                rows = []
                for i in range(len(x)):
                    inbox = edge_index[0][edge_index[1] == i].tolist() + [i]
                    outs = []
                    for k in range(self.heads):
                        s = h[i, k] @ self.a_dst[k] + h[inbox, k] @ self.a_src[k]
                        outs.append(F.leaky_relu(s, 0.2).softmax(0) @ h[inbox, k])
                    rows.append(torch.cat(outs) if self.concat else torch.stack(outs).mean(0))
                return torch.stack(rows) + self.bias
        """,
        """
        class GATLayer(nn.Module):
            def __init__(self, in_channels, out_channels, heads=1, concat=True):
                super().__init__()
                self.heads, self.concat = heads, concat
                self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
                self.a_dst = nn.Parameter(torch.zeros(heads, out_channels))
                self.a_src = nn.Parameter(torch.zeros(heads, out_channels))
                self.bias = nn.Parameter(torch.zeros(heads * out_channels if concat else out_channels))

            def forward(self, x, edge_index):
                N = len(x)
                count = torch.eye(N)
                for j, i in edge_index.T.tolist():
                    count[j, i] += 1
                h = self.lin(x).view(N, self.heads, -1)
                dst = torch.einsum("nhc,hc->hn", h, self.a_dst)
                src = torch.einsum("nhc,hc->hn", h, self.a_src)
                scores = F.leaky_relu(src[:, :, None] + dst[:, None, :], 0.2)  # [H, from, to]
                alpha = (scores + count.log()).softmax(dim=1)
                out = torch.einsum("hji,jhc->ihc", alpha, h)
                out = out.reshape(N, -1) if self.concat else out.mean(1)
                return out + self.bias
        """,
        """
        class GATLayer(nn.Module):
            def __init__(self, in_channels, out_channels, heads=1, concat=True):
                super().__init__()
                self.heads, self.concat = heads, concat
                self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
                self.a_dst = nn.Parameter(torch.zeros(heads, out_channels))
                self.a_src = nn.Parameter(torch.zeros(heads, out_channels))
                self.bias = nn.Parameter(torch.zeros(heads * out_channels if concat else out_channels))

            def forward(self, x, edge_index):
                N = len(x)
                src = torch.cat([edge_index[0], torch.arange(N)])
                dst = torch.cat([edge_index[1], torch.arange(N)])
                mine = dst == torch.arange(N)[:, None]
                outs = []
                for h, a_dst, a_src in zip(self.lin(x).chunk(self.heads, dim=1), self.a_dst, self.a_src):
                    s = F.leaky_relu((h @ a_dst)[dst] + (h @ a_src)[src], 0.2)
                    alpha = s.expand(N, -1).masked_fill(~mine, -torch.inf).softmax(1)
                    outs.append(alpha @ h[src])
                return (torch.cat(outs, 1) if self.concat else sum(outs) / self.heads) + self.bias
        """,
    ),
    hints=(
        "With heads, `h` is [N, H, C], and each step is the one you know with one dimension more. Scores and "
        "shares become [E, H]: one column for each head.",
        "`(h * self.a_dst).sum(dim=2)` is every node's number as a listener, for each head: [N, H].",
        "In `attention`: work out the scores, then `torch.stack([inbox_softmax(column, edge_index, len(h)) "
        "for column in scores.T], dim=1)`.",
        "In `forward`: the self-loops have been added above. `alpha[:, :, None] * h[edge_index[0]]` are the "
        "messages, [E, H, C]; `index_add` gathers them; then `flatten(1)` or `mean(dim=1)`, and the bias.",
    ),
)
