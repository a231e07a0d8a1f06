"""What a student handed in, taken from a folder that may hold anything.

Nothing here follows a link, opens a device, waits for a pipe or unpacks an archive, and nothing in the
folder makes it raise. Other people's folders can't be reached, since every name is looked up in this one.

Not covered: `nbgrader collect` copies what links point to, before we see the folder; a time set back in
timestamp.txt looks like any other; a network file system that hangs, hangs us.
"""

import os
import re
import stat
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nbformat import NotebookNode

from course.grading.arrival import arrival
from course.grading.clean import Cleaned, parse
from course.grading.record import Finding

MAX_BYTES = 20_000_000  # with outputs; a solved lesson has less than two
MAX_FILES = 1_000  # as many are looked at to find a notebook under another name
TIMESTAMP = "timestamp.txt"  # as nbgrader calls it
NOTEBOOK = re.compile(r"(.*)\.ipynb(\.txt|\.json)?", re.IGNORECASE | re.DOTALL)  # browsers add an ending
KINDS = {stat.S_IFLNK: "a link", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}


@dataclass(frozen=True)
class Taken:
    notebook: NotebookNode | None  # clean, of format 4.5; None if there is none to grade
    findings: tuple[Finding, ...]
    timestamp: str | None  # as nbgrader writes it, in UTC; None if nobody noted one


class Refused(Exception):  # noqa: N818  (it is an answer, not an error)
    """This file is not read, and why."""


def take(folder: Path, lesson: str) -> Taken:
    """The notebook in `folder`, which should be called `lesson`.ipynb, and what an instructor should know."""
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        says = f"The folder can't be read ({error.strerror}): a link, a file, or not there?"
        return Taken(None, (Finding("nothing handed in", "", says),), None)
    try:
        notebook, findings = _notebook(directory, lesson)
        timestamp, more = _timestamp(directory)
        return Taken(notebook, findings + more, timestamp)
    finally:
        os.close(directory)


def _notebook(directory: int, lesson: str) -> Cleaned:
    name = f"{lesson}.ipynb"
    findings: tuple[Finding, ...] = ()
    try:
        if not _exists(directory, name):
            other = _other(directory, lesson)
            findings = (Finding("renamed file", "", f"It is called {_shown(other)}, not {name}: taken."),)
            name = other
        data = _read(directory, name, MAX_BYTES)
    except Refused as why:
        return None, (*findings, Finding("nothing handed in", "", str(why)))
    except OSError as error:  # the folder changed under our hands
        says = f"The folder can't be read: {error.strerror}."
        return None, (*findings, Finding("nothing handed in", "", says))
    notebook, more = parse(data)
    return notebook, findings + more


def _other(directory: int, lesson: str) -> str:
    """A notebook under another name: named after the lesson (the one last saved), else the only one."""
    names, more = _names(directory)
    notebooks = [name for name in names if NOTEBOOK.fullmatch(name)]
    alike = [name for name in notebooks if name.lower().startswith(lesson.lower())]
    if alike:
        return max(alike, key=lambda name: (_saved(directory, name), name))
    if len(notebooks) == 1:
        return notebooks[0]
    there = ", ".join(map(_shown, (notebooks or names)[:5])) or "nothing"
    which = "several notebooks, none" if notebooks else "no notebook"
    there += " and more" if more or len(names) > 5 else ""
    raise Refused(f"There is {which} called {lesson}.ipynb, but {there}: ask for the notebook.")


def _names(directory: int) -> tuple[list[str], bool]:
    """What lies there, in order, and whether more than that does. A million files are not all read."""
    with os.scandir(directory) as entries:
        found = [entry.name for entry in islice(entries, MAX_FILES + 1)]
    names = sorted(name for name in found[:MAX_FILES] if name != TIMESTAMP and not name.startswith("."))
    return names, len(found) > MAX_FILES


def _timestamp(directory: int) -> tuple[str | None, tuple[Finding, ...]]:
    try:
        if not _exists(directory, TIMESTAMP):
            return None, ()
        # When the file came to lie here: unlike its other times, this one can't be set.
        came = os.stat(TIMESTAMP, dir_fd=directory, follow_symlinks=False).st_ctime
    except OSError as error:
        return None, (Finding("timestamp", "", f"{TIMESTAMP} can't be read ({error.strerror})."),)
    try:
        return arrival(_read(directory, TIMESTAMP, 200), came)
    except Refused as why:
        return arrival(str(why), came)


def _read(directory: int, name: str, most: int) -> bytes:
    """The bytes of a regular file; raises Refused for whatever else goes by that name."""
    try:
        # Opening a device can already do something, so it is looked at first, and again once it is open.
        _demand_regular(name, os.stat(name, dir_fd=directory, follow_symlinks=False), directory, most)
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=directory)
        with os.fdopen(handle, "rb") as file:
            _demand_regular(name, os.fstat(handle), directory, most)
            data = file.read(most + 1)
    except OSError as error:
        raise Refused(f"{_shown(name)} can't be read: {error.strerror}.") from None
    if len(data) > most:  # it grew meanwhile
        raise Refused(f"{_shown(name)} has more than {most:,} bytes: ask for it without outputs.")
    return data


def _demand_regular(name: str, status: os.stat_result, directory: int, most: int) -> None:
    if why := why_not(status, os.fstat(directory).st_uid, most):
        raise Refused(f"{_shown(name)} {why}")


def why_not(status: os.stat_result, owner: int, most: int) -> str:
    """What speaks against reading a file with this `status`, in a folder of `owner`'s; "" if nothing does.

    A second hard link is no harm by itself (backups make them). To another owner's file it is: we may read
    what the student may not, and the feedback would show it.
    """
    if not stat.S_ISREG(status.st_mode):
        return (
            f"is {KINDS.get(stat.S_IFMT(status.st_mode), 'a device')}, not a file: ask for the file itself."
        )
    if status.st_nlink > 1 and status.st_uid != owner:
        return "is a hard link to somebody else's file: not read. Ask for a copy."
    if status.st_size > most:
        return f"has {status.st_size:,} bytes; at most {most:,} are read: ask for it without outputs."
    return ""


def _exists(directory: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=directory, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _saved(directory: int, name: str) -> float:
    return os.stat(name, dir_fd=directory, follow_symlinks=False).st_mtime


def _shown(name: str) -> str:
    """repr() escapes what can't be shown, as half a character in a name that is not UTF-8."""
    return repr(name if len(name) <= 60 else f"{name[:57]}...")
