"""The GCN playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from gnn_lib.layers import GCNConv
from gnn_lib.plot.style import number
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_gcn\nplay_gcn()"
IMAGE = """
from gnn_lib.datasets import pixel_grid
from gnn_lib.widgets import play_gcn
play_gcn(graph=pixel_grid())
"""
BROKEN = """import torch
from gnn_lib.widgets import play_gcn
def edge_weights(edge_index, num_nodes):
    return torch.ones(num_nodes)
class GCNLayer(torch.nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin = torch.nn.Linear(in_channels, out_channels, bias=False)
        self.bias = torch.nn.Parameter(torch.zeros(out_channels))
    def forward(self, x, edge_index, weight):
        return weight[:, None] * self.lin(x)[edge_index[0] + 9]
play_gcn(edge_weights, GCNLayer)
"""
SLOW = """import time
from gnn_lib.layers import GCNConv
from gnn_lib.widgets import play_gcn
class GCNLayer(GCNConv):
    def __init__(self, in_channels, out_channels):
        super().__init__(in_channels, out_channels, normalize=False)
    def forward(self, x, edge_index, weight):
        time.sleep(0.2)
        return super().forward(x, edge_index, weight)
play_gcn(layer=GCNLayer)
"""
X = ["3", "0", "1", "2", "-2", "4"]


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def inside(output: Locator) -> Locator:
    return output.locator(".gv").first.locator(".gv-inside")


def test_both_layers_are_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    pairs = torch.tensor([[0, 0, 1, 2, 3, 3], [1, 2, 2, 3, 4, 5]])
    edge_index = torch.cat([pairs, pairs.flip(0)], dim=1)
    layer = GCNConv(1, 1, bias=False)
    torch.nn.init.ones_(layer.lin.weight)
    h = torch.tensor([[float(x)] for x in X])
    for _ in range(2):
        expect(inside(output)).to_have_text([number(value) for value in h.flatten().tolist()])
        h = layer(h, edge_index).detach().relu()
        press(output, "Step")
        press(output, "Step")
    expect(inside(output)).to_have_text([number(value) for value in h.flatten().tolist()])
    labels = ["0.33", "0.29", "0.29", "0.25", "0.35", "0.35"]
    expect(output.locator(".gv").first.locator(".gv-number")).to_have_text(labels)


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 1).click()
    expect(inside(output)).to_have_text(["3", "1", *X[2:]])
    press(output, "Step")
    node(output, 4).hover()
    expect(detail(output)).to_have_text("E hears D and itself: 0.35 · 2 + 0.5 · (-2) = -0.29.")
    node(output, 3 * 6 + 4, view=1).hover()
    expect(detail(output, 1)).to_have_text("D -> E: 1 / √(4 · 2) = 0.35.")
    press(output, "Back")
    output.get_by_label("start").select_option("all 0")
    expect(inside(output)).to_have_text(["0"] * 6)
    press(output, "Start again")
    output.get_by_label("start").select_option("the graph's x")
    expect(inside(output)).to_have_text(X)


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("Enter")
    expect(inside(output)).to_have_text(["4", *X[1:]])
    picture = output.get_by_role("application").first
    for name, step in (("Start again", 0), ("Step", 1), ("Step", 2), ("Back", 1)):
        output.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        expect(picture).to_have_accessible_name(re.compile(f"^Step {step} of 4"))
    gathered = "Step 1 of 4, 1: gathered. A: 1.29, B: 1.29, C: 1.62, D: 1.46, E: -0.29, F: 2.71."
    expect(picture).to_have_accessible_name(gathered)
    steps, first, second = (output.get_by_role("slider").nth(k) for k in range(3))
    steps.focus()
    page.keyboard.press("ArrowRight")
    expect(inside(output).nth(4)).to_have_text("0")  # ReLU
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(inside(output).nth(5)).to_have_text("5.41")
    steps.focus()
    page.keyboard.press("End")
    second.focus()
    page.keyboard.press("ArrowLeft")
    expect(inside(output)).to_have_text(["0"] * 6)
    output.get_by_label("start").focus()
    page.keyboard.press("ArrowDown")
    expect(picture).to_have_accessible_name("Step 0 of 4, x. A: 0, B: 0, C: 0, D: 0, E: 0, F: 0.")
    node(output, 0, view=1).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(detail(output, 1)).to_have_text("B -> C: 1 / √(3 · 4) = 0.29.")


def test_two_controls_moved_one_soon_after_the_other(server: Lab, page: Page, open_notebook: Open) -> None:
    """The kernel handles a widget's first event in another thread than those after it; here it takes long."""
    notebook = play(server, open_notebook, SLOW, "print('I', 'print')")
    output = notebook.cell_output(0)
    picture = output.get_by_role("application").first
    steps, first, second = (output.get_by_role("slider").nth(k) for k in range(3))
    steps.focus()
    page.keyboard.press("End")
    expect(picture).to_have_accessible_name(re.compile("^Step 4 of 4"))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect(inside(output).nth(5)).to_have_text("3.74")  # twice as much
    page.keyboard.press("ArrowLeft")
    second.focus()
    page.keyboard.press("ArrowLeft")
    expect(inside(output)).to_have_text(["0"] * 6)
    notebook.run_cell(1)
    expect(notebook.cell_output(1)).to_have_text("I print")


def test_an_image_and_its_graph(server: Lab, page: Page, open_notebook: Open) -> None:
    notebook = play(server, open_notebook, IMAGE)
    output = notebook.cell_output(0)
    expect(output.locator(".gv-line")).to_have_count(72)
    output.get_by_label("start").select_option("all 0")
    box = output.get_by_label("as an image")
    box.focus()
    page.keyboard.press("Space")
    expect(output.locator(".gv-line")).to_have_count(0)
    node(output, 12).click()
    press(output, "Step")
    near = range(1, 4)
    around = ["0.11" if r in near and c in near else "0" for r in range(5) for c in range(5)]
    expect(inside(output)).to_have_text(around)
    notebook.screenshot("gcn-image")
    box.uncheck()
    expect(output.locator(".gv-line")).to_have_count(72)
    notebook.screenshot("gcn-grid")


def test_broken_code_shows_its_own_line_and_ends_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("Your result is [6]; here it has to be [18].")
    expect(output).to_contain_text("Until it runs, the weights are the library's.")
    press(output, "Step")
    expect(output).to_contain_text("GCNLayer: crashed")
    line = "return weight[:, None] * self.lin(x)[edge_index[0] + 9]"
    expect(output.locator("pre")).to_have_text(re.compile(rf"^Cell In\[\d+\], line 11:  {re.escape(line)}$"))
    expect(inside(output)).to_have_text(X)


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    step, back = (output.get_by_role("button", name=name) for name in ("Step", "Back"))
    walk = [step, step, step, back, back, back] * 6
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
    for _ in range(3):
        press(output, "Step")
    expect(output.locator("table thead th")).to_have_count(4)
    sound_and_fitting(notebook, "gcn")
