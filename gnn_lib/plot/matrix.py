"""Matrices as pictures: the adjacency matrix, with the edge i → j in row i and column j."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize

from gnn_lib.convert import to_dense
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import (
    FAINT,
    FONT,
    SMALL,
    Floats,
    Values,
    colour_bar,
    ink_on,
    new_axes,
    number,
    plain,
    scale_of,
    to_array,
    to_list,
)

_MOST_WRITTEN, _MOST_NAMES, _MOST_LINES = 12, 26, 50


def draw_adjacency(graph: Graph, *, ax: Axes | None = None) -> Axes:
    """The adjacency matrix A [N, N] with the nodes' names: from the node of the row, to that of the column.

    Edge weights where the graph has them; copies of an edge are summed. Cells without an edge are white.
    """
    names = node_names(graph)
    ax = draw_matrix(to_dense(graph), rows=names, columns=names, ax=ax)
    ax.set_ylabel("from", fontsize=FONT)
    ax.set_xlabel("to", fontsize=FONT)
    return ax


def draw_matrix(
    matrix: Values,
    *,
    rows: Sequence[object] | None = None,
    columns: Sequence[object] | None = None,
    value_range: tuple[float, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Any matrix [N, M], its numbers in the cells up to 12 x 12. Darker is more; zeros are white.

    rows [N], columns [M]: names for the sides; their numbers if not given. value_range: what the colours
    cover, so that pictures can be compared; None: from 0 to the largest.
    """
    cells = to_array(matrix, "matrix")
    if cells.ndim != 2 or not cells.size:
        raise ValueError(f"matrix must be [N, M] with at least one cell, got {list(cells.shape)}.")
    N, M = cells.shape
    # Square cells of a size that holds three characters, in a picture that is no taller than wide.
    width, height = np.clip([0.45 * M + 1.2, 0.45 * N + 0.8], [2.4, 2.0], [5.2, 4.4])
    ax = new_axes(ax, width, height)
    cmap, norm = scale_of(cells, value_range, from_zero=True)
    ax.imshow(np.ma.masked_equal(cells, 0), cmap=cmap, norm=norm, interpolation="nearest")
    _draw_grid(ax, N, M)
    _name_sides(ax, _names(rows, N, "rows"), _names(columns, M, "columns"))
    if max(N, M) <= _MOST_WRITTEN:
        _write_cells(ax, cells, cmap, norm)
    elif len(np.unique(cells[cells != 0])) > 1:
        colour_bar(ax, cmap, norm)
    return ax


def _names(names: Sequence[object] | None, count: int, side: str) -> list[str]:
    listed = list(range(count)) if names is None else to_list(names, count, side, side.removesuffix("s"))
    return [plain(name) for name in listed]


def _draw_grid(ax: Axes, N: int, M: int) -> None:
    """Thin lines between the cells, unless there are too many to see."""
    ax.spines[:].set(color=FAINT, linewidth=0.6)
    if max(N, M) <= _MOST_LINES:
        ax.hlines(np.arange(1, N) - 0.5, -0.5, M - 0.5, colors=FAINT, linewidths=0.6)
        ax.vlines(np.arange(1, M) - 0.5, -0.5, N - 0.5, colors=FAINT, linewidths=0.6)


def _name_sides(ax: Axes, rows: list[str], columns: list[str]) -> None:
    """Every name where there is space for all; else ids at regular steps."""
    ax.tick_params(length=0, labelsize=SMALL)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    if max(len(rows), len(columns)) > _MOST_NAMES:
        return
    small = SMALL if max(len(rows), len(columns)) <= 15 else 7
    upright = max(map(len, columns)) * len(columns) > 40
    ax.set_yticks(range(len(rows)), rows, fontsize=small)
    ax.set_xticks(range(len(columns)), columns, fontsize=small, rotation=90 if upright else 0)


def _write_cells(ax: Axes, cells: Floats, cmap: Colormap, norm: Normalize) -> None:
    for (i, j), value in np.ndenumerate(cells):
        ink = "#767676" if value == 0 else ink_on(cmap(norm(value)))
        ax.text(j, i, number(value), ha="center", va="center_baseline", color=ink, fontsize=SMALL)
