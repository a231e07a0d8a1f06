"""The message passing playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.datasets import path_abcd
from gnn_lib.exercises import load
from gnn_lib.plot.style import number
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting, words

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets.message_passing import play_messages\nplay_messages()"
BROKEN = """
import torch
from gnn_lib.widgets.message_passing import play_messages
def sum_messages(messages, edge_index, num_nodes):
    inbox = torch.zeros(num_nodes, 1)
    return inbox[edge_index[0] + 9]
def mean_messages(messages, edge_index, num_nodes):
    while True:
        pass
def max_messages(messages, edge_index, num_nodes):
    raise NotImplementedError("max_messages")
play_messages({"sum": sum_messages, "mean": mean_messages, "max": max_messages})
"""
LARGE = """
from gnn_lib.datasets import power_law_graph
from gnn_lib.widgets.message_passing import play_messages
play_messages(graph=power_law_graph(500, 2000), rounds=40)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def test_every_round_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    output.get_by_label("start").select_option("the graph's x")
    many_rounds = load(2).exercises["many_rounds"].answer  # type: ignore[union-attr]
    path = path_abcd()
    for rounds in range(4):
        h = many_rounds(path.x, path.edge_index, rounds)
        expect(output.locator(".gv-inside")).to_have_text([number(value) for value in h.flatten().tolist()])
        press(output, "Step")
    rows = output.locator("table tbody tr")
    expect(rows.first.locator("td")).to_have_text(["1", "3", "10", "34", "101"])


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    inside = output.locator(".gv-inside")
    node(output, 3).click()
    expect(inside).to_have_text(["1", "0", "0", "1"])
    press(output, "Step")
    expect(inside).to_have_text(["1", "1", "1", "1"])
    node(output, 1).hover()
    expect(detail(output)).to_have_text("B hears A, C: 1 + 0 = 1. With its own 0: 1.")
    output.get_by_label("summary").select_option("mean")
    expect(inside).to_have_text(["1", "0.5", "0.5", "1"])
    output.get_by_label("its own").select_option("is forgotten")
    expect(inside).to_have_text(["0", "0.5", "0.5", "0"])
    output.get_by_label("its own").select_option("is one more message")
    expect(inside).to_have_text(["0.5", "0.33", "0.33", "0.5"])
    output.get_by_label("fade").check()
    expect(output.locator(".gv-node.gv-faint")).to_have_count(2)
    press(output, "Back")
    expect(inside).to_have_text(["1", "0", "0", "1"])
    expect(output.locator(".gv-node.gv-faint")).to_have_count(3)
    press(output, "Start again")
    expect(inside).to_have_text(["1", "0", "0", "0"])


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    inside = output.locator(".gv-inside")
    node(output, 0).focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(inside).to_have_text(["1", "0", "1", "0"])
    output.get_by_role("button", name="Step").focus()
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["1", "2", "1", "1"])
    page.keyboard.press("Space")
    expect(inside).to_have_text(["3", "4", "4", "2"])
    output.get_by_role("button", name="Back").focus()
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["1", "2", "1", "1"])
    output.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(inside).to_have_text(["3", "4", "4", "2"])
    output.get_by_label("summary").focus()
    page.keyboard.press("m")  # the first that begins so; an "m" for JupyterLab would make words of the cell
    expect(output.get_by_role("application")).to_have_accessible_name(
        "Round 2 of 6, by mean. A: 2, B: 2, C: 2, D: 2. News from C can have reached 4 of 4 nodes."
    )
    box = output.get_by_label("fade")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect(inside).to_have_text(["1", "0", "0", "0"])


def test_broken_functions_show_their_own_lines_and_end_nothing(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    press(output, "Step")
    expect(output).to_contain_text("sum_messages: crashed")
    expect(output.locator("pre")).to_have_text(
        re.compile(r"Cell In\[\d+\], line 5:  return inbox\[edge_index\[0\] \+ 9\]")
    )
    expect(output.locator(".gv-inside")).to_have_text(["1", "0", "0", "0"])
    output.get_by_label("summary").select_option("mean")
    expect(output.locator("pre")).to_have_count(0)
    press(output, "Step")
    expect(output).to_contain_text("mean_messages: too slow", timeout=20_000)
    expect(output.locator("pre")).to_have_text(re.compile(r"Cell In\[\d+\], line [78]:  (while True:|pass)"))
    output.get_by_label("summary").select_option("max")
    press(output, "Step")
    expect(output).to_contain_text("max_messages is not written yet: this is the library's")
    expect(output.locator(".gv-inside")).to_have_text(["1", "1", "0", "0"])


@pytest.mark.alone
def test_a_step_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    step, back = (output.get_by_role("button", name=name) for name in ("Step", "Back"))
    walk = [step, step, step, back, back, back] * 6
    times = [milliseconds(button, output.locator(".gv-nodes")) for button in walk]
    print(f"step: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.alone
def test_with_500_nodes_it_stays_fluid(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, LARGE).cell_output(0)
    expect(output.locator(".gv-node")).to_have_count(500)
    step = output.get_by_role("button", name="Step")
    times = [milliseconds(step, output.locator(".gv-nodes")) for _ in range(15)]
    print(f"500 nodes: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 250


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    press(output, "Step")
    expect(output.locator(".gv-inside")).to_have_text(["1", "1", "0", "0"])
    assert words(output) == ["1", "1", "0", "0"]
    sound_and_fitting(notebook, "messages")
