"""Put on every edge what both of its ends know, and what the edge knows itself."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def edge_messages(x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
    source, target = edge_index
    return torch.cat([x[target], x[source], edge_attr], dim=1)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        edges = graph.num_edges
        attr = torch.randn(edges, 2, generator=generator)
        if group == BY_HAND:  # months of acquaintance
            attr = torch.arange(10.0, 10.0 * edges + 1, 10.0)[:, None]
        inputs = dict(x=graph.x, edge_index=graph.edge_index, edge_attr=attr)
        yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=edge_messages,
    task="Join target, source and edge features on every edge",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.25, AWKWARD: 0.25},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "puts the source first",
            "The two ends have changed places: first the one who listens, then the one who speaks. A learned "
            "layer would get used to either, but not to both.",
            ("x[target], x[source]", "x[source], x[target]"),
        ),
        Mistake(
            "leaves out the edge",
            "The ends are there, what the edge itself knows is missing.",
            (", edge_attr]", "]"),
        ),
        Mistake(
            "leaves out the listener",
            "Here the message may depend on who listens, too: three parts, not two.",
            ("x[target], x[source]", "x[source]"),
        ),
        Mistake(
            "adds instead of joining",
            "You added the parts up. Adding needs equal widths, and mixes what could be kept apart. Put them "
            "side by side.",
            ("torch.cat([x[target], x[source], edge_attr], dim=1)", "x[target] + x[source] + edge_attr"),
        ),
        Mistake(
            "joins them one below the other",
            "You joined along the rows. Each edge keeps its row; the columns grow.",
            ("dim=1", "dim=0"),
        ),
        Mistake(
            "takes the nodes by their order",
            "The features of the nodes must be looked up for each edge, by the ids of its ends. `x` has one "
            "row for each node, not for each edge.",
            ("[x[target], x[source], edge_attr]", "[x, x, edge_attr]"),
        ),
        Mistake(
            "looks edges up by a node",
            "`edge_attr` is in the order of the edges already: its row e is about edge e. Nothing to look "
            "up.",
            ("edge_attr]", "edge_attr[source]]"),
        ),
        Mistake(
            "puts the edge first",
            "All three parts are there, in another order: first the one who listens, then the one who "
            "speaks, then the edge.",
            ("[x[target], x[source], edge_attr]", "[edge_attr, x[target], x[source]]"),
        ),
        Mistake(
            "joins the ids",
            "`target` and `source` are the numbers of nodes. What belongs into the row is what these nodes "
            "know: look them up in x.",
            ("[x[target], x[source], edge_attr]", "[target, source, edge_attr]"),
        ),
        Mistake(
            "takes the same end twice",
            "The listener is there twice, the speaker not at all.",
            ("x[target], x[source]", "x[target], x[target]"),
        ),
        Mistake(
            "hands over three things instead of one list",
            "`torch.cat` takes one list of tensors, and then `dim`: put square brackets around the three.",
            ("[x[target], x[source], edge_attr]", "x[target], x[source], edge_attr"),
        ),
    ),
    others=(
        """
        def edge_messages(x, edge_index, edge_attr):
            edges = enumerate(edge_index.T.tolist())
            rows = [torch.hstack([x[j], x[i], edge_attr[e]]) for e, (i, j) in edges]
            return torch.stack(rows) if rows else torch.zeros(0, 2 * x.size(1) + edge_attr.size(1))
        """,
        """
        def edge_messages(x, edge_index, edge_attr):
            both = x[edge_index.flip(0)]  # [2, E, F], listeners first
            return torch.cat([*both, edge_attr], dim=-1)
        """,
        """
        def edge_messages(x, edge_index, edge_attr):
            S, T = F.one_hot(edge_index, x.size(0)).float()
            return torch.hstack([T @ x, S @ x, edge_attr])
        """,
    ),
    hints=(
        "Three blocks side by side, and each has one row for each edge.",
        "The speaker's block you know from `send`. The listener's is the same with the other row of ids.",
        "`torch.cat([first, second, third], dim=1)` puts blocks side by side.",
        "`return torch.cat([x[edge_index[...]], x[edge_index[...]], edge_attr], dim=1)`",
    ),
)
