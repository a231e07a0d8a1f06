"""Single answers along the way, the quiz, and the question that a person reads."""

from gnn_lib.exercises.exercise import Essay, Question

share = Question(
    name="share",
    task="A softmax by hand",
    answer=0.75,
    why="e to the ln 3 is 3, e to the 0 is 1: so 3 of 4 parts, 0.75.",
    wrong={
        3.0: "That is e to the power of the score. It has still to be divided by the total of the inbox.",
        0.25: "That is the share of the other message, from Ann.",
        4.0: "That is the total of the inbox, 3 + 1. Which part of it is Bob's?",
        1.0: "The scores themselves, 1.0986 of 1.0986 + 0, were shared out. Take e to the power of each "
        "first.",
        0.5: "Half would be the mean: what equal scores give. Bob's score is higher.",
        1.0986: "That is the score. A share is e to the power of it, divided by the total of the inbox.",
    },
    hints=(
        "e to the power of ln 3 is 3. And e to the power of 0?",
        "The two shares sum to 1, and one is three times the other.",
    ),
    minutes=2,
)

alone = Question(
    name="alone",
    task="An inbox with one message",
    choices={
        "a": "its share is 0.5",
        "b": "its share depends on the score",
        "c": "its share is 1, whatever the score",
        "d": "its share is 1 only if the score is above zero",
    },
    answer="c",
    why="A share is a part of the inbox. One message is all of it: e^s / e^s = 1.",
    wrong={
        "a": "Nothing else is there to take the other half.",
        "b": "The score stands above and below the line, e^s / e^s, and cancels.",
        "d": "e to the power of a score is above zero for every score, so e^s / e^s is always 1.",
    },
)

how_many = Question(
    name="how_many",
    task="How many rankings will GAT produce?",
    choices={
        "a": "one: the same for all eight",
        "b": "two: LeakyReLU has two slopes",
        "c": "up to eight: every listener has its own scores",
    },
    answer="a",
    why="The listener adds the same number to all of its scores, and LeakyReLU keeps their order. So the "
    "order is the senders' own.",
    wrong={
        "b": "Both slopes go up: a higher sum stays higher after LeakyReLU, on either side of zero and "
        "across it. The order never changes.",
        "c": "Its own scores, yes. But within an inbox they differ only by what the senders add, and that is "
        "the same for every listener. What can LeakyReLU do to the order?",
    },
)

cost = Question(
    name="cost",
    task="What eight times the nodes cost on the complete graph",
    answer=64,
    why="N nodes have N * N ordered pairs: 8 * 8 = 64 times as many scores.",
    wrong={
        8: "So it would be on a graph in which each node has a fixed number of neighbours. In the complete "
        "graph every node has all the others, and each new one is heard by everybody.",
        16: "Both ends grow by the factor 8, so the factors multiply: 8 times 8.",
        128: "Each ordered pair has one score, and self-loops are among them: N * N, not 2 * N * N.",
        64_000_000: "So many scores there are for 8,000 words. How many times the million of before is it?",
        512: "That is 8 * 8 * 8. A score belongs to a pair, not to three nodes.",
        4096: "That would be the fourth power. A score belongs to a pair: two factors of 8.",
    },
    hints=(
        "How many scores does one node need when it hears all N nodes, itself included?",
        "N nodes with N scores each. Now put in 8 N for N.",
    ),
)

whose_share = Question(
    name="whose_share",
    task="Which shares sum to 1?",
    choices={
        "a": "those of the edges that leave a node",
        "b": "those of the edges that arrive at a node",
        "c": "those of all edges of the graph",
        "d": "those of all heads on an edge",
    },
    answer="b",
    why="A listener divides its attention among what it hears: the softmax runs over its inbox.",
    wrong={
        "a": "A sender doesn't divide itself: two listeners may both give it their whole attention.",
        "c": "Then a node in a large graph would hear next to nothing. Each inbox has its own softmax.",
        "d": "Each head has its own shares, and they don't know of each other.",
    },
)

last_layer = Question(
    name="last_layer",
    task="Why average the heads at the end?",
    choices={
        "a": "concatenating would be slower",
        "b": "one number per class is wanted, not one per class and head",
        "c": "averaged heads attend to more nodes",
        "d": "the softmax over the inbox needs it",
    },
    answer="b",
    why="With 7 classes and 4 heads, concatenation gives 28 numbers. The mean gives 7, and every head has a "
    "say.",
    wrong={
        "a": "Concatenating is no slower: the numbers are all there either way.",
        "c": "Each head hears the same inbox in both cases; only how the results are joined differs.",
        "d": "The softmax is done before the heads are joined, for each head by itself.",
    },
)

static = Question(
    name="static",
    task="What GATv2 changes",
    choices={
        "a": "it has more heads",
        "b": "it takes the softmax over the senders",
        "c": "LeakyReLU comes before the product with a, not after it",
        "d": "it scores all pairs of nodes, not only the edges",
    },
    answer="c",
    why="Bent after the two vectors have met, the sum can't be pulled apart into a number from each end any "
    "more.",
    wrong={
        "a": "Any number of heads will do, in both. Each head of GAT ranks statically.",
        "b": "The softmax stays where it was: over the inbox.",
        "d": "It scores the same edges as GAT.",
    },
)

transformer = Question(
    name="transformer",
    task="A Transformer's self-attention as a GNN",
    choices={
        "a": "a path: each word hears the word before it",
        "b": "the complete graph with self-loops: every word hears every word",
        "c": "a tree that follows the grammar",
        "d": "none: attention has nothing to do with graphs",
    },
    answer="b",
    why="Every word scores every word, itself included. Where the words stand has to be told in some other "
    "way, by position codes: the complete graph looks the same from everywhere.",
    wrong={
        "a": "That would be the graph of a simple recurrent network. Here every word hears all words at "
        "once.",
        "c": "Nobody tells it the grammar. It may learn to attend along such lines, on a graph that has all.",
        "d": "You have just computed the same numbers with edges, an inbox softmax and a weighted sum.",
    },
)

essay = Essay(
    name="reasons",
    task="Is attention a reason?",
    minutes=5,
    worth=2.0,
    hints=(
        "What does the share say if the inbox has one message? What else decides how much of a message "
        "arrives?",
    ),
)
