"""The command: what it may be told, and what it says at the end."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from course.grading.course import Course, RunError, Submission
from course.grading.crews import PRELOAD, Crew, dask_at, dask_cluster, processes
from course.grading.engine import Engine, Grade, Summary, Work, read_record
from course.grading.gradebook import Book
from course.grading.graded import Graded, Settings
from course.grading.regrade import Change, table

ALL_GRADED, SOME_NOT, STOPPED, INTERRUPTED = 0, 1, 3, 130
MARGIN = 60.0  # seconds more than a notebook may take, for the kernel's start and the judge
BACKSTOP = 3  # times the worker's deadline is ours, for executors that have none; a job may wait for another

DESCRIPTION = """\
Grade what was handed in of one lesson: in a sandbox, many at once, into nbgrader's gradebook.
Run it again at any time, also after it was killed: what is in the gradebook already is not graded again,
what was handed in since then is, and what could not be graded is tried again."""

STATUS = """\
exit status: 0 all are graded; 1 some could not be (they are named, with the reason), or a regrade was
not written; 2 the command was wrong; 3 the run had to stop (the reason says what to do); 130 it was
interrupted."""


def main(
    arguments: Sequence[str] | None = None, grade: Grade | None = None, preload: tuple[str, ...] = PRELOAD
) -> int:
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C
    try:
        return _run(options, grade, preload)
    except RunError as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return STOPPED
    except OSError as error:  # what is a submission's fault is caught before; this is the disk
        print(f"Stopped: {error}. Mend that and run the same command again.", file=sys.stderr)
        return STOPPED
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on where this one stopped.", file=sys.stderr)
        return INTERRUPTED


def _run(options: argparse.Namespace, grade: Grade | None, preload: tuple[str, ...]) -> int:
    settings = Settings(sandbox=options.sandbox)
    deadline = 2 * settings.notebook_seconds + MARGIN  # a second sitting may be needed
    with ExitStack() as stack:
        course = Course(options.course, options.lesson, options.db)
        submissions = _chosen(course, options.student)
        stack.enter_context(course.alone())
        crew = stack.enter_context(_crew(options, deadline, preload))
        book = Book(course, lambda note: print(note, file=sys.stderr))
        stack.callback(book.close)
        book.check(course.released())
        engine = Engine(
            course, book, crew, grade or _grade(), BACKSTOP * deadline, settings,
            retry=not options.resume, regrade=options.regrade,
        )  # fmt: skip
        if options.regrade:
            written = _regrade(engine, submissions, options.yes)
        else:
            engine.run(submissions)
            written = True
    say(engine.summary, options.lesson)
    return ALL_GRADED if written and not engine.summary.failed else SOME_NOT


def _regrade(engine: Engine, submissions: list[Submission], yes: bool) -> bool:
    """Everything is computed before anything is written. Returns whether it was written."""
    works: list[Work] = []
    engine.run(submissions, works.append)
    changes = [change for work in works if (change := _change(engine, work))]
    if not changes:
        return True
    print(table(changes))
    if not yes and not _agreed():
        print("Nothing was written. The results are kept: with --regrade --yes they are written at once.")
        return False
    for work in works:
        engine.enter(work)
    return True


def _change(engine: Engine, work: Work) -> Change | None:
    data = engine.spool.get(work.student, work.key)
    if data is None:
        return None
    before = read_record(engine.course.record_of(work.student))
    return Change(work.student, before, Graded.from_bytes(data).record)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Write these grades? [y/N] ").strip().lower() in ("y", "yes")


def say(summary: Summary, lesson: str) -> None:
    print(f"{lesson}: {summary.graded} graded, {summary.already} had been graded before.")
    if summary.outdated:
        print(
            f"{len(summary.outdated)} were graded by another version of the exercises and left as they are; "
            "--regrade computes them anew and shows what would change."
        )
    for student, why in sorted(summary.failed.items()):
        print(f"not graded: {student}: {why}")


def _chosen(course: Course, students: list[str]) -> list[Submission]:
    found = course.submissions()
    missing = set(students) - {submission.student for submission in found}
    if missing:
        raise RunError(f"Nothing of {course.lesson} was handed in by: {', '.join(sorted(missing))}.")
    return [submission for submission in found if not students or submission.student in students]


def _crew(
    options: argparse.Namespace, deadline: float, preload: tuple[str, ...]
) -> AbstractContextManager[Crew]:
    if options.dask:
        return dask_at(options.dask)
    if options.dask_cluster:
        return dask_cluster(options.dask_cluster, options.workers)
    return processes(options.workers, deadline, preload)


def _grade() -> Grade:
    from course.grading.sitting import grade

    return grade


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m course.grading", description=DESCRIPTION, epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("lesson", metavar="LESSON", help="such as 03_gcn")
    parser.add_argument("--student", nargs="+", default=[], metavar="ID", help="only these students")
    parser.add_argument(
        "--resume", action="store_true",
        help="go on with an interrupted run without trying again what it gave up",
    )  # fmt: skip
    parser.add_argument(
        "--regrade", action="store_true",
        help="also what was graded by another version of the exercises or of the lesson: compute all of it, "
        "show each student's score before and after, ask, then write. Manual grades and comments stay",
    )  # fmt: skip
    parser.add_argument("--yes", action="store_true", help="with --regrade: write without asking")
    parser.add_argument(
        "--workers", type=_positive, default=len(os.sched_getaffinity(0)), metavar="N",
        help="how many submissions at once (default: the processors, %(default)s); of no effect with --dask",
    )  # fmt: skip
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--dask", metavar="ADDRESS", help="work on the workers of this Dask scheduler")
    where.add_argument(
        "--dask-cluster", metavar="CLASS",
        help="work on a Dask cluster of this class, such as dask_jobqueue.SLURMCluster or "
        "dask_kubernetes.operator.KubeCluster, configured by Dask's own files, with --workers workers",
    )  # fmt: skip
    sandbox = parser.add_mutually_exclusive_group()
    sandbox.add_argument(
        "--sandbox", default="best", metavar="LEVEL",
        help="this level of the sandbox (default: the best one here)",
    )  # fmt: skip
    sandbox.add_argument(
        "--no-sandbox", dest="sandbox", action="store_const", const="none",
        help="run students' code as you, with all that you may do: only for people whom you trust",
    )  # fmt: skip
    parser.add_argument(
        "--course", type=Path, default=Path(__file__).parents[1], metavar="DIR",
        help="the course's folder, with nbgrader_config.py (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--db", default="", metavar="URL",
        help="the gradebook, such as postgresql+psycopg2://user@host/grades (default: as nbgrader_config.py "
        "says)",
    )  # fmt: skip
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {number}")
    return number
