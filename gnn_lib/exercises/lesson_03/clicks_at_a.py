"""How loud is somebody two steps away? Found in the playground of the graph convolution."""

from gnn_lib.exercises.exercise import Question

exercise = Question(
    name="clicks_at_a",
    task="Find how much louder the news must be that comes from two steps away",
    answer=4,
    why="Three clicks leave 0.22 at D, four 0.29. Two layers make two steps, and a loop is a step, too: so "
    "E's news gets to D by two ways, E - E - D and E - D - D. A's has only one, A - C - D, and over busy "
    "nodes: both its weights are small.",
    wrong={
        1: "After one click at A, D holds 0.072. E's click left 0.27.",
        2: "Twice as far isn't half as loud: two clicks at A leave 0.14 at D.",
        3: "Nearly: three clicks at A leave 0.22 at D, and E's one left 0.27.",
        5: "It is enough, but fewer are, too: read D after each click.",
        0: "Then nobody has said anything, and D holds 0.",
        0.072: "That is what one click at A leaves at D. How many clicks leave as much as E's one?",
        0.27: "That is what E's click leaves at D. How many clicks at A leave as much?",
        0.29: "That is what D holds when it is enough. How many clicks is that?",
        3.67: "That is how many times as loud E is. You can only click whole times, and D should hold at "
        "least as much.",
    },
    hints=(
        "Choose `start`: all 0. Click E and put `step` on 4: D holds 0.27. Then `Start again`, click A once, "
        "and put `step` on 4 again.",
        "One click at A leaves 0.072 at D. Stay at step 4 and click on: each click adds as much again.",
        "0.072 · 3 = 0.22, and that is less than 0.27.",
    ),
    minutes=2,
)
