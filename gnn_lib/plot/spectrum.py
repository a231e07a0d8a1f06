"""The spectral picture: the eigenvalues of a graph, and what a filter does to each."""

from collections.abc import Callable, Mapping

import torch
from matplotlib.axes import Axes
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.plot.style import (
    CURVES,
    FAINT,
    LINE,
    LINES,
    new_axes,
    outside_legend,
    plain,
    tidy,
    to_row,
    whole_numbers,
)
from gnn_lib.spectral import spectrum


def draw_spectrum(graph: Graph, *, normalised: bool = True, ax: Axes | None = None) -> Axes:
    """The eigenvalues of the Laplacian, ascending: slow waves first, and a zero for each component.

    normalised: of I - D^-1/2 A D^-1/2, all from 0 to 2; else of D - A.
    """
    eigenvalues = spectrum(graph, normalised).cpu().numpy()
    if not len(eigenvalues):
        raise ValueError("the graph has no nodes, so there is no spectrum to draw.")
    ax = new_axes(ax)
    ax.vlines(range(len(eigenvalues)), 0, eigenvalues, colors=FAINT, linewidths=1.2)
    ax.plot(eigenvalues, "o", color=CURVES[0], markersize=5, clip_on=False)
    tidy(ax, "k", "eigenvalue $\\lambda_k$")
    ax.set_ylim(0, 2.0 if normalised else max(float(eigenvalues[-1]), 1e-9) * 1.05)
    whole_numbers(ax)
    return ax


def draw_filters(
    filters: Mapping[str, Callable[[Tensor], Tensor]], graph: Graph | None = None, *, ax: Axes | None = None
) -> Axes:
    """What each filter multiplies a wave of eigenvalue λ with, over λ from 0 (slow) to 2 (fast).

    filters: name -> a function of a tensor of λ. graph: marks its eigenvalues at the foot, where the
    filters are really used.

    >>> ax = draw_filters({"a step of GCN": lambda wave: 1 - wave})
    """
    if not filters:
        raise ValueError('filters is empty: pass {"name": function of λ}.')
    wave = torch.linspace(0, 2, 201)
    ax = new_axes(ax)
    for k, (name, response) in enumerate(filters.items()):
        curve = to_row(response(wave), len(wave), f"the response of {name!r}", "λ")
        ax.plot(wave.numpy(), curve, linestyle=LINES[k % len(LINES)], color=CURVES[k % len(CURVES)],
                linewidth=2.2, label=plain(name))
    ax.axhline(0, color=LINE, linewidth=0.8)
    tidy(ax, "eigenvalue $\\lambda$ (0: slow waves, 2: fast)", "multiplied by")
    ax.set_xlim(0, 2)
    if graph is not None:
        foot = ax.get_xaxis_transform()
        ax.plot(spectrum(graph).cpu().numpy(), [0.015] * graph.num_nodes, "|", color=LINE, markersize=9,
                transform=foot, label="the graph's eigenvalues", clip_on=False)
    outside_legend(ax)
    return ax
