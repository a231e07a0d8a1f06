"""Finding and fetching files: nothing half-written, no hang, and an error that says what to do."""

import io
import os
import socket
import stat
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gnn_lib.datasets import DatasetUnavailableError, data_root, files
from gnn_lib.datasets.sources import Source

NOWHERE = "https://data.example.org/toy"


def toy(url: str = NOWHERE) -> Source:
    return Source("Toy", ("toy/raw", "raw"), ("a.txt", "b.txt"), url, {"nodes": 3}, "citation_like()")


def fill(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text(f"mine: {name}")
    return folder


class Shelf(BaseHTTPRequestHandler):
    """Serves what the test puts in `pages`; `/short` breaks off, `/silent` never answers."""

    pages: dict[str, bytes]
    wake: threading.Event

    def do_GET(self) -> None:
        if self.path.startswith("/silent"):
            self.wake.wait(20)
        elif self.path.startswith("/short"):
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"only this")
        elif self.path in self.pages:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.pages[self.path])))
            self.end_headers()
            self.wfile.write(self.pages[self.path])
        else:
            self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def server() -> Iterator[str]:
    Shelf.pages, Shelf.wake = {}, threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", 0), Shelf) as listening:
        listening.daemon_threads = True
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        Shelf.wake.set()
        listening.shutdown()
        thread.join()


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# Where to look


def test_the_root_is_the_argument_then_the_variable_then_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNN_LIB_DATA", str(tmp_path / "named"))
    assert data_root(tmp_path) == tmp_path
    assert data_root(str(tmp_path)) == tmp_path
    assert data_root() == tmp_path / "named"
    monkeypatch.setenv("GNN_LIB_DATA", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "platform", "linux")
    assert data_root() == tmp_path / "cache" / "gnn_lib"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_root("~/data") == tmp_path / "data"


@pytest.mark.parametrize(
    ("platform", "below_home"),
    [("linux", ".cache"), ("darwin", "Library/Caches"), ("win32", "AppData/Local")],
)
def test_each_system_has_its_cache(
    platform: str, below_home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("GNN_LIB_DATA", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert data_root() == tmp_path / below_home / "gnn_lib"


@pytest.mark.parametrize("layout", ["toy/raw", "raw"])
def test_files_that_are_there_are_used_and_nothing_is_written(layout: str, tmp_path: Path) -> None:
    folder = fill(tmp_path / layout, "a.txt", "b.txt")
    before = files_in(tmp_path)
    assert files.locate(toy(), tmp_path) == folder
    assert files_in(tmp_path) == before


# Without a network


def test_offline_the_error_says_where_what_and_what_instead(tmp_path: Path) -> None:
    fill(tmp_path / "toy/raw", "a.txt")
    with pytest.raises(DatasetUnavailableError) as caught:
        files.locate(toy(), tmp_path)
    said = str(caught.value)
    assert f"{tmp_path / 'toy/raw'} lacks b.txt;" in said
    assert f"from {NOWHERE} failed" in said
    assert "Name or service not known" in said
    assert "GNN_LIB_DATA" in said
    assert "gnn_lib.datasets.citation_like()" in said
    assert caught.value.__suppress_context__  # no traceback of urllib above it
    assert caught.value.__cause__ is None
    assert files_in(tmp_path) == ["toy", "toy/raw", "toy/raw/a.txt"]


def test_offline_not_even_a_folder_is_left(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnavailableError, match=r"lacks a\.txt, b\.txt"):
        files.locate(toy(), tmp_path / "new")
    assert files_in(tmp_path) == []


# With a network


def test_what_is_missing_is_fetched_and_what_is_there_stays(server: str, tmp_path: Path) -> None:
    Shelf.pages = {"/toy/a.txt": b"theirs", "/toy/b.txt": b"also theirs"}
    fill(tmp_path / "raw", "a.txt")
    folder = files.locate(toy(f"{server}/toy"), tmp_path)
    assert folder == tmp_path / "raw"
    assert (folder / "a.txt").read_text() == "mine: a.txt"
    assert (folder / "b.txt").read_bytes() == b"also theirs"
    assert files_in(folder) == ["a.txt", "b.txt"]
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((folder / "b.txt").stat().st_mode) == 0o666 & ~umask  # others may read it


def test_a_zip_file_is_unpacked(server: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("Toy/a.txt", "A")
        bundle.writestr("Toy/b.txt", "B")
        bundle.writestr("../evil.txt", "!")
    Shelf.pages = {"/toy.zip": packed.getvalue()}
    folder = files.locate(toy(f"{server}/toy.zip"), tmp_path)
    assert (folder / "a.txt").read_text() + (folder / "b.txt").read_text() == "AB"
    assert files_in(tmp_path) == ["toy", "toy/raw", "toy/raw/a.txt", "toy/raw/b.txt"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/missing", "Not Found"),
        ("/short", "broke off after 9 of 1000 bytes"),
        ("/missing.zip", "Not Found"),
        ("/page.zip", "BadZipFile"),
        ("/other.zip", r"the zip file lacks a\.txt, b\.txt"),
        ("/half", "Not Found"),
    ],
)
def test_a_download_that_fails_leaves_nothing(path: str, says: str, server: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as bundle:
        bundle.writestr("unrelated.txt", "?")
    Shelf.pages = {"/page.zip": b"<html>", "/other.zip": packed.getvalue(), "/half/a.txt": b"A"}
    with pytest.raises(DatasetUnavailableError, match=says):
        files.locate(toy(server + path), tmp_path)
    assert files_in(tmp_path) == []


def test_a_server_that_says_nothing_is_left_alone(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_PATIENCE", 0.2)
    with pytest.raises(DatasetUnavailableError, match="timed out"):
        files.locate(toy(f"{server}/silent"), tmp_path)


def test_a_server_that_never_ends_is_left_alone(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf.pages = {"/toy/a.txt": bytes(1 << 20)}
    monkeypatch.setattr(files, "_DEADLINE", 0.0)
    with pytest.raises(DatasetUnavailableError, match="TimeoutError: no end of"):
        files.locate(toy(f"{server}/toy"), tmp_path)


def test_a_full_disk_leaves_no_half_file(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf.pages = {"/toy/a.txt": b"A" * 100, "/toy/b.txt": b"B"}
    write: Callable[[Path, bytes], int] = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        write(path, content[:50])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DatasetUnavailableError, match="No space left on device"):
        files.locate(toy(f"{server}/toy"), tmp_path)
    assert [name for name in files_in(tmp_path) if (tmp_path / name).is_file()] == []


def test_several_at_once_all_find_whole_files(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Shelf.pages = {"/toy/a.txt": b"A" * 300_000, "/toy/b.txt": b"B" * 300_000}
    seen: list[int] = []
    written: list[str] = []
    write: Callable[[Path, bytes], int] = Path.write_bytes

    def noted(path: Path, content: bytes) -> int:
        written.append(path.name)
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", noted)

    def load() -> None:
        folder = files.locate(toy(f"{server}/toy"), tmp_path)
        seen.extend(len((folder / name).read_bytes()) for name in ("a.txt", "b.txt"))

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [300_000] * 12
    assert all(name.startswith(".") for name in written)  # a final name appears by renaming alone
    assert len(set(written)) == len(written)
    assert files_in(tmp_path / "toy/raw") == ["a.txt", "b.txt"]


def test_the_guard_of_these_tests_holds() -> None:
    with pytest.raises(socket.gaierror):
        socket.create_connection(("example.org", 80), timeout=1)
