"""Every notebook is run: solved, from top to bottom; released, with nothing done."""

import resource
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from course.build.execute import environment, execute, faults
from course.build.lesson import bare

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "course" / "text").glob("*.py"))
every_lesson = pytest.mark.parametrize("name", NAMES)
MOST_SECONDS = 60.0


def read(folder: str, name: str) -> NotebookNode:
    return nbformat.read(ROOT / folder / name / f"{name}.ipynb", as_version=4)


def used() -> float:
    """Processor seconds of all processes that this one has started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


@every_lesson
def test_the_solved_notebook_runs_in_a_minute_offline_without_a_warning(name: str) -> None:
    notebook = bare(read("solutions", name))
    before = used()
    execute(notebook, ROOT)  # raises if a cell does; no network, no home
    assert not list(faults(notebook))
    # What the processor did, not the clock: other tests run beside this one.
    assert used() - before < MOST_SECONDS


@every_lesson
def test_with_nothing_done_only_stubs_complain(name: str, tmp_path: Path) -> None:
    notebook = read("lessons", name)
    here = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(notebook, allow_errors=True, timeout=120, kernel_name="python3", resources=here)
    client.execute(env=environment(ROOT, tmp_path))
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    errors = {output.ename for output in outputs if output.output_type == "error"}
    assert errors == {"NotImplementedError"}
    assert not [output for output in outputs if output.get("name") == "stderr"]
