"""Does what a far node says still arrive? The length of a derivative tells."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import barbell_graph, path_abcd, three_friends
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM, random_graph
from gnn_lib.exercises.lesson_07.inputs import normalised

_FAR = "a bottleneck, and out of reach"


def influence(x: Tensor, W: Tensor, S: Tensor, rounds: int, source: int, target: int) -> Tensor:
    x = x.clone().requires_grad_()
    h = x
    for _ in range(rounds):
        h = torch.tanh(S.T @ h @ W)
    rows = [torch.autograd.grad(out, x, retain_graph=True)[0][source] for out in h[target]]
    length: Tensor = torch.stack(rows).norm()
    return length


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends, path = three_friends(), path_abcd()
    assert friends.x is not None
    assert path.x is not None
    start = dict(x=friends.x / 10, W=torch.eye(2), S=normalised(friends))
    yield Case(BY_HAND, start | dict(rounds=1, source=0, target=2), names=friends.names)
    start = dict(x=path.x / 10, W=torch.eye(1), S=normalised(path))
    yield Case(BY_HAND, start | dict(rounds=2, source=0, target=1), names=path.names)
    for nodes, edges, rounds in ((5, 12, 2), (6, 20, 3), (7, 25, 2)):
        graph = random_graph(generator, nodes, edges)
        W = torch.randn(3, 3, generator=generator) / 2
        source = int(graph.edge_index[0, 0])
        target = int((source + 1) % nodes)
        inputs = dict(x=graph.x, W=W, S=normalised(graph), rounds=rounds)
        yield Case(RANDOM, inputs | dict(source=source, target=target))
    cliques = barbell_graph(3, 1)
    x = torch.randn(7, 2, generator=generator)
    inputs = dict(x=x, W=torch.randn(2, 2, generator=generator), S=normalised(cliques))
    yield Case(_FAR, inputs | dict(rounds=5, source=0, target=6))
    yield Case(_FAR, inputs | dict(rounds=2, source=0, target=6))  # two steps don't reach


_ROWS = "rows = [torch.autograd.grad(out, x, retain_graph=True)[0][source] for out in h[target]]"

exercise = Exercise(
    answer=influence,
    task="Measure how strongly one node still hears another",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, _FAR: 1},
    minutes=6,
    level="blank",
    mistakes=(
        Mistake(
            "asks the other way round",
            "This is how strongly the *source* hears the target. Derive what the target holds by what the "
            "source has said.",
            (_ROWS, _ROWS.replace("[source]", "[target]").replace("h[target]", "h[source]")),
        ),
        Mistake(
            "adds up the outputs before deriving",
            "`h[target].sum()` lets outputs that rise cancel those that fall. Each output needs a derivative "
            "of its own.",
            (_ROWS, "rows = [torch.autograd.grad(h[target].sum(), x)[0][source]]"),
        ),
        Mistake(
            "counts all sources",
            "The derivative has a row for each node that could have been changed. Take the row of the "
            "source.",
            ("[0][source]", "[0]"),
        ),
        Mistake(
            "counts all targets",
            "You derived what every node holds. Only the target's row of h is asked for.",
            ("in h[target]]", "in h.flatten()]"),
        ),
        Mistake(
            "forgets the root",
            "The squares are added up, and the root is missing: `.norm()` does both.",
            ("torch.stack(rows).norm()", "torch.stack(rows).square().sum()"),
        ),
        Mistake(
            "adds up the derivatives",
            "Positive and negative derivatives cancel in a plain sum. Square them first, and take the root "
            "at "
            "the end.",
            ("torch.stack(rows).norm()", "torch.stack(rows).sum()"),
        ),
        Mistake(
            "looks at the first output only",
            "The target holds several numbers, and each can depend on the source.",
            ("in h[target]]", "in h[target][:1]]"),
        ),
        Mistake(
            "gives the whole table",
            "[F, F], one derivative for each pair of an output and an input. One number is asked for: the "
            "table's length.",
            ("torch.stack(rows).norm()", "torch.stack(rows)"),
        ),
        Mistake(
            "measures the values",
            "That says how large the target's result is, not how it changes when the source does. The "
            "derivative is missing.",
            (
                f"    {_ROWS}\n    length: Tensor = torch.stack(rows).norm()\n    return length",
                "    return h[target].norm()",
            ),
        ),
        Mistake(
            "asks how the target hears itself",
            "You took the row of the target in the derivative. What changes is what the *source* says.",
            ("[0][source]", "[0][target]"),
        ),
        Mistake(
            "adds up the sizes",
            "Sizes without their signs were added up. The length squares them first, and takes the "
            "root of the sum.",
            ("torch.stack(rows).norm()", "torch.stack(rows).abs().sum()"),
        ),
        Mistake(
            "takes the mean of the derivatives",
            "Positive and negative derivatives cancel in a mean. The length squares them first, then "
            "adds, then takes the root.",
            ("torch.stack(rows).norm()", "torch.stack(rows).mean()"),
        ),
        Mistake(
            "derives the length",
            "You derived how *long* the target's row is. It can turn without growing: derive each "
            "output by itself, and take the length at the end.",
            (_ROWS, "rows = [torch.autograd.grad(h[target].norm(), x)[0][source]]"),
        ),
        Mistake(
            "derives a whole row at once",
            "`grad` takes one number at a time, and `h[target]` holds several. Go through them one by one.",
            (_ROWS, "rows = [torch.autograd.grad(h[target], x)[0][source]]"),
        ),
        Mistake(
            "lets go of the graph after the first output",
            "torch forgets how h came about as soon as the first derivative is there, and the second "
            "needs it. `retain_graph=True` keeps it.",
            ("(out, x, retain_graph=True)", "(out, x)"),
        ),
        Mistake(
            "averages the rows",
            "You took the mean of the lengths of the rows. The length of the table is the root of the "
            "sum of all squares.",
            """
            def influence(x, W, S, rounds, source, target):
                x = x.clone().requires_grad_()
                h = x
                for _ in range(rounds):
                    h = torch.tanh(S.T @ h @ W)
                rows = [torch.autograd.grad(out, x, retain_graph=True)[0][source] for out in h[target]]
                return torch.stack(rows).norm(dim=1).mean()
            """,
        ),
    ),
    others=(
        """
        def influence(x, W, S, rounds, source, target):
            def run(x):
                for _ in range(rounds):
                    x = torch.tanh(S.T @ x @ W)
                return x[target]

            return torch.autograd.functional.jacobian(run, x)[:, source].square().sum().sqrt()
        """,
        """
        def influence(x, W, S, rounds, source, target):
            total = 0.0
            for c in range(W.size(1)):
                start = x.clone().requires_grad_()
                h = start
                for _ in range(rounds):
                    h = torch.tanh(S.T @ h @ W)
                h[target, c].backward()
                total = total + start.grad[source].square().sum()
            return total.sqrt()
        """,
        """
        def influence(x, W, S, rounds, source, target):
            N, width = x.shape
            J = torch.zeros(N, width, width)  # J[i]: how h_i changes with x_source
            J[source] = torch.eye(width)
            h = x
            for _ in range(rounds):
                h = torch.tanh(S.T @ h @ W)
                J = torch.einsum("ji,jfg->ifg", S, J)
                J = (1 - h**2)[:, :, None] * torch.einsum("fk,ifg->ikg", W, J)
            return J[target].norm()
        """,
    ),
    hints=(
        "`h[target]` holds as many outputs as there are features. For each, ask torch how it changes with x.",
        "`torch.autograd.grad(out, x, retain_graph=True)[0]` is [N, F]: the derivative by every feature of "
        "every node. Which row?",
        "Collect these rows for every `out` in `h[target]`, stack them, and take `.norm()` of the table.",
    ),
)
