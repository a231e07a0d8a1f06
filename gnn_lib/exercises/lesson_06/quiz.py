"""The single answers of lesson 6, and the one that is given in words."""

from gnn_lib.exercises.exercise import Essay, Question

how_many_answers = Question(
    name="how_many_answers",
    task="Count the answers to three kinds of questions",
    answer=(9, 8, 2),
    why="Nine atoms, eight bonds, two molecules: one answer for each thing that is asked about.",
    wrong={
        (9, 16, 2): (
            "An undirected bond is stored as two edges, but it breaks or it doesn't: one question, one "
            "answer."
        ),
        (9, 8, 1): (
            "To the computer the batch is one graph. The question is still about each of the two molecules."
        ),
        (9, 16, 1): (
            "A bond is stored as two edges but asked about once; and a batch of two molecules gets two "
            "answers."
        ),
        (2, 2, 2): "Only the last question is about whole molecules. The first is about every atom.",
        (9, 81, 2): "All atoms by all atoms, that is 81 cells. The question is only about bonded pairs.",
        (9, 36, 2): "Nine atoms make 36 pairs. The question is only about the pairs that are bonded.",
        (6, 6, 1): "That is the ring alone. The water has atoms and bonds, too, and goes through with it.",
    },
    hints=(
        "Ask of each question: what is it about, a node, an edge or a graph? Then count those.",
        "Both directions of a bond are the same bond.",
        "Atoms: 6 + 3. Molecules: 2. And 16 directed edges are how many bonds?",
    ),
)

block_diagonal = Question(
    name="block_diagonal",
    task="Say what the matrix of a batch looks like",
    answer="b",
    choices={
        "a": "the sum of the adjacency matrices of the graphs",
        "b": "the matrices of the graphs along the diagonal, and zeros everywhere else",
        "c": "a stack [G, N, N] with a matrix for each graph",
        "d": "a matrix [G, G] that says which graphs are alike",
    },
    why="No edge crosses from graph to graph, so all cells outside the blocks are 0. A layer that knows "
    "nothing of batches therefore keeps the graphs apart.",
    wrong={
        "a": "A sum would lay the graphs on top of each other: what you get if no edge is moved.",
        "c": "That is the dense way, which DiffPool needs. It works only if all graphs are filled up to "
        "the same size; the disjoint union needs no filling.",
        "d": "Nothing compares the graphs. They lie side by side and don't know of each other.",
    },
)

two_copies = Question(
    name="two_copies",
    task="Say who tells one copy from two",
    answer="a",
    choices={
        "a": "the sum alone",
        "b": "the sum and the mean",
        "c": "the mean and the maximum",
        "d": "none of the three",
    },
    why="Twice the nodes, twice the sum. Mean and maximum only see in which shares, and whether at all, a "
    "kind of node occurs.",
    wrong={
        "b": "With every node there twice, the sum doubles and the size doubles. What does their quotient "
        "do?",
        "c": "Those two are the ones that can't: the shares of all kinds of nodes are the same in both, "
        "and so is the largest value.",
        "d": "The second graph has twice as many nodes of every kind. One readout grows with them.",
    },
)

why_gate = Question(
    name="why_gate",
    task="Say what the gate is for",
    answer="c",
    choices={
        "a": "it makes the features of the survivors larger",
        "b": "it decides which nodes survive",
        "c": "through it a gradient reaches p, which choosing alone does not pass on",
        "d": "it keeps the number of survivors the same in every graph",
    },
    why="Move p a little, and usually the same nodes survive: through the choice alone, the loss would not "
    "change at all. The gate makes it change.",
    wrong={
        "a": "A score lies between -1 and 1, so the gate makes features smaller, and may turn their sign.",
        "b": "The scores decide that, whether or not anything is multiplied by them. Then what is the "
        "multiplication for?",
        "d": "The share decides how many survive, and graphs of different sizes keep different numbers of "
        "nodes.",
    },
)

too_dense = Question(
    name="too_dense",
    task="Say why DiffPool is for small graphs",
    answer="d",
    choices={
        "a": "a softmax over many nodes makes all shares tiny",
        "b": "it can't be trained by gradients",
        "c": "it needs graphs that all have the same size",
        "d": "its matrices have a cell for every pair of nodes",
    },
    why="A is a full table in it, and so is S S^T: N times N cells, linked or not. For a molecule that is "
    "nothing, for a hundred thousand people it is 40 GB, as you worked out in lesson 1.",
    wrong={
        "a": "The softmax runs over the clusters of one node, however many nodes there are.",
        "b": "It was made so that it can: sharing out is smooth, and choosing is not.",
        "c": "Smaller graphs are filled up with rows of zeros. That is a nuisance, not an obstacle.",
    },
)

which_readout = Essay(
    name="which_readout",
    task="Explain a readout that fails, and mend it",
    minutes=4,
    worth=3.0,
)
