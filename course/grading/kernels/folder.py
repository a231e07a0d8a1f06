"""The folder of one run: the zygote's socket, and a folder with sockets for each kernel.

One run is a process that grades, with all that it starts: it writes the folder's name into its
environment. Nobody else may enter the folder, so nobody else can talk to the kernels.
"""

import atexit
import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from course.grading.sandbox.errors import SandboxError

NAME = "GNN_COURSE_RUN"
_PLACE = "/tmp"  # and not $TMPDIR: the path of a socket may have 107 characters


def run_folder() -> Path:
    """This run's; made if it isn't there."""
    if NAME not in os.environ:
        os.environ[NAME] = tempfile.mkdtemp(prefix="gnn-course-", dir=_PLACE)
        atexit.register(_remove_unused, os.environ[NAME])  # a used one goes with its zygote
    run = Path(os.environ[NAME])
    run.mkdir(mode=0o700, exist_ok=True)
    found = run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise SandboxError(f"{run} must be a folder that only you can enter. Unset {NAME} to get a new one.")
    return run


def _remove_unused(run: str) -> None:
    with contextlib.suppress(OSError):
        os.rmdir(run)


def kernel_folder() -> str:
    """A new one for one kernel's sockets."""
    return tempfile.mkdtemp(prefix="k-", dir=run_folder())


@contextlib.contextmanager
def locked(run: Path, wait: bool = True) -> Iterator[int | None]:
    """One process at a time; None if another has it and we don't wait. The folder is there meanwhile."""
    handle = _open_and_lock(run, wait)
    try:
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def _open_and_lock(run: Path, wait: bool) -> int | None:
    while True:
        run.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(run, os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if os.path.samestat(os.fstat(handle), os.stat(run)):
                return handle
        except BlockingIOError:
            os.close(handle)
            return None
        except FileNotFoundError:
            pass
        os.close(handle)  # who had it before us took the folder away
