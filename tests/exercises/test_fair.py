"""Every fair way passes; every unfair one fails, and the words help."""

import functools
from collections.abc import Callable
from typing import Any

import pytest
from torch import Tensor, nn

from gnn_lib.exercises.as_text import report_text
from gnn_lib.exercises.diagnose import check_answer
from tests.exercises.small import FORWARD, INBOX, MIXER, function, inbox, layer, written

FAIR = {
    "a loop with gradients": ["out = torch.zeros_like(x)", "for s, t in edge_index.T.tolist():",
                              "    out[t] = out[t] + x[s]", "return out"],
    "a loop over rows": ["out = [torch.zeros(2) for _ in x]", "for s, t in edge_index.T.tolist():",
                         "    out[t] = out[t] + x[s]", "return out"],
    "a loop from 0": ["out = [[0, 0] for _ in x]", "for s, t in edge_index.T.tolist():",
                      "    for k in range(2):", "        out[t][k] = out[t][k] + x[s, k]", "return out"],
    "dense": ["A = torch.zeros(len(x), len(x))", "for s, t in edge_index.T.tolist():", "    A[s, t] += 1",
              "return A.T @ x"],
    "einsum in float64": ["A = torch.zeros(len(x), len(x), dtype=torch.float64)",
                          "A.index_put_(tuple(edge_index), torch.ones(edge_index.size(1), "
                          "dtype=torch.float64), accumulate=True)",
                          "return torch.einsum('st,sf->tf', A, x.double())"],
    "sparse": ["ones = torch.ones(edge_index.size(1))",
               "A = torch.sparse_coo_tensor(edge_index.flip(0), ones, (len(x), len(x)))",
               "return torch.sparse.mm(A, x)"],
    "a sparse result": ["out = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])",
                        "return out.to_sparse()"],
    "torch's own context": ["with torch.enable_grad():",
                            "    return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"],
    "a copy that is changed": ["out = x.clone()", "out = out - x", "out.index_add_(0, edge_index[1], "
                               "x[edge_index[0]])", "return out"],
    "a warning on the way": ["import sys, warnings", "warnings.warn('old')", "print('!', file=sys.stderr)",
                             "return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"],
    "a lot of prints": ["for _ in range(200): print('x' * 50_000)",
                        "return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"],
    "other settings": ["torch.set_default_dtype(torch.float64)", "torch.manual_seed(3)",
                       "torch.set_grad_enabled(True)",
                       "return torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"],
}  # fmt: skip
NUMBERS_ONLY = {  # right numbers, no gradient: one point of four less
    "NumPy": ["A = np.zeros((len(x), len(x)))", "np.add.at(A, (edge_index[1], edge_index[0]), 1)",
              "return A @ x.detach().numpy()"],
    "lists": ["out = [[0.0, 0.0] for _ in x]", "for s, t in edge_index.T.tolist():",
              "    for k in range(2):", "        out[t][k] += x[s, k].item()", "return out"],
    "a list of arrays": ["A = np.zeros((len(x), len(x)))", "np.add.at(A, (edge_index[1], edge_index[0]), 1)",
                         "return list(A @ x.detach().numpy())"],
}  # fmt: skip


@pytest.mark.parametrize("lines", FAIR.values(), ids=FAIR)
def test_a_fair_way_passes(lines: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    verdict = check_answer(INBOX, function(*lines))
    assert verdict.status == "right", report_text(verdict)
    assert capfd.readouterr() == ("", ""), "under nbgrader a word on stderr costs all points"


@pytest.mark.parametrize("lines", NUMBERS_ONLY.values(), ids=NUMBERS_ONLY)
def test_right_numbers_earn_their_part(lines: list[str]) -> None:
    verdict = check_answer(INBOX, function(*lines))
    assert (verdict.mistake, verdict.score) == ("breaks the gradient", 3), report_text(verdict)


class _Called:
    def __call__(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return inbox(x, edge_index)


class _Forward(nn.Module):
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return inbox(x, edge_index)


def _decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapper(*inputs: Any) -> Any:
        return function(*inputs)

    return wrapper


@pytest.mark.parametrize("answer", [
    _Called(), _Forward(), lambda x, edge_index: inbox(x, edge_index), functools.partial(inbox),
    _decorated(inbox), functools.lru_cache(inbox), inbox,
], ids=["object", "module", "lambda", "partial", "decorated", "cached", "function"])  # fmt: skip
def test_whatever_can_be_called_passes(answer: Callable[..., Any]) -> None:
    assert check_answer(INBOX, answer).status == "right"


RIGHT = "torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])"
UNFAIR: dict[str, tuple[list[str], str, str]] = {
    "nothing": (["pass"], "returns nothing", "return"),
    "a side of 1": ([f"return ({RIGHT}).unsqueeze(1)"], "another shape", ".squeeze(...)"),
    "one row for all": ([f"return ({RIGHT})[:1]"], "another shape", "[1, 2]; it should be [3, 2]"),
    "transposed": ([f"return ({RIGHT}).T"], "another shape", "changed places"),
    "NaN": ([f"return {RIGHT} * float('nan')"], "not a number", "0 / 0"),
    "infinity": ([f"return ({RIGHT} + 1) / 0"], "not a number", "division by 0"),
    "complex": ([f"return ({RIGHT}).to(torch.complex64)"], "not the right answer yet", "complex"),
    "a text": (["return 'done'"], "not the right answer yet", "the text 'done'"),
    "a dictionary": ([f"return {{'out': {RIGHT}}}"], "returns something else", "a dictionary"),
    "a generator": ([f"return (row for row in {RIGHT})"], "returns something else", "list(...)"),
    "two results": ([f"return {RIGHT}, x"], "returns something else", "2 things"),
    "max's two": (["return x.max(0)"], "returns something else", ".values"),
    "a function": (["return x.sum"], "returns something else", "parentheses"),
    "None inside": (["return x, None"], "returns something else", "None"),
    "an empty list": (["return []"], "another shape", "[0]"),
    "in place": (["out = " + RIGHT, "x += 1", "return out"], "changes its input", "x.clone()"),
    "edges in place": (["out = " + RIGHT, "edge_index[0] = 0", "return out"], "changes its input",
                       "edge_index.clone()"),
    "wrong, in place": (["x.mul_(2)", "return x"], "not the right answer yet", "Besides"),
    "without end": (["return inbox(x, edge_index)"], "crashed", "nothing stops it"),
    "too much memory": (["return torch.zeros(2**44)"], "crashed", "memory"),
    "a view of a lot": (["return torch.zeros(1).expand(10**12)"], "returns something else", "far too many"),
    "itself": (["out = []", "out.append(out)", "return out"], "returns something else", "list in a list"),
    "exit": (["import sys", "sys.exit(3)"], "crashed", "`return` ends a function"),
    "no gradient": ([f"return ({RIGHT}).detach()"], "breaks the gradient", ".detach()"),
    "not recorded": (["with torch.no_grad():", f"    return {RIGHT}"], "breaks the gradient", "no_grad"),
    "random": (
        ["return F.dropout(" + RIGHT + ")"], "not the same twice", "random"),
    "kept": (["inbox.n = getattr(inbox, 'n', 0) + 1", f"return {RIGHT} + inbox.n"], "not the same twice",
             "last call"),
    "no size": (["return x[torch.tensor([99])]"], "crashed", "ids run from 0"),
    "another's": (["return degree(x)"], "crashed", "Has the cell that defines it been run?"),
    "sideways": (["return torch.eye(2)[[0, 1, 1]]"], "not the right answer yet", "result[0, 0] is 1"),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "mistake", "words"), UNFAIR.values(), ids=UNFAIR)
def test_an_unfair_way_fails_with_words_that_help(lines: list[str], mistake: str, words: str) -> None:
    verdict = check_answer(INBOX, function(*lines))
    assert verdict.status in ("wrong", "crashed")
    assert verdict.mistake == mistake, report_text(verdict)
    assert words in verdict.says, verdict.says
    assert verdict.score < verdict.total
    assert len(verdict.says) < 500
    report_text(verdict)


def test_right_numbers_that_change_the_input_earn_nothing_there() -> None:
    verdict = check_answer(INBOX, function("if x.requires_grad: x = x.clone()", f"out = {RIGHT}",
                                           "x += len(x) == 5", "return out"))  # fmt: skip
    assert [group.passed for group in verdict.groups] == [True, False, True]
    assert verdict.mistake == "changes its input"


class _SilentError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


def test_an_error_that_cannot_speak_is_still_named() -> None:
    def broken(x: Tensor, edge_index: Tensor) -> Tensor:
        raise _SilentError

    verdict = check_answer(INBOX, broken)
    assert "_SilentError" in verdict.says
    assert verdict.problem is not None
    assert verdict.problem.line == "raise _SilentError"


def test_the_stop_button_stops_kindly() -> None:
    calls = []

    def stopped(x: Tensor, edge_index: Tensor) -> Tensor:
        calls.append(1)
        raise KeyboardInterrupt

    verdict = check_answer(INBOX, stopped)
    assert (verdict.headline, verdict.score, len(calls)) == ("stopped", 0, 1)
    assert "You stopped it" in report_text(verdict)


@pytest.mark.parametrize(("answer", "words"), [
    (layer("self.lin = nn.Linear(width, width)"), "`lin.bias` [2]; it should have `lin.weight` [2, 2]"),
    (layer("self.lin = nn.Linear(width, 3, bias=False)"), "`lin.weight` [3, 2]; it should"),
    (layer("self.W = nn.Linear(width, width, bias=False)"), "`W.weight` [2, 2]; it should"),
    (layer("self.lins = [nn.Linear(width, width)]"), "nn.ModuleList"),
    (layer("self.ws = [nn.Parameter(torch.ones(2, 2))]"), "nn.ParameterList"),
    (layer("self.w = {'a': torch.ones(2, 2)}"), "nn.ParameterList"),
    (layer("self.w = torch.ones(2, 2)"), "`nn.Parameter(...)`"),
    (layer("pass"), "It has no parameters"),
])  # fmt: skip
def test_other_parameters_are_named(answer: object, words: str) -> None:
    verdict = check_answer(MIXER, answer)
    assert verdict.mistake == "other parameters"
    assert words in verdict.says, verdict.says


LIN = "self.lin = nn.Linear(width, width, bias=False)"


@pytest.mark.parametrize("answer", [
    layer(LIN),
    layer(f"{LIN}; self.register_buffer('cache', torch.ones(3)); self.drop = nn.Dropout(0.9)",
          "return self.drop(self.lin(inbox(x, edge_index)))"),
    layer(LIN, "return inbox(x, edge_index) @ self.lin.weight.T"),
    layer(LIN, "return inbox(self.lin(x), edge_index)"),
])  # fmt: skip
def test_a_layer_may_be_written_in_many_ways(answer: object) -> None:
    verdict = check_answer(MIXER, answer)
    assert verdict.status == "right", report_text(verdict)


@pytest.mark.parametrize(("answer", "mistake", "words"), [
    (layer(LIN, base="pass"), "crashed", "super().__init__()"),
    (layer(LIN, f"self.lin.reset_parameters(); {FORWARD}"), "not the same twice", ""),
    (layer(LIN, "return F.dropout(self.lin(inbox(x, edge_index)))"), "not the same twice", "random"),
    (layer(LIN, "return inbox(x, edge_index) @ self.lin.weight.detach().T"), "breaks the gradient", "weight"),
    (layer(LIN, "return inbox(x, edge_index) @ self.lin.weight"), "not the right answer yet", ""),
    (written(f"class Mixer(nn.Module):\n    def __init__(self, width):\n        super().__init__(); {LIN}",
             "Mixer"), "crashed", "forward"),
    (written("def Mixer(x, edge_index): return x", "Mixer"), "crashed", "width"),
])  # fmt: skip
def test_a_wrong_layer_is_told_why(answer: object, mistake: str, words: str) -> None:
    verdict = check_answer(MIXER, answer)
    assert verdict.mistake == mistake, report_text(verdict)
    assert words in verdict.says, verdict.says
