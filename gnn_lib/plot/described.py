"""A picture with words: for those who can't see it, and where no picture is shown."""

import base64
import io
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure


class Described:
    """A finished picture and its text alternative. As a cell's last line it shows itself."""

    def __init__(self, figure: Figure, words: str) -> None:
        self.words = words
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=100, bbox_inches="tight", facecolor="white")
        self.png = file.getvalue()

    def __repr__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"image/png": base64.b64encode(self.png).decode(), "text/plain": self.words}
        return data, {"image/png": {"alt": self.words}}


def show(axes: Any, words: str) -> Described:
    """The picture that `axes` (one Axes, or an array or list of them) belong to, with its text alternative.

    `words` say what the picture shows to someone who can't see it: not "a graph", but what is to be seen.

    >>> from gnn_lib.datasets import three_friends
    >>> from gnn_lib.plot import draw_graph
    >>> show(draw_graph(three_friends()), "Ann tells Bob and Cem; Bob tells Cem; Cem tells Ann.")
    Ann tells Bob and Cem; Bob tells Cem; Cem tells Ann.
    """
    import matplotlib.pyplot as plt

    if not words.strip():
        raise ValueError("words must say what the picture shows; got an empty text.")
    first = axes if isinstance(axes, Axes) else next(iter(getattr(axes, "flat", axes)))
    figure = first.figure
    assert isinstance(figure, Figure)
    described = Described(figure, words)
    plt.close(figure)  # else Jupyter shows it a second time, without words
    return described
