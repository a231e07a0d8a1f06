"""Messages on their way: the cases of every exercise that makes one row of an inbox."""

from collections.abc import Iterator

import torch

from gnn_lib.exercises.exercise import Case
from gnn_lib.exercises.graphs import GRADIENT, random_graph, sample_graphs


def inbox_cases(generator: torch.Generator) -> Iterator[Case]:
    """messages [E, F], edge_index [2, E] and num_nodes, on the sample graphs; then with gradients.

    Most messages are what the sources hold. The last ones are their own numbers, no two the same, so
    that a largest one is the largest alone.
    """
    for group, graph in sample_graphs(generator):
        assert graph.x is not None
        inputs = dict(
            messages=graph.x[graph.edge_index[0]], edge_index=graph.edge_index, num_nodes=graph.num_nodes
        )
        yield Case(group, inputs, names=graph.names)
    graph = random_graph(generator, 5, 9)
    messages = torch.randn(9, 3, generator=generator)
    inputs = dict(messages=messages, edge_index=graph.edge_index, num_nodes=graph.num_nodes)
    yield Case(GRADIENT, inputs, grad=("messages",))
