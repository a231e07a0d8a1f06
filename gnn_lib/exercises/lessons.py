"""The lessons that there are, and the exercises of each."""

import importlib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pkgutil import iter_modules

from gnn_lib.exercises.exercise import AnyExercise


@dataclass(frozen=True)
class Lesson:
    number: int
    title: str
    exercises: dict[str, AnyExercise]

    def find(self, name: str) -> AnyExercise:
        if name not in self.exercises:
            near = get_close_matches(name, self.exercises, n=1)
            raise ValueError(
                f"Lesson {self.number} has no exercise called {name!r}. "
                + (f"Is {near[0]!r} meant? " if near else "")
                + f"It has: {', '.join(self.exercises)}."
            )
        return self.exercises[name]


@cache
def numbers() -> tuple[int, ...]:
    """The lessons that there are: one package `lesson_NN` beside this file each."""
    package = importlib.import_module("gnn_lib.exercises")
    found = (module.name for module in iter_modules(package.__path__))
    return tuple(sorted(int(name[7:]) for name in found if name.startswith("lesson_")))


@cache
def load(number: int) -> Lesson:
    """Lesson `number`: its title and its exercises in order."""
    if number not in numbers():
        raise ValueError(f"There is no lesson {number}. There are: {', '.join(map(str, numbers()))}.")
    module = importlib.import_module(f"gnn_lib.exercises.lesson_{number:02d}")
    exercises: dict[str, AnyExercise] = {}
    for exercise in module.EXERCISES:
        if exercise.name in exercises:
            raise ValueError(f"Lesson {number} has two exercises called {exercise.name!r}.")
        exercises[exercise.name] = exercise
    return Lesson(number, module.TITLE, exercises)
