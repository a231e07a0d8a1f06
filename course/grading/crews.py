"""Who does the work: processes on this machine, or Dask's workers on others."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from course.grading.course import RunError
from course.grading.kernels.folder import run_folder
from course.grading.lanes import Lanes

PRELOAD = ("course.grading.sitting",)


@dataclass(frozen=True)
class Crew:
    """Any executor, how many may work for it at once, and what says how many are there now."""

    executor: Executor
    workers: int
    there: Callable[[], int]


@contextlib.contextmanager
def processes(workers: int, deadline: float, preload: tuple[str, ...] = PRELOAD) -> Iterator[Crew]:
    run_folder()  # named in the environment before there are workers: they share one warm parent
    lanes = Lanes(workers, deadline, preload)
    try:
        yield Crew(lanes, workers, there=lambda: workers)  # one that dies is replaced at once
    finally:
        lanes.shutdown(wait=False)  # every result that was waited for is in


@contextlib.contextmanager
def dask_at(address: str) -> Iterator[Crew]:
    """The workers of a Dask scheduler that runs already."""
    from distributed import Client

    try:
        client = Client(address)
    except (OSError, ValueError) as error:
        raise RunError(
            f"No Dask scheduler answers at {address}: {error}. To start one: dask scheduler"
        ) from None
    with client:
        client.wait_for_workers(1, timeout=60)
        yield from _of(client)


@contextlib.contextmanager
def dask_cluster(name: str, workers: int) -> Iterator[Crew]:
    """A cluster of this class, such as `dask_jobqueue.SLURMCluster`, with what Dask's own configuration says
    about it, and so many workers."""
    from distributed import Client

    module, _, kind = name.rpartition(".")
    try:
        make = getattr(import_module(module), kind)
    except (ImportError, AttributeError, ValueError) as error:
        raise RunError(
            f"--dask-cluster wants the class of a Dask cluster, such as dask_jobqueue.SLURMCluster or "
            f"distributed.LocalCluster, not {name!r}: {error}"
        ) from None
    cluster = make()
    try:
        cluster.scale(workers)
        with Client(cluster) as client:
            client.wait_for_workers(1)
            yield from _of(client)
    finally:
        with contextlib.suppress(TimeoutError):  # it is slow to go: all that was to do is done
            cluster.close()


def _of(client: Any) -> Iterator[Crew]:
    """Not covered: a worker that hangs. Its job is given up, but only Dask can end it."""
    from distributed.client import ClosedClientError

    executor = client.get_executor(pure=False)
    try:
        yield Crew(executor, max(1, _threads(client)), there=lambda: _threads(client))
    finally:
        with contextlib.suppress(ClosedClientError):  # its scheduler is gone, and with it what was to do
            executor.shutdown(wait=False)  # Dask cancels what is left


def _threads(client: Any) -> int:
    """How many are there now. While the way to the scheduler is broken, none."""
    with contextlib.suppress(Exception):  # OSError, RuntimeError, AttributeError: as far as it's gone already
        return sum(client.nthreads().values())
    if client.status in ("closing", "closed"):
        raise RunError(
            "The Dask scheduler is gone. What was graded is in the gradebook: start a scheduler, and the "
            "same command goes on from here."
        )
    return 0
