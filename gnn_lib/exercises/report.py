"""What `check` answers: a verdict that reads well on a page, in a terminal, and to a screen reader."""

import os
from dataclasses import dataclass
from typing import Any

from gnn_lib.exercises.as_html import report_html
from gnn_lib.exercises.as_text import report_text
from gnn_lib.exercises.verdict import Verdict


@dataclass(frozen=True, repr=False)
class Report:
    verdict: Verdict

    def __float__(self) -> float:
        return float(self.verdict.score)

    def __repr__(self) -> str:
        return report_text(self.verdict)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        # nbgrader takes a cell's last value as its score, if that is a number.
        grading = "NBGRADER_EXECUTION" in os.environ
        text = repr(float(self)) if grading else repr(self)
        return {"text/plain": text, "text/html": report_html(self.verdict)}
