"""The glossary and the formula sheet say what the lessons say, and the sheet's code computes its formulas."""

import re
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import jupytext
import pytest
import torch
from torch.testing import assert_close

from gnn_lib.datasets import path_abcd, three_friends, tricky_graph
from gnn_lib.exercises.graphs import random_graph
from tests.course.sheet import ORACLES, names_on

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lessons"
GLOSSARY, SHEET = ((LESSONS / f"{name}.md").read_text(encoding="utf-8") for name in ("GLOSSARY", "FORMULAS"))
ITALICS = re.compile(r"(?<!\*)\*(?![*\s])([^*]+)\*(?!\*)")


def one_line(text: str) -> str:
    return " ".join(text.split())


def prose(path: Path) -> str:
    """What a lesson says to the learner: its words, without the instructor's notes."""
    cells = jupytext.read(path, fmt="py:percent").cells
    words = [cell for cell in cells if cell.cell_type == "markdown"]
    return "\n\n".join(cell.source for cell in words if "instructor" not in cell.metadata.get("tags", []))


TEXTS = {int(path.stem[:2]): prose(path) for path in sorted((ROOT / "course" / "text").glob("*.py"))}


def introduced(text: str) -> set[str]:
    """What stands in italics in a text, and the words of its headings."""
    words = re.sub(r"(?s)\$\$.*?\$\$|\$[^$\n]+\$|`[^`]*`", " ", text)
    headings = re.findall(r"(?m)^#+ (.*)$", words)
    runs = [" ".join(run) for heading in headings for run in _runs(re.findall(r"[\w-]+", heading))]
    return {one_line(term).casefold() for term in ITALICS.findall(words) + runs}


def _runs(words: list[str]) -> list[list[str]]:
    return [words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1)]


INTRODUCED = {lesson: introduced(text) for lesson, text in TEXTS.items()}


class Entry(NamedTuple):
    term: str
    short: str  # what stands in brackets behind it
    says: str
    lesson: int
    section: str

    @property
    def forms(self) -> set[str]:
        term = self.term.casefold()
        return {term, f"{term}s", self.short.casefold() or term}


def entries() -> list[Entry]:
    found = []
    for part in re.split(r"(?m)^## ", GLOSSARY)[1:]:
        section, body = part.split("\n", 1)
        for paragraph in body.strip().split("\n\n"):
            match = re.fullmatch(
                r"\*\*([^(*]+?)(?: \(([^)]+)\))?\.\*\* (.+) \[Lesson (\d+)\]\(\S+\)", one_line(paragraph)
            )
            assert match, f"not an entry: {paragraph}"
            term, short, says, lesson = match.groups()
            found.append(Entry(term, short or "", says, int(lesson), section.strip()))
    return found


ENTRIES = entries()


def letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def test_the_glossary_is_alphabetical_and_no_term_comes_twice() -> None:
    assert 60 <= len(ENTRIES) <= 110
    assert all(letters(one.term) < letters(other.term) for one, other in pairwise(ENTRIES))
    assert all(entry.section == entry.term[0].upper() for entry in ENTRIES)
    forms = [form for entry in ENTRIES for form in entry.forms]
    assert len(forms) == len(set(forms))


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.term for entry in ENTRIES])
def test_a_term_is_introduced_where_the_glossary_says(entry: Entry) -> None:
    homes = [lesson for lesson, words in INTRODUCED.items() if words & entry.forms]
    assert entry.lesson in homes, f"lesson {entry.lesson} doesn't set it in italics; these do: {homes}"
    assert entry.lesson == homes[0], f"lesson {homes[0]} introduces it before lesson {entry.lesson}"
    if entry.short:
        assert re.search(rf"\b{re.escape(entry.short)}\b", TEXTS[entry.lesson])


@pytest.mark.parametrize("lesson", TEXTS)
def test_every_lesson_brings_words(lesson: int) -> None:
    assert sum(entry.lesson == lesson for entry in ENTRIES) >= 4


def test_what_an_entry_refers_to_has_an_entry_and_refers_back() -> None:
    by_form = {form: entry for entry in ENTRIES for form in entry.forms}
    for entry in ENTRIES:
        named = [one_line(word).casefold() for word in ITALICS.findall(entry.says)]
        assert set(named) <= set(by_form), f"{entry.term}: {set(named) - set(by_form)}"
        assert not set(named) & entry.forms, f"{entry.term} refers to itself"
        for other in ITALICS.findall("".join(entry.says.split("See also ")[1:])):
            back = ITALICS.findall(by_form[other.casefold()].says)
            assert entry.forms & {word.casefold() for word in back}, f"{other}: no way back to {entry.term}"


@pytest.mark.parametrize("page", ["GLOSSARY.md", "FORMULAS.md", "README.md"])
def test_links_lead_where_they_say(page: str) -> None:
    links = re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", (LESSONS / page).read_text(encoding="utf-8"))
    assert links
    for words, link in links:
        assert (LESSONS / link).exists(), f"{link} isn't there"
        for number in re.findall(r"^Lesson (\d+)$", words):
            assert link.startswith(f"{int(number):02}_"), f"{words} leads to {link}"


def test_both_pages_are_found() -> None:
    readme = (LESSONS / "README.md").read_text(encoding="utf-8")
    assert "(GLOSSARY.md)" in readme
    assert "(FORMULAS.md)" in readme


# The formula sheet: each section, and the formulas and lines of code in it.
TOP = SHEET.split("\n## ")[0]
SECTIONS = {
    int(number): (title, body)
    for number, title, body in re.findall(r"(?ms)^## Lesson (\d+): \[(.+?)\]\(.+?\)\n(.*?)(?=^## |\Z)", SHEET)
}


def formulas(text: str) -> list[str]:
    return [one_line(formula) for formula in re.findall(r"(?s)\$\$(.+?)\$\$", text)]


def code(text: str) -> dict[str, str]:
    """The lines of code by the names that they make."""
    lines = re.findall(r"(?m)(?:^|`)(\w+(?:, \w+)*) = ([^`\n]+)", text)
    assert len(lines) == len({names for names, _ in lines})
    return dict(lines)


def test_every_lesson_with_formulas_is_on_the_sheet() -> None:
    assert list(SECTIONS) == [lesson for lesson, text in TEXTS.items() if formulas(text)]
    for lesson, (title, _) in SECTIONS.items():
        assert TEXTS[lesson].startswith(f"# Lesson {lesson}: {title}\n")


@pytest.mark.parametrize("lesson", SECTIONS)
def test_every_formula_of_the_sheet_is_its_lessons(lesson: int) -> None:
    printed, there = formulas(SECTIONS[lesson][1]), formulas(TEXTS[lesson])
    assert printed
    assert set(printed) <= set(there), f"not in lesson {lesson}: {set(printed) - set(there)}"
    assert printed == sorted(printed, key=there.index), "in the order of the lesson"


GRAPHS = {
    "three friends": three_friends(),
    "path": path_abcd(),
    "tricky": tricky_graph(),
    "random": random_graph(torch.Generator().manual_seed(1), nodes=7, edges=18),
}


def test_no_line_of_code_goes_unchecked() -> None:
    lines = {0: code(TOP)} | {lesson: code(body) for lesson, (_, body) in SECTIONS.items()}
    assert {lesson: set(made) for lesson, made in lines.items()} == {k: set(v) for k, v in ORACLES.items()}


@pytest.mark.parametrize("lesson", SECTIONS)
@pytest.mark.parametrize("graph", GRAPHS)
def test_every_line_of_code_computes_its_formula(lesson: int, graph: str) -> None:
    names = names_on(GRAPHS[graph])
    for number, text in ((0, TOP), (lesson, SECTIONS[lesson][1])):
        for made, line in code(text).items():
            result = eval(line, names)
            expected = ORACLES[number][made](SimpleNamespace(**names))
            parts = zip(result, expected, strict=True) if "," in made else [(result, expected)]
            for part, right in parts:
                assert_close(part, right, msg=lambda text, line=line: f"{line}\n{text}")
            names |= dict(zip(made.split(", "), result, strict=True)) if "," in made else {made: result}
