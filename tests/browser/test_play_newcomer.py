"""The newcomer's playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.widgets import Playground, play_newcomer
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_newcomer\nplay_newcomer()"
BROKEN = """import torch
from torch import nn
from gnn_lib.widgets import play_newcomer
class SAGELayer(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin_self = nn.Linear(in_channels, out_channels)
        self.lin_inbox = nn.Linear(in_channels, out_channels, bias=False)
    def forward(self, x, edge_index):
        return x[edge_index[0] + 99]
def lookup(rows, nodes):
    return rows[nodes]
play_newcomer(SAGELayer, lookup)
"""
ANN, CEM, DEE = 0, 5, 8


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def own(
    hears: tuple[int, ...] = (), rates: str = "4, 2", tells: bool = False, trained: int = 0
) -> Playground:
    """The same by the library alone, without a page, once Dee has arrived."""
    made = play_newcomer()
    control = {one.description: one for one in made.controls.children}
    control["Dee arrives"].click()
    for teller in hears:
        made.views[0]._hear(None, {"event": "click", "node": teller}, None)
    control["her ratings"].value, control["she tells them, too"].value = rates, tells
    for _ in range(trained):
        control["Train the table again"].click()
    return made


def expect_words(output: Locator, right: Playground) -> None:
    for view in (0, 1):
        picture = output.get_by_role("application").nth(view)
        expect(picture).to_have_accessible_name(right.views[view].words)


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    expect_words(output, play_newcomer())
    press(output, "Dee arrives")
    expect_words(output, own())
    expect(output).to_contain_text("IndexError: index out of range in self")
    node(output, ANN).click()
    expect_words(output, own((ANN,)))
    node(output, CEM, view=1).click()
    expect_words(output, own((ANN, CEM)))
    expect(output.locator(".gv-edge.gv-strong")).to_have_count(4)  # her two edges in both pictures
    output.get_by_label("her ratings").select_option("1, 5")
    expect_words(output, own((ANN, CEM), "1, 5"))
    output.get_by_label("she tells them, too").check()
    expect_words(output, own((ANN, CEM), "1, 5", tells=True))
    expect(output).to_contain_text("Who else has another row than before: Ann, Cem.")
    press(output, "Train the table again")
    expect_words(output, own((ANN, CEM), "1, 5", tells=True, trained=1))
    expect(output).to_contain_text("trained again, from another start")
    node(output, CEM).click()
    expect(output.locator(".gv-edge.gv-strong")).to_have_count(4)  # Ann's: there and back
    press(output, "Start again")
    expect_words(output, play_newcomer())
    expect(output.locator("[data-node='8']")).to_have_count(0)


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_role("button", name="Dee arrives").focus()
    page.keyboard.press("Enter")
    expect_words(output, own())
    node(output, ANN).focus()
    page.keyboard.press("Enter")
    expect_words(output, own((ANN,)))
    output.get_by_label("her ratings").focus()
    page.keyboard.press("ArrowDown")
    expect_words(output, own((ANN,), "3, 3"))
    output.get_by_label("she tells them, too").focus()
    page.keyboard.press("Space")
    expect_words(output, own((ANN,), "3, 3", tells=True))
    output.get_by_role("button", name="Train the table again").focus()
    page.keyboard.press("Enter")
    expect_words(output, own((ANN,), "3, 3", tells=True, trained=1))
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect_words(output, play_newcomer())


def test_what_stands_in_the_nodes_and_where_it_comes_from(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    for teller in (ANN, CEM):
        node(output, teller).click()
    right = own((ANN, CEM))
    expect_words(output, right)
    for view in (0, 1):
        inside = output.locator(".gv").nth(view).locator(".gv-inside")
        expect(inside).to_have_text(right.views[view].inside)
        for which in range(9):
            node(output, which, view).hover()
            expect(detail(output, view)).to_have_text(right.views[view].details[which])
    cells = output.locator("tbody tr", has=output.page.get_by_role("rowheader", name="Dee")).locator("td")
    expect(cells).to_have_text(["4, 2", "no row", "no row", "no row", "0.6"])


def test_broken_functions_show_their_own_lines_and_end_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("SAGELayer: crashed")
    layer = re.compile(rf"^Cell In\[\d+\], line 10:  {re.escape('return x[edge_index[0] + 99]')}")
    expect(output.locator("pre")).to_have_text([layer])
    press(output, "Dee arrives")
    expect_words(output, own())
    table = re.compile(rf"^Cell In\[\d+\], line 12:  {re.escape('return rows[nodes]')}")
    expect(output.locator("pre")).to_have_text([layer, table])
    expect(output).to_contain_text("IndexError: index 8 is out of bounds for dimension 0 with size 8")


@pytest.mark.alone
def test_a_click_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    press(output, "Dee arrives")
    expect_words(output, own())
    tells = output.get_by_label("she tells them, too")
    node(output, ANN).click()
    expect_words(output, own((ANN,)))
    seen = output.locator(".gv").nth(1)
    times = [milliseconds(tells, seen) for _ in range(20)]
    print(f"tick: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100
    train = output.get_by_role("button", name="Train the table again")
    trained = [milliseconds(train, output.locator(".gv").first) for _ in range(8)]
    print(f"training: median {median(trained):.0f} ms of {[round(one) for one in trained]}")
    assert median(trained) <= 300


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    for teller in (ANN, CEM):
        node(output, teller).click()
    expect_words(output, own((ANN, CEM)))
    output.get_by_label("she tells them, too").check()
    expect_words(output, own((ANN, CEM), tells=True))
    sound_and_fitting(notebook, "newcomer")
