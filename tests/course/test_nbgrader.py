"""A class, from release to exported grades, by nbgrader's own commands. The lesson is the author's page's."""

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from course.build.lesson import to_text
from tests.course.tree import ROOT, Tree, run

pytestmark = pytest.mark.slow
RIGHT = "    return edge_index.flip(0)"
WRONG = "    return edge_index.flip(1)"
STUB = '    # YOUR CODE HERE\n    raise NotImplementedError("not attempted yet")'


def solve(path: Path, code: str, words: str) -> None:
    """Write into the learner's cells of a fetched lesson."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    assert STUB in cells["reverse_edges"].source
    cells["reverse_edges"].source = cells["reverse_edges"].source.replace(STUB, code)
    cells["why_directed"].source = cells["why_directed"].source.replace("YOUR ANSWER HERE", words)
    path.write_text(to_text(notebook))


def test_a_class_from_release_to_grades(authored: Tree, tmp_path: Path) -> None:
    lesson, released = authored.name, authored.lesson.lesson.read_bytes()
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)

    def teacher(command: str, *arguments: str) -> str:
        course, options = authored.root / "course", {"GNN_COURSE_EXCHANGE": str(exchange)}
        return run("nbgrader", command, *arguments, cwd=course, root=authored.root, **options)

    def student(name: str) -> Callable[..., str]:
        folder = tmp_path / name
        folder.mkdir()
        options = ("--course=gnn-course", f"--Exchange.root={exchange}")
        return lambda command, *arguments: run(
            "nbgrader", command, lesson, *options, *arguments, cwd=folder, root=authored.root
        )

    teacher("generate_assignment", lesson, "--force")
    assert authored.lesson.lesson.read_bytes() == released
    teacher("release_assignment", lesson)

    answers = {"ann": (RIGHT, "A family tree."), "ben": (WRONG, "Streets."), "cy": (STUB, "YOUR ANSWER HERE")}
    for name, (code, words) in answers.items():
        ask = student(name)
        ask("fetch_assignment")
        notebook = tmp_path / name / lesson / f"{lesson}.ipynb"
        assert notebook.read_bytes() == released
        solve(notebook, code, words)
        verdict = run("nbgrader", "validate", str(notebook), cwd=notebook.parent, root=authored.root)
        assert ("Success! Your notebook passes all the tests." in verdict) == (name == "ann")
        ask("submit", f"--student={name}")

    teacher("collect", lesson)
    teacher("autograde", lesson)
    with Gradebook(f"sqlite:///{authored.root / 'course' / 'gradebook.db'}", "gnn-course") as book:
        graded = {name: book.find_submission(lesson, name) for name in answers}
        assert {name: one.score for name, one in graded.items()} == {"ann": 2.0, "ben": 0.0, "cy": 0.0}
        to_read = {name: one.needs_manual_grade for name, one in graded.items()}
        assert to_read == {"ann": True, "ben": True, "cy": False}
        for name, points in (("ann", 1.0), ("ben", 0.5)):
            grade = book.find_grade("why_directed", lesson, lesson, name)
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()

    teacher("generate_feedback", lesson)
    teacher("release_feedback", lesson)
    [feedback] = (authored.root / "course" / "feedback" / "ben" / lesson).glob("*.html")
    assert "lists the edges backwards" in feedback.read_text()
    teacher("export", f"--to={tmp_path / 'grades.csv'}")
    with (tmp_path / "grades.csv").open() as lines:
        grades = {row["student_id"]: (row["score"], row["max_score"]) for row in csv.DictReader(lines)}
    assert grades == {"ann": ("3.0", "3.0"), "ben": ("0.5", "3.0"), "cy": ("0.0", "3.0")}


def test_the_author_page_describes_an_exercise_that_holds(authored: Tree) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tests" / "exercises", authored.root / "tests" / "exercises", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", authored.root)
    proof = ("tests/exercises/test_proof.py", "-p", "no:cacheprovider", "-k", "reverse_edges and not enough")
    said = run("pytest", *proof, cwd=authored.root, root=authored.root)
    assert re.search(r"\b\d\d passed", said), said


def test_the_author_page_makes_a_lesson(authored: Tree) -> None:
    assert "Five minutes." in str(authored.solution)
    assert "Five minutes." not in str(authored.released)
    assert any(STUB in cell.source for cell in authored.released.cells)
