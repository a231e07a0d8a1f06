"""Every edge in both directions, once."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def make_undirected(edge_index: Tensor) -> Tensor:
    both = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    once: Tensor = torch.unique(both, dim=1)
    return once


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        yield Case(group, dict(edge_index=graph.edge_index), names=graph.names)


exercise = Exercise(
    answer=make_undirected,
    task="Give every edge its reverse, and keep each once",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=4,
    order="columns",
    mistakes=(
        Mistake(
            "turns the edges round",
            "Every edge is turned round, but the old ones are gone. An undirected edge needs both "
            "directions.",
            ("torch.cat([edge_index, edge_index.flip(0)], dim=1)", "edge_index.flip(0)"),
        ),
        Mistake(
            "leaves copies",
            "Both directions are there, but some edges are there twice: those that came in both directions, "
            "or twice, before. Each is wanted once.",
            ("torch.unique(both, dim=1)", "both"),
        ),
        Mistake(
            "adds the same edges again",
            "`flip(1)` lists the same edges in the opposite order; no edge is turned round. It is the two "
            "rows that must change places.",
            ("edge_index.flip(0)", "edge_index.flip(1)"),
        ),
        Mistake(
            "removes copies too early",
            "You removed the copies before you added the reverse edges. What was there in both directions, "
            "and every self-loop, is now there twice.",
            """
            def make_undirected(edge_index):
                once = torch.unique(edge_index, dim=1)
                return torch.cat([once, once.flip(0)], dim=1)
            """,
        ),
        Mistake(
            "keeps one direction only",
            "Each pair is there once, the smaller number on top. In an edge list a message flows one way "
            "only, so an undirected edge has two columns.",
            """
            def make_undirected(edge_index):
                return torch.unique(edge_index.sort(dim=0).values, dim=1)
            """,
        ),
        Mistake(
            "drops self-loops",
            "A self-loop is its own reverse. It should be there, once.",
            """
            def make_undirected(edge_index):
                both = torch.cat([edge_index, edge_index.flip(0)], dim=1)
                both = both[:, both[0] != both[1]]
                return torch.unique(both, dim=1)
            """,
        ),
        Mistake(
            "puts the reverse below instead of beside",
            "The result has four rows. New edges are new columns: say along which dimension to join.",
            (
                "torch.cat([edge_index, edge_index.flip(0)], dim=1)",
                "torch.cat([edge_index, edge_index.flip(0)])",
            ),
        ),
        Mistake(
            "looks for copies of numbers, not of edges",
            "`torch.unique` without a dimension takes the table apart into single numbers. A copy is a whole "
            "column.",
            ("torch.unique(both, dim=1)", "torch.unique(both)"),
        ),
        Mistake(
            "looks only for the reverse",
            "You add a reverse where it is missing, but an edge that came twice is still there twice. Each "
            "is wanted once.",
            """
            def make_undirected(edge_index):
                pairs = edge_index.T.tolist()
                for i, j in edge_index.T.tolist():
                    if [j, i] not in pairs:
                        pairs.append([j, i])
                return torch.tensor(pairs, dtype=torch.long).view(-1, 2).T
            """,
        ),
        Mistake(
            "looks for copies of rows",
            "With `dim=0`, `torch.unique` compares the two rows of the table, and puts them in order. "
            "Edges are columns.",
            ("torch.unique(both, dim=1)", "torch.unique(both, dim=0)"),
        ),
    ),
    others=(
        """
        def make_undirected(edge_index):
            pairs = {(i, j) for i, j in edge_index.T.tolist()}
            pairs |= {(j, i) for i, j in pairs}
            return torch.tensor(sorted(pairs), dtype=torch.long).view(-1, 2).T
        """,
        """
        def make_undirected(edge_index):
            N = int(edge_index.max()) + 1 if edge_index.numel() else 0
            A = torch.zeros(N, N)
            A[edge_index[0], edge_index[1]] = 1
            return (A + A.T).nonzero().T
        """,
        """
        def make_undirected(edge_index):
            sources, targets = edge_index.numpy()
            both = np.hstack([[sources, targets], [targets, sources]])
            return np.unique(both, axis=1)
        """,
    ),
    hints=(
        "What is the reverse of the edge in one column of the table? Do that to all columns.",
        "`edge_index.flip(0)` makes row 0 row 1 and row 1 row 0. Where do these new columns go?",
        "`torch.cat([..., ...], dim=1)` puts two tables side by side. Some columns may now be there twice.",
        "`torch.unique(both, dim=1)` keeps each column once; `both` is the old edges beside the new.",
    ),
)
