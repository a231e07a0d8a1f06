"""The loss without labels: near each other in the graph, near each other in the embedding."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT

SIZES = "pairs and noise of any number"
LARGE = "large scores"


def near_far_loss(u: Tensor, v: Tensor, noise: Tensor) -> Tensor:
    near = (u * v).sum(dim=1)
    far = (u[:, None] * noise).sum(dim=2)
    return -(F.logsigmoid(near) + F.logsigmoid(-far).sum(dim=1)).mean()


def cases(generator: torch.Generator) -> Iterator[Case]:
    u, v = torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 5.0]])
    yield Case(BY_HAND, dict(u=u, v=v, noise=torch.tensor([[[0.0, 3.0], [-1.0, 1.0]]])))
    shapes = ((2, 2), (2, 2), (2, 3, 2))
    whole = [torch.randint(-2, 3, shape, generator=generator).float() for shape in shapes]
    yield Case(BY_HAND, dict(zip(("u", "v", "noise"), whole, strict=True)))
    for group, P, Q, D, size in (
        (SIZES, 4, 3, 2, 1), (SIZES, 7, 2, 5, 1), (SIZES, 1, 4, 4, 1), (SIZES, 3, 3, 3, 1),
        (LARGE, 5, 2, 3, 30), (LARGE, 6, 4, 3, 100), (GRADIENT, 4, 2, 3, 1),
    ):  # fmt: skip
        sides = dict(u=(P, D), v=(P, D), noise=(P, Q, D))
        inputs = {name: size * torch.randn(side, generator=generator) for name, side in sides.items()}
        yield Case(group, inputs, grad=("u", "v", "noise") if group == GRADIENT else ())


exercise = Exercise(
    answer=near_far_loss,
    task="Write the loss that needs no labels",
    cases=cases,
    points={BY_HAND: 1, SIZES: 1, LARGE: 0.5, GRADIENT: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "pulls the noise closer, too",
            "Pairs and noise are both drawn together, and the smallest loss has all nodes in one place. "
            "Which sign does the score of the noise need inside the sigmoid?",
            ("F.logsigmoid(-far)", "F.logsigmoid(far)"),
        ),
        Mistake(
            "pushes the pairs apart",
            "The loss falls when partners disagree, and noise agrees: the two signs have changed places.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1)
                far = (u[:, None] * noise).sum(dim=2)
                return -(F.logsigmoid(-near) + F.logsigmoid(far).sum(dim=1)).mean()
            """,
        ),
        Mistake(
            "forgets the minus in front",
            "The logarithm of a probability is below zero, and best near zero. A loss must fall when "
            "things get better.",
            ("return -(", "return ("),
        ),
        Mistake(
            "averages the noise",
            "The noise of one pair counts as a mean. In the formula it is a sum: Q noise nodes weigh Q "
            "times as much as one.",
            (".sum(dim=1)).mean()", ".mean(dim=1)).mean()"),
        ),
        Mistake(
            "adds the pairs up",
            "Your loss grows with the number of pairs in a batch. Take the mean over the pairs.",
            (".sum(dim=1)).mean()", ".sum(dim=1)).sum()"),
        ),
        Mistake(
            "takes log and sigmoid one after the other",
            "For a score far below zero the sigmoid is rounded to 0, and its logarithm is minus infinity. "
            "torch has one function that does both, and stays finite.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1).sigmoid().log()
                far = (-(u[:, None] * noise).sum(dim=2)).sigmoid().log()
                return -(near + far.sum(dim=1)).mean()
            """,
        ),
        Mistake(
            "scores everybody with everybody",
            "`u @ v.T` scores each u with every v. Row k of u has one partner: row k of v.",
            """
            def near_far_loss(u, v, noise):
                near = u @ v.T
                far = (u[:, None] * noise).sum(dim=2)
                return -(F.logsigmoid(near).mean() + F.logsigmoid(-far).sum(dim=1).mean())
            """,
        ),
        Mistake(
            "leaves out the sigmoid",
            "Without the logarithm of the sigmoid the loss has no bottom: scores grow for ever. A pair "
            "that is near enough should stop pulling.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1)
                far = (u[:, None] * noise).sum(dim=2)
                return (far.sum(dim=1) - near).mean()
            """,
        ),
        Mistake(
            "leaves out the logarithm",
            "You added probabilities. The formula takes the logarithm of each, which makes a confident "
            "mistake expensive.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1)
                far = (u[:, None] * noise).sum(dim=2)
                return -(torch.sigmoid(near) + torch.sigmoid(-far).sum(dim=1)).mean()
            """,
        ),
        Mistake(
            "compares the partner with the noise",
            "The noise is scored against v. It is u, in the formula, that must stay away from it.",
            ("u[:, None] * noise", "v[:, None] * noise"),
        ),
        Mistake(
            "forgets the noise",
            "Only the pairs are left. Then it is best to put all nodes in one place, far out: nothing "
            "pushes.",
            """
            def near_far_loss(u, v, noise):
                return -F.logsigmoid((u * v).sum(dim=1)).mean()
            """,
        ),
        Mistake(
            "cuts the gradient",
            "The number is right, but nothing can learn from it: `.item()`, `.detach()` or a new tensor cuts "
            "the path back.",
            ("(u * v).sum(dim=1)", "(u * v).sum(dim=1).detach()"),
        ),
        Mistake(
            "puts the minus outside",
            "The noise's minus stands in front of the logarithm. That asks for something else: 1 - "
            "sigmoid(z) is sigmoid(-z), so the minus belongs to the score.",
            ("+ F.logsigmoid(-far)", "- F.logsigmoid(far)"),
        ),
        Mistake(
            "averages pairs and noise together",
            "You took the mean over all scores, of pairs and of noise. The noise of a pair is summed; the "
            "mean is over the P pairs only.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1)
                far = (u[:, None] * noise).sum(dim=2)
                return -torch.cat([F.logsigmoid(near), F.logsigmoid(-far).flatten()]).mean()
            """,
        ),
        Mistake(
            "adds up the scores of the noise",
            "You added up the scores of all Q noise nodes, and took one logarithm of their sum. Each noise "
            "node has a sigmoid and a logarithm of its own.",
            """
            def near_far_loss(u, v, noise):
                near = (u * v).sum(dim=1)
                far = (u[:, None] * noise).sum(dim=(1, 2))
                return -(F.logsigmoid(near) + F.logsigmoid(-far)).mean()
            """,
        ),
        Mistake(
            "compares directions only",
            "You took the cosine: the lengths of the rows are divided out. The formula takes the plain "
            "product, and lengths count.",
            """
            def near_far_loss(u, v, noise):
                near = F.cosine_similarity(u, v)
                far = F.cosine_similarity(u[:, None], noise, dim=2)
                return -(F.logsigmoid(near) + F.logsigmoid(-far).sum(dim=1)).mean()
            """,
        ),
        Mistake(
            "adds a tiny number before the logarithm",
            "That keeps the logarithm finite, but a confident mistake is cut off: a score of -200 "
            "should cost 200, and yours costs about 20. torch has one function that takes both, "
            "sigmoid and logarithm, and stays exact.",
            """
            def near_far_loss(u, v, noise):
                near = torch.log(torch.sigmoid((u * v).sum(1)) + 1e-9)
                far = torch.log(1 - torch.sigmoid((u[:, None] * noise).sum(2)) + 1e-9)
                return -(near + far.sum(1)).mean()
            """,
        ),
    ),
    others=(
        """
        def near_far_loss(u, v, noise):
            total = 0
            for k in range(len(u)):
                total = total + F.softplus(-(u[k] @ v[k]))
                for n in noise[k]:
                    total = total + F.softplus(u[k] @ n)
            return total / len(u)
        """,
        """
        def near_far_loss(u, v, noise):
            near = torch.einsum("pd,pd->p", u, v)
            far = torch.einsum("pd,pqd->pq", u, noise)
            pull = F.binary_cross_entropy_with_logits(near, torch.ones_like(near))
            push = F.binary_cross_entropy_with_logits(far, torch.zeros_like(far), reduction="sum") / len(u)
            return pull + push
        """,
        """
        def near_far_loss(u, v, noise):
            others = torch.cat([v[:, None], -noise], dim=1)
            scores = (others @ u[:, :, None]).squeeze(2)
            return F.softplus(-scores).sum() / len(scores)
        """,
    ),
    hints=(
        "There are three steps: the score of each pair, [P]; the score of each u with its noise, [P, Q]; "
        "then the logarithms.",
        "A score is a sum of products: `(u * v).sum(dim=1)`. For the noise, `u[:, None]` is [P, 1, D] and "
        "fits [P, Q, D].",
        "`F.logsigmoid(z)` is the logarithm of the sigmoid, without overflow. The noise wants a minus "
        "inside.",
        "`-(F.logsigmoid(near) + F.logsigmoid(-far).sum(dim=...)).mean()`",
    ),
)  # fmt: skip
