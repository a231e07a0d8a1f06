"""Pictures: of graphs, matrices, attention, colours, spectra, embeddings and training.

Every function takes `ax=`, returns the Axes it drew on (an array of them where there are panels),
never shows a window and leaves matplotlib's settings alone. Importing this package imports
matplotlib; importing gnn_lib does not.
"""

from gnn_lib.describe import describe_graph
from gnn_lib.plot.attention import draw_attention
from gnn_lib.plot.curves import draw_energy, draw_history
from gnn_lib.plot.described import show
from gnn_lib.plot.embedding import draw_embeddings
from gnn_lib.plot.graph import draw_graph
from gnn_lib.plot.layout import spring_layout
from gnn_lib.plot.matrix import draw_adjacency, draw_matrix
from gnn_lib.plot.rounds import draw_colors_by_round
from gnn_lib.plot.spectrum import draw_filters, draw_spectrum

__all__ = [
    "describe_graph",
    "draw_adjacency",
    "draw_attention",
    "draw_colors_by_round",
    "draw_embeddings",
    "draw_energy",
    "draw_filters",
    "draw_graph",
    "draw_history",
    "draw_matrix",
    "draw_spectrum",
    "show",
    "spring_layout",
]
