"""Put the tables that a benchmark printed into the README, between its two marks.

    make -s bench > results.txt && .venv/bin/python bench/readme.py results.txt
"""

import re
import sys
from pathlib import Path

BLOCK = re.compile(r"(?<=<!-- bench:begin -->\n).*(?=<!-- bench:end -->)", re.DOTALL)


def put(readme: str, tables: str) -> str:
    """The README with `tables` in place of what its bench block held."""
    new, count = BLOCK.subn(lambda _: f"\n{tables.strip()}\n\n", readme)
    if count != 1:
        raise SystemExit("README.md must have one block from <!-- bench:begin --> to <!-- bench:end -->.")
    return new


if __name__ == "__main__":
    path = Path(__file__).parents[1] / "README.md"
    path.write_text(put(path.read_text(), Path(sys.argv[1]).read_text()))
