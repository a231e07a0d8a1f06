"""Lesson 7: over-smoothing and over-squashing."""

from gnn_lib.exercises.lesson_07 import (
    blur,
    dirichlet_energy,
    dominant_vector,
    drop_edge,
    experiments,
    influence,
    jump,
    mean_average_distance,
    pair_norm,
    playing,
    quiz,
    residual_layer,
    resistance,
)

TITLE = "Over-smoothing"
EXERCISES = (
    quiz.blurred_path,
    blur.exercise,
    quiz.in_the_end,
    dominant_vector.exercise,
    dirichlet_energy.exercise,
    mean_average_distance.exercise,
    experiments.deep_accuracy,
    residual_layer.exercise,
    drop_edge.exercise,
    jump.exercise,
    pair_norm.exercise,
    playing.how_much_deeper,
    influence.exercise,
    resistance.exercise,
    experiments.shortcut,
    quiz.gcn_limit,
    quiz.zero_energy,
    quiz.at_test_time,
    quiz.smooth_or_squashed,
    quiz.which_remedy,
)
