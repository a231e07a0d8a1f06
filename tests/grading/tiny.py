"""A lesson of eight cells and submissions of it, and what holds of every repaired notebook."""

from copy import deepcopy
from itertools import count
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.grading.record import Finding
from course.grading.repair import repair

STUB = "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
PASTED = count()
ANSWER = "def double(x):\n    return 2 * x"


def marked(kind: str, name: str, source: str, **marks: Any) -> NotebookNode:
    make = new_code_cell if kind == "code" else new_markdown_cell
    base = dict(grade=False, solution=False, locked=False, task=False, schema_version=3, cell_type=kind)
    return make(source, id=name, metadata={"nbgrader": dict(base, grade_id=name, checksum="0" * 32, **marks)})


def tiny() -> NotebookNode:
    """A lesson of eight cells, two exercises and an answer in words."""
    cells = [
        new_markdown_cell("# Twice", id="cell-0"),
        new_code_cell("import math", id="cell-1"),
        marked("code", "double", STUB, solution=True),
        marked("code", "check_double", "check(double)", grade=True, locked=True, points=2),
        new_code_cell("def shown(x):\n    return str(x)", id="cell-4"),
        marked("code", "half", STUB.replace("double", "half"), solution=True),
        marked("code", "check_half", "check(half)", grade=True, locked=True, points=1),
        marked("markdown", "why", "YOUR ANSWER HERE", grade=True, solution=True, points=1),
    ]
    kernel = dict(name="python3", display_name="Python 3", language="python")
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def answered() -> NotebookNode:
    notebook = tiny()
    cells = by_id(notebook)
    cells["double"].source = ANSWER
    cells["half"].source = "def half(x):\n    return x / 2"
    cells["why"].source = "Because two is two."
    return notebook


def by_id(notebook: NotebookNode) -> dict[str, NotebookNode]:
    return {cell.id: cell for cell in notebook.cells}


def at(notebook: NotebookNode, name: str) -> int:
    return [cell.id for cell in notebook.cells].index(name)


def put(notebook: NotebookNode, after: str, *cells: NotebookNode) -> None:
    place = at(notebook, after) + 1
    notebook.cells[place:place] = cells


def copy_of(cell: NotebookNode, source: str) -> NotebookNode:
    """As Ctrl+C, Ctrl+V makes it: all of the metadata, and an id of its own."""
    return NotebookNode(deepcopy(cell), id=f"pasted-{next(PASTED)}", source=source)


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


def repaired(notebook: NotebookNode | None) -> tuple[NotebookNode, tuple[Finding, ...]]:
    """Repaired, and held to what holds of every repaired notebook."""
    result, findings = repair(tiny(), notebook)
    hold(tiny(), result)
    return result, findings


def hold(lesson: NotebookNode, result: NotebookNode) -> None:
    """Valid; every released cell once, in order, as released but for answers; the same if repaired again."""
    nbformat.validate(result)
    assert result.metadata == lesson.metadata
    known = [cell for cell in result.cells if cell.metadata != {"gnn_course": {"extra": True}}]
    assert [cell.id for cell in known] == [cell.id for cell in lesson.cells]
    for cell, original in zip(known, lesson.cells, strict=True):
        assert cell.metadata == original.metadata
        assert cell.cell_type == original.cell_type
        if not original.metadata.get("nbgrader", {}).get("solution"):
            assert cell.source == original.source
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in result.cells)
    again, findings = repair(lesson, result)
    assert again == result
    assert {finding.kind for finding in findings} <= {"added"}


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return sorted({finding.kind for finding in findings})
