"""Lesson 3: the graph convolution, entry by entry, edge by edge, and from the spectrum."""

from gnn_lib.exercises.lesson_03 import (
    add_self_loops,
    chebyshev_filter,
    clicks_at_a,
    edge_weights,
    gcn_accuracy,
    gcn_dense,
    gcn_layer,
    grid_conv,
    laplacian,
    masked_loss,
    normalise,
    numbers,
    quiz,
)

TITLE = "The graph convolution"
EXERCISES = (
    numbers.hub_hears,
    normalise.exercise,
    gcn_dense.exercise,
    add_self_loops.exercise,
    edge_weights.exercise,
    gcn_layer.exercise,
    clicks_at_a.exercise,
    laplacian.exercise,
    chebyshev_filter.exercise,
    numbers.two_thetas,
    masked_loss.exercise,
    gcn_accuracy.exercise,
    numbers.gcn_parameters,
    grid_conv.exercise,
    quiz.both_degrees,
    quiz.hidden_labels,
    quiz.two_layers,
    quiz.when_gcn_fails,
)
