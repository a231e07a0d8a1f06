"""Values, groups and weights as colours, widths and words: what GraphView shows, as plain lists."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.colors import Colormap, Normalize, to_hex

from gnn_lib.plot.style import (
    NEUTRAL,
    OKABE_ITO,
    Floats,
    Values,
    category_style,
    ink_on,
    number,
    scale_of,
    to_array,
    to_list,
    to_row,
)

_MOST_WORDS = 60  # nodes: with more, there is no space for words in them or below
_SMALL = 13.0  # pixels: the radius of nodes that stand in a crowd
_STEPS = 5  # colours that stand for a whole scale in the legend
Legend = list[list[str]]  # a colour and what it means


class NodeLook(NamedTuple):
    """A colour [N], the ink that reads on it [N], a word inside [N], and what the colours mean."""

    fills: list[str]
    inks: list[str]
    inside: list[str]
    legend: Legend


class EdgeLook(NamedTuple):
    """A width [E], a strength from -1 to 1 [E], a number [E], and whether the sign is shown in colour."""

    widths: list[float]
    strengths: list[float]
    labels: list[str]
    signed: bool


def nodes(
    count: int,
    values: Values | None = None,
    value_range: tuple[float, float] | None = None,
    groups: Any = None,
    all_groups: Iterable[Any] | None = None,
    blank: bool = False,
) -> NodeLook:
    """Colours for values [N] or for groups [N], or the same plain look for all.

    blank: zeros have no colour, as in `gnn_lib.plot.draw_matrix`.
    """
    if values is not None and groups is not None:
        raise ValueError("values and groups both colour the nodes: pass one of them.")
    if values is not None:
        return _valued(values, count, value_range, blank)
    if groups is not None:
        return _grouped(groups, count, all_groups)
    return NodeLook([NEUTRAL.lower()] * count, ["black"] * count, [""] * count, [])


def _valued(
    values: Values, count: int, value_range: tuple[float, float] | None, blank: bool
) -> NodeLook:
    """Values [N] on one scale from light to dark, or purple below zero and orange above."""
    numbers = to_row(values, count, "values", "node")
    cmap, norm = scale_of(numbers, value_range, from_zero=blank)
    fills = [f"#{r:02x}{g:02x}{b:02x}" for r, g, b, _ in cmap(norm(numbers), bytes=True).tolist()]
    inside = [number(value) for value in numbers] if count <= _MOST_WORDS else [""] * count
    inks = [_ink(fill) for fill in fills]
    if blank:
        seen = numbers != 0
        fills, inks = np.where(seen, fills, "").tolist(), np.where(seen, inks, "").tolist()
    return NodeLook(fills, inks, inside, _scale_legend(cmap, norm))


def _grouped(groups: Any, count: int, all_groups: Iterable[Any] | None) -> NodeLook:
    """A category for each node, as a colour and, so that nothing rests on colour alone, as a word."""
    members = to_list(groups, count, "groups", "node")
    styles = category_style([*members, *(all_groups or ())])
    fills = [styles[one][0].lower() for one in members]
    inside = [str(one) for one in members] if count <= _MOST_WORDS else [""] * count
    legend = [[colour.lower(), str(group)] for group, (colour, _) in styles.items()]
    return NodeLook(fills, [_ink(fill) for fill in fills], inside, legend if len(legend) <= 8 else [])


def shares(given: Values, count: int) -> list[list[float]]:
    """Pies: shares [N, K] that add up to 1 for each node."""
    table = to_array(given, "pies")
    if table.ndim != 2 or len(table) != count or (table < 0).any() or (abs(table.sum(1) - 1) > 1e-3).any():
        raise ValueError(
            f"pies must be [N, K] with N = {count}, shares from 0 to 1 that add up to 1 for each node; "
            f"got {list(table.shape)}. Divide each row by its sum."
        )
    return [[round(share, 4) for share in row] for row in table.tolist()]


def pie_legend(given: Values) -> Legend:
    count = to_array(given, "pies").shape[1]
    return [[OKABE_ITO[k % len(OKABE_ITO)].lower(), f"cluster {k}"] for k in range(count)]


def edges(count: int, values: Values | None, edge_range: tuple[float, float] | None) -> EdgeLook:
    """Weights or attention [E] as width and strength, with the number where there are few."""
    if values is None:
        return EdgeLook([1.6] * count, [0.6] * count, [""] * count, False)
    numbers = to_row(values, count, "edge_values", "edge")
    _, norm = scale_of(numbers, edge_range, from_zero=True)
    most = max(abs(float(norm.vmin or 0.0)), abs(float(norm.vmax or 0.0)), 1e-12)
    share = np.clip(numbers / most, -1, 1)
    labels = [number(value) for value in numbers] if len(numbers) <= 30 else [""] * len(numbers)
    widths = [round(0.8 + 4.2 * abs(one), 2) for one in share.tolist()]
    return EdgeLook(widths, [round(one, 3) for one in share.tolist()], labels, bool((numbers < 0).any()))


def node_labels(
    names: Sequence[str], look: NodeLook, inside: Any, below: Any, radius: float
) -> tuple[list[str], list[str]]:
    """A word in each node and one below it: the value and the name, or the name where it has space."""
    many, crowded = len(names) > _MOST_WORDS, radius < _SMALL
    fits = not many and all(6.5 * len(name) <= 2 * radius for name in names)
    named = fits and not any(look.inside)
    inner = _labels(inside, names, "inside", list(names) if named else look.inside)
    # In a crowd an id would only be in the way; a name is worth its space.
    own = ["" if crowded and name == str(node) else name for node, name in enumerate(names)]
    shown = [""] * len(names) if many or (named and inside is None) else own
    return inner, _labels(below, names, "below", shown)


def _labels(given: Any, names: Sequence[str], what: str, default: list[str]) -> list[str]:
    """None for the default, True for names, False for nothing, or a word for each node [N]."""
    if given is None:
        return default
    if isinstance(given, bool):
        return list(names) if given else [""] * len(names)
    return to_words(given, len(names), what, "node")


def spoken(names: Sequence[str], look: NodeLook, given: Any = None) -> list[str]:
    """What a screen reader says of each node: its name and its value, or what is given."""
    if given is not None:
        return to_words(given, len(names), "node_words", "node")
    return [f"{name}: {inside}" if inside else name for name, inside in zip(names, look.inside, strict=True)]


def to_words(given: Any, count: int, name: str, counted: str) -> list[str]:
    """A word or a sentence for each node or edge; numbers are written short."""
    listed = to_list(given, count, name, counted)
    return [number(one) if isinstance(one, float) else str(one) for one in listed]


def marks(count: int, strong: Iterable[int], faint: Iterable[int], what: str) -> list[str]:
    """One of "", "strong" and "faint" for each of `count` nodes or edges."""
    found = [""] * count
    for name, chosen in (("faint", faint), ("strong", strong)):
        for k in chosen:
            if not 0 <= int(k) < count:
                raise ValueError(f"{name}: there is no {what} {k}; ids are from 0 to {count - 1}.")
            found[int(k)] = name
    return found


def _scale_legend(cmap: Colormap, norm: Normalize) -> Legend:
    low, high = float(norm.vmin or 0.0), float(norm.vmax or 0.0)
    steps: Floats = np.linspace(low, high, _STEPS)
    return [[to_hex(cmap(norm(step))), number(round(float(step), 6))] for step in steps]


@lru_cache(maxsize=4096)
def _ink(colour: str) -> str:
    return ink_on(colour)
