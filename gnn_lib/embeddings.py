"""DeepWalk and node2vec: a vector for each node, from nothing but walks.

Words that stand near each other mean similar things; so do nodes. A walk is a sentence, and skip-gram
(Mikolov et al., 2013) learns vectors from which a node's company on the walk can be told from nodes
picked at random. DeepWalk (Perozzi et al., 2014) walks uniformly; node2vec (Grover and Leskovec, 2016)
biases the walks by p and q (see `walks`).
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.validate import describe
from gnn_lib.walks import random_walks

_NOISE = 64  # nodes that a batch shares as its negative samples


class SkipGram(nn.Module):
    """Two vectors for each node: one as the centre of a window, one as company in it.

    With centre u, company c and noise nodes k, the loss of a pair (u, c) is

        -log sigmoid(u . c)  -  negatives * mean over k of log sigmoid(-u . k)

    >>> model = SkipGram(num_nodes=5, dim=8)
    >>> model(torch.tensor([[0, 1, 2], [3, 4, -1]]), noise=torch.tensor([0, 3])).shape
    torch.Size([])
    """

    def __init__(
        self,
        num_nodes: int,
        dim: int,
        window: int = 10,
        negatives: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        _check_counts(dim=dim, window=window)
        if not 0 <= negatives < float("inf"):
            raise ValueError(f"negatives is a number for each pair, so 0 or more; got {negatives!r}.")
        self.window, self.negatives = window, negatives
        # Sparse gradients: a step touches the nodes of its batch, not all nodes. Small vectors to
        # begin with, so that no two nodes are taken for neighbours or strangers beforehand.
        self.centre, self.company = (
            nn.Embedding(
                num_nodes, dim, sparse=True, _weight=0.1 * torch.randn(num_nodes, dim, generator=generator)
            )
            for _ in range(2)
        )

    def forward(self, walks: Tensor, noise: Tensor) -> Tensor:
        """The mean loss over all pairs in a window: walks [B, T] (-1: the walk is over), noise [K]."""
        company = self._in_window(walks)
        ids = walks.clamp(min=0)
        # A walk's vectors are looked up once, and one product scores all of its pairs.
        u, c, k = self.centre(ids), self.company(ids), self.company(noise)
        near = F.softplus(-(u @ c.transpose(1, 2)))  # softplus(-z) = -log sigmoid(z)
        far = F.softplus(u @ k.t()).mean(dim=2)
        pairs_of = company.sum(dim=2)
        total = (near * company).sum() + self.negatives * (far * pairs_of).sum()
        return total / pairs_of.sum().clamp(min=1)

    def _in_window(self, walks: Tensor) -> Tensor:
        """[B, T, T]: does b come at most `window` steps before or after a on this walk?"""
        at = torch.arange(walks.size(1), device=walks.device)
        apart = (at.unsqueeze(0) - at.unsqueeze(1)).abs()
        there = walks >= 0
        return (apart > 0) & (apart <= self.window) & there.unsqueeze(1) & there.unsqueeze(2)


def node2vec(
    graph: Graph,
    dim: int = 128,
    p: float = 1.0,
    q: float = 1.0,
    walk_length: int = 20,
    walks_per_node: int = 10,
    window: int = 10,
    negatives: float = 1.0,
    epochs: int = 2,
    batch_size: int = 256,
    lr: float = 0.01,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Embeddings [N, dim] by node2vec, from the graph's edges alone; with p = q = 1 this is DeepWalk.

    Walks go along the edges' direction, anew in each epoch, `walks_per_node` times from every node.
    Noise nodes are drawn by how often they come up on walks, to the power 3/4, as in word2vec. The
    learning rate falls linearly to 0.

    >>> ring = Graph(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]))
    >>> node2vec(ring, dim=8, epochs=1).shape
    torch.Size([4, 8])
    """
    _check_counts(walk_length=walk_length, walks_per_node=walks_per_node)
    _check_counts(epochs=epochs, batch_size=batch_size)
    model = SkipGram(graph.num_nodes, dim, window, negatives, generator).to(graph.device)
    optimiser: torch.optim.Optimizer = torch.optim.SparseAdam(model.parameters(), lr)
    starts = torch.arange(graph.num_nodes).repeat(walks_per_node)
    steps = epochs * max(1, -(-starts.numel() // batch_size))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for _ in range(epochs):
        order = starts[torch.randperm(starts.numel(), generator=generator)]
        walks = random_walks(graph, walk_length, order, p, q, generator)
        often = torch.bincount(walks[walks >= 0], minlength=graph.num_nodes).double().pow(0.75).cpu()
        for begin in range(0, len(walks), batch_size):
            noise = torch.multinomial(often, _NOISE, replacement=True, generator=generator)
            loss = model(walks[begin : begin + batch_size], noise.to(graph.device))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return model.centre.weight.detach()


def deepwalk(graph: Graph, dim: int = 128, **options: Any) -> Tensor:
    """DeepWalk: `node2vec` on uniform walks; the same options, but for p and q.

    >>> deepwalk(Graph(torch.tensor([[0, 1], [1, 0]])), dim=4, epochs=1).shape
    torch.Size([2, 4])
    """
    if options.keys() & {"p", "q"}:
        raise ValueError("DeepWalk's walks are uniform, so it has no p and q: use node2vec for these.")
    return node2vec(graph, dim, **options)


def _check_counts(**counts: object) -> None:
    for name, count in counts.items():
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{name} must be an int of at least 1, got {describe(count)}.")
