"""The score of the graph attention network: a number from each end, added, then bent by LeakyReLU."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def gat_scores(h: Tensor, edge_index: Tensor, a_dst: Tensor, a_src: Tensor, slope: float) -> Tensor:
    as_listener, as_sender = h @ a_dst, h @ a_src
    scores = as_listener[edge_index[1]] + as_sender[edge_index[0]]
    return F.leaky_relu(scores, slope)


def cases(generator: torch.Generator) -> Iterator[Case]:
    by_hand = [([1.0, 0.0], [-1.0, 1.0]), ([1.0], [-1.0])]
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        assert graph.x is not None
        if place < len(by_hand):
            a_dst, a_src = (torch.tensor(half) for half in by_hand[place])
        else:
            a_dst, a_src = torch.randn(2, graph.x.size(1), generator=generator)
        slope = (0.2, 0.5, 0.1)[place % 3]
        inputs = dict(h=graph.x, edge_index=graph.edge_index, a_dst=a_dst, a_src=a_src, slope=slope)
        yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=gat_scores,
    task="The same score from one number per end, then LeakyReLU",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "swaps the two ends",
            "`a_dst` met the node that speaks, and `a_src` the node that listens. dst is for destination: "
            "where the edge arrives.",
            ("as_listener[edge_index[1]] + as_sender[edge_index[0]]",
             "as_listener[edge_index[0]] + as_sender[edge_index[1]]"),
        ),
        Mistake(
            "leaves LeakyReLU out",
            "These are the scores before LeakyReLU. All that is below zero has still to be made smaller, by "
            "the factor `slope`.",
            ("F.leaky_relu(scores, slope)", "scores"),
        ),
        Mistake(
            "cuts off what is below zero",
            "All scores below zero became 0: that is ReLU. The leaky kind lets a part of them through.",
            ("F.leaky_relu(scores, slope)", "scores.relu()"),
        ),
        Mistake(
            "bends each end by itself",
            "LeakyReLU was applied to the two numbers before they were added. They are added first: bent "
            "apart, neither end's bend depends on the other end.",
            ("return F.leaky_relu(scores, slope)",
             "return (F.leaky_relu(as_listener, slope)[edge_index[1]]\n"
             "            + F.leaky_relu(as_sender, slope)[edge_index[0]])"),
        ),
        Mistake(
            "bends the features",
            "LeakyReLU was applied to `h`, before the products with `a_dst` and `a_src`. It belongs around "
            "the finished score.",
            """
            def gat_scores(h, edge_index, a_dst, a_src, slope):
                bent = F.leaky_relu(h, slope)
                return (bent @ a_dst)[edge_index[1]] + (bent @ a_src)[edge_index[0]]
            """,
        ),
        Mistake(
            "keeps torch's own slope",
            "`F.leaky_relu` takes 0.01 as its slope unless it is told otherwise. Hand it yours.",
            ("F.leaky_relu(scores, slope)", "F.leaky_relu(scores)"),
        ),
        Mistake(
            "always takes 0.2 as the slope",
            "0.2 is the usual slope, but here the slope is an argument, and other values come in, too.",
            ("F.leaky_relu(scores, slope)", "F.leaky_relu(scores, 0.2)"),
        ),
        Mistake(
            "scores with the sender alone",
            "The score is that of the node that speaks. What the listener brings along, by way of `a_dst`, "
            "is missing.",
            ("as_listener[edge_index[1]] + as_sender[edge_index[0]]", "as_sender[edge_index[0]]"),
        ),
        Mistake(
            "adds up the two numbers of each node",
            "There is one number per node: what it would give to itself. On an edge two different nodes "
            "meet. `edge_index` says which two.",
            ("as_listener[edge_index[1]] + as_sender[edge_index[0]]", "as_listener + as_sender"),
        ),
        Mistake(
            "multiplies the two ends",
            "The listener's number and the sender's were multiplied. They are added.",
            ("as_listener[edge_index[1]] + as_sender", "as_listener[edge_index[1]] * as_sender"),
        ),
        Mistake(
            "bends before it adds up",
            "LeakyReLU was applied to each of the F products, and then they were added up. Finish the two "
            "dot products, add them, and bend that one number.",
            """
            def gat_scores(h, edge_index, a_dst, a_src, slope):
                products = h[edge_index[1]] * a_dst + h[edge_index[0]] * a_src
                return F.leaky_relu(products, slope).sum(dim=1)
            """,
        ),
        Mistake(
            "multiplies without adding up",
            "`*` multiplies entry by entry and leaves F numbers on each edge. A dot product adds them up, "
            "too: that is `@`.",
            """
            def gat_scores(h, edge_index, a_dst, a_src, slope):
                return F.leaky_relu(h[edge_index[1]] * a_dst + h[edge_index[0]] * a_src, slope)
            """,
        ),
        Mistake(
            "bends the wrong side",
            "The scores above zero were multiplied by the slope, and those below left as they were. It is "
            "the other way round.",
            ("F.leaky_relu(scores, slope)", "torch.where(scores > 0, slope * scores, scores)"),
        ),
        Mistake(
            "multiplies every score by the slope",
            "All scores were multiplied by the slope. What is above zero stays as it is: only then is there "
            "a bend.",
            ("F.leaky_relu(scores, slope)", "slope * scores"),
        ),
        Mistake(
            "takes the sender at both ends",
            "Both numbers were picked by the node that sends. What a node adds as a listener is picked by "
            "where the edge arrives.",
            ("as_listener[edge_index[1]]", "as_listener[edge_index[0]]"),
        ),
        Mistake(
            "scores all pairs of nodes",
            "There is a number for each of the N x N pairs. Only pairs with an edge are asked for, one "
            "number per edge, in the order of the edges.",
            """
            def gat_scores(h, edge_index, a_dst, a_src, slope):
                return F.leaky_relu((h @ a_dst)[:, None] + (h @ a_src)[None, :], slope)
            """,
        ),
    ),
    others=(
        """
        def gat_scores(h, edge_index, a_dst, a_src, slope):
            scores = []
            for j, i in edge_index.T.tolist():
                score = float(h[i] @ a_dst + h[j] @ a_src)
                scores.append(score if score > 0 else slope * score)
            return scores
        """,
        """
        def gat_scores(h, edge_index, a_dst, a_src, slope):
            both = torch.cat([h[edge_index[1]], h[edge_index[0]]], dim=1)
            score = both @ torch.cat([a_dst, a_src])
            return torch.where(score > 0, score, slope * score)
        """,
        """
        def gat_scores(h, edge_index, a_dst, a_src, slope):
            every_pair = (h @ a_src)[:, None] + (h @ a_dst)[None, :]
            bent = every_pair.clamp(min=0) + slope * every_pair.clamp(max=0)
            return bent[edge_index[0], edge_index[1]]
        """,
        """
        def gat_scores(h, edge_index, a_dst, a_src, slope):
            ends = torch.einsum("nf,kf->kn", h, torch.stack([a_dst, a_src]))
            score = ends[0].index_select(0, edge_index[1]) + ends[1].index_select(0, edge_index[0])
            return torch.maximum(score, slope * score)
        """,
    ),
    hints=(
        "What a node adds to a score as a listener is the same on all edges that arrive at it. Work it out "
        "once per node, not once per edge.",
        "`h @ a_dst` has one number for each node, [N]. Which row of `edge_index` picks them for the edges?",
        "Add the two numbers of each edge first; then `F.leaky_relu(scores, slope)`.",
        "`scores = (h @ a_dst)[edge_index[...]] + (h @ a_src)[edge_index[...]]`",
    ),
)
