"""Ratings: one graph of users and items, a fair split, and tastes that a model can find."""

import pytest
import torch

from gnn_lib.datasets import Ratings, user_item_ratings

RATINGS = user_item_ratings()


def test_the_graph_joins_users_to_items_both_ways() -> None:
    pairs = torch.tensor([[0, 1, 1], [2, 0, 2]])
    tiny = Ratings(2, 3, pairs, torch.tensor([[0], [1]]), torch.tensor([5.0, 1.0, 3.0]), torch.tensor([4.0]))
    graph = tiny.graph()
    assert graph.num_nodes == 5
    stars = zip(graph.edge_index.t().tolist(), graph.edge_weight.tolist(), strict=True)
    expected = {(0, 4): 5, (4, 0): 5, (1, 2): 1, (2, 1): 1, (1, 4): 3, (4, 1): 3}
    assert {tuple(edge): given for edge, given in stars} == expected
    assert repr(tiny) == "Ratings(2 users, 3 items, 3 train, 1 test)"


def test_every_user_keeps_four_of_five() -> None:
    train, test = (pairs[0].bincount(minlength=943) for pairs in (RATINGS.train, RATINGS.test))
    assert torch.equal(test, ((train + test) // 5).clamp(min=1))
    assert (train + test).min() >= 20


def test_no_rating_is_in_both_parts_or_twice() -> None:
    pairs = torch.cat([RATINGS.train, RATINGS.test], dim=1)
    assert pairs.unique(dim=1).size(1) == pairs.size(1)


def test_the_test_ratings_are_a_fair_sample() -> None:
    """Were they the best ones, or those of low ids, the means would differ."""
    assert (RATINGS.train_stars.mean() - RATINGS.test_stars.mean()).abs() < 0.05
    middle = [pairs[1].double().mean() for pairs in (RATINGS.train, RATINGS.test)]
    assert abs(middle[0] - middle[1]) < 20  # items run to 1,682; the standard error is about 4


def test_stars_and_sizes_are_movielens_s() -> None:
    stars = torch.cat([RATINGS.train_stars, RATINGS.test_stars])
    assert stars.unique().tolist() == [1, 2, 3, 4, 5]
    assert 3.2 < stars.mean() < 3.9  # MovieLens 3.53
    assert 90_000 < stars.numel() < 110_000
    popular = RATINGS.train[1].bincount(minlength=1682).sort(descending=True).values
    assert popular[0] > 8 * popular.double().mean()


def test_tastes_beat_popularity() -> None:
    """A truncated SVD of the training matrix finds nearly twice what the most popular items do."""
    seen, wanted = torch.zeros(943, 1682), torch.zeros(943, 1682)
    seen[RATINGS.train[0], RATINGS.train[1]] = 1
    wanted[RATINGS.test[0], RATINGS.test[1]] = 1
    popularity = seen.sum(0)

    def recall(scores: torch.Tensor) -> float:
        top = scores.masked_fill(seen > 0, -torch.inf).topk(20).indices
        return float((wanted.gather(1, top).sum(1) / wanted.sum(1)).mean())

    scaled = seen / (seen.sum(1, keepdim=True) * popularity.clamp(min=1)).sqrt()
    torch.manual_seed(0)
    users, strength, items = torch.svd_lowrank(scaled, q=16, niter=4)
    scores = users @ strength.diag() @ items.t() * popularity.sqrt()
    assert 0.10 < recall(popularity.expand_as(seen)) < 0.20
    assert 0.24 < recall(scores) < 0.35


def test_sizes_and_seeds() -> None:
    small = user_item_ratings(5, 3, mean=2, seed=1)
    assert small.train.size(1) + small.test.size(1) >= 10
    assert torch.equal(small.train, user_item_ratings(5, 3, mean=2, seed=1).train)
    assert not torch.equal(RATINGS.train[:, :100], user_item_ratings(seed=1).train[:, :100])
    with pytest.raises(ValueError, match="num_items must be at least 2"):
        user_item_ratings(num_items=1)


def test_ratings_that_make_no_sense_are_refused() -> None:
    pairs, stars = torch.tensor([[0], [2]]), torch.tensor([1.0])
    none, no_stars = torch.empty(2, 0, dtype=torch.long), torch.empty(0)
    with pytest.raises(ValueError, match=r"train\[1\] refers to 2, but there are 2 items"):
        Ratings(1, 2, pairs, none, stars, no_stars)
    with pytest.raises(ValueError, match="train_stars must have one row per rating, so 1 of them"):
        Ratings(1, 3, pairs, none, no_stars, no_stars)
