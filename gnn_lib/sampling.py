"""Mini-batches from a large graph: a few seed nodes, and a sample of the nodes they hear from.

A GNN of K layers looks K hops back. On a real graph that soon is everybody, so GraphSAGE (Hamilton,
Ying and Leskovec, 2017) draws only a few in-neighbours of each node: `fanouts[0]` of each seed,
`fanouts[1]` of each node found that way, and so on, one number for each layer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.graph import Graph
from gnn_lib.validate import check_node_ids, describe

if TYPE_CHECKING:
    from gnn_lib._kernels import Ints


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """What was sampled around some seeds.

    graph: the sampled nodes (n) and edges (e), with everything they carry. The seeds come first, then
    the nodes found in the first hop, and so on; the edges too are in the order of the hops.
    nodes [n], edges [e]: where they are in the original graph.
    nodes_per_hop: how many nodes were new, first the seeds; edges_per_hop: how many edges were drawn.
    """

    graph: Graph
    nodes: Tensor
    edges: Tensor
    nodes_per_hop: tuple[int, ...]
    edges_per_hop: tuple[int, ...]

    @property
    def num_seeds(self) -> int:
        return self.nodes_per_hop[0]

    def within(self, hops: int) -> Adjacency:
        """The first nodes and edges only: as far as a layer must look if `hops` layers, itself
        included, are still to come. So a model needn't compute what nobody will hear:

            for hops, layer in zip((3, 2, 1), layers):
                edges = batch.within(hops)
                x = layer(x[:edges.num_sources], edges)
            x[:batch.num_seeds]
        """
        if not 0 <= hops <= len(self.edges_per_hop):
            raise ValueError(f"hops must lie in 0 .. {len(self.edges_per_hop)}, as sampled; got {hops}.")
        if hops == len(self.edges_per_hop):
            return self.graph.adjacency
        edges, nodes = sum(self.edges_per_hop[:hops]), sum(self.nodes_per_hop[: hops + 1])
        return Adjacency(self.graph.edge_index[:, :edges], nodes)


def sample_neighbours(
    graph: Graph,
    seeds: Tensor,
    fanouts: Sequence[int],
    replace: bool = False,
    generator: torch.Generator | None = None,
) -> Neighbourhood:
    """A sample of what reaches `seeds` [S] (distinct node ids) in len(fanouts) rounds of messages.

    Edges are followed backwards, to the nodes that send. A node's in-edges are all equally likely:
    without replacement, fanout different ones, or all of them if there are no more (-1 takes all
    anyway); with `replace`, exactly fanout draws, in which an edge may come up again. Each node is
    expanded once, in the hop after it was found. Parallel edges and self-loops are edges like any
    other.

    >>> star = Graph(torch.tensor([[1, 2, 3, 0], [0, 0, 0, 4]]))
    >>> batch = sample_neighbours(star, torch.tensor([4]), [1, 2])
    >>> batch.nodes_per_hop, batch.edges_per_hop, batch.nodes[:2].tolist()
    ((1, 1, 2), (1, 2), [4, 0])
    >>> batch.graph.edge_index.tolist()
    [[1, 2, 3], [0, 1, 1]]
    """
    return _Sampler(graph, fanouts, replace)(seeds, generator)


class NeighbourLoader:
    """Goes through `seeds` in batches, and samples around each: an iterable with a length.

    seeds [S]: node ids or a bool mask [N]; default: all nodes. Each pass shuffles them anew if
    `shuffle`, and samples anew; both draw from `generator`. The last batch may be smaller.

        for batch in NeighbourLoader(graph, [15, 10], graph.train_mask, shuffle=True):
            scores = model(batch.graph.x, batch.graph.adjacency)[:batch.num_seeds]
            loss = F.cross_entropy(scores, batch.graph.y[:batch.num_seeds])

    >>> ring = Graph(torch.tensor([[0, 1, 2, 3], [1, 2, 3, 0]]))
    >>> loader = NeighbourLoader(ring, [-1], batch_size=3)
    >>> len(loader), [batch.nodes.tolist() for batch in loader]
    (2, [[0, 1, 2, 3], [3, 2]])
    """

    def __init__(
        self,
        graph: Graph,
        fanouts: Sequence[int],
        seeds: Tensor | None = None,
        batch_size: int = 1024,
        shuffle: bool = False,
        replace: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size must be an int of at least 1, got {describe(batch_size)}.")
        if seeds is None:
            seeds = torch.arange(graph.num_nodes)
        elif isinstance(seeds, Tensor) and seeds.dtype == torch.bool and seeds.shape == (graph.num_nodes,):
            seeds = seeds.nonzero().view(-1)
        self.seeds = check_node_ids(seeds, graph.num_nodes, "seeds").cpu()
        self.graph, self.fanouts, self.replace = graph, _check_fanouts(fanouts), replace
        self.batch_size, self.shuffle, self.generator = batch_size, shuffle, generator

    def __len__(self) -> int:
        return -(-self.seeds.numel() // self.batch_size)

    def __iter__(self) -> Iterator[Neighbourhood]:
        sample = _Sampler(self.graph, self.fanouts, self.replace)
        seeds = self.seeds
        if self.shuffle:
            seeds = seeds[torch.randperm(seeds.numel(), generator=self.generator)]
        for begin in range(0, seeds.numel(), self.batch_size):
            yield sample(seeds[begin : begin + self.batch_size], self.generator)


class _Hop(NamedTuple):
    edges: "Ints"  # [e], in the original graph
    edge_index: "Ints"  # [2, e], local ids


class _Sampler:
    """What the batches of one pass share: the inboxes, and a map from node ids to local ids."""

    def __init__(self, graph: Graph, fanouts: Sequence[int], replace: bool) -> None:
        inboxes = graph.adjacency.by_target
        self.graph, self.fanouts, self.replace = graph, _check_fanouts(fanouts), replace
        self.ptr, self.ids = inboxes.ptr.cpu().numpy(), inboxes.ids.cpu().numpy()
        self.order = inboxes.order.cpu().numpy()
        self.local = torch.full((graph.num_nodes,), -1, dtype=inboxes.ids.dtype).numpy()

    def __call__(self, seeds: Tensor, generator: torch.Generator | None) -> Neighbourhood:
        shells = [check_node_ids(seeds, self.graph.num_nodes, "seeds").cpu().numpy()]
        draws = torch.randint(2**62, (len(self.fanouts),), generator=generator).numpy().astype("uint64")
        try:
            self._place(shells[0])
            hops = [self._hop(shells, fanout, draw) for fanout, draw in zip(self.fanouts, draws, strict=True)]
        finally:
            self.local[np.concatenate(shells)] = -1  # blank again for the next batch
        nodes, edges, edge_index = (
            torch.from_numpy(np.concatenate(parts, axis=-1)).to(self.graph.device)
            for parts in (shells, [hop.edges for hop in hops], [hop.edge_index for hop in hops])
        )
        return Neighbourhood(
            take_part(self.graph, nodes, edges, edge_index), nodes, edges,
            tuple(len(shell) for shell in shells), tuple(len(hop.edges) for hop in hops),
        )

    def _place(self, seeds: "Ints") -> None:
        """The seeds get the first local ids."""
        from gnn_lib import _kernels

        _, distinct = _kernels.relabel(seeds, self.local, 0)
        if len(distinct) < len(seeds):
            ids, counts = np.unique(seeds, return_counts=True)
            raise ValueError(f"seeds holds {ids[counts.argmax()]} more than once: name each node once.")

    def _hop(self, shells: "list[Ints]", fanout: int, draw: np.uint64) -> _Hop:
        """Sample around the newest shell; the nodes met for the first time become the next one."""
        from gnn_lib import _kernels

        known = sum(map(len, shells))
        places, counts = _kernels.pick_edges(self.ptr, shells[-1], fanout, self.replace, draw)
        sources, new = _kernels.relabel(self.ids[places], self.local, known)
        targets = np.repeat(np.arange(known - len(shells[-1]), known), counts)
        shells.append(new)
        return _Hop(self.order[places].astype(np.int64), np.stack([sources, targets]))


def take_part(graph: Graph, nodes: Tensor, edges: Tensor, edge_index: Tensor) -> Graph:
    """What these nodes and edges carry, around their new edge_index."""
    # index_select reads rows several times as fast as value[nodes] does.
    carried = {name: value.index_select(0, nodes) for name, value in graph.tensors("node")}
    carried |= {name: value.index_select(0, edges) for name, value in graph.tensors("edge")}
    names = tuple(graph.names[i] for i in nodes.tolist()) if graph.names is not None else None
    return graph.replace(edge_index=edge_index, **carried, names=names, num_nodes=nodes.numel())


def _check_fanouts(fanouts: Sequence[int]) -> tuple[int, ...]:
    fanouts = tuple(fanouts)
    if not fanouts or not all(isinstance(fanout, int) and fanout >= -1 for fanout in fanouts):
        raise ValueError(
            "fanouts is one int for each layer, how many neighbours to draw (-1: all); "
            f"got {describe(fanouts)}."
        )
    return fanouts
