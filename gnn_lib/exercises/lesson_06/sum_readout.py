"""One row for every graph: the sum of its nodes."""

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM
from gnn_lib.exercises.lesson_06.readouts import EMPTY, cases


def sum_readout(x: Tensor, batch: Tensor, num_graphs: int) -> Tensor:
    return torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)


exercise = Exercise(
    answer=sum_readout,
    task="Add up the nodes of every graph",
    cases=cases,
    points={BY_HAND: 0.5, RANDOM: 0.5, EMPTY: 0.5, GRADIENT: 0.5},
    minutes=2,
    level="blank",
    mistakes=(
        Mistake(
            "adds up all graphs together",
            "You added up every node of the batch. Each graph gets a row of its own, with only its own "
            "nodes in it: `batch` says which those are.",
            """
            def sum_readout(x, batch, num_graphs):
                return x.sum(dim=0, keepdim=True).expand(num_graphs, -1)
            """,
        ),
        Mistake(
            "adds up the features of a node",
            "You added up along the row, so every node became one number. The features stay apart; it is the "
            "nodes of a graph that are added.",
            """
            def sum_readout(x, batch, num_graphs):
                return torch.zeros(num_graphs).index_add(0, batch, x.sum(dim=1))
            """,
        ),
        Mistake(
            "loses nodes in an assignment",
            "`out[batch] += x` reads, adds and writes once for each graph, however many nodes it has: all "
            "but one are lost. `index_add` adds every time.",
            """
            def sum_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                out[batch] += x
                return out
            """,
        ),
        Mistake(
            "takes the mean",
            "These are means. A sum is not divided by anything: a larger graph may have a larger sum, and "
            "that is its point.",
            """
            def sum_readout(x, batch, num_graphs):
                total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
                return total / torch.bincount(batch, minlength=num_graphs).clamp(min=1)[:, None]
            """,
        ),
        Mistake(
            "takes the nodes as sorted by graph",
            "This is right as long as the nodes of graph 0 stand first, then those of graph 1, and so on. "
            "They may stand in any order. Go by `batch`, not by place.",
            """
            def sum_readout(x, batch, num_graphs):
                sizes = torch.bincount(batch, minlength=num_graphs).tolist()
                return torch.stack([part.sum(dim=0) for part in x.split(sizes)])
            """,
        ),
        Mistake(
            "forgets graphs without nodes at the end",
            "There are as many rows as the highest number in `batch` says. Graphs after it have no nodes, "
            "and still a row: of zeros. `num_graphs` says how many rows there are.",
            ("torch.zeros(num_graphs, x.size(1))", "torch.zeros(int(batch.max()) + 1, x.size(1))"),
        ),
        Mistake(
            "leaves out graphs without nodes",
            "You asked `batch` which graphs there are, and it knows only those with nodes. A graph without "
            "nodes has a row as well, of zeros, and the rows after it must not move up.",
            """
            def sum_readout(x, batch, num_graphs):
                return torch.stack([x[batch == g].sum(dim=0) for g in batch.unique()])
            """,
        ),
        Mistake(
            "cuts the gradient",
            "The sums are right, but `.tolist()`, `.item()`, `.detach()` and `.data` hand out bare "
            "numbers: what a graph answers could then teach its nodes nothing. Stay with tensors.",
            ("index_add(0, batch, x)", "index_add(0, batch, x.detach())"),
        ),
        Mistake(
            "adds up the first feature only",
            "`scatter_add` goes entry by entry, as far as the index reaches, and an index [N, 1] reaches one "
            "column. Make it as wide as x with `.expand_as(x)`, or take `index_add`, which adds whole rows.",
            """
            def sum_readout(x, batch, num_graphs):
                return torch.zeros(num_graphs, x.size(1)).scatter_add(0, batch.unsqueeze(1), x)
            """,
        ),
        Mistake(
            "makes a row for each node",
            "Your result has as many rows as x. It should have one for each graph: `num_graphs` of them.",
            ("torch.zeros(num_graphs, x.size(1))", "torch.zeros_like(x)"),
        ),
        Mistake(
            "keeps the last node",
            "`out[g] = row` writes over what stood there, so that each graph holds its last node "
            "alone. Add to it instead.",
            """
            def sum_readout(x, batch, num_graphs):
                out = torch.zeros(num_graphs, x.size(1))
                for row, g in zip(x, batch):
                    out[g] = row
                return out
            """,
        ),
        Mistake(
            "adds up sizes without the sign",
            "You took the absolute values. A negative feature counts against a positive one.",
            """
            def sum_readout(x, batch, num_graphs):
                return torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x.abs())
            """,
        ),
    ),
    others=(
        """
        def sum_readout(x, batch, num_graphs):
            return torch.stack([x[batch == g].sum(dim=0) for g in range(num_graphs)])
        """,
        """
        def sum_readout(x, batch, num_graphs):
            return F.one_hot(batch, num_graphs).to(x.dtype).T @ x
        """,
        """
        def sum_readout(x, batch, num_graphs):
            index = batch.unsqueeze(1).expand_as(x)
            return torch.zeros(num_graphs, x.size(1), dtype=x.dtype).scatter_add(0, index, x)
        """,
        """
        def sum_readout(x, batch, num_graphs):
            where = torch.stack([batch, torch.arange(len(batch))])
            member = torch.sparse_coo_tensor(where, torch.ones(len(batch)), (num_graphs, len(batch)),
                                             check_invariants=True)
            return member @ x
        """,
    ),
    hints=(
        "It is the sum over an inbox again: every node sends its row to its graph. Who is the target?",
        "Row i of x goes to row `batch[i]` of the result. You wrote this with edges in lesson 2.",
        "`out.index_add(0, targets, rows)` adds each row where its target says. Begin with zeros.",
        "`return torch.zeros(num_graphs, x.size(1)).index_add(0, ..., ...)`",
    ),
)
