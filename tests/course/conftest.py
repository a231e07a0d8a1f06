"""Two small courses for the tests: one with a lesson without gnn_lib, and the one of the author's page."""

import re
import shutil
from pathlib import Path

import pytest
import torch

from tests.course.tree import ROOT, Tree, run


@pytest.fixture(autouse=True)
def _seed() -> None:
    """A formula that is checked on random numbers is checked on the same ones every time."""
    torch.manual_seed(0)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """What a build needs of the repository, with one lesson, whose exercises are POINTS."""
    new = Tree(tmp_path / "repository")
    new.lesson.text.parent.mkdir(parents=True)
    for name in ("nbgrader_config.py", "preprocessors.py"):
        shutil.copy(ROOT / "course" / name, new.root / "course")
    new.write()
    monkeypatch.setattr("course.build.lesson.exercises_of", lambda name: (Tree.POINTS, "Twice"))
    return new


@pytest.fixture(scope="session")
def authored(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """A copy of gnn_lib and course with the lesson of course/AUTHORS.md, built as that page says."""
    root = tmp_path_factory.mktemp("authored")
    left_out = shutil.ignore_patterns("__pycache__", "text", "gradebook.db*", "submitted", "autograded")
    for folder in ("course", "gnn_lib"):
        shutil.copytree(ROOT / folder, root / folder, ignore=left_out)
    page = (ROOT / "course" / "AUTHORS.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?ms)^`(\S+\.py)`[^`]*?:?\n\n```python\n(.*?)^```", page)
    for path, code in blocks:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(code, encoding="utf-8")
    assert len(blocks) == 4
    run("course.build", "90", cwd=root, root=root)
    return Tree(root, "90_reverse")
