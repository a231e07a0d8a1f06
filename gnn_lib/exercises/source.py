"""Code as a learner types it: kept as text, so that it can be run here or put into a notebook's cell."""

import inspect
import linecache
import math
import textwrap
from collections.abc import Callable
from itertools import count
from typing import Any

# What stands above every lesson's cells, and so above every answer that is kept as text.
PREAMBLE = """\
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
"""
_numbers = count(1)


def source_of(answer: Callable[..., Any]) -> str:
    return textwrap.dedent(inspect.getsource(answer))


def changed_source(source: str, change: tuple[str, str], where: str) -> str:
    """`source` with one passage replaced; a ValueError unless it stands there exactly once."""
    old, new = change
    times = source.count(old)
    if times != 1:
        raise ValueError(f"{where}: {old!r} stands {times} times in the reference; once is needed.")
    return source.replace(old, new)


def learner_code(source: str, name: str) -> Any:
    """What `source` binds to `name`, as if a learner had typed it: tracebacks show its lines."""
    source = textwrap.dedent(source).strip() + "\n"
    path = f"<answer {next(_numbers)}>"
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    space: dict[str, Any] = {"__name__": "__main__", "math": math}
    exec(PREAMBLE, space)
    exec(compile(source, path, "exec"), space)
    if name not in space:
        raise ValueError(f"This code defines no {name!r}:\n{source}")
    return space[name]
