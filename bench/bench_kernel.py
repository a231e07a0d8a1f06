"""The aggregation kernel against the memory it runs on.

A sum over inboxes must at least fetch one row of x for every edge and write one row for every node.
This script measures how fast this machine fetches rows in that very order (a gather of the same rows
into a small buffer, nothing summed; the fastest of several ways and sizes of buffer) and how fast it
copies; their times added are the floor. The kernel is to stay within twice the floor. It may well lie
below it: a gather also writes every row that it fetches, if only to the cache.
"""

import argparse

import torch
import torch.nn.functional as F
from graphs import pl1m, pl100k, power_law
from measure import medians, milliseconds, table
from torch import Tensor

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import weighted_sum

WIDTH = 64
LIMIT = 2.0
ROWS_AT_A_TIME = (1024, 8192, 65536)


def select(x: Tensor, ids: Tensor, rows: int) -> None:
    """Every row that the sum needs, in the sum's order, into a buffer of so many rows."""
    buffer = torch.empty(rows, x.size(1))
    for start in range(0, ids.numel(), rows):
        piece = ids[start : start + rows]
        torch.index_select(x, 0, piece, out=buffer[: piece.numel()])


def lone_bags(x: Tensor, ids: Tensor, rows: int) -> None:
    """The same by `embedding_bag`, with a bag for every row: nothing to add up."""
    ends = torch.arange(rows + 1, dtype=ids.dtype)
    for start in range(0, ids.numel(), rows):
        piece = ids[start : start + rows]
        end = ends[: piece.numel() + 1]
        F.embedding_bag(piece, x, end, mode="sum", include_last_offset=True)


def measure(edge_index: Tensor, nodes: int, repeats: int) -> list[str]:
    torch.manual_seed(0)
    plain = Adjacency(edge_index, nodes)
    adjacency = plain.weighted(torch.rand(plain.num_edges))
    x, out = torch.randn(nodes, WIDTH), torch.empty(nodes, WIDTH)
    leaf, direction = x.clone().requires_grad_(), torch.randn(nodes, WIDTH)
    ids = adjacency.by_target.ids
    index, spread = edge_index[1][:, None].expand(-1, WIDTH), adjacency.weight[:, None]

    def forward() -> None:
        with torch.no_grad():
            weighted_sum(adjacency, x)

    def scatter() -> None:
        torch.zeros(nodes, WIDTH).scatter_add_(0, index, x.index_select(0, edge_index[0]) * spread)

    def both() -> None:
        weighted_sum(adjacency, leaf).backward(direction)
        leaf.grad = None

    ways = {
        f"{way.__name__} {rows}": lambda way=way, rows=rows: way(x, ids, rows)
        for way in (select, lone_bags)
        for rows in ROWS_AT_A_TIME
    }
    runs = {
        "copy": lambda: out.copy_(x),
        "sum": forward,
        "both": both,
        "scatter": scatter,
    }
    time = medians(ways | runs, repeats)
    fetch = min(time[way] for way in ways)
    floor = fetch + time["copy"]
    gathered = ids.numel() * WIDTH * 4 / fetch / 1e9
    return [
        f"{2 * x.numel() * 4 / time['copy'] / 1e9:.0f}",
        f"{gathered:.0f}",
        milliseconds(floor),
        milliseconds(time["sum"]),
        f"{time['sum'] / floor:.2f}",
        milliseconds(time["both"]),
        milliseconds(time["scatter"]),
        f"{time['scatter'] / time['sum']:.0f}x",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a small graph only: does it run?")
    quick = parser.parse_args().quick
    torch.set_num_threads(2)
    small = power_law(2_000, 20_000, torch.Generator().manual_seed(0)), 2_000
    graphs = {"2k": (small, 21)} if quick else {"100k": (pl100k(), 15), "1M": (pl1m(), 5)}
    header = ["graph", "copy GB/s", "fetch GB/s", "floor ms", "sum ms", "sum / floor", "with backward ms"]
    header += ["gather + scatter ms", "faster"]
    rows = [[name, *measure(*graph, repeats)] for name, (graph, repeats) in graphs.items()]
    print(table(f"The aggregation kernel: weighted sum over the inbox, {WIDTH} features", header, rows))
    over = [f"{row[0]} ({row[5]})" for row in rows if float(row[5]) > LIMIT]
    if over:
        print(f"Where we fall short: over {LIMIT:.0f} times the floor on {', '.join(over)}.")
    else:
        print(f"The kernel stays within {LIMIT:.0f} times the floor.")
    print()


if __name__ == "__main__":
    main()
