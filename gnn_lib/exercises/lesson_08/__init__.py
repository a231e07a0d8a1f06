"""Lesson 8: the Weisfeiler-Leman test."""

from gnn_lib.exercises.lesson_08 import (
    aggregation,
    blind_partner,
    by_hand,
    color_histogram,
    gin_layer,
    inbox_code,
    mark_each_node,
    quiz,
    refine_once,
    refine_pairs,
    stable_colors,
    wl_groups,
)

TITLE = "The Weisfeiler-Leman test"
EXERCISES = (
    by_hand.exercise,
    refine_once.exercise,
    stable_colors.exercise,
    color_histogram.exercise,
    wl_groups.exercise,
    blind_partner.exercise,
    inbox_code.exercise,
    gin_layer.exercise,
    aggregation.exercise,
    refine_pairs.exercise,
    mark_each_node.exercise,
    *quiz.EXERCISES,
)
