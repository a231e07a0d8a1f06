"""Progress survives two notebooks at once, damaged files and a disk that can't be written to."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gnn_lib.exercises import progress
from gnn_lib.exercises.calls import Problem
from gnn_lib.exercises.progress import Done, count_hint, read, record
from gnn_lib.exercises.verdict import Group, Status, Verdict


def verdict(status: Status, score: float = 0.0, problem: Problem | None = None) -> Verdict:
    return Verdict("f", status, "", "", groups=(Group("all", score, True),), problem=problem)


def test_once_right_stays_right_and_the_best_score_counts() -> None:
    assert read(1, "f") == Done()
    for status, score in (("crashed", 0.0), ("wrong", 2.0), ("wrong", 1.0)):
        record(1, verdict(status, score))  # type: ignore[arg-type]
    assert read(1, "f") == Done("wrong", 2.0, 3)
    record(1, verdict("right", 3.0))
    record(1, verdict("wrong", 1.0))
    assert read(1, "f") == Done("right", 3.0, 5)
    assert read(2, "f") == read(1, "g") == Done()


def test_a_stub_is_no_try(course_home: Path) -> None:
    record(1, verdict("not attempted"))
    record(1, verdict("crashed", problem=Problem("stopped")))
    assert not course_home.exists()


def test_writers_at_once_lose_nothing() -> None:
    with ThreadPoolExecutor(8) as pool:
        for place in range(100):
            pool.submit(record, 1, verdict("right" if place == 50 else "wrong", 1.0))
            pool.submit(count_hint, 1, "f", 1_000)
    done = read(1, "f")
    assert (done.status, done.tries, done.hints) == ("right", 100, 100)


DAMAGE = [
    b"", b"\xff\xfe\x00", b"{", b"[1, 2]", b"null", b'"right"', b"[" * 100_000, b'{"status": "perfect"}',
    b'{"status": ["right"]}'.replace(b"[", b'{"a":').replace(b"]", b"}"), b'{"score": 7}', b"NaN",
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage[:12])
def test_a_damaged_line_costs_no_more_than_itself(damage: bytes, course_home: Path) -> None:
    record(1, verdict("wrong", 1.0))
    with (course_home / "lesson_01" / "f.jsonl").open("ab") as file:
        file.write(b"\n" + damage)
    record(1, verdict("right", 2.0))
    assert read(1, "f") == Done("right", 2.0, 2)


@pytest.mark.parametrize("score", ["NaN", "Infinity", "-3", '"7"', "null", "1e9", "[1]"])
def test_a_strange_score_counts_nothing(score: str, course_home: Path) -> None:
    path = course_home / "lesson_01" / "f.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(f'{{"status": "wrong", "score": {score}}}')
    assert read(1, "f") == Done("wrong", 0.0, 1)


def test_a_disk_that_refuses_stops_nothing(
    course_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course_home.write_text("a file where a folder should be")
    record(1, verdict("right", 2.0))
    assert "can't be kept" in capsys.readouterr().out
    assert [count_hint(1, "f", 3) for _ in range(4)] == [1, 2, 3, 3]
    assert read(1, "f") == Done("right", 2.0, 1, 3)
    assert capsys.readouterr().out == "", "said once"


def test_no_home_stops_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    for name in ("GNN_COURSE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    record(1, verdict("right", 2.0))
    assert read(1, "f").status == "right"
    assert "home directory" in capsys.readouterr().out
    assert "no home folder" in progress.where()


def test_nothing_is_noted_while_grading(monkeypatch: pytest.MonkeyPatch, course_home: Path) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    record(1, verdict("right", 2.0))
    assert count_hint(1, "f", 3) == 1
    assert not course_home.exists()


@pytest.mark.parametrize(("platform", "part"), [
    ("linux", ".local/share/gnn-course"), ("darwin", "Library/Application Support/gnn-course"),
    ("win32", "AppData/Roaming/gnn-course"),
])  # fmt: skip
def test_each_system_has_its_place(platform: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GNN_COURSE_HOME", "XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", platform)
    assert progress.home() == Path.home() / part
    monkeypatch.setenv("GNN_COURSE_HOME", "~/elsewhere")
    assert progress.home() == Path.home() / "elsewhere"
