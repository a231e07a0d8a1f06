"""One hand at a time: what an event sets off is done to its end before the next one's turn.

A notebook's kernel has more than one thread: JupyterLab answers its widgets in a "subshell" of their own, and
ipykernel sends the first event of each widget to the main thread. Two controls moved one soon after the other
would change the same playground at once, and leave a picture that neither of them meant.
"""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Any

_turn = RLock()  # a handler may set another control, and so call its handler


def in_turn(handler: Callable[..., object]) -> Callable[..., None]:
    """The handler, waiting until no other one is at work."""

    @wraps(handler)
    def handle(*arguments: Any) -> None:
        with _turn:
            handler(*arguments)

    return handle
