"""The picture that stands where no kernel runs: in a saved notebook, on GitHub, in HTML and on paper.

It is drawn from the same traits and along the same paths as the live one, on white, with the words in it.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from gnn_lib.widgets.geometry import Point, curve, halfway, path, ways_out, wedge

View = Any  # a GraphView: it imports this file, so this file can't name it
_INK, _LINE, _ACCENT, _MINUS, _PLUS = "#1f1f1f", "#6b7280", "#d55e00", "#8a6fc0", "#c8690a"
_PAPER = "white"
_GAP = 24.0  # pixels between two pictures side by side
_LEGEND = 22.0  # the height of a line of the legend


def with_still(
    bundle: dict[str, Any] | tuple[dict[str, Any], dict[str, Any]] | None,
    views: Sequence[View],
    words: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A widget's MIME bundle, with a picture and words for where the widget can't live."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
    data = {**data, "image/svg+xml": still(views, words), "text/plain": words}
    return data, {**metadata, "image/svg+xml": {"alt": words}}


def still(views: Sequence[View], words: str) -> str:
    """The views side by side, as one SVG."""
    parts, left, height = [], 0.0, 0.0
    for view in views:
        parts.append(f'<g transform="translate({left:g} 0)">{_picture(view)}</g>')
        left += view.size[0] + _GAP
        height = max(height, view.size[1] + (_LEGEND if view.legend else 0))
    width = max(left - _GAP, 1.0)
    label = escape(words, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}" font-family="sans-serif">'
        f'<title>{escape(words)}</title><rect width="{width:g}" height="{height:g}" rx="6" fill="{_PAPER}"/>'
        f'{"".join(parts)}</svg>'
    )


def _picture(view: View) -> str:
    out = ways_out(view.positions, view.edges)
    edges = "".join(_edge(view, line, out) for line in range(len(view.edges)))
    captions = "".join(_text(x, y, words, 12, _LINE) for x, y, words in view.captions)
    loops = {i for i, j, *_ in view.edges if i == j}
    above = [(way[1] < -0.5) != (node in loops) for node, way in enumerate(out)]
    nodes = "".join(_node(view, node, above[node]) for node in range(len(view.positions)))
    return edges + captions + nodes + _legend(view)


def _edge(view: View, line: int, out: Sequence[Point]) -> str:
    i, j, bow, _ = view.edges[line]
    head = view.head if view.directed else 0.0
    rims = view.radii[i] + 1, view.radii[j] + (1 if head else -1)
    corners = curve(view.positions[i], view.positions[j], *rims, bow, out[i] if i == j else None)
    strength, mark = view.strengths[line], view.edge_marks[line]
    colour = _MINUS if strength < 0 else _PLUS if view.signed else _INK
    opacity = 0.25 + 0.75 * min(abs(strength), 1)
    if mark == "strong":
        colour, opacity = _ACCENT, 1.0
    opacity *= 0.28 if mark == "faint" else 1
    x, y = halfway(corners)
    return (
        f'<path d="{path(corners, head)}" fill="none" stroke="{colour}" stroke-width="{view.widths[line]:g}" '
        f'stroke-opacity="{opacity:.2g}" stroke-linecap="round" stroke-linejoin="round"/>'
        + _text(x, y, view.edge_labels[line], 12)
    )


def _node(view: View, node: int, above: bool) -> str:
    (x, y), r, mark = view.positions[node], view.radii[node], view.marks[node]
    ring, width = (_ACCENT, 4) if mark == "strong" else (_LINE, 1.5)
    corner = 3 if view.shape == "square" else r
    word, below = view.inside[node], view.below[node]
    pie, start = "", 0.0
    for k, share in enumerate(view.pies[node] if view.pies else []):
        colour = view.pie_colours[k % len(view.pie_colours)]
        pie += f'<path d="{wedge(r, start, start + share)}" fill="{colour}" stroke="{_LINE}"/>'
        start += share
    fade = ' opacity=".28"' if mark == "faint" else ""
    return (
        f'<g transform="translate({x:g} {y:g})"{fade}>'
        f'<rect x="{-r:g}" y="{-r:g}" width="{2 * r:g}" height="{2 * r:g}" rx="{corner:g}" '
        f'fill="{view.fills[node] or _PAPER}" stroke="{ring}" stroke-width="{width}"/>{pie}'
        + _text(0, 0, word, word_size(r, word), view.inks[node] or _LINE, "600")
        + _text(0, -r - 12 if above else r + 11, below, 13)
        + "</g>"
    )


def word_size(radius: float, word: str) -> float:
    """The font size of a word in a node."""
    return min(radius, 15.0, 2.6 * radius / max(len(word), 2))


def _legend(view: View) -> str:
    x, y, parts = 4.0, view.size[1] + _LEGEND / 2, []
    for colour, name in view.legend:
        box = f'<rect x="{x:g}" y="{y - 7:g}" width="14" height="14" rx="3" fill="{colour}"/>'
        parts.append(box + _text(x + 20, y, name, 12, anchor="start"))
        x += 36 + 7 * len(name)
    return "".join(parts)


def _text(
    x: float, y: float, words: str, size: float, colour: str = _INK, weight: str = "", anchor: str = "middle"
) -> str:
    if not words:
        return ""
    heavy = f' font-weight="{weight}"' if weight else ""
    rim = "" if weight else ' paint-order="stroke" stroke="white" stroke-width="4" stroke-linejoin="round"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.3g}" fill="{colour}" text-anchor="{anchor}" '
        f'dominant-baseline="central"{heavy}{rim}>{escape(words)}</text>'
    )
