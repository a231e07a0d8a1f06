"""What was done to a notebook, rule by rule, and what the repair makes of it."""

from collections.abc import Callable
from copy import deepcopy

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from course.grading.repair import repair
from tests.grading.solved import LESSONS, released, solved
from tests.grading.tiny import answered, at, by_id, copy_of, hold, kinds, marked, put, repaired, sources, tiny

# Nothing to repair


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solved_lesson_comes_through_as_it_is(lesson: str) -> None:
    submitted = solved(lesson)
    result, findings = repair(released(lesson), submitted)
    assert result.cells == submitted.cells
    assert findings == ()
    hold(released(lesson), result)


@pytest.mark.parametrize("lesson", LESSONS)
def test_without_a_notebook_it_is_the_released_lesson(lesson: str) -> None:
    result, findings = repair(released(lesson), None)
    assert result.cells == released(lesson).cells
    assert findings == ()


def jupyterlab(notebook: NotebookNode) -> None:
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    notebook.metadata["language_info"]["version"] = "3.11.2"
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="ran\n")]
            cell.metadata["collapsed"] = True
            cell.metadata["jupyter"] = {"outputs_hidden": True, "source_hidden": False}
            cell.metadata["execution"] = {"iopub.status.busy": "2026-11-20T10:00:00Z"}
    notebook.cells.append(new_code_cell(""))


def vs_code(notebook: NotebookNode) -> None:
    notebook.metadata["kernelspec"]["display_name"] = ".venv (3.11.2)"
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    for cell in notebook.cells:
        cell.metadata["vscode"] = {"languageId": "python"}
        cell.source = "\r\n".join(line + "  " for line in cell.source.split("\n")) + "\r\n"


def colab(notebook: NotebookNode) -> None:
    notebook.metadata = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
    }
    notebook.nbformat_minor = 0
    for cell in notebook.cells:
        cell.metadata["id"] = cell.pop("id")
        cell.metadata["colab"] = {"base_uri": "https://example.org"}


@pytest.mark.parametrize("editor", [jupyterlab, vs_code, colab])
@pytest.mark.parametrize("lesson", ["03_gcn", "06_pooling"])
def test_no_editor_leaves_a_trace(editor: Callable[[NotebookNode], None], lesson: str) -> None:
    submitted = solved(lesson)
    editor(submitted)
    result, findings = repair(released(lesson), submitted)
    assert findings == ()
    hold(released(lesson), result)
    trimmed = [[line.rstrip() for line in source.strip().split("\n")] for source in sources(result)]
    assert trimmed == [source.split("\n") for source in sources(solved(lesson))]


def test_a_hint_that_was_asked_for_is_run_after_the_released_cell() -> None:
    submitted = answered()
    by_id(submitted)["cell-4"].source = "shown = str"
    result, findings = repaired(submitted)
    assert sources(result)[4:6] == ["def shown(x):\n    return str(x)", "shown = str"]
    assert findings == ()


# Locked cells, prose, and what else the lesson has


def test_a_check_is_the_released_one() -> None:
    submitted = answered()
    by_id(submitted)["check_double"].source = "2.0"
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert [(finding.kind, finding.cell) for finding in findings] == [("changed", "check_double")]


def test_a_copied_check_is_an_ordinary_cell_of_the_learners() -> None:
    for source in ("check(double)", "2.0"):
        submitted = answered()
        check = by_id(submitted)["check_double"]
        submitted.cells.insert(at(submitted, "check_double"), copy_of(check, source))
        result, _ = repaired(submitted)
        extras = [cell for cell in result.cells if "gnn_course" in cell.metadata]
        assert [cell.source for cell in extras] == [source]


def test_what_was_deleted_is_back() -> None:
    submitted = answered()
    submitted.cells = [cell for cell in submitted.cells if cell.id in ("half", "check_half", "why")]
    result, findings = repaired(submitted)
    assert sources(result) == sources(tiny())[:5] + sources(answered())[5:]
    assert [finding.cell for finding in findings if finding.kind == "deleted"] == [
        "double",
        "check_double",
        "cell-0",
    ]


def test_an_empty_notebook_is_reported_once() -> None:
    result, findings = repaired(new_notebook())
    assert sources(result) == sources(tiny())
    assert [finding.says for finding in findings] == ["It has no cells."]


def test_prose_is_the_released_one() -> None:
    submitted = answered()
    by_id(submitted)["cell-0"].source = "# My notes"
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert findings == ()


def test_a_cell_of_prose_that_became_code_runs_after_the_prose() -> None:
    submitted = answered()
    submitted.cells[0] = new_code_cell("two = 2", id="cell-0")
    result, findings = repaired(submitted)
    assert sources(result)[:3] == ["# Twice", "two = 2", "import math"]
    assert kinds(findings) == ["retyped"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("points", 100),
        ("grade", False),
        ("locked", False),
        ("solution", True),
        ("task", True),
        ("points", None),
    ],
)
def test_marks_are_the_released_ones(key: str, value: object) -> None:
    submitted = answered()
    by_id(submitted)["check_double"].metadata.nbgrader[key] = value
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    [finding] = findings
    assert (finding.kind, finding.cell) == ("marks", "check_double")
    assert key in finding.says


def test_an_ordinary_cell_can_not_be_made_a_graded_one() -> None:
    submitted = answered()
    forged = marked("code", "gift", "3.0", grade=True, points=3)
    by_id(submitted)["cell-1"].metadata.nbgrader = dict(forged.metadata.nbgrader, grade_id="bonus")
    put(submitted, "check_half", forged)
    result, findings = repaired(submitted)
    assert [cell.metadata for cell in result.cells if cell.source == "3.0"] == [
        {"gnn_course": {"extra": True}}
    ]
    assert kinds(findings) == ["added", "marks", "renamed", "unknown"]


def test_another_checksum_is_reported_once_for_all() -> None:
    submitted = answered()
    for name in ("double", "check_double"):
        by_id(submitted)[name].metadata.nbgrader.checksum = "f" * 32
    _, findings = repaired(submitted)
    assert [finding.says[:12] for finding in findings if finding.kind == "checksum"] == ["2 checksums "]


@pytest.mark.parametrize("tag", ["skip-execution", "raises-exception", "remove-cell"])
def test_tags_are_the_released_ones(tag: str) -> None:
    submitted = answered()
    for name in ("double", "check_double", "cell-1"):
        by_id(submitted)[name].metadata.tags = [tag]
    result, findings = repaired(submitted)
    assert result.cells == answered().cells
    assert sorted(finding.cell for finding in findings) == ["cell-1", "check_double", "double"]
    assert kinds(findings) == ["tagged"]


def test_the_kernel_is_the_released_one() -> None:
    submitted = answered()
    submitted.metadata.kernelspec = dict(name="evil", display_name="Python 3", language="python")
    _, findings = repaired(submitted)
    assert kinds(findings) == ["kernel"]
    assert "'evil'" in findings[0].says


def test_the_order_is_the_released_one() -> None:
    submitted = answered()
    cells = by_id(submitted)
    put(submitted, "half", new_code_cell("helper = 1", id="helper"))
    submitted.cells = [submitted.cells[at(submitted, name)] for name in ("half", "helper", "check_half")] + [
        cell for name, cell in cells.items() if name not in ("half", "check_half")
    ]
    result, findings = repaired(submitted)
    assert [source for source in sources(result) if source != "helper = 1"] == sources(answered())
    assert result.cells[6].source == "helper = 1"
    assert kinds(findings) == ["added", "moved"]


def test_another_lesson_under_this_name_is_named_so() -> None:
    result, findings = repair(released("03_gcn"), solved("04_gat"))
    hold(released("03_gcn"), result)
    assert "another lesson" in kinds(findings)
    stubs = {cell.id: cell.source for cell in released("03_gcn").cells}
    assert all(cell.source == stubs.get(cell.id, cell.source) for cell in result.cells)


# The learner's own cells


def test_own_cells_stay_behind_their_predecessor_and_get_names_of_our_own() -> None:
    submitted = answered()
    submitted.cells.insert(
        0, new_code_cell("first = 1", id="check_double-2", metadata={"tags": ["remove-cell"]})
    )
    put(submitted, "double", new_markdown_cell("# mine"), new_raw_cell("raw"), new_code_cell("last = 1"))
    result, findings = repaired(submitted)
    assert sources(result)[0] == "first = 1"
    assert sources(result)[4:8] == ["# mine", "raw", "last = 1", "check(double)"]
    assert [cell.id for cell in result.cells if "gnn_course" in cell.metadata] == [
        f"extra-{n}" for n in range(1, 5)
    ]
    assert [f.says for f in findings if f.kind == "added"] == [
        "Added by the learner: 2 of code, 2 of text. They stay where they stood."
    ]


def test_what_is_restored_comes_before_own_cells_but_a_check_after_them() -> None:
    submitted = answered()
    put(submitted, "check_double", new_code_cell("def half(x):\n    return 0.5 * x"))
    submitted.cells = [cell for cell in submitted.cells if cell.id not in ("cell-4", "half", "check_half")]
    result, _ = repaired(submitted)
    assert [cell.id for cell in result.cells][4:8] == ["cell-4", "half", "extra-1", "check_half"]


def test_our_names_make_room_for_the_lessons() -> None:
    lesson = tiny()
    lesson.cells[0].id = "extra-1"
    submitted = deepcopy(lesson)
    submitted.cells.append(new_code_cell("mine = 1"))
    result, _ = repair(lesson, submitted)
    hold(lesson, result)
    assert result.cells[-1].id == "extra-2"


def test_many_findings_of_one_kind_are_counted() -> None:
    submitted = answered()
    submitted.cells += [new_code_cell(f"x = {n}", metadata={"tags": ["skip-execution"]}) for n in range(500)]
    _, findings = repair(tiny(), submitted)
    assert len(findings) < 30
    assert "And 480 more" in str(findings)
