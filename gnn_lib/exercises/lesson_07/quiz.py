"""Two numbers by hand, four questions with choices, and one in words."""

from gnn_lib.exercises.exercise import Essay, Question

blurred_path = Question(
    name="blurred_path",
    task="Blur the path A - B - C - D once, by hand",
    answer=[1.5, 7 / 3, 14 / 3, 6.0],
    why="(1+2)/2, (1+2+4)/3, (2+4+8)/3, (4+8)/2. The lowest has risen and the highest has fallen.",
    wrong={
        (2.0, 2.5, 5.0, 4.0): "That is the mean of the neighbours alone. Each node also hears itself.",
        (3.0, 7.0, 14.0, 12.0): "That is the sum of what each one hears. Divide by how many that are.",
        (1.0, 7 / 3, 14 / 3, 8.0): "The ends move, too: A hears itself and B, D hears C and itself.",
        (1.5, 2.33, 4.67, 6.0): "Right on paper, but rounded. Let Python divide: `7 / 3`, `14 / 3`.",
        (1.5, 2.333, 4.667, 6.0): "Right on paper, but rounded. Let Python divide: `7 / 3`, `14 / 3`.",
        (1.5, 2.3, 4.7, 6.0): "Right on paper, but rounded. Let Python divide: `7 / 3`, `14 / 3`.",
        (1.5, 2.5, 5.0, 6.0): "B and C have three to hear: two neighbours and themselves.",
    },
    hints=(
        "A hears itself and B: the mean of 1 and 2.",
        "B hears A, itself and C: the mean of 1, 2 and 4.",
        "`[(1 + 2) / 2, (1 + 2 + 4) / 3, ..., ...]`",
    ),
    minutes=2,
)

in_the_end = Question(
    name="in_the_end",
    task="Say where the blur of the path ends",
    answer=3.6,
    why="(2 * 1 + 3 * 2 + 3 * 4 + 2 * 8) / 10 = 36 / 10. Every node ends there: a constant.",
    wrong={
        3.75: "That is the plain mean of 1, 2, 4 and 8. But B and C are heard by three, A and D only by "
        "two, so they "
        "count for more.",
        36.0: "That is the sum with the right weights. Divide by the sum of the weights, 2 + 3 + 3 + 2.",
        3.5: "You took 1, 2, 2 and 1 as weights. Each node also hears itself: one more.",
        9.0: "You divided by 4, the number of nodes. Divide by the sum of the weights, 2 + 3 + 3 + 2.",
        0.0: "A mean never leaves the range of its numbers: between 1 and 8.",
    },
    hints=(
        "Each start value counts in proportion to how many hear it, itself included: 2, 3, 3, 2.",
        "(2 * 1 + 3 * 2 + ...) / (2 + 3 + 3 + 2)",
    ),
    minutes=2,
)

gcn_limit = Question(
    name="gcn_limit",
    task="Say what is left of the features after a hundred gatherings with S",
    answer="b",
    why="The dominant eigenvector of S holds √(1 + d). Each feature keeps one number, how much of "
    "that vector was "
    "in it at the start; all else has died away.",
    choices={
        "a": "the same number at every node",
        "b": "a number proportional to the root of the node's degree",
        "c": "each node's own feature from the start",
        "d": "random numbers",
    },
    wrong={
        "a": "That is how the mean ends. S weighs by the roots of both degrees: what does its dominant "
        "vector look like?",
        "c": "The blur forgets that first. Look at the last picture of the karate club.",
        "d": "Nothing is random here: every start leads to the same direction.",
    },
)

zero_energy = Question(
    name="zero_energy",
    task="Say what a Dirichlet energy near 0 may also mean",
    answer="c",
    why="Half the features, a quarter of the energy. That is why the lesson divides by ‖X‖², or looks at MAD "
    "beside it.",
    choices={
        "a": "that the graph has no self-loops",
        "b": "that all nodes have the same degree",
        "c": "that all features have become small",
        "d": "that neighbours point in opposite directions",
    },
    wrong={
        "a": "Self-loops only change the degrees. A difference along an edge doesn't vanish for that.",
        "b": "Then the roots are all equal, and the energy still sees every difference.",
        "d": "Then the differences along the edges are at their largest.",
    },
)

at_test_time = Question(
    name="at_test_time",
    task="Say which edges DropEdge uses for prediction",
    answer="a",
    why="As with dropout: the coins fall in training only, others in each step. For the answer, all edges "
    "are used.",
    choices={
        "a": "all edges",
        "b": "those that were kept in the last step of training",
        "c": "a new choice for each prediction",
        "d": "none: the words alone",
    },
    wrong={
        "b": "That choice was for one step only, and no better than any other.",
        "c": "Then the same question would get another answer each time.",
        "d": "Then the graph would be of no use. What does dropout do at test time?",
    },
)

smooth_or_squashed = Question(
    name="smooth_or_squashed",
    task="Tell over-squashing from over-smoothing",
    answer="d",
    why="What is missing is far away, and all of it comes through one edge. That nodes near by are alike is "
    "the "
    "other trouble.",
    choices={
        "a": "Over-smoothing: remove layers.",
        "b": "Over-smoothing: drop edges.",
        "c": "Over-squashing: add a residual.",
        "d": "Over-squashing: add edges, or let distant nodes attend to each other.",
    },
    wrong={
        "a": "With fewer layers, the news from the far side would not arrive at all.",
        "b": "With fewer edges, the way is narrower still.",
        "c": "A residual keeps what a node had. It doesn't widen the road between the two halves.",
    },
)

which_remedy = Essay(
    name="which_remedy",
    task="Advise a colleague whose deep network fails",
    minutes=4,
    worth=3.0,
)
