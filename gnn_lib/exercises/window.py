"""What to show of an array: all of it if it is small, else the part in which yours differs."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Value
from gnn_lib.exercises.closeness import close
from gnn_lib.exercises.verdict import Example

_ROWS, _COLUMNS = 12, 10  # shown whole
_FEW_ROWS, _FEW_COLUMNS = 6, 8  # of what is too large


@dataclass(frozen=True)
class Window:
    """The rows and columns to show, below the first indices of an array of more than two dimensions."""

    above: tuple[int, ...]
    rows: tuple[int, ...]
    columns: tuple[int, ...]  # (0,) for a vector
    note: str  # what is left out, in words

    def of(self, value: Tensor) -> list[list[Tensor]]:
        flat = value[self.above]
        flat = flat.unsqueeze(1) if flat.dim() == 1 else flat
        return [[flat[row, column] for column in self.columns] for row in self.rows]

    def place(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Where in the window an entry of the array is."""
        row, column = (*index[len(self.above) :], 0)[:2]
        return self.rows.index(row), self.columns.index(column)


def window_on(value: Value | None, example: Example) -> Window | None:
    """None for what is no table: words, one number, nothing."""
    if not isinstance(value, Tensor) or value.dim() == 0 or value.numel() == 0:
        return None
    other = example.got if value is example.expected else example.expected
    comparable = isinstance(other, Tensor) and other.shape == value.shape
    index = example.index if comparable and example.index else (0,) * value.dim()
    above = index[: max(value.dim() - 2, 0)]
    table = _matrix(value[above])
    differs = torch.zeros_like(table, dtype=torch.bool)
    if comparable and isinstance(other, Tensor) and example.index:
        differs = ~close(table, _matrix(other[above]))
    rows = _choose(differs.any(1), _ROWS, _FEW_ROWS)
    columns = _choose(differs[list(rows)].any(0), _COLUMNS, _FEW_COLUMNS)
    return Window(above, rows, columns, _note(table, rows, columns, bool(differs.any())))


def _matrix(value: Tensor) -> Tensor:
    return value if value.dim() == 2 else value.unsqueeze(1)


def _choose(differs: Tensor, whole: int, few: int) -> tuple[int, ...]:
    """All places if they aren't many; else the first that differ, else the first."""
    if len(differs) <= whole:
        return tuple(range(len(differs)))
    places = differs.nonzero().flatten().tolist()
    return tuple(places[:few]) if places else tuple(range(few))


def _note(table: Tensor, rows: tuple[int, ...], columns: tuple[int, ...], differs: bool) -> str:
    shown = [
        f"{len(part)} of {total} {noun}"
        for part, total, noun in ((rows, table.size(0), "rows"), (columns, table.size(1), "columns"))
        if len(part) < total
    ]
    return f"{', '.join(shown)}{', where yours differs' if differs else ''}" if shown else ""
