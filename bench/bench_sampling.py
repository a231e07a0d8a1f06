"""Neighbour sampling, batches of parts, and negative edges on large graphs.

    python bench/bench_sampling.py

Fan-out 15 then 10, batches of 1,024 seeds, two threads, power-law graphs, medians over batches. With
features: 64 columns are gathered for every sampled node. The peer would be PyG's NeighborLoader, which
needs pyg-lib or torch-sparse; neither has a wheel for this torch, so the script says whether it runs.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Iterable
from itertools import islice, pairwise
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parent))
from graphs import pl1m, pl100k, power_law
from measure import medians, table

from gnn_lib.graph import Graph
from gnn_lib.partition import ClusterLoader, partition_nodes
from gnn_lib.sampling import NeighbourLoader
from gnn_lib.splits import negative_edges

FANOUTS, BATCH, WIDTH = [15, 10], 1024, 64
# Seeds a second on the million nodes by torch-sparse's compiled sampler, and by PyG's loader on top of it
# with features: measured once where it could be compiled, on 2 cores.
TORCH_SPARSE = 28_700, 23_200


def seconds_a_batch(batches: Iterable[object], count: int) -> float:
    """The median over `count` batches, after one that prepares the graph."""
    marks = [time.perf_counter() for _ in islice(batches, count + 1)]
    return statistics.median(after - before for before, after in pairwise(marks))


def sampling_rows(name: str, edge_index: Tensor, num_nodes: int, count: int) -> list[list[str]]:
    rows = []
    for kind, x in (("edges only", None), (f"with {WIDTH} features", torch.rand(num_nodes, WIDTH))):
        graph = Graph(edge_index, x=x, num_nodes=num_nodes)
        loader = NeighbourLoader(graph, FANOUTS, batch_size=BATCH, shuffle=True, generator=seeded())
        batch = next(iter(loader))
        seconds = seconds_a_batch(loader, count)
        rows.append([
            name, kind, f"{min(BATCH, num_nodes) / seconds:,.0f}", f"{seconds * 1e3:.1f}",
            f"{batch.graph.num_nodes:,}", f"{batch.graph.num_edges:,}",
        ])
    return rows


def other_rows(name: str, edge_index: Tensor, num_nodes: int, num_parts: int) -> list[list[str]]:
    graph = Graph(edge_index, num_nodes=num_nodes)
    start = time.perf_counter()
    parts = partition_nodes(graph, num_parts, seeded())
    cutting = time.perf_counter() - start
    across = (parts[edge_index[0]] != parts[edge_index[1]]).double().mean()
    loader = ClusterLoader(graph, parts, parts_per_batch=5, shuffle=True, generator=seeded())
    seconds = seconds_a_batch(loader, 8)
    count = graph.num_edges // 2
    negatives = medians({"ours": lambda: negative_edges(graph, count, generator=seeded())}, 3)["ours"]
    return [
        [name, f"METIS, {num_parts} parts ({across:.0%} of the edges cut)", f"{cutting:.1f} s"],
        [name, "a batch of 5 parts", f"{seconds * 1e3:.1f} ms"],
        [name, f"{count:,} negative edges", f"{negatives:.2f} s"],
    ]


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def pyg_says() -> str:
    """What happens to a user of PyG as it installs."""
    from torch_geometric.data import Data
    from torch_geometric.loader import NeighborLoader

    ring = torch.stack([torch.arange(10), (torch.arange(10) + 1) % 10])
    try:
        next(iter(NeighborLoader(Data(edge_index=ring, num_nodes=10), [2], batch_size=2)))
    except ImportError as error:
        return f"PyG's NeighborLoader on this machine: {error}."
    return "PyG's NeighborLoader runs on this machine: measure it."


def main() -> None:
    parser = argparse.ArgumentParser(description="Neighbour sampling and other mini-batches.")
    parser.add_argument("--quick", action="store_true", help="a small graph: does it run?")
    quick = parser.parse_args().quick
    torch.set_num_threads(2)
    small = power_law(2_000, 20_000, seeded()), 2_000
    hundred, million = (small, small) if quick else (pl100k(), pl1m())
    names = ("2,000", "2,000") if quick else ("100,000", "1,000,000")
    rows = sampling_rows(names[0], *hundred, 40) + sampling_rows(names[1], *million, 100)
    header = ("nodes", "what", "seeds a second", "ms a batch", "nodes in a batch", "edges")
    print(table(f"Neighbour sampling, fan-out 15, 10, batches of {BATCH:,}", header, rows))
    if not quick:
        print(verdict([float(row[2].replace(",", "")) for row in rows[2:]]))
    print(pyg_says() + "\n")
    print(table("Other mini-batches", ("nodes", "what", "time"), other_rows(names[0], *hundred, 50)))


def verdict(rates: list[float]) -> str:
    times = [ours / theirs for ours, theirs in zip(rates, TORCH_SPARSE, strict=True)]
    return (
        f"On the million nodes {times[0]:.1f} times the rate of torch-sparse's compiled sampler, and "
        f"{times[1]:.1f} times that of PyG's loader on top of it with features. (Their {TORCH_SPARSE[0]:,} "
        f"and {TORCH_SPARSE[1]:,} seeds a second are from another day; from a plain install they can't run.)"
    )


if __name__ == "__main__":
    main()
