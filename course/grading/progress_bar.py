"""How far it is: one line, rewritten in place on a terminal, else a new line every few seconds.

Ten lines do here what tqdm can't: the time left comes from the median, so that one notebook which ran into
its limit doesn't spoil it, and what failed stands beside.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import TextIO

SECONDS = {True: 0.2, False: 5.0}  # between two lines, on a terminal or not


class ProgressBar:
    def __init__(
        self, total: int, workers: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.total, self.workers = total, max(1, workers)
        self.done = self.running = self.failed = 0
        self._out = out or sys.stderr
        self._in_place = self._out.isatty()
        self._clock = clock
        self._took: list[float] = []
        self._next = clock() + (0 if self._in_place else SECONDS[False])
        self._width = 0

    def took(self, seconds: float) -> None:
        """One was run, in so many seconds on its worker."""
        self._took.append(seconds)

    def show(self, note: str = "", now: bool = False) -> None:
        if not now and self._clock() < self._next:
            return
        self._next = self._clock() + SECONDS[self._in_place]
        self._write(self.line() + (f" · {note}" if note else ""))

    def line(self) -> str:
        parts = [f"{self.done} of {self.total} done"]
        if self.running:
            parts.append(f"{self.running} running")
        if self._took and self.done < self.total:
            left = median(self._took) * (self.total - self.done) / self.workers
            parts.append(f"about {words(left)} left")
        if self.failed:
            parts.append(f"{self.failed} could not be graded")
        return ", ".join(parts)

    def close(self) -> None:
        self.show(now=True)
        if self._in_place:
            self._out.write("\n")
        self._out.flush()

    def _write(self, line: str) -> None:
        if self._in_place:
            self._out.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._out.write(line + "\n")
        self._out.flush()


def words(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
