"""The normalised Laplacian of an undirected graph."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM
from gnn_lib.exercises.lesson_03.inputs import matrix, undirected_graphs


def laplacian(A: Tensor) -> Tensor:
    degree = A.sum(0)
    scale = torch.where(degree > 0, degree, torch.inf) ** -0.5
    return torch.eye(A.size(0)) - scale[:, None] * A * scale


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in undirected_graphs(generator):
        yield Case(group, dict(A=matrix(graph)), names=graph.names)
    twice = torch.tensor([[0.0, 2.0, 0.0], [2.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    yield Case(AWKWARD, dict(A=twice))  # a pair that is linked twice


exercise = Exercise(
    answer=laplacian,
    task="Write the normalised Laplacian, with a care for nodes that have no edge",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "divides by a degree of zero",
            "1 / sqrt(0) is infinite, and infinite times 0 is not a number. For a node without edges let "
            "the factor be 0.",
            ("torch.where(degree > 0, degree, torch.inf)", "degree"),
        ),
        Mistake(
            "adds self-loops",
            "That is I minus S, the matrix of the layer. The Laplacian knows no loops: A as it is, and its "
            "degrees.",
            """
            def laplacian(A):
                A_tilde = A + torch.eye(len(A))
                scale = A_tilde.sum(0) ** -0.5
                return torch.eye(len(A)) - scale[:, None] * A_tilde * scale
            """,
        ),
        Mistake(
            "takes degrees one too large",
            "You counted each node among its own neighbours, but only in the degrees. Here there are no "
            "loops.",
            ("A.sum(0)", "A.sum(0) + 1"),
        ),
        Mistake(
            "leaves it unnormalised",
            "D - A is a Laplacian, too, and its eigenvalues grow with the degrees. The normalised one stays "
            "between 0 and 2.",
            """
            def laplacian(A):
                return torch.diag(A.sum(0)) - A
            """,
        ),
        Mistake(
            "forgets the I",
            "This is D^-1/2 A D^-1/2, the smoothing itself. The Laplacian is what smoothing takes away: I "
            "minus it.",
            ("torch.eye(A.size(0)) - scale", "scale"),
        ),
        Mistake(
            "has the sign turned round",
            "You got the negative of L. A node compares itself with its neighbours: itself is positive, "
            "they are negative.",
            ("torch.eye(A.size(0)) - scale[:, None] * A * scale",
             "scale[:, None] * A * scale - torch.eye(A.size(0))"),
        ),
        Mistake(
            "adds where it should subtract",
            "I + D^-1/2 A D^-1/2 smooths. We will meet it in a moment; the Laplacian subtracts.",
            ("torch.eye(A.size(0)) - scale", "torch.eye(A.size(0)) + scale"),
        ),
        Mistake(
            "divides by one degree without a root",
            "I - D^-1 A is the Laplacian of a random walk. It isn't symmetric: take the root of each of the "
            "two degrees.",
            """
            def laplacian(A):
                return torch.eye(len(A)) - A / A.sum(1, keepdim=True).clamp(min=1)
            """,
        ),
        Mistake(
            "forgets the square root",
            "You divided by d_i d_j. The entry for an edge between two nodes of degree 2 is -1/2, not -1/4.",
            ("** -0.5", "** -1.0"),
        ),
        Mistake(
            "puts a zero for a lonely node",
            "Some books do, so that each component has an eigenvalue 0. Our formula says I, for every node, "
            "lonely or not.",
            ("torch.eye(A.size(0)) - scale", "torch.diag((degree > 0).float()) - scale"),
        ),
        Mistake(
            "doesn't normalise",
            "I - A: each neighbour counts whole, however many there are. Divide by the roots of both "
            "degrees first.",
            ("scale[:, None] * A * scale",
             "A"),
        ),
        Mistake(
            "puts the degrees on the diagonal",
            "You mixed the two Laplacians: D - A, and I - D^-1/2 A D^-1/2. Once A is normalised, the "
            "diagonal is I.",
            ("torch.eye(A.size(0))",
             "torch.diag(degree)"),
        ),
        Mistake(
            "subtracts from 1 everywhere",
            "`1 - ...` puts a 1 also where there is no edge. I has ones on the diagonal alone: `torch.eye`.",
            ("torch.eye(A.size(0))",
             "1"),
        ),
        Mistake(
            "scales the columns twice and the rows never",
            "Both factors have shape [N] and scale columns. One of them must be a column, [N, 1].",
            ("scale[:, None] * A",
             "scale * A"),
        ),
        Mistake(
            "writes the power without brackets",
            "Python takes the power before the division: `d ** -1/2` is 1 / (2 d), and no root is in it. "
            "Write the exponent as one number.",
            ("** -0.5", "** -1/2"),
        ),
        Mistake(
            "raises a diagonal matrix entry by entry",
            "`D ** -0.5` raises every entry of D, and 0 to a negative power is infinite. Take the roots of "
            "the degrees first; only then make a matrix of them, if you want one.",
            """
            def laplacian(A):
                D = torch.diag(A.sum(0)) ** -0.5
                return torch.eye(len(A)) - D @ A @ D
            """,
        ),
        Mistake(
            "divides the I as well",
            "Only A stands between the two roots. You subtracted first, so that the diagonal was divided as "
            "well.",
            ("torch.eye(A.size(0)) - scale[:, None] * A * scale",
             "scale[:, None] * (torch.eye(A.size(0)) - A) * scale"),
        ),
        Mistake(
            "multiplies by the roots",
            "Busy nodes get larger entries here. Divide by the roots: is your power negative?",
            ("torch.where(degree > 0, degree, torch.inf) ** -0.5", "degree ** 0.5"),
        ),
        Mistake(
            "gives up where one node is lonely",
            "A single node without edges turns all of L into I here. Its own factor is 0; all other nodes "
            "keep theirs.",
            """
            def laplacian(A):
                degree = A.sum(0)
                if (degree == 0).any():
                    return torch.eye(len(A))
                scale = degree ** -0.5
                return torch.eye(len(A)) - scale[:, None] * A * scale
            """,
        ),
        Mistake(
            "counts a double edge once",
            "An edge that comes twice holds a 2 in A, and counts twice in the degrees. You asked only "
            "whether there is one.",
            ("    degree = A.sum(0)", "    A = (A > 0).float()\n    degree = A.sum(0)"),
        ),
    ),
    others=(
        """
        def laplacian(A):
            scale = A.sum(1).clamp(min=1).rsqrt()
            return torch.eye(len(A)) - torch.diag(scale) @ A @ torch.diag(scale)
        """,
        """
        def laplacian(A):
            d = A.sum(0)
            scaled = torch.nan_to_num(A / torch.outer(d, d).sqrt())
            return torch.eye(len(A)) - scaled
        """,
        """
        def laplacian(A):
            N = len(A)
            d = A.sum(0).tolist()
            L = torch.zeros(N, N)
            for i in range(N):
                L[i, i] = 1
                for j in range(N):
                    if A[i, j]:
                        L[i, j] -= A[i, j] / math.sqrt(d[i] * d[j])
            return L
        """,
    ),
    hints=(
        "It is `normalise` once more, with A in place of A + I; then subtract the result from I.",
        "A lonely node has degree 0. Which degree would make its factor `degree ** -0.5` zero?",
        "`torch.where(degree > 0, degree, torch.inf)` puts infinity in place of 0; `clamp(min=1)` works as "
        "well. Why?",
        "`return torch.eye(len(A)) - scale[:, None] * A * scale`",
    ),
)  # fmt: skip
