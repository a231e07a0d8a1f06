"""One lesson: where its three files lie, and how two of them are made from the first."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course.build.execute import execute, faults
from course.build.problems import BuildError
from course.build.release import release
from course.build.text import read
from gnn_lib.exercises import load, numbers


@dataclass(frozen=True)
class Lesson:
    root: Path  # the repository
    name: str  # such as 03_gcn

    @property
    def text(self) -> Path:
        return self.root / "course" / "text" / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        return self.root / "solutions" / self.name / f"{self.name}.ipynb"

    @property
    def lesson(self) -> Path:
        return self.root / "lessons" / self.name / f"{self.name}.ipynb"

    def read(self) -> NotebookNode:
        """The solved notebook that the text stands for, without outputs."""
        return read(self.text, *exercises_of(self.name))

    def build(self, force: bool = False) -> str:
        """Bring both notebooks up to date; returns what was done. Without `force`, a solution whose cells
        are still those of the text keeps the outputs that it has."""
        start = time.perf_counter()
        notebook = self.read()
        kept = None if force else self._kept(notebook)
        if kept is None:
            execute(notebook, self.root)
        if found := list(faults(kept or notebook)):
            raise BuildError(found)
        solution = to_text(kept or notebook)
        write(self.solution, solution)
        write(self.lesson, self.release(notebook))
        if kept is not None:
            return "its cells are unchanged"
        seconds, size = time.perf_counter() - start, len(solution.encode())
        return f"ran in {seconds:.0f} s, {size / 1000:,.0f} kB with outputs"

    def release(self, notebook: NotebookNode) -> str:
        return release(notebook, self.root / "course")

    def differences(self) -> list[str]:
        """The notebooks that are not what the text says, outputs aside."""
        notebook = self.read()
        wanted = {self.solution: to_text(bare(notebook)), self.lesson: self.release(notebook)}
        found = {self.solution: "", self.lesson: ""}
        if self.solution.exists():
            found[self.solution] = to_text(bare(nbformat.read(self.solution, as_version=4)))
        if self.lesson.exists():
            found[self.lesson] = self.lesson.read_text(encoding="utf-8")
        return [str(path.relative_to(self.root)) for path in wanted if wanted[path] != found[path]]

    def _kept(self, notebook: NotebookNode) -> NotebookNode | None:
        """The solution as it lies there, if its cells are those of `notebook` and all of them have run."""
        if not self.solution.exists():
            return None
        there = nbformat.read(self.solution, as_version=4)
        same = to_text(bare(there)) == to_text(bare(notebook))
        return there if same and not any("has not run" in fault for fault in faults(there)) else None


def exercises_of(name: str) -> tuple[dict[str, float], str]:
    """What each exercise of this lesson is worth, and the title that they give it. There may be none."""
    number = int(name[:2]) if name[:2].isdigit() else -1
    if number not in numbers():
        return {}, ""
    known = load(number)
    return {exercise: one.total for exercise, one in known.exercises.items()}, known.title


def bare(notebook: NotebookNode) -> NotebookNode:
    """A copy without outputs: what must be the same after every build."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.update(outputs=[], execution_count=None)
    return copy


def to_text(notebook: NotebookNode) -> str:
    return str(nbformat.writes(notebook)) + "\n"


def write(path: Path, text: str) -> None:
    """All of it or nothing, and no new file where nothing changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
