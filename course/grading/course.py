"""The course as nbgrader knows it: its folders and settings, read by nbgrader itself."""

import contextlib
import fcntl
import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps.autogradeapp import AutogradeApp

STATE = ".grading"  # what the engine keeps between two runs, in the course's folder
RECORDS = "records"


class RunError(Exception):
    """The run can't go on: the message says why, and what to do. No submission is to blame."""


@dataclass(frozen=True)
class Submission:
    student: str
    folder: Path  # what is in it may be anything


class Course:
    def __init__(self, root: Path, lesson: str, db_url: str = "") -> None:
        self.lesson = lesson
        # nbgrader's own words would break the line of progress; what goes wrong is told in the summary.
        options = [f"--course-dir={root.resolve()}", "--log-level=CRITICAL"]
        self.app = AutogradeApp()
        self.app.initialize([lesson, *options, *([f"--db={db_url}"] if db_url else [])])
        self.directory = self.app.coursedir
        self.directory.assignment_id = lesson
        self.root = Path(self.directory.root)
        self.state = self.root / STATE

    def submissions(self) -> list[Submission]:
        """What was handed in, by student, as nbgrader's own commands find it."""
        paths = self._paths(self.directory.submitted_directory, "*")
        step = self.directory.submitted_directory
        pattern = re.compile(self.directory.format_path(step, "(?P<student>[^/]+)", self.lesson, escape=True))
        found = {match["student"]: Path(path) for path in paths if (match := pattern.fullmatch(path))}
        return [Submission(student, folder) for student, folder in sorted(found.items())]

    def released(self) -> NotebookNode:
        folder = self.directory.format_path(self.directory.release_directory, ".", self.lesson)
        path = Path(folder) / f"{self.lesson}.ipynb"
        if not path.is_file():
            raise RunError(f"There is no released lesson {path}. The lessons are in {path.parents[1]}.")
        return nbformat.read(path, as_version=4)

    def record_of(self, student: str) -> Path:
        return self.root / RECORDS / self.lesson / f"{student}.json"

    def autograded(self, student: str) -> Path:
        folder = self.directory.format_path(self.directory.autograded_directory, student, self.lesson)
        return Path(folder) / f"{self.lesson}.ipynb"

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One engine at a time writes to a gradebook. The lock ends with the process, however that ends.

        Not covered: a file system without locks between machines (some NFS), and nbgrader's own commands,
        which know of no lock: the gradebook's transactions keep those apart.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.state / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(lock)
            yield
        finally:
            os.close(lock)

    def _paths(self, step: str, student: str) -> list[str]:
        return glob.glob(self.directory.format_path(step, student, self.lesson))


def _lock(file: int) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(file, 20).decode() or "?"
        raise RunError(f"This course is being graded already, by process {holder}.") from None
    os.truncate(file, 0)
    os.write(file, str(os.getpid()).encode())
