"""A learner's first half hour with lesson 1, in a real browser: wrong, hint, right, Validate, progress."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Page, expect

from gnn_lib.exercises import Exercise, load
from tests.browser.lab import LOADED, Lab, Notebook

pytestmark = pytest.mark.slow
LESSON = "lessons/01_adjacency/01_adjacency.ipynb"


def places(path: Path) -> dict[str, int]:
    """Where the cells stand that the tour needs: by grade_id, by how they begin."""
    cells = nbformat.read(path, as_version=4).cells
    found = {}
    for n, cell in enumerate(cells):
        if "nbgrader" in cell.metadata:
            found[cell.metadata["nbgrader"]["grade_id"]] = n
        if "start(1)" in cell.source:
            found["setup"] = n
        if cell.source.startswith(("# hint(", "progress()")):
            found[cell.source.partition("  #")[0].removeprefix("# ")] = n
    return found


def test_a_learners_tour(server: Lab, page: Page, open_notebook: Callable[[str], Notebook]) -> None:
    exercise = load(1).exercises["in_degree"]
    assert isinstance(exercise, Exercise)
    mistake = exercise.mistakes[0]
    cell = places(server.root / LESSON)
    notebook = open_notebook(LESSON)
    notebook.run_cell(cell["setup"])

    notebook.run_cell(cell["in_degree"])
    notebook.run_cell(cell["check_in_degree"])
    expect(notebook.cell_output(cell["check_in_degree"])).to_contain_text("not attempted yet")
    notebook.screenshot("tour-1-not-attempted")

    notebook.set_cell_source(cell["in_degree"], exercise.code_of(mistake))
    notebook.run_cell(cell["in_degree"])
    notebook.run_cell(cell["check_in_degree"])
    answer = notebook.cell_output(cell["check_in_degree"])
    expect(answer).to_contain_text(mistake.name)
    expect(answer.get_by_role("img")).to_have_count(1)  # the graph of the failing case, with its words
    answer.scroll_into_view_if_needed()
    notebook.screenshot("tour-2-the-mistake-by-name")

    asked = cell['hint("in_degree")']
    notebook.set_cell_source(asked, 'hint("in_degree")')
    notebook.run_cell(asked)
    expect(notebook.cell_output(asked)).to_contain_text(f"hint 1 of {len(exercise.hints)}")
    notebook.screenshot("tour-3-a-hint")

    notebook.set_cell_source(cell["in_degree"], exercise.code)
    notebook.run_cell(cell["in_degree"])
    notebook.run_cell(cell["check_in_degree"])
    expect(notebook.cell_output(cell["check_in_degree"])).to_contain_text("in_degree: right")
    notebook.screenshot("tour-4-right")

    notebook.run_cell(cell["progress()"])
    row = notebook.cell_output(cell["progress()"]).get_by_role("row").filter(has_text="in_degree")
    expect(row).to_contain_text("done")
    notebook.cell_output(cell["progress()"]).scroll_into_view_if_needed()
    notebook.screenshot("tour-5-progress")

    page.get_by_role("button", name="Validate").click()
    window = page.get_by_role("dialog")
    expect(window).to_contain_text("check(adjacency)", timeout=2 * LOADED)  # what is left to do, in our words
    expect(window).to_contain_text("adjacency: not attempted yet")
    expect(window).not_to_contain_text("check(in_degree)")
    notebook.screenshot("tour-6-validate")
