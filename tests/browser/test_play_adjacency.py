"""The adjacency playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.convert import to_dense
from gnn_lib.datasets import three_friends
from gnn_lib.plot.style import number
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting, wait_until, words

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets.adjacency import play_adjacency\nplay_adjacency()"
BROKEN = """
import torch
from gnn_lib.widgets.adjacency import play_adjacency
def adjacency(edge_index, num_nodes):
    A = torch.zeros(num_nodes, num_nodes)
    for i, j in edge_index:  # its two rows, not its columns
        A[i, j] += 1
    return A
play_adjacency(adjacency)
"""


def table(output: Locator, which: int) -> list[list[str]]:
    rows = output.locator("table").nth(which).locator("tbody tr")
    return [rows.nth(k).locator("td").all_inner_texts() for k in range(rows.count())]


def test_what_is_shown_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    friends = three_friends()
    A, x = to_dense(friends), friends.x
    assert x is not None
    assert words(output, 1) == [number(value) for value in A.flatten().tolist()]
    assert table(output, 0) == [[str(node) for node in row] for row in friends.edge_index.tolist()]
    inbox = [[number(value) for value in row] for row in (A.T @ x).tolist()]
    assert [row[2:] for row in table(output, 1)] == inbox


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 1).click()
    expect(node(output, 1)).to_have_class("gv-node gv-strong gv-looked")
    node(output, 0).click()
    expect(node(output, 3, view=1)).to_have_text("1")  # row 1, column 0
    assert table(output, 0) == [["0", "0", "1", "2", "1"], ["1", "2", "2", "0", "0"]]
    node(output, 0).hover()
    expect(detail(output)).to_have_text("Ann hears Cem and Bob: 1 + 3 = 4; 3 + 5 = 8")
    node(output, 3, view=1).click()  # the matrix changes the graph
    expect(output.locator(".gv").first.locator(".gv-edge")).to_have_count(4)
    node(output, 5, view=1).hover()
    expect(detail(output, 1)).to_have_text("A[1, 2] = 1. Bob tells Cem.")
    output.get_by_label("both ways").check()
    node(output, 5, view=1).click()
    node(output, 5, view=1).click()
    expect(node(output, 7, view=1)).to_have_text("1")
    before = words(output)
    output.get_by_role("button", name="Shuffle the numbers").click()
    expect(output.locator(".gv").first.locator(".gv-inside").first).not_to_have_text(before[0])
    output.get_by_role("button", name="Start again").click()
    expect(node(output, 0)).to_have_text("0Ann")
    assert words(output, 1) == ["0", "1", "1", "0", "0", "1", "1", "0", "0"]


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 0).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(output.get_by_role("application").first).to_have_accessible_name(
        "Bob is picked: click the node that it tells, or Escape. A directed graph with 3 nodes and 4 edges: "
        "Ann → Bob, Ann → Cem, Bob → Cem, Cem → Ann."
    )  # fmt: skip
    page.keyboard.press("Escape")
    expect(output.get_by_role("application").first).to_have_accessible_name(
        "A directed graph with 3 nodes and 4 edges: Ann → Bob, Ann → Cem, Bob → Cem, Cem → Ann."
    )
    node(output, 0, view=1).focus()
    page.keyboard.press("Enter")  # a self-loop
    expect(node(output, 0, view=1)).to_have_text("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(node(output, 4, view=1)).to_be_focused()
    page.keyboard.press("Space")
    expect(node(output, 4, view=1)).to_have_text("1")
    for name in ("Start again", "Shuffle the numbers"):
        before = words(output, 1), words(output)
        output.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
        wait_until(page, lambda: (words(output, 1), words(output)) != before, name)  # noqa: B023
    box = output.get_by_label("both ways")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()


def test_a_broken_function_shows_its_own_line(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("adjacency: crashed")
    line = r"Cell In\[\d+\], line 5:  for i, j in edge_index:  # its two rows, not its columns"
    expect(output.locator("pre")).to_have_text(re.compile(line))
    node(output, 0).click()
    node(output, 0).click()
    expect(output.locator(".gv").first.locator(".gv-edge")).to_have_count(5)  # the playground goes on


@pytest.mark.alone
def test_a_click_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    button = output.get_by_role("button", name="Shuffle the numbers")
    times = [milliseconds(button, output.locator(".gv-nodes").nth(1)) for _ in range(25)]
    print(f"shuffle: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    expect(output.locator(".gv")).to_have_count(2)
    sound_and_fitting(notebook, "adjacency")
