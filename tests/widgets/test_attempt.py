"""The guard: whatever a learner's function does, there is a message and no exception."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn_lib.exercises import run as engine
from gnn_lib.widgets.attempt import Attempt, attempt

X = torch.tensor([[1.0], [2.0], [4.0]])


def double(x: Tensor) -> Tensor:
    return 2 * x


def tried(function: Callable[..., Any] | None) -> Attempt:
    return attempt(function, double, x=X)


def test_without_a_function_ours_is_shown() -> None:
    got = tried(None)
    assert got.value is not None
    assert got.value.tolist() == [[2], [4], [8]]
    assert (got.own, got.message) == (False, "")


def test_a_right_function_is_shown_in_silence() -> None:
    got = tried(lambda x: x + x)
    assert got.value is not None
    assert got.value.tolist() == [[2], [4], [8]]
    assert (got.own, got.message) == (True, "")
    assert got.agrees().all()


def test_a_wrong_function_moves_the_picture_too() -> None:
    got = tried(lambda x: x + 2)
    assert got.value is not None
    assert got.value.flatten().tolist() == [3, 4, 6]
    assert got.agrees().flatten().tolist() == [False, True, False]
    assert got.ours.flatten().tolist() == [2, 4, 8]


def test_a_stub_gives_way_to_the_library() -> None:
    def mine(x: Tensor) -> Tensor:
        raise NotImplementedError("write it")

    got = tried(mine)
    assert got.value is not None
    assert got.value.tolist() == [[2], [4], [8]]
    assert not got.own
    assert "mine: not written yet" in got.message
    assert "this is the library" in got.message


def crashes(x: Tensor) -> Tensor:
    return x[7]


def too_flat(x: Tensor) -> Tensor:
    return x[:, 0]


def divides(x: Tensor) -> Tensor:
    return x / (x - 2)  # 2 / 0 at node 1


def forgets(x: Tensor) -> None:
    x + x


def words(x: Tensor) -> object:
    return object()


def leaves(x: Tensor) -> Tensor:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (crashes, ["crashes: crashed", "IndexError", "return x[7]", "test_attempt.py, line"]),
        (too_flat, ["another shape", "is [3]", "has to be [3, 1]"]),
        (divides, ["not a number", "holds inf at [1, 0]"]),
        (forgets, ["returns nothing", "returned None"]),
        (words, ["returns something else"]),
        (leaves, ["crashed", "SystemExit", "raise SystemExit(3)"]),
    ],
)
def test_what_goes_wrong_is_said_with_the_learners_line(function: Any, says: list[str]) -> None:
    got = tried(function)
    assert got.value is None, "the last good picture stays"
    assert not got.agrees().any()
    for part in says:
        assert part in got.message


def test_a_loop_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.2)

    def forever(x: Tensor) -> Tensor:
        while True:
            x = x + 1

    begin = time.perf_counter()
    got = tried(forever)
    assert time.perf_counter() - begin < 3
    assert got.value is None
    assert "too slow" in got.message
    assert "x = x + 1" in got.message or "while True" in got.message


def test_inputs_are_copies_and_prints_stay_inside(capsys: pytest.CaptureFixture[str]) -> None:
    def spoils(x: Tensor) -> Tensor:
        print("<b>hello</b>")
        x.mul_(2)
        return x

    got = tried(spoils)
    assert X.flatten().tolist() == [1, 2, 4]
    assert capsys.readouterr().out == ""
    assert "&lt;b&gt;hello&lt;/b&gt;" in got.message
    assert got.agrees().all()


def test_a_layer_is_a_function_and_both_draw_the_same_numbers() -> None:
    got = attempt(nn.Dropout(0.5), lambda x: nn.functional.dropout(x, 0.5), seed=3, x=torch.ones(20, 1))
    assert got.agrees().all()


def test_several_outputs_go_by_name() -> None:
    got = attempt(lambda x: (x, x + 1), lambda x: (x, x), x=X)
    assert got.values is not None
    assert list(got.values) == ["result[0]", "result[1]"]
    lacking = attempt(lambda x: x, lambda x: (x, x), x=X)
    assert lacking.value is None
    assert "There is no result[0]" in lacking.message


def test_what_is_no_function_is_said_at_once() -> None:
    with pytest.raises(TypeError, match="pass the function itself"):
        tried(torch.ones(3))  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="the library's own function failed"):
        attempt(None, lambda x: x[9], x=X)
