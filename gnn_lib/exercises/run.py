"""The learner's side: call the learner's code and write down what happened.

Nothing here knows what is right. `run` takes a Call and returns an Outcome, both plain data, so that it
can run in a process that holds no answer.
"""

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor, nn

from gnn_lib.exercises.arrays import connected_arrays, plain
from gnn_lib.exercises.calls import Call, Outcome, Problem, Value
from gnn_lib.exercises.gradient import gradients
from gnn_lib.exercises.layer import build
from gnn_lib.exercises.limits import PATIENCE, catch_prints, time_limit
from gnn_lib.exercises.steady import steady
from gnn_lib.exercises.trace import TroubleError, explain_error, safe_text
from gnn_lib.exercises.watch import watch_library

GIVES_UP = ("too slow", "stopped")  # after such a call the others are not tried


def run(answer: Callable[..., Any], call: Call, may_use: tuple[str, ...] | None = None) -> Outcome:
    """Call `answer` as `call` says. With `may_use`, also watch whether the library does the work."""
    inputs = {name: _fresh(value, name in call.grad) for name, value in call.inputs.items()}
    before = {name: value.detach().clone() for name, value in inputs.items() if isinstance(value, Tensor)}
    outputs: dict[str, Value] = {}
    problem: Problem | None = None
    with steady(call.seed), catch_prints() as printed, watch_library(may_use) as library:
        try:
            with time_limit(PATIENCE):
                outputs = _outputs(answer, call, inputs)
        except BaseException as error:  # sys.exit() and the stop button end a call, not the notebook
            problem = explain_error(error, answer)
    changed = tuple(name for name, old in before.items() if not _same(old, inputs[name]))
    return Outcome(outputs, changed, library.name, printed.text, problem)


def run_all(answer: Callable[..., Any], calls: Iterable[Call], may_use: tuple[str, ...]) -> list[Outcome]:
    """One outcome for each call. Watching the library costs time: the first call is enough."""
    outcomes: list[Outcome] = []
    for call in calls:
        if outcomes and outcomes[-1].problem and outcomes[-1].problem.kind in (*GIVES_UP, "not run"):
            outcomes.append(Outcome(problem=Problem("not run")))
        else:
            outcomes.append(run(answer, call, None if outcomes else may_use))
    return outcomes


def _outputs(answer: Callable[..., Any], call: Call, inputs: dict[str, Any]) -> dict[str, Value]:
    function = answer if call.build is None else build(answer, call)
    result = function(*inputs.values())
    if result is None:
        raise TroubleError("returned nothing")
    arrays = _read(result)
    outputs = {name: plain(value) for name, value in arrays.items()}
    if call.grad:
        wanted = {name: inputs[name] for name in call.grad}
        if isinstance(function, nn.Module):
            wanted |= dict(function.named_parameters())
        outputs |= gradients(arrays, wanted)
    return outputs


def _read(result: Any) -> dict[str, Value]:
    """What can't be read was made by the learner's code, whatever the error."""
    try:
        return connected_arrays(result)
    except Exception as error:
        raise TroubleError("returned something else", safe_text(error)) from None


def _fresh(value: Any, differentiate: bool) -> Any:
    """The learner gets a copy: what happens to it stays with the learner."""
    if not isinstance(value, Tensor):
        return value
    return value.detach().clone().requires_grad_(differentiate)


def _same(old: Tensor, new: Tensor) -> bool:
    """Also where both are NaN, which is not equal to itself."""
    if old.shape != new.shape or old.dtype != new.dtype:
        return False
    new = new.detach()
    return bool(((old == new) | ((old != old) & (new != new))).all()) if old.numel() else True


__all__ = ["build", "run", "run_all"]
