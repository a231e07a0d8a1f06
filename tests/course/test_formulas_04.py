"""Every formula that lesson 4 prints, computed literally and held against the code."""

import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_04.dot_attention import dot_attention
from gnn_lib.exercises.lesson_04.gat_layer import GATLayer
from gnn_lib.exercises.lesson_04.gat_scores import gat_scores
from gnn_lib.exercises.lesson_04.inbox_softmax import inbox_softmax
from gnn_lib.exercises.lesson_04.one_head import one_head
from gnn_lib.exercises.lesson_04.pair_scores import pair_scores
from gnn_lib.exercises.lesson_04.rankings import rankings
from gnn_lib.exercises.lesson_04.v2_scores import v2_scores
from gnn_lib.graph import Graph
from gnn_lib.layers import GATConv, GATv2Conv

TEXT = Path(__file__).parents[2] / "course" / "text" / "04_gat.py"


def graphs() -> Iterator[tuple[Graph, Tensor, torch.Generator]]:
    """Directed graphs with loops, copies and lonely nodes, each with its h, and where to draw weights."""
    generator = torch.Generator().manual_seed(3)
    for _, graph in sample_graphs(generator):
        assert graph.x is not None
        yield graph, graph.x, generator


def edges_of(graph: Graph) -> list[tuple[int, int]]:
    return [(int(j), int(i)) for j, i in graph.edge_index.T.tolist()]


def numbers(values: list[Tensor | float]) -> Tensor:
    return torch.tensor([float(value) for value in values])


def leaky(value: Tensor, slope: float = 0.2) -> Tensor:
    return torch.where(value > 0, value, slope * value)


def score_side_by_side() -> None:
    for graph, h, generator in graphs():
        a = torch.randn(2 * h.size(1), generator=generator)
        literal = [torch.dot(a, torch.cat([h[i], h[j]])) for j, i in edges_of(graph)]
        torch.testing.assert_close(pair_scores(h, graph.edge_index, a), numbers([*literal]))


def score_from_two_ends() -> None:
    for graph, h, generator in graphs():
        a_dst, a_src = torch.randn(2, h.size(1), generator=generator)
        literal = [a_dst @ h[i] + a_src @ h[j] for j, i in edges_of(graph)]
        whole = pair_scores(h, graph.edge_index, torch.cat([a_dst, a_src]))
        torch.testing.assert_close(whole, numbers([*literal]), atol=1e-3, rtol=1e-4)


def score_bent() -> None:
    for graph, h, generator in graphs():
        a_dst, a_src = torch.randn(2, h.size(1), generator=generator)
        literal = [leaky(a_dst @ h[i] + a_src @ h[j]) for j, i in edges_of(graph)]
        bent = gat_scores(h, graph.edge_index, a_dst, a_src, 0.2)
        torch.testing.assert_close(bent, numbers([*literal]), atol=1e-3, rtol=1e-4)


def literal_shares(scores: Tensor, graph: Graph, m: float = 0.0) -> Tensor:
    """Each exponential divided by the sum of those of the edges that arrive at the same node."""
    exponentials = [math.exp(score - m) for score in scores.tolist()]
    edges = edges_of(graph)
    totals = [sum(e for e, (_, k) in zip(exponentials, edges, strict=True) if k == i) for _, i in edges]
    return numbers([e / total for e, total in zip(exponentials, totals, strict=True)])


def shares() -> None:
    for graph, _, generator in graphs():
        scores = torch.randn(graph.num_edges, generator=generator)
        found = inbox_softmax(scores, graph.edge_index, graph.num_nodes)
        torch.testing.assert_close(found, literal_shares(scores, graph))


def what_is_taken_off_cancels() -> None:
    for graph, _, generator in graphs():
        scores = torch.randn(graph.num_edges, generator=generator)
        for m in (-3.0, 0.7, 20.0):
            found = inbox_softmax(scores - m, graph.edge_index, graph.num_nodes)
            torch.testing.assert_close(found, literal_shares(scores, graph, m), atol=1e-5, rtol=1e-4)
            torch.testing.assert_close(found, literal_shares(scores, graph), atol=1e-5, rtol=1e-4)


def what_is_heard() -> None:
    for graph, x, generator in graphs():
        h = x / x.abs().max()  # math.exp has to bear the scores
        a_dst, a_src = torch.randn(2, h.size(1), generator=generator)
        alpha = literal_shares(gat_scores(h, graph.edge_index, a_dst, a_src, 0.2), graph)
        literal = torch.zeros_like(h)
        for share, (j, i) in zip(alpha, edges_of(graph), strict=True):
            literal[i] += share * h[j]
        found = one_head(h, graph.edge_index, torch.eye(h.size(1)), a_dst, a_src)
        torch.testing.assert_close(found, literal, atol=1e-5, rtol=1e-4)


def score_of_v2() -> None:
    for graph, x, generator in graphs():
        W_dst, W_src = torch.randn(2, x.size(1), 5, generator=generator)
        a = torch.randn(5, generator=generator)
        literal = [a @ leaky(x[i] @ W_dst + x[j] @ W_src) for j, i in edges_of(graph)]
        found = v2_scores(x, graph.edge_index, W_dst, W_src, a, 0.2)
        torch.testing.assert_close(found, numbers([*literal]), atol=1e-2, rtol=1e-4)


def queries_and_keys(num_nodes: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    q, k, v = torch.randn(3, num_nodes, 4, generator=generator)
    return q, k, v


def score_of_the_transformer() -> None:
    for graph, _, generator in graphs():
        q, k, v = queries_and_keys(graph.num_nodes, generator)
        literal = [torch.dot(q[i], k[j]) / math.sqrt(4) for j, i in edges_of(graph)]
        alpha = literal_shares(numbers([*literal]), graph)
        heard = torch.zeros_like(v)
        for share, (j, i) in zip(alpha, edges_of(graph), strict=True):
            heard[i] += share * v[j]
        torch.testing.assert_close(dot_attention(q, k, v, graph.edge_index), heard, atol=1e-5, rtol=1e-4)


def everybody(num_nodes: int) -> Tensor:
    return torch.cartesian_prod(torch.arange(num_nodes), torch.arange(num_nodes)).T


def self_attention() -> None:
    for num_nodes in (2, 5, 9):
        q, k, v = queries_and_keys(num_nodes, torch.Generator().manual_seed(num_nodes))
        literal = torch.softmax(q @ k.T / math.sqrt(4), dim=1) @ v
        ours = dot_attention(q, k, v, everybody(num_nodes))
        torch.testing.assert_close(ours, literal)
        torch.testing.assert_close(ours, F.scaled_dot_product_attention(q, k, v))


FORMULAS: dict[str, Callable[[], None]] = {
    r"s_{ji} = a^\top [\, h_i \,\|\, h_j \,]": score_side_by_side,
    r"a^\top [\, h_i \,\|\, h_j \,] = a_{dst}^\top h_i + a_{src}^\top h_j": score_from_two_ends,
    r"s_{ji} = \operatorname{LeakyReLU}\bigl(a_{dst}^\top h_i + a_{src}^\top h_j\bigr)": score_bent,
    r"\alpha_{ji} = \frac{e^{s_{ji}}}{\sum_{k \in \mathcal N(i)} e^{s_{ki}}}": shares,
    r"\frac{e^{s_{ji} - m}}{\sum_{k \in \mathcal N(i)} e^{s_{ki} - m}} = "
    r"\frac{e^{s_{ji}}}{\sum_{k \in \mathcal N(i)} e^{s_{ki}}}": what_is_taken_off_cancels,
    r"h'_i = \sum_{j \in \mathcal N(i)} \alpha_{ji}\, h_j": what_is_heard,
    r"s_{ji} = a^\top\, \operatorname{LeakyReLU}(q_i + k_j), "
    r"\qquad q_i = x_i W_{dst}, \quad k_j = x_j W_{src}": (
        score_of_v2
    ),
    r"s_{ji} = \frac{q_i^\top k_j}{\sqrt{d}}": score_of_the_transformer,
    r"H = \operatorname{softmax}\Bigl(\frac{Q K^\top}{\sqrt{d}}\Bigr) V": self_attention,
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    assert re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL) == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()


@pytest.mark.parametrize("concat", [True, False])
def test_the_layer_is_the_librarys(concat: bool) -> None:
    """On graphs without self-loops, which the library replaces and the lesson doubles."""
    torch.manual_seed(0)
    for graph, x, _ in graphs():
        plain = graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]]
        mine = GATLayer(x.size(1), 4, heads=3, concat=concat)
        theirs = GATConv(x.size(1), 4, heads=3, concat=concat)
        with torch.no_grad():
            theirs.lin.weight.copy_(mine.lin.weight)
            theirs.att_dst[0].copy_(mine.a_dst)
            theirs.att_src[0].copy_(mine.a_src)
        torch.testing.assert_close(mine(x, plain), theirs(x, plain), atol=1e-4, rtol=1e-4)


def test_the_score_of_v2_is_the_librarys() -> None:
    """Shares from our score are those that GATv2Conv returns."""
    torch.manual_seed(0)
    for graph, x, _ in graphs():
        layer = GATv2Conv(x.size(1), 4, add_self_loops=False, bias=False)
        _, (_, alpha) = layer(x, graph.adjacency, return_attention_weights=True)
        W_dst, W_src, a = layer.lin_r.weight.T, layer.lin_l.weight.T, layer.att[0, 0]
        scores = v2_scores(x, graph.edge_index, W_dst, W_src, a, 0.2)
        ours = inbox_softmax(scores, graph.edge_index, graph.num_nodes)
        torch.testing.assert_close(ours, alpha[:, 0], atol=1e-4, rtol=1e-3)


def test_gat_ranks_alike_for_everybody_and_gatv2_does_not() -> None:
    """What the text says of 200 random layers of each kind."""
    different = {"GAT": set(), "GATv2": set()}  # type: dict[str, set[int]]
    for seed in range(200):
        generator = torch.Generator().manual_seed(seed)
        x, W_dst, W_src = torch.randn(3, 8, 8, generator=generator)
        a_dst, a_src = torch.randn(2, 8, generator=generator)
        tables = {
            "GAT": gat_scores(x, everybody(8), a_dst, a_src, 0.2).view(8, 8),
            "GATv2": v2_scores(x, everybody(8), W_dst, W_src, a_src, 0.2).view(8, 8),
        }
        for kind, table in tables.items():
            different[kind].add(len(rankings(table).unique(dim=0)))
    assert different["GAT"] == {1}
    assert min(different["GATv2"]) > 1
