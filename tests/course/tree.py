"""The lesson that the build's tests build, where they put it, and how they call a command."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import nbformat
from nbformat import NotebookNode

from course.build.lesson import Lesson

ROOT = Path(__file__).parents[2]

TEXT = '''\
# %% [markdown]
# # Twice
#
# A number, doubled.

# %% [markdown] tags=["instructor"]
# Ask the room first: what is twice three?

# %% nbgrader={"grade_id": "twice", "solution": true}
def twice(number):
    """2 * number."""
    ### BEGIN SOLUTION
    return number + number
    ### END SOLUTION


# %%
print(twice(3))

# %% nbgrader={"grade_id": "check_twice", "grade": true}
assert twice(2) == 4
### BEGIN HIDDEN TESTS
assert twice(-1) == -2
### END HIDDEN TESTS

# %% [markdown] nbgrader={"grade_id": "why_even", "solution": true, "grade": true}
# Why is the result even?
# <!-- BEGIN SOLUTION -->
# It is a multiple of two.
# <!-- END SOLUTION -->
'''


@dataclass(frozen=True)
class Tree:
    root: Path
    name: str = "42_twice"
    POINTS: ClassVar[dict[str, float]] = {"twice": 2.0, "why_even": 1.5}

    @property
    def lesson(self) -> Lesson:
        return Lesson(self.root, self.name)

    def write(self, text: str = TEXT) -> None:
        self.lesson.text.write_text(text, encoding="utf-8")

    @property
    def solution(self) -> NotebookNode:
        return nbformat.read(self.lesson.solution, as_version=4)

    @property
    def released(self) -> NotebookNode:
        return nbformat.read(self.lesson.lesson, as_version=4)


HOMES = (
    "HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "GNN_COURSE_HOME",
)  # fmt: skip


def run(module: str, *arguments: str, cwd: Path, root: Path, **environment: str) -> str:
    """`python -m module` must succeed in `cwd`; it sees the gnn_lib of `root`, and nothing of the user's."""
    home = root.with_name(f"{root.name}-home")
    set_aside = {name: str(home / name.lower()) for name in HOMES}
    # nbgrader calls alembic by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env={**os.environ, **set_aside, "PATH": path, "PYTHONPATH": str(root), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{module} {' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr
