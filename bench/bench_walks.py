"""Random walks beside what a user could pick instead: fastnode2vec and pecanpy.

    python bench/bench_walks.py --install-peers   # once: a venv in bench/.peers, from the network
    python bench/bench_walks.py

One walk of 20 steps from every node, two threads, power-law graphs; runs in turn, medians. The peers need
an older numpy, so they run in a process and an environment of their own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent))
from graphs import pl1m, pl100k, power_law
from measure import Run, medians, table

from gnn_lib.graph import Graph
from gnn_lib.walks import random_walks

HERE = Path(__file__).parent
PEERS = HERE / ".peers"
PINS = ("fastnode2vec==0.0.7", "pecanpy==2.0.9", "setuptools==80.9.0")
LENGTH = 20
BIASES = ((1.0, 1.0), (0.5, 2.0))
Seconds = Callable[[str, float, float], float]

FIRST_CALL = """
import time, torch
from gnn_lib.graph import Graph
from gnn_lib.walks import random_walks
graph = Graph(torch.tensor([[0, 1], [1, 0]]))
start = time.perf_counter()
random_walks(graph, 2, p=0.5)
print(time.perf_counter() - start)
"""


def install_peers() -> None:
    venv.create(PEERS, with_pip=True, clear=True)
    subprocess.run([PEERS / "bin" / "pip", "install", "--quiet", *PINS], check=True)


@contextmanager
def peers_on(graph: Graph) -> Iterator[Seconds]:
    """The process in which the peers walk on `graph`: a function of (library, p, q)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.npz"
        save(graph, path)
        command = [PEERS / "bin" / "python", "-W", "ignore", HERE / "peer_walks.py", path]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            requests, answers = process.stdin, process.stdout

            def walk(library: str, p: float, q: float) -> float:
                print(library, p, q, LENGTH, file=requests, flush=True)
                return float(answers.readline())

            yield walk
            requests.close()  # the end of its input is the end of its work


def save(graph: Graph, path: Path) -> None:
    """The graph as both peers read it: sorted CSR."""
    sources, targets = graph.edge_index
    order = torch.argsort(sources * graph.num_nodes + targets)
    degree = torch.bincount(sources, minlength=graph.num_nodes)
    np.savez(
        path,
        indptr=np.concatenate([[0], degree.cumsum(0).numpy()]).astype(np.int32),
        indices=targets[order].numpy().astype(np.int32),
        data=np.ones(graph.num_edges, np.float32),
        IDs=np.arange(graph.num_nodes).astype(str),
    )


def ours(graph: Graph, p: float, q: float) -> Run:
    generator = torch.Generator().manual_seed(0)
    return lambda: random_walks(graph, LENGTH, p=p, q=q, generator=generator)


def rows_for(name: str, graph: Graph, libraries: tuple[str, ...], repeats: int) -> list[list[str]]:
    rows = []
    with peers_on(graph) if PEERS.exists() else nullcontext() as walk:
        for p, q in BIASES:
            runs: dict[str, Run] = {"ours": ours(graph, p, q)}
            if walk is not None:
                runs |= {library: partial(walk, library, p, q) for library in libraries}
            rows.append([name, f"p = {p:g}, q = {q:g}", *rates(graph, medians(runs, repeats))])
    return rows


def rates(graph: Graph, seconds: dict[str, float]) -> list[str]:
    """Walks a second of each, and how many times the best peer's rate ours is."""
    cells = [
        f"{graph.num_nodes / seconds[who]:,.0f}" if who in seconds else "-"
        for who in ("ours", "fastnode2vec", "pecanpy")
    ]
    best = min((value for who, value in seconds.items() if who != "ours"), default=None)
    return [*cells, "-" if best is None else f"{best / seconds['ours']:.1f}x"]


def first_calls() -> str:
    """What a first call costs: in a process that has just started, before and after the code is on disk."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache, "PYTHONPATH": str(HERE.parent)}
        compiling, loading = (
            float(subprocess.check_output([sys.executable, "-c", FIRST_CALL], env=environment, text=True))
            for _ in range(2)
        )
    return (
        f"The first walk in a process takes {loading:.1f} s longer, to load numba and the compiled kernels; "
        f"the first on a machine {compiling:.1f} s, to compile them."
    )


def verdict(rows: list[list[str]]) -> str:
    if not PEERS.exists():
        return (
            "fastnode2vec and pecanpy were not measured: python bench/bench_walks.py --install-peers "
            "puts them into bench/.peers."
        )
    behind = [f"{graph} with {bias}" for graph, bias, *_, ratio in rows if float(ratio[:-1]) < 1]
    return f"Slower than the best peer on {', '.join(behind)}." if behind else "Nowhere slower than a peer."


def main() -> None:
    parser = argparse.ArgumentParser(description="Random walks beside fastnode2vec's and pecanpy's.")
    parser.add_argument("--install-peers", action="store_true", help="build bench/.peers, and stop")
    parser.add_argument("--quick", action="store_true", help="a small graph: does it run?")
    arguments = parser.parse_args()
    if arguments.install_peers:
        install_peers()
        return
    torch.set_num_threads(2)
    if arguments.quick:
        edge_index = power_law(2_000, 20_000, torch.Generator().manual_seed(0))
        rows = rows_for("2,000", Graph(edge_index, num_nodes=2_000), ("fastnode2vec", "pecanpy"), 1)
    else:
        rows = rows_for("100,000", Graph(pl100k()[0], num_nodes=100_000), ("fastnode2vec", "pecanpy"), 3)
        # pecanpy would take minutes here.
        rows += rows_for("1,000,000", Graph(pl1m()[0], num_nodes=1_000_000), ("fastnode2vec",), 1)
    header = ("nodes", "bias", "ours", "fastnode2vec", "pecanpy", "ours beside the best")
    print(table(f"Walks of {LENGTH} steps a second, from every node, two threads", header, rows))
    print(verdict(rows))
    print(first_calls())
    print("PyG's Node2Vec needs pyg-lib, for which this torch has no wheel, so it can't run.\n")


if __name__ == "__main__":
    main()
