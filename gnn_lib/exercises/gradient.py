"""What flows back through a result: its gradient by the inputs and by a layer's weights."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Value


def gradients(arrays: Mapping[str, Value], wanted: Mapping[str, Tensor]) -> dict[str, Value]:
    """The gradient of one weighted sum of all entries; zeros where nothing flows.

    The weights differ from entry to entry: under a plain sum many a wrong gradient looks right.
    """
    losses: list[Tensor] = []
    counted = 0
    for part in arrays.values():
        if isinstance(part, Tensor):
            if part.requires_grad and part.is_floating_point():
                losses.append((part.double() * _weights(part, counted)).sum())
            counted += part.numel()
    reached = {name: value for name, value in wanted.items() if value.requires_grad}
    found: dict[str, Tensor | None] = {}
    if losses and reached:
        grads = torch.autograd.grad(torch.stack(losses).sum(), list(reached.values()), allow_unused=True)
        found = dict(zip(reached, grads, strict=True))
    return {f"gradient of {name}": _dense(found.get(name), value) for name, value in wanted.items()}


def _weights(part: Tensor, start: int) -> Tensor:
    return torch.arange(start + 1, start + part.numel() + 1, dtype=torch.float64).cos().view(part.shape)


def _dense(grad: Tensor | None, value: Tensor) -> Tensor:
    return torch.zeros_like(value).detach() if grad is None else grad.detach().to_dense().clone()
