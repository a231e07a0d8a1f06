"""New numbers for the nodes: another matrix, the same graph."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def permute(X: Tensor, A: Tensor, new_id: Tensor) -> tuple[Tensor, Tensor]:
    X_new, A_new = torch.zeros_like(X), torch.zeros_like(A)
    for i in range(len(A)):
        X_new[new_id[i]] = X[i]
        for j in range(len(A)):
            A_new[new_id[i], new_id[j]] = A[i, j]
    return X_new, A_new


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        assert graph.x is not None
        N = graph.num_nodes
        # By hand, everybody moves up by one, the last to the front: not its own inverse.
        new_id = (torch.arange(N) + 1) % N if group == BY_HAND else torch.randperm(N, generator=generator)
        yield Case(group, dict(X=graph.x, A=to_dense(graph), new_id=new_id), names=graph.names)


exercise = Exercise(
    answer=permute,
    task="Give the nodes new numbers",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "reads the list the wrong way round",
            "Row i of your X is the row `new_id[i]` of the old one: you asked where each new row comes "
            "from, but `new_id` says where each old row goes.",
            """
            def permute(X, A, new_id):
                return X[new_id], A[new_id][:, new_id]
            """,
        ),
        Mistake(
            "moves the rows of A, not its columns",
            "A node has a row in A, and a column, too. Both belong to it, so both must move.",
            ("A_new[new_id[i], new_id[j]]", "A_new[new_id[i], j]"),
        ),
        Mistake(
            "moves the columns of A, not its rows",
            "A node has a column in A, and a row, too. Both belong to it, so both must move.",
            ("A_new[new_id[i], new_id[j]]", "A_new[i, new_id[j]]"),
        ),
        Mistake(
            "leaves X as it was",
            "A has the new numbers, X the old ones: now everybody has the ratings of somebody else.",
            ("X_new[new_id[i]] = X[i]", "X_new[i] = X[i]"),
        ),
        Mistake(
            "leaves A as it was",
            "X has the new numbers, A the old ones: now the wrong people talk to each other.",
            ("A_new[new_id[i], new_id[j]]", "A_new[i, j]"),
        ),
        Mistake(
            "turns the edges round",
            "Every edge has the right two nodes, but points the wrong way: you swapped row and column on "
            "the way.",
            ("A_new[new_id[i], new_id[j]]", "A_new[new_id[j], new_id[i]]"),
        ),
        Mistake(
            "moves X one way and A the other",
            "One of the two went where `new_id` says, the other went back. If you pick rows by a list, it "
            "must say where each new row comes from: that is `new_id.argsort()`, for X and for A.",
            """
            def permute(X, A, new_id):
                old = new_id.argsort()
                return X[old], A[new_id][:, new_id]
            """,
        ),
        Mistake(
            "returns the two in the wrong order",
            "Both are there, but the other way round: first the new X, then the new A.",
            ("return X_new, A_new", "return A_new, X_new"),
        ),
        Mistake(
            "loses rows on the way",
            "You wrote into the tensor that you still read from, so some old rows were gone before their "
            "turn. And X and A belong to whoever called you: write into new tensors.",
            ("torch.zeros_like(X), torch.zeros_like(A)", "X, A"),
        ),
        Mistake(
            "picks cells instead of rows and columns",
            "`A[ids, ids]` pairs the two lists up, entry by entry, and gives N cells of the diagonal. Rows "
            "and columns take two steps, `A[ids][:, ids]`. (And does `ids` say where from, or where to?)",
            """
            def permute(X, A, new_id):
                return X[new_id], A[new_id, new_id]
            """,
        ),
        Mistake(
            "writes into a copy",
            "Your new A stays empty. `A_new[new_id]` is a new tensor, and what you write into "
            "`A_new[new_id][:, new_id]` is lost. Put both indices into one pair of brackets.",
            """
            def permute(X, A, new_id):
                X_new, A_new = torch.zeros_like(X), torch.zeros_like(A)
                X_new[new_id] = X
                A_new[new_id][:, new_id] = A
                return X_new, A_new
            """,
        ),
        Mistake(
            "moves A one way and X the other",
            "A is right, but X went the other way: with a permutation matrix, P X and P A P.T take the "
            "same P. Yours was turned over in one of the two.",
            """
            def permute(X, A, new_id):
                P = torch.eye(len(A))[new_id]
                return P @ X, P.T @ A @ P
            """,
        ),
    ),
    others=(
        """
        def permute(X, A, new_id):
            old = new_id.argsort()
            return X[old], A[old][:, old]
        """,
        """
        def permute(X, A, new_id):
            P = F.one_hot(new_id, len(A)).T.float()
            return P @ X, P @ A @ P.T
        """,
        """
        def permute(X, A, new_id):
            X_new, A_new = torch.empty_like(X), torch.empty_like(A)
            X_new[new_id] = X
            A_new[new_id[:, None], new_id[None, :]] = A
            return X_new, A_new
        """,
        """
        def permute(X, A, new_id):
            edges = new_id[A.nonzero().T]
            A_new = np.zeros(A.shape)
            A_new[edges[0], edges[1]] = A[A != 0]
            old = sorted(range(len(X)), key=new_id.tolist().__getitem__)
            return X.numpy()[old], A_new
        """,
    ),
    hints=(
        "What was in row i of X must stand in row `new_id[i]` of the new X. Two loops are a good way to "
        "begin.",
        "The edge i -> j is now an edge from the new number of i to the new number of j.",
        "Make two new tensors, `torch.zeros_like(X)` and `torch.zeros_like(A)`, and fill them.",
        "`X_new[new_id[i]] = X[i]`, and for each j: `A_new[new_id[i], ...] = A[i, j]`",
    ),
)
