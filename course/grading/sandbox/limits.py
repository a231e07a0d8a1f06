"""What one submission may use."""

import resource
from dataclasses import asdict, dataclass
from typing import Any

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """A solved lesson takes less than 60 s and 600 MB on two cores: these leave room for slow ways.

    What each level makes of them is said where it does so. Not limited: how often the disk is read, and
    the processor beyond `cpu` in each process, so all of a submission's processes together may keep
    every core busy until `wall` is over.
    """

    wall: float = 300.0  # seconds from the start to the end, whatever is done meanwhile
    cpu: int = 240  # seconds of processor time for each process
    memory: int = 2048 * MB  # for all processes together, with what lies in /tmp and /dev/shm
    processes: int = 64  # threads count as well
    file: int = 64 * MB  # the largest file
    files: int = 512  # open at once, for each process
    tmp: int = 128 * MB  # all that lies in /tmp, and again in /dev/shm

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value <= 0:
                raise ValueError(f"Limits: {name} must be above 0, but is {value}.")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Limits":
        """Raises ValueError at a name that is no limit."""
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError(f"Limits: {error}. There are {', '.join(cls.__dataclass_fields__)}.") from None


def apply(limits: Limits, processes: bool = True) -> None:
    """The limits that the kernel keeps for each process and hands on to its children, for this process.

    RLIMIT_AS counts addresses, not memory: torch takes 1.5 GB of them before it computes anything, so
    twice the memory is allowed. RLIMIT_NPROC counts all processes of a user (inside a user namespace:
    those in there) and is not kept for root. A hard limit below ours stays.
    """
    wanted = {
        resource.RLIMIT_AS: 2 * limits.memory,
        resource.RLIMIT_FSIZE: limits.file,
        resource.RLIMIT_NOFILE: limits.files,
        resource.RLIMIT_CORE: 0,  # a crash leaves no image of its memory behind
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if processes:
        wanted[resource.RLIMIT_NPROC] = limits.processes
    for kind, value in wanted.items():
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 2))  # SIGXCPU, then SIGKILL
