"""The graph as a matrix: its Laplacian, its spectrum, and positions read off the eigenvectors.

A graph's Laplacian L = D - A asks how much a signal differs along the edges: xᵀLx is the sum of
w (x_i - x_j)² over them. Its eigenvectors are the graph's own sines and cosines, from the smoothest
(eigenvalue 0, constant on each connected component) to the most jagged.

Eigenvectors want a symmetric matrix, so here every edge counts half in each direction: A stands for
(A + Aᵀ) / 2, which is A itself for an undirected graph. Only `normalised_adjacency` keeps directions.
All of these are dense [N, N], for graphs that fit on a page or in a lesson.
"""

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.edges import remove_self_loops, select_edges
from gnn_lib.graph import Graph
from gnn_lib.subgraph import connected_components, subgraph
from gnn_lib.validate import check_rows

_MAX_NODES = 10_000  # a float64 matrix of this size takes 800 MB, and its eigenvectors many minutes


def laplacian(graph: Graph, normalised: bool = True) -> Tensor:
    """L = D - A, or I - D^-1/2 A D^-1/2 if normalised, [N, N]; D holds the row sums of A.

    The eigenvalues of the normalised one lie in [0, 2]. A node without edges has a row of zeros in both.

    >>> laplacian(Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])), normalised=False)
    tensor([[ 1., -1.,  0.],
            [-1.,  2., -1.],
            [ 0., -1.,  1.]])
    """
    return _laplacian(graph, normalised).to(_dtype(graph))


def spectrum(graph: Graph, normalised: bool = True) -> Tensor:
    """The eigenvalues of the Laplacian, ascending, [N] float64. The zeros count the components.

    >>> square = Graph(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]))
    >>> spectrum(square).round(decimals=6).abs().tolist()
    [0.0, 1.0, 1.0, 2.0]
    """
    eigenvalues: Tensor = torch.linalg.eigvalsh(_laplacian(graph, normalised))
    return eigenvalues


def normalised_adjacency(graph: Graph) -> Tensor:
    """Â = D^-1/2 (A + I) D^-1/2, [N, N]: `normalised_adjacency(graph).t() @ x` is one step of a GCN.

    Edges keep their direction, and D holds the in-degrees, the column sums of A + I. A self-loop that is
    there already takes the place of the 1 in I, with its own weight (one of them, if there are more).

    >>> normalised_adjacency(Graph(torch.tensor([[0, 1], [1, 0]])))
    tensor([[0.5000, 0.5000],
            [0.5000, 0.5000]])
    """
    check_dense(graph)
    wires = conductances(graph)
    sources, targets = wires.edge_index
    loops = sources == targets
    own = torch.ones(graph.num_nodes, dtype=torch.float64, device=graph.device)
    if wires.edge_weight is not None:
        own = own.index_put((sources[loops],), wires.edge_weight[loops])
    A = to_dense(remove_self_loops(wires)) + own.diag()
    scale = _inverse_sqrt(A.sum(0))
    return (scale[:, None] * A * scale).to(_dtype(graph))


def laplacian_positional_encoding(graph: Graph, k: int) -> Tensor:
    """Where each node sits: its entries in the k smoothest eigenvectors that are not constant, [N, k].

    Eigenvectors of the normalised Laplacian, of unit length, by rising eigenvalue; the first one, which
    holds only the degrees, is left out, and so are self-loops, which say nothing about position. Each
    connected component has eigenvectors of its own: a batch is encoded as its graphs one by one. A
    component of n nodes has n - 1 of them, and zeros in the other columns.

    The sign of an eigenvector means nothing. Here its largest entry is positive; in training, let
    `flip_signs` draw new ones, so that a model learns not to care. (Where eigenvalues coincide, as in
    a cycle, even the directions mean nothing.)

    >>> path = Graph(torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
    >>> laplacian_positional_encoding(path, k=2).abs().round(decimals=4)  # 1 is in the middle
    tensor([[0.7071, 0.5000],
            [0.0000, 0.7071],
            [0.7071, 0.5000]])
    """
    if k < 1:
        raise ValueError(f"k is the number of eigenvectors to keep, so 1 or more; got {k}.")
    whole = remove_self_loops(conductances(graph))
    encoding = torch.zeros(graph.num_nodes, k, dtype=_dtype(graph), device=graph.device)
    for nodes in components(whole):
        vectors = torch.linalg.eigh(_laplacian(subgraph(whole, nodes), normalised=True)).eigenvectors
        kept = vectors[:, 1 : k + 1]
        largest = kept.gather(0, kept.abs().argmax(0, keepdim=True))
        encoding[nodes, : kept.size(1)] = (kept * largest.sign()).to(encoding.dtype)
    return encoding


def flip_signs(
    encoding: Tensor, batch: Tensor | None = None, generator: torch.Generator | None = None
) -> Tensor:
    """An encoding [N, k] with a fair coin's sign on each column; batch [N]: new coins for each graph."""
    if batch is None:
        batch = torch.zeros(encoding.size(0), dtype=torch.long, device=encoding.device)
    check_rows(batch, encoding.size(0), "batch", "node")
    num_graphs = int(batch.max()) + 1 if batch.numel() else 0
    coins = torch.randint(0, 2, (num_graphs, encoding.size(1)), generator=generator).to(encoding.device)
    return encoding * (2 * coins - 1)[batch]


def conductances(graph: Graph) -> Graph:
    """The bare graph with its weights in float64, 1 where it has none; weight 0 is no edge."""
    weight = graph.edge_weight
    if weight is None:
        weight = torch.ones(graph.num_edges, device=graph.device)
    if not bool(((weight >= 0) & weight.isfinite()).all()):
        wrong = weight[~((weight >= 0) & weight.isfinite())][0].item()
        raise ValueError(f"edge_weight must be finite and not negative for a Laplacian, got {wrong}.")
    bare = Graph(graph.edge_index, edge_weight=weight.detach().double(), num_nodes=graph.num_nodes)
    return select_edges(bare, weight > 0)


def components(graph: Graph) -> tuple[Tensor, ...]:
    """The nodes of each connected component, directions aside."""
    of_node = connected_components(graph)
    parts: tuple[Tensor, ...] = torch.split(of_node.argsort(stable=True), of_node.bincount().tolist())
    return parts


def check_dense(graph: Graph) -> None:
    """A matrix [N, N] of this graph must fit in memory."""
    if graph.num_nodes > _MAX_NODES:
        raise ValueError(
            f"graph has {graph.num_nodes:,} nodes, and this needs a dense matrix [N, N]: use one of up to "
            f"{_MAX_NODES:,} nodes, such as a subgraph."
        )


def _laplacian(graph: Graph, normalised: bool) -> Tensor:
    check_dense(graph)
    A = to_dense(conductances(graph))
    A = (A + A.t()) / 2
    degree = A.sum(1)
    if not normalised:
        return degree.diag() - A
    scale = _inverse_sqrt(degree)
    return (degree > 0).double().diag() - scale[:, None] * A * scale


def _inverse_sqrt(degree: Tensor) -> Tensor:
    """degree^-1/2, and 0 for a node without edges."""
    return torch.where(degree > 0, degree, torch.inf).rsqrt()


def _dtype(graph: Graph) -> torch.dtype:
    return torch.get_default_dtype() if graph.edge_weight is None else graph.edge_weight.dtype
