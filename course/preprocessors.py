"""What we add to nbgrader's own steps from a solution to a lesson. nbgrader_config.py names it."""

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

INSTRUCTOR = "instructor"  # the tag of a cell that learners never get


class DropInstructorCells(NbGraderPreprocessor):
    """Leaves out the notes for the instructor."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        nb.cells = [cell for cell in nb.cells if INSTRUCTOR not in cell.metadata.get("tags", [])]
        return nb, resources
