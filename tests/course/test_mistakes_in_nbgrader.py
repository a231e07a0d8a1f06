"""The proof once more, by plain `nbgrader autograde`: a class in which each student makes mistakes.

Student `mistake_3` makes the fourth known mistake of every exercise, `other_1` solves each in its second
other way, `empty` hands in the lesson as it was released. Nobody's mistake is left out. The kernels are warm
ones, forked, without a sandbox: nbgrader gets them by a kernel's specification, as anybody's nbgrader could.
"""

import html
import json
import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from gnn_lib.exercises import Essay, Exercise, Lesson, Question, load
from gnn_lib.exercises.diagnose import check_answer
from gnn_lib.exercises.source import PREAMBLE, learner_code
from tests.course.tree import ROOT, run

pytestmark = pytest.mark.slow
WARM = {
    "argv": ["python", "-f", "{connection_file}"],
    "display_name": "a warm kernel",
    "language": "python",
    "metadata": {"kernel_provisioner": {"provisioner_name": "gnn-course-warm", "config": {"level": "none"}}},
}
NAMES = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))


@dataclass(frozen=True)
class Expected:
    """What one student gets for one exercise: the points, and a passage of the feedback."""

    score: float
    says: str


def test_there_are_lessons() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_known_answer_gets_what_it_deserves(name: str, tmp_path: Path) -> None:
    lesson = load(int(name[:2]))
    course = tmp_path / "course"
    course.mkdir()
    for file in ("nbgrader_config.py", "preprocessors.py"):
        shutil.copy(ROOT / "course" / file, course)
    shutil.copytree(ROOT / "solutions" / name, tmp_path / "solutions" / name)
    (course / "__init__.py").touch()
    (tmp_path / "gnn_lib").symlink_to(ROOT / "gnn_lib")
    run("nbgrader", "generate_assignment", name, cwd=course, root=tmp_path)

    released = nbformat.read(ROOT / "lessons" / name / f"{name}.ipynb", as_version=4)
    expected = {}
    for student, answers in the_class(lesson).items():
        notebook = submission(released, answers)
        folder = course / "submitted" / student / name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{name}.ipynb")
        expected[student] = {exercise: known for exercise, (_, known) in answers.items()}
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps(WARM))
    own = {"GNN_COURSE_JUDGE": "no", "JUPYTER_PATH": str(tmp_path / "jupyter")}
    run("nbgrader", "autograde", name, cwd=course, root=tmp_path, **own)

    wrong = []
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "gnn-course") as book:
        for student, known in expected.items():
            graded = nbformat.read(course / "autograded" / student / name / f"{name}.ipynb", as_version=4)
            cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in graded.cells}
            for exercise, deserved in known.items():
                score = book.find_grade(f"check_{exercise}", name, name, student).auto_score
                text = page(cells[f"check_{exercise}"])
                if score != deserved.score or deserved.says not in text:
                    wrong.append((student, exercise, score, deserved, text))
    assert not wrong, wrong


def the_class(lesson: Lesson) -> dict[str, dict[str, tuple[str | None, Expected]]]:
    """student -> exercise -> (what stands in the cell, what it deserves). None: the stub."""
    exercises = [exercise for exercise in lesson.exercises.values() if not isinstance(exercise, Essay)]
    students: dict[str, dict[str, tuple[str | None, Expected]]] = {
        "empty": {exercise.name: (None, Expected(0, "not attempted")) for exercise in exercises}
    }
    for exercise in exercises:
        if isinstance(exercise, Exercise):
            for number, mistake in enumerate(exercise.mistakes):
                code = exercise.code_of(mistake)
                score = check_answer(exercise, learner_code(code, exercise.name)).score
                deserved = Expected(score, mistake.name)
                students.setdefault(f"mistake_{number}", {})[exercise.name] = (code, deserved)
            for number, code in enumerate(exercise.others):
                deserved = Expected(exercise.total, "right")
                students.setdefault(f"other_{number}", {})[exercise.name] = (code, deserved)
        elif isinstance(exercise, Question):
            students.setdefault("other_0", {})[exercise.name] = (
                f"{exercise.name} = {exercise.answer!r}",
                Expected(exercise.total, "right"),
            )
            for number, (value, _) in enumerate(exercise.wrong.items()):
                students.setdefault(f"mistake_{number}", {})[exercise.name] = (
                    f"{exercise.name} = {value!r}",
                    Expected(0, "not yet"),
                )
    return students


def submission(released: NotebookNode, answers: dict[str, tuple[str | None, Expected]]) -> NotebookNode:
    """The released lesson with these answers, without the cells that only show something: so the class is
    graded in seconds, and every check must stand on its own."""
    notebook = nbformat.from_dict(released)
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    setup = next(cell for cell in notebook.cells if "start(" in cell.source and cell.cell_type == "code")
    notebook.cells = [setup, *graded]
    for cell in graded:
        code, _ = answers.get(cell.metadata["nbgrader"]["grade_id"], (None, None))
        if code is not None:
            cell.source = f"{PREAMBLE}\n{textwrap.dedent(code)}"
    return notebook


def page(cell: NotebookNode) -> str:
    """What a reader sees below the cell."""
    outputs = (output.get("data", {}).get("text/html", output.get("text", "")) for output in cell.outputs)
    return html.unescape("\n".join(map(str, outputs)))
