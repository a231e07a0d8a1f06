"""The same walls as in `namespaces.py`, built by bubblewrap, the sandbox of Flatpak.

Many people have looked at it, and some systems let it do what they forbid everybody else. Since it
starts a program anew, the kernel is a cold one: seconds, not hundredths, until torch is loaded.

Not covered: what `namespaces.py` does not cover; and without a control group, only each process's own
memory is bounded, not their sum.
"""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from course.grading.sandbox import seccomp
from course.grading.sandbox.cgroup import Group
from course.grading.sandbox.errors import SandboxError
from course.grading.sandbox.guarded import fork_guarded
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.namespaces import HOME, OWN_USERS
from course.grading.sandbox.view import View

_PROGRAM = "/program.py"


def spawn(
    view: View, limits: Limits, group: Group | None, program: str, arguments: tuple[str, ...],
    environment: Mapping[str, str], descriptors: tuple[int, ...], status: int,
) -> tuple[int, int]:  # fmt: skip
    """Start the file `program`. The process ids of bubblewrap and of the sandbox's init."""
    filtered = _readable(seccomp.program(alone=False, pid=0))
    told, tells = os.pipe()
    command = [
        *_walls(view, limits, program), "--seccomp", str(filtered), "--info-fd", str(tells), "--",
        *_rights(limits), sys.executable, "-P", _PROGRAM, *arguments,
    ]  # fmt: skip

    def run() -> int:
        if group:
            group.join()
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor, source in enumerate((null, null, status)):
            os.dup2(source, descriptor)
        for descriptor in (*descriptors, filtered, tells):
            os.set_inheritable(descriptor, True)
        os.execve(command[0], command, dict(environment))

    pid = fork_guarded(run, status)
    os.close(filtered)
    os.close(tells)
    return pid, _child(told) or pid


def _child(told: int) -> int | None:
    """What bubblewrap says about its sandbox, a few lines of JSON; None if it never came to that."""
    words = b""
    while b"}" not in words and (piece := os.read(told, 1000)):
        words += piece
    os.close(told)
    return int(json.loads(words)["child-pid"]) if words else None


def _walls(view: View, limits: Limits, program: str) -> list[str]:
    """bubblewrap and its options: what is apart, what is seen."""
    found = shutil.which("bwrap")
    if found is None:
        raise SandboxError("bubblewrap is not installed: apt install bubblewrap")
    apart = ["pid", "net", "ipc", "uts", "cgroup-try"] + ([] if os.geteuid() == 0 else ["user"])
    options = [f"--unshare-{name}" for name in apart]
    options += ["--die-with-parent", "--new-session", "--dev", "/dev", "--proc", "/proc"]
    for folder in (HOME, "/dev/shm"):
        options += ["--size", str(limits.tmp), "--perms", "1777", "--tmpfs", folder]
    for folder in sorted({str(parent) for path in view.paths for parent in Path(path).parents} - {"/", HOME}):
        options += ["--perms", "755", "--dir", folder]  # by itself it would let nobody but root through
    for path in view.paths:
        options += ["--ro-bind", path, path]
    for path, target in view.links:
        options += ["--symlink", target, path]
    for file in _fonts():
        options += ["--ro-bind", str(file), f"{HOME}/.matplotlib/{file.name}"]
    options += ["--ro-bind", program, _PROGRAM]
    return [found, *options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME]


def _rights(limits: Limits) -> list[str]:
    """Inside, just before the program: its limits, and for root another user without any capability."""
    values = {
        "as": 2 * limits.memory, "cpu": f"{limits.cpu}:{limits.cpu + 2}", "fsize": limits.file,
        "nofile": limits.files, "nproc": limits.processes, "core": 0, "msgqueue": 0,
    }  # fmt: skip
    command = ["prlimit", *(f"--{name}={value}" for name, value in values.items()), "--"]
    if os.geteuid() == 0:
        own = str(OWN_USERS + os.getpid())
        command += ["setpriv", "--reuid", own, "--regid", own, "--clear-groups", "--inh-caps=-all"]
        command += ["--bounding-set=-all", "--no-new-privs", "--"]
    return command


def _fonts() -> list[Path]:
    """matplotlib's list of fonts, which takes seconds to make."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return sorted((cache / "matplotlib").glob("fontlist-*.json"))


def _readable(data: bytes) -> int:
    """A descriptor to read this from."""
    handle = os.memfd_create("seccomp")
    os.write(handle, data)
    os.lseek(handle, 0, os.SEEK_SET)
    return handle
