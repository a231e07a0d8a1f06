"""Submissions that attack the grader, and odd ones that do not: see entry.py for what one is."""

from tests.grading.hostile import (
    answering,
    benign,
    cases_known,
    cells,
    comparing,
    files,
    messages,
    outside,
    pages,
    resources,
    searching,
    tags_and_hooks,
)
from tests.grading.hostile.entry import Entry

FAMILIES: dict[str, tuple[Entry, ...]] = {
    module.__name__.rpartition(".")[2]: module.FAMILY
    for module in (
        tags_and_hooks, comparing, searching, answering, messages, cases_known, resources, outside, files,
        cells, pages, benign,
    )
}  # fmt: skip
CORPUS = [entry for family in FAMILIES.values() for entry in family]
