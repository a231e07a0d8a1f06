"""The real data where they are on this machine, else their made-up twin: a lesson runs either way.

Nothing here ever starts a download. Each function also returns a sentence that says which it is, for
the lesson to print. Where real data live: see `gnn_lib.datasets.files`.
"""

from collections.abc import Callable
from typing import TypeVar

from gnn_lib.datasets.citation import citation_like
from gnn_lib.datasets.files import DatasetUnavailableError, data_root, missing_files
from gnn_lib.datasets.molecules import molecules_like
from gnn_lib.datasets.real import Root, load_planetoid, load_tu
from gnn_lib.datasets.sources import PLANETOID, TU, Source
from gnn_lib.graph import Graph

T = TypeVar("T")


def citation_graph(root: Root = None) -> tuple[Graph, str]:
    """Cora, or `citation_like()`: 2708 papers with their words x, topics y and masks, and which it is.

    >>> papers, which = citation_graph()
    >>> papers.num_nodes, papers.x.shape[1], int(papers.y.max()) + 1
    (2708, 1433, 7)
    """
    return _either(
        PLANETOID["Cora"],
        root,
        load_planetoid,
        citation_like,
        "Cora, a real citation graph: 2,708 papers on machine learning, seven topics.",
        "citation_like(), a made-up citation graph of Cora's size and shape",
    )


def molecule_graphs(root: Root = None) -> tuple[list[Graph], str]:
    """MUTAG, or `molecules_like()`: 188 molecules, each with its label in graph_y [1], and which it is.

    Both have x [N, 7] and edge_attr [E, 4], one-hot, in the same order of atoms and bonds.

    >>> molecules, which = molecule_graphs()
    >>> len(molecules), molecules[0].x.shape[1]
    (188, 7)
    """
    return _either(
        TU["MUTAG"],
        root,
        load_tu,
        molecules_like,
        "MUTAG: 188 real molecules; label 1 if they were found to change genes of bacteria.",
        "molecules_like(), 188 made-up molecules like MUTAG's; label 1 if a six-ring bears the nitro group",
    )


def _either(
    source: Source,
    root: Root,
    load: Callable[[str, Root], T],
    make: Callable[[], T],
    of_real: str,
    of_twin: str,
) -> tuple[T, str]:
    """The real thing and its words, else the twin and its words."""
    folders = [data_root(root) / folder for folder in source.folders]
    if all(missing_files(source, folder) for folder in folders):
        return make(), f"{of_twin}. ({source.name}'s own files are not on this machine.)"
    try:
        return load(source.name, root), of_real
    except DatasetUnavailableError:  # with files there, it can only be that they are damaged
        return make(), f"{of_twin}. ({source.name}'s own files on this machine are damaged.)"
