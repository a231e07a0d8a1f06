"""Who does the work: processes on this machine, or Dask's workers on others. All are executors."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor
from importlib import import_module
from typing import Any

from course.grading.course import RunError
from course.grading.kernels.folder import run_folder
from course.grading.lanes import Lanes

PRELOAD = ("course.grading.sitting",)


@contextlib.contextmanager
def processes(
    workers: int, deadline: float, preload: tuple[str, ...] = PRELOAD
) -> Iterator[tuple[Executor, int]]:
    run_folder()  # named in the environment before there are workers: they share one warm parent
    lanes = Lanes(workers, deadline, preload)
    try:
        yield lanes, workers
    finally:
        lanes.shutdown(wait=False)  # every result that was waited for is in


@contextlib.contextmanager
def dask_at(address: str) -> Iterator[tuple[Executor, int]]:
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
def dask_cluster(name: str, workers: int) -> Iterator[tuple[Executor, int]]:
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


def _of(client: Any) -> Iterator[tuple[Executor, int]]:
    """Not covered: a worker that hangs. Its job is given up, but only Dask can end it."""
    executor = client.get_executor(pure=False)
    try:
        yield executor, max(1, sum(client.nthreads().values()))
    finally:
        executor.shutdown(wait=False)  # Dask cancels what is left
