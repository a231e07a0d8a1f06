"""Every lesson keeps what it says at its top, and says what its exercises hold."""

import re
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

from gnn_lib.exercises import Essay, Exercise, Lesson, Question, load, numbers

ROOT = Path(__file__).parents[2]
TEXTS = sorted((ROOT / "course" / "text").glob("*.py"))
NAMES = [path.stem for path in TEXTS]
every_lesson = pytest.mark.parametrize("name", NAMES)
every_full_lesson = pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("00")])


def lesson_of(name: str) -> Lesson:
    return load(int(name[:2]))


def cells_of(name: str) -> list[NotebookNode]:
    return list(jupytext.read(ROOT / "course" / "text" / f"{name}.py", fmt="py:percent").cells)


def prose_of(name: str) -> str:
    return "\n\n".join(cell.source for cell in cells_of(name) if cell.cell_type == "markdown")


def test_lessons_and_exercises_come_in_pairs() -> None:
    assert [int(name[:2]) for name in NAMES] == list(numbers())


@every_lesson
def test_the_top_says_title_time_and_points(name: str) -> None:
    lesson = lesson_of(name)
    first = cells_of(name)[0].source
    assert first.startswith(f"# Lesson {lesson.number}: {lesson.title}\n")
    [(minutes, points)] = re.findall(r"^About (\d+) minutes, (\S+) points\.$", first, re.MULTILINE)
    assert float(points) == sum(exercise.total for exercise in lesson.exercises.values())
    working = sum(exercise.minutes for exercise in lesson.exercises.values())
    assert working < int(minutes), "there is reading to do, too"


@every_full_lesson
def test_a_lesson_has_its_length_and_every_kind_of_exercise(name: str) -> None:
    exercises = list(lesson_of(name).exercises.values())
    [minutes] = re.findall(r"^About (\d+) minutes", cells_of(name)[0].source, re.MULTILINE)
    assert 45 <= int(minutes) <= 75
    assert 8 <= sum(not isinstance(exercise, Question) for exercise in exercises) <= 14
    assert sum(isinstance(exercise, Essay) for exercise in exercises) == 1
    assert sum(isinstance(exercise, Question) and bool(exercise.choices) for exercise in exercises) >= 3
    assert sum("instructor" in cell.metadata.get("tags", []) for cell in cells_of(name)) >= 3


@every_lesson
def test_each_exercise_says_how_long_it_takes_right_above_its_stub(name: str) -> None:
    cells = cells_of(name)
    for exercise in lesson_of(name).exercises.values():
        line = f"**Your turn: {exercise.name}** ({exercise.minutes} min, {exercise.level})."
        [place] = [n for n, cell in enumerate(cells) if line in cell.source]
        marks = cells[place + 1].metadata.get("nbgrader", {})
        assert marks.get("grade_id") == exercise.name, f"{line} doesn't stand right above its stub"
        assert marks.get("solution")


@every_lesson
def test_each_check_and_hint_stand_right_below_the_stub(name: str) -> None:
    cells = cells_of(name)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in cells]
    for exercise in lesson_of(name).exercises.values():
        if isinstance(exercise, Essay):
            continue
        place = ids.index(exercise.name)
        argument = exercise.name if isinstance(exercise, Exercise) else f"{exercise.name}={exercise.name}"
        assert cells[place + 1].source.strip() == f"check({argument})"
        if isinstance(exercise, Exercise):
            assert cells[place + 2].source.startswith(f'# hint("{exercise.name}")')


@every_lesson
def test_choices_read_the_same_in_text_and_exercise(name: str) -> None:
    prose = " ".join(prose_of(name).split())
    for question in lesson_of(name).exercises.values():
        if isinstance(question, Question):
            for letter, words in question.choices.items():
                assert f"- **{letter})** {words}" in prose, f"{question.name}, choice {letter}"


@every_lesson
def test_display_formulas_are_held_by_a_test(name: str) -> None:
    formulas = re.findall(r"\$\$", prose_of(name))
    held = Path(__file__).with_name(f"test_formulas_{name[:2]}.py").exists()
    assert held or not formulas


@every_lesson
def test_every_picture_has_words(name: str) -> None:
    notebook = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    pictures = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                pictures += 1
                assert len(output.metadata.get("image/png", {}).get("alt", "")) > 20, cell.source
    assert pictures


@every_lesson
def test_every_check_of_the_solved_notebook_is_right(name: str) -> None:
    notebook = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    checks = [cell for cell in notebook.cells if cell.source.strip().startswith("check(")]
    assert checks
    for cell in checks:
        [output] = cell.outputs
        assert output.data["text/plain"].startswith("✓"), output.data["text/plain"]


@every_lesson
def test_lessons_know_no_place_and_no_net(name: str) -> None:
    text = (ROOT / "course" / "text" / f"{name}.py").read_text()
    assert not re.findall(r"load_planetoid|load_tu|load_triples|requests|urlopen|!pip|%pip", text)
