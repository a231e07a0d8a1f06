"""One round of colour refinement."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def refine_once(edge_index: Tensor, colors: Tensor) -> Tensor:
    signatures = []
    for node in range(len(colors)):
        inbox = colors[edge_index[0][edge_index[1] == node]].tolist()
        signatures.append((int(colors[node]), tuple(sorted(inbox))))
    names: dict[object, int] = {}
    return torch.tensor([names.setdefault(signature, len(names)) for signature in signatures])


def cases(generator: torch.Generator) -> Iterator[Case]:
    # Nodes 4 to 9 listen. Pairs of them that one careless signature or another takes for the same:
    # 4 hears 0 and 2, 5 hears 1 and 1; 6 hears 2 and 0 in that order; 7 hears 1 once; 8 has 1 and hears 0;
    # 9 has 0 and hears 1.
    sources, targets = [0, 2, 1, 3, 2, 0, 1, 0, 1], [4, 4, 5, 5, 6, 6, 7, 8, 9]
    lookalikes = torch.tensor([sources, targets])
    for group, graph in sample_graphs(generator):
        few = torch.randint(3, (graph.num_nodes,), generator=generator)
        start = torch.zeros_like(few) if group == BY_HAND else few
        yield Case(group, dict(edge_index=graph.edge_index, colors=start), names=graph.names)
        if group == BY_HAND and graph.num_nodes == 3:
            second = torch.tensor([0, 0, 1])
            yield Case(group, dict(edge_index=graph.edge_index, colors=second), names=graph.names)
    for names in ([0, 1, 2], [40, 7, 9]):
        colors = torch.tensor(names)[torch.tensor([0, 1, 2, 1, 0, 0, 0, 0, 1, 0])]
        yield Case(AWKWARD, dict(edge_index=lookalikes, colors=colors))


SIGNATURE = "(int(colors[node]), tuple(sorted(inbox)))"
INBOX = "edge_index[0][edge_index[1] == node]"

exercise = Exercise(
    answer=refine_once,
    task="Give every node the colour that its own colour and its inbox ask for",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    level="blank",
    order="partition",
    mistakes=(
        Mistake(
            "forgets the own colour",
            "Two nodes with different colours and equal inboxes come out the same. What was told apart once "
            "must stay apart: a signature begins with the node's own colour.",
            (SIGNATURE, "tuple(sorted(inbox))"),
        ),
        Mistake(
            "hears each colour once",
            "An inbox with one red and an inbox with two reds get the same colour: a set forgets how often. "
            "Keep all the colours, repeats too.",
            ("tuple(sorted(inbox))", "tuple(sorted(set(inbox)))"),
        ),
        Mistake(
            "adds up the colours' numbers",
            "The number of a colour is a name and not an amount: 0 and 2 add up to the same as 1 and 1, and "
            "they are different inboxes. Keep the list itself.",
            ("tuple(sorted(inbox))", "sum(inbox)"),
        ),
        Mistake(
            "keeps the order of the edges",
            "Two inboxes that hold the same colours came out different, because their edges are listed in "
            "another order. An inbox has no first and last: bring each into one agreed order.",
            ("tuple(sorted(inbox))", "tuple(inbox)"),
        ),
        Mistake(
            "listens to those it speaks to",
            "You took the colours of the nodes that an edge from here leads to. The inbox holds the colours "
            "of the sources of the edges that arrive.",
            (INBOX, "edge_index[1][edge_index[0] == node]"),
        ),
        Mistake(
            "counts the messages only",
            "That is how many arrive, not what they say. It is enough in the first round, when all colours "
            "are equal, and never again.",
            ("tuple(sorted(inbox))", "len(inbox)"),
        ),
        Mistake(
            "throws the own colour into the inbox",
            "A node of colour 0 that hears a 1 and a node of colour 1 that hears a 0 now look the same. Keep "
            "the own colour apart from what was heard.",
            (SIGNATURE, "tuple(sorted([*inbox, int(colors[node])]))"),
        ),
        Mistake(
            "listens both ways",
            "Each edge was heard at both ends. Messages flow from source to target only.",
            (
                INBOX + "].tolist()",
                "torch.cat([edge_index[0][edge_index[1] == node], "
                "edge_index[1][edge_index[0] == node]])].tolist()",
            ),
        ),
        Mistake(
            "gives every node a colour of its own",
            "No two nodes share a colour, not even two that see the same. Does a tensor stand in your "
            "signature? To a dictionary it is equal to nothing but itself: make it a number, with "
            "`int(...)`. And the node's own number doesn't belong there.",
            ("int(colors[node])", "colors[node]"),
        ),
        Mistake(
            "adds all up to one number",
            "Own colour and inbox are in one sum: colours are names, and a sum of names is no name. Keep "
            "the own colour and the colours heard as they are, side by side.",
            (SIGNATURE, "int(colors[node]) + sum(inbox)"),
        ),
        Mistake(
            "keeps the colours as they were",
            "Nothing was learnt in this round: the result has the old classes. The signature must hold what "
            "the node hears, too.",
            (SIGNATURE, "int(colors[node])"),
        ),
        Mistake(
            "sees the largest and the smallest only",
            "You noted how many colours were heard, the largest and the smallest. What lies between "
            "them is part of the heap.",
            """
            def refine_once(edge_index, colors):
                signatures = []
                for node in range(len(colors)):
                    inbox = colors[edge_index[0][edge_index[1] == node]].tolist()
                    ends = (max(inbox, default=-1), min(inbox, default=-1), len(inbox))
                    signature = (int(colors[node]), ends)
                    signatures.append(signature)
                names = {}
                return torch.tensor([names.setdefault(signature, len(names)) for signature in signatures])
            """,
        ),
    ),
    others=(
        """
        def refine_once(edge_index, colors):
            names, classes = torch.unique(colors, return_inverse=True)
            A = torch.zeros(len(colors), len(colors))
            A.index_put_((edge_index[0], edge_index[1]), torch.ones(edge_index.size(1)), accumulate=True)
            heard = A.T @ F.one_hot(classes).float()
            rows = torch.cat([classes[:, None], heard], dim=1)
            return torch.unique(rows, dim=0, return_inverse=True)[1]
        """,
        """
        def refine_once(edge_index, colors):
            inboxes = [[] for _ in colors]
            for source, target in edge_index.T.tolist():
                inboxes[target].append(int(colors[source]))
            words = [f"{own} <- {sorted(heard)}" for own, heard in zip(colors.tolist(), inboxes)]
            return [words.index(word) for word in words]
        """,
        """
        def refine_once(edge_index, colors):
            from collections import Counter
            own, edges = colors.tolist(), edge_index.T.tolist()
            heard = [Counter(own[s] for s, t in edges if t == node) for node in range(len(own))]
            signatures = [(c, frozenset(h.items())) for c, h in zip(own, heard)]
            order = {s: i + 100 for i, s in enumerate(set(signatures))}
            return np.array([order[s] for s in signatures])
        """,
    ),
    hints=(
        "Two nodes get the same new colour if two things agree: the colour that they have, and the colours "
        "that they hear. Put both into `signature`.",
        "Colours in an inbox have no order, but a list has one. Sorting makes equal heaps equal lists, and "
        "keeps repeats.",
        "A list can't be a key of a dictionary; a tuple can, and a tuple may hold a tuple.",
        "`signature = (int(colors[node]), tuple(sorted(...)))`",
    ),
)
