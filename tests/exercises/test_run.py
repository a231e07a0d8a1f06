"""The learner's side: limits hold, the notebook stays as it was, and the learner's own line is found."""

import contextlib
import cProfile
import random
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from torch import Tensor, nn
from torch_geometric.utils import scatter

from gnn_lib.exercises import diagnose, limits
from gnn_lib.exercises import run as run_module
from gnn_lib.exercises.calls import Call, Outcome
from gnn_lib.exercises.diagnose import check_answer
from gnn_lib.exercises.run import run
from gnn_lib.exercises.source import learner_code
from gnn_lib.layers import GCNConv
from tests.exercises.small import INBOX, function, inbox

X, EDGES = torch.ones(3, 2), torch.tensor([[0, 1], [1, 2]])
CALL = Call(dict(x=X, edge_index=EDGES))


def outcome(answer: Any, call: Call = CALL) -> Outcome:
    return run(answer, call)


# Threads


def test_two_threads_take_turns() -> None:
    """JupyterLab answers a playground in one thread while a cell's check runs in another."""

    def slow(x: Tensor, edge_index: Tensor) -> Tensor:
        print("begins")
        time.sleep(0.3)
        print("ends")
        return torch.rand(3)

    out, state = sys.stdout, torch.get_rng_state()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(outcome, slow)
        time.sleep(0.1)
        outcomes = [pool.submit(outcome, slow).result(), first.result()]
    assert sys.stdout is out, "or the notebook prints no more"
    assert torch.equal(torch.get_rng_state(), state)
    assert [one.printed for one in outcomes] == ["begins\nends\n"] * 2
    assert torch.equal(*(torch.as_tensor(one.outputs["result"]) for one in outcomes)), "both from one seed"


# Limits


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "PATIENCE", 0.3)


@pytest.mark.alone
@pytest.mark.parametrize("body", [
    ["while True: pass"],
    ["import time", "time.sleep(60)"],
    ["while True:", "    try:", "        while True: pass", "    except Exception: pass"],
    ["while True: print('x' * 1000)"],
])  # fmt: skip
def test_a_loop_without_end_is_stopped_once(impatient: None, body: list[str]) -> None:
    start = time.perf_counter()
    verdict = check_answer(INBOX, function(*body))
    assert time.perf_counter() - start < 3, "the other cases aren't waited for"
    assert (verdict.status, verdict.mistake, verdict.score) == ("crashed", "too slow", 0)
    assert "never ends" in verdict.says
    assert verdict.problem is not None
    assert "line" in verdict.problem.place


def test_even_one_that_swallows_everything_is_stopped(
    impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = limits.signal.setitimer
    monkeypatch.setattr(limits.signal, "setitimer", lambda which, at, again=0.0: real(which, at, again / 5))
    stubborn = function("for _ in range(2):", "    try:", "        while True: pass",
                        "    except BaseException: pass", "while True: pass")  # fmt: skip
    assert check_answer(INBOX, stubborn).mistake == "too slow"


@pytest.mark.parametrize("body", [
    ["while True: pass"],
    ["while True:", "    try:", "        while True: pass", "    except Exception: pass"],
    ["for _ in range(2):", "    try:", "        while True: pass",
     "    except BaseException: pass", "while True: pass"],
])  # fmt: skip
def test_in_another_thread_too(impatient: None, body: list[str]) -> None:
    """JupyterLab answers its widgets in one, where no signal comes."""
    told: list[Any] = []

    def work() -> None:
        told.append(check_answer(INBOX, function(*body)).mistake)
        end = time.perf_counter() + 1.5
        while time.perf_counter() < end:  # a limit that is not taken back would strike here
            pass
        told.append("went on")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert told == ["too slow", "went on"]


def test_the_cases_before_a_slow_one_count(impatient: None) -> None:
    verdict = check_answer(INBOX, function("while edge_index.size(1) == 0: pass", "return x.new_zeros("
                           "x.shape).index_add(0, edge_index[1], x[edge_index[0]])"))  # fmt: skip
    assert [group.passed for group in verdict.groups] == [True, False, False]
    assert verdict.example is not None
    shown = verdict.example.inputs["edge_index"]
    assert isinstance(shown, Tensor)
    assert shown.numel() == 0, "the slow one is shown, not one that never ran"


def test_an_alarm_that_was_set_before_still_rings() -> None:
    import signal

    rung: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        assert outcome(inbox).problem is None
        time.sleep(0.4)
        assert rung == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_prints_are_kept_in_part_and_warnings_with_them(capfd: pytest.CaptureFixture[str]) -> None:
    def loud(x: Tensor, edge_index: Tensor) -> Tensor:
        print("hello")
        print("aside", file=sys.stderr)
        for _ in range(3):
            warnings.warn("old", stacklevel=1)
        return x

    assert outcome(loud).printed == "hello\naside\nUserWarning: old\n"
    wordy = outcome(function("for _ in range(1000): print('x' * 10_000)", "return x")).printed
    assert len(wordy) < 3_000
    assert wordy.endswith("... and more")
    assert capfd.readouterr() == ("", "")


# The notebook's own settings


def state() -> dict[str, Any]:
    return {
        "dtype": torch.get_default_dtype(), "grad": torch.is_grad_enabled(),
        "threads": torch.get_num_threads(), "strict": torch.are_deterministic_algorithms_enabled(),
        "depth": sys.getrecursionlimit(), "trace": sys.gettrace(),
        "torch": torch.get_rng_state().tolist(), "numpy": np.random.get_state()[1].tolist(),  # type: ignore[index]
        "random": random.getstate(), "stdout": sys.stdout, "profile": sys.getprofile(),
    }  # fmt: skip


def test_a_check_leaves_the_notebook_as_it_was() -> None:
    def careless(x: Tensor, edge_index: Tensor) -> Tensor:
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.set_num_threads(torch.get_num_threads() + 1)
        torch.use_deterministic_algorithms(True)
        torch.manual_seed(1)
        np.random.seed(1)
        random.seed(1)
        sys.setrecursionlimit(3_000)
        sys.setprofile(None)
        raise ValueError

    before = state()
    check_answer(INBOX, careless)
    check_answer(INBOX, inbox)
    assert state() == before


@contextlib.contextmanager
def strange_notebook() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)


def test_a_notebooks_settings_harm_no_answer() -> None:
    with strange_notebook():
        assert check_answer(INBOX, inbox).status == "right"
    with torch.inference_mode():
        assert check_answer(INBOX, inbox).status == "right"


def test_randomness_is_the_same_each_time() -> None:
    def drawn(x: Tensor, edge_index: Tensor) -> Tensor:
        return torch.rand(1) + np.random.rand() + random.random()

    first, second = (outcome(drawn).outputs["result"] for _ in range(2))
    assert isinstance(first, Tensor)
    assert isinstance(second, Tensor)
    assert first.tolist() == second.tolist()


def test_inputs_with_nan_are_not_taken_for_changed() -> None:
    call = Call(dict(x=torch.tensor([float("nan"), 1.0])))
    assert outcome(lambda x: x + 1, call).changed == ()
    assert outcome(lambda x: x.add_(1), call).changed == ("x",)
    assert outcome(lambda x: x.resize_(1), call).changed == ("x",)


# The library


def uses_layers(x: Tensor, edge_index: Tensor) -> Tensor:
    return GCNConv(2, 2)(x, edge_index)


class Own(GCNConv):
    pass


def uses_data(x: Tensor, edge_index: Tensor) -> Tensor:
    from gnn_lib import Graph
    from gnn_lib.datasets import path_abcd

    Graph(edge_index, x=x)
    path_abcd()
    return inbox(x, edge_index)


def uses_pyg(x: Tensor, edge_index: Tensor) -> Tensor:
    return scatter(x[edge_index[0]], edge_index[1], 0, len(x))  # type: ignore[no-any-return]


def uses_answers(x: Tensor, edge_index: Tensor) -> Tensor:
    from gnn_lib.exercises.lesson_01.in_degree import in_degree

    return in_degree(edge_index, len(x))



@pytest.mark.parametrize(("answer", "module"), [
    (uses_layers, "gnn_lib.layers"), (lambda x, e: Own(2, 2)(x, e), "gnn_lib."), (GCNConv(2, 2), "gnn_lib."),
    (uses_pyg, "torch_geometric."), (uses_answers, "gnn_lib.exercises.lesson_01"), (uses_data, ""),
    (inbox, ""),
])  # fmt: skip
def test_the_library_may_not_do_the_work(answer: Callable[..., Any], module: str) -> None:
    found = run(answer, CALL, ())
    assert found.library.startswith(module)
    assert bool(found.library) == bool(module)
    assert run(answer, CALL).library == ""


def test_what_may_be_used_may_be_used_with_all_it_needs() -> None:
    assert run(uses_layers, CALL, ("gnn_lib.layers",)).library == ""
    assert run(uses_layers, CALL, ("gnn_lib.layer",)).library != ""


def test_a_profiler_and_a_tracer_stay() -> None:
    def broken(x: Tensor, edge_index: Tensor) -> Tensor:
        raise ValueError

    profiler = cProfile.Profile()
    profiler.enable()
    try:
        before = sys.getprofile()
        for answer in (inbox, broken):
            run(answer, CALL, ())
            assert sys.getprofile() is before
    finally:
        profiler.disable()
    seen: list[str] = []

    def trace(frame: Any, event: str, argument: Any) -> Any:
        seen.append(frame.f_code.co_name)
        return trace

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        run(inbox, CALL, ())
        assert sys.gettrace() is trace
    finally:
        sys.settrace(old)
    assert "inbox" in seen


# The learner's own line


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance(colors="nocolor")
    shell.run_cell("import torch\nfrom torch import nn")
    yield shell
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(("cells", "line"), [
    (["def f(x, edge_index):\n    y = x\n    return y @ x"], "return y @ x"),
    (["f = lambda x, edge_index: x @ x"], "f = lambda x, edge_index: x @ x"),
    (["def helper(x):\n    return x @ x", "def f(x, edge_index):\n    return helper(x)"], "return x @ x"),
    (["def f(x, edge_index):\n    return nn.Linear(9, 9)(x)"], "return nn.Linear(9, 9)(x)"),
    (["def f(x, edge_index):\n    return sum(x @ x for _ in x)"], "return sum(x @ x for _ in x)"),
    (["def g(x):\n    raise NotImplementedError", "def f(x, edge_index):\n    return g(x)"],
     "raise NotImplementedError"),
    (["def f(x, edge_index):\n    return f(x, edge_index)"], "return f(x, edge_index)"),
    (["def f(x, edge_index):\n    exec('x @ x')"], "exec('x @ x')"),
])  # fmt: skip
def test_a_cells_own_line_is_shown(shell: InteractiveShell, cells: list[str], line: str) -> None:
    for cell in cells:
        shell.run_cell(cell, store_history=True).raise_error()
    problem = outcome(shell.user_ns["f"]).problem
    assert problem is not None
    assert problem.line == line
    assert problem.place.startswith("Cell In[")
    assert problem.kind == "crashed"


def test_a_line_in_a_file_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine_own.py").write_text("def f(x, edge_index):\n    return x @ x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import mine_own  # type: ignore[import-not-found]

    problem = outcome(mine_own.f).problem
    assert problem is not None
    assert (problem.place, problem.line) == ("mine_own.py, line 2", "return x @ x")


def test_what_torch_has_not_implemented_is_no_stub() -> None:
    sparse = function("return torch.linalg.inv(torch.eye(2).to_sparse())")
    problem = outcome(sparse).problem
    assert problem is not None
    assert (problem.kind, problem.error) == ("crashed", "NotImplementedError")


STUB = 'raise NotImplementedError("not attempted yet")'


class Unwritten(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        raise NotImplementedError


def decorated(function: Any) -> Any:
    def wrapper(*inputs: Any) -> Any:
        return function(*inputs)

    return wrapper


@pytest.mark.parametrize("answer", [
    function(STUB), function("y = x * 2", STUB, "return y"), decorated(function(STUB)),
    learner_code(f"class inbox:\n    def __call__(self, x, e):\n        {STUB}", "inbox")(),
])  # fmt: skip
def test_a_stub_is_a_stub_however_it_is_wrapped(answer: Any) -> None:
    assert check_answer(INBOX, answer).status == "not attempted"


def test_a_layers_stub_is_a_stub() -> None:
    problem = outcome(Unwritten, Call({}, build={})).problem
    assert problem is not None
    assert problem.kind == "not attempted"


def test_half_a_stub_is_unfinished_and_keeps_its_points() -> None:
    verdict = check_answer(INBOX, function("if len(x) == 5:", f"    {STUB}", "return torch.zeros_like(x)."
                           "index_add(0, edge_index[1], x[edge_index[0]])"))  # fmt: skip
    assert (verdict.status, verdict.mistake, verdict.score) == ("wrong", "unfinished", 1)


def test_an_unwritten_helper_is_named() -> None:
    code = f"def degree(e):\n    {STUB}\ndef inbox(x, edge_index):\n    return degree(edge_index)"
    answer = learner_code(code, "inbox")
    verdict = check_answer(INBOX, answer)
    assert verdict.status == "crashed"
    assert "`degree` is not written yet" in verdict.says
    assert "Do that exercise first" in verdict.says


def test_long_messages_are_cut() -> None:
    problem = outcome(function("raise ValueError('x' * 10_000)")).problem
    assert problem is not None
    assert len(problem.message) < 400


def test_a_reference_that_fails_is_the_authors_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose, "run", lambda *_: Outcome(changed=("x",)))
    with pytest.raises(AssertionError, match="its reference fails"):
        diagnose.diagnose(INBOX, diagnose.cases_of(INBOX), [Outcome()] * 5)
