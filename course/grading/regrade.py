"""What a regrade would change: each student's score before and after, and in which exercises it differs."""

from dataclasses import dataclass

from course.grading.record import Mark, Record


@dataclass(frozen=True)
class Change:
    student: str
    before: Record | None  # None: it was not graded before
    after: Record

    @property
    def differences(self) -> list[str]:
        """Such as `in_degree 2 -> 1 (right -> wrong: counts the edges that leave)`."""
        if self.before is None or not self.before.marks:
            return ["not graded before"]
        old = {mark.exercise: mark for mark in self.before.marks}
        new = {mark.exercise: mark for mark in self.after.marks}
        names = [name for name in old | new if not _same(old, new, name)]
        return [_difference(name, old.get(name), new.get(name)) for name in names]


def table(changes: list[Change]) -> str:
    """Who changes first, then how many stay as they are."""
    changed = [change for change in changes if change.differences]
    wide = max([len(change.student) for change in changed], default=0)
    lines = [
        f"{change.student:<{wide}}  {_score(change.before):>6} -> {_score(change.after):>6}  "
        + "; ".join(change.differences)
        for change in sorted(changed, key=lambda change: change.student)
    ]
    same = len(changes) - len(changed)
    return "\n".join([*lines, f"{len(changed)} would change, {same} would stay the same."])


def _same(old: dict[str, Mark], new: dict[str, Mark], name: str) -> bool:
    before, after = old.get(name), new.get(name)
    if before is None or after is None:
        return False
    return (before.score, before.points, before.status) == (after.score, after.points, after.status)


def _difference(name: str, before: Mark | None, after: Mark | None) -> str:
    if before is None or after is None:
        there = before or after
        assert there is not None
        return f"{name} {'is new: ' if before is None else 'is gone: '}{there.score:g} of {there.points:g}"
    how = "" if _verdict(before) == _verdict(after) else f" ({_verdict(before)} -> {_verdict(after)})"
    points = "" if before.points == after.points else f", of {before.points:g} -> {after.points:g}"
    return f"{name} {before.score:g} -> {after.score:g}{points}{how}"


def _verdict(mark: Mark) -> str:
    return f"{mark.status}: {mark.mistake}" if mark.mistake else mark.status


def _score(record: Record | None) -> str:
    return f"{record.score:g}" if record is not None and record.marks else "none"
