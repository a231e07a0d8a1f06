"""The lesson's quiz, and the question that a person reads."""

from gnn_lib.exercises.exercise import Essay, Question

same_histogram = Question(
    name="same_histogram",
    task="What equal histograms say",
    choices={
        "a": "They are the same graph, with the nodes numbered in another way.",
        "b": "They may or may not be the same graph; no message-passing network tells them apart.",
        "c": "They have equally many triangles.",
        "d": "A network with more layers, or better trained, may still tell them apart.",
    },
    answer="b",
    why="Different histograms prove that two graphs differ; equal ones prove nothing. But they bind every "
    "network that only passes messages.",
    wrong={
        "a": "The hexagon and the two triangles have equal histograms. The test can prove that graphs "
        "differ, never that they don't.",
        "c": "Two triangles against none, and the histograms are equal. Colour refinement can't count "
        "triangles.",
        "d": "Once the colours are stable, more rounds change nothing; and equal colours mean equal rows "
        "in every layer, whatever the weights.",
    },
    minutes=1,
)

deaf_ears = Question(
    name="deaf_ears",
    task="Two inboxes that mean and max take for the same",
    choices={
        "a": "{1, 2} and {1, 1, 2, 2}",
        "b": "{1, 3} and {2, 2}",
        "c": "{1, 2, 2} and {1, 1, 2}",
        "d": "{1, 2} and {2, 1}",
    },
    answer="a",
    why="Mean 1.5 and max 2 for both; the sums are 3 and 6. The same shares, another size.",
    wrong={
        "b": "The max tells these apart, 3 from 2. It's the sum that is fooled here, 4 and 4, as long as "
        "plain numbers are added.",
        "c": "The means are 5/3 and 4/3, so the mean tells them apart. Only the max is fooled.",
        "d": "These are the same inbox: it has no order. No aggregator should tell them apart.",
    },
    minutes=1,
)

why_eps = Question(
    name="why_eps",
    task="What the 1 + eps is for",
    choices={
        "a": "It keeps the numbers from growing from layer to layer.",
        "b": "It makes the layer invariant to the numbering of the nodes.",
        "c": "It tells a node with 1 that hears 2 from a node with 2 that hears 1.",
        "d": "It makes sure that isolated nodes aren't divided by zero.",
    },
    answer="c",
    why="With eps = 0 both have the sum 3. Weighed differently, the own row stays apart from what was heard, "
    "as the signature keeps it apart.",
    wrong={
        "a": "It's a sum, and numbers do grow. A norm inside the network is the usual remedy.",
        "b": "The sum over the inbox already doesn't care about numbering, with any eps.",
        "d": "Nothing is divided here: an empty inbox adds 0.",
    },
    minutes=1,
)

pair_work = Question(
    name="pair_work",
    task="Count what one round over pairs looks at",
    answer=5832,
    why="18 x 18 pairs, each with 18 nodes w: 18 cubed. Colour refinement reads one message for each of some "
    "40 directed edges.",
    wrong={
        324: "That is the number of pairs, 18 squared. Each pair looks at how many nodes w?",
        40: "That is about what colour refinement reads, one message for each edge. Pairs don't care "
        "whether there is an edge.",
        104_976: "That is 18 to the fourth. Count once more: which three numbers i, j, w are there?",
        306: "18 times 17 are the pairs of two different nodes. (i, i) is a pair, too, and each pair "
        "looks at every w.",
        4896: "18 times 17 times 16 are three different nodes. i, j and w may be the same node: w runs "
        "through all 18 for each of the 18 x 18 pairs.",
        54: "18 times 3. The choices multiply: 18 for i, for each of them 18 for j, and for each pair 18 "
        "for w.",
    },
    hints=("How many pairs (i, j) are there, with i = j allowed? How many items are in each pair's heap?",),
    minutes=1,
)

which_test = Essay(
    name="which_test",
    task="How much seeing is enough?",
    minutes=5,
    worth=3.0,
    hints=(
        "Three things to weigh: what a stronger test sees, what it costs, and whether the data need it. "
        "The lesson measured all three.",
    ),
)

EXERCISES = (same_histogram, deaf_ears, why_eps, pair_work, which_test)
