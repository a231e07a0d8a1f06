"""The released lessons, and submissions of them: solved as in solutions/."""

from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
LESSONS = sorted(path.parent.name for path in (ROOT / "lessons").glob("*/*.ipynb"))


def released(lesson: str) -> NotebookNode:
    return nbformat.from_dict(_read("lessons", lesson))


def solved(lesson: str) -> NotebookNode:
    """The released lesson with every answer in it, as a learner saves it."""
    answers = {cell.id: cell.source for cell in _read("solutions", lesson).cells}
    notebook = released(lesson)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source != answers[cell.id]
            cell.source = answers[cell.id]
    return notebook


@cache
def _read(folder: str, lesson: str) -> NotebookNode:
    return nbformat.read(ROOT / folder / lesson / f"{lesson}.ipynb", as_version=4)
