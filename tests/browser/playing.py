"""How a browser test plays: cells of its own, what is in the picture, how long a step takes, axe."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from course.build.text import METADATA
from tests.browser.lab import Lab, Notebook

# `make axe` puts it there: the rules of accessibility as a script, for tests only.
AXE = Path(__file__).parent / ".axe" / "package" / "axe.min.js"

# From a click to the first new picture, in milliseconds: the next frame after the first change below `seen`.
TIMED = """async ([button, seen]) => {
  const changed = new Promise((done) => new MutationObserver((_, watch) => { watch.disconnect(); done(); })
    .observe(seen, { subtree: true, childList: true, characterData: true, attributes: true }));
  const begin = performance.now();
  button.click();
  await changed;
  await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""


def play(server: Lab, open_notebook: Callable[[str], Notebook], *cells: str) -> Notebook:
    """A notebook of these cells, all of them run."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=METADATA)
    nbformat.write(notebook, server.root / "play.ipynb")
    opened = open_notebook("play.ipynb")
    for index in range(len(cells)):
        opened.run_cell(index)
    return opened


def said(notebook: Notebook, index: int) -> Any:
    """Run a cell that prints JSON with `print`, and read it."""
    notebook.run_cell(index)
    return json.loads(notebook.cell_output(index).locator("pre").inner_text())


def node(output: Locator, which: int, view: int = 0) -> Locator:
    return output.locator(".gv").nth(view).locator(f"[data-node='{which}']")


def words(output: Locator, view: int = 0) -> list[str]:
    """What stands in the nodes."""
    return output.locator(".gv").nth(view).locator(".gv-inside").all_text_contents()


def wait_until(page: Page, holds: Callable[[], object], what: str, seconds: float = 30) -> None:
    """For what no single `expect` says. `what` is what was waited for, should it never come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} seconds"
        page.wait_for_timeout(100)


def detail(output: Locator, view: int = 0) -> Locator:
    return output.locator(".gv-detail").nth(view)


def milliseconds(button: Locator, seen: Locator) -> float:
    return float(button.page.evaluate(TIMED, [button.element_handle(), seen.element_handle()]))


def faults(page: Page, part: str) -> list[str]:
    """What axe calls serious or critical in a part of the page, in its words."""
    if not AXE.exists():
        raise RuntimeError(f"This test reads {AXE.name}: `make axe` fetches it once, from npm.")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate("(part) => axe.run(part)", part)["violations"]
    serious = [fault for fault in found if fault["impact"] in ("serious", "critical")]
    return [f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:200]}" for fault in serious]


def theme(page: Page, name: str) -> None:
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
    dark = "true" if "Light" in name else "false"
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", dark)
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)


def sound_and_fitting(notebook: Notebook, name: str) -> None:
    """The playground in cell 0, in both themes: nothing serious by axe, nothing wider than its frame.

    What it looks like is left in .shots, by name, theme and width.
    """
    page, output = notebook.page, notebook.cell_output(0)
    assert page.viewport_size is not None
    for shade in ("Light", "Dark"):
        theme(page, f"JupyterLab {shade}")
        output.scroll_into_view_if_needed()
        notebook.screenshot(f"{name}-{shade.lower()}-{page.viewport_size['width']}")
        assert faults(page, ".gnn-play") == []
        assert output.locator(".gnn-play").evaluate("play => play.scrollWidth - play.clientWidth") <= 1
