"""Every formula that lesson 3 prints, computed literally and held against the code."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import jupytext
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.testing import assert_close

from gnn_lib.convert import to_dense
from gnn_lib.datasets import karate_club, pixel_grid
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_03.add_self_loops import add_self_loops
from gnn_lib.exercises.lesson_03.chebyshev_filter import chebyshev_filter
from gnn_lib.exercises.lesson_03.edge_weights import edge_weights
from gnn_lib.exercises.lesson_03.gcn_dense import gcn_dense
from gnn_lib.exercises.lesson_03.gcn_layer import GCNLayer
from gnn_lib.exercises.lesson_03.grid_conv import grid_conv
from gnn_lib.exercises.lesson_03.inputs import undirected_graphs
from gnn_lib.exercises.lesson_03.laplacian import laplacian
from gnn_lib.exercises.lesson_03.masked_loss import masked_loss
from gnn_lib.exercises.lesson_03.normalise import normalise
from gnn_lib.exercises.lesson_03.numbers import two_thetas
from gnn_lib.layers import ChebConv, GCNConv

TEXT = Path(__file__).parents[2] / "course" / "text" / "03_gcn.py"


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def undirected() -> list[Tensor]:
    """Adjacency matrices [N, N] without directions, some with lonely nodes."""
    return [to_dense(graph) for _, graph in undirected_graphs(generator())]


def inbox() -> None:
    for _, graph in sample_graphs(generator()):
        N, x = graph.num_nodes, graph.x
        assert x is not None
        edges = add_self_loops(graph.edge_index, N)
        pairs = edges.T.tolist()
        d = [sum(target == i for _, target in pairs) for i in range(N)]
        literal = torch.zeros_like(x)
        for j, i in pairs:
            literal[i] += x[j] / math.sqrt(d[j] * d[i])
        layer = GCNLayer(x.size(1), x.size(1))
        torch.nn.init.eye_(layer.lin.weight)
        assert_close(layer(x, edges, edge_weights(edges, N)), literal)


def entry_by_entry() -> None:
    for _, graph in sample_graphs(generator()):
        A, N = to_dense(graph), graph.num_nodes
        A_hat = [[float(A[j, i]) + float(j == i) for i in range(N)] for j in range(N)]
        d = [sum(A_hat[j][i] for j in range(N)) for i in range(N)]
        literal = [[A_hat[j][i] / math.sqrt(d[j] * d[i]) for i in range(N)] for j in range(N)]
        assert_close(normalise(A), torch.tensor(literal))


def in_matrices() -> None:
    for _, graph in sample_graphs(generator()):
        assert graph.x is not None
        A, x = to_dense(graph).double(), graph.x.double()  # features in the thousands want the digits
        W, b = torch.randn(x.size(1), 4).double(), torch.randn(4).double()
        root = torch.linalg.inv(torch.diag((A + torch.eye(len(A))).sum(0)).sqrt())
        S = root @ (A + torch.eye(len(A))) @ root
        assert_close(gcn_dense(x, normalise(A), W, b), S.T @ x @ W + b)
        if not bool(A.diagonal().any()):  # the library counts a loop that is there instead of adding one
            layer = GCNConv(x.size(1), 4).double()
            layer.load_state_dict({"lin.weight": W.T, "bias": b})
            assert_close(layer(x, graph.edge_index), S.T @ x @ W + b)


def smoothing(A: Tensor) -> Tensor:
    """D^-1/2 A D^-1/2, entry by entry."""
    N, d = len(A), A.sum(0).tolist()
    return torch.tensor(
        [[float(A[i, j]) / math.sqrt(d[i] * d[j]) if A[i, j] else 0.0 for j in range(N)] for i in range(N)]
    )


def the_laplacian() -> None:
    for A in undirected():
        assert_close(laplacian(A), torch.eye(len(A)) - smoothing(A))


def roughness() -> None:
    for A in undirected():
        if not bool((A.sum(0) > 0).all()):
            continue
        N, d, x = len(A), A.sum(0), torch.randn(len(A), generator=generator())
        literal = sum(
            float(A[i, j]) * (float(x[i]) / math.sqrt(d[i]) - float(x[j]) / math.sqrt(d[j])) ** 2
            for i in range(N)
            for j in range(N)
        )
        assert_close(float(x @ laplacian(A) @ x), literal / 2, rtol=1e-5, atol=1e-5)


def a_filter() -> None:
    """With a polynomial for g, the filter by eigenvectors is the filter by sums."""
    L, theta = laplacian(to_dense(karate_club())), [0.5, -1.0, 0.25, 2.0]
    eigenvalues, U = torch.linalg.eigh(L)
    t = eigenvalues - 1
    g = theta[0] + theta[1] * t + theta[2] * (2 * t**2 - 1) + theta[3] * (4 * t**3 - 3 * t)
    x = torch.randn(len(L), 2, generator=generator())
    by_waves = U @ torch.diag(g) @ U.T @ x
    assert_close(chebyshev_filter(x, L, torch.tensor(theta)), by_waves, rtol=1e-4, atol=1e-4)


def terms(x: Tensor, L: Tensor, K: int) -> list[Tensor]:
    L_hat = L - torch.eye(len(L))
    T = [x, L_hat @ x]
    for k in range(2, K + 1):
        T.append(2 * L_hat @ T[k - 1] - T[k - 2])
    return T[: K + 1]


def chebyshev_sum() -> None:
    theta = torch.tensor([1.0, -2.0, 0.5, 3.0])
    for A in undirected():
        x, L = torch.randn(len(A), 2, generator=generator()), laplacian(A)
        literal = sum((theta[k] * terms(x, L, 3)[k] for k in range(4)), torch.zeros_like(x))
        assert_close(chebyshev_filter(x, L, theta), literal, rtol=1e-4, atol=1e-5)


def chebyshev_recursion() -> None:
    """Each term by itself; and the library's layer, which has the same terms."""
    club = karate_club()
    L, x = laplacian(to_dense(club)), torch.randn(club.num_nodes, 2, generator=generator())
    for k in range(5):
        only = torch.zeros(k + 1)
        only[k] = 1
        assert_close(chebyshev_filter(x, L, only), terms(x, L, 4)[k], rtol=1e-4, atol=1e-5)
    layer = ChebConv(2, 2, K=3, bias=False)
    for lin, weight in zip(layer.lins, (1.0, -2.0, 0.5), strict=True):
        lin.weight.data = weight * torch.eye(2)
    ours = chebyshev_filter(x, L, torch.tensor([1.0, -2.0, 0.5]))
    assert_close(ours, layer(x, club.edge_index, lambda_max=2.0), rtol=1e-4, atol=1e-5)


def one_step() -> None:
    for A in undirected():
        x, L = torch.randn(len(A), 2, generator=generator()), laplacian(A)
        first, second = two_thetas.answer
        left = first * x + second * (L - torch.eye(len(A))) @ x
        assert_close(left, x + smoothing(A) @ x)
        assert_close(chebyshev_filter(x, L, torch.tensor(two_thetas.answer)), left)


def loss() -> None:
    scores, y = torch.randn(9, 4, generator=generator()), torch.arange(9) % 4
    mask = torch.arange(9) % 2 == 0
    chosen = [i for i in range(9) if mask[i]]
    p = [[math.exp(s) / sum(map(math.exp, row)) for s in row] for row in scores.tolist()]
    literal = -sum(math.log(p[i][int(y[i])]) for i in chosen) / len(chosen)
    assert_close(float(masked_loss(scores, y, mask)), literal, rtol=1e-5, atol=1e-6)


def convolution() -> None:
    image = torch.randn(4, 5, generator=generator())
    kernel = torch.randn(3, 3, generator=generator())
    grid = pixel_grid(4, 5, image=image)
    literal = torch.zeros(4, 5)
    for r in range(4):
        for c in range(5):
            for u in (-1, 0, 1):
                for v in (-1, 0, 1):
                    if 0 <= r + u < 4 and 0 <= c + v < 5:
                        literal[r, c] += image[r + u, c + v] * kernel[u + 1, v + 1]
    sides = kernel.flatten()[[0, 1, 2, 3, 5, 6, 7, 8]].view(8, 1, 1)
    assert grid.x is not None
    assert grid.edge_type is not None
    ours = grid_conv(grid.x, grid.edge_index, grid.edge_type, sides, kernel[1:2, 1:2]).view(4, 5)
    assert_close(ours, literal)
    assert_close(ours, F.conv2d(image[None, None], kernel[None, None], padding=1)[0, 0])


FORMULAS: dict[str, Callable[[], None]] = {
    r"h_i = \sum_{j \in \mathcal N(i) \cup \{i\}} \frac{x_j}{\sqrt{\tilde d_j \, \tilde d_i}}": inbox,
    r"S_{ji} = \frac{\tilde A_{ji}}{\sqrt{\tilde d_j \, \tilde d_i}} \qquad \text{with} "
    r"\qquad \tilde A = A + I, \qquad \tilde d_i = \sum_{j=1}^{N} \tilde A_{ji}": entry_by_entry,
    r"H = S^\top X \, W + b \qquad \text{with} "
    r"\qquad S = \tilde D^{-1/2} \, (A + I) \, \tilde D^{-1/2}": in_matrices,
    r"L = I - D^{-1/2} A \, D^{-1/2}": the_laplacian,
    r"x^\top L \, x = \frac{1}{2} \sum_{i, j} A_{ij} "
    r"\left( \frac{x_i}{\sqrt{d_i}} - \frac{x_j}{\sqrt{d_j}} \right)^2": roughness,
    r"g(L) \, x = U \, g(\Lambda) \, U^\top x": a_filter,
    r"g(L) \, x = \sum_{k=0}^{K} \theta_k \, T_k(\hat L) \, x \qquad \text{with} "
    r"\qquad \hat L = L - I": chebyshev_sum,
    r"T_0(\hat L) \, x = x, \qquad T_1(\hat L) \, x = \hat L \, x, \qquad "
    r"T_k(\hat L) \, x = 2 \hat L \, T_{k-1}(\hat L) \, x - T_{k-2}(\hat L) \, x": chebyshev_recursion,
    r"\theta_0 \, x + \theta_1 \, (L - I) \, x = x + D^{-1/2} A \, D^{-1/2} \, x": one_step,
    r"\ell = -\frac{1}{|T|} \sum_{i \in T} \log p_{i, \, y_i}": loss,
    r"h_{r, c} = \sum_{u=-1}^{1} \sum_{v=-1}^{1} x_{r+u, \, c+v} \, W_{u, v}": convolution,
}


def test_every_printed_formula_is_held_here() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    printed = [" ".join(formula.split()) for formula in re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL)]
    assert sorted(printed) == sorted(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS, ids=[check.__name__ for check in FORMULAS.values()])
def test_the_formula_is_what_the_code_computes(formula: str) -> None:
    FORMULAS[formula]()
