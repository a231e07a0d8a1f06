"""The gradebook in PostgreSQL, on a server that the test starts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from course.grading import command, gradebook
from tests.grading.classroom import LESSON, Classroom
from tests.grading.postgres import server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Classroom]:
    with server() as url:
        yield Classroom(tmp_path_factory.mktemp("postgres") / "course", url).make()


def test_a_class_is_graded(room: Classroom) -> None:
    for name, score in {"ann": 2, "ben": 0.5, "cy": 1}.items():
        room.hand_in(name, f"# score {score}")
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 2.0, "ben": 0.5, "cy": 1.0}
    runs = len(room.runs)
    assert room.grade() == command.ALL_GRADED
    assert len(room.runs) == runs
    assert not (room.root / "gradebook.db").exists()


def test_a_row_that_is_held(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another program is in the middle of changing the same student's row."""
    monkeypatch.setattr(gradebook, "PATIENCE", 0.0)
    monkeypatch.setattr(gradebook, "PG_OPTIONS", "-c lock_timeout=200ms")
    monkeypatch.delenv("PGOPTIONS", raising=False)
    room.hand_in("dee", "# score 1")
    assert room.grade() == command.ALL_GRADED
    room.hand_in("dee", "# score 2")
    holder = create_engine(room.url)
    with holder.connect() as connection:
        connection.execute(text("UPDATE grade SET extra_credit = 1"))
        assert room.grade() == command.STOPPED
        assert "lock timeout" in capsys.readouterr().err
        connection.rollback()
    holder.dispose()
    runs = len(room.runs)
    assert room.grade() == command.ALL_GRADED
    assert len(room.runs) == runs
    assert room.scores()["dee"] == 2.0


def test_a_server_that_is_not_there(
    tmp_path: Path, room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gradebook, "PATIENCE", 0.0)
    away = f"--db=postgresql+psycopg2://teacher@/postgres?host={tmp_path}"
    assert command.main([LESSON, f"--course={room.root}", away]) == command.STOPPED
    assert "make it reachable" in capsys.readouterr().err
