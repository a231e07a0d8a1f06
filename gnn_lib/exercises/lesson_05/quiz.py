"""The single answers of lesson 5, and the one that is given in words."""

from gnn_lib.exercises.exercise import Essay, Question

table_gigabytes = Question(
    name="table_gigabytes",
    task="Size of a lookup table for a billion nodes, in gigabytes",
    answer=1024,
    minutes=1,
    why="A billion rows of 256 numbers of 4 bytes: 1,024 GB. The second table of training, and what the "
    "optimiser keeps for every number, come on top.",
    wrong={
        256: "That is how many numbers there are, in billions. Each takes 4 bytes.",
        1: "That is one number of 1 byte for each member. A row has 256 numbers.",
        4: "That is one number for each member. A row has 256 of them.",
        1.024: "A thousand is missing: a billion is 10**9, and so is a gigabyte.",
        1_024_000_000_000: "In bytes, yes. A gigabyte is 10**9 of them.",
        10**9 / 2**20: "You divided by 2**30. Here a gigabyte is 10**9 bytes.",
        2048: "That is right for numbers of 8 bytes (float64). A float32 takes 4.",
    },
    hints=(
        "One row for each member, 256 numbers in each row, 4 bytes for each number.",
        "`10**9 * 256 * 4 / 10**9`",
    ),
)

most_nodes = Question(
    name="most_nodes",
    task="The most nodes that a mini-batch can hold",
    answer=15_616,
    minutes=2,
    why=(
        "256 seeds, at most 256 * 10 in the first hop, at most 5 for each of those in the second. The size "
        "of the graph doesn't come into it: a graph a thousand times as large has the same bound."
    ),
    wrong={
        61: "That is for one seed. There are 256.",
        12_800: "That is the second hop alone. The seeds and the first hop are in the batch, too.",
        15_360: "The seeds themselves are missing.",
        2_816: "That is the seeds and the first hop. Each node found there draws 5 more.",
        3_840: "Both fanouts were drawn from the seeds. The second draws from those whom the first found.",
        4_096: "Both fanouts were drawn from the seeds. The second draws from those whom the first found.",
        16_896: "The seeds have drawn once, in the first hop: they don't draw again in the second.",
    },
    hints=(
        "Count hop by hop: how many seeds? How many do they draw at most? How many do those draw?",
        "256 seeds draw 256 * 10 nodes; each of those draws 5.",
        "`256 + 256 * 10 + 256 * 10 * ...`",
    ),
)

newcomers_need = Question(
    name="newcomers_need",
    task="Say what a newcomer needs",
    answer="c",
    choices={
        "a": "a new row in each weight matrix",
        "b": "a few steps of training on its own edges",
        "c": "its features and the edges that lead to it",
        "d": "a label",
    },
    why="The trained weights say how to listen, to anybody. Features and an inbox are all that is put in.",
    wrong={
        "a": "The matrices are as wide as the features and know nothing of N. It is a lookup table that has "
        "a row for each node.",
        "b": "That is what a lookup table would need. GraphSAGE uses its weights as they are.",
        "d": (
            "Labels are for training, and training is over. It is the newcomer's label that we want to "
            "predict."
        ),
    },
)

which_order = Question(
    name="which_order",
    task="Find the aggregator that minds the order",
    answer="b",
    choices={
        "a": "the mean",
        "b": "the LSTM",
        "c": "max-pooling",
        "d": "all three",
    },
    why="It reads the messages one after the other, and what it knows at the end depends on their order. "
    "Training on many orders makes that matter less; it never goes away by itself.",
    wrong={
        "a": "A sum doesn't change when its terms are swapped, nor does their number.",
        "c": "Each message passes the same small network, and the largest is the largest in every order.",
        "d": "Two of them give the same for every order. Which ones have you proved that for in lesson 2?",
    },
)

small_batch = Question(
    name="small_batch",
    task="Say what sampling costs",
    answer="a",
    choices={
        "a": "the result is random: another draw gives a slightly different answer",
        "b": "nodes with few neighbours are never heard",
        "c": "the weights must be trained anew for each batch",
        "d": "the network can no longer be used on the whole graph",
    },
    why=(
        "What was drawn is heard, the rest is not. The mean of a sample is right on average, and the more "
        "you draw the less it scatters."
    ),
    wrong={
        "b": (
            "Every neighbour of a node is as likely as the others; a node's only neighbour is drawn every "
            "time."
        ),
        "c": "All batches train the same weights, one step after the other.",
        "d": "The weights don't know how the messages were chosen. You used them on whole graphs above.",
    },
)

friend_recommender = Essay(
    name="friend_recommender",
    task="Find the leak in a friend recommender",
    minutes=4,
    worth=3,
    hints=(
        "What stands in the edge list for one friendship? What does dealing out columns do with it?",
        "Messages travel along training edges. What can a node hear from its test partner?",
        "How would tomorrow's friendships look, on the day on which the program must guess them?",
    ),
)
