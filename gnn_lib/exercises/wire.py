"""Calls and outcomes as bytes, for two sides that don't trust each other.

A message is MAGIC, the header's length, a header in JSON, then the arrays' numbers one after another.
Nothing in it is ever run (no pickle), and whatever isn't exactly a message is refused with a WireError.
Arrays keep their dtype and shape. Both sides run on machines that write the low byte first.
"""

import base64
import json
import math
import struct
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar, get_args

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Call, Outcome, Problem, Trouble

MAGIC = b"gnn-course 1\n"
MOST_BYTES = 64 * 2**20
_MOST_HEADER = 2**20
_MOST_NAMES = 2_000
_MOST_LETTERS = 20_000  # of one text
_MOST_SIDES = 8
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.complex64, torch.complex128,
        torch.int8, torch.int16, torch.int32, torch.int64, torch.uint8, torch.bool,
    )
}  # fmt: skip
_ARRAY = "array"  # {"array": "float32", "shape": [2, 3]} stands in the header for its numbers
Message = TypeVar("Message", Call, Outcome)


class WireError(ValueError):
    """These bytes are not a message."""


def to_bytes(message: Call | Outcome) -> bytes:
    """One message; `from_bytes` gives an equal one."""
    arrays: list[bytes] = []

    def write(value: Any) -> Any:
        if isinstance(value, Tensor):
            arrays.append(_numbers(value))
            return {_ARRAY: str(value.dtype).removeprefix("torch."), "shape": list(value.shape)}
        if isinstance(value, Mapping):
            return {name: write(part) for name, part in value.items()}
        return value

    fields = vars(message) | {"kind": type(message).__name__}
    if isinstance(message, Outcome) and message.problem is not None:
        fields["problem"] = asdict(message.problem)
    header = json.dumps({name: write(value) for name, value in fields.items()}).encode()
    whole = b"".join((MAGIC, struct.pack("<I", len(header)), header, *arrays))
    if len(whole) > MOST_BYTES or len(header) > _MOST_HEADER:
        raise WireError(f"A message of {len(whole):,} bytes is too large.")
    return whole


def from_bytes(data: bytes, kind: type[Message]) -> Message:
    """The message in `data`, which must be of this kind; a WireError for anything else."""
    header, numbers = _split(data)
    if header.pop("kind", None) != kind.__name__:
        raise WireError(f"The message is no {kind.__name__}.")
    reader = _Reader(numbers)
    try:
        message = _outcome(header, reader) if kind is Outcome else _call(header, reader)
    except (KeyError, TypeError, AttributeError) as error:
        raise WireError(f"The message hasn't the form of a {kind.__name__}: {error}.") from None
    if header:
        raise WireError(f"The message says too much: {', '.join(sorted(header))[:100]}.")
    if reader.left:
        raise WireError(f"{len(reader.left):,} bytes follow the message.")
    return message  # type: ignore[return-value]


def to_letters(message: Call | Outcome) -> str:
    """The same where only text can pass."""
    return base64.b64encode(to_bytes(message)).decode()


def from_letters(letters: object, kind: type[Message]) -> Message:
    if not isinstance(letters, str):
        raise WireError(f"A message in letters is a text, not a {type(letters).__name__}.")
    try:
        data = base64.b64decode(letters.encode("ascii", "replace"), validate=True)
    except ValueError:
        raise WireError("These letters are not a message.") from None
    return from_bytes(data, kind)


def _split(data: bytes) -> tuple[dict[str, Any], memoryview]:
    start = len(MAGIC) + 4
    if len(data) > MOST_BYTES:
        raise WireError(f"A message of {len(data):,} bytes is too large.")
    if not data.startswith(MAGIC) or len(data) < start:
        raise WireError("These bytes are not a message.")
    (length,) = struct.unpack("<I", data[len(MAGIC) : start])
    if length > min(_MOST_HEADER, len(data) - start):
        raise WireError("The message is cut off, or its header is too long.")
    try:
        header = json.loads(data[start : start + length])
    except (ValueError, RecursionError):
        raise WireError("The message's header can't be read.") from None
    if not isinstance(header, dict):
        raise WireError("The message's header can't be read.")
    return header, memoryview(data)[start + length :]


class _Reader:
    """Takes the arrays' numbers in the order in which the header names them."""

    def __init__(self, numbers: memoryview) -> None:
        self.left = numbers

    def value(self, value: Any, *kinds: type) -> Any:
        """An array where `kinds` has Tensor, else the value itself if it is of one of the kinds."""
        if isinstance(value, dict) and Tensor in kinds:
            return self._array(value)
        if type(value) not in kinds:  # type, not isinstance: True is no number here
            raise TypeError(f"{str(value)[:40]!r} is none of {', '.join(kind.__name__ for kind in kinds)}")
        if isinstance(value, str) and len(value) > _MOST_LETTERS:
            raise TypeError(f"a text of {len(value):,} letters is too long")
        return value

    def values(self, part: Any, *kinds: type) -> dict[str, Any]:
        if not isinstance(part, dict) or len(part) > _MOST_NAMES:
            raise TypeError("names and values are asked for, and not too many")
        return {name: self.value(value, *kinds) for name, value in part.items()}

    def words(self, part: Any) -> tuple[str, ...]:
        if not isinstance(part, list) or len(part) > _MOST_NAMES:
            raise TypeError("a list of words is asked for")
        return tuple(self.value(word, str) for word in part)

    def _array(self, value: dict[str, Any]) -> Tensor:
        dtype, shape = _DTYPES.get(str(value.pop(_ARRAY, None))), value.pop("shape", None)
        if dtype is None or value or not isinstance(shape, list) or len(shape) > _MOST_SIDES:
            raise TypeError("an array says its dtype and its shape")
        sides = [side for side in shape if type(side) is int and side >= 0]
        if len(sides) < len(shape) or math.prod(side or 1 for side in sides) > MOST_BYTES:
            raise TypeError(f"{str(shape)[:40]} is not a shape")
        size = math.prod(shape) * dtype.itemsize
        if size > len(self.left):
            raise WireError("The message is cut off: an array lacks some of its numbers.")
        taken, self.left = bytearray(self.left[:size]), self.left[size:]
        if not size:
            return torch.empty(shape, dtype=dtype)
        if dtype == torch.bool:  # any other byte than 0 and 1 would be neither True nor False
            return (torch.frombuffer(taken, dtype=torch.uint8) != 0).view(shape)
        return torch.frombuffer(taken, dtype=dtype).view(shape)


def _call(header: dict[str, Any], read: _Reader) -> Call:
    plain = (Tensor, int, float, bool, str)
    inputs = read.values(header.pop("inputs"), *plain)
    build = header.pop("build")
    return Call(
        inputs=inputs,
        build=None if build is None else read.values(build, *plain),
        state=read.values(header.pop("state"), Tensor),
        grad=read.words(header.pop("grad")),
        seed=read.value(header.pop("seed"), int),
    )


def _outcome(header: dict[str, Any], read: _Reader) -> Outcome:
    return Outcome(
        outputs=read.values(header.pop("outputs"), Tensor, str),
        changed=read.words(header.pop("changed")),
        library=read.value(header.pop("library"), str),
        printed=read.value(header.pop("printed"), str),
        problem=_problem(header.pop("problem"), read),
    )


def _problem(part: Any, read: _Reader) -> Problem | None:
    if part is None:
        return None
    words = read.values(part, str)
    if words.get("kind") not in get_args(Trouble):
        raise TypeError(f"{str(words.get('kind'))[:40]!r} is no kind of problem")
    return Problem(**words)


def _numbers(value: Tensor) -> bytes:
    if str(value.dtype).removeprefix("torch.") not in _DTYPES:
        raise WireError(f"Arrays of {value.dtype} don't travel.")
    flat = value.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b""
