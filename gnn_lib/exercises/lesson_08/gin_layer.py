"""The Graph Isomorphism Network's layer: a sum, the own voice set apart, and a small network."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, GRADIENT, RANDOM, sample_graphs


class GINLayer(nn.Module):
    def __init__(self, in_channels: int, hidden_channels: int, out_channels: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.lin1 = nn.Linear(in_channels, hidden_channels)
        self.lin2 = nn.Linear(hidden_channels, out_channels)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        inbox = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
        h = (1 + self.eps) * x + inbox
        out: Tensor = self.lin2(torch.relu(self.lin1(h)))
        return out


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        assert graph.x is not None
        width = graph.x.size(1)
        build = dict(in_channels=width, hidden_channels=4, out_channels=2)
        state = _weights(generator, width)
        if group == BY_HAND:
            state = _whole_numbers(width)
        inputs = dict(x=graph.x, edge_index=graph.edge_index)
        yield Case(group, inputs, build=build, state=state, names=graph.names)
        if group == RANDOM and place < 4:
            yield Case(GRADIENT, inputs, build=build, state=_weights(generator, width), grad=("x",))


def _whole_numbers(width: int) -> dict[str, Tensor]:
    """lin1 passes sums and their negatives on, lin2 adds them in pairs; eps is 1."""
    return {
        "eps": torch.ones(1),
        "lin1.weight": torch.cat([torch.eye(width), -torch.eye(width)]).repeat(2, 1)[:4],
        "lin1.bias": torch.tensor([0.0, 0.0, -9.0, 3.0]),
        "lin2.weight": torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]),
        "lin2.bias": -torch.ones(2),
    }


def _weights(generator: torch.Generator, width: int) -> dict[str, Tensor]:
    shapes = {"lin1.weight": (4, width), "lin1.bias": (4,), "lin2.weight": (2, 4), "lin2.bias": (2,)}
    drawn = {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}
    return {"eps": 0.5 + torch.rand(1, generator=generator), **drawn}


INBOX = "torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"
OUT = "self.lin2(torch.relu(self.lin1(h)))"
H = "(1 + self.eps) * x + inbox"

exercise = Exercise(
    answer=GINLayer,
    task="Build the GIN layer: sum, 1 + eps, and a network of two linear maps",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1, GRADIENT: 1},
    minutes=8,
    level="layer",
    mistakes=(
        Mistake(
            "takes the mean of the inbox",
            "With a mean, an inbox and the same inbox twice over give one result. The sum is what makes this "
            "layer count.",
            (INBOX, INBOX + " / torch.bincount(edge_index[1], minlength=len(x)).clamp(min=1)[:, None]"),
        ),
        Mistake(
            "takes the maximum of the inbox",
            "The maximum forgets all but the loudest. The sum is what makes this layer count.",
            (
                INBOX,
                "torch.zeros_like(x).scatter_reduce(0, edge_index[1][:, None].expand(-1, x.size(1)), "
                "x[edge_index[0]], 'amax', include_self=False)",
            ),
        ),
        Mistake(
            "uses eps instead of 1 + eps",
            "The own row is weighed with eps alone. With eps = 0, where it starts, a node would forget "
            "itself.",
            ("(1 + self.eps)", "self.eps"),
        ),
        Mistake(
            "forgets the brackets around 1 + eps",
            "Python multiplies before it adds: in `1 + eps * x` the 1 is added to every entry, and x is "
            "weighed with eps alone. Put brackets around the factor.",
            ("(1 + self.eps) * x", "1 + self.eps * x"),
        ),
        Mistake(
            "weighs the inbox in place of the own row",
            "1 + eps is the weight of what was heard here. It belongs to the node's own row; the inbox "
            "comes in as it is.",
            (H, "x + (1 + self.eps) * inbox"),
        ),
        Mistake(
            "puts the ReLU before both maps",
            "The bend comes too early: the sum loses all that is below zero, and then two linear maps in a "
            "row are one. `lin1` first, then ReLU, then `lin2`.",
            (OUT, "self.lin2(self.lin1(torch.relu(h)))"),
        ),
        Mistake(
            "leaves eps out",
            "Own row and inbox are added alike. Without eps a node with 1 that hears 2 and a node with 2 "
            "that hears 1 give the same sum.",
            ("(1 + self.eps) * x", "x"),
        ),
        Mistake(
            "weighs the inbox, too",
            "Both parts are multiplied by 1 + eps. Only the own row is: that sets it apart from what was "
            "heard.",
            (H, "(1 + self.eps) * (x + inbox)"),
        ),
        Mistake(
            "leaves out the own row",
            "The result depends on the inbox only. Colour refinement keeps the own colour, and so does GIN.",
            (H, "inbox"),
        ),
        Mistake(
            "no ReLU between the two maps",
            "Two linear maps in a row are one linear map. The bend between them is what lets the network "
            "keep apart what the sum kept apart.",
            ("torch.relu(self.lin1(h))", "self.lin1(h)"),
        ),
        Mistake(
            "a ReLU at the end as well",
            "No number below zero comes out. The layer ends with `lin2`; whoever stacks layers adds the bend "
            "between them.",
            (OUT, "torch.relu(" + OUT + ")"),
        ),
        Mistake(
            "sends through the network before adding",
            "Each row went through the network by itself, and the results were added. GIN adds first: the "
            "network reads the finished sum.",
            """
            class GINLayer(nn.Module):
                def __init__(self, in_channels, hidden_channels, out_channels):
                    super().__init__()
                    self.eps = nn.Parameter(torch.zeros(1))
                    self.lin1 = nn.Linear(in_channels, hidden_channels)
                    self.lin2 = nn.Linear(hidden_channels, out_channels)

                def forward(self, x, edge_index):
                    h = self.lin2(torch.relu(self.lin1(x)))
                    inbox = torch.zeros_like(h).index_add(0, edge_index[1], h[edge_index[0]])
                    return (1 + self.eps) * h + inbox
            """,
        ),
        Mistake(
            "follows the edges the wrong way",
            "Each node added up what its listeners have. Row 0 of `edge_index` sends, row 1 receives.",
            (INBOX, "torch.zeros_like(x).index_add(0, edge_index[0], x[edge_index[1]])"),
        ),
        Mistake(
            "cuts eps off from the gradient",
            "The numbers are right, but eps can't learn: `float()`, `.item()` and `.detach()` take a "
            "parameter out of the gradient. Use it as it is.",
            ("1 + self.eps", "1 + float(self.eps)"),
        ),
        Mistake(
            "loses messages in an assignment",
            "`inbox[targets] += ...` writes each place once, however many messages arrive there. `index_add` "
            "adds them all.",
            (INBOX, "torch.zeros_like(x).index_put((edge_index[1],), x[edge_index[0]])"),
        ),
        Mistake(
            "sends both parts through by themselves",
            "You sent the own row and the inbox through the network one by one, and added the "
            "results. The sum is formed first: the network must see both together.",
            """
            class GINLayer(nn.Module):
                def __init__(self, in_channels, hidden_channels, out_channels):
                    super().__init__()
                    self.eps = nn.Parameter(torch.zeros(1))
                    self.lin1 = nn.Linear(in_channels, hidden_channels)
                    self.lin2 = nn.Linear(hidden_channels, out_channels)
                def forward(self, x, edge_index):
                    inbox = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
                    both = ((1 + self.eps) * x, inbox)
                    return sum(self.lin2(torch.relu(self.lin1(part))) for part in both)
            """,
        ),
    ),
    others=(
        """
        class GINLayer(nn.Module):
            def __init__(self, in_channels, hidden_channels, out_channels):
                super().__init__()
                self.eps = nn.Parameter(torch.zeros(1))
                self.lin1 = nn.Linear(in_channels, hidden_channels)
                self.lin2 = nn.Linear(hidden_channels, out_channels)

            def forward(self, x, edge_index):
                A = torch.zeros(len(x), len(x))
                A.index_put_((edge_index[0], edge_index[1]), torch.ones(edge_index.size(1)), accumulate=True)
                own = torch.eye(len(x)) * (1 + self.eps)
                return self.lin2(F.relu(self.lin1((A.T + own) @ x)))
        """,
        """
        class GINLayer(nn.Module):
            def __init__(self, in_channels, hidden_channels, out_channels):
                super().__init__()
                self.lin1 = nn.Linear(in_channels, hidden_channels)
                self.lin2 = nn.Linear(hidden_channels, out_channels)
                self.eps = nn.Parameter(torch.zeros(1))

            def forward(self, x, edge_index):
                rows = []
                for node in range(len(x)):
                    heard = x[edge_index[0][edge_index[1] == node]]
                    rows.append(x[node] + self.eps * x[node] + heard.sum(dim=0))
                return self.lin2(self.lin1(torch.stack(rows)).clamp(min=0))
        """,
        """
        class GINLayer(nn.Module):
            def __init__(self, in_channels, hidden_channels, out_channels):
                super().__init__()
                self.eps = nn.Parameter(torch.zeros(1))
                self.lin1 = nn.Linear(in_channels, hidden_channels)
                self.lin2 = nn.Linear(hidden_channels, out_channels)

            def forward(self, x, edge_index):
                loops = torch.arange(len(x)).expand(2, -1)
                weights = torch.cat([torch.ones(edge_index.size(1)), (1 + self.eps).expand(len(x))])
                sources, targets = torch.cat([edge_index, loops], dim=1)
                h = torch.zeros_like(x).index_add(0, targets, weights[:, None] * x[sources])
                h = F.relu(F.linear(h, self.lin1.weight, self.lin1.bias))
                return F.linear(h, self.lin2.weight, self.lin2.bias)
        """,
    ),
    hints=(
        "Three steps, one line each: what arrives, what the node makes of it and itself, and the network.",
        "What arrives is lesson 2's sum over the inbox: `index_add` into zeros of x's shape.",
        "Then `h`: the own row times 1 + eps, plus the inbox. `self.eps` is a parameter; use it as it is, "
        "so that it can learn.",
        "`return self.lin2(F.relu(self.lin1(h)))` with `h = (1 + self.eps) * ... + ...`",
    ),
)
