"""Zachary's karate club: who met whom outside the club, shortly before it split in two.

W. W. Zachary, "An information flow model for conflict and fission in small groups", Journal of
Anthropological Research 33 (1977). 34 members, 78 friendships, two factions.
"""

import torch

from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph

# Line i: the friends of member i with a higher number.
_FRIENDS = """1 2 3 4 5 6 7 8 10 11 12 13 17 19 21 31
2 3 7 13 17 19 21 30
3 7 8 9 13 27 28 32
7 12 13
6 10
6 10 16
16

30 32 33
33



33
32 33
32 33


32 33
33
32 33

32 33
25 27 29 32 33
25 27 31
31
29 33
33
31 33
32 33
32 33
32 33
33
"""
_FACTION = "0000000001000011001010111111111111"  # 0 stayed with the teacher, 1 left with the officer

# Where to draw them: a Kamada-Kawai layout, turned so that the officer is to the right of the teacher.
_X = """-33 -22 -1 -25 -59 -69 -67 -26 4 27 -59 -58 -45 -4 39 50 -100
        -45 59 -2 65 -36 65 46 18 6 74 23 25 59 16 3 33 35"""
_Y = """-4 -20 7 10 8 6 -13 24 -17 12 27 -30 35 -9 -43 -37 -3
        -37 -29 -28 -17 -44 -4 32 61 56 9 33 23 18 -35 20 -11 -4"""


def karate_club() -> Graph:
    """The club as an undirected graph: 34 nodes, 156 directed edges, y [34] the two factions.

    x is the identity [34, 34]: nobody is described by anything but who they are. train_mask holds
    the two leaders alone, test_mask everyone else: can you tell who follows whom?

    >>> club = karate_club()
    >>> club.num_edges, club.y.bincount().tolist(), club.names[0], club.names[33]
    (156, [17, 17], 'Mr. Hi', 'Officer')
    """
    pairs = [(i, int(j)) for i, line in enumerate(_FRIENDS.splitlines()) for j in line.split()]
    leaders = torch.zeros(34, dtype=torch.bool)
    leaders[[0, 33]] = True
    one_way = Graph(
        torch.tensor(pairs).t(),
        x=torch.eye(34),
        y=torch.tensor([int(faction) for faction in _FACTION]),
        pos=torch.tensor([[float(v) for v in axis.split()] for axis in (_X, _Y)]).t() / 100,
        train_mask=leaders,
        test_mask=~leaders,
        names=("Mr. Hi", *map(str, range(1, 33)), "Officer"),
    )
    return to_undirected(one_way)
