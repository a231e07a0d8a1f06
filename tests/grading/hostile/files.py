"""Items 27, 28 and 30: what lies in the folder need not be a notebook."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

import io
import json
import os
import zipfile
from pathlib import Path

from tests.grading.hostile.entry import LESSON, Entry

NAME = f"{LESSON}.ipynb"


def _replaced(make: object) -> object:
    def change(folder: Path) -> None:
        (folder / NAME).unlink()
        make(folder / NAME)  # type: ignore[operator]

    return change


def _zip(names: tuple[str, ...], data: bytes) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, data)
    return whole.getvalue()


def _as_json(data: bytes, change: object) -> bytes:
    notebook = json.loads(data)
    change(notebook)  # type: ignore[operator]
    return json.dumps(notebook).encode()


def _nothing(name: str, item: int, does: str, raw: object = None, folder: object = None,
             finding: str = "not a notebook") -> Entry:  # fmt: skip
    return Entry(name, (item,), does, raw=raw, folder=folder, score=0, graded=False, findings=(finding,))  # type: ignore[arg-type]


FAMILY = (
    _nothing("link-to-passwd", 27, "hands in a link to the machine's users",
             folder=_replaced(lambda path: path.symlink_to("/etc/passwd")), finding="nothing handed in"),
    _nothing("link-to-itself", 27, "hands in a link to itself",
             folder=_replaced(lambda path: path.symlink_to(path.name)), finding="nothing handed in"),
    _nothing("link-to-a-friend", 27, "hands in a link to another student's notebook",
             folder=_replaced(lambda path: path.symlink_to(f"../../honest-1/{LESSON}/{NAME}")),
             finding="nothing handed in"),
    _nothing("pipe", 27, "hands in a pipe that nobody writes to",
             folder=_replaced(os.mkfifo), finding="nothing handed in"),
    _nothing("folder", 27, "hands in a folder of that name",
             folder=_replaced(Path.mkdir), finding="nothing handed in"),
    _nothing("too-large", 28, "hands in a notebook of a gigabyte, which takes no room on the disk",
             folder=lambda folder: os.truncate(folder / NAME, 10**9), finding="nothing handed in"),
    _nothing("zip-bomb", 28, "hands in a zip that unpacks to a gigabyte",
             raw=lambda data: _zip(("bomb",), b"0" * 50_000_000)),
    _nothing("zip-slip", 28, "hands in a zip whose names lead out of it",
             raw=lambda data: _zip(("../../../hostile-was-here", f"../{NAME}"), data)),
    _nothing("empty", 30, "hands in nothing", raw=lambda data: b""),
    _nothing("not-json", 30, "hands in half of its notebook", raw=lambda data: data[: len(data) // 2]),
    _nothing("deep", 30, "hands in JSON that is nested a hundred thousand deep",
             raw=lambda data: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    _nothing("wide", 30, "hands in two million cells",
             raw=lambda data: b'{"cells": [' + b"{}," * 2_000_000 + b"{}]}"),
    _nothing("a-list", 30, "hands in JSON that is a list", raw=lambda data: b"[1, 2, 3]"),
    _nothing("random-bytes", 30, "hands in a picture", raw=lambda data: b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    Entry("bom", (30,), "saves it with a byte order mark", raw=lambda data: b"\xef\xbb\xbf" + data),
    Entry("utf-16", (30,), "saves it as UTF-16", raw=lambda data: data.decode().encode("utf-16"),
          findings=("encoding",)),
    Entry("latin-1", (30,), "has bytes in it that are not UTF-8",
          raw=lambda data: data.replace(b"torch.full", b"# \xe9\xff\\n    return torch.full"), findings=("encoding",)),
    Entry("other-kernel", (30,), "asks for a kernel of its own", edit=lambda notebook: notebook.metadata.update(
          kernelspec={"name": "bash -c 'touch @WORLD@/hostile-was-here'", "display_name": "x", "language": "x"})),
    Entry("old-format", (30,), "says that it is of format 99.9",
          raw=lambda data: _as_json(data, lambda nb: nb.update(nbformat=99, nbformat_minor=9)), findings=("format",)),
    Entry("metadata-huge", (30,), "carries ten megabytes in its metadata",
          raw=lambda data: _as_json(data, lambda nb: nb["metadata"].update(x="y" * 10_000_000))),
    Entry("metadata-wrong", (30,), "has metadata of the wrong kinds everywhere", raw=lambda data: _as_json(
          data, lambda nb: (nb.update(metadata=[1]), nb["cells"][0].update(metadata="x", id=[], outputs=3)))),
    Entry("other-files", (27, 32), "hands in modules beside it that would be imported",
          folder=lambda folder: [(folder / name).write_text("raise SystemExit('hostile')") for name in (
              "numpy.py", "torch.py", "sitecustomize.py", "nbgrader_config.py", "conftest.py", "99_evil.ipynb")]),
)  # fmt: skip
