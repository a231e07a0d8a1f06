"""Playgrounds: pictures that move, with the learner's own code inside.

GraphView (graph_view.py) is a graph that can be touched; matrix_view (matrix.py) a matrix of the same kind.
A Playground (playground.py, which says how to write one) puts them together with controls. The learner's
code is called through one guard, `attempt` (attempt.py).

Importing this package imports ipywidgets and matplotlib; importing gnn_lib does not.
"""

from gnn_lib.widgets.adjacency import play_adjacency
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import Attempt, attempt
from gnn_lib.widgets.attention import play_attention
from gnn_lib.widgets.coarser import play_coarser
from gnn_lib.widgets.gcn import play_gcn
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.matrix import matrix_view
from gnn_lib.widgets.message_passing import play_messages
from gnn_lib.widgets.newcomer import play_newcomer
from gnn_lib.widgets.playground import Panel, Playground
from gnn_lib.widgets.pooling import play_pooling
from gnn_lib.widgets.sampling import play_sampling
from gnn_lib.widgets.smoothing import play_smoothing
from gnn_lib.widgets.third_film import play_third_film
from gnn_lib.widgets.tree import play_tree
from gnn_lib.widgets.walks import play_walks
from gnn_lib.widgets.wl import play_wl

__all__ = [
    "Attempt",
    "GraphView",
    "Panel",
    "Playground",
    "arithmetic",
    "attempt",
    "matrix_view",
    "play_adjacency",
    "play_attention",
    "play_coarser",
    "play_gcn",
    "play_messages",
    "play_newcomer",
    "play_pooling",
    "play_sampling",
    "play_smoothing",
    "play_third_film",
    "play_tree",
    "play_walks",
    "play_wl",
]
