"""Curves: training, epoch by epoch, and smoothness, layer by layer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gnn_lib.plot.style import (
    CURVES,
    FONT,
    LINE,
    LINES,
    MARKERS,
    SMALL,
    Values,
    axes_grid,
    new_axes,
    outside_legend,
    plain,
    tidy,
    to_array,
    whole_numbers,
)
from gnn_lib.train import History


def draw_history(history: History, *, ax: Any = None) -> NDArray[Any]:
    """Loss and metric in each epoch, training and validation; returns the two Axes.

    A line marks the epoch whose weights were kept.
    """
    if not len(history):
        raise ValueError("history has no epochs yet: pass what fit(...) returned.")
    axes = axes_grid(ax, 2, width=3.6, height=3.0)
    _draw_pair(axes[0], history.train_loss, history.val_loss, "loss")
    _draw_pair(axes[1], history.train_metric, history.val_metric, history.metric_name)
    for panel in axes:
        panel.axvline(history.best_epoch, color=LINE, linestyle=":", linewidth=1.4)
        whole_numbers(panel)
    axes[0].legend(fontsize=SMALL, frameon=False)
    kept = history.val_metric or history.train_metric
    axes[1].set_title(f"kept: epoch {history.best_epoch}, {kept[history.best_epoch]:.3f}", fontsize=FONT)
    return axes


def _draw_pair(ax: Axes, train: list[float], val: list[float], name: str) -> None:
    style: dict[str, Any] = {"linewidth": 1.8, "markevery": max(len(train) // 8, 1), "markersize": 4}
    ax.plot(train, LINES[1], color=CURVES[0], label="training", marker="o", **style)
    if val:
        ax.plot(val, LINES[0], color=CURVES[1], label="validation", marker="s", **style)
    tidy(ax, "epoch", plain(name))


def draw_energy(
    energies: Mapping[str, Values], *, ylabel: str = "Dirichlet energy", ax: Axes | None = None
) -> Axes:
    """Energy against depth, a curve for each method, on a logarithmic scale; depth 0 is the input.

    energies: name -> one number for each depth. What has fallen to exactly 0 is drawn on the floor of
    the picture, with a mark of its own.

    >>> ax = draw_energy({"GCN": [1.0, 0.1, 0.01], "with residuals": [1.0, 0.8, 0.7]})
    """
    curves = {name: _energy(values, name) for name, values in energies.items()}
    if not curves:
        raise ValueError('energies is empty: pass {"name": one number for each depth}.')
    positive = np.concatenate([curve[curve > 0] for curve in curves.values()])
    floor = float(positive.min()) / 10 if positive.size else 1e-16
    ax = new_axes(ax)
    for k, (name, curve) in enumerate(curves.items()):
        colour = CURVES[k % len(CURVES)]
        ax.plot(np.maximum(curve, floor), linestyle=LINES[k % len(LINES)], marker=MARKERS[k % len(MARKERS)],
                markersize=5, linewidth=1.8, color=colour, label=plain(name))
        fallen = np.flatnonzero(curve == 0)
        if len(fallen):
            ax.plot(fallen, np.full(len(fallen), floor), "x", color=colour, markersize=9, clip_on=False)
    ax.set_yscale("log")
    tidy(ax, "depth (layers)", plain(ylabel))
    whole_numbers(ax)
    outside_legend(ax)
    return ax


def _energy(values: Values, name: str) -> NDArray[np.float64]:
    curve = to_array(values, f"energies[{name!r}]")
    if curve.ndim != 1 or not curve.size:
        raise ValueError(f"energies[{name!r}] must be one number for each depth, got {list(curve.shape)}.")
    if (curve < 0).any():
        raise ValueError(f"energies[{name!r}] can't be negative on a logarithmic scale, got {curve.min()}.")
    return curve
