"""Fixtures: an empty classroom, made once and copied for each test."""

from pathlib import Path

import pytest

from tests.grading.classroom import Classroom


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    return Classroom(tmp_path_factory.mktemp("made") / "course").make()


@pytest.fixture
def room(made: Classroom, tmp_path: Path) -> Classroom:
    return made.copy(tmp_path / "course")
