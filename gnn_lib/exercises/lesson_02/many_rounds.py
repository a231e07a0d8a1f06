"""Round after round: what was heard yesterday is told today."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def many_rounds(x: Tensor, edge_index: Tensor, rounds: int) -> Tensor:
    h = x
    for _ in range(rounds):
        h = h + torch.zeros_like(h).index_add(0, edge_index[1], h[edge_index[0]])
    return h


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        for rounds in (2, 3, 1, 0) if group == BY_HAND else (3, 2):
            yield Case(group, dict(x=graph.x, edge_index=graph.edge_index, rounds=rounds), names=graph.names)


exercise = Exercise(
    answer=many_rounds,
    task="Several rounds of sums, one after the other",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=3,
    mistakes=(
        Mistake(
            "tells Monday's news every day",
            "The messages of every round are made from the first x, so nothing travels further than one "
            "edge. From the second round on, a node tells what it has become.",
            ("h[edge_index[0]]", "x[edge_index[0]]"),
        ),
        Mistake(
            "starts over every round",
            "Each round adds its inbox to the first x, and what was heard in between is lost. Add it to what "
            "the node has become.",
            ("h = h + torch", "h = x + torch"),
        ),
        Mistake(
            "plays one round, whatever is asked",
            "The result is that of a single round, even where none is asked for. Is `rounds` used?",
            ("range(rounds)", "range(1)"),
        ),
        Mistake(
            "plays one round too few",
            "One round is missing. `range(rounds)` runs `rounds` times, from 0.",
            ("range(rounds)", "range(rounds - 1)"),
        ),
        Mistake(
            "plays one round too many",
            "There is one round too many. After 0 rounds, the result is x itself.",
            ("range(rounds)", "range(rounds + 1)"),
        ),
        Mistake(
            "hears today's news today",
            "The nodes take turns within a round, so a later one already hears what an earlier one has just "
            "become. In a round all speak at once: make all messages before anyone changes.",
            """
            def many_rounds(x, edge_index, rounds):
                h = list(x)
                for _ in range(rounds):
                    for node in range(len(h)):
                        inbox = [h[i] for i, j in edge_index.T.tolist() if j == node]
                        h[node] = h[node] + sum(inbox)
                return torch.stack(h)
            """,
        ),
        Mistake(
            "forgets itself",
            "Each round keeps the inbox alone, and what a node knew before is gone. Your `one_round` adds "
            "it.",
            ("h = h + torch", "h = torch"),
        ),
        Mistake(
            "changes x in place",
            "The numbers are right, but the caller's `x` was overwritten: `h = x` is a second name, not a "
            "copy, and `+=` writes into it.",
            ("h = h + torch", "h += torch"),
        ),
        Mistake(
            "returns every round",
            "You return the results of all rounds. Only the last one is asked for.",
            """
            def many_rounds(x, edge_index, rounds):
                results = [x]
                for _ in range(rounds):
                    h = results[-1]
                    results.append(h + torch.zeros_like(h).index_add(0, edge_index[1], h[edge_index[0]]))
                return torch.stack(results)
            """,
        ),
        Mistake(
            "stops after one round",
            "`return` inside the loop ends the function after one round, and after 0 rounds nothing is "
            "returned. It belongs after the loop.",
            ("    return h", "        return h"),
        ),
        Mistake(
            "throws the rounds away",
            "The result is x, as if no round had been played. A round gives a new tensor: keep it, and "
            "hand it to the next round.",
            ("h = h + torch", "h + torch"),
        ),
        Mistake(
            "multiplies instead of repeating",
            "This is one round, times the number of rounds. The next round must begin with what the last one "
            "gave.",
            """
            def many_rounds(x, edge_index, rounds):
                return rounds * (x + torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]]))
            """,
        ),
        Mistake(
            "adds itself twice",
            "`one_round` adds what the node had already. You added it once more, so each round doubles it.",
            ("h = h + torch", "h = h + h + torch"),
        ),
        Mistake(
            "sends against the edges",
            "In your rounds the sources hear and the targets tell. With a matrix: a round multiplies by "
            "I + A.T, not by I + A.",
            ("edge_index[1], h[edge_index[0]]", "edge_index[0], h[edge_index[1]]"),
        ),
    ),
    others=(
        """
        def many_rounds(x, edge_index, rounds):
            n = x.size(0)
            step = torch.eye(n)
            for source, target in edge_index.T.tolist():
                step[target, source] += 1
            return torch.linalg.matrix_power(step, rounds) @ x
        """,
        """
        def many_rounds(x, edge_index, rounds):
            if rounds == 0:
                return x
            h = torch.stack([x[i] + x[edge_index[0][edge_index[1] == i]].sum(0) for i in range(x.size(0))])
            return many_rounds(h, edge_index, rounds - 1)
        """,
        """
        def many_rounds(x, edge_index, rounds):
            n = x.size(0)
            ones = torch.ones(edge_index.size(1))
            A = torch.sparse_coo_tensor(edge_index, ones, (n, n), check_invariants=True)
            for _ in range(rounds):
                x = x + torch.sparse.mm(A.t(), x)
            return x
        """,
    ),
    hints=(
        "What comes out of a round goes into the next. What comes out of no round at all?",
        "A loop that calls your `one_round` again and again, each time on what it gave the last time.",
        '`for _ in range(rounds):` and inside, `x = one_round(x, edge_index, "sum")`.',
    ),
)
