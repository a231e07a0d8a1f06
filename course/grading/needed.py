"""Which cells a submission must run to be graded: not those that only show something.

A lesson's own cells draw figures and train models with what the learner wrote, and take nearly all of the
time. To grade, only those count on which an answer depends: they bind a name that a cell of the learner's
uses later, directly or through other cells, or they may change what is called so. That is read from the
source, on the side of running too much; and should an answer lack a name after all, everything is run
(see sitting.py).
"""

from collections.abc import Iterable, Sequence

from nbformat import NotebookNode

from course.grading.names import Names, changes, names_in

# Whoever looks names up at run time may need any.
_DYNAMIC = frozenset({"globals", "locals", "vars", "eval", "exec", "get_ipython", "In", "Out", "_"})


def needed(cells: Sequence[NotebookNode]) -> set[int]:
    """The places of the code cells to run. Solutions and the learner's own cells always are."""
    code = [place for place, cell in enumerate(cells) if cell.cell_type == "code"]
    known = {place: names for place in code if (names := names_in(cells[place].source))}
    chosen = {place for place in code if _is_the_learners(cells[place]) or place not in known}
    if any(place not in known or (known[place].now | known[place].later) & _DYNAMIC for place in chosen):
        return set(code)
    imported = frozenset().union(*(names.imported for names in known.values()))
    things = frozenset().union(*(names.things for names in known.values()))
    touched = {place: names.bound | changes(names, imported) & things for place, names in known.items()}
    while more := {place for place in known if touched[place] & _used_after(place, chosen, known)} - chosen:
        chosen |= more
    return chosen


def bound_by(cells: Iterable[NotebookNode]) -> frozenset[str]:
    """The names that these cells would have bound."""
    read = (names_in(cell.source) for cell in cells)
    return frozenset().union(*(names.bound for names in read if names))


def _used_after(place: int, chosen: set[int], known: dict[int, Names]) -> frozenset[str]:
    """What the chosen cells use once the cell at `place` has run. A function's names are looked up when it
    is called, so they count wherever it stands."""
    parts = (known[one].later | (known[one].now if one > place else frozenset()) for one in chosen)
    return frozenset().union(*parts)


def _is_the_learners(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution") or "gnn_course" in cell.metadata)
