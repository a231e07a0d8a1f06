"""The real data where their files are, else the twin; and never a download."""

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gnn_lib.datasets import citation_graph, citation_like, files, molecule_graphs, molecules_like, sources
from gnn_lib.graph import Graph
from tests.datasets.helpers import fingerprint
from tests.datasets.test_real import planetoid_files, tu_files


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A download would be an error; the machine's own data are out of sight."""

    def refuse(source: sources.Source, _: Path) -> None:
        raise AssertionError(f"a download of {source.name} was started")

    monkeypatch.setattr(files, "_download", refuse)
    monkeypatch.setenv("GNN_LIB_DATA", str(tmp_path / "nothing here"))


@pytest.fixture
def expect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a data set have the size of the small files instead of the published one."""

    def change(table: dict[str, Any], name: str, **size: int) -> None:
        monkeypatch.setitem(table, name, replace(table[name], size=size))

    return change


def same(one: Graph, other: Graph) -> bool:
    tensors, others = dict(one.tensors()), dict(other.tensors())
    return tensors.keys() == others.keys() and all(
        fingerprint(tensors[name]) == fingerprint(others[name]) for name in tensors
    )


def test_without_files_it_is_the_twin_and_says_so(tmp_path: Path) -> None:
    papers, which = citation_graph()
    assert same(papers, citation_like())
    assert which.startswith("citation_like(), a made-up")
    assert "Cora's own files are not" in which
    molecules, which = molecule_graphs(tmp_path)
    assert all(same(*pair) for pair in zip(molecules, molecules_like(), strict=True))
    assert which.startswith("molecules_like(), 188 made-up")
    assert "MUTAG's own files are not" in which


def test_cora_where_it_is(tmp_path: Path, expect: Callable[..., None]) -> None:
    x, _ = planetoid_files(tmp_path / "planetoid/Cora/raw", "Cora")
    expect(sources.PLANETOID, "Cora", nodes=510, edges=4)
    papers, which = citation_graph(tmp_path)
    assert papers.x is not None
    assert papers.x.tolist() == x.tolist()
    assert which.startswith("Cora, a real")


def test_mutag_where_it_is(
    tmp_path: Path, expect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tu_files(tmp_path / "MUTAG/raw", "MUTAG")
    expect(sources.TU, "MUTAG", graphs=4, nodes=10, edges=10)
    monkeypatch.setenv("GNN_LIB_DATA", str(tmp_path))
    molecules, which = molecule_graphs()
    assert [graph.num_nodes for graph in molecules] == [3, 1, 2, 4]
    assert which.startswith("MUTAG: 188 real molecules")


def test_some_of_the_files_are_not_enough(tmp_path: Path) -> None:
    folder = tmp_path / "planetoid/Cora/raw"
    planetoid_files(folder, "Cora")
    (folder / "ind.cora.graph").unlink()
    assert same(citation_graph(tmp_path)[0], citation_like())


def test_damaged_files_do_not_stop_a_lesson(tmp_path: Path) -> None:
    folder = tmp_path / "planetoid/Cora/raw"
    planetoid_files(folder, "Cora")
    (folder / "ind.cora.graph").write_bytes(pickle.dumps("no graph"))
    papers, which = citation_graph(tmp_path)
    assert same(papers, citation_like())
    assert "Cora's own files on this machine are damaged" in which
