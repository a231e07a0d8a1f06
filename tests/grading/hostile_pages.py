"""A notebook whose every part is hostile, and the pages on which other people would see it."""

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode, from_dict
from nbgrader.api import Gradebook
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, sync_playwright

from tests.browser.lab import LOADED, chromium
from tests.course.tree import ROOT, run
from tests.grading.xss import PAYLOADS, armed

SETTINGS = (
    'c.HTMLExporter.preprocessors = ["course.grading.feedback.CleanFeedback"]',
    'c.HTMLExporter.filters = {"markdown2html": "course.grading.markup.markdown_to_html"}',
    "c.HTMLExporter.optimistic_validation = True",
)
MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/"  # nbconvert's own; what it needs of it stands in
MATHJAX_STUB = "window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest() {}}}}}"
OWN = ("/formgrader/static/", "/formgrader/api/", "/static/", "/favicon")
# A reader's hand on everything there is. Links that lead out are not followed: they are only links.
TOUCH = """() => {
  for (const part of document.querySelectorAll("#notebook-container *")) {
    for (const kind of ["mouseover", "pointerover", "focus", "wheel", "contextmenu", "toggle"])
      part.dispatchEvent(new Event(kind));
    if (part.tagName !== "A" || part.protocol === "javascript:")
      part.dispatchEvent(new MouseEvent("click", {bubbles: false, cancelable: true}));
  }
}"""
PARTS = """() => [...document.querySelectorAll("#notebook-container *")].map(
  part => [part.tagName.toLowerCase(),
           Object.fromEntries([...part.attributes].map(one => [one.name, one.value]))])"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg">'
ISOLATED = {"text/html": {"isolated": True}}

Cell = dict[str, Any]


def markdown(source: str, **more: Any) -> Cell:
    return {"cell_type": "markdown", "source": source, "metadata": {}, **more}


def code(*outputs: dict[str, Any], source: str = "pass", count: Any = 1, **metadata: Any) -> Cell:
    shown = [{"metadata": {}, **each} if "data" in each else each for each in outputs]
    cell = {"cell_type": "code", "source": source, "metadata": metadata, "outputs": shown}
    return {**cell, "execution_count": count}


def pasted(kind: str, data: str) -> Cell:
    return markdown("![x](attachment:x)", attachments={"x": {kind: data}})


def shows(kind: str, data: Any, **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: data}, "metadata": metadata}


def cells_of(place: str) -> list[Cell]:
    """Every payload, in this place."""
    texts = [armed(number, place) for number in range(len(PAYLOADS))]
    pixel = base64.b64encode(b"GIF89a").decode()
    make = {
        "markdown": lambda text: markdown(text),
        "raw": lambda text: {"cell_type": "raw", "source": text, "metadata": {"raw_mimetype": "text/html"}},
        "html": lambda text: code(shows("text/html", text)),
        "isolated": lambda text: code(shows("text/html", text, **ISOLATED)),
        "words": lambda text: code(shows("text/markdown", text)),
        "svg": lambda text: code(shows("image/svg+xml", f"{SVG}{text}</svg>")),
        "tex": lambda text: code(shows("text/latex", text)),
        "plain": lambda text: code(shows("text/plain", text)),
        "png": lambda text: code(shows("image/png", f'{pixel}">{text}')),
        "stream": lambda text: code({"output_type": "stream", "name": "stderr", "text": text}),
        "traceback": lambda text: code(error(text)),
        "source": lambda text: code(source=text),
        "attached": lambda text: pasted(f'image/png" {text}', pixel),
        "enclosed": lambda text: pasted("image/png", f'{pixel}">{text}'),
    }[place]
    return [make(text) for text in texts]


PLACES = (
    "markdown", "raw", "html", "isolated", "words", "svg", "tex", "plain", "png", "stream",
    "traceback", "source", "attached", "enclosed",
)  # fmt: skip


def error(text: str) -> dict[str, Any]:
    link = f"\x1b]8;;javascript:{text}\x07go\x1b]8;;\x07"
    lines = [f"\x1b[31m{text}\x1b[0m", link]
    return {"output_type": "error", "ename": text, "evalue": text, "traceback": lines}


def marks(grade_id: str) -> dict[str, Any]:
    flags = {"grade": True, "solution": True, "task": False, "locked": False}
    return {"schema_version": 3, "grade_id": grade_id, "points": 1, "cell_type": "markdown", **flags}


def odd_places() -> list[Cell]:
    """Where nbconvert's templates print what they find as it stands, and other kinds of output."""
    hook, load = "1 onerror=fired(`odd-{}`) src=x", "http://evil.test/odd-{}"
    script = "fired(`odd-{}`)"
    picture = f"<img src=x onerror={script}>"
    return [
        code(shows("image/png", "AAAA", **{"image/png": {"width": hook.format("width")}})),
        code(shows("image/jpeg", "AAAA", **{"image/jpeg": {"height": hook.format("height")}})),
        code(shows("image/png", "AAAA", filenames={"image/png": load.format("filename")})),
        code(shows("text/html", "x", filenames={"text/html": load.format("filename")}), tags=['x"><script>']),
        code(shows("application/javascript", script.format("javascript"))),
        code(shows("text/javascript", script.format("javascript"))),
        code(shows("application/vnd.jupyter.widget-view+json", {"model_id": f"</script>{picture}"})),
        code(shows("application/json", {"x": script}), shows("application/pdf", "x")),
        code(shows("text/vnd.mermaid", picture)),
    ]


def broken() -> list[Cell]:
    """What is no notebook, and makes nbgrader give up without cleaning."""
    return [
        code(count="<img src=x onerror=fired(`odd-count`)>"),
        code({**shows("image/svg+xml", "<svg/>"), "svg_filename": "http://evil.test/odd-svg"}),
        code(shows("text/html", ["x", 1], gnn_course=7)),
        markdown("x", metadata={"nbgrader": marks('x"><img src=x onerror=fired(`odd-id`)>')}),
        markdown("![x](attachment:nowhere)"),
        markdown("a lone \ud800 surrogate"),
        {"cell_type": "<img src=x onerror=fired(`odd-type`)>", "source": "x", "metadata": {}},
    ]


def hostile() -> NotebookNode:
    cells = [*odd_places(), *broken(), *(cell for place in PLACES for cell in cells_of(place))]
    return notebook_of(cells, answer=everything("answer"))


def notebook_of(cells: Sequence[Cell], answer: str = "") -> NotebookNode:
    first = markdown(answer, metadata={"nbgrader": marks("why")})
    state = {"state": {"x": "</script><script>fired(`state`)</script>"}}
    metadata = {
        "title": "</title><script>fired(`title`)</script>",
        "widgets": {"application/vnd.jupyter.widget-state+json": state},
    }
    whole = {"nbformat": 4, "nbformat_minor": 4, "cells": [first, *cells], "metadata": metadata}
    return from_dict(whole)


def everything(place: str) -> str:
    """All payloads in one text."""
    return "\n\n".join(armed(number, place) for number in range(len(PAYLOADS)))


@dataclass
class Course:
    """A course of nbgrader's with one autograded submission, of a student who is called mallory."""

    root: Path
    submission: str = ""

    def make(self, notebook: NotebookNode, clean: bool = True, comment: str = "") -> "Course":
        folder = self.root / "autograded" / "mallory" / "xss"
        folder.mkdir(parents=True)
        (folder / "xss.ipynb").write_text(json.dumps(notebook))  # as it is: nbformat would complain
        place = f"c.CourseDirectory.root = {str(self.root)!r}"
        lines = ["c = get_config()", 'c.CourseDirectory.course_id = "xss"', place, *SETTINGS * clean]
        (self.root / "nbgrader_config.py").write_text("\n".join(lines) + "\n")
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "xss") as book:
            book.add_assignment("xss")
            book.add_notebook("xss", "xss")
            book.add_grade_cell("why", "xss", "xss", max_score=1, cell_type="markdown")
            book.add_solution_cell("why", "xss", "xss")
            book.add_student("mallory")
            with book.db.no_autoflush:
                book.add_submission("xss", "mallory")
            self.submission = book.find_submission_notebook("xss", "xss", "mallory").id
            book.find_comment("why", "xss", "xss", "mallory").manual_comment = comment
            book.db.commit()
        return self

    def feedback(self) -> Path:
        run("nbgrader", "generate_feedback", "xss", cwd=self.root, root=ROOT)
        return self.root / "feedback" / "mallory" / "xss" / "xss.html"


@dataclass
class Witness:
    """A page, and everything that happened on it and should not have."""

    page: Page
    allowed: tuple[str, ...] = ()
    seen: set[str] = field(default_factory=set)

    def look(self, url: str) -> list[tuple[str, dict[str, str]]]:
        """Open the page, touch all of it; every element of the notebook on it, with its attributes."""
        self.allowed = (*self.allowed, url)
        self.page.goto(url, wait_until="load", timeout=4 * LOADED)  # all payloads in all places
        try:
            self.page.evaluate(TOUCH)
            self.page.wait_for_timeout(500)
            return [(tag, attributes) for tag, attributes in self.page.evaluate(PARTS)]
        except PlaywrightError:  # the page is no longer there
            self.seen.add("it left the page")
            return []

    def request(self, route: Route) -> None:
        url = route.request.url
        if url.startswith(MATHJAX):
            route.fulfill(body=MATHJAX_STUB, content_type="text/javascript")
        elif url.startswith(self.allowed):
            route.continue_()
        else:
            self.seen.add(url)
            route.abort()


@contextmanager
def witness(*allowed: str) -> Iterator[Witness]:
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        context = browser.new_context()
        page = context.new_page()
        new = Witness(page, allowed)
        context.expose_function("fired", lambda what: new.seen.add(what))
        page.on("dialog", lambda dialog: (new.seen.add(f"dialog {dialog.message}"), dialog.dismiss()))
        context.route("**/*", new.request)
        yield new
        browser.close()

