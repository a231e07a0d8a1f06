"""Part of a graph, or all of it in another order: nodes get new ids, and everything follows them.

In every function here the k-th node of the result is the node `nodes[k]` (or `order[k]`) of the
graph that came in, so a result on the part is read back with `whole[nodes] = part`.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from gnn_lib.edges import Direction
from gnn_lib.graph import Graph
from gnn_lib.validate import check_choice, check_ids, describe


def permute(graph: Graph, order: Tensor | Sequence[int]) -> Graph:
    """The same graph with its nodes in another order: new node k is old node order[k].

    So x becomes x[order] and A becomes A[order][:, order]. Edges keep their order.

    >>> path = Graph(torch.tensor([[0, 1], [1, 2]]), names=("a", "b", "c"))
    >>> turned = permute(path, [2, 0, 1])
    >>> turned.names, turned.edge_index.tolist()
    (('c', 'a', 'b'), [[1, 2], [2, 0]])
    """
    ids = _node_ids(graph, order, "order")
    if ids.numel() != graph.num_nodes:
        raise ValueError(
            f"order must name each of the {graph.num_nodes} nodes once, got {ids.numel()} of them. "
            "subgraph(graph, nodes) takes a part."
        )
    return _take(graph, ids)


def subgraph(graph: Graph, nodes: Tensor | Sequence[int]) -> Graph:
    """These nodes and every edge between two of them: new node k is old node nodes[k].

    nodes: ids in the order wanted, or a bool mask [N].

    >>> path = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]), names=("a", "b", "c", "d"))
    >>> part = subgraph(path, [3, 2, 0])
    >>> part.names, part.edge_index.tolist()
    (('d', 'c', 'a'), [[1], [0]])
    """
    return _take(graph, _node_ids(graph, nodes, "nodes"))


def k_hop_subgraph(
    graph: Graph, nodes: Tensor | Sequence[int], hops: int, direction: Direction = "in"
) -> tuple[Graph, Tensor]:
    """All that `hops` rounds of message passing bring to `nodes`: the subgraph, and its nodes' old ids.

    direction: "in" follows edges backwards, to the nodes whose messages arrive; "out" follows them
    forwards, to the nodes that hear from `nodes`. The given nodes come first, then those one hop
    away in order of id, then two. All edges between these nodes are kept.

    >>> path = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]))
    >>> near, ids = k_hop_subgraph(path, [2], hops=1)
    >>> ids.tolist(), near.edge_index.tolist()
    ([2, 1], [[1], [0]])
    """
    check_choice(direction, ("in", "out"), "direction")
    if hops < 0:
        raise ValueError(f"hops counts rounds of message passing, so it is 0 or more; got {hops}.")
    sources, targets = graph.edge_index
    far, near = (sources, targets) if direction == "in" else (targets, sources)
    shells = [_node_ids(graph, nodes, "nodes")]
    seen = _mark(shells[0], graph.num_nodes)
    for _ in range(hops):
        reached = _mark(far[seen[near]], graph.num_nodes) & ~seen
        shells.append(reached.nonzero().view(-1))
        seen |= reached
    ids = torch.cat(shells)
    return _take(graph, ids), ids


def connected_components(graph: Graph) -> Tensor:
    """The component of each node, [N], as 0, 1, 2, ...; edges count as roads that go both ways.

    >>> connected_components(Graph(torch.tensor([[0, 3], [1, 1]]), num_nodes=4)).tolist()
    [0, 0, 1, 0]
    """
    from scipy.sparse import csgraph

    from gnn_lib.convert import to_scipy

    _, labels = csgraph.connected_components(to_scipy(graph), directed=True, connection="weak")
    return torch.as_tensor(labels, dtype=torch.long, device=graph.device)


def _take(graph: Graph, ids: Tensor) -> Graph:
    """The induced subgraph on distinct `ids`, in their order."""
    place = torch.full((graph.num_nodes,), -1, device=graph.device)
    place[ids] = torch.arange(ids.numel(), device=graph.device)
    moved = place[graph.edge_index]
    inside = (moved >= 0).all(dim=0)
    edges = {name: value[inside] for name, value in graph.tensors("edge")}
    nodes = {name: value[ids] for name, value in graph.tensors("node")}
    names = tuple(graph.names[i] for i in ids.tolist()) if graph.names is not None else None
    return graph.replace(edge_index=moved[:, inside], **edges, **nodes, names=names, num_nodes=ids.numel())


def _node_ids(graph: Graph, nodes: Tensor | Sequence[int], name: str) -> Tensor:
    """`nodes` as distinct ids [K] on the graph's device."""
    wrong = f"{name} must be node ids [K] or a bool mask [N], got {describe(nodes)}."
    try:
        ids = torch.as_tensor(nodes, device=graph.device)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(wrong) from None
    if ids.dtype == torch.bool:
        if ids.shape != (graph.num_nodes,):
            raise ValueError(f"{name} as a mask must have shape [{graph.num_nodes}], got {list(ids.shape)}.")
        return ids.nonzero().view(-1)
    if ids.numel() == 0:
        return ids.new_empty(0, dtype=torch.long)  # an empty list has no type of its own
    if ids.dtype not in (torch.int64, torch.int32) or ids.dim() != 1:
        raise TypeError(wrong)
    check_ids(ids, graph.num_nodes, name, "nodes")
    copies = torch.bincount(ids)
    if int(copies.max()) > 1:
        raise ValueError(f"{name} holds {int(copies.argmax())} more than once: name each node once.")
    return ids.long()


def _mark(ids: Tensor, num_nodes: int) -> Tensor:
    """A bool mask [N], true at `ids`."""
    mask = torch.zeros(num_nodes, dtype=torch.bool, device=ids.device)
    mask[ids] = True
    return mask
