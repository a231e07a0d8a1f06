"""What a learner's code may take: a few seconds, and a page of prints."""

import contextlib
import ctypes
import io
import signal
import threading
import warnings
from collections.abc import Iterator

PATIENCE = 5.0  # seconds for one call on a graph of a few nodes
_MOST_PRINTED = 2_000  # characters kept of what the code prints


class OutOfTimeError(BaseException):
    """Not an Exception: `except Exception` in the learner's loop must not swallow it."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stop a loop that never ends, and once more each second if the code catches even that.

    Code can be interrupted only between two steps of Python: inside one long call into C there is no limit.
    """
    in_main = threading.current_thread() is threading.main_thread()
    with _by_signal(seconds) if in_main and hasattr(signal, "setitimer") else _by_watcher(seconds):
        yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise OutOfTimeError(f"still not done after {seconds:g} seconds")

    handler = signal.signal(signal.SIGALRM, stop)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if timer[0]:
            signal.setitimer(signal.ITIMER_REAL, *timer)


@contextlib.contextmanager
def _by_watcher(seconds: float) -> Iterator[None]:
    """Signals reach the main thread alone, and JupyterLab answers its widgets in another, a "subshell".

    There even a sleep is stopped only when it wakes.
    """
    here, done, turn = ctypes.c_ulong(threading.get_ident()), threading.Event(), threading.Lock()

    def watch() -> None:
        wait = seconds
        while not done.wait(wait):
            wait = 1.0
            with turn:
                if not done.is_set():
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(here, ctypes.py_object(OutOfTimeError))

    threading.Thread(target=watch, daemon=True, name="time limit").start()
    try:
        yield
    finally:
        try:
            with contextlib.suppress(OutOfTimeError):  # should the last moment be just now, it comes here
                done.set()
                with turn:
                    pass
                for _ in range(100):
                    pass
        finally:
            done.set()


class Printed(io.TextIOBase):
    """The beginning of what was printed; the rest takes no memory."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        room = _MOST_PRINTED - len(self.text)
        if room > 0:
            self.text += text[:room] + ("\n... and more" if len(text) > room else "")
        return len(text)


@contextlib.contextmanager
def catch_prints() -> Iterator[Printed]:
    """Prints and warnings, both channels: under nbgrader one word on stderr costs all points."""
    printed = Printed()
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("always")
        try:
            yield printed
        finally:
            for text in dict.fromkeys(f"{w.category.__name__}: {w.message}\n" for w in caught):
                printed.write(text)
