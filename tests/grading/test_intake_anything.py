"""Whatever bytes a student hands in, something valid is taken, or nothing and the reason is said."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.grading.handed_in import LESSON, taken
from tests.grading.solved import released

NAMES = """cells cell_type source metadata nbgrader grade_id tags id nbformat worksheets input attachments
    image/png kernelspec name points"""
KEYS = st.text(max_size=3) | st.sampled_from(NAMES.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
    | st.sampled_from(["code", "markdown", "check_x", "\ud800", "\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)  # fmt: skip
ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "timestamp.txt").write_bytes(data)
    taken(tmp_path, data)


@ANY
@given(cells=st.lists(JSON), rest=st.dictionaries(KEYS, JSON, max_size=3), whole=JSON)
def test_any_json(tmp_path: Path, cells: list[object], rest: dict[str, object], whole: object) -> None:
    for value in ({"nbformat": 4, "cells": cells, **rest}, whole):
        taken(tmp_path, json.dumps(value).encode())


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in it where something is."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(inside):
        yield value, key
        yield from spots(inner)


@ANY
@given(damage=st.lists(st.tuples(st.integers(0, 10**6), JSON), min_size=1, max_size=8))
def test_any_damage_to_a_real_notebook(tmp_path: Path, damage: list[tuple[int, object]]) -> None:
    """A value somewhere in it becomes another."""
    notebook: Any = released(LESSON)
    places = list(spots(notebook))
    for number, value in damage:
        inside, key = places[number % len(places)]
        inside[key] = value
    taken(tmp_path, json.dumps(notebook).encode())
