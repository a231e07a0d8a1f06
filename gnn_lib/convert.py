"""Graphs from and to the other forms people keep them in.

A[i, j] is the weight of the edge i -> j in every matrix here (as in NetworkX), so a node's inbox is
A.T @ X. A matrix holds one number per pair: copies of an edge are summed, and an edge without a
weight counts 1. NetworkX and PyG hold everything, so nothing is lost on the way there and back.
"""

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch import Tensor

from gnn_lib.graph import Graph, Kind, field_names
from gnn_lib.validate import check_choice, check_no_nan, check_tensor, describe

if TYPE_CHECKING:
    import networkx as nx
    from scipy.sparse import csr_array
    from torch_geometric.data import Data

# NetworkX's own algorithms look for an edge's "weight" and a node's "name".
_ATTRIBUTES = {"edge_weight": "weight"}


def to_dense(graph: Graph) -> Tensor:
    """The adjacency matrix A [N, N].

    >>> to_dense(Graph(torch.tensor([[0, 0, 1], [1, 1, 0]])))
    tensor([[0., 2.],
            [1., 0.]])
    """
    weight = _weights(graph)
    A = weight.new_zeros(graph.num_nodes, graph.num_nodes)
    return A.index_put((graph.edge_index[0], graph.edge_index[1]), weight, accumulate=True)


def from_dense(A: Tensor, **fields: Any) -> Graph:
    """The graph with an edge i -> j wherever A[i, j] is not zero, and A[i, j] as its weight.

    A bool matrix says only who is connected, and gives no edge_weight. `fields` go on to `Graph`.

    >>> from_dense(torch.tensor([[0.0, 0.5], [0.0, 2.0]]), names=("a", "b"))
    Graph(2 nodes, 2 edges, edge_weight [2], names)
    """
    check_tensor(A, "A")
    if A.dim() != 2 or A.size(0) != A.size(1):
        raise ValueError(f"A must be a square matrix [N, N], got {describe(A)}.")
    check_no_nan(A, "A")
    sources, targets = A.nonzero(as_tuple=True)
    weight = None if A.dtype == torch.bool else _as_weight(A[sources, targets])
    return Graph(torch.stack([sources, targets]), edge_weight=weight, num_nodes=A.size(0), **fields)


def to_scipy(graph: Graph) -> "csr_array":
    """The adjacency matrix A [N, N] as a scipy.sparse.csr_array; only edges take memory.

    >>> to_scipy(Graph(torch.tensor([[0, 0, 1], [1, 1, 0]]))).toarray().tolist()
    [[0.0, 2.0], [1.0, 0.0]]
    """
    from scipy.sparse import coo_array

    sources, targets = graph.edge_index.cpu().numpy()
    weight = _weights(graph).detach().cpu().numpy()
    return coo_array((weight, (sources, targets)), shape=(graph.num_nodes, graph.num_nodes)).tocsr()


def from_scipy(A: Any, **fields: Any) -> Graph:
    """The graph with an edge for every stored entry of a scipy.sparse matrix or array A [N, N].

    An entry that is stored, though zero, is an edge of weight zero. A bool matrix gives no
    edge_weight. `fields` go on to `Graph`.
    """
    from scipy.sparse import issparse

    if not issparse(A):
        raise TypeError(f"A must be a scipy.sparse matrix, got {describe(A)}. from_dense takes a tensor.")
    if A.ndim != 2 or A.shape[0] != A.shape[1]:
        raise ValueError(f"A must be a square matrix [N, N], got shape {list(A.shape)}.")
    entries = A.tocoo()
    edge_index = torch.from_numpy(np.stack([entries.row, entries.col]).astype(np.int64))
    weight = None if entries.dtype == bool else _as_weight(torch.from_numpy(entries.data.copy()))
    return Graph(edge_index, edge_weight=weight, num_nodes=A.shape[0], **fields)


def to_networkx(graph: Graph) -> "nx.DiGraph[int]":
    """A networkx.DiGraph, or MultiDiGraph where an edge repeats, with nodes 0 .. N - 1.

    Every field becomes an attribute of the same name on nodes, edges or the graph (edge_weight
    becomes "weight", names become "name"), as NumPy numbers and rows, which keep their dtype. Only
    the fields of edges that aren't there have no place to go.

    >>> friends = Graph(torch.tensor([[0], [1]]), names=("Ann", "Bob"))
    >>> to_networkx(friends).nodes(data="name")
    NodeDataView({0: 'Ann', 1: 'Bob'}, data='name')
    """
    import networkx as nx

    pairs = graph.edge_index.t().tolist()
    repeats = len(set(map(tuple, pairs))) < len(pairs)
    G = nx.MultiDiGraph() if repeats else nx.DiGraph()
    G.graph.update(_arrays(graph, "graph"), num_graphs=graph.num_graphs)
    G.add_nodes_from(enumerate(_rows(graph, "node")))
    G.add_edges_from((i, j, row) for (i, j), row in zip(pairs, _rows(graph, "edge"), strict=True))
    return G


def from_networkx(G: "nx.Graph[Any]") -> Graph:
    """The graph in a NetworkX graph of any kind; an undirected edge gives one edge each way.

    Nodes keep the order of `G`, and labels of any kind become names, unless they are 0 .. N - 1
    already or every node has a "name". Attributes named as in `to_networkx` become fields (a missing
    "weight" counts 1); others stay behind. Edges come grouped by their source.

    >>> import networkx as nx
    >>> from_networkx(nx.Graph([("Ann", "Bob"), ("Bob", "Cem")]))
    Graph(3 nodes, 4 edges, names)
    """
    import networkx as nx

    if not isinstance(G, nx.Graph):
        raise TypeError(f"G must be a NetworkX graph, got {describe(G)}.")
    place = {label: position for position, label in enumerate(G)}
    directed = G if G.is_directed() else G.to_directed(as_view=True)
    edges = dict(directed.edges.items())  # (i, j), or (i, j, key) in a multigraph: its attributes
    pairs = [(place[edge[0]], place[edge[1]]) for edge in edges]
    return Graph(
        torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).t().contiguous(),
        **_columns(dict(G.nodes.items()), "node"),
        **_columns(edges, "edge"),
        graph_y=torch.as_tensor(G.graph["graph_y"]).clone() if "graph_y" in G.graph else None,
        names=_names(G),
        num_nodes=len(place),
        num_graphs=G.graph.get("num_graphs", -1),
    )


def to_pyg(graph: Graph) -> "Data":
    """A torch_geometric.data.Data with the same tensors, under the same names.

    PyG writes labels as `y` whether they belong to nodes or to graphs: graph_y becomes `y` where the
    nodes have no labels of their own.
    """
    from torch_geometric.data import Data

    fields = dict(graph.tensors())
    if "y" not in fields and "graph_y" in fields:
        fields["y"] = fields.pop("graph_y")
    data = Data(**fields, num_nodes=graph.num_nodes)
    if graph.names is not None:
        data.names = list(graph.names)
    if graph.batch is not None:
        data.num_graphs = graph.num_graphs
    return data


def from_pyg(data: "Data", labels: Literal["node", "graph"] = "node") -> Graph:
    """The graph in a torch_geometric Data or Batch; the tensors are shared.

    labels: what `data.y` describes. With "graph" it becomes graph_y. Attributes that are no field
    of `Graph` stay behind.
    """
    from torch_geometric.data import Data

    if not isinstance(data, Data):
        raise TypeError(f"data must be a torch_geometric Data, got {describe(data)}.")
    check_choice(labels, ("node", "graph"), "labels")
    found = {name: data[name] for name in field_names() if data.get(name) is not None}
    y = found.pop("y", None)
    graph = Graph(
        data.edge_index,
        **found,
        names=data.get("names"),
        num_nodes=data.num_nodes if "num_nodes" in data else -1,
        num_graphs=getattr(data, "num_graphs", -1),
    )
    if y is None:
        return graph
    if labels == "graph":
        return graph.replace(graph_y=y)
    if isinstance(y, Tensor) and y.shape[:1] != (graph.num_nodes,):
        raise ValueError(
            f"data.y is {describe(y)} for {graph.num_nodes} nodes, so it can't be their labels. "
            'If they belong to the graph, say from_pyg(data, labels="graph").'
        )
    return graph.replace(y=y)


def _weights(graph: Graph) -> Tensor:
    """edge_weight, or a one for each edge, [E]."""
    if graph.edge_weight is not None:
        return graph.edge_weight
    return torch.ones(graph.num_edges, device=graph.device)


def _as_weight(entries: Tensor) -> Tensor:
    """Entries of a matrix as weights: counts become numbers that a layer can multiply with."""
    return entries if entries.is_floating_point() else entries.to(torch.get_default_dtype())


def _rows(graph: Graph, kind: Kind) -> list[dict[str, Any]]:
    """One dict of NetworkX attributes for each node (or edge): the inverse of `_columns`."""
    count = graph.num_nodes if kind == "node" else graph.num_edges
    rows: list[dict[str, Any]] = [{} for _ in range(count)]
    columns: dict[str, Any] = {**_arrays(graph, kind)}
    if kind == "node" and graph.names is not None:
        columns["name"] = graph.names
    for name, column in columns.items():
        for row, value in zip(rows, column, strict=True):
            row[_ATTRIBUTES.get(name, name)] = value
    return rows


def _arrays(graph: Graph, kind: Kind) -> dict[str, Any]:
    """The fields of one kind as NumPy arrays of their own: changing them leaves the graph alone."""
    return {name: value.detach().cpu().numpy().copy() for name, value in graph.tensors(kind)}


def _columns(rows: dict[Any, dict[str, Any]], kind: Kind) -> dict[str, Tensor]:
    """The fields of one kind that some node (or edge) has, from the attributes of all of them."""
    columns = {}
    for name in field_names(kind):
        attribute = _ATTRIBUTES.get(name, name)
        values = {owner: row.get(attribute) for owner, row in rows.items()}
        if any(value is not None for value in values.values()):
            columns[name] = _column(values, attribute, kind)
    return columns


def _column(values: dict[Any, Any], attribute: str, kind: Kind) -> Tensor:
    """One attribute of all nodes (or edges) as a tensor. A missing weight is 1, as in NetworkX."""
    if attribute == "weight":
        values = {owner: 1.0 if value is None else value for owner, value in values.items()}
    lacking = [owner for owner, value in values.items() if value is None]
    if lacking:
        raise ValueError(f"{kind} {lacking[0]!r} has no {attribute!r}, though others have: give it one.")
    try:
        column = _stack(list(values.values()))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{attribute!r} of the {kind}s must be numbers, or rows of one length; the first is "
            f"{describe(next(iter(values.values())))}. Turn words into numbers first, or drop the attribute."
        ) from error
    return _as_weight(column) if attribute == "weight" else column


def _stack(values: list[Any]) -> Tensor:
    """Numbers, rows of numbers, arrays or tensors, one under the other."""
    if all(isinstance(value, Tensor) for value in values):
        return torch.stack(values)
    if all(isinstance(value, np.ndarray | np.generic) for value in values):
        return torch.from_numpy(np.stack(values))
    return torch.tensor(values)


def _names(G: "nx.Graph[Any]") -> tuple[str, ...] | None:
    """What the nodes are called: their "name", else their label where it is not just the position."""
    given = tuple(str(name) for _, name in G.nodes(data="name") if name is not None)
    if given and len(given) == len(G):
        return given
    return None if list(G) == list(range(len(G))) else tuple(str(label) for label in G)
