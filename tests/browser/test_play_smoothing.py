"""The over-smoothing playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.datasets import karate_club
from gnn_lib.layers import GCNConv
from gnn_lib.plot.style import number
from gnn_lib.smoothing import dirichlet_energy
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_smoothing\nplay_smoothing()"
SMALL = """from gnn_lib.datasets import path_abcd
from gnn_lib.widgets import play_smoothing
play_smoothing(graph=path_abcd(), depth=8)"""
BROKEN = """
from gnn_lib.widgets import play_smoothing
def pair_norm(x, scale):
    return x / x.std(2)
def drop_edge(edge_index, coins, p):
    while True:
        pass
play_smoothing(None, drop_edge, pair_norm, depth=4)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def test_the_curve_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    """A GCN layer with the weight 1, from the two sides of the club."""
    output = play(server, open_notebook, SHOW).cell_output(0)
    club, layer = karate_club(), GCNConv(1, 1).double()
    assert club.y is not None
    layer.lin.weight.data.fill_(1)
    h = club.y.double()[:, None]
    for k in range(6):
        share = float(dirichlet_energy(h, club) / h.square().sum())
        node(output, k, view=1).hover(force=True)
        expect(detail(output, 1)).to_have_text(f"After {k} layers, energy / size is {number(share)}.")
        h = layer(h, club.edge_index).detach()


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SMALL).cell_output(0)
    first = output.locator(".gv").first
    inside = first.locator(".gv-inside")
    node(output, 0).click()
    expect(inside).to_have_text(["1", "0", "0", "0"])
    press(output, "Deeper")
    expect(inside).to_have_text(["0.5", "0.41", "0", "0"])
    node(output, 0).hover()
    expect(detail(output)).to_have_text("A gathers 0.41 · 0 + 0.5 · 1 = 0.5.")
    output.get_by_role("checkbox", name="residual").check()
    expect(inside).to_have_text(["0.75", "0.2", "0", "0"])
    output.get_by_role("checkbox", name="residual").uncheck()
    press(output, "Back")
    expect(inside).to_have_text(["1", "0", "0", "0"])
    node(output, 8, view=1).click(force=True)  # the other curve is in front
    expect(output.get_by_role("slider")).to_have_attribute("aria-valuetext", "8")
    output.get_by_role("checkbox", name="PairNorm").check()
    expect(first.locator(".gv-legend")).to_contain_text("-1")
    output.get_by_role("checkbox", name="jumping knowledge").check()
    expect(detail(output)).to_contain_text("The exit also sees the 8 layers before")
    output.get_by_role("checkbox", name="DropEdge").check()
    expect(first.locator(".gv-edge.gv-faint").first).to_be_attached()
    before = inside.all_text_contents()
    press(output, "Other coins")
    expect(inside).not_to_have_text(before)
    output.get_by_label("start").select_option("random numbers")
    press(output, "Back")
    expect(output.get_by_role("slider")).to_have_attribute("aria-valuetext", "7")


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SMALL).cell_output(0)
    inside = output.locator(".gv").first.locator(".gv-inside")
    node(output, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["0", "1", "0", "0"])
    output.get_by_role("button", name="Deeper").focus()
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["0.41", "0.33", "0.33", "0"])
    output.get_by_role("button", name="Back").focus()
    page.keyboard.press("Space")
    expect(inside).to_have_text(["0", "1", "0", "0"])
    node(output, 0, view=1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["0.41", "0.33", "0.33", "0"])
    output.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(inside).to_have_text(["0", "1", "0", "0"])
    for label in ("residual", "PairNorm", "DropEdge", "jumping knowledge"):
        box = output.get_by_role("checkbox", name=label)
        box.focus()
        page.keyboard.press("Space")
        expect(box).to_be_checked()
    curve = output.get_by_role("application").nth(1)
    everything = "with residual, PairNorm, DropEdge, jumping knowledge:"
    expect(curve).to_have_accessible_name(re.compile(everything))
    before = curve.get_attribute("aria-label")
    output.get_by_role("button", name="Other coins").focus()
    page.keyboard.press("Enter")
    expect(curve).not_to_have_attribute("aria-label", before or "")
    output.get_by_label("start").focus()
    page.keyboard.press("ArrowUp")
    expect(inside).not_to_have_text(["0", "1", "0", "0"])


def test_a_broken_function_shows_its_own_line(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    curve = output.get_by_role("application").nth(1)
    before = curve.get_attribute("aria-label")
    output.get_by_role("checkbox", name="PairNorm").check()
    expect(output).to_contain_text("pair_norm: crashed")
    expect(output.locator("pre")).to_contain_text("line 3:  return x / x.std(2)")
    output.get_by_role("checkbox", name="PairNorm").uncheck()
    expect(output.locator("pre")).to_have_count(0)
    output.get_by_role("checkbox", name="DropEdge").check()
    expect(output).to_contain_text("drop_edge: too slow", timeout=20_000)
    expect(curve).to_have_attribute("aria-label", before or "")


@pytest.mark.alone
def test_a_step_and_a_remedy_are_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    step, back = (output.get_by_role("button", name=name) for name in ("Deeper", "Back"))
    box, seen = output.get_by_role("checkbox", name="residual"), output.locator(".gv-nodes").first
    times = [milliseconds(button, seen) for button in [step, step, back, back] * 5]
    switched = [milliseconds(box, output.locator(".gv-nodes").nth(1)) for _ in range(11)]
    print(f"step: median {median(times):.0f} ms, remedy {median(switched):.0f} ms")
    assert median(times) <= 100
    assert median(switched) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    output.get_by_role("checkbox", name="PairNorm").check()
    node(output, 20, view=1).focus()  # the points of the curve may be on their way: a click could miss
    page.keyboard.press("Enter")
    expect(output.get_by_role("slider")).to_have_attribute("aria-valuetext", "20")
    sound_and_fitting(notebook, "smoothing")
