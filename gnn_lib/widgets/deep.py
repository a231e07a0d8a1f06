"""A deep stack of gatherings without weights, with or without remedies: what smoothing.py draws.

    h' = S.T @ h,    S as in a GCN: 1 / sqrt(d_j d_i) on each edge j -> i and each self-loop

It is what a GCN does to its features before it has learned anything. The remedies and the thermometer may
be the learner's; each call goes through `attempt`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import update_wrapper
from typing import Any

import torch
from torch import Tensor

from gnn_lib.layers.regularize import PairNorm
from gnn_lib.smoothing import dirichlet_energy
from gnn_lib.widgets.attempt import Attempt, attempt

RESIDUAL, PAIR_NORM, DROP_EDGE, JUMPING = "residual", "PairNorm", "DropEdge", "jumping knowledge"
REMEDIES = (RESIDUAL, PAIR_NORM, DROP_EDGE, JUMPING)
Own = Mapping[str, Callable[..., Any] | None]  # "energy", and the names in OURS
_DROPPED = 0.5  # the share of edges that a layer goes without


@dataclass
class Deep:
    """h [N, 1] at the start and after each layer; what was gathered; the edges it came along; the curve."""

    h: list[Tensor]
    remedies: set[str]
    gathered: list[Tensor] = field(default_factory=list)
    edges: list[Tensor] = field(default_factory=list)  # [2, kept], with self-loops
    weights: list[Tensor] = field(default_factory=list)
    read: list[Tensor] = field(default_factory=list)  # what the exit sees, [N, F]
    curve: list[float] = field(default_factory=list)  # energy / size of it
    note: str = ""  # a message that does not stop anything


class StoppedError(Exception):
    """A function of the learner's gave nothing to go on with; the text is the message."""


def run_deep(start: Tensor, edge_index: Tensor, depth: int, remedies: set[str], own: Own, seed: int) -> Deep:
    """`depth` layers from `start` [N]. seed: of DropEdge's coins."""
    deep = Deep([start[:, None]], remedies)
    coins = torch.Generator().manual_seed(seed)
    for _ in range(depth):
        kept = edge_index
        if DROP_EDGE in remedies:
            drawn = torch.rand(edge_index.size(1), generator=coins)
            kept = _call(deep, own, "drop_edge", edge_index=edge_index, coins=drawn, p=_DROPPED).long()
        _layer(deep, kept, own)
    deep.read = list(deep.h)
    if JUMPING in remedies:
        layers = torch.stack(deep.h)
        deep.read = [_call(deep, own, "jump", layers=layers[: k + 1]) for k in range(depth + 1)]
    deep.curve = _shares(deep, edge_index, own.get("energy"))
    return deep


def _shares(deep: Deep, edge_index: Tensor, given: Callable[..., Any] | None) -> list[float]:
    """Energy / size of what is read after each layer: one guarded call for all, as the guard takes time."""
    widths = [read.size(1) for read in deep.read]

    def of_all(energy: Callable[..., Any]) -> Callable[..., Tensor]:
        def energies(x: Tensor, edge_index: Tensor) -> Tensor:
            parts = torch.split(x, widths, dim=1)
            return torch.stack([torch.as_tensor(energy(part, edge_index)) for part in parts])

        return update_wrapper(energies, energy)  # so that errors go by its name

    x = torch.cat(deep.read, dim=1)
    if given is None:
        values = of_all(dirichlet_energy)(x, edge_index)
    else:
        tried = attempt(of_all(given), of_all(dirichlet_energy), x=x.float(), edge_index=edge_index)
        values = _value(deep, tried)
    sizes = [float(read.square().sum()) for read in deep.read]
    return [energy / size if size else 0.0 for energy, size in zip(values.tolist(), sizes, strict=True)]


def _layer(deep: Deep, kept: Tensor, own: Own) -> None:
    h = deep.h[-1]
    loops = torch.arange(len(h))
    edges = torch.cat([kept, torch.stack([loops, loops])], dim=1)
    degree = edges[1].bincount(minlength=len(h)).double()
    weights = (degree[edges[0]] * degree[edges[1]]).rsqrt()
    new = torch.zeros_like(h).index_add(0, edges[1], weights[:, None] * h[edges[0]])
    deep.edges.append(edges)
    deep.weights.append(weights)
    deep.gathered.append(new)
    if RESIDUAL in deep.remedies:
        new = (h + new) / 2
    deep.h.append(_call(deep, own, "pair_norm", x=new, scale=1.0) if PAIR_NORM in deep.remedies else new)


def _call(deep: Deep, own: Own, name: str, **inputs: Any) -> Tensor:
    """Ours in float64; the learner's in float32, for which learners write."""
    ours, given = OURS[name], own.get(name)
    if given is None:
        return ours(**inputs)
    return _value(deep, attempt(given, ours, seed=0, **{k: _single(v) for k, v in inputs.items()}))


def _value(deep: Deep, tried: Attempt) -> Tensor:
    if tried.value is None:
        raise StoppedError(tried.message)
    deep.note = tried.message or deep.note
    return tried.value


def _single(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and value.is_floating_point() else value


def _pair_norm(x: Tensor, scale: float) -> Tensor:
    normed: Tensor = PairNorm(scale, eps=1e-6)(x)
    return normed


def _drop_edge(edge_index: Tensor, coins: Tensor, p: float) -> Tensor:
    return edge_index[:, coins >= p]


def _jump(layers: Tensor) -> Tensor:
    return torch.cat(layers.unbind(0), dim=1)


OURS: Mapping[str, Callable[..., Tensor]] = {
    "drop_edge": _drop_edge, "pair_norm": _pair_norm, "jump": _jump
}  # fmt: skip
