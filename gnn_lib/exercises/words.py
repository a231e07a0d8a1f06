"""What to say to a wrong answer that is none of the known mistakes."""

from torch import Tensor

from gnn_lib.exercises.calls import Outcome, Problem
from gnn_lib.exercises.closeness import close
from gnn_lib.exercises.compare import Difference
from gnn_lib.exercises.symptoms import remedy

Fault = Difference | Problem | str  # a str: the input that was changed in place
Words = tuple[str, str]  # the headline, and what to say below it

STUB = "Replace the line `raise NotImplementedError(...)` with your own, run the cell, then this one again."


def library_words(function: str) -> Words:
    return "lets the library do the work", (
        f"Your code calls `{function}`, which does the work that is asked of you. Write the steps yourself."
    )


def fault_words(found: Fault | None, expected: Outcome, got: Outcome) -> Words:
    if found is None:
        raise ValueError("Nothing is wrong: there is nothing to say.")
    if isinstance(found, Problem):
        headline, says = _PROBLEMS[found.kind]
        help_ = remedy(found.error, found.message)
        return headline, says.format(error=_error(found), message=found.message, remedy=help_).strip()
    if isinstance(found, str):
        return "changes its input", (
            f"The numbers are right, but your code changed `{found}`, which belongs to whoever called it. "
            f"Work on a copy (`{found}.clone()`), or on a new tensor."
        )
    headline, says = _difference(found, expected, got)
    if got.changed:
        says += f" Besides, your code changed `{got.changed[0]}` in place."
    return headline, says


def _difference(found: Difference, expected: Outcome, got: Outcome) -> Words:
    if found.output.startswith("gradient"):
        if _nothing(got.outputs.get(found.output)):
            return "breaks the gradient", f"The result is right, but its {found.output} is 0. {_CUT}"
        return "another gradient", f"The result is right, but not what flows back through it. {found.says}"
    right, came = expected.outputs.get(found.output), got.outputs.get(found.output)
    if found.kind == "value" and _is_transpose(right, came):
        return "rows and columns changed places", f"Your {found.output} is the transpose of the right one."
    return _HEADLINES.get(found.kind, "not the right answer yet"), found.says


def _error(problem: Problem) -> str:
    text = f"{problem.error}: {problem.message}" if problem.message else problem.error
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _nothing(gradient: object) -> bool:
    return isinstance(gradient, Tensor) and not bool(gradient.any())


def _is_transpose(right: object, got: object) -> bool:
    if not isinstance(right, Tensor) or not isinstance(got, Tensor) or right.dim() != 2:
        return False
    return right.T.shape == got.shape and right.shape == got.shape and bool(close(right.T, got).all())


_HEADLINES = {"nan": "not a number", "shape": "another shape", "missing": "returns something else"}
_CUT = (
    "`.detach()`, `.item()`, `.tolist()`, `.numpy()`, `torch.no_grad()` and `torch.tensor(...)` around a "
    "result cut it off: nothing before them could learn."
)
_PROBLEMS = {
    "crashed": ("crashed", "{error} {remedy}"),
    "too slow": ("too slow", "It is {message}, on a small graph. Is there a loop that never ends?"),
    "stopped": ("stopped", "You stopped it while it was running the line below."),
    "not run": ("not run", "An earlier case took too long."),
    "not attempted": (
        "unfinished",
        "For some inputs your code still comes to the line `raise NotImplementedError(...)`.",
    ),
    "returned nothing": ("returns nothing", "Your code returned None. Does its last line say `return`?"),
    "returned something else": ("returns something else", "{message}. Return a tensor."),
    "parameters": ("other parameters", "The layer's parameters are not the ones asked for. {message}"),
}
