"""Layers, one idea per file. Each is called as layer(x, edges)."""

from gnn_lib.layers.cheb import ChebConv
from gnn_lib.layers.edge_conv import EdgeConv
from gnn_lib.layers.gat import GATConv, GATv2Conv
from gnn_lib.layers.gcn import GCNConv, gcn_norm
from gnn_lib.layers.gin import GINConv, GINEConv
from gnn_lib.layers.graph_conv import GraphConv
from gnn_lib.layers.lightgcn import LGConv, LightGCN
from gnn_lib.layers.mpnn import MPNN, NNConv
from gnn_lib.layers.propagation import APPNP, SGConv
from gnn_lib.layers.regularize import JumpingKnowledge, PairNorm, Residual, drop_edge
from gnn_lib.layers.rgcn import RGCNConv
from gnn_lib.layers.sage import LSTMAggregation, SAGEConv
from gnn_lib.layers.transformer import GlobalAttention, GraphTransformerLayer, degree_encoding
from gnn_lib.spectral import laplacian_positional_encoding

__all__ = [
    "APPNP",
    "MPNN",
    "ChebConv",
    "EdgeConv",
    "GATConv",
    "GATv2Conv",
    "GCNConv",
    "GINConv",
    "GINEConv",
    "GlobalAttention",
    "GraphConv",
    "GraphTransformerLayer",
    "JumpingKnowledge",
    "LGConv",
    "LSTMAggregation",
    "LightGCN",
    "NNConv",
    "PairNorm",
    "RGCNConv",
    "Residual",
    "SAGEConv",
    "SGConv",
    "degree_encoding",
    "drop_edge",
    "gcn_norm",
    "laplacian_positional_encoding",
]
