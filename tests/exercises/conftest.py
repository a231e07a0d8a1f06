"""No test writes into a real learner's progress, and none believes that it is being graded."""

from pathlib import Path

import pytest

from gnn_lib.exercises import progress


@pytest.fixture(autouse=True)
def course_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "course-home"
    monkeypatch.setenv("GNN_COURSE_HOME", str(home))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(progress, "_only_here", {})
    return home
