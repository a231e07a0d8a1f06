"""Hints, one step at a time; and the whole course with what is done of it."""

from dataclasses import dataclass
from html import escape

from gnn_lib.exercises import progress as kept
from gnn_lib.exercises.closeness import number
from gnn_lib.exercises.exercise import AnyExercise, Essay
from gnn_lib.exercises.lessons import Lesson
from gnn_lib.exercises.look import card, prose

Row = tuple[AnyExercise, kept.Done]

_STATUS = {
    "right": ("✓", "done"),
    "wrong": ("◐", "begun"),
    "crashed": ("◐", "begun"),
    "not attempted": ("○", "open"),
}
_IN_WORDS = ("✎", "read by a person")


@dataclass(frozen=True, repr=False)
class Hints:
    """The hints asked for so far, the newest last."""

    exercise: str
    seen: tuple[str, ...]
    most: int

    def __repr__(self) -> str:
        if not self.most:
            return f"{self.exercise} has no hints: it is short, and any answer teaches something."
        lines = [f"{place}. {text}" for place, text in enumerate(self.seen, start=1)]
        return "\n".join([self._title(), *lines, self._next()])

    def _title(self) -> str:
        return f"{self.exercise}: hint {len(self.seen)} of {self.most}"

    def _next(self) -> str:
        if len(self.seen) < self.most:
            return "Stuck again? Run this cell once more."
        return "That was the last one. If it still doesn't work, print the shapes of what you have."

    def _repr_html_(self) -> str:
        label = f"Hints for {self.exercise}"
        if not self.most:
            return card(label, f"<p>{escape(repr(self))}</p>")
        items = "".join(f"<li>{prose(text)}</li>" for text in self.seen)
        title = f'<p class="gnn-title">{escape(self._title())}</p>'
        return card(label, f'{title}<ol>{items}</ol><p class="gnn-quiet">{self._next()}</p>')


@dataclass(frozen=True, repr=False)
class Overview:
    """Every lesson, every exercise, and where each stands."""

    lessons: tuple[Lesson, ...]
    here: int

    def rows(self, lesson: Lesson) -> list[Row]:
        return [(exercise, kept.read(lesson.number, exercise.name)) for exercise in lesson.exercises.values()]

    def __repr__(self) -> str:
        lines = []
        for lesson in self.lessons:
            rows = self.rows(lesson)
            lines.append(f"Lesson {lesson.number}, {lesson.title}: {_summary(rows)}")
            if lesson.number == self.here:
                for exercise, state in rows:
                    mark, word = _state(exercise, state)
                    lines.append(f"  {mark} {exercise.name}: {word}  ({exercise.task})")
        return "\n".join([*lines, kept.where()])

    def _repr_html_(self) -> str:
        blocks = "".join(self._lesson_html(lesson) for lesson in self.lessons)
        return card("Your progress", f'{blocks}<p class="gnn-quiet">{escape(kept.where())}</p>')

    def _lesson_html(self, lesson: Lesson) -> str:
        rows = self.rows(lesson)
        items = "".join(_row(exercise, state) for exercise, state in rows)
        columns = ("state", "exercise", "task", "points", "time")
        head = "".join(f'<th scope="col">{name}</th>' for name in columns)
        caption = f"<caption>Lesson {lesson.number}, exercise by exercise</caption>"
        return (
            f"<details{' open' if lesson.number == self.here else ''}><summary>"
            f"<strong>Lesson {lesson.number}, {escape(lesson.title)}</strong> "
            f'<progress max="{len(_checked(rows)) or 1}" value="{_count_done(rows)}" aria-hidden="true">'
            f'</progress> {_summary(rows)}</summary><div class="gnn-wide"><table class="gnn-words">{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{items}</tbody></table></div></details>"
        )


def _checked(rows: list[Row]) -> list[Row]:
    """What a check can say anything about: answers in words wait for a person."""
    return [(exercise, state) for exercise, state in rows if not isinstance(exercise, Essay)]


def _count_done(rows: list[Row]) -> int:
    return sum(state.status == "right" for _, state in rows)


def _summary(rows: list[Row]) -> str:
    rows = _checked(rows)
    score = sum(state.score for _, state in rows)
    total = sum(exercise.total for exercise, _ in rows)
    return f"{_count_done(rows)} of {len(rows)} exercises, {number(score)} of {number(total)} points"


def _state(exercise: AnyExercise, state: kept.Done) -> tuple[str, str]:
    return _IN_WORDS if isinstance(exercise, Essay) else _STATUS[state.status]


def _row(exercise: AnyExercise, state: kept.Done) -> str:
    mark, word = _state(exercise, state)
    return (
        f'<tr><td><span aria-hidden="true">{mark}</span> {word}</td>'
        f'<th scope="row"><code>{escape(exercise.name)}</code></th>'
        f'<td class="gnn-wrap">{escape(exercise.task)}</td>'
        f"<td>{number(state.score)} of {number(exercise.total)}</td><td>{exercise.minutes} min</td></tr>"
    )
