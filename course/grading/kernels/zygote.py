"""The warm parent: a process that has imported what lessons import, and forks a kernel when one is wanted.

A fork starts with all of it in memory, in hundredths of a second, and shares that memory.

- It has one thread, since a fork copies only one: the locks of any other would stay locked in every kernel.
- It holds nothing of interest: what it has in memory, any submission can read. So it is started with an
  environment of a few names, never imports a lesson's answers, and leaves it to the supervisor
  (`supervise.py`), a fork of its own, to read what is asked.
- It lives as long as somebody holds a connection to it. A connection that says something is handed to a
  supervisor; the others only keep it alive, and end with the process that opened them, however it ends.
"""

import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import threading
import traceback
from pathlib import Path

from course.grading.kernels import folder
from course.grading.kernels.supervise import supervise
from course.grading.sandbox.view import view

# What the lessons' import cells name, and what is imported on the way: by ipykernel when it starts, by an
# optimizer's first step (a second or two, and more memory than all the rest), by a figure, by a traceback.
WARM = (
    "torch", "torch.nn.functional", "torch._dynamo", "numpy", "matplotlib.pyplot",
    "matplotlib_inline.backend_inline", "networkx",
    "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin",
    "gnn_lib", "gnn_lib.exercises", "gnn_lib.exercises.answering", "gnn_lib.datasets", "gnn_lib.layers",
    "gnn_lib.plot", "gnn_lib.pool", "gnn_lib.tasks", "gnn_lib.train", "gnn_lib.widgets", "gnn_lib.wl_higher",
    "scipy.optimize", "scipy.sparse.linalg", "torch._subclasses.schema_check_mode", "stack_data",
    "pygments.formatters.terminal256", "pygments.styles.default", "zmq.utils.garbage",
    "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "tornado.platform.asyncio",
    "IPython.core.completer", "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect",
    "IPython.extensions.storemagic",
)  # fmt: skip
READERS = ("torch_geometric.io", "fsspec.implementations.local")  # for real data, where there are any
_FIRST = 30.0  # seconds that it waits for its first connection


def main() -> None:
    """Descriptor 0 is the listening socket; the argument is the folder that it lies in."""
    run = Path(sys.argv[1])
    if os.fork():
        os._exit(0)  # so that it is nobody's child, and nobody's zombie
    listener = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # supervisors report to whom they work for, not to us
    _serve(listener, run)


def _warm_up() -> None:
    gc.disable()  # nothing of this is ever garbage
    for name in WARM + READERS * ("GNN_LIB_DATA" in os.environ):
        importlib.import_module(name)
    import torch

    torch.set_num_threads(1)
    view()
    if lessons := [name for name in sys.modules if name.startswith("gnn_lib.exercises.lesson_")]:
        raise RuntimeError(f"The warm parent has imported answers: {', '.join(lessons)}.")
    if (threads := len(os.listdir("/proc/self/task"))) != 1:
        known = ", ".join(thread.name for thread in threading.enumerate())
        raise RuntimeError(f"The warm parent must have one thread, but has {threads}: {known}.")
    gc.collect()
    gc.freeze()
    gc.enable()


def _serve(listener: socket.socket, run: Path) -> None:
    silent: set[socket.socket] = set()
    while True:
        ready = select.select([listener, *silent], [], [], None if silent else _FIRST)[0]
        for connection in ready:
            if connection is listener:
                silent.add(listener.accept()[0])
                continue
            silent.remove(connection)
            if _says_something(connection):
                _fork(connection, [listener, *silent])
            connection.close()
        if not silent and _leave(listener, run):
            return


def _says_something(connection: socket.socket) -> bool:
    """False at its end. What it says stays unread."""
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _fork(connection: socket.socket, others: list[socket.socket]) -> None:
    if os.fork():
        return
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in others:
            other.close()
        supervise(connection)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _leave(listener: socket.socket, run: Path) -> bool:
    """Nobody is left: take the folder along, unless somebody is about to come."""
    with folder.locked(run, wait=False) as lock:
        if lock is None or select.select([listener], [], [], 0)[0]:
            return False
        shutil.rmtree(run, ignore_errors=True)
        return True


if __name__ == "__main__":
    main()
