"""Words on nodes: inside where they fit, beside on a halo where they don't."""

from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.layout import axes_size
from gnn_lib.plot.style import Floats, ink_on, number, plain, text_size, to_list

_MOST_LABELS, _MOST_OUTSIDE = 60, 12
_FONTS = (12, 11, 10, 9, 8, 7)


class Lettering(NamedTuple):
    """What is written at each node, in one size for all; `inside` says whether it fits in the node."""

    texts: list[str]
    fontsize: float
    inside: list[bool]
    with_numbers: bool  # every node has its value written in it


def letter(graph: Graph, labels: Any, numbers: Floats | None, rooms: list[float]) -> Lettering:
    """Labels (True: names or ids; False: none; or a list), with the numbers below them if all fit.

    rooms [N]: how much space there is inside each node, in points across.
    """
    texts = _labels(graph, labels)
    if numbers is not None:
        both = [f"{text}\n{number(value)}".strip() for text, value in zip(texts, numbers, strict=True)]
        for fontsize in _FONTS:
            if all(_fit(both, rooms, fontsize)):
                return Lettering(both, fontsize, [True] * len(both), True)
    # A font in which all fit; else one that suits most nodes, and the few long names go beside theirs.
    fitting = {size: sum(_fit(texts, rooms, size)) for size in _FONTS}
    fonts = [size for size in _FONTS if fitting[size] == len(texts)]
    fonts += [size for size in _FONTS if fitting[size] >= 0.75 * len(texts)]
    fontsize = fonts[0] if fonts else _FONTS[-1]
    inside = _fit(texts, rooms, fontsize)
    if len(texts) > _MOST_OUTSIDE and inside.count(False) > len(texts) / 4:
        # A crowd of words between the nodes would hide the edges: only those that fit are written.
        texts = [text if fits else "" for text, fits in zip(texts, inside, strict=True)]
    return Lettering(texts, fontsize, inside, False)


def write(ax: Axes, points: Floats, lettering: Lettering, faces: list[Any], diameter: float) -> None:
    """Put the words in their places."""
    font = lettering.fontsize
    style: dict[str, Any] = {"fontsize": font, "linespacing": 1.1, "zorder": 5, "in_layout": False}
    for node, (point, text) in enumerate(zip(points, lettering.texts, strict=True)):
        if text and lettering.inside[node]:
            # Digits and capitals are about 0.72 of the font high: half of that below the middle.
            middle = -(0.36 + 0.64 * text.count("\n")) * font
            ax.annotate(text, point, (0, middle), textcoords="offset points", ha="center", va="baseline",
                        color=ink_on(faces[node]), **style)
    outside = ["" if fits else text for text, fits in zip(lettering.texts, lettering.inside, strict=True)]
    write_beside(ax, points, outside, diameter / 2, font)


def write_beside(ax: Axes, points: Floats, words: list[str], radius: float, fontsize: float) -> None:
    """Each word next to its point, where it is least in the way of other points and words."""
    if not any(words):
        return
    axes_size(ax)  # settles the layout, and so where the points are
    ax.get_xlim(), ax.get_ylim()
    places = ax.transData.transform(points) * 72 / ax.figure.dpi
    taken = [np.append(place - radius, place + radius) for place in places]  # left, bottom, right, top
    halo = [withStroke(linewidth=3, foreground="white")]
    for word, point, place in zip(words, points, places, strict=True):
        if not word:
            continue
        boxes = _places(*text_size(word, fontsize), radius + 2)
        there = [box + np.append(place, place) for box in boxes]
        best = int(np.argmin([sum(_overlap(box, other) for other in taken) for box in there]))
        taken.append(there[best])
        left, low = boxes[best][:2]
        ax.annotate(word, point, (left, low), textcoords="offset points", ha="left", va="baseline",
                    fontsize=fontsize, color="black", path_effects=halo, zorder=5, in_layout=False)


def _places(width: float, height: float, gap: float) -> list[Floats]:
    """The boxes (left, bottom, right, top) that a word may take around a point: below first."""
    lean = 0.7 * gap
    lows = [(-width / 2, -gap - height), (-width / 2, gap), (gap, -height / 2), (-gap - width, -height / 2)]
    lows += [(lean, lean), (lean, -lean - height), (-lean - width, lean), (-lean - width, -lean - height)]
    return [np.array([left, low, left + width, low + height]) for left, low in lows]


def _overlap(one: Floats, other: Floats) -> float:
    """The area that two boxes share."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    return float(np.prod(np.clip(sides, 0, None)))


def _labels(graph: Graph, labels: Any) -> list[str]:
    if labels is False or (labels is True and graph.num_nodes > _MOST_LABELS):
        return [""] * graph.num_nodes
    listed = node_names(graph) if labels is True else to_list(labels, graph.num_nodes, "labels", "node")
    return [plain(text) for text in listed]


def _fit(texts: list[str], rooms: list[float], fontsize: float) -> list[bool]:
    """Which texts fit into their nodes."""
    sizes = {text: float(np.hypot(*text_size(text, fontsize))) if text else 0.0 for text in set(texts)}
    return [sizes[text] <= 0.98 * room for text, room in zip(texts, rooms, strict=True)]
