"""How good are the answers? Accuracy and F1 for classes, AUC, AP, hits@k and MRR for rankings.

All the ranking metrics rest on one question: among the wrong answers, what rank does a right one get?
A tie counts as half a place lost, so a model that gives every pair the same score earns exactly
what guessing earns (an AUC of 0.5), and not full marks.
"""

from typing import Literal

import torch
from torch import Tensor

from gnn_lib.validate import check_choice, check_no_nan, check_rows, check_same_device, check_tensor, describe


def accuracy(scores: Tensor, y: Tensor, mask: Tensor | None = None) -> float:
    """The share of rows whose highest score is at the true class.

    scores [N, C] (logits or probabilities), or [N] class ids already chosen; y [N]; mask [N] bool.

    >>> accuracy(torch.tensor([[2.0, 1.0], [0.0, 3.0], [5.0, 4.0]]), torch.tensor([0, 1, 1]))
    0.6666666666666666
    """
    scores, y = _masked(scores, y, mask)
    return _share(_classes(scores, y) == y)


def f1(
    scores: Tensor, y: Tensor, mask: Tensor | None = None, average: Literal["macro", "micro"] = "macro"
) -> float:
    """F1 = 2 TP / (2 TP + FP + FN): "macro" is the mean over classes, "micro" pools their counts.

    scores [N, C] or [N] as for `accuracy` with y [N]. Where a node may have many labels: scores
    [N, C] logits (above 0 means yes) with y [N, C] of 0 and 1. A class that occurs neither in y nor
    in the answers is left out of the mean. Micro-F1 of one label a node is its accuracy.
    """
    check_choice(average, ("macro", "micro"), "average")
    scores, y = _masked(scores, y, mask)
    guessed, true = _indicators(scores, y)
    both = (guessed & true).sum(0)
    either = guessed.sum(0) + true.sum(0)  # 2 TP + FP + FN
    if average == "micro":
        both, either = both.sum(0, keepdim=True), either.sum(0, keepdim=True)
    there = either > 0
    if not bool(there.any()):
        raise ValueError("f1 is 0 / 0: no label in y and none in the answers. Score rows that have labels.")
    return float((2 * both[there].double() / either[there]).mean())


def roc_auc(scores: Tensor, y: Tensor) -> float:
    """The chance that a random positive gets a higher score than a random negative (ties half).

    scores [K], y [K] of 0 and 1.

    >>> roc_auc(torch.tensor([0.9, 0.4, 0.6, 0.1]), torch.tensor([1, 1, 0, 0]))
    0.75
    """
    positive, negative = _split(scores, y)
    beaten_by = ranks(positive, negative) - 1
    return float(1 - beaten_by.mean() / negative.numel())


def average_precision(scores: Tensor, y: Tensor) -> float:
    """The area under precision against recall: the mean, over positives, of the precision down to it.

    scores [K], y [K] of 0 and 1. Equal scores are taken together, as scikit-learn does.

    >>> average_precision(torch.tensor([0.9, 0.4, 0.6, 0.1]), torch.tensor([1, 1, 0, 0]))
    0.8333333333333333
    """
    positive, negative = _split(scores, y)
    true = _at_least(positive, positive)
    return float((true / (true + _at_least(negative, positive))).mean())


def ranks(positive: Tensor, negative: Tensor) -> Tensor:
    """The rank of each positive among its negatives: 1 + those above it + half of those equal. [K].

    positive [K]; negative [M], the same for all, or [K, M], its own for each.

    >>> ranks(torch.tensor([0.7, 0.2]), torch.tensor([0.9, 0.2, 0.1])).tolist()
    [2.0, 2.5]
    """
    _check_pair(positive, negative)
    if negative.dim() == 2:
        above = (negative > positive[:, None]).sum(1).double()
        at_least = (negative >= positive[:, None]).sum(1).double()
    else:
        above = _at_least(negative, positive, strictly=True)
        at_least = _at_least(negative, positive)
    return 1 + (above + at_least) / 2  # halfway between the best and the worst place among equals


def hits_at_k(positive: Tensor, negative: Tensor, k: int) -> float:
    """The share of positives that rank among the first k. Shapes as for `ranks`.

    >>> hits_at_k(torch.tensor([0.7, 0.2]), torch.tensor([0.9, 0.2, 0.1]), k=2)
    0.5
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k!r}: the best rank is 1.")
    return _share(ranks(positive, negative) <= k)


def mrr(positive: Tensor, negative: Tensor) -> float:
    """Mean reciprocal rank: 1 for a first place, 1/2 for a second, ... Shapes as for `ranks`.

    >>> mrr(torch.tensor([0.7, 0.2]), torch.tensor([0.9, 0.2, 0.1]))
    0.45
    """
    return float(ranks(positive, negative).reciprocal().mean())


def _share(true: Tensor) -> float:
    return int(true.sum()) / true.numel()


def _at_least(values: Tensor, bounds: Tensor, strictly: bool = False) -> Tensor:
    """How many of `values` reach each bound (or pass it). [K], float64."""
    below = torch.searchsorted(values.double().sort().values, bounds.double().contiguous(), right=strictly)
    return (values.numel() - below).double()


def _masked(scores: Tensor, y: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """The rows to judge, after the checks that all class metrics share."""
    check_tensor(scores, "scores")
    check_rows(scores, len(check_tensor(y, "y")) if y.dim() else 1, "scores", "label")
    check_same_device(scores, "scores", y, "y")
    if mask is not None:
        check_rows(mask, y.size(0), "mask", "label")
        if mask.dtype != torch.bool:
            raise TypeError(f"mask must be a bool tensor [N], got {mask.dtype}. Convert with mask.bool().")
        scores, y = scores[mask], y[mask]
    if y.size(0) == 0:
        raise ValueError("there are no rows to score: the mask has no True, or the tensors are empty.")
    check_no_nan(scores, "scores")
    check_no_nan(y, "y")
    return scores, y


def _classes(scores: Tensor, y: Tensor) -> Tensor:
    """The class chosen for each row. [N]."""
    if y.dim() != 1 or y.is_floating_point():
        raise ValueError(f"y must be [N] class ids (torch.int64), got {describe(y)}.")
    if scores.dim() == 1 and not scores.is_floating_point():
        return scores
    if scores.dim() != 2 or scores.size(1) < 2:
        raise ValueError(
            f"scores must be [N, C] with one column per class, or [N] class ids; got {describe(scores)}. "
            "One logit for yes or no becomes class ids with (scores > 0).long().flatten()."
        )
    return scores.argmax(1)


def _indicators(scores: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Answers and truth as yes/no tables [N, C]."""
    if y.dim() == 2:
        if scores.shape != y.shape:
            raise ValueError(f"scores must have the shape of y, {list(y.shape)}, got {list(scores.shape)}.")
        return scores > 0, y > 0
    guessed = _classes(scores, y)
    every = torch.unique(torch.cat([guessed, y]))
    return guessed[:, None] == every, y[:, None] == every


def _split(scores: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The scores of the positives and of the negatives."""
    scores, y = _masked(scores, y, None)
    if scores.dim() != 1 or y.dim() != 1:
        raise ValueError(f"scores and y must both be [K], got {list(scores.shape)} and {list(y.shape)}.")
    strange = y[(y != 0) & (y != 1)]
    if strange.numel():
        raise ValueError(f"y must hold only 0 (negative) and 1 (positive), got {strange[0].item()}.")
    positive, negative = scores[y == 1], scores[y == 0]
    if not positive.numel() or not negative.numel():
        raise ValueError(
            f"a ranking needs both kinds, got {positive.numel()} positives and {negative.numel()} negatives."
        )
    return positive, negative


def _check_pair(positive: Tensor, negative: Tensor) -> None:
    check_tensor(positive, "positive")
    check_tensor(negative, "negative")
    check_same_device(negative, "negative", positive, "positive")
    if positive.dim() != 1 or not positive.numel():
        raise ValueError(f"positive must be [K] with at least one score, got {describe(positive)}.")
    if negative.dim() == 2:
        check_rows(negative, positive.size(0), "negative", "positive")
    elif negative.dim() != 1:
        raise ValueError(f"negative must be [M] or [K, M], got {describe(negative)}.")
    if not negative.size(-1):
        raise ValueError("negative is empty: a rank needs wrong answers to compare with.")
    check_no_nan(positive, "positive")
    check_no_nan(negative, "negative")
