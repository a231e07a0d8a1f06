"""The loaders, on small files in the real formats: made here, so these tests run everywhere."""

import os
import pickle
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import torch
from torch_geometric.datasets import WordNet18RR

from gnn_lib import datasets
from gnn_lib.datasets import (
    DatasetUnavailableError,
    load_planetoid,
    load_triples,
    load_tu,
    normalise_rows,
    pubmed_edges,
    real,
    sources,
)


@pytest.fixture
def expect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a data set have the size of the small files instead of the published one."""

    def change(table: dict[str, sources.Source], name: str, **size: int) -> None:
        monkeypatch.setitem(table, name, replace(table[name], size=size))

    return change


# Planetoid: 4 labelled papers, 500 more with labels that validation uses, then 6 for test


def planetoid_files(folder: Path, name: str, skip: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Write a tiny Planetoid data set; returns x and the labels by node. `skip`: a node without either."""
    random = np.random.default_rng(0)
    known, total = 504, 510
    x = (random.random((total, 5)) < 0.4).astype(np.float32)
    y = random.integers(0, 3, total)
    test = [508, 504, 509, 505, 507, 506]  # the real files' test rows come in such an order, too
    if skip is not None:
        test.remove(skip)
        x[skip], y[skip] = 0, 0
    neighbours = defaultdict(list, {node: [] for node in range(total)})
    neighbours |= {0: [1, 1, 505], 1: [0, 0], 2: [2], 505: [0]}  # a copy, and a self-loop
    one_hot = np.eye(3, dtype=np.int32)[y]
    parts: dict[str, Any] = {
        "x": scipy.sparse.csr_matrix(x[:4]), "y": one_hot[:4],
        "allx": scipy.sparse.csr_matrix(x[:known]), "ally": one_hot[:known],
        "tx": scipy.sparse.csr_matrix(x[test]), "ty": one_hot[test],
        "graph": neighbours,
    }
    folder.mkdir(parents=True)
    for part, content in parts.items():
        (folder / f"ind.{name.lower()}.{part}").write_bytes(pickle.dumps(content, protocol=2))
    (folder / f"ind.{name.lower()}.test.index").write_text("".join(f"{node}\n" for node in test))
    return x, y


def test_planetoid_puts_every_row_at_its_node(tmp_path: Path, expect: Callable[..., None]) -> None:
    x, y = planetoid_files(tmp_path / "planetoid/Cora/raw", "Cora")
    expect(sources.PLANETOID, "Cora", nodes=510, edges=4)
    graph = load_planetoid("Cora", tmp_path)
    assert graph.x.tolist() == x.tolist()
    assert graph.y.tolist() == y.tolist()
    assert set(map(tuple, graph.edge_index.t().tolist())) == {(0, 1), (1, 0), (0, 505), (505, 0)}
    assert graph.train_mask.nonzero().view(-1).tolist() == [0, 1, 2, 3]
    assert graph.val_mask.nonzero().view(-1).tolist() == list(range(4, 504))
    assert graph.test_mask.nonzero().view(-1).tolist() == list(range(504, 510))


def test_citeseer_keeps_its_papers_without_words(tmp_path: Path, expect: Callable[..., None]) -> None:
    x, _ = planetoid_files(tmp_path / "CiteSeer/raw", "CiteSeer", skip=506)
    expect(sources.PLANETOID, "CiteSeer", nodes=510, edges=4)
    graph = load_planetoid("CiteSeer", tmp_path)
    assert graph.x.tolist() == x.tolist()
    assert graph.test_mask.nonzero().view(-1).tolist() == [504, 505, 507, 508, 509]


def test_a_read_only_folder_is_enough(
    tmp_path: Path, expect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    planetoid_files(tmp_path / "data/planetoid/Cora/raw", "Cora")
    expect(sources.PLANETOID, "Cora", nodes=510, edges=4)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GNN_LIB_DATA", str(tmp_path / "data"))
    before = sorted(tmp_path.rglob("*"))
    assert load_planetoid("Cora").num_nodes == 510
    assert sorted(tmp_path.rglob("*")) == before  # root may write anywhere, so modes would prove nothing


# TU: 4 graphs of 3, 1, 2 and 4 nodes, numbered from 1 through all of them


def tu_files(folder: Path, name: str) -> None:
    texts = {
        "graph_indicator": "1\n1\n1\n2\n3\n3\n4\n4\n4\n4\n",
        "node_labels": "0\n2\n0\n1\n0\n1\n2\n2\n0\n0\n",
        "graph_labels": "-1\n1\n1\n-1\n",
        "A": "1, 2\n2, 1\n2, 3\n3, 2\n5, 6\n6, 5\n7, 8\n8, 7\n9, 10\n10, 9\n",
        "edge_labels": "0\n0\n3\n3\n1\n1\n2\n2\n0\n0\n",
        "node_attributes": "".join(f"{i}.5\n" for i in range(10)),
    }
    folder.mkdir(parents=True)
    for part, text in texts.items():
        (folder / f"{name}_{part}.txt").write_text(text)


def test_tu_graphs_are_cut_apart(tmp_path: Path, expect: Callable[..., None]) -> None:
    tu_files(tmp_path / "tu/MUTAG/raw", "MUTAG")
    expect(sources.TU, "MUTAG", graphs=4, nodes=10, edges=10)
    graphs = load_tu("MUTAG", tmp_path)
    assert [graph.num_nodes for graph in graphs] == [3, 1, 2, 4]
    assert [graph.graph_y.tolist() for graph in graphs] == [[0], [1], [1], [0]]
    assert graphs[0].edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert graphs[0].edge_type.tolist() == [0, 0, 3, 3]
    assert torch.equal(graphs[0].edge_attr, torch.eye(4)[[0, 0, 3, 3]])
    assert graphs[0].x.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0]]  # the attribute is left out
    assert graphs[1].edge_index.shape == (2, 0)
    assert graphs[3].edge_index.tolist() == [[0, 1, 2, 3], [1, 0, 3, 2]]


def test_tu_without_bond_types_has_none(tmp_path: Path, expect: Callable[..., None]) -> None:
    tu_files(tmp_path / "PROTEINS/raw", "PROTEINS")
    (tmp_path / "PROTEINS/raw/PROTEINS_edge_labels.txt").unlink()
    expect(sources.TU, "PROTEINS", graphs=4, nodes=10, edges=10)
    graphs = load_tu("PROTEINS", tmp_path)
    assert graphs[0].edge_attr is None
    assert graphs[0].edge_type is None
    assert graphs[0].x.shape == (3, 3)


# Triples


def triple_files(folder: Path) -> None:
    """Twenty facts with two of WordNet's relations; the last entity is only in the test file."""
    facts = [(f"{i % 7:08d}", ("_hypernym", "_also_see")[i % 2], f"{(3 * i) % 9:08d}") for i in range(19)]
    facts.append(("00000004", "_hypernym", "00000099"))
    folder.mkdir(parents=True)
    for split, part in (("train", facts[:14]), ("valid", facts[14:17]), ("test", facts[17:])):
        (folder / f"{split}.txt").write_text("\n".join("\t".join(fact) for fact in part))


def test_triples_are_numbered_as_pyg_s(tmp_path: Path, expect: Callable[..., None]) -> None:
    triple_files(tmp_path / "kg/WN18RR/raw")
    expect(sources.TRIPLES, "WN18RR", entities=8, relations=2, facts=20)
    ours = load_triples("WN18RR", tmp_path)
    theirs = WordNet18RR(str(tmp_path / "kg/WN18RR"))[0]
    assert [len(ours.train), len(ours.valid), len(ours.test)] == [14, 3, 3]
    assert theirs.num_nodes == 8
    assert ours.relations == ("_also_see", "_hypernym")  # by name, as PyG numbers them
    of_pyg = {"_also_see": 0, "_hypernym": 3}
    for mask, facts in (("train_mask", ours.train), ("val_mask", ours.valid), ("test_mask", ours.test)):
        edges = torch.cat([theirs.edge_index, theirs.edge_type[None]])[:, theirs[mask]].t().tolist()
        mine = [[h, t, of_pyg[ours.relations[r]]] for h, r, t in facts.tolist()]
        assert sorted(mine) == sorted(edges)
    assert ours.say(ours.test[-1]) == "00000004 _hypernym 00000099"


# PubMed's graph


def test_pubmed_s_graph_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(sources.PUBMED_GRAPH, size={"nodes": 4, "edges": 2})
    monkeypatch.setattr(real, "PUBMED_GRAPH", small)
    folder = tmp_path / "planetoid_pubmed_graph"
    folder.mkdir()
    neighbours = defaultdict(list, {0: [1, 1, 0], 1: [0, 0], 2: [], 3: [3]})
    (folder / "ind.pubmed.graph").write_bytes(pickle.dumps(neighbours, protocol=2))
    graph = pubmed_edges(tmp_path)
    assert graph.edge_index.tolist() == [[0, 1], [1, 0]]
    assert graph.num_nodes == 4


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("evil",)


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_runs_code_is_refused(
    protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "planetoid_pubmed_graph"
    folder.mkdir()
    (folder / "ind.pubmed.graph").write_bytes(pickle.dumps({0: Evil()}, protocol=protocol))
    with pytest.raises(DatasetUnavailableError, match="mkdir, which plain data never need"):
        pubmed_edges(tmp_path)
    assert not (tmp_path / "evil").exists()


# What goes wrong


LOADERS: list[tuple[Callable[..., object], str, str, str]] = [
    (load_planetoid, "Cora", "ind.cora.allx", "citation_like()"),
    (load_planetoid, "PubMed", "ind.pubmed.tx", "citation_like(19_717, classes=3, features=500)"),
    (load_tu, "MUTAG", "MUTAG_edge_labels.txt", "molecules_like()"),
    (load_triples, "UMLS", "valid.txt", "knowledge_graph()"),
]


@pytest.mark.parametrize(("load", "name", "file", "twin"), LOADERS)
def test_without_files_or_network_the_error_helps(
    load: Callable[..., object], name: str, file: str, twin: str, tmp_path: Path
) -> None:
    with pytest.raises(DatasetUnavailableError) as caught:
        load(name, tmp_path)
    for part in (name, str(tmp_path), file, "GNN_LIB_DATA", f"gnn_lib.datasets.{twin}"):
        assert part in str(caught.value)


TABLES = (sources.PLANETOID, sources.TU, sources.TRIPLES, {"PubMed": sources.PUBMED_GRAPH})


@pytest.mark.parametrize("twin", sorted({source.twin for table in TABLES for source in table.values()}))
def test_the_twin_that_an_error_names_can_be_called(twin: str) -> None:
    assert eval(twin, vars(datasets))


@pytest.mark.parametrize("damage", [b"", b"\x80", b"not a pickle"])
def test_damaged_planetoid_files_are_said_to_be_so(damage: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "Cora/raw"
    planetoid_files(folder, "Cora")
    (folder / "ind.cora.tx").write_bytes(damage)
    with pytest.raises(DatasetUnavailableError, match=r"Cora's files in .*raw are damaged \(\w+"):
        load_planetoid("Cora", tmp_path)


@pytest.mark.parametrize("cut", [b"", b"1, x\n"])
def test_damaged_tu_files_are_said_to_be_so(cut: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "tu/MUTAG/raw"
    tu_files(folder, "MUTAG")
    (folder / "MUTAG_A.txt").write_bytes(cut)
    with pytest.raises(DatasetUnavailableError, match=r"MUTAG's files in .*raw are damaged"):
        load_tu("MUTAG", tmp_path)


def test_a_damaged_line_of_triples_is_named(tmp_path: Path) -> None:
    triple_files(tmp_path / "kg/umls/raw")
    (tmp_path / "kg/umls/raw/valid.txt").write_text("a\tr\tb\na\tr\n")
    with pytest.raises(DatasetUnavailableError, match=r"line 2 of valid\.txt is not"):
        load_triples("UMLS", tmp_path)


def test_files_that_were_cut_off_are_noticed_by_their_counts(tmp_path: Path) -> None:
    """A text file that ends too early parses without complaint."""
    triple_files(tmp_path / "kg/umls/raw")
    with pytest.raises(DatasetUnavailableError, match="8 entities, 2 relations, 20 facts instead of 135"):
        load_triples("UMLS", tmp_path)
    tu_files(tmp_path / "tu/MUTAG/raw", "MUTAG")
    with pytest.raises(DatasetUnavailableError, match="4 graphs, 10 nodes, 10 edges instead of 188 graphs"):
        load_tu("MUTAG", tmp_path)
    planetoid_files(tmp_path / "planetoid/Cora/raw", "Cora")
    with pytest.raises(DatasetUnavailableError, match="510 nodes, 4 edges instead of 2708 nodes"):
        load_planetoid("Cora", tmp_path)


@pytest.mark.parametrize("load", [load_planetoid, load_tu, load_triples])
def test_a_name_that_is_none_is_told_the_names(load: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match=r"name must be one of '.*', got 'cora'"):
        load("cora")


def test_rows_sum_to_one_or_stay_zero() -> None:
    x = torch.tensor([[1.0, 3.0], [0.0, 0.0], [-1.0, 1.0]])
    assert normalise_rows(x).tolist() == [[0.25, 0.75], [0, 0], [-0.5, 0.5]]
    assert x[0].tolist() == [1, 3]
