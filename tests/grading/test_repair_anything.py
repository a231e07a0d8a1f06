"""Properties of the repair: whatever was done to a submission, and wherever its helpers are."""

import contextlib
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from course.grading.repair import repair
from tests.grading.solved import LESSONS, released, solved
from tests.grading.tiny import STUB, answered, by_id, hold, put, repaired, tiny


def run(notebook: NotebookNode) -> dict[str, Any]:
    """What is defined after "Run All", errors or not."""
    space: dict[str, Any] = {"check": lambda answer: None}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            with contextlib.suppress(Exception):
                exec(cell.source, space)
    return space


@given(st.lists(st.integers(0, 8), min_size=1, max_size=6), st.booleans())
def test_helpers_in_odd_places_define_what_they_defined(places: list[int], own_function: bool) -> None:
    """Helpers before, between and after, each used by the next; a solution that needs them."""
    submitted = answered()
    for number, place in enumerate(sorted(places)):
        source = f"h{number} = {f'h{number - 1} + 1' if number else 1}"
        submitted.cells.insert(min(place + number, len(submitted.cells)), new_code_cell(source))
    last = f"h{len(places) - 1}"
    by_id(submitted)["double"].source = f"def double(x):\n    return x * 2 + {last} - {last}"
    if own_function:
        put(submitted, "double", new_code_cell("def shown(x):\n    return repr(x)"))
    result, _ = repaired(submitted)
    before, after = run(submitted), run(result)
    for name in (last, "math"):
        assert after[name] == before[name]
    assert after["double"](3) == before["double"](3) == 6
    assert after["shown"]("a") == before["shown"]("a")


def _delete(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    del cells[a]


def _copy(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells.insert(b, NotebookNode(deepcopy(cells[a]), id=f"copy-{a}-{b}"))


def _split(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    first, cut = cells[a], 7 * b % (len(cells[a].source) + 1)
    cells.insert(a + 1, NotebookNode(deepcopy(first), id=f"split-{a}-{b}", source=first.source[cut:]))
    first.source = first.source[:cut]


def _retype(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells[a].cell_type = ("code", "markdown", "raw")[b % 3]


def _tag(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells[a].metadata.tags = [word, "skip-execution"]


def _move(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells.insert(b, cells.pop(a))


def _mark(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    other = cells[b].metadata.get("nbgrader", {"grade_id": word, "points": a})
    cells[a].metadata.nbgrader = deepcopy(other)


def _strip(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells[a].metadata = {}


def _rename(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells[a].id = cells[b].id


def _write(cells: list[NotebookNode], a: int, b: int, word: str) -> None:
    cells[a].source = word


HARMLESS = [_retype, _tag, _move]  # to an answer: it is still there, once, with its grade_id
EDITS = [*HARMLESS, _delete, _copy, _split, _mark, _strip, _rename, _write]


def edited(data: st.DataObject, cells: list[NotebookNode], edits: list[Any], most: int) -> None:
    for _ in range(data.draw(st.integers(0, most))):
        place = st.integers(0, max(len(cells) - 1, 0))
        edit, a, b = data.draw(st.sampled_from(edits)), data.draw(place), data.draw(place)
        word = data.draw(st.text(max_size=8) | st.just(STUB) | st.just("check_double"))
        if cells:
            edit(cells, a, b, word)


@given(st.data(), st.sampled_from([None, "00_start", "05_sage"]))
def test_whatever_is_done_every_released_cell_is_there_once(data: st.DataObject, lesson: str | None) -> None:
    original, submitted = (released(lesson), solved(lesson)) if lesson else (tiny(), answered())
    edited(data, submitted.cells, EDITS, 12)
    before = deepcopy(submitted)
    result, findings = repair(original, submitted)
    hold(original, result)
    assert submitted == before
    assert repair(original, deepcopy(submitted)) == (result, findings)
    for finding in findings:
        assert f"{finding.says}{finding.cell}{finding.kind}".encode()


@given(st.data(), st.sampled_from(LESSONS))
def test_an_answer_survives_where_its_cell_did(data: st.DataObject, lesson: str) -> None:
    submitted = solved(lesson)
    answers = {cell.id: cell.source for cell in submitted.cells if "solution" in str(cell.metadata)}
    edited(data, submitted.cells, HARMLESS, 20)
    result, _ = repair(released(lesson), submitted)
    hold(released(lesson), result)
    assert {cell.id: cell.source for cell in result.cells if cell.id in answers} == answers
