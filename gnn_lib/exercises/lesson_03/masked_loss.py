"""The loss on the nodes whose labels may be used, and on no other."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM

RANDOM_NODES = RANDOM.replace("directed graphs", "scores")


def masked_loss(scores: Tensor, y: Tensor, mask: Tensor) -> Tensor:
    return F.cross_entropy(scores[mask], y[mask])


def cases(generator: torch.Generator) -> Iterator[Case]:
    scores = torch.tensor([[0.0, 0.0], [0.0, 0.0], [9.0, 0.0], [0.0, 2.0]])
    y = torch.tensor([0, 1, 1, 0])
    for chosen in ([True, True, False, False], [False, False, True, False]):
        yield Case(BY_HAND, dict(scores=scores, y=y, mask=torch.tensor(chosen)))
    for group, nodes, classes in ((RANDOM_NODES, 6, 3), (RANDOM_NODES, 12, 7), (GRADIENT, 5, 3)):
        scores = torch.randn(nodes, classes, generator=generator) * 3
        y = torch.randint(classes, (nodes,), generator=generator)
        mask = torch.zeros(nodes, dtype=torch.bool)
        mask[torch.randperm(nodes, generator=generator)[: nodes // 2 - 1]] = True
        inputs = dict(scores=scores, y=y, mask=mask)
        yield Case(group, inputs, grad=("scores",) if group == GRADIENT else ())


exercise = Exercise(
    answer=masked_loss,
    task="Average the cross-entropy over the nodes of a mask",
    cases=cases,
    points={BY_HAND: 1, RANDOM_NODES: 0.5, GRADIENT: 0.5},
    minutes=3,
    level="blank",
    mistakes=(
        Mistake(
            "uses the labels of all nodes",
            "Here every label teaches, those of the test nodes, too. Then the test accuracy says nothing. "
            "Choose the rows first.",
            ("scores[mask], y[mask]", "scores, y"),
        ),
        Mistake(
            "uses the nodes outside the mask",
            "`~mask` is everybody else: the nodes whose labels are to stay unseen.",
            ("scores[mask], y[mask]", "scores[~mask], y[~mask]"),
        ),
        Mistake(
            "applies a softmax before the cross-entropy",
            "`F.cross_entropy` takes raw scores and applies the softmax itself. Twice makes every "
            "prediction timid, and training slow.",
            ("scores[mask], y", "scores[mask].softmax(1), y"),
        ),
        Mistake(
            "averages over all nodes",
            "You added up over the mask and divided by N. With 140 labels among 2,708 nodes that is twenty "
            "times too little.",
            ("F.cross_entropy(scores[mask], y[mask])",
             "F.cross_entropy(scores[mask], y[mask], reduction='sum') / len(y)"),
        ),
        Mistake(
            "adds without averaging",
            "The sum grows with the number of labels, and so would the step of the optimiser. A mean "
            "doesn't.",
            ("y[mask])", "y[mask], reduction='sum')"),
        ),
        Mistake(
            "silences the scores instead of leaving nodes out",
            "Scores of 0 are still an answer, \"all classes alike\", and they still count in the mean. "
            "Leave the rows out: `scores[mask]`.",
            ("scores[mask], y[mask]", "scores * mask[:, None], y"),
        ),
        Mistake(
            "forgets the logarithm",
            "`F.nll_loss` wants logarithms of probabilities, and got raw scores: it only averages the right "
            "class's score.",
            ("F.cross_entropy", "F.nll_loss"),
        ),
        Mistake(
            "averages the probability of the right class",
            "High is good there, and a loss must be low when all is well; besides, a log is missing.",
            """
            def masked_loss(scores, y, mask):
                p = scores[mask].softmax(1)
                return p[torch.arange(len(p)), y[mask]].mean()
            """,
        ),
        Mistake(
            "shares each class's softmax among the nodes",
            "Each row should add up to 1: one node, all its classes. You normalised along the nodes.",
            """
            def masked_loss(scores, y, mask):
                log_p = scores[mask].log_softmax(0)
                return F.nll_loss(log_p, y[mask])
            """,
        ),
        Mistake(
            "gives one loss for each node",
            "A loss is one number: average over the nodes of the mask.",
            ("scores[mask], y[mask])",
             "scores[mask], y[mask], reduction='none')"),
        ),
        Mistake(
            "scales the loss of all nodes",
            "The mean over everybody, times the share of the mask: the other nodes' labels are still in it.",
            ("F.cross_entropy(scores[mask], y[mask])",
             "F.cross_entropy(scores, y) * mask.float().mean()"),
        ),
        Mistake(
            "counts wrong answers",
            "That is the error rate. It changes in jumps, so that no gradient leads down; the cross-entropy "
            "does.",
            """
            def masked_loss(scores, y, mask):
                return (scores[mask].argmax(1) != y[mask]).float().mean()
            """,
        ),
        Mistake(
            "chooses the scores and not the labels",
            "Scores for the nodes of the mask meet the labels of all. Both need the same rows.",
            ("y[mask]",
             "y"),
        ),
        Mistake(
            "averages over all classes",
            "The logarithms of all classes count here, the wrong ones, too. From each row take the entry of "
            "the right class alone.",
            """
            def masked_loss(scores, y, mask):
                return -scores[mask].log_softmax(1).mean()
            """,
        ),
        Mistake(
            "has the sign turned round",
            "This is below zero, and falls as the answers get worse. `F.cross_entropy` has the minus in it "
            "already.",
            ("F.cross_entropy", "-F.cross_entropy"),
        ),
        Mistake(
            "squares the differences",
            "That is the mean squared error of the probabilities. The formula takes the logarithm of the "
            "right class's probability.",
            """
            def masked_loss(scores, y, mask):
                p = scores[mask].softmax(1)
                return F.mse_loss(p, F.one_hot(y[mask], scores.size(1)).float())
            """,
        ),
        Mistake(
            "hands in the winners",
            "`argmax` keeps one class of each row, and the scores are gone. The loss needs them: how sure "
            "was the model?",
            ("scores[mask], y", "scores[mask].argmax(1), y"),
        ),
        Mistake(
            "gives the mask as weights of the classes",
            "`weight=` holds one number for each *class*. The mask is about nodes: choose rows with it.",
            ("scores[mask], y[mask]", "scores, y, weight=mask.float()"),
        ),
        Mistake(
            "takes everybody's class from every row",
            "`p[:, y]` is a table: for each node the columns of all nodes' classes. One entry of each row is "
            "wanted.",
            """
            def masked_loss(scores, y, mask):
                p = scores[mask].softmax(1)
                return -torch.log(p[:, y[mask]]).mean()
            """,
        ),
        Mistake(
            "asks for the likeliest class",
            "You took the largest probability of each row, whatever the label says. A model that is sure and "
            "wrong would be praised. `y` names the right class.",
            """
            def masked_loss(scores, y, mask):
                return -scores[mask].log_softmax(1).amax(1).mean()
            """,
        ),
        Mistake(
            "divides by the number of labels again",
            "`F.cross_entropy` has taken the mean already. Divided once more, the loss shrinks with every "
            "label that you have.",
            ("F.cross_entropy(scores[mask], y[mask])", "F.cross_entropy(scores[mask], y[mask]) / mask.sum()"),
        ),
        Mistake(
            "reads the mask as row numbers",
            "As whole numbers, True and False are rows 1 and 0, and these two come again and again. Leave "
            "the mask as bools: `scores[mask]` keeps the rows where it is True.",
            ("scores[mask], y[mask]", "scores[mask.long()], y[mask.long()]"),
        ),
    ),
    others=(
        """
        def masked_loss(scores, y, mask):
            return F.cross_entropy(scores, torch.where(mask, y, -100))
        """,
        """
        def masked_loss(scores, y, mask):
            log_p = scores.log_softmax(dim=1)
            picked = log_p.gather(1, y[:, None]).squeeze(1)
            return -(picked * mask).sum() / mask.sum()
        """,
        """
        def masked_loss(scores, y, mask):
            total, count = 0, 0
            for row, label, counts in zip(scores, y, mask):
                if counts:
                    total = total + row.logsumexp(0) - row[label]
                    count += 1
            return total / count
        """,
    ),
    hints=(
        "Choose rows first, then the loss. `scores[mask]` keeps the rows where the mask is True.",
        "Scores and labels must keep the same rows.",
        "`return F.cross_entropy(scores[...], y[...])`; it averages by itself.",
    ),
)  # fmt: skip
