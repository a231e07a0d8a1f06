"""Kernels for submissions: forked from a warm parent, each in a sandbox of its own.

    manager = kernel_manager()
    await manager.start_kernel(env={"GNN_COURSE_JUDGED": "1"})
    client = manager.client()
    ...
    await manager.shutdown_kernel(now=True)  # and nothing is left of it

`manager.py` and `provisioner.py` are Jupyter's side, `zygote.py` is the warm parent, `supervise.py`
watches over one kernel, and `inside.py` is what runs in the sandbox.
"""

from course.grading.kernels.manager import ReadyClient, SandboxedKernelManager, kernel_manager

__all__ = ["ReadyClient", "SandboxedKernelManager", "kernel_manager"]
