"""What the tests of sandboxes and kernels share: somebody, a driver process of theirs, and what is left."""

import contextlib
import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course.grading.sandbox import linux
from tests.grading.as_user import NOBODY

ROOT = Path(__file__).parents[2]
# Landlock is a part of Linux: where it isn't one, nobody can install it. The others are asked for.
LEVELS = ["namespaces", "bubblewrap", *(["landlock"] if linux.landlock_version() else [])]
# Root can become nobody, and has control groups where nobody has none. Anybody else can only be themselves.
USERS = ("root", "nobody") if os.geteuid() == 0 else ("me",)


class Driver:
    """A process of some user's that grades; ended with the `with`."""

    def __init__(self, user: str, home: Path) -> None:
        self.user, self.home = user, home
        python = [sys.executable, "-m", "tests.grading.kernel_driver"]
        other = [sys.executable, "-m", "tests.grading.as_user", str(home)] if user == "nobody" else []
        environment = {name: value for name, value in os.environ.items() if name != "GNN_COURSE_RUN"}
        self.process = subprocess.Popen(
            other + python, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=environment | {"GNN_COURSE_SECRET": str(home / "secret"), "A_PASSWORD": "xyzzy-4711"},
        )  # fmt: skip
        self.run: str = ""

    def start(self, level: str, *cells: str, env: dict[str, str] | None = None, **limits: float) -> None:
        assert self.process.stdin
        job = {"level": level, "limits": limits, "cells": cells, "env": env or {}}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        self.run = self._hear()["run"]

    def result(self) -> dict[str, Any]:
        return self._hear()

    def attack(self, level: str, *attacks: str, **limits: float) -> dict[str, Any]:
        self.start(level, *attacks, **limits)
        return self.result()

    def _hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the driver is gone: its words are above"
        return dict(json.loads(line))

    def end(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def driver(user: str) -> Iterator[Driver]:
    home = Path(tempfile.mkdtemp(prefix="gnn-test-", dir="/tmp"))
    (home / "secret").write_text("the course's secret")
    (home / "gradebook.db").write_text("points")
    if user == "nobody":
        for path in (home, *home.iterdir()):
            os.chown(path, NOBODY, NOBODY)
    driven = Driver(user, home)
    try:
        yield driven
    finally:
        driven.end()
        shutil.rmtree(home)


def source(attack: Callable[..., str], *arguments: Any) -> str:
    """A cell that tries it and prints what it got."""
    call = ", ".join(map(repr, arguments))
    return f"{inspect.getsource(attack)}\nprint({attack.__name__}({call}))"


def left_of(run: str, patience: float = 5.0) -> list[str]:
    """Processes, folders and control groups of that run which are still there after so many seconds."""
    end = time.monotonic() + patience
    while (left := _left_of(run)) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def processes_of(run: str) -> dict[int, str]:
    """Every process with this word in its command line; forks of the zygote have the zygote's."""
    found = {}
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = place.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if run in words and int(place.parent.name) != os.getpid():
                found[int(place.parent.name)] = words[:200]
    return found


def _left_of(run: str) -> list[str]:
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob("*/gnn-course-*") if not _is_alive(path)]
    folders = [run] if run.startswith("/") and Path(run).exists() else []
    return [*processes_of(run).values(), *folders, *groups]


def _is_alive(group: Path) -> bool:
    """Its supervisor's, which may be somebody else's run."""
    return Path("/proc", group.name.removeprefix("gnn-course-")).exists()
