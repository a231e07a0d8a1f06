"""What must hold of one graded submission of the corpus; each fault is a sentence that names it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from course.grading.feedback import CleanFeedback
from course.grading.markup import markdown_to_html
from course.grading.record import Record
from tests.grading.hostile.entry import Entry
from tests.grading.hostile.school import School

# What the attacks print when they got what they came for.
SUCCESS = ("FOUND", "CONNECTED", "LISTENING", "RAISED ", "WROTE ", "UNSHARED", "MOUNTED", "MADE ", "CHANGED ")


def faults(school: School, entry: Entry, exact: bool = True) -> list[str]:
    """Empty if all is as it must be. Not `exact`: on a poorer sandbox an attack may end sooner, so that less
    is left to the honest part; but it never gains, sees or leaves anything."""
    record = school.record(entry.name)
    found = [*_record(record, entry)] if exact else [*_no_gain(record, entry)]
    if entry.graded:
        found += _notebook(school.autograded(entry.name), school.world.tokens, entry if exact else None)
    return [f"{entry.name}: {fault}" for fault in found]


def _record(record: Record, entry: Entry) -> list[str]:
    found = []
    least = entry.score if entry.least is None else entry.least
    if not least <= record.score <= entry.score:
        marks = [(mark.exercise, mark.score, mark.headline) for mark in record.marks]
        found.append(f"{record.score} points, not {entry.score}: {marks}, {record.stopped!r}")
    fits = re.search(entry.stopped, record.stopped) if entry.stopped else not record.stopped
    if entry.graded and entry.least is None and not fits:
        found.append(f"stopped {record.stopped!r}, not {entry.stopped!r}")
    if missing := set(entry.findings) - {finding.kind for finding in record.findings}:
        found.append(f"no finding {missing} in {record.findings}")
    return found + _time(record, entry)


def _no_gain(record: Record, entry: Entry) -> list[str]:
    found = [] if record.score <= entry.score else [f"{record.score} points, more than {entry.score}"]
    return found + _time(record, entry)


def _time(record: Record, entry: Entry) -> list[str]:
    return [] if record.seconds <= entry.seconds else [f"{record.seconds} seconds, more than {entry.seconds}"]


def _notebook(path: Path, tokens: tuple[str, ...], entry: Entry | None) -> list[str]:
    if not path.exists():
        return ["it is not in the gradebook"]
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    shown = json.dumps([cell.get("outputs") for cell in notebook.cells], ensure_ascii=False)
    found = [f"it got {token}" for token in tokens if token in shown]
    streams = [output for cell in notebook.cells for output in cell.get("outputs", ()) if "text" in output]
    found += [f"it says {word}" for word in SUCCESS if any(word in output.text for output in streams)]
    if entry is not None and entry.shows not in shown:
        found.append(f"it does not show {entry.shows!r}, but {shown[-1500:]}")
    return found


class _Page(HTMLParser):
    """Collects what would run, or load something."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "style", "link", "meta", "base", "form"):
            self.alive.append(tag)
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name.startswith("on") or address.startswith(("javascript:", "vbscript:", "data:text")):
                self.alive.append(f"{tag} {name}={value}")


def alive(notebook: NotebookNode) -> list[str]:
    """What would run in the browser of whoever reads the feedback."""
    cleaned: Any
    cleaned, _ = CleanFeedback().preprocess(notebook, {})
    for cell in cleaned.cells:
        for output in cell.get("outputs", ()):
            if "gnn" in output.get("data", {}).get("text/html", "")[:80]:
                output.data["text/html"] = output.data["text/html"].replace("<style>", "")  # the judge's own
    exporter = HTMLExporter(template_name="basic", filters={"markdown2html": markdown_to_html})
    page = _Page()
    page.feed(exporter.from_notebook_node(cleaned)[0])
    return page.alive
