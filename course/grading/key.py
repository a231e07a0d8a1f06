"""The name of a piece of work: the same for the same submission and the same exercises, in any run."""

import hashlib
import json
from functools import cache
from pathlib import Path

from nbformat import NotebookNode

import gnn_lib.exercises


def key_of(lesson: str, notebook: NotebookNode) -> str:
    """`notebook` as it is run: after the repair. Outputs and metadata but for grade_ids don't count.

    The version of the exercises, a dash, and a hash of what is run: so it can be told whether the exercises
    changed or the submission did.
    """
    cells = [
        [cell.cell_type, cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source]
        for cell in notebook.cells
    ]
    text = json.dumps([lesson, cells], ensure_ascii=False)
    content = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{version_of(lesson)}-{content}"


def content_of(key: str) -> str:
    """The part of a key that stays the same when the exercises change."""
    return key.rpartition("-")[2]


def version_in(key: str) -> str:
    """The version of the exercises that a key names."""
    return key.rpartition("-")[0]


@cache
def version_of(lesson: str) -> str:
    """Changes when the lesson's exercises change, and when the engine that compares does."""
    home = Path(gnn_lib.exercises.__file__).parent
    files = [*home.glob("*.py"), *(home / f"lesson_{lesson[:2]}").glob("*.py")]
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.relative_to(home)}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]
