"""A JupyterLab of its own for a test, and a hand that works in its notebooks as a learner does."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

SHOTS = Path(__file__).parent / ".shots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LOADED = 60_000  # milliseconds for what may take long on a busy machine: JupyterLab, a kernel, torch
# Here JupyterLab asks no question about news, and draws every cell, seen or not.
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
NOTEBOOKS = {"windowingMode": "none"}
# The kernel answers. The page shows "idle" a little earlier, and drops what is run until then.
READY = """() => {
  const kernel = window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""

# What the notebook holds, and what its file holds: the page may show either a little too early.
HOLDS = """([index, text]) =>
  window.jupyterapp.shell.currentWidget.content.model.cells.get(index).sharedModel.source === text"""
SAVED = "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"


@dataclass(frozen=True)
class Lab:
    """A running server: `root` is the folder that it shows, `home` stands for everything of the user's."""

    url: str
    token: str
    root: Path
    home: Path

    def get(self, path: str) -> bytes:
        key = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}{path}", headers=key)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return bytes(answer.read())


@contextmanager
def lab(root: Path, home: Path, config: Path) -> Iterator[Lab]:
    """JupyterLab on a free port, with the jupyter configuration that lies in `config`."""
    put(home / "config" / "labconfig" / "page_config.json", PAGE)
    tracker = "@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    put(home / "config" / "lab" / "user-settings" / tracker, NOTEBOOKS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    own = {f"JUPYTER_{kind.upper()}_DIR": str(home / kind) for kind in ("config", "data", "runtime")}
    own |= {"IPYTHONDIR": str(home / "ipython"), "GNN_COURSE_HOME": str(home / "progress")}
    own |= {"JUPYTER_TOKEN": token, "JUPYTER_CONFIG_PATH": str(config), "OMP_NUM_THREADS": "2"}
    # As `make lab` does: nbgrader calls alembic by its name.
    own["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"]
    command += ["--LabApp.expose_app_in_browser=True"]  # for READY
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, cwd=root, env={**os.environ, **own}, stdout=log, stderr=log)
        try:
            running = Lab(f"http://127.0.0.1:{port}", token, root, home)
            wait(running, server)
            yield running
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def put(path: Path, settings: dict[str, object]) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(settings))


def wait(running: Lab, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + LOADED / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            running.get("/api/status")
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not answer. Its log:\n{(running.home / 'log').read_text()}")


def chromium(playwright: Playwright) -> Browser:
    """The system's browser: Playwright's own would be a download."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        raise RuntimeError("These tests drive Chromium: install it (apt install chromium).")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root, Chromium's sandbox can't start
    return playwright.chromium.launch(executable_path=path, args=arguments)


class Notebook:
    """One notebook, open in the browser; cells are counted from 0, as in the file."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
        page.wait_for_function(READY, timeout=LOADED)

    def cell(self, index: int) -> Locator:
        return self.panel.locator(".jp-Notebook .jp-Cell").nth(index)

    def set_cell_source(self, index: int, text: str) -> None:
        """Type over what is in a cell; one of words is shown set, and opens on a double click."""
        cell = self.cell(index)
        shown = cell.locator(".jp-MarkdownOutput")
        if "jp-MarkdownCell" in (cell.get_attribute("class") or "") and shown.is_visible():
            shown.dblclick()
        editor = cell.locator(".cm-content")
        for patience in (2_000, 5_000, LOADED):  # a page still loading may take the focus away meanwhile
            editor.click()
            expect(editor).to_be_focused()
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(text)
            with suppress(PlaywrightTimeout):
                self.page.wait_for_function(HOLDS, arg=[index, text], timeout=patience)
                return
        raise AssertionError(f"cell {index} does not take the text typed into it")

    def save(self) -> None:
        """Press Ctrl+S, and wait until the notebook holds nothing that is not saved."""
        self.page.keyboard.press("ControlOrMeta+s")
        self.page.wait_for_function(SAVED, timeout=LOADED)

    def write(self, file: Path, sources: dict[int, str]) -> None:
        """Type into these cells and save, until the file holds it all: a page that is still loading may
        read its file once more, and lose what was typed.
        """
        for _ in range(5):
            for index, text in sources.items():
                self.set_cell_source(index, text)
            self.save()
            saved = nbformat.read(file, as_version=4).cells
            if all(saved[index].source == text for index, text in sources.items()):
                return
            self.page.wait_for_timeout(1_000)
        raise AssertionError(f"{file.name} does not hold what was typed, five times over")

    def run_cell(self, index: int) -> None:
        """Press Ctrl+Enter in a cell, and wait until it has run."""
        prompt = self.cell(index).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(re.compile(rf"^({re.escape(before)}|\[\*\]:)$"), timeout=LOADED)

    def cell_output(self, index: int) -> Locator:
        """What a cell shows below itself: `.inner_text()`, `.inner_html()`, or look further inside it."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def screenshot(self, name: str) -> Path:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")
        return SHOTS / f"{name}.png"
