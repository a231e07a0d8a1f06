"""The many ways to return one thing are one thing; what can't be read is refused in words."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.exercises.arrays import connected_arrays, named_arrays

tables = st.tuples(st.integers(0, 4), st.integers(1, 4), st.booleans()).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(-99, 99).map(float if shape[2] else int), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0], max_size=shape[0],
    )
)  # fmt: skip


def one(value: Any) -> Tensor:
    arrays = named_arrays(value)
    assert list(arrays) == ["result"]
    assert isinstance(arrays["result"], Tensor)
    return arrays["result"]


@given(tables)
def test_a_table_is_one_array_however_it_comes(table: list[list[float]]) -> None:
    dense = torch.tensor(table)
    ways: list[Any] = [table, dense, np.array(table), [tuple(row) for row in table], dense.to_sparse()]
    if table:
        ways += [[torch.tensor(row) for row in table], list(np.array(table)),
                 [[torch.tensor(entry) for entry in row] for row in table], dense.T.contiguous().T,
                 [[row[0], *map(torch.tensor, row[1:])] for row in table], np.array(table)[::-1][::-1],
                 scipy.sparse.csr_array(np.array(table)), nn.Parameter(dense.float())]  # fmt: skip
    for way in ways:
        assert one(way).tolist() == table, way


@given(st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.booleans()))
def test_a_number_keeps_its_value(number: float) -> None:
    for way in (number, np.array(number), [number][0]):
        assert one(way).item() == number
        assert one(way).shape == ()
    assert one([number, number]).tolist() == [number, number]
    assert one((number, torch.from_numpy(np.array(number)))).tolist() == [number, number]


@pytest.mark.parametrize(("value", "expected"), [
    (range(3), [0, 1, 2]), (2**70, 2.0**70), ([], []), ([[], []], [[], []]), ({2, 1}, [1, 2]),
    (frozenset({(1, 2), (0, 1)}), [[0, 1], [1, 2]]), (np.uint8([200]), [200]), ({torch.tensor(3)}, [3]),
    (np.array([1, 2], dtype=">i4"), [1, 2]), (np.float16(0.5), 0.5), (np.longdouble(0.5), 0.5),
    (np.array([1, 2], dtype=object), [1, 2]), (np.array([torch.tensor(1), 2], dtype=object), [1, 2]),
    (torch.Size([2, 3]), [2, 3]), ([True, 2.5], [1, 2.5]), (np.bool_(True), True),
    (torch.tensor([1.0], requires_grad=True), [1]), (np.uint64(2**63), 2.0**63),
    (torch.tensor([1 + 2j]).conj().imag, [-2]),
])  # fmt: skip
def test_what_is_unusual_is_read_all_the_same(value: Any, expected: Any) -> None:
    assert one(value).tolist() == expected


@pytest.mark.parametrize(("value", "names"), [
    ((torch.ones(2), torch.ones(2)), ["result[0]", "result[1]"]),
    ([torch.ones(2), torch.ones(3)], ["result[0]", "result[1]"]),
    ([[1], [2, 3]], ["result[0]", "result[1]"]),
    ({"a": 1, 2: 3}, ["result['a']", "result[key 2]"]),
    ((torch.ones(1), "mean"), ["result[0]", "result[1]"]),
    ((1, (torch.ones(1), torch.ones(2))), ["result[0]", "result[1][0]", "result[1][1]"]),
    (torch.eye(2).max(0), ["result[0]", "result[1]"]),
    ("word", ["result"]),
])  # fmt: skip
def test_several_things_have_a_name_each(value: Any, names: list[str]) -> None:
    assert list(named_arrays(value)) == names


class _Strange:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(("value", "words"), [
    (None, "None"), ((x for x in [1]), "generator"), (map(int, []), "list(...)"),
    ({}.values(), "dict_values"),
    (zip([1], [2], strict=True), "list(...)"), (len, "parentheses"), (nn.Linear(1, 1), "a layer"),
    (nn.Linear, "Linear itself"), (_Strange(), "a _Strange"), ([1, None], "result[1]"),
    (torch.zeros(1).expand(10**9), "far too many"), ("x" * 10**6, "1,000,000 letters"),
    (np.broadcast_to(0, 10**9), "far too many"), (range(10**9), "far too many"), ({1, "a"}, "in order"),
    (np.array(["a"]), "not made of numbers"), (np.datetime64("2020-01-01"), "not made of numbers"),
    ([[1], [2, 3]] * 600, "more than 1,000 parts"), (b"bytes", "not made of numbers"),
    (scipy.sparse.csr_array((10**5, 10**5)), "far too many"),
])  # fmt: skip
def test_what_is_not_made_of_numbers_is_refused_in_words(value: Any, words: str) -> None:
    with pytest.raises(TypeError) as refused:
        named_arrays(value)
    assert words in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.filterwarnings("ignore:Sparse CS. tensor support")
def test_a_sparse_tensor_is_looked_through_before_it_is_written_out() -> None:
    """Torch makes it as it is asked to, and `to_dense` would write where no memory of its own is."""
    beside = [
        torch.sparse_coo_tensor([[9], [9]], [1.0], (2, 2), check_invariants=False),
        torch.sparse_csr_tensor([0, 1, 1], [9], [1.0], (2, 2), check_invariants=False),
        torch.sparse_csc_tensor([0, 1, 1], [9], [1.0], (2, 2), check_invariants=False),
        torch.sparse_bsr_tensor([0, 1], [9], [[[1.0]]], (1, 2), check_invariants=False),
        torch.sparse_bsc_tensor([0, 1], [9], [[[1.0]]], (2, 1), check_invariants=False),
    ]
    for value in beside:
        with pytest.raises(TypeError, match="doesn't fit together"):
            named_arrays(value)
    dense = torch.eye(2)
    for layout in (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc):
        assert one(dense.to_sparse(layout=layout)).tolist() == dense.tolist()


def test_a_ring_and_a_tower_are_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    tower: Any = torch.ones(1)
    for _ in range(50):
        tower = [tower, "floor"]
    for value in (ring, {"ring": ring}, tower):
        with pytest.raises(TypeError, match="and so on"):
            named_arrays(value)


def test_a_copy_stays_what_it_was() -> None:
    x = torch.ones(2, requires_grad=True)
    copy = one(x)
    with torch.no_grad():
        x += 1
    assert (copy.tolist(), copy.requires_grad) == ([1, 1], False)
    together = connected_arrays([x[0], 2.0])["result"]
    assert isinstance(together, Tensor)
    assert together.requires_grad
