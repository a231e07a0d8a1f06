"""Set a level up in earnest, and see whether it holds: `levels.probe` runs this in a process of its own."""

import json
import os
import sys
import tempfile

from course.grading.sandbox import checks
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.start import Program, start
from course.grading.sandbox.view import secrets

_WALL = 30  # seconds


def main() -> None:
    level = Level(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="gnn-course-probe-") as folder:
        try:
            why = _try(level, folder)
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
    print(json.dumps(why))


def _try(level: Level, scratch: str) -> str:
    """What the program in the sandbox has to object; "" if nothing."""
    files = [
        next(path for path in folder.rglob("*") if path.is_file()) for folder in secrets() if folder.is_dir()
    ]
    outside = json.dumps({"hidden": [str(file) for file in files], "pid": os.getpid()})
    environment = {"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    told, status = os.pipe()
    running = start(level, Limits(wall=_WALL), Program(checks, (outside,), environment), scratch, status)
    os.close(status)
    words = b""
    while piece := os.read(told, 4000):
        words += piece
    running.end()
    if running.group:
        running.group.remove()
    return (
        "" if words == checks.HOLDS.encode() else words.decode(errors="replace") or "it ended without a word"
    )
