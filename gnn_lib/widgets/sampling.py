"""A mini-batch that grows: seeds, who is drawn for each, and the small graph with new numbers."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.graph import Graph
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, slider, table, tick
from gnn_lib.widgets.sampling_hops import Batch, begin, one_hop

_HOPS, _MOST_NODES, _MOST_SEEDS, _MOST_FANOUT = 2, 40, 4, 5
_SIZE = (470.0, 360.0)  # of both pictures, in pixels
_ROLES = ("seed", "hop 1", "hop 2", "not drawn")


def play_sampling(
    draw: Callable[[Tensor, Tensor, Tensor, Tensor], Any] | None = None,
    renumber: Callable[[Tensor, Tensor], Any] | None = None,
    graph: Graph | None = None,
) -> Playground:
    """Click nodes to make them seeds, choose the fanouts, draw, and see the mini-batch grow hop by hop.

    draw: your `draw_inbox(indptr, indices, nodes, u)`; renumber: your `renumber(seeds, edge_index)`; None:
    the library's. graph: up to 40 nodes.
    """
    return _Sampling(draw, renumber, graph or _crowd()).play


def _crowd() -> Graph:
    """24 people in 4 rows, who hear the 2 to 6 nearest ones; nobody tells number 23."""
    lot = torch.Generator().manual_seed(4)
    places = torch.cartesian_prod(torch.arange(4.0), torch.arange(6.0)).flip(1) * torch.tensor([1.0, -1.0])
    pos = places + 0.5 * torch.rand(24, 2, generator=lot) - 0.25
    near = torch.cdist(pos, pos).argsort(1)[:, 1:]
    count = torch.randint(2, 7, (24,), generator=lot)
    edges = [(int(near[i, k]), i) for i in range(23) for k in range(int(count[i]))]
    return Graph(torch.tensor(edges).T, num_nodes=24, pos=pos)


class _Sampling:
    """`grown` holds the batch after each hop that has been drawn; grown[0] is the seeds alone."""

    def __init__(
        self, draw: Callable[..., Any] | None, renumber: Callable[..., Any] | None, graph: Graph
    ) -> None:
        if not 0 < graph.num_nodes <= _MOST_NODES:
            raise ValueError(f"graph has {graph.num_nodes} nodes; 1 to {_MOST_NODES} can be shown here.")
        self.draw, self.renumber = draw, renumber
        self.graph = Graph(graph.edge_index, num_nodes=graph.num_nodes, pos=graph.pos)
        targets, order = graph.edge_index[1].sort(stable=True)
        count = torch.bincount(targets, minlength=graph.num_nodes)
        self.csr = torch.cat([torch.zeros(1, dtype=torch.int64), count.cumsum(0)]), graph.edge_index[0, order]
        self.large = GraphView(self.graph, size=_SIZE, directed=True, zoomable=False)
        self.large.hint = "Click a node to make it a seed, or none. Point at one to see its inbox."
        self.small = GraphView(Graph(graph.edge_index[:, :0], num_nodes=1), size=_SIZE, directed=True)
        self.small.hint = "The mini-batch: new numbers in the nodes, old ones below."
        self.small.zoomable = False
        self.counts = Panel()
        self.play = Playground("A mini-batch grows", [self.large, self.small], [self.counts])
        self.hop = slider("hop", 0, _HOPS, self.show)
        self.fanouts = [
            slider(f"fanout {k}", 1, _MOST_FANOUT, self.redraw, value=value) for k, value in ((1, 3), (2, 2))
        ]
        self.faint = tick("fade what isn't drawn", self.show, value=True)
        self.play.add_control(
            button("◀ Back", lambda: self.go(-1), "One hop back"),
            button("Step ▶", lambda: self.go(1), "One hop further"),
            self.hop, *self.fanouts, self.faint,
            button("Draw again", self.again, "The same seeds, other neighbours"),
            button("Start again", self.reset),
        )  # fmt: skip
        self.large.on_click(self.pick)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        self.seeds, self.lot = [min(8, self.graph.num_nodes - 1)], 0
        self.redraw(0)

    def pick(self, node: int) -> None:
        """A node becomes a seed, or is none any more; the last one stays, and the oldest of too many goes."""
        seeds = [seed for seed in self.seeds if seed != node]
        if node not in self.seeds:
            seeds = [*seeds, node][-_MOST_SEEDS:]
        self.seeds = seeds or [node]
        self.redraw()

    def again(self) -> None:
        self.lot += 1
        self.redraw()

    def go(self, hops: int) -> None:
        self.hop.value = min(max(self.hop.value + hops, 0), _HOPS)

    def redraw(self, upto: int | None = None) -> None:
        """Something has changed: the sample is drawn anew."""
        self.grown, self.said = [begin(self.seeds)], [""]
        if upto is not None and self.hop.value != upto:
            self.hop.value = upto  # shows it
        else:
            self.show()

    # What comes of it.

    def _grow_to(self, hop: int) -> str:
        """Draw on to this hop. What there is to say; a hop that fails is not shown."""
        while len(self.grown) <= hop:
            k, batch = len(self.grown), self.grown[-1]
            if not len(batch.fresh):  # nobody is new, so nobody is asked
                self.grown.append(batch._replace(sizes=(*batch.sizes, 0)))
                self.said.append("")
                continue
            lot = torch.Generator().manual_seed(_HOPS * self.lot + k)
            u = torch.rand(len(batch.fresh), self.fanouts[k - 1].value, generator=lot)
            grown, message = one_hop(batch, self.csr, u, self.draw, self.renumber)
            if grown is None:
                return message
            self.grown.append(grown)
            self.said.append(message)
        return self.said[hop]

    def _everyone(self, hop: int) -> int:
        """How many nodes there would be if nobody were left out."""
        reached = torch.zeros(self.graph.num_nodes, dtype=torch.bool)
        reached[self.seeds] = True
        sources, targets = self.graph.edge_index
        for _ in range(hop):
            reached = reached.index_fill(0, sources[reached[targets]], True)
        return int(reached.sum())

    # What is seen.

    def show(self) -> None:
        hop = self.hop.value
        message = self._grow_to(hop)
        last = len(self.grown) - 1
        if hop > last:  # it failed: the last good picture stays, and its hop
            self.hop.value = last
        else:
            batch = self.grown[hop]
            self._draw_large(batch)
            self._draw_small(batch)
            self.counts.value = self._table(hop)
        self.play.say(message)

    def _draw_large(self, batch: Batch) -> None:
        N = self.graph.num_nodes
        roles = [_ROLES[-1]] * N
        for node, hop in zip(batch.nodes.tolist(), _hops(batch), strict=True):
            roles[node] = _ROLES[hop]
        drawn = {*zip(*batch.edges.tolist(), strict=True)}
        every = [(i, j) for i, j in self.graph.edge_index.T.tolist()]
        strong = [e for e, edge in enumerate(every) if edge in drawn]
        fade, blank = self.faint.value, [n for n in range(N) if roles[n] == _ROLES[-1]]
        with self.large.hold_sync():
            self.large.draw(
                groups=roles, all_groups=_ROLES, inside=[str(node) for node in range(N)], below=False,
                strong=self.seeds, faint=blank if fade else [],
                strong_edges=strong, faint_edges={*range(len(every))} - {*strong} if fade else [],
                details=[self._inbox(batch, node) for node in range(N)],
                node_words=[f"{node}, {role}" for node, role in enumerate(roles)], words=self._words(batch),
            )  # fmt: skip
            self.large.fills = ["" if n in blank else fill for n, fill in enumerate(self.large.fills)]
            self.large.inks = ["" if n in blank else ink for n, ink in enumerate(self.large.inks)]
            self.large.legend = [entry for entry in self.large.legend if entry[1] != _ROLES[-1]]

    def _inbox(self, batch: Batch, node: int) -> str:
        indptr, indices = self.csr
        tellers = indices[indptr[node] : indptr[node + 1]].tolist()
        text = f"{len(tellers)} tell {node}: {', '.join(map(str, tellers))}." if tellers else ""
        text = text or f"Nobody tells {node}."
        heard = batch.edges[0, batch.edges[1] == node].tolist()
        return text + (f" Drawn: {', '.join(map(str, heard))}." if heard else "")

    def _draw_small(self, batch: Batch) -> None:
        """A row for each hop, the seeds at the foot: messages come down."""
        hops, graph = _hops(batch), Graph(batch.local, num_nodes=len(batch.nodes))
        numbers = [str(k) for k in range(len(hops))]
        width, height = _SIZE
        places, rows = [], [(hops.index(hop), size) for hop, size in enumerate(batch.sizes) if size]
        for k, hop in enumerate(hops):
            first, size = next(row for row in reversed(rows) if row[0] <= k)
            x = 30 + (width - 60) * (k - first + 0.5) / size
            y = height - 60 - hop * (height - 120) / _HOPS + 18 * ((k - first) % 2)  # edges in a row show
            places.append([round(x, 1), round(y, 1)])
        with self.small.hold_sync():
            self.small.radius = round(min(18.0, (width - 60) / max(batch.sizes) / 2 - 2), 1)
            self.small.positions = places
            self.small.draw(
                graph, groups=[_ROLES[hop] for hop in hops], all_groups=_ROLES, legend=False,
                inside=numbers, below=[str(node) for node in batch.nodes.tolist()],
                details=[self._small_inbox(batch, k) for k in range(len(hops))],
                node_words=[f"new number {k}, old {node}" for k, node in enumerate(batch.nodes.tolist())],
                words=f"The mini-batch: {len(hops)} nodes, {batch.local.size(1)} edges. "
                f"nodes: {batch.nodes.tolist()}. edge_index: {batch.local.tolist()}.",
            )  # fmt: skip

    def _small_inbox(self, batch: Batch, k: int) -> str:
        heard = batch.local[0, batch.local[1] == k].tolist()
        hears = ", ".join(map(str, heard)) or "nobody"
        return f"{k} is {int(batch.nodes[k])} in the large graph. In the batch it hears {hears}."

    def _words(self, batch: Batch) -> str:
        hop = len(batch.sizes) - 1
        drawn = "; ".join(f"{j} drew {i}" for i, j in batch.edges.T.tolist())
        words = f"Hop {hop} of {_HOPS}. Seeds: {', '.join(map(str, self.seeds))}."
        return f"{words} {drawn}." if drawn else words

    def _table(self, hop: int) -> str:
        """The batch after each hop, beside the bound of lesson 5 and beside the whole neighbourhood."""
        S, (first, second) = len(self.seeds), (fanout.value for fanout in self.fanouts)
        bounds = (S, S * (1 + first), S * (1 + first + first * second))
        rows = [f"hop {k}" if k else "seeds" for k in range(hop + 1)]
        cells = [
            [str(len(self.grown[k].nodes)), str(bounds[k]), str(self._everyone(k)),
             str(self.grown[k].edges.size(1))]
            for k in range(hop + 1)
        ]  # fmt: skip
        columns = ["nodes", "at most", "without sampling", "edges"]
        return table("How large the batch is", rows, columns, cells)


def _hops(batch: Batch) -> list[int]:
    """In which hop each node of the batch was found [n]."""
    return [hop for hop, size in enumerate(batch.sizes) for _ in range(size)]
