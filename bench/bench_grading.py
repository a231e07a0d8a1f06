"""A class is graded: seconds for a submission, plain nbgrader beside ours, the same submissions in turn.

    python bench/bench_grading.py --lesson 01_adjacency --ours 100 --stock 20 --workers 2

Two courses get submissions. `nbgrader autograde` as it comes grades half of its few, then `python -m
course.grading` all of ours, sandbox and judge on, then nbgrader the other half. Every student writes
otherwise: right in one way or another, or with a known mistake. Those whom both graded must have the same
points.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from gnn_lib.exercises import Exercise, load
from gnn_lib.exercises.source import PREAMBLE

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class School:
    """A copy of the course for one of the two graders."""

    root: Path
    lesson: str

    @property
    def course(self) -> Path:
        return self.root / "course"

    @classmethod
    def found(cls, root: Path, lesson: str) -> "School":
        left_out = ("__pycache__", "text", "gradebook.db*", "submitted", "autograded", "records", ".grading")
        shutil.copytree(ROOT / "course", root / "course", ignore=shutil.ignore_patterns(*left_out))
        for folder in ("lessons", "solutions"):
            shutil.copytree(ROOT / folder / lesson, root / folder / lesson)
        (root / "gnn_lib").symlink_to(ROOT / "gnn_lib")
        school = cls(root, lesson)
        school.run("nbgrader", "generate_assignment", lesson, "--force")
        return school

    def run(self, module: str, *arguments: str, **environment: str) -> float:
        """Seconds that the command took."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        own = {"PATH": path, "PYTHONPATH": str(self.root), "HOME": str(self.root / "home")}
        command, start = [sys.executable, "-m", module, *arguments], time.perf_counter()
        done = subprocess.run(
            command, cwd=self.course, env={**os.environ, **own, **environment}, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}")
        return time.perf_counter() - start

    def hand_in(self, student: str, notebook: NotebookNode) -> None:
        folder = self.course / "submitted" / student / self.lesson
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{self.lesson}.ipynb")

    def points(self) -> dict[str, float]:
        with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}", "gnn-course") as book:
            return {one.student.id: one.score for one in book.assignment_submissions(self.lesson)}


def answers(lesson: str, student: int) -> dict[str, str]:
    """What this student wrote into each cell: about every seventh answer is a known mistake."""
    solved = nbformat.read(ROOT / "solutions" / lesson / f"{lesson}.ipynb", as_version=4)
    cells = [cell for cell in solved.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    found = {cell.metadata["nbgrader"]["grade_id"]: cell.source for cell in cells}
    for place, exercise in enumerate(load(int(lesson[:2])).exercises.values()):
        if isinstance(exercise, Exercise):
            if (student + place) % 7 == 0:
                code = exercise.code_of(exercise.mistakes[student % len(exercise.mistakes)])
                found[exercise.name] = f"{PREAMBLE}\n{code}"
            found[exercise.name] = f"# student {student}\n{found[exercise.name]}"
    return found


def submission(lesson: str, student: int) -> NotebookNode:
    notebook = nbformat.read(ROOT / "lessons" / lesson / f"{lesson}.ipynb", as_version=4)
    written = answers(lesson, student)
    for cell in notebook.cells:
        cell.source = written.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    return notebook


@contextlib.contextmanager
def watched_memory(most: list[int]) -> Iterator[None]:
    """The private memory of each kernel and each worker, in MB, as it is met; the warm parents excepted."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            most.extend(size for pid in _running() if (size := _private(pid)) > 5)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _running() -> Iterator[int]:
    """Forks of the warm parent: processes with its command line whose parent has it, too."""
    lines = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            words = (place / "cmdline").read_bytes()
            parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            lines[int(place.name)] = (b"zygote" in words, parent)
    return (pid for pid, (warm, parent) in lines.items() if warm and lines.get(parent, (False, 0))[0])


def _private(pid: int) -> int:
    with contextlib.suppress(OSError):
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(row.split()[1]) for row in rows if row.startswith("Private_")) // 1024
    return 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lesson", default="01_adjacency")
    parser.add_argument("--ours", type=int, default=100, help="submissions that ours grades")
    parser.add_argument("--stock", type=int, default=20, help="and how many of them nbgrader grades")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="two submissions: does it run?")
    given = parser.parse_args()
    many, few = (2, 1) if given.quick else (given.ours, given.stock)
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        stock = School.found(Path(folder, "stock"), given.lesson)
        ours = School.found(Path(folder, "ours"), given.lesson)
        seconds: dict[str, list[float]] = {"stock": [], "ours": []}
        memory: list[int] = []
        for student in range(many):
            ours.hand_in(f"s{student:03d}", submission(given.lesson, student))

        def by_stock(students: range) -> None:
            for student in students:
                stock.hand_in(f"s{student:03d}", submission(given.lesson, student))
            took = stock.run("nbgrader", "autograde", given.lesson, GNN_COURSE_JUDGE="no")
            seconds["stock"].append(took / len(students))

        by_stock(range(0, few, 2))
        with watched_memory(memory):
            took = ours.run(
                "course.grading", given.lesson, f"--workers={given.workers}", f"--course={ours.course}"
            )
        seconds["ours"].append(took / many)
        if few > 1:
            by_stock(range(1, few, 2))
        one, other = stock.points(), ours.points()
    differ = {
        student: (points, other[student]) for student, points in one.items() if points != other[student]
    }
    show(given, seconds, memory, len(one), differ)


def show(
    given: argparse.Namespace, seconds: dict[str, list[float]], memory: list[int], both: int, differ: object
) -> None:
    stock, ours = (statistics.mean(seconds[which]) for which in ("stock", "ours"))
    print(f"**A class of lesson {given.lesson}, {given.workers} workers**\n")
    print("| grader | s per submission | faster | runs |\n|--------|-----------------:|-------:|:-----|")
    for name, which, value in (("nbgrader autograde", "stock", stock), ("make grade", "ours", ours)):
        runs = ", ".join(f"{one:.2f}" for one in seconds[which])
        print(f"| {name} | {value:.2f} | {stock / value:.1f}x | {runs} |")
    print(
        f"\n{both} submissions graded by both: "
        + (f"they differ: {differ}" if differ else "the same points.")
    )
    if memory:
        print(
            f"Private memory of a running kernel: median {statistics.median(memory):.0f} MB, "
            f"most {max(memory)} MB."
        )


if __name__ == "__main__":
    main()
