"""Item 29: cells that were deleted, copied, split, renamed, retyped, moved; flags and points edited."""
# ruff: noqa: E501  (attacks are kept as somebody would type them)

from copy import deepcopy
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.grading.hostile.entry import ALL, WRONG, Entry, marked

_RIGHT = """\
def adjacency(edge_index, num_nodes):
    A = torch.zeros(num_nodes, num_nodes)
    for i, j in edge_index.T.tolist():
        A[i, j] += 1
    return A"""


def _marks(name: str, **changed: Any) -> Any:
    return lambda notebook: marked(notebook, name).metadata["nbgrader"].update(changed)


def _delete(*names: str) -> Any:
    def edit(notebook: NotebookNode) -> None:
        for name in names:
            notebook.cells.remove(marked(notebook, name))

    return edit


def _copy_of_a_right_check(notebook: NotebookNode) -> None:
    """The check of `in_degree`, under the name of the one that fails."""
    cell = deepcopy(marked(notebook, "check_in_degree"))
    cell.id, cell.metadata["nbgrader"]["grade_id"] = "copied", "check_adjacency"
    notebook.cells.append(cell)


def _check_twice(notebook: NotebookNode) -> None:
    cell = deepcopy(marked(notebook, "check_in_degree"))
    cell.id = "copied"
    notebook.cells.append(cell)


def _source(name: str, source: str) -> Any:
    return lambda notebook: marked(notebook, name).update(source=source)


def _split(notebook: NotebookNode) -> None:
    cell = marked(notebook, "adjacency")
    half = deepcopy(cell)
    cell.source, half.source = _RIGHT[:60], _RIGHT[60:]
    half.id = "half"
    notebook.cells.insert(notebook.cells.index(cell) + 1, half)


def _retype(name: str, kind: str) -> Any:
    def edit(notebook: NotebookNode) -> None:
        cell = marked(notebook, name)
        cell.cell_type = kind
        cell.pop("outputs", None)
        cell.pop("execution_count", None)

    return edit


def _reverse(notebook: NotebookNode) -> None:
    notebook.cells.reverse()


def _outputs(notebook: NotebookNode) -> None:
    """As if it had run, and been right."""
    cell = marked(notebook, "check_adjacency")
    data = {"text/plain": "3.0", "text/html": "<b>Right</b>"}
    cell.outputs = [NotebookNode(output_type="execute_result", data=data, metadata={}, execution_count=1)]


def _own_check(notebook: NotebookNode) -> None:
    marks = dict(grade=True, solution=False, locked=True, points=100, schema_version=3, task=False,
                 grade_id="check_bonus", cell_type="code", checksum="0" * 32)  # fmt: skip
    notebook.cells.append(new_code_cell("100.0", id="bonus", metadata={"nbgrader": marks}))


FAMILY = (
    Entry("check-deleted", (29,), "deletes the check", edit=_delete("check_adjacency"), findings=("deleted",),
          stock_safe=True),
    Entry("check-emptied", (29,), "empties the check", edit=_source("check_adjacency", ""), findings=("changed",),
          stock_safe=True),
    Entry("check-changed", (29,), "lets the check show full marks", edit=_source("check_adjacency", "3.0"),
          findings=("changed",), stock_safe=True),
    Entry("check-copied", (29,), "checks the same exercise twice", edit=_check_twice, stock_safe=True),
    Entry("check-of-another", (29,), "checks a solved exercise in the name of another",
          edit=_copy_of_a_right_check, stock_safe=True),
    Entry("check-retyped", (29,), "makes prose of the check", edit=_retype("check_adjacency", "markdown"),
          findings=("retyped",), stock_safe=True),
    Entry("check-renamed", (29,), "gives the check another name", edit=_marks("check_adjacency", grade_id="x"),
          findings=("renamed",), stock_safe=True),
    Entry("points-raised", (29,), "raises the points of what it can", edit=_marks("check_in_degree", points=1000),
          findings=("marks",), stock_safe=True),
    Entry("points-negative", (29,), "lowers the points of what it can't", edit=_marks("check_adjacency", points=-3),
          findings=("marks",), stock_safe=True),
    Entry("check-is-solution", (29,), "calls the check a solution, for a person to grade",
          edit=_marks("check_adjacency", solution=True, locked=False), findings=("marks",), stock_safe=True),
    Entry("check-not-graded", (29,), "says that the check is not graded", edit=_marks("check_adjacency", grade=False),
          findings=("marks",), stock_safe=True),
    Entry("check-invented", (29,), "adds a check of its own for 100 points", edit=_own_check, findings=("unknown",),
          stock_safe=True),
    Entry("schema-edited", (29,), "says that the cell is of a schema to come",
          edit=_marks("check_adjacency", schema_version=99), stock_safe=True),
    Entry("outputs-kept", (29,), "hands in the output of a right answer", edit=_outputs, stock_safe=True),
    Entry("setup-deleted", (29,), "deletes the lesson's first cell",
          edit=lambda notebook: notebook.cells.pop(0), findings=("deleted",), stock_safe=True),
    Entry("solution-retyped", (29,), "makes prose of its answer, which was right", answer=_RIGHT,
          edit=_retype("adjacency", "markdown"), score=ALL, findings=("retyped",), stock_safe=True),
    Entry("solution-split", (29,), "splits its answer, which was right, in the middle of a word", edit=_split,
          score=ALL, findings=("copied",), stock_safe=True),
    Entry("solution-deleted", (29,), "deletes its answer", edit=_delete("adjacency"), findings=("deleted",),
          stock_safe=True),
    Entry("solution-twice", (29,), "has its right answer in a copy below", answer=_RIGHT,
          edit=lambda notebook: _below(notebook, WRONG), score=4.0, findings=("copied",), stock_safe=True),
    Entry("reversed", (29,), "hands in its cells from the last to the first", answer=_RIGHT, edit=_reverse,
          score=ALL, findings=("moved",), stock_safe=True),
)  # fmt: skip


def _below(notebook: NotebookNode, source: str) -> None:
    cell = deepcopy(marked(notebook, "adjacency"))
    cell.id, cell.source = "below", source
    notebook.cells.insert(notebook.cells.index(marked(notebook, "adjacency")) + 1, cell)
