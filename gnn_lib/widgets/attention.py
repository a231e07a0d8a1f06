"""Attention at work: scores, the bend and shares of each inbox, two heads side by side, GAT against GATv2."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.attention import softmax
from gnn_lib.describe import node_names
from gnn_lib.graph import Graph
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import Attempt, attempt
from gnn_lib.widgets.attention_heads import HEADS, SCORES, Head, sum_behind
from gnn_lib.widgets.geometry import fit
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Panel, Playground, button, choice, slider, table, tick

_STEPS = ("score, not bent", "score, bent by LeakyReLU", "share of the inbox")
_SLOPE = 0.2
_MOST_NODES, _MOST_LABELS = 8, 14  # edges with a number beside them
_SIZE, _AIR = (460.0, 330.0), 40.0  # pixels: of a picture, and around it, for the numbers of the loops
_STAND_IN = "<p>Until it runs, the scores are the library's.</p>"


def play_attention(
    scores: Callable[..., Any] | None = None,
    softmax: Callable[[Tensor, Tensor, int], Any] | None = None,
    v2_scores: Callable[..., Any] | None = None,
    graph: Graph | None = None,
) -> Playground:
    """From score to share in two heads; click a node to swap its two ratings, and see who listens now.

    scores: your `gat_scores(h, edge_index, a_dst, a_src, slope)`; softmax: your `inbox_softmax(scores,
    edge_index, num_nodes)`; v2_scores: your `v2_scores(x, edge_index, W_dst, W_src, a, slope)`; None: the
    library's. graph: up to 8 nodes with two features each.
    """
    return _Attention({"GAT": scores, "GATv2": v2_scores}, softmax, graph or _five()).play


def _five() -> Graph:
    """Five people, the comedy and the thriller rated by each; an edge leads from who tells to who hears."""
    edge_index = torch.tensor([[0, 0, 1, 2, 3, 4, 2, 0, 1], [1, 2, 2, 0, 2, 2, 4, 3, 4]])
    x = torch.tensor([[5.0, 1.0], [3.0, 5.0], [1.0, 3.0], [4.0, 2.0], [2.0, 5.0]])
    pos = torch.tensor([[-2.0, 1.2], [2.0, 1.2], [0.0, 0.1], [-1.6, -1.2], [1.6, -1.2]])
    return Graph(edge_index, x=x, pos=pos, names=("Ann", "Bob", "Cem", "Dee", "Eli"))


def _shares(scores: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
    return softmax(Adjacency(edge_index, num_nodes), scores[:, None])[:, 0]


def _placed(graph: Graph) -> dict[str, Any]:
    width, height = _SIZE
    places, radius, _ = fit(graph, size=(width - 2 * _AIR, height - _AIR))
    return dict(places=[(x + _AIR, y + 0.7 * _AIR) for x, y in places], radius=radius, size=_SIZE)


class _Attention:
    """`x` is what the nodes say now; `known` holds the scores that have been asked for."""

    def __init__(
        self, scores: dict[str, Callable[..., Any] | None], shares: Callable[..., Any] | None, graph: Graph
    ) -> None:
        if graph.x is None or graph.x.dim() != 2 or graph.x.size(1) != 2:
            got = "no x" if graph.x is None else f"x {list(graph.x.shape)}"
            raise ValueError(f"the heads compare two numbers of each node: x must be [N, 2]; got {got}.")
        if not 0 < graph.num_nodes <= _MOST_NODES:
            raise ValueError(f"graph has {graph.num_nodes} nodes; 1 to {_MOST_NODES} can be told apart here.")
        self.scores, self.shares, self.graph = scores, shares, graph
        self.names = node_names(graph)
        hint = "Click a node to swap its two ratings. Point at one to see its inbox."
        look: dict[str, Any] = dict(hint=hint, directed=True, zoomable=False)
        self.views = [GraphView(graph, **_placed(graph), **look) for _ in range(2)]
        self.ranks = Panel()
        self.play = Playground("Who listens to whom", self.views, [self.ranks])
        self.step = slider("step", 0, len(_STEPS) - 1, self.show, value=2)
        self.kind = choice("layer", list(HEADS), self.show)
        self.loops = tick("each hears itself", self.renew, value=True)
        self.everyone = tick("everyone hears everyone", self.renew)
        self.play.add_control(
            button("◀ Back", lambda: self.go(-1), "One step back"),
            button("Step ▶", lambda: self.go(1), "From the score to the share"),
            self.step, self.kind, self.loops, self.everyone, button("Start again", self.reset),
        )  # fmt: skip
        for view in self.views:
            view.on_click(self.swap)
        self.reset()

    # What a hand does.

    def reset(self) -> None:
        assert self.graph.x is not None
        self.x = self.graph.x.float()
        self.renew()

    def swap(self, node: int) -> None:
        self.x = self.x.clone()
        self.x[node] = self.x[node].flip(0)
        self.renew()

    def renew(self) -> None:
        """Something other than the step has changed: the scores are asked for anew."""
        self.known: dict[tuple[str, str, float], Attempt] = {}
        self.show()

    def go(self, steps: int) -> None:
        self.step.value = min(max(self.step.value + steps, 0), len(_STEPS) - 1)

    # What comes of it.

    def _edges(self) -> Tensor:
        nodes = torch.arange(len(self.names))
        edges = torch.cartesian_prod(nodes, nodes).T if self.everyone.value else self.graph.edge_index
        edges = edges[:, edges[0] != edges[1]]
        return torch.cat([edges, nodes.expand(2, -1)], dim=1) if self.loops.value else edges

    def _score(self, kind: str, head: Head, edges: Tensor, slope: float) -> tuple[Tensor, Tensor, str]:
        """Scores [E], where they are the library's [E], and a message; each worked out once."""
        key = (kind, head.name, slope)
        if key not in self.known:
            inputs: dict[str, Any] = dict(head.inputs(self.x, edges, slope))
            self.known[key] = attempt(self.scores[kind], SCORES[kind], **inputs)
        tried = self.known[key]
        if tried.value is None:
            return tried.ours, torch.ones_like(tried.ours, dtype=torch.bool), tried.message + _STAND_IN
        return tried.value, tried.agrees(), tried.message

    # What is seen.

    def show(self) -> None:
        edges, said = self._edges(), dict[str, None]()  # each message once
        graph = Graph(edges, num_nodes=len(self.names), pos=self.graph.pos, names=self.names)
        for which, (view, head) in enumerate(zip(self.views, HEADS[self.kind.value], strict=True)):
            messages, drawn = self._show_head(view, which, head, graph)
            said |= dict.fromkeys(messages)
            if not drawn:  # the shares failed: back to the last step that can be seen
                self.step.value = 1
                break
        said |= dict.fromkeys(self._show_ranks(edges))
        self.play.say("".join(said))

    def _show_head(self, view: GraphView, which: int, head: Head, graph: Graph) -> tuple[list[str], bool]:
        """Draw one head. What there is to say, and whether it could be drawn."""
        step, edges = self.step.value, graph.edge_index
        slope = _SLOPE if step else 1.0
        value, same, message = self._score(self.kind.value, head, edges, slope)
        said = [message]
        details = self._scores_behind(head, edges, slope, value, same)
        if step == 2:
            tried = attempt(
                self.shares, _shares, scores=value.float(), edge_index=edges, num_nodes=len(self.names)
            )
            said.append(tried.message)
            if tried.value is None:
                return said, False
            details = self._shares_behind(edges, value, tried.value, tried.agrees())
            value = tried.value
        labels = [number(one) for one in value.tolist()] if len(value) <= _MOST_LABELS else [""] * len(value)
        view.captions = [[_SIZE[0] / 2, 12, f"head {which}: {head.name}"]]
        view.draw(
            graph, inside=self._ratings(), below=True, edge_values=value, edge_labels=labels,
            edge_range=(0.0, 1.0) if step == 2 else None, details=details,
            edge_details=[f"{self.names[i]} -> {self.names[j]}: {number(one)}."
                          for (i, j), one in zip(edges.T.tolist(), value.tolist(), strict=True)],
            node_words=self._spoken(), words=self._words(which, head, edges, value),
        )  # fmt: skip
        return said, True

    def _ratings(self) -> list[str]:
        return [f"{number(comedy)}, {number(thriller)}" for comedy, thriller in self.x.tolist()]

    def _spoken(self) -> list[str]:
        return [f"{name}, rates {both}" for name, both in zip(self.names, self._ratings(), strict=True)]

    def _inboxes(self, edges: Tensor) -> list[list[int]]:
        """For each node, the ids of the edges that arrive."""
        return [(edges[1] == node).nonzero().flatten().tolist() for node in range(len(self.names))]

    def _teller(self, edges: Tensor, edge: int) -> str:
        source, target = edges[:, edge].tolist()
        return "itself" if source == target else self.names[source]

    def _scores_behind(
        self, head: Head, edges: Tensor, slope: float, value: Tensor, same: Tensor
    ) -> list[str]:
        texts = []
        for node, inbox in enumerate(self._inboxes(edges)):
            parts = []
            for edge in inbox:
                told = sum_behind(head, self.x, int(edges[0, edge]), node, slope)
                own = "" if same[edge] else f" (your function gives {number(float(value[edge]))})"
                parts.append(f"{self._teller(edges, edge)}: {told}{own}")
            texts.append(self._inbox_text(node, parts))
        return texts

    def _shares_behind(self, edges: Tensor, scores: Tensor, shares: Tensor, same: Tensor) -> list[str]:
        texts, right = [], _shares(scores, edges, len(self.names))
        for node, inbox in enumerate(self._inboxes(edges)):
            total = float(scores[inbox].exp().sum())
            parts = []
            for edge in inbox:
                told = f"e^{number(float(scores[edge]))} / {total:.4g} = {number(float(right[edge]))}"
                own = "" if same[edge] else f" (your function gives {number(float(shares[edge]))})"
                parts.append(f"{self._teller(edges, edge)}: {told}{own}")
            comedy = arithmetic("sum", self.x[edges[0, inbox], 0].tolist(), shares[inbox].tolist())
            texts.append(self._inbox_text(node, parts) + (f" Comedy: {comedy}." if inbox else ""))
        return texts

    def _inbox_text(self, node: int, parts: Sequence[str]) -> str:
        name = self.names[node]
        return f"{name} hears {'; '.join(parts)}." if parts else f"Nobody tells {name} anything."

    def _words(self, which: int, head: Head, edges: Tensor, value: Tensor) -> str:
        words = f"{self.kind.value}, head {which} {head.name}: {_STEPS[self.step.value]}."
        for name, inbox in zip(self.names, self._inboxes(edges), strict=True):
            told = ", ".join(f"{self._teller(edges, e)} {number(float(value[e]))}" for e in inbox) or "nobody"
            words += f" {name} hears {told}."
        return words

    def _show_ranks(self, edges: Tensor) -> list[str]:
        """Whom each listens to, the highest score first, in both kinds of layer."""
        said, columns, counts = list[str](), list[str](), list[str]()
        cells: list[list[str]] = [[] for _ in self.names]
        for kind, heads in HEADS.items():
            for which, head in enumerate(heads):
                value, _, message = self._score(kind, head, edges, _SLOPE)
                said.append(message)
                columns.append(f"{kind}, head {which}")
                for row, inbox in zip(cells, self._inboxes(edges), strict=True):
                    ranked = sorted((-round(float(value[e]), 4), int(edges[0, e])) for e in inbox)
                    row.append(", ".join(self.names[source] for _, source in ranked))
                counts.append(str(len({row[-1] for row in cells})))
        rows = self.names
        if self.everyone.value and self.loops.value:  # all hear the same: do they agree?
            rows, cells = (*rows, "different orders"), [*cells, counts]
        self.ranks.value = table("Whom each hears, the loudest first", rows, columns, cells)
        return said
