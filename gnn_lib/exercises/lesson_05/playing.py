"""Answers that are found in the playgrounds: of walks, of the newcomer, and of the mini-batch."""

from gnn_lib.exercises.exercise import Question

way_back = Question(
    name="way_back",
    task="Find how likely a walk is to turn back on the bridge",
    answer=0.4,
    why="The way back has the odds 1/4. All other ways lead out here, for nobody on the other side knows "
    "node 1, and have 1/8 each: 0.25 / (0.25 + 3 · 0.125) = 0.4. Odds compare: a way that is rare by p is "
    "the likeliest of all if q makes the others rarer still.",
    wrong={
        0.25: "With the odds 1/p = 0.25. They have still to be divided by the sum of all odds. Or were p "
        "and q equal?",
        0.2: "That is each of the three other ways. Read what stands below node 1.",
        0.6: "That is all three other ways together. Asked is the way back.",
        0.14: "That is with p = 8 and q = 4. Here p is 4 and q is 8.",
        0.04: "That is with p = 8 and q = 1, or with p = 1 and q = 1/8. Here p is 4 and q is 8.",
        0.73: "That is with p = 1 and q = 8. Here p is 4.",
        0.08: "That is with p = 4 and q = 1. Set q to 8 as well.",
        0.01: "That is with a small q: everything draws the walk out. Here q is 8.",
        0.96: "That is with p = 1/8, which makes turning back frequent. Here p is 4.",
        0.33: "That is a step among three neighbours. Has the walk gone from 1 to 11? Node 11 has four.",
    },
    hints=(
        "The first step goes by the edges alone, so p and q don't change it. Click node 1, press `Step`; if "
        "the walk isn't at 11, press `Another walk` and `Step` again.",
        "When the ring has moved from 1 to 11, choose p = 4 and q = 8. The number below node 1 is "
        "the answer.",
        "1/p = 0.25 for the way back, and three times 1/q = 0.125 for the ways out. Divide by the sum.",
    ),
    minutes=2,
)  # fmt: skip

lowest_row = Question(
    name="lowest_row",
    task="Find how low a newcomer's row can be brought by those whom she hears",
    answer=-0.2,
    why="She has to hear Hal, and Hal alone. The inbox comes in as a mean: a second lover of thrillers "
    "doesn't add to the first. Whoever is milder than Hal pulls the mean back.",
    wrong={
        0.7: "That is with an empty inbox: her own ratings speak alone. Whom could she hear?",
        0.03: "That is with all four who prefer thrillers. It can be lower: a mean isn't a sum.",
        0.02: "That is with all four who prefer thrillers. It can be lower: a mean isn't a sum.",
        -0.1: "Low, but not the lowest: whoever is milder pulls a mean back. Try fewer people.",
        -0.05: "Low, but not the lowest: whoever is milder pulls a mean back. Try fewer people.",
        0: "That is with Bob alone. Somebody has a still lower say.",
        0.1: "That is with Ivy alone. Somebody has a still lower say.",
        0.2: "With Cem alone it is 0.2; if you mean the lowest, mind the sign.",
        -2: "That is Hal's own row. (Or you added up what all four say. The layer takes the mean.)",
        -0.9: "That is with the ratings 3, 3, or without her own part. Here she rates 4 and 2.",
        -2.3: "That is with the ratings 1, 5. Choose 4, 2.",
        -2.8: "That is Hal's row in the table. Asked is what your layer says of Dee.",
    },
    hints=(
        "Choose the ratings 4, 2, and leave `she tells them, too` off. Click one person after the other in "
        "the picture of the encoder; a second click takes a person out again.",
        "Try each of the four on the right alone: who brings her row down the most? Then add a second.",
        "Hal rates 1 and 5, the most extreme of all. What happens to the mean when somebody joins him?",
    ),
    minutes=2,
)  # fmt: skip

edges_drawn = Question(
    name="edges_drawn",
    task="Count the edges of a mini-batch in which senders came up twice",
    answer=9,
    why="5 edges lead to the seed, some of them twice from the same sender, and 2 to each of the two who are "
    "new. A node draws once, however often it was drawn itself: that is why a batch is nearly always below "
    "its bound.",
    wrong={
        15: "That is the most there can be: as if the five draws had found five people. They found two.",
        11: "That is with three new people after hop 1. Draw again until the table says 3 nodes there, the "
        "seed counted.",
        10: "5 · 2 would be right for hop 2 if each draw had found somebody new. And hop 1 has edges, too.",
        4: "Those are the edges of hop 2 alone. The five of hop 1 are in the batch as well.",
        5: "Those are the edges after hop 1. Go one hop further.",
        16: "That is the most *nodes* there can be. Read the column of the edges.",
        7: "With only one new person? Or with 5 + 2: the fanouts added. *Each* of the two draws 2.",
        3: "Those are the nodes after hop 1. Read the column of the edges, in the row of hop 2.",
        6: "With other fanouts? The first is 5, the second 2.",
    },
    hints=(
        "`Start again` makes 8 the only seed. Set fanout 1 to 5 and fanout 2 to 2, and go to hop 2. The "
        "table has a row for each hop.",
        "`Draw again` until the row of hop 1 says 3 nodes. Then read the last column in the row of hop 2.",
        "5 edges to the seed. Then two nodes are new, and each draws 2.",
    ),
    minutes=2,
)  # fmt: skip
