"""Two exercises to break: sum what arrives at each node; and the same as a layer with a weight."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises import Case, Exercise, Mistake
from gnn_lib.exercises.source import learner_code

HAND, RANDOM, GRADIENT = "by hand", "random", "gradients flow"


def inbox(x: Tensor, edge_index: Tensor) -> Tensor:
    return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])


class Mixer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.lin = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.lin(torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]]))


def graphs(generator: torch.Generator) -> Iterator[tuple[str, Tensor, Tensor]]:
    yield HAND, torch.tensor([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]]), torch.tensor([[0, 1, 1], [1, 2, 2]])
    for group, edges in ((RANDOM, 9), (RANDOM, 0), (GRADIENT, 9), (GRADIENT, 0)):
        x = torch.randn(5, 2, generator=generator)
        yield group, x, torch.randint(5, (2, edges), generator=generator)


def inbox_cases(generator: torch.Generator) -> Iterator[Case]:
    for group, x, edge_index in graphs(generator):
        yield Case(group, dict(x=x, edge_index=edge_index), grad=("x",) if group == GRADIENT else ())


def mixer_cases(generator: torch.Generator) -> Iterator[Case]:
    for case in inbox_cases(generator):
        weight = torch.randn(2, 2, generator=generator)
        yield Case(case.group, case.inputs, dict(width=2), {"lin.weight": weight}, case.grad)


POINTS = {HAND: 1.0, RANDOM: 2.0, GRADIENT: 1.0}
INBOX = Exercise(
    answer=inbox, task="Sum", cases=inbox_cases, points=POINTS, others=(), hints=("a", "b", "c"), minutes=5,
    mistakes=(
        Mistake("gathers from the outbox", "Look at the rows.", """
            def inbox(x, edge_index):
                return torch.zeros_like(x).index_add(0, edge_index[0], x[edge_index[1]])
        """),
        Mistake("counts the double edge once", "Both count.", """
            def inbox(x, edge_index):
                A = torch.zeros(len(x), len(x))
                A[edge_index[0], edge_index[1]] = 1
                return A.T @ x
        """),
        Mistake("takes a row too many", "Ids run to N - 1.", """
            def inbox(x, edge_index):
                return x[torch.arange(len(x) + 1)]
        """),
    ),
)  # fmt: skip
MIXER = Exercise(
    answer=Mixer, task="Mix", cases=mixer_cases, points=POINTS, others=(), hints=(), minutes=5, level="layer",
    mistakes=(
        Mistake("forgets the edges", "Gather.", (".index_add(0, edge_index[1], x[edge_index[0]])", " + x")),
    ),
)  # fmt: skip


def written(body: str, name: str = "inbox") -> object:
    """What a learner's cell with this code binds to `name`."""
    return learner_code(body, name)


def function(*lines: str) -> object:
    """inbox(x, edge_index) with this body."""
    return written("\n".join(["def inbox(x, edge_index):", *(f"    {line}" for line in lines)]))


FORWARD = "return self.lin(inbox(x, edge_index))"


def layer(init: str, forward: str = FORWARD, base: str = "super().__init__()") -> object:
    """Mixer with this in its __init__ and its forward; `inbox` stands above it."""
    return written(
        "def inbox(x, edge_index):\n"
        "    return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])\n"
        "class Mixer(nn.Module):\n"
        f"    def __init__(self, width):\n        {base}\n        {init}\n"
        f"    def forward(self, x, edge_index):\n        {forward}\n",
        "Mixer",
    )  # fmt: skip
