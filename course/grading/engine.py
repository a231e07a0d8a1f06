"""Grades all that was handed in of one lesson, many at once, and goes on where an earlier run stopped.

Each submission goes the same way: taken and repaired here, run and judged in a worker, kept in the spool,
entered into the gradebook here, then its record is written. A record with a key means: under this key it is
in the gradebook. Whatever was not reached yet is done by the next run, and a step that is done twice changes
nothing. What goes wrong with one submission becomes its record, with the reason; the others go on.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import nbformat

from course.grading.course import Course, RunError, Submission
from course.grading.crews import Crew
from course.grading.gradebook import Book, NotWrittenError, moment
from course.grading.graded import Graded, Job, Settings
from course.grading.intake import take
from course.grading.key import content_of, key_of, version_in
from course.grading.lanes import TookTooLongError
from course.grading.progress_bar import ProgressBar
from course.grading.record import Finding, Record
from course.grading.repair import repair
from course.grading.spool import Spool

Grade = Callable[[Job], bytes]
TRIES = 2  # how often a submission's worker may die
TICK = 0.5
PATIENCE = 600.0  # seconds without a single worker until the run stops
NOT_GRADED = "not graded"  # the kind of a finding


@dataclass(frozen=True)
class Work:
    """One submission that is to be graded."""

    student: str
    key: str
    findings: tuple[Finding, ...]
    timestamp: str | None
    notebook: str = field(repr=False)  # repaired, as JSON
    tries: int = 1


@dataclass(frozen=True)
class Running:
    work: Work
    since: float


@dataclass
class Summary:
    already: int = 0  # graded by an earlier run, under the same key
    graded: int = 0
    outdated: list[str] = field(default_factory=list)  # graded by another version of the exercises, left so
    failed: dict[str, str] = field(default_factory=dict)  # student -> why


class Engine:
    """A job that has not come back after `deadline` seconds is given up, whatever the crew does about it."""

    def __init__(
        self, course: Course, book: Book, crew: Crew, grade: Grade, deadline: float,
        settings: Settings | None = None, retry: bool = True, regrade: bool = False,
    ) -> None:  # fmt: skip
        self.course, self.book, self.crew, self.grade = course, book, crew, grade
        self.slots = 2 * crew.workers  # as many wait, so that no worker ever does
        self.deadline, self.settings = deadline, settings or Settings()
        self.retry, self.regrade = retry, regrade
        self.spool = Spool(course.state / "spool" / course.lesson)
        self.released = course.released()
        self.summary = Summary()
        self._seen = 0
        self._again: deque[Work] = deque()
        self._running: dict[Future[bytes], Running] = {}

    def run(self, submissions: list[Submission], finish: Callable[[Work], None] | None = None) -> Summary:
        """Grade them; `finish` is called for each result in the spool, and enters it into the gradebook."""
        self.bar = ProgressBar(len(submissions), self.crew.workers)
        self._finish = finish or self.enter
        self._someone_was_there = time.monotonic()
        to_do = self._to_do(submissions)
        try:
            while self._hand_out(to_do) or self._running:
                done = wait(self._running, TICK, FIRST_COMPLETED).done
                self._look_for_workers()  # first: what a lost scheduler has cancelled was not tried
                for future in done:
                    self._come_back(future, self._running.pop(future).work)
                self._give_up_the_overdue()
                self._show()
            return self.summary
        finally:
            self._count()
            self.bar.close()

    def enter(self, work: Work) -> None:
        """From the spool into the gradebook; the record is written last, and says that it's done."""
        graded = self._spooled(work)
        if graded is None:
            self._fail(work.student, "Its result was lost from the spool.", work)
            return
        try:
            self.book.write(work.student, graded.notebook, work.timestamp)
        except NotWrittenError as error:
            self._fail(work.student, str(error), work)
            return
        record = replace(graded.record, key=work.key, findings=work.findings)
        record.save(self.course.record_of(work.student))
        self.spool.drop(work.student)
        self.summary.graded += 1

    # Before a worker has it

    def _to_do(self, submissions: Iterable[Submission]) -> Iterator[Work]:
        """Only what a worker must run; the rest is settled on the way."""
        in_book = self.book.submitted()
        for self._seen, submission in enumerate(submissions, 1):
            self._show()
            try:
                work = self._prepare(submission)
            except Exception as error:  # neither should raise; if one does, the others go on
                self._fail(submission.student, f"It can't be read: {type(error).__name__}: {error}")
                continue
            if work is None or self._is_settled(work, in_book):
                continue
            if self._spooled(work) is not None:
                self._finish(work)
            else:
                yield work

    def _prepare(self, submission: Submission) -> Work | None:
        taken = take(submission.folder, self.course.lesson)
        if taken.notebook is None:
            why = " ".join(finding.says for finding in taken.findings) or "There is no notebook."
            self._fail(submission.student, why, findings=taken.findings)
            return None
        notebook, findings = repair(self.released, taken.notebook)
        key, whole = key_of(self.course.lesson, notebook), nbformat.writes(notebook)
        return Work(submission.student, key, taken.findings + findings, taken.timestamp, whole)

    def _is_settled(self, work: Work, in_book: dict[str, datetime | None]) -> bool:
        record = read_record(self.course.record_of(work.student))
        if record is None:
            return False
        if not record.marks:
            if self.retry or record.key != work.key:
                return False
            self.summary.failed[work.student] = record.stopped
            return True
        if work.student not in in_book or not self.course.autograded(work.student).exists():
            return False  # the gradebook was lost, or is another one
        when = in_book[work.student]
        same_time = work.timestamp is not None and when == moment(work.timestamp)
        if record.key == work.key:
            settled = same_time or work.timestamp is None
            self.summary.already += settled
            return settled
        same_work = same_time or content_of(record.key) == content_of(work.key)
        if not self.regrade and same_work and version_in(record.key) != version_in(work.key):
            self.summary.outdated.append(work.student)
            return True
        return False

    # With the workers

    def _hand_out(self, to_do: Iterator[Work]) -> bool:
        """Keep the workers busy. Says whether there may be more."""
        while len(self._running) < self.slots:
            work = next(to_do, None) or (self._again.popleft() if self._again else None)
            if work is None:
                return False
            job = Job(self.course.lesson, work.notebook, work.key, work.findings, self.settings)
            self._running[self.crew.executor.submit(self.grade, job)] = Running(work, time.monotonic())
            self._show()
        return True

    def _come_back(self, future: Future[bytes], work: Work) -> None:
        try:
            data = future.result()
            graded = Graded.from_bytes(data)
        except TookTooLongError as error:
            self._fail(work.student, f"It was given up: {error}.", work)
        except Exception as error:
            self._try_again(work, f"{type(error).__name__}: {error}")
        else:
            self.bar.took(graded.record.seconds)
            self.spool.put(work.student, work.key, data)
            self._finish(work)

    def _try_again(self, work: Work, why: str) -> None:
        if work.tries < TRIES:
            self._again.append(replace(work, tries=work.tries + 1))
        else:
            self._fail(work.student, f"It was tried {work.tries} times. {why}", work)

    def _look_for_workers(self) -> None:
        """A cluster may lose them all, and its scheduler. Then stop: each job would wait for its deadline."""
        now = time.monotonic()
        if self.crew.there():
            self._someone_was_there = now
        elif now - self._someone_was_there > PATIENCE:
            raise RunError(
                f"No worker has been there for {PATIENCE / 60:.0f} minutes. What was graded is in the "
                "gradebook: start workers, and the same command goes on from here."
            )

    def _give_up_the_overdue(self) -> None:
        now = time.monotonic()
        for future, running in list(self._running.items()):
            if now - running.since > self.deadline and not future.done():
                future.cancel()
                del self._running[future]
                why = f"It was given up: nothing came back within {self.deadline:.0f} seconds."
                self._fail(running.work.student, why, running.work)

    # What came of it

    def _spooled(self, work: Work) -> Graded | None:
        data = self.spool.get(work.student, work.key)
        try:
            return None if data is None else Graded.from_bytes(data)
        except ValueError:
            return None  # damaged: it is run again

    def _fail(
        self, student: str, why: str, work: Work | None = None, findings: tuple[Finding, ...] = ()
    ) -> None:
        """Nothing is entered into the gradebook. What stands there from an earlier submission stays."""
        key, findings = (work.key, work.findings) if work else ("", findings)
        findings += (Finding(NOT_GRADED, "", why),)
        record = Record(self.course.lesson, key, "", 0.0, why, (), findings)
        record.save(self.course.record_of(student))
        self.summary.failed[student] = why

    def _show(self) -> None:
        self._count()
        self.bar.show()

    def _count(self) -> None:
        self.bar.running = min(len(self._running), self.crew.workers)
        self.bar.failed = len(self.summary.failed)
        self.bar.done = self._seen - len(self._running) - len(self._again)


def read_record(path: Path) -> Record | None:
    """None if there is none, or if it is damaged: then it is graded again."""
    try:
        return Record.from_json(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
