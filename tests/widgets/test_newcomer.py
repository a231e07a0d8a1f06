"""The newcomer's playground: rows from a table and from an encoder, both held against the library."""

import re
import time
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from gnn_lib.datasets import path_abcd, pixel_grid, three_friends
from gnn_lib.exercises import load
from gnn_lib.graph import Graph
from gnn_lib.layers import SAGEConv
from gnn_lib.widgets import Playground, play_newcomer
from gnn_lib.widgets.newcomer import _eight
from gnn_lib.widgets.newcomer_rows import WEIGHTS, learn_table, near_far
from tests.strategies import graphs

SAGELayer = load(5).exercises["SAGELayer"].answer  # type: ignore[union-attr]
near_far_loss = load(5).exercises["near_far_loss"].answer  # type: ignore[union-attr]
ANN, CEM, HAL, DEE = 0, 5, 6, 8


def control(play: Playground, label: str) -> Any:
    return next(one for one in play.controls.children if one.description == label)


def press(play: Playground, label: str) -> None:
    control(play, label).click()


def click(play: Playground, *nodes: int, view: int = 1) -> None:
    for node in nodes:
        play.views[view]._hear(None, {"event": "click", "node": node}, None)


def rows(play: Playground, view: int = 1) -> list[float]:
    return [float(word) for word in play.views[view].inside if word != "?"]


def table(play: Playground) -> dict[str, list[str]]:
    html = str(play.children[-1].children[0].value).partition("<tbody>")[2]
    found = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', html)
    return {name: re.findall(r"<td[^>]*>(?:<strong>)?([^<]*)<", cells) for name, cells in found}


def by_the_lesson(graph: Graph) -> list[float]:
    layer = SAGELayer(2, 1)
    layer.load_state_dict(WEIGHTS)
    assert graph.x is not None
    rows: list[float] = layer(graph.x.float(), graph.edge_index)[:, 0].tolist()
    return rows


def with_dee(graph: Graph, hears: list[int], rates: tuple[float, float], tells: bool = False) -> Graph:
    dee = graph.num_nodes
    edges = [(i, dee) for i in hears] + [(dee, i) for i in hears if tells]
    told = torch.tensor(edges, dtype=torch.long).reshape(-1, 2).T
    assert graph.x is not None
    x = torch.cat([graph.x.float(), torch.tensor([rates])])
    return Graph(torch.cat([graph.edge_index, told], dim=1), x=x, num_nodes=dee + 1)


@settings(max_examples=25)  # each learns a table
@given(graphs(max_nodes=8, features=2), st.sets(st.integers(0, 7)), st.booleans())
def test_the_encoder_is_the_lessons_layer_on_any_graph(graph: Graph, hears: set[int], tells: bool) -> None:
    play = play_newcomer(graph=graph)
    assert rows(play) == pytest.approx(by_the_lesson(graph), abs=0.01)
    told = sorted(node for node in hears if node < graph.num_nodes)
    press(play, "Dee arrives")
    click(play, *told)
    control(play, "she tells them, too").value = tells
    right = by_the_lesson(with_dee(graph, told, (4.0, 2.0), tells))
    assert rows(play) == pytest.approx(right, abs=0.01)
    assert len(rows(play, view=0)) == graph.num_nodes  # and the table has no row for her


def test_the_eight_are_what_they_say_and_so_are_the_weights() -> None:
    """The weights are those that the lesson's loss finds on these eight."""
    graph = _eight()
    assert graph.x is not None
    assert [left > right for left, right in graph.x.tolist()] == [True] * 4 + [False] * 4
    torch.manual_seed(4)
    layer = SAGELayer(2, 1)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.05)
    for _ in range(100):
        optimiser.zero_grad()
        near_far(layer(graph.x, graph.edge_index), graph.edge_index).backward()
        optimiser.step()
    for name, value in layer.state_dict().items():
        assert value.flatten().tolist() == pytest.approx(WEIGHTS[name].flatten().tolist(), abs=0.06)


def test_the_loss_is_the_lessons() -> None:
    """On a ring of four, everybody has two who are near, one who is not: a pair in the lesson has Q = 1."""
    ring = torch.tensor([[0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3]])
    z = torch.randn(4, 1, generator=torch.Generator().manual_seed(0))
    across = z[(ring[0] + 2) % 4][:, None]
    assert float(near_far(z, ring)) == pytest.approx(float(near_far_loss(z[ring[0]], z[ring[1]], across)))


def test_a_table_learns_who_belongs_together_and_each_run_in_its_own_words() -> None:
    graph = _eight()
    runs = [learn_table(graph.edge_index, 8, seed)[:, 0] for seed in range(6)]
    for run in runs:
        assert (run[:4] * run[:1] > 0).all()
        assert (run[4:] * run[:1] < 0).all()
    assert len({bool(run[0] > 0) for run in runs}) == 2  # which side is above 0 is luck


@pytest.mark.parametrize("nodes", [1, 2, 3])
def test_a_table_is_learned_where_nobody_or_everybody_is_linked(nodes: int) -> None:
    everybody = torch.cartesian_prod(torch.arange(nodes), torch.arange(nodes)).T
    for edges in (everybody, everybody[:, :0]):
        assert learn_table(edges, nodes, 0).isfinite().all()


def test_by_hand_dee_hears_ann_and_cem() -> None:
    play = play_newcomer()
    press(play, "Dee arrives")
    assert rows(play)[DEE] == 0.7  # by her ratings alone
    click(play, ANN, CEM)
    assert play.views[1].details[DEE] == (
        "Dee rates 4, 2: 0.4 · 4 + -0.3 · 2 + -0.3 · 1 = 0.7. Those who tell Dee, Ann, Cem, rate 3, 2 on "
        "average: 0.1 · 3 + -0.2 · 2 = -0.1. Together: 0.6."
    )
    assert rows(play)[DEE] == 0.6
    error = "IndexError: index out of range in self"
    assert play.views[0].details[DEE] == f"Dee is number 8, and the table ends with row 7: {error}."
    assert error in play.message.value
    assert play.views[0].inside[DEE] == "?"
    assert (play.views[0].fills[DEE], play.views[0].inks[DEE]) == ("", "")  # as blank as the page
    assert play.views[0].node_words[DEE] == "Dee: no row"
    assert "Dee's row is 0.6; nothing was trained. Who else has another row than before: nobody." in (
        play.message.value
    )
    assert table(play)["Dee"] == ["4, 2", "no row", "no row", "no row", "0.6"]
    assert table(play)["Ann"] == ["5, 1", "0.7", "0.7", "1.25", "1.25"]


def test_the_error_is_the_one_that_torch_raises() -> None:
    with pytest.raises(IndexError) as raised:
        nn.Embedding(8, 1)(torch.tensor([8]))
    play = play_newcomer()
    press(play, "Dee arrives")
    assert f"IndexError: {raised.value}" in play.views[0].details[DEE]


def test_only_those_whom_dee_tells_change_in_the_encoder() -> None:
    play = play_newcomer()
    before = rows(play)
    click(play, ANN, CEM)
    assert rows(play)[:DEE] == before
    control(play, "she tells them, too").value = True
    after = rows(play)
    assert [node for node in range(DEE) if after[node] != before[node]] == [ANN, CEM]
    assert "Who else has another row than before: Ann, Cem." in play.message.value
    assert rows(play, view=0) == rows(play_newcomer(), view=0)  # the table knows nothing of it


def test_the_lesson_says_whom_a_second_layer_would_reach() -> None:
    torch.manual_seed(0)
    first, second, graph = SAGELayer(2, 4), SAGELayer(4, 1), _eight()
    after = with_dee(graph, [ANN, CEM], (4.0, 2.0), tells=True)
    old, new = (second(first(one.x, one.edge_index).relu(), one.edge_index) for one in (graph, after))
    moved = (new[:DEE] - old).abs().flatten() > 1e-6
    names = graph.names or ()
    told = [name for name, other in zip(names, moved.tolist(), strict=True) if other]
    assert told == ["Ann", "Eli", "Fay", "Bob", "Cem", "Hal"]


def test_her_ratings_reach_the_encoder_and_never_the_table() -> None:
    play = play_newcomer()
    click(play, ANN)
    press(play, "Train the table again")
    looked_up = rows(play, view=0)
    for words, rates in (("4, 2", (4.0, 2.0)), ("3, 3", (3.0, 3.0)), ("1, 5", (1.0, 5.0))):
        control(play, "her ratings").value = words
        right = by_the_lesson(with_dee(_eight(), [ANN], rates))
        assert rows(play) == pytest.approx(right, abs=0.01)
        assert rows(play, view=0) == looked_up
        assert table(play)["Dee"][0] == words


def test_trained_again_she_has_a_row_and_the_others_have_others() -> None:
    play = play_newcomer()
    before = rows(play, view=0)
    click(play, ANN, 1)
    encoded = rows(play)
    press(play, "Train the table again")
    after = rows(play, view=0)
    edges = with_dee(_eight(), [ANN, 1], (4.0, 2.0)).edge_index
    assert after == pytest.approx(learn_table(edges, 9, seed=2)[:, 0].tolist())
    other = sum(new != old for new, old in zip(after, before, strict=False))
    turned = sum(new * old < 0 for new, old in zip(after, before, strict=False))
    assert other == turned == 8
    told = "Of the 8 old rows, 8 are others than at first, and 8 have changed sides."
    assert told in play.message.value
    assert "IndexError" not in play.message.value
    assert rows(play) == encoded
    click(play, 2)  # what she hears later doesn't reach the table
    assert rows(play, view=0) == after


def test_start_again_is_the_first_picture() -> None:
    play = play_newcomer()
    first, looks = play.words, [view.positions for view in play.views]
    for view in (0, 1):
        click(play, ANN, view=view)
    assert "Dee hears nobody." in play.words  # a click in either picture, and the same one again
    click(play, DEE)  # she doesn't tell herself
    assert "Dee hears nobody." in play.words
    click(play, 3)
    press(play, "Train the table again")
    assert [len(view.positions) for view in play.views] == [9, 9]
    press(play, "Start again")
    assert (play.words, play.message.value) == (first, "")
    assert [view.positions for view in play.views] == looks


def test_where_dee_was_dragged_she_stays() -> None:
    play = play_newcomer()
    press(play, "Dee arrives")
    view = play.views[0]
    view.positions = [*view.positions[:DEE], [100.0, 100.0]]
    click(play, ANN)
    assert view.positions[DEE] == [100.0, 100.0]


def test_the_lessons_own_layer_fits() -> None:
    ours, theirs = play_newcomer(), play_newcomer(SAGELayer, lambda rows, nodes: rows[nodes])
    for play in (ours, theirs):
        click(play, ANN, CEM)
        control(play, "she tells them, too").value = True
    assert theirs.words == ours.words
    error = "IndexError: index 8 is out of bounds for dimension 0 with size 8"
    assert error in theirs.message.value
    assert "lambda rows, nodes: rows[nodes]" in theirs.message.value  # the learner's own line
    assert error in theirs.views[0].details[DEE]


def test_a_lookup_that_answers_for_a_stranger_is_caught() -> None:
    cases = {
        lambda rows, nodes: rows[nodes % len(rows)]: "Your lookup gives 0.7, which is the row of Ann.",
        lambda rows, nodes: rows[nodes.clamp(max=7)]: "gives -1.6, which is the row of Bob or Ivy.",
        lambda rows, nodes: rows[nodes] if max(nodes) < 8 else rows[:1] / 0 * 0: "gives nan, which",
        lambda rows, nodes: rows[nodes] if max(nodes) < 8 else torch.full((1, 1), 9.0): "which is nobody",
        lambda rows, nodes: rows[nodes[nodes < 8]]: "Your lookup gives a tensor [0, 1], which is nobody",
    }
    for lookup, says in cases.items():
        play = play_newcomer(lookup=lookup)
        assert play.message.value == ""
        press(play, "Dee arrives")
        assert says in play.message.value
        assert play.views[0].inside[DEE] == "?"


def test_wrong_rows_stand_beside_the_librarys() -> None:
    class Sums(SAGELayer):  # type: ignore[misc, valid-type]
        def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
            total = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
            out: Tensor = self.lin_self(x) + self.lin_inbox(total)
            return out

    play = play_newcomer(Sums, lambda rows, nodes: rows[nodes].flip(0) if len(nodes) > 1 else rows[nodes])
    click(play, ANN, CEM)
    assert play.views[1].details[DEE].endswith("Together: 0.6. Your layer gives 0.5.")
    assert rows(play)[DEE] == 0.5
    told = "Ann is number 0, and row 0 of the table holds 0.7. Your lookup gives -1.6."
    assert play.views[0].details[ANN] == told


class Crashing(SAGELayer):  # type: ignore[misc, valid-type]
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return x[edge_index[0] + 99]


class Wide(SAGELayer):  # type: ignore[misc, valid-type]
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return x


class Nothing(SAGELayer):  # type: ignore[misc, valid-type]
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        return self.lin_self(x) / 0 * 0  # type: ignore[no-any-return]


class OneMatrix(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.lin = nn.Linear(2 * in_channels, out_channels)


class Unwritten(SAGELayer):  # type: ignore[misc, valid-type]
    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        raise NotImplementedError("forward")


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Crashing, "Crashing: crashed"),
        (Wide, "another shape"),
        (Nothing, "not a number"),
        (OneMatrix, "`lin_self.weight`"),
        (Unwritten, "Unwritten: not written yet"),
    ],
)
def test_a_broken_layer_is_named_and_the_librarys_is_shown(broken: Any, says: str) -> None:
    play, ours = play_newcomer(broken), play_newcomer()
    for one in (play, ours):
        click(one, ANN)
    message = play.message.value.replace("<code>", "`").replace("</code>", "`")
    assert says in message
    assert play.words == ours.words


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda rows, nodes: rows[nodes + 99], "crashed"),
        (lambda rows, nodes: rows[nodes, 0], "another shape"),
        (lambda rows, nodes: rows[nodes] / 0, "not a number"),
    ],
)
def test_a_broken_lookup_is_named_and_the_librarys_is_shown(broken: Any, says: str) -> None:
    play, ours = play_newcomer(lookup=broken), play_newcomer()
    for one in (play, ours):
        click(one, ANN)
    assert says in play.message.value
    assert play.words == ours.words
    assert "IndexError: index out of range in self" in play.views[0].details[DEE]


def test_a_slow_layer_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(SAGELayer):  # type: ignore[misc, valid-type]
        def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
            while True:
                time.sleep(0.01)

    monkeypatch.setattr("gnn_lib.exercises.run.PATIENCE", 0.2)
    play = play_newcomer(Slow)
    assert "too slow" in play.message.value
    assert rows(play) == rows(play_newcomer())


def test_what_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"x must be \[N, 2\]; got x \[4, 1\]"):
        play_newcomer(graph=path_abcd())
    with pytest.raises(ValueError, match="got no x"):
        play_newcomer(graph=Graph(torch.tensor([[0], [1]])))
    grid = pixel_grid(4, 4)
    with pytest.raises(ValueError, match="16 nodes; 1 to 12"):
        play_newcomer(graph=Graph(grid.edge_index, x=torch.ones(16, 2)))
    for given_ in (SAGELayer(2, 1), SAGEConv(2, 1), 3):
        with pytest.raises(TypeError, match="pass the class itself"):
            play_newcomer(given_)
    with pytest.raises(TypeError, match="lookup"):
        play_newcomer(lookup=3)  # type: ignore[arg-type]


def test_any_graph_with_two_ratings_will_do() -> None:
    play = play_newcomer(graph=three_friends())
    click(play, 0, 2)
    assert play.views[1].node_words[3].startswith("Dee: ")
    assert "Dee is number 3, and the table ends with row 2" in play.message.value


def test_the_exercise_about_the_lowest_row() -> None:
    """lowest_row: of all that Dee can hear, Hal alone brings her down the most."""
    answer = load(5).exercises["lowest_row"].answer  # type: ignore[union-attr]
    play = play_newcomer(SAGELayer)
    press(play, "Dee arrives")
    found = {frozenset[int](): rows(play)[-1]}
    hears = set[int]()
    for number in range(1, 256):
        node = (number & -number).bit_length() - 1  # one click leads to the next set
        click(play, node)
        hears ^= {node}
        found[frozenset(hears)] = rows(play)[-1]
    assert len(found) == 256
    lowest = min(found.values())
    assert [hears for hears, row in found.items() if row == lowest] == [{HAL}]
    assert lowest == answer
    assert found[frozenset()] == 0.7
    assert found[frozenset({4, 5, 6, 7})] == pytest.approx(0.025, abs=0.006)
