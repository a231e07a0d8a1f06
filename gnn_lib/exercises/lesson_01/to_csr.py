"""Compressed rows: where each node's edges begin."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def to_csr(edge_index: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    sources, targets = edge_index
    order = (sources * num_nodes + targets).argsort()
    indices = targets[order]
    degrees = torch.bincount(sources, minlength=num_nodes)
    indptr = torch.cat([torch.zeros(1, dtype=torch.long), degrees.cumsum(0)])
    return indptr, indices


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        shuffled = graph.edge_index[:, torch.randperm(graph.num_edges, generator=generator)]
        edge_index = graph.edge_index.flip(1) if group == BY_HAND else shuffled
        yield Case(group, dict(edge_index=edge_index, num_nodes=graph.num_nodes), names=graph.names)


exercise = Exercise(
    answer=to_csr,
    task="Compress the edge list into rows",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=7,
    level="stretch",
    mistakes=(
        Mistake(
            "leaves out the zero in front",
            "`indptr` says where each row begins, and the first begins at 0. Running sums alone say where "
            "the rows end.",
            ("torch.cat([torch.zeros(1, dtype=torch.long), degrees.cumsum(0)])", "degrees.cumsum(0)"),
        ),
        Mistake(
            "leaves out the end of the last row",
            "`indptr` has N + 1 entries: the last one says where the last row ends.",
            ("degrees.cumsum(0)])", "degrees.cumsum(0)[:-1]])"),
        ),
        Mistake(
            "gives lengths instead of places",
            "Your `indptr` says how long each row is. It should say where each row begins: add up the "
            "lengths of all rows before it.",
            ("degrees.cumsum(0)", "degrees"),
        ),
        Mistake(
            "compresses the columns",
            "You grouped the edges by their target. That is the compressed form of the columns (CSC): who "
            "tells a node. A row of A is what a node tells.",
            ("sources, targets = edge_index", "targets, sources = edge_index"),
        ),
        Mistake(
            "leaves the targets in the old order",
            "`indptr` is right, but `indices` stands as in the edge list. All targets of node 0 come first, "
            "then those of node 1, and so on.",
            ("targets[order]", "targets"),
        ),
        Mistake(
            "sorts the targets without their sources",
            "You sorted the targets on their own, and they left their edges. Sort the edges: by source, "
            "and for the same source by target.",
            ("targets[order]", "targets.sort().values"),
        ),
        Mistake(
            "keeps the sources",
            "`indices` holds the sources, which `indptr` tells already. What is missing is where the edges "
            "lead.",
            ("indices = targets[order]", "indices = sources[order]"),
        ),
        Mistake(
            "forgets the last nodes",
            "Your `indptr` ends with the last node that tells anybody anything. Nodes after it have a row, "
            "too: an empty one.",
            ("torch.bincount(sources, minlength=num_nodes)", "torch.bincount(sources)"),
        ),
        Mistake(
            "returns the two in the wrong order",
            "Both are there, but the other way round: first `indptr`, then `indices`.",
            ("return indptr, indices", "return indices, indptr"),
        ),
        Mistake(
            "merges double edges",
            "Where an edge comes twice, its target must stand in the row twice.",
            """
            def to_csr(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                A[edge_index[0], edge_index[1]] = 1
                indptr = torch.cat([torch.zeros(1), A.sum(1).cumsum(0)])
                return indptr.long(), A.nonzero()[:, 1]
            """,
        ),
        Mistake(
            "leaves each row in the order of the edges",
            "Each node's targets are together, but not in ascending order. Sort within a row, too.",
            """
            def to_csr(edge_index, num_nodes):
                indptr, indices = [0], []
                for node in range(num_nodes):
                    indices += [j for i, j in edge_index.T.tolist() if i == node]
                    indptr.append(len(indices))
                return torch.tensor(indptr), torch.tensor(indices, dtype=torch.long)
            """,
        ),
        Mistake(
            "sorts by the source alone",
            "Each node's targets are together, but not in ascending order. `argsort` must know the target, "
            "too, where two sources are the same.",
            ("(sources * num_nodes + targets).argsort()", "sources.argsort()"),
        ),
        Mistake(
            "leaves out empty rows",
            "A node that tells nobody has no entry in your `indptr`, so all nodes after it have moved up. "
            "Its row is empty: it begins where the next one begins.",
            ("torch.bincount(sources, minlength=num_nodes)", "sources.unique(return_counts=True)[1]"),
        ),
    ),
    others=(
        """
        def to_csr(edge_index, num_nodes):
            rows = [[] for _ in range(num_nodes)]
            for i, j in edge_index.T.tolist():
                rows[i].append(j)
            indptr, indices = [0], []
            for row in rows:
                indices += sorted(row)
                indptr.append(len(indices))
            return torch.tensor(indptr), torch.tensor(indices, dtype=torch.long)
        """,
        """
        def to_csr(edge_index, num_nodes):
            edges = sorted(edge_index.T.tolist())
            starts = [sum(source < node for source, _ in edges) for node in range(num_nodes + 1)]
            return np.array(starts), np.array([target for _, target in edges], dtype=int)
        """,
        """
        def to_csr(edge_index, num_nodes):
            by_target = edge_index[:, edge_index[1].argsort()]
            edges = by_target[:, by_target[0].argsort(stable=True)]
            indptr = torch.searchsorted(edges[0].contiguous(), torch.arange(num_nodes + 1))
            return indptr, edges[1]
        """,
        """
        def to_csr(edge_index, num_nodes):
            sources, targets = edge_index.numpy()
            order = np.lexsort((targets, sources))
            indptr = np.zeros(num_nodes + 1, dtype=int)
            indptr[1:] = np.cumsum(np.bincount(sources, minlength=num_nodes))
            return indptr, targets[order]
        """,
    ),
    hints=(
        "Two things are needed: the targets with all edges of a node next to each other, and where each "
        "node begins.",
        "How long is the row of node i? Its out-degree. Where does it begin? Behind all the rows before it.",
        "`(sources * num_nodes + targets).argsort()` puts edges in order by source, then by target; "
        "`.cumsum(0)` gives running sums.",
        "`indices = targets[order]`; for `indptr`, a single 0 and behind it the running sums of the "
        "out-degrees (`torch.cat`).",
    ),
)
