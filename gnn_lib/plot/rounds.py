"""The Weisfeiler-Leman test as a strip of pictures: one for each round, all in one layout."""

from typing import Any

from numpy.typing import NDArray
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.plot.graph import draw_graph
from gnn_lib.plot.layout import figure_height, positions
from gnn_lib.plot.style import FONT, axes_grid
from gnn_lib.validate import check_tensor, describe
from gnn_lib.wl import color_ids


def draw_colors_by_round(graph: Graph, colors: Tensor, *, seed: int = 0, ax: Any = None) -> NDArray[Any]:
    """Colours [R + 1, N] from `color_refinement`, one panel a round; returns the R + 1 Axes.

    The number in a node is its colour, so that nobody needs to tell hues apart. Hashes are renumbered
    by `color_ids`; small numbers (below N) are shown as they are. To compare two graphs, put them side
    by side with `batch_graphs`.
    """
    if check_tensor(colors, "colors").dim() != 2 or colors.size(1) != graph.num_nodes or not len(colors):
        raise ValueError(
            f"colors must be [R + 1, N], a row of {graph.num_nodes} for each round, got {describe(colors)}."
        )
    small = colors.numel() == 0 or (int(colors.min()) >= 0 and int(colors.max()) < graph.num_nodes)
    ids = colors.cpu() if small else color_ids(colors.cpu())
    pos = positions(graph, None, seed)
    width, columns = (3.2, 3) if graph.num_nodes <= 20 else (5.0, 2)
    axes = axes_grid(ax, len(ids), width, figure_height(pos, 20, width, least=1.0) + 0.3, columns)
    every = sorted(set(ids.flatten().tolist()))
    for panel in axes:
        panel.set_axis_off()
    for round_number, panel in enumerate(axes):
        row = ids[round_number].tolist()
        colours = len(set(row))
        panel.set_title(f"round {round_number}: {colours} colour{'' if colours == 1 else 's'}", fontsize=FONT)
        draw_graph(graph, groups=row, labels=row, pos=pos, all_groups=every, legend=False, ax=panel)
    return axes
