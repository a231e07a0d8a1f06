"""Real data sets as Graphs: citations, molecules, facts.

PyG's own readers parse the citation graphs and the molecules, so they are what the papers used. PyG is
imported only here, when one of them is called. Planetoid's files are pickles, which can run code
when they are read: take them from a source you trust. The triples and PubMed's graph are read here.
"""

import os
import pickle
import warnings
from collections.abc import Callable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor

from gnn_lib.datasets.files import DatasetUnavailableError, locate
from gnn_lib.datasets.sources import PLANETOID, PUBMED_GRAPH, TRIPLES, TU, Source
from gnn_lib.datasets.triples import Triples
from gnn_lib.edges import coalesce, remove_self_loops
from gnn_lib.graph import Graph
from gnn_lib.validate import check_choice

Root = str | os.PathLike[str] | None
T = TypeVar("T")


def load_planetoid(name: str = "Cora", root: Root = None) -> Graph:
    """Cora, CiteSeer or PubMed: papers, their words x [N, F], their topics y [N], who cites whom.

    The masks are the public split (20 papers a class, 500, 1000). Features are raw: most papers
    divide each row by its sum first, see `normalise_rows`. See `gnn_lib.datasets.files` for root.
    """
    check_choice(name, tuple(PLANETOID), "name")
    source = PLANETOID[name]
    folder = locate(source, root)
    data = _read(source, folder, partial(_pyg_reader("read_planetoid_data"), str(folder), name))
    _check_size(source, folder, {"nodes": data.x.size(0), "edges": data.edge_index.size(1)})
    masks = {mask: data[mask] for mask in ("train_mask", "val_mask", "test_mask")}
    return Graph(data.edge_index, x=data.x, y=data.y, **masks)


def load_tu(name: str = "MUTAG", root: Root = None) -> list[Graph]:
    """MUTAG or PROTEINS: one Graph per molecule, x [N, F] the one-hot node labels, graph_y [1].

    Where bonds have types (MUTAG: aromatic, single, double, triple), edge_type [E] is the type and
    edge_attr [E, D] the same one-hot.
    """
    check_choice(name, tuple(TU), "name")
    source = TU[name]
    folder = locate(source, root)
    read = _pyg_reader("read_tu_data")
    graphs = _read(source, folder, lambda: _split(*read(str(folder), name)))
    nodes, edges = sum(graph.num_nodes for graph in graphs), sum(graph.num_edges for graph in graphs)
    _check_size(source, folder, {"graphs": len(graphs), "nodes": nodes, "edges": edges})
    return graphs


def _split(data: Any, slices: dict[str, Tensor], sizes: dict[str, int]) -> list[Graph]:
    """PyG's one long table -> the graphs in it, with labels as features and measurements left out."""
    x = data.x[:, sizes["num_node_attributes"] :]
    bond = None if data.edge_attr is None else data.edge_attr[:, sizes["num_edge_attributes"] :]
    nodes, edges = slices["x"].tolist(), slices["edge_index"].tolist()
    graphs = []
    for i in range(len(data.y)):
        node, edge = slice(nodes[i], nodes[i + 1]), slice(edges[i], edges[i + 1])
        graph = Graph(data.edge_index[:, edge], x=x[node], graph_y=data.y[i : i + 1])
        if bond is not None:
            graph = graph.replace(edge_attr=bond[edge], edge_type=bond[edge].argmax(dim=1))
        graphs.append(graph)
    return graphs


def load_triples(name: str = "UMLS", root: Root = None) -> Triples:
    """WN18RR or UMLS as `Triples`, with the names and the usual split.

    PyG's WordNet18RR drops the names, so the files are read here; ids come out as PyG's.
    """
    check_choice(name, tuple(TRIPLES), "name")
    source = TRIPLES[name]
    folder = locate(source, root)
    facts = _read(source, folder, partial(_parse_triples, folder))
    found = {"entities": facts.num_entities, "relations": facts.num_relations, "facts": len(facts.all)}
    _check_size(source, folder, found)
    return facts


def _parse_triples(folder: Path) -> Triples:
    """Lines `head <tab> relation <tab> tail`. Entities are numbered as they come, heads first."""
    splits = [_lines(folder / f"{split}.txt") for split in ("train", "valid", "test")]
    entities: dict[str, int] = {}
    for triples in splits:
        for name in chain((head for head, _, _ in triples), (tail for _, _, tail in triples)):
            entities.setdefault(name, len(entities))
    names = sorted({relation for triples in splits for _, relation, _ in triples})
    relations = {relation: index for index, relation in enumerate(names)}
    ids = [[(entities[h], relations[r], entities[t]) for h, r, t in triples] for triples in splits]
    train, valid, test = (torch.tensor(triples, dtype=torch.long).reshape(-1, 3) for triples in ids)
    return Triples(train, valid, test, tuple(entities), tuple(names))


def _lines(path: Path) -> list[list[str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    if wrong := [number for number, row in enumerate(rows, start=1) if len(row) != 3]:
        raise ValueError(f"line {wrong[0]} of {path.name} is not `head <tab> relation <tab> tail`")
    return rows


def pubmed_edges(root: Root = None) -> Graph:
    """PubMed's graph alone, 19,717 nodes and 88,648 directed edges without features: for measuring speed."""
    folder = locate(PUBMED_GRAPH, root)
    graph = _read(PUBMED_GRAPH, folder, partial(_parse_neighbours, folder / "ind.pubmed.graph"))
    _check_size(PUBMED_GRAPH, folder, {"nodes": graph.num_nodes, "edges": graph.num_edges})
    return graph


def _parse_neighbours(path: Path) -> Graph:
    with path.open("rb") as file:
        neighbours = _PlainUnpickler(file, encoding="latin1").load()
    edges = [(node, other) for node, others in neighbours.items() for other in others]
    graph = Graph(torch.tensor(edges, dtype=torch.long).reshape(-1, 2).t(), num_nodes=len(neighbours))
    return coalesce(remove_self_loops(graph))


class _PlainUnpickler(pickle.Unpickler):
    """Reads dicts and lists, and refuses whatever else a pickle may ask for: it could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("collections", "defaultdict"), ("builtins", "list"), ("__builtin__", "list")):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}, which plain data never need")


def normalise_rows(x: Tensor) -> Tensor:
    """Each row divided by the sum of its absolute values; a row of zeros stays.

    >>> normalise_rows(torch.tensor([[1.0, 3.0], [0.0, 0.0]])).tolist()
    [[0.25, 0.75], [0.0, 0.0]]
    """
    total = x.abs().sum(dim=-1, keepdim=True)
    return x / total.masked_fill(total == 0, 1)


def _pyg_reader(name: str) -> Callable[..., Any]:
    """One of PyG's readers of raw files. They only read: PyG's dataset classes write beside the files."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # importing PyG warns of things that are PyG's to mend
        from torch_geometric import io

    return getattr(io, name)  # type: ignore[no-any-return]


def _read(source: Source, folder: Path, read: Callable[[], T]) -> T:
    """What `read()` makes of the files; damaged ones are said to be so."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the files are older than the NumPy that reads them
            return read()
    except Exception as error:  # a damaged file fails in whatever way its bytes suggest
        raise DatasetUnavailableError(
            f"{source.name}'s files in {folder} are damaged ({type(error).__name__}: {error}). "
            f"Delete that folder to have them fetched again, or use gnn_lib.datasets.{source.twin}."
        ) from error


def _check_size(source: Source, folder: Path, found: dict[str, int]) -> None:
    if found != source.size:
        raise DatasetUnavailableError(
            f"{source.name}'s files in {folder} are not the published ones: they hold {_say(found)} "
            f"instead of {_say(source.size)}. Delete that folder to have them fetched again, "
            f"or use gnn_lib.datasets.{source.twin}."
        )


def _say(size: dict[str, int]) -> str:
    return ", ".join(f"{count} {counted}" for counted, count in size.items())
