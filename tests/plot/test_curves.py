"""Spectra, embeddings, training and energy: the right numbers, marked, with a clear word if not."""

import sys

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection
from sklearn.decomposition import PCA

from gnn_lib.convert import from_networkx
from gnn_lib.datasets.karate import karate_club
from gnn_lib.datasets.tiny import path_abcd
from gnn_lib.graph import Graph
from gnn_lib.plot import draw_embeddings, draw_energy, draw_filters, draw_history, draw_spectrum
from gnn_lib.train import History


def history(epochs=30, best=12, val=True):
    falling = [1 / (1 + epoch) for epoch in range(epochs)]
    rising = [1 - value for value in falling]
    return History(
        "accuracy", train_loss=falling, val_loss=falling[::-1] if val else [], train_metric=rising,
        val_metric=[value - 0.1 for value in rising] if val else [], best_epoch=best, seconds=1.0,
    )


def points_of(ax):
    return np.concatenate([one.get_offsets() for one in ax.collections if isinstance(one, PathCollection)])


# --- spectra ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("normalised", [True, False])
def test_the_spectrum_is_that_of_networkx(normalised):
    G = nx.karate_club_graph()
    graph = from_networkx(nx.Graph(G.edges))
    ax = draw_spectrum(graph, normalised=normalised)
    (line,) = ax.lines
    want = (nx.normalized_laplacian_spectrum if normalised else nx.laplacian_spectrum)(nx.Graph(G.edges))
    np.testing.assert_allclose(line.get_ydata(), np.sort(want), atol=1e-6)
    assert ax.get_ylim()[1] >= max(want)


def test_filters_are_drawn_over_the_whole_spectrum():
    ax = draw_filters({"low": lambda wave: 1 - wave / 2, "high": lambda wave: wave / 2}, path_abcd())
    low, high, marks = [line for line in ax.lines if len(line.get_xdata()) > 2]
    np.testing.assert_allclose(low.get_ydata() + high.get_ydata(), 1, rtol=1e-6)
    np.testing.assert_allclose(marks.get_xdata(), [0, 0.5, 1.5, 2], atol=1e-6)
    assert low.get_linestyle() != high.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()][:2] == ["low", "high"]


def test_spectra_refuse():
    with pytest.raises(ValueError, match="no nodes"):
        draw_spectrum(Graph(torch.empty(2, 0, dtype=torch.long)))
    with pytest.raises(ValueError, match="filters is empty"):
        draw_filters({})
    with pytest.raises(ValueError, match="the response of 'log' must be finite"):
        draw_filters({"log": torch.log})


# --- embeddings -------------------------------------------------------------------------------------


def test_pca_equals_scikit_learn_up_to_signs():
    z = torch.randn(20, 5, generator=torch.Generator().manual_seed(0)) * torch.tensor([3.0, 2, 1, 1, 1])
    ax = draw_embeddings(z)
    pca = PCA(2).fit(z.numpy())
    np.testing.assert_allclose(np.abs(points_of(ax)), np.abs(pca.transform(z.numpy())), rtol=1e-4, atol=1e-5)
    assert f"{pca.explained_variance_ratio_[0]:.0%} of the variance" in ax.get_xlabel()
    assert f"{pca.explained_variance_ratio_[1]:.0%} of the variance" in ax.get_ylabel()


def test_pca_does_not_depend_on_an_arbitrary_sign():
    z = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))
    assert np.abs(points_of(draw_embeddings(z)) - points_of(draw_embeddings(z.double()))).max() < 1e-4
    mirrored = points_of(draw_embeddings(-z))
    np.testing.assert_allclose(mirrored, -points_of(draw_embeddings(z)), atol=1e-5)


@pytest.mark.parametrize("shape", [(1, 4), (5, 1), (2, 2), (3, 7)])
def test_small_embeddings_can_be_drawn(shape):
    assert points_of(draw_embeddings(torch.ones(shape))).shape == (shape[0], 2)


def test_groups_and_names():
    club = karate_club()
    z = torch.randn(34, 4, generator=torch.Generator().manual_seed(0)) + 3 * club.y[:, None]
    ax = draw_embeddings(z, groups=club.y, names=club.names)
    sizes = [len(one.get_offsets()) for one in ax.collections if isinstance(one, PathCollection)]
    assert sizes == [17, 17]
    assert [text.get_text() for text in ax.texts] == list(club.names)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["0", "1"]


def test_tsne_repeats_with_its_seed_and_keeps_clusters():
    blocks = torch.arange(30) // 15
    z = torch.randn(30, 4, generator=torch.Generator().manual_seed(0)) + 20 * blocks[:, None]
    first, again = (points_of(draw_embeddings(z, method="tsne", seed=1)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    centres = first[:15].mean(0), first[15:].mean(0)
    spread = np.linalg.norm(first[:15] - centres[0], axis=1).max()
    assert np.linalg.norm(centres[0] - centres[1]) > spread


def test_without_scikit_learn_tsne_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(ImportError, match='needs scikit-learn: install it, or use method="pca"'):
        draw_embeddings(torch.ones(9, 3), method="tsne")


@pytest.mark.parametrize(
    ("z", "options", "message"),
    [
        (torch.ones(4), {}, r"z must be \[N, F\]"),
        (torch.ones(0, 3), {}, "at least one row"),
        (torch.tensor([[1.0, float("nan")]]), {}, "z must be finite"),
        (torch.ones(3, 2), {"groups": [1, 2]}, "groups must have one entry per row of z, so 3, got 2"),
        (torch.ones(3, 2), {"names": ["a"]}, "names must have one entry per row of z, so 3, got 1"),
        (torch.ones(3, 2), {"method": "umap"}, "method must be one of 'pca', 'tsne'"),
        (torch.ones(3, 2), {"method": "tsne"}, "at least 4 rows, got 3"),
    ],
)
def test_embeddings_refuse(z, options, message):
    with pytest.raises(ValueError, match=message):
        draw_embeddings(z, **options)


# --- curves -----------------------------------------------------------------------------------------


def test_history_shows_both_splits_and_marks_the_best_epoch():
    run = history()
    loss, metric = draw_history(run)
    curves = (run.train_loss, run.val_loss), (run.train_metric, run.val_metric)
    for panel, (train, val) in zip((loss, metric), curves, strict=True):
        drawn = [line.get_ydata() for line in panel.lines]
        np.testing.assert_allclose(drawn[0], train)
        np.testing.assert_allclose(drawn[1], val)
        np.testing.assert_allclose(panel.lines[2].get_xdata(), run.best_epoch)
        assert panel.lines[0].get_linestyle() != panel.lines[1].get_linestyle()
    assert (loss.get_ylabel(), metric.get_ylabel()) == ("loss", "accuracy")
    assert metric.get_title() == f"kept: epoch 12, {run.val_metric[12]:.3f}"


def test_history_without_validation_and_of_one_epoch():
    loss, metric = draw_history(history(val=False, best=29))
    assert len(loss.lines) == 2
    assert metric.get_title().startswith("kept: epoch 29, 0.967")
    draw_history(history(epochs=1, best=0))


def test_history_draws_on_the_axes_given():
    axes = plt.subplots(1, 2)[1]
    assert draw_history(history(), ax=axes).tolist() == axes.tolist()
    with pytest.raises(ValueError, match="ax must be 2 Axes for 2 panels, got 1"):
        draw_history(history(), ax=axes[0])
    with pytest.raises(ValueError, match="no epochs yet"):
        draw_history(History())


def test_energy_is_logarithmic_with_a_look_for_each_method():
    ax = draw_energy({"GCN": [1.0, 0.1, 0.01], "residual": torch.tensor([1.0, 0.9, 0.8])})
    assert ax.get_yscale() == "log"
    gcn, residual = ax.lines
    np.testing.assert_allclose(gcn.get_ydata(), [1, 0.1, 0.01])
    assert gcn.get_marker() != residual.get_marker()
    assert gcn.get_linestyle() != residual.get_linestyle()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["GCN", "residual"]


def test_an_energy_of_zero_lies_on_the_floor_with_a_mark():
    ax = draw_energy({"dead": [1.0, 0.1, 0.0]})
    curve, mark = ax.lines
    np.testing.assert_allclose(curve.get_ydata(), [1.0, 0.1, 0.01])
    assert (mark.get_xdata().tolist(), mark.get_marker()) == ([2], "x")
    draw_energy({"all dead": [0.0, 0.0]})


@pytest.mark.parametrize(
    ("energies", "message"),
    [
        ({}, "energies is empty"),
        ({"GCN": []}, r"energies\['GCN'\] must be one number for each depth, got \[0\]"),
        ({"GCN": [[1.0]]}, r"got \[1, 1\]"),
        ({"GCN": [1.0, -1.0]}, "can't be negative"),
        ({"GCN": [1.0, float("nan")]}, r"energies\['GCN'\] must be finite"),
    ],
)
def test_energy_refuses(energies, message):
    with pytest.raises(ValueError, match=message):
        draw_energy(energies)


@pytest.mark.parametrize("draw", [
    lambda ax: draw_spectrum(path_abcd(), ax=ax),
    lambda ax: draw_filters({"GCN": lambda wave: 1 - wave}, ax=ax),
    lambda ax: draw_embeddings(torch.eye(4), ax=ax),
    lambda ax: draw_energy({"GCN": [1.0]}, ax=ax),
])
def test_draws_on_the_axes_given(draw):
    figure, ax = plt.subplots()
    assert draw(ax) is ax
    assert plt.get_fignums() == [figure.number]
