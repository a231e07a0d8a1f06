"""What becomes of a solution cell that was renamed, copied, split or retyped."""

import ast
from copy import deepcopy
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from course.grading.copies import settle
from tests.grading.solved import LESSONS, released, solved
from tests.grading.tiny import ANSWER, STUB, answered, at, by_id, copy_of, kinds, put, repaired, sources


def test_an_answer_is_found_by_its_grade_id_wherever_it_is() -> None:
    submitted = answered()
    for cell in submitted.cells:
        cell.id = f"another-{cell.id}"
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert findings == ()


def test_without_its_grade_id_by_its_id() -> None:
    submitted = answered()
    for cell in submitted.cells:
        cell.metadata = {}
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert kinds(findings) == []


def test_without_either_it_runs_where_it_stands() -> None:
    submitted = answered()
    for number, cell in enumerate(submitted.cells):
        cell.metadata, cell.id = {}, f"new-{number}"
    result, findings = repaired(submitted)
    assert sources(result)[2:5] == [STUB, ANSWER, "check(double)"]
    assert sources(result)[-1] == "Because two is two."
    assert kinds(findings) == ["added", "deleted", "stripped"]


def test_a_renamed_grade_id_is_reported() -> None:
    submitted = answered()
    by_id(submitted)["double"].metadata.nbgrader.grade_id = "triple"
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert [(finding.kind, finding.cell) for finding in findings] == [("renamed", "double")]


def test_of_a_copy_that_was_never_touched_nothing_is_left() -> None:
    for late in (False, True):
        submitted = answered()
        cell = by_id(submitted)["double"]
        put(submitted, "double", copy_of(cell, ANSWER if late else STUB))
        cell.source = STUB if late else ANSWER
        result, findings = repaired(submitted)
        assert sources(result) == sources(answered())
        assert kinds(findings) == ["copied"]


def test_of_two_answers_the_first_is_the_solution_and_the_last_wins() -> None:
    submitted = answered()
    put(
        submitted,
        "double",
        new_code_cell("two = 2"),
        copy_of(by_id(submitted)["double"], "double = lambda x: x + x"),
    )
    result, findings = repaired(submitted)
    assert sources(result)[2:6] == [ANSWER, "two = 2", "double = lambda x: x + x", "check(double)"]
    assert kinds(findings) == ["added", "copied"]


@pytest.mark.parametrize(
    "halves",
    [
        ["def double(x):", "    return 2 * x"],
        ['def double(x):\n    """Twice x."""', "    return 2 * x"],
        ["def double(x):", "    y = 2 * x", "    return y"],
        ["def double(x):\n    return 2 * (", "x)"],
        ["def double(x):\n    return 2 *", " x"],
        ['def double(x):\n    """Twice', 'x."""\n    return 2 * x'],
        ["%matplotlib inline\ndef double(x):", "    return 2 * x"],
    ],
)
def test_the_halves_of_a_split_cell_are_joined(halves: list[str]) -> None:
    submitted = answered()
    cell = by_id(submitted)["double"]
    cell.source = halves[0]
    put(submitted, "double", *(copy_of(cell, half) for half in halves[1:]))
    result, findings = repaired(submitted)
    assert len(result.cells) == 8
    code = sources(result)[2]
    assert "".join(code.split()) == "".join("".join(halves).split())
    space: dict[str, Any] = {}
    exec(code.replace("%matplotlib inline", ""), space)
    assert space["double"](4) == 8
    assert kinds(findings) == ["copied"]
    assert "joined" in findings[0].says


@pytest.mark.parametrize("lesson", LESSONS)
def test_wherever_an_answer_was_split_it_says_the_same(lesson: str) -> None:
    """At any line; JupyterLab trims the halves."""
    splits = 0
    for original, cell in zip(released(lesson).cells, solved(lesson).cells, strict=True):
        if cell.source == original.source or cell.cell_type != "code":
            continue
        lines = cell.source.split("\n")
        for cut in range(1, len(lines)):
            halves = [deepcopy(cell), deepcopy(cell)]
            halves[0].source = "\n".join(lines[:cut]).strip("\n")
            halves[1].source = "\n".join(lines[cut:]).strip("\n")
            settled = settle(original, list(enumerate(halves)))
            whole = "\n".join([settled.source, *(source for _, source in settled.again)])
            assert ast.dump(ast.parse(whole)) == ast.dump(ast.parse(cell.source))
            for source in (settled.source, *(source for _, source in settled.again)):
                ast.parse(source)
            splits += 1
    assert splits > 5


def test_a_copy_that_was_split_is_joined_too() -> None:
    submitted = answered()
    cell = by_id(submitted)["double"]
    put(submitted, "double", copy_of(cell, "def double(x):"), copy_of(cell, "    return x + x"))
    result, _ = repaired(submitted)
    assert sources(result)[2:5] == [ANSWER, "def double(x):\n    return x + x", "check(double)"]


def test_a_cell_split_between_two_functions_runs_in_both_places() -> None:
    submitted = answered()
    cell = by_id(submitted)["double"]
    cell.source = "def two():\n    return 2"
    put(submitted, "double", copy_of(cell, "def double(x):\n    return two() * x"))
    result, _ = repaired(submitted)
    assert sources(result)[2:5] == [
        "def two():\n    return 2",
        "def double(x):\n    return two() * x",
        "check(double)",
    ]


def test_answers_in_words_are_joined() -> None:
    submitted = answered()
    cell = by_id(submitted)["why"]
    cell.attachments = {"a.png": {"image/png": "AAAA"}}
    put(submitted, "why", copy_of(cell, "YOUR ANSWER HERE"), copy_of(cell, "And four is four."))
    submitted.cells[-1].attachments = {"b.png": {"image/png": "BBBB"}}
    result, findings = repaired(submitted)
    assert result.cells[-1].source == "Because two is two.\n\nAnd four is four."
    assert set(result.cells[-1].attachments) == {"a.png", "b.png"}
    assert kinds(findings) == ["copied"]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_a_solution_that_was_retyped_is_code_again(kind: str) -> None:
    submitted = answered()
    cell = by_id(submitted)["double"]
    cell.cell_type = kind
    del cell["outputs"], cell["execution_count"]
    result, findings = repaired(submitted)
    assert sources(result) == sources(answered())
    assert [(finding.kind, finding.cell) for finding in findings] == [("retyped", "double")]


def test_an_old_version_put_aside_as_raw_text_does_not_run() -> None:
    submitted = answered()
    old = copy_of(by_id(submitted)["double"], "def double(x):\n    return x")
    old.cell_type = "raw"
    del old["outputs"], old["execution_count"]
    submitted.cells.insert(at(submitted, "double"), old)
    result, _ = repaired(submitted)
    assert [cell.source for cell in result.cells if cell.cell_type == "code"][1:3] == [
        ANSWER,
        "check(double)",
    ]
    assert result.cells[2].cell_type == "raw"
