"""How long does `check` take to answer? Every exercise, with its right answer and with every known mistake.

    python bench/bench_check.py [--quick]

The goal: a median below half a second on the lessons' own cases. Nobody waits for a check.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from measure import milliseconds, table

from gnn_lib.exercises import Exercise, load, numbers
from gnn_lib.exercises.as_html import report_html
from gnn_lib.exercises.diagnose import check_answer
from gnn_lib.exercises.source import learner_code

GOAL = 0.5


def answers(exercise: Exercise) -> Iterator[Callable[..., Any]]:
    """What learners hand to `check`: the right answer, then each known wrong one."""
    yield learner_code(exercise.code, exercise.name)
    yield from (learner_code(exercise.code_of(mistake), exercise.name) for mistake in exercise.mistakes)


def seconds(exercise: Exercise, answer: Callable[..., Any]) -> float:
    """From the call to the page that the learner sees."""
    start = time.perf_counter()
    report_html(check_answer(exercise, answer))
    return time.perf_counter() - start


def measure(lesson: int, repeats: int) -> list[float]:
    """For each answer to each exercise of the lesson, the median of some checks."""
    exercises = [exercise for exercise in load(lesson).exercises.values() if isinstance(exercise, Exercise)]
    return [
        statistics.median(seconds(exercise, answer) for _ in range(repeats))
        for exercise in exercises
        for answer in answers(exercise)
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="How long `check` takes to answer.")
    parser.add_argument("--quick", action="store_true", help="lesson 0 only, each check once: does it run?")
    quick = parser.parse_args().quick
    lessons, repeats = (numbers()[:1], 1) if quick else (numbers(), 3)
    rows, every = [], []
    for number in lessons:
        times = measure(number, repeats)
        every += times
        found = (milliseconds(statistics.median(times)), milliseconds(max(times)))
        rows.append((str(number), str(len(times)), *found))
    print(table("How long `check` takes to answer", ("lesson", "answers", "median ms", "slowest ms"), rows))
    median = statistics.median(every)
    reached = "reached" if median < GOAL else "missed"
    print(f"Median of all {len(every)} answers: {milliseconds(median)} ms.")
    print(f"The goal, {milliseconds(GOAL)} ms: {reached}.")


if __name__ == "__main__":
    main()
