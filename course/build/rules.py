"""What a lesson's text must keep to. Each rule yields what is wrong, where, and what to do about it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nbformat import NotebookNode

from course.preprocessors import INSTRUCTOR

KEYS = {"nbgrader", "tags", "slideshow", "jupyter"}  # what may stand in a cell's header
TAGS = {INSTRUCTOR, "playground", "raises-exception"}
MARKS = {"grade_id", "solution", "grade", "locked"}
KINDS = {  # what a cell of nbgrader's can be
    "code": ({"solution"}, {"grade"}, {"locked"}),
    "markdown": ({"solution", "grade"}, {"locked"}),
    "raw": ({"locked"},),
}
NAME = re.compile(r"\d\d_[a-z0-9_]+")
GRADE_ID = re.compile(r"(?!cell-)[A-Za-z0-9_-]{1,64}")  # nbgrader's rule and nbformat's rule for ids at once
CHECK = "check_"


def problems(
    name: str, cells: Sequence[NotebookNode], points: Mapping[str, float], title: str
) -> Iterator[str]:
    """Everything wrong with the lesson called `name`, whose exercises have this title and these points."""
    if not NAME.fullmatch(name):
        yield f"the name {name!r}: call the file NN_name.py, with two digits and small letters, as 03_gcn.py"
    yield from _headings(cells, title)
    for number, cell in enumerate(cells, 1):
        yield from (f"cell {number} ({label(cell)}): {problem}" for problem in _cell(cell, points))
    yield from _whole(cells, points)


def label(cell: NotebookNode) -> str:
    """How an author recognises the cell: its grade_id, else how it begins."""
    marks = cell.metadata.get("nbgrader")
    if isinstance(marks, dict) and "grade_id" in marks:
        return str(marks["grade_id"])
    return repr(cell.source.strip().partition("\n")[0][:50])


def exercise_of(cell: NotebookNode) -> str:
    """The exercise that a graded cell names: check_in_degree, in code, grades in_degree."""
    grade_id = str(cell.metadata["nbgrader"].get("grade_id"))
    return grade_id.removeprefix(CHECK) if cell.cell_type == "code" else grade_id


def titles(cells: Sequence[NotebookNode]) -> list[str]:
    """The headings of level one, outside of code blocks."""
    prose = (re.sub(r"^(```|~~~).*?^\1", "", cell.source, flags=re.DOTALL | re.MULTILINE)
             for cell in cells if cell.cell_type == "markdown")  # fmt: skip
    return [title for text in prose for title in re.findall(r"^# +(.+)", text, re.MULTILINE)]


def _headings(cells: Sequence[NotebookNode], title: str) -> Iterator[str]:
    found = titles(cells)
    if not found:
        yield "no heading of level one: begin the first markdown cell with the title, '# Title'"
    if len(found) > 1:
        yield f"{len(found)} headings of level one, {found}: keep the title, give the others two or more #"
    if len(found) == 1 and title not in found[0]:
        yield f"the heading {found[0]!r} lacks the exercises' TITLE, {title!r}: change one of them"


def _cell(cell: NotebookNode, points: Mapping[str, float]) -> Iterator[str]:
    for key in sorted(set(cell.metadata) - KEYS):
        yield f"unknown key {key!r} in its header: a cell has {_list(KEYS)}"
    for tag in sorted(set(cell.metadata.get("tags", [])) - TAGS):
        yield f"unknown tag {tag!r}: the tags are {_list(TAGS)}"
    marks = cell.metadata.get("nbgrader")
    if marks is None:
        if _markers(cell):
            yield 'a solution in a cell that isn\'t one: add nbgrader={"grade_id": "...", "solution": true}'
    elif not isinstance(marks, dict):
        yield f'nbgrader={marks!r} is not a dictionary like {{"grade_id": "...", "solution": true}}'
    else:
        yield from _marks(marks)
        yield from _kind(cell, marks, points)


def _marks(marks: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(set(marks) - MARKS):
        yield f"unknown key {key!r} under nbgrader: leave it out; known are {_list(MARKS)}"
    for key in sorted(set(marks) & MARKS - {"grade_id"}):
        if not isinstance(marks[key], bool):
            yield f"{key} is {marks[key]!r}: write true, or leave it out"
    grade_id = marks.get("grade_id")
    if not isinstance(grade_id, str) or not GRADE_ID.fullmatch(grade_id):
        yield f"grade_id is {grade_id!r}: take 1 to 64 letters, digits, _ and -, not beginning with 'cell-'"


def _kind(cell: NotebookNode, marks: Mapping[str, object], points: Mapping[str, float]) -> Iterator[str]:
    """A cell of nbgrader's is a solution, a check, a free answer or locked, and holds what belongs to it."""
    kind = {key for key in ("solution", "grade", "locked") if marks.get(key)}
    allowed = KINDS[cell.cell_type]
    if kind not in allowed:
        choice = "; or ".join(_list(one) for one in allowed)
        yield f"{_list(kind) or 'nothing'} is set in a {cell.cell_type} cell: set {choice}"
        return
    if "solution" in kind and _markers(cell) not in (["BEGIN", "END"] * n for n in range(1, 10)):
        yield "a solution cell needs a line with BEGIN SOLUTION, and after the solution one with END SOLUTION"
    if "solution" not in kind and _markers(cell):
        yield "a solution in a cell that isn't one: set solution, or remove the BEGIN and END SOLUTION lines"
    if "grade" in kind:
        yield from _exercise(cell, points)


def _exercise(cell: NotebookNode, points: Mapping[str, float]) -> Iterator[str]:
    if cell.cell_type == "code" and not label(cell).startswith(CHECK):
        yield f"the grade_id of a check is {CHECK} and the exercise's name, like {CHECK}in_degree"
    elif exercise_of(cell) not in points:
        known = _list(points) or "none yet"
        yield f"no exercise is called {exercise_of(cell)!r}: add it to the lesson's exercises ({known})"


def _whole(cells: Sequence[NotebookNode], points: Mapping[str, float]) -> Iterator[str]:
    """What can be seen in no single cell."""
    marked = {n: cell for n, cell in enumerate(cells, 1) if isinstance(cell.metadata.get("nbgrader"), dict)}
    ids = {n: str(cell.metadata["nbgrader"].get("grade_id")) for n, cell in marked.items()}
    for grade_id in [grade_id for grade_id, times in Counter(ids.values()).items() if times > 1]:
        numbers = ", ".join(str(n) for n, other in ids.items() if other == grade_id)
        yield f"cells {numbers} all have the grade_id {grade_id}: give each its own"
    graded = {exercise_of(cell) for cell in marked.values() if cell.metadata["nbgrader"].get("grade")}
    for name in points:
        if name not in graded:
            yield f"exercise {name!r} has no graded cell: add {CHECK}{name} (for an answer in words, {name})"


def _markers(cell: NotebookNode) -> list[str]:
    """The solution markers in the order in which they stand; nbgrader looks for these words in a line."""
    return re.findall(r"(BEGIN|END) SOLUTION", cell.source)


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))
