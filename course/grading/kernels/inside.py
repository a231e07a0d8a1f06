"""What runs in the sandbox: a Jupyter kernel on sockets that were opened outside.

It imports nothing of `course`, so that it can be run there as a file.

Outside, the sockets lie in a folder that nobody in here can see. The kernel gets them open and listening,
and what Jupyter calls ports are the numbers of their descriptors.
"""

import os
import random
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import zmq
from ipykernel import iostream, kernelapp
from ipykernel.heartbeat import Heartbeat

READY = "\0"


class Kernel(kernelapp.IPKernelApp):
    """ipykernel, on given sockets and without the ones that only a debugger and subprocesses use."""

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, port)
        return int(super()._try_bind_socket(s, port))

    def init_control(self, context: Any) -> None:
        super().init_control(context)
        # It would try for ever to reach the shell's socket by its path, which is not in here.
        self.debug_shell_socket.disconnect(self.shell_socket.getsockopt(zmq.LAST_ENDPOINT))


class _Heartbeat(Heartbeat):
    def _try_bind_socket(self) -> Any:
        self.socket.setsockopt(zmq.USE_FD, self.port)
        return super()._try_bind_socket()


def main(arguments: list[str]) -> None:
    """`arguments` is the connection as JSON. Descriptor 2 is told when the kernel is ready, or why not."""
    status = os.dup(2)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
    os.close(null)
    _own_randomness()
    try:
        kernel = _prepare(arguments[0])
    except BaseException as error:
        os.write(status, f"{type(error).__name__}: {error}".encode(errors="replace"))
        raise
    os.write(status, READY.encode())
    os.close(status)
    kernel.start()


def _prepare(connection: str) -> Kernel:
    file = Path(os.environ["HOME"], "kernel.json")
    file.write_text(connection)
    sys.argv = [sys.executable]
    sys.modules["__main__"] = ModuleType("__main__")
    sys.path[:] = ["", *(path for path in sys.path if path)]
    setattr(kernelapp, "Heartbeat", _Heartbeat)  # noqa: B010
    setattr(iostream.IOPubThread, "_setup_pipe_in", _no_pipe)  # noqa: B010
    kernel = Kernel.instance()
    kernel.initialize(["-f", str(file), "--HistoryManager.enabled=False"])
    shell: Any = kernel.shell
    shell.enable_matplotlib("inline")  # pyplot was loaded before there was a kernel: it must be told
    return kernel


def _no_pipe(thread: Any) -> None:
    """For subprocesses that print by themselves it would listen on 127.0.0.1. Here is no network."""
    thread._pipe_flag = False


def _own_randomness() -> None:
    """All forks of one process would draw the same numbers."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


if __name__ == "__main__":
    main(sys.argv[1:])
