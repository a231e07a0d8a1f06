"""Two questions with choices and one in words: every kind of exercise shows itself once."""

from gnn_lib.exercises.exercise import Essay, Question

who_speaks = Question(
    name="who_speaks",
    task="Read an arrow in the picture of the three friends",
    answer="b",
    why="The arrow from Bob ends at Cem, so Bob tells Cem; and there is none from Cem to Bob.",
    choices={
        "a": "Cem tells Bob.",
        "b": "Bob tells Cem.",
        "c": "They tell each other.",
        "d": "They don't talk.",
    },
    wrong={
        "a": "An arrow starts at the one who speaks. Follow it from its tail to its tip.",
        "c": "Between Ann and Cem there are two arrows, one each way. Between Bob and Cem there is one.",
        "d": "Look again at the lower edge of the picture: one arrow joins these two.",
    },
    hints=(
        "Find the arrow between Bob and Cem. Where is its tip?",
        "The tip is at the one who hears. The other one speaks.",
        "The tip is at Cem.",
    ),
)

kept_where = Question(
    name="kept_where",
    task="Say who sees how many hints you take",
    answer="c",
    why="They are a few small files in your own folder. A teacher gets the notebook that you hand in, "
    "nothing else. (A hint that you leave on display in it can be read there; it costs no points. And "
    "whoever looks after a shared computer can read the files on it, these as well.)",
    choices={
        "a": "Your teacher, with your submission.",
        "b": "Everybody in the class.",
        "c": "You alone.",
        "d": "The makers of the course.",
    },
    wrong={
        "a": "What you hand in is the notebook. The numbers are kept in other files, which stay here.",
        "b": "There is no list of the class on your machine, and nothing is sent anywhere.",
        "d": "The course runs offline: switch the network off and try. We never learn of it.",
    },
    hints=(
        "Run `progress()` and read its last line.",
        "It names a folder. On whose machine is that folder?",
        "On yours, and nowhere else.",
    ),
)  # fmt: skip

why_graphs = Essay(
    name="why_graphs",
    task="Say in two or three sentences what in your own life is a graph",
    minutes=4,
    worth=1,
    hints=(
        "A graph has things (nodes) and what joins them (edges).",
        "Do the edges have a direction? Does one end of them matter more than the other?",
        "For example: who writes to whom, which station follows which, which recipe uses which ingredient.",
    ),
)
