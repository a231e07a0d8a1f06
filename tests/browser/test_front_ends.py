"""Playgrounds elsewhere than in JupyterLab: live in Notebook 7, as a still picture in an HTML export."""

import base64
import json
import re
from contextlib import suppress
from html import escape
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, Route, expect

from course.build.text import METADATA
from tests.browser.lab import LOADED, Lab
from tests.browser.playing import detail, node, wait_until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*/*.ipynb"))
SHOW = "from gnn_lib.widgets import play_messages\nplay_messages()"
LIVE = "application/vnd.jupyter.widget-view+json"


def test_it_lives_in_notebook_7(server: Lab, page: Page) -> None:
    """The same server shows it; the page's inside is Notebook's own, so nothing but the page is looked at."""
    notebook = new_notebook(cells=[new_code_cell(SHOW)], metadata=METADATA)
    nbformat.write(notebook, server.root / "play7.ipynb")
    page.goto(f"{server.url}/notebooks/play7.ipynb?token={server.token}")
    expect(page.locator("body")).to_have_attribute("data-notebook", "notebooks", timeout=LOADED)
    wait_until(page, lambda: connected(server, "play7.ipynb"), "a kernel", seconds=LOADED / 1000)
    cell = page.locator(".jp-CodeCell").first
    for _ in range(5):  # the page may drop what is run before it knows of its kernel
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        with suppress(AssertionError):
            expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=5_000)
            break
    inside = page.locator(".gv-inside")
    expect(inside).to_have_text(["1", "0", "0", "0"], timeout=LOADED)
    page.get_by_role("button", name="Step").click()
    expect(inside).to_have_text(["1", "1", "0", "0"])
    node(page.locator("body"), 3).click()
    expect(inside).to_have_text(["1", "1", "1", "1"])
    node(page.locator("body"), 1).hover()
    expect(detail(page.locator("body"))).to_have_text("B hears A, C: 1 + 0 = 1. With its own 0: 1.")


def connected(server: Lab, path: str) -> bool:
    """The server knows of a kernel for this notebook, and a page listens to it."""
    sessions = json.loads(server.get("/api/sessions"))
    return any(one["path"] == path and one["kernel"]["connections"] for one in sessions)


def offline(page: Page, file: Path) -> None:
    """Open a file with no way out."""

    def refuse(route: Route) -> None:
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            route.abort()

    page.route("**/*", refuse)
    page.goto(file.as_uri())


def stills(page: Page, words: list[str]) -> None:
    """Each playground's picture stands there, and as large as can be seen.

    nbconvert makes an <img> of an SVG and loses its words on the way: so it is known by the words inside.
    """
    pictures = page.locator("img[src^='data:image/svg+xml']")
    expect(pictures).to_have_count(len(words))
    for told, picture in zip(words, pictures.all(), strict=True):
        expect(picture).to_be_visible()
        svg = base64.b64decode((picture.get_attribute("src") or "").partition(",")[2]).decode()
        assert f"<title>{escape(told)}</title>" in svg
        assert picture.evaluate("img => img.complete && img.naturalWidth > 200 && img.naturalHeight > 80")
    assert not re.search(r"Loading widget|Error (displaying|creating) widget", page.inner_text("body"))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem)
def test_an_export_of_a_solved_lesson_shows_the_stills(page: Page, tmp_path: Path, path: Path) -> None:
    """As `jupyter nbconvert --to html` makes it, opened without a network."""
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    words = [o["data"]["text/plain"] for o in outputs if "image/svg+xml" in o.get("data", {})]
    plays = [cell for cell in notebook.cells if re.search(r"^play_\w+\(", cell.source, re.MULTILINE)]
    assert len(words) == len(plays) > 0
    file = tmp_path / "lesson.html"
    file.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    offline(page, file)
    stills(page, words)


def test_an_export_of_a_learners_notebook_shows_the_still(page: Page, tmp_path: Path) -> None:
    """There the output is live as well as still; without a kernel, nbconvert takes the still."""
    notebook = new_notebook(cells=[new_code_cell(SHOW)], metadata=METADATA)
    NotebookClient(notebook, store_widget_state=False).execute()
    [output] = notebook.cells[0].outputs
    assert LIVE in output.data
    file = tmp_path / "mine.html"
    file.write_text(HTMLExporter().from_notebook_node(notebook)[0], encoding="utf-8")
    offline(page, file)
    stills(page, [output.data["text/plain"]])
