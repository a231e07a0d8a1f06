"""The level for machines without user namespaces: one process that may open little and call little.

Landlock (Linux 5.13 and later, for every user) says which files may be opened; seccomp (`seccomp.py`,
the filter for `alone`) takes away what Landlock does not see. There are no new processes, so there is
nothing to hunt afterwards: `!command`, `%%bash` and multiprocessing do not work at this level.

Not covered, because the rest of the machine is still in view:
- names, sizes and times of files anywhere (`os.stat`), and the names of the answers' files;
- the folder for its own files lies on the disk, and is only looked at four times a second; a file that is
  deleted but still open is not seen there (so at most `Limits.file` times `Limits.files` are hidden);
- without a control group, memory is bounded by the addresses of the one process: twice `Limits.memory`;
- the user is the one who grades, root too if it is root, though without any of root's capabilities, and
  with no file to write: so whatever Linux lets that user do without opening a file, it can.
"""

import contextlib
import os
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from course.grading.sandbox import limits as rlimits
from course.grading.sandbox import linux, seccomp
from course.grading.sandbox.cgroup import Group
from course.grading.sandbox.guarded import fork_guarded
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.view import DEVICES, View

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE  # the rest is for folders
_KNOWN = {1: 13, 2: 14, 3: 15, 5: 16}  # from this version on: how many rights there are
_SCOPES = 0b11  # abstract sockets and signals stay among those who share the restriction
# What of /proc says nothing about anybody else.
_MACHINE = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/version",
    "/proc/filesystems",
    "/proc/sys/vm",
)
_MOST_FILES = 20_000  # in its own folder, as in a sandbox with namespaces


def fork(
    view: View, limits: Limits, group: Group | None, home: str, program: Callable[[], None], status: int
) -> int:
    """Run `program` with the view and its own folder `home`; the process id."""

    def run() -> int:
        if group:
            group.join()
        os.setsid()
        rlimits.apply(limits, processes=False)  # Linux would count all that this user runs elsewhere
        linux.drop_capabilities()
        _restrict(view, home)
        seccomp.install(alone=True)
        program()
        return 0

    return fork_guarded(run, status)


def used(home: str) -> tuple[int, int]:
    """Bytes on the disk, and files."""
    size = count = 0
    for folder, folders, files in os.walk(home):
        count += len(folders) + len(files)
        if count > _MOST_FILES:
            break
        for name in files:
            with contextlib.suppress(OSError):
                size += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return size, count


def too_much(home: str, limits: Limits) -> str:
    """Why it can't go on; "" if it can."""
    size, count = used(home)
    if size > limits.tmp:
        return f"more than {limits.tmp // rlimits.MB} MB of files"
    return f"more than {_MOST_FILES} files" if count > _MOST_FILES else ""


def _restrict(view: View, home: str) -> None:
    version = linux.landlock_version()
    every = (1 << max(rights for since, rights in _KNOWN.items() if since <= version)) - 1 if version else 0
    attributes = struct.pack("=Q", every)
    if version >= 6:
        attributes += struct.pack("=QQ", 0, _SCOPES)
    ruleset = linux.landlock_ruleset(attributes)
    _allow(
        ruleset, (*view.paths, *_MACHINE, f"/proc/{os.getpid()}"), every & (_EXECUTE | _READ_FILE | _READ_DIR)
    )
    _allow(ruleset, view.listed, _READ_DIR)
    _allow(ruleset, DEVICES, every & (_READ_FILE | _WRITE_FILE | _TRUNCATE))
    _allow(ruleset, (home,), every)
    linux.no_new_privileges()
    linux.landlock_restrict(ruleset)
    os.close(ruleset)


def _allow(ruleset: int, paths: Iterable[str], rights: int) -> None:
    for path in paths:
        if os.path.exists(path):
            handle = os.open(path, os.O_PATH)
            linux.landlock_allow(ruleset, handle, rights if Path(path).is_dir() else rights & _OF_FILES)
            os.close(handle)
