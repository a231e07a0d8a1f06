"""A graph and its matrix side by side: change one, and see what the other, the edge list and A.T @ X say."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import three_friends
from gnn_lib.describe import describe_graph, node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.matrix import matrix_view
from gnn_lib.widgets.playground import Panel, Playground, button, table, tick

_MOST_NODES, _MOST_FEATURES = 12, 3


def play_adjacency(
    matrix_fn: Callable[[Tensor, int], Any] | None = None, graph: Graph | None = None
) -> Playground:
    """Click two nodes, or a cell of the matrix, to make an edge or to remove it; shuffle the numbers.

    matrix_fn: your `adjacency(edge_index, num_nodes)`; None: the library's. graph: up to 12 nodes; its
    first features are the X of A.T @ X.
    """
    return _Adjacency(matrix_fn, graph or three_friends()).play


def _dense(edge_index: Tensor, num_nodes: int) -> Tensor:
    return to_dense(Graph(edge_index, num_nodes=num_nodes))


class _Adjacency:
    """Nodes stay what and where they are; `new_id` says which number each has now."""

    def __init__(self, matrix_fn: Callable[[Tensor, int], Any] | None, graph: Graph) -> None:
        if graph.num_nodes > _MOST_NODES:
            raise ValueError(f"graph has {graph.num_nodes} nodes; up to {_MOST_NODES} can be edited by hand.")
        self.matrix_fn, self.start = matrix_fn, graph
        self.names = node_names(graph)
        x = torch.ones(graph.num_nodes, 1) if graph.x is None else graph.x
        self.x = x[:, :_MOST_FEATURES].double()
        self.lot = torch.Generator().manual_seed(0)
        self.view = GraphView(graph, directed=True)
        self.view.hint = "Click a node, then the one that it tells. Point at a node to see its sum."
        ids = [str(node) for node in range(graph.num_nodes)]
        self.matrix = matrix_view(ids, ids)
        self.matrix.hint = "Click a cell to make the edge or to remove it."
        self.edge_list, self.inbox = Panel(), Panel()
        panels = (self.edge_list, self.inbox)
        self.play = Playground("The graph and its matrix", [self.view, self.matrix], panels)
        self.both_ways = tick("both ways", lambda: None)
        self.play.add_control(
            button("Shuffle the numbers", self.shuffle, "Give every node a new number, drawn by lot"),
            button("Start again", self.reset),
            self.both_ways,
        )
        self.view.on_click(self.pick)
        self.view.on_escape(lambda _: self.drop())
        self.matrix.on_click(lambda cell: self.toggle(*(self.node(k) for k in divmod(cell, len(ids)))))
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        self.edges = [(int(i), int(j)) for i, j in self.start.edge_index.T.tolist()]
        self.new_id = list(range(self.start.num_nodes))
        self.picked: int | None = None
        self.show()

    def shuffle(self) -> None:
        """Another order than now, if there is one."""
        before = list(self.new_id)
        while self.new_id == before and len(before) > 1:
            self.new_id = torch.randperm(len(before), generator=self.lot).tolist()
        self.show()

    def pick(self, node: int) -> None:
        """The first click picks the source, the second the target; the same node twice is a self-loop."""
        if self.picked is None:
            self.picked = node
            self.show()
        else:
            self.toggle(self.picked, node)

    def drop(self) -> None:
        self.picked = None
        self.show()

    def toggle(self, source: int, target: int) -> None:
        there = (source, target) in self.edges
        pairs = {(source, target), (target, source)} if self.both_ways.value else {(source, target)}
        self.edges = [edge for edge in self.edges if edge not in pairs]
        if not there:
            self.edges += sorted(pairs, key=lambda pair: pair != (source, target))
        self.picked = None
        self.show()

    # What is seen.

    def node(self, number_: int) -> int:
        """The node that has this number now."""
        return self.new_id.index(number_)

    def show(self) -> None:
        N = len(self.names)
        edge_index = torch.tensor(self.edges, dtype=torch.int64).reshape(-1, 2).T
        renumbered = torch.tensor(self.new_id, dtype=torch.int64)[edge_index]
        tried = attempt(self.matrix_fn, _dense, edge_index=renumbered, num_nodes=N)
        order = [self.node(k) for k in range(N)]  # the node in row k
        self._show_graph(self.start.replace(
            edge_index=edge_index, edge_weight=None, edge_attr=None, edge_type=None, num_nodes=N
        ))  # fmt: skip
        self._show_edges(renumbered)
        self.play.say(tried.message)
        if tried.value is not None:
            self._show_matrix(tried.value, tried.ours, order)
            self._show_inbox(tried.value, order)

    def _show_graph(self, graph: Graph) -> None:
        picked = [] if self.picked is None else [self.picked]
        words = describe_graph(graph.replace(pos=None))
        if picked:
            words = f"{self.names[picked[0]]} is picked: click the node that it tells, or Escape. {words}"
        self.view.draw(
            graph, strong=picked, inside=[str(k) for k in self.new_id], below=self._own_names(),
            node_words=[f"{name}, number {k}" for name, k in zip(self.names, self.new_id, strict=True)],
            details=[self._sum_behind(node) for node in range(len(self.names))], words=words,
        )  # fmt: skip

    def _own_names(self) -> list[str]:
        return list(self.start.names or [""] * len(self.names))

    def _sum_behind(self, node: int) -> str:
        tellers = [i for i, j in self.edges if j == node]
        name = self.names[node]
        if not tellers:
            return f"Nobody tells {name} anything: the inbox adds up to 0."
        sums = "; ".join(arithmetic("sum", column) for column in self.x[tellers].T.tolist())
        return f"{name} hears {_list([self.names[i] for i in tellers])}: {sums}"

    def _show_matrix(self, A: Tensor, ours: Tensor, order: list[int]) -> None:
        """Cells that are not the library's get a ring."""
        details, wrong = [], []
        for cell, value in enumerate(A.flatten().tolist()):
            i, j = divmod(cell, len(order))
            right = ours[i, j].item()
            source, target = self.names[order[i]], self.names[order[j]]
            times = {0: "does not tell", 1: "tells"}.get(int(right), f"tells {number(right)} times")
            details.append(f"A[{i}, {j}] = {number(value)}. {source} {times} {target}.")
            if value != right:
                wrong.append(cell)
                details[-1] += f" So it should be {number(right)}."
        lines = [f"row {i}: {' '.join(map(number, row))}" for i, row in enumerate(A.tolist())]
        words = f"The adjacency matrix, {len(order)} by {len(order)}. " + "; ".join(lines) + "."
        if wrong:
            words += f" {len(wrong)} cells have a ring: there your function differs from the library's."
        low, high = (min(0.0, A.min().item()), max(1.0, A.max().item())) if A.numel() else (0.0, 1.0)
        spoken = [detail.partition(". So")[0] for detail in details]
        self.matrix.draw(
            values=A.flatten(), value_range=(low, high), strong=wrong, details=details, node_words=spoken,
            legend=False, words=words,
        )  # fmt: skip

    def _show_edges(self, edge_index: Tensor) -> None:
        cells = [[str(node) for node in row] for row in edge_index.tolist()]
        columns = [f"edge {e}" for e in range(len(self.edges))]
        self.edge_list.value = table("The edge list: edge_index", ["source", "target"], columns, cells)

    def _show_inbox(self, A: Tensor, order: list[int]) -> None:
        x = self.x[order]
        inbox = A.T @ x
        rows = [f"{k} {self.names[node]}" if self.start.names else str(k) for k, node in enumerate(order)]
        columns = [*(f"X {k}" for k in range(x.size(1))), *(f"A.T @ X {k}" for k in range(x.size(1)))]
        cells = [[number(value) for value in row] for row in torch.cat([x, inbox], dim=1).tolist()]
        self.inbox.value = table("What each node has, and what arrives", rows, columns, cells)


def _list(names: list[str]) -> str:
    """Ann, Bob and Cem."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
