"""The layer in one line of matrices: Sᵀ X W + b."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM, random_graph, sample_graphs
from gnn_lib.exercises.lesson_03.inputs import matrix
from gnn_lib.exercises.lesson_03.normalise import normalise


def gcn_dense(x: Tensor, S: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return S.T @ x @ W + b


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        if group == BY_HAND:
            assert graph.x is not None
            W = torch.eye(graph.x.size(1))[:, :1].repeat(1, 3) * torch.tensor([1.0, -1.0, 2.0])
            b = torch.tensor([0.0, 1.0, -10.0])
            yield Case(BY_HAND, dict(x=graph.x, S=normalise(matrix(graph)), W=W, b=b), names=graph.names)
    for group, nodes, edges, wide in ((RANDOM, 4, 7, 2), (RANDOM, 7, 18, 5), (GRADIENT, 5, 9, 2)):
        graph = random_graph(generator, nodes, edges)
        assert graph.x is not None
        W, b = torch.randn(3, wide, generator=generator), torch.randn(wide, generator=generator)
        inputs = dict(x=graph.x, S=normalise(matrix(graph)), W=W, b=b)
        yield Case(group, inputs, grad=("x", "W", "b") if group == GRADIENT else ())


exercise = Exercise(
    answer=gcn_dense,
    task="Write the whole layer as a product of matrices",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, GRADIENT: 0.5},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "forgets the transpose",
            "Row i of S holds what i tells; S @ x gathers from those whom i tells. The inbox is a column, "
            "as in lesson 1.",
            ("S.T", "S"),
        ),
        Mistake(
            "forgets the bias",
            "The product is right. The formula has one more term.",
            (" + b", ""),
        ),
        Mistake(
            "adds the bias before gathering",
            "Now b goes through S, too, and a node with many neighbours gets more of it. It is added at the "
            "very end, the same for each node.",
            ("S.T @ x @ W + b", "S.T @ (x @ W + b)"),
        ),
        Mistake(
            "gathers nothing",
            "Each node looks at its own features only: a layer that knows no graph. Where does S come in?",
            ("S.T @ x @ W", "x @ W"),
        ),
        Mistake(
            "applies a nonlinearity",
            "The layer itself is linear: negative numbers stay. The ReLU comes between two layers, outside.",
            ("S.T @ x @ W + b", "torch.relu(S.T @ x @ W + b)"),
        ),
        Mistake(
            "multiplies entry by entry",
            "`*` multiplies each entry by its counterpart, and the shapes rarely allow it. A sum over "
            "neighbours is a matrix product, `@`.",
            ("S.T @ x @ W", "(S.T * x) @ W"),
        ),
        Mistake(
            "puts the features first",
            "x is [N, F], S is [N, N]: the nodes are rows of x, so S stands on its left.",
            ("S.T @ x @ W", "x @ S.T @ W"),
        ),
        Mistake(
            "forgets the weights of the layer",
            "That is what each inbox holds, before anything is learned. W turns F features into as many as "
            "the layer gives out.",
            ("S.T @ x @ W", "S.T @ x"),
        ),
        Mistake(
            "makes the weights of each inbox add up to 1",
            "You divided by the column sums once more: a mean again. S is ready as it is.",
            ("S.T @ x", "(S / S.sum(0)).T @ x"),
        ),
        Mistake(
            "gathers twice",
            "Two products with S look two steps far. One layer takes one step.",
            ("S.T @ x",
             "S.T @ S.T @ x"),
        ),
        Mistake(
            "forgets the transpose and the bias",
            "Two things at once: what arrives stands in a column of S, not in a row, and b is missing.",
            ("S.T @ x @ W + b",
             "S @ x @ W"),
        ),
        Mistake(
            "adds the node itself once more",
            "S has the self-loops in it: each node hears itself already. You added its own features a "
            "second time.",
            ("S.T @ x", "(S.T + torch.eye(len(S))) @ x"),
        ),
        Mistake(
            "applies a nonlinearity before W",
            "What was gathered lost all that is below zero before W saw it. The layer is linear: the ReLU "
            "comes between two layers, outside.",
            ("S.T @ x @ W", "torch.relu(S.T @ x) @ W"),
        ),
        Mistake(
            "gathers both ways",
            "S + S.T hears those who tell and those who are told. An inbox holds only what arrives.",
            ("S.T @ x", "(S + S.T) @ x"),
        ),
        Mistake(
            "turns W round",
            "W is [F, H] and stands as it is. (`nn.Linear` and `F.linear` keep theirs as [H, F]; here it "
            "comes the other way.)",
            ("@ W", "@ W.T"),
        ),
    ),
    others=(
        """
        def gcn_dense(x, S, W, b):
            return torch.einsum("ji,jf,fk->ik", S, x, W) + b
        """,
        """
        def gcn_dense(x, S, W, b):
            return torch.addmm(b, S.t(), x @ W)
        """,
        """
        def gcn_dense(x, S, W, b):
            rows = []
            for i in range(len(x)):
                inbox = sum(S[j, i] * x[j] for j in range(len(x)))
                rows.append(inbox @ W + b)
            return torch.stack(rows)
        """,
    ),
    hints=(
        "In lesson 1 the inbox was `A.T @ X`. Now S has the place of A.",
        "First gather (or first W, it is the same), then the bias, once for each node.",
        "`return S.T @ ... @ ... + ...`",
    ),
)  # fmt: skip
