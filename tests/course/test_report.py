"""The report counts what is there, and the README's table of lessons says the same."""

import re
import subprocess
import sys
from pathlib import Path

from course.report_exercises import counts, of_course, of_lesson, table, total
from gnn_lib.exercises import Exercise, load, numbers
from gnn_lib.exercises.as_text import report_text
from gnn_lib.exercises.diagnose import check_answer

ROOT = Path(__file__).parents[2]


def test_an_exercise_is_counted_as_it_is() -> None:
    exercise = load(1).exercises["in_degree"]
    assert isinstance(exercise, Exercise)
    expected = (1, exercise.total, len(exercise.mistakes), len(exercise.others), 4, exercise.minutes)
    assert counts(exercise) == expected


def test_a_lesson_is_the_sum_of_its_exercises() -> None:
    assert total([(1, 2.5), (3, 0.5)]) == (4, 3)
    rows = of_lesson(load(1))
    assert of_course()["1 The adjacency matrix"] == total(rows.values())
    assert list(rows) == list(load(1).exercises)


def test_the_table_adds_up() -> None:
    lines = table({"one": (1, 2, 3, 4, 5, 6), "two": (1, 0.5, 0, 0, 0, 1)}, "lesson").splitlines()
    assert len({len(line) for line in lines}) == 1, "it is aligned"
    assert re.findall(r"[\d.]+", lines[-1]) == ["2", "2.5", "3", "4", "5", "7"]


def test_the_command_prints_every_lesson() -> None:
    command = [sys.executable, "-m", "course.report_exercises"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(f"| {number} {load(number).title}" in printed for number in numbers())


def test_the_readme_lists_the_lessons() -> None:
    readme = (ROOT / "README.md").read_text()
    pattern = r"^\| \[(\d) ([^\]]+)\]\(lessons/(\w+)/\w+\.ipynb\) \| .+ \| (\d+) \|$"
    rows = re.findall(pattern, readme, re.MULTILINE)
    assert [(int(number), title) for number, title, *_ in rows] == [(n, load(n).title) for n in numbers()]
    for _, _, name, minutes in rows:
        assert f"About {minutes} minutes" in (ROOT / "course" / "text" / f"{name}.py").read_text()


def test_the_readme_quotes_a_check_word_for_word() -> None:
    exercise = load(1).exercises["in_degree"]
    assert isinstance(exercise, Exercise)
    said = report_text(check_answer(exercise, exercise.wrong_answers["counts the edges that leave"]))
    [quoted] = re.findall(r"```\n(✗ in_degree.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert " ".join(said.split()).startswith(" ".join(quoted.split()))
