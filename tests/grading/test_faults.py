"""Whatever is killed, full or held: the same command again completes it, and nothing is done twice."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from course.grading import command, gradebook
from course.grading.gradebook import Book
from course.grading.record import Record
from course.grading.spool import Spool
from tests.grading.classroom import LESSON, Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]
SLOTS = 4  # submissions that two workers may have at a time


def until(condition: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


@pytest.fixture
def school(room: Classroom) -> Iterator[Classroom]:
    """Twenty students. Whatever a test leaves running is ended."""
    for number in range(20):
        room.hand_in(f"s{number:02}", f"# score {number % 5 / 2}\n# sleep 0.1")
    yield room
    for process in room.processes():
        os.kill(process, signal.SIGKILL)


DUE = {f"s{number:02}": number % 5 / 2 for number in range(20)}


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_completes(school: Classroom) -> None:
    for kills in range(1, 4):
        run = school.start()
        until(lambda enough=3 * kills: len(school.runs) >= enough)  # type: ignore[misc]
        run.kill()
        run.communicate()
        until(lambda: not school.processes(), 10)  # no worker, no server is left
    assert school.grade() == command.ALL_GRADED
    assert school.scores() == DUE
    assert len(school.runs) <= 20 + 3 * (SLOTS + 1)  # only what was in work when it was killed runs twice


POINTS = [(Spool, "put"), (Book, "write"), (Record, "save"), (Spool, "drop")]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("owner", "name"), POINTS, ids=[f"{o.__name__}.{n}" for o, n in POINTS])
def test_the_writer_stops_at_any_step(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, when: str
) -> None:
    room.hand_in("ann", "# score 1.5")
    step = getattr(owner, name)

    def fails(*arguments: Any) -> Any:
        if when == "after":
            step(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fails)
        assert room.grade() == command.INTERRUPTED
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 1.5}
    assert room.record("ann").score == 1.5
    lost = (owner, name, when) == (Spool, "put", "before")
    assert len(room.runs) == 1 + lost


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_no_process_behind(school: Classroom, sign: signal.Signals) -> None:
    school.hand_in("slow", "# sleep 600")
    run = school.start()
    until(lambda: len(school.runs) > 8)
    os.killpg(run.pid, sign)  # as the terminal does
    began = time.monotonic()
    said = run.communicate()[1]
    assert time.monotonic() - began < 5  # a fraction of a second, as a rule
    until(lambda: not school.processes(), 20)
    assert run.returncode == command.INTERRUPTED, said
    assert "goes on where this one stopped" in said
    assert "Traceback" not in said
    school.hand_in("slow", "# score 1")
    assert school.grade() == command.ALL_GRADED
    assert school.scores() == DUE | {"slow": 1.0}


@pytest.mark.slow
def test_a_worker_that_is_killed_from_outside_is_replaced(school: Classroom) -> None:
    run = school.start()
    until(lambda: len(school.runs) > 4)
    workers = [one for one in school.processes() if os.getsid(one) == one]
    assert len(workers) == 2
    os.kill(workers[0], signal.SIGKILL)
    said = run.communicate(timeout=240)
    assert run.returncode == command.ALL_GRADED, said
    assert school.scores() == DUE


@pytest.mark.alone
def test_a_worker_that_hangs_is_replaced(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "MARGIN", -597.0)  # together with two notebooks' seconds: 3
    room.hand_in("ann", "# sleep 600")
    room.hand_in("ben", "# score 1")
    room.hand_in("cy", "# score 2")
    assert room.grade() == command.SOME_NOT
    assert room.scores() == {"ben": 1.0, "cy": 2.0}
    assert "not graded: ann: It was given up: its worker was still not done" in capsys.readouterr().out


@pytest.mark.alone
def test_an_executor_that_never_answers_is_given_up(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BACKSTOP", 30 / 660)
    room.hand_in("ann", "# sleep 600")
    room.hand_in("ben", "# score 1")
    began = time.monotonic()
    assert room.grade() == command.SOME_NOT
    assert time.monotonic() - began < 300
    assert room.scores() == {"ben": 1.0}
    assert "nothing came back within 30 seconds" in capsys.readouterr().out


@pytest.mark.slow
def test_two_engines_at_once(school: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    first = school.start()
    until(lambda: len(school.runs) > 2)
    assert school.grade() == command.STOPPED
    assert f"being graded already, by process {first.pid}" in capsys.readouterr().err
    said = first.communicate(timeout=240)
    assert first.returncode == command.ALL_GRADED, said
    assert len(school.runs) == 20


@pytest.mark.alone
def test_a_gradebook_that_is_held_for_a_while(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room.hand_in("ann", "# score 1")
    monkeypatch.setattr(gradebook, "PATIENCE", 0.0)
    holder = sqlite3.connect(room.root / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    assert room.grade() == command.STOPPED
    assert "database is locked" in capsys.readouterr().err
    holder.execute("ROLLBACK")
    holder.execute("BEGIN IMMEDIATE")  # now it may be read, but not written
    assert room.grade() == command.STOPPED
    said = capsys.readouterr().err
    assert "run the same command again" in said
    assert room.scores() == {}
    holder.close()
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 1.0}
    assert len(room.runs) == 1


def test_waiting_for_the_gradebook(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held by another program, and let go while we wait."""
    room.hand_in("ann", "# score 1")
    holder = sqlite3.connect(room.root / "gradebook.db")
    holder.execute("BEGIN IMMEDIATE")
    pauses: list[float] = []

    def let_go(seconds: float) -> None:
        pauses.append(seconds)
        holder.close()

    monkeypatch.setattr("course.grading.gradebook.time.sleep", let_go)
    assert room.grade() == command.ALL_GRADED
    assert len(pauses) == 1
    assert "held by another program: waiting" in capsys.readouterr().err
    assert room.scores() == {"ann": 1.0}


@pytest.mark.slow
def test_a_full_disk(school: Classroom, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The course on a file system of its own, with ever more room."""
    small = Classroom(tmp_path / "small" / "course")
    small.root.parent.mkdir()
    mount(small.root.parent, "size=2m")
    try:
        school.copy(small.root)
        (small.root / "runs").symlink_to(tmp_path / "runs")
        stopped = 0
        for size in (0, 100, 200, 400, 800, 3200):
            room_left(small.root, size)
            status = small.grade()
            assert status in (command.STOPPED, command.ALL_GRADED)
            if status == command.STOPPED:
                stopped += 1
                assert "run the same command again" in capsys.readouterr().err
        assert stopped >= 2
        assert small.scores() == DUE
        assert len(small.runs) < 20 + SLOTS * stopped
    finally:
        subprocess.run(["umount", str(small.root.parent)], check=True)


def mount(place: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=True)


def room_left(root: Path, kilobytes: int) -> None:
    """Grow the file system to so much more than what it holds."""
    stat = os.statvfs(root)
    used = (stat.f_blocks - stat.f_bfree) * stat.f_bsize // 1024
    subprocess.run(["mount", "-o", f"remount,size={used + kilobytes}k", str(root.parent)], check=True)


def test_a_clock_that_jumps(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Back and forth by years, between any two looks at it; and files from the future."""
    ticks = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: 1.7e9 + (-1) ** next(ticks) * 1e8)
    for name, score in {"ann": 1, "ben": 2}.items():
        folder = room.hand_in(name, f"# score {score}")
        for path in [folder, *folder.iterdir()]:
            os.utime(path, (4e9, 4e9))
    assert room.grade() == command.ALL_GRADED
    assert room.grade() == command.ALL_GRADED
    assert room.scores() == {"ann": 1.0, "ben": 2.0}
    assert len(room.runs) == 2
    assert room.record("ann").lesson == LESSON
