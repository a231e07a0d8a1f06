"""The WL playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.datasets import wl_told_pairs
from gnn_lib.graph import Graph
from gnn_lib.wl import color_refinement
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting, wait_until, words

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_wl\nplay_wl()"
BROKEN = """
import torch
from gnn_lib.widgets import play_wl
def refine_once(edge_index, colors):
    return colors[edge_index[0] + 9]
class GINLayer(torch.nn.Module):
    def __init__(self, width_in, hidden, width_out):
        super().__init__()
    def forward(self, x, edge_index):
        return x / 0
play_wl(refine_once, GINLayer)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def partition(colors: list[str]) -> list[list[bool]]:
    return [[one == other for other in colors] for one in colors]


def test_every_round_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    pair = wl_told_pairs()[1]
    output.get_by_label("pair").select_option(pair.name)
    expect(node(output, 5, view=1)).to_be_attached()
    for rounds in range(4):
        expect(output.locator("caption")).to_have_text(f"How often each colour occurs after round {rounds}")
        ours = [
            str(color)
            for graph in (pair.first, pair.second)
            for color in color_refinement(Graph(graph.edge_index), rounds)[-1].tolist()
        ]
        wait_until(  # the words may be there before the picture
            output.page,
            lambda: partition(words(output, 0) + words(output, 1)) == partition(ours),  # noqa: B023
            f"the colours of round {rounds}",
        )
        press(output, "Step")
    press(output, "Back")
    expect(output.locator("caption")).to_contain_text("round 3")
    press(output, "Ask the tests")
    expect(output).to_contain_text("1-WL: yes. The histograms differ from round 2 on.")
    expect(output).to_contain_text("they are different: no renumbering turns one into the other.")


def test_a_pair_drawn_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("pair").select_option("octagon and octagon")
    second = output.locator(".gv").nth(1)
    expect(second.locator(".gv-node")).to_have_count(8)
    for source, target in ((2, 3), (7, 0), (2, 0), (3, 7)):
        node(output, source, view=1).click()
        expect(node(output, source, view=1)).to_have_class("gv-node gv-strong gv-looked")
        node(output, target, view=1).click()
        expect(second.locator(".gv-strong")).to_have_count(0)
    press(output, "Ask the tests")
    for answer in ("1-WL: no.", "GIN with random weights: no.", "3-WL: yes.", "they are different"):
        expect(output).to_contain_text(answer)
    press(output, "Step")
    node(output, 3, view=1).hover()
    expect(detail(output, 1)).to_have_text("Node 3 had 0 and heard {0, 0}. That is called 0 now.")
    output.get_by_label("both ways").uncheck()
    node(output, 0).click()
    node(output, 0).click()
    expect(output.locator(".gv").first.locator(".gv-line")).to_have_count(9)
    press(output, "Start again")
    expect(output.locator(".gv").first.locator(".gv-line")).to_have_count(8)


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("Enter")
    name = "Node 0 is picked: click another node of this graph, or Escape. "
    words_ = "Round 0, first graph, 6 nodes: colour 0: 6 times."
    first = output.get_by_role("application").first
    expect(first).to_have_accessible_name(name + words_)
    page.keyboard.press("Escape")
    expect(first).to_have_accessible_name(words_)
    for key in ("Home", "Enter", "End", "Space"):
        if key == "Home":
            node(output, 0).focus()
        page.keyboard.press(key)
    expect(output.locator(".gv").first.locator(".gv-line")).to_have_count(5)  # 0 - 5 is gone
    for label in ("Step", "Ask the tests", "Back", "Start again"):
        output.get_by_role("button", name=label).focus()
        page.keyboard.press("Enter")
        if label == "Ask the tests":
            expect(output).to_contain_text("1-WL: yes. The histograms differ from round 1 on.")
    expect(output.locator(".gv").first.locator(".gv-line")).to_have_count(6)
    output.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(output.locator("caption")).to_contain_text("round 1")
    output.get_by_label("pair").focus()
    page.keyboard.press("ArrowDown")
    expect(output.locator(".gv").first.locator(".gv-node")).to_have_count(10)
    output.get_by_label("both ways").focus()
    page.keyboard.press("Space")
    expect(output.get_by_label("both ways")).not_to_be_checked()


def test_a_broken_function_shows_its_own_line(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    press(output, "Step")
    expect(output).to_contain_text("refine_once: crashed")
    expect(output.locator("pre")).to_contain_text("line 4:  return colors[edge_index[0] + 9]")
    press(output, "Ask the tests")
    expect(output).to_contain_text("GINLayer: another shape")
    expect(output).to_contain_text("1-WL: no answer: your function stopped.")
    expect(output).to_contain_text("3-WL: yes.")


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("pair").select_option("decalin or bicyclopentyl")
    expect(output.locator(".gv").first.locator(".gv-node")).to_have_count(10)
    step, back = (output.get_by_role("button", name=name) for name in ("Step", "Back"))
    walk = [step, step, back, back] * 6
    times = [milliseconds(button, output.locator(".gv-nodes").first) for button in walk]
    print(f"step: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    output.get_by_label("pair").select_option("decalin or bicyclopentyl")
    press(output, "Step")
    press(output, "Step")
    press(output, "Ask the tests")
    expect(output).to_contain_text("And in truth?")
    sound_and_fitting(notebook, "wl")
