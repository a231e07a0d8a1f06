"""The single answers of lesson 1, and the one that is given in words."""

from gnn_lib.exercises.exercise import Essay, Question

friends_edges = Question(
    name="friends_edges",
    task="Write the three friends as an edge list",
    answer=((0, 0, 1, 2), (1, 2, 2, 0)),
    order="columns",
    minutes=2,
    why="Four columns for four arrows: Ann tells Bob, Ann tells Cem, Bob tells Cem, Cem tells Ann.",
    wrong={
        ((1, 2, 2, 0), (0, 0, 1, 2)): (
            "Every arrow points the wrong way: you have put those who hear on top. Row 0 tells, row 1 hears."
        ),
        ((0, 1), (0, 2), (1, 2), (2, 0)): (
            "These are the right four pairs, but each is a row. Write each as a column: one list of four "
            "sources, one list of four targets."
        ),
        ((1, 1, 2, 3), (2, 3, 3, 1)): "The arrows are right, but you counted from 1. Ann is 0, Bob 1, Cem 2.",
        ((0, 1, 0, 2, 1, 2, 2, 0), (1, 0, 2, 0, 2, 1, 0, 2)): (
            "You gave every arrow its reverse. Ann and Cem tell each other; but does Bob tell Ann?"
        ),
        ((0, 0, 1), (1, 2, 2)): "One arrow is missing: the one that leads back to Ann.",
        ((0, 1, 2), (1, 2, 0)): "One arrow is missing: Ann tells two people.",
        ((0, 0, 2), (1, 2, 0)): "One arrow is missing: whom does Bob tell?",
        ((0, 0, 1, 2), (1, 2, 2, 1)): "Three arrows are right. But whom does Cem tell?",
        (("Ann", "Ann", "Bob", "Cem"), ("Bob", "Cem", "Cem", "Ann")): (
            "The arrows are right. A computer knows nodes by number: Ann is 0, Bob 1, Cem 2."
        ),
    },
    hints=(
        "How many arrows are in the picture? That is how many columns there are.",
        "Ann -> Bob is the column 0 above 1: a 0 in the first list, a 1 at the same place of the second.",
        "`[[0, 0, ..., ...], [1, 2, ..., ...]]`: Ann's two arrows are there. Who else tells whom?",
    ),
)

direction = Question(
    name="direction",
    task="Say what A @ X adds up",
    answer="b",
    choices={
        "a": "the ratings of everyone who tells Cem",
        "b": "the ratings of everyone whom Cem tells",
        "c": "Cem's own ratings, once for every arrow at Cem",
        "d": "nothing: the shapes don't fit",
    },
    why=(
        "Row 2 of A is what Cem tells. So A @ X looks along the arrows, to their targets, and brings back "
        "what is there: the outbox."
    ),
    wrong={
        "a": (
            "That is what we are after, but look again which numbers of A are used: those of row 2. From "
            "the row, to the column: what does row 2 say?"
        ),
        "c": (
            "Row 2 of A picks rows of X, by the 1s that are in it. It has a 1 below Ann, so it is Ann's "
            "ratings that come in."
        ),
        "d": "They do: A is [3, 3] and X is [3, 2], so that the product is [3, 2], a row for each person.",
    },
    hints=(
        "Write row 2 of A down: [1, 0, 0]. Which row of X does it pick?",
        "It picks Ann's. Is Ann the one who tells Cem, or the one whom Cem tells, or both? Then try Bob's "
        "row.",
        "Bob's row of A is [0, 0, 1]: it picks Cem's ratings. Bob tells Cem; Cem does not tell Bob.",
    ),
)

dense_gigabytes = Question(
    name="dense_gigabytes",
    task="Size of the matrix for 100,000 nodes, in gigabytes",
    answer=40,
    minutes=2,
    why="100,000 x 100,000 cells are 10,000,000,000 numbers of 4 bytes each: 40 GB.",
    wrong={
        10: "That is how many numbers there are, in billions. Each takes 4 bytes.",
        4: "A zero got lost: 100,000 squared is a 1 with ten zeros.",
        400: "There is a zero too many: 100,000 squared is a 1 with ten zeros.",
        0.0004: "That is enough for one row: 100,000 numbers. How many rows are there?",
        80: "That is right for numbers of 8 bytes (float64). A float32 takes 4.",
        320: "You took 32 for the bytes of a number. A float32 has 32 bits, and 8 bits are a byte.",
        40_000: "In megabytes, yes. A gigabyte is 1,000 of them.",
        40_000_000_000: "In bytes, yes. A gigabyte is 10**9 of them.",
        100_000**2 * 4 / 2**30: "You divided by 2**30, which gives gibibytes. A gigabyte is 10**9 bytes.",
    },
    hints=(
        "How many cells does a square with 100,000 rows and 100,000 columns have?",
        "100,000 * 100,000 cells, and 4 bytes for each.",
        "`100_000**2 * 4 / 10**9`",
    ),
)

filled = Question(
    name="filled",
    task="How much of the matrix of a picture is filled",
    answer=3024 / 784**2,
    minutes=2,
    why=(
        "3,024 of 614,656 cells: not quite 5 in a thousand. More than 99.5 % of the square hold nothing but "
        "zeros."
    ),
    wrong={
        1512 / 784**2: (
            "You counted every pair of neighbours once. In the edge list, and in A, it is there twice."
        ),
        4 * 784 / 784**2: (
            "Not every pixel has four neighbours: those at the border have three, in the corners two."
        ),
        1 - 3024 / 784**2: "That is the share of the zeros. The share of the ones is asked for.",
        100 * 3024 / 784**2: "That is right in per cent. As a share of 1, divide by 100.",
        784**2: "That is the number of cells. How many of them are filled? What share is that?",
        0.005: "That is rounded. Let Python divide, and hand in what comes out.",
        0.0049: "That is rounded. Let Python divide, and hand in what comes out.",
        3024: "That is the number of edges. How many cells does the matrix have?",
        3024 / 784: "That is the mean degree. Divide by the number of cells, not of pixels.",
    },
    hints=(
        "The share is the number of edges divided by the number of cells in A.",
        "There are 28 * 28 = 784 pixels, so A has 784 * 784 cells. Your own `grid_edges(28, 28)` knows the "
        "edges.",
        "`filled = grid_edges(28, 28).size(1) / ...`",
    ),
)

read_a_row = Question(
    name="read_a_row",
    task="Read a row of the matrix",
    answer="a",
    choices={
        "a": "P sends two messages to Q, and none to anybody else",
        "b": "Q sends two messages to P",
        "c": "P has in-degree 2",
        "d": "P and Q are linked, in both directions",
    },
    why="From the row, to the column; and the 2 says that the edge comes twice.",
    wrong={
        "b": "That would stand in row Q, column P. From the row, to the column.",
        "c": (
            "A row tells what leaves a node. What arrives at P stands in column P, which you were not shown."
        ),
        "d": "A row knows one direction only. For the other you would have to look at row Q, column P.",
    },
)

after_the_shuffle = Question(
    name="after_the_shuffle",
    task="What new numbers leave alone",
    answer="c",
    choices={
        "a": "the matrix A",
        "b": "the first row of X",
        "c": "the list of all in-degrees, sorted",
        "d": "the first column of edge_index",
    },
    why=(
        "New numbers change who comes first, never who hears from how many. Sorted, the list forgets who is "
        "who."
    ),
    wrong={
        "a": "Rows and columns move with their nodes: A looks quite different, as in the figure of the club.",
        "b": "Whoever gets the number 0 has their features in the first row. That can be somebody else now.",
        "d": (
            "It holds the numbers of two nodes, and these are new. It is the same edge, but not the same "
            "column."
        ),
    },
)

road_map = Question(
    name="road_map",
    task="Choose how to store a road map",
    answer="c",
    choices={
        "a": "as a matrix A with all its zeros",
        "b": "as an edge list, in the order in which the roads were built",
        "c": "as compressed rows (CSR)",
        "d": "as the matrix A @ A, which knows the next crossing but one as well",
    },
    why="A slice from `indptr[i]` to `indptr[i + 1]` is the answer, at once, however large the map is.",
    wrong={
        "a": "Two million squared, times 4 bytes: 16,000 GB, and nearly all of it zeros.",
        "b": (
            "It fits with ease. But to find the roads of one crossing you would go through all of them, "
            "every time."
        ),
        "d": "It is even fuller than A, and no longer says which crossings are next to each other.",
    },
)

the_silent_mistake = Essay(
    name="the_silent_mistake",
    task="Explain a mistake that no undirected graph shows",
    minutes=4,
    worth=3,
    hints=(
        "Which numbers of A does row i of `A @ X` use? What do they say about paper i?",
        "What do you know about the matrix of an undirected graph, and its transpose?",
        "A good test fails for the wrong program. Which graph of two papers would do?",
    ),
)
