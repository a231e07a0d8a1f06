"""The small playground of lesson 0 in JupyterLab, with a learner's function in it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = """
from gnn_lib.widgets import play_third_film
def mean_rating(x):
    return x.mean(dim=0)
play_third_film(mean_rating)
"""


def test_by_mouse_and_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    inside = output.locator(".gv-inside")
    expect(inside).to_have_text(["5", "1", "3"])
    node(output, 1).click()
    expect(inside).to_have_text(["5", "2", "3.5"])
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["5", "3", "4"])
    node(output, 2).hover()
    expect(detail(output)).to_have_text("Cem hears Ann, Bob: (5 + 3) / 2 = 4.")
    output.get_by_role("button", name="Start again").click()
    expect(inside).to_have_text(["5", "1", "3"])


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sound_and_fitting(play(server, open_notebook, SHOW), "third-film")
