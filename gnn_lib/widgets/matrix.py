"""A matrix whose cells can be pointed at and clicked: a GraphView without lines; its nodes are the cells."""

from collections.abc import Sequence
from typing import Any

import torch

from gnn_lib.graph import Graph
from gnn_lib.widgets.graph_view import GraphView

_LARGEST, _SMALLEST, _WIDTH = 34.0, 7.0, 330.0  # a cell's side, and how wide all of them may be
_NAMED = 20  # rows: with more, there is no space for their names


def matrix_view(rows: Sequence[str], columns: Sequence[str], **traits: Any) -> GraphView:
    """An empty matrix with these names; cell (i, j) is node i * len(columns) + j. Fill it with `draw`.

    `view.draw(values=A.flatten(), legend=False)` colours the cells and writes in them; where `on_click` says
    node, `divmod(node, len(columns))` is the row and the column.
    """
    n, m = len(rows), len(columns)
    side = min(_LARGEST, max(_SMALLEST, _WIDTH / max(n, m, 1)))
    named = max(n, m) <= _NAMED
    left = 12 + 7.5 * max(map(len, rows), default=0) if named else 4.0
    top = 24.0 if named else 4.0
    places = [(left + side * (j + 0.5), top + side * (i + 0.5)) for i in range(n) for j in range(m)]
    names = tuple(f"row {i}, column {j}" for i in rows for j in columns)
    traits.setdefault("hint", "Point at a cell.")
    view = GraphView(
        Graph(torch.empty(2, 0, dtype=torch.int64), num_nodes=n * m, names=names),
        places=places,
        radius=side / 2 - 1,
        size=(left + side * m + 4, top + side * n + 4),
        shape="square",
        movable=False,
        zoomable=False,
        **traits,
    )
    if named:
        heads = [[left + side * (j + 0.5), top - 11, name[:5]] for j, name in enumerate(columns)]
        view.captions = heads + [[left / 2, top + side * (i + 0.5), name] for i, name in enumerate(rows)]
    return view
