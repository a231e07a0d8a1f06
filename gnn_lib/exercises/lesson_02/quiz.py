"""The four questions at the end, and the one that a person reads."""

from gnn_lib.exercises.exercise import Essay, Question

crowd = Question(
    name="crowd",
    task="Who can count a crowd?",
    choices={
        "a": "sum",
        "b": "mean",
        "c": "max",
        "d": "all three",
    },
    answer="a",
    why="3 and 300: the sum is the only one of the three that knows how many there were.",
    wrong={
        "b": "The mean of three ones is 1, and so is the mean of three hundred. It forgets how many there "
        "were.",
        "c": "The largest of three ones is 1, and of three hundred, too. It forgets how many there were.",
        "d": "Work all three out for the messages 1, 1, 1, and then for three hundred ones. Two of them "
        "come out the same.",
    },
)

hops = Question(
    name="hops",
    task="How far does news travel in two rounds?",
    choices={
        "a": "D only",
        "b": "C, D and E",
        "c": "A, B, C, D and E",
        "d": "C only",
    },
    answer="b",
    why="Two rounds reach two steps back, and E keeps what it knew.",
    wrong={
        "a": "That is the inbox: one round, and even then E itself counts, too.",
        "c": "News from A needs four rounds to come to E: one for each edge.",
        "d": "C is exactly two steps away. D's news came in earlier, and E remembers it, and its own.",
    },
)

new_numbers = Question(
    name="new_numbers",
    task="What changes when the nodes are numbered anew?",
    choices={
        "a": "nothing: neither the rows of h nor the readout",
        "b": "the rows of h come in the new order, the readout stays",
        "c": "both come in the new order",
        "d": "everything: the weights belong to the old numbers",
    },
    answer="b",
    why="The layer is equivariant, the readout invariant: names move rows about, and nothing else.",
    wrong={
        "a": "Row 0 is now about another node, so it holds other numbers. What happens to the set of all "
        "rows?",
        "c": "The readout has no row for a node: there is nothing in it that could change places.",
        "d": "No weight belongs to a node. Every edge uses the same psi, every node the same phi.",
    },
)

parameters = Question(
    name="parameters",
    task="How many parameters does a larger graph need?",
    choices={
        "a": "100 million: ten for each edge",
        "b": "10 million: one for each edge",
        "c": "100: as many as before",
        "d": "it can't be used there: it was trained for ten edges",
    },
    answer="c",
    why="psi and phi are shared by all edges and all nodes: what was learned on a small graph runs on a "
    "large one.",
    wrong={
        "a": "That would be so if every edge had weights of its own. All edges share one psi.",
        "b": "No edge has a weight of its own: all edges share one psi, and all nodes one phi.",
        "d": "psi looks at one edge, phi at one node and its inbox. Neither knows how large the graph is.",
    },
)

which_summary = Essay(
    name="which_summary",
    task="Choose sum, mean or max for three tasks, and say what each forgets",
    minutes=4,
    worth=2.0,
)
