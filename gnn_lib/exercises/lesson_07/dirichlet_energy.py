"""How much the features differ along the edges: the Dirichlet energy."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def dirichlet_energy(x: Tensor, edge_index: Tensor) -> Tensor:
    source, target = edge_index
    degree = 1 + torch.bincount(target, minlength=len(x))
    u = x / degree.sqrt()[:, None]
    return (u[source] - u[target]).square().sum() / 2


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        yield Case(group, dict(x=graph.x, edge_index=graph.edge_index), names=graph.names)


exercise = Exercise(
    answer=dirichlet_energy,
    task="Measure how much the features differ along the edges",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "leaves the degrees out",
            "These are the plain differences. Then the state in which a GCN ends, with busy nodes louder "
            "than "
            "others, would not have energy 0. Divide each node's features by the root of its degree first.",
            ("u = x / degree.sqrt()[:, None]", "u = x"),
        ),
        Mistake(
            "forgets the square root",
            "Each node is divided by its degree, not by the root of it. S has a root at either end, and so "
            "does this.",
            ("degree.sqrt()[:, None]", "degree[:, None]"),
        ),
        Mistake(
            "takes the degrees without the self-loops",
            "The degree is that of A + I, as in lesson 3: everybody hears themselves, too. A node that hears "
            "nobody else has degree 1, not 0.",
            ("1 + torch.bincount", "torch.bincount"),
        ),
        Mistake(
            "takes out-degrees",
            "You counted whom each node tells. d counts what arrives. On an undirected graph the two are "
            "the same.",
            ("torch.bincount(target", "torch.bincount(source"),
        ),
        Mistake(
            "counts every edge in full",
            "This is twice the energy. An undirected edge stands in the list both ways; the ½ makes it count "
            "once.",
            (".sum() / 2", ".sum()"),
        ),
        Mistake(
            "forgets the squares",
            "You added up absolute differences. Each is squared first: large differences count for more.",
            (".square()", ".abs()"),
        ),
        Mistake(
            "adds up the features before it squares",
            "A difference of +1 in one feature and -1 in another cancels in your sum. Square every feature's "
            "difference, then add.",
            ("(u[source] - u[target]).square()", "(u[source] - u[target]).sum(1).square()"),
        ),
        Mistake(
            "takes the mean over the edges",
            "The energy is a sum over all edges; `.mean()` divides it by how many numbers there are.",
            (".square().sum() / 2", ".square().mean() / 2"),
        ),
        Mistake(
            "gives each feature its own energy",
            "One number is asked for: add up over the edges and over the features.",
            (".square().sum() / 2", ".square().sum(0) / 2"),
        ),
        Mistake(
            "multiplies by the roots",
            "The busier a node, the more it counts in your energy. Divide by the root of its degree.",
            ("x / degree.sqrt()", "x * degree.sqrt()"),
        ),
        Mistake(
            "divides by the degree of one end",
            "Both ends were divided by the degree of the target. Each node has a degree of its own: "
            "divide x before you take the difference.",
            (
                "    u = x / degree.sqrt()[:, None]\n    return (u[source] - u[target])",
                "    u = (x[source] - x[target]) / degree[target].sqrt()[:, None]\n    return u",
            ),
        ),
        Mistake(
            "takes the root of the sum",
            "`.norm()` ends with a root. The energy is the sum of the squares itself.",
            ("(u[source] - u[target]).square().sum() / 2", "(u[source] - u[target]).norm() / 2"),
        ),
        Mistake(
            "adds up the lengths",
            "You added the length of each difference. Its *square* is meant: no root for any edge.",
            ("(u[source] - u[target]).square().sum() / 2", "(u[source] - u[target]).norm(dim=1).sum() / 2"),
        ),
        Mistake(
            "takes the mean of the squared lengths",
            "The energy is a sum over all edges. Yours is divided by how many there are.",
            (
                "(u[source] - u[target]).square().sum() / 2",
                "(u[source] - u[target]).square().sum(1).mean() / 2",
            ),
        ),
        Mistake(
            "compares all pairs",
            "Every node was compared with every other. Only edges count: take u at their two ends.",
            ("(u[source] - u[target])", "(u[:, None] - u[None])"),
        ),
        Mistake(
            "takes out-degrees for the sources",
            "You divided a source by how many it tells, a target by how many it hears. d is one "
            "number for each node: what arrives, and the loop.",
            (
                "    return (u[source] - u[target])",
                "    told = 1 + torch.bincount(source, minlength=len(x))\n"
                "    return (x[source] / told.sqrt()[:, None] - u[target])",
            ),
        ),
        Mistake(
            "divides by the size",
            "That is the share which we plot later, E / the sum of all squares. The energy itself is "
            "not divided.",
            """
            def dirichlet_energy(x, edge_index):
                s, t = edge_index
                d = 1 + torch.bincount(t, minlength=len(x))
                u = x / d.sqrt()[:, None]
                return (u[s] - u[t]).square().sum() / 2 / x.square().sum()
            """,
        ),
    ),
    others=(
        """
        def dirichlet_energy(x, edge_index):
            degree = [1] * len(x)
            for j, i in edge_index.T.tolist():
                degree[i] += 1
            energy = 0.0
            for j, i in edge_index.T.tolist():
                for f in range(x.size(1)):
                    energy += (x[j, f] / math.sqrt(degree[j]) - x[i, f] / math.sqrt(degree[i])) ** 2
            return energy / 2
        """,
        """
        def dirichlet_energy(x, edge_index):
            N = len(x)
            ones = torch.ones(edge_index.size(1))
            A = torch.zeros(N, N).index_put((edge_index[0], edge_index[1]), ones, accumulate=True)
            u = x * (A.sum(0) + 1).rsqrt().unsqueeze(1)
            apart = (u[:, None] - u[None]).square().sum(2)
            return 0.5 * (A * apart).sum()
        """,
        """
        def dirichlet_energy(x, edge_index):
            j, i = edge_index[0].numpy(), edge_index[1].numpy()
            d = 1 + np.bincount(i, minlength=len(x))
            u = x.numpy() / np.sqrt(d)[:, None]
            return 0.5 * np.sum((u[j] - u[i]) ** 2)
        """,
    ),
    hints=(
        "Three steps: the degrees with the self-loops counted, each node's features over the root of its "
        "degree, the squared differences along the edges.",
        "`1 + torch.bincount(target, minlength=len(x))` are the degrees. `[:, None]` makes them a column.",
        "`u[source] - u[target]` is [E, F]: the difference along each edge.",
        "`return (u[source] - u[target]).square().sum() / ...`",
    ),
)
