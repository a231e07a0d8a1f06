"""Whole layers beside PyG's: time forward, time forward and backward, memory, and the first call.

Features 128 -> 64 (GAT: 8 heads of 8), float32, two threads, the gradient of x included. "Ours" gets the
prepared adjacency that layers share; "first call" gets a raw [2, E] tensor that it has never seen,
and pays for indexing it. Every layer and graph runs in a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parent))
from graphs import pl1m, pl100k, power_law
from measure import medians, milliseconds, peak_megabytes, resident_megabytes, table

WIDTH_IN, WIDTH_OUT = 128, 64
LAYERS = ("GCN", "SAGE", "GIN", "GAT", "GATv2")
# Forward and backward on the graph of 100,000 nodes: at least so many times faster, a quarter the memory.
TARGETS = {"GCN": 8.0, "SAGE": 8.0, "GIN": 7.0, "GAT": 4.0, "GATv2": 3.0}
MEMORY_TARGET = 0.25
OUT_OF_MEMORY = -9
Figures = dict[str, float]


def cora() -> tuple[Tensor, int]:
    """Cora's edges if the data is there, else those of its synthetic twin."""
    from gnn_lib.datasets import DatasetUnavailableError, citation_like, load_planetoid

    try:
        graph = load_planetoid("Cora")
    except DatasetUnavailableError:
        graph = citation_like()
    return graph.edge_index, graph.num_nodes


def pubmed() -> tuple[Tensor, int]:
    """PubMed's edges if the data is there, else a power law of the same size."""
    from gnn_lib.datasets import DatasetUnavailableError, pubmed_edges

    try:
        graph = pubmed_edges()
    except DatasetUnavailableError:
        return power_law(19_717, 88_648, torch.Generator().manual_seed(0)), 19_717
    return graph.edge_index, graph.num_nodes


GRAPHS: dict[str, Callable[[], tuple[Tensor, int]]] = {
    "quick": lambda: (power_law(500, 3_000, torch.Generator().manual_seed(0)), 500),
    "Cora": cora,
    "PubMed": pubmed,
    "100k": pl100k,
    "1M": pl1m,
}
REPEATS = {"quick": 1, "Cora": 31, "PubMed": 11, "100k": 5, "1M": 1}


def make_layers(name: str) -> tuple[nn.Module, nn.Module]:
    """(ours, PyG's) with the same weights."""
    import torch_geometric.nn as pyg

    import gnn_lib.layers as own

    def network() -> nn.Module:
        return nn.Sequential(nn.Linear(WIDTH_IN, WIDTH_OUT), nn.ReLU(), nn.Linear(WIDTH_OUT, WIDTH_OUT))

    make = {
        "GCN": lambda m: m.GCNConv(WIDTH_IN, WIDTH_OUT),
        "SAGE": lambda m: m.SAGEConv(WIDTH_IN, WIDTH_OUT),
        "GIN": lambda m: m.GINConv(network()),
        "GAT": lambda m: m.GATConv(WIDTH_IN, WIDTH_OUT // 8, heads=8),
        "GATv2": lambda m: m.GATv2Conv(WIDTH_IN, WIDTH_OUT // 8, heads=8),
    }[name]
    ours, theirs = make(own), make(pyg)
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def measure(name: str, graph: str) -> dict[str, float]:
    """Seconds and megabytes for one layer on one graph."""
    from gnn_lib.adjacency import Adjacency

    torch.manual_seed(0)
    edge_index, nodes = GRAPHS[graph]()
    x = torch.randn(nodes, WIDTH_IN, requires_grad=True)
    direction = torch.randn(nodes, WIDTH_OUT)
    ours, theirs = make_layers(name)

    def both(layer: nn.Module, edges: Any) -> None:
        layer(x, edges).backward(direction)
        x.grad = None
        layer.zero_grad()

    def forward(layer: nn.Module, edges: Any) -> None:
        with torch.no_grad():
            layer(x, edges)

    adjacency = Adjacency(edge_index, nodes)
    result = medians(
        {
            "pyg": lambda: both(theirs, edge_index),
            "ours": lambda: both(ours, adjacency),
            "ours, first call": lambda: both(ours, edge_index.clone()),
        },
        REPEATS[graph],
    )
    forwards = {"pyg forward": (theirs, edge_index), "ours forward": (ours, adjacency)}
    runs = {key: lambda pair=pair: forward(*pair) for key, pair in forwards.items()}
    return result | medians(runs, REPEATS[graph])


def measure_memory(name: str, graph: str, whose: str) -> dict[str, float]:
    """Megabytes of one step (forward, backward, x's gradient) in steady state; and what stays after it.

    What stays is our index of the edges: made at the first step, shared by all layers.
    """
    from gnn_lib.adjacency import Adjacency

    edge_index, nodes = GRAPHS[graph]()
    x = torch.randn(nodes, WIDTH_IN, requires_grad=True)
    direction = torch.randn(nodes, WIDTH_OUT)
    layer = make_layers(name)[whose == "pyg"]
    layer(x[:2], torch.zeros(2, 1, dtype=torch.long)).sum().backward()  # what a first call ever loads
    x.grad = None
    edges: Any = edge_index if whose == "pyg" else Adjacency(edge_index, nodes)

    def both() -> None:
        layer(x, edges).backward(direction)
        x.grad = None
        layer.zero_grad()

    before = resident_megabytes()
    both()
    stays = resident_megabytes() - before
    return {"step": peak_megabytes(both), "stays": stays}


def in_own_process(*arguments: str) -> Any:
    """What this script prints for `arguments`, from a process of its own; None if memory ran out."""
    environment = os.environ | {"OMP_NUM_THREADS": "2"}
    if arguments[0] == "--memory":  # hand every freed block back at once, so that what is resident is in use
        environment["MALLOC_MMAP_THRESHOLD_"] = "65536"
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode == OUT_OF_MEMORY:
        return None
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def ratio(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f}x"


def report(graphs: list[str], layers: Sequence[str]) -> None:
    short: list[str] = []
    for graph in graphs:
        rows = []
        for name in layers:
            time = in_own_process("--one", name, graph)
            memory = [in_own_process("--memory", name, graph, whose) for whose in ("pyg", "ours")]
            if time is None:
                rows.append([name, "out of memory", *["-"] * 7, *our_megabytes(memory[1])])
                continue
            rows.append(row(name, time, *memory))
            short += shortfalls(name, graph, time, *memory)
        header = ["layer", "PyG ms", "ours ms", "faster", "PyG fwd", "ours fwd", "faster", "first call"]
        header += ["PyG MB", "ours MB", "index MB"]
        print(table(f"Layers on {graph}: forward + backward", header, rows), flush=True)
    print("\n".join(["Where we fall short:", *short]) if short else "The layers meet every aim.", flush=True)
    print()


def row(name: str, time: Figures, theirs: Figures, ours: Figures) -> list[str]:
    return [
        name,
        milliseconds(time["pyg"]),
        milliseconds(time["ours"]),
        ratio(time["pyg"], time["ours"]),
        milliseconds(time["pyg forward"]),
        milliseconds(time["ours forward"]),
        ratio(time["pyg forward"], time["ours forward"]),
        ratio(time["pyg"], time["ours, first call"]),
        f"{theirs['step']:,.0f}",
        *our_megabytes(ours),
    ]


def our_megabytes(memory: dict[str, float]) -> list[str]:
    return [f"{memory['step']:,.0f}", f"{memory['stays']:,.0f}"]


def shortfalls(name: str, graph: str, time: Figures, theirs: Figures, ours: Figures) -> list[str]:
    """Every target missed, in a sentence."""
    said = []
    for key, what in (("ours", "prepared"), ("ours, first call", "on its first call")):
        if time[key] > time["pyg"]:
            said.append(f"- {name} on {graph}, {what}, is slower than PyG: {ratio(time['pyg'], time[key])}.")
    if time["ours forward"] > time["pyg forward"]:
        forward = ratio(time["pyg forward"], time["ours forward"])
        said.append(f"- {name} on {graph}, forward alone, is slower than PyG: {forward}.")
    if graph == "100k":
        reached = time["pyg"] / time["ours"]
        if reached < TARGETS[name]:
            said.append(f"- {name} on {graph} is {reached:.1f} times faster; the aim is {TARGETS[name]:.0f}.")
        share = ours["step"] / theirs["step"]
        if share > MEMORY_TARGET:
            said.append(f"- {name} on {graph} takes {share:.2f} of PyG's memory; the aim is {MEMORY_TARGET}.")
    return said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two layers on a small graph: does it run?")
    parser.add_argument("--graphs", nargs="+", choices=GRAPHS, default=list(GRAPHS)[1:])
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", 2)))
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
    elif arguments.memory:
        print(json.dumps(measure_memory(*arguments.memory)))
    else:
        graphs, layers = (["quick"], LAYERS[::4]) if arguments.quick else (arguments.graphs, LAYERS)
        report(graphs, layers)


if __name__ == "__main__":
    main()
