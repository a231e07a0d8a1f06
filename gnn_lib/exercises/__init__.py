"""Exercises as data: what `check`, the judge, the tests and the class report all read.

A lesson's first cell says `check, hint, progress = start(1)`. An author describes an exercise with
`Exercise` (a function or a layer), `Question` (one answer), `Result` (what an experiment gave) or
`Essay` (words, read by a person).
"""

from gnn_lib.exercises.exercise import Case, Clue, Essay, Exercise, Mistake, Question, Result
from gnn_lib.exercises.lessons import Lesson, load, numbers
from gnn_lib.exercises.tools import start

__all__ = [
    "Case",
    "Clue",
    "Essay",
    "Exercise",
    "Lesson",
    "Mistake",
    "Question",
    "Result",
    "load",
    "numbers",
    "start",
]
