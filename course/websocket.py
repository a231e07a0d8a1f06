"""The way of a kernel's words to the browser, without waiting.

A server's socket holds a small message back until the one before it is acknowledged (Nagle's algorithm), and
a browser takes up to 40 ms to do that. A click in a playground is answered by several small messages, and
would take 60 ms instead of 25. Jupyter's server leaves it at that; here each message leaves at once.
"""

import asyncio

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    def connect(self) -> asyncio.Future[None] | None:
        self.websocket_handler.set_nodelay(True)
        return super().connect()
