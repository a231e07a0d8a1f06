"""Colour refinement with a pencil, on the graph that has everything."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="refine_by_hand",
    task="Refine the colours of a small graph by hand",
    answer=(0, 1, 2, 0, 0),
    order="partition",
    why="P, S and T hear nobody and look alike for ever; Q hears two, R hears three. Whom a node speaks to "
    "plays no part.",
    wrong={
        (0, 0, 0, 0, 0): "These are the colours before the first round. Let every node look into its "
        "inbox once.",
        (0, 1, 2, 0, 3): "You set T apart from P and S. T is alone, but P and S can't know: a node sees "
        "what it hears, not who hears it. All three inboxes are empty.",
        (0, 1, 2, 3, 3): "You set P apart from S and T. P speaks twice, but can't see that: P's inbox is "
        "as empty as theirs.",
        (0, 1, 1, 1, 2): "These colours go by how many each node speaks to. A node's colour goes by its "
        "inbox: the edges that arrive.",
        (0, 1, 1, 0, 0): "Q and R both hear something, but not equally much: count what arrives, the "
        "double edge and the self-loop, too.",
        (0, 1, 2, 3, 4): "Everybody is different if edges are read both ways. Here a node hears along the "
        "arrows only. What do P, S and T hear?",
    },
    hints=(
        "Write down for each node who is in its inbox. An edge that comes twice brings its news twice; R "
        "also hears itself.",
        "Round 1: all colours are equal, so all that a node can learn is how many messages arrive.",
        "Arriving messages: P 0, Q 2, R 3, S 0, T 0. Now do a second round: does any class split?",
    ),
    minutes=3,
)
