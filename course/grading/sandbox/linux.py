"""The calls of Linux that Python 3.11 has no function for: thin, and an OSError when one fails."""

import ctypes
import os
import platform
import struct

from course.grading.sandbox.errors import SandboxError

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1 << 5, 1 << 12, 1 << 14, 1 << 18

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP = 1, 4, 22
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = -100, 0x8000, 2

# The same numbers on x86-64, aarch64 and every architecture that Linux has got since.
_MOUNT_SETATTR, _LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 442, 444, 445, 446
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_CAPSET = {"x86_64": 126, "aarch64": 91}


def machine() -> str:
    """x86_64 or aarch64: the numbers of system calls are known for these two."""
    name = platform.machine()
    if name not in _CAPSET:
        raise SandboxError(f"The sandbox knows x86_64 and aarch64; this machine is {name!r}.")
    return name


def unshare(flags: int) -> None:
    _check(_libc.unshare(flags), "unshare")


def mount(source: str | None, target: str, kind: str | None = None, flags: int = 0, data: str = "") -> None:
    _check(_libc.mount(_c(source), _c(target), _c(kind), ctypes.c_ulong(flags), _c(data)), f"mount {target}")


def mount_options(target: str, options: int) -> None:
    """Add MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC to `target` and all that is mounted below it."""
    attributes = struct.pack("=QQQQ", options, 0, 0, 0)
    _call(_MOUNT_SETATTR, _AT_FDCWD, _c(target), _AT_RECURSIVE, attributes, len(attributes), what=target)


def pivot_here() -> None:
    """The current folder, a mount of its own, becomes the root, and the old root is gone."""
    _call(_PIVOT_ROOT[machine()], b".", b".", what="pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount2")
    os.chdir("/")


def drop_capabilities() -> None:
    """None left and none to be had, not even from a set-user-ID program."""
    capability = 0
    while _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0:  # fails behind the last one
        capability += 1
    header, none = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    _call(_CAPSET[machine()], header, none, what="capset")
    no_new_privileges()


def no_new_privileges() -> None:
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """SIGKILL when the parent ends. Linux forgets it when the user id changes: say it again then."""
    _prctl(_PR_SET_PDEATHSIG, 9)


def set_dumpable(dumpable: bool) -> None:
    """Not dumpable: nobody of the same user can look into this process, by ptrace or by /proc."""
    _prctl(_PR_SET_DUMPABLE, int(dumpable))


def set_seccomp(program: bytes) -> None:
    """Every system call of this process and its children goes through this BPF program from now on."""
    code = ctypes.create_string_buffer(program, len(program))
    fprog = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    _check(_libc.prctl(_PR_SET_SECCOMP, 2, fprog, 0, 0), "seccomp")


def landlock_version() -> int:
    """0 where there is no Landlock, or it is switched off."""
    return max(0, _syscall(_LANDLOCK_CREATE, None, 0, 1))


def landlock_ruleset(attributes: bytes) -> int:
    return _call(_LANDLOCK_CREATE, attributes, len(attributes), 0, what="landlock_create_ruleset")


def landlock_allow(ruleset: int, folder: int, rights: int) -> None:
    rule = struct.pack("=Qi", rights, folder)
    _call(_LANDLOCK_ADD, ruleset, 1, rule, 0, what="landlock_add_rule")


def landlock_restrict(ruleset: int) -> None:
    _call(_LANDLOCK_RESTRICT, ruleset, 0, what="landlock_restrict_self")


def _prctl(option: int, value: int) -> None:
    _check(_libc.prctl(option, value, 0, 0, 0), f"prctl {option}")


def _call(number: int, *arguments: int | bytes | None, what: str) -> int:
    return _check(_syscall(number, *arguments), what)


def _syscall(number: int, *arguments: int | bytes | None) -> int:
    """Whole registers: an int that ctypes passes as 32 bits may come with rubbish in its upper half."""
    whole = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return int(_libc.syscall(ctypes.c_long(number), *whole))


def _check(result: int, what: str) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")
    return result


def _c(text: str | None) -> bytes | None:
    return None if text is None else os.fsencode(text)
