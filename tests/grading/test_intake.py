"""What may lie in a student's folder, and what is taken from it."""

import os
import socket
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from course.grading import intake
from course.grading.intake import take, why_not
from tests.grading.handed_in import CODE, LESSON, NAME, WHOLE, notebook, says, taken
from tests.grading.solved import solved


def test_an_honest_submission_is_taken_without_a_word(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / f"{LESSON}-Copy1.ipynb").write_bytes(b"")
    (tmp_path / "timestamp.txt").write_text("2026-10-20 18:57:29.123456 UTC\n")
    result = taken(tmp_path, WHOLE)
    assert result.notebook is not None
    assert [cell.source for cell in result.notebook.cells] == [cell.source for cell in solved(LESSON).cells]
    assert (result.findings, result.timestamp) == ((), "2026-10-20 18:57:29.123456 UTC")


@pytest.mark.parametrize(
    "name",
    [f"{LESSON} (1).ipynb", f"{LESSON}-Copy1.ipynb", f"{LESSON}.ipynb.txt", "Untitled.ipynb", "03_GCN.IPYNB"],
)
def test_a_notebook_under_another_name_is_taken_and_reported(tmp_path: Path, name: str) -> None:
    result = taken(tmp_path, WHOLE, name)
    assert result.notebook is not None
    assert [finding.kind for finding in result.findings] == ["renamed file"]
    assert repr(name) in says(result)


def test_of_two_that_are_named_after_the_lesson_the_last_saved_is_taken(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        path = tmp_path / f"{LESSON} ({number}).ipynb"
        path.write_bytes(notebook(dict(CODE, source=f"x = {number}")))
        os.utime(path, (0, 1000 - abs(number - 2)))
    result = taken(tmp_path)
    assert result.notebook is not None
    assert result.notebook.cells[0].source == "x = 2"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], "no notebook called 03_gcn.ipynb, but nothing"),
        (["03_gcn.zip"], "no notebook called 03_gcn.ipynb, but '03_gcn.zip'"),
        (["a.ipynb", "b.ipynb"], "several notebooks, none called 03_gcn.ipynb, but 'a.ipynb', 'b.ipynb'"),
        ([f"{n}.py" for n in range(9)], "'4.py' and more"),
        ([b"\xff.py"], r"'\udcff.py'"),
    ],
)
def test_without_a_notebook_it_says_what_is_there(tmp_path: Path, names: list[Any], words: str) -> None:
    for name in names:
        (Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), os.fsencode(name))))).write_bytes(b"PK\x03\x04")
    result = taken(tmp_path)
    assert result.notebook is None
    assert words in says(result)


def test_a_crowded_folder_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").touch()
    assert "and more" in says(taken(tmp_path))


def test_there_may_be_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / NAME).write_bytes(WHOLE)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("none", "file", "link"):
        result = take(tmp_path / name, LESSON)
        assert result.notebook is None
        assert "The folder can't be read" in says(result)


def test_a_name_that_no_file_can_have_is_an_answer_too(tmp_path: Path) -> None:
    assert "The folder can't be read: File name too long" in says(take(tmp_path, "x" * 300))


def test_no_link_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.ipynb"
    elsewhere.write_bytes(WHOLE)
    folder = tmp_path / "student"
    folder.mkdir()
    for name in (NAME, "timestamp.txt"):
        (folder / name).symlink_to(elsewhere)
    result = taken(folder)
    assert result.notebook is None
    assert says(result).count("is a link, not a file") == 2


def test_a_second_hard_link_is_no_harm_but_to_somebody_elses_file() -> None:
    def status(links: int, owner: int) -> os.stat_result:
        return os.stat_result((stat.S_IFREG | 0o644, 0, 0, links, owner, 0, 10, 0, 0, 0))

    assert why_not(status(1, 1000), 0, 20) == ""
    assert why_not(status(2, 1000), 1000, 20) == ""
    assert "somebody else's file" in why_not(status(2, 1000), 1001, 20)


def test_a_hard_link_of_ones_own_is_read(tmp_path: Path) -> None:
    (tmp_path / "first").write_bytes(WHOLE)
    (tmp_path / "student").mkdir()
    os.link(tmp_path / "first", tmp_path / "student" / NAME)
    assert taken(tmp_path / "student").findings == ()


@pytest.mark.alone
@pytest.mark.parametrize("name", [NAME, "timestamp.txt"])
def test_what_is_no_file_is_not_opened(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        start = time.perf_counter()
        result = taken(tmp_path)
        assert time.perf_counter() - start < 1
        return says(result)

    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo(name)
    assert "is a pipe, not a file" in refuse()
    os.unlink(name)
    os.mkdir(name)
    assert "is a folder, not a file" in refuse()
    os.rmdir(name)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(name)
        assert "is a socket, not a file" in refuse()
    assert "is a device" in why_not(os.stat("/dev/null"), 0, 20)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / NAME).open("wb") as file:
        file.truncate(10**12)
    assert "has 1,000,000,000,000 bytes; at most 20,000,000 are read" in says(taken(tmp_path))


# The time


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-20 18:57:29.123456 UTC", "2026-01-20 18:57:29.123456 UTC"),
        ("\ufeff2026-01-20 18:57:29", "2026-01-20 18:57:29.000000 UTC"),
        ("2026-01-20T18:57:29.5Z", "2026-01-20 18:57:29.500000 UTC"),
        ("2026-01-20 18:57:29 +0100", "2026-01-20 17:57:29.000000 UTC"),
        ("2026-01-20 18:57:29 -05:30", "2026-01-21 00:27:29.000000 UTC"),
        ("2026-07-20 18:57:29 America/New_York", "2026-07-20 22:57:29.000000 UTC"),
    ],
)
def test_times_are_read_as_they_are_written(tmp_path: Path, text: str, moment: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    result = taken(tmp_path, WHOLE)
    assert (result.timestamp, result.findings) == (moment, ())


def test_without_a_time_there_is_none(tmp_path: Path) -> None:
    assert taken(tmp_path, WHOLE).timestamp is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"yesterday", "'yesterday', which is no time"),
        (b"\xff\x00", "which is no time"),
        (b"2026-13-20 18:57:29 UTC", "which is no time"),
        ("2026-01-٢٠ 18:57:29 UTC".encode(), "which is no time"),
        (b"2999-01-20 18:57:29 UTC", "which is still to come"),
        (b"0001-01-01 00:00:00 +2300", "which is out of range"),
        (b"2026-01-20 18:57:29 /etc/passwd", "which is no time"),
        (b"1" * 10_000, "has 10,000 bytes"),
    ],
)
def test_a_time_that_can_not_be_is_when_the_file_came(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "timestamp.txt").write_bytes(data)
    os.utime(tmp_path / "timestamp.txt", (0, 0))  # this a student can set
    result = taken(tmp_path, WHOLE)
    assert words in says(result)
    assert result.notebook is not None
    assert result.timestamp is not None
    came = time.strftime("%Y-%m-%d %H:%M", time.gmtime((tmp_path / "timestamp.txt").stat().st_ctime))
    assert result.timestamp.startswith(came)
    assert result.timestamp in says(result)


@pytest.mark.parametrize("zone", ["XYZ", "Europe", "../../etc/passwd", "tzdata.zi"])
def test_an_unknown_zone_is_taken_for_utc_and_reported(tmp_path: Path, zone: str) -> None:
    (tmp_path / "timestamp.txt").write_text(f"2026-01-20 18:57:29 {zone}")
    result = taken(tmp_path, WHOLE)
    assert [finding.kind for finding in result.findings] == ["timestamp"]
