"""Two things to find out in the playgrounds: what a marked node tells the mean, and what DiffPool keeps."""

from gnn_lib.exercises.exercise import Question

one_green = Question(
    name="one_green",
    task="Find the readout that one marked node doesn't help",
    answer="b",
    choices={
        "a": "the mean and the maximum, as before",
        "b": "the maximum alone",
        "c": "the mean alone",
        "d": "none of the three",
    },
    why="With one green node, the mean's last number is 1 divided by the size of the graph. So the mean "
    "knows the size again, and with the shares all counts. The maximum only sees that somebody is green.",
    wrong={
        "a": "Look at the mean's row once each graph has its green node: its last number is 1 / 4 in one and "
        "1 / 7 in the other. When would they be the same?",
        "c": "It is the other way round. Which entries of the maximum change when you add a blue node to one "
        "graph only?",
        "d": "Give both graphs a blue, an orange and a green node, and one of them a second blue one. What "
        "does the maximum say?",
    },
    hints=(
        "Three clicks on an empty place of each graph make a green node. Read the table row by row.",
        "The last number in each row is about green. What is it for the mean of 4 nodes, and of 7?",
        "The mean's row can be the same only in two graphs of one size. Do the other colours agree then?",
    ),
    minutes=2,
)

_THREE = (
    "That is three entries. The line between the clusters stands for two of the four, A'[0, 1] and A'[1, 0]."
)
_ROUNDED = "Close: the numbers in the picture are rounded. With *how sure* at 0 all four are 10.5."

nothing_lost = Question(
    name="nothing_lost",
    task="Find what DiffPool keeps, however the nodes are shared out",
    answer=42,
    why="42 is how many edges the large graph has: 20 in each group, and 2 between them. The shares of a "
    "node add up to 1, so every edge is divided among the four entries, and nothing of it is lost. When "
    "SAGPool kept one group, 20 edges were left of the 42.",
    wrong={
        31.5: _THREE,
        30: _THREE,
        37: _THREE,
        32: "Those are the two on the diagonal. Add the two beside it: from one cluster to the other.",
        41: _ROUNDED,
        43: _ROUNDED,
        41.98: "Up to the rounding in the picture this is a whole number. Which?",
        10: "That is the sum of the clusters' sizes: no node is lost, either. Here the four entries of A' "
        "are asked for, the numbers at the lines.",
        52: "The sizes of the clusters, 10 together, are in this sum. Take the four entries of A' alone, the "
        "numbers at the lines.",
        40: "Those are the edges within the groups. The link between them is in A, too, in both directions.",
        21: "Those are the links, each counted once. An undirected link is two edges in A, and A' adds up "
        "both.",
        20: "That is one group. A' adds up the edges of the whole graph.",
    },
    hints=(
        "A' has four entries: one at the loop of each cluster, and two at the line between them.",
        "Set *how sure* to 0: every node is shared half and half, and all four entries are the same.",
        "Four times 10.5. What else is there so many of? Compare the large graph's edges.",
    ),
    minutes=2,
)
