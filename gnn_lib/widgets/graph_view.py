"""A graph that can be touched: the one front-end piece that every playground is made of.

    view = GraphView(three_friends())               # drawn, with names; nodes can be dragged
    view.draw(values=x[:, 0], details=sums, words="Round 1: Cem holds 8.")
    view.on_click(lambda node: ...)                 # by mouse, finger or Enter

`draw` says all of how the graph looks now: what it isn't told goes back to plain. Only what has changed
travels to the page, in one message, and the picture moves there smoothly. The traits below are that
message: plain lists, one entry for each node [N] or for each line that is drawn [L]. They hold what is
seen, not what was computed, so that graph_view.js needs to know nothing about graphs.

What happens where: looks.py makes colours and words of values, geometry.py and paths.js say where lines
run, graph_view.js draws and listens, still.py draws the same for where no kernel runs.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets as t

from gnn_lib.describe import describe_graph, node_names
from gnn_lib.edges import is_undirected
from gnn_lib.graph import Graph
from gnn_lib.plot.edges import Route, plan
from gnn_lib.plot.style import OKABE_ITO, Values, to_row
from gnn_lib.widgets import looks
from gnn_lib.widgets.geometry import Point, fit
from gnn_lib.widgets.still import with_still
from gnn_lib.widgets.turns import in_turn

_HERE = Path(__file__).parent
_SCRIPTS = ("paths.js", "parts.js", "graph_view.js")  # one module, put together as it is read: no build
Handler = Callable[[int], object]


def _listed(help_: str, value: Iterable[Any] = ()) -> t.List[Any]:
    return t.List(list(value), help=help_).tag(sync=True)


class GraphView(anywidget.AnyWidget):
    """A graph, live in the page. Give it the graph, then `draw` how it looks.

    size: the picture's (width, height) in pixels; None: 560 wide, and as high as the layout wants.
    pos [N, 2]: where the nodes are; None: the graph's own, else a spring layout drawn with `seed`.
    places [N, 2] in pixels, with size and radius: a picture that is laid out already, such as a tree.
    directed: draw arrows; None: unless every edge has its reverse.
    """

    _esm = "".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = (_HERE / "graph_view.css").read_text(encoding="utf-8")

    words = t.Unicode(help="what the picture shows; read out when it changes").tag(sync=True)
    hint = t.Unicode("Point at a node.", help="stands below, before anything is pointed at").tag(sync=True)
    size = _listed("width and height")
    positions = _listed("[N] of [x, y], y down; dragging a node changes it")
    radii = _listed("[N] in pixels")
    fills = _listed('[N] colours; "" for that of the page')
    inks = _listed('[N] colours of the words inside; "" for grey')
    inside = _listed("[N] a short word in each node")
    below = _listed("[N] a word below each node")
    marks = _listed('[N] "", "strong" (a thick ring) or "faint"')
    pies = _listed("[N] shares of a pie in place of a colour, or []")
    pie_colours = _listed("of the pieces of a pie", [colour.lower() for colour in OKABE_ITO])
    node_words = _listed("[N] what a screen reader says of each node")
    details = _listed("[N] what stands below while a node is pointed at, or []")
    edges = _listed("[L] of [source, target, bow to the left, id of the edge]")
    widths = _listed("[L] in pixels")
    strengths = _listed("[L] from -1 to 1")
    signed = t.Bool(False, help="colour says whether a strength is below zero").tag(sync=True)
    edge_labels = _listed("[L] a number beside each line")
    edge_marks = _listed('[L] "", "strong" or "faint"')
    edge_details = _listed("[L] what stands below while a line is pointed at, or []")
    directed = t.Bool(True, help="lines have arrow heads").tag(sync=True)
    head = t.Float(9.0, help="the length of an arrow's head").tag(sync=True)
    captions = _listed("of [x, y, words]: words that belong to no node")
    legend = _listed("of [colour, what it means]")
    shape = t.Enum(("circle", "square"), "circle").tag(sync=True)
    movable = t.Bool(True, help="nodes can be dragged").tag(sync=True)
    zoomable = t.Bool(True).tag(sync=True)
    tells_hover = t.Bool(False, help="also send what is pointed at").tag(sync=True)

    def __init__(
        self,
        graph: Graph,
        *,
        pos: Values | None = None,
        places: Sequence[Point] | None = None,
        radius: float = 20.0,
        size: tuple[float, float] | None = None,
        directed: bool | None = None,
        seed: int = 0,
        **traits: Any,
    ) -> None:
        super().__init__(**traits)
        self.graph, self._directed = graph, directed
        self._planned: tuple[Graph, bool, list[Route]] | None = None
        self._handlers: dict[str, list[Handler]] = {}
        self.on_msg(self._hear)
        if places is None:
            places, radius, size = fit(graph, pos, seed, size)
        elif size is None:
            raise ValueError("places are in pixels: pass the size of the picture, too, as (width, height).")
        self.radius, self.size = radius, list(size)
        self.positions = [list(point) for point in places]
        self.draw()

    def draw(
        self,
        graph: Graph | None = None,
        *,
        values: Values | None = None,
        value_range: tuple[float, float] | None = None,
        groups: Any = None,
        all_groups: Iterable[Any] | None = None,
        pies: Values | None = None,
        inside: Any = None,
        below: Any = None,
        radii: Values | None = None,
        strong: Iterable[int] = (),
        faint: Iterable[int] = (),
        node_words: Any = None,
        details: Any = None,
        edge_values: Values | None = None,
        edge_range: tuple[float, float] | None = None,
        edge_labels: Any = None,
        strong_edges: Iterable[int] = (),
        faint_edges: Iterable[int] = (),
        edge_details: Any = None,
        legend: bool = True,
        words: str | None = None,
    ) -> None:
        """Show the graph (None: the same as before, in other colours) like this.

        values [N] with value_range, groups [N] with all_groups, edge_values [E] with edge_range: as for
        `gnn_lib.plot.draw_graph`. pies [N, K]: shares that add up to 1. inside, below [N]: words in and
        under the nodes (True: names; inside is the value or group, else the name; below the name, if
        it isn't inside). radii [N]: sizes, 1 is usual. strong, faint: ids of nodes to ring or to fade;
        strong_edges, faint_edges: ids of edges. details [N], edge_details [E]: the sum behind each.
        legend: say what the colours mean. words: what the picture shows. A graph with more or fewer nodes
        needs a new GraphView.
        """
        graph = self.graph if graph is None else graph
        N = graph.num_nodes
        if len(self.positions) != N:
            raise ValueError(
                f"this GraphView shows {len(self.positions)} nodes and the new graph has {N}. "
                "Make a new GraphView for it."
            )
        self.graph = graph
        names = node_names(graph)
        look = looks.nodes(N, values, value_range, groups, all_groups, blank=self.shape == "square")
        if self.shape == "square":  # cells touch: there is no space below
            below = False if below is None else below
            inside = look.inside if inside is None else inside
        inner, under = looks.node_labels(names, look, inside, below, self.radius)
        sizes = [1.0] * N if radii is None else to_row(radii, N, "radii", "node").tolist()
        state: dict[str, Any] = dict(
            words=describe_graph(graph) if words is None else words,
            fills=look.fills,
            inks=look.inks,
            inside=inner,
            below=under,
            legend=(look.legend if pies is None else looks.pie_legend(pies)) if legend else [],
            radii=[round(self.radius * share, 1) for share in sizes],
            marks=looks.marks(N, strong, faint, "node"),
            pies=[] if pies is None else looks.shares(pies, N),
            node_words=looks.spoken(names, look, node_words),
            details=[] if details is None else looks.to_words(details, N, "details", "node"),
        )
        state |= self._edge_state(
            graph, edge_values, edge_range, edge_labels, (strong_edges, faint_edges), edge_details
        )
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)

    def _edge_state(
        self,
        graph: Graph,
        values: Values | None,
        value_range: tuple[float, float] | None,
        labels: Any,
        marked: tuple[Iterable[int], Iterable[int]],
        details: Any,
    ) -> dict[str, Any]:
        """The traits of the lines: there are fewer than edges where one line stands for both directions."""
        E = graph.num_edges
        if self._planned is None or self._planned[0] is not graph:
            self._planned = graph, *self._plan(graph)
        _, directed, drawn = self._planned
        look = looks.edges(E, values, value_range)
        written = look.labels if labels is None else looks.to_words(labels, E, "edge_labels", "edge")
        marks = looks.marks(E, *marked, "edge")
        told = [] if details is None else looks.to_words(details, E, "edge_details", "edge")
        kept = [route.edge for route in drawn]
        return dict(
            directed=directed,
            signed=look.signed,
            edges=[[route.source, route.target, route.bow, route.edge] for route in drawn],
            widths=[look.widths[edge] for edge in kept],
            strengths=[look.strengths[edge] for edge in kept],
            edge_labels=[written[edge] for edge in kept],
            edge_marks=[marks[edge] for edge in kept],
            edge_details=[told[edge] for edge in kept] if told else [],
        )

    def _plan(self, graph: Graph) -> tuple[bool, list[Route]]:
        """Whether arrows are drawn, and along which routes."""
        directed = self._directed
        if directed is None:
            bare = Graph(graph.edge_index, num_nodes=graph.num_nodes)
            directed = not graph.num_edges or not is_undirected(bare)
        sources, targets = graph.edge_index.tolist()
        return directed, plan(sources, targets, directed)

    def send_messages(self, edges: Iterable[int] | None = None) -> None:
        """Let a dot run along these edges (ids; None: all), as a message does. Seen, not remembered."""
        wanted = None if edges is None else set(edges)
        lines = [line for line, edge in enumerate(self.edges) if wanted is None or edge[3] in wanted]
        self.send({"pulse": lines})

    def on_click(self, handler: Handler) -> None:
        """handler(node), when a node is clicked, tapped, or Enter pressed on it."""
        self._handlers.setdefault("click node", []).append(handler)

    def on_click_edge(self, handler: Handler) -> None:
        """handler(edge), with the edge's id, when its line is clicked."""
        self._handlers.setdefault("click edge", []).append(handler)

    def on_hover(self, handler: Handler) -> None:
        """handler(node), when a node is pointed at. `details` need no handler, and are there at once."""
        self.tells_hover = True
        self._handlers.setdefault("hover node", []).append(handler)

    def on_escape(self, handler: Handler) -> None:
        """handler(node), when Escape is pressed on a node."""
        self._handlers.setdefault("escape node", []).append(handler)

    def _hear(self, _: object, content: dict[str, Any], __: object) -> None:
        for kind in ("node", "edge"):
            known = self.graph.num_nodes if kind == "node" else self.graph.num_edges
            if isinstance(content.get(kind), int) and 0 <= content[kind] < known:
                for handler in self._handlers.get(f"{content.get('event')} {kind}", []):
                    in_turn(handler)(content[kind])

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), [self], self.words)
