"""The first picture of the course that runs a learner's code: what will Cem make of the third film?"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gnn_lib.datasets import three_friends
from gnn_lib.plot.style import number
from gnn_lib.widgets.arithmetic import arithmetic
from gnn_lib.widgets.attempt import attempt
from gnn_lib.widgets.graph_view import GraphView
from gnn_lib.widgets.playground import Playground, button

_CEM, _MOST = 2, 5  # stars
_FIRST = (5.0, 1.0)  # what Ann and Bob give the film


def play_third_film(mean_rating: Callable[[Tensor], Any] | None = None) -> Playground:
    """Click Ann or Bob: one star more for the third film. What Cem expects is the mean of what he hears.

    mean_rating: your function of lesson 0, x [N, F] -> [F]; None: the library's.
    """
    graph = three_friends()
    hint = "Click Ann or Bob to give the film one star more. After 5 comes 1."
    view = GraphView(graph, size=(420.0, 250.0), hint=hint, zoomable=False)
    play = Playground("The third film", [view])
    stars = list(_FIRST)
    toward_cem = [edge for edge, (_, target) in enumerate(graph.edge_index.T.tolist()) if target == _CEM]

    def click(friend: int) -> None:
        if friend != _CEM:
            stars[friend] = stars[friend] % _MOST + 1
            view.send_messages(toward_cem)
            show()

    def again() -> None:
        stars[:] = _FIRST
        show()

    def show() -> None:
        tried = attempt(mean_rating, _mean, x=torch.tensor(stars)[:, None])
        play.say(tried.message)
        if tried.value is None:
            return  # the last good picture stays
        guess = float(tried.value[0])
        told = f"Cem hears Ann, Bob: {arithmetic('mean', stars)}."
        if not tried.agrees().all():
            told += f" Your function gives {number(guess)}."
        view.draw(
            values=[*stars, guess], value_range=(1, _MOST), strong=[_CEM], legend=False,
            faint_edges=[edge for edge in range(graph.num_edges) if edge not in toward_cem],
            details=[*(f"{name} gives the film {number(given)}."
                       for name, given in zip(("Ann", "Bob"), stars, strict=True)), told],
            words=f"Ann gives the third film {number(stars[0])}, Bob {number(stars[1])}. "
            f"Cem expects {number(guess)}.",
        )  # fmt: skip

    view.on_click(click)
    play.add_control(button("Start again", again))
    show()
    return play


def _mean(x: Tensor) -> Tensor:
    return x.mean(dim=0)
