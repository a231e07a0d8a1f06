"""Random numbers without a generator: the same input always draws the same 64 random bits.

Colour refinement needs a name for "this node, with this multiset of neighbours", and the name must
not depend on the order of the nodes, on the machine, or on what was seen before. A hash gives that
for free: mix the bits of each member, add, and mix again. 64-bit addition wraps around, so sums are
exact in every order. (Python's own `hash` of a string changes with every process.)

It is no cryptography: someone who sets out to make two inputs collide can.
"""

from torch import Tensor

from gnn_lib.validate import check_tensor, describe


def mix64(values: Tensor) -> Tensor:
    """Scramble each int64 so that its neighbours land anywhere: a bijection on 64 bits (SplitMix64).

    values: integers of any shape -> int64 of the same shape. Steele, Lea and Flood (2014).

    >>> import torch
    >>> mix64(torch.tensor([0, 1])).tolist()
    [-2152535657050944081, -7995527694508729151]
    """
    if check_tensor(values, "values").is_floating_point():
        raise TypeError(f"values must hold integers, got {describe(values)}.")
    bits = values.long() + _signed(0x9E3779B97F4A7C15)
    bits = (bits ^ _shift_right(bits, 30)) * _signed(0xBF58476D1CE4E5B9)
    bits = (bits ^ _shift_right(bits, 27)) * _signed(0x94D049BB133111EB)
    return bits ^ _shift_right(bits, 31)


def uniform(values: Tensor) -> Tensor:
    """A number in [0, 1) for each integer, float64 of the same shape: its 53 highest mixed bits."""
    return _shift_right(mix64(values), 11).double() * 2.0**-53


def _shift_right(bits: Tensor, by: int) -> Tensor:
    """Shift with zeros from the left. PyTorch's >> copies the sign bit, so the mask takes it away."""
    return (bits >> by) & ((1 << (64 - by)) - 1)


def _signed(constant: int) -> int:
    """The 64 bits of `constant`, read as a signed number, as int64 does."""
    return constant - (1 << 64) if constant >> 63 else constant
