"""Where real data live on this machine, and how they get there.

The root is the folder you pass, else the one that GNN_LIB_DATA names, else a cache of your own. It may
be read-only as long as the files are there: nothing is ever written beside them. What is missing is
downloaded: whole and in memory first, then put in place file by file in one step each. So nobody,
not even a second process, ever sees half a file.
"""

import io
import os
import sys
import time
import zipfile
from pathlib import Path
from uuid import uuid4

from gnn_lib.datasets.sources import Source

_PATIENCE = 10.0  # seconds for a server to answer, and to send the next bytes
_DEADLINE = 120.0  # seconds for one file


class DatasetUnavailableError(RuntimeError):
    """A real data set is not on this machine, can't be fetched, or its files are damaged."""


def data_root(root: str | os.PathLike[str] | None = None) -> Path:
    """The folder to look in: `root`, else $GNN_LIB_DATA, else this user's cache."""
    chosen = root if root is not None else os.environ.get("GNN_LIB_DATA")
    return Path(chosen).expanduser() if chosen else _user_cache() / "gnn_lib"


def _user_cache() -> Path:
    """Where this system keeps a user's caches."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def locate(source: Source, root: str | os.PathLike[str] | None = None) -> Path:
    """The folder with all of the data set's files, downloaded if it must be."""
    base = data_root(root)
    folders = [base / folder for folder in source.folders]
    for folder in folders:
        if not missing_files(source, folder):
            return folder
    # A folder that has some of the files is the one to complete.
    folder = min(folders, key=lambda candidate: len(missing_files(source, candidate)))
    try:
        _download(source, folder)
    except Exception as error:  # a network fails in many ways; the reader needs one
        raise DatasetUnavailableError(_explain(source, folder, error)) from None
    return folder


def missing_files(source: Source, folder: Path) -> list[str]:
    """The data set's files that are not in `folder`."""
    return [name for name in source.files if not (folder / name).is_file()]


def _explain(source: Source, folder: Path, error: Exception) -> str:
    missing = missing_files(source, folder)
    reason = getattr(error, "reason", None) or error  # urllib wraps what really went wrong
    return (
        f"{source.name} is not on this machine. {folder} lacks {', '.join(missing)}; "
        f"getting them from {source.url} failed: {type(error).__name__}: {reason}.\n"
        f"Either put them there, or name a folder that has them as {source.folders[0]}, by root=... "
        f"or the environment variable GNN_LIB_DATA.\n"
        f"To go on without: gnn_lib.datasets.{source.twin} makes data of that kind offline."
    )


def _download(source: Source, folder: Path) -> None:
    """Fetch all files, then put in place those that are missing."""
    wanted = missing_files(source, folder)
    if source.url.endswith(".zip"):
        contents = _unzip(_fetch(source.url), wanted)
    else:
        contents = {name: _fetch(f"{source.url}/{name}") for name in wanted}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        partial = folder / f".{name}.{uuid4().hex}"
        try:
            partial.write_bytes(content)
            partial.replace(folder / name)
        finally:
            partial.unlink(missing_ok=True)


def _unzip(archive: bytes, wanted: list[str]) -> dict[str, bytes]:
    """The wanted files from a zip, whatever folder they are in there."""
    with zipfile.ZipFile(io.BytesIO(archive)) as bundle:
        members = {Path(member).name: member for member in bundle.namelist()}
        if absent := [name for name in wanted if name not in members]:
            raise ValueError(f"the zip file lacks {', '.join(absent)}")
        return {name: bundle.read(members[name]) for name in wanted}


def _fetch(url: str) -> bytes:
    """What is at `url`, whole; an error if it takes too long or breaks off."""
    from urllib.request import urlopen

    deadline = time.monotonic() + _DEADLINE
    content = bytearray()
    with urlopen(url, timeout=_PATIENCE) as response:
        while chunk := response.read(1 << 16):
            content += chunk
            if time.monotonic() > deadline:
                raise TimeoutError(f"no end of {url} after {_DEADLINE:.0f} seconds")
        expected = response.headers.get("Content-Length")
    if expected is not None and int(expected) != len(content):
        raise ConnectionError(f"{url} broke off after {len(content)} of {expected} bytes")
    return bytes(content)
