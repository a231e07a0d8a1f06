"""Lesson 0: how lessons, checks, hints and progress work."""

from gnn_lib.exercises.lesson_00 import first_questions, mean_rating

TITLE = "Start here"
EXERCISES = (
    mean_rating.exercise,
    first_questions.who_speaks,
    first_questions.kept_where,
    first_questions.why_graphs,
)
