"""Three questions with choices, and one in words."""

from gnn_lib.exercises.exercise import Essay, Question

both_degrees = Question(
    name="both_degrees",
    task="Say what the sender's degree in the weight does",
    answer="b",
    why="A hub is heard by everybody. Its degree under the root makes each of its many messages quieter; the "
    "receiver's keeps a crowd from shouting. Neither alone does both.",
    choices={
        "a": "It makes the weights in each inbox add up to 1.",
        "b": "It keeps a hub, which speaks to many, from drowning out the others.",
        "c": "It lets the layer work on directed graphs.",
        "d": "It saves memory.",
    },
    wrong={
        "a": "That is what the mean does, with the receiver's degree alone. In a GCN the weights of an "
        "inbox rarely add up to 1: the hub's added up to 15/8.",
        "c": "Every rule that keeps sources and targets apart works there, the plain sum, too.",
        "d": "There is one weight for each edge, whatever goes into it.",
    },
)

hidden_labels = Question(
    name="hidden_labels",
    task="Say what of the test papers is used in training",
    answer="c",
    why="The test papers' words and citations pass through every layer while the weights are learned. Only "
    "their labels are kept back. That is called transductive learning.",
    choices={
        "a": "Nothing: they are taken out of the graph.",
        "b": "Their words, citations and topics.",
        "c": "Their words and citations, but not their topics.",
        "d": "Their topics, but not their words.",
    },
    wrong={
        "a": "The model answers for all papers at once, and its sums run over all edges. What stops at the "
        "mask is the loss.",
        "b": "Then the test would be no test. Which rows does `masked_loss` look at?",
        "d": "The other way round: what `masked_loss` never sees are the labels outside train_mask.",
    },
)

two_layers = Question(
    name="two_layers",
    task="Say how far two layers look",
    answer="b",
    why="One layer, one step: K is 1 in each. The second layer hears what the neighbours heard in the "
    "first. And everybody hears themselves, so nearer nodes count as well.",
    choices={
        "a": "Its neighbours only, since K = 1.",
        "b": "All nodes from which it can be reached within two steps, itself included.",
        "c": "Nodes exactly two steps away.",
        "d": "The whole graph, since S has an entry for each pair.",
    },
    wrong={
        "a": "K = 1 holds for one layer. What did the neighbours hear in the layer before?",
        "c": "The self-loops keep what was heard before: what is one step away, and the node itself, stays "
        "in.",
        "d": "S has N x N places, but it is zero wherever there is no edge.",
    },
)

when_gcn_fails = Essay(
    name="when_gcn_fails",
    task="Describe a graph on which a GCN would do worse than an MLP, and say why",
    minutes=3,
    worth=2,
    hints=(
        "What does a GCN take for granted about a node and its neighbours?",
        "Think of a graph in which an edge says *different* rather than *alike*.",
        "Which step of the layer mixes what should stay apart: W, the sum with its weights, or the ReLU?",
    ),
)  # fmt: skip
