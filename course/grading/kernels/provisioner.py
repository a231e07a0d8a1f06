"""Jupyter's way to start a kernel, taught to fork it from a warm parent into a sandbox.

Registered as `gnn-course-warm`, it serves whatever starts kernels through jupyter_client: our own
grading, plain `nbgrader autograde`, JupyterLab's Validate.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Dict, Enum, Unicode

from course.grading.kernels import environment, folder, parent
from course.grading.kernels.supervise import CHANNELS, MOST_BYTES, Request
from course.grading.sandbox.errors import SandboxError
from course.grading.sandbox.levels import Level, choose
from course.grading.sandbox.limits import Limits

_STEP = 0.005  # seconds between two looks whether something has happened
_PATIENCE = 10.0  # seconds for a killed kernel to be gone


class WarmProvisioner(LocalProvisioner):
    """The kernel's working directory is its own empty folder, and an interrupt goes as a message."""

    level = Enum(
        ["", *Level],
        default_value="",
        config=True,
        help="How to keep kernels apart; empty: the best there is, put here when one starts.",
    )
    limits = Dict(config=True, help="What one kernel may use, such as {'wall': 300}: see Limits.")
    reason = Unicode("", help="Why the kernel ended.")

    connection: socket.socket | None = None
    folder = ""
    _exit: int | None = None

    @property
    def _manager(self) -> Any:
        return self.parent

    @property
    def has_process(self) -> bool:
        return self.connection is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Sockets instead of ports, in a folder of the kernel's own. A restart keeps their names."""
        manager = self._manager
        if not self.folder:
            self.folder = folder.kernel_folder()
            manager.transport, manager.ip = "ipc", f"{self.folder}/s"
            manager.connection_file = f"{self.folder}/kernel.json"
            for number, channel in enumerate(CHANNELS, start=1):
                setattr(manager, f"{channel}_port", number)
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        manager.cache_ports = False
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        self.level = await asyncio.to_thread(choose, self.level or None)
        info = self._manager.get_connection_info()
        request = Request(
            level=Level(self.level),
            limits=Limits.from_dict(dict(self.limits)),
            folder=self.folder,
            connection={"key": info["key"].decode(), "signature_scheme": info["signature_scheme"]},
            environment=environment.of_kernel(kwargs.get("env") or {}),
        )
        # No answer at all: the warm parent was killed meanwhile, and there may be a new one.
        answer = await self._ask(request) or await self._ask(request)
        if "ready" not in answer:
            why = answer.get("error") or f"The warm parent died. {parent.log_of(folder.run_folder())}"
            await self.cleanup()
            raise SandboxError(f"No kernel could be started in a sandbox of the level {request.level}: {why}")
        self.pid = self.pgid = int(answer["ready"])
        self.connection_info = info
        return self.connection_info

    async def _ask(self, request: Request) -> dict[str, Any]:
        """What the supervisor answers; {} if it can't."""
        self._hang_up()
        self.connection, self._exit, self.reason = parent.connect(), None, ""
        self.connection.setblocking(False)
        try:
            self.connection.send(request.to_bytes())
        except OSError:
            return {}
        while (answer := self._hear()) is None:
            await asyncio.sleep(_STEP)
        return answer

    async def poll(self) -> int | None:
        """The exit code; None while it runs. When there is one, nothing is left of the kernel."""
        if self.connection is not None and self._exit is None and (answer := self._hear()) is not None:
            self._exit = int(answer.get("exit", -signal.SIGKILL))
            self.reason = str(answer.get("reason") or answer.get("error") or "its supervisor was killed")
        return 0 if self.connection is None else self._exit

    async def wait(self) -> int | None:
        while (code := await self.poll()) is None:
            await asyncio.sleep(_STEP)
        self._hang_up()
        return code

    async def send_signal(self, signum: int) -> None:
        """There is no process here that could be sent a signal: SIGINT becomes a message."""
        if signum == signal.SIGINT:
            manager = self._manager
            manager._connect_control_socket()
            message = manager.session.msg("interrupt_request", content={})
            manager.session.send(manager._control_socket, message)
        elif signum in (signal.SIGTERM, signal.SIGKILL):
            await self.kill()

    async def kill(self, restart: bool = False) -> None:
        """Say no more: then its supervisor ends it, and reports when all of it is gone."""
        if self.connection is None:
            return
        try:
            self.connection.shutdown(socket.SHUT_WR)
            await asyncio.wait_for(self._gone(), _PATIENCE)
        except (OSError, TimeoutError):
            self.log.warning("A kernel's supervisor does not answer.")

    async def terminate(self, restart: bool = False) -> None:
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        self._hang_up()
        if not restart:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder = ""

    async def _gone(self) -> None:
        while await self.poll() is None:
            await asyncio.sleep(_STEP)

    def _hang_up(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _hear(self) -> dict[str, Any] | None:
        """What the supervisor says; {} if it is gone; None if it is silent."""
        assert self.connection is not None
        try:
            data = self.connection.recv(MOST_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            return {}
        return dict(json.loads(data)) if data else {}
