"""Submissions for the tests: a lesson reduced to its exercises, with these answers in it."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course.grading.graded import Graded, Job, Settings
from course.grading.key import key_of
from course.grading.sitting import grade

ROOT = Path(__file__).parents[2]
QUICK = Settings(cell_seconds=5, notebook_seconds=30)


def released(lesson: str) -> NotebookNode:
    return nbformat.read(ROOT / "lessons" / lesson / f"{lesson}.ipynb", as_version=4)


def solutions(lesson: str) -> dict[str, str]:
    """grade_id -> what stands there in the solved notebook."""
    solved = nbformat.read(ROOT / "solutions" / lesson / f"{lesson}.ipynb", as_version=4)
    marked = (cell for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution"))
    return {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in marked}


def answered(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """A copy with these sources in the cells of these grade_ids."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(name, cell.source)
    return copy


def reduced(lesson: str, *exercises: str) -> NotebookNode:
    """The lesson's first code cell, and of the rest these exercises only."""
    notebook = released(lesson)
    wanted = {*exercises, *(f"check_{name}" for name in exercises)}
    setup = next(cell for cell in notebook.cells if cell.cell_type == "code")
    marked = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") in wanted]
    notebook.cells = [setup, *marked]
    return notebook


def with_cell(notebook: NotebookNode, source: str, after: str = "") -> NotebookNode:
    """A copy with one more cell of the learner's, behind the cell of this grade_id, else in front of all."""
    copy = nbformat.from_dict(notebook)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in copy.cells]
    own = new_code_cell(source, id=f"own-{len(ids)}", metadata={"gnn_course": {"extra": True}})
    copy.cells.insert(ids.index(after) + 1 if after else 0, own)
    return copy


def sit(lesson: str, notebook: NotebookNode, settings: Settings = QUICK) -> Graded:
    """Run and judge it, here and now."""
    return Graded.from_bytes(grade(job(lesson, notebook, settings)))


def job(lesson: str, notebook: NotebookNode, settings: Settings = QUICK) -> Job:
    return Job(lesson, nbformat.writes(notebook), key_of(lesson, notebook), settings=settings)


def scores(graded: Graded) -> dict[str, float]:
    return {mark.exercise: mark.score for mark in graded.record.marks}
