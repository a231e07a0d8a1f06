"""One kernel's whole life, seen from outside: start it, bound its time, end it, clean up behind it.

It runs in a process of its own, forked by the zygote, and talks with whoever wants the kernel through
one connection: a Request comes in, {"ready": pid} or {"error": why} goes out, and when all is over and
nothing is left of it, {"exit": code, "reason": why}. If the other side closes the connection, for
whatever reason, the kernel ends: so no kernel outlives the process that asked for it.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course.grading.kernels import inside
from course.grading.sandbox.landlock import too_much
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import MB, Limits
from course.grading.sandbox.namespaces import TOO_MUCH_MEMORY
from course.grading.sandbox.start import Program, Running, start

MOST_BYTES = 1 << 16  # of one message
CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
_TICK = 0.25  # seconds between two looks at the files that it wrote
_READY = inside.READY.encode()
_MOST_WORDS = 4000  # bytes kept of what a kernel says that doesn't start


@dataclass(frozen=True)
class Request:
    level: Level
    limits: Limits
    folder: str  # of the kernel's own; it is removed with the kernel
    connection: dict[str, Any]  # Jupyter's connection file, but for the places
    environment: dict[str, str]

    def to_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Request":
        fields = json.loads(data)
        level, limits = Level(fields.pop("level")), Limits.from_dict(fields.pop("limits"))
        return cls(level=level, limits=limits, **fields)


def socket_path(folder: str, channel: str) -> str:
    """As Jupyter names them: the `ip`, a dash and the `port`."""
    return f"{folder}/s-{CHANNELS.index(channel) + 1}"


def supervise(connection: socket.socket) -> None:
    """To be called in a process of its own, which should end afterwards."""
    try:
        request = Request.from_bytes(connection.recv(MOST_BYTES))
        with _clean_up(request.folder):
            last = _run(connection, request)
    except Exception as error:
        last = {"error": f"{type(error).__name__}: {error}"}
    _tell(connection, last)


@contextlib.contextmanager
def _clean_up(folder: str) -> Any:
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(connection: socket.socket, request: Request) -> dict[str, Any]:
    end = time.monotonic() + request.limits.wall
    status, told = os.pipe()
    # The sockets are opened out here: the folder that they lie in is not shown to the kernel.
    listeners = {channel: _listen(socket_path(request.folder, channel)) for channel in CHANNELS}
    home = f"{request.folder}/home"
    os.makedirs(home, mode=0o700, exist_ok=True)
    running = start(request.level, request.limits, _program(request, listeners), home, told)
    try:
        for descriptor in (told, *listeners.values()):
            os.close(descriptor)
        if words := _wait_until_ready(connection, status, end):
            return {"error": words}
        _tell(connection, {"ready": running.pid})
        why = _wait_until_over(connection, running, end, request.limits, home)
        code = running.end()
        return {"exit": code, "reason": why or _reason(code, running, request.limits)}
    finally:
        running.end()
        if running.group:
            running.group.remove()


def _program(request: Request, listeners: dict[str, int]) -> Program:
    ports = {f"{channel}_port": descriptor for channel, descriptor in listeners.items()}
    connection = json.dumps(request.connection | ports | {"transport": "ipc", "ip": "socket"})
    return Program(inside, (connection,), request.environment, tuple(listeners.values()))


def _listen(path: str) -> int:
    Path(path).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    return listener.detach()


def _wait_until_ready(connection: socket.socket, status: int, end: float) -> str:
    """What it says before it is ready is why it never will be; "" when it is."""
    words = b""
    while True:
        ready = _wait([connection.fileno(), status], end)
        if status not in ready:
            return "it did not start in time" if not ready else "nobody waits for it any more"
        piece = os.read(status, _MOST_WORDS)
        words = (words + piece)[:_MOST_WORDS]
        if _READY in piece:
            os.close(status)
            return ""
        if not piece:
            return words.decode(errors="replace") or "it ended before it was ready"


def _wait_until_over(
    connection: socket.socket, running: Running, end: float, limits: Limits, home: str
) -> str:
    """Why it must end; "" if it ended by itself."""
    while time.monotonic() < end:
        ready = _wait([connection.fileno(), running.watched], min(end, time.monotonic() + _TICK))
        if running.watched in ready:
            return ""
        if ready:
            return "it was stopped"
        if why := too_much(home, limits):  # empty where the sandbox has a /tmp of its own
            return why
    return f"more than {limits.wall:g} seconds"


def _wait(descriptors: list[int], end: float) -> list[int]:
    """Those that have something to say; none if the time is over."""
    return select.select(descriptors, [], [], max(0.0, end - time.monotonic()))[0]


def _reason(code: int, running: Running, limits: Limits) -> str:
    if code == TOO_MUCH_MEMORY or (running.group and running.group.ran_out_of_memory()):
        return f"more than {limits.memory // MB} MB of memory"
    if code == 128 + signal.SIGXCPU:
        return f"more than {limits.cpu} seconds of processor time"
    if code > 128:
        with contextlib.suppress(ValueError):
            return f"it was ended by {signal.Signals(code - 128).name}"
    return f"it ended by itself, with exit code {code}"


def _tell(connection: socket.socket, message: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody there any more
        connection.send(json.dumps(message).encode()[:MOST_BYTES])
