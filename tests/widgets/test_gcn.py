"""The GCN playground: weights and steps are the layer's, or the learner's, and each says why."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.datasets import karate_club, path_abcd, pixel_grid, three_friends
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.layers import GCNConv
from gnn_lib.widgets import Playground, play_gcn
from tests.strategies import graphs


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def shown(play: Playground) -> Tensor:
    return torch.tensor([float(word) for word in play.views[0].inside], dtype=torch.float64)


@given(graphs(max_nodes=5), st.integers(-2, 2), st.integers(-2, 2))
def test_two_steps_are_the_librarys_layer(graph: Graph, first: int, second: int) -> None:
    """By another road: the layer that finds its own weights, on graphs without loops of their own."""
    bare = Graph(graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]], num_nodes=graph.num_nodes)
    x = torch.arange(1.0, graph.num_nodes + 1)[:, None]
    play = play_gcn(graph=bare.replace(x=x))
    control(play, "W of layer 1").value, control(play, "W of layer 2").value = first, second
    for step, W, relu in ((2, first, True), (4, second, False)):
        layer = GCNConv(1, 1)
        layer.load_state_dict({"lin.weight": torch.tensor([[float(W)]]), "bias": torch.zeros(1)})
        x = layer(x, bare.edge_index).detach()
        x = x.relu() if relu else x
        control(play, "step").value = step
        torch.testing.assert_close(shown(play), x.flatten().double(), rtol=0.06, atol=1e-6)  # short


def test_the_path_of_lesson_3_by_hand() -> None:
    play = play_gcn(graph=path_abcd())
    control(play, "Step ▶").click()
    assert play.views[0].inside[0] == "1.32"
    assert play.views[0].details[0] == "A hears B and itself: 0.41 · 2 + 0.5 · 1 = 1.32."
    assert play.views[0].edge_details[0] == "A -> B: 1 / √(2 · 3) = 0.41."


def test_a_directed_graph_counts_what_arrives() -> None:
    """The three friends: Ann 2, Bob 2, Cem 3 with their loops, as in the lesson's text."""
    play = play_gcn(graph=three_friends())
    view, matrix = play.views
    assert view.below == ["Ann, d = 2", "Bob, d = 2", "Cem, d = 3"]
    assert matrix.inside == ["0.5", "0.5", "0.41", "0", "0.5", "0.41", "0.41", "0", "0.33"]
    assert matrix.details[2] == "Ann -> Cem: 1 / √(2 · 3) = 0.41."
    assert matrix.details[3] == "Bob -> Ann: no edge, no weight."
    assert "add up to 0.91 at Ann, 1 at Bob, 1.15 at Cem." in play.words


def test_two_layers_reach_two_steps() -> None:
    """What the lesson's question asks: only A has something to say."""
    play = play_gcn()
    control(play, "start").value = "all 0"
    click(play, 0)
    control(play, "step").value = 4
    assert [value > 0 for value in shown(play).tolist()] == [True] * 4 + [False] * 2


def test_every_step_says_how_it_came_about() -> None:
    play = play_gcn()
    control(play, "W of layer 1").value = -1
    ahead, back = control(play, "Step ▶"), control(play, "◀ Back")
    said = [play.views[0].details[4]]
    for _ in range(2):
        ahead.click()
        said.append(play.views[0].details[4])
    assert said == [
        "E starts with -2.",
        "E hears D and itself: 0.35 · 2 + 0.5 · (-2) = -0.29.",
        "E gathered -0.29. Times W = -1: 0.29. ReLU keeps 0.29.",
    ]
    for _ in range(3):
        ahead.click()
    assert control(play, "step").value == 4
    html = play.children[-1].children[0].value
    assert html.count('scope="col"') == 5
    for _ in range(5):
        back.click()
    assert control(play, "step").value == 0
    click(play, 1)
    assert play.views[0].inside == ["3", "1", "1", "2", "-2", "4"]
    control(play, "Start again").click()
    assert play.views[0].inside == ["3", "0", "1", "2", "-2", "4"]


def test_an_image_is_a_graph_and_back() -> None:
    play = play_gcn(graph=pixel_grid())
    view = play.views[0]
    lines, words = len(view.edges), view.words
    assert lines == 72
    control(play, "as an image").value = True
    assert (view.shape, view.edges, view.words) == ("square", [], words)
    across = view.positions[1][0] - view.positions[0][0]
    assert view.radii == pytest.approx([across / 2] * 25, abs=0.1)  # they touch
    control(play, "start").value = "all 0"
    for pixel in (0, 12, 24, 24):  # the last is painted, and wiped
        click(play, pixel)
    control(play, "Step ▶").click()
    image = shown(play).view(5, 5)
    assert (image[0, 0].item(), image[2, 2].item(), image[4, 4].item()) == (0.25, 0.11, 0)
    assert image[1:4, 3].tolist() == image[3, 1:4].tolist() == [0.11] * 3  # no side is known
    control(play, "as an image").value = False
    assert (view.shape, len(view.edges)) == ("circle", lines)


def test_only_images_have_the_switch() -> None:
    for graph in (None, path_abcd(), karate_club()):
        labels = [one.description for one in play_gcn(graph=graph).controls.children]
        assert "as an image" not in labels


def test_the_lessons_own_functions_fit() -> None:
    exercises = load(3).exercises
    own = [exercises[name].answer for name in ("edge_weights", "GCNLayer")]  # type: ignore[union-attr]
    ours, theirs = play_gcn(), play_gcn(*own)
    for step in range(5):
        for play in (ours, theirs):
            control(play, "step").value = step
        assert theirs.views[0].details == ours.views[0].details
        assert theirs.words == ours.words
    assert theirs.message.value == ""


def test_wrong_weights_get_a_ring_and_the_layer_goes_on_with_them() -> None:
    def edge_weights(edge_index: Tensor, num_nodes: int) -> Tensor:
        return 1 / torch.bincount(edge_index[1])[edge_index[1]]  # a mean

    play = play_gcn(edge_weights, graph=three_friends())
    matrix = play.views[1]
    assert [k for k, mark in enumerate(matrix.marks) if mark == "strong"] == [2, 5, 6]
    assert matrix.details[2] == "Ann -> Cem: 1 / √(2 · 3) = 0.41. Your function gives 0.33."
    assert "3 edges have a ring" in play.words
    control(play, "Step ▶").click()
    assert play.views[0].inside == ["3", "4", "3"]
    assert play.message.value == ""


class Layer(nn.Module):
    """What the lesson hands out, without its forward."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin = nn.Linear(in_channels, out_channels, bias=False)
        self.bias = nn.Parameter(torch.zeros(out_channels))


def test_a_wrong_layer_moves_the_picture_and_the_sum_says_what_it_should_be() -> None:
    class GCNLayer(Layer):
        def forward(self, x: Tensor, edge_index: Tensor, weight: Tensor) -> Tensor:
            return self.lin(x) + 1

    play = play_gcn(layer=GCNLayer, graph=path_abcd())
    control(play, "Step ▶").click()
    assert play.views[0].inside == ["2", "3", "5", "9"]
    assert play.views[0].details[0] == "A hears B and itself: 0.41 · 2 + 0.5 · 1 = 1.32. Your layer gives 2."


@pytest.mark.parametrize(
    ("forward", "says"),
    [
        (lambda self, x, edge_index, weight: x[edge_index[0] + 9], "GCNLayer: crashed"),
        (lambda self, x, edge_index, weight: x[:2], "Your result is [2, 1]; here it has to be [6, 1]"),
        (lambda self, x, edge_index, weight: x / 0, "GCNLayer: not a number"),
    ],
)
def test_a_broken_layer_leaves_the_last_good_picture(forward: Any, says: str) -> None:
    play = play_gcn(layer=type("GCNLayer", (Layer,), {"forward": forward}))
    before = play.views[0].inside
    for _ in range(2):
        control(play, "Step ▶").click()
        assert says in play.message.value
        assert (control(play, "step").value, play.views[0].inside) == (0, before)


def test_broken_weights_are_told_and_the_librarys_stand_in() -> None:
    def edge_weights(edge_index: Tensor, num_nodes: int) -> Tensor:
        degree = torch.bincount(edge_index[0, :1], minlength=num_nodes)
        return (degree[edge_index[0]] * degree[edge_index[1]]) ** -0.5

    play, ours = play_gcn(edge_weights), play_gcn()
    control(play, "Step ▶").click()
    control(ours, "Step ▶").click()
    assert "holds inf" in play.message.value
    assert "Until it runs, the weights are the library's." in play.message.value
    assert play.words == ours.words


def test_stubs_say_that_this_is_the_librarys() -> None:
    def edge_weights(edge_index: Tensor, num_nodes: int) -> Tensor:
        raise NotImplementedError("edge_weights")

    play = play_gcn(edge_weights)
    assert "edge_weights: not written yet" in play.message.value
    assert "Until it runs" not in play.message.value
    assert play.views[1].inside[0] == "0.33"


def test_what_is_too_large_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="144 nodes"):
        play_gcn(graph=pixel_grid(12, 12))


def test_the_exercise_about_somebody_two_steps_away() -> None:
    """clicks_at_a: as many clicks at A as it takes at D to be as loud as E's one; the others fall short."""
    answer = load(3).exercises["clicks_at_a"].answer  # type: ignore[union-attr]

    def at_d(node: int, clicks: int) -> Any:
        play = play_gcn()
        control(play, "start").value = "all 0"
        for _ in range(clicks):
            click(play, node)
        control(play, "step").value = 4
        return play.views[0].inside[3]

    assert at_d(4, 1) == "0.27"
    assert [at_d(0, clicks) for clicks in range(1, 5)] == ["0.072", "0.14", "0.22", "0.29"]
    assert answer == 4
