"""What tests of grading share: a secret of their own, and nbgrader's helper where nbgrader looks for it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.grading.secret import FILE


@pytest.fixture(scope="session", autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FILE, str(tmp_path_factory.mktemp("secret") / "secret"))
        # nbgrader calls alembic by its name.
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        yield
