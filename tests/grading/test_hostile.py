"""A class in which most cheat: every attack on the list, several ways, as whole notebooks among honest ones.

All are graded in one run by the engine, two at a time. Nobody gains a point, sees what is not theirs, leaves
anything behind or holds up the others; and the honest ones lose nothing. The entries say what each must get.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from course.grading.sandbox.levels import Level, choose
from tests.grading.hostile import CORPUS, FAMILIES, Entry, world
from tests.grading.hostile.entry import WORLD
from tests.grading.hostile.school import School
from tests.grading.hostile.verify import alive, faults
from tests.grading.kernels import LEVELS

OPEN = ("secret-file", "gradebook-read", "other-students")  # with nothing in their way


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that others may enter, unlike pytest's own. And the run's folder has a name that we know, so
    that what is left of it can be found."""
    with tempfile.TemporaryDirectory(prefix="gnn-hostile-", dir="/tmp") as name:
        monkeypatch.setenv("GNN_COURSE_RUN", f"{name}-run")
        yield Path(name)


def school(root: Path, entries: Iterable[Entry]) -> School:
    (root / "course").mkdir()
    made = School(root / "course", world.make(root / "world")).make()
    made.hand_in(entries)
    return made


def test_the_corpus_covers_the_list() -> None:
    names = [entry.name for entry in CORPUS]
    assert len(set(names)) == len(names) >= 100
    assert {item for entry in CORPUS for item in entry.items} == set(range(1, 38))
    for entry in CORPUS:
        assert entry.does, entry.name
        assert entry.score - entry.gap <= entry.deserved, entry.name


@pytest.mark.parametrize("name", OPEN)
def test_the_searches_find_what_lies_open(name: str, tmp_path: Path) -> None:
    """So it means something that they find nothing in the sandbox."""
    there = world.make(tmp_path / "world")
    entry = next(entry for entry in CORPUS if entry.name == name)
    code = "import textwrap; exec(textwrap.dedent(" + repr(entry.code.replace(WORLD, str(there.place))) + "))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path).stdout
    assert any(token in said for token in there.tokens), said[-2000:]


@pytest.mark.alone
@pytest.mark.slow
def test_everybody_gets_what_they_deserve(place: Path) -> None:
    made = school(place, CORPUS)
    made.grade()
    found = [fault for entry in CORPUS for fault in faults(made, entry)]
    assert not found, "\n".join(found)
    assert not made.world.damage()
    levels = {made.record(entry.name).sandbox for entry in CORPUS if entry.graded}
    assert levels == {str(choose())}
    for entry in FAMILIES["pages"]:
        notebook = nbformat.read(made.autograded(entry.name), as_version=4)
        assert not alive(notebook), entry.name


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
def test_an_ordinary_user_grades_as_safely(level: str, place: Path) -> None:
    """The attacks on Linux itself, at each level of the sandbox; the best one must also be exact."""
    families = ("outside", "searching", "resources") if level == Level.NAMESPACES else ("outside",)
    entries = [entry for name in families for entry in FAMILIES[name]]
    if level != Level.NAMESPACES:  # a cold kernel takes some seconds
        entries = [replace(entry, seconds=entry.seconds + 15) for entry in entries]
    made = school(place, [*entries, *FAMILIES["benign"][:3]])
    made.grade(level, nobody=os.geteuid() == 0)
    found = [fault for entry in entries for fault in faults(made, entry, exact=False)]
    found += [fault for entry in FAMILIES["benign"][:3] for fault in faults(made, entry)]
    assert not found, "\n".join(found)
    assert not made.world.damage()
    assert {made.record(entry.name).sandbox for entry in entries} == {level}
