"""Â = A + I, each entry divided by the square roots of both degrees."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.exercises.lesson_03.inputs import matrix


def normalise(A: Tensor) -> Tensor:
    A_tilde = A + torch.eye(A.size(0))
    scale = A_tilde.sum(0) ** -0.5
    return scale[:, None] * A_tilde * scale


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        yield Case(group, dict(A=matrix(graph)), names=graph.names)


exercise = Exercise(
    answer=normalise,
    task="Divide each entry of A + I by the square roots of both degrees",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=7,
    mistakes=(
        Mistake(
            "forgets the self-loops",
            "Nobody keeps anything of their own: the diagonal is empty. A node that hears nobody even has "
            "degree 0, and 1 / 0 spoils its entries. Which matrix has a 1 for each node with itself?",
            ("A + torch.eye(A.size(0))", "A"),
        ),
        Mistake(
            "takes the degrees before the loops are added",
            "The loops are in the matrix, but not in the degrees. Each node hears itself, so that each "
            "degree is one more than you took.",
            ("A_tilde.sum(0)", "A.sum(0)"),
        ),
        Mistake(
            "adds the loops after normalising",
            "With a whole 1 on the diagonal everybody shouts at themselves. The loops come first, and are "
            "divided like any other edge.",
            """
            def normalise(A):
                scale = A.sum(0) ** -0.5
                return scale[:, None] * A * scale + torch.eye(A.size(0))
            """,
        ),
        Mistake(
            "counts who is told, not who is heard",
            "Row sums are out-degrees: how many a node tells. The degree here counts what arrives. "
            "On an undirected graph you would never see the difference.",
            ("sum(0)", "sum(1)"),
        ),
        Mistake(
            "takes out-degrees on one side and in-degrees on the other",
            "Rows for the sender and columns for the receiver looks natural, but d is one list, "
            "the in-degrees, and it is used at both ends.",
            ("scale[:, None]", "A_tilde.sum(1, keepdim=True) ** -0.5"),
        ),
        Mistake(
            "divides by the receiver's degree alone",
            "Each column adds up to 1: that is the mean over the inbox, lesson 2's. Here each end gives the "
            "root of its degree. (If you have two factors: do both lie along the columns?)",
            """
            def normalise(A):
                A_tilde = A + torch.eye(A.size(0))
                return A_tilde / A_tilde.sum(0)
            """,
        ),
        Mistake(
            "divides each row by its own sum",
            "Each row adds up to 1. That is the matrix of a random walk, D^-1 Â: one degree, no root, and "
            "the out-degree at that.",
            """
            def normalise(A):
                A_tilde = A + torch.eye(A.size(0))
                return A_tilde / A_tilde.sum(1, keepdim=True)
            """,
        ),
        Mistake(
            "forgets the square root",
            "You divided by d_i d_j itself, so that voices fade twice over. Between two nodes of degree 2 "
            "the weight is 1/2, not 1/4.",
            ("** -0.5", "** -1.0"),
        ),
        Mistake(
            "multiplies by the roots",
            "The busier the nodes, the louder they get here. Divide by the roots: is your power negative?",
            ("** -0.5", "** 0.5"),
        ),
        Mistake(
            "scales the rows twice and the columns never",
            "Both factors have shape [N, 1], so both scale rows: the sender's degree counts twice. The "
            "receiver's factor must lie along the columns.",
            ("* scale", "* scale[:, None]"),
        ),
        Mistake(
            "writes ones over the diagonal",
            "A node that already tells itself something loses that edge. A + I adds 1 to it: the entry "
            "becomes 2.",
            ("A_tilde = A + torch.eye(A.size(0))", "A_tilde = A.clone().fill_diagonal_(1)"),
        ),
        Mistake(
            "adds the loops to A itself",
            "The numbers are right, but `+=` changed the caller's matrix: call it twice, and each node has "
            "two loops. Make a new matrix.",
            """
            def normalise(A):
                A += torch.eye(A.size(0))
                scale = A.sum(0) ** -0.5
                return scale[:, None] * A * scale
            """,
        ),
        Mistake(
            "scales one side only",
            "Each entry was divided by the root of one degree, the receiver's. An entry has a sender, too: "
            "both roots.",
            ("scale[:, None] * A_tilde * scale",
             "A_tilde * scale"),
        ),
        Mistake(
            "multiplies by the diagonal matrix entry by entry",
            "`*` with a diagonal matrix sets everything off the diagonal to zero. Matrices are multiplied "
            "by `@`.",
            """
            def normalise(A):
                A_tilde = A + torch.eye(len(A))
                D = torch.diag(A_tilde.sum(0) ** -0.5)
                return D * A_tilde * D
            """,
        ),
        Mistake(
            "makes the graph undirected",
            "`A + A.T` turns every edge into one that runs both ways. Who tells whom stays as it is.",
            ("A + torch.eye(A.size(0))",
             "A + A.T + torch.eye(A.size(0))"),
        ),
        Mistake(
            "adds 1 to every entry",
            "`A + 1` joins everybody with everybody. I has its ones on the diagonal alone: `torch.eye`.",
            ("A + torch.eye(A.size(0))",
             "A + 1"),
        ),
        Mistake(
            "leaves the loops out and lifts the zeros",
            "With degrees of at least 1 nothing is divided by zero, but nobody hears themselves: the "
            "diagonal is empty. With the loops in, no degree is 0 any more.",
            """
            def normalise(A):
                scale = A.sum(0).clamp(min=1) ** -0.5
                return scale[:, None] * A * scale
            """,
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
            def normalise(A):
                A_tilde = A + torch.eye(len(A))
                D = torch.diag(A_tilde.sum(0))
                return D ** -0.5 @ A_tilde @ D ** -0.5
            """,
        ),
        Mistake(
            "divides a matrix without the loops",
            "Your degrees count the loops, but the matrix that you divide has none: its diagonal is empty. "
            "It is A + I in both places.",
            ("* A_tilde *", "* A *"),
        ),
        Mistake(
            "turns every edge round",
            "All weights are there, but rows and columns have changed places. S[j, i] belongs to the edge "
            "from j to i, as A[j, i] does; the transpose comes later, in the layer.",
            ("return scale[:, None] * A_tilde * scale", "return (scale[:, None] * A_tilde * scale).T"),
        ),
        Mistake(
            "counts a double edge once",
            "An edge that comes twice is a 2 in A, and counts twice, as in lesson 1. You made a 1 of it.",
            ("A + torch.eye", "(A > 0).float() + torch.eye"),
        ),
        Mistake(
            "adds the degrees under the root",
            "Under the root stands a product, d_j times d_i: one factor for each end.",
            """
            def normalise(A):
                A_tilde = A + torch.eye(len(A))
                d = A_tilde.sum(0)
                return A_tilde / (d[:, None] + d).sqrt()
            """,
        ),
        Mistake(
            "writes one weight whatever stands there",
            "1 over the roots stands in each place that isn't zero, even where A + I holds a 2. Divide the "
            "entry itself: a double edge weighs twice as much.",
            ("scale[:, None] * A_tilde * scale", "scale[:, None] * (A_tilde > 0) * scale"),
        ),
        Mistake(
            "makes every entry 0 or 1",
            "Where there was a loop, or an edge that comes twice, A + I holds a 2, and you made it a 1. "
            "Both count, in the entry and in the degrees.",
            ("A + torch.eye(A.size(0))", "(A + torch.eye(A.size(0)) > 0).float()"),
        ),
        Mistake(
            "divides by one root and multiplies by the other",
            "Python reads `a / b * c` as (a / b) * c. Both roots stand below the line: bracket them, or "
            "divide twice.",
            ("return scale[:, None] * A_tilde * scale", "return scale[:, None] * A_tilde / scale"),
        ),
    ),
    others=(
        """
        def normalise(A):
            N = len(A)
            A_tilde = [[float(A[i, j]) + (i == j) for j in range(N)] for i in range(N)]
            d = [sum(A_tilde[i][j] for i in range(N)) for j in range(N)]
            return [[A_tilde[i][j] / math.sqrt(d[i] * d[j]) for j in range(N)] for i in range(N)]
        """,
        """
        def normalise(A):
            A_tilde = A + torch.eye(len(A))
            D = torch.diag(A_tilde.sum(dim=0).rsqrt())
            return D @ A_tilde @ D
        """,
        """
        def normalise(A):
            A_tilde = A + torch.eye(len(A))
            d = A_tilde.sum(0)
            return A_tilde / torch.outer(d, d).sqrt()
        """,
        """
        def normalise(A):
            A_tilde = np.asarray(A) + np.eye(len(A))
            d = A_tilde.sum(axis=0)
            return np.einsum("i,ij,j->ij", 1 / np.sqrt(d), A_tilde, 1 / np.sqrt(d))
        """,
    ),
    hints=(
        "Three steps: add the loops, count the degrees of the new matrix, divide.",
        "An edge i -> j stands in row i and column j. What arrives at j stands in column j: sum over which "
        "axis?",
        "`d[:, None]` is a column, [N, 1], and scales the rows; `d` alone scales the columns.",
        "With `scale = A_tilde.sum(0) ** -0.5`, the result is `scale[:, None] * A_tilde * ...`.",
    ),
)  # fmt: skip
