"""The molecules hold together, the label is what it says, and counting does not give it away."""

import networkx as nx
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score

from gnn_lib.datasets import ATOMS, BONDS, molecules_like
from gnn_lib.graph import Graph
from tests.datasets.helpers import has_both_directions, to_nx

MOLECULES = molecules_like()


def nitro_sits_on_a_six_ring(molecule: Graph) -> int:
    """The label, found again with NetworkX's cycles."""
    graph = to_nx(molecule)
    on_ring = {atom for ring in nx.minimum_cycle_basis(graph) if len(ring) == 6 for atom in ring}
    groups = [
        atom for atom in graph
        if molecule.names[atom] == "N" and sum(molecule.names[other] == "O" for other in graph[atom]) == 2
    ]
    assert len(groups) == 1
    (carbon,) = [other for other in graph[groups[0]] if molecule.names[other] == "C"]
    return int(carbon in on_ring)


def test_the_label_is_where_the_nitro_group_sits() -> None:
    assert [int(m.graph_y) for m in MOLECULES] == [nitro_sits_on_a_six_ring(m) for m in MOLECULES]


def test_every_molecule_is_connected_and_well_formed() -> None:
    for molecule in MOLECULES:
        assert nx.is_connected(to_nx(molecule))
        assert has_both_directions(molecule)
        assert molecule.names == tuple(ATOMS[atom] for atom in molecule.x.argmax(1).tolist())
        assert molecule.x.sum(1).tolist() == [1] * molecule.num_nodes
        assert torch.equal(molecule.edge_attr, torch.eye(len(BONDS))[molecule.edge_type])
        assert torch.bincount(molecule.edge_index[1]).max() <= 3
        kinds = {tuple(edge): kind for edge, kind in zip(
            molecule.edge_index.t().tolist(), molecule.edge_type.tolist(), strict=True
        )}
        assert all(kinds[j, i] == kind for (i, j), kind in kinds.items())


def test_sizes_are_mutag_s_and_labels_balanced() -> None:
    nodes = torch.tensor([float(m.num_nodes) for m in MOLECULES])
    assert len(MOLECULES) == 188
    assert 17 < nodes.mean() < 20
    assert nodes.min() >= 10
    assert nodes.max() <= 30
    assert 0.4 < torch.cat([m.graph_y for m in MOLECULES]).double().mean() < 0.6
    kinds = torch.cat([m.edge_type for m in MOLECULES]).bincount(minlength=4)
    atoms = torch.cat([m.x for m in MOLECULES]).sum(0)
    assert kinds.min() > 0
    assert atoms.min() > 0


def test_counting_atoms_bonds_and_degrees_is_no_better_than_guessing() -> None:
    molecules = molecules_like(600, seed=1)
    counts = torch.stack([
        torch.cat([m.x.sum(0), m.edge_attr.sum(0), m.edge_index[1].bincount().bincount(minlength=5)])
        for m in molecules
    ])
    y = torch.cat([m.graph_y for m in molecules])
    guess = cross_val_score(LogisticRegression(max_iter=5000), counts.numpy(), y.numpy(), cv=5).mean()
    assert guess < 0.56  # three standard errors above a coin


def test_sizes_and_seeds() -> None:
    assert molecules_like(0) == []
    first, again, other = (molecules_like(1, seed=seed)[0] for seed in (3, 3, 4))
    assert torch.equal(first.edge_index, again.edge_index)
    assert first.names == again.names
    assert first.names != other.names
    with pytest.raises(ValueError, match="num_graphs must be at least 0"):
        molecules_like(-1)
