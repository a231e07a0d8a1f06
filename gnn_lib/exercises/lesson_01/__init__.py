"""Lesson 1: the adjacency matrix."""

from gnn_lib.exercises.lesson_01 import (
    adjacency,
    grid_edges,
    in_degree,
    inbox,
    make_undirected,
    permute,
    quiz,
    same_news,
    to_csr,
    walks,
    weighted_inbox,
)

TITLE = "The adjacency matrix"
EXERCISES = (
    quiz.friends_edges,
    in_degree.exercise,
    adjacency.exercise,
    same_news.exercise,
    quiz.direction,
    inbox.exercise,
    weighted_inbox.exercise,
    make_undirected.exercise,
    permute.exercise,
    walks.exercise,
    quiz.dense_gigabytes,
    to_csr.exercise,
    grid_edges.exercise,
    quiz.filled,
    quiz.read_a_row,
    quiz.after_the_shuffle,
    quiz.road_map,
    quiz.the_silent_mistake,
)
