"""Every formula that lesson 1 prints, computed literally and held against the code."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_01.grid_edges import grid_edges
from gnn_lib.exercises.lesson_01.in_degree import in_degree
from gnn_lib.exercises.lesson_01.inbox import inbox
from gnn_lib.exercises.lesson_01.permute import permute
from gnn_lib.exercises.lesson_01.walks import walks
from gnn_lib.exercises.lesson_01.weighted_inbox import weighted_inbox
from gnn_lib.graph import Graph

TEXT = Path(__file__).parents[2] / "course" / "text" / "01_adjacency.py"


def graphs() -> Iterator[tuple[Graph, Tensor, Tensor]]:
    """Directed graphs with loops, copies and lonely nodes: each with its A and its X."""
    for _, graph in sample_graphs(torch.Generator().manual_seed(3)):
        assert graph.x is not None
        yield graph, to_dense(graph), graph.x


def degrees() -> None:
    for graph, A, _ in graphs():
        N = graph.num_nodes
        literal = [sum(A[j, i] for j in range(N)) for i in range(N)]
        torch.testing.assert_close(in_degree(graph.edge_index, N).float(), torch.stack(literal))


def inbox_of_each_node() -> None:
    for graph, A, x in graphs():
        N = graph.num_nodes
        literal = [torch.stack([A[j, i] * x[j] for j in range(N)]).sum(0) for i in range(N)]
        torch.testing.assert_close(inbox(A, x), torch.stack(literal))


def inbox_of_all_nodes() -> None:
    for _, A, X in graphs():
        torch.testing.assert_close(inbox(A, X), torch.transpose(A, 0, 1).matmul(X))


def weighted() -> None:
    for graph, _, x in graphs():
        w = torch.linspace(-1, 2, graph.num_edges)
        edges = graph.edge_index.T.tolist()
        literal = torch.zeros_like(x)
        for i in range(graph.num_nodes):
            for e, (j, target) in enumerate(edges):
                if target == i:
                    literal[i] += w[e] * x[j]
        torch.testing.assert_close(weighted_inbox(x, graph.edge_index, w), literal)


def permutation_matrix(new_id: Tensor) -> Tensor:
    P = torch.zeros(len(new_id), len(new_id))
    for i, new in enumerate(new_id.tolist()):
        P[new, i] = 1
    return P


def renumbered() -> None:
    for _, A, X in graphs():
        new_id = torch.randperm(len(A), generator=torch.Generator().manual_seed(4))
        P = permutation_matrix(new_id)
        X_new, A_new = permute(X, A, new_id)
        assert torch.equal(X_new, P @ X)
        assert torch.equal(A_new, P @ A @ P.T)
        for i, j in A.nonzero().tolist():
            assert A_new[new_id[i], new_id[j]] == A[i, j]


def first_gathered_or_first_renumbered() -> None:
    for _, A, X in graphs():
        new_id = torch.randperm(len(A), generator=torch.Generator().manual_seed(5))
        X_new, A_new = permute(X, A, new_id)
        torch.testing.assert_close(A_new.T @ X_new, permutation_matrix(new_id) @ inbox(A, X))


def walks_of_two_steps() -> None:
    for graph, A, _ in graphs():
        N = graph.num_nodes
        literal = torch.zeros(N, N)
        for i in range(N):
            for j in range(N):
                literal[i, j] = sum(A[i, k] * A[k, j] for k in range(N))
        assert torch.equal(walks(A, 2), literal)


def edges_of_a_picture() -> None:
    for height, width in ((1, 1), (1, 6), (5, 1), (2, 3), (7, 4), (28, 28)):
        literal = 2 * (height * (width - 1) + width * (height - 1))
        assert grid_edges(height, width).size(1) == literal


FORMULAS: dict[str, Callable[[], None]] = {
    r"d_i = \sum_{j=1}^{N} A_{ji}": degrees,
    r"h_i = \sum_{j=1}^{N} A_{ji}\, x_j": inbox_of_each_node,
    r"H = A^\top X": inbox_of_all_nodes,
    r"h_i = \sum_{j \in \mathcal N(i)} w_{ji}\, x_j": weighted,
    r"X' = P X, \qquad A' = P A P^\top": renumbered,
    r"A'^\top X' = P\, (A^\top X)": first_gathered_or_first_renumbered,
    r"(A^2)_{ij} = \sum_{k=1}^{N} A_{ik} A_{kj}": walks_of_two_steps,
    r"E = 2\, \bigl(\text{height} \cdot (\text{width} - 1) + \text{width} \cdot (\text{height} - 1)\bigr)": (
        edges_of_a_picture
    ),
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL) == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()
