# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 0: Start here
#
# About 15 minutes, 6 points.
#
# Three friends rate two films. Ann loves the comedy, Bob loves the thriller, and Cem is hard to please. Now
# a third film comes out. Ann and Bob have seen it, and Cem has not. What will he make of it? By himself,
# Cem is two ratings. With Ann and Bob, from whom he hears, he has a place in a *graph*, and that place says a
# great deal.
#
# This course is about computing with that idea: *graph neural networks*. You will write all that is special
# about them with your own hands, from the adjacency matrix in lesson 1 to the test in lesson 8 that shows what
# networks of this kind can't see. (What any network needs, such as gradients, comes from torch.)
#
# At the end of this lesson you can
#
# - tell whether your machine is ready,
# - fill in a stub, check it, and read what the check says,
# - ask for a hint, see your progress, and hand in your work.
#
# A notebook is made of cells. Click into one and press **Shift + Enter** to run it. Run them from top to bottom;
# each one builds on those above.

# %%
import torch

from gnn_lib.datasets import three_friends
from gnn_lib.exercises import start
from gnn_lib.plot import describe_graph, draw_graph, show
from gnn_lib.setup_check import setup_check
from gnn_lib.widgets import play_third_film

check, hint, progress = start(0)

# %% [markdown]
# ## Is everything there?
#
# The next cell looks for what the course needs. Nothing of it needs the internet: switch your network off and
# try, if you like.

# %%
setup_check()

# %% [markdown]
# ## Three friends
#
# They will be with us for nine lessons. A graph is made of *nodes*, here the three people, and of *edges*
# between them, here the arrows. An arrow runs from the one who speaks to the one who hears.

# %%
friends = three_friends()
show(draw_graph(friends), "Three friends as nodes, who tells whom as arrows. " + describe_graph(friends))

# %% [markdown]
# What they think of the films stands in a *matrix*, `x`: a row for each friend, a column for each film.
# Such numbers on a node are its *features*. We write shapes in square brackets: `x` is `[N, F]`, a row for each
# of N nodes, a column for each of F features. Here that is `[3, 2]`.

# %%
for name, ratings in zip(friends.names, friends.x.tolist()):
    print(f"{name}: comedy {ratings[0]:.0f}, thriller {ratings[1]:.0f}")

# %% [markdown]
# ## Your first stub
#
# How well is each film liked? Average over the people, film by film. By hand: the comedy has 5, 3 and 1, and
# (5 + 3 + 1) / 3 is 3; the thriller has 1, 5 and 3, so 3 again.
#
# In code, `x.mean(dim=...)` averages along one *axis* of the matrix, and `dim` says which: 0 or 1.
#
# An exercise is a *stub*: a function with a hole. You replace the line that says
# `raise NotImplementedError(...)`, run the cell, and then run the `check` right below it.
#
# **Before you solve it, get it wrong on purpose.** Write `return x.mean(dim=1)`, and run the stub and its check.
# The check doesn't only say *no*: it says which mistake it was, because others have made it before you. Then
# try `return x.sum(dim=0)`, and `return x.mean(dim=7)`. Then do it right.
#
# Beside its name, each exercise says how many minutes it may take, and of what kind it is. A *blank* wants one
# line or one answer, a *function* a few lines, a *layer* a class with weights, an *experiment* what came out when
# you ran something, and a *stretch* takes more thought.
#
# **Your turn: mean_rating** (3 min, blank).

# %% nbgrader={"grade_id": "mean_rating", "solution": true}
def mean_rating(x):
    """The mean rating of each film: x [N, F] -> [F]."""
    ### BEGIN SOLUTION
    return x.mean(dim=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_mean_rating", "grade": true}
check(mean_rating)

# %%
# hint("mean_rating")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ### A picture that runs your code
#
# Back to the third film. Ann gives it 5 stars, Bob 1, and a fair guess for Cem is the mean of what he hears.
#
# **Predict, then play.** In the picture, a click on Ann or Bob gives the film one star more, and it is *your*
# `mean_rating` that works out Cem's number. How often must you click on Bob before Cem expects a 4?

# %% tags=["playground"]
play_third_film(mean_rating)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Twice: then Bob gives 3, and (5 + 3) / 2 = 4. You have just seen the heart of a graph neural network: a node's
# new number, made from what its neighbours tell it.
#
# </details>

# %% [markdown]
# That was one way to a 4. How many ways are there in all? Go on in the picture: click on Ann and on Bob, and count
# all the ratings of these two that make Cem expect a 4. It matters who gives what: Ann 2 and Bob 1 is another way
# than Ann 1 and Bob 2.
#
# An answer like this has a stub, too: write the number where it says `None`, take away the line with `raise`, run
# the cell, and then its check.
#
# **Your turn: ways_to_four** (2 min, blank).

# %% nbgrader={"grade_id": "ways_to_four", "solution": true}
ways_to_four = None  # a number
### BEGIN SOLUTION
ways_to_four = 3
### END SOLUTION

# %% nbgrader={"grade_id": "check_ways_to_four", "grade": true}
check(ways_to_four=ways_to_four)

# %%
# hint("ways_to_four")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ### How to read a check
#
# A check runs your function on several inputs, its *cases*, and looks at what comes out.
#
# | it says | it means |
# |---|---|
# | ○ not attempted yet | the stub is as it was |
# | ! stopped with an error | your code stopped; the line shown is yours, not ours |
# | ✗ not yet | it ran, and the result isn't right; if it is a known mistake, its name stands in the title |
# | ✓ right | it held on every case: small ones, random ones, and awkward ones |
#
# Points come in groups. What works on the three friends but not in general has earned the first group, and
# the check shows you the smallest case that breaks the next.
#
# Any right way counts: a loop, a matrix product, NumPy. The shape counts, too: `[F]` is not `[1, F]`.

# %% [markdown]
# ## Hints
#
# Most exercises have three or four, from a nudge to nearly the line. (The quiz that closes a lesson has
# none.) They cost no points. Give yourself a few minutes first: what you find yourself, you keep.

# %%
hint("mean_rating")

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing.** 15 minutes; 20 if the room sets up together. Let everybody make the
# three mistakes on purpose and read the answers aloud: it takes the fear out of the crosses to come. **Ask
# the room:** "Along which of the two axes do the people lie?" Some will say axis 1, because people stand
# one below the other "in a column".
#
# **What goes wrong:** a cell is changed but not run (the check then judges the old function); the kernel
# was restarted and the first cells not run (`NameError: check`). **Run > Run All Above Selected Cell**
# mends both.

# %% [markdown]
# ## Questions with choices
#
# Some exercises ask for a letter. Put it between quotation marks where it says `None`, and take away the line
# with `raise`.
#
# Look at the picture of the three friends again. What is true of Bob and Cem?
#
# - **a)** Cem tells Bob.
# - **b)** Bob tells Cem.
# - **c)** They tell each other.
# - **d)** They don't talk.
#
# **Your turn: who_speaks** (1 min, blank).

# %% nbgrader={"grade_id": "who_speaks", "solution": true}
who_speaks = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
who_speaks = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_who_speaks", "grade": true}
check(who_speaks=who_speaks)

# %% [markdown]
# ## Progress
#
# `progress()` shows the whole course, what is done, and where that is kept. What is done stays done, even if you
# close everything and come back another day.

# %%
progress()

# %% [markdown]
# The course counts how many hints you take, and how often you try. Who can see these numbers?
#
# - **a)** Your teacher, with your submission.
# - **b)** Everybody in the class.
# - **c)** You alone.
# - **d)** The makers of the course.
#
# **Your turn: kept_where** (1 min, blank).

# %% nbgrader={"grade_id": "kept_where", "solution": true}
kept_where = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
kept_where = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_kept_where", "grade": true}
check(kept_where=kept_where)

# %% [markdown]
# ## Questions in words
#
# One question in each lesson is answered in words, and read by a person. If you work alone, answer it
# anyway: a sentence that you have to write is a thought that you have to finish.
#
# What in your own life is a graph? Name its nodes and its edges, and say whether the edges have a direction.
# Double-click the cell below, write your answer in the place of what stands there, and run the cell.
#
# **Your turn: why_graphs** (4 min, stretch).

# %% [markdown] nbgrader={"grade_id": "why_graphs", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# The trains I take: stations are the nodes, and there is an edge from each stop to the next. The edges have
# a direction, because the last train home runs one way only.
#
# *One point for nodes, edges and direction all named; half a point if one of them is missing.*
# <!-- END SOLUTION -->

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room.** Collect five answers from the room and draw two of them on the
# board. Somebody names a tree (a family, a file system): a fine moment to say that trees are graphs.
# Somebody names a chessboard or an image: keep it for lesson 3, where the grid comes back.

# %% [markdown]
# ## Handing in
#
# In a class: save the notebook (**Ctrl + S**, on a Mac **Cmd + S**), press **Validate** in the toolbar to
# see what would be graded, and hand it in as your teacher tells you. Add cells wherever you like; don't
# delete or split those that hold a stub or a check. Alone: the check is all you need.
#
# The *kernel*, the Python that runs behind a notebook, remembers functions that you have since changed or
# deleted. Before you hand in, choose **Kernel > Restart Kernel and Run All Cells**: what works then will work
# for anybody.
#
# ## What you take with you
#
# A stub is filled in, run, and checked, and a check that fails tells you which mistake it was. Hints are
# free and progress is yours alone. Features stand on nodes, `x` is `[N, F]`, and an arrow runs from the one
# who speaks to the one who hears.
#
# We said that Cem's place says a great deal about him. But a computer can't look at a picture. **How do you
# write down a graph in numbers, and what can you compute once you have?** That is lesson 1.
