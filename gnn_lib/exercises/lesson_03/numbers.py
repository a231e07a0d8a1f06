"""Answers that are a number or two: worked out by hand."""

from gnn_lib.exercises.exercise import Question

hub_hears = Question(
    name="hub_hears",
    task="Work out what a hub hears under the new weights",
    answer=1.875,
    why="The hub has degree 8 and each of the seven others degree 2, loops counted. Seven messages of 1/4 "
    "and its own of 1/8 make 15/8: more than the mean's 1, less than the sum's 8.",
    wrong={
        8: "That is the sum: each of the eight voices counts 1. Here each counts less.",
        1: "That is the mean: each of the eight voices counts 1/8. Here the seven others count a little "
        "more.",
        1.75: "The seven others are right. The hub hears itself, too, over its self-loop.",
        0.125: "That is what the hub hears from itself. What do the seven others tell it?",
        0.5625: "7/16 + 1/8: the root is missing in what the seven say. The weight is 1 over the square "
        "*root* of the product.",
        2: "Eight messages of 1/4: but the hub's own goes from degree 8 to degree 8, and gets 1/8.",
        2.75: "Your hub hears itself with weight 1. A loop is an edge like any other: both its ends have "
        "degree 8.",
        0.453125: "7/16 + 1/64: that is without the root. The weight is 1 over the square *root* of the "
        "product.",
        0.75: "That is what one of the seven hears: a quarter from the hub and a half from itself. Asked is "
        "the hub.",
        3.6458: "Seven times 1/sqrt(7 · 1), and a whole 1 for the hub itself: these are the degrees without "
        "the loops. Every node hears itself, so each degree is one more, and the loop is divided, too.",
        2.59987: "You counted the loop at the hub only. The seven others hear themselves as well: what is "
        "their degree?",
        1.88: "Rounded too far: let Python work it out, or give three decimals.",
        1.87: "Rounded too far: let Python work it out, or give three decimals.",
        1.9: "Rounded too far: let Python work it out, or give three decimals.",
        2.6458: "Seven times 1/sqrt(7 · 1): these are the degrees without the loops. Every node hears "
        "itself, so each degree is one more; and the hub's own message is to be added.",
    },
    hints=(
        "With its self-loop, how many messages arrive at the hub? And at each of the others?",
        "A message from one of the seven has weight 1 / sqrt(2 · 8).",
        "Seven times that, and the hub's own 1 / sqrt(8 · 8).",
    ),
    minutes=2,
)

two_thetas = Question(
    name="two_thetas",
    task="Find the two weights that turn Chebyshev's filter into neighbours plus self",
    answer=(1.0, -1.0),
    why="x - (L - I) x = x + D^-1/2 A D^-1/2 x: a node and its neighbours, weighed by both degrees.",
    wrong={
        (1.0, 1.0): "x + (L - I) x is L x itself: each node *minus* its neighbours. Where does the sign of "
        "A turn round?",
        (-1.0, 1.0): "That is the negative of what we want: both signs are turned round.",
        (0.0, -1.0): "-(L - I) x = D^-1/2 A D^-1/2 x: the neighbours are right, the node itself is missing.",
        (2.0, -1.0): "2 I - L would do. But T_1 is L - I, not L: the I is subtracted already.",
        (0.0, 1.0): "(L - I) x is the neighbours with a minus, and the node itself is missing.",
        (-1.0, -1.0): "The neighbours are right, but the node itself comes with a minus.",
        (1.0, 0.0): "That is x alone: no neighbour has a say.",
    },
    hints=(
        "L = I - D^-1/2 A D^-1/2. What is L - I, then?",
        "L - I = -D^-1/2 A D^-1/2. With which factor does it become what we want, and what is left to add?",
        "x itself is there if theta[0] is 1. The neighbours come with a minus in L - I: theta[1] has to turn "
        "that sign round.",
    ),
    minutes=1,
)

gcn_parameters = Question(
    name="gcn_parameters",
    task="Count the parameters of a GCN on a graph of ten million papers",
    answer=23063,
    why="1433 · 16 + 16 and 16 · 7 + 7, whatever the graph: N and E don't occur. Every node uses the same "
    "W, as every pixel uses the same kernel.",
    wrong={
        23040: "The two matrices are right. Each layer has a bias, too.",
        22944: "That is the first layer. The second one turns 16 numbers into 7.",
        119: "That is the second layer. The first one turns 1433 words into 16 numbers.",
        23056: "The second layer has a bias, too: one number for each of the 7 topics.",
        23047: "The first layer has a bias, too: one number for each of the 16 hidden units.",
        22928: "That is the first matrix. Its layer has a bias, and then there is a second layer.",
        230630000000: "As if each paper had a network of its own. All nodes share the same weights.",
        160000135: "You gave the first matrix a row for each paper. W turns *words* into hidden numbers: "
        "[1433, 16].",
    },
    hints=(
        "Which shapes have the weights of the two layers? Does one of them contain the number of papers?",
        "The first layer: a matrix from 1433 to 16, and a bias of 16. The second: from 16 to 7, and a bias "
        "of 7.",
        "1433 · 16 + 16 + 16 · 7 + 7",
    ),
    minutes=1,
)  # fmt: skip
