"""Every formula that lesson 8 prints, computed literally and held against the code; and what it claims."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
from torch import Tensor, nn

from gnn_lib.batch import batch_graphs
from gnn_lib.datasets import wl_blind_pairs, wl_told_pairs
from gnn_lib.exercises.compare import first_difference
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_08.color_histogram import color_histogram
from gnn_lib.exercises.lesson_08.gin_layer import GINLayer
from gnn_lib.exercises.lesson_08.inbox_code import inbox_code
from gnn_lib.exercises.lesson_08.mark_each_node import mark_each_node
from gnn_lib.exercises.lesson_08.refine_once import refine_once
from gnn_lib.exercises.lesson_08.refine_pairs import pair_colors, refine_pairs
from gnn_lib.exercises.lesson_08.stable_colors import stable_colors
from gnn_lib.exercises.lesson_08.wl_groups import wl_groups
from gnn_lib.graph import Graph
from gnn_lib.layers import GINConv
from gnn_lib.wl import color_refinement, possibly_isomorphic
from gnn_lib.wl_higher import distinguish, k_wl

TEXT = Path(__file__).parents[2] / "course" / "text" / "08_wl_test.py"


def graphs() -> Iterator[tuple[Graph, Tensor]]:
    """Directed graphs with loops, copies and lonely nodes: each with some colours."""
    generator = torch.Generator().manual_seed(8)
    for _, graph in sample_graphs(generator):
        yield graph, torch.randint(3, (graph.num_nodes,), generator=generator)


def inbox_of(graph: Graph, i: int) -> list[int]:
    """N(i), as often as an edge comes."""
    return [j for j, target in graph.edge_index.T.tolist() if target == i]


def same_classes(one: Tensor, other: Tensor) -> bool:
    return first_difference({"result": one}, {"result": other}, "partition") is None


def numbered(signatures: list[object]) -> Tensor:
    return torch.tensor([signatures.index(signature) for signature in signatures])


def one_round() -> None:
    for graph, c in graphs():
        literal: list[object] = []
        for i in range(graph.num_nodes):
            heard = Counter(int(c[j]) for j in inbox_of(graph, i))
            literal.append((int(c[i]), heard))
        assert same_classes(refine_once(graph.edge_index, c), numbered(literal))


def histogram() -> None:
    for graph, c in graphs():
        batch = torch.arange(graph.num_nodes) % 3
        counts = color_histogram(c, batch, 3)
        for g in range(3):
            for color in range(int(c.max()) + 1):
                nodes = {i for i in range(graph.num_nodes) if batch[i] == g and c[i] == color}
                assert counts[g, color] == len(nodes)


def sum_of_powers() -> None:
    for graph, c in graphs():
        for B in (2, 10):
            literal = [sum(B ** int(c[j]) for j in inbox_of(graph, i)) for i in range(graph.num_nodes)]
            assert inbox_code(graph.edge_index, c, B).tolist() == literal


def gin() -> None:
    torch.manual_seed(0)
    for graph, _ in graphs():
        h = graph.x
        assert h is not None
        layer = GINLayer(h.size(1), 4, 2)
        layer.eps.data.fill_(0.25)
        mlp = nn.Sequential(layer.lin1, nn.ReLU(), layer.lin2)
        rows = []
        for i in range(graph.num_nodes):
            total = (1 + layer.eps) * h[i]
            for j in inbox_of(graph, i):
                total = total + h[j]
            rows.append(mlp(total))
        out = layer(h, graph.edge_index)
        torch.testing.assert_close(out, torch.stack(rows), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(out, GINConv(mlp, eps=0.25)(h, graph.edge_index), rtol=1e-4, atol=1e-4)


def pairs() -> None:
    generator = torch.Generator().manual_seed(9)
    for N, colors in ((1, 1), (3, 2), (6, 2), (7, 3)):
        c = torch.randint(colors, (N, N), generator=generator)
        literal: list[object] = []
        for i in range(N):
            for j in range(N):
                items = Counter((int(c[i, w]), int(c[w, j])) for w in range(N))
                literal.append((int(c[i, j]), items))
        assert same_classes(refine_pairs(c), numbered(literal).view(N, N))


FORMULAS: dict[str, Callable[[], None]] = {
    r"c'_i = \operatorname{name}\big(\, c_i,\; "
    r"\{\!\{\, c_j : j \in \mathcal N(i) \,\}\!\} \,\big)": one_round,
    r"n_g(c) = \big|\{\, i \text{ in graph } g : c_i = c \,\}\big|": histogram,
    r"s_i = \sum_{j \in \mathcal N(i)} B^{\,c_j}": sum_of_powers,
    r"h'_i = \operatorname{MLP}\Big( (1 + \varepsilon)\, h_i + \sum_{j \in \mathcal N(i)} h_j \Big)": gin,
    r"c'_{ij} = \operatorname{name}\big(\, c_{ij},\; "
    r"\{\!\{\, (c_{iw},\, c_{wj}) : w = 1, \dots, N \,\}\!\} \,\big)": pairs,
}


def test_every_printed_formula_is_here() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    printed = [formula.strip() for formula in re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL)]
    assert sorted(printed) == sorted(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()


def test_stable_colors_are_the_librarys() -> None:
    for graph, c in graphs():
        library = color_refinement(graph, labels=c)[-1]
        assert same_classes(stable_colors(graph.edge_index, c), numbered(library.tolist()))


def stable_pairs(graph: Graph) -> Tensor:
    colors, classes = pair_colors(graph), 0
    while classes < len(set(colors.flatten().tolist())):
        classes = len(set(colors.flatten().tolist()))
        colors = refine_pairs(colors)
    return colors


def pair_verdict(first: Graph, second: Graph) -> bool:
    """As the lesson does it: both graphs at once."""
    colors = stable_pairs(batch_graphs([Graph(first.edge_index), Graph(second.edge_index)]))
    n = first.num_nodes
    return Counter(colors[:n, :n].flatten().tolist()) != Counter(colors[n:, n:].flatten().tolist())


@pytest.mark.parametrize("pair", wl_told_pairs() + wl_blind_pairs(), ids=lambda pair: pair.name)
def test_each_pair_is_told_apart_by_what_the_lesson_says(pair: object) -> None:
    name, first, second, by = pair  # type: ignore[misc]
    both = batch_graphs([Graph(first.edge_index), Graph(second.edge_index)])
    assert both.batch is not None
    one, other = wl_groups(both.edge_index, torch.zeros(both.num_nodes, dtype=torch.long), both.batch, 2)
    assert bool(one == other) == possibly_isomorphic(first, second) == (by != "1-WL")
    assert pair_verdict(first, second) == distinguish(first, second, k=2, folklore=True) == (by != "3-FWL")
    assert distinguish(first, second, k=3, folklore=True), name


def test_marked_copies_are_one_batch_of_the_graph_with_one_mark_each() -> None:
    for graph, _ in graphs():
        n = graph.num_nodes
        edge_index, marks = mark_each_node(graph.edge_index, n)
        assert marks.view(n, n).equal(torch.eye(n, dtype=torch.long))
        for copy, edges in enumerate(edge_index.view(2, n, -1).unbind(1)):
            assert (edges - copy * n).equal(graph.edge_index)


def test_stable_pairs_are_the_librarys() -> None:
    for graph, _ in graphs():
        # The library tells a double edge from a single one, and sees loops; the lesson's pairs don't.
        loops = graph.edge_index[0] == graph.edge_index[1]
        plain = Graph(graph.edge_index[:, ~loops].unique(dim=1), num_nodes=graph.num_nodes)
        library = k_wl(plain, 2, folklore=True)
        assert same_classes(stable_pairs(plain), library.unique(return_inverse=True)[1])
