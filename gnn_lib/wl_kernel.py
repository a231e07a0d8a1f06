"""How alike are two graphs? Count the colours that they share.

After r rounds of colour refinement, a node's colour stands for the tree that one sees walking r
steps back from it. Write down, for each graph, how often each colour occurs in each round, and take
the dot product of two such lists: that is the Weisfeiler-Leman subtree kernel (Shervashidze et al.,
2011). An SVM on top was the state of the art before graph neural networks, and still is a baseline
to beat.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.wl import color_refinement

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def wl_kernel(
    graphs: Sequence[Graph], rounds: int = 3, labels: Sequence[Tensor] | None = None, normalised: bool = False
) -> Tensor:
    """K[g, h] = sum over rounds 0 .. R and colours c of count(g, c) * count(h, c), [G, G] float64.

    labels: one tensor of node labels per graph, as in `color_refinement`. normalised: divide by
    sqrt(K[g, g] K[h, h]), so that a graph is 1 to itself (a graph without nodes stays 0).
    K is symmetric and positive semi-definite, so it is ready for an SVM with kernel="precomputed".

    >>> edge = Graph(torch.tensor([[0, 1], [1, 0]]))
    >>> path = Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
    >>> wl_kernel([edge, path], rounds=1)  # round 0: 2 x 3 nodes alike; round 1: 2 x 2 ends
    tensor([[ 8., 10.],
            [10., 14.]], dtype=torch.float64)
    """
    counts = _count_colors(graphs, rounds, labels)
    kernel = torch.from_numpy((counts @ counts.T).toarray()).double()
    if normalised:
        square = kernel.diagonal().clamp(min=1)
        kernel = kernel / torch.outer(square, square).sqrt()
    return kernel


def _count_colors(graphs: Sequence[Graph], rounds: int, labels: Sequence[Tensor] | None) -> "csr_array":
    """[G, K] sparse: how often each of K colours occurs in each graph, over all rounds."""
    from scipy.sparse import csr_array

    if len(graphs) == 0:
        raise ValueError("graphs is empty: a kernel compares at least one graph.")
    each = [None] * len(graphs) if labels is None else labels
    if len(each) != len(graphs):
        raise ValueError(f"labels has {len(each)} entries for {len(graphs)} graphs: give one each.")
    colors = [color_refinement(graph, rounds, own).flatten() for graph, own in zip(graphs, each, strict=True)]
    owner = torch.arange(len(graphs)).repeat_interleave(torch.tensor([len(own) for own in colors]))
    names, of_node = torch.unique(torch.cat(colors).cpu(), return_inverse=True)
    ones = torch.ones_like(of_node)
    return csr_array((ones.numpy(), (owner.numpy(), of_node.numpy())), shape=(len(graphs), len(names)))
