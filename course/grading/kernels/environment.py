"""The environment of a kernel: a list of what it gets, since anything else may hold a password."""

import os
import sys
from collections.abc import Mapping

_KEPT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "GNN_LIB_DATA")
_ADDED = ("GNN_COURSE_", "NBGRADER_")


def clean() -> dict[str, str]:
    """What Python and torch need. One thread each: many kernels share the machine."""
    return {
        **dict.fromkeys((f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "OPENBLAS", "NUMBA")), "1"),
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "PYTHONNOUSERSITE": "1",  # it lies in a home, which isn't shown
        "PYTHONDONTWRITEBYTECODE": "1",  # where Python lies nothing can be written
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **{name: os.environ[name] for name in _KEPT if name in os.environ},
    }


def of_kernel(given: Mapping[str, str]) -> dict[str, str]:
    """`given` is what Jupyter would hand on: all of our own environment, and what the caller adds.

    Of ours, GNN_COURSE_SECRET and the like stay out; nbgrader tells by NBGRADER_ what it is doing.
    """
    added = {
        name: value
        for name, value in given.items()
        if name.startswith(_ADDED) and (name.startswith("NBGRADER_") or os.environ.get(name) != value)
    }
    return clean() | {"USER": "learner", "LOGNAME": "learner"} | added
