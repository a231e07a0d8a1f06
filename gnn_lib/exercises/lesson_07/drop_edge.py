"""Leave out some edges, as the coins have fallen."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def drop_edge(edge_index: Tensor, coins: Tensor, p: float) -> Tensor:
    return edge_index[:, coins >= p]


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        coins = torch.rand(graph.num_edges, generator=generator)
        if group == BY_HAND:
            coins = torch.tensor([0.9, 0.1, 0.5, 0.7, 0.2, 0.8])[: graph.num_edges]
        p = (0.3, 0.5, 0.2, 0.6, 0.25, 0.3, 0.5, 0.5, 0.4)[place % 9]
        inputs = dict(edge_index=graph.edge_index, coins=coins, p=p)
        yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=drop_edge,
    task="Leave out some edges, as the coins have fallen",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=3,
    level="blank",
    order="columns",
    mistakes=(
        Mistake(
            "keeps those that should go",
            "You kept the edges whose coin is *below* p. Those are the share p that is left out.",
            ("coins >= p", "coins < p"),
        ),
        Mistake(
            "reads p as the share to keep",
            "p is the probability to be left out, as in dropout. With p = 0.3, seven of ten edges stay on "
            "average.",
            ("coins >= p", "coins >= 1 - p"),
        ),
        Mistake(
            "turns the dropped edges into loops on node 0",
            "Multiplied by False, an edge becomes 0 -> 0: it is still there, as a loop. Choose the columns "
            "that stay.",
            ("edge_index[:, coins >= p]", "edge_index * (coins >= p)"),
        ),
        Mistake(
            "chooses rows",
            "`edge_index[mask]` looks along the first axis, which has 2 entries: sources and targets. Edges "
            "are columns.",
            ("edge_index[:, coins >= p]", "edge_index[coins >= p]"),
        ),
        Mistake(
            "drops the first edges",
            "The share is right, but it hits the same edges every time: those that stand first in the list. "
            "The "
            "coins say which.",
            ("edge_index[:, coins >= p]", "edge_index[:, int(p * edge_index.size(1)) :]"),
        ),
        Mistake(
            "throws coins of its own",
            "The coins are given, so that the same call gives the same graph. A second throw gives another "
            "one.",
            ("coins >= p", "torch.rand(edge_index.size(1)) >= p"),
        ),
        Mistake(
            "turns the edges round",
            "The right edges, but each of them backwards. Row 0 stays row 0.",
            ("edge_index[:, coins >= p]", "edge_index[:, coins >= p].flip(0)"),
        ),
        Mistake(
            "gives the mask",
            "True and False for each edge say which ones stay. Use that to choose the columns of "
            "`edge_index`.",
            ("edge_index[:, coins >= p]", "coins >= p"),
        ),
        Mistake(
            "gives the numbers of the edges",
            "These are the places of the edges that stay. Which edges stand there?",
            ("edge_index[:, coins >= p]", "torch.where(coins >= p)[0]"),
        ),
        Mistake(
            "drops an edge whose coin is p",
            "An edge stays if its coin is *at least* p. One that is exactly p stays, too.",
            ("coins >= p", "coins > p"),
        ),
        Mistake(
            "keeps the sources twice",
            "Both rows hold sources now. Row 1 has the targets: choose from `edge_index[1]`, or from "
            "both rows at once.",
            ("edge_index[:, coins >= p]", "edge_index[[0, 0]][:, coins >= p]"),
        ),
        Mistake(
            "keeps the wrong share",
            "An edge stays with probability 1 - p: its coin is at least p. Yours stays where the coin "
            "is above 1 - p.",
            """
            def drop_edge(edge_index, coins, p):
                return edge_index[:, coins > 1 - p]
            """,
        ),
        Mistake(
            "keeps a fixed number",
            "You kept just as many edges as the share says, those with the highest coins. Each edge "
            "is asked by itself here: is its coin at least p?",
            """
            def drop_edge(edge_index, coins, p):
                k = int((1 - p) * edge_index.size(1))
                return edge_index[:, coins.argsort(descending=True)[:k]]
            """,
        ),
    ),
    others=(
        """
        def drop_edge(edge_index, coins, p):
            kept = [edge for edge, coin in zip(edge_index.T.tolist(), coins.tolist()) if coin >= p]
            return torch.tensor(kept, dtype=torch.long).view(-1, 2).T
        """,
        """
        def drop_edge(edge_index, coins, p):
            return edge_index.index_select(1, (coins >= p).nonzero().flatten())
        """,
        """
        def drop_edge(edge_index, coins, p):
            stays = ~(coins < p)
            return torch.stack([edge_index[0][stays], edge_index[1][stays]])
        """,
        """
        def drop_edge(edge_index, coins, p):
            return np.delete(edge_index.numpy(), np.flatnonzero(coins.numpy() < p), axis=1)
        """,
    ),
    hints=(
        "`coins >= p` is True for each edge that stays. How do you choose columns with it?",
        "`edge_index[rows, columns]`: all rows, and those columns.",
        "`return edge_index[:, ...]`",
    ),
)
