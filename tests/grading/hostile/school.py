"""A course with the reduced lesson, to which the corpus is handed in; graded in a process of its own.

    python -m tests.grading.hostile.school COURSE LEVEL
"""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.grading.course import Course
from course.grading.crews import processes
from course.grading.engine import Engine
from course.grading.gradebook import Book
from course.grading.graded import BEST, Settings
from course.grading.record import Record
from course.grading.sitting import grade
from tests.grading.as_user import NOBODY
from tests.grading.hostile.entry import EXERCISES, LESSON, Entry
from tests.grading.hostile.world import ROOT, World
from tests.grading.submissions import reduced, solutions

SETTINGS = Settings(cell_seconds=5, notebook_seconds=20)
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "hostile"
c.ClearSolutions.code_stub = {"python": '# YOUR CODE HERE\\nraise NotImplementedError("not attempted yet")'}
"""


@dataclass(frozen=True)
class School:
    root: Path
    world: World

    def make(self) -> "School":
        folder = self.root / "source" / LESSON
        folder.mkdir(parents=True)
        (self.root / "nbgrader_config.py").write_text(CONFIG)
        nbformat.write(_source(), folder / f"{LESSON}.ipynb")
        self._run("-m", "nbgrader", "generate_assignment", LESSON)
        return self

    def hand_in(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            folder = self.root / "submitted" / entry.name / LESSON
            entry.write(folder, str(self.world.place), str(ROOT))

    def grade(self, level: str = BEST, nobody: bool = False, timeout: float = 1200) -> str:
        """Grade the whole class; what the run printed. It must end well."""
        with tempfile.TemporaryDirectory(prefix="gnn-home-", dir="/tmp") as home:
            environment: dict[str, str] = self.world.environment
            as_user: tuple[str, ...] = ()
            if nobody:
                as_user = ("-m", "tests.grading.as_user", home, sys.executable)
                for path in (home, str(self.root.parent)):
                    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", path], check=True)
            arguments = (*as_user, "-m", "tests.grading.hostile.school", str(self.root), level)
            return self._run(*arguments, timeout=timeout, **environment)

    def _run(self, *arguments: str, timeout: float = 100, **environment: str) -> str:
        # nbgrader calls alembic by its name
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.root, capture_output=True, text=True, timeout=timeout,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
        )  # fmt: skip
        assert done.returncode == 0, f"The run stopped: {done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr

    def record(self, name: str) -> Record:
        return Record.from_json((self.root / "records" / LESSON / f"{name}.json").read_text(encoding="utf-8"))

    def autograded(self, name: str) -> Path:
        return self.root / "autograded" / name / LESSON / f"{LESSON}.ipynb"


def _source() -> NotebookNode:
    """The reduced lesson as its author wrote it."""
    notebook = reduced(LESSON, *EXERCISES)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution"):
            cell.source = solutions(LESSON)[marks["grade_id"]]
    return notebook


def main(root: Path, level: str) -> None:
    course = Course(root, LESSON)
    deadline = SETTINGS.notebook_seconds + 60
    settings = Settings(level, SETTINGS.cell_seconds, SETTINGS.notebook_seconds)
    with course.alone(), processes(2, deadline) as crew:
        book = Book(course)
        summary = Engine(course, book, crew, grade, 3 * deadline, settings).run(course.submissions())
        book.close()
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        print("most memory of one process:", resource.getrusage(who).ru_maxrss // 1024, "MB")
    print(summary)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
