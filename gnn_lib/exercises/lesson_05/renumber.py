"""New numbers for the nodes of a mini-batch, so that its tensors are small."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def renumber(seeds: Tensor, edge_index: Tensor) -> tuple[Tensor, Tensor]:
    found = torch.unique(edge_index)
    nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
    new = torch.full((int(nodes.max()) + 1,), -1)
    new[nodes] = torch.arange(len(nodes))
    return nodes, new[edge_index]


def cases(generator: torch.Generator) -> Iterator[Case]:
    hand = torch.tensor([[3, 8, 5], [7, 7, 8]])
    yield Case(BY_HAND, dict(seeds=torch.tensor([7]), edge_index=hand))
    yield Case(BY_HAND, dict(seeds=torch.tensor([8, 2]), edge_index=hand))
    for group, graph in sample_graphs(generator):
        ids = torch.randperm(4 * graph.num_nodes, generator=generator)[: graph.num_nodes]
        count = max(1, graph.num_nodes // 3)
        seeds = ids[torch.randperm(graph.num_nodes, generator=generator)[:count]]
        yield Case(group, dict(seeds=seeds, edge_index=ids[graph.edge_index]))
    lonely = torch.tensor([[9, 9, 4], [4, 4, 4]])
    yield Case(AWKWARD, dict(seeds=torch.tensor([11, 4, 0]), edge_index=lonely))
    yield Case(AWKWARD, dict(seeds=torch.tensor([6, 1]), edge_index=torch.zeros(2, 0, dtype=torch.long)))


exercise = Exercise(
    answer=renumber,
    task="Give the nodes of a mini-batch new numbers",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=6,
    mistakes=(
        Mistake(
            "sorts the seeds among the others",
            "All nodes are sorted by id, so that the seeds stand anywhere. They come first, in the order in "
            "which they were given: the batch's answers are then its first rows.",
            """
            def renumber(seeds, edge_index):
                nodes = torch.cat([seeds, edge_index.flatten()]).unique()
                return nodes, torch.searchsorted(nodes, edge_index)
            """,
        ),
        Mistake(
            "forgets seeds without an edge",
            "A seed that hears nobody is missing. It needs an answer, too, so it must be in the batch.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds[torch.isin(seeds, found)], found[~torch.isin(found, seeds)]])
                new = torch.full((int(max(seeds.max(), nodes.max() if len(nodes) else 0)) + 1,), -1)
                new[nodes] = torch.arange(len(nodes))
                return nodes, new[edge_index]
            """,
        ),
        Mistake(
            "lists seeds twice",
            "A seed that stands at an edge comes up a second time among the others. Each node gets one "
            "number.",
            ("found[~torch.isin(found, seeds)]", "found"),
        ),
        Mistake(
            "keeps the old numbers in the edges",
            "`nodes` is right, but the edges still hold the ids of the large graph. A batch's x has only "
            "as many rows as `nodes`.",
            ("new[edge_index]", "edge_index"),
        ),
        Mistake(
            "looks the numbers up the wrong way",
            "`nodes[k]` is the old id of the node with the new number k. You need the way back: from the "
            "old id to the new number.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                return nodes, nodes[edge_index % len(nodes)]
            """,
        ),
        Mistake(
            "searches in an unsorted list",
            "`searchsorted` needs a sorted list, and with the seeds first `nodes` isn't sorted.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                return nodes, torch.searchsorted(nodes, edge_index)
            """,
        ),
        Mistake(
            "numbers the seeds last",
            "The seeds stand at the end. They come first, so that the first rows of the result are theirs, "
            "however many others there are.",
            ("torch.cat([seeds, found[~torch.isin(found, seeds)]])",
             "torch.cat([found[~torch.isin(found, seeds)], seeds])"),
        ),
        Mistake(
            "leaves out those who only hear",
            "You listed the seeds and the sources. A node can stand among the targets alone.",
            ("torch.unique(edge_index)", "torch.unique(edge_index[0])"),
        ),
        Mistake(
            "swaps the rows",
            "The numbers are right, but every edge has turned round: the senders belong on top.",
            ("new[edge_index]", "new[edge_index].flip(0)"),
        ),
        Mistake(
            "drops double edges",
            "A message that comes twice counts twice. Keep every column of the edge list, in its place.",
            ("new[edge_index]", "new[edge_index].unique(dim=1)"),
        ),
        Mistake(
            "lists the others as they come up",
            "The others are in the order of the edge list. Here they are wanted by id, the smallest first, "
            "so that there is one right answer.",
            """
            def renumber(seeds, edge_index):
                nodes = list(dict.fromkeys(seeds.tolist() + edge_index.T.flatten().tolist()))
                new = {old: k for k, old in enumerate(nodes)}
                edges = [[new[i] for i in row] for row in edge_index.tolist()]
                return torch.tensor(nodes), torch.tensor(edges, dtype=torch.long)
            """,
        ),
        Mistake(
            "sorts the seeds",
            "The seeds come first, but you sorted them. They keep the order in which they were given: row k "
            "of the batch is then the answer for seed k.",
            ("torch.cat([seeds, found", "torch.cat([seeds.sort().values, found"),
        ),
        Mistake(
            "replaces one number after the other",
            "You replace the ids one after the other in the same tensor. A new number can look like an old "
            "id that comes up later, and is replaced again. Look all of them up at once, in the old edges.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                edges = edge_index.clone()
                for number, node in enumerate(nodes):
                    edges[edges == node] = number
                return nodes, edges
            """,
        ),
        Mistake(
            "numbers the edges by another list",
            "`nodes` is right, but the edges hold each node's place among all ids in ascending order. What "
            "counts is its place in `nodes`, where the seeds come first.",
            ("new[edge_index]", "torch.searchsorted(nodes.sort().values, edge_index)"),
        ),
        Mistake(
            "shifts the numbers",
            "You subtracted the smallest id. That leaves the gaps between the ids, and it doesn't fit "
            "`nodes`: node `nodes[k]` must become k.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                return nodes, edge_index - edge_index.min() if edge_index.numel() else edge_index
            """,
        ),
        Mistake(
            "lists the largest first",
            "After the seeds the others come by their old ids, the smallest first. Yours come the "
            "other way round.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique().flip(0)
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                new = torch.full((int(nodes.max()) + 1,), -1)
                new[nodes] = torch.arange(len(nodes))
                return nodes, new[edge_index]
            """,
        ),
        Mistake(
            "counts from 1",
            "Your new numbers begin with 1, so that the last node points behind the last row of "
            "`x[nodes]`. Nodes are counted from 0.",
            """
            def renumber(seeds, edge_index):
                found = edge_index.unique()
                nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
                new = torch.full((int(nodes.max()) + 1,), -1)
                new[nodes] = torch.arange(1, len(nodes) + 1)
                return nodes, new[edge_index]
            """,
        ),
    ),
    others=(
        """
        def renumber(seeds, edge_index):
            first = seeds.tolist()
            nodes = first + sorted(set(edge_index.flatten().tolist()) - set(first))
            new = {old: k for k, old in enumerate(nodes)}
            return torch.tensor(nodes), torch.tensor([[new[i] for i in row] for row in edge_index.tolist()])
        """,
        """
        def renumber(seeds, edge_index):
            others = np.setdiff1d(edge_index.numpy(), seeds.numpy())
            nodes = torch.cat([seeds, torch.from_numpy(others)])
            return nodes, (edge_index[:, :, None] == nodes).long().argmax(dim=2)
        """,
        """
        def renumber(seeds, edge_index):
            found = edge_index.unique()
            nodes = torch.cat([seeds, found[(found[:, None] != seeds).all(dim=1)]])
            ids, order = nodes.sort()
            return nodes, order[torch.searchsorted(ids, edge_index)]
        """,
    ),
    hints=(
        "Two things are asked for: which nodes there are (the seeds, then the others), and the edges with "
        "each old id replaced by its place in that list.",
        "`edge_index.unique()` lists each node once, in ascending order. Leave out those that are seeds: "
        "`torch.isin(found, seeds)` tells you which.",
        "A table `new` with `new[old id] = new number` does all replacing at once: `new[edge_index]`.",
        "`new[nodes] = torch.arange(len(nodes))` fills the table, which is as long as the largest id plus 1.",
    ),
)  # fmt: skip
