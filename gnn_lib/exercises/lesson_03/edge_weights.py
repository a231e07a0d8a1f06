"""The same weights, one for each edge: no matrix of N x N any more."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.exercises.lesson_03.inputs import looped


def edge_weights(edge_index: Tensor, num_nodes: int) -> Tensor:
    source, target = edge_index
    degree = torch.bincount(target, minlength=num_nodes)
    return (degree[source] * degree[target]) ** -0.5


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        yield Case(group, dict(edge_index=looped(graph), num_nodes=graph.num_nodes), names=graph.names)


exercise = Exercise(
    answer=edge_weights,
    task="Give each edge its weight, from the degrees at both ends",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "takes out-degrees",
            "You counted row 0: how many edges leave. d counts what arrives, at both ends of the edge.",
            ("bincount(target", "bincount(source"),
        ),
        Mistake(
            "takes the sender's out-degree",
            "At the sender you counted what leaves. On an undirected graph that is the same; here d is the "
            "in-degree at both ends.",
            ("degree[source]", "torch.bincount(source, minlength=num_nodes)[source]"),
        ),
        Mistake(
            "uses the receiver's degree alone",
            "1 / d of the receiver: that is the mean. The sender's degree belongs under the root, too.",
            ("(degree[source] * degree[target]) ** -0.5", "1 / degree[target]"),
        ),
        Mistake(
            "uses the sender's degree alone",
            "Each sender divides its voice, but the receiver's crowd doesn't count. Both ends belong under "
            "the root.",
            ("(degree[source] * degree[target]) ** -0.5", "1 / degree[source]"),
        ),
        Mistake(
            "forgets the square root",
            "1 / (d d') is too small: on the loop of a node with degree 2 the weight is 1/2, not 1/4.",
            ("** -0.5", "** -1.0"),
        ),
        Mistake(
            "adds the degrees instead of multiplying them",
            "1 / sqrt(d_j d_i) has a product under the root, which is what makes it split into one factor "
            "for each end.",
            ("degree[source] * degree[target]", "degree[source] + degree[target]"),
        ),
        Mistake(
            "multiplies by the root",
            "Busy nodes get louder here. The root stands below the line.",
            ("** -0.5", "** 0.5"),
        ),
        Mistake(
            "adds a second self-loop to the degrees",
            "The edges come with their loops already, so that the degree has counted them.",
            ("minlength=num_nodes)", "minlength=num_nodes) + 1"),
        ),
        Mistake(
            "leaves the loops out of the degrees",
            "The degree is that of A + I: the loop counts like any other edge that arrives.",
            ("torch.bincount(target, minlength=num_nodes)",
             "torch.bincount(target[source != target], minlength=num_nodes)"),
        ),
        Mistake(
            "gives one number for each node",
            "This is 1 / sqrt(d), one for each node. Asked is one for each edge: look the degree up at both "
            "of its ends.",
            ("(degree[source] * degree[target]) ** -0.5", "degree ** -0.5"),
        ),
        Mistake(
            "takes the root of the receiver's degree alone",
            "One root is missing: 1 / sqrt(d_j d_i) is 1 / sqrt(d_j) times 1 / sqrt(d_i).",
            ("(degree[source] * degree[target]) ** -0.5",
             "degree[target] ** -0.5"),
        ),
        Mistake(
            "loses degrees in an assignment",
            "`degree[target] += 1` adds once for each node, however often it is named. `bincount` counts "
            "every time.",
            """
            def edge_weights(edge_index, num_nodes):
                source, target = edge_index
                degree = torch.zeros(num_nodes)
                degree[target] += 1
                return (degree[source] * degree[target]) ** -0.5
            """,
        ),
        Mistake(
            "counts both ends into the degree",
            "You counted what arrives and what leaves. d counts what arrives.",
            ("bincount(target",
             "bincount(edge_index.flatten()"),
        ),
        Mistake(
            "adds the roots",
            "Under the line stands one root of a product, not a sum of two roots.",
            ("(degree[source] * degree[target]) ** -0.5",
             "1 / (degree[source].sqrt() + degree[target].sqrt())"),
        ),
        Mistake(
            "writes the power without brackets",
            "Python takes the power before the division: `n ** -1/2` is (n ** -1) / 2, and torch won't raise "
            "whole numbers to -1. Write the exponent as one number.",
            ("** -0.5", "** -1/2"),
        ),
        Mistake(
            "divides by two instead of taking the root",
            "That is 1 / (2 d_j d_i): Python reads `** -1/2` as (... ** -1) / 2. Write the exponent as one "
            "number.",
            ("num_nodes)\n    return (degree[source] * degree[target]) ** -0.5",
             "num_nodes).float()\n    return (degree[source] * degree[target]) ** -1/2"),
        ),
        Mistake(
            "adds the loops once more",
            "There is a weight for N edges too many. `edge_index` has its self-loops already: weigh the "
            "edges that you are given.",
            """
            def edge_weights(edge_index, num_nodes):
                edge_index = torch.cat([edge_index, torch.arange(num_nodes).repeat(2, 1)], dim=1)
                source, target = edge_index
                degree = torch.bincount(target, minlength=num_nodes)
                return (degree[source] * degree[target]) ** -0.5
            """,
        ),
        Mistake(
            "weighs every pair of nodes",
            "A table [N, N] is what we want to do without. Look up two degrees for each edge: at its source, "
            "and at its target.",
            ("(degree[source] * degree[target]) ** -0.5", "(degree[:, None] * degree) ** -0.5"),
        ),
        Mistake(
            "counts a double edge once",
            "An edge that comes twice arrives twice, and both count in the degree. Did they go through a "
            "matrix in which one overwrote the other?",
            """
            def edge_weights(edge_index, num_nodes):
                source, target = edge_index
                A = torch.zeros(num_nodes, num_nodes)
                A[source, target] = 1
                degree = A.sum(0)
                return (degree[source] * degree[target]) ** -0.5
            """,
        ),
        Mistake(
            "divides by one root and multiplies by the other",
            "Python reads `1 / a * b` as (1 / a) * b. Both roots stand below the line: bracket them.",
            ("(degree[source] * degree[target]) ** -0.5",
             "1 / torch.sqrt(degree[source]) * torch.sqrt(degree[target])"),
        ),
        Mistake(
            "stops at the product of the degrees",
            "That is d_j d_i. The weight is 1 over the root of it: raise it to the power -0.5.",
            ("(degree[source] * degree[target]) ** -0.5", "degree[source] * degree[target]"),
        ),
    ),
    others=(
        """
        def edge_weights(edge_index, num_nodes):
            degree = [0] * num_nodes
            for target in edge_index[1].tolist():
                degree[target] += 1
            return [1 / math.sqrt(degree[i] * degree[j]) for i, j in edge_index.T.tolist()]
        """,
        """
        def edge_weights(edge_index, num_nodes):
            source, target = edge_index
            scale = torch.zeros(num_nodes).index_add(0, target, torch.ones(len(target))).rsqrt()
            return scale[source] * scale[target]
        """,
        """
        def edge_weights(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes)
            A.index_put_(tuple(edge_index), torch.ones(edge_index.size(1)), accumulate=True)
            d = A.sum(0)
            return 1 / torch.sqrt(d[edge_index[0]] * d[edge_index[1]])
        """,
    ),
    hints=(
        "First one number for each node, the in-degree; then one for each edge.",
        "You counted in-degrees in lesson 1. `degree[source]` looks a number up for each edge, at its "
        "source.",
        "A root below the line is the power -0.5, and `tensor ** -0.5` takes it of every entry.",
        "`return (degree[...] * degree[...]) ** -0.5`",
    ),
)  # fmt: skip
