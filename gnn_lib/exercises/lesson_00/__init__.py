"""Lesson 0: how lessons, checks, hints and progress work."""

from gnn_lib.exercises.lesson_00 import first_questions, mean_rating, ways_to_four

TITLE = "Start here"
EXERCISES = (
    mean_rating.exercise,
    ways_to_four.exercise,
    first_questions.who_speaks,
    first_questions.kept_where,
    first_questions.why_graphs,
)
