"""The attention playground: scores and shares are the layers', or the learner's, and each says why."""

import math
import re
from typing import Any

import pytest
import torch
from hypothesis import given
from torch import Tensor

from gnn_lib.datasets import path_abcd, three_friends, tricky_graph
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.layers import GATConv, GATv2Conv
from gnn_lib.widgets import Playground, play_attention
from gnn_lib.widgets.attention_heads import HEADS
from tests.strategies import graphs


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def labels(play: Playground, head: int) -> list[str]:
    """The numbers on the lines, as they are said: also where there are too many to be drawn."""
    return [text.rsplit(": ", 1)[1].removesuffix(".") for text in play.views[head].edge_details]


def ranks(play: Playground) -> str:
    return str(play.children[-1].children[0].value)


def library(kind: str, which: int) -> torch.nn.Module:
    """The library's layer with the weights of a head."""
    weights = HEADS[kind][which].weights
    if kind == "GAT":
        state = {"lin.weight": torch.eye(2), "bias": torch.zeros(2)}
        state |= {"att_src": weights["a_src"].view(1, 1, 2), "att_dst": weights["a_dst"].view(1, 1, 2)}
        layer: torch.nn.Module = GATConv(2, 2)
    else:
        state = {"lin_l.weight": weights["W_src"].T, "lin_r.weight": weights["W_dst"].T}
        state |= {name: torch.zeros(2) for name in ("bias", "lin_l.bias", "lin_r.bias")}
        state["att"] = weights["a"].view(1, 1, 2)
        layer = GATv2Conv(2, 2)
    layer.load_state_dict(state)
    return layer


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@given(graph=graphs(max_nodes=5))
def test_the_shares_are_the_layers(kind: str, graph: Graph) -> None:
    bare = Graph(graph.edge_index[:, graph.edge_index[0] != graph.edge_index[1]], num_nodes=graph.num_nodes)
    x = torch.stack([torch.arange(graph.num_nodes), torch.arange(graph.num_nodes) ** 2 % 5], dim=1).float()
    play = play_attention(graph=bare.replace(x=x))
    control(play, "layer").value = kind
    for head in (0, 1):
        _, (edges, alpha) = library(kind, head)(x, bare.edge_index, return_attention_weights=True)
        assert [edge[3] for edge in play.views[head].edges] == list(range(edges.size(1)))
        shown = torch.tensor([float(word) for word in labels(play, head)])
        torch.testing.assert_close(shown, alpha.detach()[:, 0], rtol=0.06, atol=1e-6)  # written short


def test_the_numbers_of_lesson_4_by_hand() -> None:
    """Scores -1, -3, 3, 7; bent -0.2 and -0.6; then shares."""
    play = play_attention(graph=three_friends())
    control(play, "each hears itself").value = False
    control(play, "step").value = 0
    assert labels(play, 0) == ["-1", "-3", "3", "7"]
    assert play.views[0].details[2] == "Cem hears Ann: 1 + (-4) = -3; Bob: 1 + 2 = 3."
    control(play, "Step ▶").click()
    assert labels(play, 0) == ["-0.2", "-0.6", "3", "7"]
    assert play.views[0].details[2] == "Cem hears Ann: 1 + (-4) = -3, bent to -0.6; Bob: 1 + 2 = 3."
    control(play, "Step ▶").click()
    assert labels(play, 0) == ["1", "0.027", "0.97", "1"]
    told = "Cem hears Ann: e^-0.6 / 20.63 = 0.027; Bob: e^3 / 20.63 = 0.97."
    assert play.views[0].details[2].startswith(told)
    control(play, "Step ▶").click()
    control(play, "◀ Back").click()
    assert control(play, "step").value == 1


def test_a_click_swaps_the_ratings_and_who_hears_listens_anew() -> None:
    play = play_attention(graph=three_friends())
    before = play.views[0].details
    click(play, 0)
    after = play.views[0].details
    assert play.views[0].inside[0] == play.views[1].inside[0] == "1, 5"
    assert [old != new for old, new in zip(before, after, strict=True)] == [True, True, True]
    control(play, "Start again").click()
    assert play.views[0].details == before
    click(play, 1)
    changed = [old != new for old, new in zip(before, play.views[0].details, strict=True)]
    assert changed == [False, True, True]  # Bob tells Cem, and himself, and not Ann


def test_gat_has_one_order_for_all_and_gatv2_has_not() -> None:
    play = play_attention()
    assert "different orders" not in ranks(play)
    control(play, "everyone hears everyone").value = True
    row = ranks(play).partition("different orders")[2]
    assert [word.partition("<")[0] for word in row.split("<td>")[1:]] == ["1", "1", "4", "4"]
    assert len(play.views[0].edges) == 25
    control(play, "each hears itself").value = False
    assert len(play.views[0].edges) == 20
    assert "different orders" not in ranks(play)  # everyone hears others


def test_without_the_bend_these_heads_of_gatv2_see_nothing() -> None:
    play = play_attention()
    control(play, "layer").value = "GATv2"
    control(play, "step").value = 0
    assert set(labels(play, 0)) == set(labels(play, 1)) == {"0"}
    assert "Bob: -0.5 · (-6) + -0.5 · 6 = 0" not in play.views[0].details[1]  # Bob's own: no difference
    assert "Ann: -0.5 · (-6) + -0.5 · 6 = 0" in play.views[0].details[1]


def test_an_empty_inbox_and_a_doubled_edge() -> None:
    tricky = tricky_graph()
    play = play_attention(graph=tricky.replace(x=torch.ones(tricky.num_nodes, 2)))
    control(play, "each hears itself").value = False
    assert any("Nobody tells" in text for text in play.views[0].details)
    assert "nan" not in play.words


def test_the_lessons_own_functions_fit() -> None:
    exercises = load(4).exercises
    names = ("gat_scores", "inbox_softmax", "v2_scores")
    own = [exercises[name].answer for name in names]  # type: ignore[union-attr]
    ours, theirs = play_attention(), play_attention(*own)
    for kind in ("GAT", "GATv2"):
        for play in (ours, theirs):
            control(play, "layer").value = kind
        for step in range(3):
            for play in (ours, theirs):
                control(play, "step").value = step
            assert theirs.words == ours.words
            assert theirs.views[1].details == ours.views[1].details
    assert (theirs.message.value, ranks(theirs)) == ("", ranks(ours))


def test_a_wrong_score_moves_the_picture_and_the_text_says_what_it_should_be() -> None:
    def gat_scores(h: Tensor, edge_index: Tensor, a_dst: Tensor, a_src: Tensor, slope: float) -> Tensor:
        scores = (h @ a_dst)[edge_index[0]] + (h @ a_src)[edge_index[1]]  # the two ends exchanged
        return torch.nn.functional.leaky_relu(scores, slope)

    play = play_attention(gat_scores, graph=three_friends())
    control(play, "step").value = 0
    assert "Ann: 1 + (-4) = -3 (your function gives 7); Bob" in play.views[0].details[2]


def test_a_wrong_softmax_is_told_share_by_share() -> None:
    def inbox_softmax(scores: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
        return scores.softmax(0)  # over all edges

    play = play_attention(softmax=inbox_softmax, graph=three_friends())
    assert "(your function gives " in play.views[0].details[0]


def test_broken_scores_are_told_once_and_the_librarys_stand_in() -> None:
    def gat_scores(h: Tensor, edge_index: Tensor, a_dst: Tensor, a_src: Tensor, slope: float) -> Tensor:
        return h[edge_index[0] + 9] @ a_src

    def inbox_softmax(scores: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
        return scores / 0

    both = play_attention(gat_scores, inbox_softmax).message.value
    assert (both.count("gat_scores: crashed"), both.count("inbox_softmax: not a number")) == (1, 1)
    play = play_attention(gat_scores)
    assert play.message.value.count("gat_scores: crashed") == 1
    assert "Until it runs, the scores are the library's." in play.message.value
    assert play.words == play_attention().words


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda scores, edge_index, num_nodes: scores[edge_index + 99], "crashed"),
        (lambda scores, edge_index, num_nodes: scores[:2], "another shape"),
        (lambda scores, edge_index, num_nodes: scores * math.nan, "not a number"),
    ],
)
def test_broken_shares_leave_the_step_before(broken: Any, says: str) -> None:
    play = play_attention(softmax=broken)
    for _ in range(2):
        assert says in play.message.value
        assert control(play, "step").value == 1
        assert "score, bent by LeakyReLU" in play.words
        control(play, "Step ▶").click()
    control(play, "◀ Back").click()
    assert play.message.value == ""


def test_stubs_say_that_this_is_the_librarys() -> None:
    def inbox_softmax(scores: Tensor, edge_index: Tensor, num_nodes: int) -> Tensor:
        raise NotImplementedError("inbox_softmax")

    play = play_attention(softmax=inbox_softmax)
    assert "inbox_softmax: not written yet" in play.message.value
    assert control(play, "step").value == 2


def test_what_has_no_two_numbers_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"x must be \[N, 2\]; got x \[4, 1\]"):
        play_attention(graph=path_abcd())


def test_the_exercise_about_fewer_orders() -> None:
    """fewer_orders: one person, and no other, whose swap brings GATv2 from four orders down to three."""
    exercise = load(4).exercises["fewer_orders"]
    found = {}
    for letter, name in exercise.choices.items():  # type: ignore[union-attr]
        play = play_attention()
        control(play, "everyone hears everyone").value = True
        assert counts_of_orders(play) == ["1", "1", "4", "4"]
        click(play, play.views[0].node_words.index(next(w for w in play.views[0].node_words if name in w)))
        found[letter] = counts_of_orders(play)
    three = [letter for letter, counts in found.items() if counts == ["1", "1", "3", "3"]]
    assert three == [exercise.answer]  # type: ignore[union-attr]
    assert all(counts == ["1", "1", "4", "4"] for letter, counts in found.items() if letter not in three)


def counts_of_orders(play: Playground) -> list[str]:
    return re.findall(r"<td[^>]*>([^<]*)<", ranks(play).split("different orders")[1])
