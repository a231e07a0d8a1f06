"""What all playgrounds share: a place for pictures, controls, tables, and for what there is to say.

How to write one, in a page. A playground is a function `play_...(function=None, ...)`, in a file of its
own, that returns a Playground. Ours is the default; a learner's function is only ever called by `attempt`:

    def play_sums(summary: Callable[..., Tensor] | None = None) -> Playground:
        graph = three_friends()
        view = GraphView(graph, hint="Point at a node to see its sum.")
        play = Playground("Sums", [view])

        def show() -> None:
            tried = attempt(summary, sum_of_inbox, x=graph.x, edge_index=graph.edge_index)
            play.say(tried.message)                  # "" clears it
            if tried.value is not None:              # else the last good picture stays
                view.draw(values=tried.value[:, 0], details=..., words="Cem holds 8, ...")

        play.add_control(button("Again", show))
        view.on_click(lambda node: ...)
        show()
        return play

- State lives in plain variables or a small class; every control changes the state and calls `show`, which
  draws all of it. Handlers take turns, whatever thread they come from. So nothing can get out of step.
- `details` are one sentence for each node (`arithmetic` writes the sum). They travel with the picture and
  are there at once, also when the kernel is busy or gone.
- `words` say what the picture shows to someone who can't see it. They are read out when they change.
- Tables are `table(...)` in a Panel; a matrix to be clicked is `matrix_view(...)`.
- As a cell's last line a playground shows itself; where no kernel runs, its views stand there as a still.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets  # type: ignore[import-untyped]

from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.still import still, with_still
from gnn_lib.widgets.turns import in_turn

Cells = Sequence[Sequence[str]]
_TIGHT = {"description_width": "initial"}  # no more space for a label than it needs
_CSS = Path(__file__).with_name("playground.css").read_text(encoding="utf-8")


class Playground(ipywidgets.VBox):  # type: ignore[misc]
    """Views side by side; below them the controls, what there is to say, and panels of words and tables.

    What is said stands below the picture, so that the picture stays where it is under the hand.
    """

    def __init__(self, title: str, views: Sequence[GraphView], panels: Iterable["Panel"] = ()) -> None:
        self.views = list(views)
        self.message = Panel()
        self.controls = _row([])
        for view in self.views:
            width = view.size[0]
            view.layout = ipywidgets.Layout(flex=f"1 1 {0.7 * width:.0f}px", max_width=f"{1.2 * width:.0f}px")
        head = Panel(f"<style>{_CSS}</style><h4>{escape(title)}</h4>")
        self._panels = _row(panels)
        super().__init__([head, _row(self.views), self.controls, self.message, self._panels])
        self.add_class("gnn-play")

    def say(self, message: str) -> None:
        """HTML for the message area: `Attempt.message`, or an empty text."""
        self.message.value = message

    def add_control(self, *controls: ipywidgets.Widget) -> None:
        self.controls.children = (*self.controls.children, *controls)

    @property
    def words(self) -> str:
        return " ".join(view.words for view in self.views)

    def still(self) -> str:
        """The picture that stands where no kernel runs, as SVG."""
        return still(self.views, self.words)

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return with_still(super()._repr_mimebundle_(**kwargs), self.views, self.words)


class Panel(ipywidgets.HTML):  # type: ignore[misc]
    """A piece of HTML beside the picture: set its `value`."""

    def __init__(self, value: str = "") -> None:
        super().__init__(value)
        self.add_class("gnn-panel")


def button(label: str, handler: Callable[[], object], tooltip: str = "") -> ipywidgets.Button:
    made = ipywidgets.Button(description=label, tooltip=tooltip or label, layout={"width": "auto"})
    made.on_click(in_turn(lambda _: handler()))
    return made


def control(widget: ipywidgets.Widget, handler: Callable[[], object]) -> ipywidgets.Widget:
    """Any ipywidget with a `value`: the handler is called when it changes."""
    widget.observe(in_turn(lambda _: handler()), "value")
    return widget


def choice(
    label: str, options: Sequence[str], handler: Callable[[], object], value: str | None = None
) -> ipywidgets.Dropdown:
    """One of the options; at first `value`, or the first of them."""
    looks = {"layout": {"width": "auto"}, "style": _TIGHT, "value": options[0] if value is None else value}
    return control(ipywidgets.Dropdown(options=list(options), description=label, **looks), handler)


def tick(label: str, handler: Callable[[], object], value: bool = False) -> ipywidgets.Checkbox:
    box = ipywidgets.Checkbox(value, description=label, indent=False, layout={"width": "auto"})
    return control(box, handler)


def slider(label: str, least: int, most: int, handler: Callable[[], object], value: int = 0) -> Any:
    return control(ipywidgets.IntSlider(value, least, most, description=label, style=_TIGHT), handler)


def table(
    caption: str, rows: Sequence[str], columns: Sequence[str], cells: Cells, strong: Iterable[Any] = ()
) -> str:
    """An HTML table with headers for rows and columns; strong: the (row, column) pairs to point out."""
    marked = set(strong)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = ""
    for i, (name, row) in enumerate(zip(rows, cells, strict=True)):
        shown = "".join(
            f'<td class="gnn-strong"><strong>{escape(cell)}</strong></td>' if (i, j) in marked
            else f"<td>{escape(cell)}</td>"
            for j, cell in enumerate(row)
        )  # fmt: skip
        body += f'<tr><th scope="row">{escape(name)}</th>{shown}</tr>'
    return (
        f'<div class="gnn-scroll" tabindex="0" role="group" aria-label="{escape(caption, quote=True)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr><td></td>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(children: Iterable[ipywidgets.Widget]) -> ipywidgets.Box:
    layout = {"display": "flex", "flex_flow": "row wrap", "align_items": "flex-start", "grid_gap": "4px 20px"}
    return ipywidgets.Box(list(children), layout=layout)
