"""fastnode2vec and pecanpy at work, for bench_walks.py: they need an older numpy, so a venv of their own.

    PEERS_PYTHON bench/peer_walks.py graph.npz

reads the graph (indptr, indices, data, IDs), then one request a line, "library p q length", and answers
with the seconds that one walk from every node took.
"""

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

THREADS = 2
os.environ["NUMBA_NUM_THREADS"] = str(THREADS)

import numpy as np  # noqa: E402
from fastnode2vec import Graph  # noqa: E402
from pecanpy.pecanpy import FirstOrderUnweighted, SparseOTF  # noqa: E402

Walk = Callable[[], Any]


def fastnode2vec(path: str, p: float, q: float, length: int) -> Walk:
    """As its own training loop does it: one call a walk, from as many threads as there are workers."""
    stored = np.load(path)
    graph = Graph.__new__(Graph)  # its constructor reads edge by edge, for minutes; the result is this
    graph.weighted, graph.indptr, graph.indices = False, stored["indptr"], stored["indices"]
    graph.node_names = np.arange(len(graph.indptr) - 1)
    parts = np.array_split(graph.node_names, THREADS)

    def some(starts: Any) -> None:
        for start in starts:
            graph.generate_random_walk(length + 1, p, q, start)

    def run() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(some, parts))

    return run


def pecanpy(path: str, p: float, q: float, length: int) -> Walk:
    """In its fastest mode that needs no table of all pairs of edges."""
    mode = FirstOrderUnweighted if p == q == 1 else SparseOTF
    graph = mode(p=p, q=q, workers=THREADS)
    graph.read_npz(path, weighted=False)
    return lambda: graph.simulate_walks(num_walks=1, walk_length=length)


def main(path: str) -> None:
    ready: dict[str, Walk] = {}
    for line in sys.stdin:
        library, p, q, length = line.split()
        if line not in ready:
            ready[line] = {"fastnode2vec": fastnode2vec, "pecanpy": pecanpy}[library](
                path, float(p), float(q), int(length)
            )
        start = time.perf_counter()
        ready[line]()
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
