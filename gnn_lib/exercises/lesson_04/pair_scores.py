"""Score every edge: the vectors of its two ends, side by side, against one vector of weights."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def pair_scores(h: Tensor, edge_index: Tensor, a: Tensor) -> Tensor:
    speaks, listens = h[edge_index[0]], h[edge_index[1]]
    both = torch.cat([listens, speaks], dim=1)
    return both @ a


def cases(generator: torch.Generator) -> Iterator[Case]:
    by_hand = [torch.tensor([1.0, 0.0, -1.0, 1.0]), torch.tensor([1.0, 10.0])]
    for group, graph in sample_graphs(generator):
        assert graph.x is not None
        a = by_hand.pop(0) if by_hand else torch.randn(2 * graph.x.size(1), generator=generator)
        yield Case(group, dict(h=graph.x, edge_index=graph.edge_index, a=a), names=graph.names)


exercise = Exercise(
    answer=pair_scores,
    task="Score each edge by its two ends",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=4,
    level="blank",
    mistakes=(
        Mistake(
            "puts the sender first",
            "The two halves of `a` have changed places: the one meant for the listener met the sender. The "
            "listener, i, is the end that the edge arrives at, and stands first.",
            ("[listens, speaks]", "[speaks, listens]"),
        ),
        Mistake(
            "takes the sender at both ends",
            "Both halves of `a` met the same node, the one that sends. The score must hear about the node "
            "that the edge arrives at, too.",
            ("h[edge_index[1]]", "h[edge_index[0]]"),
        ),
        Mistake(
            "takes the listener at both ends",
            "Both halves of `a` met the node that listens. So all that it hears gets the same score, and it "
            "can't choose.",
            ("h[edge_index[0]]", "h[edge_index[1]]"),
        ),
        Mistake(
            "adds the two vectors",
            "You added the two ends and used the first half of `a` for the sum. Then the score can't tell "
            "who speaks from who listens. Side by side, each end meets a half of its own.",
            """
            def pair_scores(h, edge_index, a):
                return (h[edge_index[0]] + h[edge_index[1]]) @ a[: h.size(1)]
            """,
        ),
        Mistake(
            "multiplies the two ends",
            "This is the dot product of the two ends: how alike they are. It is a score, and you will meet "
            "it at the end of the lesson, but `a` had no say in it.",
            """
            def pair_scores(h, edge_index, a):
                return (h[edge_index[0]] * h[edge_index[1]]).sum(dim=1)
            """,
        ),
        Mistake(
            "scores all pairs of nodes",
            "There is a number for each of the N x N pairs. Only pairs with an edge are asked for, one "
            "number per edge, in the order of the edges.",
            """
            def pair_scores(h, edge_index, a):
                F_ = h.size(1)
                return (h @ a[:F_])[None, :] + (h @ a[F_:])[:, None]
            """,
        ),
        Mistake(
            "returns a column",
            "The numbers are right but come as a column, [E, 1]. One number per edge has the shape [E]; a "
            "column that meets a row later on grows into an [E, E] table without a word.",
            ("both @ a", "both @ a[:, None]"),
        ),
        Mistake(
            "multiplies without adding up",
            "`both * a` multiplies entry by entry and leaves 2 F numbers on each edge. A dot product adds "
            "them up, too: that is `@`.",
            ("both @ a", "both * a"),
        ),
        Mistake(
            "adds the two ends in the blank",
            "`both` is the sum of the two ends, so each edge has F numbers, while `a` has 2 F. Side by side "
            "the two ends have 2 F numbers, and each meets its own half of `a`.",
            ("torch.cat([listens, speaks], dim=1)", "listens + speaks"),
        ),
        Mistake(
            "sets the two tables below each other",
            "`both` is still F numbers wide, while `a` has 2 F: the listeners and the senders stand below "
            "each other, or in layers. On each edge the two rows are to become one long row. Which "
            "dimension is that?",
            ("dim=1", "dim=0"),
        ),
        Mistake(
            "weaves the two rows together",
            "The two rows take turns, number by number, so that every other weight of a meets the wrong "
            "end. First comes all of the listener's row, then all of the sender's.",
            ("torch.cat([listens, speaks], dim=1)", "torch.stack([listens, speaks], dim=2).flatten(1)"),
        ),
    ),
    others=(
        """
        def pair_scores(h, edge_index, a):
            scores = torch.zeros(edge_index.size(1))
            for e, (j, i) in enumerate(edge_index.T.tolist()):
                scores[e] = torch.dot(a, torch.cat([h[i], h[j]]))
            return scores
        """,
        """
        def pair_scores(h, edge_index, a):
            return h[edge_index.flip(0).T].flatten(1) @ a
        """,
        """
        def pair_scores(h, edge_index, a):
            a_dst, a_src = a.chunk(2)
            return torch.einsum("ef,f->e", h[edge_index[1]], a_dst) + torch.mv(h[edge_index[0]], a_src)
        """,
        """
        def pair_scores(h, edge_index, a):
            a_dst, a_src = a.view(2, -1)
            every_pair = (h @ a_src)[:, None] + (h @ a_dst)[None, :]
            return every_pair[edge_index[0], edge_index[1]]
        """,
    ),
    hints=(
        "An edge has two ends: row 0 of `edge_index` says who speaks, row 1 who listens.",
        "`h[ids]` takes one row of `h` for each id. You need it twice, then the two tables side by side.",
        "`torch.cat([one, other], dim=1)` sets two tables side by side; the listener's comes first.",
        "`both = torch.cat([..., ...], dim=1)`, and its product with `a` is `both @ a`",
    ),
)
