"""To fork a child that can only do what it is told, says why when it can't, and never outlives its parent."""

import contextlib
import os
import select
from collections.abc import Callable

from course.grading.sandbox import linux


def fork_guarded(run: Callable[[], int], status: int) -> int:
    """The process id of a child that runs `run`, exits with what it returns, and never gets further.

    An error is written to the descriptor `status`. A child that changes its user must ask anew to die with
    its parent, since Linux forgets it then.
    """
    parent = os.pidfd_open(os.getpid())
    pid = os.fork()
    if pid:
        os.close(parent)
        return pid
    code = 1
    try:
        linux.die_with_parent()
        if not select.select([parent], [], [], 0)[0]:  # else it died before we could ask
            os.close(parent)
            code = run()
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(status, f"{type(error).__name__}: {error}".encode(errors="replace"))
    finally:
        os._exit(code)
