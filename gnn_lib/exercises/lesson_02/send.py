"""Put on every edge what its source has to say."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def send(x: Tensor, edge_index: Tensor) -> Tensor:
    return x[edge_index[0]]


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        assert graph.x is not None
        yield Case(group, dict(x=graph.x, edge_index=graph.edge_index), names=graph.names)


exercise = Exercise(
    answer=send,
    task="Put on every edge what its source says",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.25, AWKWARD: 0.25},
    minutes=2,
    level="blank",
    mistakes=(
        Mistake(
            "sends what the target knows",
            "Each edge carries the features of the node that it leads to: everybody is told what they know "
            "already. A message comes from the other end.",
            ("edge_index[0]", "edge_index[1]"),
        ),
        Mistake(
            "sends both ends",
            "`x[edge_index]` looks up both rows, so you have two messages for each edge, [2, E, F]. Only one "
            "end speaks.",
            ("edge_index[0]", "edge_index"),
        ),
        Mistake(
            "sends the ids",
            "These are the numbers of the nodes that speak, not what they say. Look the ids up in `x`.",
            ("x[edge_index[0]]", "edge_index[0]"),
        ),
        Mistake(
            "looks up columns",
            "`x[:, ids]` picks columns, and the columns of x are features. The nodes are its rows.",
            ("x[edge_index[0]]", "x[:, edge_index[0]]"),
        ),
        Mistake(
            "one message a node",
            "This has one row for each node. A node with two edges sends two messages, and one with none "
            "sends none: the result has one row for each edge.",
            ("x[edge_index[0]]", "x.clone()"),
        ),
        Mistake(
            "sends a double edge's message once",
            "Where an edge comes twice, you sent one message. Each edge carries its own, and they stay in "
            "the order of the edges.",
            ("edge_index[0]", "edge_index.unique(dim=1)[0]"),
        ),
        Mistake(
            "adds up already",
            "These are sums of inboxes, one row for each node. That comes two steps later: now each message "
            "is still on its edge.",
            """
            def send(x, edge_index):
                return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
            """,
        ),
        Mistake(
            "takes a column for the row",
            "`edge_index[:, 0]` is the first column: the two ends of one edge. The sources are the first "
            "row.",
            ("edge_index[0]", "edge_index[:, 0]"),
        ),
        Mistake(
            "sends one message for each sender",
            "A node with several edges sends a message along each. You sent one: `unique` drops the rest.",
            ("edge_index[0]", "edge_index[0].unique()"),
        ),
        Mistake(
            "goes through the rows, not the edges",
            "A loop over `edge_index` meets its two rows. The edges are its columns, `edge_index.T`.",
            ("return x[edge_index[0]]", "return torch.stack([x[i] for i, j in edge_index])"),
        ),
    ),
    others=(
        """
        def send(x, edge_index):
            return x.index_select(0, edge_index[0])
        """,
        """
        def send(x, edge_index):
            rows = [x[source] for source in edge_index[0].tolist()]
            return torch.stack(rows) if rows else x.new_zeros(0, x.size(1))
        """,
        """
        def send(x, edge_index):
            return F.one_hot(edge_index[0], x.size(0)).float() @ x
        """,
        """
        def send(x, edge_index):
            source, target = edge_index.numpy()
            return x.numpy()[source]
        """,
    ),
    hints=(
        "One row for each edge: the features of the node that the edge starts at.",
        "Which row of `edge_index` says where an edge starts? And how do you pick rows of `x` by their ids?",
        "`x[ids]` is a matrix with one row of x for each id, in the order of the ids, repeated as they are.",
        "`return x[edge_index[...]]`",
    ),
)
