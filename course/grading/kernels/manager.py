"""A kernel manager as any other, whose kernels are warm and kept apart."""

import time
from dataclasses import asdict
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from course.grading.kernels.provisioner import WarmProvisioner
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import MB, Limits

MOST_BYTES_OF_A_MESSAGE = 16 * MB  # a longer one ends the connection that it comes by
_SPEC = KernelSpec(argv=["python", "-f", "{connection_file}"], display_name="sandboxed", language="python")


class ReadyClient(AsyncKernelClient):
    """It knows that a kernel is ready without listening to silence for 0.2 s."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Ask until the kernel answers *and* its own words about that are heard: then none gets lost."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < end:
            asked = self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=1)
                while not _is_idle_after(await self.iopub_channel.get_msg(timeout=0.2), asked):
                    pass
            except Empty:
                if not await self.is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
                continue
            self._handle_kernel_info_reply(reply)
            return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


def _is_idle_after(message: dict[str, Any], asked: str) -> bool:
    parent, content = message["parent_header"], message["content"]
    return bool(parent.get("msg_id") == asked and content.get("execution_state") == "idle")


class SandboxedKernelManager(AsyncKernelManager):
    """Its kernel is this Python's, whatever kernels the user has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return _SPEC

    def client(self, **kwargs: Any) -> Any:
        client = super().client(**kwargs)
        client.context.setsockopt(zmq.MAXMSGSIZE, MOST_BYTES_OF_A_MESSAGE)
        return client


def kernel_manager(level: Level | None = None, limits: Limits | None = None) -> AsyncKernelManager:
    """For one kernel, in the best sandbox that this machine has, or in the one that is asked for.

    `manager.provisioner.level` says which level it is, and `.reason` why the kernel ended, once it has.
    """
    manager = SandboxedKernelManager(client_factory=ReadyClient)
    manager.provisioner = WarmProvisioner(
        parent=manager, kernel_spec=_SPEC, level=level or "", limits=asdict(limits or Limits())
    )
    return manager
