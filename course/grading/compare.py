"""What of a submission is not as it was released, in words for its instructor. None of it decides a score."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from nbformat import NotebookNode

from course.grading.clean import few, label
from course.grading.pairing import grade_id, marks, plain
from course.grading.record import Finding

MARKS = ("grade", "solution", "locked", "task", "points", "cell_type")  # that decide something in nbgrader


def compare(
    released: NotebookNode,
    submitted: NotebookNode,
    pairs: Sequence[int | None],
    stands: Mapping[int, int],
) -> Iterator[Finding]:
    """`pairs` and `stands` as pairing.py makes them. A submission that was merely solved, run and saved gives
    nothing, whatever the editor."""
    cells = (_cell(released.cells[index], submitted.cells[place]) for place, index in stands.items())
    yield from few(chain(
        _whole(released, submitted, stands),
        _deleted(released.cells, submitted.cells, stands),
        *cells,
        _added(submitted.cells, pairs),
    ))  # fmt: skip


def _whole(released: NotebookNode, submitted: NotebookNode, stands: Mapping[int, int]) -> Iterator[Finding]:
    """What is said about the notebook, not about one cell."""
    kernel, theirs = (one.metadata.get("kernelspec", {}).get("name") for one in (released, submitted))
    if theirs is not None and theirs != kernel:
        yield Finding("kernel", "", f"It asks for the kernel {theirs!r}; {kernel!r} runs it, as released.")
    known = set(filter(None, map(grade_id, released.cells)))
    there = list(filter(None, map(grade_id, submitted.cells)))
    if not submitted.cells:
        yield Finding("deleted", "", "It has no cells.")
    elif there and not known.intersection(there):
        says = f"None of its grade_ids is this lesson's: is it another notebook? One is {there[0]!r}."
        yield Finding("another lesson", "", says)
    order = [index for _, index in sorted(stands.items())]
    moved = [index for place, index in enumerate(order) if place and index < max(order[:place])]
    if moved:
        names = ", ".join(label(released.cells[index]) for index in moved[:3])
        says = f"Moved, and back in the released order: {names}{' and more' if moved[3:] else ''}."
        yield Finding("moved", "", says)
    sums = [(marks(released.cells[index]).get("checksum"), marks(submitted.cells[place]).get("checksum"))
            for place, index in stands.items()]  # fmt: skip
    if other := sum(None not in both and both[0] != both[1] for both in sums):
        says = f"{other} checksums are not the released ones: edited, or of an earlier release."
        yield Finding("checksum", "", says)


def _deleted(
    released: Sequence[NotebookNode], submitted: Sequence[NotebookNode], stands: Mapping[int, int]
) -> Iterator[Finding]:
    if not submitted:
        return
    there = set(stands.values())
    gone = [cell for index, cell in enumerate(released) if index not in there]
    if not any(map(grade_id, submitted)) and any(map(marks, gone)):
        says = "No cell has a grade_id: did another editor drop them? Read the added cells for answers."
        yield Finding("stripped", "", says)
    for cell in gone:
        if marks(cell):
            yield Finding("deleted", label(cell), "It was missing, and is back as released.")
    if plain_ones := [cell for cell in gone if not marks(cell)]:
        says = f"{len(plain_ones)} of the lesson's other cells were missing, and are back."
        yield Finding("deleted", label(plain_ones[0]), says)


def _cell(released: NotebookNode, cell: NotebookNode) -> Iterator[Finding]:
    name, mine, theirs = label(released), marks(released), marks(cell)
    if cell.cell_type != released.cell_type:
        yield Finding("retyped", name, f"It came as {cell.cell_type}, and is {released.cell_type} again.")
    if mine and not mine.get("solution") and plain(cell.source) != plain(released.source):
        yield Finding("changed", name, "It was changed, though it is locked: the released one counts.")
    if (called := grade_id(cell)) and called != grade_id(released):
        yield Finding("renamed", name, f"Its grade_id was {called!r}: found by its id.")
    edited = [key for key in MARKS if theirs and theirs.get(key) != mine.get(key)]
    if edited and (mine or any(theirs.get(key) for key in MARKS[:4])):
        says = ", ".join(f"{key} {_value(theirs, key)} instead of {_value(mine, key)}" for key in edited)
        yield Finding("marks", name, f"In its metadata: {says}. The released ones count.")
    yield from _tags(name, cell, set(released.metadata.get("tags", [])))


def _added(submitted: Sequence[NotebookNode], pairs: Sequence[int | None]) -> Iterator[Finding]:
    """The learner's own cells. Empty ones, as JupyterLab leaves at the end, are none."""
    alone = [cell for cell, index in zip(submitted, pairs, strict=True) if index is None]
    if own := [cell for cell in alone if cell.source.strip()]:
        code = sum(cell.cell_type == "code" for cell in own)
        says = f"Added by the learner: {code} of code, {len(own) - code} of text. They stay where they stood."
        yield Finding("added", "", says)
    for cell in own:
        if grade_id(cell):
            says = "The lesson has no such grade_id: the cell counts as the learner's own."
            yield Finding("unknown", label(cell), says)
        yield from _tags(label(cell), cell, set())


def _tags(name: str, cell: NotebookNode, released: set[str]) -> Iterator[Finding]:
    if added := sorted(set(cell.metadata.get("tags", [])) - released):
        yield Finding("tagged", name, f"Tagged {', '.join(map(repr, added))}: without effect.")


def _value(found: Mapping[str, object], key: str) -> str:
    return repr(found[key]) if key in found else "nothing"
