"""What runs in a sandbox to see whether it is one. Like anything in there, it imports nothing of `course`."""

import errno
import json
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

HOLDS = "it holds"


def main(arguments: list[str]) -> None:
    """`arguments` is JSON: `hidden` files, and the `pid` of a process outside. Says HOLDS on descriptor 2."""
    outside = json.loads(arguments[0])
    for path in outside["hidden"]:
        _must_fail(f"{path} can be read", Path(path).read_bytes)
    _must_fail("the network can be reached", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    _must_fail("processes outside can be signalled", lambda: os.kill(outside["pid"], 0))
    _must_fail("processes outside can be looked into", Path(f"/proc/{outside['pid']}/environ").read_bytes)
    for folder in ("/", "/usr", sys.prefix):
        _must_fail(f"{folder} can be written to", partial(Path(folder, "written").write_text, ""))
    status = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines())
    wanted = {"CapEff": 0, "CapPrm": 0, "NoNewPrivs": 1, "Seccomp": 2}
    if (found := {name: int(status[name], 16) for name in wanted}) != wanted:
        raise RuntimeError(f"its rights are {found}")
    Path(os.environ["HOME"], "written").write_text("its own")
    os.write(2, HOLDS.encode())


def _must_fail(what: str, attempt: Callable[[], Any]) -> None:
    try:
        attempt()
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENOMEM, errno.EINTR):
            raise  # it failed, but not because it is forbidden
        return
    raise RuntimeError(what)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Exception as error:
        os.write(2, str(error).encode())
