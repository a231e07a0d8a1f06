"""Where the learner's code stopped, in the learner's own words."""

import contextlib
import dis
import inspect
import linecache
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from gnn_lib.exercises.calls import Problem, Trouble
from gnn_lib.exercises.limits import OutOfTimeError

_INSTALLED = ("stdlib", "purelib", "platlib")
_FOLDERS = [Path(__file__).parents[1], *(Path(sysconfig.get_path(key)) for key in _INSTALLED)]
# What isn't the learner's: this library, Python, what is installed, and code that no file holds.
_ELSEWHERE = (
    *{f"{path}{os.sep}" for folder in _FOLDERS for path in (folder, folder.resolve())},
    "<frozen", "<string>",
)  # fmt: skip
_LONGEST = 300  # characters of an error's message: torch can write pages


class TroubleError(Exception):
    """What the learner's side itself finds wrong."""

    def __init__(self, kind: Trouble, message: str = "") -> None:
        super().__init__(message)
        self.kind: Trouble = kind


def explain_error(error: BaseException, answer: Any = None) -> Problem:
    """The last line of the learner's own code that the error went through."""
    if isinstance(error, TroubleError):
        return Problem(error.kind, str(error))
    steps = list(_steps(error.__traceback__))
    own = [step for step in steps if not step.tb_frame.f_code.co_filename.startswith(_ELSEWHERE)]
    last = own[-1] if own else None
    if isinstance(error, NotImplementedError) and last is not None and last is steps[-1] and _raises(last):
        code = last.tb_frame.f_code
        if code in _codes(answer):
            return Problem("not attempted")
        error = NotImplementedError(f"`{code.co_name}` is not written yet, and your code calls it.")
    kind: Trouble = "crashed"
    if isinstance(error, OutOfTimeError):
        kind = "too slow"
    elif isinstance(error, KeyboardInterrupt):
        kind = "stopped"
    place = line = ""
    if last is not None:
        path = last.tb_frame.f_code.co_filename
        place = f"{_file_name(path)}, line {last.tb_lineno}"
        line = linecache.getline(path, last.tb_lineno, last.tb_frame.f_globals).strip()
    return Problem(kind, safe_text(error), type(error).__name__, place, line)


def safe_text(error: BaseException) -> str:
    """An error's message, short; also of an error that can't say what it is."""
    try:
        text = str(error).strip()
    except Exception:
        return "(its message can't be shown)"
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + " ..."


def _steps(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _raises(step: TracebackType) -> bool:
    """The code itself says `raise`: torch, too, knows things that are not implemented."""
    return step.tb_frame.f_code.co_code[step.tb_lasti] == dis.opmap["RAISE_VARARGS"]


def _codes(answer: Any) -> set[CodeType]:
    """The code of a function, or of a class's methods."""
    with contextlib.suppress(ValueError):  # a ring of __wrapped__
        answer = inspect.unwrap(answer)
    answer = getattr(answer, "func", answer)  # a functools.partial
    if callable(answer) and not hasattr(answer, "__code__") and not isinstance(answer, type):
        answer = type(answer)  # an object with __call__
    methods = [m for c in answer.__mro__ for m in vars(c).values()] if isinstance(answer, type) else [answer]
    methods += [cell.cell_contents for cell in getattr(answer, "__closure__", None) or ()]  # a decorator's
    return {method.__code__ for method in methods if hasattr(method, "__code__")}


def _file_name(path: str) -> str:
    """A cell's number as Jupyter prints it, else the file's name."""
    # Outside Jupyter there is no IPython, and no need to load it.
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    label = shell.compile.format_code_name(path) if shell is not None else None
    if label:
        return " ".join(label)
    return Path(path).name
