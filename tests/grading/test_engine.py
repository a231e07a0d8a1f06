"""A class graded by the engine: who gets what, what is done twice and what not, and what it says."""

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from course.grading import command
from course.grading.spool import Spool
from tests.grading.classroom import LESSON, Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]
LATER = "2026-03-02 12:00:00.000000 UTC"


def test_each_gets_what_is_due(room: Classroom) -> None:
    room.hand_in("ann", "# score 2", "Because.")
    room.hand_in("ben", "# score 0.5")
    room.hand_in("an odd name ü", "# score 1")
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 2.0, "ben": 0.5, "an odd name ü": 1.0}
    assert {name: room.record(name).score for name in room.scores()} == room.scores()
    with Gradebook(room.url) as book:
        essays = {name: book.find_grade("why", LESSON, LESSON, name) for name in ("ann", "ben")}
        assert [essays[name].needs_manual_grade for name in ("ann", "ben")] == [True, False]
        assert str(book.find_submission(LESSON, "ann").timestamp) == "2026-03-01 12:00:00"
    graded = nbformat.read(room.root / "autograded" / "ann" / LESSON / f"{LESSON}.ipynb", as_version=4)
    assert graded.cells[2].outputs[0].data["text/html"] == "said by the judge"
    assert not list((room.root / ".grading" / "spool" / LESSON).iterdir())


def test_what_is_done_is_not_done_again(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    room.hand_in("ann", "# score 2")
    room.grade()
    room.hand_in("ben", "# score 1")
    assert room.grade() == command.ALL_GRADED
    assert "1 graded, 1 had been graded before" in capsys.readouterr().out
    assert room.grade() == command.ALL_GRADED
    assert len(room.runs) == 2


def test_a_new_submission_is_graded(room: Classroom) -> None:
    room.hand_in("ann", "# score 1")
    room.grade()
    room.hand_in("ann", "# score 2", time=LATER)
    room.grade()
    assert room.scores() == {"ann": 2.0}
    assert room.record("ann").score == 2.0


def test_the_same_handed_in_later_counts_as_later(room: Classroom) -> None:
    room.hand_in("ann", "# score 1")
    room.grade()
    room.hand_in("ann", "# score 1", time=LATER)
    room.grade()
    with Gradebook(room.url) as book:
        assert str(book.find_submission(LESSON, "ann").timestamp) == "2026-03-02 12:00:00"


def test_a_lost_gradebook_is_filled_again(room: Classroom, made: Classroom) -> None:
    room.hand_in("ann", "# score 1")
    room.grade()
    (room.root / "gradebook.db").write_bytes((made.root / "gradebook.db").read_bytes())
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 1.0}


def test_only_the_students_who_are_named(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("ann", "ben", "cy"):
        room.hand_in(name, "# score 1")
    room.grade("--student", "ann", "cy")
    assert set(room.scores()) == {"ann", "cy"}
    assert room.grade("--student", "ann", "who") == command.STOPPED
    assert "handed in by: who" in capsys.readouterr().err


def test_what_goes_wrong_with_one_stays_with_that_one(
    room: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, told in {"ann": "score 2", "cy": "die", "dee": "raise ouch", "gus": "garbage"}.items():
        room.hand_in(name, f"# {told}")
    room.hand_in("eve", "# score 1\n# die-once")
    (room.hand_in("fay", "") / f"{LESSON}.ipynb").write_text("not json")
    assert room.grade() == command.SOME_NOT
    assert room.scores() == {"ann": 2.0, "eve": 1.0}
    said = capsys.readouterr().out
    whys = {"cy": "its worker died", "dee": "ouch", "fay": "not JSON", "gus": "JSONDecodeError"}
    for name, why in whys.items():
        [line] = [line for line in said.splitlines() if line.startswith(f"not graded: {name}: ")]
        assert why in line
        record = room.record(name)
        assert (record.marks, record.stopped) == ((), line.removeprefix(f"not graded: {name}: "))
        assert record.findings[-1].kind == "not graded"
    tries = {room.record(name).key: room.runs.count(room.record(name).key) for name in ("ann", "cy", "eve")}
    assert list(tries.values()) == [1, 2, 2]


def test_a_failure_is_tried_again_but_not_with_resume(room: Classroom) -> None:
    room.hand_in("eve", "# raise ouch")
    room.grade()
    before = len(room.runs)
    assert room.grade("--resume") == command.SOME_NOT
    assert len(room.runs) == before
    assert room.grade() == command.SOME_NOT
    assert len(room.runs) == 2 * before


def test_an_earlier_grade_stays_when_the_next_submission_is_unreadable(room: Classroom) -> None:
    folder = room.hand_in("ann", "# score 2")
    room.grade()
    (folder / f"{LESSON}.ipynb").write_bytes(b"\xff\x00")
    assert room.grade() == command.SOME_NOT
    assert room.scores() == {"ann": 2.0}
    assert room.record("ann").stopped


def test_what_nbgrader_does_not_take_is_that_ones_failure(
    room: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    room.hand_in("ann", "# score 3")  # more than the cell's points: nbgrader raises
    room.hand_in("ben", "# score 1")
    assert room.grade() == command.SOME_NOT
    assert room.scores() == {"ben": 1.0}
    assert "partial credit cannot be greater" in capsys.readouterr().out
    assert len(room.runs) == 2
    room.grade()
    assert len(room.runs) == 2, "the result lies in the spool: only the writing is tried again"


def test_a_result_in_the_spool_is_not_computed_again(room: Classroom) -> None:
    room.hand_in("ann", "# score 1.5")
    room.grade()
    kept = room.root / ".grading" / "spool" / LESSON
    result, key = Path(__file__).read_bytes(), room.record("ann").key
    (room.root / "records" / LESSON / "ann.json").unlink()
    Spool(kept).put("ann", key, result)
    room.grade()
    assert len(room.runs) == 2, "what is damaged is computed again"
    assert room.record("ann").score == 1.5


def test_a_gradebook_that_knows_another_lesson_stops_the_run(
    room: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    room.hand_in("ann", "# score 1")
    path = room.root / "release" / LESSON / f"{LESSON}.ipynb"
    path.chmod(0o644)
    path.write_text(path.read_text().replace('"points": 2', '"points": 5'))
    assert room.grade() == command.STOPPED
    assert f"nbgrader generate_assignment {LESSON} --force" in capsys.readouterr().err
    assert room.scores() == {}
    assert room.runs == []


def test_steps_that_might_run_code_stop_the_run(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    with (room.root / "nbgrader_config.py").open("a") as config:
        config.write('c.Autograde.autograde_preprocessors = ["nbgrader.preprocessors.SaveAutoGrades"]\n')
    room.hand_in("ann", "# score 1")
    assert room.grade() == command.STOPPED
    assert "Execute" in capsys.readouterr().err


def test_the_gradebook_says_what_nbgrader_alone_would_have_written(room: Classroom, made: Classroom) -> None:
    room.hand_in("ann", "# score 2", "Because.", LATER)
    room.hand_in("ben", "# score 0.5")
    with Gradebook(room.url) as book:
        book.update_or_create_assignment(LESSON, duedate="2026-03-01 12:00:00 UTC")
    other = room.copy(room.root.with_name("other"))
    room.grade()
    other.grade_with_nbgrader()
    assert room.contents() == other.contents()
    assert any(row["late_submission_penalty"] == 1.0 for row in room.contents()["submitted_notebook"])
