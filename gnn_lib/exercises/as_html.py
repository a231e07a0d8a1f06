"""A report as HTML: made of headings, lists and tables, with words wherever there is a colour."""

from html import escape

from torch import Tensor

from gnn_lib.exercises.as_text import built_with, clean, output_name, score_line, title, value_text
from gnn_lib.exercises.calls import Value
from gnn_lib.exercises.closeness import number
from gnn_lib.exercises.look import MARKS, TONES, card, prose
from gnn_lib.exercises.picture import picture_of
from gnn_lib.exercises.verdict import Example, Verdict
from gnn_lib.exercises.window import Window, window_on


def report_html(verdict: Verdict) -> str:
    badge = f'<span class="gnn-badge" aria-hidden="true">{MARKS[verdict.status]}</span>'
    parts = [
        f'<p class="gnn-title">{badge}{escape(title(verdict))}</p>',
        f"<p>{prose(clean(verdict.says))}</p>",
        _problem(verdict),
        _groups(verdict),
        _case(verdict.example) if verdict.example is not None else "",
    ]
    return card(f"Check of {verdict.exercise}", "".join(parts), TONES[verdict.status])


def _problem(verdict: Verdict) -> str:
    if verdict.problem is None or not verdict.problem.place:
        return ""
    place, line = escape(clean(verdict.problem.place)), escape(clean(verdict.problem.line))
    return f"<pre>{place}:  <strong>{line}</strong></pre>"


def _groups(verdict: Verdict) -> str:
    if verdict.status == "not attempted":
        return ""
    rows = "".join(
        f'<li><span aria-hidden="true">{"✓" if group.passed else "✗"}</span> {escape(group.name)} '
        f"({number(group.points)}): {'passed' if group.passed else 'not yet'}</li>"
        for group in verdict.groups
    )
    return f"<p><strong>{score_line(verdict)}</strong></p>" + (
        f"<ul>{rows}</ul>" if len(verdict.groups) > 1 else ""
    )


def _case(example: Example) -> str:
    built = ""
    if example.build:
        built = f"<li>built with <code>{escape(built_with(example.build))}</code></li>"
    inputs = "".join(
        f"<li><code>{escape(name)} = {escape(value_text(value))}</code></li>"
        for name, value in example.inputs.items()
    )
    printed = ""
    if example.printed:
        printed = f"<p>Your code printed there:</p><pre>{escape(clean(example.printed))}</pre>"
    tables = _table("should be", example.expected, example) + _table("of yours", example.got, example)
    return (
        "<p>The smallest case that shows it:</p>"
        f'<div class="gnn-case"><ul>{built}{inputs}</ul>{picture_of(example)}{tables}</div>{printed}'
    )


def _table(which: str, value: Value | None, example: Example) -> str:
    """Vectors and matrices as a table; anything else in a line."""
    if value is None:
        return ""
    window = window_on(value, example)
    if window is None or not isinstance(value, Tensor):
        caption = escape(f"{example.output} {which}")
        return f"<p><strong>{caption}</strong> <code>{escape(value_text(value))}</code></p>"
    first = window.place(example.index) if value is example.got and example.index else None
    caption = escape(f"{output_name(example.output, window.above)} {which}{_shape(value, example)}")
    note = f'<br><span class="gnn-quiet">{window.note}</span>' if window.note else ""
    return (
        f'<div class="gnn-wide"><table><caption>{caption}{note}</caption>{_head(value, window)}'
        f"<tbody>{_rows(value, window, example, first)}</tbody></table></div>"
    )


def _shape(value: Tensor, example: Example) -> str:
    """Said only where it differs."""
    one, other = example.expected, example.got
    differs = isinstance(one, Tensor) and isinstance(other, Tensor) and one.shape != other.shape
    return f", {list(value.shape)}" if differs else ""


def _head(value: Tensor, window: Window) -> str:
    """Numbers above the columns, where there are many or some are left out."""
    if len(window.columns) < 4 and window.columns == tuple(range(len(window.columns))):
        return ""
    cells = "".join(f'<th scope="col">{column}</th>' for column in window.columns)
    return f"<thead><tr><td></td>{cells}</tr></thead>"


def _rows(value: Tensor, window: Window, example: Example, first: tuple[int, int] | None) -> str:
    count = value[window.above].size(0)
    names = example.names if example.names and len(example.names) == count else range(count)
    wanted = window.of(example.expected) if first and isinstance(example.expected, Tensor) else []
    rows = []
    for i, (row, entries) in enumerate(zip(window.rows, window.of(value), strict=True)):
        cells = "".join(
            f'<td class="gnn-first">{number(entry)} (not {number(wanted[i][j])})</td>'
            if (i, j) == first
            else f"<td>{number(entry)}</td>"
            for j, entry in enumerate(entries)
        )
        rows.append(f'<tr><th scope="row">{escape(str(names[row]))}</th>{cells}</tr>')
    return "".join(rows)
