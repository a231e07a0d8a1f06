"""From the text of a lesson to the notebook it stands for.

The format is jupytext's py:percent, with nbgrader's own metadata written short: only grade_id and what
the cell is (`solution`, `grade`, `locked`). Here the rest of nbgrader's schema is filled in, the points of
a graded cell come from the exercise that it names, and every cell gets an id that a rebuild repeats.
"""

from collections.abc import Mapping
from pathlib import Path

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbformat.validator import NotebookValidationError

from course.build.problems import BuildError
from course.build.rules import exercise_of, problems

METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read(path: Path, points: Mapping[str, float], title: str = "") -> NotebookNode:
    """The solved notebook without outputs; `points` has every exercise of the lesson, by name."""
    try:
        cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    except NotebookValidationError as error:
        raise BuildError([f"{path.name}, the header of a cell: {error.message}"]) from None
    for cell in cells:
        cell.metadata.pop("lines_to_next_cell", None)  # jupytext's note on blank lines in the text
    if found := list(problems(path.stem, cells, points, title)):
        raise BuildError(f"{path.name}, {problem}" for problem in found)
    notebook = new_notebook(cells=cells, metadata=METADATA)
    for position, cell in enumerate(notebook.cells):
        complete(cell, position, points)
    return notebook


def complete(cell: NotebookNode, position: int, points: Mapping[str, float]) -> None:
    """Give a cell its id, and all of nbgrader's metadata if it has some of them."""
    marks = cell.metadata.get("nbgrader")
    cell.id = marks["grade_id"] if marks else f"cell-{position:03d}"
    if marks is None:
        return
    graded, solved = marks.get("grade", False), marks.get("solution", False)
    cell.metadata["nbgrader"] = {
        "grade": graded,
        "grade_id": marks["grade_id"],
        "locked": not solved,
        "schema_version": 3,
        "solution": solved,
        "task": False,
    }
    if graded:
        worth = points[exercise_of(cell)]
        # JupyterLab writes 2.0 back as 2: what it saves should differ from ours in what was typed only.
        cell.metadata["nbgrader"]["points"] = int(worth) if worth == int(worth) else worth
