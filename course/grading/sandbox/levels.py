"""The ways to run a submission apart, and which of them this machine has."""

import json
import subprocess
import sys
from enum import StrEnum
from functools import cache

from course.grading.sandbox.errors import SandboxError
from course.grading.sandbox.view import REPOSITORY


class Level(StrEnum):
    """How a submission is kept apart; recorded with each grade."""

    NAMESPACES = "namespaces"  # its own root, processes, network, users; forked from a warm parent
    BUBBLEWRAP = "bubblewrap"  # the same by a well-known tool, with a kernel that starts cold
    LANDLOCK = "landlock"  # one process that may open little and call little, forked from a warm parent
    NONE = "none"  # limits only: for work that you trust


BEST_FIRST = (Level.NAMESPACES, Level.BUBBLEWRAP, Level.LANDLOCK)  # and NONE only for who asks for it
_BOOT = "import sys; sys.path.append(sys.argv.pop(1)); from course.grading.sandbox.probe import main; main()"
_PATIENCE = 60  # seconds for a probe on a busy machine


def choose(level: Level | str | None = None) -> Level:
    """The level that is asked for, else the best there is. Raises SandboxError if there is none."""
    if level:
        chosen = Level(level)
        if chosen is not Level.NONE and (why := probe(chosen)):
            raise SandboxError(f"This machine can't keep submissions apart by {chosen}: {why}")
        return chosen
    for chosen in BEST_FIRST:
        if not probe(chosen):
            return chosen
    reasons = "\n".join(f"- {level}: {probe(level)}" for level in BEST_FIRST)
    raise SandboxError(
        f"This machine can't keep submissions apart, so nothing was run:\n{reasons}\n"
        "On Debian and Ubuntu, apt install bubblewrap most often helps; in a container, allow it user "
        "namespaces. Only for work that you trust, ask for the level 'none'."
    )


@cache
def probe(level: Level) -> str:
    """Why this machine does not have the level; "" if it does: it is set up, and attacked a little."""
    command = [sys.executable, "-P", "-c", _BOOT, str(REPOSITORY), level]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, cwd="/")
        return str(json.loads(told.stdout))
    except subprocess.TimeoutExpired:
        return f"it was not set up within {_PATIENCE} seconds"
    except json.JSONDecodeError:
        return told.stderr.strip()[-500:] or f"the probe ended with exit code {told.returncode}"
