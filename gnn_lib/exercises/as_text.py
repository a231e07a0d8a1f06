"""A report as plain text: in a terminal, in Validate's window, and for whoever listens to it."""

import re
from collections.abc import Mapping

from torch import Tensor

from gnn_lib.exercises.calls import Input, Value
from gnn_lib.exercises.closeness import number
from gnn_lib.exercises.look import MARKS
from gnn_lib.exercises.verdict import Example, Verdict
from gnn_lib.exercises.window import window_on

_MOST_ROWS = 8
_MOST_COLUMNS = 10
_MOST_LETTERS = 200


def report_text(verdict: Verdict) -> str:
    lines = [f"{MARKS[verdict.status]} {title(verdict)}", clean(verdict.says), *problem_lines(verdict)]
    if verdict.status != "not attempted":
        lines += ["", score_line(verdict), *group_lines(verdict)]
    if verdict.example is not None:
        lines += ["", *example_lines(verdict.example)]
    return "\n".join(line.rstrip() for line in lines)


def title(verdict: Verdict) -> str:
    """The exercise and the verdict in one line, the verdict in words."""
    if verdict.status in ("right", "not attempted"):
        words = {"right": "right", "not attempted": "not attempted yet"}[verdict.status]
    elif verdict.status == "crashed":
        known = verdict.headline == "crashed"
        words = "stopped with an error" + ("" if known else f" ({verdict.headline})")
        if verdict.problem is not None and verdict.problem.kind in ("too slow", "stopped"):
            words = verdict.headline
    else:
        general = verdict.headline.startswith("not the right answer")
        words = verdict.headline if general else f"not yet ({verdict.headline})"
    return f"{verdict.exercise}: {words}"


def score_line(verdict: Verdict) -> str:
    unit = "point" if verdict.total == 1 else "points"
    return f"{number(verdict.score)} of {number(verdict.total)} {unit}"


def group_lines(verdict: Verdict) -> list[str]:
    if len(verdict.groups) < 2:
        return []
    return [
        f"  {'✓' if group.passed else '✗'} {group.name} ({number(group.points)}): "
        f"{'passed' if group.passed else 'not yet'}"
        for group in verdict.groups
    ]


def problem_lines(verdict: Verdict) -> list[str]:
    if verdict.problem is None or not verdict.problem.place:
        return []
    return [f"  {clean(verdict.problem.place)}:  {clean(verdict.problem.line)}"]


def example_lines(example: Example) -> list[str]:
    lines = ["The smallest case that shows it:"]
    if example.build:
        lines.append(f"  built with {built_with(example.build)}")
    lines += [f"  {name} = {value_text(value)}" for name, value in example.inputs.items()]
    for which, value in (("should be", example.expected), ("of yours ", example.got)):
        if value is not None:
            lines += [f"  {line}" for line in _value_lines(which, value, example)]
    if example.index:
        lines.append(f"  first difference at [{', '.join(map(str, example.index))}]")
    if example.printed:
        lines += ["  Your code printed there:"]
        lines += [f"    {line}" for line in clean(example.printed).splitlines()]
    return lines


def _value_lines(which: str, value: Value, example: Example) -> list[str]:
    """In one line, or of a large array the row where the first difference is."""
    window = window_on(value, example)
    if window is None or not window.note or not isinstance(value, Tensor) or not example.index:
        return [f"{example.output} {which}  {value_text(value)}"]
    row, _ = window.place(example.index)
    name = output_name(example.output, (*window.above, window.rows[row]))
    columns = "" if len(window.columns) == 1 else f" in columns {', '.join(map(str, window.columns))}"
    entries = ", ".join(number(entry) for entry in window.of(value)[row])
    return [f"{name} {which}  {entries}{columns}"]


def output_name(output: str, index: tuple[int, ...]) -> str:
    return f"{output}[{', '.join(map(str, index))}]" if index else output


def built_with(build: Mapping[str, Input]) -> str:
    return ", ".join(f"{name}={value_text(value)}" for name, value in build.items())


def value_text(value: Input | Value) -> str:
    """Small arrays whole, large ones by their beginning and shape.

    >>> import torch
    >>> value_text(torch.eye(2))
    '[[1, 0], [0, 1]]'
    """
    if isinstance(value, str):
        text = repr(value)
        return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}... ({len(value):,} letters)"
    if not isinstance(value, Tensor):
        return repr(value)
    if value.numel() == 0:
        return f"an empty tensor of shape {list(value.shape)}"
    if value.dim() and (value.size(0) > 2 * _MOST_ROWS or value[0].numel() > 2 * _MOST_COLUMNS):
        head = value.flatten()[:6]
        return f"[{', '.join(map(number, head))}, ...] of shape {list(value.shape)}"
    return _nested(value)


def _nested(value: Tensor) -> str:
    if value.dim() == 0:
        return number(value)
    return f"[{', '.join(_nested(entry) for entry in value)}]"


def clean(text: str) -> str:
    """Without what steers a terminal: colours, bells, jumps back to the start of a line."""
    text = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")
