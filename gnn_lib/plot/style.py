"""What all pictures share: colours that everyone can tell apart, legible ink, and checks.

Categories get the palette of Okabe and Ito and a marker each, so that no picture rests on colour
alone. Values get one scale from light to dark, which keeps its order in grey. Values of both signs
get purple for below and orange for above zero. rcParams are left as they are.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, Normalize, TwoSlopeNorm, to_rgb
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from torch import Tensor

from gnn_lib.validate import describe

Values = Tensor | Sequence[float] | NDArray[Any]
Floats = NDArray[np.float64]
Scale = tuple[Colormap, Normalize]
Styles = dict[Any, tuple[str, Any]]  # group -> its colour and marker

OKABE_ITO = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#0072B2", "#D55E00", "#F0E442", "#000000")
CURVES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")  # no yellow on white
# Shapes with space for a word inside; (5, 0, 180) is a pentagon on its tip.
MARKERS: tuple[Any, ...] = ("o", "s", "D", "h", "p", "8", (5, 0, 180), "H")
# Beside a circle: how far a marker's corners reach, the space for words in it, and the size it is drawn in.
CORNER = dict(zip(MARKERS, (1.0, 1.2, 1.15, 1.05, 1.05, 1.0, 1.05, 1.05), strict=True))
ROOM = dict(zip(MARKERS, (1.0, 1.0, 0.9, 1.0, 0.95, 1.0, 0.95, 1.0), strict=True))
AREA = dict(zip(MARKERS, (1.0, 0.72, 0.66, 1.1, 1.1, 1.0, 1.1, 1.1), strict=True))
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (1, 3)))
NEUTRAL, LINE, FAINT = "#DCEBF5", "#4D4D4D", "#D0D0D0"
FONT, SMALL = 11, 9  # points, in a picture of 6 x 4 inches: still legible from the last row

# Dark means much, on white paper; without the palest yellow, which no one sees on white.
RISING = ListedColormap(colormaps["viridis_r"](np.linspace(0.06, 1, 256)), "rising")
AROUND_ZERO = colormaps["PuOr_r"]


def new_axes(ax: Axes | None, width: float = 6.0, height: float = 4.0) -> Axes:
    """`ax`, or the axes of a new figure of that many inches."""
    if ax is not None:
        if not isinstance(ax, Axes):
            raise TypeError(f"ax must be a matplotlib Axes, got {describe(ax)}. plt.subplots() makes one.")
        return ax
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def axes_grid(
    ax: Axes | Iterable[Axes] | None, count: int, width: float = 3.0, height: float = 2.6, columns: int = 4
) -> NDArray[Any]:
    """`count` axes in rows of up to `columns`: those given, or new ones. [count]."""
    if ax is not None:
        given = [ax] if isinstance(ax, Axes) else list(np.ravel(np.asarray(ax, dtype=object)))
        if len(given) != count:
            raise ValueError(f"ax must be {count} Axes for {count} panels, got {len(given)}.")
        return np.array([new_axes(one) for one in given], dtype=object)
    columns = min(columns, count)
    rows = -(-count // columns)
    size = (width * columns, height * rows)
    grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)[1].ravel()
    for spare in grid[count:]:
        spare.set_axis_off()
    return grid[:count]


def figure_of(ax: Axes, root: bool = False) -> Any:
    """The figure that holds `ax` (its sub-figure, if there is one and `root` is false)."""
    return ax.get_figure(root=root)


def to_array(values: Values, name: str) -> Floats:
    """Tensors (on any device), lists and arrays as float64, without NaN or infinity."""
    if isinstance(values, Tensor):
        values = values.detach().cpu().double().numpy()
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be numbers, got {describe(values)}.") from error
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(
            f"{name} must be finite to be drawn; position {where} holds {array[tuple(where)]}. "
            f"torch.nan_to_num({name}) replaces such numbers, if you know what they mean."
        )
    return array


def to_row(values: Values, count: int, name: str, counted: str) -> Floats:
    """One number for each node or edge, [count]; a column [count, 1] will do."""
    array = to_array(values, name)
    if array.shape == (count, 1):
        array = array[:, 0]
    if array.shape != (count,):
        raise ValueError(f"{name} must be one number per {counted}, so [{count}], got {list(array.shape)}.")
    return array


def to_list(values: Any, count: int, name: str, counted: str) -> list[Any]:
    """One thing for each node, such as a label or a group."""
    listed = values.tolist() if isinstance(values, torch.Tensor | np.ndarray) else list(values)
    if len(listed) != count:
        raise ValueError(f"{name} must have one entry per {counted}, so {count}, got {len(listed)}.")
    return listed


def scale_of(
    values: Floats, limits: tuple[float, float] | None = None, from_zero: bool = False
) -> Scale:
    """The colours for some values: one scale from light to dark, or two that meet in white at zero.

    limits: what the scale covers; None: the values, and 0 if `from_zero`.
    """
    if limits is not None:
        least, most = limits
        if not least < most:
            raise ValueError(f"a range must be (low, high) with low < high, got {limits}.")
    else:
        listed = np.append(values, 0.0) if from_zero or not values.size else values
        least, most = float(listed.min()), float(listed.max())
    if least < 0 < most:
        end = max(-least, most)
        return AROUND_ZERO, TwoSlopeNorm(0.0, -end, end)
    if least < 0 and from_zero:  # all below zero: the purple half
        return AROUND_ZERO, TwoSlopeNorm(0.0, least, -least)
    return RISING, Normalize(least, most if most > least else least + 1)


def category_style(groups: Iterable[Any]) -> Styles:
    """A colour and a marker for each group; past eight, colours come again with other markers."""
    try:
        ordered = sorted(set(groups))
    except TypeError:  # words and numbers mixed: by first appearance
        ordered = list(dict.fromkeys(groups))
    size = len(OKABE_ITO)
    return {group: (OKABE_ITO[k % size], MARKERS[(k + k // size) % size]) for k, group in enumerate(ordered)}


def luminance(colour: Any) -> float:
    """Relative luminance from 0 (black) to 1 (white), as WCAG 2 defines it."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: Any, other: Any) -> float:
    """WCAG's contrast ratio, from 1 to 21; text should have 4.5 or more."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: Any) -> str:
    """Black or white, whichever reads better on `colour`."""
    return max(("black", "white"), key=lambda ink: contrast(ink, colour))


def number(value: float) -> str:
    """A number in few characters.

    >>> [number(value) for value in (3.0, 0.3333, -0.0, 12345.6, 0.000012)]
    ['3', '0.33', '0', '1.2e+04', '1.2e-05']
    """
    if value == round(value) and abs(value) < 10_000:
        return str(int(value))
    return f"{value:.2g}" if abs(value) < 1 or abs(value) >= 1000 else f"{value:.3g}"


def plain(text: object) -> str:
    """Text that is shown as it is: a dollar sign starts no formula."""
    return str(text).replace("$", r"\$")


def text_size(text: str, fontsize: float) -> tuple[float, float]:
    """Width and height in points."""
    lines = text.split("\n")
    return fontsize * max(map(_width, lines)), (1.25 * len(lines) - 0.45) * fontsize


@lru_cache(maxsize=4096)
def _width(line: str) -> float:
    """The width of a line in a font of size 1."""
    corners = TextPath((0, 0), line, size=1).vertices
    return float(np.ptp(corners[:, 0])) if len(corners) else 0.0


def colour_bar(ax: Axes, cmap: Colormap, norm: Normalize, label: str = "") -> None:
    bar = figure_of(ax).colorbar(plt.cm.ScalarMappable(norm, cmap), ax=ax, shrink=0.8, pad=0.02)
    bar.ax.tick_params(labelsize=SMALL)
    bar.outline.set(visible=False)
    bar.set_label(label, fontsize=SMALL)


def draw_legend(ax: Axes, styles: Styles) -> None:
    """Which group has which look, to the right of the picture; none where there are too many to tell."""
    if len(styles) > 8:
        return
    handles = [
        Line2D([], [], linestyle="none", marker=marker, markersize=9, color=colour, markeredgecolor=LINE)
        for colour, marker in styles.values()
    ]
    outside_legend(ax, handles=handles, labels=[plain(group) for group in styles])


def outside_legend(ax: Axes, **entries: Any) -> None:
    """A legend to the right of the axes, where it hides nothing."""
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "borderaxespad": 0.3}
    ax.legend(**entries, **place, fontsize=SMALL, frameon=False)


def whole_numbers(ax: Axes) -> None:
    """Ticks of the x axis at whole numbers only."""
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def tidy(ax: Axes, xlabel: str, ylabel: str) -> None:
    """Axes for curves and points: labels that read, a light grid behind, no box."""
    ax.set_xlabel(xlabel, fontsize=FONT)
    ax.set_ylabel(ylabel, fontsize=FONT)
    ax.tick_params(labelsize=SMALL)
    ax.grid(True, color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
