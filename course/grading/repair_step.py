"""The repair as a step of `nbgrader autograde`, for who grades with plain nbgrader:

    c.Autograde.sanitize_preprocessors = ["course.grading.repair_step.Repair", ...]  # then nbgrader's own

Not covered: nbgrader itself reads the folder and the file before us, so that a link is followed, and a
notebook that is no JSON fails there, with nbgrader's words. For that there is intake.py.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from course.grading.clean import clean
from course.grading.record import Finding
from course.grading.repair import repair


class Repair(NbGraderPreprocessor):
    """Puts the learner's answers and own cells into the released lesson; findings go to the log."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        known = resources["nbgrader"]
        released = nbformat.read(self._released(known["assignment"], known["notebook"]), as_version=4)
        cleaned, findings = clean(nb)
        repaired, more = repair(released, cleaned)
        for finding in findings + more:
            self._say(known["student"], finding)
        return repaired, resources

    def _released(self, assignment: str, notebook: str) -> Path:
        course = CourseDirectory(parent=self)
        folder = Path(course.format_path(course.release_directory, ".", assignment))
        path = folder / f"{notebook}.ipynb"
        if not path.is_file():
            raise FileNotFoundError(
                f"There is no released {path.name} in {folder}, from which to repair what was submitted: "
                f"run `nbgrader generate_assignment {assignment}`."
            )
        return path

    def _say(self, student: str, finding: Finding) -> None:
        about = f"{finding.kind}, {finding.cell}" if finding.cell else finding.kind
        self.log.warning("%s: %s: %s", student, about, finding.says)
