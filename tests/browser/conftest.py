"""What a browser test asks for: a JupyterLab as `make lab` opens it, a page, a notebook on it."""

import json
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect, sync_playwright

from tests.browser.lab import LOADED, Lab, Notebook, chromium, lab

ROOT = Path(__file__).parents[2]
# What a key would have met, for the report of a test that failed.
STANDS = """() => ({
  focus: document.activeElement?.outerHTML.slice(0, 200),
  sliders: [...document.querySelectorAll("[role=slider]")].map((one) => one.getAttribute("aria-valuenow")),
  pictures: [...document.querySelectorAll("[role=application]")].map((one) => one.ariaLabel?.slice(0, 200)),
})"""

# Playwright's own 5 seconds are too few for a kernel on a busy machine. What a step takes is tested apart.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab on a copy of the lessons, the solutions and the course's configuration."""
    root, home = tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("home")
    for folder in ("lessons", "solutions"):
        shutil.copytree(ROOT / folder, root / folder)
    course = root / "course"
    (course / "exchange").mkdir(parents=True)
    for name in ("nbgrader_config.py", "preprocessors.py", "jupyter_server_config.py"):
        shutil.copy(ROOT / "course" / name, course)
    with lab(root, home, config=course) as running:
        yield running


@pytest.fixture
def page(server: Lab) -> Iterator[Page]:
    """An empty page. Its Playwright ends with the test: its event loop would be in other tests' way."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        new = browser.new_page(viewport={"width": 1280, "height": 900})
        new.set_default_timeout(LOADED)
        yield new
        browser.close()


@pytest.fixture
def open_notebook(server: Lab, page: Page) -> Callable[[str], Notebook]:
    """open_notebook("lessons/00_start/00_start.ipynb"): opened, with its kernel ready."""

    def open_(path: str) -> Notebook:
        page.goto(f"{server.url}/lab/tree/{path}?token={server.token}")
        return Notebook(page)

    return open_


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and isinstance(page, Page):
        with suppress(Error, AttributeError):
            report.longrepr.addsection("the page", json.dumps(page.evaluate(STANDS), indent=1))
    return report
