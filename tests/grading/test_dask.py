"""The same engine on a real Dask cluster: two worker processes on this machine."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dask
import pytest
from distributed import Client, LocalCluster

from course.grading import command, engine
from tests.grading.classroom import LESSON, Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]
# Should a test be left without workers, the engine would wait for them longer than this.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Cluster(LocalCluster):
    def __init__(self) -> None:
        super().__init__(n_workers=2, threads_per_worker=1, dashboard_address=":0")


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """One for each test: some kill its workers, or take them away.

    A local cluster looks for each lost worker once, fifteen seconds later, and if it happens to be between
    two lives just then, lost again and not yet started, the cluster drops it for good. Not within a test.
    """
    with dask.config.set({"distributed.deploy.lost-worker-timeout": "1 hour"}), Cluster() as cluster:
        yield cluster


def test_a_class_is_graded(room: Classroom, cluster: LocalCluster) -> None:
    for number in range(8):
        room.hand_in(f"s{number}", f"# score {number / 4}")
    assert room.grade("--dask", cluster.scheduler_address) == command.ALL_GRADED
    assert room.scores() == {f"s{number}": number / 4 for number in range(8)}
    assert len(room.runs) == 8


def test_what_goes_wrong_with_one_stays_with_that_one(room: Classroom, cluster: LocalCluster) -> None:
    """One kills every worker that it meets; Dask replaces them."""
    for number in range(4):
        room.hand_in(f"s{number}", "# score 1\n# sleep 0.2")
    room.hand_in("bad", "# die")
    room.hand_in("sad", "# raise ouch")
    assert room.grade("--dask", cluster.scheduler_address) == command.SOME_NOT
    assert room.scores() == {f"s{number}": 1.0 for number in range(4)}
    assert "ouch" in room.record("sad").stopped
    assert room.record("bad").stopped


def test_one_worker_is_killed(room: Classroom, cluster: LocalCluster) -> None:
    for number in range(8):
        room.hand_in(f"s{number}", "# score 2\n# sleep 0.3")
    room.hand_in("killer", "# score 1\n# die-once")
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=240)
        victim = next(iter(client.run(os.getpid).values()))
        os.kill(victim, signal.SIGKILL)
    assert room.grade("--dask", cluster.scheduler_address) == command.ALL_GRADED
    assert room.scores() == {f"s{number}": 2.0 for number in range(8)} | {"killer": 1.0}


def test_no_worker_is_left(
    room: Classroom,
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 3.0)
    room.hand_in("ann", "# score 2")
    room.hand_in("bob", "# score 1\n# sleep 100")
    once_graded(room, "ann", lambda: cluster.scale(0))
    assert room.grade("--dask", cluster.scheduler_address) == command.STOPPED
    assert "start workers" in capsys.readouterr().err
    assert room.scores() == {"ann": 2.0}
    cluster.scale(1)
    room.hand_in("bob", "# score 1")
    assert room.grade("--dask", cluster.scheduler_address) == command.ALL_GRADED
    assert room.scores() == {"ann": 2.0, "bob": 1.0}


@pytest.mark.parametrize("seconds", [0.0, 0.7, 2.3])
def test_the_scheduler_is_lost(room: Classroom, capsys: pytest.CaptureFixture[str], seconds: float) -> None:
    """At whatever moment: Dask says so in several ways."""
    students = [f"s{number:02}" for number in range(32)]
    for student in students:
        room.hand_in(student, "# score 2\n# sleep 0.3")
    with scheduler() as (process, address), worker(address):
        once_graded(room, "s00", lambda: (time.sleep(seconds), process.kill()))
        with dask.config.set({"distributed.comm.timeouts.connect": "3s"}):
            assert room.grade("--dask", address) == command.STOPPED
    assert "start a scheduler" in capsys.readouterr().err
    graded = room.scores()
    assert 0 < len(graded) < len(students)
    assert all(room.record(student).marks for student in graded)
    assert room.grade("--resume") == command.ALL_GRADED
    assert room.scores() == dict.fromkeys(students, 2.0)


def test_a_cluster_by_its_class(room: Classroom) -> None:
    room.hand_in("ann", "# score 2")
    assert room.grade("--dask-cluster", "tests.grading.test_dask.Cluster") == command.ALL_GRADED
    assert room.scores() == {"ann": 2.0}


def test_wrong_addresses_and_classes_say_so(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert room.grade("--dask-cluster", "distributed.NoCluster") == command.STOPPED
    assert "distributed.LocalCluster" in capsys.readouterr().err


def once_graded(room: Classroom, student: str, act: Callable[[], object]) -> None:
    record = room.root / "records" / LESSON / f"{student}.json"  # written last

    def watch() -> None:
        while not record.exists():
            time.sleep(0.05)
        act()

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def scheduler() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "dask", "scheduler", "--port", "0", "--dashboard-address", ":0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            addresses = (re.search(r"tcp://\S+", line) for line in process.stderr)
            yield process, next(found[0] for found in addresses if found)
        finally:
            process.kill()


@contextmanager
def worker(address: str) -> Iterator[None]:
    command = [sys.executable, "-m", "dask", "worker", address, "--nthreads", "2", "--no-nanny"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()
