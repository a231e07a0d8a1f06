"""Two ways to a row of one number, for the playground of newcomer.py: looked up in a table, or encoded."""

from collections.abc import Callable, Sequence
from functools import update_wrapper
from html import escape
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.layer import build
from gnn_lib.exercises.run import run
from gnn_lib.layers import SAGEConv
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import attempt

# Learned once from the eight of newcomer.py by the loss below (100 steps, seed 4), rounded to be read.
WEIGHTS = {
    "lin_self.weight": torch.tensor([[0.4, -0.3]]),
    "lin_self.bias": torch.tensor([-0.3]),
    "lin_inbox.weight": torch.tensor([[0.1, -0.2]]),
}
_STEPS, _RATE = 100, 0.5
_STAND_IN = "<p>Until it runs, you see the library's.</p>"


def near_far(rows: Tensor, edge_index: Tensor) -> Tensor:
    """Lesson 5's loss of all rows [N, D] at once: who is linked should agree, all other pairs should not."""
    N, (source, target) = len(rows), edge_index
    linked = torch.zeros(N, N)
    linked[source, target] = linked[target, source] = 1.0
    linked.fill_diagonal_(0.0)
    apart = 1.0 - linked - torch.eye(N)
    scores = rows @ rows.T
    # softplus(-z) is -log sigmoid(z); torch's logsigmoid would wake threads for 64 numbers.
    near, far = (linked * F.softplus(-scores)).sum(), (apart * F.softplus(scores)).sum()
    return near / linked.sum().clamp(min=1) + far / apart.sum().clamp(min=1)


def learn_table(edge_index: Tensor, num_nodes: int, seed: int) -> Tensor:
    """A row of one number for each node [N, 1], from nothing but the links; another seed, another start."""
    chance = torch.Generator().manual_seed(seed)
    rows = 0.3 * torch.randn(num_nodes, 1, generator=chance)
    for _ in range(_STEPS):
        rows.requires_grad_()
        [slope] = torch.autograd.grad(near_far(rows, edge_index), rows)
        rows = rows.detach() - _RATE * slope
    return rows.round(decimals=1) + 0.0  # no -0.0


def look_up(rows: Tensor, nodes: Tensor) -> Tensor:
    return F.embedding(nodes, rows)


class Answer(NamedTuple):
    """Everybody's row [N], which of them are not the library's, and what there is to say.

    failed: the learner's function did not run, and the rows are the library's.
    """

    values: list[float]
    ours: list[float]
    wrong: tuple[int, ...]
    message: str
    failed: bool


def ask(function: Callable[..., Any] | None, ours: Callable[..., Any], **inputs: Any) -> Answer:
    tried = attempt(function, ours, **inputs)
    right = tried.ours[:, 0].tolist()
    if tried.value is None:
        return Answer(right, right, (), tried.message + _STAND_IN, failed=True)
    wrong = (~tried.agrees()[:, 0]).nonzero().flatten().tolist()
    return Answer(tried.value[:, 0].tolist(), right, tuple(wrong), tried.message, failed=False)


class NoRow(NamedTuple):
    """What a lookup says of a node beyond the table's end; `html` has the learner's line, too."""

    error: str
    html: str


def miss(lookup: Callable[..., Any] | None, rows: Tensor, names: Sequence[str]) -> NoRow:
    """Look up the node after the last row. names: at least of those who are in the table."""
    found = run(lookup or look_up, Call(dict(rows=rows, nodes=torch.tensor([len(rows)]))))
    if found.problem is not None:
        error = f"{found.problem.error}: {found.problem.message}".strip(": ") or found.problem.kind
        place, line = escape(found.problem.place), escape(found.problem.line)
        html = f"<code>{escape(error)}</code>"
        return NoRow(error, f"{html}<pre>{place}:  {line}</pre>" if line else html)
    given = next((value for value in found.outputs.values() if isinstance(value, Tensor)), torch.empty(0))
    same = [name for name, row in zip(names, rows, strict=False) if torch.equal(row, given.flatten().float())]
    whose = f"the row of {' or '.join(same)}" if same else "nobody's row"
    value = f"{float(given):.3g}" if given.numel() == 1 else f"a tensor {list(given.shape)}"
    error = f"your lookup gives {value}, which is {whose}"
    return NoRow(error, escape(error[0].upper() + error[1:]) + ".")


def library_layer() -> nn.Module:
    """SAGEConv with these weights."""
    layer = SAGEConv(2, 1)
    own, bias, inbox = WEIGHTS.values()
    layer.load_state_dict({"lin_r.weight": own, "lin_l.bias": bias, "lin_l.weight": inbox})
    return layer.eval()


def with_weights(layer: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """The learner's class as a function of x and edge_index: built anew for each call, with these weights."""
    if layer is None:
        return None
    if isinstance(layer, nn.Module) or not callable(layer):
        raise TypeError(f"pass the class itself, as play_newcomer(SAGELayer); got {type(layer).__name__}.")

    def rows(x: Tensor, edge_index: Tensor) -> Any:
        return build(layer, Call({}, dict(in_channels=2, out_channels=1), WEIGHTS))(x, edge_index)

    return update_wrapper(rows, layer)  # so that errors go by the layer's name


def encoded(name: str, own: Sequence[float], inbox: Sequence[Sequence[float]], tellers: Sequence[str]) -> str:
    """The sum behind an encoded row: from what the node says itself, and from the mean of its inbox."""
    mine, heard = WEIGHTS["lin_self.weight"][0].tolist(), WEIGHTS["lin_inbox.weight"][0].tolist()
    bias = WEIGHTS["lin_self.bias"].tolist()
    text = f"{name} rates {_listed(own)}: {arithmetic('sum', [*own, 1.0], [*mine, *bias])}."
    if not tellers:
        return f"{text} The inbox is empty, and adds 0."
    mean = torch.tensor(inbox).mean(0).tolist()
    return (
        f"{text} Those who tell {name}, {', '.join(tellers)}, rate {_listed(mean)} on average: "
        f"{arithmetic('sum', mean, heard)}."
    )


def _listed(values: Sequence[float]) -> str:
    return ", ".join(number(round(value, 2)) for value in values)
