"""Is this machine ready for the course? One line per question, and the remedy where the answer is no."""

import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import torch


@dataclass(frozen=True)
class Line:
    good: bool
    what: str


@dataclass(frozen=True, repr=False)
class Setup:
    lines: tuple[Line, ...]

    @property
    def ready(self) -> bool:
        return all(line.good for line in self.lines)

    def __repr__(self) -> str:
        end = "You are ready." if self.ready else "Mend what has a cross, restart the kernel, run this again."
        return "\n".join([*(f"{'✓' if line.good else '✗'} {line.what}" for line in self.lines), end])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


def setup_check() -> Setup:
    """Look at Python, torch, the library, the folder for your progress, and the real data sets.

    >>> setup_check().ready
    True
    """
    return Setup((_python(), _torch(), _layer(), _progress(), *_pictures(), _data()))


def _python() -> Line:
    return Line(True, f"Python {platform.python_version()}")


def _torch() -> Line:
    threads = torch.get_num_threads()
    return Line(True, f"torch {torch.__version__}, {threads} thread{'' if threads == 1 else 's'}")


def _layer() -> Line:
    """One layer, forward and backward, on a graph of a thousand nodes."""
    from gnn_lib.datasets import power_law_graph
    from gnn_lib.layers import GCNConv

    graph, layer = power_law_graph(1_000, 5_000, seed=0), GCNConv(16, 16)
    x = torch.ones(1_000, 16)
    start = time.perf_counter()
    layer(x, graph.edge_index).sum().backward()
    spent = 1_000 * (time.perf_counter() - start)
    learned = layer.lin.weight.grad is not None
    return Line(learned, f"a graph layer on 1,000 nodes, there and back: {spent:.0f} ms")


def _progress() -> Line:
    from gnn_lib.exercises.progress import home, shown

    folder = home()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        remedy = "Set GNN_COURSE_HOME to a folder of yours."
        return Line(False, f"Your progress can't be kept in {shown(folder)}: {error.strerror}. {remedy}")
    return Line(True, f"your progress is kept in {shown(folder)}, and nowhere else")


def _pictures() -> Iterator[Line]:
    uses = {"matplotlib": "figures", "ipywidgets": "playgrounds", "networkx": "graphs from elsewhere"}
    for package, used in uses.items():
        try:
            __import__(package)
        except ImportError:
            yield Line(False, f"{package} is not installed ({used}). `make setup` installs everything.")
        else:
            yield Line(True, f"{package}, for {used}")


def _data() -> Line:
    """Real data are a bonus: every lesson has a made-up twin to fall back on."""
    from gnn_lib.datasets.files import data_root, missing_files
    from gnn_lib.datasets.sources import PLANETOID, TU

    root = data_root()
    here = [
        source.name
        for source in (PLANETOID["Cora"], TU["MUTAG"])
        if any(not missing_files(source, root / folder) for folder in source.folders)
    ]
    if here:
        return Line(True, f"real data here: {', '.join(here)}")
    return Line(True, "no real data sets here; the lessons make up twins of them, offline")
