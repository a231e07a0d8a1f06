"""Two questions that the playgrounds answer: what an update must not forget, and how a tree is paid for."""

from gnn_lib.exercises.exercise import Question

all_at_once = Question(
    name="all_at_once",
    task="See how news travels if nobody keeps what they knew",
    answer="d",
    choices={
        "a": "in round 3",
        "b": "in round 4",
        "c": "in round 6",
        "d": "in none of the rounds 0 to 6",
    },
    why="On this path the news changes sides in every round: A and C hold it after an even number of "
    "rounds, B and D after an odd one, and nobody keeps it. So an update had better keep what a node "
    "knew: it adds it, or lets it be one more message. Lesson 3 does the latter.",
    wrong={
        "a": "D is three steps away, and in round 3 the news does reach D. But those who passed it on "
        "have forgotten it: look at A and C.",
        "b": "In round 4, A holds 2 and C holds 3. What do B and D hold?",
        "c": "In round 6, A holds 5 and C holds 8. What do B and D hold?",
    },
    hints=(
        "Press `Start again`, choose `sum` and `is forgotten`, and step. The table below the picture "
        "keeps every round.",
        "Look for a column of the table without a 0.",
        "Rounds 2, 4 and 6 have zeros at the same two nodes, and so have rounds 1, 3 and 5.",
    ),
)

shared_arrows = Question(
    name="shared_arrows",
    task="Count the arrows that share the weights of the first round",
    answer=(5, 3),
    why="Five arrows in the tree, and all of them multiply by the same W1. Drawn once a level, three are "
    "left: nobody works the same message out twice. The tree grows with the walks, the work with the "
    "edges.",
    wrong={
        (2, 2): "Those are the arrows of W3, the last round, which makes B's result at the top. The "
        "first round is at the bottom: that is where the nodes tell what they began with.",
        (3, 3): "Is that the tree of two rounds, as it is drawn at first? Move `rounds` to 3. If you "
        "have: those are the arrows of W2. The first round is at the bottom.",
        (5, 5): "The first number is right. For the second, tick `each node once a level`, and count again.",
        (5, 2): "The first number is right. With the tick two places are left on the lowest level, A and "
        "C. How many arrows lead up from them?",
        (3, 5): "The numbers are right, but in the wrong order: first without the tick, then with it.",
        (10, 8): "Those are all the arrows, of three rounds. Asked are those that carry W1.",
        (11, 7): "Those are all the places, of four levels. Asked are the arrows that carry W1.",
        (5, 4): "The first number is right. With the tick, count the arrows between the lowest level and "
        "the one above it. Point at one: it says how many share its weights.",
        (5, 6): "The first number is right. The path has six edges, but not all of them lead into this "
        "tree in round 1. Point at one of its lowest arrows.",
    },
    hints=(
        "Beside each level of arrows stands which round it is. Where is round 1, at the top or at the "
        "bottom?",
        "Point at one of the arrows of round 1: it says how many arrows share its weights.",
        "Five without the tick. Set it, and point at one of the lowest arrows once more.",
    ),
    minutes=2,
)
