"""Hold links out for a test, and with each of them its way back."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM
from gnn_lib.exercises.lesson_05.csr import numbers

EDGES_OF_RANGE = "nothing or everything held out, no edges"


def split_pairs(edge_index: Tensor, u: Tensor, share: float) -> tuple[Tensor, Tensor]:
    once = edge_index[0] < edge_index[1]
    pairs, number = edge_index[:, once], u[once]
    kept = pairs[:, number >= share]
    return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, number < share]


def cases(generator: torch.Generator) -> Iterator[Case]:
    path = torch.tensor([[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]])
    u = torch.tensor([0.9, 0.1, 0.2, 0.8, 0.7, 0.6])
    yield Case(BY_HAND, dict(edge_index=path, u=u, share=0.5), names=tuple("ABCD"))
    wheel = torch.tensor([[0, 1, 0, 2, 0, 3, 1, 2], [1, 0, 2, 0, 3, 0, 2, 1]])
    u = torch.tensor([0.1, 0.9, 0.9, 0.1, 0.1, 0.2, 0.8, 0.7])
    yield Case(BY_HAND, dict(edge_index=wheel, u=u, share=0.25))
    for nodes, chance, share in ((6, 0.6, 0.5), (9, 0.5, 0.25), (15, 0.3, 0.5)):
        yield _case(RANDOM, generator, _undirected(generator, nodes, chance), share)
    yield _case(EDGES_OF_RANGE, generator, _undirected(generator, 6, 0.5), 0.0)
    yield _case(EDGES_OF_RANGE, generator, _undirected(generator, 6, 0.5), 1.0)
    yield _case(EDGES_OF_RANGE, generator, torch.zeros(2, 0, dtype=torch.long), 0.5)


def _case(group: str, generator: torch.Generator, edge_index: Tensor, share: float) -> Case:
    u = numbers(generator, edge_index.size(1))
    return Case(group, dict(edge_index=edge_index, u=u, share=share))


def _undirected(generator: torch.Generator, nodes: int, chance: float) -> Tensor:
    """Both directions of random pairs, columns shuffled."""
    pairs = torch.combinations(torch.arange(nodes)).T
    pairs = pairs[:, torch.rand(pairs.size(1), generator=generator) < chance]
    both = torch.cat([pairs, pairs.flip(0)], dim=1)
    return both[:, torch.randperm(both.size(1), generator=generator)]


exercise = Exercise(
    answer=split_pairs,
    task="Hold out links for the test, both ways at once",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, EDGES_OF_RANGE: 1},
    minutes=5,
    order="columns",
    mistakes=(
        Mistake(
            "leaves the way back in training",
            "This is the leak. For each test pair i, j you took the column (i, j) out of training, and left "
            "(j, i) in. It is the same link: it must go wherever its pair goes.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                held = u < share
                return edge_index[:, ~(held & once)], edge_index[:, held & once]
            """,
        ),
        Mistake(
            "deals out columns",
            "You dealt out the columns of the edge list one by one, so that the two directions of a link can "
            "land on different sides. Deal out pairs.",
            """
            def split_pairs(edge_index, u, share):
                return edge_index[:, u >= share], edge_index[:, u < share]
            """,
        ),
        Mistake(
            "deals out columns, then turns them the same way",
            "The test pairs are written with the smaller node first, but both columns of a link were dealt "
            "out separately: one may be in the test, the other in training.",
            """
            def split_pairs(edge_index, u, share):
                held = u < share
                return edge_index[:, ~held], edge_index[:, held].sort(dim=0).values.unique(dim=1)
            """,
        ),
        Mistake(
            "trains on everything",
            "The test pairs are right, but training still holds them all. What is tested must not be seen.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                return edge_index, edge_index[:, once & (u < share)]
            """,
        ),
        Mistake(
            "keeps one direction for training",
            "Each training link is there once, so its messages go one way only. Training needs both "
            "directions.",
            ("torch.cat([kept, kept.flip(0)], dim=1)", "kept"),
        ),
        Mistake(
            "tests both directions",
            "Every test pair is there twice. Once is enough: smaller node first.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                pairs, number = edge_index[:, once], u[once]
                kept, held = pairs[:, number >= share], pairs[:, number < share]
                return torch.cat([kept, kept.flip(0)], dim=1), torch.cat([held, held.flip(0)], dim=1)
            """,
        ),
        Mistake(
            "holds out the other part",
            "A pair is held out where its number is below the share. You held out the rest.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                pairs, number = edge_index[:, once], u[once]
                kept = pairs[:, number < share]
                return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, number >= share]
            """,
        ),
        Mistake(
            "returns them the other way round",
            "First the edges for training, then the pairs for the test.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                pairs, number = edge_index[:, once], u[once]
                kept = pairs[:, number >= share]
                return pairs[:, number < share], torch.cat([kept, kept.flip(0)], dim=1)
            """,
        ),
        Mistake(
            "takes the first pairs",
            "You held out the first pairs of the list, and did not use u. Edge lists are often sorted: "
            "then the test would hold only links of the first nodes.",
            """
            def split_pairs(edge_index, u, share):
                pairs = edge_index[:, edge_index[0] < edge_index[1]]
                cut = round(share * pairs.size(1))
                kept = pairs[:, cut:]
                return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, :cut]
            """,
        ),
        Mistake(
            "lets the wrong column decide",
            "You listened to the number of the column with the larger node on top. For a pair i, j with i "
            "< j, the number of column (i, j) decides.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] > edge_index[1]
                pairs, number = edge_index[:, once], u[once]
                kept, held = pairs[:, number >= share], pairs[:, number < share]
                return torch.cat([kept, kept.flip(0)], dim=1), held.flip(0)
            """,
        ),
        Mistake(
            "puts the larger node on top",
            "The right pairs are held out, but written with the larger node first. Smaller node first.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                pairs, number = edge_index[:, once], u[once]
                kept = pairs[:, number >= share]
                return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, number < share].flip(0)
            """,
        ),
        Mistake(
            "takes the numbers of other columns",
            "You left out columns of the edge list, but not their numbers: the k-th pair gets the k-th "
            "number of u. A pair's number is that of its own column.",
            ("u[once]", "u[:pairs.size(1)]"),
        ),
        Mistake(
            "takes every other column",
            "You took every other column for the pairs. That is right only where the two directions stand "
            "side by side; here they may stand anywhere. What marks the one of the two that you want?",
            ("once = edge_index[0] < edge_index[1]", "once = torch.arange(edge_index.size(1)) % 2 == 0"),
        ),
        Mistake(
            "lets either column decide",
            "You held a pair out where either of its two columns has a number below the share. Two chances "
            "make the test nearly twice as large. Only the column (i, j) with i < j decides.",
            """
            def split_pairs(edge_index, u, share):
                low = {(i, j) for (i, j), r in zip(edge_index.T.tolist(), u.tolist()) if r < share}
                held = [(i, j) in low or (j, i) in low for i, j in edge_index.T.tolist()]
                held = torch.tensor(held, dtype=torch.bool)
                test = edge_index[:, held]
                return edge_index[:, ~held], test[:, test[0] < test[1]]
            """,
        ),
        Mistake(
            "reverses the list, not the edges",
            "`flip(1)` puts the columns in the opposite order, and every edge still points the same way. "
            "The way back has the two rows swapped.",
            ("kept.flip(0)", "kept.flip(1)"),
        ),
        Mistake(
            "cuts the list in two",
            "You took the first columns for the test. Then the two directions of a link land apart, "
            "wherever the list has them, and the drawn numbers are not used.",
            """
            def split_pairs(edge_index, u, share):
                cut = int(share * edge_index.size(1))
                return edge_index[:, cut:], edge_index[:, :cut]
            """,
        ),
        Mistake(
            "takes the first of the numbers",
            "You chose the columns with i < j, and then read u from its beginning. Number k belongs "
            "to column k of `edge_index`: choose from u as you choose from the columns.",
            """
            def split_pairs(edge_index, u, share):
                once = edge_index[0] < edge_index[1]
                pairs, number = edge_index[:, once], u[: int(once.sum())]
                kept = pairs[:, number >= share]
                return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, number < share]
            """,
        ),
    ),
    others=(
        """
        def split_pairs(edge_index, u, share):
            train, test = [], []
            for (i, j), number in zip(edge_index.T.tolist(), u.tolist()):
                if i < j and number < share:
                    test.append((i, j))
                elif i < j:
                    train += [(i, j), (j, i)]
            as_columns = lambda pairs: torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
            return as_columns(train), as_columns(test)
        """,
        """
        def split_pairs(edge_index, u, share):
            number = {(i, j): r for (i, j), r in zip(edge_index.T.tolist(), u.tolist())}
            held = [number[min(i, j), max(i, j)] < share for i, j in edge_index.T.tolist()]
            held = torch.tensor(held, dtype=torch.bool)
            test = edge_index[:, held]
            return edge_index[:, ~held], test[:, test[0] < test[1]]
        """,
        """
        def split_pairs(edge_index, u, share):
            N = int(edge_index.max()) + 1 if edge_index.numel() else 0
            U = torch.zeros(N, N)
            U[edge_index[0], edge_index[1]] = u
            U = U.triu()
            there = torch.zeros(N, N, dtype=torch.bool)
            there[edge_index[0], edge_index[1]] = True
            there = there.triu()
            kept = (there & (U >= share)).nonzero().T
            return torch.cat([kept, kept.flip(0)], dim=1), (there & (U < share)).nonzero().T
        """,
    ),
    hints=(
        "Take each link once first: the columns whose entry in row 0 is the smaller one, and their u.",
        "`once = edge_index[0] < edge_index[1]` marks them. Then `edge_index[:, once]` and `u[once]` belong "
        "together.",
        "Those with a number below `share` are the test pairs. The others are for training, in both "
        "directions.",
        "`torch.cat([kept, kept.flip(0)], dim=1)` is every kept pair both ways.",
    ),
)  # fmt: skip
