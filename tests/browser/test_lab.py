"""JupyterLab as a learner and an instructor find it: a notebook runs, and nbgrader's parts are in place."""

from collections.abc import Callable

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import Page, expect

from course.build.lesson import to_text, write
from course.build.text import METADATA, read
from tests.browser.lab import LOADED, SHOTS, Lab, Notebook
from tests.course.tree import Tree

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]


@pytest.fixture
def scratch(server: Lab) -> str:
    cells = [new_markdown_cell("# Scratch"), new_code_cell("a = 6"), new_code_cell("a * 7")]
    nbformat.write(new_notebook(cells=cells, metadata=METADATA), server.root / "scratch.ipynb")
    return "scratch.ipynb"


def test_a_notebook_opens_runs_and_answers(open_notebook: Open, scratch: str) -> None:
    notebook = open_notebook(scratch)
    notebook.run_cell(1)
    notebook.run_cell(2)
    expect(notebook.cell_output(2)).to_contain_text("42")
    notebook.set_cell_source(2, "for line in ('one', 'two'):\n    print(a, line)")
    notebook.run_cell(2)
    expect(notebook.cell_output(2)).to_contain_text("6 two")
    notebook.set_cell_source(2, "from IPython.display import HTML\nHTML('<b id=\"bold\">bold</b>')")
    notebook.run_cell(2)
    expect(notebook.cell_output(2).locator("b#bold")).to_have_text("bold")
    assert notebook.screenshot("scratch").stat().st_size > 10_000


def test_the_page_is_the_learners_alone(server: Lab, open_notebook: Open, scratch: str) -> None:
    notebook = open_notebook(scratch)
    notebook.set_cell_source(1, "import os; print(os.environ['GNN_COURSE_HOME'])")
    notebook.run_cell(1)
    expect(notebook.cell_output(1)).to_have_text(str(server.home / "progress"))


@pytest.fixture
def lesson(server: Lab) -> str:
    """A lesson in solutions/, for the instructor to release."""
    tree = Tree(server.root)
    tree.lesson.text.parent.mkdir()
    tree.write()
    write(tree.lesson.solution, to_text(read(tree.lesson.text, Tree.POINTS)))
    return tree.name


def test_an_instructor_releases_and_a_learner_validates_and_submits(
    server: Lab, page: Page, open_notebook: Open, lesson: str
) -> None:
    # The instructor, in Formgrader: generate, then release.
    page.goto(f"{server.url}/formgrader/manage_assignments?token={server.token}")
    row = page.locator("tr", has=page.get_by_role("link", name=lesson))
    for action in ("assign", "release"):
        row.locator(f".{action} a").click()
        expect(page.locator(".modal-title")).to_contain_text("Success", timeout=LOADED)
        page.get_by_role("button", name="OK").click()
        expect(page.locator(".modal-title")).to_be_hidden()
    page.screenshot(path=SHOTS / "formgrader.png")

    # The learner: what lies in lessons/ is what the Assignment List submits.
    notebook = open_notebook(f"lessons/{lesson}/{lesson}.ipynb")
    # Validate saves too, and would take the end of an earlier save for that of its own: let there be none.
    code, words = "def twice(number):\n    return 2 * number", "Why is the result even?\nTwice anything is."
    notebook.write(server.root / "lessons" / lesson / f"{lesson}.ipynb", {1: code, 4: words})
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog-content")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.", timeout=LOADED)
    notebook.screenshot("validate")
    dialog.get_by_role("button", name="Ok").click()
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_text("Assignment List").click()
    page.get_by_role("button", name="Submit").click(timeout=LOADED)
    expect(page.locator("#submitted_assignments_list")).to_contain_text(lesson, timeout=LOADED)
    notebook.screenshot("assignments")
    [received] = (server.root / "course" / "exchange" / "gnn-course" / "inbound").iterdir()
    assert "2 * number" in (received / f"{lesson}.ipynb").read_text()
