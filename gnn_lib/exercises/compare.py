"""Is what came out what should come out? The judge's side: only arrays are looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Value
from gnn_lib.exercises.closeness import close, number
from gnn_lib.exercises.orders import Order, same_in_any_order

__all__ = ["Difference", "Order", "close", "first_difference", "number"]


@dataclass(frozen=True)
class Difference:
    kind: Literal["missing", "kind", "shape", "nan", "value"]
    output: str  # which of the outputs
    says: str
    index: tuple[int, ...] | None = None  # the first entry that differs


def first_difference(
    expected: Mapping[str, Value], got: Mapping[str, Value], order: Order = "exact"
) -> Difference | None:
    """None if the two say the same."""
    got = _as_many(expected, got)
    for name, right in expected.items():
        if name not in got:
            return Difference("missing", name, _missing(name, expected, got))
        found = _compare(name, right, got[name], order if name.startswith("result") else "exact")
        if found is not None:
            return found
    extra = next((name for name in got if name not in expected), None)
    if extra is not None:
        return Difference("missing", next(iter(expected)), _missing(extra, expected, got))
    return None


def _as_many(expected: Mapping[str, Value], got: Mapping[str, Value]) -> Mapping[str, Value]:
    """A list of equal rows arrives as one array; where several things are asked for, it is several."""
    names, one = _results(expected), got.get("result")
    several = [f"result[{place}]" for place in range(len(names))]
    if names != several or not isinstance(one, Tensor) or not one.dim() or one.size(0) != len(names):
        return got
    rest = {name: value for name, value in got.items() if name != "result"}
    return dict(zip(names, one.unbind(), strict=True)) | rest


def _results(outputs: Mapping[str, Value]) -> list[str]:
    return [name for name in outputs if name.startswith("result")]


def _missing(name: str, expected: Mapping[str, Value], got: Mapping[str, Value]) -> str:
    if name.startswith("gradient"):
        return f"There is no {name}." if name in expected else f"There is a {name} too many."
    wanted, there = _results(expected), _results(got)
    verb = "is" if len(wanted) == 1 else "are"
    words = f"Your code returns {_count(there)}; {_count(wanted)} {verb} asked for."
    if wanted == ["result"] and there == ["result[0]", "result[1]"]:
        words += " (If they come from torch's `max` or `sort` along a dimension: `.values` is the first.)"
    return words


def _count(names: list[str]) -> str:
    if any(name.startswith(("result['", 'result["', "result[key")) for name in names):
        return "a dictionary"
    return "one thing" if len(names) == 1 else f"{len(names) or 'no'} things"


def _compare(name: str, right: Value, got: Value, order: Order) -> Difference | None:
    if isinstance(right, str) or isinstance(got, str):
        return _compare_words(name, right, got)
    if got.is_complex() and not right.is_complex():
        return Difference("kind", name, f"{name} holds complex numbers.")
    if right.shape != got.shape:
        return Difference("shape", name, _shapes(name, list(right.shape), list(got.shape)))
    if got.is_floating_point():
        for strange, words in _STRANGE:
            wrong = strange(got) & ~strange(right.to(got.dtype))
            if bool(wrong.any()):
                index = _first(wrong)
                return Difference("nan", name, f"{name}{at(index)} is {number(got[index])}{words}", index)
    if order != "exact":
        says = same_in_any_order(name, right, got, order)
        return None if says is None else Difference("value", name, says)
    wrong = ~close(right, got)
    if not bool(wrong.any()):
        return None
    index = _first(wrong)
    says = f"{name}{at(index)} is {number(got[index])}; it should be {number(right[index])}."
    return Difference("value", name, says, index)


_STRANGE: tuple[tuple[Callable[[Tensor], Tensor], str], ...] = (
    (torch.isnan, ", not a number. That comes from 0 / 0: what is divided by nothing here?"),
    (torch.isinf, ", without end. That comes from a division by 0, a `log` of 0 or an `exp` of a lot."),
)


def _compare_words(name: str, right: Value, got: Value) -> Difference | None:
    if isinstance(right, str) and isinstance(got, str):
        if right.strip() == got.strip():
            return None
        return Difference("value", name, f"{name} is {_quoted(got)}; it should be {_quoted(right)}.")
    if isinstance(got, str):
        return Difference("kind", name, f"{name} is the text {_quoted(got)}; numbers are asked for.")
    return Difference("kind", name, f"{name} is made of numbers; a text is asked for.")


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _shapes(name: str, right: list[int], got: list[int]) -> str:
    words = f"The shape of {name} is {got}; it should be {right}{'' if right else ', one number'}."
    if len(got) > len(right) and [side for side in got if side != 1] == [side for side in right if side != 1]:
        return f"{words} `.squeeze(...)` or `.view(...)` takes away a side of length 1."
    if len(right) == 2 and got == right[::-1]:
        return f"{words} Rows and columns have changed places."
    return words


def _first(wrong: Tensor) -> tuple[int, ...]:
    return tuple(wrong.nonzero()[0].tolist())


def at(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""
