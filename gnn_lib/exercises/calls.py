"""What passes between the learner's code and the one who judges it: plain data, and nothing else.

A Call says what to do: arguments, and for a layer how to build it and which weights to load. An Outcome
says what came of it. Both are made of named arrays, numbers and words only, so that the two sides may
live in different processes (`wire` turns them into bytes). Neither knows a right answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

Value = Tensor | str
Input = Tensor | int | float | bool | str

Trouble = Literal[
    "not attempted",  # the stub, as it was handed out
    "crashed",
    "too slow",
    "stopped",  # by the learner
    "not run",  # because an earlier call was too slow, or stopped
    "returned nothing",
    "returned something else",  # not numbers
    "parameters",  # the layer lacks a weight, or has it in another shape
]


@dataclass(frozen=True)
class Call:
    """One call of the learner's function, or of the layer that the learner's class builds."""

    inputs: Mapping[str, Input]  # passed by position, in this order
    build: Mapping[str, Input] | None = None  # for a class: the constructor's keyword arguments
    state: Mapping[str, Tensor] = field(default_factory=dict)  # weights to load, by parameter name
    grad: tuple[str, ...] = ()  # inputs to differentiate; with any, a layer's weights too
    seed: int = 0  # the random state before the call


@dataclass(frozen=True)
class Problem:
    """Why there is no result to compare."""

    kind: Trouble
    message: str = ""
    error: str = ""  # the exception's type
    place: str = ""  # "Cell In[4], line 3"
    line: str = ""  # that line, as the learner wrote it


@dataclass(frozen=True)
class Outcome:
    outputs: Mapping[str, Value] = field(default_factory=dict)  # "result", "result[1]", "gradient of x"
    changed: tuple[str, ...] = ()  # inputs that the code changed in place
    library: str = ""  # the library's function that did the work instead, if one did
    printed: str = ""
    problem: Problem | None = None
