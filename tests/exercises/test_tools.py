"""check, hint and progress, called rightly and wrongly; and what nbgrader sees of them."""

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn_lib.exercises import Essay, Lesson, Question, Result, progress, tools
from gnn_lib.exercises.exercise import Clue
from gnn_lib.exercises.tools import MisuseError, start
from tests.exercises.small import INBOX, MIXER, Mixer

SIDE = Question(
    name="side", task="Where?", answer="b", why="So it is.", choices={"a": "left", "b": "right"},
    wrong={"a": "The other one."},
)  # fmt: skip
COUNT = Question(name="count", task="How many?", answer=4, why="Count.", wrong={3: "One more."}, hints=("h",))
TOLD = Essay(name="told", task="Why?", minutes=3, worth=2.0)
SCORES = Result(
    name="scores", task="Train", right=lambda s: bool(s.mean() > 0.5), says="Below 0.5.", why="Good.",
    clues=(Clue("too good", "The test nodes leaked.", lambda s: bool(s[0] > 0.99), lambda: torch.ones(2)),),
    example=lambda: torch.full((2,), 0.8), hints=(), minutes=3,
)  # fmt: skip
LESSON = Lesson(7, "Test", {e.name: e for e in (INBOX, MIXER, SIDE, COUNT, TOLD, SCORES)})
Tools = tuple[Callable[..., Any], Callable[..., Any], Callable[[], Any]]


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> Tools:
    monkeypatch.setattr(tools, "load", lambda number: LESSON)
    monkeypatch.setattr(tools, "numbers", lambda: (7,))
    return start(7)


def inbox(x: Tensor, edge_index: Tensor) -> Tensor:
    return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])


def test_a_function_is_known_by_its_name_or_by_the_notebooks(lesson: Tools) -> None:
    check, _, _ = lesson
    assert float(check(inbox)) == 4
    assert float(check(Mixer)) == 4
    assert float(check(Mixer(2))) == 4
    for other in (lambda x, e: inbox(x, e), functools.partial(inbox)):
        with pytest.raises(MisuseError, match=r"check\(inbox=") as refused:
            check(other)
        assert "Mixer" in str(refused.value)
        assert float(check(inbox=other)) == 4
        space = {"check": check, "inbox": other}
        assert float(eval("check(inbox)", space)) == 4


def test_a_single_answer_is_given_by_name(lesson: Tools) -> None:
    check, _, _ = lesson
    assert float(check(side="b")) == 1
    assert "The other one." in repr(check(side="a"))
    assert float(check(count=4)) == 1
    assert check(count=None).verdict.status == "not attempted"
    assert float(check(scores=[0.7, 0.8])) == 2


@pytest.mark.parametrize(("call", "words"), [
    ("check()", "check takes one thing"), ("check(3)", "check takes one thing"), ("check(None)", "one thing"),
    ("check(inbox, inbox)", "one thing"), ("check(inbox, side='b')", "one thing"),
    ("check(side='b', count=4)", "one thing"), ("check([1, 2])", "one thing"),
    ("check('inbox')", "Without the quotes: check(inbox)."), ("check('side')", "check(side=side)"),
    ("check(unknown=1)", "no exercise called 'unknown'"), ("check(inbx=inbox)", "Is 'inbox' meant?"),
    ("check(len)", "Which exercise is 'len'"),
    ("check(inbox=3)", "inbox is a function to write; what came is 3"),
    ("check(Mixer=None)", "Mixer is a class to write"), ("check(told='x')", "for a person to read"),
    ("hint()", "hint takes one exercise"), ("hint(3)", "no exercise called 'int'"),
    ("hint('nope')", "no exercise called 'nope'"), ("hint(inbox, inbox)", "hint takes one"),
    ("check(side)", "one thing"), ("check(count)", "check(count=count)"),
])  # fmt: skip
def test_a_call_that_cannot_be_meant_says_how_to_call(lesson: Tools, call: str, words: str) -> None:
    check, hint, _ = lesson

    def count() -> None:
        pass

    space = {"check": check, "hint": hint, "inbox": inbox, "side": "b", "count": count}
    with pytest.raises(MisuseError) as refused:
        eval(call, space)
    assert words in str(refused.value)
    assert refused.value._render_traceback_() == [str(refused.value)], "Jupyter shows the words alone"


def test_hints_come_one_by_one_and_stay(lesson: Tools) -> None:
    _, hint, _ = lesson
    assert [hint("inbox").seen for _ in range(4)] == [("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c")]
    assert hint(inbox).seen == ("a", "b", "c"), "after a restart, too: they are read from the file"
    assert "hint 3 of 3" in repr(hint(inbox))
    assert "last one" in repr(hint(inbox))
    assert "no hints" in repr(hint(Mixer))
    assert "no hints" in hint(Mixer)._repr_html_()
    assert hint(Mixer(2)).exercise == "Mixer"


def test_progress_shows_what_is_done(lesson: Tools, course_home: Path) -> None:
    check, _, overview = lesson
    check(inbox)
    check(side="a")
    text, html = repr(overview()), overview()._repr_html_()
    assert "1 of 5 exercises, 4 of 12 points" in text
    assert "✓ inbox: done" in text
    assert "◐ side: begun" in text
    assert "○ count: open" in text
    assert "✎ told: read by a person" in text  # and no check counts it
    assert str(course_home) in text
    for words in ("1 of 5 exercises, 4 of 12 points", 'scope="col"', "<caption>", 'scope="row"'):
        assert words in html


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_under_nbgrader_the_last_value_is_the_score(
    lesson: Tools, mode: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    course_home: Path,
) -> None:  # fmt: skip
    check, hint, _ = lesson
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)

    def half(x: Tensor, edge_index: Tensor) -> Tensor:
        return inbox(x, edge_index).detach()

    for answer, score in ((inbox, 4.0), (half, 3.0)):
        bundle = check(inbox=answer)._repr_mimebundle_()
        assert (float(bundle["text/plain"]), bundle["text/plain"]) == (score, str(score))
        assert "<section" in bundle["text/html"]
    said = capfd.readouterr()
    assert said.out == ""
    assert ("breaks the gradient" in said.err) == (mode == "validate"), "Validate shows what is on stderr"
    assert not said.err.startswith("✓")
    hint("inbox")
    assert not course_home.exists(), "a copy that is being graded is nobody's progress"


def test_in_a_lesson_words_come_first(lesson: Tools, capfd: pytest.CaptureFixture[str]) -> None:
    report = lesson[0](inbox)
    assert report._repr_mimebundle_(include=None)["text/plain"] == repr(report)
    assert repr(report).startswith("✓ inbox: right")
    assert capfd.readouterr() == ("", "")


class Waits(nn.Module):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        raise KeyboardInterrupt


def test_what_was_stopped_is_no_try(lesson: Tools, course_home: Path) -> None:
    lesson[0](inbox=Waits())
    assert progress.read(7, "inbox").tries == 0
    lesson[0](inbox=lambda x, e: x)
    lines = (course_home / "lesson_07" / "inbox.jsonl").read_text().split()
    assert json.loads("".join(lines)) == {"status": "wrong", "score": 0}
