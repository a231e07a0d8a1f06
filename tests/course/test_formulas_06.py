"""Every formula that lesson 6 prints, computed literally and held against the code."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_06.coarsen import coarsen
from gnn_lib.exercises.lesson_06.diffpool_losses import diffpool_losses
from gnn_lib.exercises.lesson_06.disjoint_union import disjoint_union
from gnn_lib.exercises.lesson_06.max_readout import max_readout
from gnn_lib.exercises.lesson_06.mean_readout import mean_readout
from gnn_lib.exercises.lesson_06.readouts import homes
from gnn_lib.exercises.lesson_06.sag_scores import sag_scores
from gnn_lib.exercises.lesson_06.sum_readout import sum_readout
from gnn_lib.exercises.lesson_06.top_k_pool import TopKPool
from gnn_lib.exercises.lesson_06.top_of_each import top_of_each
from gnn_lib.exercises.lesson_06.top_scores import top_scores

TEXT = Path(__file__).parents[2] / "course" / "text" / "06_pooling.py"


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def batches() -> Iterator[tuple[Tensor, Tensor, int]]:
    """(h, batch, G): every graph has nodes, and they stand in no order."""
    for seed, (nodes, graphs) in enumerate(((9, 2), (14, 4), (20, 3))):
        yield (
            drawn(nodes, 3, seed=seed) - 1,
            homes(torch.Generator().manual_seed(seed), nodes, graphs),
            graphs,
        )


def members(batch: Tensor, g: int) -> list[int]:
    return [i for i in range(len(batch)) if batch[i] == g]


def where_a_graph_begins() -> None:
    n = [3, 1, 4, 2]
    edges = torch.zeros(2, 4, dtype=torch.long)  # one loop at node 0 of each graph
    moved, _ = disjoint_union(edges, torch.tensor(n), torch.ones(4, dtype=torch.long))
    for g in range(4):
        assert moved[:, g].tolist() == [sum(n[k] for k in range(4) if k < g)] * 2


def sums() -> None:
    for h, batch, G in batches():
        literal = [torch.stack([h[i] for i in members(batch, g)]).sum(0) for g in range(G)]
        torch.testing.assert_close(sum_readout(h, batch, G), torch.stack(literal))


def means() -> None:
    for h, batch, G in batches():
        own = [members(batch, g) for g in range(G)]
        literal = [1 / len(nodes) * torch.stack([h[i] for i in nodes]).sum(0) for nodes in own]
        torch.testing.assert_close(mean_readout(h, batch, G), torch.stack(literal))


def maxima() -> None:
    for h, batch, G in batches():
        r = max_readout(h, batch, G)
        for g in range(G):
            for f in range(h.size(1)):
                assert r[g, f] == max(float(h[i, f]) for i in members(batch, g))


def scores() -> None:
    x, p = drawn(6, 3), drawn(3, seed=1)
    length = math.sqrt(sum(float(entry) ** 2 for entry in p))
    literal = [math.tanh(sum(float(a) * float(b) for a, b in zip(row, p, strict=True)) / length) for row in x]
    torch.testing.assert_close(top_scores(x, p), torch.tensor(literal))


def how_many_stay() -> None:
    for h, batch, G in batches():
        for ratio in (0.25, 0.5, 0.75, 1.0):
            kept = top_of_each(h[:, 0], batch, ratio)
            for g in range(G):
                assert int((batch[kept] == g).sum()) == math.ceil(ratio * len(members(batch, g)))


def gate() -> None:
    x, batch = drawn(6, 3), torch.zeros(6, dtype=torch.long)
    pool = TopKPool(3, ratio=1.0)  # everybody stays
    s = top_scores(x, pool.p)
    gated, _, _ = pool(x, torch.zeros(2, 0, dtype=torch.long), batch)
    torch.testing.assert_close(gated, torch.stack([s[i] * x[i] for i in range(6)]))


def neighbours_vote() -> None:
    for _, graph in sample_graphs(torch.Generator().manual_seed(3)):
        assert graph.x is not None
        x = graph.x / graph.x.abs().amax()
        w_own, w_inbox = drawn(x.size(1), seed=4), drawn(x.size(1), seed=5)
        literal = []
        for i in range(graph.num_nodes):
            heard = sum(
                (x[j] @ w_inbox for j, target in graph.edge_index.T.tolist() if target == i),
                torch.tensor(0.0),
            )
            literal.append(torch.tanh(x[i] @ w_own + heard))
        torch.testing.assert_close(sag_scores(x, graph.edge_index, w_own, w_inbox), torch.stack(literal))


def clusters() -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
    """(X, A, z, S) with S from z as the first of DiffPool's formulas says."""
    for seed, (_, graph) in enumerate(sample_graphs(torch.Generator().manual_seed(6))):
        assert graph.x is not None
        z = drawn(graph.num_nodes, 3, seed=seed)
        S = torch.zeros_like(z)
        for i in range(len(z)):
            for c in range(3):
                S[i, c] = math.exp(z[i, c]) / sum(math.exp(z[i, k]) for k in range(3))
        yield graph.x, to_dense(graph), z, S


def shares() -> None:
    for _, A, z, S in clusters():
        torch.testing.assert_close(coarsen(torch.eye(len(A)), A, z)[0], S.T)


def merged() -> None:
    for X, A, z, S in clusters():
        x_new, A_new = coarsen(X, A, z)
        for c in range(3):
            literal = torch.stack([S[i, c] * X[i] for i in range(len(X))]).sum(0)
            torch.testing.assert_close(x_new[c], literal, rtol=1e-4, atol=1e-3)
            for d in range(3):
                links = [S[i, c] * A[i, j] * S[j, d] for i in range(len(A)) for j in range(len(A))]
                torch.testing.assert_close(A_new[c, d], torch.stack(links).sum(), rtol=1e-4, atol=1e-4)


def link_loss() -> None:
    for _, A, _, S in clusters():
        squares = [
            (A[i, j] - sum(S[i, c] * S[j, c] for c in range(3))) ** 2
            for i in range(len(A))
            for j in range(len(A))
        ]
        torch.testing.assert_close(diffpool_losses(A, S)[0], torch.stack(squares).sum().sqrt())


def entropy_loss() -> None:
    for _, A, _, S in clusters():
        rows = [-sum(float(share) * math.log(share) for share in row) for row in S]
        torch.testing.assert_close(diffpool_losses(A, S)[1], torch.tensor(1 / len(A) * sum(rows)))


FORMULAS: dict[str, Callable[[], None]] = {
    r"o_g = \sum_{k < g} n_k": where_a_graph_begins,
    r"r_g = \sum_{i:\, b_i = g} h_i": sums,
    r"r_g = \frac{1}{n_g} \sum_{i:\, b_i = g} h_i": means,
    r"r_{g,f} = \max_{i:\, b_i = g} h_{i,f}": maxima,
    r"s_i = \tanh\left(\frac{h_i \cdot p}{\lVert p \rVert}\right)": scores,
    r"k_g = \lceil \rho\, n_g \rceil": how_many_stay,
    r"h'_i = s_i\, h_i": gate,
    r"s_i = \tanh\Bigl(h_i \cdot w_{\text{own}} + "
    r"\sum_{j \in \mathcal N(i)} h_j \cdot w_{\text{inbox}}\Bigr)": neighbours_vote,
    r"S_{ic} = \frac{e^{z_{ic}}}{\sum_{k=1}^{C} e^{z_{ik}}}": shares,
    r"H' = S^\top H, \qquad A' = S^\top A\, S": merged,
    r"L_{\text{link}} = \sqrt{\sum_{i,j} \bigl(A_{ij} - (S S^\top)_{ij}\bigr)^2}": link_loss,
    r"L_{\text{entropy}} = \frac{1}{N} \sum_{i=1}^{N} \Bigl(-\sum_{c=1}^{C} S_{ic} \ln S_{ic}\Bigr)": (
        entropy_loss
    ),
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL) == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()
