"""A small model and a small graph to train it on, without a line of the library's layers."""

import torch
from torch import nn

from gnn_lib.graph import Graph


class DenseGCN(nn.Module):
    """Two rounds of "mean over the inbox and me", written with a dense matrix."""

    def __init__(self, features, classes, hidden=8, dropout=0.2):
        super().__init__()
        self.first, self.second = nn.Linear(features, hidden), nn.Linear(hidden, classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, edges, batch=None):
        A = torch.eye(len(x)).index_put(tuple(edges.edge_index), torch.tensor(1.0))
        mean = A.t() / A.sum(0)[:, None]
        out = self.second(mean @ self.dropout(self.first(mean @ x).relu()))
        if batch is None:
            return out
        return torch.zeros(int(batch.max()) + 1, out.size(1)).index_add(0, batch, out)


def two_blocks(per_block=20):
    """Two dense directed blocks, noisy features; two nodes of each block are labelled for training."""
    generator = torch.Generator().manual_seed(0)
    N = 2 * per_block
    y = torch.arange(N) // per_block
    chance = torch.where(y[:, None] == y, 0.4, 0.02)
    edge_index = (torch.rand(N, N, generator=generator) < chance).nonzero().t()
    x = torch.randn(N, 4, generator=generator) + y[:, None]
    place = torch.arange(N) % per_block
    return Graph(edge_index, x=x, y=y, train_mask=place < 2, val_mask=(place >= 2) & (place < 8),
                 test_mask=place >= 8)


def tensors_of(graph):
    return {name: value.clone() for name, value in graph.tensors()}


def adam(model, lr=0.05):
    return torch.optim.Adam(model.parameters(), lr=lr)
