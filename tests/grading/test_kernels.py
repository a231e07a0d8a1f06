"""The warm parent and its kernels: quick, each for itself, and gone with whoever asked for them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpec

from course.grading.kernels import kernel_manager
from course.grading.kernels.environment import clean, of_kernel
from course.grading.kernels.provisioner import WarmProvisioner
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import Limits
from tests.grading import attacks
from tests.grading.kernels import LEVELS, ROOT, USERS, Driver, driver, left_of, processes_of, source

SLEEP = "print('up', flush=True); import time; time.sleep(60)"


@pytest.fixture(scope="module")
def grader() -> Iterator[Driver]:
    with driver(USERS[0]) as somebody:
        yield somebody


@pytest.fixture
def victim(request: pytest.FixtureRequest) -> Iterator[Driver]:
    """One that a test may kill."""
    with driver(getattr(request, "param", USERS[0])) as somebody:
        yield somebody


def zygotes(run: str) -> list[int]:
    """Children of nobody's: the forks that they make have a parent among them."""
    return [pid for pid in processes_of(run) if parent_of(pid) not in processes_of(run)]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_kernels_are_quick_and_draw_their_own_numbers(grader: Driver) -> None:
    """The first one waits for the warm parent; the machine may be busy, so seconds are generous."""
    results = [grader.attack("namespaces", source(attacks.randomness)) for _ in range(3)]
    drawn = [set(result["outputs"][0].split()) for result in results]
    assert all(len(numbers) == 3 for numbers in drawn)
    assert not drawn[0] & drawn[1] | drawn[1] & drawn[2]
    assert min(result["seconds"] for result in results[1:]) < 5


def test_a_kernel_begins_with_what_lessons_import_and_one_thread_each(grader: Driver) -> None:
    code = "import sys, torch; print('gnn_lib.layers' in sys.modules, torch.get_num_threads(), sys.path[0])"
    assert grader.attack("namespaces", code)["outputs"] == ["True 1"]


def test_what_the_caller_adds_to_the_environment_arrives(grader: Driver) -> None:
    names = ("GNN_COURSE_JUDGED", "NBGRADER_EXECUTION", "A_PASSWORD", "GNN_COURSE_SECRET", "GNN_COURSE_RUN")
    code = f"import os; print([os.environ.get(name) for name in {names}])"
    grader.start("namespaces", code, env={"GNN_COURSE_JUDGED": "1", "NBGRADER_EXECUTION": "autograde"})
    assert grader.result()["outputs"] == ["['1', 'autograde', None, None, None]"]


def test_the_environment_is_a_list_of_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("GNN_COURSE_SECRET", "there")
    given = dict(os.environ) | {"GNN_COURSE_JUDGED": "1", "LD_PRELOAD": "x.so", "PYTHONSTARTUP": "x.py"}
    environment = of_kernel(given)
    assert environment["GNN_COURSE_JUDGED"] == "1"
    assert not {"AWS_SECRET_ACCESS_KEY", "GNN_COURSE_SECRET", "LD_PRELOAD", "PYTHONSTARTUP"} & set(
        environment
    )


@pytest.mark.slow
def test_when_the_zygote_is_killed_its_kernels_live_on_and_another_one_starts(victim: Driver) -> None:
    victim.start("namespaces", "import time; time.sleep(3); print('still here')")
    [first] = zygotes(victim.run)
    os.kill(first, signal.SIGKILL)
    assert victim.result()["outputs"] == ["still here"]
    assert victim.attack("namespaces", "print('me too')")["outputs"] == ["me too"]
    assert first not in zygotes(victim.run)
    victim.end()
    assert not left_of(victim.run)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("victim", "level"),
    [(USERS[0], LEVELS[0]), *((USERS[-1], level) for level in LEVELS)],
    indirect=["victim"],
)
def test_when_the_owner_is_killed_nothing_is_left(victim: Driver, level: str) -> None:
    mark = f"54321.{os.getpid()}"
    victim.start(level, source(attacks.daemon, mark), SLEEP)
    time.sleep(2)
    assert processes_of(victim.run)
    victim.process.kill()
    assert not left_of(victim.run)
    assert not processes_of(mark)


def test_it_behaves_as_any_kernel_manager() -> None:
    """Interrupt, restart, two at once, shut down politely and at once."""

    async def live() -> list[Any]:
        told: list[Any] = []
        one, two = kernel_manager(Level.NAMESPACES), kernel_manager(Level.NAMESPACES)
        await asyncio.gather(one.start_kernel(env={}), two.start_kernel(env={}))
        client = one.client()
        client.start_channels()
        await client.wait_for_ready(timeout=60)
        sleeping = asyncio.ensure_future(
            client.execute_interactive("import time; time.sleep(60)", timeout=30)
        )
        await asyncio.sleep(1)
        await one.interrupt_kernel()
        told.append((await sleeping)["content"]["ename"])
        told.append(await one.is_alive())
        await one.restart_kernel(now=True)
        await client.wait_for_ready(timeout=60)
        told.append((await client.execute_interactive("sleeping", timeout=30))["content"]["ename"])
        client.stop_channels()
        await one.shutdown_kernel()
        await two.shutdown_kernel(now=True)
        return [*told, await one.is_alive(), await two.is_alive(), os.listdir(os.environ["GNN_COURSE_RUN"])]

    told = asyncio.run(live())
    assert told[:5] == ["KeyboardInterrupt", True, "NameError", False, False]
    assert not [name for name in told[5] if name.startswith("k-")]


def test_jupyter_itself_can_use_it() -> None:
    """By the entry point, as configured in a kernelspec or as the default: no parameters but traitlets."""
    spec = KernelSpec(argv=["python", "-f", "{connection_file}"], display_name="x", language="python")
    provisioner = WarmProvisioner(kernel_spec=spec, level="landlock", limits={"wall": 10})
    assert provisioner.level == "landlock"
    assert Limits.from_dict(provisioner.limits).wall == 10
    assert not provisioner.has_process


def test_a_level_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Exception, match="namespace"):
        kernel_manager("namespace")  # type: ignore[arg-type]


def test_limits_are_checked_by_name_and_size() -> None:
    with pytest.raises(ValueError, match="memory must be above 0, but is -1"):
        Limits(memory=-1)
    with pytest.raises(ValueError, match=r"'walls'(.|\n)*There are wall, cpu"):
        Limits.from_dict({"walls": 1})


def test_the_warm_parent_imports_no_answers() -> None:
    """Nor anything that starts a thread: both would make it refuse to serve."""
    code = (
        "import json, sys, os, importlib\n"
        "from course.grading.kernels.zygote import WARM\n"
        "[importlib.import_module(name) for name in WARM]\n"
        "print(json.dumps([sorted(sys.modules), len(os.listdir('/proc/self/task'))]))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=clean() | {"HOME": os.environ["HOME"]},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules, threads = json.loads(told.stdout)
    assert not [name for name in modules if name.startswith("gnn_lib.exercises.lesson_")]
    assert threads == 1
