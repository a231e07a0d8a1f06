"""What a kernel replies is data, whatever it is."""

import base64
import json
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course.grading.asking import NAME, expression, outcomes_of
from course.grading.judge import trial
from gnn_lib.exercises import answering, load
from gnn_lib.exercises.answering import OUTCOMES
from gnn_lib.exercises.calls import Call, Outcome
from gnn_lib.exercises.diagnose import cases_of
from gnn_lib.exercises.wire import to_letters

EXERCISE = load(1).exercises["in_degree"]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    space: dict[str, Any] = {}
    monkeypatch.setattr(answering, "_notebook", lambda: space)
    return space


def reply_to(text: str) -> dict[str, Any]:
    """What Jupyter makes of the expression's value."""
    data = eval(text)._repr_mimebundle_()
    return {"content": {"user_expressions": {NAME: {"status": "ok", "data": json.loads(json.dumps(data))}}}}


def test_calls_go_and_outcomes_come(notebook: dict[str, Any]) -> None:
    notebook["in_degree"] = EXERCISE.answer
    calls = [case.call for case in cases_of(EXERCISE, 3)]
    outcomes = outcomes_of(reply_to(expression("in_degree", calls, ("gnn_lib",))), len(calls))
    for call, outcome in zip(calls, outcomes, strict=True):
        assert outcome.problem is None
        assert torch.equal(outcome.outputs["result"], EXERCISE.answer(*call.inputs.values()))


def test_the_value_of_a_variable_comes(notebook: dict[str, Any]) -> None:
    notebook["direction"] = "a"
    [outcome] = outcomes_of(reply_to(expression("direction", None, ())), 1)
    assert outcome.outputs == {"result": "a"}


def test_what_is_not_there_is_said(notebook: dict[str, Any]) -> None:
    calls = [case.call for case in cases_of(EXERCISE)]
    outcomes = outcomes_of(reply_to(expression("in_degree", calls, ())), len(calls))
    assert {outcome.problem.error for outcome in outcomes if outcome.problem} == {"NameError"}
    verdict = trial(EXERCISE, "").verdict([outcomes[0]] * len(trial(EXERCISE, "").calls or ()))
    assert verdict.score == 0
    assert "not defined" in verdict.says


def test_names_go_in_as_literals() -> None:
    nasty = "x'); import os; ('"
    compile(expression(nasty, [Call({})], (nasty,)), "", "eval")
    compile(expression(nasty, None, ()), "", "eval")


GOOD = to_letters(Outcome({"result": torch.ones(2)}))
HEADERS = [
    {"kind": "Outcome", "outputs": {"result": {"array": "float32", "shape": [2**40]}}},
    {"kind": "Outcome", "outputs": {"result": {"array": "object", "shape": [1]}}},
    {"kind": "Call", "inputs": {}},
    {"kind": "Outcome", "outputs": {"result": "x" * 30_000}},
    dict(kind="Outcome", outputs={}, changed=[], library="", printed="", problem={"kind": "right"}),
    [1, 2], "right", 7, None,
]  # fmt: skip


def letters_of(header: Any) -> str:
    text = json.dumps(header).encode()
    return base64.b64encode(b"gnn-course 1\n" + len(text).to_bytes(4, "little") + text).decode()


@pytest.mark.parametrize(
    "data",
    [
        {}, {OUTCOMES: None}, {OUTCOMES: []}, {OUTCOMES: [GOOD]}, {OUTCOMES: [GOOD] * 3}, {OUTCOMES: GOOD},
        {OUTCOMES: [GOOD, 3]}, {OUTCOMES: [GOOD, "é"]}, {OUTCOMES: [GOOD, "AAAA"]}, {OUTCOMES: [GOOD, {}]},
        {OUTCOMES: {"0": GOOD, "1": GOOD}}, {"text/plain": "3.0"}, [], None, "right",
        *({OUTCOMES: [GOOD, letters_of(header)]} for header in HEADERS),
    ],
)  # fmt: skip
def test_a_forged_reply_is_no_answer(data: Any) -> None:
    reply = {"content": {"user_expressions": {NAME: {"status": "ok", "data": data}}}}
    for outcome in outcomes_of(reply, 2):
        assert outcome.problem is not None
        assert outcome.problem.kind == "crashed"


@pytest.mark.parametrize("reply", [
    {}, {"content": None}, {"content": {}}, {"content": {"user_expressions": []}}, [],
    {"content": {"user_expressions": {NAME: "right"}}},
    {"content": {"user_expressions": {NAME: {"status": "error", "ename": 3, "evalue": ["x"] * 999}}}},
])  # fmt: skip
def test_a_reply_without_outcomes_is_no_answer(reply: Any) -> None:
    [outcome] = outcomes_of(reply, 1)
    assert outcome.problem is not None
    assert len(outcome.problem.message) < 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(json_values, st.binary(max_size=60))
def test_nothing_makes_the_judge_stumble(value: Any, data: bytes) -> None:
    for letters in (
        value,
        base64.b64encode(data).decode(),
        letters_of({"kind": "Outcome", "outputs": value}),
    ):
        reply = {"content": {"user_expressions": {NAME: {"status": "ok", "data": {OUTCOMES: [letters]}}}}}
        [outcome] = outcomes_of(reply, 1)
        asked = trial(EXERCISE, "")
        assert asked.verdict([outcome] * len(asked.calls or ())).score == 0
