"""What travels arrives as it was; what is hostile is refused in words, and nothing of it is run."""

import contextlib
import json
import pickle
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.exercises.calls import Call, Outcome, Problem
from gnn_lib.exercises.diagnose import cases_of, check_answer, diagnose
from gnn_lib.exercises.run import run
from gnn_lib.exercises.source import learner_code
from gnn_lib.exercises.wire import _DTYPES, MAGIC, MOST_BYTES, WireError, from_bytes, to_bytes
from tests.exercises.small import INBOX, MIXER

ROOT = Path(__file__).parents[2]


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        if not isinstance(other, Tensor) or one.dtype != other.dtype or one.shape != other.shape:
            return False
        return one.reshape(-1).view(torch.uint8).tolist() == other.reshape(-1).view(torch.uint8).tolist()
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, Call | Outcome):
        return type(one) is type(other) and same(vars(one), vars(other))
    return type(one) is type(other) and (one == other or one != one)


@st.composite
def arrays(draw: st.DrawFn) -> Tensor:
    dtype = draw(st.sampled_from(sorted(_DTYPES.values(), key=str)))
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    values = torch.tensor(draw(st.lists(st.integers(0, 100), min_size=27, max_size=27)))
    size = torch.Size(shape).numel()
    return values[:size].to(dtype).view(shape)


words = st.text(max_size=20)
inputs = st.dictionaries(words, arrays() | st.integers(-(2**70), 2**70) | st.floats() | st.booleans() | words)


@given(st.builds(Call, inputs, st.none() | inputs, st.dictionaries(words, arrays()),
                 st.lists(words).map(tuple), st.integers(0, 2**63)))  # fmt: skip
def test_a_call_arrives_as_it_was(call: Call) -> None:
    assert same(from_bytes(to_bytes(call), Call), call)


KINDS = st.sampled_from(["crashed", "too slow"])
PROBLEMS = st.none() | st.builds(Problem, KINDS, words, words, words, words)


@given(st.builds(Outcome, st.dictionaries(words, arrays() | words), st.lists(words).map(tuple), words, words,
                 PROBLEMS))  # fmt: skip
def test_an_outcome_arrives_as_it_was(outcome: Outcome) -> None:
    assert same(from_bytes(to_bytes(outcome), Outcome), outcome)


def test_what_arrives_can_be_changed_without_a_trace() -> None:
    outcome = Outcome({"result": torch.ones(2, 3).T})
    data = to_bytes(outcome)
    first = from_bytes(data, Outcome).outputs["result"]
    assert isinstance(first, Tensor)
    first += 1
    assert same(from_bytes(data, Outcome).outputs["result"], torch.ones(3, 2))


EMPTY = {"kind": "Outcome", "outputs": {}, "changed": [], "library": "", "printed": "", "problem": None}


def message(header: Any, numbers: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return MAGIC + struct.pack("<I", len(text) if length is None else length) + text + numbers


def array(dtype: Any, shape: Any, **more: Any) -> dict[str, Any]:
    return EMPTY | {"outputs": {"result": {"array": dtype, "shape": shape} | more}}


HOSTILE = {
    "nothing": (b"", "not a message"),
    "a pickle": (pickle.dumps(print), "not a message"),
    "another magic": (b"gnn-course 2\n" + bytes(8), "not a message"),
    "no length": (MAGIC + b"\x01", "not a message"),
    "a length that isn't there": (message(EMPTY, length=2**31), "cut off"),
    "no JSON": (message(b"{'kind': 1}"), "can't be read"),
    "not UTF-8": (message(b"\xff\xfe\xff"), "can't be read"),
    "deep": (message(b"[" * 100_000), "can't be read"),
    "a long number": (message(b"1" * 100_000), "can't be read"),
    "a list": (message([]), "can't be read"),
    "a call": (to_bytes(Call({})), "no Outcome"),
    "no fields": (message({"kind": "Outcome"}), "the form"),
    "a field more": (message(EMPTY | {"verdict": "right"}), "says too much: verdict"),
    "bytes more": (message(EMPTY, b"right"), "5 bytes follow"),
    "numbers as words": (message(EMPTY | {"printed": 3}), "the form"),
    "words as a word": (message(EMPTY | {"changed": "x"}), "the form"),
    "outputs in a list": (message(EMPTY | {"outputs": [1]}), "the form"),
    "a bare number": (message(EMPTY | {"outputs": {"result": 1.5}}), "the form"),
    "too many names": (message(EMPTY | {"outputs": dict.fromkeys(map(str, range(3_000)), "")}), "too many"),
    "objects": (message(array("object", [1]), bytes(8)), "dtype and its shape"),
    "no shape": (message(array("int8", None)), "dtype and its shape"),
    "a negative side": (message(array("int8", [-1])), "not a shape"),
    "two negative sides": (message(array("int8", [-1, -1]), b"1"), "not a shape"),
    "a broken side": (message(array("int8", [1.5])), "not a shape"),
    "True as a side": (message(array("int8", [True]), b"1"), "not a shape"),
    "a vast side": (message(array("int8", [2**40])), "not a shape"),
    "a vast product": (message(array("int8", [2**20] * 8)), "not a shape"),
    "a vast nothing": (message(array("int8", [2**26] * 7 + [0])), "not a shape"),
    "many sides": (message(array("int8", [1] * 9), b"1"), "dtype and its shape"),
    "a large array": (message(array("int8", [2**26])), "cut off"),
    "numbers missing": (message(array("float64", [2]), bytes(15)), "cut off"),
    "a field in an array": (message(array("int8", [1], data="x"), b"1"), "dtype and its shape"),
    "an unknown problem": (message(EMPTY | {"problem": {"kind": "right"}}), "no kind of problem"),
    "a field in a problem": (message(EMPTY | {"problem": {"kind": "crashed", "x": ""}}), "the form"),
    "a list as problem": (message(EMPTY | {"problem": [1]}), "the form"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(WireError) as refused:
        from_bytes(data, Outcome)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 300


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 400))
def test_damaged_bytes_are_refused_or_read(noise: bytes, start: int, end: int) -> None:
    whole = to_bytes(Outcome({"result": torch.arange(6.0).view(2, 3)}, ("x",), "", "hm", Problem("crashed")))
    damaged = whole[:start] + noise + whole[end:]
    with contextlib.suppress(WireError):
        assert isinstance(from_bytes(damaged, Outcome), Outcome)


def test_a_bool_is_true_or_false_whatever_the_byte() -> None:
    read = from_bytes(message(array("bool", [3]), b"\x00\x01\x07"), Outcome).outputs["result"]
    assert isinstance(read, Tensor)
    assert read.view(torch.uint8).tolist() == [0, 1, 1]


def test_what_is_too_large_never_travels() -> None:
    with pytest.raises(WireError, match="too large"):
        to_bytes(Outcome({"result": torch.zeros(MOST_BYTES, dtype=torch.uint8)}))
    with pytest.raises(WireError, match="too large"):
        from_bytes(bytes(MOST_BYTES + 1), Outcome)
    with pytest.raises(WireError, match="don't travel"):
        to_bytes(Outcome({"result": torch.zeros(2, dtype=torch.uint16)}))


LEARNER = """
import sys
from gnn_lib.exercises.calls import Call
from gnn_lib.exercises.run import run
from gnn_lib.exercises.source import learner_code
from gnn_lib.exercises.wire import from_bytes, to_bytes

data, sent = sys.stdin.buffer.read(), b""
while data:
    size, data = int.from_bytes(data[:8], "big"), data[8:]
    call = from_bytes(data[:size], Call)
    which = 0 if call.build is None else 1
    answer = learner_code(sys.argv[1 + which], ("inbox", "Mixer")[which])
    outcome = to_bytes(run(answer, call, ()))
    data, sent = data[size:], sent + len(outcome).to_bytes(8, "big") + outcome
sys.stdout.buffer.write(sent)
print(*(name for name in sys.modules if name.startswith("gnn_lib.exercises.lesson_")), file=sys.stderr)
"""


def test_the_learners_side_runs_in_a_process_that_knows_no_answer() -> None:
    calls, here, codes = [], [], []
    for exercise in (INBOX, MIXER):
        cases = cases_of(exercise)
        calls += [case.call for case in cases] + [replace(cases[0].call, seed=1)]
        codes.append(exercise.code_of(exercise.mistakes[0]))
        here.append(check_answer(exercise, learner_code(codes[-1], exercise.name)))
    sent = map(to_bytes, calls)
    done = subprocess.run(
        [sys.executable, "-c", LEARNER, *codes], cwd=ROOT, capture_output=True,
        input=b"".join(len(call).to_bytes(8, "big") + call for call in sent),
    )  # fmt: skip
    assert done.stderr.strip() == b"", "no lesson is loaded there, and nothing complains"
    outcomes, data = [], done.stdout
    while data:
        size, data = int.from_bytes(data[:8], "big"), data[8:]
        outcomes.append(from_bytes(data[:size], Outcome))
        data = data[size:]
    for exercise, verdict in zip((INBOX, MIXER), here, strict=True):
        cases = cases_of(exercise)
        first, outcomes = outcomes[: len(cases) + 1], outcomes[len(cases) + 1 :]
        there = diagnose(exercise, cases, first[:-1], first[-1])
        assert (there.status, there.mistake) == ("wrong", exercise.mistakes[0].name)
        assert (there.says, there.groups) == (verdict.says, verdict.groups)


def test_the_two_ways_give_one_outcome() -> None:
    call = cases_of(MIXER)[3].call
    there = from_bytes(to_bytes(run(MIXER.answer, from_bytes(to_bytes(call), Call))), Outcome)
    assert same(there, run(MIXER.answer, call))
