"""Find an inbox that two of the three summaries can't tell from another one."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="twin_inbox",
    task="Find an inbox that has the same mean and the same maximum as 1, 3",
    answer=(1, 2, 3),
    why="Mean 2 and maximum 3, as before. Whoever knows only these two can't tell the inboxes apart.",
    wrong={
        (1, 3): "This is the inbox 1, 3 itself. Find another one, with three messages.",
        (1, 1, 3): "The maximum is 3, but the mean is 5 / 3. It should be 2, so all three together make 6.",
        (1, 3, 3): "The maximum is 3, but the mean is 7 / 3. It should be 2, so all three together make 6.",
        (
            2,
            2,
            2,
        ): "The mean is 2, but the maximum is 2, too. One message must be 3. And no two may be the same.",
        (
            1,
            1,
            4,
        ): "The mean is 2, but the maximum is 4. It should be 3. And no two messages may be the same.",
        (0, 3, 3): "Mean and maximum fit, but two messages are the same, and one is below 1.",
        (1, 1, 3, 3): "Mean and maximum fit: everything said twice makes no difference to them. Now find one "
        "with three messages.",
        (1, 2, 2, 3): "Mean and maximum fit, but there are four messages, and two are the same.",
        (1.5, 1.5, 3): "Mean and maximum fit, but two messages are the same, and not whole numbers.",
        (2, 2, 3): "The maximum is 3, but the mean is 7 / 3. It should be 2, so all three together make 6.",
        (0, 2, 3): "The maximum is 3, but the mean is 5 / 3. It should be 2, so all three together make 6.",
        (2, 3): "The maximum is 3, but the mean is 2.5. And three messages are asked for.",
    },
    hints=(
        "One message must be the maximum, 3. What must the other two make together?",
        "The mean of three messages is 2, so all three make 6. With the 3 taken away, the other two make 3.",
        "Two different whole numbers, none below 1, that make 3.",
    ),
    order="set",
    minutes=2,
)
