"""Every layer that is called as layer(x, edges, ...), ready to be put through the same tests.

All take the graphs of `tests.strategies.full_graphs`: 3 features, 2 edge features, 3 edge types.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.edges import select_edges
from gnn_lib.graph import Graph
from gnn_lib.layers import (
    APPNP,
    MPNN,
    ChebConv,
    EdgeConv,
    GATConv,
    GATv2Conv,
    GCNConv,
    GINConv,
    GINEConv,
    GraphConv,
    LGConv,
    NNConv,
    RGCNConv,
    SAGEConv,
    SGConv,
)

F, D = 3, 2  # features of a node and of an edge


def mlp(width_in: int, width_out: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width_in, 4), nn.Tanh(), nn.Linear(4, width_out))


# (how to make the layer, the field of the graph that it takes beside x and the edges)
ZOO: dict[str, tuple[Callable[[], nn.Module], str | None]] = {
    "GCN": (lambda: GCNConv(F, 2), None),
    "GCN widening": (lambda: GCNConv(F, 5), None),
    "GCN weighted": (lambda: GCNConv(F, 2), "edge_weight"),
    "GCN without norm": (lambda: GCNConv(F, 2, normalize=False), "edge_weight"),
    "GAT": (lambda: GATConv(F, 2, heads=2, residual=True), None),
    "GAT averaged": (lambda: GATConv(F, 2, heads=2, concat=False, add_self_loops=False), None),
    "GAT edge features": (lambda: GATConv(F, 2, heads=2, edge_dim=D), "edge_attr"),
    "GATv2": (lambda: GATv2Conv(F, 2, heads=2), None),
    "GATv2 edge features": (lambda: GATv2Conv(F, 2, edge_dim=D), "edge_attr"),
    "SAGE": (lambda: SAGEConv(F, 2, normalize=True), None),
    "SAGE widening": (lambda: SAGEConv(F, 5), None),
    "SAGE max": (lambda: SAGEConv(F, 2, aggr="max", project=True), None),
    "SAGE std": (lambda: SAGEConv(F, 2, aggr="std", root_weight=False), None),
    "SAGE LSTM": (lambda: SAGEConv(F, 2, aggr="lstm"), None),
    "GIN": (lambda: GINConv(mlp(F, 2), train_eps=True), None),
    "GIN narrowing": (lambda: GINConv(nn.Sequential(nn.Linear(F, 2), nn.Tanh())), None),
    "GINE": (lambda: GINEConv(mlp(F, 2), edge_dim=D), "edge_attr"),
    "GraphConv": (lambda: GraphConv(F, 2), "edge_weight"),
    "GraphConv widening": (lambda: GraphConv(F, 5, aggr="mean"), "edge_weight"),
    "GraphConv min": (lambda: GraphConv(F, 2, aggr="min"), "edge_weight"),
    "Cheb": (lambda: ChebConv(F, 2, K=4), None),
    "Cheb widening": (lambda: ChebConv(F, 5, K=3), "edge_weight"),
    "Cheb random walk": (lambda: ChebConv(F, 2, K=3, normalization="rw"), "edge_weight"),
    "APPNP": (lambda: APPNP(K=4, alpha=0.2), None),
    "APPNP weighted": (lambda: APPNP(K=4, alpha=0.2), "edge_weight"),
    "SGC": (lambda: SGConv(F, 2, K=3), None),
    "SGC cached": (lambda: SGConv(F, 5, K=2, cached=True), None),
    "SGC weighted": (lambda: SGConv(F, 5, K=2), "edge_weight"),
    "LGConv": (lambda: LGConv(), None),
    "LGConv weighted": (lambda: LGConv(), "edge_weight"),
    "RGCN": (lambda: RGCNConv(F, 2, num_relations=3), "edge_type"),
    "RGCN bases": (lambda: RGCNConv(F, 2, num_relations=3, num_bases=2, aggr="max"), "edge_type"),
    "RGCN blocks": (lambda: RGCNConv(F, 6, num_relations=3, num_blocks=3, aggr="sum"), "edge_type"),
    "EdgeConv": (lambda: EdgeConv(mlp(2 * F, 2)), None),
    "EdgeConv, any network": (lambda: EdgeConv(nn.Sequential(nn.Tanh(), mlp(2 * F, 2)), "sum"), None),
    "NNConv": (lambda: NNConv(F, 2, mlp(D, 2 * F)), "edge_attr"),
    "NNConv max": (lambda: NNConv(F, 2, mlp(D, 2 * F), aggr="max"), "edge_attr"),
    "MPNN": (lambda: MPNN(F, mlp(D, F * F), steps=2, aggr="mean"), "edge_attr"),
}


def make(name: str) -> nn.Module:
    """The layer in float64, with weights that are the same each time."""
    torch.manual_seed(0)
    layer = ZOO[name][0]().double()
    with torch.no_grad():
        for parameter in layer.parameters():  # biases start at 0, and would hide
            parameter.uniform_(-1, 1)
    return layer


def extra(name: str, graph: Graph) -> tuple[Tensor, ...]:
    """What the layer takes beside x and the edges."""
    field = ZOO[name][1]
    return () if field is None else (getattr(graph, field),)


def run(layer: nn.Module, name: str, graph: Graph, edges: Tensor | Adjacency | None = None) -> Tensor:
    """The layer on the graph, with its raw edges or with `edges`."""
    out: Tensor = layer(graph.x, graph.edge_index if edges is None else edges, *extra(name, graph))
    return out


def example(num_nodes: int = 6, num_edges: int = 14) -> Graph:
    """One graph with everything, for tests that need no other."""
    generator = torch.Generator().manual_seed(5)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    graph = Graph(
        torch.randint(0, num_nodes - 1, (2, num_edges), generator=generator),  # the last node is isolated
        x=normal(num_nodes, F),
        edge_attr=normal(num_edges, D),
        edge_weight=normal(num_edges).abs() + 0.1,
        edge_type=torch.randint(0, 3, (num_edges,), generator=generator),
    )
    return one_loop_each(graph)


def one_loop_each(graph: Graph) -> Graph:
    """No node twice its own source: which of two self-loops' weights counts depends on their order."""
    seen, kept = set(), []
    for number, (i, j) in enumerate(graph.edge_index.t().tolist()):
        if i != j or i not in seen:
            kept.append(number)
        if i == j:
            seen.add(i)
    return select_edges(graph, torch.tensor(kept, dtype=torch.long))
