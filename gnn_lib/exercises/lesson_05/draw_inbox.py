"""The sampler: a few of those who tell a node, drawn with replacement."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.exercises.lesson_05.csr import compress, numbers


def draw_inbox(indptr: Tensor, indices: Tensor, nodes: Tensor, u: Tensor) -> Tensor:
    begin = indptr[nodes]
    count = indptr[nodes + 1] - begin
    heard = torch.full(u.shape, -1)
    some = count > 0
    heard[some] = indices[begin[some, None] + (u[some] * count[some, None]).long()]
    return heard


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        source, target = graph.edge_index
        indptr, indices = compress(target, source, graph.num_nodes)
        few = max(1, min(4, graph.num_nodes - 1))
        some = torch.randperm(graph.num_nodes, generator=generator)[:few]
        for nodes in (some, torch.arange(graph.num_nodes).flip(0)):
            u = numbers(generator, len(nodes), 3)
            yield Case(group, dict(indptr=indptr, indices=indices, nodes=nodes, u=u), names=graph.names)


exercise = Exercise(
    answer=draw_inbox,
    task="Draw a few of those who tell each node",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "reads the wrong rows",
            "You took the inboxes of nodes 0, 1, 2, ... The node in row s is `nodes[s]`, and its part "
            "begins at `indptr[nodes[s]]`.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                heard = torch.full(u.shape, -1)
                for s in range(len(nodes)):
                    part = indices[indptr[s]:indptr[s + 1]]
                    if len(part):
                        heard[s] = part[(u[s] * len(part)).long()]
                return heard
            """,
        ),
        Mistake(
            "always reads the first node's part",
            "The choice is right, but it is counted from the beginning of `indices`. Add where the node's "
            "own part begins.",
            ("begin[some, None] + (u[some]", "(u[some]"),
        ),
        Mistake(
            "takes the place for the node",
            "You returned where in `indices` the sender stands, not which node stands there.",
            ("indices[begin[some, None] + (u[some] * count[some, None]).long()]",
             "begin[some, None] + (u[some] * count[some, None]).long()"),
        ),
        Mistake(
            "draws from all nodes",
            "Everybody in the graph may be drawn, edge or no edge. Draw from the node's own part of "
            "`indices`.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                return (u * (len(indptr) - 1)).long()
            """,
        ),
        Mistake(
            "draws the same places for every node",
            "All nodes use the first row of u. Node s has its own random numbers, `u[s]`.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                heard = torch.full(u.shape, -1)
                for s, node in enumerate(nodes.tolist()):
                    part = indices[indptr[node]:indptr[node + 1]]
                    if len(part):
                        heard[s] = part[(u[0] * len(part)).long()]
                return heard
            """,
        ),
        Mistake(
            "does not draw at all",
            "You took the first senders, over and over. Those at the end of a long part would never be "
            "heard: use u.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                heard = torch.full(u.shape, -1)
                for s, node in enumerate(nodes.tolist()):
                    part = indices[indptr[node]:indptr[node + 1]]
                    for k in range(u.size(1)):
                        if len(part):
                            heard[s, k] = part[k % len(part)]
                return heard
            """,
        ),
        Mistake(
            "rounds up and down",
            "`round` gives the first and the last sender half as much room as the others, and can go one too "
            "far. Cut off what comes after the point.",
            ("(u[some] * count[some, None]).long()", "(u[some] * count[some, None]).round().long()"),
        ),
        Mistake(
            "never draws the last sender",
            "Multiplying by one less than the number of senders leaves out the last of them.",
            ("u[some] * count[some, None]", "u[some] * (count[some, None] - 1)"),
        ),
        Mistake(
            "hears itself where nobody sends",
            "An empty inbox is -1 throughout: nobody was heard. You put the node itself there.",
            ("torch.full(u.shape, -1)", "nodes[:, None].repeat(1, u.size(1))"),
        ),
        Mistake(
            "hears node 0 where nobody sends",
            "An empty inbox is -1 throughout. A 0 would be a message from node 0.",
            ("torch.full(u.shape, -1)", "torch.zeros(u.shape, dtype=torch.long)"),
        ),
        Mistake(
            "forgets that an inbox can be empty",
            "A node that nobody tells has an empty part. You read what comes after it, which belongs to "
            "another node, or to none.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                begin, end = indptr[nodes], indptr[nodes + 1]
                return indices[begin[:, None] + (u * (end - begin)[:, None]).long()]
            """,
        ),
        Mistake(
            "puts the nodes into the columns",
            "Row s belongs to node s of `nodes`; you put its draws into a column.",
            ("return heard", "return heard.T"),
        ),
        Mistake(
            "always draws the first sender",
            "Every draw is the node's first sender, whatever the number: u was cut to 0 before it was "
            "multiplied. Multiply first, then cut.",
            ("(u[some] * count[some, None]).long()", "u[some].long() * count[some, None]"),
        ),
        Mistake(
            "draws once for each node",
            "Each node draws one sender and repeats it. Column k has a number of its own, `u[s, k]`.",
            ("(u[some] * count[some, None]).long()",
             "(u[some][:, :1] * count[some, None]).long().expand(-1, u.size(1))"),
        ),
        Mistake(
            "rounds",
            "Rounding gives the first sender half as much room as the others, and the last too much. "
            "Cut off what comes after the point, as on the walks.",
            """
            def draw_inbox(indptr, indices, nodes, u):
                begin = indptr[nodes]
                count = indptr[nodes + 1] - begin
                heard = torch.full(u.shape, -1)
                some = count > 0
                number = (u[some] * count[some, None]).round().long()
                heard[some] = indices[begin[some, None] + number.clamp(max=count[some, None] - 1)]
                return heard
            """,
        ),
    ),
    others=(
        """
        def draw_inbox(indptr, indices, nodes, u):
            rows = []
            for node, numbers in zip(nodes.tolist(), u.tolist()):
                part = indices[indptr[node]:indptr[node + 1]].tolist()
                rows.append([part[int(r * len(part))] if part else -1 for r in numbers])
            return torch.tensor(rows)
        """,
        """
        def draw_inbox(indptr, indices, nodes, u):
            begin, end = indptr[nodes][:, None], indptr[nodes + 1][:, None]
            padded = torch.cat([indices, torch.tensor([-1])])
            place = begin + torch.floor(u * (end - begin)).long()
            return torch.where(end > begin, padded[place], -1)
        """,
        """
        def draw_inbox(indptr, indices, nodes, u):
            parts = np.split(indices.numpy(), indptr.numpy()[1:-1])
            heard = np.full(u.shape, -1)
            for (s, k), r in np.ndenumerate(u.numpy()):
                part = parts[nodes[s]]
                if len(part):
                    heard[s, k] = part[int(r * len(part))]
            return heard
        """,
    ),
    hints=(
        "This is one step of `walk`, for many nodes and several numbers each, and against the edges' "
        "direction: `indices` holds those who send.",
        "For node s: `part = indices[indptr[nodes[s]]:indptr[nodes[s] + 1]]`, then "
        "`part[int(r * len(part))]` for each number r in `u[s]`. A loop is fine.",
        "Begin with `torch.full(u.shape, -1)`, and fill the rows of nodes whose part is not empty.",
        "Without a loop: `begin = indptr[nodes]`, `count = indptr[nodes + 1] - begin`, and the places are "
        "`begin[:, None] + (u * count[:, None]).long()`.",
    ),
)  # fmt: skip
