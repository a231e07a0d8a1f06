"""The sum behind a number, written out as on paper."""

from collections.abc import Sequence

from gnn_lib.plot.style import number

_MOST = 8  # terms that are written out


def arithmetic(how: str, terms: Sequence[float], weights: Sequence[float] | None = None) -> str:
    """What an inbox comes to, by "sum", "mean" or "max", with the result. An empty inbox gives 0.

    >>> arithmetic("mean", [4, 1, 5])
    '(4 + 1 + 5) / 3 = 3.33'
    >>> arithmetic("max", [4, -1])
    'max(4, -1) = 4'
    >>> arithmetic("sum", [4, -1], weights=[0.5, 2])
    '0.5 · 4 + 2 · (-1) = 0'
    >>> arithmetic("sum", [5])
    '5'
    >>> arithmetic("sum", [])
    'an empty inbox: 0'
    """
    if not len(terms):
        return "an empty inbox: 0"
    numbers = [float(term) for term in terms]
    if weights is not None:
        numbers = [float(weight) * one for weight, one in zip(weights, numbers, strict=True)]
    total = {"sum": sum(numbers), "mean": sum(numbers) / len(numbers), "max": max(numbers)}[how]
    if how == "max":
        return f"max({_shorten([number(one) for one in terms], ', ')}) = {number(total)}"
    if weights is None:
        words = [_term(term, first=k == 0) for k, term in enumerate(terms)]
    else:
        words = [f"{number(w)} · {_term(x)}" for w, x in zip(weights, terms, strict=True)]
    text = _shorten(words, " + ")
    if how == "mean":
        text = f"({text}) / {len(terms)}"
    return text if text == number(total) else f"{text} = {number(total)}"


def _term(value: float, first: bool = False) -> str:
    """A number among others: below zero in parentheses, unless it stands at the beginning."""
    text = number(value)
    return text if first or not text.startswith("-") else f"({text})"


def _shorten(words: Sequence[str], between: str) -> str:
    if len(words) <= _MOST:
        return between.join(words)
    return between.join([*words[: _MOST - 2], f"... ({len(words) - _MOST + 1} more)", words[-1]])
