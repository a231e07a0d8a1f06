"""What several tests of the data sets need."""

import hashlib

import networkx as nx
import torch
from torch import Tensor

from gnn_lib.graph import Graph


def to_nx(graph: Graph) -> nx.Graph:
    """The undirected NetworkX graph with the same nodes and edges."""
    result = nx.Graph()
    result.add_nodes_from(range(graph.num_nodes))
    result.add_edges_from(graph.edge_index.t().tolist())
    return result


def inbox_sum(graph: Graph) -> Tensor:
    """A.T @ x, dense."""
    assert graph.x is not None
    dense = torch.zeros(graph.num_nodes, graph.num_nodes)
    dense.index_put_(tuple(graph.edge_index), torch.ones(graph.num_edges), accumulate=True)
    return dense.t() @ graph.x


def has_both_directions(graph: Graph) -> bool:
    """Every edge has its reverse, and none is there twice."""
    edges = list(map(tuple, graph.edge_index.t().tolist()))
    return len(set(edges)) == len(edges) and {(j, i) for i, j in edges} == set(edges)


def fingerprint(*tensors: Tensor | None) -> str:
    """A few letters that change when any number does."""
    digest = hashlib.sha256()
    for tensor in tensors:
        assert tensor is not None
        digest.update(f"{tensor.dtype}{list(tensor.shape)}".encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
