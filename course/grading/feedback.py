"""What students wrote and what their code showed, made safe for other people's browsers.

Two pages show it: the feedback that nbgrader generates, and the formgrader. Both are made by nbconvert's
HTMLExporter, so three lines of nbgrader's configuration cover both, and what will be shown is cleaned where
it is shown; the autograded notebook itself stays what it is, as evidence:

    c.HTMLExporter.preprocessors = ["course.grading.feedback.CleanFeedback"]
    c.HTMLExporter.filters = {"markdown2html": "course.grading.markup.markdown_to_html"}
    c.HTMLExporter.optimistic_validation = True

The notebook is built anew from what is known to be harmless, since nbconvert's templates print much of it
as it stands (a picture's width, a cell's number, a grade_id). The judge's own words carry a seal and pass
whole. The seal says who wrote them, not which cell or which student they belong to: scores never come from
here.

Not covered: other files that were handed in beside the notebook, which the formgrader serves as they are to
whoever asks for them by their address; and a notebook opened live in JupyterLab, which has its own rules.
"""

import re
from html import escape
from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.grading.markup import IMAGES, clean_html, clean_tex
from course.grading.secret import sealed

# Everything that steers a terminal but colours; the second alternative is a link or a title.
_STEERING = re.compile(
    r"\x1b(?!\[[0-9;]*m)(?:\][^\x07\x1b]*(?:\x07|\x1b\\)?)?|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f]"
)
_GRADE_ID = re.compile(r"[A-Za-z0-9_-]+")
_FLAGS = ("grade", "solution", "task", "locked")


class CleanFeedback(Preprocessor):
    """The notebook, rebuilt from its harmless parts."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        cells = [clean_cell(cell, number) for number, cell in enumerate(nb.cells)]
        return new_notebook(cells=cells, metadata={"language_info": {"name": "python"}}), resources


def clean_cell(cell: NotebookNode, number: int) -> NotebookNode:
    source, known = text(cell.get("source")), {"id": f"cell-{number}", "metadata": _grading(cell)}
    if cell.cell_type == "code":
        outputs = [clean_output(output) for output in cell.get("outputs", [])]
        count = _whole(cell.get("execution_count"))
        return new_code_cell(
            source, outputs=[each for each in outputs if each is not None], execution_count=count, **known
        )
    if cell.cell_type == "markdown":
        return new_markdown_cell(source, attachments=_attachments(cell), **known)
    return new_markdown_cell(f"<pre>{escape(source)}</pre>", **known)  # a raw cell: its HTML is text here


def clean_output(output: NotebookNode) -> NotebookNode | None:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return new_output("stream", name=name, text=text(output.get("text")))
        case "error":
            lines = [text(line) for line in output.get("traceback", [])]
            return new_output("error", ename="", evalue="", traceback=lines)
        case "display_data" | "execute_result" as kind:
            data, metadata = _data(output)
            if not data:
                return None  # nothing that may be seen; nbconvert would warn of it
            count = _whole(output.get("execution_count"))
            result = {"execution_count": count} if kind == "execute_result" else {}
            return new_output(kind, data=data, metadata=metadata, **result)
    return None


def _data(output: NotebookNode) -> tuple[dict[str, str], dict[str, Any]]:
    """What is shown, type by type: scripts, widgets, PDF and whatever else there is are left out."""
    found, given = _mapping(output.get("data")), _mapping(output.get("metadata"))
    html, seal = found.get("text/html"), _mapping(given.get("gnn_course")).get("seal")
    if isinstance(html, str) and sealed(html, seal):
        # Without formulas: what the judge quotes of a student is not for MathJax to read.
        return {"text/html": f'<div class="tex2jax_ignore">{html}</div>'}, {}
    data = {"text/plain": text(found.get("text/plain"))} if "text/plain" in found else {}
    if isinstance(html, str):
        data["text/html"] = clean_html(text(html))
    if "text/markdown" in found:
        data["text/markdown"] = text(found["text/markdown"])  # cleaned by the filter that renders it
    if "text/latex" in found:
        data["text/latex"] = clean_tex(text(found["text/latex"]))
    pictures = _pictures(found)
    return data | pictures, {kind: _measures(given.get(kind)) for kind in pictures}


def _measures(given: Any) -> dict[str, Any]:
    """A picture's size, which nbconvert prints without quotes, and its words."""
    given = _mapping(given)
    sizes = {side: _whole(given.get(side)) for side in ("width", "height")}
    alt = {"alt": text(given["alt"])} if "alt" in given else {}
    return {side: size for side, size in sizes.items() if size is not None} | alt


def _grading(cell: NotebookNode) -> dict[str, Any]:
    """What nbgrader needs to put a score and a comment beside a cell."""
    given = _mapping(_mapping(cell.get("metadata")).get("nbgrader"))
    if not _GRADE_ID.fullmatch(text(given.get("grade_id"))):
        return {}
    flags = {flag: given.get(flag) is True for flag in _FLAGS}
    points = given.get("points")  # the formgrader prints it, nbgrader's feedback asks the gradebook
    points = points if isinstance(points, int | float) else 0
    return {"nbgrader": {"grade_id": given["grade_id"], "points": points, **flags}}


def _attachments(cell: NotebookNode) -> dict[str, dict[str, str]]:
    given = {name: _pictures(_mapping(kinds)) for name, kinds in _mapping(cell.get("attachments")).items()}
    return {name: kinds for name, kinds in given.items() if kinds}


def _pictures(kinds: dict[str, Any]) -> dict[str, str]:
    return {kind: kinds[kind] for kind in IMAGES if isinstance(kinds.get(kind), str)}


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _whole(number: Any) -> int | None:
    return number if isinstance(number, int) else None


def text(value: Any) -> str:
    """A string of visible letters, line ends and terminal colours that UTF-8 can hold."""
    letters = value if isinstance(value, str) else ""
    return _STEERING.sub("", letters).encode("utf-8", "replace").decode()
