"""The hash against SplitMix64 written out in Python's own integers, and its spread."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.hashing import mix64, uniform


def _splitmix64(value: int) -> int:
    bits = (value + 0x9E3779B97F4A7C15) % 2**64
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB % 2**64
    return bits ^ (bits >> 31)


@given(st.integers(-(2**63), 2**63 - 1))
def test_mix64_is_splitmix64(value):
    assert mix64(torch.tensor([value])).item() % 2**64 == _splitmix64(value % 2**64)


def test_the_first_number_of_the_published_generator():
    assert mix64(torch.tensor(0)).item() % 2**64 == 0xE220A8397B1DCDAF


def test_uniform_fills_the_unit_interval_evenly():
    drawn = uniform(torch.arange(100_000))
    assert drawn.dtype == torch.float64
    assert 0 <= drawn.min() < 0.001
    assert 0.999 < drawn.max() < 1
    counts = torch.histc(drawn, bins=20, min=0, max=1)
    assert ((counts - 5000).square() / 5000).sum() < 43.8  # chi-square, 19 degrees of freedom, p = 0.001


def test_floats_are_turned_away():
    with pytest.raises(TypeError, match=r"values must hold integers, got a torch.float32"):
        mix64(torch.zeros(2))
