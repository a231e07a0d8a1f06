"""Lesson 5: GraphSAGE."""

from gnn_lib.exercises.lesson_05 import (
    draw_inbox,
    experiments,
    lstm_inbox,
    near_far_loss,
    playing,
    pool_inbox,
    quiz,
    renumber,
    sage_layer,
    split_pairs,
    step_odds,
    walk,
)

TITLE = "GraphSAGE"
EXERCISES = (
    walk.exercise,
    step_odds.exercise,
    playing.way_back,
    near_far_loss.exercise,
    quiz.table_gigabytes,
    sage_layer.exercise,
    playing.lowest_row,
    pool_inbox.exercise,
    lstm_inbox.exercise,
    draw_inbox.exercise,
    quiz.most_nodes,
    renumber.exercise,
    playing.edges_drawn,
    experiments.newcomers,
    split_pairs.exercise,
    experiments.leaks,
    quiz.newcomers_need,
    quiz.which_order,
    quiz.small_batch,
    quiz.friend_recommender,
)
