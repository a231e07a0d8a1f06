"""All three hear the same: found in the playground, click by click."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="same_news",
    task="Make all three friends hear the same, with as few changes as can be",
    answer=((1, 1, 1), (0, 0, 0), (0, 0, 0)),
    why="Three clicks: now Ann tells everybody, herself too, and nobody else tells anything. Everyone "
    "hears 5 and 1. What one hears stands in one's column, so all hear the same when all columns are the "
    "same.",
    wrong={
        ((0, 1, 1), (0, 0, 1), (1, 0, 0)): "This is the matrix at the start. Whom does each of the three "
        "hear?",
        ((0, 0, 1), (0, 0, 1), (0, 0, 1)): "Now all rows are the same: everybody tells Cem, and Ann and "
        "Bob hear nothing. What one hears stands in one's column.",
        ((0, 0, 0), (0, 0, 0), (0, 0, 0)): "Yes, all hear the same: nothing. That took four clicks, one "
        "for each arrow. Three are enough.",
        ((1, 1, 1), (1, 1, 1), (0, 0, 0)): "All three hear 8 and 6, as Cem did. That took four clicks. "
        "Three are enough: whom do Bob and Cem both hear at the start?",
        ((1, 1, 1), (0, 0, 0), (1, 1, 1)): "All three hear 6 and 4. That took four clicks. Three are "
        "enough: whom do Bob and Cem both hear at the start?",
        ((0, 0, 0), (1, 1, 1), (0, 0, 0)): "All three hear Bob. That took five clicks, and three are "
        "enough: whom do Bob and Cem both hear at the start?",
        ((0, 0, 0), (0, 0, 0), (1, 1, 1)): "All three hear Cem. That took five clicks, and three are "
        "enough: whom do Bob and Cem both hear at the start?",
        ((1, 1, 1), (1, 1, 1), (1, 1, 1)): "Everybody hears everybody. That took five clicks, and three "
        "are enough: an arrow may also be taken away.",
        ((0, 1, 1), (0, 0, 0), (0, 0, 0)): "Bob and Cem hear the same now, and Ann hears nothing. Can "
        "Ann hear Ann? An arrow may lead from a node to itself.",
        ((1, 0, 0), (1, 0, 0), (1, 0, 0)): "Only Ann hears anything here. Did you write the columns as "
        "rows? Hand in the matrix as it stands there, the top row first.",
        ((0, 1, 1), (0, 0, 0), (1, 0, 0)): "Bob and Cem hear the same now, but Ann hears Cem. Whom "
        "should she hear?",
    },
    hints=(
        "The last two columns of the table at the right below say what each person hears. At the start "
        "Ann hears 1 and 3, Bob 5 and 1, Cem 8 and 6.",
        "Choose whom all three shall hear: then all three columns of the matrix must be the same. Which "
        "choice needs the fewest clicks?",
        "Bob hears Ann alone. Let Cem do so, and Ann herself.",
    ),
    minutes=3,
)
