"""A solution cell that is there more than once: copied, or split in two, which copies its grade_id too."""

import ast
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from course.grading.pairing import plain

Piece = tuple[int, str]  # where it stands in the submission, and its source
MOST = 8  # nobody splits a cell more often by accident
LONGEST = 20_000  # characters that we compile, here outside of the sandbox


@dataclass(frozen=True)
class Settled:
    """What becomes of the copies of one solution cell."""

    place: int  # the copy that stands for the cell in the submission
    source: str
    parts: tuple[int, ...]  # the copies that may have pictures for it
    again: tuple[Piece, ...] = ()  # what runs once more, where it stands
    says: str = ""  # for the instructor, if there was something to settle


def settle(released: NotebookNode, copies: Sequence[tuple[int, NotebookNode]]) -> Settled:
    """The answer in `copies`: a cell of the submission and its place, at least one."""
    if len(copies) == 1:
        return Settled(copies[0][0], copies[0][1].source, (copies[0][0],))
    untouched = ("", plain(released.source))
    pieces = [(place, cell.source) for place, cell in copies if cell.cell_type == released.cell_type]
    notes = [(place, cell.source) for place, cell in copies if cell.cell_type != released.cell_type]
    if not pieces:
        pieces, notes = notes, []
    sources = [piece for piece in pieces if plain(piece[1]) not in untouched] or pieces[:1]
    notes = [piece for piece in notes if plain(piece[1]) not in untouched]
    dropped = len(copies) - len(sources) - len(notes)
    if released.cell_type != "code":
        whole = "\n\n".join(dict.fromkeys(source for _, source in sources))
        places = tuple(place for place, _ in sources)
        says = f"It was there {len(copies)} times: joined into one answer."
        return Settled(places[0], whole, places, tuple(notes), says)
    (place, source), *again = _joined(sources)
    said = [f"It was there {len(copies)} times."]
    if len(again) + 1 < len(sources):
        said.append("Parts that make sense only together were joined.")
    if dropped:
        said.append(f"Left out as they were never touched: {dropped}.")
    if again:
        said.append("The first is its solution, the others run where they stand.")
    return Settled(place, source, (place,), (*again, *notes), " ".join(said))


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """The same, with those joined that are parts of one cell: only together do they compile."""
    if len(pieces) > MOST or sum(len(source) for _, source in pieces) > LONGEST:
        return list(pieces)
    found: list[Piece] = []
    for piece in pieces:
        found.append(piece)
        for last in range(2, len(found) + 1):
            whole = _whole([source for _, source in found[-last:]])
            if whole is not None:
                found[-last:] = [(found[-last][0], whole)]
                break
    return found


def _whole(parts: Sequence[str]) -> str | None:
    """The parts as one cell; None if each stands for itself. A cell may be split within a line."""
    if all(map(_compiles, parts)):
        return None
    return next((whole for gap in ("\n", "") if _compiles(whole := gap.join(parts))), None)


def _compiles(source: str) -> bool:
    """Whether Python can read it; lines for IPython are taken for a statement."""
    statements = re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", source, flags=re.MULTILINE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(statements)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
