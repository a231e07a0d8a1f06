"""The best level: a process that has nothing but what is put into its namespaces.

Three processes for one submission, each a fork of the one before, so all are warm:

    supervisor   outside, trusted: owns the namespaces, ends them, removes the control group
    init         process 1 inside, trusted: builds the root, drops all rights, reaps the dead
    program      the submission, behind seccomp

When init ends, Linux kills all that is in its process namespace: no daemon survives. Init ends when the
program does, or when the supervisor kills it, or when the supervisor dies.

Not covered: faults of Linux itself; side channels; the processor time of many processes together (until
the wall time is over). Without a control group (an unprivileged user) init looks at the memory four
times a second, so for a moment a submission may use more than it is allowed.
"""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from course.grading.sandbox import limits as rlimits
from course.grading.sandbox import linux, seccomp
from course.grading.sandbox.cgroup import Group
from course.grading.sandbox.guarded import fork_guarded
from course.grading.sandbox.limits import Limits
from course.grading.sandbox.view import View

HOME = "/tmp"  # the one folder that can be written, and gone with the sandbox
NOBODY = 65534
OWN_USERS = 1 << 30  # no system gives out user ids from here on
_TICK = 0.25  # seconds between two looks at the memory
TOO_MUCH_MEMORY = 90  # what init exits with
_SEPARATE = (
    linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP
)
_PLAIN = linux.MS_NOSUID | linux.MS_NODEV


def fork(view: View, limits: Limits, group: Group | None, program: Callable[[], None], status: int) -> int:
    """Run `program` in a sandbox; the process id of its init, whose exit code is the program's.

    This process becomes the supervisor: it belongs to the new namespaces' owner from now on. What goes
    wrong on the way in is written to the descriptor `status`.
    """
    root, user, group_id = os.geteuid() == 0, os.geteuid(), os.getegid()
    linux.unshare(_SEPARATE | (0 if root else linux.CLONE_NEWUSER))
    if not root:
        _keep_ids(user, group_id)
    own = OWN_USERS + os.getpid() if root else None
    return fork_guarded(lambda: _init(view, limits, group, own, program, status), status)


def _init(
    view: View, limits: Limits, group: Group | None, own: int | None, program: Callable[[], None], status: int
) -> int:
    if group:
        group.join()
    linux.unshare(linux.CLONE_NEWNS)
    _build_root(view, limits)
    rlimits.apply(limits)
    if own is not None:
        _become(own)
    linux.drop_capabilities()
    linux.die_with_parent()
    linux.set_dumpable(False)  # its memory and environment stay its own, though the user is the same
    pid = fork_guarded(lambda: _program(program), status)
    os.close(status)
    return _reap(pid, None if group else limits.memory)


def _program(program: Callable[[], None]) -> int:
    linux.set_dumpable(True)  # or it couldn't read /proc/self
    os.setsid()
    seccomp.install()
    program()
    return 0


def _keep_ids(user: int, group: int) -> None:
    """In the new user namespace we are who we were, and nobody else exists."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def _become(user: int) -> None:
    """A user that owns nothing. One for each submission, since RLIMIT_NPROC counts by user."""
    os.setgroups([])
    for candidate in (user, NOBODY):  # a container may know 65536 users only
        try:
            os.setresgid(candidate, candidate, candidate)
            os.setresuid(candidate, candidate, candidate)
        except OSError:
            continue
        return
    raise PermissionError(f"neither user {user} nor {NOBODY} can be had here")


def _reap(program: int, memory: int | None) -> int:
    """Wait for the program; the exit code of a shell, 128 + n after signal n. Bury orphans meanwhile."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    look = time.monotonic() + _TICK
    while True:
        while (dead := _next_dead()) is not None:
            if dead[0] == program:
                code = os.waitstatus_to_exitcode(dead[1])
                return code if code >= 0 else 128 - code
        if memory is None:
            signal.sigwait({signal.SIGCHLD})
            continue
        signal.sigtimedwait({signal.SIGCHLD}, max(0.0, look - time.monotonic()))
        if time.monotonic() >= look:  # also when the submission keeps us busy with signals
            look = time.monotonic() + _TICK
            if _memory_used() > memory:
                return TOO_MUCH_MEMORY


def _next_dead() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def _memory_used() -> int:
    """Bytes that belong to no file; what a fork still shares with its parent counts twice."""
    pages = 0
    for entry in os.listdir("/proc"):
        if entry.isdigit() and entry != "1":
            with contextlib.suppress(OSError, ValueError):
                resident, shared = Path("/proc", entry, "statm").read_text().split()[1:3]
                pages += int(resident) - int(shared)
    return pages * resource.getpagesize()


def _build_root(view: View, limits: Limits) -> None:
    """A root in memory with the view in it, read-only, and a /tmp of its own; the old root is let go."""
    linux.mount(None, "/", flags=linux.MS_REC | linux.MS_PRIVATE)
    # Opened first, since the new root is put up over /tmp, where some of them may lie.
    sources = {path: os.open(path, os.O_PATH) for path in view.all}
    new = "/tmp"
    linux.mount("tmpfs", new, "tmpfs", _PLAIN, "size=1m,mode=755")
    for folder in (HOME, "/dev/shm"):
        os.makedirs(new + folder)
        options = f"size={limits.tmp},mode=1777,nr_inodes=20000"
        linux.mount("tmpfs", new + folder, "tmpfs", _PLAIN, options)
    for path, source in sources.items():
        _show(f"/proc/self/fd/{source}", new + path, path.startswith("/dev/"))
        os.close(source)
    for path, target in view.links:
        os.symlink(target, new + path)
    os.mkdir(new + "/proc")
    linux.mount("proc", new + "/proc", "proc", _PLAIN | linux.MS_NOEXEC)
    _terminals(new)
    os.chdir(new)
    linux.pivot_here()
    linux.mount(None, "/", flags=linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | _PLAIN)
    os.chdir(HOME)


def _show(source: str, target: str, device: bool) -> None:
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    linux.mount(source, target, flags=linux.MS_BIND | linux.MS_REC)
    linux.mount_options(target, linux.MS_RDONLY | linux.MS_NOSUID | (0 if device else linux.MS_NODEV))


def _terminals(new: str) -> None:
    """`!command` in a notebook wants a terminal of its own; where Linux gives none, it goes without."""
    os.mkdir(new + "/dev/pts")
    with contextlib.suppress(OSError):
        options = "newinstance,ptmxmode=0666,mode=620"
        linux.mount("devpts", new + "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, options)
        os.symlink("pts/ptmx", new + "/dev/ptmx")
