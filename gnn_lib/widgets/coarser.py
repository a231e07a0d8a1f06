"""A graph becomes a smaller one: SAGPool lets some nodes survive, DiffPool shares all out among clusters."""

from collections.abc import Callable
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import torch
from torch import Tensor

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.pool import dense_diff_pool
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import attempt
from gnn_lib.widgets.geometry import fit
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Playground, button, choice, control, slider

_SAG, _DIFF = "SAGPool: some nodes stay", "DiffPool: all are shared out"
_SIZE, _CLUSTERS = (420.0, 270.0), 2
_ENDS = torch.tensor([[0, 0, 1, 1], [0, 1, 0, 1]])  # between two clusters
_HINT = {
    _SAG: "Click a node to give it the feature 1, or 0. Point at one to see its score.",
    _DIFF: "Click a node to move its share: cluster 0, both, cluster 1.",
}


def play_coarser(
    sag_scores: Callable[..., Any] | None = None,
    coarsen: Callable[..., Any] | None = None,
    graph: Graph | None = None,
) -> Playground:
    """Choose who survives, or who goes to which cluster, and see the smaller graph beside the graph.

    sag_scores: your `sag_scores(x, edge_index, w_own, w_inbox)`; coarsen: your `coarsen(x, A, scores)`; None:
    the library's.
    """
    return _Coarser(sag_scores, coarsen, graph or barbell_graph(clique=5, bridge=0)).play


def _scores(x: Tensor, edge_index: Tensor, w_own: Tensor, w_inbox: Tensor) -> Tensor:
    inbox = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
    return torch.tanh(x @ w_own + inbox @ w_inbox)


def _coarsen(x: Tensor, A: Tensor, scores: Tensor) -> tuple[Tensor, Tensor]:
    pooled = dense_diff_pool(x, A, scores)
    return pooled.x[0], pooled.adjacency[0]


def _voice(label: str, value: float, handler: Callable[[], object]) -> Any:
    """A slider for a weight."""
    looks = {"description": label, "style": {"description_width": "initial"}}
    return control(ipywidgets.FloatSlider(value, min=-1.0, max=1.0, step=0.25, **looks), handler)


class _Coarser:
    """`x` [N] is 1 at some nodes; `lean` [N] says where a node's share goes: 1 to cluster 0, -1 to 1."""

    def __init__(self, sag: Callable[..., Any] | None, diff: Callable[..., Any] | None, graph: Graph) -> None:
        if graph.num_nodes < 2:
            raise ValueError(
                f"a smaller graph needs two nodes to begin with; this one has {graph.num_nodes}."
            )
        self.sag, self.diff, self.names = sag, diff, node_names(graph)
        self.graph = Graph(graph.edge_index, num_nodes=graph.num_nodes, pos=graph.pos, names=graph.names)
        self.clusters = Graph(_ENDS, num_nodes=_CLUSTERS, names=("cluster 0", "cluster 1"))
        self.view = GraphView(self.graph, size=_SIZE, zoomable=False)
        self.small = GraphView(self.graph, size=_SIZE, zoomable=False, movable=False, hint="What is left.")
        self.play = Playground("A smaller graph", [self.view, self.small])
        N = graph.num_nodes
        self.way = choice("way", [_SAG, _DIFF], self.show)
        self.stay = slider("stay", 1, N, self.show, value=N // 2)
        self.own = _voice("own voice", 0.5, self.show)
        self.inbox = _voice("neighbours' voice", 0.25, self.show)
        self.sure = slider("how sure", 0, 8, self.show, value=4)
        self.play.add_control(self.way, self.stay, self.own, self.inbox, self.sure)
        self.play.add_control(button("Start again", self.reset))
        self.view.on_click(self.turn)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        N = self.graph.num_nodes
        self.x = (torch.arange(N) == 0).float()
        self.lean = 1.0 - 2.0 * (torch.arange(N) % 2)  # every other one: no good clusters yet
        self.show()

    def turn(self, node: int) -> None:
        if self.way.value == _SAG:
            self.x[node] = 1 - self.x[node]
        else:
            self.lean[node] = {1.0: 0.0, 0.0: -1.0, -1.0: 1.0}[float(self.lean[node])]
        self.show()

    # What comes of it.

    def show(self) -> None:
        sag = self.way.value == _SAG
        for one in (self.stay, self.own, self.inbox):
            one.layout.display = None if sag else "none"
        self.sure.layout.display = "none" if sag else None
        self.view.hint = _HINT[self.way.value]
        self.play.say(self._survive() if sag else self._share())

    def _survive(self) -> str:
        weights = torch.tensor([[self.own.value], [self.inbox.value]])
        tried = attempt(
            self.sag, _scores, x=self.x[:, None], edge_index=self.graph.edge_index,
            w_own=weights[0], w_inbox=weights[1],
        )  # fmt: skip
        if tried.value is not None:
            kept = tried.value.sort(descending=True, stable=True).indices[: self.stay.value].sort().values
            self._draw_survivors(tried.value, set(kept.tolist()))
        return tried.message

    def _share(self) -> str:
        z = self.sure.value / 4 * torch.stack([self.lean, -self.lean], dim=1)
        A = to_dense(self.graph)
        tried = attempt(self.diff, _coarsen, x=torch.ones(len(A), 1), A=A, scores=z)
        if tried.values is not None:
            x, smaller = tried.values.values()
            self._draw_clusters(torch.softmax(z, dim=1), x[:, 0], smaller)
        return tried.message

    # What is seen.

    def _draw_survivors(self, score: Tensor, kept: set[int]) -> None:
        gone = [node for node in range(len(score)) if node not in kept]
        ends = self.graph.edge_index.T.tolist()
        cut = [e for e, (i, j) in enumerate(ends) if i not in kept or j not in kept]
        span = (-1.0 if bool((score < 0).any()) else 0.0, 1.0)
        names = ", ".join(self.names[node] for node in sorted(kept))
        left = len(ends) - len(cut)
        self.view.draw(
            values=score, value_range=span, strong=kept, details=self._scores_behind(score, kept),
            words=f"Scores of {len(score)} nodes. The {len(kept)} highest, with a ring, stay: {names}.",
        )  # fmt: skip
        gated = (score * self.x.double()).tolist()
        self._resize(
            self.graph, values=score, value_range=span, faint=gone, faint_edges=cut, legend=False,
            inside=["" if node in gone else number(value) for node, value in enumerate(gated)],
            details=[
                f"{name} is gone." if node in gone
                else f"{name} goes on with score times feature, {number(float(score[node]))} · "
                f"{number(float(self.x[node]))} = {number(gated[node])}."
                for node, name in enumerate(self.names)
            ],
            words=f"The smaller graph: {len(kept)} nodes, and {left} of {len(ends)} edges, those among them.",
        )  # fmt: skip

    def _scores_behind(self, score: Tensor, kept: set[int]) -> list[str]:
        own, voice = number(self.own.value), number(self.inbox.value)
        told, texts = self.graph.edge_index, []
        for node, name in enumerate(self.names):
            heard = self.x[told[0][told[1] == node]].tolist()
            text = f"{name}: own {own} · {number(float(self.x[node]))}"
            text += f"; inbox {voice} · ({arithmetic('sum', heard)})"
            fate = "It stays." if node in kept else "It goes."
            texts.append(f"{text}; tanh of both: {number(float(score[node]))}. {fate}")
        return texts

    def _draw_clusters(self, shares: Tensor, x: Tensor, A: Tensor) -> None:
        told = [f"{a:.0%} to cluster 0, {b:.0%} to cluster 1" for a, b in shares.tolist()]
        said = [f"{name}: {one}" for name, one in zip(self.names, told, strict=True)]
        self.view.draw(
            pies=shares, inside=False, below=True, details=[f"{one}." for one in said], node_words=said,
            words=f"Pies: how the nodes are shared out. {'; '.join(said)}.",
        )  # fmt: skip
        (a, b), (c, d) = A.tolist()
        terms = [arithmetic("sum", column) for column in shares.T.tolist()]
        self._resize(
            self.clusters, groups=self.clusters.names, edge_values=[a, b, c, d], legend=False,
            inside=[number(float(size)) for size in x], below=True,
            details=[f"Cluster {k} holds {terms[k]} nodes' shares." for k in range(_CLUSTERS)],
            edge_details=[
                f"A'[{i}, {j}] = {number(value)}: every edge, times the share of its start in {i} and of its "
                f"end in {j}." for (i, j), value in zip(_ENDS.T.tolist(), [a, b, c, d], strict=True)
            ],
            words=f"Two clusters with {number(float(x[0]))} and {number(float(x[1]))} nodes. Edges within: "
            f"{number(a)} and {number(d)}; from one to the other: {number(b)} and {number(c)}.",
        )  # fmt: skip

    def _resize(self, graph: Graph, **look: Any) -> None:
        """The picture beside it: another graph, maybe with other nodes, in one message."""
        places, radius, _ = fit(graph, size=_SIZE)
        if graph is self.clusters:  # space beside them for their loops
            places, radius = [(130.0, 130.0), (290.0, 130.0)], 26.0
        with self.small.hold_sync():
            self.small.radius, self.small.positions = radius, [list(point) for point in places]
            self.small.draw(graph, **look)
