"""How a process that grades comes to a warm parent: it finds this run's zygote, or starts it."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
from pathlib import Path

from course.grading.kernels import folder
from course.grading.kernels.environment import clean
from course.grading.sandbox.errors import SandboxError
from course.grading.sandbox.view import REPOSITORY

_BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from course.grading.kernels.zygote import main; main()"
_lease: socket.socket | None = None  # as long as one process of this run has one, the zygote stays


def connect() -> socket.socket:
    """A new connection to this run's zygote. It may still be warming up: it answers when it is warm."""
    global _lease
    run = folder.run_folder()
    with folder.locked(run):
        connection = _try(run) or _start(run)
        if _lease is None or _ended(_lease):
            _lease = _try(run)
            if _lease is not None:
                atexit.register(_lease.close)
    return connection


def log_of(run: Path) -> str:
    """The end of what the zygote said, to explain why it is gone."""
    try:
        return (run / "zygote.log").read_text(errors="replace")[-2000:].strip()
    except OSError:
        return ""


def _try(run: Path) -> socket.socket | None:
    connection = _socket()
    try:
        connection.connect(str(run / "zygote"))
    except OSError:
        connection.close()
        return None
    return connection


def _start(run: Path) -> socket.socket:
    """The socket is ours first, so it can be connected to at once; the zygote inherits it."""
    place = run / "zygote"
    place.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-c", _BOOT, str(REPOSITORY), str(run)]
    with _socket() as listener, (run / "zygote.log").open("ab") as said:
        listener.bind(str(place))
        listener.listen(128)
        subprocess.run(
            command, stdin=listener.fileno(), stdout=said, stderr=said, cwd="/", env=_environment(),
            start_new_session=True, check=True,
        )  # fmt: skip
    connection = _try(run)
    if connection is None:
        raise SandboxError(f"The warm parent did not start. {log_of(run)}")
    return connection


def _socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def _environment() -> dict[str, str]:
    """Its home is the instructor's: there lie matplotlib's list of fonts and numba's compiled loops."""
    return clean() | {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME") if name in os.environ}


def _ended(connection: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        return not connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return False
