"""Made-up ratings of items by users, sized like MovieLens 100k, ready for a recommender.

Users and items each have a hidden taste; a user takes up items that fit it, and popular ones. What
similar users liked is then the best hint at what comes next: messages over the bipartite graph.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from gnn_lib.datasets._draw import check_at_least, seeded, uniform
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph
from gnn_lib.validate import check_edge_index, check_ids, check_rows

_TASTES = 8


@dataclass(frozen=True, eq=False, repr=False)
class Ratings:
    """Who rated what. train and test are [2, T]: row 0 the users, row 1 the items, both from 0.

    train_stars and test_stars [T] go from 1 to 5; a recommender that ranks may ignore them.
    """

    num_users: int
    num_items: int
    train: Tensor
    test: Tensor
    train_stars: Tensor
    test_stars: Tensor

    def __post_init__(self) -> None:
        for name in ("train", "test"):
            pairs = check_edge_index(getattr(self, name), name=name)
            check_ids(pairs[0], self.num_users, f"{name}[0]", "users")
            check_ids(pairs[1], self.num_items, f"{name}[1]", "items")
            check_rows(getattr(self, f"{name}_stars"), pairs.size(1), f"{name}_stars", "rating")

    def graph(self) -> Graph:
        """The training ratings as one undirected graph: users first, then items, user 0 to item 0 at
        node num_users. edge_weight [E] holds the stars.
        """
        shifted = self.train + torch.tensor([[0], [self.num_users]])
        one_way = Graph(shifted, edge_weight=self.train_stars, num_nodes=self.num_users + self.num_items)
        return to_undirected(one_way)

    def __repr__(self) -> str:
        return (
            f"Ratings({self.num_users} users, {self.num_items} items, "
            f"{self.train.size(1)} train, {self.test.size(1)} test)"
        )


def user_item_ratings(num_users: int = 943, num_items: int = 1682, mean: int = 106, seed: int = 0) -> Ratings:
    """About `mean` ratings a user, a fifth of it at least; one in five of each user's for test.

    Every user weighs every item, so memory grows with num_users * num_items: stay below a hundred million.

    Measured by recall at 20: the most popular items 15 %, a truncated SVD of the training matrix 28 %.

    >>> user_item_ratings()
    Ratings(943 users, 1682 items, 77304 train, 18845 test)
    """
    check_at_least(num_users, 1, "num_users")
    check_at_least(num_items, 2, "num_items")
    check_at_least(mean, 2, "mean")
    generator = seeded(seed)
    fit = _fit(num_users, num_items, generator)
    taken = _take_up(fit, _how_many(num_users, num_items, mean, generator), generator)
    user, item = taken.nonzero(as_tuple=True)
    stars = _stars(fit[user, item], generator)
    held = _hold_back(user, generator)
    pairs = torch.stack([user, item])
    return Ratings(num_users, num_items, pairs[:, ~held], pairs[:, held], stars[~held], stars[held])


def _fit(num_users: int, num_items: int, generator: torch.Generator) -> Tensor:
    """How well each item fits each user, [U, I]: the product of their tastes."""
    user = (uniform(generator, num_users, _TASTES) * 2 - 1).pow(3)  # the cube: a few strong tastes each
    item = (uniform(generator, num_items, _TASTES) * 2 - 1).pow(3)
    return 4 * user @ item.t()


def _how_many(num_users: int, num_items: int, mean: int, generator: torch.Generator) -> Tensor:
    """How many items each user rates, [U]: most a few, some very many, a fifth of `mean` at least."""
    least = max(2, mean // 5)
    spread = -torch.log1p(-uniform(generator, num_users))  # exponential, with mean 1
    return (least + (mean - least) * spread).long().clamp(max=num_items)


def _take_up(fit: Tensor, how_many: Tensor, generator: torch.Generator) -> Tensor:
    """Which items each user takes, [U, I] bool: the best by fit, popularity and chance (Gumbel's)."""
    popularity = -1.2 * torch.log(uniform(generator, fit.size(1)) + 0.01)
    chance = -torch.log(-torch.log(uniform(generator, *fit.shape).clamp(min=1e-300)))
    place = (fit + popularity + chance).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    return place < how_many.unsqueeze(1)


def _stars(fit: Tensor, generator: torch.Generator) -> Tensor:
    """1 to 5 stars, more for a better fit, with moods: [T], float32."""
    mood = uniform(generator, fit.numel()) - 0.5
    return (2.8 + 0.5 * fit + 2.5 * mood).round().clamp(1, 5).float()


def _hold_back(user: Tensor, generator: torch.Generator) -> Tensor:
    """One rating in five of each user, one at least, for test: [T] bool. `user` is sorted."""
    shuffled = torch.randperm(user.numel(), generator=generator)
    order = shuffled[user[shuffled].argsort(stable=True)]  # users together, each one's ratings shuffled
    count = user.bincount()
    first = count.cumsum(0) - count
    position = torch.arange(user.numel()) - first[user]
    held = torch.empty_like(user, dtype=torch.bool)
    held[order] = position < (count // 5).clamp(min=1)[user]
    return held
