"""Alike is alike in every dtype and order that is allowed, and nothing else is."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.exercises.closeness import close, number
from gnn_lib.exercises.compare import first_difference
from gnn_lib.exercises.orders import Order

matrices = st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(0, 2**31)).map(
    lambda drawn: torch.randn(drawn[:2], generator=torch.Generator().manual_seed(drawn[2]))
)


def says(right: Any, got: Any, order: Order = "exact") -> str:
    found = first_difference({"result": right}, {"result": got}, order)
    return "" if found is None else found.says


@given(matrices)
def test_dtype_and_rounding_make_no_difference(right: Tensor) -> None:
    assert says(right, right.double()) == says(right.double(), right) == ""
    assert says(right, right * (1 + 1e-6)) == ""
    assert says(right.round(), right.round().long()) == ""
    assert says(right.round().long(), right.round()) == ""
    assert says(right > 0, (right > 0).float()) == ""


@given(matrices, st.data())
def test_one_other_entry_is_found_and_named(right: Tensor, data: st.DataObject) -> None:
    index = tuple(data.draw(st.integers(0, side - 1)) for side in right.shape)
    got = right.clone()
    got[index] += max(1.0, float(right.abs().max()))
    found = first_difference({"result": right}, {"result": got})
    assert found is not None
    assert (found.kind, found.index) == ("value", index)
    assert f"[{index[0]}, {index[1]}]" in found.says


@given(matrices)
def test_another_shape_never_passes_by_broadcasting(right: Tensor) -> None:
    for got in (right.unsqueeze(0), right.unsqueeze(-1), right.flatten(), right[:1, :1, None]):
        assert "shape" in says(right, got)
    constant = torch.ones(4, 4)
    for got in (torch.ones(()), torch.ones(1), torch.ones(4), torch.ones(1, 4), torch.ones(4, 1)):
        assert "shape" in says(constant, got)
        assert "shape" in says(got, constant)


@given(matrices, st.randoms())
def test_an_order_that_is_free_is_free_and_no_other(right: Tensor, random: Any) -> None:
    rows = list(range(len(right)))
    random.shuffle(rows)
    mixed = right[rows] * (1 + 1e-6)
    assert says(right, mixed, "rows") == says(right.T, mixed.T, "columns") == ""
    assert says(right.flatten(), mixed.flatten(), "set") == ""
    if len(right) > 1 and not torch.equal(right, right[:1].expand_as(right)):
        assert says(right, right[:1].expand_as(right), "rows")
    whole = (right * 9).round().long()
    assert says(whole, whole[rows], "rows") == ""
    assert says(whole, whole[rows] + 1, "rows").endswith("is missing.")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.permutations(range(4)))
def test_colours_count_by_who_shares_them(colours: list[int], names: list[int]) -> None:
    right = torch.tensor(colours)
    renamed = torch.tensor([2**62 + names[colour] for colour in colours])  # one apart: floats can't tell
    assert says(right, renamed, "partition") == ""
    finer = renamed.clone()
    finer[0] = 7
    expected = "different; they should be the same" if colours.count(colours[0]) > 1 else ""
    assert expected in says(right, finer, "partition")
    if len(set(colours)) > 1:
        assert "the same; they should be different" in says(right, torch.zeros_like(right), "partition")


@pytest.mark.parametrize(("right", "got", "words"), [
    (torch.tensor(100_000), torch.tensor(100_001), "is 100001; it should be 100000"),
    (torch.tensor(100_000), torch.tensor(100_001.0), "is 100001; it should be 100000"),
    (torch.tensor([1.0]), torch.tensor([float("nan")]), "result[0] is nan, not a number"),
    (torch.tensor([1.0]), torch.tensor([float("inf")]), "without end"),
    (torch.tensor([float("inf")]), torch.tensor([-float("inf")]), "it should be inf"),
    (torch.tensor([float("inf")]), torch.tensor([1.0]), "it should be inf"),
    (torch.tensor([float("nan")]), torch.tensor([1.0]), "it should be nan"),
    (torch.tensor(2.0), torch.tensor([2.0]), "it should be [], one number"),
    (torch.ones(2, 3), torch.ones(3, 2), "changed places"),
    (torch.ones(3), torch.ones(3, dtype=torch.complex64), "complex"),
    ("mean", "sum", "is 'sum'; it should be 'mean'"),
    ("mean", torch.ones(1), "a text is asked for"),
    (torch.ones(1), "x" * 1000, "is the text 'xxx"),
    (torch.tensor([1e6, 0.0]), torch.tensor([1e6, 50.0]), "result[1] is 50; it should be 0"),
])  # fmt: skip
def test_a_difference_is_said_in_words(right: Any, got: Any, words: str) -> None:
    assert words in says(right, got)
    assert len(says(right, got)) < 160


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 0.0, 1e30, 1e-30])
def test_what_is_asked_for_is_right_whatever_it_is(value: float) -> None:
    assert says(torch.tensor([value, 1.0]), torch.tensor([value, 1.0])) == ""


def test_one_array_stands_for_several_of_one_shape_but_not_the_reverse() -> None:
    a, b = torch.ones(3), torch.zeros(3)
    several: dict[str, Tensor | str] = {"result[0]": a, "result[1]": b}
    assert first_difference(several, {"result": torch.stack([a, b])}) is None
    missing = first_difference({"result": torch.stack([a, b])}, several)
    assert missing is not None
    assert "2 things; one thing is asked for" in missing.says
    too_many = first_difference(several, {**several, "result[2]": a})
    assert too_many is not None
    assert "3 things; 2 things are" in too_many.says
    gradient: dict[str, Tensor | str] = {"result": a, "gradient of x": a}
    lacking = first_difference(gradient, {"result": a})
    assert lacking is not None
    assert lacking.says == "There is no gradient of x."


@pytest.mark.parametrize(("value", "text"), [
    (2.0, "2"), (1 / 3, "0.3333"), (123456.0, "123456"), (-0.0, "0"), (float("nan"), "nan"), (1e12, "1e+12"),
    (float("-inf"), "-inf"), (torch.tensor(True), "True"), (torch.tensor(7), "7"), (1234.5678, "1235"),
    (2**40, "1.1e+12"), (1 + 2j, "1+2j"),
])  # fmt: skip
def test_a_number_is_short(value: Any, text: str) -> None:
    assert number(value) == text


def test_large_neighbours_do_not_hide_much() -> None:
    right = torch.tensor([8000.0, 1.0])
    assert close(right, torch.tensor([8000.0, 1.05])).tolist() == [True, True], "rounding of what cancels"
    assert close(right, torch.tensor([8000.0, 1.5])).tolist() == [True, False]
