"""From an edge list to the adjacency matrix."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def adjacency(edge_index: Tensor, num_nodes: int) -> Tensor:
    A = torch.zeros(num_nodes, num_nodes)
    for i, j in edge_index.T.tolist():
        A[i, j] += 1
    return A


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        inputs = dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes)
        yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=adjacency,
    task="Build the adjacency matrix from an edge list",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "swaps rows and columns",
            "This matrix says who is told by whom. From the row, to the column: the source of an edge is its "
            "row, the target its column.",
            ("A[i, j] += 1", "A[j, i] += 1"),
        ),
        Mistake(
            "counts a double edge once",
            "Where an edge comes twice, the matrix must hold 2. `= 1` writes the same number again, and so "
            "does `A[sources, targets] += 1`: it reads every cell once, before anything is written.",
            ("A[i, j] += 1", "A[i, j] = 1"),
        ),
        Mistake(
            "writes every edge both ways",
            "Each edge is in your matrix twice, once turned round. That is the matrix of an undirected "
            "graph; here Ann tells Bob, and Bob does not tell Ann.",
            """
            def adjacency(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                for i, j in edge_index.T.tolist():
                    A[i, j] += 1
                    A[j, i] += 1
                return A
            """,
        ),
        Mistake(
            "adds a self-loop to every node",
            "There is a 1 too many in every cell of the diagonal. A graph without self-loops has zeros "
            "there: begin with an empty matrix.",
            ("torch.zeros(num_nodes, num_nodes)", "torch.eye(num_nodes)"),
        ),
        Mistake(
            "leaves out self-loops",
            "An edge from a node to itself is an edge like any other. Its cell is on the diagonal.",
            ("    A[i, j] += 1", "    A[i, j] += i != j"),
        ),
        Mistake(
            "forgets the last nodes",
            "Your matrix is as large as the highest id in the edge list. Nodes after it have no edges, and "
            "still a row and a column: the size is `num_nodes`.",
            ("torch.zeros(num_nodes, num_nodes)", "torch.zeros(edge_index.max() + 1, edge_index.max() + 1)"),
        ),
        Mistake(
            "fills whole rows",
            "With one index, `A[edge_index]` means whole rows, those of every node that occurs. A single "
            "cell needs two indices: its row and its column.",
            """
            def adjacency(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                A[edge_index] = 1
                return A
            """,
        ),
        Mistake(
            "writes into a copy",
            "Your matrix stays empty. `A[sources]` is a new tensor: what you write into "
            "`A[sources][targets]` is lost. Put both indices into one pair of brackets.",
            """
            def adjacency(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                A[edge_index[0]][:, edge_index[1]] = 1
                return A
            """,
        ),
        Mistake(
            "goes through the rows, not the edges",
            "A loop over `edge_index` meets its two rows. The edges are its columns: turn the table, with "
            "`edge_index.T`, and each turn of the loop is one edge.",
            ("edge_index.T.tolist()", "edge_index"),
        ),
        Mistake(
            "stops after the first edge",
            "`return` inside the loop ends the function at the first edge, and where there is no edge, "
            "nothing is returned. It belongs after the loop.",
            ("+= 1\n    return A", "+= 1\n        return A"),
        ),
        Mistake(
            "joins every source with every target",
            "Two loops, one inside the other, pair every source with every target. An edge is one column: "
            "its source and its target go together.",
            """
            def adjacency(edge_index, num_nodes):
                A = torch.zeros(num_nodes, num_nodes)
                for i in edge_index[0]:
                    for j in edge_index[1]:
                        A[i, j] += 1
                return A
            """,
        ),
        Mistake(
            "has one row under many names",
            "All your rows are the same: `[[0] * N] * N` lists a single row N times, and what is written "
            "into one is written into all. `torch.zeros(num_nodes, num_nodes)` makes N rows.",
            """
            def adjacency(edge_index, num_nodes):
                A = [[0] * num_nodes] * num_nodes
                for i, j in edge_index.T.tolist():
                    A[i][j] += 1
                return A
            """,
        ),
    ),
    others=(
        """
        def adjacency(edge_index, num_nodes):
            A = torch.zeros(num_nodes, num_nodes)
            ones = torch.ones(edge_index.size(1))
            return A.index_put((edge_index[0], edge_index[1]), ones, accumulate=True)
        """,
        """
        def adjacency(edge_index, num_nodes):
            cells = edge_index[0] * num_nodes + edge_index[1]
            return torch.bincount(cells, minlength=num_nodes**2).view(num_nodes, num_nodes)
        """,
        """
        def adjacency(edge_index, num_nodes):
            sources, targets = F.one_hot(edge_index, num_nodes).double()
            return sources.T @ targets
        """,
        """
        def adjacency(edge_index, num_nodes):
            ones = torch.ones(edge_index.shape[1])
            return torch.sparse_coo_tensor(edge_index, ones, (num_nodes, num_nodes))
        """,
        """
        def adjacency(edge_index, num_nodes):
            A = np.zeros((num_nodes, num_nodes), dtype=int)
            np.add.at(A, (edge_index[0].numpy(), edge_index[1].numpy()), 1)
            return A
        """,
    ),
    hints=(
        "Begin with a matrix of zeros, and go through the edges one by one. Which single cell belongs to an "
        "edge?",
        "From the row, to the column: the edge i -> j belongs to the cell `A[i, j]`. What if it comes again?",
        "`for i, j in edge_index.T.tolist():` gives you the source and the target of every edge.",
        "Inside that loop: `A[i, j] += ...`",
    ),
)
