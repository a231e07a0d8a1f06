"""Different ratings with the same mean: found in the picture of the third film."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="ways_to_four",
    task="Find all ratings that make Cem expect a 4",
    answer=3,
    why="Ann 5 and Bob 3, Ann 4 and Bob 4, Ann 3 and Bob 5. From Cem's 4 nobody can tell which it was: a "
    "mean forgets who said what. Lesson 2 asks what else it forgets.",
    wrong={
        0: "You know one already: Ann gives 5 stars, and Bob gives 3.",
        1: "That is the one you know, with Ann at 5. Click on Ann, too, and look for others.",
        2: "You have found all but one. Have you counted the one with both at 4? And is Ann 3, Bob 5 "
        "there as well as Ann 5, Bob 3?",
        4: "One too many. The two must give 8 stars together, and none gives more than 5.",
        5: "There isn't one for each number of Ann's: if she gives 1 or 2, what would Bob have to give?",
        7: "You counted 1 and 7, 2 and 6, and so on. But after 5 stars comes 1: nobody gives more than 5.",
        8: "That is how many stars the two must give together. In how many ways can they?",
        25: "These are all pairs of ratings that there are. With how many of them does Cem's circle say 4?",
    },
    hints=(
        "Leave Ann at one number, and click on Bob until you have seen all five of his. Then the next "
        "number for Ann.",
        "A mean of 4 from two people: how many stars do they give together?",
        "Ann gives 5, or 4, or 3. What does Bob give each time?",
    ),
    minutes=2,
)
