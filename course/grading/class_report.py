"""What a class got right, and which mistakes it made: one page to look at, three tables to work with.

    make report LESSON=03_gcn
    python -m course.grading.class_report 03_gcn --course course --out reports
"""

import argparse
import csv
import io
import sys
from collections.abc import Iterable
from pathlib import Path

from course.grading.class_page import page
from course.grading.files import write_whole
from course.grading.tally import Tally, read_records, tally
from gnn_lib.exercises import load

COURSE = Path(__file__).parents[1]
RECORDS, REPORTS = "records", "reports"
# A spreadsheet takes what begins so for a formula, and would do what it says.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = Iterable[str | float]


def main(arguments: list[str] | None = None) -> int:
    what = "What a class got right, and which mistakes it made."
    parser = argparse.ArgumentParser(prog="class_report", description=what)
    parser.add_argument("lesson", help="such as 03_gcn")
    parser.add_argument("--course", type=Path, default=COURSE, help="the folder with the records of grading")
    parser.add_argument("--out", type=Path, help="where to write to (reports/LESSON in the course's folder)")
    given = parser.parse_args(arguments)
    folder = given.course / RECORDS / given.lesson
    if not folder.is_dir():
        parser.error(f"there is nothing graded in {folder}. Grade the lesson first.")
    counted = tally(given.lesson, load(number_of(parser, given.lesson)), *read_records(folder))
    out = given.out or given.course / REPORTS / given.lesson
    files = report(counted)  # all of them before the first is written
    for name, text in files.items():
        write_whole(out / name, text.encode("utf-8", "replace"))
    for name, why in counted.damaged.items():
        print(f"Not counted: {name!a} is damaged ({why}).", file=sys.stderr)
    print(f"{len(counted.records)} students. Open {out / f'{given.lesson}.html'}")
    return 0


def number_of(parser: argparse.ArgumentParser, lesson: str) -> int:
    if not lesson[:2].isdecimal():
        parser.error(f"a lesson is called like 03_gcn; got {lesson!r}")
    return int(lesson[:2])


def report(counted: Tally) -> dict[str, str]:
    """The files, by name."""
    name = counted.lesson
    return {
        f"{name}.html": page(counted),
        f"{name}-mistakes.csv": table("exercise mistake count students", _mistakes(counted)),
        f"{name}-scores.csv": table("student exercise status score points mistake", _scores(counted)),
        f"{name}-findings.csv": table("student kind cell says", _findings(counted)),
    }


def _mistakes(counted: Tally) -> Iterable[Row]:
    for made in counted.mistakes:
        yield made.exercise, made.name, len(made.students), "; ".join(made.students)


def _scores(counted: Tally) -> Iterable[Row]:
    for student, record in counted.records.items():
        for mark in record.marks:
            yield student, mark.exercise, mark.status, mark.score, mark.points, mark.mistake


def _findings(counted: Tally) -> Iterable[Row]:
    for student, record in counted.records.items():
        if record.stopped:
            yield student, "stopped early", "", record.stopped
        for finding in record.findings:
            yield student, finding.kind, finding.cell, finding.says


def table(head: str, rows: Iterable[Row]) -> str:
    """As CSV, with a mark at its beginning by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows([[_cell(value) for value in row] for row in (head.split(), *rows)])
    return "\ufeff" + text.getvalue()


def _cell(value: str | float) -> str | float:
    """
    >>> _cell("=1+1"), _cell(-1), _cell("ann")
    ("'=1+1", -1, 'ann')
    """
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


if __name__ == "__main__":
    sys.exit(main())
