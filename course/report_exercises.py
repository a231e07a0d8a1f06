"""What the course holds: exercises, points, known mistakes, other right ways, hints and minutes per lesson.

    make report-exercises
    python -m course.report_exercises 3     every exercise of lesson 3
"""

import sys
from collections.abc import Iterable

from gnn_lib.exercises import Essay, Exercise, Lesson, Question, Result, load, numbers
from gnn_lib.exercises.exercise import AnyExercise

HEAD = ("exercises", "points", "mistakes", "alternatives", "hints", "minutes")


def counts(exercise: AnyExercise) -> tuple[float, ...]:
    """One exercise's row, in the order of HEAD."""
    match exercise:
        case Exercise():
            known, others = len(exercise.mistakes), len(exercise.others)
        case Question():
            known, others = len(exercise.wrong), 0
        case Result():
            known, others = len(exercise.clues), 0
        case Essay():
            known, others = 0, 0
    return 1, exercise.total, known, others, len(exercise.hints), exercise.minutes


def total(rows: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(sum(column) for column in zip(*rows, strict=True))


def table(rows: dict[str, tuple[float, ...]], name: str) -> str:
    """A Markdown table with the sum of all rows below."""
    rows = {**rows, "**all**": total(rows.values())}
    width = max(len(name), *(len(label) for label in rows))
    lines = [f"| {name:{width}} | " + " | ".join(HEAD) + " |"]
    lines += [f"|{'-' * (width + 2)}|" + "|".join("-" * (len(head) + 1) + ":" for head in HEAD) + "|"]
    for label, row in rows.items():
        cells = (f"{value:>{len(head)}g}" for value, head in zip(row, HEAD, strict=True))
        lines.append(f"| {label:{width}} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def of_lesson(lesson: Lesson) -> dict[str, tuple[float, ...]]:
    return {name: counts(exercise) for name, exercise in lesson.exercises.items()}


def of_course() -> dict[str, tuple[float, ...]]:
    lessons = [load(number) for number in numbers()]
    return {f"{lesson.number} {lesson.title}": total(of_lesson(lesson).values()) for lesson in lessons}


def main(arguments: list[str]) -> None:
    if arguments:
        for number in map(int, arguments):
            print(table(of_lesson(load(number)), f"lesson {number}"))
    else:
        print(table(of_course(), "lesson"))


if __name__ == "__main__":
    main(sys.argv[1:])
