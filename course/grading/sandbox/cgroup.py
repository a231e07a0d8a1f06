"""A control group: the only thing in Linux that bounds what many processes use together.

It wants root and a writable /sys/fs/cgroup (version 2, or 1 with `memory` and `pids`). Elsewhere there
is none, and the rlimits of each process are what is left: `namespaces.py` says how the sum is watched.
It does not bound the processor or the disk, and swap only where version 2 or `memsw` counts it.
"""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from course.grading.sandbox.limits import Limits

ROOT = Path("/sys/fs/cgroup")
_PREFIX = "gnn-course-"
_PATIENCE = 2.0  # seconds for the dead to leave the group


@dataclass(frozen=True)
class Group:
    folders: tuple[Path, ...]

    def join(self) -> None:
        """Put this process, and every child that it will have, into the group."""
        for folder in self.folders:
            (folder / "cgroup.procs").write_text("0")

    def ran_out_of_memory(self) -> bool:
        for folder in self.folders:
            for name in ("memory.events", "memory.oom_control"):
                with contextlib.suppress(OSError, KeyError):
                    counts = dict(line.split() for line in (folder / name).read_text().splitlines())
                    return int(counts["oom_kill"]) > 0
        return False

    def remove(self) -> None:
        """When all in it are dead. They may take a moment to leave."""
        for folder in self.folders:
            end = time.monotonic() + _PATIENCE
            while folder.exists() and time.monotonic() < end:
                try:
                    folder.rmdir()
                except OSError:
                    time.sleep(0.005)


def create(limits: Limits) -> Group | None:
    """A new group with these limits, named after this process; None where there can be none."""
    if os.geteuid() != 0:
        return None
    _sweep()
    name = f"{_PREFIX}{os.getpid()}"
    if (ROOT / "cgroup.controllers").exists():
        wanted = {
            ROOT / name: {"memory.max": limits.memory, "memory.swap.max": 0, "pids.max": limits.processes}
        }
    else:
        wanted = {
            ROOT / "memory" / name: {"memory.limit_in_bytes": limits.memory},
            ROOT / "pids" / name: {"pids.max": limits.processes},
        }
    group = Group(tuple(wanted))
    try:
        for folder, values in wanted.items():
            folder.mkdir()
            for file, value in values.items():
                if file != "memory.swap.max" or (folder / file).exists():  # a kernel without swap
                    (folder / file).write_text(str(value))
    except OSError:
        group.remove()
        return None
    return group


def _sweep() -> None:
    """Remove what a supervisor left that was killed before it could."""
    for place in (ROOT, ROOT / "memory", ROOT / "pids"):
        for folder in place.glob(f"{_PREFIX}*"):
            if not Path("/proc", folder.name.removeprefix(_PREFIX)).exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
