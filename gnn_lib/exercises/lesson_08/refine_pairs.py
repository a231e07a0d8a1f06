"""One round of the folklore 2-WL test: colours for pairs of nodes."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.batch import batch_graphs
from gnn_lib.datasets import cycle_graph, path_abcd, three_friends, wl_blind_pairs
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, RANDOM
from gnn_lib.graph import Graph

ODD = "one node, equal pairs, colours with large numbers"


def refine_pairs(colors: Tensor) -> Tensor:
    c, N = colors.tolist(), len(colors)
    names: dict[object, int] = {}
    finer = torch.zeros_like(colors)
    for i in range(N):
        for j in range(N):
            seen = sorted((c[i][w], c[w][j]) for w in range(N))
            finer[i, j] = names.setdefault((c[i][j], tuple(seen)), len(names))
    return finer


def pair_colors(graph: Graph) -> Tensor:
    """What a pair looks like: the same node 0, an edge i -> j 1, no edge 2."""
    colors = torch.full((graph.num_nodes, graph.num_nodes), 2)
    colors[graph.edge_index[0], graph.edge_index[1]] = 1
    return colors.fill_diagonal_(0)


def cases(generator: torch.Generator) -> Iterator[Case]:
    both = batch_graphs([Graph(graph.edge_index) for graph in wl_blind_pairs()[0][1:3]])
    yield Case(BY_HAND, dict(colors=pair_colors(three_friends())), names=three_friends().names)
    yield Case(BY_HAND, dict(colors=pair_colors(path_abcd())), names=path_abcd().names)
    yield Case(BY_HAND, dict(colors=pair_colors(cycle_graph(5))))
    yield Case(BY_HAND, dict(colors=pair_colors(both)))
    for nodes, colours in ((3, 2), (4, 3), (6, 2), (8, 2)):
        yield Case(RANDOM, dict(colors=torch.randint(colours, (nodes, nodes), generator=generator)))
    # Rows 0 to 3 are twins in pairs; so are columns: many pairs stay alike, and a careless signature shows.
    block = torch.randint(3, (4, 4), generator=generator)
    yield Case(RANDOM, dict(colors=block.repeat(2, 2)))
    # The pairs (0, 0) and (1, 1): one has an item (0, 2) where the other has (1, 1).
    yield Case(ODD, dict(colors=torch.tensor([[0, 2, 0], [1, 0, 1], [2, 1, 0]])))
    yield Case(ODD, dict(colors=torch.tensor([[5]])))
    yield Case(ODD, dict(colors=torch.zeros(3, 3, dtype=torch.long)))
    yield Case(ODD, dict(colors=100 * pair_colors(path_abcd()) + 7))


SEEN = "sorted((c[i][w], c[w][j]) for w in range(N))"

exercise = Exercise(
    answer=refine_pairs,
    task="Refine the colours of all pairs of nodes once",
    cases=cases,
    points={BY_HAND: 2, RANDOM: 1.5, ODD: 0.5},
    minutes=8,
    level="stretch",
    order="partition",
    mistakes=(
        Mistake(
            "makes two heaps of it",
            "The colours (i, w) are in one heap and the colours (w, j) in another, so that nobody knows "
            "any more which two belong to the same w. Then no triangle is ever seen. Keep the two "
            "together, as one item.",
            (SEEN, "[*sorted(c[i][w] for w in range(N)), *sorted(c[w][j] for w in range(N))]"),
        ),
        Mistake(
            "forgets the pair's own colour",
            "Two pairs with different colours came out the same. What was told apart must stay apart: "
            "begin the signature with the pair's own colour.",
            ("(c[i][j], tuple(seen))", "tuple(seen)"),
        ),
        Mistake(
            "counts each detour once",
            "Equal items were counted once. One way round through w and two such ways are not the same.",
            (SEEN, "sorted({(c[i][w], c[w][j]) for w in range(N)})"),
        ),
        Mistake(
            "keeps the order of the nodes",
            "The items stand in the order of w, so that renumbering the nodes changes who looks alike. "
            "Nodes have no order: bring the items into one.",
            (SEEN, "[(c[i][w], c[w][j]) for w in range(N)]"),
        ),
        Mistake(
            "forgets which step came first",
            "From i to w and from w to j are two steps with an order. Sorted inside the item, a 0 followed "
            "by a 1 looks like a 1 followed by a 0.",
            ("(c[i][w], c[w][j])", "tuple(sorted((c[i][w], c[w][j])))"),
        ),
        Mistake(
            "adds up the two colours of an item",
            "The numbers of colours are names: as a sum, an item of 0 and 2 looks like an item of 1 and 1. "
            "Keep the two side by side, in their order.",
            ("(c[i][w], c[w][j])", "c[i][w] + c[w][j]"),
        ),
        Mistake(
            "leaves out i and j as way points",
            "w runs through all N nodes, i and j too. The item for w = i holds the colour of (i, i), and "
            "that of w = j the colour of (j, j): without them the pair never learns what its two ends have "
            "become.",
            ("for w in range(N))", "for w in range(N) if w not in (i, j))"),
        ),
        Mistake(
            "begins the names anew in each row",
            "Every row starts again with colour 0, so that a colour means one thing in this row and another "
            "in the next. One dictionary serves all pairs: make it before the loops.",
            ("    for i in range(N):\n", "    for i in range(N):\n        names = {}\n"),
        ),
        Mistake(
            "walks both steps away from w",
            "The first step is (w, i) in your code. The way goes from i to w, and from w to j.",
            ("(c[i][w], c[w][j])", "(c[w][i], c[w][j])"),
        ),
        Mistake(
            "walks both steps towards w",
            "The second step is (j, w) in your code. The way goes from i to w, and from w to j.",
            ("(c[i][w], c[w][j])", "(c[i][w], c[j][w])"),
        ),
        Mistake(
            "multiplies the colours' numbers",
            "A product of matrices multiplies and adds the numbers of the colours. Numbers are names here: "
            "keep the two names side by side.",
            """
            def refine_pairs(colors):
                paths = colors @ colors
                rows = torch.stack([colors.flatten(), paths.flatten()], dim=1)
                return torch.unique(rows, dim=0, return_inverse=True)[1].view(colors.shape)
            """,
        ),
        Mistake(
            "colours nodes instead of pairs",
            "There is one colour for each node. The result is [N, N]: every pair (i, j) gets its own.",
            """
            def refine_pairs(colors):
                rows = [(own, sorted(row)) for own, row in zip(colors.diagonal().tolist(), colors.tolist())]
                return torch.tensor([rows.index(row) for row in rows])
            """,
        ),
    ),
    others=(
        """
        def refine_pairs(colors):
            names, c = torch.unique(colors, return_inverse=True)
            C, N = len(names), len(colors)
            items = c[:, None, :] * C + c.T[None, :, :]  # [i, j, w]
            rows = torch.cat([c.reshape(N * N, 1), items.sort(dim=2).values.reshape(N * N, N)], dim=1)
            return torch.unique(rows, dim=0, return_inverse=True)[1].view(N, N)
        """,
        """
        def refine_pairs(colors):
            names, c = torch.unique(colors, return_inverse=True)
            one_hot = F.one_hot(c, len(names)).float()
            counts = torch.einsum("iwa,wjb->ijab", one_hot, one_hot)
            rows = torch.cat([c[:, :, None].float(), counts.flatten(2)], dim=2).flatten(0, 1)
            return torch.unique(rows, dim=0, return_inverse=True)[1].view(len(c), len(c))
        """,
        """
        def refine_pairs(colors):
            from collections import Counter
            N = len(colors)
            words = []
            for i in range(N):
                for j in range(N):
                    heap = Counter(f"{int(colors[i, w])}>{int(colors[w, j])}" for w in range(N))
                    words.append(f"{int(colors[i, j])}: {sorted(heap.items())}")
            return np.array([words.index(word) for word in words]).reshape(N, N)
        """,
    ),
    hints=(
        "As in `refine_once`, each pair gets a signature: its own colour, and a sorted heap of what it sees.",
        "Pair (i, j) goes through all N nodes w, itself included. For each w it sees one item, made of two "
        "colours.",
        "The item for w is the colour of the step from i to w and the colour of the step from w to j, as a "
        "tuple.",
        "`seen = sorted((c[i][w], c[w][j]) for w in range(N))`, and the signature is `(c[i][j], "
        "tuple(seen))`.",
    ),
)
