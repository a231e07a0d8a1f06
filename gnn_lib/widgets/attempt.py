"""The guard between a playground and the learner's code: whatever that does, the playground goes on.

    tried = attempt(learner, sum_of_inbox, messages=messages, edge_index=edges, num_nodes=3)
    play.say(tried.message)
    if tried.value is not None:
        view.draw(values=tried.value[:, 0])

The learner's function gets copies of its inputs, five seconds, and no way to print into the notebook. What
it returns must be what ours returns in shape, and numbers. Else `value` is None, `message` says what
happened, with the learner's own line, and the playground keeps the last good picture. A function that isn't
there, or not written yet, is replaced by ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import torch
from torch import Tensor

from gnn_lib.exercises.calls import Call, Input, Outcome, Value
from gnn_lib.exercises.closeness import close
from gnn_lib.exercises.look import MARKS, PLAIN, TONES, card, prose
from gnn_lib.exercises.run import run
from gnn_lib.exercises.words import fault_words


@dataclass(frozen=True)
class Attempt:
    """What came of a call. values: by output ("result"; of a tuple "result[0]", ...), None if it failed."""

    reference: Mapping[str, Tensor]
    values: Mapping[str, Tensor] | None
    message: str = ""  # HTML, for the message area; empty if there is nothing to say
    own: bool = field(default=False)  # the values are the learner's

    @property
    def value(self) -> Tensor | None:
        """The first output: of most functions, the only one."""
        return None if self.values is None else next(iter(self.values.values()))

    @property
    def ours(self) -> Tensor:
        """What the library computes, to be shown beside it."""
        return next(iter(self.reference.values()))

    def agrees(self) -> Tensor:
        """Where the first output is ours, number by number: bools of its shape."""
        if self.value is None:
            return torch.zeros_like(self.ours, dtype=torch.bool)
        return close(self.ours, self.value)


def attempt(
    function: Callable[..., Any] | None, ours: Callable[..., Any], /, *, seed: int = 0, **inputs: Input
) -> Attempt:
    """Call the learner's function, or layer, with these inputs by position; `ours` says what should come.

    seed: the random state before each call, so that both draw the same.
    """
    call = Call(inputs, seed=seed)
    expected = run(ours, call)
    if expected.problem is not None:
        raise RuntimeError(f"the library's own function failed: {expected.problem}")
    reference = _tensors(expected.outputs)
    if function is None:
        return Attempt(reference, reference, own=False)
    if not callable(function):
        raise TypeError(f"pass the function itself, as play(f); got {function!r}, which can't be called.")
    name = getattr(function, "__name__", type(function).__name__)
    got = run(function, call)
    if got.problem is not None and got.problem.kind == "not attempted":
        says = f"`{name}` is not written yet: this is the library's. Write yours, and run this cell again."
        return Attempt(reference, reference, _card(name, "not written yet", says, "not attempted"))
    if got.problem is not None:
        return Attempt(reference, None, _card(name, *fault_words(got.problem, expected, got), "crashed", got))
    values = _tensors(got.outputs)
    for output, right in reference.items():
        wrong = _unfit(output, right, values.get(output))
        if wrong:
            return Attempt(reference, None, _card(name, *wrong, "wrong", got))
    printed = f"<p>Your code printed:</p><pre>{escape(got.printed)}</pre>" if got.printed else ""
    return Attempt(reference, values, card(f"Prints of {name}", printed, PLAIN) if printed else "", own=True)


def _tensors(outputs: Mapping[str, Value]) -> dict[str, Tensor]:
    return {name: value.double() for name, value in outputs.items() if isinstance(value, Tensor)}


def _unfit(output: str, right: Tensor, got: Tensor | None) -> tuple[str, str] | None:
    """Why a result can't be drawn: another shape, or something that isn't a number."""
    if got is None:
        return "returns something else", f"There is no {output}: a tensor {list(right.shape)} is needed here."
    if got.shape != right.shape:
        return "another shape", (
            f"Your {output} is {list(got.shape)}; here it has to be {list(right.shape)}. "
            "The picture is the last one that could be drawn."
        )
    bad = (~torch.isfinite(got)).nonzero().tolist()
    if bad:
        at = f" at {bad[0]}" if bad[0] else ""
        count = f", and in {len(bad) - 1} other places" if len(bad) > 1 else ""
        value = got[tuple(bad[0])].item()
        return "not a number", (
            f"Your {output} holds {value}{at}{count}. Is something divided by 0, as in 0 / 0 "
            "for an empty inbox?"
        )
    return None


def _card(name: str, headline: str, says: str, status: str, got: Outcome | None = None) -> str:
    """What happened, why, and the learner's own line."""
    badge = f'<span class="gnn-badge" aria-hidden="true">{MARKS[status]}</span>'
    body = f'<p class="gnn-title">{badge}{escape(name)}: {escape(headline)}</p><p>{prose(says)}</p>'
    if got is not None and got.problem is not None and got.problem.place:
        body += f"<pre>{escape(got.problem.place)}:  <strong>{escape(got.problem.line)}</strong></pre>"
    return card(f"What happened in {name}", body, TONES[status])
