"""One attention head, from the features to what each node has heard."""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, sample_graphs


def one_head(x: Tensor, edge_index: Tensor, W: Tensor, a_dst: Tensor, a_src: Tensor) -> Tensor:
    sources, targets = edge_index
    h = x @ W
    scores = F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)
    lowest = scores.new_full((len(x),), -math.inf)
    highest = lowest.scatter_reduce(0, targets, scores.detach(), "amax")
    weights = (scores - highest[targets]).exp()
    totals = scores.new_zeros(len(x)).index_add(0, targets, weights)
    alpha = weights / totals[targets]
    messages = alpha[:, None] * h[sources]
    return torch.zeros_like(h).index_add(0, targets, messages)


def cases(generator: torch.Generator) -> Iterator[Case]:
    by_hand = [
        dict(W=torch.eye(2), a_dst=torch.tensor([1.0, 0.0]), a_src=torch.tensor([-1.0, 1.0])),
        dict(W=torch.tensor([[1.0, -1.0]]), a_dst=torch.tensor([0.0, 0.0]), a_src=torch.tensor([1.0, 0.0])),
    ]
    graphs = sample_graphs(generator)
    for group, graph in graphs:
        assert graph.x is not None
        wide = graph.x.size(1)
        weights = by_hand.pop(0) if by_hand else _weights(wide, 4, generator)
        yield Case(group, dict(x=graph.x, edge_index=graph.edge_index, **weights), names=graph.names)
    for _, graph in graphs[2:4]:
        assert graph.x is not None
        inputs = dict(x=graph.x, edge_index=graph.edge_index, **_weights(3, 2, generator))
        yield Case(GRADIENT, inputs, grad=("x", "W", "a_dst", "a_src"))


def _weights(wide: int, out: int, generator: torch.Generator) -> dict[str, Tensor]:
    a_dst, a_src = torch.randn(2, out, generator=generator)
    return dict(W=torch.randn(wide, out, generator=generator), a_dst=a_dst, a_src=a_src)


exercise = Exercise(
    answer=one_head,
    task="One head: project, score, share out, sum",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1, GRADIENT: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "sends the features as they came",
            "The shares are right, but what travels is `x`. The head listens to `h`, the features after `W`.",
            """
            def one_head(x, edge_index, W, a_dst, a_src):
                sources, targets = edge_index
                h = x @ W
                scores = F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)
                mine = targets == torch.arange(len(x))[:, None]
                alpha = torch.where(mine, scores, -math.inf).softmax(1).nan_to_num()
                return alpha @ x[sources]
            """,
        ),
        Mistake(
            "sends the listener its own features",
            "What travels along each edge is the `h` of the node it arrives at. With shares that sum to 1, "
            "each node gets itself back. A message comes from the node that sends.",
            ("alpha[:, None] * h[sources]", "alpha[:, None] * h[targets]"),
        ),
        Mistake(
            "delivers to the sender",
            "The messages were summed up at the nodes that sent them. They are gathered where the edges "
            "arrive.",
            ("index_add(0, targets, messages)", "index_add(0, sources, messages)"),
        ),
        Mistake(
            "shares out what a node sends",
            "The shares sum to 1 over the edges that leave a node. It is the listener who divides its "
            "attention: take the softmax over the edges that arrive.",
            """
            def one_head(x, edge_index, W, a_dst, a_src):
                sources, targets = edge_index
                h = x @ W
                scores = F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)
                weights = (scores - (scores.max() if len(scores) else 0)).exp()
                alpha = weights / torch.zeros(len(x)).index_add(0, sources, weights)[sources]
                return torch.zeros_like(h).index_add(0, targets, alpha[:, None] * h[sources])
            """,
        ),
        Mistake(
            "forgets the shares",
            "This is the plain sum over the inbox, as in lesson 2: every message counts in full. Each one is "
            "to be multiplied by its share first.",
            ("alpha[:, None] * h[sources]", "h[sources]"),
        ),
        Mistake(
            "averages what is averaged already",
            "You divided by the size of the inbox at the end. The shares of an inbox sum to 1, so their sum "
            "of messages is an average as it stands.",
            (".index_add(0, targets, messages)",
             ".index_add(0, targets, messages) / targets.bincount(minlength=len(x)).clamp(min=1)[:, None]"),
        ),
        Mistake(
            "swaps the two ends",
            "`a_dst` met the senders and `a_src` the listeners. dst is where the edge arrives.",
            ("(h @ a_dst)[targets] + (h @ a_src)[sources]", "(h @ a_dst)[sources] + (h @ a_src)[targets]"),
        ),
        Mistake(
            "leaves LeakyReLU out",
            "Without LeakyReLU the listener's part of the score is the same on all edges of its inbox, and "
            "falls out of the softmax: the head listens as if `a_dst` weren't there.",
            ("F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)",
             "(h @ a_dst)[targets] + (h @ a_src)[sources]"),
        ),
        Mistake(
            "overflows on large scores",
            "The features can be large, and then e to the power of a score is inf, and inf / inf not a "
            "number. Your `inbox_softmax` guards against that.",
            ("(scores - highest[targets]).exp()", "scores.exp()"),
        ),
        Mistake(
            "cuts the shares off from learning",
            "The result is right, but the shares were taken out of the gradient's way, so `a_dst` and "
            "`a_src` never learn whom to listen to. (`.detach()`, `.item()`, `.data` and `no_grad()` do "
            "that.)",
            ("alpha = weights / totals[targets]", "alpha = (weights / totals[targets]).detach()"),
        ),
        Mistake(
            "takes one softmax over all edges",
            "All shares of the whole graph sum to 1. Each inbox has a softmax of its own.",
            ("alpha = weights / totals[targets]", "alpha = scores.softmax(dim=0)"),
        ),
        Mistake(
            "takes the scores for shares",
            "The messages were multiplied by their scores. Scores have to become shares first.",
            ("alpha = weights / totals[targets]", "alpha = scores"),
        ),
        Mistake(
            "adds self-loops of its own",
            "Every node also heard itself. Self-loops are right for the layer, further down; here the edges "
            "are to be taken as they come.",
            ("sources, targets = edge_index",
             "sources, targets = torch.cat([edge_index, torch.arange(len(x)).expand(2, -1)], dim=1)"),
        ),
        Mistake(
            "leaves NaN where the inbox is empty",
            "A softmax over nothing is 0 / 0. A node with an empty inbox has nothing to add up: it gets "
            "zeros.",
            """
            def one_head(x, edge_index, W, a_dst, a_src):
                sources, targets = edge_index
                h = x @ W
                scores = F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)
                mine = targets == torch.arange(len(x))[:, None]
                return torch.where(mine, scores, -math.inf).softmax(dim=1) @ h[sources]
            """,
        ),
        Mistake(
            "loses messages with +=",
            "`out[targets] += messages` keeps only one of the messages that go to the same node, as in "
            "lesson 2. `index_add` adds them all.",
            ("return torch.zeros_like(h).index_add(0, targets, messages)",
             "out = torch.zeros_like(h)\n    out[targets] += messages\n    return out"),
        ),
        Mistake(
            "adds its own h on top of the rest",
            "Each node's own `h` was added in full, besides what it hears. Begin the sum with zeros.",
            ("torch.zeros_like(h).index_add", "h.index_add"),
        ),
        Mistake(
            "bends its output",
            "The result went through another bend, such as ReLU. The only bend in a head is the one on the "
            "scores.",
            ("return torch.zeros_like(h).index_add(0, targets, messages)",
             "return torch.zeros_like(h).index_add(0, targets, messages).relu()"),
        ),
        Mistake(
            "keeps torch's own slope",
            "`F.leaky_relu` takes 0.01 as its slope unless it is told otherwise. Here it is 0.2.",
            ("[sources], 0.2)", "[sources])"),
        ),
        Mistake(
            "leaves the messages on the edges",
            "There is a row for each edge: its share times its message. What arrives at the same node is "
            "still to be added up, [N, F_out].",
            ("return torch.zeros_like(h).index_add(0, targets, messages)", "return messages"),
        ),
        Mistake(
            "loses double edges in a table",
            "`table[sources, targets] = alpha` keeps one share of an edge that comes twice. Both messages "
            "arrive: add them up along the edges, or into the table.",
            (
                "    return torch.zeros_like(h).index_add(0, targets, messages)",
                "    table = torch.zeros(len(x), len(x))\n    table[sources, targets] = alpha\n"
                "    return table.T @ h",
            ),
        ),
        Mistake(
            "forgets to turn its table round",
            "In a table with rows for the senders, the inbox is a column. `table @ h` gathers along the "
            "rows: it is `table.T @ h`, as in lesson 1.",
            ("0, targets, messages)", "0, sources, alpha[:, None] * h[targets])"),
        ),
        Mistake(
            "keeps its own h where the inbox is empty",
            "A node that hears nobody gets zeros here. Its own features come in only where it has a "
            "self-loop.",
            (
                "    return torch.zeros_like(h).index_add(0, targets, messages)",
                "    alone = torch.bincount(targets, minlength=len(x)) == 0\n"
                "    return (alone[:, None] * h).index_add(0, targets, messages)",
            ),
        ),
    ),
    others=(
        """
        def one_head(x, edge_index, W, a_dst, a_src):
            h = x @ W
            rows = []
            for i in range(len(x)):
                inbox = edge_index[0][edge_index[1] == i]
                scores = F.leaky_relu(h[i] @ a_dst + h[inbox] @ a_src, 0.2)
                rows.append(scores.softmax(0) @ h[inbox])
            return torch.stack(rows)
        """,
        """
        def one_head(x, edge_index, W, a_dst, a_src):
            sources, targets = edge_index
            h = x @ W
            scores = F.leaky_relu((h @ a_dst)[targets] + (h @ a_src)[sources], 0.2)
            mine = targets == torch.arange(len(x))[:, None]
            alpha = torch.where(mine, scores, -math.inf).softmax(1)
            return torch.where(mine, alpha, 0.0) @ h[sources]
        """,
        """
        def one_head(x, edge_index, W, a_dst, a_src):
            N = len(x)
            h = torch.einsum("nf,fo->no", x, W)
            scores = F.leaky_relu((h @ a_src)[:, None] + (h @ a_dst)[None, :], 0.2)  # [from, to]
            one = torch.ones(())
            count = torch.zeros(N, N).index_put(tuple(edge_index), one, accumulate=True)
            logs = torch.where(count.sum(0) > 0, count.log(), 0.0)
            alpha = (scores + logs).softmax(dim=0) * (count > 0)
            return alpha.T @ h
        """,
    ),
    hints=(
        "It is what you have written so far, in one piece: `h = x @ W`, a score for each edge, a share for "
        "each edge. Then lesson 2's weighted sum over the inbox.",
        "The message on an edge is its share times the `h` of the node that sends.",
        "`alpha` is [E] and `h[edge_index[0]]` is [E, F]: `alpha[:, None]` is [E, 1], and the two multiply "
        "row by row.",
        "`alpha = inbox_softmax(gat_scores(h, edge_index, a_dst, a_src, 0.2), edge_index, len(x))`, and then "
        "`torch.zeros_like(h).index_add(0, edge_index[...], alpha[:, None] * h[edge_index[...]])`",
    ),
)
