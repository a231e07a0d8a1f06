"""How long until a kernel has done its first sum in torch, and how much memory does it take?

    python bench/bench_kernels.py [--quick]

Stock Jupyter starts a process that imports everything anew. Ours are forked from a parent that has it all,
without a sandbox and in each kind of sandbox that this machine has; bubblewrap has to start anew, too.

The memory is that of one kernel and of the processes that watch over it. PSS counts what is shared in
parts, so it shrinks the more kernels there are; "own" is what nobody shares. The warm parent itself is
paid for once in a run.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))
from jupyter_client.manager import AsyncKernelManager
from measure import table

from course.grading.kernels import kernel_manager
from course.grading.sandbox.levels import BEST_FIRST, Level, probe

CODE = "import torch; torch.ones(2)"


def managers() -> dict[str, Any]:
    """Name -> something that makes a kernel manager."""
    known: dict[str, Any] = {"stock": AsyncKernelManager}
    known["warm, no sandbox"] = lambda: kernel_manager(Level.NONE)
    for level in BEST_FIRST:
        if why := probe(level):
            print(f"Not measured: {level}, which this machine does not have ({why}).\n")
        else:
            known[f"warm, {level}" if level is not Level.BUBBLEWRAP else f"cold, {level}"] = (
                lambda level=level: kernel_manager(level)
            )
    return known


async def one(manager: Any) -> tuple[float, float, float, float]:
    """Seconds until it is done, seconds until it is gone, megabytes of PSS, and of its own."""
    start = time.perf_counter()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=120)
    await client.execute_interactive(CODE, timeout=120, output_hook=lambda message: None)
    done = time.perf_counter()
    memory = megabytes(manager.provisioner.pid)
    client.stop_channels()
    end = time.perf_counter()
    await manager.shutdown_kernel(now=True)
    return done - start, time.perf_counter() - end, *memory


def megabytes(pid: int) -> tuple[float, float]:
    """PSS and own memory of a process and all that come of it, and of its supervisor if it has one."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(place.parent.name)] = int(place.read_text().rpartition(")")[2].split()[1])
    family = {pid, *([parents[pid]] if parents[pid] != os.getpid() else [])}
    while more := {child for child, parent in parents.items() if parent in family - {1}} - family:
        family |= more
    sizes = [_kilobytes(one) for one in family]
    return sum(pss for pss, _ in sizes) / 1024, sum(own for _, own in sizes) / 1024


def _kilobytes(pid: int) -> tuple[int, int]:
    """(0, 0) for one that only root may look into."""
    with contextlib.suppress(OSError):
        lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]]
        sizes = {name: int(size) for name, size, _ in lines}
        return sizes["Pss:"], sizes["Private_Clean:"] + sizes["Private_Dirty:"]
    return 0, 0


def main() -> None:
    parser = argparse.ArgumentParser(description="How long a kernel takes to start, and how much memory.")
    parser.add_argument("--quick", action="store_true", help="each once, without the cold ones: does it run?")
    quick = parser.parse_args().quick
    known = {name: make for name, make in managers().items() if not quick or name.startswith("warm")}
    start = time.perf_counter()
    asyncio.run(one(kernel_manager(Level.NONE)))
    print(f"The first kernel of a run waits for the warm parent: {time.perf_counter() - start:.1f} s.\n")
    found: dict[str, list[tuple[float, float, float, float]]] = {name: [] for name in known}
    for _ in range(1 if quick else 5):
        for name, make in known.items():  # in turn, so that a slow spell of the machine hits them all
            found[name].append(asyncio.run(one(make())))
    rows = []
    for name, runs in found.items():
        done, gone, pss, own = (statistics.median(column) for column in zip(*runs, strict=True))
        rows.append((name, f"{done:.2f}", f"{gone:.2f}", f"{pss:.0f}", f"{own:.0f}"))
    header = ("kernel", "seconds", "to end it", "MB (PSS)", "MB (own)")
    print(table(f"From nothing to `{CODE}`", header, rows))


if __name__ == "__main__":
    main()
