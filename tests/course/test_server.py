"""JupyterLab's server as `make lab` starts it: a kernel's messages leave at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from course.websocket import PromptConnection
from tests.course.tree import ROOT


@pytest.mark.parametrize("gateway", ["", "http://127.0.0.1:1"])
def test_the_lab_is_told_of_it(gateway: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But where kernels run behind a gateway, whose connections are of another kind."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(ROOT / "course"))
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_GATEWAY_URL", gateway)
    command = [sys.executable, "-m", "jupyterlab", "--show-config-json"]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    expected = None if gateway else f"{PromptConnection.__module__}.{PromptConnection.__name__}"
    assert told["ServerApp"].get("kernel_websocket_connection_class") == expected


def test_nothing_is_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []

    class Handler(KernelWebsocketHandler):
        def __init__(self) -> None:
            pass

        def set_nodelay(self, value: bool) -> None:
            done.append(value)

    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: done.append("connected"))
    connection = PromptConnection.__new__(PromptConnection)
    connection.websocket_handler = Handler()
    connection.connect()
    assert done == [True, "connected"]
