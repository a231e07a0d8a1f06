"""Which files make up each real data set, where they come from, and how much must be in them."""

from dataclasses import dataclass

_PLANETOID = "https://github.com/kimiyoung/planetoid/raw/master/data"
_TU = "https://www.chrsmrrs.com/graphkerneldatasets"
_TRIPLES = "https://raw.githubusercontent.com/villmow/datasets_knowledge_embedding/master"


@dataclass(frozen=True)
class Source:
    """One data set: its files, in any of `folders` below the root, or from `url`.

    url: the folder that holds the files, or a zip file of them. size: the counts as published; files
    that give others are damaged. twin: the made-up data to use where the real ones can't be had.
    """

    name: str
    folders: tuple[str, ...]
    files: tuple[str, ...]
    url: str
    size: dict[str, int]
    twin: str


def _planetoid(name: str, nodes: int, edges: int, twin: str) -> Source:
    parts = ("x", "tx", "allx", "y", "ty", "ally", "graph", "test.index")
    files = tuple(f"ind.{name.lower()}.{part}" for part in parts)
    folders = (f"planetoid/{name}/raw", f"{name}/raw")
    return Source(name, folders, files, _PLANETOID, {"nodes": nodes, "edges": edges}, twin)


def _tu(name: str, parts: tuple[str, ...], graphs: int, nodes: int, edges: int, twin: str) -> Source:
    files = tuple(f"{name}_{part}.txt" for part in ("A", "graph_indicator", "graph_labels", *parts))
    folders = (f"tu/{name}/raw", f"{name}/raw")
    size = {"graphs": graphs, "nodes": nodes, "edges": edges}
    return Source(name, folders, files, f"{_TU}/{name}.zip", size, twin)


def _triples(name: str, folder: str, path: str, entities: int, relations: int, facts: int) -> Source:
    files = ("train.txt", "valid.txt", "test.txt")
    folders = (f"kg/{folder}/raw", f"{folder}/raw")
    size = {"entities": entities, "relations": relations, "facts": facts}
    return Source(name, folders, files, f"{_TRIPLES}/{path}", size, "knowledge_graph()")


PLANETOID = {
    "Cora": _planetoid("Cora", 2708, 10_556, "citation_like()"),
    "CiteSeer": _planetoid("CiteSeer", 3327, 9104, "citation_like(3327, classes=6, features=3703)"),
    "PubMed": _planetoid("PubMed", 19_717, 88_648, "citation_like(19_717, classes=3, features=500)"),
}
TU = {
    "MUTAG": _tu("MUTAG", ("node_labels", "edge_labels"), 188, 3371, 7442, "molecules_like()"),
    "PROTEINS": _tu("PROTEINS", ("node_labels",), 1113, 43_471, 162_088, "molecules_like(1113)"),
}
TRIPLES = {
    "WN18RR": _triples("WN18RR", "WN18RR", "WN18RR/original", 40_943, 11, 93_003),
    "UMLS": _triples("UMLS", "umls", "other/umls", 135, 46, 6529),
}
PUBMED_GRAPH = Source(
    "PubMed's graph",
    ("planetoid/PubMed/raw", "PubMed/raw", "planetoid_pubmed_graph"),
    ("ind.pubmed.graph",),
    _PLANETOID,
    {"nodes": 19_717, "edges": 88_648},
    "power_law_graph(19_717, 88_648)",
)
