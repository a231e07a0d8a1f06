"""Dot-product attention along the edges of a graph: on the complete graph, what a Transformer does."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.graph import Graph

COMPLETE = "everybody hears everybody"


def dot_attention(q: Tensor, k: Tensor, v: Tensor, edge_index: Tensor) -> Tensor:
    sources, targets = edge_index
    scores = (q[targets] * k[sources]).sum(dim=1) / math.sqrt(q.size(1))
    lowest = scores.new_full((len(q),), -math.inf)
    highest = lowest.scatter_reduce(0, targets, scores.detach(), "amax")
    weights = (scores - highest[targets]).exp()
    totals = scores.new_zeros(len(q)).index_add(0, targets, weights)
    messages = (weights / totals[targets])[:, None] * v[sources]
    return v.new_zeros(len(q), v.size(1)).index_add(0, targets, messages)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for place, (group, graph) in enumerate(sample_graphs(generator)):
        yield _case(group, graph, place < 2, generator)
    for nodes in (2, 5):
        pairs = torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).T
        graph = Graph(pairs, x=torch.randn(nodes, 3, generator=generator))
        yield _case(COMPLETE, graph, False, generator)


def _case(group: str, graph: Graph, by_hand: bool, generator: torch.Generator) -> Case:
    N, d = graph.num_nodes, 4
    assert graph.x is not None
    if by_hand:  # every node offers a key of its own, and asks for the next node's: its score is 2
        k = torch.eye(4)[:N]
        inputs = dict(q=4 * k.roll(-1, 0), k=k, v=graph.x, edge_index=graph.edge_index)
    else:
        q, k = 2 * torch.randn(2, N, d, generator=generator)
        inputs = dict(q=q, k=k, v=graph.x, edge_index=graph.edge_index)
    return Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=dot_attention,
    task="Dot-product attention along the edges",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5, COMPLETE: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "forgets to divide by the root of d",
            "The scores are plain dot products. The wider q and k are, the larger these grow, and the "
            "softmax picks one sender and drops the rest. Divide by the root of the width of `q`.",
            (" / math.sqrt(q.size(1))", ""),
        ),
        Mistake(
            "divides by d",
            "The scores were divided by the width itself, not by its square root.",
            ("math.sqrt(q.size(1))", "q.size(1)"),
        ),
        Mistake(
            "divides by the root of N",
            "The scores were divided by the root of the number of nodes. How far a dot product strays "
            "depends on the width of the vectors, not on how many there are.",
            ("math.sqrt(q.size(1))", "math.sqrt(len(q))"),
        ),
        Mistake(
            "lets the sender ask",
            "The query was taken from the sender and the key from the listener. It is the listener who asks.",
            ("q[targets] * k[sources]", "q[sources] * k[targets]"),
        ),
        Mistake(
            "sums up the keys",
            "The shares are right, but what travels is `k`. Keys are there to be found by; the content is "
            "`v`.",
            """
            def dot_attention(q, k, v, edge_index):
                sources, targets = edge_index
                scores = (q[targets] * k[sources]).sum(1) / math.sqrt(q.size(1))
                mine = targets == torch.arange(len(q))[:, None]
                alpha = torch.where(mine, scores, -math.inf).softmax(1).nan_to_num()
                return alpha @ k[sources]
            """,
        ),
        Mistake(
            "delivers to the sender",
            "The messages were summed up at the nodes that sent them. They are gathered where the edges "
            "arrive.",
            ("v.size(1)).index_add(0, targets, messages)", "v.size(1)).index_add(0, sources, messages)"),
        ),
        Mistake(
            "sends the listener its own value",
            "The message on each edge is the `v` of the node it arrives at. It comes from the other end.",
            ("* v[sources]", "* v[targets]"),
        ),
        Mistake(
            "lets everybody hear everybody",
            "All pairs of nodes were scored, edge or not. Only what the edges bring counts; on a graph with "
            "all edges there is no difference, and the case of that kind passes.",
            """
            def dot_attention(q, k, v, edge_index):
                return (q @ k.T / math.sqrt(q.size(1))).softmax(dim=1) @ v
            """,
        ),
        Mistake(
            "takes one softmax over all edges",
            "All shares of the whole graph sum to 1. Each inbox has a softmax of its own.",
            """
            def dot_attention(q, k, v, edge_index):
                sources, targets = edge_index
                alpha = ((q[targets] * k[sources]).sum(1) / math.sqrt(q.size(1))).softmax(0)
                return torch.zeros(len(q), v.size(1)).index_add(0, targets, alpha[:, None] * v[sources])
            """,
        ),
        Mistake(
            "matches queries with queries",
            "Both ends brought their query. The sender is found by its key, `k`.",
            ("q[targets] * k[sources]", "q[targets] * q[sources]"),
        ),
        Mistake(
            "takes the scores for shares",
            "The values were multiplied by their scores. Scores go through the inbox softmax first.",
            ("(weights / totals[targets])[:, None]", "scores[:, None]"),
        ),
        Mistake(
            "divides by the root of v's width",
            "The scores were divided by the root of how wide `v` is. They are dot products of `q` and `k`: "
            "the width of those counts.",
            ("math.sqrt(q.size(1))", "math.sqrt(v.size(1))"),
        ),
        Mistake(
            "divides the result",
            "The division by the root of d came after the softmax, where it makes the result smaller. It "
            "belongs to the scores.",
            """
            def dot_attention(q, k, v, edge_index):
                sources, targets = edge_index
                mine = targets == torch.arange(len(q))[:, None]
                alpha = torch.where(mine, (q[targets] * k[sources]).sum(1), -math.inf).softmax(1).nan_to_num()
                return alpha @ v[sources] / math.sqrt(q.size(1))
            """,
        ),
        Mistake(
            "masks with zeros",
            "Where there is no edge the score became 0, and e to the power of 0 is 1: every pair still has "
            "a share. A missing edge needs a score of minus infinity.",
            """
            def dot_attention(q, k, v, edge_index):
                edge = torch.zeros(len(q), len(q))
                edge[edge_index[1], edge_index[0]] = 1
                return (q @ k.T / math.sqrt(q.size(1)) * edge).softmax(dim=1) @ v
            """,
        ),
        Mistake(
            "loses double edges in a table",
            "An N x N table has one cell for each pair of nodes, so an edge that comes twice counts once. "
            "Both messages stand in the inbox. (Your `inbox_softmax` counts them both.)",
            """
            def dot_attention(q, k, v, edge_index):
                mask = torch.full((len(q), len(q)), -math.inf)
                mask[edge_index[1], edge_index[0]] = 0
                return (q @ k.T / math.sqrt(q.size(1)) + mask).softmax(dim=1).nan_to_num() @ v
            """,
        ),
        Mistake(
            "leaves NaN where the inbox is empty",
            "A softmax over nothing is 0 / 0. A node with an empty inbox gets zeros.",
            """
            def dot_attention(q, k, v, edge_index):
                sources, targets = edge_index
                scores = (q[targets] * k[sources]).sum(dim=1) / math.sqrt(q.size(1))
                mine = targets == torch.arange(len(q))[:, None]
                return torch.where(mine, scores, -math.inf).softmax(dim=1) @ v[sources]
            """,
        ),
        Mistake(
            "bends the scores",
            "LeakyReLU has no place here. The score is the dot product, divided by the root of d.",
            ("(q[targets] * k[sources]).sum(dim=1) / math.sqrt(q.size(1))",
             "F.leaky_relu((q[targets] * k[sources]).sum(dim=1) / math.sqrt(q.size(1)), 0.2)"),
        ),
        Mistake(
            "multiplies by the root of d",
            "The root of d stands below the line: it makes the scores smaller, so that the softmax "
            "doesn't give everything to one sender.",
            ("/ math.sqrt(q.size(1))", "* math.sqrt(q.size(1))"),
        ),
        Mistake(
            "adds query and key",
            "You added the two vectors. Then the listener's part is the same on every edge and cancels, "
            "as in GAT. A dot product multiplies them entry by entry, and adds up the products.",
            ("(q[targets] * k[sources])", "(q[targets] + k[sources])"),
        ),
    ),
    others=(
        """
        def dot_attention(q, k, v, edge_index):
            rows = []
            for i in range(len(q)):
                inbox = edge_index[0][edge_index[1] == i]
                rows.append((k[inbox] @ q[i] / q.size(1) ** 0.5).softmax(0) @ v[inbox])
            return torch.stack(rows)
        """,
        """
        def dot_attention(q, k, v, edge_index):
            sources, targets = edge_index
            scores = torch.einsum("ed,ed->e", q[targets], k[sources]) * q.size(1) ** -0.5
            mine = targets == torch.arange(len(q))[:, None]
            return torch.where(mine, scores, -math.inf).softmax(1).nan_to_num() @ v[sources]
        """,
        """
        def dot_attention(q, k, v, edge_index):
            count = torch.zeros(len(q), len(q))
            for j, i in edge_index.T.tolist():
                count[i, j] += 1
            return F.scaled_dot_product_attention(q, k, v, attn_mask=count.log()).nan_to_num()
        """,
    ),
    hints=(
        "It is `one_head` with another score. The rest, the softmax and the weighted sum, stays.",
        "Along each edge, the listener's row of `q` meets the sender's row of `k`: multiply entry by entry "
        "and sum over dimension 1.",
        "Divide the scores by `math.sqrt(q.size(1))`, hand them to `inbox_softmax`, and sum up shares times "
        "`v` of the senders.",
        "`scores = (q[edge_index[...]] * k[edge_index[...]]).sum(dim=1) / math.sqrt(q.size(1))`",
    ),
)
