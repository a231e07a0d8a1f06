"""The same ground under every call: what a notebook has set for itself neither helps nor harms."""

import contextlib
import random
import sys
import threading
from collections.abc import Iterator

import numpy as np
import torch

# All of this belongs to the process. JupyterLab answers a playground in one thread while a cell's check runs
# in another: without turns, each would leave behind what it found of the other's.
_turn = threading.RLock()


@contextlib.contextmanager
def steady(seed: int) -> Iterator[None]:
    """torch, NumPy and Python as freshly started, with this seed; afterwards all is as it was found.
    One thread at a time: others wait.

    Covers the default dtype, the gradient's switch, the random states, the threads, deterministic
    algorithms and the limit of recursion. Not covered: functions that someone replaced.
    """
    with _turn:
        dtype, threads, depth = torch.get_default_dtype(), torch.get_num_threads(), sys.getrecursionlimit()
        strict = torch.are_deterministic_algorithms_enabled()
        only_warn = torch.is_deterministic_algorithms_warn_only_enabled()
        states = torch.get_rng_state(), np.random.get_state(), random.getstate()
        torch.set_default_dtype(torch.float32)
        torch.default_generator.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        try:
            with torch.inference_mode(False), torch.enable_grad():
                yield
        finally:
            torch.set_default_dtype(dtype)
            torch.set_rng_state(states[0])
            np.random.set_state(states[1])
            random.setstate(states[2])
            sys.setrecursionlimit(depth)
            if torch.get_num_threads() != threads:
                torch.set_num_threads(threads)
            if torch.are_deterministic_algorithms_enabled() != strict:  # the call itself loads a lot
                torch.use_deterministic_algorithms(strict, warn_only=only_warn)
