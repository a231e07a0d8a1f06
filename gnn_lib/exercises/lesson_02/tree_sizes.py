"""How many places a node's computation tree has on each level."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs


def tree_sizes(edge_index: Tensor, num_nodes: int, node: int, rounds: int) -> Tensor:
    source, target = edge_index
    times = torch.zeros(num_nodes)
    times[node] = 1
    sizes = [times.sum()]
    for _ in range(rounds):
        times = torch.zeros(num_nodes).index_add(0, source, times[target])
        sizes.append(times.sum())
    return torch.stack(sizes)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        last = graph.num_nodes - 1
        for node, rounds in ((last // 2, 3), (0, 2)):
            inputs = dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes, node=node, rounds=rounds)
            yield Case(group, inputs, names=graph.names)


_LEVELS = """
def tree_sizes(edge_index, num_nodes, node, rounds):
    level, sizes = [node], [1]
    for _ in range(rounds):
        level = [i for place in level for i, j in edge_index.T.tolist() if j == place]
        sizes.append(len(level))
    return sizes
"""

exercise = Exercise(
    answer=tree_sizes,
    task="Count the places on each level of a node's computation tree",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "counts each node once a level",
            "You counted the different nodes of each level. In the tree, a node that is heard in two ways "
            "stands in two places, and each place has its own branch.",
            (_LEVELS.replace("level = [", "level = {").replace("== place]", "== place}")),
        ),
        Mistake(
            "counts each node once",
            "A node that stood on an earlier level is left out. In the tree it comes again, as often as its "
            "news arrives again: A hears from B what B has heard from A.",
            """
            def tree_sizes(edge_index, num_nodes, node, rounds):
                level, seen, sizes = {node}, {node}, [1]
                for _ in range(rounds):
                    level = {i for i, j in edge_index.T.tolist() if j in level} - seen
                    seen |= level
                    sizes.append(len(level))
                return sizes
            """,
        ),
        Mistake(
            "grows along the arrows",
            "Below each place you hung the nodes that it tells. Below it belong those that tell it: its "
            "inbox.",
            ("source, target", "target, source"),
        ),
        Mistake(
            "leaves out the root",
            "The first level is the node itself, one place. So there are `rounds` + 1 levels.",
            ("return torch.stack(sizes)", "return torch.stack(sizes)[1:]"),
        ),
        Mistake(
            "adds up the levels",
            "These are running totals, all the places so far. Asked for is each level by itself.",
            ("torch.stack(sizes)", "torch.stack(sizes).cumsum(0)"),
        ),
        Mistake(
            "says the total",
            "You give one number, the size of the whole tree. Asked for is one number for each level.",
            ("torch.stack(sizes)", "torch.stack(sizes).sum()"),
        ),
        Mistake(
            "never turns back",
            "You don't let a message go back to where it came from. It does: B tells A what A has told B.",
            """
            def tree_sizes(edge_index, num_nodes, node, rounds):
                level, sizes = [(node, None)], [1]
                for _ in range(rounds):
                    level = [(i, place) for place, above in level
                             for i, j in edge_index.T.tolist() if j == place and i != above]
                    sizes.append(len(level))
                return sizes
            """,
        ),
        Mistake(
            "grows one level too many",
            "There is one level too many: the node itself, then one level for each round.",
            ("range(rounds)", "range(rounds + 1)"),
        ),
        Mistake(
            "grows the tree of all nodes",
            "You counted the walks that end anywhere. Only those that end at `node` are in its tree.",
            ("times = torch.zeros(num_nodes)\n    times[node] = 1", "times = torch.ones(num_nodes)"),
        ),
        Mistake(
            "grows one branch for all places of a node",
            "Where a node stands on a level several times, you hung its inbox below it once: `j in level` "
            "asks whether it is there, not how often.",
            (_LEVELS.replace("for place in level for i, j", "for i, j").replace("== place]", "in level]")),
        ),
        Mistake(
            "grows one level, whatever is asked",
            "Every level of yours is the inbox of `node`. The second level is the inboxes of those on the "
            "first.",
            (_LEVELS.replace("for place in level for i, j", "for i, j").replace("== place]", "== node]")),
        ),
        Mistake(
            "counts who is in reach",
            "You counted the different nodes within so many steps. A level of the tree holds places: "
            "only those exactly so many steps away, and a node once for each way in which its news can "
            "come.",
            """
            def tree_sizes(edge_index, num_nodes, node, rounds):
                source, target = edge_index
                inside = torch.arange(num_nodes) == node
                sizes = [int(inside.sum())]
                for _ in range(rounds):
                    inside[source[inside[target]]] = True
                    sizes.append(int(inside.sum()))
                return sizes
            """,
        ),
        Mistake(
            "hangs each node below itself",
            "You let every node write to itself. What a place knew before is not drawn: below it hang only "
            "those that send to it.",
            ("times = torch.zeros(num_nodes).index_add", "times = times.index_add"),
        ),
    ),
    others=(
        _LEVELS,
        """
        def tree_sizes(edge_index, num_nodes, node, rounds):
            A = torch.zeros(num_nodes, num_nodes)
            for i, j in edge_index.T.tolist():
                A[i, j] += 1
            return [torch.linalg.matrix_power(A, k)[:, node].sum() for k in range(rounds + 1)]
        """,
        """
        def tree_sizes(edge_index, num_nodes, node, rounds):
            def places(node, depth):
                if depth == 0:
                    return 1
                inbox = edge_index[0][edge_index[1] == node].tolist()
                return sum(places(sender, depth - 1) for sender in inbox)
            return torch.tensor([places(node, depth) for depth in range(rounds + 1)])
        """,
    ),
    hints=(
        "Level 0 is the node. On the next level, below each place, stands everyone who writes to it.",
        "Keep the level as a list of ids, in which an id may stand several times. How does one level give "
        "the next?",
        "`[i for place in level for i, j in edge_index.T.tolist() if j == place]` is the next level.",
        "Begin with `level, sizes = [node], [1]`; each round makes the next level and appends its length.",
    ),
)
