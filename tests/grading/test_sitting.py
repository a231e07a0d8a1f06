"""One submission is run and judged: what each exercise gets, whatever becomes of the kernel."""

import asyncio

import pytest

from course.grading import secret
from course.grading.graded import Graded, Settings
from course.grading.kernels.provisioner import WarmProvisioner
from gnn_lib.exercises import Essay, load
from tests.grading.submissions import (
    answered,
    reduced,
    released,
    scores,
    sit,
    solutions,
    with_cell,
)  # fmt: skip

pytestmark = pytest.mark.slow
LESSON = "01_adjacency"
THREE = ("in_degree", "adjacency", "direction")
DEAF = """\
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
LOOK = """\
import sys
for number in range(9):
    try:
        __import__(f"gnn_lib.exercises.lesson_{number:02d}")
        print("FOUND", number)
    except ImportError:
        pass
print([name for name in sys.modules if "lesson_" in name])"""


@pytest.fixture(scope="module")
def solved() -> dict[str, str]:
    return solutions(LESSON)


def words_under(graded: Graded, exercise: str) -> str:
    [cell] = [
        c
        for c in graded.notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade_id") == f"check_{exercise}"
    ]
    [output] = cell.outputs
    assert secret.sealed(output.data["text/html"], output.metadata["gnn_course"]["seal"])
    assert float(output.data["text/plain"]) == scores(graded)[exercise]
    return str(output.data["text/html"])


@pytest.mark.parametrize("lesson", ["01_adjacency", "02_message_passing"])
def test_a_whole_solved_lesson_gets_everything(lesson: str) -> None:
    graded = sit(lesson, answered(released(lesson), solutions(lesson)), Settings(every_cell=True))
    exercises = load(int(lesson[:2])).exercises
    wanted = {name: one.total for name, one in exercises.items() if not isinstance(one, Essay)}
    assert scores(graded) == wanted
    assert graded.record.stopped == ""
    assert graded.record.sandbox in ("namespaces", "bubblewrap", "landlock")
    outputs = [output for cell in graded.notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    assert any("image/png" in output.get("data", {}) for output in outputs), (
        "the figures are there to look at"
    )
    assert Graded.from_bytes(graded.to_bytes()) == graded


def test_what_was_not_done_is_not_attempted() -> None:
    graded = sit(LESSON, reduced(LESSON, *THREE))
    assert {mark.status for mark in graded.record.marks} == {"not attempted"}
    assert graded.record.score == 0
    assert "not attempted" in words_under(graded, "adjacency")


def test_a_known_mistake_is_named_and_what_it_gets_right_counts(solved: dict[str, str]) -> None:
    exercise = load(1).exercises["in_degree"]
    mistake = exercise.mistakes[0]  # type: ignore[union-attr]
    answers = {"in_degree": exercise.code_of(mistake), "direction": solved["direction"]}  # type: ignore[union-attr]
    graded = sit(LESSON, answered(reduced(LESSON, *THREE), answers))
    assert scores(graded)["direction"] == 1
    assert scores(graded)["in_degree"] < exercise.total
    [mark] = [mark for mark in graded.record.marks if mark.exercise == "in_degree"]
    assert mark.mistake == mistake.name
    assert mistake.name in words_under(graded, "in_degree")


@pytest.mark.parametrize(("end", "why"), [
    ("import os; os._exit(0)", "died"),
    ("import ctypes; ctypes.string_at(0)", "died"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "died"),
    ("exit()", ""),
])  # fmt: skip
def test_when_the_kernel_ends_what_came_before_stays(solved: dict[str, str], end: str, why: str) -> None:
    notebook = with_cell(answered(reduced(LESSON, *THREE), solved), end, after="check_in_degree")
    graded = sit(LESSON, notebook)
    assert scores(graded)["in_degree"] == 3
    if why:
        assert why in graded.record.stopped
        assert (scores(graded)["adjacency"], scores(graded)["direction"]) == (0, 0)
        assert why in words_under(graded, "direction")


@pytest.mark.alone
def test_a_cell_that_takes_too_long_is_ended_and_the_rest_goes_on(solved: dict[str, str]) -> None:
    notebook = with_cell(
        answered(reduced(LESSON, *THREE), solved), "while True: pass", after="check_in_degree"
    )
    graded = sit(LESSON, notebook, Settings(cell_seconds=2, notebook_seconds=30))
    assert set(scores(graded).values()) == {3, 1}
    assert graded.record.stopped == ""


@pytest.mark.alone
def test_a_function_that_never_returns_costs_its_own_exercise_only(solved: dict[str, str]) -> None:
    answers = solved | {"adjacency": "def adjacency(edge_index, num_nodes):\n    while True: pass"}
    graded = sit(LESSON, answered(reduced(LESSON, *THREE), answers), Settings())
    assert scores(graded) == {"in_degree": 3, "adjacency": 0, "direction": 1}
    assert "too slow" in words_under(graded, "adjacency")


@pytest.mark.alone
def test_a_kernel_deaf_to_interrupts_is_stopped(solved: dict[str, str]) -> None:
    notebook = with_cell(answered(reduced(LESSON, *THREE), solved), DEAF, after="check_in_degree")
    graded = sit(LESSON, notebook, Settings(cell_seconds=2, notebook_seconds=30))
    assert scores(graded) == {"in_degree": 3, "adjacency": 0, "direction": 0}
    assert "could not be interrupted" in graded.record.stopped
    assert graded.record.seconds < 25


@pytest.mark.alone
def test_a_notebook_has_its_time_and_no_more(solved: dict[str, str]) -> None:
    notebook = answered(reduced(LESSON, *THREE), solved)
    for _ in range(8):
        notebook = with_cell(notebook, "import time; time.sleep(1.9)", after="check_in_degree")
    graded = sit(LESSON, notebook, Settings(cell_seconds=2, notebook_seconds=6))
    assert scores(graded) == {"in_degree": 3, "adjacency": 0, "direction": 0}
    assert graded.record.seconds < 20


@pytest.mark.alone
def test_much_output_is_cut_and_too_much_stops_the_kernel(solved: dict[str, str]) -> None:
    notebook = answered(reduced(LESSON, *THREE), solved)
    graded = sit(
        LESSON, with_cell(notebook, "for _ in range(60): print('x' * 100_000)", after="check_in_degree")
    )
    assert set(scores(graded).values()) == {3, 1}
    assert len(graded.to_bytes()) < 6_000_000
    flood = "while True: print('x' * 1_000_000, flush=True)"
    graded = sit(LESSON, with_cell(notebook, flood, after="check_in_degree"))
    assert scores(graded) == {"in_degree": 3, "adjacency": 0, "direction": 0}
    assert len(graded.to_bytes()) < 6_000_000


def test_a_kernel_that_is_slow_to_stop_is_stopped_once(
    solved: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the flood ends it, its cell comes to an end as well, and so does the notebook."""
    kill = WarmProvisioner.kill

    async def slowly(self: WarmProvisioner, restart: bool = False) -> None:
        await asyncio.sleep(2)
        await kill(self, restart)

    monkeypatch.setattr(WarmProvisioner, "kill", slowly)
    flood = "for _ in range(90): print('x' * 1_000_000, flush=True)"
    notebook = with_cell(answered(reduced(LESSON, *THREE), solved), flood, after="check_in_degree")
    graded = sit(LESSON, notebook)
    assert graded.record.stopped == "it sent far too much output"
    assert scores(graded) == {"in_degree": 3, "adjacency": 0, "direction": 0}


def test_a_figure_of_the_learners_is_shown() -> None:
    own = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
    graded = sit(LESSON, with_cell(reduced(LESSON, "direction"), own))
    assert "image/png" in graded.notebook.cells[0].outputs[0].data


def test_warnings_and_words_on_stderr_cost_nothing(solved: dict[str, str]) -> None:
    loud = "import sys, warnings\nwarnings.warn('careful')\nprint('oh', file=sys.stderr)\n"
    answers = {name: loud + code for name, code in solved.items()}
    graded = sit(LESSON, answered(reduced(LESSON, *THREE), answers))
    assert set(scores(graded).values()) == {3, 1}


def test_the_answers_are_not_in_the_learners_process() -> None:
    graded = sit(LESSON, with_cell(reduced(LESSON, "direction"), LOOK))
    assert graded.notebook.cells[0].outputs[0].text == "[]\n"
