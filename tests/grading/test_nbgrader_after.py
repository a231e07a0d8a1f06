"""After our engine everything of nbgrader works as ever, by its own commands: a class in one small story."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.grading import command
from tests.grading.classroom import LESSON, Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]
pytestmark = pytest.mark.slow


def nbgrader(room: Classroom, *arguments: str) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=room.root, env=os.environ | {"PATH": path},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_from_grades_to_feedback_and_export(room: Classroom, tmp_path: Path) -> None:
    with Gradebook(room.url) as book:
        book.update_or_create_assignment(LESSON, duedate="2026-03-01 12:00:00 UTC")
    room.hand_in("ann", "# score 2", "Because.")
    room.hand_in("ben", "# score 1.5", "So.", time="2026-03-02 12:00:00 UTC")  # a day late: one point
    room.hand_in("cy", "# raise ouch")
    assert room.grade() == command.SOME_NOT

    with Gradebook(room.url) as book:  # what Formgrader shows, and what it writes
        [row] = [row for row in book.student_dicts() if row["id"] == "ben"]
        assert row["score"] == 1.5
        ann = book.find_submission_notebook(LESSON, LESSON, "ann")
        assert ann.needs_manual_grade
        grade = book.find_grade("why", LESSON, LESSON, "ann")
        grade.manual_score, grade.needs_manual_grade = 1.0, False
        book.find_comment("why", LESSON, LESSON, "ann").manual_comment = "Say more."
        book.db.commit()

    nbgrader(room, "generate_feedback", LESSON)
    page = (room.root / "feedback" / "ann" / LESSON / f"{LESSON}.html").read_text()
    assert "said by the judge" in page
    assert "Say more." in page
    assert not (room.root / "feedback" / "cy").exists()

    grades = tmp_path / "grades.csv"
    nbgrader(room, "export", f"--to={grades}")
    with grades.open() as lines:
        rows = {row["student_id"]: row for row in csv.DictReader(lines)}
    assert {name: row["score"] for name, row in rows.items()} == {"ann": "3.0", "ben": "0.5"}
    assert rows["ben"]["late_submission_penalty"] == "1.0"

    assert "Skipping existing assignment" in nbgrader(room, "autograde", LESSON, "--student=ann")
    assert room.grade("--resume") == command.SOME_NOT
    assert room.scores()["ann"] == 3.0
