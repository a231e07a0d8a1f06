"""What students write never runs in, nor loads anything into, the pages that other people look at."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions import formgrader
from traitlets.config import Config

from course.grading.feedback import CleanFeedback, clean_cell, text
from course.grading.judge import CodeTrial
from course.grading.markup import clean_html
from course.grading.secret import FILE, seal
from gnn_lib.exercises import Exercise, load
from gnn_lib.exercises.as_html import report_html
from gnn_lib.exercises.as_text import value_text
from gnn_lib.exercises.diagnose import cases_of
from gnn_lib.exercises.run import run as run_case
from tests.browser.lab import lab
from tests.course.tree import ROOT
from tests.grading.hostile_pages import (
    OWN,
    SETTINGS,
    Course,
    everything,
    hostile,
    notebook_of,
    odd_places,
    witness,
)

slow = pytest.mark.slow
NEVER = {"script", "iframe", "object", "embed", "form", "svg", "math", "link", "meta", "base", "style"}
STYLE = r"(?:(?:(?:background-)?color|font-(?:style|weight)|(?:text|vertical)-align):[^;]*;?)*"
Parts = list[tuple[str, dict[str, str]]]
# What stands in the formgrader's own page, word for word.
_PAGE = Path(formgrader.__file__).parent / "templates" / "formgrade" / "index.html.j2"
OWN_STYLES = set(re.findall(r'style="([^"]*)"', _PAGE.read_text()))


@pytest.fixture(scope="module", autouse=True)
def _own_secret(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A secret of the tests' own; and alembic, which nbgrader calls by its name."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv(FILE, str(tmp_path_factory.mktemp("secret") / "secret"))
        yield


@pytest.fixture(scope="module")
def mallory(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Every payload in every place, and in the grader's comment; cleaned."""
    return Course(tmp_path_factory.mktemp("course")).make(hostile(), comment=everything("comment"))


def show(*cells: NotebookNode, clean: bool = True) -> BeautifulSoup:
    """As nbgrader's pages show it."""
    config = Config()
    config.HTMLExporter.template_name = "classic"
    if clean:
        exec("\n".join(SETTINGS), {"c": config})
    html, _ = HTMLExporter(config=config).from_notebook_node(new_notebook(cells=list(cells)))
    return BeautifulSoup(html, "html.parser")


def shown(html: str, **metadata: object) -> NotebookNode:
    output = new_output("display_data", data={"text/html": html, "text/plain": "plain"}, metadata=metadata)
    return new_code_cell("pass", outputs=[output])


def check_parts(parts: Parts) -> None:
    """Nothing waits on the page for a click either."""
    assert len(parts) > 1_000
    for tag, attributes in parts:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert tag not in NEVER
        assert re.match(r"https?://|mailto:|#", attributes.get("href", "#")), attributes
        assert re.match(r"data:image/[a-z+]+;base64,", attributes.get("src", "data:image/x;base64,"))
        if attributes.get("style") not in OWN_STYLES:
            assert re.fullmatch(STYLE, attributes.get("style", "")), attributes
        assert tag == "button" or "full-credit" not in attributes.get("class", "")


@slow
def test_nothing_runs_or_loads_on_the_feedback_page(mallory: Course) -> None:
    with witness() as browser:
        parts = browser.look(f"file://{mallory.feedback()}")
    assert browser.seen == set()
    check_parts(parts)


@slow
def test_nothing_runs_or_loads_in_the_formgrader(mallory: Course, tmp_path: Path) -> None:
    with lab(mallory.root, tmp_path, config=mallory.root) as server:
        own = tuple(f"{server.url}{path}" for path in OWN)
        with witness(*own) as browser:
            address = f"{server.url}/formgrader/submissions/{mallory.submission}/?token={server.token}"
            browser.allowed += (f"{server.url}/formgrader/submissions/{mallory.submission}?",)
            parts = browser.look(address)
            score = browser.page.locator("input#why")
            assert score.count() == 1, "the page has the place for the score, and only one"
    assert browser.seen == set()
    check_parts(parts)


@slow
def test_uncleaned_the_same_page_runs_and_loads(tmp_path: Path) -> None:
    """Else the two tests above would prove nothing."""
    for name in ("words", "places"):
        (tmp_path / name).mkdir()
    words = Course(tmp_path / "words").make(notebook_of([], everything("answer")), clean=False)
    places = Course(tmp_path / "places").make(notebook_of(odd_places()), clean=False)
    with witness() as browser:
        browser.look(f"file://{words.feedback()}")
        assert len([what for what in browser.seen if "answer-" in what]) >= 40
    with witness() as browser:
        browser.look(f"file://{places.feedback()}")
        fired = {what.rpartition("odd-")[2] for what in browser.seen}
    assert fired >= {"width", "height", "filename"}


def test_the_course_is_configured_so() -> None:
    settings = (ROOT / "course" / "nbgrader_config.py").read_text()
    assert all(line in settings for line in SETTINGS), f"course/nbgrader_config.py lacks one of {SETTINGS}"


@pytest.mark.parametrize("name", ["01_adjacency", "03_gcn"])
def test_an_honest_lesson_stays_whole(name: str) -> None:
    cells = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4).cells
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        if "text/html" in output.get("data", {}):
            output.metadata["gnn_course"] = {"seal": seal(output.data["text/html"])}
    before, after = show(*cells, clean=False), show(*cells)
    for anchor in before.select("a.anchor-link"):
        anchor.decompose()
    assert "".join(after.get_text().split()) == "".join(before.get_text().split())
    for kind in ("img[alt]", "details", "section.gnn", "style", "table", "svg[role=img]", "h2", "code"):
        assert len(after.select(kind)) == len(before.select(kind)), kind
    assert [one["alt"] for one in after.select("img")] == [one["alt"] for one in before.select("img")]


def test_a_seal_lets_pass_what_the_judge_wrote_and_nothing_else() -> None:
    card = '<style>.gnn{color:red}</style><section class="gnn">right</section>'
    assert show(shown(card, gnn_course={"seal": seal(card)})).select_one(".tex2jax_ignore > section.gnn")
    for forged in (seal("another"), "", None, 7, ["x"], {"x": 1}, "é\ud800"):
        page = show(shown(card, gnn_course={"seal": forged}))
        assert page.select("section") == []
        assert "right" in page.get_text()


def test_a_table_of_pandas_stays_a_table_without_its_rules_as_text() -> None:
    table = (
        "<div><style scoped>.dataframe td{color:red}</style><table border='1' class='dataframe'><thead>"
        "<tr style='text-align: right;'><th>degree</th></tr></thead>"
        "<tbody><tr><td>3</td></tr></tbody></table></div>"
    )
    page = show(shown(table))
    assert page.select_one("table.dataframe th").get_text() == "degree"
    assert page.select_one("tr")["style"] == "text-align:right"
    assert "color:red" not in page.select_one("#notebook").get_text()


def test_an_output_of_which_nothing_may_be_seen_is_left_out() -> None:
    script = new_output("display_data", data={"application/javascript": "alert(1)"})
    cell = new_code_cell("show()", outputs=[script, new_output("stream", text="said")])
    assert [output.output_type for output in clean_cell(cell, 0).outputs] == ["stream"]
    assert "said" in show(cell).get_text()


def test_formulas_pictures_and_code_stay() -> None:
    words = "# A *heading*\n\n$\\frac{a < b}{2}$ and `a < b`\n\n```python\ndef f(): ...\n```"
    picture = new_output("display_data", data={"image/png": "AAAA"}, metadata={"image/png": {"width": 30}})
    page = show(new_markdown_cell(words), new_code_cell("f(1)", outputs=[picture]))
    assert "$\\frac{a < b}{2}$" in page.get_text()
    assert page.select_one("h1 em").get_text() == "heading"
    assert page.select_one("div.highlight span.k").get_text() == "def"
    assert page.select_one("img")["width"] == "30"


@pytest.mark.parametrize(
    "tex",
    [r"\href{javascript:x}{y}", r"\&#104;ref{x}{y}", r"\hr<!-- -->ef{x}{y}", r"\style{x}{y}", r"\require{x}",
     r"\let\x=\href", r"\HREF{x}{y}", r"\cssId{x}{y}", r"\unicode{x}"],
)  # fmt: skip
def test_formulas_are_only_formulas(tex: str) -> None:
    assert not re.search(r"\\(href|style|require|cssid|unicode)", clean_html(f"${tex}$"), re.IGNORECASE)


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 100_000, "<p>" + "".join(f"<b title={n}>" for n in range(5_000)) + "</p><p>x</p>" * 5_000],
    ids=["deep", "made anew"],
)
def test_what_would_fill_the_memory_is_shown_as_text(bomb: str) -> None:
    assert clean_html(bomb).startswith("<pre>&lt;")
    assert len(clean_html(bomb)) < 10 * len(bomb)


@pytest.mark.parametrize("words", [r"\begin{a}" * 20_000, "$" * 200_001, "![x](attachment:none)"])
def test_markdown_that_can_not_be_rendered_is_shown_as_typed(words: str) -> None:
    assert show(new_markdown_cell(words)).select_one("pre").get_text() == words


def test_a_traceback_keeps_its_colours_and_nothing_else_that_steers() -> None:
    steering = "\x1b]8;;https://evil.test\x07go\x1b]8;;\x07\x1b[2J\x1b]0;title\x1b\\\x00\x9b\r"
    assert text(f"\x1b[31mred\x1b[0m {steering}") == "\x1b[31mred\x1b[0m go[2J"


def test_cleaning_twice_is_cleaning_once() -> None:
    once, _ = CleanFeedback().preprocess(hostile(), {})
    twice, _ = CleanFeedback().preprocess(once, {})
    assert [cell.source for cell in twice.cells] == [cell.source for cell in once.cells]


@pytest.mark.parametrize(
    ("right", "says"),
    [(0, "right on the shown cases, and on no others"), (1, "right on the shown cases only")],
)
def test_feedback_never_shows_a_hidden_case(right: int, says: str) -> None:
    """Right on what can be seen and wrong on the rest, or on most of it: the report may not say where."""
    exercise = load(1).exercises["in_degree"]
    assert isinstance(exercise, Exercise)
    asked = CodeTrial(exercise, seed=12345)
    wrong = exercise.wrong_answers["counts the edges that leave"]
    count = len(asked.shown) + 1
    outcomes = [run_case(exercise.answer, call) for call in asked.calls[:count]]
    rest = asked.calls[count:]
    outcomes += [run_case(wrong, call) for call in rest[: len(rest) - right]]
    outcomes += [run_case(exercise.answer, call) for call in rest[len(rest) - right :]]
    html = report_html(asked.verdict(outcomes))
    page = str(show(shown(html, gnn_course={"seal": seal(html)})))
    assert says in page
    public = {value_text(value) for case in cases_of(exercise) for value in case.inputs.values()}
    hidden = {value_text(value) for case in asked.hidden for value in case.inputs.values()} - public
    long = {value for value in hidden if len(value) > 8}
    assert long
    assert not [value for value in long if value in page]
