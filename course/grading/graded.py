"""One submission, from the job to what came of it: what travels between the engine and its workers."""

import json
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from course.grading.record import Finding, Record

BEST = "best"  # the best sandbox that the machine has


@dataclass(frozen=True)
class Settings:
    """How a submission is run; for one run of the engine the same for all."""

    sandbox: str = BEST  # or a level by its name
    cell_seconds: float = 120
    notebook_seconds: float = 300
    every_cell: bool = False  # also those of the lesson that only show something


@dataclass(frozen=True)
class Job:
    lesson: str  # such as 03_gcn
    notebook: str  # after the repair, as JSON
    key: str
    findings: tuple[Finding, ...] = ()
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Graded:
    notebook: NotebookNode  # it has run, and the judge's words stand under each check
    record: Record

    def to_bytes(self) -> bytes:
        # What a kernel printed may hold half a character: JSON has letters for it, and no file in UTF-8 does.
        notebook = nbformat.writes(self.notebook).encode("utf-8", "replace").decode()
        whole = {"record": self.record.to_json(), "notebook": notebook}
        return json.dumps(whole).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Graded":
        """Raises ValueError for anything else than what `to_bytes` gave."""
        try:
            whole = json.loads(data)
            notebook = nbformat.reads(whole["notebook"], as_version=4)
            return cls(notebook, Record.from_json(whole["record"]))
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
            raise ValueError(f"not a graded submission: {error}") from None
