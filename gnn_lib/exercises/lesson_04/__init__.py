"""Lesson 4: graph attention."""

from gnn_lib.exercises.lesson_04 import (
    dot_attention,
    fewer_orders,
    gat_layer,
    gat_scores,
    inbox_softmax,
    join_heads,
    lookup,
    one_head,
    pair_scores,
    quiz,
    rankings,
    v2_scores,
)

TITLE = "Graph attention"
EXERCISES = (
    pair_scores.exercise,
    gat_scores.exercise,
    quiz.share,
    quiz.alone,
    inbox_softmax.exercise,
    one_head.exercise,
    join_heads.exercise,
    gat_layer.exercise,
    rankings.exercise,
    quiz.how_many,
    v2_scores.exercise,
    fewer_orders.exercise,
    lookup.exercise,
    dot_attention.exercise,
    quiz.cost,
    quiz.whose_share,
    quiz.last_layer,
    quiz.static,
    quiz.transformer,
    quiz.essay,
)
