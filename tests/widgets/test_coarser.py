"""The playground of SAGPool and DiffPool: survivors and clusters are the library's, or the learner's."""

import re
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph, path_abcd
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.layers import GraphConv
from gnn_lib.pool import SAGPooling, dense_diff_pool
from gnn_lib.widgets import Playground, play_coarser
from tests.strategies import graphs

DIFF = "DiffPool: all are shared out"


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def numbers(words: list[str]) -> torch.Tensor:
    return torch.tensor([float(word) for word in words], dtype=torch.float64)


@settings(max_examples=30, deadline=None)
@given(graphs(min_nodes=2, max_nodes=6), st.sets(st.integers(0, 5)), st.integers(-4, 4), st.integers(-4, 4))
def test_survivors_are_the_librarys(graph: Graph, marked: set[int], own: int, inbox: int) -> None:
    play = play_coarser(graph=Graph(graph.edge_index, num_nodes=graph.num_nodes))
    control(play, "own voice").value, control(play, "neighbours' voice").value = own / 4, inbox / 4
    for node in marked & set(range(1, graph.num_nodes)):
        click(play, node)
    x = torch.zeros(graph.num_nodes, 1)
    x[[0, *(marked & set(range(1, graph.num_nodes)))]] = 1
    layer = SAGPooling(1, ratio=graph.num_nodes // 2, GNN=GraphConv)
    with torch.no_grad():
        for name, weight in layer.gnn.named_parameters():
            weight.fill_(0 if "bias" in name else inbox / 4 if "rel" in name else own / 4)
        layer.select.weight.fill_(1)
        score = torch.tanh(layer.gnn(x, graph.edge_index)).flatten()
    torch.testing.assert_close(numbers(play.views[0].inside), score.double(), rtol=0.06, atol=1e-6)
    kept = [k for k, mark in enumerate(play.views[0].marks) if mark == "strong"]
    assert len(kept) == graph.num_nodes // 2
    assert min(score[kept]) >= max(score[[k for k in range(graph.num_nodes) if k not in kept]]) - 1e-6
    assert [k for k, mark in enumerate(play.views[1].marks) if mark != "faint"] == kept
    left = sum(i in kept and j in kept for i, j in graph.edge_index.T.tolist())
    assert f"{left} of {graph.num_edges} edges" in play.words


def test_the_sums_behind_score_and_survivor() -> None:
    play = play_coarser(graph=path_abcd())
    assert (
        play.views[0].details[1] == "B: own 0.5 · 0; inbox 0.25 · (1 + 0 = 1); tanh of both: 0.24. It stays."
    )
    assert play.views[1].details[0] == "A goes on with score times feature, 0.46 · 1 = 0.46."
    assert play.views[1].details[3] == "D is gone."
    control(play, "stay").value = 4
    assert "faint" not in play.views[1].marks


@settings(max_examples=30, deadline=None)
@given(graphs(min_nodes=2, max_nodes=6), st.lists(st.integers(0, 5), max_size=8), st.integers(0, 8))
def test_clusters_are_the_librarys(graph: Graph, clicks: list[int], sure: int) -> None:
    bare = Graph(graph.edge_index, num_nodes=graph.num_nodes)
    play = play_coarser(graph=bare)
    control(play, "way").value = DIFF
    control(play, "how sure").value = sure
    for node in clicks:
        click(play, node % graph.num_nodes)
    shares = torch.tensor(play.views[0].pies, dtype=torch.float64)
    pooled = dense_diff_pool(torch.ones(len(shares), 1).double(), to_dense(bare).double(), shares.log())
    shown = numbers(play.views[1].inside)
    torch.testing.assert_close(shown, pooled.x.flatten(), rtol=0.06, atol=1e-3)
    A = pooled.adjacency[0]
    seen = {
        (line[0], line[1]): float(word)
        for line, word in zip(play.views[1].edges, play.views[1].edge_labels, strict=True)
    }
    for (i, j), value in seen.items():
        assert value == pytest.approx(float(A[i, j]), rel=0.06, abs=1e-3)


def test_sorted_by_clicks_the_two_groups_come_out() -> None:
    """As lesson 6 finds them: 20 edges within each, and one link between them."""
    play = play_coarser()
    control(play, "way").value = DIFF
    control(play, "how sure").value = 8
    for node in (1, 3, 6, 8):
        for _ in range(1 if node < 5 else 2):
            click(play, node)
    assert [shares[0] > 0.9 for shares in play.views[0].pies] == [True] * 5 + [False] * 5
    assert "Edges within: 19." in play.words
    click(play, 0)
    assert play.views[0].pies[0] == [0.5, 0.5]
    control(play, "Start again").click()
    assert play.views[0].pies[1][0] < 0.1


def test_the_four_entries_always_add_up_to_the_edges() -> None:
    """What the exercise nothing_lost asks."""
    answer = load(6).exercises["nothing_lost"].answer  # type: ignore[union-attr]
    play = play_coarser()
    control(play, "way").value = DIFF
    for node in (None, 1, 3, 6, 6, 8, 8, 0, 9):
        if node is not None:
            click(play, node)
        for sure in range(9):
            control(play, "how sure").value = sure
            within, across = ([float(word) for word in pair.split(" and ")] for pair in _entries(play))
            assert sum(within) + sum(across) == pytest.approx(answer, abs=0.3)  # the picture's rounding
            if not sure:
                assert [*within, *across] == [10.5] * 4
            shown = [float(word) for word in play.views[1].edge_labels]
            assert shown == [within[0], across[0], within[1]]  # the line between them says both


def _entries(play: Playground) -> list[str]:
    return re.findall(r"(?:within|to the other): ([\d.]+ and [\d.]+)[;.]", play.words)


def test_only_the_controls_that_matter_are_there() -> None:
    play = play_coarser()
    there = lambda: [one.description for one in play.controls.children if one.layout.display != "none"]  # noqa: E731
    assert there() == ["way", "stay", "own voice", "neighbours' voice", "Start again"]
    control(play, "way").value = DIFF
    assert there() == ["way", "how sure", "Start again"]


def test_the_lessons_own_answers_fit() -> None:
    own = [load(6).exercises[name].answer for name in ("sag_scores", "coarsen")]  # type: ignore[union-attr]
    ours, theirs = play_coarser(), play_coarser(*own)
    for way in control(ours, "way").options:
        for play in (ours, theirs):
            control(play, "way").value = way
            click(play, 7)
        assert [view.inside for view in theirs.views] == [view.inside for view in ours.views]
        assert (theirs.words, theirs.message.value) == (ours.words, "")


def test_broken_functions_show_their_lines_and_the_last_good_picture() -> None:
    calls: list[int] = []

    def sag_scores(x: Any, edge_index: Any, w_own: Any, w_inbox: Any) -> Any:
        calls.append(1)
        return x @ w_own if len(calls) == 1 else x[edge_index[0] + 99]

    def coarsen(x: Any, A: Any, scores: Any) -> Any:
        return scores.T @ x

    play = play_coarser(sag_scores, coarsen)
    before = play.views[0].inside
    assert play.message.value == ""
    click(play, 3)
    assert "x[edge_index[0] + 99]" in play.message.value
    assert play.views[0].inside == before
    control(play, "way").value = DIFF
    assert "coarsen: returns something else" in play.message.value
    assert play.views[0].inside == before


def test_stubs_say_that_these_are_the_librarys() -> None:
    def sag_scores(x: Any, edge_index: Any, w_own: Any, w_inbox: Any) -> Any:
        raise NotImplementedError("sag_scores")

    play = play_coarser(sag_scores)
    assert "sag_scores: not written yet" in play.message.value
    assert play.views[0].inside == play_coarser().views[0].inside


def test_one_node_can_not_become_fewer() -> None:
    with pytest.raises(ValueError, match="this one has 1"):
        play_coarser(graph=Graph(barbell_graph(2, 0).edge_index[:, :0], num_nodes=1))
