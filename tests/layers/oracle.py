"""Ours beside PyG's: the same weights, the same graph, the same numbers and the same gradients."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

RTOL = 1e-6


def awkward_graphs() -> Iterator[tuple[str, Tensor, int]]:
    """(name, edge_index, number of nodes): everything that a layer gets wrong on a first try."""
    generator = torch.Generator().manual_seed(7)

    def random(nodes: int, edges: int) -> Tensor:
        return torch.randint(0, nodes, (2, edges), generator=generator)

    yield "two nodes, one edge", torch.tensor([[0], [1]]), 2
    yield "one node, no edges", torch.empty(2, 0, dtype=torch.long), 1
    yield "one node, a self-loop", torch.zeros(2, 1, dtype=torch.long), 1
    yield "no edges", torch.empty(2, 0, dtype=torch.long), 4
    yield "directed path", torch.tensor([[0, 1, 2], [1, 2, 3]]), 4
    yield "self-loops on some", torch.tensor([[0, 0, 1, 2, 2], [0, 1, 2, 2, 0]]), 4
    yield "duplicates", torch.tensor([[0, 0, 1, 1, 1, 3], [1, 1, 2, 2, 2, 3]]), 5
    yield "isolated nodes, sparse", random(12, 9), 12
    yield "random, dense", random(7, 60), 7
    yield "random, large", random(40, 150), 40


def share_weights(ours: nn.Module, theirs: nn.Module) -> None:
    """Load PyG's state into ours, strictly, and ours back into PyG's; both in float64."""
    ours.double()
    theirs.double()
    with torch.no_grad():
        for parameter in theirs.parameters():  # biases start at 0, which would hide a missing one
            parameter.uniform_(-1, 1)
    ours.load_state_dict(theirs.state_dict(), strict=True)
    theirs.load_state_dict(ours.state_dict(), strict=True)


def assert_same(ours: nn.Module, theirs: nn.Module, our_args: tuple, their_args: tuple, label: str) -> None:
    """Same output, same gradient for every parameter and every floating-point argument."""
    our_out, our_grads = _run(ours, our_args)
    their_out, their_grads = _run(theirs, their_args)
    assert our_grads.keys() == their_grads.keys()
    pairs = {"output": (our_out, their_out)} | {f"d {n}": (g, their_grads[n]) for n, g in our_grads.items()}
    for what, (our, their) in pairs.items():
        hint = f"{label}: {what}\n"
        torch.testing.assert_close(our, their, rtol=RTOL, atol=1e-9, msg=lambda m, hint=hint: hint + m)


def _run(layer: nn.Module, args: tuple) -> tuple[Tensor, dict[str, Tensor]]:
    args = tuple(a.detach().clone().requires_grad_() if _is_float(a) else a for a in args)
    layer.zero_grad()
    out = layer(*args)
    generator = torch.Generator().manual_seed(1)
    out.backward(torch.randn(out.shape, generator=generator, dtype=out.dtype))
    zero = torch.zeros((), dtype=out.dtype)
    named = [(f"argument {i}", a) for i, a in enumerate(args) if _is_float(a)]
    named += list(layer.named_parameters())
    return out, {name: (p.grad if p.grad is not None else zero.expand(p.shape)) for name, p in named}


def _is_float(value: object) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()
