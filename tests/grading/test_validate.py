"""What JupyterLab's Validate finds fault with is what the grader finds fault with, check by check."""

from pathlib import Path
from textwrap import dedent

import nbformat
import pytest
from nbgrader.validator import Validator

from course.grading.graded import Graded, Settings
from course.grading.sitting import grade
from gnn_lib.exercises import Exercise, load
from tests.grading.submissions import answered, job, released, solutions

pytestmark = pytest.mark.slow


def submission(lesson: str, student: int) -> nbformat.NotebookNode:
    """Every third exercise wrong, each student others; the rest solved in one of the other ways."""
    answers = solutions(lesson)
    exercises = [one for one in load(int(lesson[:2])).exercises.values() if isinstance(one, Exercise)]
    for place, exercise in enumerate(exercises):
        if (student + place) % 3 == 0:
            answers[exercise.name] = exercise.code_of(exercise.mistakes[student % len(exercise.mistakes)])
        else:
            answers[exercise.name] = dedent(exercise.others[student % len(exercise.others)])
    return answered(released(lesson), answers)


@pytest.mark.parametrize(
    ("lesson", "student"), [("01_adjacency", 0), ("02_message_passing", 0), ("02_message_passing", 1)]
)
def test_they_agree(lesson: str, student: int, tmp_path: Path) -> None:
    notebook = submission(lesson, student)
    graded = Graded.from_bytes(grade(job(lesson, notebook, Settings())))
    faulty = {mark.exercise for mark in graded.record.marks if mark.score < mark.points}
    nbformat.write(notebook, tmp_path / f"{lesson}.ipynb")
    found = Validator().validate(str(tmp_path / f"{lesson}.ipynb"))
    assert set(found) <= {"failed"}, "nothing else is changed, or missing"
    told = {one["source"].strip() for one in found["failed"]}
    checks = {
        cell.source.strip(): cell.metadata["nbgrader"]["grade_id"].removeprefix("check_")
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and not cell.metadata["nbgrader"].get("solution")
    }
    assert {checks[source] for source in told} == faulty
    assert len(faulty) >= 3
    assert len(faulty) < len(checks) - 2
