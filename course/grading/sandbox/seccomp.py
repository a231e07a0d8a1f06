"""Which system calls the kernel of Linux takes from a submission: a filter written in BPF.

Two filters. Where namespaces keep a submission apart, the filter forbids what programs for notebooks
never need and what has opened sandboxes before. Where Landlock is all there is (`alone`), it also
forbids what Landlock does not see: new processes, sockets, signals to others, and changes to the owner,
mode and times of files.

It is a list of what is forbidden: a call that is added to Linux later is allowed. What stands behind it
are the namespaces, the lost capabilities and Landlock. Programs of another architecture (32 bits) are
killed at their first call.
"""

import errno
import os
import struct
from collections.abc import Iterable

from course.grading.sandbox import linux

# name: the number on x86-64, on aarch64 (None: it has no such call)
Calls = dict[str, tuple[int | None, int | None]]

_NEVER: Calls = {
    # other processes' memory and descriptors
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272),
    # mounts and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    # keyrings, which are not kept apart by any namespace
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    # large and young parts of Linux, where most of the ways out were found
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "fanotify_init": (300, 262), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    # the machine itself
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142), "swapon": (167, 224),
    "swapoff": (168, 225), "acct": (163, 89), "syslog": (103, 116), "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    # memory that no rlimit counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
}  # fmt: skip

_NEVER_ALONE: Calls = {
    "fork": (57, None), "vfork": (58, None),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "tkill": (200, 130),
    "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434), "setpriority": (141, 140),
    "process_madvise": (440, 440), "process_mrelease": (448, 448), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "ioprio_set": (251, 30),
    "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191), "semtimedop": (220, 192),
    "shmat": (30, 196), "shmctl": (31, 195), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "truncate": (76, 45), "inotify_add_watch": (254, 27), "flock": (73, 32),
}  # fmt: skip

# These seem to work and do nothing: many programs copy a file with its mode and times, and libzmq stops
# when it can't say how its threads are scheduled.
_NOTHING_ALONE: Calls = {
    "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119), "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "setxattrat": (463, 463),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
}  # fmt: skip

_NUMBERS: Calls = {
    "clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "socketpair": (53, 199),
    "kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261),
    "fcntl": (72, 25), "ioctl": (16, 29),
}  # fmt: skip
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # from here on: x86-64's calls for 32-bit addresses, by other numbers
_NEW_NAMESPACES = 0x7E020080  # every CLONE_NEW* flag
_CLONE_THREAD = 0x00010000
_SET_OWNER, _SET_SIGNAL = (8, 15, 0x8901, 0x8902), 10  # of a descriptor: whom it sends which signal
_AF_UNIX, _SOCK_STREAM, _SOCK_TYPE = 1, 1, 0xF

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they lie in struct seccomp_data

Step = tuple[int, int, int, int]  # code, how many to skip if true, if false, the value


def install(alone: bool = False) -> None:
    """For this process and all that come of it, for good."""
    linux.no_new_privileges()
    linux.set_seccomp(program(alone, os.getpid()))


def program(alone: bool, pid: int) -> bytes:
    """`pid` is the one process that a filter for `alone` lets signals go to."""
    steps: list[Step] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _AUDIT[linux.machine()]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if linux.machine() == "x86_64":
        steps += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _KILL)]
    for number in _numbers(_NEVER | _NEVER_ALONE if alone else _NEVER):
        steps += [(_EQUAL, 0, 1, number), _fail(errno.EPERM)]
    for number in _numbers(_NOTHING_ALONE if alone else {}):
        steps += [(_EQUAL, 0, 1, number), _fail(0)]
    # Its flags lie in memory, where a filter can't look. The C library falls back to clone.
    steps += [(_EQUAL, 0, 1, _number("clone3")), _fail(errno.ENOSYS)]
    steps += _for("clone", 0, [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _fail(errno.EPERM)])
    if alone:
        steps += _for("clone", 0, [(_ANY_BIT, 1, 0, _CLONE_THREAD), _fail(errno.EPERM)])
        # A pair of datagram sockets could still be sent from to any socket of the machine.
        steps += _for("socketpair", 1, [(_AND, 0, 0, _SOCK_TYPE), *_unless([_SOCK_STREAM])])
        steps += _for("kill", 0, _unless([pid, 2**32 - pid, 0]))
        steps += _for("tgkill", 0, _unless([pid]))
        steps += _for("prlimit64", 0, _unless([pid, 0]))
        for call in ("fcntl", "ioctl"):
            steps += _for(call, 1, [step for value in (*_SET_OWNER, _SET_SIGNAL) for step in _if(value)])
    else:
        steps += _for("socket", 0, _unless([_AF_UNIX]))
    steps += _for("socketpair", 0, _unless([_AF_UNIX]))
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _for(call: str, argument: int, test: list[Step]) -> list[Step]:
    """Of this call, load the lower half of an argument and put it to the test, which may return."""
    low = _ARGUMENTS + 8 * argument  # both machines are little-endian
    body = [(_LOAD, 0, 0, low), *test, (_LOAD, 0, 0, _NUMBER)]
    return [(_EQUAL, 0, len(body), _number(call)), *body]


def _if(value: int) -> list[Step]:
    """EPERM if this is what is loaded."""
    return [(_EQUAL, 0, 1, value), _fail(errno.EPERM)]


def _unless(allowed: list[int]) -> list[Step]:
    """EPERM if what is loaded is none of these."""
    tests = [(_EQUAL, len(allowed) - index, 0, value) for index, value in enumerate(allowed)]
    return [*tests, _fail(errno.EPERM)]


def _fail(error: int) -> Step:
    return (_RETURN, 0, 0, _ERROR | error)


def _numbers(calls: Calls) -> Iterable[int]:
    column = 0 if linux.machine() == "x86_64" else 1
    return (numbers[column] for numbers in calls.values() if numbers[column] is not None)  # type: ignore[misc]


def _number(call: str) -> int:
    number = _NUMBERS[call][0 if linux.machine() == "x86_64" else 1]
    assert number is not None
    return number
