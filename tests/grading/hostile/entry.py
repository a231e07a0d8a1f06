"""One submission of the corpus: how it is made, and what must become of it.

Each is lesson 1, reduced to three exercises so that a hundred are graded in minutes: `in_degree` and
`direction` are solved, `adjacency` is not. The student's own cell stands between them, so what was honest
before it counts in any case, and what comes after it unless it ends its own kernel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.grading.submissions import answered, reduced, solutions

LESSON = "01_adjacency"
EXERCISES = ("in_degree", "adjacency", "direction")
BEFORE, HONEST, ALL = 3.0, 4.0, 7.0  # in_degree; and direction; and adjacency, which is not deserved
WRONG = """\
def adjacency(edge_index, num_nodes):
    return torch.full((num_nodes, num_nodes), 7.0)
"""
WORLD, REPOSITORY, TRACE = "@WORLD@", "@REPOSITORY@", "hostile-was-here"  # in the sources, see world.py

Edit = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Entry:
    name: str
    items: tuple[int, ...]  # numbers of the list of attacks that bench_hostile.py prints
    does: str
    code: str = ""  # a cell of the student's own, above `adjacency`
    answer: str = WRONG  # what stands in the cell of `adjacency`
    last: str = ""  # a cell below all others
    edit: Edit | None = None  # what else is done to the notebook
    raw: Callable[[bytes], bytes] | None = None  # what is done to the file
    folder: Callable[[Path], None] | None = None  # what is done to the folder that holds the file
    score: float = HONEST  # in points, exactly
    gap: float = 0.0  # of these, what it should not have got: known, and said where it is so
    least: float | None = None  # where it is a race whether the grader ends it: what it has in any case
    stopped: str = ""  # a pattern for the reason why its kernel was stopped; "": it was not
    findings: tuple[str, ...] = ()  # kinds of findings that must be there
    graded: bool = True  # False: there is nothing to grade
    seconds: float = 15.0  # the longest that it may take
    stock_safe: bool = False  # harmless to a machine on which it runs without a sandbox
    shows: str = ""  # a passage that must be in the graded notebook: the attack did get so far

    @property
    def deserved(self) -> float:
        """In points, for the work that is in it."""
        return ALL if self.score - self.gap > HONEST else HONEST

    def notebook(self) -> NotebookNode:
        answers = {name: solutions(LESSON)[name] for name in EXERCISES} | {"adjacency": dedent(self.answer)}
        notebook = answered(reduced(LESSON, *EXERCISES), answers)
        if self.code:
            put(notebook, "check_in_degree", self.code)
        if self.last:
            put(notebook, "check_direction", self.last)
        if self.edit:
            self.edit(notebook)
        return notebook

    def write(self, folder: Path, world: str, repository: str) -> None:
        """As the student hands it in."""
        folder.mkdir(parents=True)
        text = nbformat.writes(self.notebook())
        data = text.replace(WORLD, world).replace(REPOSITORY, repository).encode()
        (folder / f"{LESSON}.ipynb").write_bytes(self.raw(data) if self.raw else data)
        if self.folder:
            self.folder(folder)


def put(notebook: NotebookNode, after: str, source: str) -> NotebookNode:
    """A cell of the student's own, behind the cell of this grade_id."""
    cell = new_code_cell(dedent(source).strip(), id=f"own-{len(notebook.cells)}")
    notebook.cells.insert(notebook.cells.index(marked(notebook, after)) + 1, cell)
    return cell


def marked(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
