"""What hostile submissions try. Each function runs in a kernel by its source, and says what it got.

"held" is what the sandbox should make of it. Nothing here may be imported there but what a lesson has.
"""


def network() -> str:
    import socket

    def reach(family: int, kind: int, place: tuple[str, int]) -> None:
        with socket.socket(family, kind) as there:
            there.settimeout(2)
            there.connect(place)
            there.send(b"x" * 30)

    places = [("1.1.1.1", 80), ("169.254.169.254", 80), ("127.0.0.1", 22), ("8.8.8.8", 53)]
    attempts = [(socket.AF_INET, kind, place) for kind in (1, 2, 3) for place in places]
    attempts += [
        (socket.AF_INET6, 1, ("::1", 22)),
        (socket.AF_NETLINK, 3, ("", 0)),
        (socket.AF_PACKET, 3, ("lo", 0)),
    ]
    for attempt in attempts:
        try:
            reach(*attempt)
        except OSError:
            continue
        return f"reached {attempt}"
    try:
        return f"knows {socket.getaddrinfo('example.org', 80)}"
    except OSError:
        return "held"


def host_sockets(places: list[str]) -> str:
    """Sockets of processes outside, by a path or (with a leading null) by an abstract name."""
    import socket

    for place in places:
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
            try:
                with socket.socket(socket.AF_UNIX, kind) as there:
                    there.connect(place)
            except OSError:
                continue
            return f"connected to {place!r}"
    return "held"


def datagrams(place: str) -> str:
    """Half of a pair of sockets, used to send to somebody else."""
    import socket

    try:
        one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.sendto(b"x", place)
    except OSError:
        return "held"
    return "sent"


def read(places: list[str]) -> str:
    import os

    for place in places:
        for way in (place, f"/proc/self/root{place}", f"/proc/1/root{place}", f"/tmp/../{place}"):
            try:
                with open(way, "rb") as file:
                    file.read(1)
            except OSError:
                continue
            return f"read {way}"
        try:
            os.symlink(place, "link")
            return f"read {place} by a link: {open('link', 'rb').read(1)!r}"
        except OSError:
            os.unlink("link")
    return "held"


def answers() -> str:
    import importlib
    import sys

    for name in (
        "gnn_lib.exercises.lesson_01",
        "gnn_lib.exercises.lesson_03",
        "course",
        "course.grading.judge",
    ):
        try:
            importlib.import_module(name)
        except (ImportError, OSError):  # not there, or there and not to be read
            continue
        return f"imported {name}"
    found = [name for name in sys.modules if name.startswith(("course", "gnn_lib.exercises.lesson_"))]
    return f"found {found}" if found else "held"


def environment(secret: str) -> str:
    """Also as it was when any process in view was started, and in this process's own memory."""
    import glob
    import os

    if any(secret in value for value in os.environ.values()):
        return "in os.environ"
    for place in glob.glob("/proc/*/environ"):
        try:
            with open(place, "rb") as file:
                if secret.encode() in file.read():
                    return f"in {place}"
        except OSError:
            continue
    return "held"


def processes(pids: list[int]) -> str:
    """Of the host: look into them, stop them, trace them, change their limits."""
    import ctypes
    import os
    import resource

    libc = ctypes.CDLL(None)
    for pid in pids:
        for name in ("environ", "mem", "maps", "cwd/.", "root/etc/hostname", "fd/0"):
            try:
                os.close(os.open(f"/proc/{pid}/{name}", os.O_RDONLY))
            except OSError:
                continue
            return f"sees /proc/{pid}/{name}"
        for attempt in (
            lambda pid=pid: os.kill(pid, 0),
            lambda pid=pid: os.kill(pid, 19),
            lambda pid=pid: os.killpg(pid, 0),
            lambda pid=pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, 1)),
        ):
            try:
                attempt()
            except OSError:
                continue
            return f"touched {pid}"
        if libc.ptrace(16, pid, None, None) == 0:
            return f"traces {pid}"
    return "held"


def write(places: list[str]) -> str:
    import os
    import sys

    import gnn_lib

    library = os.path.dirname(gnn_lib.__file__)
    for folder in ("/", "/usr", "/etc", "/dev", sys.prefix, sys.base_prefix, library, *places):
        for attempt in (
            lambda folder=folder: os.open(f"{folder}/written", os.O_CREAT | os.O_WRONLY),
            lambda folder=folder: os.mkdir(f"{folder}/made"),
            lambda folder=folder: os.mkfifo(f"{folder}/pipe"),
            lambda folder=folder: os.rename("kernel.json", f"{folder}/moved"),
        ):
            try:
                attempt()
            except OSError:
                continue
            if folder == library and library.startswith("/tmp/"):
                break  # the folder is the sandbox's own, in its own /tmp: only its files are ours
            return f"wrote to {folder}"
    return "held"


def change(places: list[str]) -> str:
    """Mode, times, size, owner: without opening the file. Landlock's filter only seems to do some of it."""
    import contextlib
    import os

    for place in places:
        for attempt in (
            lambda place=place: os.chmod(place, 0o777),
            lambda place=place: os.utime(place, (0, 0)),
            lambda place=place: os.truncate(place, 0),
            lambda place=place: os.chown(place, 0, 0),
            lambda place=place: os.setxattr(place, "user.mine", b"1"),
        ):
            with contextlib.suppress(OSError):
                attempt()
    return "tried"


def signals_by_descriptor(pid: int) -> str:
    """A pipe that sends its owner a signal when there is something to read; the owner is somebody else."""
    import fcntl
    import os

    reads, _ = os.pipe()
    try:
        fcntl.fcntl(reads, fcntl.F_SETOWN, pid)
    except OSError:
        return "held"
    return "owned by another"


def system_calls() -> str:
    """Those that open sandboxes: every one must be refused, with EPERM, for whatever arguments."""
    import ctypes
    import errno
    import platform

    x86 = platform.machine() == "x86_64"
    calls = {
        "mount": 165 if x86 else 40, "umount2": 166 if x86 else 39, "unshare": 272 if x86 else 97,
        "setns": 308 if x86 else 268, "pivot_root": 155 if x86 else 41, "chroot": 161 if x86 else 51,
        "keyctl": 250 if x86 else 219, "add_key": 248 if x86 else 217, "bpf": 321 if x86 else 280,
        "ptrace": 101 if x86 else 117, "userfaultfd": 323 if x86 else 282, "io_uring_setup": 425,
        "perf_event_open": 298 if x86 else 241, "memfd_create": 319 if x86 else 279,
        "open_by_handle_at": 304 if x86 else 265, "process_vm_readv": 310 if x86 else 270,
        "pidfd_getfd": 438, "fsopen": 430, "mount_setattr": 442, "init_module": 175 if x86 else 105,
        "shmget": 29 if x86 else 194, "reboot": 169 if x86 else 142,
    }  # fmt: skip
    libc = ctypes.CDLL(None, use_errno=True)
    for name, number in calls.items():
        ctypes.set_errno(0)
        zero = ctypes.c_long(0)
        if libc.syscall(ctypes.c_long(number), zero, zero, zero, zero, zero, zero) >= 0:
            return f"{name} works"
        if ctypes.get_errno() != errno.EPERM:
            return f"{name} fails only by its arguments: {errno.errorcode[ctypes.get_errno()]}"
    clone, new_user = (56 if x86 else 220), 0x10000000 | 17
    if libc.syscall(ctypes.c_long(clone), ctypes.c_long(new_user), None, None, None, None) >= 0:
        return "clone makes namespaces"
    ctypes.set_errno(0)
    libc.syscall(ctypes.c_long(435), None, ctypes.c_long(0))
    return "held" if ctypes.get_errno() == errno.ENOSYS else "clone3 is there"


def fill(folder: str, most: int) -> str:
    """The disk, by many files that are each small enough."""
    import os

    written = 0
    try:
        for number in range(100):
            with open(os.path.join(folder, f"fill-{number}"), "wb", buffering=0) as file:
                for _ in range(8):
                    written += file.write(bytes(1 << 20))
    except OSError as error:
        return "held" if written <= most else f"{written} bytes, then {error}"
    return f"{written} bytes"


def large_file() -> str:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open("large", "wb") as file:
            file.truncate(1 << 40)
    except OSError:
        return "held"
    return "a terabyte"


def fork_bomb() -> str:
    import os
    import time

    children = 0
    try:
        while children < 2000:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            children += 1
    except OSError:
        return "held" if children < 100 else f"{children} processes"
    return f"{children} processes"


def memory_bomb() -> str:
    try:
        kept = [bytearray(1 << 30) for _ in range(10)]
    except MemoryError:
        return "held"
    return f"{len(kept)} GB"


def memory_of_many() -> str:
    """Each takes little, all together too much. The parent waits to be killed, or counts who is left."""
    import os
    import time

    for _ in range(8):
        if os.fork() == 0:
            kept = bytearray(os.urandom(1 << 20)) * 300
            time.sleep(60)
            os._exit(len(kept) & 1)
    time.sleep(6)
    dead = 0
    while os.waitpid(-1, os.WNOHANG)[0]:
        dead += 1
    return "held" if dead else "2.4 GB"


def endless() -> str:
    import signal

    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    while True:
        pass


def daemon(mark: str) -> str:
    """Forked twice, in a session of its own, with all signals ignored."""
    import os
    import signal
    import time

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/usr/bin/sleep", ["sleep", mark])
        os._exit(0)
    time.sleep(0.5)
    return "started"


def crash() -> str:
    import ctypes

    return str(ctypes.string_at(0))


def leave() -> str:
    import os

    os._exit(0)


def randomness() -> str:
    import random

    import numpy as np
    import torch

    return f"{random.random()} {np.random.rand()} {torch.rand(1).item()}"
