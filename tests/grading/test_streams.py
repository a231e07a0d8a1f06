"""What a cell printed: joined as nbclient would, but never slowly."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbclient.client import _RGX_CARRIAGERETURN
from nbformat.v4 import new_output

from course.grading.streams import LONGEST, joined, settled


def stream(name: str, text: str) -> object:
    return new_output("stream", name=name, text=text)


def test_each_stream_becomes_one_output_where_it_began() -> None:
    shown = new_output("display_data", {"text/plain": "3"})
    printed = [stream("stdout", "a"), stream("stderr", "!"), shown, stream("stdout", "b\n")]
    printed.append(stream("stderr", "?"))
    assert joined(printed) == [stream("stdout", "ab\n"), stream("stderr", "!?"), shown]
    assert joined([]) == []


@given(st.text(alphabet="ab\r\n", max_size=40))
def test_carriage_returns_are_nbclients(text: str) -> None:
    assert settled(text) == _RGX_CARRIAGERETURN.sub("", text)


@pytest.mark.parametrize(("text", "seen"), [
    ("abc\b\bd", "ad"), ("\b\b", ""), ("a\n\bb", "a\nb"), (" 10%\r 50%\r100%\n", "100%\n"), ("a\r", "a\r"),
])  # fmt: skip
def test_a_terminal_would_show_it_so(text: str, seen: str) -> None:
    assert settled(text) == seen


def test_a_long_line_loses_its_middle_and_says_so() -> None:
    assert settled("x" * LONGEST) == "x" * LONGEST
    cut = settled("a" * 5_000 + "b" * 5_000 + "\nnext")
    assert cut == "a" * 1_000 + " (... 8,000 letters left out ...) " + "b" * 1_000 + "\nnext"


@pytest.mark.parametrize("text", ["x" * 4_000_000, "x\r" * 2_000_000, "x" * 2_000_000 + "\b" * 2_000_000])
def test_four_million_letters_take_no_time(text: str) -> None:
    began = time.process_time()
    settled(text)
    assert time.process_time() - began < 5  # by nbclient's pattern, hours
