"""Matrices that several exercises of this lesson try answers on."""

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.graph import Graph


def normalised(graph: Graph) -> Tensor:
    """S = D^-1/2 (A + I) D^-1/2 with the in-degrees of A + I, as lesson 3 builds it."""
    A_tilde = to_dense(graph) + torch.eye(graph.num_nodes)
    scale = A_tilde.sum(0) ** -0.5
    return scale[:, None] * A_tilde * scale
