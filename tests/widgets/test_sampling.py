"""The sampling playground: what is drawn are edges of the graph, by the rule of lesson 5, or it is said."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from gnn_lib.datasets import pixel_grid, tricky_graph
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.sampling import sample_neighbours
from gnn_lib.widgets import Playground, play_sampling
from gnn_lib.widgets.sampling import _crowd
from tests.strategies import graphs


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def click(play: Playground, node: int) -> None:
    play.views[0]._hear(None, {"event": "click", "node": node}, None)


def batch(play: Playground) -> tuple[list[int], list[list[int]]]:
    """Old ids by new numbers, and the small graph's edges, as they are drawn."""
    small = play.views[1]
    return [int(word) for word in small.below], [edge[:2] for edge in small.edges]


def counts(play: Playground) -> list[list[int]]:
    rows = str(play.children[-1].children[0].value).partition("<tbody>")[2].split("<tr>")[1:]
    return [[int(cell.partition("<")[0]) for cell in row.split("<td>")[1:]] for row in rows]


@given(graphs(max_nodes=8), st.integers(1, 5), st.integers(1, 5), st.integers(0, 7))
def test_every_drawn_edge_is_there_and_each_newcomer_draws_its_fanout(
    graph: Graph, first: int, second: int, seed: int
) -> None:
    play = play_sampling(graph=graph)
    click(play, seed % graph.num_nodes)
    control(play, "fanout 1").value, control(play, "fanout 2").value = first, second
    control(play, "hop").value = 2
    nodes, edges = batch(play)
    real = {(i, j) for i, j in graph.edge_index.T.tolist()}
    assert {(nodes[i], nodes[j]) for i, j in edges} <= real
    table = counts(play)
    heard = [sum(target == k for _, target in edges) for k in range(len(nodes))]
    for k, node in enumerate(nodes):  # with replacement: all of the fanout, or nobody
        hop = next(hop for hop, row in enumerate(table) if k < row[0])
        fanout = (first, second, 0)[hop]
        assert heard[k] == (fanout if any(j == node for _, j in real) else 0)
    for row in table:
        assert row[0] <= min(row[1], row[2])


@given(graphs(max_nodes=8))
def test_without_sampling_there_would_be_the_whole_neighbourhood(graph: Graph) -> None:
    """Against the library's sampler, which takes all neighbours where it is asked to."""
    play = play_sampling(graph=graph)
    control(play, "hop").value = 2
    seeds = torch.tensor([int(play.views[1].below[0])])
    whole = sample_neighbours(graph, seeds, [-1, -1]).nodes_per_hop
    assert [row[2] for row in counts(play)] == [sum(whole[: hop + 1]) for hop in range(3)]


def test_the_crowd_is_what_it_says() -> None:
    crowd = _crowd()
    inboxes = torch.bincount(crowd.edge_index[1], minlength=24)
    assert (int(inboxes[23]), int(inboxes[:23].min()), int(inboxes.max())) == (0, 2, 6)
    assert len({*map(tuple, crowd.edge_index.T.tolist())}) == crowd.num_edges


def test_seeds_come_first_then_the_others_by_their_old_ids() -> None:
    play = play_sampling()
    click(play, 15)
    click(play, 8)  # a seed no more
    click(play, 3)
    assert batch(play) == ([15, 3], [])
    control(play, "Step ▶").click()
    nodes, _ = batch(play)
    assert nodes[:2] == [15, 3]
    assert nodes[2:] == sorted(nodes[2:])
    assert play.views[1].details[1].startswith("1 is 3 in the large graph. In the batch it hears ")


def test_at_most_four_seeds_and_never_none() -> None:
    play = play_sampling()
    click(play, 8)
    assert batch(play)[0] == [8]
    for node in (0, 1, 2, 3):
        click(play, node)
    assert batch(play)[0] == [0, 1, 2, 3]
    control(play, "Start again").click()
    assert batch(play)[0] == [8]


def test_draw_again_draws_others_and_starting_again_the_first_ones() -> None:
    play = play_sampling()
    control(play, "hop").value = 2
    drawn = [batch(play)]
    for _ in range(4):
        control(play, "Draw again").click()
        drawn.append(batch(play))
    assert len({str(one) for one in drawn}) > 3
    control(play, "Start again").click()
    assert control(play, "hop").value == 0
    for _ in range(3):
        control(play, "Step ▶").click()
    assert batch(play) == drawn[0]
    control(play, "◀ Back").click()
    assert control(play, "hop").value == 1


def test_what_is_not_drawn_fades_and_what_is_has_its_role() -> None:
    play = play_sampling()
    control(play, "hop").value = 1
    view = play.views[0]
    inside = {int(node) for node in play.views[1].below}
    assert {n for n, mark in enumerate(view.marks) if mark != "faint"} == inside
    assert view.marks[8] == "strong"
    assert view.node_words[8] == "8, seed"
    assert [entry[1] for entry in view.legend] == ["hop 1", "hop 2", "seed"]
    control(play, "fade what isn't drawn").value = False
    assert "faint" not in view.marks + view.edge_marks
    assert view.details[23] == "Nobody tells 23."


def test_a_seed_that_nobody_tells_has_nothing_to_draw() -> None:
    tricky = tricky_graph()
    play = play_sampling(graph=tricky)
    control(play, "hop").value = 2
    alone = torch.bincount(tricky.edge_index[1], minlength=tricky.num_nodes).eq(0).nonzero()[0].item()
    seed = int(play.views[1].below[0])
    if seed != alone:
        click(play, int(alone))
        click(play, seed)
    assert batch(play) == ([alone], [])
    assert play.message.value == ""


def test_the_lessons_own_functions_fit() -> None:
    exercises = load(5).exercises
    own = [exercises[name].answer for name in ("draw_inbox", "renumber")]  # type: ignore[union-attr]
    ours, theirs = play_sampling(), play_sampling(*own)
    for play in (ours, theirs):
        for node in (23, 15, 4):
            click(play, node)
        control(play, "hop").value = 2
    assert theirs.words == ours.words
    assert theirs.message.value == ""


def test_wrong_draws_are_seen_and_named() -> None:
    def draw_inbox(indptr: Tensor, indices: Tensor, nodes: Tensor, u: Tensor) -> Tensor:
        return indices[indptr[nodes]][:, None].expand(u.shape)  # always the first

    play = play_sampling(draw_inbox)
    control(play, "Step ▶").click()
    assert "With the same u, the library draws others for 8." in play.message.value
    nodes, edges = batch(play)
    assert (len(nodes), len(edges)) == (2, 3)


def test_wrong_numbers_are_named_and_the_librarys_are_drawn() -> None:
    def renumber(seeds: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
        nodes = torch.cat([seeds, edge_index.flatten()]).unique()
        return nodes, torch.searchsorted(nodes, edge_index)  # the seeds aren't first

    play, ours = play_sampling(renumber=renumber), play_sampling()
    for one in (play, ours):
        control(one, "Step ▶").click()
    assert "Your new numbers are not the library's" in play.message.value
    assert play.words == ours.words


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda indptr, indices, nodes, u: indices[nodes + 999], "crashed"),
        (lambda indptr, indices, nodes, u: indices[:2], "another shape"),
        (lambda indptr, indices, nodes, u: u / 0, "not a number"),
        (lambda indptr, indices, nodes, u: torch.full(u.shape, 24), "You drew 24: ids are from 0 to 23"),
    ],
)
def test_a_broken_draw_leaves_the_last_good_hop(broken: Any, says: str) -> None:
    play = play_sampling(broken)
    before = play.words
    for _ in range(2):
        control(play, "Step ▶").click()
        assert says in play.message.value
        assert (control(play, "hop").value, play.words) == (0, before)


def test_a_broken_renumber_leaves_the_last_good_hop() -> None:
    play = play_sampling(renumber=lambda seeds, edge_index: seeds)
    control(play, "Step ▶").click()
    assert control(play, "hop").value == 0
    assert play.message.value != ""


def test_stubs_say_that_this_is_the_librarys() -> None:
    def draw_inbox(indptr: Tensor, indices: Tensor, nodes: Tensor, u: Tensor) -> Tensor:
        raise NotImplementedError("draw_inbox")

    play = play_sampling(draw_inbox)
    control(play, "Step ▶").click()
    assert "draw_inbox: not written yet" in play.message.value
    assert control(play, "hop").value == 1


def test_what_is_too_large_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="49 nodes"):
        play_sampling(graph=pixel_grid(7, 7))


def test_the_exercise_about_the_edges_that_are_drawn() -> None:
    """edges_drawn: whenever hop 1 found two new people, and it soon does."""
    answer = load(5).exercises["edges_drawn"].answer  # type: ignore[union-attr]
    play = play_sampling()
    control(play, "fanout 1").value, control(play, "fanout 2").value = 5, 2
    control(play, "hop").value = 2
    edges = dict[int, set[int]]()
    for draw in range(30):
        table = counts(play)
        edges.setdefault(table[1][0], set()).add(table[2][3])
        assert draw < 5 or 3 in edges
        control(play, "Draw again").click()
    assert edges == {3: {answer}, 4: {11}}
