"""The pooling playground in JupyterLab: every control by mouse and by keyboard, and what it costs."""

from collections.abc import Callable
from statistics import median

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from gnn_lib.plot.style import number
from gnn_lib.pool import global_add_pool, global_max_pool, global_mean_pool
from tests.browser.lab import Lab, Notebook
from tests.browser.playing import detail, milliseconds, node, play, sound_and_fitting, words

pytestmark = pytest.mark.slow
Open = Callable[[str], Notebook]
SHOW = "from gnn_lib.widgets import play_pooling\nplay_pooling()"
BROKEN = """
from gnn_lib.widgets import play_pooling
def sum_readout(x, batch, num_graphs):
    return x[batch + 99]
def mean_readout(x, batch, num_graphs):
    return x
play_pooling({"sum": sum_readout, "mean": mean_readout})
"""


def press(output: Locator, name: str) -> None:
    output.get_by_role("button", name=name).click()


def table(output: Locator) -> list[list[str]]:
    lines = output.locator("table tbody tr")
    return [lines.nth(k).locator("td").all_inner_texts() for k in range(lines.count())]


def test_every_row_is_the_librarys(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    node(output, 3).click()
    expect(node(output, 3)).to_have_text("b")
    letters = [[letter for letter in words(output, view) if letter] for view in (0, 1)]
    assert letters[0] == ["b", "b", "o", "b"]
    colors = torch.tensor(["bog".index(letter) for letter in letters[0] + letters[1]])
    batch = torch.tensor([0] * len(letters[0]) + [1] * len(letters[1]))
    for shown, readout in zip(
        table(output), (global_add_pool, global_mean_pool, global_max_pool), strict=True
    ):
        rows = readout(torch.eye(3)[colors], batch).tolist()
        assert shown[:2] == [f"({', '.join(map(number, row))})" for row in rows]
    assert [row[2] for row in table(output)] == ["different", "different", "the same"]


def test_by_mouse(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    answers = output.locator("table tbody tr td:last-child")
    node(output, 2, view=1).click()
    expect(node(output, 2, view=1)).to_have_text("g")
    expect(answers).to_have_text(["different", "different", "different"])
    node(output, 2, view=1).hover()
    expect(detail(output, 1)).to_contain_text(
        "The green column of this graph: sum 0 + 0 + 1 + 0 + 0 + 0 = 1;"
    )
    press(output, "Start again")
    expect(answers).to_have_text(["different", "the same", "the same"])
    press(output, "Swap two nodes")
    expect(node(output, 0)).to_have_text("o")
    expect(answers).to_have_text(["different", "the same", "the same"])
    output.get_by_label("begin with").select_option("the same colours, other shares")
    expect(answers).to_have_text(["different", "different", "the same"])


def test_by_keyboard(server: Lab, page: Page, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    answers = output.locator("table tbody tr td:last-child")
    node(output, 0).focus()
    page.keyboard.press("End")
    expect(node(output, 7)).to_be_focused()
    page.keyboard.press("Enter")
    expect(node(output, 7)).to_have_accessible_name("place 7: blue")
    page.keyboard.press("Space")
    expect(output.get_by_role("application").first).to_have_accessible_name(
        "The first graph: 2 blue, 2 orange, 0 green."
    )
    for label in ("Swap two nodes", "Start again"):
        output.get_by_role("button", name=label).focus()
        page.keyboard.press("Enter")
    expect(answers).to_have_text(["different", "the same", "the same"])
    expect(node(output, 0)).to_have_text("b")
    output.get_by_label("begin with").focus()
    page.keyboard.press("ArrowDown")
    expect(answers).to_have_text(["different", "different", "the same"])


def test_a_broken_function_shows_its_own_line(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, BROKEN).cell_output(0)
    expect(output).to_contain_text("sum_readout: crashed")
    expect(output.locator("pre")).to_contain_text("line 3:  return x[batch + 99]")
    expect(output).to_contain_text("Your result is [9, 3]; here it has to be [2, 3].")
    node(output, 3).click()
    expect(node(output, 3)).to_have_text("b")  # the playground goes on
    expect(output.locator("table tbody tr td:last-child")).to_have_text(
        ["no answer", "no answer", "the same"]
    )


@pytest.mark.alone
def test_a_click_is_answered_at_once(server: Lab, open_notebook: Open) -> None:
    output = play(server, open_notebook, SHOW).cell_output(0)
    button = output.get_by_role("button", name="Swap two nodes")
    times = [milliseconds(button, output.locator(".gv-nodes").first) for _ in range(21)]
    print(f"swap: median {median(times):.0f} ms of {[round(one) for one in times]}")
    assert median(times) <= 100


@pytest.mark.parametrize("width", [1280, 800])
def test_it_is_sound_and_fits_in_both_themes(
    server: Lab, page: Page, open_notebook: Open, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    notebook = play(server, open_notebook, SHOW)
    output = notebook.cell_output(0)
    expect(output.locator("table tbody tr")).to_have_count(3)
    sound_and_fitting(notebook, "pooling")
