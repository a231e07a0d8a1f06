"""The tree behind one node, in JupyterLab: every control by mouse and by keyboard, and what it costs."""

import re
from collections.abc import Callable
from statistics import median

import pytest
from playwright.sync_api import Locator, Page, expect

from gnn_lib.datasets import path_abcd
from gnn_lib.exercises import load
from gnn_lib.plot.style import number
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting, wait_until, words

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_tree\nplay_tree(node=1)"
BROKEN = """
import torch
from gnn_lib.widgets import play_tree
def sum_messages(messages, edge_index, num_nodes):
    inbox = torch.zeros(num_nodes, 1)
    return inbox[edge_index[0] + 9]
def mean_messages(messages, edge_index, num_nodes):
    while True:
        pass
def max_messages(messages, edge_index, num_nodes):
    return torch.zeros(num_nodes, 1) / 0
play_tree({"sum": sum_messages, "mean": mean_messages, "max": max_messages})
"""
CLUB = """
from gnn_lib.datasets import karate_club
from gnn_lib.widgets import play_tree
play_tree(graph=karate_club(), node=16)
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def rounds(output: Locator, count: int) -> None:
    """By the slider's keys; then the kernel has drawn it: what is pointed at earlier may be gone by then."""
    handle = output.get_by_role("slider")
    handle.focus()
    handle.press("Home")
    for _ in range(count):
        handle.press("ArrowRight")
    expect(output.locator("tbody tr")).to_have_count(count + 1)


def tree(output: Locator) -> Locator:
    return output.locator(".gv").nth(1)


def rings(output: Locator, view: int) -> list[str]:
    return output.locator(".gv").nth(view).locator(".gv-strong .gv-inside").all_text_contents()


def test_every_tree_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    path = path_abcd()
    sizes, rounds_of = (load(2).exercises[name].answer for name in ("tree_sizes", "many_rounds"))  # type: ignore[union-attr]
    rounds(output, 3)
    for root, name in enumerate("ABCD"):
        node(output, root).click()
        counted = [int(size) for size in sizes(path.edge_index, 4, root, 3)]
        cells = output.locator("tbody td:nth-of-type(1)")
        expect(cells).to_have_text([str(size) for size in counted])
        expect(tree(output).locator(".gv-node")).to_have_count(sum(counted))
        h = rounds_of(path.x, path.edge_index, 3)
        said = f"{name}, the root of the tree, level 0: {number(float(h[root]))}"
        expect(node(output, 0, view=1)).to_have_accessible_name(said)


def test_by_mouse(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    expect(tree(output).locator(".gv-inside")).to_have_text([*"BACBBD"])
    node(output, 2, view=1).hover()
    expect(detail(output, 1)).to_have_text("Round 1: C hears B, D: 2 + 8 = 10. With its own 4: 14.")
    node(output, 3, view=1).hover()
    expect(detail(output, 1)).to_have_text("B starts with 2. B stands at 3 places here.")
    wait_until(page, lambda: rings(output, 1) == [*"BBB"] and rings(output, 0) == ["B"], "B's twins light up")
    node(output, 2).hover()
    expect(detail(output)).to_have_text("C starts with 4. In this tree: 1 on level 1.")
    wait_until(page, lambda: rings(output, 1) == rings(output, 0) == ["C"], "C lights up")
    box = tree(output).locator("[data-edge='4'] .gv-number").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(detail(output, 1)).to_have_text(
        "Round 1: D tells C 8. The 3 arrows of this round share the weights W1."
    )
    expect(tree(output).locator(".gv-caption").first).to_have_text("round 2: W2")
    output.get_by_label("summary").select_option("mean")
    node(output, 0, view=1).hover()
    expect(detail(output, 1)).to_contain_text("hears A, C: (3 + 9) / 2 = 6. With its own 4.5: 10.5.")
    output.get_by_label("each node once").check()
    expect(tree(output).locator(".gv-inside")).to_have_text([*"BACBD"])
    node(output, 2, view=1).click()
    expect(tree(output).locator(".gv-inside")).to_have_text([*"CBDAC"])
    press(output, "Start again")
    expect(tree(output).locator(".gv-inside")).to_have_text([*"BACBBD"])
    expect(output.get_by_label("each node once")).not_to_be_checked()


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    inside = tree(output).locator(".gv-inside")
    rounds(output, 1)
    expect(inside).to_have_text([*"BAC"])
    node(output, 0).focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(inside).to_have_text([*"CBD"])
    node(output, 0, view=1).focus()
    page.keyboard.press("ArrowDown")
    wait_until(page, lambda: rings(output, 0) == words(output, 1)[1:2], "what has the focus has a ring")
    page.keyboard.press("Space")
    expect(inside).to_have_text([*"BAC"])
    output.get_by_label("summary").focus()
    page.keyboard.press("m")  # the first that begins so; an "m" for JupyterLab would make words of the cell
    expect(output.get_by_role("application").nth(1)).to_have_accessible_name(
        "The tree of B over 1 round by mean: 3 places, 3 different nodes. Level 1: A, C."
    )
    box = output.get_by_label("each node once")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    output.get_by_role("button", name="Start again").focus()
    page.keyboard.press("Enter")
    expect(inside).to_have_text([*"BACBBD"])


def test_broken_functions_show_their_lines_and_the_last_good_tree(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("sum_messages: crashed")
    expect(output.locator("pre")).to_have_text(
        re.compile(r"Cell In\[\d+\], line 5:  return inbox\[edge_index\[0\] \+ 9\]")
    )
    expect(tree(output).locator(".gv-inside")).to_have_text(["A"])
    output.get_by_label("summary").select_option("max")
    output.get_by_role("slider").press("ArrowRight")
    expect(output).to_contain_text("holds nan")
    expect(output.get_by_role("slider")).to_have_attribute("aria-valuetext", "0")
    output.get_by_label("summary").select_option("mean")
    expect(output).not_to_contain_text("holds nan")
    output.get_by_role("slider").press("ArrowRight")
    expect(output).to_contain_text("mean_messages: too slow", timeout=20_000)
    node(output, 3).click()
    expect(tree(output).locator(".gv-inside")).to_have_text(["D"])


def test_a_tree_too_large_says_so(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, CLUB).cell_output(0)
    rounds(output, 3)
    expect(output).to_contain_text("On level 3, 50 places would stand beside each other; up to 24")
    expect(tree(output).locator(".gv-node")).to_have_count(11)
    expect(output.locator("tbody tr").last.locator("td")).to_have_text(["50", "18", "61", "18"])
    output.get_by_label("each node once").check()
    expect(tree(output).locator(".gv-node")).to_have_count(27)
    expect(output).not_to_contain_text("beside each other")


@pytest.mark.alone
def test_a_click_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    box, places = output.get_by_label("each node once"), output.locator(".gv-nodes").nth(1)
    times = [milliseconds(box, places) for _ in range(20)]
    print(f"each node once: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("name", ["tree", "tree-club"])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, name: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW if name == "tree" else CLUB)
    output = notebook.cell_output(0)
    rounds(output, 3)
    if name == "tree":
        node(output, 3, view=1).hover()
        wait_until(page, lambda: len(rings(output, 1)) == 3, "B's twins light up")
    else:
        output.get_by_label("each node once").check()
        expect(tree(output).locator(".gv-node")).to_have_count(27)
    sound_and_fitting(notebook, name)
