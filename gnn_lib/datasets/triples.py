"""Facts as triples: (head, relation, tail), split for learning to predict the missing ones."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.validate import check_ids, check_tensor, describe


@dataclass(frozen=True, eq=False, repr=False)
class Triples:
    """Facts about named entities. train, valid and test are [T, 3], int64: head, relation, tail.

    >>> facts = Triples(torch.tensor([[0, 0, 1], [2, 1, 0]]), torch.empty(0, 3, dtype=torch.long),
    ...                 torch.tensor([[2, 0, 1]]), ("Ann", "Bob", "Cem"), ("knows", "asks"))
    >>> facts
    Triples(3 entities, 2 relations, 2 train, 0 valid, 1 test)
    >>> facts.say(facts.train[1])
    'Cem asks Ann'
    """

    train: Tensor
    valid: Tensor
    test: Tensor
    entities: tuple[str, ...]
    relations: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("train", "valid", "test"):
            triples = check_tensor(getattr(self, name), name)
            if triples.dtype != torch.int64 or triples.dim() != 2 or triples.size(1) != 3:
                wanted = "int64 [T, 3]: head, relation, tail"
                raise ValueError(f"{name} must be {wanted}; got {describe(triples)}.")
            check_ids(triples[:, [0, 2]], self.num_entities, name, "entities")
            check_ids(triples[:, 1], self.num_relations, name, "relations")

    @property
    def num_entities(self) -> int:
        return len(self.entities)

    @property
    def num_relations(self) -> int:
        return len(self.relations)

    @property
    def all(self) -> Tensor:
        """Every known fact, [T, 3]: what a filtered ranking must not count as a wrong answer."""
        return torch.cat([self.train, self.valid, self.test])

    def graph(self) -> Graph:
        """The training facts as edges head -> tail with edge_type [E]: nothing of the test leaks in.

        A layer that should also hear from tails needs the reverse edges as relations of their own.
        """
        head, relation, tail = self.train.t()
        return Graph(
            torch.stack([head, tail]), edge_type=relation, names=self.entities, num_nodes=self.num_entities
        )

    def say(self, triple: Tensor) -> str:
        """One fact in words."""
        head, relation, tail = triple.tolist()
        return f"{self.entities[head]} {self.relations[relation]} {self.entities[tail]}"

    def __repr__(self) -> str:
        sizes = ", ".join(f"{len(getattr(self, name))} {name}" for name in ("train", "valid", "test"))
        return f"Triples({self.num_entities} entities, {self.num_relations} relations, {sizes})"
