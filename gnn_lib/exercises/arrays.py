"""Whatever a learner's code returns, as named arrays: the many right ways to return one thing."""

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gnn_lib.exercises.calls import Value
from gnn_lib.validate import describe

_MOST_ENTRIES = 1_000_000  # a thousand times what an exercise's graphs need
_MOST_PARTS = 1_000
_MOST_LETTERS = 10_000
_DEEPEST = 8
_Number = bool | int | float | complex


def named_arrays(result: Any, name: str = "result") -> dict[str, Value]:
    """Numbers, lists, NumPy arrays, dense or sparse tensors, sets -> arrays; several things -> several.

    Raises TypeError, with words for the learner, for what isn't made of numbers and words.

    >>> named_arrays([1, 2])
    {'result': tensor([1, 2])}
    >>> named_arrays({3, 1})
    {'result': tensor([1, 3])}
    >>> named_arrays((torch.ones(1), "mean"))
    {'result[0]': tensor([1.]), 'result[1]': 'mean'}
    """
    return {part: plain(value) for part, value in connected_arrays(result, name).items()}


def connected_arrays(result: Any, name: str = "result") -> dict[str, Value]:
    """The same, still on the graph of gradients where the result is."""
    arrays: dict[str, Value] = {}
    for part, value in _parts(result, name, 0):
        arrays[part] = value
        if len(arrays) > _MOST_PARTS:
            raise TypeError(f"{name} is made of more than {_MOST_PARTS:,} parts")
    return arrays


def plain(value: Value) -> Value:
    """Outside the graph of gradients, and nobody else's memory."""
    if isinstance(value, str):
        return value
    return value.detach().as_subclass(Tensor).cpu().resolve_conj().resolve_neg().clone()


def _parts(value: Any, name: str, depth: int) -> Iterator[tuple[str, Value]]:
    if isinstance(value, str):
        if len(value) > _MOST_LETTERS:
            raise TypeError(f"{name} is a text of {len(value):,} letters")
        yield name, value
        return
    array = _as_one_array(value, name)
    if array is not None:
        yield name, array
        return
    if not isinstance(value, list | tuple | Mapping):
        raise TypeError(_refusal(value, name))
    if depth == _DEEPEST:
        raise TypeError(f"{name} is a list in a list in a list, and so on")
    for key, part in value.items() if isinstance(value, Mapping) else enumerate(value):
        yield from _parts(part, f"{name}[{_key(key, value)}]", depth + 1)


def _key(key: Any, value: Any) -> str:
    """A dictionary's 0 isn't a list's 0."""
    return f"key {key!r}" if isinstance(value, Mapping) and not isinstance(key, str) else repr(key)


def _as_one_array(value: Any, name: str, depth: int = 0) -> Tensor | None:
    """One array, if `value` is one thing: a tuple with arrays in it is several."""
    if isinstance(value, Tensor):
        _check_size(value.shape, name)
        return value if value.layout == torch.strided else _dense(value, name)
    if isinstance(value, np.ndarray | np.generic):
        return _from_numpy(value, name, depth)
    if type(value).__module__.startswith("scipy.sparse"):
        _check_size(value.shape, name)
        return _from_numpy(value.toarray(), name, depth)
    if isinstance(value, set | frozenset):
        value = _in_order(value, name)
    if isinstance(value, _Number) or (isinstance(value, list | tuple | range) and _only_numbers(value)):
        try:
            return _from_numpy(np.array(value), name, depth)
        except (ValueError, OverflowError):  # ragged
            return None
    if isinstance(value, list | tuple) and depth < _DEEPEST:
        return _joined(value, name, depth)
    return None


def _dense(value: Tensor, name: str) -> Tensor:
    """Torch doesn't ask whether each entry lies inside of the shape, and `to_dense` would write beside it."""
    parts: tuple[Tensor, ...]
    try:
        if value.layout == torch.sparse_coo:
            parts = value._indices(), value._values()
            torch.sparse_coo_tensor(*parts, value.shape, check_invariants=True)
        elif value.layout in (torch.sparse_csr, torch.sparse_bsr):
            parts = value.crow_indices(), value.col_indices(), value.values()
            torch.sparse_compressed_tensor(*parts, value.shape, layout=value.layout, check_invariants=True)
        elif value.layout in (torch.sparse_csc, torch.sparse_bsc):
            parts = value.ccol_indices(), value.row_indices(), value.values()
            torch.sparse_compressed_tensor(*parts, value.shape, layout=value.layout, check_invariants=True)
    except RuntimeError as error:
        raise TypeError(f"{name} is a sparse tensor that doesn't fit together: {error}") from None
    return value.to_dense()


def _joined(value: list[Any] | tuple[Any, ...], name: str, depth: int) -> Tensor | None:
    """What a loop collects: numbers, tensors and rows of them, all of one shape."""
    _check_size((len(value),), name)
    entries: list[Tensor] = []
    for entry in value:
        array = _as_one_array(entry, name, depth + 1)
        if array is None or (entries and array.shape != entries[0].shape):
            return None
        entries.append(array)
    if isinstance(value, tuple) and entries[0].dim():
        return None
    dtype = functools.reduce(torch.promote_types, (entry.dtype for entry in entries))
    return torch.stack([entry.to(dtype) for entry in entries])


def _from_numpy(value: Any, name: str, depth: int) -> Tensor | None:
    _check_size(value.shape, name)
    kind = value.dtype.kind
    if kind == "O" and depth < _DEEPEST:  # integers beyond 64 bits, or anything
        try:
            return torch.from_numpy(value.astype(np.float64))
        except (ValueError, TypeError, OverflowError):
            return None if value.ndim == 0 else _as_one_array(value.tolist(), name, depth + 1)
    if kind not in "biufc":
        return None
    same = {"u": np.dtype(np.int64), "b": np.dtype(bool)}.get(kind, value.dtype.newbyteorder("="))
    if value.dtype.itemsize > (16 if kind == "c" else 8) or (kind == "u" and value.dtype.itemsize == 8):
        same = np.dtype(np.complex128 if kind == "c" else np.float64)
    return torch.from_numpy(np.array(value, dtype=same, order="C"))


def _only_numbers(value: Sequence[Any], depth: int = 0) -> bool:
    _check_size((len(value),), "result")
    return all(
        isinstance(entry, _Number)
        or (isinstance(entry, list | tuple) and depth < _DEEPEST and _only_numbers(entry, depth + 1))
        for entry in value
    )


def _in_order(value: set[Any] | frozenset[Any], name: str) -> list[Any]:
    entries = [entry.item() if isinstance(entry, Tensor | np.generic) else entry for entry in value]
    try:
        return sorted(entries)
    except TypeError:
        raise TypeError(f"{name} is a set whose entries can't be put in order") from None


def _check_size(shape: Sequence[int], name: str) -> None:
    entries = math.prod(shape)
    if entries > _MOST_ENTRIES:
        raise TypeError(f"{name} has {entries:,} entries, of shape {list(shape)}: far too many")


def _refusal(value: Any, name: str) -> str:
    kind = type(value).__name__
    if isinstance(value, Iterator) or kind in ("dict_values", "dict_keys", "dict_items"):
        return f"{name} is a {kind}, which has yet to be run through: `list(...)` does that"
    if isinstance(value, nn.Module):
        return f"{name} is a {kind}, a layer, and not what comes out of it"
    if callable(value):
        return f"{name} is {getattr(value, '__name__', kind)} itself: are its parentheses missing?"
    try:
        return f"{name} is {describe(value)}, which is not made of numbers"
    except Exception:  # a learner's own class may have a __repr__ that fails
        return f"{name} is a {kind}, which is not made of numbers"
