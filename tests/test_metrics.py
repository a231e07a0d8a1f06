"""Metrics against scikit-learn and SciPy, with ties, and against what can't be scored."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata
from sklearn import metrics as sk

from gnn_lib.metrics import accuracy, average_precision, f1, hits_at_k, mrr, ranks, roc_auc
from tests.strategies import generators


def _random_classes(generator, rows=30, classes=4):
    scores = torch.randn(rows, classes, generator=generator)
    y = torch.randint(0, classes, (rows,), generator=generator)
    mask = torch.rand(rows, generator=generator) < 0.6
    mask[0] = True
    return scores, y, mask


def _random_ranking(generator, size=25, levels=6):
    """Few levels, so that there are many ties; both labels occur."""
    scores = torch.randint(0, levels, (size,), generator=generator).float() / 7
    y = torch.randint(0, 2, (size,), generator=generator)
    y[:2] = torch.tensor([0, 1])
    return scores, y


@given(generators())
def test_accuracy_equals_scikit_learn(generator):
    scores, y, mask = _random_classes(generator)
    guessed = scores.argmax(1)
    assert accuracy(scores, y) == pytest.approx(sk.accuracy_score(y, guessed))
    assert accuracy(scores, y, mask) == pytest.approx(sk.accuracy_score(y[mask], guessed[mask]))
    assert accuracy(guessed, y, mask) == accuracy(scores, y, mask)


@given(generators(), st.sampled_from(["macro", "micro"]), st.integers(2, 9))
def test_f1_equals_scikit_learn(generator, average, classes):
    scores, y, mask = _random_classes(generator, rows=9, classes=classes)
    want = sk.f1_score(y[mask], scores.argmax(1)[mask], average=average)
    assert f1(scores, y, mask, average) == pytest.approx(want)
    assert f1(scores.argmax(1), y, mask, average) == pytest.approx(want)


@given(generators(), st.sampled_from(["macro", "micro"]))
def test_f1_with_many_labels_a_node(generator, average):
    scores = torch.randn(8, 5, generator=generator)
    y = torch.randint(0, 2, (8, 5), generator=generator)
    y[0] = 1  # every label occurs
    want = sk.f1_score(y.numpy(), (scores > 0).int().numpy(), average=average)
    assert f1(scores, y, average=average) == pytest.approx(want)


def test_micro_f1_of_one_label_is_accuracy_and_macro_is_not():
    scores, y, _ = _random_classes(torch.Generator().manual_seed(1))
    assert f1(scores, y, average="micro") == pytest.approx(accuracy(scores, y))
    assert f1(scores, y, average="macro") != pytest.approx(accuracy(scores, y))


@given(generators())
def test_auc_and_average_precision_equal_scikit_learn_with_ties(generator):
    scores, y = _random_ranking(generator)
    assert roc_auc(scores, y) == pytest.approx(sk.roc_auc_score(y, scores))
    assert average_precision(scores, y) == pytest.approx(sk.average_precision_score(y, scores))


@given(generators())
def test_ranks_equal_scipy_average_ranks(generator):
    scores, _ = _random_ranking(generator)
    positive, negative = scores[:10], scores[10:]
    want = [
        rankdata(-np.append(negative.numpy(), one), method="average")[-1] for one in positive.numpy()
    ]
    assert ranks(positive, negative).tolist() == want
    own = negative.expand(10, -1)
    assert ranks(positive, own).tolist() == want


def test_each_positive_is_ranked_among_its_own_negatives():
    negative = torch.tensor([[1.0, 2.0, 3.0], [7.0, 8.0, 9.0]])
    assert ranks(torch.tensor([2.5, 2.5]), negative).tolist() == [2.0, 4.0]


@given(generators())
def test_hits_and_mrr_equal_scikit_learn(generator):
    # One relevant candidate in each row: scikit-learn's multi-label ranking scores are then ours.
    candidates = torch.randn(6, 9, generator=generator)  # column 0 is the true one; no ties
    positive, negative = candidates[:, 0], candidates[:, 1:]
    relevant = np.zeros((6, 9))
    relevant[:, 0] = 1
    want = sk.label_ranking_average_precision_score(relevant, candidates.numpy())
    assert mrr(positive, negative) == pytest.approx(want)
    for k in (1, 3, 8):
        want = sk.top_k_accuracy_score(np.zeros(6), candidates.numpy(), k=k, labels=np.arange(9))
        assert hits_at_k(positive, negative, k) == pytest.approx(want)


def test_a_model_that_scores_all_pairs_alike_earns_what_guessing_earns():
    same, y = torch.ones(10), torch.tensor([0, 1] * 5)
    assert roc_auc(same, y) == 0.5
    assert hits_at_k(torch.ones(5), torch.ones(100), k=10) == 0.0


def test_mixed_precision_scores_are_compared_exactly():
    double = torch.tensor([0.1], dtype=torch.float64)
    assert ranks(double.float(), double).tolist() == [1.0]  # 0.1 in 32 bits is a little more than 0.1


@pytest.mark.parametrize("metric", [accuracy, f1])
class TestClassMetricsRefuse:
    scores = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
    y = torch.tensor([0, 1])

    def test_nan(self, metric):
        with pytest.raises(ValueError, match="scores holds NaN"):
            metric(torch.tensor([[1.0, float("nan")], [0.0, 1.0]]), self.y)

    def test_nan_outside_the_mask_is_no_matter(self, metric):
        scores = torch.tensor([[1.0, float("nan")], [0.0, 1.0]])
        assert metric(scores, self.y, torch.tensor([False, True])) == 1.0

    def test_an_empty_mask(self, metric):
        with pytest.raises(ValueError, match="no rows to score"):
            metric(self.scores, self.y, torch.tensor([False, False]))

    def test_a_mask_of_ids(self, metric):
        with pytest.raises(TypeError, match="mask must be a bool tensor"):
            metric(self.scores, self.y, torch.tensor([0, 1]))

    def test_a_mask_of_the_wrong_length(self, metric):
        with pytest.raises(ValueError, match="mask must have one row per label, so 2"):
            metric(self.scores, self.y, torch.tensor([True]))

    def test_other_lengths(self, metric):
        with pytest.raises(ValueError, match="scores must have one row per label, so 2"):
            metric(torch.ones(3, 2), self.y)

    @pytest.mark.parametrize("scores", [torch.ones(2, 1), torch.ones(2), torch.ones(2, 2, 2)])
    def test_scores_of_the_wrong_shape(self, metric, scores):
        with pytest.raises(ValueError, match=r"scores must be \[N, C\]"):
            metric(scores, self.y)

    def test_float_labels(self, metric):
        with pytest.raises(ValueError, match=r"y must be \[N\] class ids"):
            metric(self.scores, self.y.float())

    def test_what_is_no_tensor(self, metric):
        with pytest.raises(TypeError, match="scores must be a torch"):
            metric([[1.0, 2.0]], self.y)


def test_f1_refuses_an_unknown_average_and_nothing_to_count():
    with pytest.raises(ValueError, match="average must be one of 'macro', 'micro'"):
        f1(torch.ones(2, 2), torch.tensor([0, 1]), average="weighted")
    with pytest.raises(ValueError, match="0 / 0"):
        f1(-torch.ones(2, 2), torch.zeros(2, 2, dtype=torch.long))
    with pytest.raises(ValueError, match=r"shape of y, \[2, 3\], got \[2, 2\]"):
        f1(torch.ones(2, 2), torch.ones(2, 3))


@pytest.mark.parametrize("metric", [roc_auc, average_precision])
@pytest.mark.parametrize(
    ("scores", "y", "message"),
    [
        ([0.1, float("nan")], [0, 1], "scores holds NaN"),
        ([0.1, 0.2], [1, 1], "both kinds, got 2 positives and 0 negatives"),
        ([0.1, 0.2], [0, 0], "both kinds, got 0 positives and 2 negatives"),
        ([0.1, 0.2], [0, 2], "only 0 .negative. and 1 .positive."),
        ([[0.1], [0.2]], [0, 1], r"both be \[K\]"),
        ([0.1, 0.2, 0.3], [0, 1], "scores must have one row per label"),
    ],
)
def test_binary_metrics_refuse(metric, scores, y, message):
    with pytest.raises(ValueError, match=message):
        metric(torch.tensor(scores), torch.tensor(y))


@pytest.mark.parametrize(
    ("positive", "negative", "message"),
    [
        ([], [0.1], "positive must be"),
        ([0.1], [], "negative is empty"),
        ([0.1, 0.2], [[0.1, 0.3]], "negative must have one row per positive"),
        ([0.1], [float("nan")], "negative holds NaN"),
        ([float("nan")], [0.1], "positive holds NaN"),
        ([[0.1]], [0.1], "positive must be"),
        ([0.1], [[[0.1]]], r"negative must be \[M\] or \[K, M\]"),
    ],
)
def test_ranking_metrics_refuse(positive, negative, message):
    with pytest.raises(ValueError, match=message):
        mrr(torch.tensor(positive), torch.tensor(negative))


def test_hits_refuses_k_zero():
    with pytest.raises(ValueError, match="k must be at least 1"):
        hits_at_k(torch.tensor([0.1]), torch.tensor([0.1]), k=0)
