"""The attention playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from gnn_lib.datasets import three_friends
from gnn_lib.exercises import load
from gnn_lib.plot.style import number
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_attention\nplay_attention()"
FRIENDS = """
from gnn_lib.datasets import three_friends
from gnn_lib.widgets import play_attention
play_attention(graph=three_friends())
"""
BROKEN = """import torch
from gnn_lib.widgets import play_attention
def gat_scores(h, edge_index, a_dst, a_src, slope):
    return h[edge_index[0] + 9] @ a_src
def inbox_softmax(scores, edge_index, num_nodes):
    return scores / 0
play_attention(gat_scores, inbox_softmax)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def numbers(output: Locator, view: int = 0) -> Locator:
    return output.locator(".gv").nth(view).locator(".gv-number")


def row(output: Locator, name: str) -> Locator:
    return output.locator("tbody tr", has=output.page.get_by_role("rowheader", name=name)).locator("td")


def test_every_step_is_the_lessons(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, FRIENDS).cell_output(0)
    exercises, names = load(4).exercises, ("gat_scores", "inbox_softmax")
    gat_scores, inbox_softmax = (exercises[name].answer for name in names)  # type: ignore[union-attr]
    friends = three_friends()
    edges = torch.cat([friends.edge_index, torch.arange(3).expand(2, -1)], dim=1)
    heads = [([1.0, 0.0], [-1.0, 1.0]), ([0.0, 1.0], [1.0, -1.0])]
    for step, slope in ((2, 0.2), (1, 0.2), (0, 1.0)):
        for view, (a_dst, a_src) in enumerate(heads):
            right = gat_scores(friends.x, edges, torch.tensor(a_dst), torch.tensor(a_src), slope)
            if step == 2:
                right = inbox_softmax(right, edges, 3)
            expect(numbers(output, view)).to_have_text([number(value) for value in right.tolist()])
        press(output, "Back")


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 1).hover()
    told = "Bob hears Ann: e^-0.2 / 149.2 = 0.0055; itself: e^5 / 149.2 = 0.99."
    expect(detail(output)).to_contain_text(told)
    node(output, 0, view=1).click()
    for view in (0, 1):
        expect(output.locator(".gv").nth(view).locator(".gv-inside").first).to_have_text("1, 5")
    press(output, "Start again")
    expect(output.locator(".gv-inside").first).to_have_text("5, 1")
    output.get_by_label("each hears itself").uncheck()
    expect(numbers(output)).to_have_count(9)
    output.get_by_label("each hears itself").check()
    output.get_by_label("everyone hears everyone").check()
    expect(numbers(output)).to_have_count(25)
    expect(row(output, "different orders")).to_have_text(["1", "1", "4", "4"])
    output.get_by_label("layer").select_option("GATv2")
    expect(output.get_by_role("application").first).to_have_accessible_name(
        re.compile(r"^GATv2, head 0 likes its own taste: share of the inbox\. Ann hears .*itself 0\.\d+")
    )
    press(output, "Back")
    press(output, "Back")
    node(output, 0).hover()
    expect(detail(output)).to_contain_text("Bob: -0.5 · 6 + -0.5 · (-6) = 0;")
    press(output, "Step")
    expect(detail(output)).to_contain_text("Bob: (6, -6) bent to (6, -1.2), -0.5 · 6 + -0.5 · (-1.2) = -2.4;")


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("Enter")
    first = output.locator(".gv-inside").first
    expect(first).to_have_text("1, 5")
    picture = output.get_by_role("application").first
    bent, share = "score, bent by LeakyReLU", "share of the inbox"
    for name, step in (("Start again", share), ("Back", bent), ("Step", share)):
        output.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        expect(picture).to_have_accessible_name(re.compile(f"^GAT, head 0 loves thrillers: {step}"))
    expect(first).to_have_text("5, 1")
    output.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(picture).to_have_accessible_name(re.compile(f"^GAT, head 0 loves thrillers: {bent}"))
    output.get_by_label("layer").focus()
    page.keyboard.press("ArrowDown")
    expect(picture).to_have_accessible_name(re.compile("^GATv2, head 0 likes its own taste: score, bent"))
    for label, lines in (("each hears itself", 9), ("everyone hears everyone", 20)):
        output.get_by_label(label).focus()
        page.keyboard.press("Space")
        expect(numbers(output)).to_have_count(lines)


def test_broken_functions_show_their_own_lines_and_end_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("gat_scores: crashed")
    line = "return h[edge_index[0] + 9] @ a_src"
    expect(output.locator("pre")).to_have_text(re.compile(rf"^Cell In\[\d+\], line 4:  {re.escape(line)}"))
    expect(output).to_contain_text("inbox_softmax: not a number")
    press(output, "Back")
    expect(output.get_by_role("application").first).to_have_accessible_name(re.compile("score, not bent"))
    output.get_by_label("layer").select_option("GATv2")
    expect(output.get_by_role("application").first).to_have_accessible_name(re.compile("^GATv2, head 0"))


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("everyone hears everyone").check()
    expect(numbers(output)).to_have_count(25)
    step, back = (output.get_by_role("button", name=name) for name in ("Step", "Back"))
    walk = [back, back, step, step] * 8
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
    expect(output.locator("tbody tr")).to_have_count(5)
    sound_and_fitting(notebook, "attention")
