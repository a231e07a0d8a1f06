"""Which cell of the released lesson each cell of a submission is."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from nbformat import NotebookNode


def pair(released: Sequence[NotebookNode], submitted: Sequence[NotebookNode]) -> list[int | None]:
    """For each submitted cell the index of the released one that it is; None for the learner's own.

    The grade_id decides: it travels with a copy, and with both halves of a split cell, so several may have
    the same. What has none is found by its id and its text, by its text alone (an editor gave new ids, or
    the lesson has moved on since), by its id alone (the text was changed): each released cell once.
    """
    of_grade = {grade_id(cell): index for index, cell in enumerate(released) if grade_id(cell)}
    pairs = [of_grade.get(grade_id(cell)) for cell in submitted]
    same: tuple[Callable[[NotebookNode], Hashable], ...] = (
        lambda cell: (cell.id, cell.cell_type, plain(cell.source)),
        lambda cell: (cell.cell_type, plain(cell.source)),
        lambda cell: cell.id,
    )
    for look in same:
        free: dict[Hashable, list[int]] = {}
        for index in sorted(set(range(len(released))) - set(pairs), reverse=True):
            free.setdefault(look(released[index]), []).append(index)
        for position, cell in enumerate(submitted):
            if pairs[position] is None and (places := free.get(look(cell))):
                pairs[position] = places.pop()
    return pairs


def stands_for(
    released: Sequence[NotebookNode],
    submitted: Sequence[NotebookNode],
    pairs: Sequence[int | None],
    chosen: Mapping[int, int],
) -> dict[int, int]:
    """From a place in the submission to the released cell that stands there. Of several copies it is the
    `chosen` one (from a released index to a place), else the one that was not changed, else the first."""
    places: dict[int, int] = {}
    for position, index in enumerate(pairs):
        if index is None:
            continue
        text = plain(released[index].source)
        first = places.setdefault(index, position)
        if text == plain(submitted[position].source) and text != plain(submitted[first].source):
            places[index] = position
    return {position: index for index, position in sorted((places | dict(chosen)).items())}


def marks(cell: NotebookNode) -> Mapping[str, Any]:
    """What nbgrader knows about the cell."""
    known: Mapping[str, Any] = cell.metadata.get("nbgrader", {})
    return known


def grade_id(cell: NotebookNode) -> str:
    return str(marks(cell).get("grade_id", ""))


def plain(source: str) -> str:
    """Without what an editor trims as it saves."""
    return "\n".join(line.rstrip() for line in source.strip("\n").split("\n"))
