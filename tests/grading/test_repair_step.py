"""The repair as a step of nbgrader's own commands, with nothing else of ours in its configuration."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from course.grading.repair_step import Repair
from tests.course.tree import run
from tests.grading.solved import ROOT
from tests.grading.tiny import by_id, copy_of, put, tiny

LESSON = "42_twice"
CONFIG = """
from nbgrader.converters import Autograde
c = get_config()
c.CourseDirectory.course_id = "repaired"
c.CourseDirectory.release_directory = "lessons"
if {repair}:
    c.Autograde.sanitize_preprocessors = [
        "course.grading.repair_step.Repair", *Autograde.sanitize_preprocessors.default_args[0]
    ]
"""
WITH_HELPER = "def double(x):\n    return two * x"


def course(root: Path, repair: bool) -> Path:
    """A lesson whose checks are assertions, and what two students made of it."""
    lesson = tiny()
    by_id(lesson)["check_double"].source = "assert double(2) == 4"
    by_id(lesson)["check_half"].source = "assert half(2) == 1"
    (root / "source" / LESSON).mkdir(parents=True)
    nbformat.write(lesson, root / "source" / LESSON / f"{LESSON}.ipynb")
    (root / "nbgrader_config.py").write_text(CONFIG.format(repair=repair))
    nbgrader(root, "generate_assignment", LESSON)
    for student, write in (("ann", honest), ("eve", hostile)):
        folder = root / "submitted" / student / LESSON
        shutil.copytree(root / "lessons" / LESSON, folder)
        submitted = nbformat.read(folder / f"{LESSON}.ipynb", as_version=4)
        write(submitted)
        nbformat.write(submitted, folder / f"{LESSON}.ipynb")
    return root


def honest(notebook: nbformat.NotebookNode) -> None:
    """Ann has a helper, tried twice, and lost a check."""
    cells = by_id(notebook)
    cells["double"].source = WITH_HELPER
    put(notebook, "double", new_code_cell("two = 2"))
    cells["half"].source = "def half(x):\n    return x"
    put(notebook, "half", copy_of(cells["half"], "def half(x):\n    return x / 2"))
    notebook.cells = [cell for cell in notebook.cells if cell.id != "check_half"]


def hostile(notebook: nbformat.NotebookNode) -> None:
    """Eve solves nothing, and sees to it that nothing is checked."""
    cells = by_id(notebook)
    for name in ("check_double", "check_half"):
        cells[name].metadata.tags = ["skip-execution"]
    cells["double"].source = "def double(x):\n    return 0"
    cells["half"].source = "def half(x):\n    return 0"


def nbgrader(root: Path, *arguments: str) -> str:
    return run("nbgrader", *arguments, cwd=root, root=root, PYTHONPATH=str(ROOT))


def scores(root: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "repaired") as book:
        return {one.student.id: one.score for one in book.assignment_submissions(LESSON)}


@pytest.mark.slow
def test_nbgrader_grades_what_was_repaired(tmp_path: Path) -> None:
    root = course(tmp_path / "course", repair=True)
    said = nbgrader(root, "autograde", LESSON)
    assert scores(root) == {"ann": 3.0, "eve": 0.0}
    ann = nbformat.read(root / "autograded" / "ann" / LESSON / f"{LESSON}.ipynb", as_version=4)
    assert [cell.source for cell in ann.cells[2:5]] == [WITH_HELPER, "two = 2", "assert double(2) == 4"]
    for words in ("ann: deleted, check_half:", "ann: copied, half:", "eve: tagged, check_double:"):
        assert words in said


@pytest.mark.slow
def test_without_the_step_the_hostile_one_wins(tmp_path: Path) -> None:
    root = course(tmp_path / "course", repair=False)
    nbgrader(root, "autograde", LESSON, "--student=eve")
    assert scores(root) == {"eve": 3.0}


def test_without_a_released_lesson_it_says_what_to_do(tmp_path: Path) -> None:
    step = Repair()
    step.config.CourseDirectory.root = str(tmp_path)
    known = {"nbgrader": {"assignment": LESSON, "notebook": LESSON, "student": "ann"}}
    with pytest.raises(FileNotFoundError, match="run `nbgrader generate_assignment 42_twice`"):
        step.preprocess(tiny(), known)
