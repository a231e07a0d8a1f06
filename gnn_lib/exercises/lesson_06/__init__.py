"""Lesson 6: from nodes to whole graphs."""

from gnn_lib.exercises.lesson_06 import (
    coarsen,
    diffpool_losses,
    disjoint_union,
    edges_among,
    experiments,
    max_readout,
    mean_readout,
    playing,
    quiz,
    sag_scores,
    sum_readout,
    top_k_pool,
    top_of_each,
    top_scores,
)

TITLE = "Pooling: from nodes to whole graphs"
EXERCISES = (
    quiz.how_many_answers,
    disjoint_union.exercise,
    sum_readout.exercise,
    mean_readout.exercise,
    max_readout.exercise,
    playing.one_green,
    experiments.impostors,
    top_scores.exercise,
    top_of_each.exercise,
    edges_among.exercise,
    top_k_pool.exercise,
    sag_scores.exercise,
    coarsen.exercise,
    diffpool_losses.exercise,
    playing.nothing_lost,
    experiments.accuracies,
    quiz.block_diagonal,
    quiz.two_copies,
    quiz.why_gate,
    quiz.too_dense,
    quiz.which_readout,
)
