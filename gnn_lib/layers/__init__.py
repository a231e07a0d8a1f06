"""Layers, one idea per file. Each is called as layer(x, edges)."""

from gnn_lib.layers.gat import GATConv, GATv2Conv
from gnn_lib.layers.gcn import GCNConv, gcn_norm
from gnn_lib.layers.gin import GINConv, GINEConv
from gnn_lib.layers.sage import LSTMAggregation, SAGEConv

__all__ = [
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GINConv",
    "GINEConv",
    "LSTMAggregation",
    "SAGEConv",
    "gcn_norm",
]
