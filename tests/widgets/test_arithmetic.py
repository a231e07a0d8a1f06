"""The sums are right, as written: evaluated, they give what they say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.plot.style import number
from gnn_lib.widgets import arithmetic

quarters = st.integers(-20, 20).map(lambda k: k / 4)  # written in full, so that nothing is rounded


@given(st.sampled_from(["sum", "mean", "max"]), st.lists(quarters, min_size=2, max_size=8))
def test_what_is_written_is_what_comes_out(how: str, terms: list[float]) -> None:
    left, _, right = arithmetic(how, terms).rpartition(" = ")
    value = {"sum": sum(terms), "mean": sum(terms) / len(terms), "max": max(terms)}[how]
    assert math.isclose(eval(left), value, abs_tol=1e-12)
    assert right == number(value)


@given(st.lists(st.tuples(quarters, quarters), min_size=1, max_size=8))
def test_weights_stand_before_their_terms(pairs: list[tuple[float, float]]) -> None:
    weights, terms = zip(*pairs, strict=True)
    left, _, right = arithmetic("sum", terms, weights).rpartition(" = ")
    value = sum(w * x for w, x in pairs)
    assert math.isclose(eval(left.replace("·", "*")), value, abs_tol=1e-12)
    assert right == number(value)


def test_many_terms_are_cut_short() -> None:
    assert arithmetic("sum", range(1, 101)) == "1 + 2 + 3 + 4 + 5 + 6 + ... (93 more) + 100 = 5050"


@pytest.mark.parametrize("how", ["sum", "mean", "max"])
def test_an_empty_inbox_is_said(how: str) -> None:
    assert arithmetic(how, []) == "an empty inbox: 0"
