"""The sampling playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.widgets import play_sampling
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_sampling\nplay_sampling()"
BROKEN = """from gnn_lib.widgets import play_sampling
def draw_inbox(indptr, indices, nodes, u):
    return indices[nodes + 999]
play_sampling(draw_inbox)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def picture(output: Locator, view: int = 0) -> Locator:
    return output.get_by_role("application").nth(view)


def words(seeds: list[int], hop: int, fanouts: tuple[int, int] = (3, 2), draws: int = 0) -> list[str]:
    """What both pictures say, by the library alone, without a page."""
    own = play_sampling()
    control = {one.description: one for one in own.controls.children}
    for seed in [seed for seed in seeds if seed != 8]:
        own.views[0]._hear(None, {"event": "click", "node": seed}, None)
    control["fanout 1"].value, control["fanout 2"].value = fanouts
    for _ in range(draws):
        control["Draw again"].click()
    control["hop"].value = hop
    return [view.words for view in own.views]


def expect_words(output: Locator, right: list[str]) -> None:
    for view, said in enumerate(right):
        expect(picture(output, view)).to_have_accessible_name(said)


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 15).click()
    for hop in range(3):
        expect_words(output, words([8, 15], hop))
        press(output, "Step")
    expect(output.locator("tbody tr")).to_have_count(3)
    press(output, "Back")
    expect_words(output, words([8, 15], 1))
    press(output, "Draw again")
    expect_words(output, words([8, 15], 1, draws=1))
    node(output, 23).hover()
    expect(detail(output)).to_have_text("Nobody tells 23.")
    node(output, 0, view=1).hover()
    expect(detail(output, 1)).to_contain_text("0 is 8 in the large graph. In the batch it hears ")
    fade = output.get_by_label("fade what isn't drawn")
    fade.uncheck()
    expect(output.locator(".gv-faint")).to_have_count(0)
    press(output, "Start again")
    expect_words(output, words([8], 0))


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("Enter")
    expect_words(output, words([8, 0], 0))
    for name, hop, draws in (("Step", 1, 0), ("Step", 2, 0), ("Back", 1, 0), ("Draw again", 1, 1)):
        output.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        expect_words(output, words([8, 0], hop, draws=draws))
    hops, first, second = (output.get_by_role("slider").nth(k) for k in range(3))
    hops.focus()
    page.keyboard.press("ArrowRight")
    expect_words(output, words([8, 0], 2, draws=1))
    first.focus()
    page.keyboard.press("ArrowRight")
    expect_words(output, words([8, 0], 2, (4, 2), draws=1))
    second.focus()
    page.keyboard.press("ArrowLeft")
    expect_words(output, words([8, 0], 2, (4, 1), draws=1))
    box = output.get_by_label("fade what isn't drawn")
    box.focus()
    page.keyboard.press("Space")
    expect(output.locator(".gv-faint")).to_have_count(0)
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect_words(output, words([8], 0))


def test_a_broken_function_shows_its_own_line_and_ends_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    for _ in range(2):
        press(output, "Step")
        expect(output).to_contain_text("draw_inbox: crashed")
        line = re.escape("return indices[nodes + 999]")
        expect(output.locator("pre")).to_have_text(re.compile(rf"^Cell In\[\d+\], line 3:  {line}"))
        expect_words(output, words([8], 0))


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 15).click()
    expect(picture(output)).to_have_accessible_name("Hop 0 of 2. Seeds: 8, 15.")
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
    node(output, 15).click()
    expect(picture(output)).to_have_accessible_name("Hop 0 of 2. Seeds: 8, 15.")
    press(output, "Step")
    press(output, "Step")
    expect(output.locator("tbody tr")).to_have_count(3)
    sound_and_fitting(notebook, "sampling")
