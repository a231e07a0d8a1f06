"""What is known about one graded submission, beside its notebook: plain data, kept as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from course.grading.files import write_whole


@dataclass(frozen=True)
class Finding:
    """Something about a submission that a person may want to know, and that changed no score."""

    kind: str  # one word or two, for counting: "deleted", "copied", "retyped", "not a notebook"
    cell: str  # its grade_id, else its id; "" if it is about the whole submission
    says: str  # one sentence


@dataclass(frozen=True)
class Mark:
    """What one exercise got."""

    exercise: str
    status: str  # "right", "wrong", "crashed" or "not attempted"
    score: float
    points: float
    groups: dict[str, bool]  # the group of cases -> passed
    mistake: str  # the mistake's name; "" if it has none
    headline: str


@dataclass(frozen=True)
class Record:
    lesson: str  # such as 03_gcn
    key: str  # what was graded, and by which version of the exercises: see key.py
    sandbox: str  # the level of the sandbox that it ran in
    seconds: float
    stopped: str  # why the kernel stopped early; "" if it did not
    marks: tuple[Mark, ...]
    findings: tuple[Finding, ...]

    @property
    def score(self) -> float:
        return sum(mark.score for mark in self.marks)

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.marks)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Record":
        """Raises ValueError if `text` is no record."""
        try:
            fields: dict[str, Any] = json.loads(text)
            marks = tuple(Mark(**mark) for mark in fields.pop("marks"))
            findings = tuple(Finding(**finding) for finding in fields.pop("findings"))
            return cls(**fields, marks=marks, findings=findings)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not the record of a graded submission: {error}") from None

    def save(self, path: Path) -> None:
        write_whole(path, self.to_json().encode())
