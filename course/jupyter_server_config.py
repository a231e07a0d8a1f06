"""What the server behind JupyterLab needs to know here.

It is found, like nbgrader_config.py, by the JUPYTER_CONFIG_PATH with which `make lab` starts the server.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE.parent) not in sys.path:
    sys.path.append(str(HERE.parent))  # for course.websocket, wherever the server was started

c = get_config()  # noqa: F821

if not os.environ.get("JUPYTER_GATEWAY_URL"):  # kernels elsewhere have a connection of their own kind
    c.ServerApp.kernel_websocket_connection_class = "course.websocket.PromptConnection"
