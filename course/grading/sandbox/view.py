"""What a sandboxed process may see: the machine's programs, Python, and the library without the answers.

A list of what is allowed; all else is not there. Everything in it can only be read.
It does not hide what lies in these places themselves: another package in the same Python installation,
a file that somebody left in /usr.
"""

import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.grading.sandbox.errors import SandboxError

DEVICES = tuple(f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom"))
_SYSTEM = (
    "/usr",
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),  # folders here, links into /usr there
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/fonts", "/etc/mime.types"),
    "/sys/devices/system/cpu",  # torch asks it how many cores there are, and complains if it can't
)
DATA = "GNN_LIB_DATA"
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class View:
    paths: tuple[str, ...]  # files and folders, each at its own place; none lies in another
    links: tuple[tuple[str, str], ...]  # where, and to what
    listed: tuple[str, ...]  # folders that are shown in part, but may be listed to import from them

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.paths, *DEVICES)


@cache
def view() -> View:
    """Raises SandboxError where the answers would lie within what can be seen."""
    links = tuple((path, os.readlink(path)) for path in _SYSTEM[1:7] if os.path.islink(path))
    linked = {path for path, _ in links}
    system = [path for path in _SYSTEM if path not in linked and os.path.exists(path)]
    paths = _outermost([*system, *map(str, (*_python(), *_library(), *_data()))])
    for hidden in secrets():
        if outer := [path for path in paths if hidden.is_relative_to(path)]:
            raise SandboxError(
                f"{hidden} must stay hidden from submissions, but lies in {outer[0]}, which they need to "
                "read. Keep the course's repository apart from Python's own folders, and install it from "
                "there: pip install --editable ."
            )
    return View(tuple(paths), links, (str(_home()), str(_home() / "exercises")))


def secrets() -> list[Path]:
    """Of the repository, what no submission may see. (All else but the library isn't shown either.)"""
    folders = [REPOSITORY / name for name in ("course", "solutions", "lessons", "tests", ".git")]
    return [*folders, *(_home() / "exercises").glob("lesson_*")]


def _python() -> Iterable[Path]:
    """The environment, and the installation that it was made from, also by their real names."""
    places = {
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        sysconfig.get_path("stdlib"),
        *site.getsitepackages(),
    }
    places |= {os.path.dirname(os.path.realpath(sys.executable))}
    return {
        Path(name) for place in places for name in (place, os.path.realpath(place)) if os.path.exists(place)
    }


def _library() -> Iterable[Path]:
    """gnn_lib entry by entry, since a folder that is shown is shown with all that is in it."""
    exercises = _home() / "exercises"
    yield from (path for path in _home().iterdir() if path != exercises)
    yield from (path for path in exercises.iterdir() if not path.name.startswith("lesson_"))


def _data() -> Iterable[Path]:
    """The real data sets, where the instructor has them."""
    folder = os.environ.get(DATA)
    return [Path(folder).expanduser().absolute()] if folder and Path(folder).is_dir() else []


def _home() -> Path:
    """Found, not imported: that would take a second."""
    found = importlib.util.find_spec("gnn_lib")
    if found is None or found.origin is None:
        raise SandboxError("gnn_lib is not installed: pip install --editable .")
    return Path(found.origin).parent


def _outermost(paths: Iterable[str]) -> list[str]:
    """Without those that lie in another one."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(Path(path).is_relative_to(outer) for outer in kept):
            kept.append(path)
    return kept
