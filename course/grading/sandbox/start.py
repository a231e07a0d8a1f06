"""Run a program in a sandbox of some level."""

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import ModuleType

from course.grading.sandbox import bubblewrap, cgroup, landlock, namespaces
from course.grading.sandbox import limits as rlimits
from course.grading.sandbox.cgroup import Group
from course.grading.sandbox.guarded import fork_guarded
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.view import view

_LAST = 1 << 20  # no descriptor is as high
_PATIENCE = 10.0  # seconds for the dead to be gone


@dataclass(frozen=True)
class Program:
    """A module with `main(arguments)`, which imports nothing of `course`: no sandbox shows that folder."""

    module: ModuleType
    arguments: tuple[str, ...]
    environment: dict[str, str]
    descriptors: tuple[int, ...] = ()  # the open files that it gets, besides /dev/null as 0 and 1


class Running:
    """A process: when it has ended, all that the program started has."""

    def __init__(self, pid: int, group: Group | None, init: int | None = None) -> None:
        self.pid = pid
        self.group = group
        self.watched = os.pidfd_open(pid)  # readable when it has ended
        self._init = None if init is None or init == pid else os.pidfd_open(init)
        self._code: int | None = None

    def end(self) -> int:
        """Kill it if it still runs. Its exit code, 128 + n after signal n, once nothing is left of it."""
        if self._code is None:
            if self._init is not None:
                _end_other(self._init)
            os.kill(self.pid, signal.SIGKILL)  # ours until we wait for it, so it can be nobody else's
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self._code = code if code >= 0 else 128 - code
            os.close(self.watched)
        return self._code


def _end_other(init: int) -> None:
    """End a sandbox by its init, which is not our child, and wait until all in it are dead."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(init, signal.SIGKILL)
    select.select([init], [], [], _PATIENCE)
    os.close(init)


def start(level: Level, limits: Limits, program: Program, folder: str, status: int) -> Running:
    """Start it. Descriptor 2 of the program is `status`: what it says before it is ready is an error.

    Where a sandbox has no /tmp of its own, the program's files go to `folder`.
    """
    group = cgroup.create(limits)
    inside = level in (Level.NAMESPACES, Level.BUBBLEWRAP)
    environment = program.environment | home(namespaces.HOME if inside else folder)

    def become() -> None:
        _become(program, environment, status)

    if level is Level.NAMESPACES:
        return Running(namespaces.fork(view(), limits, group, become, status), group)
    if level is Level.LANDLOCK:
        return Running(landlock.fork(view(), limits, group, folder, become, status), group)
    if level is Level.BUBBLEWRAP:
        file = str(program.module.__file__)
        pid, init = bubblewrap.spawn(
            view(), limits, group, file, program.arguments, environment, program.descriptors, status
        )
        return Running(pid, group, init)
    return Running(fork_guarded(lambda: _trust(limits, group, become), status), group)


def _trust(limits: Limits, group: Group | None, become: Callable[[], None]) -> int:
    """No sandbox. What it starts may outlive it, and it sees what you see."""
    if group:
        group.join()
    os.setsid()
    rlimits.apply(limits, processes=False)
    become()
    return 0


def home(folder: str) -> dict[str, str]:
    """Variables that send everything that is written to one folder."""
    names = ("HOME", "TMPDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR")
    inner = {"IPYTHONDIR": f"{folder}/.ipython", "MPLCONFIGDIR": f"{folder}/.matplotlib"}
    return dict.fromkeys(names, folder) | inner


def _become(program: Program, environment: dict[str, str], status: int) -> None:
    """In the forked process: nothing is left of what it was forked from but the modules it had imported."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor, source in enumerate((null, null, status)):
        os.dup2(source, descriptor)
    try:
        _close_all_but((0, 1, 2, *program.descriptors))
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(environment["HOME"])
        for name in [name for name in sys.modules if name.partition(".")[0] == "course"]:
            del sys.modules[name]
        program.module.main(list(program.arguments))
    except Exception as error:
        os.write(2, f"{type(error).__name__}: {error}".encode(errors="replace"))
        raise


def _close_all_but(kept: Iterable[int]) -> None:
    first = 0
    for descriptor in [*sorted(set(kept)), _LAST]:
        if first < descriptor:  # Python takes an empty range that begins at 0 for all there are
            os.closerange(first, descriptor)
        first = descriptor + 1
