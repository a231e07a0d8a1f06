"""Every formula that lesson 5 prints, computed literally and held against the code."""

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
from gnn_lib.exercises.lesson_05.csr import compress
from gnn_lib.exercises.lesson_05.draw_inbox import draw_inbox
from gnn_lib.exercises.lesson_05.near_far_loss import near_far_loss
from gnn_lib.exercises.lesson_05.pool_inbox import pool_inbox
from gnn_lib.exercises.lesson_05.quiz import most_nodes
from gnn_lib.exercises.lesson_05.renumber import renumber
from gnn_lib.exercises.lesson_05.sage_layer import SAGELayer
from gnn_lib.exercises.lesson_05.step_odds import step_odds
from gnn_lib.graph import Graph

TEXT = Path(__file__).parents[2] / "course" / "text" / "05_sage.py"


def graphs() -> Iterator[tuple[Graph, Tensor]]:
    """Directed graphs with loops, copies and lonely nodes, and their features."""
    for _, graph in sample_graphs(torch.Generator().manual_seed(3)):
        assert graph.x is not None
        yield graph, graph.x


def senders(graph: Graph, i: int) -> list[int]:
    return [j for j, target in graph.edge_index.T.tolist() if target == i]


def odds_of_a_step() -> None:
    p, q = 4.0, 0.5
    for graph, _ in graphs():
        A = to_dense(graph)
        for b, h in graph.edge_index.T.tolist():
            literal = []
            for x in range(graph.num_nodes):
                bias = 1 / p if x == b else 1 if A[b, x] > 0 else 1 / q
                literal.append(float(A[h, x]) * bias)
            odds = torch.tensor(literal)
            torch.testing.assert_close(step_odds(A, b, h, p, q), odds / odds.sum().clamp(min=1e-9))


def loss_without_labels() -> None:
    generator = torch.Generator().manual_seed(4)
    u, v, noise = (torch.randn(shape, generator=generator) for shape in ((5, 3), (5, 3), (5, 4, 3)))

    def sigmoid(score: float) -> float:
        return 1 / (1 + math.exp(-score))

    losses = []
    for place in range(5):
        loss = -math.log(sigmoid(float(u[place] @ v[place])))
        for k in range(4):
            loss -= math.log(sigmoid(-float(u[place] @ noise[place, k])))
        losses.append(loss)
    assert float(near_far_loss(u, v, noise)) == pytest.approx(sum(losses) / 5, rel=1e-5)


def layer_of_two_paths() -> None:
    for graph, x in graphs():
        layer = SAGELayer(x.size(1), 2)
        out = layer(x, graph.edge_index)
        for i in range(graph.num_nodes):
            heard = [x[j] for j in senders(graph, i)]
            mean = torch.stack(heard).sum(0) / len(heard) if heard else torch.zeros(x.size(1))
            literal = layer.lin_self.weight @ x[i] + layer.lin_self.bias + layer.lin_inbox.weight @ mean
            torch.testing.assert_close(out[i], literal, rtol=1e-4, atol=1e-4)


def largest_message() -> None:
    for graph, x in graphs():
        generator = torch.Generator().manual_seed(5)
        W, b = torch.randn(4, x.size(1), generator=generator), torch.randn(4, generator=generator)
        out = pool_inbox(x, graph.edge_index, W, b)
        for i in range(graph.num_nodes):
            said = [torch.relu(W @ x[j] + b) for j in senders(graph, i)]
            literal = torch.stack(said).amax(0) if said else torch.zeros(4)
            torch.testing.assert_close(out[i], literal, rtol=1e-4, atol=1e-4)


def size_of_a_batch() -> None:
    S, K1, K2 = 256, 10, 5
    assert most_nodes.answer == S * (1 + K1 + K1 * K2)
    generator = torch.Generator().manual_seed(6)
    for count in (60, 3000):
        edge_index = torch.randint(count, (2, 9 * count), generator=generator)
        csr = compress(edge_index[1], edge_index[0], count)
        seeds = torch.randperm(count, generator=generator)[:8]
        nodes, edges, done = seeds, torch.empty(2, 0, dtype=torch.long), 0
        for fanout in (4, 3):
            fresh, done = nodes[done:], len(nodes)
            heard = draw_inbox(*csr, fresh, torch.rand(len(fresh), fanout, generator=generator))
            drawn = torch.stack([heard.flatten(), fresh.repeat_interleave(fanout)])
            edges = torch.cat([edges, drawn[:, drawn[0] >= 0]], dim=1)
            nodes, _ = renumber(nodes, edges)
        assert 8 < len(nodes) <= 8 * (1 + 4 + 4 * 3)


FORMULAS: dict[str, Callable[[], None]] = {
    r"\text{odds}(x) = A_{hx} \cdot \begin{cases} 1/p & \text{if } x = b \\ "
    r"1 & \text{if } x \ne b \text{ and } A_{bx} > 0 \\ "
    r"1/q & \text{otherwise} \end{cases}": odds_of_a_step,
    r"L(u) = -\log \sigma(z_u \cdot z_v) - "
    r"\sum_{k=1}^{Q} \log \sigma(-z_u \cdot z_{n_k})": loss_without_labels,
    r"h_i = W_{\text{self}}\, x_i + b + "
    r"W_{\text{inbox}}\, \frac{1}{d_i} \sum_{j \in \mathcal N(i)} x_j": layer_of_two_paths,
    r"m_i = \max_{j \in \mathcal N(i)} \operatorname{ReLU}(W x_j + b)": largest_message,
    r"n \le S\,(1 + K_1 + K_1 K_2)": size_of_a_batch,
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL) == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()
