"""What each attack on the list gains under stock nbgrader, and what under ours.

    python bench/bench_hostile.py [--quick]

The submissions are those of tests/grading/hostile, more than two hundred, as whole notebooks. Stock nbgrader
runs them as it runs any, so only those that can't harm this machine: of the others the table says so.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import table
from nbgrader.api import Gradebook, MissingEntry

from tests.grading.hostile import CORPUS, FAMILIES, Entry, world
from tests.grading.hostile.entry import LESSON
from tests.grading.hostile.school import School
from tests.grading.hostile.world import ROOT

ITEMS = (
    "tags", "input transformers", "syntax trees", "a patched kernel", "patched tracebacks",
    "patched comparisons", "objects equal to all", "number subclasses", "frames, history", "gc, sys.modules",
    "disk, /proc", "the gradebook", "other students", "forged verdicts", "pickles", "crashes", "exits",
    "endless loops", "just under limits", "fork bombs", "memory bombs", "full disks", "floods of output",
    "the network", "daemons", "magics and shells", "links and pipes", "archives", "edited cells",
    "malformed files", "scripts in pages", "shadow modules", "knowing it is graded", "learned by heart",
    "reading out", "forged times", "honest oddities",
)  # fmt: skip
SECONDS = 10  # for one cell under stock nbgrader, which has no limit for a whole notebook
Scores = Mapping[str, float | None]  # by entry; None: not graded


def ours(root: Path, entries: Sequence[Entry]) -> tuple[Scores, list[str]]:
    school = _school(root, entries)
    os.environ["GNN_COURSE_RUN"] = str(root.with_name(f"{root.name}-run"))
    school.grade()
    records = {entry.name: school.record(entry.name) for entry in entries}
    return {name: one.score if one.marks else None for name, one in records.items()}, school.world.damage()


def stock(root: Path, entries: Sequence[Entry]) -> tuple[Scores, list[str]]:
    """Plain `nbgrader autograde`, nothing of ours but the lesson's own `check`."""
    school = _school(root, entries)
    home = root / "home"
    home.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    command += [f"--ExecutePreprocessor.timeout={SECONDS}"]
    environment = os.environ | {
        "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(home), "GNN_COURSE_HOME": str(home),
        "OMP_NUM_THREADS": "1",
    } | school.world.environment  # fmt: skip
    alone = (["--student", entry.name] for entry in entries if not _autograded(school, entry))
    for students in chain([[]], alone):  # some end the whole run: whoever came after is graded by itself
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(
                [*command, *students], cwd=school.root, capture_output=True, env=environment,
                timeout=60 + 4 * SECONDS * (1 if students else len(entries)),
            )  # fmt: skip
    scores: dict[str, float | None] = {}
    with Gradebook(f"sqlite:///{school.root / 'gradebook.db'}", "hostile") as book:
        for entry in entries:
            try:
                graded = _autograded(school, entry)
                scores[entry.name] = book.find_submission(LESSON, entry.name).score if graded else None
            except MissingEntry:
                scores[entry.name] = None
    return scores, school.world.damage()


def _autograded(school: School, entry: Entry) -> bool:
    return (school.root / "autograded" / entry.name).exists()


def _school(root: Path, entries: Sequence[Entry]) -> School:
    (root / "course").mkdir(parents=True)
    school = School(root / "course", world.make(root / "world")).make()
    school.hand_in(entries)
    return school


def told(entries: Sequence[Entry], scores: Scores) -> str:
    """What they gained together, or lost if they were honest; and how many were not graded."""
    if not entries:
        return "not run: would harm this machine"
    graded = [(entry, score) for entry in entries if (score := scores[entry.name]) is not None]
    gained = sum(max(0.0, score - entry.deserved) for entry, score in graded)
    lost = sum(entry.deserved - score for entry, score in graded if entry.items == (37,))
    words = [f"{lost:g} lost"] if entries[0].items == (37,) else [f"{gained:g}"]
    if missing := sum(scores[entry.name] is None and entry.graded for entry in entries):
        words.append(f"{missing} not graded")
    return ", ".join(words)


def rows(entries: Sequence[Entry], plain: Scores, judged: Scores) -> list[tuple[str, ...]]:
    found = []
    for number, name in enumerate(ITEMS, 1):
        if some := [entry for entry in entries if number in entry.items]:
            safe = [entry for entry in some if entry.name in plain]
            counts = (str(len(some)), str(len(safe)))
            found.append((f"{number} {name}", *counts, told(safe, plain), told(some, judged)))
    return found


def chosen(quick: bool) -> list[Entry]:
    if not quick:
        return CORPUS
    return [next((e for e in family if e.stock_safe), family[0]) for family in FAMILIES.values()]


def main() -> None:
    parser = argparse.ArgumentParser(description="What attacks gain, under stock nbgrader and under ours.")
    parser.add_argument("--quick", action="store_true", help="one entry of each family")
    quick = parser.parse_args().quick
    entries = chosen(quick)
    safe = [entry for entry in entries if entry.stock_safe]
    with tempfile.TemporaryDirectory(prefix="gnn-bench-", dir="/tmp") as name, ThreadPoolExecutor(2) as pool:
        halves = [safe[::2], safe[1::2]]
        parts = pool.map(stock, [Path(name, "stock-0"), Path(name, "stock-1")], halves)
        plain: dict[str, float | None] = {}
        left: list[str] = []
        for scores, damage in parts:
            plain |= scores
            left += damage
        judged, damage = ours(Path(name, "ours"), entries)
    print(table("Points that were not deserved", ["", "entries", "run by stock", "stock nbgrader", "ours"],
                rows(entries, plain, judged)))  # fmt: skip
    print(f"Left outside: stock {left or 'nothing'}; ours {damage or 'nothing'}.")


if __name__ == "__main__":
    main()
