"""The test itself: which graphs of a batch can't colour refinement tell apart?"""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.batch import batch_graphs
from gnn_lib.datasets import cycle_graph, path_graph, star_graph, wl_blind_pairs, wl_told_pairs
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM, random_graph
from gnn_lib.graph import Graph
from gnn_lib.subgraph import permute

MARKED = "graphs that start with colours"


def wl_groups(edge_index: Tensor, colors: Tensor, batch: Tensor, num_graphs: int) -> Tensor:
    now, edges = colors.tolist(), edge_index.T.tolist()
    for _ in range(len(now)):
        inboxes: list[list[int]] = [[] for _ in now]
        for source, target in edges:
            inboxes[target].append(now[source])
        signatures = [(own, tuple(sorted(inbox))) for own, inbox in zip(now, inboxes, strict=True)]
        names = {signature: name for name, signature in enumerate(dict.fromkeys(signatures))}
        finer = [names[signature] for signature in signatures]
        if len(set(finer)) == len(set(now)):
            break
        now = finer
    heaps: list[list[int]] = [[] for _ in range(num_graphs)]
    for color, graph in zip(finer, batch.tolist(), strict=True):
        heaps[graph].append(color)
    histograms = [sorted(heap) for heap in heaps]
    return torch.tensor([histograms.index(histogram) for histogram in histograms])


def cases(generator: torch.Generator) -> Iterator[Case]:
    hexagon, triangles = wl_blind_pairs()[0][1:3]
    short, long = wl_told_pairs()[1][1:3]
    yield _case(BY_HAND, [path_graph(4), star_graph(3), path_graph(4), star_graph(3)])
    yield _case(BY_HAND, [hexagon, triangles, cycle_graph(3)])
    yield _case(BY_HAND, [path_graph(5), short, cycle_graph(5), long, cycle_graph(6)])
    # One couple and a loner, one couple and two loners, two couples and two loners.
    couple, two = torch.tensor([[0, 1], [1, 0]]), torch.tensor([[0, 1, 2, 3], [1, 0, 3, 2]])
    lonely = [Graph(couple, num_nodes=3), Graph(couple, num_nodes=4), Graph(two, num_nodes=6)]
    yield _case(BY_HAND, lonely)
    for nodes, edges in ((5, 6), (6, 9)):
        one, other = (random_graph(generator, nodes, edges) for _ in range(2))
        # Renumbered, a graph is the same graph. Turned round, it seldom is.
        copies = [permute(one, torch.randperm(nodes, generator=generator)) for _ in range(2)]
        turned = one.replace(edge_index=one.edge_index.flip(0))
        yield _case(RANDOM, [one, other, copies[0], turned, copies[1]])
    atoms = torch.tensor([8, 6, 6, 6, 6, 6])
    near, far = torch.tensor([8, 8, 6, 6, 6, 6]), torch.tensor([8, 6, 6, 8, 6, 6])
    turn = int(torch.randint(6, (1,), generator=generator))
    yield _case(MARKED, [hexagon, hexagon, triangles, hexagon], [near, far, near, near.roll(turn)])
    yield _case(MARKED, [hexagon, triangles, hexagon], [atoms, atoms, atoms.roll(turn)])
    square, two_n, two_c = cycle_graph(4), torch.tensor([6, 7, 7, 8]), torch.tensor([6, 6, 7, 8])
    yield _case(MARKED, [square, square], [two_n, two_c])


def _case(group: str, graphs: list[Graph], colors: list[Tensor] | None = None) -> Case:
    union = batch_graphs([Graph(graph.edge_index, num_nodes=graph.num_nodes) for graph in graphs])
    start = torch.zeros(union.num_nodes, dtype=torch.long) if colors is None else torch.cat(colors)
    assert union.batch is not None
    inputs = dict(edge_index=union.edge_index, colors=start, batch=union.batch, num_graphs=len(graphs))
    return Case(group, inputs)


HISTOGRAM = "sorted(heap)"
RETURN = "return torch.tensor([histograms.index(histogram) for histogram in histograms])"
START = "now, edges = colors.tolist(), edge_index.T.tolist()"

exercise = Exercise(
    answer=wl_groups,
    task="Find out which graphs of a batch colour refinement can't tell apart",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, MARKED: 1},
    minutes=5,
    order="partition",
    mistakes=(
        Mistake(
            "asks which colours occur, not how often",
            "Two graphs count as equal once the same colours occur in them. A triangle and a hexagon then "
            "look the same. How often each colour occurs is part of the test.",
            (HISTOGRAM, "set(heap)"),
        ),
        Mistake(
            "compares shares",
            "Divided by the number of nodes, a triangle and a hexagon have the same histogram. Compare the "
            "counts.",
            (HISTOGRAM, "[round(heap.count(c) / len(heap), 6) for c in range(len(now))]"),
        ),
        Mistake(
            "refines each graph by itself",
            "Each graph got its own names for colours, so that 0 here and 0 there are different things. "
            "Refine the whole batch at once: then a colour means the same everywhere.",
            """
            def wl_groups(edge_index, colors, batch, num_graphs):
                histograms = []
                for graph in range(num_graphs):
                    nodes = (batch == graph).nonzero().flatten().tolist()
                    edges = [(i, j) for i, j in edge_index.T.tolist() if i in nodes]
                    now = {i: int(colors[i]) for i in nodes}
                    for _ in nodes:
                        rows = {i: (now[i], sorted(now[s] for s, t in edges if t == i)) for i in nodes}
                        now = {i: list(rows.values()).index(rows[i]) for i in nodes}
                    histograms.append(sorted(now.values()))
                return [histograms.index(histogram) for histogram in histograms]
            """,
        ),
        Mistake(
            "does no round at all",
            "You compare how often each starting colour occurs, and never look at an edge. Refine first, "
            "until nothing splits; then count.",
            ("    for color, graph in zip(finer,", "    for color, graph in zip(colors.tolist(),"),
        ),
        Mistake(
            "does one round only",
            "After one round only degrees are compared. Some graphs have the same degrees and still "
            "differ two steps away: refine until nothing splits.",
            ("range(len(now))", "range(1)"),
        ),
        Mistake(
            "forgets the colours it was given",
            "The graphs with starting colours came out as if they had none. Begin with `colors` as they "
            "come.",
            (START, START.replace("colors.tolist()", "[0] * len(colors)")),
        ),
        Mistake(
            "compares how many colours there are",
            "Two graphs with equally many colours need not have the same ones. Compare the histograms, "
            "colour by colour.",
            (HISTOGRAM, "len(set(heap))"),
        ),
        Mistake(
            "compares class sizes without their colours",
            "You compare how large the classes are, and not which colours they have. A class of four ends is "
            "not a class of four middles. Keep each count in its colour's column.",
            (HISTOGRAM, "sorted(heap.count(c) for c in set(heap))"),
        ),
        Mistake(
            "returns the histograms",
            "That is the table of counts, a row for each graph. One step is left: give each row a number, "
            "equal rows the same one. `torch.unique` can hand those numbers out as well: ask it for "
            "`return_inverse`.",
            (
                RETURN,
                "return torch.tensor([[heap.count(c) for c in range(max(finer) + 1)] for heap in heaps])",
            ),
        ),
        Mistake(
            "returns the nodes' colours",
            "There is one entry for each node. The question is about graphs: count the colours in each, and "
            "give equal histograms the same number.",
            (RETURN, "return torch.tensor(finer)"),
        ),
        Mistake(
            "counts nodes and edges",
            "Graphs with as many nodes and edges as each other can still differ. The test compares "
            "how often each stable colour occurs.",
            """
            def wl_groups(edge_index, colors, batch, num_graphs):
                sizes = torch.bincount(batch, minlength=num_graphs)
                E = torch.bincount(batch[edge_index[0]], minlength=num_graphs)
                return torch.unique(torch.stack([sizes, E], 1), dim=0, return_inverse=True)[1]
            """,
        ),
        Mistake(
            "compares the degrees",
            "You compared the in-degrees: that is what one round of colours sees, and without the "
            "colours at the start. Refine until it is stable.",
            """
            def wl_groups(edge_index, colors, batch, num_graphs):
                deg = torch.bincount(edge_index[1], minlength=len(colors)).tolist()
                bags = [sorted(deg[v] for v in range(len(deg)) if batch[v] == g) for g in range(num_graphs)]
                return torch.tensor([bags.index(b) for b in bags])
            """,
        ),
    ),
    others=(
        """
        def wl_groups(edge_index, colors, batch, num_graphs):
            N = len(batch)
            A = torch.zeros(N, N)
            A.index_put_((edge_index[0], edge_index[1]), torch.ones(edge_index.size(1)), accumulate=True)
            colors = torch.unique(colors, return_inverse=True)[1]
            for _ in range(N):
                before = colors.max()
                rows = torch.cat([colors[:, None], A.T @ F.one_hot(colors).float()], dim=1)
                colors = torch.unique(rows, dim=0, return_inverse=True)[1]
                if colors.max() == before:
                    break
            histogram = F.one_hot(batch, num_graphs).T.float() @ F.one_hot(colors).float()
            return torch.unique(histogram, dim=0, return_inverse=True)[1]
        """,
        """
        def wl_groups(edge_index, colors, batch, num_graphs):
            now = [str(color) for color in colors.tolist()]
            for _ in range(len(now)):
                heard = [[] for _ in now]
                for source, target in edge_index.T.tolist():
                    heard[target].append(now[source])
                words = [own + "|" + ",".join(sorted(inbox)) for own, inbox in zip(now, heard)]
                names = {word: str(place) for place, word in enumerate(sorted(set(words)))}
                now = [names[word] for word in words]
            bags = [[] for _ in range(num_graphs)]
            for name, graph in zip(now, batch.tolist()):
                bags[graph].append(name)
            bags = [sorted(bag) for bag in bags]
            return [bags.index(bag) for bag in bags]
        """,
        """
        def wl_groups(edge_index, colors, batch, num_graphs):
            from collections import Counter
            for _ in range(len(colors)):
                rows = [(int(colors[i]), tuple(sorted(colors[edge_index[0, edge_index[1] == i]].tolist())))
                        for i in range(len(colors))]
                names = {row: place for place, row in enumerate(sorted(set(rows)))}
                colors = torch.tensor([names[row] for row in rows])
            counts = [Counter(colors[batch == graph].tolist()) for graph in range(num_graphs)]
            return torch.tensor([min(h for h in range(num_graphs) if counts[h] == count) for count in counts])
        """,
    ),
    hints=(
        "You have all the parts: refine the whole batch until it is stable, count the colours in each "
        "graph, and compare the counts.",
        "`stable_colors` and `color_histogram` are yours. What is left: rows of a matrix, and which of "
        "them are equal.",
        "`torch.unique(rows, dim=0, return_inverse=True)[1]` gives equal rows the same number.",
        "`counts = color_histogram(stable_colors(edge_index, colors), batch, num_graphs)`, and then unique "
        "rows.",
    ),
)
