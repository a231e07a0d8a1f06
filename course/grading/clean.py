"""From the bytes that a student handed in to a notebook that nobody downstream can stumble over.

Only what grading looks at is kept: each cell's kind, source, id, tags, pasted pictures, and nbgrader's own
metadata as plain values. So a clean notebook is shallow, valid, and as small as its sources, whatever was
nested in it. Outputs are dropped: what a submission says about itself decides nothing.

Not covered: what the sources do when they run (the sandbox), and what they show (the feedback).
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbformat import NotebookNode, from_dict

from course.grading.record import Finding

MAX_CELLS = 1_000  # a lesson has about a hundred
MAX_SOURCE = 200_000  # characters in one cell
MAX_SOURCES = 2_000_000  # in all cells together
MAX_NESTED = 1_000_000  # lists and objects; 20 MB of the worst JSON then take half a GB while they are read
MAX_PICTURES = 5_000_000  # characters of base64 in all cells together
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TAG = re.compile(r"[^,\ud800-\udfff]{1,64}")
PICTURES = ("image/png", "image/jpeg", "image/gif")
KINDS = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}

Cleaned = tuple[NotebookNode | None, tuple[Finding, ...]]


def parse(data: bytes) -> Cleaned:
    """The notebook in a file, or None and why not."""
    if not data.strip():
        return None, (_no_notebook("The file is empty: ask for it again."),)
    if data.startswith(b"PK\x03\x04"):
        return None, (_no_notebook("It is a zip archive: ask for the notebook itself."),)
    if data.count(b"[") + data.count(b"{") > MAX_NESTED:
        return None, (_no_notebook(f"It holds more than {MAX_NESTED:,} lists and objects."),)
    text, findings = _decoded(data)
    try:
        # Of a key given twice the last counts, as in Jupyter. No number means anything here but the version,
        # so the first digits of an endless one will do.
        raw = json.loads(text, parse_int=lambda digits: int(digits[:20]))
    except ValueError as error:
        return None, (*findings, _no_notebook(f"It is not JSON: {error}."))
    except (RecursionError, MemoryError):
        return None, (*findings, _no_notebook("Its JSON is nested too deeply for a notebook."))
    notebook, more = clean(raw)
    return notebook, findings + more


def clean(raw: object, limited: bool = True) -> Cleaned:
    """The same for JSON that was read already: a notebook of format 4.5, or None and why not. `limited` is
    for what comes from a student: what is too much is left out."""
    if not isinstance(raw, Mapping):
        return None, (_no_notebook(f"It is JSON, but a {type(raw).__name__} where a notebook is an object."),)
    cells = _cells(raw)
    if cells is None:
        return None, (_no_notebook("It is JSON, but has no list of cells."),)
    findings: list[Finding] = []
    if (version := raw.get("nbformat")) != 4:
        findings.append(Finding("format", "", f"Its nbformat is {_brief(version)}: it was read as 4."))
    if limited and len(cells) > MAX_CELLS:
        says = f"It has {len(cells):,} cells: all after the first {MAX_CELLS:,} were left out."
        findings.append(Finding("too long", "", says))
        cells = cells[:MAX_CELLS]
    kept = [_cell(cell, findings) for cell in cells if isinstance(cell, Mapping)]
    if len(kept) < len(cells):
        says = f"{len(cells) - len(kept):,} of its cells are no objects: they were left out."
        findings.append(Finding("broken", "", says))
    _own_ids(kept)
    if limited:
        _limit(kept, findings)
    notebook = dict(nbformat=4, nbformat_minor=5, metadata=_kernel(raw.get("metadata")), cells=kept)
    return from_dict(notebook), tuple(few(findings))


def few(findings: Iterable[Finding], most: int = 20) -> Iterator[Finding]:
    """At most so many of one kind, and how many more there are: a thousand alike would hide the others."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.kind] += 1
        if seen[finding.kind] <= most:
            yield finding
    for kind, number in seen.items():
        if number > most:
            yield Finding(kind, "", f"And {number - most:,} more like the {most} before.")


def text_of(value: object) -> str | None:
    """A source as nbformat allows it, a string or a list of them; None if it is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def label(cell: Mapping[str, Any]) -> str:
    """How an instructor finds a clean cell."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id") or cell["id"])


def _decoded(data: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Text in any encoding that JSON may have. Latin-1 in a comment must not cost the points of a lesson."""
    encoding = json.detect_encoding(data)
    findings = []
    if not encoding.startswith("utf-8"):
        findings.append(Finding("encoding", "", f"It was saved as {encoding}, not as UTF-8."))
    try:
        return data.decode(encoding), tuple(findings)
    except UnicodeDecodeError as error:
        says = f"Byte {error.start:,} is not {encoding}: it and others like it were read as \ufffd."
        return data.decode(encoding, "replace"), (*findings, Finding("encoding", "", says))


def _cells(raw: Mapping[str, Any]) -> list[Any] | None:
    """Of format 4, or of format 3, which keeps them in worksheets."""
    if isinstance(raw.get("cells"), list):
        return list(raw["cells"])
    sheets = raw.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, Mapping)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _cell(raw: Mapping[str, Any], findings: list[Finding]) -> dict[str, Any]:
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    # Colab keeps the id in the metadata.
    names = [name for name in (raw.get("id"), metadata.get("id")) if _is_id(name)]
    cell: dict[str, Any] = dict(id=next(iter(names), ""), cell_type="raw", metadata=_metadata(metadata))
    kind = raw.get("cell_type")
    if isinstance(kind, str) and kind in KINDS:
        cell["cell_type"] = KINDS[kind]
    else:
        findings.append(Finding("broken", label(cell), f"Its type is {_brief(kind)}: taken as raw text."))
    source = text_of(raw.get("source", raw.get("input", "")))
    if source is None:
        findings.append(Finding("broken", label(cell), "Its source is no text: taken as empty."))
    cell["source"] = _tidy(source or "", label(cell), findings)
    if kind == "heading":
        cell["source"] = "# " + cell["source"]
    if cell["cell_type"] == "code":
        cell.update(execution_count=None, outputs=[])
    elif pictures := _pictures(raw.get("attachments")):
        cell["attachments"] = pictures
    return cell


def _metadata(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Tags, and nbgrader's marks where they are plain values."""
    kept: dict[str, Any] = {}
    marks = raw.get("nbgrader")
    if isinstance(marks, Mapping):
        plain = {key: value for key, value in marks.items() if _is_id(key) and _is_plain(value)}
        if not _is_id(plain.get("grade_id")):
            plain.pop("grade_id", None)
        kept["nbgrader"] = plain
    tags = raw.get("tags")
    if isinstance(tags, list):
        texts = [tag for tag in tags[:20] if isinstance(tag, str) and TAG.fullmatch(tag)]
        if texts:
            kept["tags"] = list(dict.fromkeys(texts))
    return kept


def _tidy(source: str, name: str, findings: list[Finding]) -> str:
    """Lines end with a newline alone; no character that Python or UTF-8 would refuse."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n")
    tidy = re.sub("[\ud800-\udfff]", "\ufffd", lines.replace("\0", ""))
    if tidy != lines:
        says = "NUL characters were left out, halves of characters were replaced by \ufffd."
        findings.append(Finding("characters", name, says))
    return tidy


def _pictures(raw: object) -> dict[str, dict[str, str]]:
    """What was pasted into an answer in words."""
    kept: dict[str, dict[str, str]] = {}
    for name, bundle in list(raw.items())[:50] if isinstance(raw, Mapping) else ():
        for kind in PICTURES if isinstance(bundle, Mapping) else ():
            data = text_of(bundle.get(kind)) or ""
            if re.fullmatch(r"[A-Za-z0-9+/=\s]+", data) and re.fullmatch(r"[\w .()-]{1,100}", name):
                kept.setdefault(name, {})[kind] = data
    return kept


def _limit(cells: list[dict[str, Any]], findings: list[Finding]) -> None:
    """Empties the cells that are too long."""
    sources = pictures = 0
    for cell in cells:
        length = len(cell["source"])
        if length > min(MAX_SOURCE, MAX_SOURCES - sources):
            most = f"{MAX_SOURCE:,} in a cell, {MAX_SOURCES:,} in all"
            says = f"Its {length:,} characters were left out: there may be {most}."
            findings.append(Finding("too long", label(cell), says))
            cell["source"] = ""
        sources += len(cell["source"])
        bundles = cell.get("attachments", {}).values()
        pictures += sum(len(data) for bundle in bundles for data in bundle.values())
        if bundles and pictures > MAX_PICTURES:
            says = "Its pictures are too large: they were left out."
            findings.append(Finding("too long", label(cell), says))
            del cell["attachments"]


def _own_ids(cells: list[dict[str, Any]]) -> None:
    """Every cell has an id of its own: the first that has one keeps it."""
    taken = {cell["id"] for cell in cells}
    fresh = (name for number in range(2**62) if (name := f"unnamed-{number}") not in taken)
    seen = {""}
    for cell in cells:
        if cell["id"] in seen:
            cell["id"] = next(fresh)
        seen.add(cell["id"])


def _kernel(metadata: object) -> dict[str, Any]:
    """The kernel's name, for the repair to compare."""
    spec = metadata.get("kernelspec") if isinstance(metadata, Mapping) else None
    name = spec.get("name") if isinstance(spec, Mapping) else None
    if not isinstance(name, str) or not re.fullmatch(r"[\w .()-]{1,100}", name):
        return {}
    return {"kernelspec": {"name": name, "display_name": name}}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= 64 and value.isascii()
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def _brief(value: object) -> str:
    """For a message: repr() escapes whatever can't be shown."""
    text = repr(value) if isinstance(value, str | int | float | None) else f"a {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."


def _no_notebook(says: str) -> Finding:
    return Finding("not a notebook", "", says)
