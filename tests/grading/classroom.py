"""A small course for the engine's tests, and a stand-in for the worker that does what a submission tells it.

The stand-in runs no kernel: it reads words like `# score 1.5` or `# die` in the learner's cell. Each of its
runs adds a line to a file, so a test can say what was run how often.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde, GenerateAssignment
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import SAWarning

from course.grading.command import main
from course.grading.graded import Graded, Job
from course.grading.record import Mark, Record

ROOT = Path(__file__).parents[2]
PRELOAD = ("tests.grading.classroom",)
SIGN = "CLASSROOM"  # in the environment of all that a run starts
LESSON = "42_twice"
TIME = "2026-03-01 12:00:00.000000 UTC"
CONFIG = """\
import sys
c = get_config()
c.CourseDirectory.course_id = "classroom"
c.ClearSolutions.code_stub = dict(python="raise NotImplementedError")
sys.path.insert(0, {root!r})  # for late.py
c.AssignLatePenalties.plugin_class = "late.OnePointADay"
"""
LATE = """\
from nbgrader.plugins import LateSubmissionPlugin
class OnePointADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 86400
"""


def marked(
    kind: str, source: str, grade_id: str, points: float | None = None, solution: bool = False
) -> NotebookNode:
    marks = dict(schema_version=3, grade_id=grade_id, grade=points is not None, solution=solution, task=False)
    marks |= dict(locked=not solution, cell_type=kind) | (dict(points=points) if points is not None else {})
    new = new_code_cell if kind == "code" else new_markdown_cell
    return new(source, id=grade_id, metadata={"nbgrader": marks})


def source() -> NotebookNode:
    solution = "### BEGIN SOLUTION\n# score 2\n### END SOLUTION"
    cells = [
        new_markdown_cell("# Twice", id="title"),
        marked("code", solution, "twice", solution=True),
        marked("code", "check(twice)", "check_twice", points=2),
        marked("markdown", "Why?", "why", points=1.5, solution=True),
    ]
    spec = dict(name="python3", display_name="Python 3", language="python")
    return new_notebook(cells=cells, metadata={"kernelspec": spec})


@dataclass
class Classroom:
    root: Path
    db: str = ""

    @property
    def url(self) -> str:
        return self.db or f"sqlite:///{self.root / 'gradebook.db'}"

    @property
    def runs(self) -> list[str]:
        """The keys of what was run, in order."""
        path = self.root / "runs"
        return path.read_text().split() if path.exists() else []

    def make(self) -> "Classroom":
        (self.root / "source" / LESSON).mkdir(parents=True)
        (self.root / "nbgrader_config.py").write_text(CONFIG.format(root=str(self.root)))
        (self.root / "late.py").write_text(LATE)
        nbformat.write(source(), self.root / "source" / LESSON / f"{LESSON}.ipynb")
        app = AutogradeApp()
        app.initialize([LESSON, f"--course-dir={self.root}", "--log-level=CRITICAL", f"--db={self.url}"])
        app.coursedir.assignment_id = LESSON
        GenerateAssignment(coursedir=app.coursedir, parent=app).start()
        return self

    def copy(self, root: Path) -> "Classroom":
        shutil.copytree(self.root, root)
        return Classroom(root)

    def hand_in(self, student: str, answer: str, words: str = "", time: str | None = TIME) -> Path:
        folder = self.root / "submitted" / student / LESSON
        folder.mkdir(parents=True, exist_ok=True)
        notebook = nbformat.read(self.root / "release" / LESSON / f"{LESSON}.ipynb", as_version=4)
        notebook.cells[1].source = answer
        notebook.cells[3].source = words or notebook.cells[3].source
        nbformat.write(notebook, folder / f"{LESSON}.ipynb")
        if time:
            (folder / "timestamp.txt").write_text(time)
        return folder

    def arguments(self, *options: str) -> list[str]:
        database = [f"--db={self.db}"] if self.db else []
        return [LESSON, "--workers=2", f"--course={self.root}", *database, *options]

    def grade(self, *options: str) -> int:
        """The command's exit status. It runs in this process, its workers in theirs."""
        return main(self.arguments(*options), partial(run_as_told, self.root), PRELOAD)

    def start(self, *options: str, **environment: str) -> "subprocess.Popen[str]":
        """The command in a process of its own, which leads a process group as it does in a terminal."""
        command = [sys.executable, "-m", "tests.grading.classroom", str(self.root), *self.arguments(*options)]
        environment |= {SIGN: str(self.root)}
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
        )  # fmt: skip

    def processes(self) -> list[int]:
        """What is left of what `start` started, wherever it is in the tree of processes."""
        sign, found = f"{SIGN}={self.root}".encode(), []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if sign in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
        return found

    def grade_with_nbgrader(self) -> None:
        """Everything as in nbgrader's own run, only that the cells run as told."""
        app = AutogradeApp()
        app.initialize([LESSON, f"--course-dir={self.root}", "--log-level=CRITICAL", f"--db={self.url}"])
        app.coursedir.assignment_id = LESSON
        converter = Autograde(coursedir=app.coursedir, parent=app)
        steps = converter.autograde_preprocessors
        converter.autograde_preprocessors = [partial(_step, self.root), *steps[1:]]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            converter.start()

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """Every row of every table of the gradebook, without the ids, which are drawn at random."""
        engine = create_engine(self.url)
        found = {}
        with engine.connect() as connection:
            for table in inspect(engine).get_table_names():
                rows = connection.execute(text(f'SELECT * FROM "{table}"')).mappings()
                kept = [{k: v for k, v in row.items() if k != "id" and k[-3:] != "_id"} for row in rows]
                found[table] = sorted(kept, key=repr)
        engine.dispose()
        return found

    def record(self, student: str) -> Record:
        return Record.from_json((self.root / "records" / LESSON / f"{student}.json").read_text())

    def scores(self) -> dict[str, float]:
        """By student, what the gradebook has."""
        with Gradebook(self.url, "classroom") as book:
            return {one.student_id: one.score for one in book.db.query(SubmittedAssignment)}


def run_as_told(root: Path, job: Job) -> bytes:
    """As `sitting.grade`, without a kernel."""
    notebook = nbformat.reads(job.notebook, as_version=4)
    with (root / "runs").open("a") as runs:
        runs.write(f"{job.key}\n")
    lines = notebook.cells[1].source.splitlines()
    told = dict(line[2:].partition(" ")[::2] for line in lines if line[:2] == "# ")
    score = float(told.get("score", "0"))
    if (root / "stricter").exists():
        score = min(score, 1.0)
    if "sleep" in told:
        time.sleep(float(told["sleep"]))
    if "die" in told or ("die-once" in told and not _seen_before(root / "died")):
        os.kill(os.getpid(), signal.SIGKILL)
    if "raise" in told:
        raise ValueError(told["raise"])
    if "garbage" in told:
        return b"garbage"
    data = {"text/plain": repr(score), "text/html": "said by the judge"}
    notebook.cells[2].outputs = [new_output("execute_result", data, execution_count=1)]
    mark = Mark("twice", "right" if score == 2 else "wrong", score, 2.0, {"all": score == 2}, "", "")
    record = Record(job.lesson, job.key, "none", 0.01, "", (mark,), job.findings)
    return Graded(notebook, record).to_bytes()


def _seen_before(path: Path) -> bool:
    seen = path.exists()
    path.touch()
    return seen


def _step(root: Path, notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    job = Job(LESSON, nbformat.writes(notebook), "stock")
    return Graded.from_bytes(run_as_told(root, job)).notebook, resources


def _as_imported() -> Any:
    """This module under its own name, as the workers know it."""
    from tests.grading import classroom

    return classroom


if __name__ == "__main__":  # a run of the command in a process of its own, to be killed
    sys.exit(main(sys.argv[2:], partial(_as_imported().run_as_told, Path(sys.argv[1])), PRELOAD))
