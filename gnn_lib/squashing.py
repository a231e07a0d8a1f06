"""Over-squashing: does what a far node says still arrive?

The number of nodes within r steps can grow like 2^r, and all they have to say must pass through the
few edges in between, into one vector. Two ways to see the narrow place:

- Effective resistance looks at the graph alone. Make every edge a wire: many short routes between two
  nodes mean little resistance, a single long one much (Black et al., 2023).
- The Jacobian looks at a network: how much does node i's output move when node s's input does? It can
  only be as large as the paths from s to i allow (Topping et al., 2022).
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.spectral import check_dense, conductances, laplacian
from gnn_lib.subgraph import connected_components
from gnn_lib.validate import check_features


def effective_resistance(graph: Graph) -> Tensor:
    """R_ij = L⁺_ii + L⁺_jj - 2 L⁺_ij with L⁺ the pseudo-inverse of the Laplacian, [N, N] float64.

    Weights are conductances: a heavier edge resists less. A is read as (A + Aᵀ) / 2, so an undirected
    edge is one wire, and a one-way edge half a wire (twice the resistance). Between nodes that no
    path joins, it is inf.

    >>> chain = Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
    >>> effective_resistance(chain)[0].round(decimals=6).tolist()
    [0.0, 1.0, 2.0]
    """
    check_dense(graph)
    wires = conductances(graph)
    of_node = connected_components(wires)
    joined = of_node[:, None] == of_node
    # L is singular: it can't see a constant on a component. Adding a constant there mends it, and drops
    # out of the differences below.
    inverse = torch.linalg.inv(laplacian(wires, normalised=False) + joined / joined.sum(1))
    own = inverse.diagonal()
    resistance: Tensor = own[:, None] + own - inverse - inverse.t()
    return resistance.where(joined, torch.inf)


def total_effective_resistance(graph: Graph) -> Tensor:
    """The sum of R_ij over pairs i < j: one number for how narrow a graph is; inf if it falls apart.

    Black et al. (2023) add the edges that lower it most.
    """
    return effective_resistance(graph).sum() / 2


def jacobian(model: Callable[[Tensor, Any], Tensor], x: Tensor, edges: Any, target: int) -> Tensor:
    """d h_target / d x: how each output of one node moves with each input of all nodes, [C, N, F].

    h = model(x, edges) is [N, C]; one backward pass per output channel gives all sources at once. Set a
    model with dropout or batch normalisation to `model.eval()` first. No parameter's grad is touched.
    """
    check_features(x, len(x))
    _check_node(target, len(x), "target")
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        outputs = model(x, edges)[target].flatten()
        if not outputs.requires_grad:  # nothing of x went into it
            return x.new_zeros(len(outputs), *x.shape)
        return torch.stack([
            torch.autograd.grad(output, x, retain_graph=True, materialize_grads=True)[0] for output in outputs
        ])


def jacobian_sensitivity(
    model: Callable[[Tensor, Any], Tensor], x: Tensor, edges: Any, source: int, target: int
) -> Tensor:
    """‖ d h_target / d x_source ‖ (Frobenius): how strongly `target` hears `source` through the model.

    For all sources at once: `jacobian(model, x, edges, target).norm(dim=(0, 2))`, [N].

    >>> def listen(x, edges): return torch.zeros_like(x).index_add(0, edges[1], x[edges[0]])
    >>> edges = torch.tensor([[0, 0, 1], [1, 1, 2]])
    >>> jacobian_sensitivity(listen, torch.ones(3, 1), edges, source=0, target=1)  # hears 0 twice
    tensor(2.)
    """
    _check_node(source, len(x), "source")
    return jacobian(model, x, edges, target)[:, source].square().sum().sqrt()


def _check_node(node: int, num_nodes: int, name: str) -> None:
    if not 0 <= node < num_nodes:
        raise ValueError(f"{name} must be a node from 0 to {num_nodes - 1}, got {node}.")
