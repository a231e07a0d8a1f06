"""The over-smoothing playground: values and curve are what the library's layers and thermometer give."""

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn_lib.datasets import karate_club, path_abcd, three_friends
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.layers.regularize import PairNorm
from gnn_lib.smoothing import dirichlet_energy
from gnn_lib.widgets import Playground, play_smoothing
from tests.strategies import graphs

REMEDIES = ("residual", "PairNorm", "DropEdge", "jumping knowledge")


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int, view: int = 0) -> None:
    play.views[view]._hear(None, {"event": "click", "node": node}, None)


def gathering(graph: Graph) -> torch.Tensor:
    """S.T by another road: dense matrices."""
    N = graph.num_nodes
    A = torch.eye(N, dtype=torch.float64)
    A.index_put_(tuple(graph.edge_index), torch.ones(graph.num_edges, dtype=torch.float64), accumulate=True)
    scale = A.sum(0).rsqrt()
    return (scale[:, None] * A * scale).T


def shares(play: Playground) -> list[float]:
    """Energy / size at every layer, as the points of the curve say it."""
    K = play.views[1].graph.num_nodes // 2
    return [float(words.split(": ")[1]) for words in play.views[1].node_words[:K]]


@settings(max_examples=40, deadline=None)
@given(graphs(max_nodes=6), st.sets(st.sampled_from(["residual", "PairNorm"])), st.integers(0, 5))
def test_values_and_curve_are_the_librarys(graph: Graph, remedies: set[str], layers: int) -> None:
    play = play_smoothing(graph=Graph(graph.edge_index, num_nodes=graph.num_nodes), depth=5)
    control(play, "start").value = "random numbers"
    for name in remedies:
        control(play, name).value = True
    control(play, "layers").value = layers
    h = torch.rand(graph.num_nodes, generator=torch.Generator().manual_seed(0)).double()[:, None]
    curve = []
    for k in range(6):
        if k == layers:
            shown = torch.tensor([float(word) for word in play.views[0].inside])
            torch.testing.assert_close(shown, h.flatten().float(), rtol=0.06, atol=1e-3)  # written short
        size = float(h.square().sum())
        curve.append(float(dirichlet_energy(h, graph.edge_index)) / size if size else 0.0)
        new = gathering(graph) @ h
        new = (h + new) / 2 if "residual" in remedies else new
        h = PairNorm(eps=1e-6)(new) if "PairNorm" in remedies else new
    torch.testing.assert_close(torch.tensor(shares(play)), torch.tensor(curve), rtol=0.06, atol=1e-9)


def test_the_club_forgets_and_each_remedy_keeps_more() -> None:
    play = play_smoothing()
    assert "the two sides" in control(play, "start").options
    plain = shares(play)
    assert plain == sorted(plain, reverse=True)
    for name in REMEDIES:
        control(play, name).value = True
        assert shares(play)[-1] > 3 * plain[-1], name
        assert f"without remedies {plain[-1]:.2g}." in play.words
        control(play, name).value = False
    assert shares(play) == plain


def test_pair_norm_brings_the_two_sides_back() -> None:
    """Purple on one side, orange on the other: above and below zero, for nine in ten of the members."""
    play = play_smoothing()
    control(play, "PairNorm").value = True
    control(play, "layers").value = 32
    warm = [int(fill[1:3], 16) > int(fill[5:], 16) for fill in play.views[0].fills]
    sides = karate_club().y
    assert sides is not None
    assert abs(sum(a == bool(b) for a, b in zip(warm, sides.tolist(), strict=True)) - 17) >= 14


def test_with_a_residual_it_takes_twice_as_many_layers() -> None:
    """What the exercise how_much_deeper asks: read off the points, which say both curves."""
    answer = load(7).exercises["how_much_deeper"].answer  # type: ignore[union-attr]
    play = play_smoothing()
    assert control(play, "start").value == "the two sides"
    control(play, "residual").value = True
    both = re.compile(r"is (\S+); without remedies, (\S+)\.$")
    told = [both.findall(words)[0] for words in play.views[1].details[:33]]
    first = [next(k for k, pair in enumerate(told) if float(pair[which]) < 0.003) for which in (1, 0)]
    assert tuple(first) == answer
    around = [told[k][which] for which, k in ((1, 14), (1, 15), (0, 30), (0, 31))]
    assert around == ["0.0035", "0.0028", "0.0031", "0.0028"]  # no doubt, as it is written


def test_what_the_exit_sees_of_all_layers_keeps_the_first() -> None:
    play = play_smoothing(graph=path_abcd(), depth=4)
    control(play, "start").value = "a 1 where I click"
    control(play, "jumping knowledge").value = True
    control(play, "layers").value = 1
    h = torch.tensor([1.0, 0, 0, 0], dtype=torch.float64)
    mean = (h + gathering(path_abcd()) @ h) / 2
    shown = [float(word) for word in play.views[0].inside]
    assert shown == pytest.approx(mean.tolist(), rel=0.06)
    assert (
        play.views[0].details[0].endswith("The exit also sees the 1 layers before; their mean is the colour.")
    )


def test_dropped_edges_fade_and_carry_nothing() -> None:
    play = play_smoothing(depth=3)
    control(play, "DropEdge").value = True
    control(play, "layers").value = 1
    first = list(play.views[0].edge_marks)
    assert 5 < first.count("faint") < 40  # both directions: a quarter of 78
    control(play, "layers").value = 2
    assert play.views[0].edge_marks != first
    control(play, "layers").value = 1
    assert play.views[0].edge_marks == first
    control(play, "Other coins").click()
    assert play.views[0].edge_marks != first


def test_hands() -> None:
    play = play_smoothing(graph=three_friends(), depth=3)
    ahead, back, layers = (control(play, name) for name in ("Deeper ▶", "◀ Back", "layers"))
    back.click()
    assert layers.value == 0
    for _ in range(4):
        ahead.click()
    assert layers.value == 3
    click(play, 1, view=1)
    assert (layers.value, play.views[1].marks[1]) == (1, "strong")
    click(play, 4, view=1)  # on the curve beside it
    assert layers.value == 0
    click(play, 2)
    assert control(play, "start").value == "a 1 where I click"
    assert play.views[0].inside == ["0", "0", "1"]
    click(play, 1)
    assert (play.views[0].inside, play.views[0].marks[1]) == (["0", "1", "0"], "strong")


def test_the_sum_behind_the_node_is_written_out() -> None:
    play = play_smoothing(graph=path_abcd(), depth=2)
    control(play, "start").value = "a 1 where I click"
    assert play.views[0].details[0] == "A starts with 1."
    control(play, "layers").value = 1
    assert play.views[0].details[0] == "A gathers 0.41 · 0 + 0.5 · 1 = 0.5."
    control(play, "residual").value = True
    half = "A gathers 0.41 · 0 + 0.5 · 1 = 0.5. Halfway between that and its own 1. It holds 0.75."
    assert play.views[0].details[0] == half


def test_the_lessons_own_answers_fit() -> None:
    names = ("dirichlet_energy", "drop_edge", "pair_norm", "jump")
    own = [load(7).exercises[name].answer for name in names]  # type: ignore[union-attr]
    ours, theirs = play_smoothing(depth=8), play_smoothing(*own, depth=8)
    for remedy in REMEDIES:
        for play in (ours, theirs):
            control(play, remedy).value = True
        assert shares(theirs) == pytest.approx(shares(ours), rel=0.1)
        assert theirs.views[0].edge_marks == ours.views[0].edge_marks
        assert theirs.message.value == ""
        for play in (ours, theirs):
            control(play, remedy).value = False


def test_a_broken_function_shows_its_line_and_the_last_good_picture() -> None:
    def pair_norm(x: Any, scale: Any) -> Any:
        return scale * x / x.std(1, keepdim=True)

    def drop_edge(edge_index: Any, coins: Any, p: Any) -> Any:
        return edge_index[coins >= p]

    def energy(x: Any, edge_index: Any) -> Any:
        return (x[edge_index[0]] - x[edge_index[1]]).square().sum(1)

    play = play_smoothing(None, drop_edge, pair_norm, depth=4)
    before = shares(play), play.views[0].fills
    control(play, "PairNorm").value = True
    assert "pair_norm: not a number" in play.message.value
    assert (shares(play), play.views[0].fills) == before
    control(play, "PairNorm").value = False
    assert play.message.value == ""
    control(play, "DropEdge").value = True
    assert "return edge_index[coins &gt;= p]" in play.message.value
    assert (shares(play), play.views[0].fills) == before
    broken = play_smoothing(energy, depth=4)
    assert "energy: another shape" in broken.message.value
    assert shares(broken) == before[0]


def test_a_stub_says_that_this_is_the_librarys() -> None:
    def dirichlet_energy(x: Any, edge_index: Any) -> Any:
        raise NotImplementedError("dirichlet_energy")

    play = play_smoothing(dirichlet_energy, depth=4)
    assert "dirichlet_energy: not written yet" in play.message.value
    assert shares(play) == shares(play_smoothing(depth=4))


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ValueError, match="got 3 and 0"):
        play_smoothing(graph=three_friends(), depth=0)
