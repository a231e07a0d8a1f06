"""Who can have had a say in a node's features after some rounds."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, random_graph, sample_graphs


def reach(edge_index: Tensor, num_nodes: int, node: int, rounds: int) -> Tensor:
    source, target = edge_index
    reached = torch.zeros(num_nodes, dtype=torch.bool)
    reached[node] = True
    for _ in range(rounds):
        reached[source[reached[target]]] = True
    return reached


def cases(generator: torch.Generator) -> Iterator[Case]:
    # A long way round in one direction: whoever runs against the arrows ends up elsewhere.
    chain = torch.tensor([[0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6]])
    for rounds in (2, 1, 3, 0):
        inputs = dict(edge_index=chain, num_nodes=7, node=4, rounds=rounds)
        yield Case(BY_HAND, inputs, names=tuple("ABCDEFG"))
    # The last edge first: whoever marks and looks in one go runs all the way back at once.
    inputs = dict(edge_index=chain.flip(1), num_nodes=7, node=4, rounds=1)
    yield Case(BY_HAND, inputs, names=tuple("ABCDEFG"))
    graphs = sample_graphs(generator)
    graphs += [(RANDOM, random_graph(generator, 12, 14)) for _ in range(2)]
    for group, graph in graphs:
        last = graph.num_nodes - 1
        for node, rounds in ((last // 2, 2), (last, 3)):
            inputs = dict(edge_index=graph.edge_index, num_nodes=graph.num_nodes, node=node, rounds=rounds)
            yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=reach,
    task="Mark the nodes that can influence one node within k rounds",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 0.5, AWKWARD: 0.5},
    minutes=5,
    mistakes=(
        Mistake(
            "asks whom the node influences",
            "You walked along the arrows: these are the nodes that hear of `node`. Asked for are those whom "
            "`node` hears of, so walk against the arrows.",
            ("source, target", "target, source"),
        ),
        Mistake(
            "forgets the node itself",
            "A node keeps what it knew, so its own first features always count. It belongs to its own reach.",
            ("    return reached", "    reached[node] = False\n    return reached"),
        ),
        Mistake(
            "wants exactly k steps",
            "You kept only the nodes at the end of a walk of exactly `rounds` steps. News from nearer by has "
            "come in earlier, and is remembered: keep the nodes of every round.",
            (
                "reached[source[reached[target]]] = True",
                "reached = torch.bincount(source[reached[target]], minlength=num_nodes) > 0",
            ),
        ),
        Mistake(
            "looks one step back, whatever is asked",
            "These are the node and its inbox: one round. Each further round reaches one step further back.",
            ("range(rounds)", "range(1)"),
        ),
        Mistake(
            "goes one round too few",
            "One round is missing. After 0 rounds a node knows itself, after 1 round its inbox as well.",
            ("range(rounds)", "range(rounds - 1)"),
        ),
        Mistake(
            "goes one round too far",
            "There is one round too many. After 0 rounds a node knows nothing but itself.",
            ("range(rounds)", "range(rounds + 1)"),
        ),
        Mistake(
            "walks in both directions",
            "You followed every edge both ways. A message travels along the arrow only.",
            (
                "source, target = edge_index",
                "source, target = torch.cat([edge_index, edge_index.flip(0)], dim=1)",
            ),
        ),
        Mistake(
            "never stops",
            "These are all the nodes from which any path leads here, however long. After `rounds` rounds "
            "only the nearer ones have been heard.",
            ("range(rounds)", "range(num_nodes)"),
        ),
        Mistake(
            "lists ids",
            "You list the ids of the nodes. Asked for is one True or False for each node, [N].",
            ("return reached", "return reached.nonzero().flatten()"),
        ),
        Mistake(
            "hears today's news today",
            "You mark nodes while you go through the edges, so an edge that comes later in the list "
            "already counts with what was marked a moment ago. Look at the marks of the round before, then "
            "set the new ones.",
            (
                "reached[source[reached[target]]] = True",
                "for i, j in edge_index.T.tolist():\n            reached[i] |= reached[j]",
            ),
        ),
        Mistake(
            "stops after one round",
            "`return` inside the loop ends the function after one round, and after 0 rounds nothing is "
            "returned. It belongs after the loop.",
            ("    return reached", "        return reached"),
        ),
        Mistake(
            "says how many ways, not whether",
            "You counted the walks from each node. Asked for is whether there is one: True or False.",
            """
            def reach(edge_index, num_nodes, node, rounds):
                step = torch.eye(num_nodes)
                step[edge_index[0], edge_index[1]] += 1
                return torch.linalg.matrix_power(step, rounds)[:, node]
            """,
        ),
    ),
    others=(
        """
        def reach(edge_index, num_nodes, node, rounds):
            known = {node}
            for _ in range(rounds):
                known |= {i for i, j in edge_index.T.tolist() if j in known}
            return [i in known for i in range(num_nodes)]
        """,
        """
        def reach(edge_index, num_nodes, node, rounds):
            step = torch.eye(num_nodes)
            step[edge_index[0], edge_index[1]] = 1
            return torch.linalg.matrix_power(step, rounds)[:, node] > 0
        """,
        """
        def reach(edge_index, num_nodes, node, rounds):
            # let everybody carry a flag of their own, and see whose flags arrive
            h = torch.eye(num_nodes)
            for _ in range(rounds):
                h = h + torch.zeros_like(h).index_add(0, edge_index[1], h[edge_index[0]])
            return h[node] > 0
        """,
        """
        def reach(edge_index, num_nodes, node, rounds):
            mask = np.zeros(num_nodes, dtype=bool)
            mask[node] = True
            source, target = edge_index.numpy()
            for _ in range(rounds):
                before = mask.copy()
                for i, j in zip(source, target):
                    mask[i] |= before[j]
            return mask
        """,
    ),
    hints=(
        "After 0 rounds a node knows itself. After 1 round, also everyone who writes to it. And after 2?",
        "Keep a mask of who counts so far. Each round adds the sources of all edges whose target counts.",
        "`mask[target]` says for each edge whether its target counts; `source[...]` picks the edges' "
        "sources.",
        "Inside the loop: `reached[source[reached[target]]] = True`.",
    ),
)
