"""Mini-batches that are whole neighbourhoods: cut a large graph into parts with few edges between.

Neighbour sampling computes some nodes again and again, for different seeds. Cluster-GCN (Chiang et
al., 2019) cuts the graph once, so that most edges stay inside a part, and trains on a few parts at a
time. What is lost are the edges between parts that aren't in the same batch; dealing out the parts
anew in each pass loses different ones each time. The cutting itself is done by METIS (Karypis and
Kumar, 1998).
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.sampling import take_part
from gnn_lib.validate import check_tensor, describe


def partition_nodes(graph: Graph, num_parts: int, generator: torch.Generator | None = None) -> Tensor:
    """The part of each node, [N], from 0 to num_parts - 1: parts of like size with few edges between.

    Directions don't matter to the cut; parallel edges count as often as they are there.

    >>> two_pairs = Graph(torch.tensor([[0, 1, 2, 3], [2, 3, 0, 1]]))
    >>> part = partition_nodes(two_pairs, 2)
    >>> bool(part[0] == part[2] != part[1] == part[3])
    True
    """
    import pymetis

    if not isinstance(num_parts, int) or not 1 <= num_parts <= max(graph.num_nodes, 1):
        raise ValueError(
            f"num_parts must be an int from 1 to the number of nodes, {graph.num_nodes}; "
            f"got {describe(num_parts)}."
        )
    if num_parts == 1:
        return torch.zeros(graph.num_nodes, dtype=torch.long, device=graph.device)
    ptr, neighbours, copies = _undirected(graph)
    options = pymetis.Options(seed=int(torch.randint(2**31 - 1, (), generator=generator)))
    adjacency = pymetis.CSRAdjacency(ptr.numpy(), neighbours.numpy())
    _, part = pymetis.part_graph(num_parts, adjacency, eweights=copies.numpy(), options=options)
    return torch.as_tensor(part, dtype=torch.long, device=graph.device)


def _undirected(graph: Graph) -> tuple[Tensor, Tensor, Tensor]:
    """ptr [N + 1], neighbours and number of edges between: what METIS reads, in both directions."""
    N = graph.num_nodes
    sources, targets = graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]].cpu()
    numbers = torch.cat([sources * N + targets, targets * N + sources])
    pairs, copies = torch.unique(numbers, return_counts=True)
    ptr = torch.zeros(N + 1, dtype=torch.long)
    ptr[1:] = torch.bincount(pairs // N, minlength=N).cumsum(0)
    return ptr, pairs % N, copies


class ClusterLoader:
    """Goes through the parts in batches of `parts_per_batch`: an iterable of (part of graph, node ids).

    parts [N]: the part of each node, as from `partition_nodes`. A batch holds all nodes of its parts and
    all edges between them, with everything they carry. With `shuffle`, `generator` deals out the
    parts anew in each pass.

        for part, nodes in ClusterLoader(graph, partition_nodes(graph, 50), parts_per_batch=5, shuffle=True):
            scores = model(part.x, part.adjacency)[part.train_mask]
            loss = F.cross_entropy(scores, part.y[part.train_mask])

    >>> path = Graph(torch.tensor([[0, 1, 2], [1, 2, 3]]))
    >>> for part, nodes in ClusterLoader(path, torch.tensor([0, 0, 1, 1])):
    ...     print(nodes.tolist(), part.edge_index.tolist())
    [0, 1] [[0], [1]]
    [2, 3] [[0], [1]]
    """

    def __init__(
        self,
        graph: Graph,
        parts: Tensor,
        parts_per_batch: int = 1,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        _check_parts(parts, graph.num_nodes)
        if not isinstance(parts_per_batch, int) or parts_per_batch < 1:
            raise ValueError(f"parts_per_batch must be an int, 1 or more; got {describe(parts_per_batch)}.")
        sizes = torch.bincount(parts)
        nodes = torch.argsort(parts, stable=True).to(graph.device)
        self.members = [members for members in torch.split(nodes, sizes.tolist()) if members.numel()]
        self.graph, self.parts_per_batch, self.shuffle = graph, parts_per_batch, shuffle
        self.generator = generator

    def __len__(self) -> int:
        return -(-len(self.members) // self.parts_per_batch)

    def __iter__(self) -> Iterator[tuple[Graph, Tensor]]:
        order = torch.arange(len(self.members))
        if self.shuffle:
            order = torch.randperm(len(self.members), generator=self.generator)
        place = torch.full((self.graph.num_nodes,), -1, device=self.graph.device)
        for begin in range(0, len(order), self.parts_per_batch):
            chosen = order[begin : begin + self.parts_per_batch].tolist()
            nodes = torch.cat([self.members[k] for k in chosen])
            yield self._between(nodes, place), nodes

    def _between(self, nodes: Tensor, place: Tensor) -> Graph:
        """The subgraph on `nodes`. Looks at their own in-edges only, so a pass costs one look at each."""
        place[nodes] = torch.arange(nodes.numel(), device=nodes.device)
        ptr, ids, _, order = self.graph.adjacency.by_target
        degree = ptr[nodes + 1] - ptr[nodes]
        targets = torch.repeat_interleave(degree)
        # Edge number k of all the bags, one after the other, is number k - (edges before) of its own.
        edges_before = degree.cumsum(0) - degree
        at = torch.arange(targets.numel(), device=nodes.device) + (ptr[nodes] - edges_before)[targets]
        sources = place[ids[at].long()]
        inside = sources >= 0
        place[nodes] = -1
        edge_index = torch.stack([sources, targets])[:, inside]
        return take_part(self.graph, nodes, order[at[inside]].long(), edge_index)


def _check_parts(parts: Tensor, num_nodes: int) -> None:
    check_tensor(parts, "parts")
    if parts.dtype != torch.int64 or parts.shape != (num_nodes,):
        raise ValueError(f"parts must be torch.int64 of shape [{num_nodes}], got {describe(parts)}.")
    if parts.numel() and int(parts.min()) < 0:
        raise ValueError(f"parts count from 0, got {int(parts.min())}.")
