"""Every claim of the sandbox, attacked from inside: by root's submissions and by those of an ordinary user.

A level that this machine does not have fails here, with what to install; only Landlock, which is a part
of Linux that nobody can install, is left out where Linux doesn't have it.
"""

import os
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from course.grading.sandbox.levels import Level, choose, probe
from course.grading.sandbox.limits import MB, Limits
from course.grading.sandbox.view import secrets
from tests.grading import attacks
from tests.grading.kernels import LEVELS, USERS, Driver, driver, processes_of, source

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=USERS)
def user(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with driver(request.param) as somebody:
        yield somebody


@pytest.fixture(scope="module", params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    assert not probe(Level(request.param)), "apt install bubblewrap; in a container, allow user namespaces"
    return str(request.param)


@pytest.fixture(scope="module")
def harmless(user: Driver, level: str) -> dict[str, str]:
    """What became of the attacks that leave a kernel alive, all made in one."""
    name = f"\0gnn-course-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        listener.bind(name)
        listener.listen()
        inbox.bind(f"{name}-inbox")
        user.start(level, "print(1)")
        zygote = min(processes_of(user.run))
        user.result()
        pids = [os.getpid(), user.process.pid, zygote]
        cells = cells_against(user, pids, name)
        result = user.attack(level, *cells.values())
    assert result["alive"], result
    return dict(zip(cells, result["outputs"], strict=True))


def cells_against(user: Driver, pids: list[int], name: str) -> dict[str, str]:
    hidden = [str(next(path for path in folder.rglob("*") if path.is_file())) for folder in secrets()]
    hidden += [str(user.home / "secret"), str(user.home / "gradebook.db")]
    hidden += ["/etc/shadow", f"/proc/{pids[0]}/environ"]
    attempts: dict[str, tuple[Callable[..., str], tuple[Any, ...]]] = {
        "network": (attacks.network, ()),
        "host_sockets": (attacks.host_sockets, ([name, f"{user.run}/zygote"],)),
        "datagrams": (attacks.datagrams, (f"{name}-inbox",)),
        "read": (attacks.read, (hidden,)),
        "answers": (attacks.answers, ()),
        "environment": (attacks.environment, ("xyzzy-4711",)),
        "its secret's place": (attacks.environment, (str(user.home / "secret"),)),
        "processes": (attacks.processes, (pids,)),
        "write": (attacks.write, ([str(user.home), user.run],)),
        "signals": (attacks.signals_by_descriptor, (pids[0],)),
        "change": (attacks.change, ([str(path) for path in user.home.iterdir()],)),
        "system_calls": (attacks.system_calls, ()),
        "large_file": (attacks.large_file, ()),
    }
    return {name: source(attack, *arguments) for name, (attack, arguments) in attempts.items()}


@pytest.mark.parametrize(
    "attempt",
    ["network", "host_sockets", "datagrams", "read", "answers", "environment", "its secret's place",
     "processes", "write", "signals", "system_calls", "large_file"],
)  # fmt: skip
def test_it_holds(harmless: dict[str, str], attempt: str) -> None:
    assert harmless[attempt] == "held"


def test_tmp_and_shared_memory_are_bounded(user: Driver, level: str) -> None:
    """Landlock has no /tmp of its own to bound: a look at the folder ends the kernel. It hides /dev/shm."""
    limits = Limits()
    places = [source(attacks.fill, place, limits.tmp) for place in (".", "/dev/shm")]
    result = user.attack(level, *places, "import time; time.sleep(1)")
    if level == "landlock":
        assert "MB of files" in result["reason"]
    else:
        assert result["outputs"] == ["held", "held", ""]


def test_landlock_hides_shared_memory_but_not_names(user: Driver) -> None:
    """What the level does not cover, written down so that nobody relies on it."""
    if "landlock" not in LEVELS:
        assert probe(Level.LANDLOCK)
        return
    names = "import os; print(os.stat('/etc/shadow').st_size > 0)"
    result = user.attack("landlock", source(attacks.fill, "/dev/shm", 0), names, source(attacks.fork_bomb))
    assert result["outputs"] == ["held", "True", "held"]


def test_processes_are_bounded(user: Driver, level: str) -> None:
    result = user.attack(level, source(attacks.fork_bomb))
    assert result["outputs"] in (["held"], [None]), result
    assert len(processes_of(user.run)) <= 1, "more than the warm parent is left"


def test_memory_is_bounded(user: Driver, level: str) -> None:
    result = user.attack(level, source(attacks.memory_bomb))
    assert result["outputs"] == ["held"] or "memory" in result["reason"], result


def test_memory_of_many_processes_is_bounded(user: Driver, level: str) -> None:
    """Landlock has no second process. bubblewrap without a control group bounds each process only."""
    result = user.attack(level, source(attacks.memory_of_many), memory=1200 * MB)
    if level == "landlock":
        assert "PermissionError" in result["outputs"][0]
    elif level == "bubblewrap" and user.user != "root":
        assert result["outputs"] == ["2.4 GB"]
    else:
        assert result["outputs"] == ["held"] or "memory" in result["reason"], result


def test_an_endless_loop_ends_with_the_wall_time(user: Driver, level: str) -> None:
    result = user.attack(level, source(attacks.endless), wall=8)
    assert result["reason"] == "more than 8 seconds"
    assert result["seconds"] < 15


def test_so_much_processor_time(user: Driver, level: str) -> None:
    result = user.attack(level, "while True: pass", cpu=3)
    assert "processor" in result["reason"] or "SIGKILL" in result["reason"]


def test_no_daemon_survives(user: Driver, level: str) -> None:
    mark = f"98765.{os.getpid()}"
    result = user.attack(level, source(attacks.daemon, mark), "pass")
    if level == "landlock":
        assert "PermissionError" in result["outputs"][0]
    else:
        assert result["outputs"][0] == "started"
    assert not processes_of(mark)


@pytest.mark.parametrize(("attack", "reason"), [("crash", "SIGSEGV"), ("leave", "exit code 0")])
def test_a_kernel_that_dies_says_how(user: Driver, level: str, attack: str, reason: str) -> None:
    result = user.attack(level, source(getattr(attacks, attack)))
    assert result["outputs"] == [None]
    assert not result["alive"]
    assert reason in result["reason"]


def test_a_level_that_holds_nothing_is_found_out() -> None:
    assert "can be read" in probe(Level.NONE)


def test_the_best_level_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose() is Level.NAMESPACES
    assert choose("none") is Level.NONE
    monkeypatch.setattr("course.grading.sandbox.levels.probe", lambda level: "it is Tuesday")
    with pytest.raises(Exception, match=r"Tuesday(.|\n)*apt install bubblewrap"):
        choose()
    with pytest.raises(Exception, match="by landlock: it is Tuesday"):
        choose(Level.LANDLOCK)


def test_nothing_was_written_outside(user: Driver, harmless: dict[str, str]) -> None:
    assert harmless["change"] == "tried"
    names = {path.name for path in user.home.iterdir() if not path.name.startswith(".")}
    assert names == {"gradebook.db", "secret"}
    for name in names:
        found = (user.home / name).stat()
        assert (found.st_mode & 0o777, found.st_size > 0, found.st_mtime > 0) == (0o644, True, True)
