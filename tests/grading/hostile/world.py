"""What lies outside of the sandbox, for submissions to find if they can: each thing holds a token."""

import os
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from course.grading import secret
from tests.grading.hostile.entry import TRACE

ROOT = Path(__file__).parents[3]
PORT = 48763  # that of the entry `listen`


@dataclass(frozen=True)
class World:
    place: Path
    tokens: tuple[str, ...]
    files: dict[Path, bytes]

    @property
    def environment(self) -> dict[str, str]:
        """For who grades: so that a token is in the grader's own environment and memory, too."""
        return {secret.FILE: str(self.place / "secret"), "HOSTILE_TOKEN": self.tokens[0]}

    def damage(self) -> list[str]:
        """What was changed or left out here."""
        changed = [str(path) for path, data in self.files.items() if path.read_bytes() != data]
        places = [*map(Path, ("/", "/tmp", "/var/tmp", "/dev/shm", "/usr", "/etc")), Path.home(), self.place]
        places += [ROOT, ROOT / "gnn_lib", ROOT / "gnn_lib" / "exercises", ROOT / "course"]
        left = [str(place / TRACE) for place in places if (place / TRACE).exists()]
        return changed + left + listening() + processes()


def make(place: Path) -> World:
    tokens = tuple(f"canary-{secrets.token_hex(16)}" for _ in range(4))
    place.mkdir(parents=True)
    key = place / "secret"
    key.touch(mode=0o600)
    key.write_text(secrets.token_hex(32))
    friend = place / "submitted" / "friend" / "01_adjacency" / "01_adjacency.ipynb"
    friend.parent.mkdir(parents=True)
    friend.write_text(tokens[1])
    (place / "notes.txt").write_text(tokens[2])
    with sqlite3.connect(place / "gradebook.db") as base:
        base.execute("create table t (x)")
        base.execute("insert into t values (?)", [tokens[3]])
    base.close()
    files = {path: path.read_bytes() for path in (key, friend, place / "notes.txt", place / "gradebook.db")}
    return World(place, (*tokens, key.read_text()), files)


def listening() -> list[str]:
    """The port of `listen`, if anybody has it open."""
    tables = (Path("/proc/net", table).read_text().splitlines()[1:] for table in ("tcp", "tcp6"))
    own = (line.split()[1] for lines in tables for line in lines)
    return [f"port {PORT}" for address in own if address.endswith(f":{PORT:04X}")]


def processes() -> list[str]:
    """Of this run, in a process namespace below ours: a supervisor's sandbox that outlived it."""
    run = os.environ.get("GNN_COURSE_RUN", "no run")
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            status = (entry / "status").read_text().splitlines()
        except OSError:
            continue  # it has just ended
        below = any(line.startswith("NSpid") and len(line.split()) > 2 for line in status)
        if TRACE in words or "sleep 30" in words or (below and run in words):
            found.append(f"process {entry.name}: {words[:80]}")
    return found
