"""A graph in a sentence, for those who can't see the picture."""

from gnn_lib.edges import is_undirected
from gnn_lib.graph import Graph

_MOST_EDGES = 12


def describe_graph(graph: Graph) -> str:
    """What a picture of the graph shows, as a text alternative.

    >>> import torch
    >>> describe_graph(Graph(torch.tensor([[0, 0], [1, 2]]), names=("Ann", "Bob", "Cem")))
    'A directed graph with 3 nodes and 2 edges: Ann → Bob, Ann → Cem.'
    >>> describe_graph(Graph(torch.tensor([[0, 1], [1, 0]]), num_nodes=3))
    'An undirected graph with 3 nodes and 1 edge: 0 – 1. 1 node has no edge.'
    """
    bare = Graph(graph.edge_index, num_nodes=graph.num_nodes)
    pairs = list(zip(*graph.edge_index.tolist(), strict=True))
    undirected = bool(pairs) and is_undirected(bare)
    if undirected:
        pairs = [(i, j) for i, j in pairs if i <= j]
    kind = "An undirected" if undirected else "A directed" if pairs else "A"
    text = f"{kind} graph with {_count(graph.num_nodes, 'node')} and {_count(len(pairs), 'edge')}"
    if 0 < len(pairs) <= _MOST_EDGES:
        names = node_names(graph)
        text += ": " + ", ".join(f"{names[i]} {'–' if undirected else '→'} {names[j]}" for i, j in pairs)
    lonely = graph.num_nodes - graph.edge_index.unique().numel()  # type: ignore[no-untyped-call]
    if not pairs or not lonely:
        return text + "."
    return f"{text}. {_count(lonely, 'node')} {'has' if lonely == 1 else 'have'} no edge."


def node_names(graph: Graph) -> tuple[str, ...]:
    """The names of the nodes; their ids where they have none."""
    return graph.names or tuple(str(node) for node in range(graph.num_nodes))


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
