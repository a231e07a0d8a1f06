"""Graphs to learn on: tiny ones to check by hand, made-up ones of any size, and the real ones.

Everything but `load_*` and `pubmed_edges` works offline and gives the same numbers for the same seed.
"""

from gnn_lib.datasets.citation import citation_like
from gnn_lib.datasets.either import citation_graph, molecule_graphs
from gnn_lib.datasets.files import DatasetUnavailableError, data_root
from gnn_lib.datasets.grid import pixel_grid
from gnn_lib.datasets.karate import karate_club
from gnn_lib.datasets.knowledge import knowledge_graph
from gnn_lib.datasets.molecules import ATOMS, BONDS, molecules_like
from gnn_lib.datasets.random_graphs import block_model, power_law_graph
from gnn_lib.datasets.ratings import Ratings, user_item_ratings
from gnn_lib.datasets.real import load_planetoid, load_triples, load_tu, normalise_rows, pubmed_edges
from gnn_lib.datasets.shapes import (
    barbell_graph,
    complete_graph,
    cycle_graph,
    path_graph,
    star_graph,
    tree_graph,
)
from gnn_lib.datasets.tiny import path_abcd, three_friends, tricky_graph
from gnn_lib.datasets.triples import Triples
from gnn_lib.datasets.wl_pairs import WLPair, wl_blind_pairs, wl_told_pairs

__all__ = [
    "ATOMS",
    "BONDS",
    "DatasetUnavailableError",
    "Ratings",
    "Triples",
    "WLPair",
    "barbell_graph",
    "block_model",
    "citation_graph",
    "citation_like",
    "complete_graph",
    "cycle_graph",
    "data_root",
    "karate_club",
    "knowledge_graph",
    "load_planetoid",
    "load_triples",
    "load_tu",
    "molecule_graphs",
    "molecules_like",
    "normalise_rows",
    "path_abcd",
    "path_graph",
    "pixel_grid",
    "power_law_graph",
    "pubmed_edges",
    "star_graph",
    "three_friends",
    "tree_graph",
    "tricky_graph",
    "user_item_ratings",
    "wl_blind_pairs",
    "wl_told_pairs",
]
