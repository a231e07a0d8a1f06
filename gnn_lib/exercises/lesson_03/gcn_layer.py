"""The layer that learns: transform, gather along the edges, add the bias."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs
from gnn_lib.exercises.lesson_03.inputs import looped, weights


class GCNLayer(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin = nn.Linear(in_channels, out_channels, bias=False)
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Tensor, edge_index: Tensor, weight: Tensor) -> Tensor:
        source, target = edge_index
        h = self.lin(x)
        messages = weight[:, None] * h[source]
        inbox = torch.zeros_like(h).index_add(0, target, messages)
        return inbox + self.bias


def cases(generator: torch.Generator) -> Iterator[Case]:
    pairs = [*sample_graphs(generator), (GRADIENT, random_graph(generator, 6, 11))]
    for place, (group, graph) in enumerate(pairs):
        assert graph.x is not None
        size = dict(in_channels=graph.x.size(1), out_channels=2 + place % 3)
        state = {
            "lin.weight": torch.randn(size["out_channels"], size["in_channels"], generator=generator),
            "bias": torch.randn(size["out_channels"], generator=generator),
        }
        if group == BY_HAND:  # whole numbers: the first output is the first feature, the second its double
            state["lin.weight"] = torch.zeros_like(state["lin.weight"])
            state["lin.weight"][:2, 0] = torch.tensor([1.0, 2.0])
            state["bias"] = torch.arange(float(size["out_channels"]))
        inputs = dict(x=graph.x, edge_index=looped(graph), weight=weights(graph))
        grad = ("x", "weight") if group == GRADIENT else ()
        yield Case(group, inputs, build=size, state=state, grad=grad, names=graph.names)


exercise = Exercise(
    answer=GCNLayer,
    task="Build the layer on edges: transform, gather with weights, add the bias",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=8,
    level="layer",
    mistakes=(
        Mistake(
            "sends the messages back to their sources",
            "Each message is added up where it came from. Messages flow from source to target: who receives?",
            ("index_add(0, target, messages)", "index_add(0, source, messages)"),
        ),
        Mistake(
            "reads what the receivers say",
            "Each edge carries its target's own features, so that nobody hears anybody else. A message is "
            "what its source says.",
            ("h[source]", "h[target]"),
        ),
        Mistake(
            "turns every edge round",
            "Source and target have changed places: each node hears those whom it tells. Row 0 holds the "
            "sources.",
            ("source, target = edge_index", "target, source = edge_index"),
        ),
        Mistake(
            "forgets the weights on the edges",
            "Every voice counts 1: that is the plain sum. Each message is multiplied by its edge's weight "
            "first.",
            ("weight[:, None] * h[source]", "h[source]"),
        ),
        Mistake(
            "keeps one message for each node",
            "`inbox[target] = messages` and `+=` write each place once, however many messages arrive there. "
            "`index_add` adds every one.",
            ("inbox = torch.zeros_like(h).index_add(0, target, messages)",
             "inbox = torch.zeros_like(h)\n        inbox[target] += messages"),
        ),
        Mistake(
            "forgets the bias",
            "What was gathered is right. `self.bias` waits to be added, once for each node.",
            ("inbox + self.bias", "inbox"),
        ),
        Mistake(
            "adds the bias before gathering",
            "With the bias inside the messages, a node gets more of it the more it hears. It is added after "
            "the sum.",
            ("h[source]\n        inbox = torch.zeros_like(h).index_add(0, target, messages)\n"
             "        return inbox + self.bias",
             "(h + self.bias)[source]\n"
             "        return torch.zeros_like(h).index_add(0, target, messages)"),
        ),
        Mistake(
            "applies a nonlinearity",
            "The layer gives out what it gathered, below zero, too. The ReLU stands between two layers; at "
            "the very end it would cut off scores.",
            ("return inbox + self.bias", "return torch.relu(inbox + self.bias)"),
        ),
        Mistake(
            "adds the node itself once more",
            "The self-loops are among the edges: each node hears itself already, with its weight.",
            ("torch.zeros_like(h).index_add", "h.index_add"),
        ),
        Mistake(
            "divides by the number of messages",
            "The weights hold the degrees already: after them, plain adding is all. Dividing again is a "
            "mean of what was divided.",
            ("return inbox + self.bias",
             "return inbox / torch.bincount(target, minlength=len(x))[:, None] + self.bias"),
        ),
        Mistake(
            "cuts the gradient",
            "Forward all is well. But nothing before `.detach()` (or `.data`) can learn: no gradient "
            "reaches `lin`.",
            ("messages = weight[:, None] * h[source]", "messages = (weight[:, None] * h[source]).detach()"),
        ),
        Mistake(
            "lines the weights up with the features",
            "`weight` is [E], `h[source]` is [E, out]: torch lines up the last axes, so E with the "
            "features. `weight[:, None]` is [E, 1].",
            ("weight[:, None]", "weight"),
        ),
        Mistake(
            "throws the sum away",
            "`inbox.index_add(...)` returns a new tensor and leaves `inbox` as it was. Keep what it "
            "returns, or use `index_add_`, with an underscore.",
            ("inbox = torch.zeros_like(h).index_add(0, target, messages)",
             "inbox = torch.zeros_like(h)\n        inbox.index_add(0, target, messages)"),
        ),
        Mistake(
            "gathers nothing",
            "Each node is transformed by itself: a layer that knows no graph. Where do the edges come in?",
            ("inbox + self.bias",
             "h + self.bias"),
        ),
        Mistake(
            "applies a nonlinearity before gathering",
            "A ReLU on each message hides all that is below zero, before the inbox can weigh it. The layer "
            "is linear.",
            ("h = self.lin(x)",
             "h = torch.relu(self.lin(x))"),
        ),
        Mistake(
            "gives every message the bias",
            "Each message brings its own b, so that a node with many neighbours gets it many times. Once, "
            "after the sum.",
            ("h[source]\n        inbox = torch.zeros_like(h).index_add(0, target, messages)\n"
             "        return inbox + self.bias",
             "h[source] + self.bias\n"
             "        return torch.zeros_like(h).index_add(0, target, messages)"),
        ),
        Mistake(
            "adds the bias twice",
            "Once before the sum and once after it. Only the second is wanted.",
            ("h = self.lin(x)",
             "h = self.lin(x) + self.bias"),
        ),
        Mistake(
            "normalises a second time",
            "The weights have the degrees in them: you divided by both roots again.",
            ("weight[:, None]",
             "(weight / torch.bincount(target)[edge_index].prod(0).sqrt())[:, None]"),
        ),
        Mistake(
            "works the weights out anew",
            "The numbers are right, but `weight` was never used: nothing flows back to it. It was worked out "
            "once, before training, and is handed in, so that it need not be done in every layer.",
            ("weight[:, None]", "(torch.bincount(target)[edge_index].prod(0) ** -0.5)[:, None]"),
        ),
        Mistake(
            "forgets to transform",
            "The messages hold x as it came. What travels is `self.lin(x)`: W belongs to the layer.",
            ("weight[:, None] * h[source]", "weight[:, None] * x[source]"),
        ),
        Mistake(
            "makes room for what comes in",
            "Your inboxes are as wide as x, [N, in]. What arrives has gone through `lin`, and is [E, out].",
            ("torch.zeros_like(h)", "torch.zeros_like(x)"),
        ),
        Mistake(
            "multiplies by the matrix of `lin` as it stands",
            "`nn.Linear` keeps W turned round, [out, in], and turns it back when it is called. Call it: "
            "`self.lin(...)`.",
            ("self.lin(x)", "x @ self.lin.weight"),
        ),
        Mistake(
            "leaves the messages on their edges",
            "The result has a row for each edge. Add up what arrives at each node: a row for each node.",
            ("return inbox + self.bias", "return messages + self.bias"),
        ),
        Mistake(
            "keeps the last message",
            "`=` in the loop overwrites what came before, so that each node keeps only the last message of "
            "its inbox. Add to what is there.",
            ("inbox = torch.zeros_like(h).index_add(0, target, messages)",
             "inbox = torch.zeros_like(h)\n        for e in range(len(weight)):\n"
             "            inbox[target[e]] = messages[e]"),
        ),
        Mistake(
            "loses the copies of an edge",
            "Where an edge comes twice, a matrix filled by `S[source, target] = weight` keeps one. Both "
            "should arrive.",
            ("inbox = torch.zeros_like(h).index_add(0, target, messages)",
             "S = torch.zeros(len(x), len(x))\n        S[source, target] = weight\n"
             "        inbox = S.T @ h"),
        ),
    ),
    others=(
        """
        class GCNLayer(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lin = nn.Linear(in_channels, out_channels, bias=False)
                self.bias = nn.Parameter(torch.zeros(out_channels))

            def forward(self, x, edge_index, weight):
                S = torch.sparse_coo_tensor(edge_index.flip(0), weight, (len(x), len(x)))
                return S @ self.lin(x) + self.bias
        """,
        """
        class GCNLayer(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lin = nn.Linear(in_channels, out_channels, bias=False)
                self.bias = nn.Parameter(torch.zeros(out_channels))

            def forward(self, x, edge_index, weight):
                N = x.size(0)
                S = torch.zeros(N, N).index_put((edge_index[0], edge_index[1]), weight, accumulate=True)
                return self.lin(S.T @ x) + self.bias
        """,
        """
        class GCNLayer(nn.Module):
            def __init__(self, in_channels, out_channels):
                super().__init__()
                self.lin = nn.Linear(in_channels, out_channels, bias=False)
                self.bias = nn.Parameter(torch.zeros(out_channels))

            def forward(self, x, edge_index, weight):
                inbox = [torch.zeros(x.size(1)) for _ in range(len(x))]
                for edge, (i, j) in enumerate(edge_index.T.tolist()):
                    inbox[j] = inbox[j] + weight[edge] * x[i]
                return self.lin(torch.stack(inbox)) + self.bias
        """,
    ),
    hints=(
        "Four lines: transform all nodes; make a message for each edge; add the messages up at their "
        "targets; add the bias.",
        "`h[edge_index[0]]` is [E, out]: what each source says. Multiply each row by its edge's weight, "
        "`weight[:, None]`.",
        "`torch.zeros_like(h).index_add(0, targets, messages)` adds each message to the row of its target.",
        "`return inbox + self.bias`, where `inbox` is the result of the `index_add`.",
    ),
)  # fmt: skip
