"""A submission as it should have come: the released lesson with the learner's answers in it.

The result has every released cell, in the released order, with the released metadata. From the submission
come the sources of the solution cells, and the learner's own cells, each after the cell that it stood after.
So nothing that was deleted, copied, split, moved, retyped, tagged or re-pointed decides a score, and a helper
that an honest learner wrote in a cell of its own is still there when the solution needs it.

Not covered: a solution cell without its grade_id and its id (another editor took them) can't be told from a
helper; it runs as one, where it stands. An edit of the lesson's prose is not kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import deepcopy

from nbformat import NotebookNode, from_dict

from course.grading.clean import clean
from course.grading.compare import compare
from course.grading.copies import Settled, settle
from course.grading.pairing import marks, pair, plain, stands_for
from course.grading.record import Finding

OURS = "gnn_course"  # the key of our mark in a cell's metadata


def repair(
    released: NotebookNode, submitted: NotebookNode | None
) -> tuple[NotebookNode, tuple[Finding, ...]]:
    """The notebook to run, without outputs, and what an instructor may want to know.

    Whatever is in `submitted`, it never raises. Repairing the result once more changes nothing.
    """
    cleaned, findings = clean(submitted or {"nbformat": 4, "cells": []}, limited=False)
    mine = cleaned.cells if cleaned else []
    pairs = pair(released.cells, mine)
    answers = _answers(released.cells, mine, pairs)
    stands = stands_for(released.cells, mine, pairs, {index: one.place for index, one in answers.items()})
    own = _own(released.cells, mine, pairs, stands, answers)
    cells = own[-1]
    for index, cell in enumerate(released.cells):
        cells += [_rebuilt(cell, answers.get(index), mine), *own[index]]
    _name(cells, released.cells)
    if cleaned and submitted is not None:
        findings += tuple(compare(released, cleaned, pairs, stands))
        says = {index: one.says for index, one in answers.items() if one.says}
        findings += tuple(Finding("copied", released.cells[index].id, text) for index, text in says.items())
    notebook = dict(nbformat=4, nbformat_minor=5, metadata=deepcopy(released.metadata), cells=cells)
    return from_dict(notebook), findings


def _answers(
    released: list[NotebookNode], mine: list[NotebookNode], pairs: list[int | None]
) -> dict[int, Settled]:
    """For each solution cell that came back, by its index in the lesson, what is in it."""
    copies = defaultdict(list)
    for position, index in enumerate(pairs):
        if index is not None and marks(released[index]).get("solution"):
            copies[index].append((position, mine[position]))
    return {index: settle(released[index], some) for index, some in sorted(copies.items())}


def _rebuilt(released: NotebookNode, answer: Settled | None, mine: list[NotebookNode]) -> NotebookNode:
    """The released cell, and in it the answer."""
    cell = deepcopy(released)
    if cell.cell_type == "code":
        cell.update(outputs=[], execution_count=None)
    if answer is not None:
        cell.source = answer.source
        if cell.cell_type != "code" and (pictures := _pictures(mine[place] for place in answer.parts)):
            cell.attachments = pictures
    return cell


def _pictures(cells: Iterable[NotebookNode]) -> dict[str, object]:
    return {name: data for cell in cells for name, data in cell.get("attachments", {}).items()}


def _own(
    released: list[NotebookNode],
    mine: list[NotebookNode],
    pairs: list[int | None],
    stands: Mapping[int, int],
    answers: Mapping[int, Settled],
) -> dict[int, list[NotebookNode]]:
    """The learner's own cells, by the index of the released cell after which they come; -1 is the top."""
    ends = _ends(released, set(stands.values()))
    again = {place: source for answer in answers.values() for place, source in answer.again}
    own: dict[int, list[NotebookNode]] = defaultdict(list)
    before = -1
    for position, (cell, index) in enumerate(zip(mine, pairs, strict=True)):
        if position in stands:
            before = stands[position]
            if _differs(released[before], cell):
                own[before].append(_extra(cell, cell.source))
        elif position in again:
            own[ends[before]].append(_extra(cell, again[position]))
        elif index not in answers and cell.source.strip():
            own[ends[before]].append(_extra(cell, cell.source))
    return own


def _ends(released: list[NotebookNode], there: set[int]) -> dict[int, int]:
    """After which cell something belongs that stood after a given one: what was deleted just there comes
    before it, but not a check: what the learner wrote there may be what it is to check."""
    ends = {}
    end = len(released) - 1
    for index in range(len(released) - 1, -2, -1):
        ends[index] = end
        kind = marks(released[index]) if index >= 0 else {}
        if index in there or (kind.get("grade") and not kind.get("solution")):
            end = index - 1
    return ends


def _differs(released: NotebookNode, cell: NotebookNode) -> bool:
    """Whether the learner's version of an ordinary cell goes on living: code that ran there instead."""
    ordinary = not marks(released)
    changed = cell.source.strip() and plain(cell.source) != plain(released.source)
    return bool(ordinary and changed and "code" in (released.cell_type, cell.cell_type))


def _extra(cell: NotebookNode, source: str) -> NotebookNode:
    """A cell of the learner's own, with nothing of its metadata."""
    extra = NotebookNode(cell_type=cell.cell_type, id="", metadata={OURS: {"extra": True}}, source=source)
    if cell.cell_type == "code":
        extra.update(outputs=[], execution_count=None)
    elif "attachments" in cell:
        extra.attachments = cell.attachments
    return extra


def _name(cells: list[NotebookNode], released: list[NotebookNode]) -> None:
    """Ids for the learner's own cells: the same for the same cells, in any run."""
    taken = {cell.id for cell in released}
    fresh = (name for number in range(1, 2**62) if (name := f"extra-{number}") not in taken)
    for cell in cells:
        if not cell.id:
            cell.id = next(fresh)
