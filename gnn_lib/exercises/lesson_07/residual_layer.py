"""A graph convolution that adds to what a node has, instead of replacing it."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs
from gnn_lib.exercises.lesson_07.inputs import normalised


class ResidualLayer(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.lin = nn.Linear(channels, channels)

    def forward(self, x: Tensor, S: Tensor) -> Tensor:
        return x + torch.relu(S.T @ self.lin(x))


def cases(generator: torch.Generator) -> Iterator[Case]:
    pairs = [*sample_graphs(generator), (GRADIENT, random_graph(generator, 6, 11))]
    for group, graph in pairs:
        assert graph.x is not None
        width = graph.x.size(1)
        weight = torch.randn(width, width, generator=generator)
        bias = torch.randn(width, generator=generator)
        if group == BY_HAND:  # each feature twice, less 4: some results are below 0 and are cut
            weight, bias = 2 * torch.eye(width), torch.full((width,), -4.0)
        inputs = dict(x=graph.x, S=normalised(graph))
        state = {"lin.weight": weight, "lin.bias": bias}
        grad = ("x",) if group == GRADIENT else ()
        yield Case(group, inputs, build=dict(channels=width), state=state, grad=grad, names=graph.names)


_HEAD = """
            class ResidualLayer(nn.Module):
                def __init__(self, channels):
                    super().__init__()
                    self.lin = nn.Linear(channels, channels)
"""
_RETURN = "return x + torch.relu(S.T @ self.lin(x))"

exercise = Exercise(
    answer=ResidualLayer,
    task="Build a layer that adds to what a node has",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 0.5, GRADIENT: 0.5},
    minutes=4,
    level="layer",
    mistakes=(
        Mistake(
            "forgets to add x",
            "This is the plain layer: what a node had is replaced. The residual is the x that goes past the "
            "layer and is added behind it.",
            (_RETURN, "return torch.relu(S.T @ self.lin(x))"),
        ),
        Mistake(
            "applies the ReLU after adding",
            "Now the ReLU cuts x as well: what is below 0 is lost on the way. x goes past everything, the "
            "ReLU "
            "included.",
            (_RETURN, "return torch.relu(x + S.T @ self.lin(x))"),
        ),
        Mistake(
            "gathers what goes past, too",
            "x is inside the sum over neighbours, so that it is blurred like everything else. Add "
            "x "
            "outside.",
            (_RETURN, "return S.T @ x + torch.relu(S.T @ self.lin(x))"),
        ),
        Mistake(
            "sends what goes past through the weights",
            "You added lin(x). What goes past the layer is x itself, unchanged.",
            (_RETURN, "return self.lin(x) + torch.relu(S.T @ self.lin(x))"),
        ),
        Mistake(
            "leaves the ReLU out",
            "Without a nonlinearity a stack of layers is a single linear one. It stands around what was "
            "gathered.",
            (_RETURN, "return x + S.T @ self.lin(x)"),
        ),
        Mistake(
            "gathers from the wrong end",
            "Row i of S holds what i tells. What arrives at i stands in column i.",
            ("S.T @", "S @"),
        ),
        Mistake(
            "doesn't gather",
            "No S: every node talks to itself. That is an MLP with a residual.",
            ("S.T @ self.lin(x)", "self.lin(x)"),
        ),
        Mistake(
            "forgets the weights",
            "What is gathered is x as it is. `self.lin` turns it into something that can be learned.",
            ("S.T @ self.lin(x)", "S.T @ x"),
        ),
        Mistake(
            "takes the mean of both",
            "Half of x is lost in each layer: after ten, a thousandth is left. A residual adds.",
            (_RETURN, "return (x + torch.relu(S.T @ self.lin(x))) / 2"),
        ),
        Mistake(
            "adds the bias after gathering",
            "The bias is a part of `lin`, which comes before S: each node adds it to what it says, and S "
            "weighs it, too.",
            (_RETURN, "return x + torch.relu(S.T @ x @ self.lin.weight.T + self.lin.bias)"),
        ),
        Mistake(
            "cuts what goes past off from the gradient",
            "Forward all is well. But through `.detach()` (or `.data`) nothing gets back to the layers "
            "before, and that is half of what a residual is for.",
            (_RETURN, "return x.detach() + torch.relu(S.T @ self.lin(x))"),
        ),
        Mistake(
            "applies the ReLU before gathering",
            "You cut first and gathered then. Here the ReLU comes last: around all that was "
            "gathered.",
            (_RETURN, "return x + S.T @ torch.relu(self.lin(x))"),
        ),
        Mistake(
            "cuts x before adding",
            "x lost all that is below 0 before it was added. It goes past the layer as it is.",
            (_RETURN, "return torch.relu(x) + torch.relu(S.T @ self.lin(x))"),
        ),
        Mistake(
            "sets it beside",
            "You put x and the new part side by side, and the layer gets twice as wide. A residual "
            "adds.",
            """
            class ResidualLayer(nn.Module):
                def __init__(self, channels):
                    super().__init__()
                    self.lin = nn.Linear(channels, channels)
                def forward(self, x, S):
                    return torch.cat([x, torch.relu(S.T @ self.lin(x))], dim=1)
            """,
        ),
        Mistake(
            "multiplies",
            "You multiplied x by the new part. Where the ReLU gives 0, all would be lost. Add.",
            """
            class ResidualLayer(nn.Module):
                def __init__(self, channels):
                    super().__init__()
                    self.lin = nn.Linear(channels, channels)
                def forward(self, x, S):
                    return x * torch.relu(S.T @ self.lin(x))
            """,
        ),
    ),
    others=(
        _HEAD + """
                def forward(self, x, S):
                    told = self.lin(x)
                    gathered = torch.einsum("ji,jf->if", S, told)
                    return gathered.clamp(min=0) + x
        """,
        _HEAD + """
                def forward(self, x, S):
                    rows = []
                    for i in range(len(x)):
                        heard = sum(S[j, i] * self.lin(x[j]) for j in range(len(x)))
                        rows.append(x[i] + F.relu(heard))
                    return torch.stack(rows)
        """,
        _HEAD + """
                def forward(self, x, S):
                    source, target = S.nonzero().T
                    messages = S[source, target][:, None] * self.lin(x)[source]
                    change = torch.zeros_like(x).index_add(0, target, messages)
                    return x + torch.where(change > 0, change, torch.zeros_like(change))
        """,
    ),
    hints=(
        "Begin with the plain layer: `self.lin`, gather with S, ReLU. What does the node have left of its "
        "own?",
        "Keep x, and add what the layer found to it. The ReLU stands around what the layer found, not "
        "around the sum.",
        "`return x + F.relu(S.T @ ...)`",
    ),
)  # fmt: skip
