"""Made-up data never change unnoticed: same seed, same numbers, on every machine."""

from collections.abc import Callable

import pytest

from gnn_lib.datasets import (
    block_model,
    citation_like,
    knowledge_graph,
    molecules_like,
    power_law_graph,
    user_item_ratings,
)
from tests.datasets.helpers import fingerprint


def citation() -> str:
    graph = citation_like(seed=1)
    return fingerprint(graph.edge_index, graph.x, graph.y, graph.train_mask, graph.val_mask, graph.test_mask)


def molecules() -> str:
    fields = [(m.edge_index, m.x, m.edge_type, m.graph_y) for m in molecules_like(40, seed=1)]
    return fingerprint(*[tensor for graph in fields for tensor in graph])


def knowledge() -> str:
    facts = knowledge_graph(seed=1)
    return fingerprint(facts.train, facts.valid, facts.test)


def ratings() -> str:
    data = user_item_ratings(seed=1)
    return fingerprint(data.train, data.test, data.train_stars, data.test_stars)


def power_law() -> str:
    return fingerprint(power_law_graph(5000, 40_000, seed=1).edge_index)


def blocks() -> str:
    return fingerprint(block_model((100, 60), 0.2, 0.05, seed=1).edge_index)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (citation, "eeecb2dcf983"),
        (molecules, "add3be806987"),
        (knowledge, "bbef956c0e00"),
        (ratings, "35259d8fb6c4"),
        (power_law, "8832109f69ff"),
        (blocks, "428bcfd125e6"),
    ],
)
def test_the_numbers_are_those_of_yesterday(make: Callable[[], str], expected: str) -> None:
    """If you meant to change a data set, every result measured on it changes: say so in CHANGELOG."""
    assert make() == expected
