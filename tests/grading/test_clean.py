"""What may be in a file that should be a notebook, and what is left of it."""

import json
from pathlib import Path

import pytest

from course.grading import clean
from tests.grading.handed_in import CODE, WHOLE, notebook, says, taken


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_mark_at_the_beginning_does_not_matter(tmp_path: Path, encoding: str) -> None:
    assert taken(tmp_path, WHOLE.decode().encode(encoding)).findings == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_read_and_reported(tmp_path: Path, encoding: str) -> None:
    result = taken(tmp_path, WHOLE.decode().encode(encoding))
    assert result.notebook is not None
    assert result.notebook.cells == taken(tmp_path, WHOLE).notebook.cells  # type: ignore[union-attr]
    assert [finding.kind for finding in result.findings] == ["encoding"]


def test_a_byte_that_is_not_utf_8_costs_one_letter(tmp_path: Path) -> None:
    data = json.dumps({"nbformat": 4, "cells": [dict(CODE, source="x = 1  # é")]}, ensure_ascii=False)
    result = taken(tmp_path, data.encode("latin-1"))
    assert result.notebook is not None
    assert result.notebook.cells[0].source == "x = 1  # \ufffd"
    assert [finding.kind for finding in result.findings] == ["encoding"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "The file is empty"),
        (b" \n", "The file is empty"),
        (b"PK\x03\x04" + bytes(100), "It is a zip archive"),
        (b"<!DOCTYPE html>", "It is not JSON: Expecting value: line 1 column 1"),
        (WHOLE[:5000], "It is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"cells":' * 100_000, "nested too deeply"),
        (b"[" * 1_000_001, "more than 1,000,000 lists and objects"),
        (b"[]", "a list where a notebook is an object"),
        (b"null", "a NoneType where"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": null, "worksheets": 3}', "no list of cells"),
    ],
)
def test_what_is_no_notebook_is_told_apart(tmp_path: Path, data: bytes, words: str) -> None:
    result = taken(tmp_path, data)
    assert result.notebook is None
    assert words in says(result)
    assert result.findings[-1].kind == "not a notebook"


def test_numbers_decide_nothing(tmp_path: Path) -> None:
    text = notebook(CODE).decode()
    for number in ("9" * 1_000_000, "-" + "9" * 1_000_000, "1" * 999 + ".5", "1e999999", "NaN", "-Infinity"):
        other = text.replace('"execution_count": null', f'"execution_count": {number}')
        result = taken(tmp_path, other.encode())
        assert result.notebook is not None
        assert result.findings == ()
    far = text.replace('"nbformat": 4', f'"nbformat": {"9" * 10_000}')
    assert f"Its nbformat is {'9' * 20}:" in says(taken(tmp_path, far.encode()))


def test_of_a_key_given_twice_the_last_counts_as_in_jupyter(tmp_path: Path) -> None:
    text = '{"nbformat": 4, "cells": 3, "cells": [{"cell_type": "raw", "source": "last"}]}'
    result = taken(tmp_path, text.encode())
    assert result.notebook is not None
    assert [cell.source for cell in result.notebook.cells] == ["last"]


def test_format_3_is_brought_up_to_date(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Twice", "metadata": {}},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "outputs": [], "language": "python"},
    ]
    old = dict(nbformat=3, nbformat_minor=0, metadata={"name": ""}, worksheets=[{"cells": cells}, None])
    result = taken(tmp_path, json.dumps(old).encode())
    assert result.notebook is not None
    assert [cell.source for cell in result.notebook.cells] == ["# Twice", "x = 1\ny = 2"]
    assert says(result) == "format: Its nbformat is 3: it was read as 4."


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_is_read(tmp_path: Path, minor: int) -> None:
    result = taken(tmp_path, notebook({**CODE, "id": "a"}, nbformat_minor=minor))
    assert result.notebook is not None
    assert result.findings == ()


def test_a_format_from_the_future_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    result = taken(tmp_path, notebook(CODE, {"cell_type": "hologram", "source": "?"}, nbformat=5))
    assert result.notebook is not None
    assert [cell.cell_type for cell in result.notebook.cells] == ["code", "raw"]
    assert "Its nbformat is 5" in says(result)
    assert "Its type is 'hologram'" in says(result)


def test_ids_become_valid_and_unique(tmp_path: Path) -> None:
    ids = ["a", "a", "", "b c", 3, None, "x" * 65, "unnamed-0", "a"]
    result = taken(tmp_path, notebook(*(dict(CODE, id=name) for name in ids)))
    assert result.notebook is not None
    names = [cell.id for cell in result.notebook.cells]
    assert len(set(names)) == len(ids)
    assert (names[0], names[7]) == ("a", "unnamed-0")


@pytest.mark.parametrize("wrong", [3, None, True, [1, 2], {"a": []}, [["a"]], "ab", -1.5])
@pytest.mark.parametrize("field", ["cell_type", "metadata", "source", "id", "outputs", "attachments"])
def test_wrong_types_anywhere_in_a_cell(tmp_path: Path, field: str, wrong: object) -> None:
    result = taken(tmp_path, notebook({**CODE, field: wrong}, CODE))
    assert result.notebook is not None
    assert result.notebook.cells[1].source == "x = 1"


def test_a_broken_cell_is_reported_and_the_others_live(tmp_path: Path) -> None:
    result = taken(tmp_path, notebook(3, [], CODE, {**CODE, "id": "b", "source": [1]}))
    assert result.notebook is not None
    assert [cell.source for cell in result.notebook.cells] == ["x = 1", ""]
    assert says(result) == (
        "broken: Its source is no text: taken as empty. "
        "broken: 2 of its cells are no objects: they were left out."
    )


def test_many_findings_of_one_kind_are_counted(tmp_path: Path) -> None:
    result = taken(tmp_path, notebook(*[dict(CODE, source=3)] * 500))
    assert len(result.findings) == 21
    assert "And 480 more" in result.findings[-1].says


def test_only_plain_marks_and_tags_are_kept(tmp_path: Path) -> None:
    marks = {
        "grade_id": "a\ud800",
        "points": float("inf"),
        "grade": [True],
        "locked": True,
        "x" * 99: 1,
        "é": 1,
    }
    metadata = {"nbgrader": marks, "tags": ["one", 2, "two,three", "one", "\ud800"], "evil": {"deep": [[]]}}
    result = taken(tmp_path, notebook(dict(CODE, metadata=metadata)))
    assert result.notebook is not None
    assert result.notebook.cells[0].metadata == {"nbgrader": {"locked": True}, "tags": ["one"]}


def test_sources_are_tidied(tmp_path: Path) -> None:
    source = "a = 1\r\nb\t= 2\rc = '\f'\n"
    result = taken(tmp_path, notebook(dict(CODE, source=source), dict(CODE, source="\0x = '\ud800'")))
    assert result.notebook is not None
    assert [cell.source for cell in result.notebook.cells] == ["a = 1\nb\t= 2\nc = '\f'\n", "x = '\ufffd'"]
    assert [finding.kind for finding in result.findings] == ["characters"]


def test_too_long_sources_are_left_out(tmp_path: Path) -> None:
    long, most = dict(CODE, source="#" * 1_000_000), dict(CODE, source="#" * 200_000)
    result = taken(tmp_path, notebook(long, *[most] * 11, CODE))
    assert result.notebook is not None
    assert [len(cell.source) for cell in result.notebook.cells] == [0, *[200_000] * 10, 0, 0]
    assert [finding.kind for finding in result.findings] == ["too long"] * 3


def test_too_many_cells_are_left_out(tmp_path: Path) -> None:
    result = taken(tmp_path, notebook(*[CODE] * 100_000))
    assert result.notebook is not None
    assert len(result.notebook.cells) == clean.MAX_CELLS
    assert "It has 100,000 cells" in says(result)


def test_pictures_in_answers_are_kept_and_nothing_else(tmp_path: Path) -> None:
    good, bad = {"image/png": ["iVBO\n", "Rw=="]}, {"image/svg+xml": "<svg onload='x'>"}
    pictures = {"a.png": good, "b.svg": bad, "c.png": {"image/png": "<b>"}, "<d>": good, "e": 3}
    words = {"cell_type": "markdown", "source": "![](attachment:a.png)", "attachments": pictures}
    result = taken(tmp_path, notebook(words))
    assert result.notebook is not None
    assert result.notebook.cells[0].attachments == {"a.png": {"image/png": "iVBO\nRw=="}}
    big = {**words, "attachments": {"a.png": {"image/png": "A" * 6_000_000}}}
    assert "Its pictures are too large" in says(taken(tmp_path, notebook(big)))
