"""How every benchmark here measures: in turn, in one process, medians; memory as the kernel counts it."""

import ctypes
import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Run = Callable[[], Any]


def medians(runs: Mapping[str, Run], repeats: int) -> dict[str, float]:
    """Seconds that each takes. They run in turn, so that a slow spell of the machine hits them all.

    One round to warm up does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(repeats + 1):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            if round_:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def peak_megabytes(run: Run, repeats: int = 2) -> float:
    """How far the resident memory of this process rises above where it stands, while `run` runs.

    Needs Linux: /proc holds the high-water mark, and a 5 written to clear_refs sets it back.
    """
    before = resident_megabytes()
    Path("/proc/self/clear_refs").write_text("5")
    for _ in range(repeats):
        run()
    return _status("VmHWM") / 1024 - before


def resident_megabytes() -> float:
    """What this process holds in memory now, after it has handed back what it can."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return _status("VmRSS") / 1024


def _status(key: str) -> int:
    """Kilobytes, from /proc/self/status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {key}: memory can only be measured on Linux")


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f}" if seconds < 0.01 else f"{seconds * 1e3:,.0f}"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table under a title, aligned so that it reads in a terminal too."""
    grid = [list(header), *[list(row) for row in rows]]
    width = [max(len(row[i]) for row in grid) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        rest = [cell.rjust(w) for cell, w in zip(cells[1:], width[1:], strict=True)]
        return "| " + " | ".join([cells[0].ljust(width[0]), *rest]) + " |"

    rule = "|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(width)) + "|"
    return "\n".join([f"**{title}**", "", line(grid[0]), rule, *map(line, grid[1:]), ""])
