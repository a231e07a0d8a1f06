"""One random walk, from random numbers that are given."""

from collections.abc import Iterator

import torch
from torch import Tensor

from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import AWKWARD, BY_HAND, RANDOM, sample_graphs
from gnn_lib.exercises.lesson_05.csr import compress, numbers


def walk(indptr: Tensor, indices: Tensor, start: int, u: Tensor) -> Tensor:
    steps = [start]
    for number in u.tolist():
        here = steps[-1]
        begin, end = int(indptr[here]), int(indptr[here + 1])
        if here == -1 or begin == end:
            steps.append(-1)
        else:
            steps.append(int(indices[begin + int(number * (end - begin))]))
    return torch.tensor(steps)


def cases(generator: torch.Generator) -> Iterator[Case]:
    for group, graph in sample_graphs(generator):
        source, target = graph.edge_index
        indptr, indices = compress(source, target, graph.num_nodes)
        for start in {0, graph.num_nodes // 2, graph.num_nodes - 1}:
            u = numbers(generator, 6)
            inputs = dict(indptr=indptr, indices=indices, start=start, u=u)
            yield Case(group, inputs, names=graph.names)


exercise = Exercise(
    answer=walk,
    task="Take a random walk, with the random numbers given",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, AWKWARD: 1},
    minutes=5,
    mistakes=(
        Mistake(
            "chooses among all nodes",
            "Each step lands anywhere in the graph, edge or no edge. Choose among those whom the node tells: "
            "its own part of `indices`.",
            """
            def walk(indptr, indices, start, u):
                N = len(indptr) - 1
                return torch.cat([torch.tensor([start]), (u * N).long()])
            """,
        ),
        Mistake(
            "always reads the first node's part",
            "The choice is made from the beginning of `indices`, which is the part of node 0. Where does the "
            "part of the node you are at begin?",
            ("indices[begin + int(number * (end - begin))]", "indices[int(number * (end - begin))]"),
        ),
        Mistake(
            "takes the place for the node",
            "You noted where in `indices` the next node stands, not which node stands there.",
            ("int(indices[begin + int(number * (end - begin))])", "begin + int(number * (end - begin))"),
        ),
        Mistake(
            "never leaves the start",
            "Every step is chosen among the neighbours of the start. From the second step on, the walk is "
            "somewhere else.",
            ("here = steps[-1]", "here = start"),
        ),
        Mistake(
            "leaves out the start",
            "The walk has one entry more than there are random numbers: it begins with its start.",
            ("torch.tensor(steps)", "torch.tensor(steps[1:])"),
        ),
        Mistake(
            "rounds up and down",
            "`round` gives the first and the last neighbour half as much room as the others, and can go one "
            "too far. Cut off what comes after the point.",
            ("int(number * (end - begin))", "round(number * (end - begin))"),
        ),
        Mistake(
            "waits at a dead end",
            "Where nobody is told anything, your walk stays and repeats the node. It is over there: the rest "
            "is -1.",
            ("steps.append(-1)", "steps.append(here)"),
        ),
        Mistake(
            "starts anew at a dead end",
            "After a dead end your walk is back at its start. A walk that is over stays over: the rest is "
            "-1.",
            ("steps.append(-1)", "steps.append(start)"),
        ),
        Mistake(
            "is too short after a dead end",
            "Your walk ends where the path ends, so that walks have different lengths. Fill up with -1, as "
            "many entries as there are random numbers and one more.",
            ("steps.append(-1)", "break"),
        ),
        Mistake(
            "forgets that a walk can end",
            "A node that tells nobody has an empty part: `indptr` is the same at its begin and end. You read "
            "what comes after it, which belongs to another node, or to none.",
            """
            def walk(indptr, indices, start, u):
                steps = [start]
                for number in u:
                    begin, end = indptr[steps[-1]], indptr[steps[-1] + 1]
                    steps.append(int(indices[begin + int(number * (end - begin))]))
                return torch.tensor(steps)
            """,
        ),
        Mistake(
            "walks on after the end",
            "At a dead end you note -1, and in the next round you look up node -1. torch counts that from "
            "the back, so the walk goes on elsewhere. Once there is a -1, only -1 follows.",
            ("if here == -1 or begin == end", "if begin == end"),
        ),
        Mistake(
            "always takes the first neighbour",
            "Every step goes to the first neighbour, whatever the number. `int(r) * d` cuts r to 0 before "
            "it is multiplied: multiply first, then cut.",
            ("int(number * (end - begin))", "int(number) * (end - begin)"),
        ),
        Mistake(
            "never takes the last neighbour",
            "Multiplying by one less than the number of neighbours leaves out the last of them. Cutting "
            "keeps the choice below d already.",
            ("int(number * (end - begin))", "int(number * (end - begin - 1))"),
        ),
        Mistake(
            "is at node 0 after the end",
            "After a dead end your walk stays at node 0: is that what the result was filled with at the "
            "beginning? A 0 would be a visit to node 0; fill with -1.",
            """
            def walk(indptr, indices, start, u):
                steps = torch.zeros(len(u) + 1, dtype=torch.long)
                steps[0] = start
                for k, number in enumerate(u):
                    part = indices[indptr[steps[k]]:indptr[steps[k] + 1]]
                    if len(part) == 0:
                        break
                    steps[k + 1] = part[int(number * len(part))]
                return steps
            """,
        ),
        Mistake(
            "lets a dead end undo the walk",
            "You give -1 throughout once the walk meets a dead end. What was walked before counts: "
            "only what comes after it is -1.",
            """
            def walk(indptr, indices, start, u):
                out = [start]
                for r in u.tolist():
                    nb = indices[indptr[out[-1]]:indptr[out[-1] + 1]]
                    if len(nb) == 0:
                        return torch.full((len(u) + 1,), -1)
                    out.append(int(nb[int(r * len(nb))]))
                return torch.tensor(out)
            """,
        ),
    ),
    others=(
        """
        def walk(indptr, indices, start, u):
            out = torch.full((len(u) + 1,), -1)
            out[0] = here = start
            for k in range(len(u)):
                neighbours = indices[indptr[here]:indptr[here + 1]]
                if len(neighbours) == 0:
                    break
                here = neighbours[(u[k] * len(neighbours)).long()]
                out[k + 1] = here
            return out
        """,
        """
        def walk(indptr, indices, start, u):
            if len(u) == 0:
                return [start]
            if start < 0:
                return [-1] * (len(u) + 1)
            told = indices[indptr[start]:indptr[start + 1]].tolist()
            following = told[math.floor(float(u[0]) * len(told))] if told else -1
            return [start, *walk(indptr, indices, following, u[1:])]
        """,
        """
        def walk(indptr, indices, start, u):
            outbox = np.split(indices.numpy(), indptr[1:-1].numpy())
            path, alive = [start], True
            for r in u.numpy():
                alive = alive and len(outbox[path[-1]]) > 0
                path.append(int(outbox[path[-1]][int(r * len(outbox[path[-1]]))]) if alive else -1)
            return np.array(path)
        """,
    ),
    hints=(
        "You are at a node. Which slice of `indices` are those whom it tells? Lesson 1 had it, under CSR.",
        "With d neighbours and a random number r in [0, 1), `int(r * d)` is one of 0, 1, ..., d - 1, each as "
        "likely as the others.",
        "Keep a list that begins with `start`. In each round look at its last entry, and append one more: "
        "the neighbour, or -1 if there is none or the last entry is -1 already.",
        "`neighbours = indices[indptr[here]:indptr[here + 1]]`, then `neighbours[int(r * len(neighbours))]`",
    ),
)  # fmt: skip
