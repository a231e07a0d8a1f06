"""The playground of walks in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.widgets import play_walks
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_walks\nplay_walks()"
BROKEN = """from gnn_lib.widgets import play_walks
def step_odds(A, before, here, p, q):
    return A[here + 99]
play_walks(step_odds)
"""
WITHOUT_P = """from gnn_lib.widgets import play_walks
def step_odds(A, before, here, p, q):
    near = (A[before] > 0).float()
    odds = A[here] * (near + (1 - near) / q)
    return odds / odds.sum()
play_walks(step_odds)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def words(start: int, steps: int, p: str = "1", q: str = "1", walks: int = 0) -> str:
    """What the picture says, by the library alone, without a page."""
    own = play_walks()
    control = {one.description: one for one in own.controls.children}
    own.views[0]._hear(None, {"event": "click", "node": start}, None)
    control["p"].value, control["q"].value = p, q
    for _ in range(walks):
        control["Another walk"].click()
    for _ in range(steps):
        control["Step ▶"].click()
    return own.words


def expect_words(output: Locator, right: str) -> None:
    expect(output.get_by_role("application")).to_have_accessible_name(right)


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    expect_words(output, words(0, 0))
    node(output, 9).click()
    expect_words(output, words(9, 0))
    press(output, "Step")
    expect_words(output, words(9, 1))
    press(output, "Walk on")
    expect_words(output, words(9, 11))
    press(output, "Back")
    expect_words(output, words(9, 10))
    press(output, "Step")
    expect_words(output, words(9, 11))
    output.get_by_label("p", exact=True).select_option("8")
    expect_words(output, words(9, 11, p="8"))
    output.get_by_label("q", exact=True).select_option("1/8")
    expect_words(output, words(9, 11, p="8", q="1/8"))
    expect(output.locator("tbody th")).to_have_text(["p = 1, q = 1", "p = 8, q = 1", "p = 8, q = 1/8"])
    press(output, "Another walk")
    expect_words(output, words(9, 0, p="8", q="1/8", walks=1))
    press(output, "Walk on")
    expect_words(output, words(9, 10, p="8", q="1/8", walks=1))
    press(output, "Start again")
    expect_words(output, words(0, 0, p="8", q="1/8"))


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("Enter")
    steps = (("Step", 1, 0), ("Walk on", 11, 0), ("Back", 10, 0), ("Another walk", 0, 1), ("Step", 1, 1))
    for name, step, walks in steps:
        output.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        expect_words(output, words(0, step, walks=walks))
    output.get_by_label("p", exact=True).focus()
    page.keyboard.type("4")
    expect_words(output, words(0, 1, p="4", walks=1))
    output.get_by_label("q", exact=True).focus()
    page.keyboard.press("ArrowUp")
    expect_words(output, words(0, 1, p="4", q="1/2", walks=1))
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect_words(output, words(0, 0, p="4", q="1/2"))


def test_what_stands_below_the_nodes_and_the_sum_behind_it(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    expect(detail(output)).to_have_text(re.compile("^Click a node to begin there. Point at one to see how"))
    press(output, "Step")
    expect_words(output, words(0, 1))
    own = play_walks()
    {one.description: one for one in own.controls.children}["Step ▶"].click()
    expect(output.locator(".gv-below")).to_have_text(own.views[0].below)
    for which in range(14):
        node(output, which).hover()
        expect(detail(output)).to_have_text(own.views[0].details[which])
    expect(output.locator(".gv-node.gv-strong")).to_have_count(1)
    expect(output.locator(".gv-edge.gv-strong")).to_have_count(1)


def test_a_broken_function_shows_its_own_line_and_ends_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    for name in ("Step", "Walk on"):
        press(output, name)
        expect(output).to_contain_text("step_odds: crashed")
        line = re.escape("return A[here + 99]")
        expect(output.locator("pre")).to_have_text(re.compile(rf"^Cell In\[\d+\], line 3:  {line}"))
        expect_words(output, words(0, 0))


def test_a_wrong_function_stands_beside_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, WITHOUT_P).cell_output(0)
    output.get_by_label("p", exact=True).select_option("8")
    press(output, "Step")
    expect(output).to_contain_text("The library's odds are others for 0, ")
    node(output, 0).hover()
    way_back = re.compile(r"0 is the way back: 1/p = 0\.12, of .* Your function gives 0\.\d+\.")
    expect(detail(output)).to_have_text(way_back)


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 9).click()
    expect_words(output, words(9, 0))
    step, back = (output.get_by_role("button", name=name) for name in ("Step", "Back"))
    walk = [step, step, back, back] * 8
    times = [milliseconds(button, output.locator(".gv").first) for button in walk]
    print(f"step: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    press(output, "Walk on")
    expect_words(output, words(0, 10))
    output.get_by_label("q", exact=True).select_option("1/8")
    expect_words(output, words(0, 10, q="1/8"))
    sound_and_fitting(notebook, "walks")
