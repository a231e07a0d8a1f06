"""The score of GATv2: the same pieces as GAT's, with LeakyReLU before the product with a."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def v2_scores(
    x: Tensor, edge_index: Tensor, W_dst: Tensor, W_src: Tensor, a: Tensor, slope: float
) -> Tensor:
    as_listener, as_sender = x @ W_dst, x @ W_src
    both = as_listener[edge_index[1]] + as_sender[edge_index[0]]
    return F.leaky_relu(both, slope) @ a


def cases(generator: torch.Generator) -> Iterator[Case]:
    one = torch.eye(2)
    by_hand = [
        dict(W_dst=one, W_src=-one, a=torch.tensor([-1.0, -1.0])),
        dict(W_dst=torch.tensor([[1.0]]), W_src=torch.tensor([[-1.0]]), a=torch.tensor([1.0])),
    ]
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        assert graph.x is not None
        weights = by_hand[place] if place < len(by_hand) else _weights(graph.x.size(1), generator)
        slope = (0.5, 0.2, 0.1)[place % 3]
        inputs = dict(x=graph.x, edge_index=graph.edge_index, **weights, slope=slope)
        yield Case(group, inputs, names=graph.names)


def _weights(wide: int, generator: torch.Generator) -> dict[str, Tensor]:
    W_dst, W_src = torch.randn(2, wide, 4, generator=generator)
    return dict(W_dst=W_dst, W_src=W_src, a=torch.randn(4, generator=generator))


exercise = Exercise(
    answer=v2_scores,
    task="Score as GATv2 does",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "bends after the product with a",
            "LeakyReLU came last, around the finished number: this is GAT once more, static ranking and all. "
            "Bend the vector first, entry by entry; `a` comes after.",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(both @ a, slope)"),
        ),
        Mistake(
            "leaves LeakyReLU out",
            "Without LeakyReLU, `a` times the sum is a number from each end again, and the ranking is as "
            "static as before.",
            ("F.leaky_relu(both, slope) @ a", "both @ a"),
        ),
        Mistake(
            "bends each end by itself",
            "LeakyReLU was applied to the two vectors before they met. Then the score is still one number "
            "from the listener plus one from the sender, and every listener ranks alike. Add first.",
            ("both = as_listener[edge_index[1]] + as_sender[edge_index[0]]\n"
             "    return F.leaky_relu(both, slope) @ a",
             "one, other = F.leaky_relu(as_listener, slope), F.leaky_relu(as_sender, slope)\n"
             "    return (one[edge_index[1]] + other[edge_index[0]]) @ a"),
        ),
        Mistake(
            "swaps the two ends",
            "`W_dst` met the senders and `W_src` the listeners. dst is where the edge arrives.",
            ("as_listener[edge_index[1]] + as_sender[edge_index[0]]",
             "as_listener[edge_index[0]] + as_sender[edge_index[1]]"),
        ),
        Mistake(
            "uses W_src at both ends",
            "Both ends went through `W_src`. The listener has a matrix of its own, so that the same node can "
            "ask for one thing and offer another.",
            ("x @ W_dst, x @ W_src", "x @ W_src, x @ W_src"),
        ),
        Mistake(
            "cuts off what is below zero",
            "All entries below zero became 0: that is ReLU. The leaky kind lets a part of them through.",
            ("F.leaky_relu(both, slope)", "both.relu()"),
        ),
        Mistake(
            "keeps torch's own slope",
            "`F.leaky_relu` takes 0.01 as its slope unless it is told otherwise. Hand it yours.",
            ("F.leaky_relu(both, slope)", "F.leaky_relu(both)"),
        ),
        Mistake(
            "returns a column",
            "The numbers are right but come as a column, [E, 1]. One number per edge has the shape [E].",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(both, slope) @ a[:, None]"),
        ),
        Mistake(
            "always takes 0.2 as the slope",
            "0.2 is the usual slope, but here the slope is an argument, and other values come in, too.",
            ("F.leaky_relu(both, slope)", "F.leaky_relu(both, 0.2)"),
        ),
        Mistake(
            "adds up without a",
            "The bent entries were added up as they are. Each is weighted first: that is the product with "
            "`a`.",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(both, slope).sum(dim=1)"),
        ),
        Mistake(
            "multiplies without adding up",
            "`*` multiplies entry by entry and leaves C numbers on each edge. The product with `a` adds them "
            "up, too: that is `@`.",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(both, slope) * a"),
        ),
        Mistake(
            "weighs before the bend",
            "`a` was multiplied in before LeakyReLU. An entry with a weight below zero is then bent on its "
            "other side. First the bend, then the product with `a`.",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(both * a, slope).sum(dim=1)"),
        ),
        Mistake(
            "bends twice",
            "LeakyReLU comes before the product with `a`, as it should, and once more after it. One bend is "
            "enough.",
            ("F.leaky_relu(both, slope) @ a", "F.leaky_relu(F.leaky_relu(both, slope) @ a, slope)"),
        ),
        Mistake(
            "multiplies the two ends",
            "The listener's vector and the sender's were multiplied entry by entry. They are added.",
            ("as_listener[edge_index[1]] + as_sender", "as_listener[edge_index[1]] * as_sender"),
        ),
        Mistake(
            "takes the sender at both ends",
            "Both vectors were picked by where the edge starts. What the listener asks for is picked by "
            "where the edge arrives.",
            ("as_listener[edge_index[1]]", "as_listener[edge_index[0]]"),
        ),
        Mistake(
            "takes the listener at both ends",
            "Both vectors were picked by where the edge arrives. What the sender offers is picked by where "
            "the edge starts.",
            ("as_sender[edge_index[0]]", "as_sender[edge_index[1]]"),
        ),
    ),
    others=(
        """
        def v2_scores(x, edge_index, W_dst, W_src, a, slope):
            scores = []
            for j, i in edge_index.T.tolist():
                both = x[i] @ W_dst + x[j] @ W_src
                scores.append(float(a @ torch.where(both > 0, both, slope * both)))
            return scores
        """,
        """
        def v2_scores(x, edge_index, W_dst, W_src, a, slope):
            ends = torch.cat([x[edge_index[1]], x[edge_index[0]]], dim=1)
            both = ends @ torch.cat([W_dst, W_src], dim=0)
            return torch.einsum("ec,c->e", torch.maximum(both, slope * both), a)
        """,
        """
        def v2_scores(x, edge_index, W_dst, W_src, a, slope):
            every_pair = (x @ W_src)[:, None, :] + (x @ W_dst)[None, :, :]  # [from, to, C]
            table = (F.leaky_relu(every_pair, slope) * a).sum(-1)
            return table[edge_index[0], edge_index[1]]
        """,
    ),
    hints=(
        "Nearly everything is as in `gat_scores`. What comes last there, and what comes last here?",
        "Each end is now a whole vector: `x @ W_dst` is [N, C]. Pick one row per edge from each, and add: "
        "[E, C].",
        "LeakyReLU works entry by entry on that [E, C] table; the product with `a` makes one number per edge "
        "of it, last.",
        "`both = (x @ W_dst)[edge_index[...]] + (x @ W_src)[edge_index[...]]`, then bend, then `@ a`",
    ),
)
