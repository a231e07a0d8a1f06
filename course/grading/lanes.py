"""Workers, each alone in a process pool of its own: when one dies or hangs, the others don't notice.

A `ProcessPoolExecutor` with many workers breaks as a whole when one of them is killed, and can't tell whose
job did it. With one worker each, the guilty job is known, and no other is lost. Workers are forked from
Python's fork server, which has imported what they need.

A worker leads its own process session: Ctrl-C in the terminal reaches the engine alone, and what the worker
started in its session dies with it. What made a session of its own, as kernels do, must watch for the
worker's death by itself.
"""

import contextlib
import multiprocessing
import os
import queue
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from typing import Any, ParamSpec, TypeVar

MOST_MEMORY = 3 << 30  # bytes that a worker may write to; the judge needs a tenth of that
P = ParamSpec("P")
T = TypeVar("T")


class WorkerLostError(RuntimeError):
    """The worker's process died: it was killed, or crashed."""


class TookTooLongError(RuntimeError):
    """The worker was still not done at its deadline, and was killed."""


class Lanes(ThreadPoolExecutor):
    """`workers` processes behind the interface of any executor. A call that isn't done after `deadline`
    seconds is ended together with its worker, and a new worker takes its place."""

    def __init__(self, workers: int, deadline: float, preload: Sequence[str] = ()) -> None:
        super().__init__(workers, thread_name_prefix="lane")
        self._deadline = deadline
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(preload))
        self._lanes = [_Lane(context) for _ in range(workers)]
        self._free: queue.SimpleQueue[_Lane] = queue.SimpleQueue()
        for lane in self._lanes:
            self._free.put(lane)
        for _ in self._lanes:
            self.submit(os.getpid)  # they start while the engine reads its first submissions

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        def in_a_lane() -> T:
            lane = self._free.get()
            try:
                return lane.call(self._deadline, fn, *args, **kwargs)
            finally:
                self._free.put(lane)

        return super().submit(in_a_lane)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """With `wait=False`, at once: running calls are ended together with their workers."""
        if not wait:
            for lane in self._lanes:
                lane.stop()
        super().shutdown(wait=True, cancel_futures=cancel_futures or not wait)
        for lane in self._lanes:
            lane.close()


class _Lane:
    """One worker, and what is needed to replace it. Only `stop` may be called from another thread."""

    def __init__(self, context: BaseContext) -> None:
        self._context = context
        self._pool: ProcessPoolExecutor | None = None
        self._worker = 0  # its process id; 0 while there is none
        self._stopped = False

    def call(self, deadline: float, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        try:
            future = self._open().submit(fn, *args, **kwargs)
            if not wait([future], deadline).done:
                self._kill()
                self.close()
                raise TookTooLongError(f"its worker was still not done after {deadline:.0f} seconds")
            return future.result()
        except BrokenProcessPool:
            self.close()
            raise WorkerLostError("its worker died") from None

    def stop(self) -> None:
        """End the worker, and take no other."""
        self._stopped = True
        self._kill()

    def close(self) -> None:
        pool, self._pool, self._worker = self._pool, None, 0
        if pool is not None:
            pool.shutdown()

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=self._context, initializer=_begin)
            self._worker = self._pool.submit(os.getpid).result()
        if self._stopped:  # asked only now: `stop` may have come before there was a worker to end
            self._kill()
        return self._pool

    def _kill(self) -> None:
        """The worker, and with it whatever it started in its session."""
        if self._worker:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._worker, signal.SIGKILL)


def _begin() -> None:
    """A kernel may send more than a machine has memory for, in one message of many parts, which ZeroMQ takes
    whole. Then the worker that listens to it ends, and nobody else."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    threading.Thread(target=_end_with_the_engine, daemon=True).start()


def _end_with_the_engine() -> None:
    """The engine may be killed without a word. Then nothing of it may stay."""
    engine = multiprocessing.parent_process()
    assert engine is not None
    engine.join()
    os.killpg(0, signal.SIGKILL)
