"""Graphs whose numbers you can check by hand: the running examples of the whole course.

Their features are chosen with care. Ratings give whole sums and means; powers of two give sums that
say who was counted: 10 can only be 2 + 8.
"""

import torch

from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph


def three_friends() -> Graph:
    """Three friends, who tells whom about films, and how each rates two of them.

    Ann tells Bob and Cem, Bob tells Cem, Cem tells Ann: 4 directed edges. x [3, 2] holds the ratings,
    from 1 to 5, of a comedy and of a thriller.

                        Ann      Bob      Cem
        rates           5, 1     3, 5     1, 3
        hears from      Cem      Ann      Ann and Bob
        inbox, sum      1, 3     5, 1     8, 6
        inbox, mean     1, 3     5, 1     4, 3
        inbox, max      1, 3     5, 1     5, 5
        + self, sum     6, 4     8, 6     9, 9
        + self, mean    3, 2     4, 3     3, 3
        outbox, sum     4, 8     1, 3     5, 1     (what a forgotten transpose gives)

    >>> friends = three_friends()
    >>> friends.names
    ('Ann', 'Bob', 'Cem')
    >>> friends.edge_index.tolist()
    [[0, 0, 1, 2], [1, 2, 2, 0]]
    """
    return Graph(
        torch.tensor([[0, 0, 1, 2], [1, 2, 2, 0]]),
        x=torch.tensor([[5.0, 1.0], [3.0, 5.0], [1.0, 3.0]]),
        pos=torch.tensor([[0.0, 1.0], [-0.9, -0.5], [0.9, -0.5]]),
        names=("Ann", "Bob", "Cem"),
    )


def path_abcd() -> Graph:
    """A - B - C - D: an undirected path, so 6 directed edges. x [4, 1] is 1, 2, 4, 8.

                            A    B    C    D
        x                   1    2    4    8
        inbox, sum          2    5   10    4
        inbox, mean         2  2.5    5    4
        + self, sum         3    7   14   12
        two rounds of sums  5   12    9   10     (walks of two steps: each node comes home, too)

    >>> path_abcd().edge_index.tolist()
    [[0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2]]
    """
    one_way = Graph(
        torch.tensor([[0, 1, 2], [1, 2, 3]]),
        x=torch.tensor([[1.0], [2.0], [4.0], [8.0]]),
        pos=torch.tensor([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]),
        names=("A", "B", "C", "D"),
    )
    return to_undirected(one_way)


def tricky_graph() -> Graph:
    """Five nodes with everything that breaks a careless formula. Directed, x [5, 2].

    P -> Q comes twice (a duplicate edge), R -> R is a self-loop, S is heard by R but hears nobody,
    T is alone. The inboxes of P, S and T are empty: a mean over them divides by zero.

                         P        Q        R        S        T
        x                1, -1    2, -2    4, -4    8, -8    16, -16
        in-degree        0        2        3        0        0
        out-degree       2        1        1        1        0
        inbox, sum       0, 0     2, -2    14, -14  0, 0     0, 0

    >>> tricky_graph().edge_index.tolist()
    [[0, 0, 1, 2, 3], [1, 1, 2, 2, 2]]
    """
    powers = 2.0 ** torch.arange(5)
    return Graph(
        torch.tensor([[0, 0, 1, 2, 3], [1, 1, 2, 2, 2]]),
        x=torch.stack([powers, -powers], dim=1),  # negative ones catch a maximum that starts from 0
        pos=torch.tensor([[-1.0, 1.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]),
        names=("P", "Q", "R", "S", "T"),
    )
