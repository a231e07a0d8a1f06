"""`Judged`: what stands in the place of nbgrader's Execute, by nbgrader_config.py.

So `nbgrader autograde` and Formgrader's button grade as our engine does, one submission after the other.
"""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets import Float, Unicode

from course.grading.graded import BEST, Graded, Job, Settings
from course.grading.kernels import kernel_manager
from course.grading.key import key_of
from course.grading.record import Finding
from course.grading.sandbox.levels import Level
from course.grading.sitting import grade
from gnn_lib.exercises.lessons import numbers


class Judged(Execute):
    """Runs a lesson in the sandbox and has the judge grade it. What is no lesson of this course is run as
    nbgrader does, its tests in the student's own kernel, though in the sandbox."""

    records = Unicode(help="Where the records go: LESSON/STUDENT.json.").tag(config=True)
    sandbox = Unicode(BEST, help="The sandbox's level, or the best that there is.").tag(config=True)
    notebook_timeout = Float(300, help="Seconds for one notebook.").tag(config=True)
    timeout = Execute.timeout

    def _records_default(self) -> str:
        return str(Path(CourseDirectory(config=self.config).root) / "records")

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        lesson, student = resources["nbgrader"]["notebook"], resources["nbgrader"]["student"]
        if not is_lesson(lesson):
            return super().preprocess(nb, resources, km)
        graded = self._graded(nb, lesson)
        for cell, done in zip(nb.cells, graded.notebook.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = done.outputs, done.execution_count
        graded.record.save(Path(self.records, lesson, f"{student}.json"))
        return nb, resources

    def create_kernel_manager(self) -> Any:
        return kernel_manager(None if self.sandbox == BEST else Level(self.sandbox))

    def _graded(self, nb: NotebookNode, lesson: str) -> Graded:
        found = nb.metadata.get("gnn_course", {}).get("findings", [])
        settings = Settings(self.sandbox, self.timeout or 120, self.notebook_timeout)
        findings = tuple(Finding(**finding) for finding in found)
        job = Job(lesson, nbformat.writes(nb), key_of(lesson, nb), findings, settings)
        return Graded.from_bytes(grade(job))


def is_lesson(name: str) -> bool:
    return name[:2].isdigit() and int(name[:2]) in numbers()
