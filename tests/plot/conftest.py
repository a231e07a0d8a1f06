"""Every plot test runs without a window, and fails if a global setting changes or a window opens."""

import matplotlib as mpl
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
import torch


@pytest.fixture(autouse=True)
def house_rules(monkeypatch):
    def show(*_, **__):
        raise AssertionError("a plot function called plt.show()")

    monkeypatch.setattr(plt, "show", show)
    settings, drawn = dict(mpl.rcParams), torch.get_rng_state()
    plt.close("all")  # such as those of the doctests
    yield
    figures = [plt.figure(number) for number in plt.get_fignums()]
    plt.close("all")
    for figure in figures:
        figure.canvas.draw()  # everything that only fails when drawn fails here
    assert dict(mpl.rcParams) == settings
    assert torch.equal(torch.get_rng_state(), drawn)
