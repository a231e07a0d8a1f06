"""What a cell printed, as a terminal would show it, in time that grows with its length and no faster.

nbclient and nbconvert look for carriage returns with a pattern that takes half an hour for one line of a
million letters, so that `print("x" * 1_000_000)` would hold up a class. Here streams are joined without it,
and lines are cut to a length at which it is quick.
"""

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

LONGEST = 2_000  # letters of a line


def joined(outputs: Iterable[NotebookNode]) -> list[NotebookNode]:
    """Of each stream one output, where its first piece stood; what is no stream stays as it is."""
    found: list[NotebookNode] = []
    pieces: dict[str, list[str]] = {}
    for output in outputs:
        if output.output_type != "stream":
            found.append(output)
        elif output.name in pieces:
            pieces[output.name].append(output.text)
        else:
            pieces[output.name] = [output.text]
            found.append(output)
    for output in found:
        if output.output_type == "stream":
            output.text = settled("".join(pieces[output.name]))
    return found


def settled(text: str) -> str:
    """After every backspace and carriage return, and with the middle of long lines left out."""
    if "\b" in text:
        text = _erased(text)
    return "\n".join(map(_short, map(_overwritten, text.split("\n"))))


def _erased(text: str) -> str:
    left: list[str] = []
    for letter in text:
        if letter != "\b":
            left.append(letter)
        elif left and left[-1] != "\n":
            left.pop()
    return "".join(left)


def _overwritten(line: str) -> str:
    """What came after the last carriage return; one at the line's end overwrites nothing."""
    return line[line.rfind("\r", 0, len(line) - 1) + 1 :]


def _short(line: str) -> str:
    if len(line) <= LONGEST:
        return line
    half = LONGEST // 2
    return f"{line[:half]} (... {len(line) - 2 * half:,} letters left out ...) {line[-half:]}"


def letters_in(part: Any) -> int:
    """About how many letters a message holds."""
    if isinstance(part, str):
        return len(part)
    if isinstance(part, dict):
        return sum(16 + letters_in(name) + letters_in(value) for name, value in part.items())
    return sum(16 + letters_in(each) for each in part) if isinstance(part, list) else 8
