"""Every formula that lesson 7 prints, computed literally and held against the code."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph, karate_club, path_abcd, tree_graph
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_07.blur import blur
from gnn_lib.exercises.lesson_07.dirichlet_energy import dirichlet_energy
from gnn_lib.exercises.lesson_07.dominant_vector import dominant_vector
from gnn_lib.exercises.lesson_07.influence import influence
from gnn_lib.exercises.lesson_07.inputs import normalised
from gnn_lib.exercises.lesson_07.mean_average_distance import mean_average_distance
from gnn_lib.exercises.lesson_07.pair_norm import pair_norm
from gnn_lib.exercises.lesson_07.residual_layer import ResidualLayer
from gnn_lib.exercises.lesson_07.resistance import resistance
from gnn_lib.graph import Graph
from gnn_lib.smoothing import dirichlet_energy as library_energy
from gnn_lib.smoothing import mean_average_distance as library_distance
from gnn_lib.squashing import effective_resistance, jacobian_sensitivity

TEXT = Path(__file__).parents[2] / "course" / "text" / "07_over_smoothing.py"
CONNECTED = (path_abcd(), karate_club(), barbell_graph(4, 2), tree_graph(3))  # and undirected


def graphs() -> Iterator[tuple[Graph, Tensor, list[list[int]], list[int]]]:
    """Directed graphs with loops and copies: x, each node's inbox without its own loop, and d."""
    for _, graph in sample_graphs(torch.Generator().manual_seed(3)):
        assert graph.x is not None
        inbox: list[list[int]] = [[] for _ in range(graph.num_nodes)]
        for j, i in graph.edge_index.T.tolist():
            inbox[i].append(j)
        yield graph, graph.x, inbox, [1 + len(heard) for heard in inbox]


def some_x(graph: Graph, width: int = 3) -> Tensor:
    return torch.randn(graph.num_nodes, width, generator=torch.Generator().manual_seed(4))


def mean_of_the_inbox() -> None:
    for graph, x, inbox, d in graphs():
        literal = torch.stack([sum((x[j] for j in inbox[i]), x[i]) / d[i] for i in range(len(x))])
        torch.testing.assert_close(blur(x, to_dense(graph), 1), literal)


def where_the_mean_ends() -> None:
    for graph in CONNECTED:
        x, d = some_x(graph), to_dense(graph).sum(0) + 1
        limit = (d[:, None] * x).sum(0) / d.sum()
        torch.testing.assert_close(blur(x, to_dense(graph), 2000), limit.expand_as(x), atol=1e-4, rtol=0)
    friends = blur(torch.tensor([[1.0], [2.0], [4.0], [8.0]]), to_dense(path_abcd()), 200)
    torch.testing.assert_close(friends, torch.full((4, 1), 3.6))


def powers_by_eigenvectors() -> None:
    for graph in CONNECTED:
        S, x = normalised(graph).double(), some_x(graph, 1)[:, 0].double()
        values, u = torch.linalg.eigh(S)
        for k in range(5):
            literal = torch.zeros_like(x)
            for m in range(len(x)):
                literal += values[m] ** k * (u[:, m] @ x) * u[:, m]
            torch.testing.assert_close(torch.linalg.matrix_power(S, k) @ x, literal)
        assert abs(float(values[-1]) - 1) < 1e-6
        assert float(values[:-1].abs().max()) < 1 - 1e-3, "one eigenvalue is 1, the others are closer to 0"


def the_dominant_eigenvector() -> None:
    for graph in CONNECTED:
        d = (to_dense(graph).sum(0) + 1).tolist()
        literal = torch.tensor([math.sqrt(one) for one in d]) / math.sqrt(sum(d))
        start = torch.rand(len(d), generator=torch.Generator().manual_seed(5))
        torch.testing.assert_close(dominant_vector(normalised(graph), start, 2000), literal)


def energy() -> None:
    for graph, x, inbox, d in graphs():
        literal = x.new_zeros(())
        for i in range(len(x)):
            for j in inbox[i]:
                literal += (x[j] / math.sqrt(d[j]) - x[i] / math.sqrt(d[i])).square().sum() / 2
        torch.testing.assert_close(dirichlet_energy(x, graph.edge_index), literal)
    for graph in CONNECTED:
        x = some_x(graph)
        torch.testing.assert_close(dirichlet_energy(x, graph.edge_index), library_energy(x, graph))


def distance() -> None:
    for graph, x, inbox, _ in graphs():
        means = []
        for i, heard in enumerate(inbox):
            if heard:
                cosines = [float(x[j] @ x[i] / (x[j].norm() * x[i].norm())) for j in heard]
                means.append(sum(1 - cosine for cosine in cosines) / len(heard))
        if means:
            literal = torch.tensor(sum(means) / len(means))
            got = mean_average_distance(x, graph.edge_index)
            torch.testing.assert_close(got, literal, atol=1e-6, rtol=1e-5)
    for graph in CONNECTED:
        x = some_x(graph)
        torch.testing.assert_close(mean_average_distance(x, graph.edge_index), library_distance(x, graph))


def residual() -> None:
    for graph, H, inbox, d in graphs():
        H, layer = H.double(), ResidualLayer(H.size(1)).double()
        W, b = layer.lin.weight.T, layer.lin.bias
        told = H @ W + b
        rounding = 1e-6 * (1 + float(told.detach().abs().max()))  # S is float32, some x are in the thousands
        for i, row in enumerate(layer(H, normalised(graph).double())):
            gathered = told[i] / d[i]
            for j in inbox[i]:
                gathered = gathered + told[j] / math.sqrt(d[j] * d[i])
            torch.testing.assert_close(row, H[i] + gathered.clamp(min=0), atol=rounding, rtol=0)


def pairs_kept_apart() -> None:
    for graph, x, _, _ in graphs():
        N, s = graph.num_nodes, 1.7
        if N < 2:
            continue
        mean = sum((x[j] for j in range(N)), torch.zeros(x.size(1))) / N
        spread = sum(float((x[j] - mean).square().sum()) for j in range(N)) / N
        literal = torch.stack([s * (x[i] - mean) / math.sqrt(spread) for i in range(N)])
        out = pair_norm(x, s)
        torch.testing.assert_close(out, literal)
        pairs = [(out[i] - out[j]).square().sum() for i in range(N) for j in range(N)]
        torch.testing.assert_close(torch.stack(pairs).mean(), torch.tensor(2 * s**2))


def length_of_the_jacobian() -> None:
    for graph, x, _, _ in graphs():
        x = (x[:, :1] / 100).double()  # one feature, so that differences by hand are few
        S, W = normalised(graph).double(), torch.tensor([[0.8]]).double()

        def run(x: Tensor, S: Tensor, W: Tensor = W) -> Tensor:
            return torch.tanh(S.T @ torch.tanh(S.T @ x @ W) @ W)

        step = torch.zeros_like(x)
        step[0] = 1e-6
        target = len(x) - 1
        slope = (run(x + step, S) - run(x - step, S))[target] / 2e-6
        literal = math.sqrt(sum(float(value) ** 2 for value in slope))
        got = influence(x, W, S, 2, 0, target)
        torch.testing.assert_close(got, torch.tensor(literal).double(), atol=1e-7, rtol=1e-4)
        torch.testing.assert_close(got, jacobian_sensitivity(run, x, S, 0, target))


def wires() -> None:
    for graph in CONNECTED:
        A = to_dense(graph)
        L = torch.diag(A.sum(0)) - A
        K = torch.linalg.pinv(L.double())
        R = resistance(A)
        for i in range(len(A)):
            for j in range(len(A)):
                literal = K[i, i] + K[j, j] - 2 * K[i, j]
                assert abs(float(R[i, j] - literal)) < 1e-4
        torch.testing.assert_close(R.double(), effective_resistance(graph), atol=1e-4, rtol=0)
    assert abs(float(resistance(to_dense(path_abcd()))[0, 3]) - 3) < 1e-5


FORMULAS: dict[str, Callable[[], None]] = {
    r"h_i = \frac{1}{\tilde d_i} \Bigl(x_i + \sum_{j \in \mathcal N(i)} x_j\Bigr) "
    r"\qquad \text{with} \qquad \tilde d_i = 1 + d_i": mean_of_the_inbox,
    r"h_\infty = \frac{\sum_j \tilde d_j \, x_j}{\sum_j \tilde d_j}": where_the_mean_ends,
    r"S^k x = \sum_{m=1}^{N} \lambda_m^k \, (u_m^\top x) \, u_m": powers_by_eigenvectors,
    r"u_1 = \frac{\bigl(\sqrt{\tilde d_1}, \dots, \sqrt{\tilde d_N}\,\bigr)}"
    r"{\sqrt{\tilde d_1 + \dots + \tilde d_N}}": the_dominant_eigenvector,
    r"E(H) = \frac{1}{2} \sum_{i=1}^{N} \sum_{j \in \mathcal N(i)} \left\lVert "
    r"\frac{h_j}{\sqrt{\tilde d_j}} - \frac{h_i}{\sqrt{\tilde d_i}} \right\rVert^2": energy,
    r"\operatorname{MAD}(H) = \frac{1}{\lvert V \rvert} \sum_{i \in V} \frac{1}{d_i} "
    r"\sum_{j \in \mathcal N(i)} \left( 1 - \frac{h_j \cdot h_i}"
    r"{\lVert h_j \rVert \, \lVert h_i \rVert} \right)": distance,
    r"H' = H + \operatorname{ReLU}\bigl(S^\top (H W + b)\bigr)": residual,
    r"h'_i = s \, \frac{h_i - \bar h}{\sqrt{\frac{1}{N} \sum_{j=1}^{N} \lVert h_j - \bar h \rVert^2}}": (
        pairs_kept_apart
    ),
    r"\left\lVert \frac{\partial h_t}{\partial x_s} \right\rVert = \sqrt{\sum_{c} \sum_{f} \left( "
    r"\frac{\partial h_{t,c}}{\partial x_{s,f}} \right)^2}": length_of_the_jacobian,
    r"R_{ij} = K_{ii} + K_{jj} - 2 K_{ij} \qquad \text{with} \qquad K = L^{+}": wires,
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL) == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()
