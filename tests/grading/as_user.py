"""Run a command as somebody: `python as_user.py nobody COMMAND...`. Needs root to become another one.

Nobody has to be able to read Python, which may lie in root's home: in a mount namespace of its own,
that home is replaced by one with nothing but Python in it.
"""

import os
import sys
from pathlib import Path

from course.grading.sandbox import linux

NOBODY = 65534


def become_nobody(home: str) -> None:
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount(None, "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    for place in {sys.prefix, sys.base_prefix, str(Path(__file__).parents[2])}:
        _let_through(Path(place).resolve())
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    os.environ.update(HOME=home, USER="nobody")


def _let_through(place: Path) -> None:
    """If a folder above `place` is closed to others, put an open one there, with only `place` in it."""
    closed = [folder for folder in place.parents if not folder.stat().st_mode & 0o001]
    if not closed:
        return
    source = os.open(place, os.O_PATH)
    linux.mount("tmpfs", str(closed[-1]), "tmpfs", data="mode=755")
    place.mkdir(parents=True)
    linux.mount(f"/proc/self/fd/{source}", str(place), flags=linux.MS_BIND | linux.MS_REC)
    os.close(source)


if __name__ == "__main__":
    become_nobody(sys.argv[1])
    os.execv(sys.argv[2], sys.argv[2:])
