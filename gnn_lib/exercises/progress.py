"""What a learner has done, kept on the learner's own machine and nowhere else.

One small file per exercise, a line per check or hint. Lines are only ever added, so two open notebooks
never overwrite each other's, and a damaged line costs no more than itself. The folder is
GNN_COURSE_HOME if that is set, else where this system keeps a user's data.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gnn_lib.exercises.verdict import Verdict

_STATUSES = ("right", "wrong", "crashed")
_only_here: dict[tuple[int, str], list[str]] = {}  # lines that the disk refused: they count until the end


@dataclass(frozen=True)
class Done:
    """Where one exercise stands."""

    status: str = "not attempted"  # once right, it stays right; else the last one
    score: float = 0.0  # the best so far
    tries: int = 0
    hints: int = 0


def home() -> Path:
    chosen = os.environ.get("GNN_COURSE_HOME")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "gnn-course"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "gnn-course"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "gnn-course"


def shown(folder: Path) -> str:
    """As people write it: ~ for the home folder."""
    try:
        return str(Path("~") / folder.relative_to(Path.home()))
    except ValueError:  # somewhere else
        return str(folder)


def where() -> str:
    """Where progress is kept, for people."""
    try:
        return f"Kept in {shown(home())}, on this machine only."
    except RuntimeError:  # this user has no home
        return "Kept until you close this notebook: you have no home folder on this machine."


def read(lesson: int, exercise: str) -> Done:
    """What the lines add up to."""
    status, score, tries, hints = "not attempted", 0.0, 0, 0
    for event in _events(lesson, exercise):
        if "hint" in event:
            hints += 1
        elif event.get("status") in _STATUSES:
            tries += 1
            status = "right" if status == "right" else str(event["status"])
            points = event.get("score")
            if isinstance(points, int | float) and 0 <= points <= 1_000:  # not NaN either
                score = max(score, float(points))
    return Done(status, score, tries, hints)


def record(lesson: int, verdict: Verdict) -> None:
    """Note a check. A stub, or one that the learner stopped, is no try."""
    stopped = verdict.problem is not None and verdict.problem.kind == "stopped"
    if verdict.status in _STATUSES and not stopped:
        _add(lesson, verdict.exercise, {"status": verdict.status, "score": verdict.score})


def count_hint(lesson: int, exercise: str, most: int) -> int:
    """How many hints have been asked for, this one included."""
    before = read(lesson, exercise).hints
    if before < most:
        _add(lesson, exercise, {"hint": before + 1})
    return min(before + 1, most)


def _path(lesson: int, exercise: str) -> Path:
    return home() / f"lesson_{lesson:02d}" / f"{exercise}.jsonl"


def _events(lesson: int, exercise: str) -> Iterator[dict[str, object]]:
    """A missing file says nothing, nor does a line that isn't ours."""
    try:
        lines = _path(lesson, exercise).read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, RuntimeError):  # RuntimeError: there is no home
        lines = []
    for line in lines + _only_here.get((lesson, exercise), []):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(event, dict):
            yield event


def _add(lesson: int, exercise: str, event: dict[str, object]) -> None:
    """One line, in one write. A copy that is being graded or validated is nobody's progress."""
    if "NBGRADER_EXECUTION" in os.environ:
        return
    line = json.dumps(event)
    try:
        path = _path(lesson, exercise)
        path.parent.mkdir(parents=True, exist_ok=True)
        # The break comes first: after a line that was cut off, this one still starts anew.
        with path.open("ab", buffering=0) as file:
            file.write(f"\n{line}".encode())
    except (OSError, RuntimeError) as error:
        if not _only_here:  # once is enough
            reason = getattr(error, "strerror", None) or error
            print(f"Your progress can't be kept on this machine ({reason}): it lasts until you close this.")
        _only_here.setdefault((lesson, exercise), []).append(line)
