"""What makes a clustering good: linked nodes together, and every node in few clusters."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph, path_abcd
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM, random_graph

SURE = "nodes that are sure (a share of exactly 0)"
# A row with this share and twice half of the rest has the entropy 1. There, and only there, it makes no
# difference to the gradient whether a way divides a row by its sum first, as `Categorical` does.
_ONE_NAT = 0.5500616


def diffpool_losses(A: Tensor, S: Tensor) -> tuple[Tensor, Tensor]:
    link = (A - S @ S.T).square().sum().sqrt()
    entropy = torch.special.entr(S).sum(dim=1).mean()
    return link, entropy


def cases(generator: torch.Generator) -> Iterator[Case]:
    path = to_dense(path_abcd())
    yield Case(BY_HAND, dict(A=path, S=torch.full((4, 2), 0.5)))
    yield Case(BY_HAND, dict(A=path[:3, :3], S=torch.tensor([[0.75, 0.25], [0.75, 0.25], [0.25, 0.75]])))
    for nodes, clusters in ((5, 3), (7, 2)):
        yield Case(RANDOM, _draw(generator, nodes, clusters))
    halves = torch.eye(2)[[0] * 4 + [1] * 4]
    yield Case(SURE, dict(A=to_dense(barbell_graph(4, 0)), S=halves))
    some = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
    yield Case(SURE, dict(A=to_dense(random_graph(generator, 3, 4)), S=some))
    largest = torch.tensor([0, 2, 1, 2])[torch.randperm(4, generator=generator)]
    S = torch.full((4, 3), (1 - _ONE_NAT) / 2).scatter(1, largest.unsqueeze(1), _ONE_NAT)
    yield Case(GRADIENT, dict(A=to_dense(random_graph(generator, 4, 8)), S=S), grad=("S",))


def _draw(generator: torch.Generator, nodes: int, clusters: int) -> dict[str, Tensor]:
    S = torch.softmax(torch.randn(nodes, clusters, generator=generator), dim=1)
    return dict(A=to_dense(random_graph(generator, nodes, 2 * nodes)), S=S)


exercise = Exercise(
    answer=diffpool_losses,
    task="Say what makes a clustering good",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, SURE: 0.5, GRADIENT: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "takes the logarithm of zero",
            "A share of exactly 0 gives 0 times minus infinity, which is not a number. The entropy counts "
            "it as 0: add something tiny inside the logarithm, or use `torch.special.entr`.",
            ("torch.special.entr(S)", "(-S * S.log())"),
        ),
        Mistake(
            "adds the entropies up",
            "You added up the entropies of all nodes. It is their mean: a graph with twice the nodes "
            "should not weigh twice as much.",
            (".sum(dim=1).mean()", ".sum()"),
        ),
        Mistake(
            "averages over the shares",
            "The entropy of a node is a *sum* over its clusters; the mean is over the nodes only. You took "
            "the mean over both.",
            (".sum(dim=1).mean()", ".mean()"),
        ),
        Mistake(
            "forgets the minus sign",
            "Your entropy is negative: the logarithm of a share below 1 is. The formula has a minus in "
            "front, and with the sign wrong, training would make every node as unsure as it can be.",
            ("torch.special.entr(S).sum", "-torch.special.entr(S).sum"),
        ),
        Mistake(
            "forgets the root",
            "This is the sum of squares. The length of a matrix, as of a vector, is the root of it.",
            (".square().sum().sqrt()", ".square().sum()"),
        ),
        Mistake(
            "takes the mean square",
            "You took the mean of the squares. The length of the matrix is the root of their sum.",
            (".square().sum().sqrt()", ".square().mean().sqrt()"),
        ),
        Mistake(
            "adds up without squares",
            "You added up how far off the entries are. The formula squares them first, and takes the root "
            "at the end: a few large misses then weigh more than many small ones.",
            ("(A - S @ S.T).square().sum().sqrt()", "(A - S @ S.T).abs().sum()"),
        ),
        Mistake(
            "takes logarithms to base 2",
            "You counted in bits. Here the logarithm is the natural one, as in the cross-entropy loss.",
            ("torch.special.entr(S)", "torch.special.entr(S) / math.log(2)"),
        ),
        Mistake(
            "takes the softmax again",
            "S already holds shares: its rows add up to 1. A second softmax makes them more alike. The "
            "scores are long gone.",
            """
            def diffpool_losses(A, S):
                S = torch.softmax(S, dim=1)
                return (A - S @ S.T).norm(), torch.special.entr(S).sum(dim=1).mean()
            """,
        ),
        Mistake(
            "takes another norm",
            "`ord=2` asks for the largest stretch of the matrix, its spectral norm. The formula is the "
            "plain one, from the sum of all squares: the Frobenius norm, which is what you get without "
            "`ord`.",
            (
                "(A - S @ S.T).square().sum().sqrt()",
                "torch.linalg.matrix_norm(A - S @ S.T, ord=2)",
            ),
        ),
        Mistake(
            "returns them the other way round",
            "Both losses are right, but in the other order: first the link loss, then the entropy.",
            ("return link, entropy", "return entropy, link"),
        ),
        Mistake(
            "adds the two losses",
            "You added them up. That is what training will do, often with a weight for each; return the two "
            "apart.",
            ("return link, entropy", "return link + entropy"),
        ),
        Mistake(
            "divides by the number of cells",
            "You divided the link loss by N times N. (PyTorch Geometric does so as well.) The formula here, "
            "and in the paper, has no such division.",
            (".square().sum().sqrt()", ".square().sum().sqrt() / A.numel()"),
        ),
        Mistake(
            "takes the mean over clusters",
            "You added up down the columns and took the mean over the clusters. It is the other way: add up "
            "along the row of each node, then take the mean over the nodes.",
            (".sum(dim=1).mean()", ".sum(dim=0).mean()"),
        ),
        Mistake(
            "compares clusters instead of nodes",
            "S^T S is [C, C] and says how much two clusters overlap. A is [N, N], so compare it with a "
            "matrix that has a cell for every pair of nodes.",
            ("S @ S.T", "S.T @ S"),
        ),
        Mistake(
            "takes the logarithm to base 2",
            "Your entropy is counted in bits. The formula has the natural logarithm: equal shares make ln C.",
            """
            def diffpool_losses(A, S):
                return (A - S @ S.T).square().sum().sqrt(), -(S * S.clamp(min=1e-9).log2()).sum(1).mean()
            """,
        ),
        Mistake(
            "takes the entropy of the mean",
            "You averaged the rows first. That asks whether the clusters are equally large. Each node "
            "has an entropy; the mean comes after.",
            """
            def diffpool_losses(A, S):
                p = S.mean(0)
                return (A - S @ S.T).square().sum().sqrt(), torch.special.entr(p).sum()
            """,
        ),
    ),
    others=(
        """
        def diffpool_losses(A, S):
            link = torch.linalg.matrix_norm(A - torch.einsum("ic,jc->ij", S, S))
            return link, -(S * (S + 1e-12).log()).sum() / len(S)
        """,
        """
        def diffpool_losses(A, S):
            total, entropy = 0.0, 0.0
            for i in range(len(A)):
                for j in range(len(A)):
                    total = total + (A[i, j] - S[i] @ S[j]) ** 2
                entropy = entropy - sum(share * share.log() for share in S[i] if share > 0)
            return total ** 0.5, entropy / len(A)
        """,
        """
        def diffpool_losses(A, S):
            entropy = torch.distributions.Categorical(probs=S).entropy().mean()
            return torch.norm(A - torch.matmul(S, S.t()), p="fro"), entropy
        """,
        """
        def diffpool_losses(A, S):
            logs = torch.where(S > 0, S, torch.ones_like(S)).log()
            return (A - S @ S.T).norm(), (-S * logs).sum(1).mean()
        """,
    ),
    hints=(
        "Two numbers. The first compares two [N, N] matrices, the second looks at each row of S.",
        "The length of a matrix: square all entries, add them up, take the root. `.norm()` does it, too.",
        "The entropy of a row: add up -s log s over the clusters. Then the mean over the nodes. And a "
        "share of 0?",
        "`torch.special.entr(S)` is -s log s for every entry, and 0 where s is 0.",
    ),
)
