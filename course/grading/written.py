"""What is written of a verdict: a mark in the record, and the judge's words in the notebook."""

from nbformat import NotebookNode
from nbformat.v4 import new_output

from course.grading.record import Mark
from course.grading.secret import seal
from gnn_lib.exercises.as_html import report_html
from gnn_lib.exercises.verdict import Verdict


def mark(verdict: Verdict) -> Mark:
    groups = {group.name: group.passed for group in verdict.groups}
    return Mark(
        verdict.exercise, verdict.status, verdict.score, verdict.total, groups, verdict.mistake,
        verdict.headline,
    )  # fmt: skip


def words(verdict: Verdict, count: int) -> NotebookNode:
    """What the judge writes under a check: nbgrader reads the score, people the rest."""
    html = report_html(verdict)
    return new_output(
        "execute_result", execution_count=count, metadata={"gnn_course": {"seal": seal(html)}},
        data={"text/plain": repr(float(verdict.score)), "text/html": html},
    )  # fmt: skip
