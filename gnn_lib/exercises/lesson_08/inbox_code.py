"""A sum that can be read back: powers of a base, one for each colour."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def inbox_code(edge_index: Tensor, colors: Tensor, base: int) -> Tensor:
    sent = (base**colors)[edge_index[0]]
    return torch.zeros_like(colors).index_add(0, edge_index[1], sent)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        colors = torch.randint(4, (graph.num_nodes,), generator=generator)
        if group == BY_HAND:
            colors = torch.arange(graph.num_nodes)  # with base 2, the path's own 1, 2, 4, 8
        inputs = dict(edge_index=graph.edge_index, colors=colors, base=(2, 10, 7)[place % 3])
        yield Case(group, inputs, names=graph.names)


SENT = "(base**colors)[edge_index[0]]"
SUM = "torch.zeros_like(colors).index_add(0, edge_index[1], sent)"
BODY = SENT + "\n    return " + SUM

exercise = Exercise(
    answer=inbox_code,
    task="Add up powers, so that the sum says what was in the inbox",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 1, AWKWARD: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "multiplies instead of raising to a power",
            "Colour 2 sends twice as much as colour 1. Then one 2 and two 1s add up to the same. The "
            "colour is the exponent.",
            ("base**colors", "base * colors"),
        ),
        Mistake(
            "raises the colour to the base",
            "Colour and base have changed places. Colour 0 would send nothing at all, and nobody could "
            "count it.",
            ("base**colors", "colors**base"),
        ),
        Mistake(
            "follows the edges the wrong way",
            "Each node got what its listeners send. The inbox of a node holds what arrives there.",
            (BODY, BODY.replace("[1]", "[2]").replace("[0]", "[1]").replace("[2]", "[0]")),
        ),
        Mistake(
            "adds up the listener's own colour",
            "Each message carries the colour of the node where it arrives. It should say who sent it: take "
            "the power at the edge's source, and add it at the target.",
            (SENT, "(base**colors)[edge_index[1]]"),
        ),
        Mistake(
            "begins one power too high",
            "All results are `base` times too large: colour 0 sent `base`. Colour 0 sends base to the power "
            "0, which is 1.",
            ("base**colors", "base ** (colors + 1)"),
        ),
        Mistake(
            "counts each message once",
            "Where an edge comes twice, or several nodes send the same colour to one node, the message "
            "counts once. `code[targets] += sent` writes each place once: each message must be added.",
            (SUM, "torch.zeros_like(colors).index_put((edge_index[1],), sent)"),
        ),
        Mistake(
            "adds first, then takes the power",
            "The power of a sum of colours sees only that sum, and 0 + 2 is 1 + 1. Each message is a power "
            "by itself.",
            (BODY, "colors[edge_index[0]]\n    return base ** " + SUM),
        ),
        Mistake(
            "counts itself, too",
            "Each node's own colour is in its sum. The inbox holds what arrives along edges; the own colour "
            "comes in later.",
            ("return " + SUM, "return base**colors + " + SUM),
        ),
        Mistake(
            "takes the mean of the inbox",
            "The sum was divided by the number of messages: an inbox and the same inbox twice over now look "
            "alike. The digits of the plain sum are the counts.",
            (SUM, SUM + " / torch.bincount(edge_index[1], minlength=len(colors)).clamp(min=1)"),
        ),
        Mistake(
            "counts all messages as one colour",
            "Each message counts as 1, whatever its colour. Let colour c send base to the power c.",
            (SENT, "torch.ones_like(edge_index[0])"),
        ),
    ),
    others=(
        """
        def inbox_code(edge_index, colors, base):
            code = [0] * len(colors)
            for source, target in edge_index.T.tolist():
                code[target] += base ** int(colors[source])
            return code
        """,
        """
        def inbox_code(edge_index, colors, base):
            A = torch.zeros(len(colors), len(colors), dtype=torch.float64)
            A.index_put_((edge_index[0], edge_index[1]), torch.ones(edge_index.size(1), dtype=torch.float64),
                         accumulate=True)
            return A.T @ (float(base) ** colors.double())
        """,
        """
        def inbox_code(edge_index, colors, base):
            powers = torch.tensor([base ** c for c in range(int(colors.max()) + 1)])
            counts = torch.zeros(len(colors), len(powers), dtype=torch.long)
            counts.index_add_(0, edge_index[1], F.one_hot(colors, len(powers))[edge_index[0]])
            return (counts * powers).sum(1)
        """,
        """
        def inbox_code(edge_index, colors, base):
            sent = torch.pow(torch.tensor(float(base)), colors.float())
            return torch.bincount(edge_index[1], weights=sent[edge_index[0]], minlength=len(colors))
        """,
    ),
    hints=(
        "Two steps: what does each node send, and how is it added up where it arrives?",
        "Colour 0 sends 1, colour 1 sends `base`, colour 2 sends `base * base`: like units, tens and "
        "hundreds.",
        "`base**colors` gives what every node sends. `[edge_index[0]]` brings it to the edges; `index_add` "
        "adds it at the targets, as in lesson 2.",
        "`torch.zeros_like(colors).index_add(0, edge_index[1], ...)`",
    ),
)
