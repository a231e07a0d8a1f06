"""The tree behind one node: against NetworkX's walks, the layers' own rounds, and broken functions."""

import itertools
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate
from gnn_lib.datasets import karate_club, path_abcd, three_friends, tricky_graph
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.widgets import Playground
from gnn_lib.widgets.summaries import inboxes
from gnn_lib.widgets.tree import play_tree
from gnn_lib.widgets.tree_places import count_levels, stand, unroll
from tests.strategies import graphs
from tests.widgets.test_message_passing import WAYS, control

ONCE = "each node once a level"


def hear(play: Playground, view: int, event: str, node: int) -> None:
    play.views[view]._hear(None, {"event": event, "node": node}, None)


def walks(graph: Graph, root: int, length: int) -> list[list[int]]:
    """All walks of so many steps that end at the root, told from there: by trying all edges."""
    edges = graph.edge_index.T.tolist()
    found = []
    for steps in itertools.product(edges, repeat=length):
        ends = [root, *(source for source, _ in steps)]
        if all(target == at for (_, target), at in zip(steps, ends, strict=False)):
            found.append(ends)
    return found


@given(graphs(max_nodes=5, max_edges=6), st.integers(0, 4), st.integers(0, 3))
def test_a_place_is_a_walk(graph: Graph, root: int, depth: int) -> None:
    """Every place, by the nodes on the way from it to the root, is one walk that ends at the root."""
    root %= graph.num_nodes
    tree = unroll(inboxes(graph.edge_index, graph.num_nodes), root, depth)
    ways = [[root]]
    for sender, place in tree.edges:
        ways.append([*ways[place], tree.nodes[sender]])
    for level, count in enumerate(count_levels(graph.edge_index, graph.num_nodes, root, depth)):
        expected = walks(graph, root, level)
        assert sorted(way for way in ways if len(way) == level + 1) == sorted(expected)
        assert count.places == len(expected) == tree.levels.count(level)
        assert count.nodes == len({way[-1] for way in expected})
        assert count.places_so_far == sum(its <= level for its in tree.levels)
        there = {n for n, its in zip(tree.nodes, tree.levels, strict=True) if its <= level}
        assert count.nodes_so_far == len(there)


@given(graphs(max_nodes=5), st.integers(0, 4), st.integers(0, 3))
def test_once_a_level_each_node_has_one_place_and_all_its_arrows(graph: Graph, root: int, depth: int) -> None:
    root %= graph.num_nodes
    tree = unroll(inboxes(graph.edge_index, graph.num_nodes), root, depth, once=True)
    here = list(zip(tree.nodes, tree.levels, strict=True))
    assert len({*here}) == len(here)
    arrows = sorted((*here[sender], *here[place]) for sender, place in tree.edges)
    expected = [
        (source, level + 1, target, level)
        for source, target in graph.edge_index.T.tolist()
        for node, level in here if node == target and level < depth
    ]  # fmt: skip
    assert arrows == sorted(expected)


@given(graphs(max_nodes=5), st.booleans(), st.integers(0, 3))
def test_no_two_places_stand_in_the_same_spot(graph: Graph, once: bool, depth: int) -> None:
    tree = unroll(inboxes(graph.edge_index, graph.num_nodes), 0, depth, once)
    spots, apart = stand(tree, (10.0, 20.0, 410.0, 220.0), once)
    assert len({*spots}) == len(spots)
    assert all(10 <= x <= 410 and 20 <= y <= 220 for x, y in spots)
    for (a, p), (b, q) in itertools.combinations(zip(spots, tree.levels, strict=True), 2):
        assert p != q or abs(a[0] - b[0]) >= apart - 0.2


@given(graphs(max_nodes=4), st.sampled_from(WAYS), st.integers(0, 3))
def test_the_numbers_are_the_librarys(graph: Graph, way: Any, rounds: int) -> None:
    graph = graph.replace(x=torch.arange(1.0, graph.num_nodes + 1)[:, None])
    play = play_tree(graph=graph)
    control(play, "summary").value = way
    control(play, ONCE).value = True
    control(play, "rounds").value = rounds
    assert graph.x is not None
    heard = [graph.x]
    for _ in range(rounds):
        h = heard[-1]
        heard.append(h + aggregate(Adjacency(graph.edge_index, len(h)), h, way))
    for said in play.views[1].node_words:
        name, *_, rest = said.split(", ")
        level, value = rest.removeprefix("level ").split(": ")
        right = float(heard[rounds - int(level)][int(name)])
        assert float(value) == pytest.approx(right, rel=0.06, abs=1e-6)  # written short


def test_the_tree_of_lesson_2() -> None:
    play = play_tree(node=1)
    control(play, "rounds").value = 3
    tree = play.views[1]
    assert "".join(tree.inside) == "BACBBDACACC"
    assert play.words.endswith(
        "The tree of B over 3 rounds by sum: 11 places, 4 different nodes. Level 1: A, C. Level 2: B, B, D. "
        "Level 3: A, C, A, C, C."
    )
    assert tree.details[0] == (
        "Round 3: B hears A, C: 10 + 33 = 43. With its own 24: 67. B stands at 3 places here."
    )
    assert tree.details[5] == "Round 1: D hears C: 4. With its own 8: 12."
    assert tree.details[10] == "C starts with 4. C stands at 4 places here."
    assert tree.edge_labels == ["W3"] * 2 + ["W2"] * 3 + ["W1"] * 5
    assert tree.edge_details[9] == (
        "Round 1: C tells D 4. The 5 arrows of this round share the weights W1."
    )
    assert [words for _, _, words in tree.captions][:3] == ["round 3: W3", "round 2: W2", "round 1: W1"]
    cells = "".join(f"<td>{count}</td>" for count in (5, 2, 11, 4))
    assert f'<th scope="row">level 3</th>{cells}' in play.children[-1].children[0].value


def test_the_exercise_counts_the_arrows_of_the_first_round() -> None:
    exercises = load(2).exercises
    own = {way: exercises[f"{way}_messages"].answer for way in WAYS}  # type: ignore[union-attr]
    play = play_tree(own, path_abcd(), node=1)
    control(play, "Start again").click()
    control(play, "rounds").value = 3
    counts = []
    for tick in (False, True):
        control(play, ONCE).value = tick
        tree = play.views[1]
        first = tree.edge_labels.count("W1")
        said = f"The {first} arrows of this round share the weights W1."
        assert sum(said in told for told in tree.edge_details) == first
        counts.append((first, len(tree.edges), len(tree.inside)))
    arrows, all_arrows, places = (tuple(pair) for pair in zip(*counts, strict=True))
    question = exercises["shared_arrows"]
    assert arrows == question.answer  # type: ignore[union-attr]
    assert "Those are all the arrows" in question.wrong[all_arrows]  # type: ignore[union-attr]
    assert "Those are all the places" in question.wrong[places]  # type: ignore[union-attr]


def test_sizes_are_those_the_learner_counts() -> None:
    exercise = load(2).exercises["tree_sizes"]
    club = karate_club()
    counted = exercise.answer(club.edge_index, 34, 16, 5)  # type: ignore[union-attr]
    ours = [level.places for level in count_levels(club.edge_index, 34, 16, 5)]
    assert ours == [int(size) for size in counted]


def test_nodes_that_come_again_have_a_colour_and_light_up_together() -> None:
    play = play_tree(node=1)
    control(play, "rounds").value = 3
    graph, tree = play.views
    colours = dict(zip("ABCD", graph.fills, strict=True))
    assert len({*colours.values()}) == 4
    assert tree.fills == [colours[name] for name in tree.inside]
    for view, place in ((1, 6), (0, 0)):  # A on the lowest level; A in the graph
        hear(play, view, "hover", place)
        assert [n for n, mark in zip(tree.inside, tree.marks, strict=True) if mark == "strong"] == ["A"] * 3
        assert graph.marks == ["strong", "", "", ""]
        hear(play, 0, "hover", 3)
        assert graph.marks == ["", "", "", "strong"]


def test_a_click_in_either_picture_makes_a_root() -> None:
    play = play_tree()
    graph, tree = play.views
    assert tree.inside[0] == "A"
    assert graph.marks == ["", "", "", "faint"], "D is three rounds away"
    hear(play, 0, "click", 3)
    assert (tree.inside[0], graph.radii[3]) == ("D", max(graph.radii))
    assert graph.details[3] == "D starts with 8. In this tree: 1 on level 0, 1 on level 2."
    hear(play, 1, "click", 1)
    assert tree.inside[0] == "C"
    control(play, "Start again").click()
    assert (tree.inside[0], control(play, "rounds").value) == ("A", 2)


def test_a_tree_too_large_says_so_and_is_counted_still() -> None:
    play = play_tree(graph=karate_club(), node=16)
    control(play, "rounds").value = 3
    assert max(play.views[1].node_words[k].count("level 2") for k in range(11)) == 1
    assert len(play.views[1].inside) == 11, "two levels below the root"
    assert "On level 3, 50 places would stand beside each other; up to 24 can be drawn" in play.message.value
    assert "61 places, 18 different nodes" in play.words
    assert "<td>50</td>" in play.children[-1].children[0].value
    control(play, ONCE).value = True
    assert play.message.value == ""
    assert len(play.views[1].inside) == 1 + 2 + 6 + 18
    hub = play_tree(graph=karate_club(), node=33)
    control(hub, ONCE).value = True
    control(hub, "rounds").value = 3
    assert max(int(words.split("level ")[1][0]) for words in hub.views[1].node_words) == 2
    assert "On level 3, 33 places" in hub.message.value


@pytest.mark.parametrize("graph", [tricky_graph(), Graph(torch.empty(2, 0, dtype=torch.int64), num_nodes=1)])
def test_a_tree_may_be_its_root(graph: Graph) -> None:
    lonely = graph.num_nodes - 1 if graph.num_nodes == 1 else 4
    play = play_tree(graph=graph, node=lonely)
    control(play, "rounds").value = 3
    assert len(play.views[1].inside) == 1
    assert play.words.endswith("over 3 rounds by sum: 1 place, 1 different node.")
    assert "hears nobody: an empty inbox: 0." in play.views[1].details[0]


def test_the_lessons_own_functions_fit() -> None:
    exercises = load(2).exercises
    own = {way: exercises[f"{way}_messages"].answer for way in WAYS}  # type: ignore[union-attr]
    ours, theirs = play_tree(), play_tree(own)
    for way in WAYS:
        for play in (ours, theirs):
            control(play, "summary").value = way
            control(play, "rounds").value = 3
        assert theirs.views[1].details == ours.views[1].details
        assert theirs.message.value == ""
    mean = play_tree(own["mean"])
    assert (control(mean, "summary").value, mean.message.value) == ("mean", "")


def test_a_wrong_function_is_seen_beside_the_right_sum() -> None:
    def sum_messages(messages: Any, edge_index: Any, num_nodes: int) -> Any:
        return torch.zeros(num_nodes, 1).index_add(0, edge_index[0], messages)  # at the sender

    play = play_tree(sum_messages, graph=three_friends(), node=1)
    control(play, "rounds").value = 1
    assert play.views[1].details[0] == "Round 1: Bob hears Ann: 5. Your function gives 3. With its own 3: 6."


def crashes(messages: Any, edge_index: Any, num_nodes: int) -> Any:
    return messages[num_nodes + 99]


def too_wide(messages: Any, edge_index: Any, num_nodes: int) -> Any:
    return torch.zeros(num_nodes, 7)


def no_number(messages: Any, edge_index: Any, num_nodes: int) -> Any:
    return torch.zeros(num_nodes, 1) / 0


@pytest.mark.parametrize(
    ("broken", "says"),
    [(crashes, "messages[num_nodes + 99]"), (too_wide, "[4, 7]"), (no_number, "holds nan")],
)
def test_a_broken_function_leaves_the_last_good_tree(broken: Any, says: str) -> None:
    play = play_tree({"max": broken})
    assert (control(play, "rounds").value, play.views[1].inside) == (0, ["A"])
    assert says in play.message.value
    control(play, "summary").value = "sum"
    control(play, "rounds").value = 2
    before = play.views[1].details
    assert play.message.value == ""
    control(play, "summary").value = "max"
    assert says in play.message.value
    assert (control(play, "rounds").value, before[0][:7]) == (0, "Round 2")


def test_no_such_node() -> None:
    with pytest.raises(ValueError, match="no node 4: the graph has 4 nodes"):
        play_tree(graph=path_abcd(), node=4)


def test_without_features_everybody_starts_with_1() -> None:
    """So that sums count the walks, and those that stay a while: (I + A.T)^k."""
    graph = path_abcd()
    play = play_tree(graph=Graph(graph.edge_index, num_nodes=4))
    control(play, "rounds").value = 3
    A = torch.zeros(4, 4).index_put((graph.edge_index[0], graph.edge_index[1]), torch.tensor(1.0))
    count = torch.linalg.matrix_power(torch.eye(4) + A.T, 3).sum(1)[0]
    assert play.views[1].node_words[0] == f"0, the root of the tree, level 0: {count:g}"
