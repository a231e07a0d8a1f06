"""When two numbers are the same, and how one is written."""

import torch
from torch import Tensor

# Wide enough for float32 sums in any order, narrow enough for every mistake that we know.
_RELATIVE, _ABSOLUTE = 1e-4, 1e-5
_WHOLE = 1e-6  # where a whole number is asked for, and a float comes


def close(right: Tensor, got: Tensor) -> Tensor:
    """Entry by entry, of two arrays of one shape. NaN is what it should be only where NaN is asked for."""
    if not right.is_floating_point() and not got.is_floating_point():
        return right == got
    if right.is_complex() or got.is_complex():
        return torch.isclose(got.to(torch.complex128), right.to(torch.complex128), rtol=_RELATIVE)
    counts = not right.is_floating_point()
    right, got = right.to(torch.float64), got.to(torch.float64)
    finite = right[right.isfinite()]
    scale = max(1.0, float(finite.abs().max())) if finite.numel() else 1.0
    relative, absolute = (_WHOLE, _WHOLE) if counts else (_RELATIVE, _ABSOLUTE * scale)
    return torch.isclose(got, right, rtol=relative, atol=absolute, equal_nan=True)


def number(value: Tensor | float) -> str:
    """As short as it can be read: 2, not 2.0; four figures, and a whole number whole.

    >>> number(2.0), number(1 / 3), number(123456), number(True)
    ('2', '0.3333', '123456', 'True')
    """
    entry = value.item() if isinstance(value, Tensor) else value
    if isinstance(entry, bool):
        return str(entry)
    if isinstance(entry, complex):
        return f"{entry:.4g}"
    if abs(entry) < 1e9 and entry == round(entry):
        return str(int(entry))
    return f"{entry:.4g}"
