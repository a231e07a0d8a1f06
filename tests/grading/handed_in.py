"""Folders as students hand them in, and what holds of whatever is taken from one."""

import json
from pathlib import Path
from typing import Any

import nbformat

from course.grading.intake import Taken, take
from tests.grading.solved import solved

LESSON = "03_gcn"
NAME = f"{LESSON}.ipynb"
WHOLE = nbformat.writes(solved(LESSON)).encode()
CODE = dict(cell_type="code", id="a", metadata={}, source="x = 1", outputs=[], execution_count=None)


def notebook(*cells: Any, **fields: Any) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **fields}).encode()


def taken(folder: Path, data: bytes | None = None, name: str = NAME) -> Taken:
    """What is taken, held to what holds always: valid, or None with a reason; and words that can be kept."""
    if data is not None:
        (folder / name).write_bytes(data)
    result = take(folder, LESSON)
    if result.notebook is None:
        assert result.findings
    else:
        nbformat.validate(result.notebook)
        assert (result.notebook.nbformat, result.notebook.nbformat_minor) == (4, 5)
        nbformat.writes(result.notebook).encode()
    assert json.dumps([vars(finding) for finding in result.findings], ensure_ascii=False).encode()
    return result


def says(result: Taken) -> str:
    return " ".join(f"{finding.kind}: {finding.says}" for finding in result.findings)
