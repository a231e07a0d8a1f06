"""What every pooling asks first: which graph is each node in, and which edges are there?"""

import torch
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.validate import (
    check_edge_index,
    check_features,
    check_ids,
    check_rows,
    check_same_device,
    check_tensor,
    describe,
)


def check_x(x: Tensor, name: str = "x") -> Tensor:
    """`x` if it is a floating-point tensor [N, ...]; poolings take N from it."""
    return check_features(x, x.size(0) if isinstance(x, Tensor) and x.dim() else 0, name)


def check_batch(batch: Tensor | None, x: Tensor, size: int | None = None) -> tuple[Tensor, int]:
    """(batch [N], number of graphs G) for the rows of x [N, ...]; without `batch`, one graph.

    `size` is G. Without it, the last graph is the last one that has a node.

    >>> check_batch(torch.tensor([0, 2, 2]), torch.ones(3, 5))
    (tensor([0, 2, 2]), 3)
    """
    check_size(size, batch)
    if batch is None:
        return torch.zeros(x.size(0), dtype=torch.long, device=x.device), 1
    _check_vector(batch, x)
    low, high = (int(end) for end in batch.aminmax()) if batch.numel() else (0, -1)
    size = high + 1 if size is None else size
    if low < 0 or high >= size:
        check_ids(batch, size, "batch", "graphs")  # says which, and how to mend it
    return batch.long(), size


def check_size(size: int | None, batch: Tensor | None) -> None:
    """`size` is the number of graphs, if known; without `batch` there is one."""
    if size is not None and (not isinstance(size, int) or size < 0):
        raise ValueError(f"size is the number of graphs, an int of 0 or more; got {describe(size)}.")
    if batch is None and size not in (None, 1):
        raise ValueError(f"size is {size}, so batch [N] must say which of these graphs each node is in.")


def check_edges(edges: Tensor | Adjacency, num_nodes: int) -> tuple[Tensor, Tensor | None]:
    """edge_index [2, E] over `num_nodes` nodes, and the constant weights [E] of a prepared adjacency."""
    if not isinstance(edges, Adjacency):
        return check_edge_index(edges, num_nodes, "edges"), None
    if (edges.num_sources, edges.num_targets) != (num_nodes, num_nodes):
        raise ValueError(
            f"edges is {edges}, but x has {num_nodes} rows. Use the adjacency of the graph that x belongs to."
        )
    return edges.edge_index, edges.weight


def _check_vector(batch: object, x: Tensor) -> None:
    batch = check_tensor(batch, "batch")
    if batch.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"batch must hold torch.int64, got {describe(batch)}. Use batch.long().")
    if batch.dim() != 1:
        raise ValueError(f"batch must have shape [N], the graph of each node; got {describe(batch)}.")
    check_rows(batch, x.size(0), "batch", "node")
    check_same_device(batch, "batch", x, "x")
