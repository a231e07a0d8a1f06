"""After the exercises changed: what would change is shown first, and what people wrote by hand stays."""

import pytest
from nbgrader.api import Gradebook

from course.grading import command
from course.grading.record import Mark, Record
from course.grading.regrade import Change, table
from tests.grading.classroom import LESSON, Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]


@pytest.fixture
def changed(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    """Three were graded; then the exercise gives one point less where it gave all."""
    for name, score in {"ann": 2, "ben": 0.5}.items():
        room.hand_in(name, f"# score {score}", "Because.")
    room.hand_in("cy", "# score 2", time=None)
    room.grade()
    monkeypatch.setattr("course.grading.key.version_of", lambda lesson: "another")
    (room.root / "stricter").touch()
    return room


def test_without_regrade_it_only_says_so(changed: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    changed.hand_in("dee", "# score 1")
    assert changed.grade() == command.ALL_GRADED
    assert "3 were graded by another version of the exercises and left" in capsys.readouterr().out
    assert changed.scores() == {"ann": 2.0, "ben": 0.5, "cy": 2.0, "dee": 1.0}
    assert len(changed.runs) == 4


def test_it_shows_before_and_after_and_writes_nothing_unasked(
    changed: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert changed.grade("--regrade") == command.SOME_NOT
    said = capsys.readouterr().out
    assert "ann       2 ->      1  twice 2 -> 1 (right -> wrong)" in said
    assert "2 would change, 1 would stay the same." in said
    assert "Nothing was written" in said
    assert changed.scores() == {"ann": 2.0, "ben": 0.5, "cy": 2.0}
    assert changed.grade("--regrade", "--yes") == command.ALL_GRADED
    assert changed.scores() == {"ann": 1.0, "ben": 0.5, "cy": 1.0}
    assert len(changed.runs) == 6, "what was computed for the first table is written now"


def test_what_people_wrote_stays(changed: Classroom) -> None:
    with Gradebook(changed.url) as book:
        grade = book.find_grade("why", LESSON, LESSON, "ann")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("twice", LESSON, LESSON, "ann").manual_comment = "Well said."
        book.db.commit()
    changed.grade("--regrade", "--yes")
    with Gradebook(changed.url) as book:
        assert book.find_submission(LESSON, "ann").score == 2.5
        assert book.find_comment("twice", LESSON, LESSON, "ann").comment == "Well said."
        assert book.find_grade("why", LESSON, LESSON, "ann").needs_manual_grade  # nbgrader asks to look again


def test_asked_and_answered(changed: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert changed.grade("--regrade") == command.SOME_NOT
    assert changed.scores()["ann"] == 2.0
    monkeypatch.setattr("builtins.input", lambda question: "y")
    assert changed.grade("--regrade") == command.ALL_GRADED
    assert changed.scores()["ann"] == 1.0


def record(*marks: Mark) -> Record:
    return Record("03_gcn", "key", "none", 0.0, "", marks, ())


def mark(name: str, status: str, score: float, points: float = 2, mistake: str = "") -> Mark:
    return Mark(name, status, score, points, {}, mistake, "")


def test_the_table_names_every_kind_of_change() -> None:
    before = record(mark("a", "wrong", 1, mistake="by rows"), mark("b", "right", 2), mark("gone", "right", 2))
    after = record(mark("a", "right", 2), mark("b", "right", 3, 3), mark("new", "crashed", 0))
    failed = Record("03_gcn", "", "", 0.0, "not JSON", (), ())
    changes = [Change("ann", before, after), Change("ben", None, after), Change("cy", after, after)]
    said = table([*changes, Change("dee", failed, after)])
    assert said.splitlines() == [
        "ann       5 ->      5  a 1 -> 2 (wrong: by rows -> right); b 2 -> 3, of 2 -> 3; "
        "gone is gone: 2 of 2; new is new: 0 of 2",
        "ben    none ->      5  not graded before",
        "dee    none ->      5  not graded before",
        "3 would change, 1 would stay the same.",
    ]
