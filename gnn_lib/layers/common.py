"""What several layers share: how their weights start, and the bias at the end."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from gnn_lib.validate import check_rows, check_same_device, describe


def glorot_linear(in_channels: int, out_channels: int, bias: bool = False) -> nn.Linear:
    """x W^T (+ b), with W drawn by Glorot's rule (uniform, variance 2 / (in + out)) and b zero."""
    linear = nn.Linear(in_channels, out_channels, bias=bias)
    nn.init.xavier_uniform_(linear.weight)
    if bias:
        nn.init.zeros_(linear.bias)
    return linear


def glorot(*shape: int) -> nn.Parameter:
    """A parameter drawn by Glorot's rule over its last two dimensions."""
    limit = (6.0 / (shape[-2] + shape[-1])) ** 0.5
    return nn.Parameter(torch.empty(shape).uniform_(-limit, limit))


def side_by_side(x: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
    """x W^T for each W [out, in]; on the way back, x's gradients are summed in one array."""
    products: tuple[Tensor, ...] = _SideBySide.apply(x, *weights)  # type: ignore[no-untyped-call]
    return products


class _SideBySide(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, *weights: Tensor) -> tuple[Tensor, ...]:
        ctx.save_for_backward(x, *weights)
        return tuple(x @ W.t() for W in weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        x, *weights = ctx.saved_tensors
        grad_x = None
        if ctx.needs_input_grad[0]:
            grad_x = grads[0] @ weights[0]
            for grad, W in zip(grads[1:], weights[1:], strict=True):
                grad_x.addmm_(grad, W)
        return grad_x, *(grad.t() @ x for grad in grads)


def add_bias(out: Tensor, bias: Tensor | None) -> Tensor:
    """`out` + `bias`, if there is one; in place, for an `out` that nobody else holds."""
    return out if bias is None else out.add_(bias)


def first_linear(network: nn.Module) -> tuple[nn.Linear | None, list[nn.Module]]:
    """(first linear map, the modules after it) of a sequence that begins with one, else (None, [])."""
    if type(network) is nn.Sequential and len(network) and type(network[0]) is nn.Linear:
        return network[0], list(network)[1:]
    return None, []


def check_width(x: Tensor, width: int, name: str = "x") -> None:
    """`x` must have as many columns as the layer was made for."""
    if x.dim() != 2 or x.size(1) != width:
        raise ValueError(
            f"{name} must have shape [N, {width}], as the layer was made for {width} features; "
            f"got {list(x.shape)}."
        )


def check_batch(batch: object, x: Tensor) -> Tensor:
    """`batch` if it says for each row of x which graph it is in: [N], int64."""
    batch = check_rows(batch, x.size(0), "batch", "node")
    if batch.dtype != torch.int64 or batch.dim() != 1:
        raise TypeError(
            f"batch must hold torch.int64 of shape [N], got {describe(batch)}. Convert with batch.long()."
        )
    check_same_device(batch, "batch", x, "x")
    return batch
