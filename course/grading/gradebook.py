"""The one writer: enters what was graded into nbgrader's gradebook, by nbgrader's own Autograde converter.

Two of the converter's steps are done already when a submission comes here, and left out: the notebook was
rebuilt from the released lesson, and it was run. So this process never runs a student's code.
"""

import contextlib
import errno
import os
import shutil
import sqlite3
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Assignment, MissingEntry, SubmittedAssignment
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from nbgrader.utils import parse_utc
from sqlalchemy.exc import OperationalError, SAWarning
from traitlets.utils.importstring import import_item

from course.grading.course import STATE, Course, RunError
from course.grading.one_visit import OneVisit, lent_to_nbgrader

STAGE = f"{STATE}/stage"
PATIENCE = 60.0  # seconds that the gradebook may be locked by somebody else
PAUSE = 1.0
PG_OPTIONS = "-c lock_timeout=5s"  # else PostgreSQL waits for ever for a row that another program holds


class NotWrittenError(Exception):
    """nbgrader could not take this submission; why."""


class Writer(Autograde):
    """nbgrader's converter, which tells what went wrong, too."""

    why: Exception | None = None

    def init_assignment(self, *arguments: Any) -> None:
        with self._noting():
            super().init_assignment(*arguments)

    def convert_single_notebook(self, *arguments: Any) -> None:
        with self._noting():
            super().convert_single_notebook(*arguments)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.why = error
            raise


class Book:
    """The gradebook of one lesson, opened once for a whole run."""

    def __init__(self, course: Course, waiting: Callable[[str], None] = lambda _: None) -> None:
        self._course, self._waiting = course, waiting
        self._stage = course.root / STAGE
        shutil.rmtree(self._stage, ignore_errors=True)
        self._directory = CourseDirectory(parent=course.app)
        self._directory.assignment_id = course.lesson
        self._directory.submitted_directory = STAGE
        self._steps = _without_execution(Autograde(parent=course.app).autograde_preprocessors)
        os.environ.setdefault("PGOPTIONS", PG_OPTIONS)
        url, course_id = course.directory.db_url, course.directory.course_id
        self._visit = self._patiently(lambda: OneVisit(url, course_id))

    def close(self) -> None:
        self._visit.leave()
        shutil.rmtree(self._stage, ignore_errors=True)

    def submitted(self) -> dict[str, datetime | None]:
        """Who is in the gradebook with this lesson, and when they handed it in."""
        return self._patiently(self._submitted)

    def check(self, released: NotebookNode) -> None:
        """The gradebook must know the lesson as it was released: else points would go wrong in silence."""
        lesson = self._course.lesson
        marks = [cell.metadata.get("nbgrader", {}) for cell in released.cells]
        ours = {mark["grade_id"]: float(mark["points"]) for mark in marks if mark.get("grade")}
        known = self._patiently(self._known)
        if known != ours:
            differ = ", ".join(sorted(name for name, _ in known.items() ^ ours.items())) or "everything"
            raise RunError(
                f"The gradebook does not know {lesson} as it was released (they differ in: {differ}). "
                f"Enter it first, in the course's folder: nbgrader generate_assignment {lesson} --force"
            )

    def write(self, student: str, notebook: NotebookNode, timestamp: str | None) -> None:
        """All of it or nothing: in one transaction.

        Raises NotWrittenError, and RunError or OSError where no other submission would fare better.
        """
        self._patiently(lambda: self._write(student, notebook, timestamp))

    def _write(self, student: str, notebook: NotebookNode, timestamp: str | None) -> None:
        folder = self._stage / student / self._course.lesson
        folder.mkdir(parents=True)
        try:
            nbformat.write(notebook, folder / f"{self._course.lesson}.ipynb")
            if timestamp:
                (folder / "timestamp.txt").write_text(timestamp)
            self._convert(student)
        except UnicodeError as error:
            raise NotWrittenError(f"It holds what can't be written: {error}") from error
        finally:
            shutil.rmtree(folder.parent)

    def _convert(self, student: str) -> None:
        self._directory.student_id = student
        steps: dict[str, Any] = dict(sanitize_preprocessors=[], autograde_preprocessors=self._steps)
        converter = Writer(coursedir=self._directory, parent=self._course.app, force=True, **steps)
        try:
            with lent_to_nbgrader(self._visit), warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own making, in stock runs as well
                converter.start()
            self._visit.commit()
        except BaseException as error:
            self._visit.rollback()
            if not isinstance(error, Exception):
                raise
            why = converter.why or error
            _raise_if_not_the_submissions(why)
            raise NotWrittenError(f"nbgrader could not take it: {type(why).__name__}: {why}") from why

    def _submitted(self) -> dict[str, datetime | None]:
        with self._visit.reading() as db:
            rows = db.query(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
            rows = rows.join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            return dict(rows.filter(Assignment.name == self._course.lesson).all())

    def _known(self) -> dict[str, float]:
        with self._visit.reading():
            try:
                notebook = self._visit.find_notebook(self._course.lesson, self._course.lesson)
            except MissingEntry:
                return {}
            return {cell.name: float(cell.max_score) for cell in notebook.grade_cells}

    def _patiently(self, action: Callable[[], Any]) -> Any:
        """Another program may hold the gradebook for a while: Formgrader, nbgrader's commands, a backup."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return action()
            except OperationalError as error:
                if time.monotonic() > deadline or not _may_pass(error):
                    raise RunError(
                        f"The gradebook can't be used: {error.orig}. End the program that holds it, or make "
                        "it reachable, and run the same command again."
                    ) from error
                self._waiting("the gradebook is held by another program: waiting")
                time.sleep(PAUSE)


def moment(timestamp: str) -> datetime:
    """As the gradebook has it."""
    return parse_utc(timestamp)


def _without_execution(steps: list[Any]) -> list[Any]:
    classes = [import_item(step) if isinstance(step, str) else step for step in steps]
    left = [step for step in classes if not (isinstance(step, type) and issubclass(step, Execute))]
    if len(left) == len(classes):
        raise RunError(
            "No step of c.Autograde.autograde_preprocessors is nbgrader's Execute or a kind of it, so it "
            "can't be told which of them would run a student's code. See course/nbgrader_config.py."
        )
    return left


def _may_pass(error: OperationalError) -> bool:
    """Is it worth waiting? A file that is full, damaged or read-only stays so."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_BUSY)
    return code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


def _raise_if_not_the_submissions(why: Exception) -> None:
    """What would befall any other submission as well."""
    seen: BaseException | None = why
    while seen is not None:
        if isinstance(seen, OperationalError):
            raise seen
        if isinstance(seen, OSError) and seen.errno in _NO_ROOM:
            raise seen
        seen = seen.__cause__ or seen.__context__
