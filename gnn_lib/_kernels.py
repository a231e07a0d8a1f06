"""The loops that must be loops: random walks and neighbour sampling, compiled by numba.

A walk decides each step from the last one, so there is no table of numbers to hand to torch. Written
as plain loops they are short, and numba makes them as fast as C. Only `walks` and `sampling` need
this file, and they import it when first used.

How randomness works here: every walk, and every node whose neighbours are sampled, owns a 64-bit
state, and each draw steps it on (SplitMix64: Steele, Lea and Flood, 2014). The first state depends
only on the seed and on the owner's number, so results are the same however many threads share the
work.

Kernels compile when first called, for the id type they meet (int32 nearly always), and the machine
code is kept on disk. They release the GIL so that Python threads can run them side by side; numba's
own thread pool compiles for longer, and aborts a process that was forked after using it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]  # int32 or int64
Floats = NDArray[np.float64]
Sums = Floats | None  # running sums of the weights in each bag; None (a kernel of its own): all weigh 1
Bias = tuple[float, float, float]
F = TypeVar("F", bound=Callable[..., Any])

_BLOCK = 64  # walks that advance side by side: while one waits for memory, the others move on

_PATIENCE = 32  # proposals that may fail, besides one for each edge

# Typed constants: a plain Python int beside a uint64 would turn both into floats.
_GOLDEN, _MIX_1, _MIX_2 = (
    np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
)
_11, _27, _30, _31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)


def compiled(function: F) -> F:
    """numba.njit, with the machine code kept on disk where there is a place to keep it."""
    try:
        return numba.njit(cache=True, nogil=True)(function)  # type: ignore[no-any-return]
    except RuntimeError:  # "no locator available": a read-only machine, so each process compiles
        return numba.njit(nogil=True)(function)  # type: ignore[no-any-return]


@compiled
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _30)) * _MIX_1
    z = (z ^ (z >> _27)) * _MIX_2
    return z ^ (z >> _31)


@compiled
def _first_state(seed: np.uint64, owner: int) -> np.uint64:
    return _mix(seed + np.uint64(owner) * _GOLDEN)


@compiled
def _draw(state: np.uint64) -> tuple[np.uint64, float]:
    """The next state, and a number from [0, 1) with 53 random bits."""
    state = state + _GOLDEN
    return state, (_mix(state) >> _11) * 2.0**-53


@compiled
def _lower_bound(values: Any, first: int, last: int, wanted: Any) -> int:
    """The first position in values[first:last], which are sorted, that holds `wanted` or more."""
    while first < last:
        middle = (first + last) >> 1
        if values[middle] < wanted:
            first = middle + 1
        else:
            last = middle
    return first


@compiled
def _contains(ids: Ints, first: int, last: int, wanted: int) -> bool:
    at = _lower_bound(ids, first, last, wanted)
    return at < last and ids[at] == wanted


@compiled
def _pick(uniform: float, first: int, last: int, cumulative: Sums) -> int:
    """The position of an edge in first:last, by weight; without weights all are equally likely."""
    if cumulative is None:
        return first + int(uniform * (last - first))
    # Turned round, because an edge of weight 0 (no rise in the cumulative sum) must never be picked:
    # the first position where the sum reaches a number from (0, total].
    return _lower_bound(cumulative, first, last, (1.0 - uniform) * cumulative[last - 1])


@compiled
def _can_leave(ptr: Ints, cumulative: Sums, node: int) -> bool:
    first, last = ptr[node], ptr[node + 1]
    if cumulative is None:
        return bool(first < last)
    return bool(first < last and cumulative[last - 1] > 0.0)


@compiled
def cumulate(ptr: Ints, weights: Floats) -> Floats:
    """Running sums of the weights within each bag."""
    cumulative = np.empty_like(weights)
    for node in range(len(ptr) - 1):
        total = 0.0
        for at in range(ptr[node], ptr[node + 1]):
            total += weights[at]
            cumulative[at] = total
    return cumulative


@compiled
def first_order(ptr: Ints, ids: Ints, cumulative: Sums, seed: np.uint64, number: int, walks: Ints) -> None:
    """Fill the rows of `walks`: column 0 holds the starts, the rest -1; `number` counts the rows before."""
    states = np.empty(_BLOCK, np.uint64)
    for begin in range(0, len(walks), _BLOCK):
        end = min(begin + _BLOCK, len(walks))
        for w in range(begin, end):
            states[w - begin] = _first_state(seed, number + w)
        for step in range(1, walks.shape[1]):
            for w in range(begin, end):
                here = walks[w, step - 1]
                if here >= 0 and _can_leave(ptr, cumulative, here):
                    states[w - begin], uniform = _draw(states[w - begin])
                    walks[w, step] = ids[_pick(uniform, ptr[here], ptr[here + 1], cumulative)]


@compiled
def second_order(
    ptr: Ints, ids: Ints, cumulative: Sums, bias: Bias, seed: np.uint64, number: int, walks: Ints
) -> None:
    """As `first_order`, by node2vec's law; column 1 must hold a first-order step already.

    bias: 1/p, 1, 1/q, scaled so that the largest is 1. The ids of each bag must be sorted.
    """
    states = np.empty(_BLOCK, np.uint64)
    for begin in range(0, len(walks), _BLOCK):
        end = min(begin + _BLOCK, len(walks))
        for w in range(begin, end):
            states[w - begin] = _first_state(seed, number + w)
        for step in range(2, walks.shape[1]):
            for w in range(begin, end):
                before, here = walks[w, step - 2], walks[w, step - 1]
                if here >= 0 and _can_leave(ptr, cumulative, here):
                    state, there = _propose(ptr, ids, cumulative, bias, before, here, states[w - begin])
                    if there < 0:
                        state, uniform = _draw(state)
                        there = _step_by_sum(ptr, ids, cumulative, bias, before, here, uniform)
                    states[w - begin], walks[w, step] = state, there


@compiled
def _propose(
    ptr: Ints, ids: Ints, cumulative: Sums, bias: Bias, before: int, here: int, state: np.uint64
) -> tuple[np.uint64, int]:
    """One step, by rejection: propose as a first-order walk would, accept with the bias (at most 1).

    So nothing has to be prepared for each edge. -1 after about as many rejections as there are edges: to
    add them all up costs no more than that (and a huge p can't trap a walk in a cul-de-sac).
    """
    _, near, far = bias
    first, last = ptr[here], ptr[here + 1]
    for _ in range(_PATIENCE + last - first):
        state, uniform = _draw(state)
        there = ids[_pick(uniform, first, last, cumulative)]
        state, uniform = _draw(state)
        if there != before:  # most proposals are settled before anyone looks for before -> there
            if uniform < min(near, far):
                return state, there
            if uniform >= max(near, far):
                continue
        if uniform < _bias_of(ptr, ids, bias, before, there):
            return state, there
    return state, -1


@compiled
def _bias_of(ptr: Ints, ids: Ints, bias: Bias, before: int, there: int) -> float:
    """Back to where we were, on to a neighbour of that, or further out?"""
    back, near, far = bias
    if there == before:
        return back
    return near if _contains(ids, ptr[before], ptr[before + 1], there) else far


@compiled
def _step_by_sum(
    ptr: Ints, ids: Ints, cumulative: Sums, bias: Bias, before: int, here: int, uniform: float
) -> int:
    """One step with all its probabilities added up; -1 where they are all zero."""
    total, goal, there = 0.0, np.inf, -1
    for turn in range(2):  # once to know the sum, once to stop where it passes the goal
        if turn == 1:
            goal = uniform * total
            total = 0.0
        below = 0.0
        for at in range(ptr[here], ptr[here + 1]):
            weight = 1.0
            if cumulative is not None:
                weight = cumulative[at] - below
                below = cumulative[at]
            total += weight * _bias_of(ptr, ids, bias, before, ids[at])
            if total > goal:
                there = ids[at]
                break
    return there


@compiled
def pick_edges(
    ptr: Ints, frontier: Ints, fanout: int, replace: bool, seed: np.uint64
) -> tuple[Ints, Ints]:
    """For each node of the frontier, the positions of `fanout` edges of its bag (-1: all).

    Returns the positions, and how many of them each node got. Without replacement by Floyd's method:
    draw from 0..j for growing j, and take j itself where the draw is already taken.
    """
    replace = replace and fanout >= 0
    counts = np.empty(len(frontier), np.int64)
    widest = 0
    for i, node in enumerate(frontier):
        degree = ptr[node + 1] - ptr[node]
        few = fanout < 0 or degree == 0 or (degree < fanout and not replace)
        counts[i] = degree if few else fanout
        widest = max(widest, degree)
    positions = np.empty(counts.sum(), np.int64)
    taken_for = np.full(widest, -1, np.int64)  # the last node for which this place in a bag was taken
    at = 0
    for i, node in enumerate(frontier):
        first, degree, count = ptr[node], ptr[node + 1] - ptr[node], counts[i]
        state = _first_state(seed, i)
        for k in range(count):
            bound = degree if replace else degree - count + k + 1
            place = k
            if replace or count < degree:
                state, uniform = _draw(state)
                place = int(uniform * bound)
                if not replace and taken_for[place] == i:
                    place = bound - 1
                taken_for[place] = i
            positions[at + k] = first + place
        at += count
    return positions, counts


@compiled
def relabel(nodes: Ints, local: Ints, known: int) -> tuple[Ints, Ints]:
    """Local ids for `nodes`, and those of them met for the first time, in order.

    local [N] holds the local id of every node met so far (-1: none), and is filled in; `known` counts
    them.
    """
    relabelled = np.empty(len(nodes), np.int64)
    new = np.empty(len(nodes), np.int64)
    count = 0
    for i, node in enumerate(nodes):
        if local[node] < 0:
            local[node] = known + count
            new[count] = node
            count += 1
        relabelled[i] = local[node]
    return relabelled, new[:count]
