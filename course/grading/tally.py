"""A class, counted: what each exercise got, and who made which mistake."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from course.grading.record import Mark, Record
from gnn_lib.exercises import Essay, Exercise, Lesson, Question, Result
from gnn_lib.exercises.exercise import AnyExercise

STATUSES = ("right", "wrong", "crashed", "not attempted")
Students = tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """One mistake in one exercise, and who made it."""

    exercise: str
    name: str
    says: str  # what the check tells a learner; "" if it depends on the answer
    students: Students


@dataclass(frozen=True)
class Counted:
    """One exercise."""

    name: str
    task: str
    points: float
    statuses: Mapping[str, Students]
    average: float  # points, over all who handed in
    mistakes: tuple[Made, ...]  # the most frequent first
    by_hand: bool = False  # a person grades it: nothing is known here

    @property
    def right(self) -> int:
        return len(self.statuses["right"])

    @property
    def attempted(self) -> int:
        return sum(map(len, self.statuses.values())) - len(self.statuses["not attempted"])


@dataclass(frozen=True)
class Tally:
    lesson: str
    title: str
    records: Mapping[str, Record]  # by student
    exercises: tuple[Counted, ...]
    findings: Mapping[str, Students]  # by kind
    stopped: Mapping[str, Students]  # by the reason
    damaged: Mapping[str, str] = field(default_factory=dict)  # a file's name -> what is wrong with it

    @property
    def mistakes(self) -> list[Made]:
        """Of all exercises, the most frequent first."""
        return by_count(made for exercise in self.exercises for made in exercise.mistakes)


def read_records(folder: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """The records by student, and the files that are none."""
    records, damaged = {}, {}
    for path in sorted(folder.glob("*.json")):
        if path.name.startswith("."):
            continue  # half of a file that is being written
        try:
            records[path.stem] = _sound(Record.from_json(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError) as error:
            damaged[path.name] = str(error) or type(error).__name__
    return records, damaged


def tally(
    lesson_name: str, lesson: Lesson, records: Mapping[str, Record], damaged: Mapping[str, str] | None = None
) -> Tally:
    marks = {student: {mark.exercise: mark for mark in record.marks} for student, record in records.items()}
    counted = tuple(
        _count(exercise, {student: own[name] for student, own in marks.items() if name in own})
        for name, exercise in lesson.exercises.items()
    )
    kinds = ((student, {finding.kind for finding in record.findings}) for student, record in records.items())
    return Tally(
        lesson_name, lesson.title, records, counted,
        findings=_grouped((student, kind) for student, found in kinds for kind in sorted(found)),
        stopped=_grouped((student, record.stopped) for student, record in records.items() if record.stopped),
        damaged=dict(damaged or {}),
    )  # fmt: skip


def _sound(record: Record) -> Record:
    """The parts of a record may be anything that JSON knows; what is counted here must be what it should."""
    texts = [record.stopped, *(finding.kind for finding in record.findings)]
    for mark in record.marks:
        texts += [mark.exercise, mark.mistake]
        if mark.status not in STATUSES or not isinstance(mark.score, int | float) or not isfinite(mark.score):
            raise ValueError(f"{mark.exercise}: neither {mark.status!r} nor {mark.score!r} may be there")
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a name in it is no text")
    return record


def by_count(mistakes: Iterable[Made]) -> list[Made]:
    return sorted(mistakes, key=lambda made: -len(made.students))


def _count(exercise: AnyExercise, marks: Mapping[str, Mark]) -> Counted:
    statuses = _grouped((student, mark.status) for student, mark in marks.items())
    made = _grouped((student, mark.mistake) for student, mark in marks.items() if mark.mistake)
    words = _words(exercise)
    mistakes = (Made(exercise.name, *words.get(name, (name, "")), who) for name, who in made.items())
    return Counted(
        exercise.name, exercise.task, exercise.total,
        statuses={status: statuses.get(status, ()) for status in STATUSES},
        average=sum(mark.score for mark in marks.values()) / len(marks) if marks else 0.0,
        mistakes=tuple(by_count(mistakes)),
        by_hand=isinstance(exercise, Essay),
    )  # fmt: skip


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, Students]:
    """(student, label) -> label: students; the most frequent label first."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for student, label in pairs:
        groups[label].append(student)
    sizes = Counter({label: len(students) for label, students in groups.items()})
    return {label: tuple(groups[label]) for label, _ in sizes.most_common()}


def _words(exercise: AnyExercise) -> dict[str, tuple[str, str]]:
    """By the mistake's name in a record: what to call it here, and what the check says to it."""
    match exercise:
        case Exercise():
            return {mistake.name: (mistake.name, mistake.says) for mistake in exercise.mistakes}
        case Question():
            return {f"not {wrong}": _answered(exercise, wrong) for wrong in exercise.wrong}
        case Result():
            return {clue.name: (clue.name, clue.says) for clue in exercise.clues}
        case Essay():
            return {}


def _answered(question: Question, wrong: object) -> tuple[str, str]:
    chosen = question.choices.get(str(wrong), "")
    return f"answers {wrong}" + (f": {chosen}" if chosen else ""), question.wrong[wrong]
