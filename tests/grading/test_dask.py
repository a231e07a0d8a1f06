"""The same engine on a real Dask cluster: two worker processes on this machine."""

import os
import signal
from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster

from course.grading import command
from tests.grading.classroom import Classroom
from tests.grading.rooms import made, room

__all__ = ["made", "room"]
pytestmark = [pytest.mark.slow]


class Cluster(LocalCluster):
    def __init__(self) -> None:
        super().__init__(n_workers=2, threads_per_worker=1, dashboard_address=":0")


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """One for each test: Dask does not always replace a worker that was killed while it was starting."""
    with Cluster() as cluster:
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


def test_a_cluster_by_its_class(room: Classroom) -> None:
    room.hand_in("ann", "# score 2")
    assert room.grade("--dask-cluster", "tests.grading.test_dask.Cluster") == command.ALL_GRADED
    assert room.scores() == {"ann": 2.0}


def test_wrong_addresses_and_classes_say_so(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert room.grade("--dask-cluster", "distributed.NoCluster") == command.STOPPED
    assert "distributed.LocalCluster" in capsys.readouterr().err
