"""Effective resistance: how far apart two nodes are when all routes count."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph, cycle_graph, path_graph
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND

_NETS, _NARROW = "random nets of wires", "a bottleneck"


def resistance(A: Tensor) -> Tensor:
    L = torch.diag(A.sum(0)) - A
    K: Tensor = torch.linalg.pinv(L)
    own = K.diagonal()
    return own[:, None] + own - 2 * K


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield Case(BY_HAND, dict(A=to_dense(path_graph(4))), names=("A", "B", "C", "D"))
    yield Case(BY_HAND, dict(A=to_dense(cycle_graph(3))))
    for nodes in (4, 5, 7):
        wires = torch.rand(nodes, nodes, generator=generator).triu(1)
        ring = torch.diag(torch.ones(nodes - 1), 1)  # so that it never falls apart
        net = wires * (wires > 0.4) + ring
        yield Case(_NETS, dict(A=net + net.T))
    clique = int(torch.randint(3, 5, (1,), generator=generator))
    yield Case(_NARROW, dict(A=to_dense(barbell_graph(clique, 1))))


exercise = Exercise(
    answer=resistance,
    task="Measure how far apart two nodes are when all routes count",
    cases=cases,
    points={BY_HAND: 1, _NETS: 1, _NARROW: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "takes A for the Laplacian",
            "You inverted A itself. The Laplacian is D - A, with the degrees on its diagonal.",
            ("torch.diag(A.sum(0)) - A", "A"),
        ),
        Mistake(
            "adds A instead of taking it away",
            "D + A is not the Laplacian. Each row of L adds up to 0: what a wire takes from one end it "
            "gives to "
            "the other.",
            ("torch.diag(A.sum(0)) - A", "torch.diag(A.sum(0)) + A"),
        ),
        Mistake(
            "inverts what has no inverse",
            "Every row of L adds up to 0, so `inv` divides by zero, or by what rounding has left of it. The "
            "pseudo-inverse, `pinv`, leaves that one direction out.",
            ("linalg.pinv", "linalg.inv"),
        ),
        Mistake(
            "normalises the Laplacian",
            "L = I - D^-1/2 A D^-1/2 is the one of lesson 3. Wires ask for the plain one, D - A.",
            (
                "L = torch.diag(A.sum(0)) - A",
                "L = torch.eye(len(A)) - A / torch.outer(A.sum(0), A.sum(0)).sqrt()",
            ),
        ),
        Mistake(
            "takes K just once",
            "The formula has 2 K_ij: both ends of the wire. With a single one, a node would have a distance "
            "to itself.",
            ("- 2 * K", "- K"),
        ),
        Mistake(
            "adds K instead of taking it away",
            "Mind the sign of the last term: the distance of a node to itself must be 0.",
            ("- 2 * K", "+ 2 * K"),
        ),
        Mistake(
            "stops at the inverse",
            "That is K itself. The resistance between i and j takes three of its entries.",
            ("return own[:, None] + own - 2 * K", "return K"),
        ),
        Mistake(
            "turns every entry upside down",
            "1 / A is the resistance of each wire by itself, without the other routes, and infinite where no "
            "wire is. All routes together come from the inverse of a matrix.",
            """
            def resistance(A):
                return 1 / A
            """,
        ),
        Mistake(
            "leaves out the other end",
            "K_ii - K_ij knows one end only, so that your matrix isn't symmetric. Both ends have a term of "
            "their own.",
            ("own[:, None] + own - 2 * K", "own[:, None] - K"),
        ),
        Mistake(
            "uses only the diagonal of A",
            "`torch.diag(A)` reads the diagonal of a matrix. `torch.diag` of the *degrees* makes one.",
            ("torch.diag(A.sum(0))", "torch.diag(torch.diag(A))"),
        ),
        Mistake(
            "makes no diagonal matrix",
            "`A.sum(0) - A` puts the degrees into every row. D has them on its diagonal and 0 "
            "elsewhere: `torch.diag`.",
            ("torch.diag(A.sum(0)) - A", "A.sum(0) - A"),
        ),
        Mistake(
            "counts a self-loop",
            "The degrees are those of the wires: a loop carries no current, and no node has one here.",
            ("torch.diag(A.sum(0)) - A", "torch.diag(A.sum(0) + 1) - A"),
        ),
        Mistake(
            "takes the entries of L",
            "You put the Laplacian itself into the formula. K is its pseudo-inverse.",
            ("K: Tensor = torch.linalg.pinv(L)", "K = L"),
        ),
        Mistake(
            "takes one end twice",
            "`own + own` is 2 K_jj in each column. One of the two must be K_ii, a number for each "
            "row: a column, `[:, None]`.",
            ("own[:, None] + own - 2 * K", "own + own - 2 * K"),
        ),
        Mistake(
            "counts wires instead of adding them up",
            "A degree here is the sum of a column of A: a wire may be worth less than 1.",
            ("A.sum(0)", "(A > 0).sum(0)"),
        ),
        Mistake(
            "takes the root",
            "You took the root at the end. The formula has none: three wires in a row resist three "
            "times as much as one.",
            """
            def resistance(A):
                L = torch.diag(A.sum(0)) - A
                K = torch.linalg.pinv(L)
                return (K.diagonal()[:, None] + K.diagonal() - 2 * K).clamp(min=0).sqrt()
            """,
        ),
    ),
    others=(
        """
        def resistance(A):
            N = len(A)
            L = torch.diag(A.sum(1)).double() - A
            K = torch.linalg.inv(L + 1 / N)  # the constant drops out of the differences
            d = torch.diag(K)
            return d.view(-1, 1) + d.view(1, -1) - K - K.T
        """,
        """
        def resistance(A):
            A = A.double().numpy()
            L = np.diag(A.sum(0)) - A
            K = np.linalg.pinv(L)
            return np.diag(K)[:, None] + np.diag(K)[None] - 2 * K
        """,
        """
        def resistance(A):
            N = len(A)
            L = torch.diag(A.sum(0)).double() - A
            R = torch.zeros(N, N).double()
            for i in range(N):
                for j in range(N):
                    if i != j:  # one unit of current in at i, out at j; the last node is grounded
                        flow = torch.zeros(N).double()
                        flow[i], flow[j] = 1, -1
                        level = torch.zeros(N).double()
                        level[:-1] = torch.linalg.solve(L[:-1, :-1], flow[:-1])
                        R[i, j] = level[i] - level[j]
            return R
        """,
    ),
    hints=(
        "L is the diagonal matrix of the degrees, less A. `torch.diag` turns a list into such a matrix.",
        "`torch.linalg.pinv(L)` is K, the pseudo-inverse.",
        "`own = K.diagonal()` holds K_ii. `own[:, None]` is a column and `own` a row: their sum has K_ii + "
        "K_jj in each cell.",
        "`return own[:, None] + own - ...`",
    ),
)
