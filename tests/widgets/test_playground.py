"""The frame: what is said, what is shown, and what stays where no kernel runs."""

import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from gnn_lib.datasets import path_abcd, three_friends
from gnn_lib.widgets import GraphView, Playground
from gnn_lib.widgets.playground import button, choice, slider, table, tick

WIDGET = "application/vnd.jupyter.widget-view+json"


def test_a_playground_leaves_its_views_and_words_behind() -> None:
    play = Playground("Two", [GraphView(three_friends()), GraphView(path_abcd())])
    data, metadata = play._repr_mimebundle_()
    assert data["text/plain"] == play.words == metadata["image/svg+xml"]["alt"]
    assert "Ann → Bob" in play.words
    assert "A – B" in play.words
    assert data[WIDGET]["model_id"] == play.model_id
    root = ET.fromstring(data["image/svg+xml"])
    assert float(root.attrib["width"]) > sum(view.size[0] for view in play.views)
    names = {text for part in root.iter() for text in [part.text] if text}
    assert {"Ann", "Bob", "Cem", "A", "B", "C", "D"} <= names


def test_controls_call_their_handlers() -> None:
    heard: list[str] = []
    play = Playground("One", [GraphView(three_friends())])
    controls = [
        button("Go", lambda: heard.append("go")), tick("self", lambda: heard.append("tick")),
        slider("round", 0, 5, lambda: heard.append("slide")),
        choice("how", ["sum", "mean"], lambda: heard.append("choose")),
    ]  # fmt: skip
    play.add_control(*controls[:1])
    play.add_control(*controls[1:])
    assert list(play.controls.children) == controls
    controls[0].click()
    controls[1].value = True
    controls[2].value = 3
    controls[3].value = "mean"
    assert heard == ["go", "tick", "slide", "choose"]


def test_handlers_take_turns() -> None:
    """A widget's first event comes by another thread than those after it."""
    heard: list[str] = []

    def move(name: str) -> None:
        heard.append(f"{name} begins")
        time.sleep(0.2)
        heard.append(f"{name} ends")

    view = GraphView(three_friends())
    view.on_click(lambda node: move("click"))
    slides = slider("round", 0, 5, lambda: move("slide"))
    go = button("Go", lambda: move("go"))
    events: list[Callable[[], object]] = [
        lambda: slides.set_state({"value": 1}), go.click,
        lambda: view._hear(None, {"event": "click", "node": 0}, None),
    ]  # fmt: skip
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda event: event(), events))
    assert sorted(heard[::2]) == ["click begins", "go begins", "slide begins"]
    assert heard[1::2] == [begins.replace("begins", "ends") for begins in heard[::2]]


def test_a_control_sets_another_in_its_own_turn() -> None:
    heard: list[int] = []
    first = slider("first", 0, 5, lambda: heard.append(first.value))
    button("Go", lambda: setattr(first, "value", 3)).click()
    assert heard == [3]


def test_what_is_said_is_there_until_something_else_is() -> None:
    play = Playground("One", [GraphView(three_friends())])
    play.say("<p>Hello</p>")
    assert play.message.value == "<p>Hello</p>"
    play.say("")
    assert play.message.value == ""


def test_a_title_is_a_text() -> None:
    assert "&lt;i&gt;" in Playground("<i>", [GraphView(three_friends())]).children[0].value


def test_a_table_has_headers_and_keeps_its_words_apart_from_html() -> None:
    root = ET.fromstring(table("a < b", ["<r>"], ["x", "y"], [["1", "<2>"]], strong=[(0, 1)]))
    assert root.find(".//caption").text == "a < b"  # type: ignore[union-attr]
    assert [part.text for part in root.iter("th")] == ["x", "y", "<r>"]
    assert [part.text for part in root.iter("td")][1:] == ["1", None]
    assert [part.text for part in root.iter("strong")] == ["<2>"]
    assert {part.attrib["scope"] for part in root.iter("th")} == {"row", "col"}
