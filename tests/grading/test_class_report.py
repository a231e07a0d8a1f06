"""The class report counts what is in the records, survives what is not, and is safe to open."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright

from course.grading import class_report
from course.grading.class_page import page
from course.grading.record import Finding, Mark, Record
from course.grading.tally import read_records, tally
from gnn_lib.exercises import Exercise, Question, load
from tests.browser.lab import chromium

LESSON = "01_adjacency"
IN_DEGREE = load(1).exercises["in_degree"]
assert isinstance(IN_DEGREE, Exercise)
OFTEN, ONCE = IN_DEGREE.mistakes[0].name, IN_DEGREE.mistakes[1].name


def mark(status: str = "right", mistake: str = "", exercise: str = "in_degree") -> Mark:
    points = load(1).exercises[exercise].total
    return Mark(exercise, status, points if status == "right" else 0.0, points, {}, mistake, mistake)


def record(*marks: Mark, findings: Sequence[Finding] = (), stopped: str = "") -> Record:
    return Record(LESSON, "key", "namespaces", 0.4, stopped, marks, tuple(findings))


SOUND = record(mark()).to_json()
TWICE = [Finding("copied", "x", "Copied."), Finding("copied", "y", "Again.")]
CLASS = {
    "ann": record(mark()),
    "ben": record(mark("wrong", OFTEN), findings=TWICE),
    "cy": record(mark("wrong", OFTEN)),
    "dee": record(mark("wrong", ONCE)),
    "eve": record(mark("not attempted"), stopped="the kernel died"),
    "fay": record(mark("crashed", "too slow")),
}


def write(root: Path, records: dict[str, Record]) -> Path:
    (root / "records" / LESSON).mkdir(parents=True)
    for student, one in records.items():
        one.save(root / "records" / LESSON / f"{student}.json")
    return root


def made(root: Path) -> dict[str, str]:
    """The files of the report, by the end of their names."""
    assert class_report.main([LESSON, f"--course={root}"]) == 0
    folder = root / "reports" / LESSON
    return {path.name.removeprefix(LESSON): path.read_text("utf-8-sig") for path in folder.iterdir()}


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_it_counts_who_did_what() -> None:
    counted = tally(LESSON, load(1), CLASS)
    [exercise] = [one for one in counted.exercises if one.name == "in_degree"]
    assert (exercise.right, exercise.attempted, exercise.average) == (1, 5, exercise.points / 6)
    assert [(one.name, one.students) for one in exercise.mistakes[:1]] == [(OFTEN, ("ben", "cy"))]
    assert {one.name for one in exercise.mistakes[1:]} == {ONCE, "too slow"}
    assert counted.mistakes[0].says == IN_DEGREE.mistakes[0].says
    assert counted.findings == {"copied": ("ben",)}, "twice in one submission is one student"
    assert counted.stopped == {"the kernel died": ("eve",)}


def test_a_wrong_choice_is_told_by_its_words() -> None:
    question = next(one for one in load(1).exercises.values() if isinstance(one, Question) and one.choices)
    letter = next(iter(question.wrong))
    [told] = tally(LESSON, load(1), {"ann": record(mark("wrong", f"not {letter}", question.name))}).mistakes
    assert told.name == f"answers {letter}: {question.choices[letter]}"
    assert told.says == question.wrong[letter]


def test_the_page_begins_with_what_to_say(tmp_path: Path) -> None:
    soup = BeautifulSoup(made(write(tmp_path, CLASS))[".html"], "html.parser")
    first = soup.select_one("ol.first li")
    assert OFTEN in first.get_text()
    assert "2 of 6 students" in first.get_text()
    [row] = [row for row in soup.select("tr") if row.th and row.th.get_text().startswith("in_degree")]
    assert [cell.get_text() for cell in row.select(".number")] == ["1 (17 %)", "5 (83 %)", "0.50 of 3"]
    assert row.svg["aria-label"] == "in_degree: 1 right, 3 wrong, 1 crashed, 1 not attempted"
    widths = [float(bar["width"]) for bar in row.select("rect")]
    assert widths == pytest.approx([240 / 6, 240 / 2, 240 / 6, 240 / 6], abs=0.1)


def test_the_page_names_nobody_and_the_tables_do(tmp_path: Path) -> None:
    files = made(write(tmp_path, {f"student-{name}": one for name, one in CLASS.items()}))
    assert "student-" not in files[".html"]
    worst = rows(files["-mistakes.csv"])[0]
    expected = {"exercise": "in_degree", "mistake": OFTEN, "count": "2"}
    assert worst == {**expected, "students": "student-ben; student-cy"}
    scores = {row["student"]: (row["exercise"], row["status"]) for row in rows(files["-scores.csv"])}
    assert scores["student-eve"] == ("in_degree", "not attempted")
    kinds = [(row["student"], row["kind"]) for row in rows(files["-findings.csv"])]
    assert sorted(kinds) == [("student-ben", "copied")] * 2 + [("student-eve", "stopped early")]


def test_a_spreadsheet_computes_nothing(tmp_path: Path) -> None:
    hostile = ("=HYPERLINK(1)", "+1", "-1+1", "@SUM(1)", "\tx", "\r=1", '"=1')
    names = {name: record(mark("wrong", name), findings=[Finding(name, name, name)]) for name in hostile}
    files = made(write(tmp_path, names))
    for name in ("-mistakes.csv", "-scores.csv", "-findings.csv"):
        cells = [cell for row in csv.reader(io.StringIO(files[name])) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if re.match(r"[=+\-@\t\r]", cell)]


def test_odd_names_run_nothing_on_the_page(tmp_path: Path) -> None:
    script = "<img src=x onerror=fired()><script>fired()</script>"
    one = record(mark("wrong", script), findings=[Finding(script, "", "")], stopped=script)
    write(tmp_path, {"Zoë 🎈 O'Neil": one})
    (tmp_path / "records" / LESSON / "<script>alert(1)<script>.json").write_text("{")
    soup = BeautifulSoup(made(tmp_path)[".html"], "html.parser")
    assert not soup.select("script, img")
    assert script in soup.get_text()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"marks": 1}', "\x00", "[" * 100_000,
     SOUND.replace('"score": 3', '"score": "3"'), SOUND.replace('"score": 3', '"score": NaN'),
     SOUND.replace('"right"', '["right"]')],
)  # fmt: skip
def test_a_damaged_record_is_named_and_the_rest_counted(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, CLASS)
    (tmp_path / "records" / LESSON / "gus.json").write_text(text)
    assert "gus.json" in made(tmp_path)[".html"]
    printed = capsys.readouterr()
    assert "'gus.json' is damaged" in printed.err
    assert printed.out.startswith("6 students.")


def test_half_a_record_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, CLASS)
    (tmp_path / "records" / LESSON / ".ann.json.x7.json").write_text("{")
    records, damaged = read_records(tmp_path / "records" / LESSON)
    assert (list(records), damaged) == (sorted(CLASS), {})


@pytest.mark.parametrize("count", [0, 1, 500])
def test_a_class_of_any_size(count: int, tmp_path: Path) -> None:
    files = made(write(tmp_path, {f"student{n:03}": CLASS["ben"] for n in range(count)}))
    says = {0: "Nobody's work has been graded yet.", 1: "1 student. On", 500: "500 students. On"}
    assert says[count] in files[".html"]
    assert len(rows(files["-scores.csv"])) == count
    assert len(files[".html"]) < 200_000


def test_a_lesson_that_nobody_graded_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for lesson, why in ((LESSON, "there is nothing graded in"), ("gcn", "a lesson is called like 03_gcn")):
        (tmp_path / "records" / "gcn").mkdir(parents=True, exist_ok=True)
        with pytest.raises(SystemExit):
            class_report.main([lesson, f"--course={tmp_path}"])
        assert why in capsys.readouterr().err


def test_nothing_is_written_if_it_can_not_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, CLASS)
    monkeypatch.setattr(class_report, "_findings", lambda counted: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        class_report.main([LESSON, f"--course={tmp_path}"])
    assert not (tmp_path / "reports").exists()


@pytest.mark.slow
def test_it_is_read_in_light_and_dark_and_on_a_narrow_page(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(tally(LESSON, load(1), CLASS)))
    inks = set()
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        for scheme, width in (("light", 1280), ("dark", 1280), ("dark", 360)):
            view = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            asked: list[str] = []
            view.on("request", lambda request, asked=asked: asked.append(request.url))
            view.goto(path.as_uri())
            assert asked == [path.as_uri()], "nothing is loaded"
            assert view.evaluate("document.documentElement.scrollWidth") <= width
            inks.add(view.evaluate("getComputedStyle(document.body).color"))
            widths = [bar.bounding_box() for bar in view.locator(".bar").all()]
            assert min(box["width"] for box in widths if box) > 60
        browser.close()
    assert len(inks) == 2
