"""Lesson 2: message passing."""

from gnn_lib.exercises.lesson_02 import (
    edge_messages,
    equivariance_gap,
    hearsay_scores,
    many_rounds,
    max_messages,
    mean_messages,
    mpnn_layer,
    one_round,
    quiz,
    reach,
    readout,
    send,
    sum_messages,
    tree_sizes,
    twin_inbox,
)

TITLE = "Message passing"
EXERCISES = (
    send.exercise,
    sum_messages.exercise,
    mean_messages.exercise,
    max_messages.exercise,
    twin_inbox.exercise,
    one_round.exercise,
    many_rounds.exercise,
    reach.exercise,
    tree_sizes.exercise,
    equivariance_gap.exercise,
    readout.exercise,
    edge_messages.exercise,
    mpnn_layer.exercise,
    hearsay_scores.exercise,
    quiz.which_summary,
    quiz.crowd,
    quiz.hops,
    quiz.new_numbers,
    quiz.parameters,
)
