"""Runs code in sandboxed kernels and says what came of it; a process of its own, since it may be killed.

In comes one JSON per line, {"level", "limits", "cells", "env"}: a kernel that runs these cells. Out comes
one per line: first {"run": folder, "pid": zygote} when the kernel is up, then what became of it.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any

from course.grading.kernels import kernel_manager
from course.grading.sandbox.levels import Level
from course.grading.sandbox.limits import Limits


def say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


async def one_kernel(level: str, limits: dict[str, Any], cells: list[str], env: dict[str, str]) -> None:
    start = time.monotonic()
    manager = kernel_manager(Level(level), Limits(**limits))
    await manager.start_kernel(env=dict(os.environ) | env)
    say(run=os.environ["GNN_COURSE_RUN"], started=time.monotonic() - start)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        outputs = [await cell_output(manager, client, code) for code in cells]
    finally:
        client.stop_channels()
        alive = await manager.is_alive()
        provisioner = manager.provisioner
        await manager.shutdown_kernel(now=True)
    say(outputs=outputs, alive=alive, reason=provisioner.reason, seconds=time.monotonic() - start)


async def cell_output(manager: Any, client: Any, code: str) -> str | None:
    """What it printed, or its error; None if the kernel died meanwhile."""
    said: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        said.append(content.get("text") or f"{content.get('ename', '')} {content.get('evalue', '')}".strip())

    running = asyncio.ensure_future(client.execute_interactive(code, output_hook=hear, allow_stdin=False))
    while not running.done():
        await asyncio.wait({running}, timeout=0.1)
        if not await manager.is_alive():
            running.cancel()
            return None
    return "".join(said).strip()


def main() -> None:
    for line in sys.stdin:
        asyncio.run(one_kernel(**json.loads(line)))


if __name__ == "__main__":
    main()
