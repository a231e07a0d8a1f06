"""Colour refinement until nothing splits any more."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.datasets import cycle_graph, path_graph, three_friends, tricky_graph
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.graph import Graph

LONG = "graphs that take many rounds"


def stable_colors(edge_index: Tensor, colors: Tensor) -> Tensor:
    now, edges = colors.tolist(), edge_index.T.tolist()
    while True:
        inboxes: list[list[int]] = [[] for _ in now]
        for source, target in edges:
            inboxes[target].append(now[source])
        signatures = [(own, tuple(sorted(inbox))) for own, inbox in zip(now, inboxes, strict=True)]
        names = {signature: name for name, signature in enumerate(dict.fromkeys(signatures))}
        finer = [names[signature] for signature in signatures]
        if len(set(finer)) == len(set(now)):
            return torch.tensor(finer)
        now = finer


def cases(generator: torch.Generator) -> Iterator[Case]:
    friends, ring = three_friends(), cycle_graph(6)
    yield _case(BY_HAND, friends, torch.zeros(3))
    yield _case(BY_HAND, path_graph(5), torch.zeros(5))
    yield _case(BY_HAND, tricky_graph(), torch.zeros(5))
    yield _case(BY_HAND, ring, torch.zeros(6))
    yield _case(BY_HAND, ring, torch.tensor([8, 6, 6, 6, 6, 6]))  # an oxygen among carbons
    # Node 4 hears 0 and 2, node 5 hears 1 and 1.
    lookalikes = Graph(torch.tensor([[0, 2, 1, 3], [4, 4, 5, 5]]))
    yield _case(AWKWARD, lookalikes, torch.tensor([0, 1, 2, 1, 0, 0]))
    for nodes in (11, 14):
        atoms = torch.tensor([6, 7, 8])[torch.randint(3, (nodes,), generator=generator)]
        atoms[4:] = 6
        yield _case(LONG, path_graph(nodes), torch.zeros(nodes))
        yield _case(LONG, path_graph(nodes), atoms)
    for group, graph in sample_graphs(generator):
        if group != BY_HAND:
            start = torch.randint(2, (graph.num_nodes,), generator=generator)
            yield _case(group, graph, 5 * start)


def _case(group: str, graph: Graph, colors: Tensor) -> Case:
    return Case(group, dict(edge_index=graph.edge_index, colors=colors.long()), names=graph.names)


STOP = "len(set(finer)) == len(set(now))"
SIGNATURE = "(own, tuple(sorted(inbox)))"
START = "now, edges = colors.tolist(), edge_index.T.tolist()"


def _rounds(count: int | str, own: bool = True) -> str:
    """The code of one who turns a fixed number of times."""
    signature = "(int(own), *sorted(inbox.tolist()))" if own else "sorted(inbox.tolist())"
    return f"""
        def stable_colors(edge_index, colors):
            for _ in range({count}):
                inboxes = [colors[edge_index[0][edge_index[1] == node]] for node in range(len(colors))]
                rows = [{signature} for own, inbox in zip(colors, inboxes)]
                colors = torch.tensor([rows.index(row) for row in rows])
            return colors
    """


exercise = Exercise(
    answer=stable_colors,
    task="Refine until a round splits no class",
    cases=cases,
    points={BY_HAND: 1, LONG: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=5,
    order="partition",
    mistakes=(
        Mistake(
            "does one round only",
            "After one round a node knows its inbox, and nothing of what lies behind. Go on until nothing "
            "changes.",
            _rounds(1),
        ),
        Mistake(
            "does two rounds",
            "Two rounds see two steps far. On a long path the news of the ends takes longer to arrive: let "
            "the colours themselves say when to stop.",
            _rounds(2),
        ),
        Mistake(
            "does three rounds",
            "Three rounds see three steps far. On a long path the news of the ends takes longer to arrive: "
            "let the colours themselves say when to stop.",
            _rounds(3),
        ),
        Mistake(
            "never starts where all are alike",
            "Where all nodes start with one colour, you return without a single round. One class at the "
            "start is no reason to stop: compare the number of classes before a round with the number after "
            "it.",
            (START, START + "\n    if len(set(now)) == 1:\n        return colors"),
        ),
        Mistake(
            "forgets the colours it was given",
            "You start with one colour for all. The start may know more, such as which node is an oxygen: "
            "begin with `colors` as they come.",
            (START, START.replace("colors.tolist()", "[0] * len(colors)")),
        ),
        Mistake(
            "stops by the highest number",
            "The start may use numbers with gaps, such as 6 and 8 for two colours. Its highest number then "
            "says nothing about how many colours there are: count the different ones.",
            (STOP, "max(finer) <= max(now)"),
        ),
        Mistake(
            "hears each colour once",
            "An inbox with one red and an inbox with two reds get the same colour. How often a colour "
            "arrives counts.",
            (SIGNATURE, "(own, tuple(sorted(set(inbox))))"),
        ),
        Mistake(
            "adds up the colours' numbers",
            "The number of a colour is a name and not an amount. Colours 0 and 2 add up to the same as 1 "
            "and 1, and are different inboxes.",
            (SIGNATURE, "(own, sum(inbox))"),
        ),
        Mistake(
            "listens to those it speaks to",
            "Colours flow against the arrows here. A node hears along the edges that arrive.",
            ("inboxes[target].append(now[source])", "inboxes[source].append(now[target])"),
        ),
        Mistake(
            "forgets the own colour",
            "Each round starts a signature from the inbox alone, and so classes that were told apart "
            "can merge again. The own colour belongs into it.",
            _rounds("len(colors)", own=False),
        ),
    ),
    others=(
        """
        def stable_colors(edge_index, colors):
            colors = colors.tolist()
            for _ in range(len(colors)):  # there are never more than N classes, so N rounds are enough
                inboxes = [[] for _ in colors]
                for source, target in edge_index.T.tolist():
                    inboxes[target].append(colors[source])
                signatures = [(own, sorted(heard)) for own, heard in zip(colors, inboxes)]
                colors = [signatures.index(signature) for signature in signatures]
            return colors
        """,
        """
        def stable_colors(edge_index, colors):
            def once(colors):
                names = {}
                new = []
                for node in range(len(colors)):
                    heard = sorted(colors[edge_index[0][edge_index[1] == node]].tolist())
                    new.append(names.setdefault((int(colors[node]), *heard), len(names)))
                return torch.tensor(new)

            before, now = colors, once(colors)
            while len(set(now.tolist())) > len(set(before.tolist())):
                before, now = now, once(now)
            return before
        """,
        """
        def stable_colors(edge_index, colors):
            A = torch.zeros(len(colors), len(colors))
            A.index_put_((edge_index[0], edge_index[1]), torch.ones(edge_index.size(1)), accumulate=True)
            while True:
                heard = A.T @ F.one_hot(colors).float()
                rows = torch.cat([colors[:, None], heard], dim=1)
                finer = torch.unique(rows, dim=0, return_inverse=True)[1]
                if len(finer.unique()) == len(colors.unique()):
                    return finer
                colors = finer
        """,
    ),
    hints=(
        "Call `refine_once` again and again. What must you keep from the round before, to know whether "
        "anything happened?",
        "Classes only ever split, they never merge. So a round has done nothing exactly if there are as many "
        "different colours after it as before.",
        "`len(colors.unique())` counts the different colours. A `while True:` with a `return` inside will "
        "do.",
        "`finer = refine_once(edge_index, colors)`, then compare the two counts: equal, return; else "
        "`colors = finer`.",
    ),
)
