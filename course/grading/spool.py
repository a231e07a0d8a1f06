"""Results that are not in the gradebook yet: a folder for each student, a file for each key.

A file is whole or not there, so a run that was killed at any moment goes on with what lies here. It is
named by student and key, not by key alone: what one student gets never rests on another's run, even if
they handed in the same.
"""

import shutil
from pathlib import Path

from course.grading.files import write_whole


class Spool:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, student: str, key: str, data: bytes) -> None:
        write_whole(self._path(student, key), data)

    def get(self, student: str, key: str) -> bytes | None:
        try:
            return self._path(student, key).read_bytes()
        except FileNotFoundError:
            return None

    def drop(self, student: str) -> None:
        """It is in the gradebook now; what lies here under older keys is of no use either."""
        shutil.rmtree(self.folder / student, ignore_errors=True)

    def _path(self, student: str, key: str) -> Path:
        return self.folder / student / key
