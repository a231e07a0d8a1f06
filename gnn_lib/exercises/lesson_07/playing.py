"""Something to find out in the playground: what a residual buys."""

from gnn_lib.exercises.exercise import Question

how_much_deeper = Question(
    name="how_much_deeper",
    task="Find how much more slowly the energy falls with a residual",
    answer=(15, 31),
    why="About twice as many layers. Halfway between what a node had and what it gathered, the second "
    "eigenvalue 0.896 becomes (1 + 0.896) / 2 = 0.948, and 0.948 twice is about 0.896 once. The residual "
    "delays the blur; it doesn't stop it.",
    wrong={
        (14, 30): "These are the last layers that are still above 0.003. The first ones below it come next.",
        (16, 32): "That is one layer too far. Where is energy / size below 0.003 for the first time?",
        (31, 15): "Both numbers are right, the other way round. Without a remedy comes first.",
        (15, 15): "Tick *residual* for the second number, and read the curve that moved, not the other one.",
        (15, 30): "Twice as many is a good guess, but look: what does the curve say at layer 30, and at 31?",
        (15, 16): "That is the difference, 16 layers more. The layer itself is asked for.",
        (4, 9): "That is where it is below 0.03. One zero more: 0.003.",
        (4, 7): "That is the start from random numbers. Set *start* to *the two sides*.",
        (4, 31): "The first number is that of random numbers. Set *start* to *the two sides* for both.",
        (26, 32): "These are below 0.0003, and the end of the curve. One zero less: 0.003.",
    },
    hints=(
        "*start*: the two sides. No tick anywhere. Point at the points of the curve, from left to right.",
        "Without a remedy it is 0.0035 in layer 14. With *residual* ticked, each point says both numbers.",
        "The second number is about twice the first. Look at layers 29 to 32.",
    ),
    minutes=3,
)
