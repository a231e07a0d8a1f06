"""Embeddings [N, F] on a plane: by PCA, which keeps what varies most, or by t-SNE."""

from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes

from gnn_lib.plot.labels import write_beside
from gnn_lib.plot.style import (
    AREA,
    LINE,
    NEUTRAL,
    SMALL,
    Floats,
    Values,
    category_style,
    draw_legend,
    new_axes,
    plain,
    tidy,
    to_array,
    to_list,
)
from gnn_lib.validate import check_choice


def draw_embeddings(
    z: Values,
    *,
    groups: Any = None,
    names: Any = None,
    method: Literal["pca", "tsne"] = "pca",
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Each row of z [N, F] as a point; nodes whose embeddings are alike lie together.

    groups [N]: shown as colour and shape. names [N]: written beside the points; None: none.
    method: "pca" is linear and exact about what it shows; "tsne" (scikit-learn's) keeps neighbours
    together, but distances between clusters mean little, and another `seed` gives another picture.
    """
    check_choice(method, ("pca", "tsne"), "method")
    rows = to_array(z, "z")
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"z must be [N, F] with at least one row and column, got {list(rows.shape)}.")
    points, labels = _pca(rows) if method == "pca" else _tsne(rows, seed)
    members = ["" for _ in rows] if groups is None else to_list(groups, len(rows), "groups", "row of z")
    ax = new_axes(ax)
    _scatter(ax, points, members, legend=groups is not None)
    tidy(ax, *labels)
    ax.margins(0.08)
    if names is not None:
        words = [plain(word) for word in to_list(names, len(rows), "names", "row of z")]
        write_beside(ax, points, words, radius=3.5, fontsize=SMALL)
    return ax


def _scatter(ax: Axes, points: Floats, members: list[Any], legend: bool) -> None:
    """A colour and a marker for each group; smaller points where there are many."""
    size = float(np.clip(3000 / len(points), 9, 60))
    for group, (colour, marker) in category_style(members).items():
        x, y = points[[member == group for member in members]].T
        ax.scatter(
            x, y, size * AREA[marker], colour if legend else NEUTRAL,
            marker=marker, edgecolors=LINE, linewidths=0.6 if size > 20 else 0.25,
        )
    if legend:
        draw_legend(ax, category_style(members))


def _pca(rows: Floats) -> tuple[Floats, tuple[str, str]]:
    """The two directions of greatest variance, and how much of it each holds."""
    centred = rows - rows.mean(0)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    # A direction's sign is arbitrary: its largest entry is made positive, so that a rerun looks the same.
    largest = np.abs(directions).argmax(1)
    directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]
    points = np.zeros((len(rows), 2))
    points[:, : len(directions[:2])] = centred @ directions[:2].T
    share = np.zeros(2)
    share[: len(singular[:2])] = singular[:2] ** 2 / max((singular**2).sum(), 1e-300)
    first, second = (f"component {k + 1} ({share[k]:.0%} of the variance)" for k in (0, 1))
    return points, (first, second)


def _tsne(rows: Floats, seed: int) -> tuple[Floats, tuple[str, str]]:
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise ImportError('method="tsne" needs scikit-learn: install it, or use method="pca".') from error
    if len(rows) < 4:
        raise ValueError(f'method="tsne" needs at least 4 rows, got {len(rows)}. Use "pca".')
    perplexity = min(30.0, (len(rows) - 1) / 3)
    start = "pca" if rows.shape[1] > 1 else "random"
    points = TSNE(2, perplexity=perplexity, init=start, random_state=seed).fit_transform(rows)
    return np.asarray(points, dtype=np.float64), ("t-SNE 1", "t-SNE 2")
