"""How often does each colour occur in each graph?"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND

ODD = "graphs without nodes, mixed batches, unused colours"
RANDOM = "random batches"


def color_histogram(colors: Tensor, batch: Tensor, num_graphs: int) -> Tensor:
    one_hot = F.one_hot(colors)
    return one_hot.new_zeros(num_graphs, one_hot.size(1)).index_add(0, batch, one_hot)


def cases(generator: torch.Generator) -> Iterator[Case]:
    yield _case(BY_HAND, [0, 1, 1, 0, 0, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1], 2)
    yield _case(BY_HAND, [0, 0, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1], 2)
    for nodes, graphs, colours in ((12, 3, 3), (40, 4, 5)):
        colors = torch.randint(colours, (nodes,), generator=generator)
        colors[:2] = colours - 1  # the last colour occurs, and twice in one graph
        batch = torch.randint(graphs, (nodes,), generator=generator).sort().values
        batch[:2], batch[-1] = 0, graphs - 1
        yield Case(RANDOM, dict(colors=colors, batch=batch, num_graphs=graphs))
    yield _case(ODD, [0, 0, 0, 2, 2], [0, 0, 1, 1, 1], 4)
    yield _case(ODD, [4, 1, 1, 1, 0], [1, 0, 1, 0, 0], 3)


def _case(group: str, colors: list[int], batch: list[int], num_graphs: int) -> Case:
    return Case(group, dict(colors=torch.tensor(colors), batch=torch.tensor(batch), num_graphs=num_graphs))


RETURN = "return one_hot.new_zeros(num_graphs, one_hot.size(1)).index_add(0, batch, one_hot)"

exercise = Exercise(
    answer=color_histogram,
    task="Count how often each colour occurs in each graph of a batch",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, ODD: 0.5},
    minutes=4,
    mistakes=(
        Mistake(
            "writes 1 instead of counting",
            "A colour that occurs three times in a graph counts as one. `counts[batch, colors] += 1` adds "
            "once per place, however often the place is listed. Which graphs have it is not how often.",
            """
            def color_histogram(colors, batch, num_graphs):
                counts = torch.zeros(num_graphs, int(colors.max()) + 1)
                counts[batch, colors] += 1
                return counts
            """,
        ),
        Mistake(
            "gives shares instead of counts",
            "Each row adds up to 1. Shares forget how many nodes there are: a triangle and a hexagon have "
            "the same shares. Leave the counts as they are.",
            (
                RETURN,
                RETURN.replace("return", "counts =")
                + "\n    return counts / counts.sum(1, keepdim=True).clamp(min=1)",
            ),
        ),
        Mistake(
            "one row for each colour",
            "The table lies on its side: it should have a row for each graph and a column for each colour, "
            "[G, C].",
            (RETURN, "return one_hot.T @ F.one_hot(batch, num_graphs)"),
        ),
        Mistake(
            "loses the last graphs",
            "There are as many rows as the highest number in `batch` says. A graph without nodes has a row "
            "as well, of zeros: `num_graphs` knows.",
            ("new_zeros(num_graphs, ", "new_zeros(int(batch.max()) + 1, "),
        ),
        Mistake(
            "counts all graphs together",
            "This is one histogram for the whole batch. `batch` says which graph a node belongs to.",
            (RETURN, "return one_hot.sum(0)"),
        ),
        Mistake(
            "names the colours anew in each graph",
            "Every graph got colours 0, 1, 2, ... of its own. Then column 0 means one thing in this row "
            "and another in the next. Use one column for one colour, in all graphs.",
            """
            def color_histogram(colors, batch, num_graphs):
                counts = torch.zeros(num_graphs, int(colors.max()) + 1)
                for graph in range(num_graphs):
                    own = colors[batch == graph]
                    if len(own):
                        sizes = own.unique(return_counts=True)[1]
                        counts[graph, :len(sizes)] = sizes.float()
                return counts
            """,
        ),
        Mistake(
            "adds up the colours' numbers",
            "The number of a colour is a name. Adding names up tells nothing: colour 2 once is not colour 1 "
            "twice. Give each colour a column of its own.",
            (RETURN, "return torch.zeros(num_graphs, dtype=torch.long).index_add(0, batch, colors)"),
        ),
        Mistake(
            "leaves out colours that nobody has",
            "There are as many columns as different colours. A colour number that no node has keeps its "
            "column, of zeros; else column 2 is not colour 2.",
            ("F.one_hot(colors)", "F.one_hot(colors.unique(return_inverse=True)[1])"),
        ),
    ),
    others=(
        """
        def color_histogram(colors, batch, num_graphs):
            counts = [[0] * (int(colors.max()) + 1) for _ in range(num_graphs)]
            for color, graph in zip(colors.tolist(), batch.tolist()):
                counts[graph][color] += 1
            return counts
        """,
        """
        def color_histogram(colors, batch, num_graphs):
            return F.one_hot(batch, num_graphs).T.float() @ F.one_hot(colors).float()
        """,
        """
        def color_histogram(colors, batch, num_graphs):
            C = int(colors.max()) + 1
            return torch.bincount(batch * C + colors, minlength=num_graphs * C).view(num_graphs, C)
        """,
        """
        def color_histogram(colors, batch, num_graphs):
            C = int(colors.max()) + 1
            return torch.stack([torch.bincount(colors[batch == g], minlength=C) for g in range(num_graphs)])
        """,
    ),
    hints=(
        "A node adds 1 at one place of the table: the row of its graph, the column of its colour.",
        "You know this from lesson 6: as one-hot rows, colours are features, and a histogram is the sum "
        "over the nodes of a graph.",
        "`F.one_hot(colors)` is [N, C]; `index_add(0, batch, rows)` adds each row where `batch` says.",
        "`torch.zeros(num_graphs, C, dtype=torch.long).index_add(0, batch, F.one_hot(...))`, with C one "
        "more than the highest colour.",
    ),
)
