"""Whether the library did the work that the learner was asked to do."""

import contextlib
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

# Data and how it is kept are there for the learner to use; the methods are what the learner writes.
ALWAYS_ALLOWED = ("gnn_lib.graph", "gnn_lib.datasets", "gnn_lib.validate", "gnn_lib.plot")
_WATCHED = ("gnn_lib.", "torch_geometric.")


class LibraryCall:
    name = ""


@contextlib.contextmanager
def watch_library(may_use: tuple[str, ...] | None) -> Iterator[LibraryCall]:
    """Note the first function of gnn_lib or PyG, beyond `may_use`, that the learner's code calls."""
    seen = LibraryCall()
    if may_use is None:
        yield seen
        return
    allowed = (*ALWAYS_ALLOWED, *may_use)

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or seen.name:
            return
        module = _module(frame)
        if not module.startswith(_WATCHED) or _engine(module) or _on_behalf_of(frame, allowed):
            return
        seen.name = f"{module}.{frame.f_code.co_qualname}"

    before: Any = sys.getprofile()
    sys.setprofile(look)
    try:
        yield seen
    finally:
        if hasattr(before, "enable"):  # cProfile, as in %prun
            before.enable()
        else:
            sys.setprofile(before)


def _on_behalf_of(frame: FrameType, allowed: tuple[str, ...]) -> bool:
    """Called by a part of the library that may be used, or run only because a module is being loaded."""
    above: FrameType | None = frame
    while above is not None:
        module = _module(above)
        if module.startswith(_WATCHED):
            if above.f_code.co_name == "<module>" or _within(module, allowed):
                return True
            if _engine(module):
                return False
        above = above.f_back
    return False


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _engine(module: str) -> bool:
    """What calls the learner's code; a lesson's own answers aren't part of that."""
    return module.startswith("gnn_lib.exercises.") and not module.startswith("gnn_lib.exercises.lesson_")


def _within(module: str, allowed: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in allowed)
