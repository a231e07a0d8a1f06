"""Every formula that lesson 2 prints, computed literally and held against the code."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import jupytext
import pytest
import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.graphs import sample_graphs
from gnn_lib.exercises.lesson_02.equivariance_gap import equivariance_gap
from gnn_lib.exercises.lesson_02.many_rounds import many_rounds
from gnn_lib.exercises.lesson_02.max_messages import max_messages
from gnn_lib.exercises.lesson_02.mean_messages import mean_messages
from gnn_lib.exercises.lesson_02.mpnn_layer import MPNNLayer
from gnn_lib.exercises.lesson_02.one_round import one_round
from gnn_lib.exercises.lesson_02.readout import readout
from gnn_lib.exercises.lesson_02.sum_messages import sum_messages
from gnn_lib.exercises.lesson_02.tree_sizes import tree_sizes
from gnn_lib.graph import Graph

TEXT = Path(__file__).parents[2] / "course" / "text" / "02_message_passing.py"


def graphs() -> Iterator[tuple[Graph, Tensor, Tensor]]:
    """Directed graphs with loops, copies and lonely nodes: each with its A and its X."""
    for _, graph in sample_graphs(torch.Generator().manual_seed(6)):
        assert graph.x is not None
        yield graph, to_dense(graph), graph.x


def inboxes(graph: Graph) -> Iterator[list[tuple[int, int]]]:
    """For each node i, every edge e that arrives, as (e, j); a double edge twice."""
    edges = graph.edge_index.T.tolist()
    for i in range(graph.num_nodes):
        yield [(e, j) for e, (j, target) in enumerate(edges) if target == i]


def layer_for(x: Tensor) -> MPNNLayer:
    torch.manual_seed(7)
    return MPNNLayer(x.size(1), 2, 4).requires_grad_(False)


def edge_features(graph: Graph) -> Tensor:
    return torch.randn(graph.num_edges, 2, generator=torch.Generator().manual_seed(8))


def message_summary_update() -> None:
    """With the parts of one_round, and with those of the learned layer."""
    for graph, _, x in graphs():
        for i, inbox in enumerate(inboxes(graph)):
            gathered = sum((x[j] for _, j in inbox), torch.zeros(x.size(1)))  # psi = x_j, summed
            torch.testing.assert_close(one_round(x, graph.edge_index, "sum")[i], x[i] + gathered)
            best = torch.stack([x[j] for _, j in inbox]).amax(0) if inbox else 0.0
            torch.testing.assert_close(one_round(x, graph.edge_index, "max")[i], x[i] + best)
    learned_message_and_update()


def three_summaries() -> None:
    for graph, _, x in graphs():
        m = x[graph.edge_index[0]] + torch.arange(graph.num_edges)[:, None]  # each edge its own message
        N = graph.num_nodes
        for i, inbox in enumerate(inboxes(graph)):
            total, d_i = sum((m[e] for e, _ in inbox), torch.zeros(x.size(1))), len(inbox)
            mean = total / d_i if d_i else torch.zeros(x.size(1))
            best = torch.stack([m[e] for e, _ in inbox]).amax(0) if d_i else torch.zeros(x.size(1))
            torch.testing.assert_close(sum_messages(m, graph.edge_index, N)[i], total)
            torch.testing.assert_close(mean_messages(m, graph.edge_index, N)[i], mean)
            torch.testing.assert_close(max_messages(m, graph.edge_index, N)[i], best)


def one_more_round() -> None:
    for graph, A, x in graphs():
        for k in range(3):
            H = many_rounds(x, graph.edge_index, k)
            torch.testing.assert_close(many_rounds(x, graph.edge_index, k + 1), H + A.T @ H)


def all_rounds_at_once() -> None:
    for graph, A, X in graphs():
        for k in range(4):
            literal = torch.linalg.matrix_power(torch.eye(graph.num_nodes) + A.T, k) @ X
            torch.testing.assert_close(many_rounds(X, graph.edge_index, k), literal)


def places_on_a_level() -> None:
    for graph, A, _ in graphs():
        N, node = graph.num_nodes, graph.num_nodes // 2
        sizes = tree_sizes(graph.edge_index, N, node, 4)
        for level in range(5):
            power = torch.linalg.matrix_power(A, level)
            assert sizes[level] == sum(power[j, node] for j in range(N))


def renumbering(graph: Graph) -> tuple[Tensor, Tensor]:
    """new_id, and the matrix P that moves row i to row new_id[i]."""
    new_id = torch.randperm(graph.num_nodes, generator=torch.Generator().manual_seed(9))
    P = torch.zeros(len(new_id), len(new_id))
    for i, new in enumerate(new_id.tolist()):
        P[new, i] = 1
    return new_id, P


def equivariant() -> None:
    for graph, A, X in graphs():
        new_id, P = renumbering(graph)
        attr, layer = edge_features(graph), layer_for(X)
        out, moved = layer(X, graph.edge_index, attr), layer(P @ X, new_id[graph.edge_index], attr)
        torch.testing.assert_close(moved, P @ out)
        assert equivariance_gap(out, moved, new_id) <= 1e-5 * (1 + out.abs().max())
        renumbered = Graph(new_id[graph.edge_index], num_nodes=graph.num_nodes)
        assert torch.equal(to_dense(renumbered), P @ A @ P.T)


def invariant() -> None:
    for graph, _, H in graphs():
        torch.testing.assert_close(readout(renumbering(graph)[1] @ H), readout(H))


def learned_messages(graph: Graph, x: Tensor, layer: MPNNLayer) -> list[Tensor]:
    W, b, attr = layer.psi.weight, layer.psi.bias, edge_features(graph)
    pairs = enumerate(graph.edge_index.T.tolist())
    return [torch.clamp(W @ torch.cat([x[i], x[j], attr[e]]) + b, min=0) for e, (j, i) in pairs]


def learned_message() -> None:
    """What psi says is seen where each edge has an inbox to itself, and phi hands the inbox on."""
    for graph, _, x in graphs():
        layer, E, out = layer_for(x), graph.num_edges, 4
        layer.phi.weight.copy_(torch.cat([torch.zeros(out, x.size(1)), torch.eye(out)], dim=1))
        layer.phi.bias.zero_()
        source, target = graph.edge_index
        ends = torch.stack([torch.arange(E), torch.arange(E) + E])  # edge e leads from node e to node E + e
        heard = layer(torch.cat([x[source], x[target]]), ends, edge_features(graph))[E:]
        literal = learned_messages(graph, x, layer)
        torch.testing.assert_close(heard, torch.stack(literal) if literal else torch.zeros(0, out))


def learned_message_and_update() -> None:
    for graph, _, x in graphs():
        layer = layer_for(x)
        m, W, b = learned_messages(graph, x, layer), layer.phi.weight, layer.phi.bias
        h = layer(x, graph.edge_index, edge_features(graph))
        for i, inbox in enumerate(inboxes(graph)):
            total = sum((m[e] for e, _ in inbox), torch.zeros(4))
            torch.testing.assert_close(h[i], torch.clamp(W @ torch.cat([x[i], total]) + b, min=0))


FORMULAS: dict[str, Callable[[], None]] = {
    r"h_i = \phi\Big(x_i,\; \bigoplus_{j \in \mathcal N(i)} \psi(x_i, x_j, e_{ji})\Big)": (
        message_summary_update
    ),
    r"\mathrm{sum}_i = \sum_{j \in \mathcal N(i)} m_{ji} \qquad \mathrm{mean}_i = \frac{1}{d_i} "
    r"\sum_{j \in \mathcal N(i)} m_{ji} \qquad \mathrm{max}_i = \max_{j \in \mathcal N(i)} m_{ji}": (
        three_summaries
    ),
    r"H^{(k+1)} = H^{(k)} + A^\top H^{(k)}": one_more_round,
    r"H^{(k)} = (I + A^\top)^k X": all_rounds_at_once,
    r"t_l(i) = \sum_{j=1}^{N} (A^l)_{ji}": places_on_a_level,
    r"f(P X,\; P A P^\top) = P\, f(X, A)": equivariant,
    r"r(P H) = r(H)": invariant,
    r"m_{ji} = \operatorname{ReLU}\big(W_\psi\, [x_i, x_j, e_{ji}] + b_\psi\big)": learned_message,
    r"h_i = \operatorname{ReLU}"
    r"\Big(W_\phi\, \Big[x_i, \sum_{j \in \mathcal N(i)} m_{ji}\Big] + b_\phi\Big)": (
        learned_message_and_update
    ),
}


def test_these_are_the_formulas_of_the_text() -> None:
    cells = jupytext.read(TEXT, fmt="py:percent").cells
    prose = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    printed = re.findall(r"\$\$(.+?)\$\$", prose, re.DOTALL)
    assert [" ".join(formula.split()) for formula in printed] == list(FORMULAS)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_formula_says_what_the_code_does(formula: str) -> None:
    FORMULAS[formula]()
