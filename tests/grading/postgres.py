"""A PostgreSQL server for the tests: in a folder of its own, with a unix socket and no port."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USER = "teacher"


def programs() -> Path:
    """Where initdb and postgres are; Debian does not put them on the PATH."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve())
    if not found:
        raise FileNotFoundError("These tests start PostgreSQL: apt install postgresql, or initdb on PATH.")
    return found[-1].parent


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of an empty database. As root it runs as another user, since PostgreSQL refuses root."""
    place = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may have 107 characters
    data, bin_ = place / "data", programs()
    user = _other_user()
    if user:
        shutil.chown(place, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_ / program), "-D", str(data), *arguments]
        subprocess.run(command, user=user, cwd=place, check=True, capture_output=True, text=True)

    try:
        run("initdb", "-U", USER, "--auth=trust", "--no-sync")
        options = f"-k {place} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-w", "-l", str(place / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg2://{USER}@/postgres?host={place}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place)


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
