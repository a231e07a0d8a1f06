"""SAGPool and DiffPool in JupyterLab: every control by mouse and by keyboard, and what it costs."""

from collections.abc import Callable
from statistics import median

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from gnn_lib.convert import to_dense
from gnn_lib.datasets import barbell_graph
from gnn_lib.plot.style import number
from gnn_lib.pool import dense_diff_pool
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_coarser\nplay_coarser()"
BROKEN = """
from gnn_lib.widgets import play_coarser
def sag_scores(x, edge_index, w_own, w_inbox):
    return x[edge_index[0] + 99]
def coarsen(x, A, scores):
    return x
play_coarser(sag_scores, coarsen)
"""
DIFF = "DiffPool: all are shared out"


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def move(output: Locator, label: str, key: str) -> None:
    """A slider by keyboard: it is the only one whose label reads so."""
    row = output.locator(".widget-slider").filter(has_text=label)
    row.get_by_role("slider").focus()
    output.page.keyboard.press(key)


def test_the_clusters_are_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("way").select_option(DIFF)
    small = output.locator(".gv").nth(1)
    expect(small.locator(".gv-inside")).to_have_text(["5", "5"])
    node(output, 1).click()
    expect(node(output, 1)).to_have_accessible_name("1: 88% to cluster 0, 12% to cluster 1")
    lean = torch.tensor([1.0, 1, 1, -1, 1, -1, 1, -1, 1, -1])
    pooled = dense_diff_pool(
        torch.ones(10, 1), to_dense(barbell_graph(5, 0)), torch.stack([lean, -lean], dim=1)
    )
    sizes = [number(size) for size in pooled.x.flatten().tolist()]
    expect(small.locator(".gv-inside")).to_have_text(sizes)
    numbers = small.locator(".gv-number")
    A = pooled.adjacency[0]
    shown = {float(text) for text in numbers.all_text_contents()}
    assert shown == {float(number(float(A[i, j]))) for i, j in ((0, 0), (0, 1), (1, 1))}


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    first = output.locator(".gv").first
    expect(first.locator(".gv-node.gv-strong")).to_have_count(5)
    node(output, 7).click()
    expect(node(output, 7)).to_contain_text("0.46")
    node(output, 1).hover()
    told = "1: own 0.5 · 0; inbox 0.25 · (1 + 0 + 0 + 0 = 1); tanh of both: 0.24. It stays."
    expect(detail(output)).to_have_text(told)
    press(output, "Start again")
    expect(node(output, 7)).not_to_contain_text("0.46")
    output.get_by_label("way").select_option(DIFF)
    node(output, 0).click()
    expect(node(output, 0)).to_have_accessible_name("0: 50% to cluster 0, 50% to cluster 1")


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    strong = output.locator(".gv").first.locator(".gv-node.gv-strong")
    node(output, 0).focus()
    page.keyboard.press("Enter")
    expect(node(output, 0)).to_contain_text("0")
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect(node(output, 0)).to_contain_text("0.46")
    move(output, "stay", "ArrowRight")
    expect(strong).to_have_count(6)
    move(output, "own voice", "ArrowRight")
    expect(node(output, 0)).to_contain_text("0.64")
    move(output, "neighbours' voice", "ArrowRight")
    expect(node(output, 1)).to_contain_text("0.46")
    output.get_by_label("way").focus()
    page.keyboard.press("ArrowDown")
    expect(node(output, 0)).to_have_accessible_name("0: 88% to cluster 0, 12% to cluster 1")
    move(output, "how sure", "Home")
    expect(node(output, 0)).to_have_accessible_name("0: 50% to cluster 0, 50% to cluster 1")


def test_broken_functions_show_their_own_lines(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("sag_scores: crashed")
    expect(output.locator("pre")).to_contain_text("line 3:  return x[edge_index[0] + 99]")
    output.get_by_label("way").select_option(DIFF)
    expect(output).to_contain_text("coarsen: returns something else")


@pytest.mark.alone
def test_a_click_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("way").select_option(DIFF)
    button, times = output.get_by_role("button", name="Start again"), []
    for _ in range(15):
        node(output, 1).click()
        expect(node(output, 1)).to_have_accessible_name("1: 88% to cluster 0, 12% to cluster 1")
        times.append(milliseconds(button, output.locator(".gv-nodes").first))
    print(f"start again: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    for way in ("SAGPool: some nodes stay", DIFF):
        output.get_by_label("way").select_option(way)
        sound_and_fitting(notebook, f"coarser-{way[:3].lower()}")
