"""The real files, where they are: counts as published. A fresh clone has none and runs none of these.

They are looked for where GNN_LIB_DATA says, else in ../shared/data beside the checkout.
"""

import os
from collections import Counter
from pathlib import Path

import pytest
import torch
from torch_geometric.datasets import Planetoid

from gnn_lib.datasets import load_planetoid, load_triples, load_tu, pubmed_edges
from gnn_lib.datasets.files import missing_files
from gnn_lib.datasets.sources import PLANETOID, PUBMED_GRAPH, TRIPLES, TU, Source
from tests.datasets.helpers import has_both_directions

CHECKOUT = Path(__file__).parents[2]
ROOT = Path(os.environ.get("GNN_LIB_DATA") or CHECKOUT.parent / "shared" / "data")


def folders_of(source: Source) -> list[Path]:
    """The folders that hold all of a data set's files: none, or usually one."""
    return [ROOT / folder for folder in source.folders if not missing_files(source, ROOT / folder)]


def names_found(table: dict[str, Source]) -> list[str]:
    return [name for name, source in table.items() if folders_of(source)]


@pytest.mark.parametrize("name", names_found(PLANETOID))
def test_planetoid(name: str, tmp_path: Path) -> None:
    nodes, edges, features, classes, isolated = {
        "Cora": (2708, 10_556, 1433, 7, 0),
        "CiteSeer": (3327, 9104, 3703, 6, 48),
        "PubMed": (19_717, 88_648, 500, 3, 0),
    }[name]
    graph = load_planetoid(name, ROOT)
    assert (graph.num_nodes, graph.num_edges, graph.x.size(1)) == (nodes, edges, features)
    assert graph.y.unique().tolist() == list(range(classes))
    masks = torch.stack([graph.train_mask, graph.val_mask, graph.test_mask])
    assert masks.sum(1).tolist() == [20 * classes, 500, 1000]
    assert graph.y[graph.train_mask].bincount().tolist() == [20] * classes
    assert int((graph.edge_index[1].bincount(minlength=nodes) == 0).sum()) == isolated
    assert has_both_directions(graph)
    # PyG's own data set class, on a copy, since it writes beside the files.
    (tmp_path / name).mkdir()
    (tmp_path / name / "raw").symlink_to(folders_of(PLANETOID[name])[0])
    theirs = Planetoid(str(tmp_path), name)[0]
    for field in ("x", "y", "edge_index", "train_mask", "val_mask", "test_mask"):
        assert torch.equal(getattr(graph, field), theirs[field])


@pytest.mark.parametrize("name", names_found(TU))
def test_tu(name: str) -> None:
    count, nodes, edges, labels, positive = {
        "MUTAG": (188, 3371, 7442, 7, 125),
        "PROTEINS": (1113, 43_471, 162_088, 3, 450),
    }[name]
    graphs = load_tu(name, ROOT)
    assert len(graphs) == count
    assert sum(graph.num_nodes for graph in graphs) == nodes
    assert sum(graph.num_edges for graph in graphs) == edges
    assert {graph.x.size(1) for graph in graphs} == {labels}
    assert int(torch.cat([graph.graph_y for graph in graphs]).sum()) == positive
    if name == "MUTAG":
        bonds = torch.cat([graph.edge_type for graph in graphs]).tolist()
        lines = (folders_of(TU[name])[0] / "MUTAG_edge_labels.txt").read_text().split()
        assert Counter(bonds) == Counter(map(int, lines))


@pytest.mark.parametrize("name", names_found(TRIPLES))
def test_triples(name: str) -> None:
    entities, relations, sizes = {
        "WN18RR": (40_943, 11, [86_835, 3034, 3134]),
        "UMLS": (135, 46, [5216, 652, 661]),
    }[name]
    facts = load_triples(name, ROOT)
    assert (facts.num_entities, facts.num_relations) == (entities, relations)
    assert [len(facts.train), len(facts.valid), len(facts.test)] == sizes
    lines = (folders_of(TRIPLES[name])[0] / "train.txt").read_text().splitlines()
    for position in (0, len(lines) // 2, -1):
        assert facts.say(facts.train[position]).split() == lines[position].split()


@pytest.mark.parametrize("root", [ROOT] if folders_of(PUBMED_GRAPH) else [])
def test_pubmed_edges(root: Path) -> None:
    graph = pubmed_edges(root)
    assert (graph.num_nodes, graph.num_edges) == (19_717, 88_648)
    assert has_both_directions(graph)
    assert int(graph.edge_index[1].bincount(minlength=19_717).min()) == 1
