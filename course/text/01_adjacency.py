# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 1: The adjacency matrix
#
# About 75 minutes, 37 points.
#
# Lesson 0 ended with a question: how do you write down a graph in numbers, and what can you compute once you
# have? At the end of this lesson you can
#
# - write a graph down in three ways (an edge list, a matrix, compressed rows), and say what each is good for;
# - compute what arrives at every node with one product of matrices, and never mix up its direction;
# - give the nodes new numbers without changing the graph;
# - tell how large a graph may be before its matrix no longer fits into your computer.

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.datasets import karate_club, path_abcd, pixel_grid, power_law_graph, three_friends
from gnn_lib.exercises import start
from gnn_lib.plot import describe_graph, draw_adjacency, draw_graph, draw_matrix, show
from gnn_lib.widgets import play_adjacency

check, hint, progress = start(1)

# %% [markdown]
# ## What does Cem hear?
#
# You know the three friends. Ann tells Bob and Cem about every film that she has seen, Bob tells Cem, and Cem
# tells Ann. You know their ratings, too. For a comedy and a thriller Ann gives 5 and 1, Bob 3 and 5, Cem 1
# and 3.
#
# So what does Cem hear about the two films? With three people you can work it out in your head. But what do a
# hundred thousand people hear, who tell each other about a thousand films? For that we need to write down
# *who tells whom* so that a computer can calculate with it. And it should be the same few lines for three
# people and for a hundred thousand.

# %%
friends = three_friends()
print(describe_graph(friends))
print(friends.x)
show(draw_graph(friends), "Three circles: arrows lead from Ann to Bob and Cem, from Bob to Cem, from Cem to Ann.")

# %% [markdown]
# The people are the nodes of this graph, and the arrows its edges. We write N for the number of nodes and E
# for the number of edges: here N is 3 and E is 4. An edge starts at its *source* and ends at its *target*.
# Where this direction matters, as here, the graph is *directed*: Ann tells Bob, but Bob does not tell Ann.
#
# The ratings are features of the nodes, F = 2 of them for each. That is the table `x` [N, F] of lesson 0. In
# formulas it is called X.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** Friends and edge list 10, the matrix 12, the inbox 12,
# weights and both directions 12, new numbers 10, walks 6, size and grid 10, closing 3. If time is short,
# leave `to_csr` and `grid_edges` for home: only the cells right below them need them.
#
# **Before you start**, draw the three friends on the board, without arrow heads, and ask: "What is missing?"
# Somebody will ask who talks to whom. That is the whole lesson in one question.

# %% [markdown]
# ## Who tells whom: the edge list
#
# A computer knows nodes by number, counted from 0: Ann is 0, Bob is 1, Cem is 2. An edge is then a pair of
# numbers, and all edges are a list of such pairs. We write each pair as a column of a table:
#
# - row 0 holds the sources,
# - row 1 holds the targets.
#
# This table of shape [2, E] is the *edge list*. In code it is called `edge_index`. It is the same
# throughout this course, in PyTorch Geometric, and in many other libraries, so it pays to have it in your
# fingers: **row 0 tells, row 1 hears**. A message flows from source to target.
#
# In which order the columns stand does not matter. Which number stands on top matters very much.
#
# **Your turn: friends_edges** (2 min, blank). Look at the picture above, and write the edge list of the three
# friends by hand: a list of two lists with four numbers each.

# %% nbgrader={"grade_id": "friends_edges", "solution": true}
friends_edges = None  # [[sources], [targets]]
### BEGIN SOLUTION
friends_edges = [[0, 0, 1, 2], [1, 2, 2, 0]]
### END SOLUTION

# %% nbgrader={"grade_id": "check_friends_edges", "grade": true}
check(friends_edges=friends_edges)

# %%
# hint("friends_edges")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# What can you read off an edge list? First of all, how often each node is told something. The number of edges
# that arrive at a node is its *in-degree*; the number of edges that leave it is its *out-degree*. Where every
# edge goes both ways the two are the same, and people say only *degree*.
#
# Two things are allowed in a graph that you might not expect. An edge may lead from a node to itself: a
# *self-loop*. And an edge may come twice: a *double edge*, as if Ann told Bob everything two times. When we count
# edges, a self-loop is one, and a double edge is two.
#
# **Your turn: in_degree** (4 min, blank). Count the edges that arrive, for every node. A node that nobody
# tells anything has in-degree 0, and it belongs in the answer, too.

# %% nbgrader={"grade_id": "in_degree", "solution": true}
def in_degree(edge_index, num_nodes):
    """How many edges arrive at each node. edge_index [2, E], num_nodes N -> [N]."""
    ### BEGIN SOLUTION
    return torch.bincount(edge_index[1], minlength=num_nodes)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_in_degree", "grade": true}
check(in_degree)

# %%
# hint("in_degree")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** The next cell adds up the in-degrees of all three friends. What is the sum? And what
# would the sum of the out-degrees be? Answer first, then run it.

# %%
print("in-degrees:", in_degree(friends.edge_index, 3), "sum:", sum(in_degree(friends.edge_index, 3)))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Both sums are 4, the number of edges. Every edge arrives at exactly one node and leaves exactly one node, so
# each sum counts every edge once. The *mean degree* of a graph, in or out, is therefore E / N: here 4 / 3.
#
# </details>

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room:** "Draw an arrow from each follower to the one who is followed. Who has a
# high in-degree, who a high out-degree?" (The famous; the spam account.) "And if the arrows say who hears whose
# posts?" (All turn round: the famous tell.) Then: "What is the mean number of followers, if everybody follows
# 100 accounts?" (100. The sums are equal, however unfairly followers are spread.)
#
# **What goes wrong:** sources and targets swapped in `in_degree`. The sum is the same, so adding up does not
# reveal it; only a node with different degrees does. Here: Ann is told once and tells twice.

# %% [markdown]
# ## The matrix: every pair has its place
#
# An edge list says which edges there are. Often we also want to ask the other way round: *is there* an edge
# from Bob to Ann? For that, give every pair of nodes a cell of its own, in a square table with a row and a
# column for each node. This is the *adjacency matrix* A, of shape [N, N]. (Adjacent means next to each other.)
#
# - A[i, j] = 1 if there is an edge from i to j,
# - A[i, j] = 0 if there is none,
# - and where an edge comes twice, A[i, j] = 2: it counts.
#
# **From the row, to the column.** Row 0 is what Ann tells; column 0 is what Ann is told.

# %% tags=["playground"]
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained", width_ratios=(3, 2))
draw_graph(friends, ax=axes[0])
draw_adjacency(friends, ax=axes[1])
show(
    axes,
    "Left, the three friends. Right, their matrix: Ann's row has a 1 below Bob and below Cem, Bob's row one below "
    "Cem, Cem's row one below Ann. All other cells are 0.",
)

# %% [markdown]
# Each arrow on the left is one dark cell on the right. Point at the arrow from Bob to Cem, and find its cell:
# Bob's row, Cem's column. A light cell, and there are five, says that nothing is told in that direction.
#
# **Your turn: adjacency** (5 min, function). Build this matrix from the edge list. A loop over the edges is a
# good way to begin. Mind the double edges. Make it of floats, as `torch.zeros` does: we are about to multiply
# with it.

# %% nbgrader={"grade_id": "adjacency", "solution": true}
def adjacency(edge_index, num_nodes):
    """A[i, j] is the number of edges i -> j. edge_index [2, E], num_nodes N -> A [N, N]."""
    ### BEGIN SOLUTION
    A = torch.zeros(num_nodes, num_nodes)
    for i, j in edge_index.T.tolist():
        A[i, j] += 1
    return A
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_adjacency", "grade": true}
check(adjacency)

# %%
# hint("adjacency")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then play.** The next cell lets you change who tells whom: click one person and then another, or a
# cell of the matrix. It is your `adjacency` that fills the matrix anew. Say first: which cell will change if
# Cem tells himself something? And if Ann stops telling Cem, who hears less?

# %% tags=["playground"]
play_adjacency(adjacency, friends)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The last cell of the *diagonal*, which runs from top left to bottom right: an edge from a node to itself stands
# in the node's own row and own column. And Cem hears less, nobody else. With the edge goes one 1 in Cem's column.
# In the table *What each node has, and what arrives* only Cem's row changes.
#
# </details>

# %% [markdown]
# The last two columns of that table add up, for each person, all ratings that they are told: first the comedy, then
# the thriller. (They are headed `A.T @ X`; we are coming to that.) At the start each of the three hears something
# else.
#
# **Your turn: same_news** (3 min, blank). Press *Start again*. Then make all three hear the same two numbers, by
# as few clicks on the matrix as you can. Hand in the matrix that you end with, as a list of its three rows.

# %% nbgrader={"grade_id": "same_news", "solution": true}
same_news = None  # [[Ann's row], [Bob's row], [Cem's row]]
### BEGIN SOLUTION
same_news = [[1, 1, 1], [0, 0, 0], [0, 0, 0]]
### END SOLUTION

# %% nbgrader={"grade_id": "check_same_news", "grade": true}
check(same_news=same_news)

# %%
# hint("same_news")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** Now that every edge has its cell, degrees are sums. Which sum gives the in-degrees,
# the one along each row or the one down each column?

# %%
A = adjacency(friends.edge_index, 3)
print(A)
print("sums of the rows:   ", A.sum(dim=1))
print("sums of the columns:", A.sum(dim=0))

# %% [markdown]
# <details><summary>Answer</summary>
#
# What a person is told stands in their column, so the in-degree is the sum of the column:
#
# $$d_i = \sum_{j=1}^{N} A_{ji}$$
#
# The nodes j run down the column of node i. (Formulas count nodes from 1 to N, Python from 0 to N - 1.) In
# torch, `dim=` names the dimension that disappears. Dimension 0 counts the rows, so `A.sum(dim=0)` runs down
# through all rows, and leaves one number for each column.
#
# </details>

# %% [markdown]
# ## The inbox: what arrives
#
# Back to the question: what does Cem hear? Ann tells him, and Bob tells him. Let everyone add up the ratings
# that reach them, film by film. Ann rates 5 and 1, Bob 3 and 5, so 8 and 6 arrive at Cem. What arrives at a
# node we call its *inbox*; in this lesson, that is the sum.
#
# The nodes that send to node i are its *in-neighbours*, $\mathcal N(i)$ for short: Cem's are Ann and Bob. In
# the matrix they are the rows j in which column i doesn't hold a 0. So the inbox of node i, as a formula, is
#
# $$h_i = \sum_{j=1}^{N} A_{ji}\, x_j$$
#
# Here $x_j$ is row j of X, all ratings of one person at once. Where A has a 0, nothing is added.
#
# Sums of rows, chosen by ones and zeros: that is what a product of matrices does, `@` in Python. Row i of `A @ X`
# is a sum of rows of X, and the ones in row i of A say of which. Is that the inbox already?
#
# Row 2 of A is Cem's. Predict: what does row 2 of `A @ X` add up?
#
# **Your turn: direction** (1 min, blank).
#
# - **a)** the ratings of everyone who tells Cem
# - **b)** the ratings of everyone whom Cem tells
# - **c)** Cem's own ratings, once for every arrow at Cem
# - **d)** nothing: the shapes don't fit

# %% nbgrader={"grade_id": "direction", "solution": true}
direction = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
direction = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_direction", "grade": true}
check(direction=direction)

# %%
# hint("direction")  # stuck? take away the first # and run this cell; again for the next hint

# %%
A = adjacency(friends.edge_index, 3)
print(A @ friends.x)

# %% [markdown]
# Cem's row says 5 and 1: Ann's ratings, because Cem tells Ann. This is the *outbox*, what stands at the far
# end of the arrows that leave. To gather what arrives, the columns of A must do the choosing. Mirror the
# matrix at its diagonal, and its columns become rows. That is the *transpose*, `A.T`, and all inboxes at once
# are
#
# $$H = A^\top X$$
#
# If you take one thing from this lesson, take this: **from the row, to the column; and so the inbox is
# `A.T @ X`.** Some books let A[i, j] stand for an edge from j to i, and then there is no transpose. Neither
# is wrong. What is wrong is to mix them up, and that happens to everybody once.
#
# **Your turn: inbox** (3 min, blank). Gather.

# %% nbgrader={"grade_id": "inbox", "solution": true}
def inbox(A, X):
    """The sum of what arrives at each node. A [N, N], X [N, F] -> H [N, F]."""
    ### BEGIN SOLUTION
    return A.T @ X
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_inbox", "grade": true}
check(inbox)

# %%
# hint("inbox")  # stuck? take away the first # and run this cell; again for the next hint

# %%
for name, heard in zip(friends.names, inbox(adjacency(friends.edge_index, 3), friends.x).tolist(), strict=True):
    print(f"{name} hears: comedy {heard[0]:.0f}, thriller {heard[1]:.0f}")

# %% [markdown]
# Cem hears 8 and 6, as we said. One line of code, and nearly every graph neural network in this course is
# built on it.
#
# The check looked at one more thing, under "gradients flow". A network learns by asking how its result
# changes if the numbers before it change a little. That question travels backwards along the same edges, from
# those who heard to those who told. torch takes care of it, as long as nothing cuts the path. (`X.tolist()`
# would: it gives plain numbers, which no longer know where they come from.)

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live coding.** Type `A @ friends.x` first and let the room find out whose numbers
# these are, before you show the transpose. The surprise is worth more than the rule.
#
# **Ask the room:** "Your check of a formula passes on a friendship network. Are you sure about the
# direction?" (No: friendships go both ways, and then A and A.T are the same. Test on a directed graph.)
#
# **What goes wrong:** `A.T * X` instead of `A.T @ X`. On three friends it stops with an error about shapes;
# with N equal to F, or F equal to 1, it goes through and gives nonsense. The check knows it by name.

# %% [markdown]
# ## Edges have features, too
#
# Cem trusts Ann's taste twice as much as usual, and Bob's only half. Such a number belongs to neither
# person alone. It belongs to the edge between them: it is an *edge feature*. Edge features make a table
# with a row for each edge, [E, D] if there are D of them, in the order of the columns of `edge_index`: row
# k belongs to column k, and must go wherever that column goes. In code it is called `edge_attr`. A bond in
# a molecule has its type there, a road its length and speed limit.
#
# The most common edge feature is a single number that says how much an edge counts. It is called an *edge
# weight*, and has the shape [E].

# %%
trust = torch.tensor([1.0, 2.0, 0.5, 1.0])  # Ann -> Bob, Ann -> Cem, Bob -> Cem, Cem -> Ann
show(
    draw_graph(friends, edge_values=trust),
    "The three friends with a number on every arrow: Ann to Bob 1, Ann to Cem 2, Bob to Cem 0.5, Cem to Ann 1.",
)

# %% [markdown]
# With weights, each message is multiplied by the weight of its edge before it is added. With $w_{ji}$ for the
# weight of the edge from j to i:
#
# $$h_i = \sum_{j \in \mathcal N(i)} w_{ji}\, x_j$$
#
# (Where an edge comes twice, it is in the sum twice, each time with its own weight.)
#
# Cem now hears 2 times (5, 1) plus 0.5 times (3, 5). That is 11.5 and 4.5.
#
# The matrix is ready for this. Nothing says that its cells must hold ones: let A[i, j] be the weight of the
# edge i -> j, and where an edge comes twice, the sum of both weights. The rest stays as it was.
#
# **Your turn: weighted_inbox** (5 min, function). Add up what arrives at each node, each message times the
# weight of its edge. You have both halves of it above.

# %% nbgrader={"grade_id": "weighted_inbox", "solution": true}
def weighted_inbox(x, edge_index, edge_weight):
    """The weighted sum of what arrives. x [N, F], edge_index [2, E], edge_weight [E] -> [N, F]."""
    ### BEGIN SOLUTION
    A = torch.zeros(len(x), len(x))
    for k, (i, j) in enumerate(edge_index.T.tolist()):
        A[i, j] += edge_weight[k]
    return A.T @ x
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_weighted_inbox", "grade": true}
check(weighted_inbox)

# %%
# hint("weighted_inbox")  # stuck? take away the first # and run this cell; again for the next hint

# %%
print(weighted_inbox(friends.x, friends.edge_index, trust))

# %% [markdown]
# Here we made the weights up. In lesson 4 a network will find its own, by asking every time whom to listen
# to.

# %% [markdown]
# ## Both ways: undirected graphs
#
# Telling has a direction. Being friends has not: if Ann is Bob's friend, Bob is Ann's. In an *undirected*
# graph every edge counts both ways. We need nothing new for it. We write each edge twice, once in each
# direction, and E counts both. (Papers often count the pairs, so their number of edges is half of ours.)
#
# Then at every node as many edges arrive as leave, and this number is its degree. (Books on graphs count a
# self-loop twice there. We count it once, as the matrix does.)
#
# **Your turn: make_undirected** (4 min, function). Give every edge its reverse. In the end each should be
# there once, in each direction, even if it came twice, or had its reverse before. A self-loop is its own
# reverse. The order of the columns is up to you.

# %% nbgrader={"grade_id": "make_undirected", "solution": true}
def make_undirected(edge_index):
    """Each edge in both directions, once. edge_index [2, E] -> [2, E']."""
    ### BEGIN SOLUTION
    both = torch.cat([edge_index, edge_index.flip(0)], dim=1)
    return torch.unique(both, dim=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_make_undirected", "grade": true}
check(make_undirected)

# %%
# hint("make_undirected")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** Four arrows join the three friends. How many columns has their undirected edge list?

# %%
print(make_undirected(friends.edge_index))

# %% [markdown]
# <details><summary>Answer</summary>
#
# Six, not eight. Three pairs are joined, and each pair has two columns. Ann and Cem told each other before.
#
# </details>

# %% [markdown]
# Now a graph from life. From 1970 to 1972 Wayne Zachary watched a karate club at a university. He wrote down
# who met whom outside of the club: 34 people, among them the teacher, "Mr. Hi", and the club's president,
# here the "Officer". Then the two fell out, and the club broke in two.

# %%
club = karate_club()
figure, axes = plt.subplots(1, 2, figsize=(10.5, 4.2), layout="constrained", width_ratios=(2, 1))
sides = ["Mr. Hi's side" if side == 0 else "the Officer's side" for side in club.y.tolist()]
draw_graph(club, groups=sides, ax=axes[0])
draw_adjacency(club, ax=axes[1])
show(
    axes,
    "Left, the club: two crowds, one around Mr. Hi and one around the Officer, with few edges between them. Right, "
    "its matrix, 34 by 34, mirrored at the diagonal and mostly white; the rows of the two leaders are the fullest.",
)

# %% [markdown]
# **Predict, then run.** Look at the matrix. Which members have the fullest rows? And does it matter here
# whether you write `A @ X` or `A.T @ X`?

# %%
A = adjacency(club.edge_index, 34)
degrees = A.sum(dim=0)
print(f"{club.num_edges} directed edges, mean degree {degrees.mean():.2f}")
print("the three largest degrees:", degrees.topk(3).values.tolist(), "of", degrees.topk(3).indices.tolist())
print("A equals its transpose:", torch.equal(A, A.T))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The Officer (33) has 17 friends and Mr. Hi (0) has 16. The mean is 156 / 34, about 4.6. A few nodes with
# very many edges, and many nodes with few: many graphs from life look like that.
#
# In an undirected graph A[i, j] = A[j, i], so A is the same as its transpose. It is *symmetric*, and either
# product gives the inbox. That is comfortable, and it is a trap: a program with the wrong direction works on
# every undirected graph, and goes wrong on directed ones. So try your code on directed graphs. The checks in
# this course do.
#
# </details>

# %% [markdown]
# One product already tells something about people. Give each member two features: (1, 0) for Mr. Hi's side,
# (0, 1) for the Officer's; `F.one_hot` does that. (In code, F is torch's `torch.nn.functional`, by custom, and not
# the number of features.) Then the inbox counts each member's friends on either side.

# %%
X = F.one_hot(club.y, 2).float()
friends_on = inbox(adjacency(club.edge_index, 34), X)
own, other = (friends_on * X).sum(1), (friends_on * (1 - X)).sum(1)  # X picks one of the two counts
print(f"{int((own > other).sum())} of 34 went with most of their friends")
print(f"{int((own == other).sum())} had as many friends on either side")
print(f"{int((own < other).sum())} went against most of them: member", (own < other).nonzero().flatten().tolist())

# %% [markdown]
# Zachary knew why. Number 8 (in his paper number 9, since he counts from 1) had three weeks to go to the test
# for his black belt. The Officer's side changed to another style, and he would have had to begin again.
#
# Your neighbours say a lot about you, but not everything. Graph neural networks live on the first half of
# that sentence. They must not forget the second: your own features count as well.

# %% [markdown]
# ## New numbers, same graph
#
# Why is Ann number 0? For no reason: somebody had to be. Let us give the members of the club new numbers,
# drawn by lot, and look at the matrix again.

# %% tags=["playground"]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
axes[0].set_title("as Zachary numbered them", pad=12)
draw_adjacency(club.replace(names=None), ax=axes[0])
for ax, seed in zip(axes[1:], (2, 5), strict=True):
    lot = torch.randperm(34, generator=torch.Generator().manual_seed(seed))  # lot[i]: the new number of i
    ax.set_title("numbers drawn by lot", pad=12)
    draw_adjacency(club.replace(edge_index=lot[club.edge_index], names=None), ax=ax)
show(
    axes,
    "Three matrices of the same club, 34 by 34. With Zachary's numbers most of one side comes first, and the two "
    "sides show as two corners. With numbers drawn by lot the same 156 cells are strewn all over, twice in "
    "different ways.",
)

# %% [markdown]
# Three pictures that hardly look alike, and one club. Nobody has made a friend or lost one. A matrix says
# more than a graph does: it also says who comes first, and that means nothing.
#
# So whatever we compute from a matrix must not depend on the numbers: new ones may move the rows of a result, and
# do nothing else. Before you can test that, you need to be able to change them. Let `new_id[i]` be the new number
# of node i. Then
#
# - row i of X moves to row `new_id[i]`;
# - the edge i -> j becomes the edge `new_id[i]` -> `new_id[j]`, so its cell in A gets a new row and a new
#   column.
#
# For an edge list that is a single expression: `new_id[edge_index]` looks every number up in the list. For
# the matrix, rows *and* columns move.
#
# **Your turn: permute** (6 min, function). Loops are welcome.

# %% nbgrader={"grade_id": "permute", "solution": true}
def permute(X, A, new_id):
    """Node i becomes node new_id[i]. X [N, F], A [N, N], new_id [N] -> the new X and the new A."""
    ### BEGIN SOLUTION
    X_new, A_new = torch.zeros_like(X), torch.zeros_like(A)
    for i in range(len(A)):
        X_new[new_id[i]] = X[i]
        for j in range(len(A)):
            A_new[new_id[i], new_id[j]] = A[i, j]
    return X_new, A_new
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_permute", "grade": true}
check(permute)

# %%
# hint("permute")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Papers write the same with a *permutation matrix* P, and the new X and A with a prime, X' and A'. P has one 1 in
# every row and every column, and P[`new_id[i]`, i] = 1 says that i moves to `new_id[i]`:
#
# $$X' = P X, \qquad A' = P A P^\top$$
#
# P on the left moves the rows, its transpose on the right moves the columns.
#
# **Predict, then run.** Compute the inbox with the new numbers. How does it differ from the old one?

# %%
new_id = torch.tensor([2, 0, 1])  # Ann becomes 2, Bob 0, Cem 1
A = adjacency(friends.edge_index, 3)
X_new, A_new = permute(friends.x, A, new_id)
print("before, for Ann, Bob, Cem:", inbox(A, friends.x).tolist())
print("after,  for Bob, Cem, Ann:", inbox(A_new, X_new).tolist())

# %% [markdown]
# <details><summary>Answer</summary>
#
# Everybody hears what they heard before. The rows have only moved along with their people:
#
# $$A'^\top X' = P\, (A^\top X)$$
#
# First new numbers, then gather, or first gather, then new numbers: the result is the same. Lesson 2 has a
# name for this, and every layer in this course will have to pass that test.
#
# </details>

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room**, with the three matrices on the screen: "Which of these is the real
# one?" (None. All are.) Then: "Read each matrix row by row into an ordinary network. Would it give the same
# answer three times?"
#
# **What goes wrong** in `permute`: `X[new_id]`. It asks "which old row comes here", where the exercise says
# "where does this row go". Both are permutations; one is the inverse of the other. With a swap of two nodes
# no one sees the difference, so the check moves everybody up by one. Let three people be `new_id` and act it
# out with chairs.

# %% [markdown]
# ## Two steps: walks
#
# Cem tells Ann, and Ann tells Bob. So news of Cem's reaches Bob, with a stop at Ann. A route along edges, in
# their direction, is a *walk*. It may visit a node again, and it may come back. This one has two steps.
#
# How many walks of two steps lead from i to j? Try every node k as the stop in between. There is such a walk
# if there is an edge from i to k *and* one from k to j, that is, if A[i, k] times A[k, j] is 1. (With double
# edges it is more: two ways for the first step times one for the second are two walks.) Add them up:
#
# $$(A^2)_{ij} = \sum_{k=1}^{N} A_{ik} A_{kj}$$
#
# That is exactly cell (i, j) of the product `A @ A`. The matrix can count.

# %% [markdown]
# **Predict, then run.** Four nodes on a path, A - B - C - D, undirected. How many walks of two steps lead
# from B back to B? From A to D?

# %%
path = path_abcd()
A = adjacency(path.edge_index, 4)
figure, axes = plt.subplots(1, 3, figsize=(8, 3), layout="constrained")
for ax, title, counts in zip(axes, ("1 step", "2 steps", "3 steps"), (A, A @ A, A @ A @ A), strict=True):
    draw_matrix(counts, rows=path.names, columns=path.names, ax=ax, value_range=(0, 3))
    ax.set_title(title, pad=12)
show(
    axes,
    "Three matrices with the walks between A, B, C and D. One step: 1 between neighbours. Two steps: A and D come "
    "home in one way, B and C in two, and A reaches C, B reaches D. Three steps: A reaches D in one way.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Two: B - A - B and B - C - B. From A to D there is none in two steps, and one in three.
#
# </details>

# %% [markdown]
# **Your turn: walks** (4 min, function). Count the walks of exactly k steps. Think of k = 0, too: a walk of
# no steps stays where it is.

# %% nbgrader={"grade_id": "walks", "solution": true}
def walks(A, k):
    """Cell (i, j): the number of walks of k steps from i to j. A [N, N], k >= 0 -> [N, N]."""
    ### BEGIN SOLUTION
    counts = torch.eye(len(A))
    for _ in range(k):
        counts = counts @ A
    return counts
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_walks", "grade": true}
check(walks)

# %%
# hint("walks")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Walks are the ways that news can take. Gather twice, and each node has the news of all walks of two steps
# that end at it. The path has 1, 2, 4 and 8 at A, B, C and D. So the 5 at A is its own 1 and the 4 of C. The 12 at B
# looks like 4 and 8, but it isn't C and D: it is B's own 2 twice, come home over A and over C, and the 8 of D.

# %%
A = adjacency(path.edge_index, 4)
print("gathered twice:        ", inbox(A, inbox(A, path.x)).flatten().tolist())
print("along walks of 2 steps:", inbox(walks(A, 2), path.x).flatten().tolist())

# %% [markdown]
# **Predict, then run.** How many steps until everybody in the club can have heard from everybody else?

# %%
A = adjacency(club.edge_index, 34)
for k in range(1, 6):
    reached = sum(walks(A, steps) for steps in range(k + 1)) > 0  # a walk of k steps, or of fewer
    print(f"steps: {k}, pairs reached: {reached.float().mean():.1%}")

# %% [markdown]
# Five steps at most, in a club of 34. In large networks most pairs are no further apart: of the 721 million people
# on Facebook in 2011, two were 4.7 steps apart on average. That is why news travels fast, and why lesson 7 will
# have something to say about networks with very many layers.

# %% [markdown]
# ## A hundred thousand people
#
# So far the matrix has done everything we asked. Now for the hundred thousand people from the beginning.
#
# **Your turn: dense_gigabytes** (2 min, blank). How much memory does A take for N = 100,000, as a table of
# float32, with 4 bytes for each number? Answer in gigabytes; one gigabyte is 10**9 bytes.

# %% nbgrader={"grade_id": "dense_gigabytes", "solution": true}
dense_gigabytes = None  # a number
### BEGIN SOLUTION
dense_gigabytes = 100_000**2 * 4 / 10**9
### END SOLUTION

# %% nbgrader={"grade_id": "check_dense_gigabytes", "grade": true}
check(dense_gigabytes=dense_gigabytes)

# %%
# hint("dense_gigabytes")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# More than most computers have. And what would it hold? Let us make such a graph, with ten edges for each
# person, and see.

# %%
crowd = power_law_graph(100_000, 1_000_000)
print(crowd)
print(f"filled: {crowd.num_edges / crowd.num_nodes**2:.4%} of the cells of A")
print(f"the edge list: {crowd.edge_index.nbytes / 10**6:.0f} MB (two integers of 8 bytes for each edge)")

# %% [markdown]
# One cell in ten thousand. All the others would be zeros, stored one by one. A matrix that is nearly all
# zeros is called *sparse*; a table that stores every cell, zero or not, is *dense*.
#
# The square grows with N times N. The edges do not. People do not have a thousand times as many friends
# because a thousand times as many people are in the same network. In the next figure both axes count in powers
# of ten: from one mark to the next it is ten times as many nodes, and a hundred times as many bytes.

# %%
N = np.logspace(1, 6, 50)
figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
ax.loglog(N, 4 * N**2 / 1e9, color="#D55E00", label="the matrix, every cell stored")
ax.loglog(N, 16 * 10 * N / 1e9, color="#0072B2", linestyle="--", label="the edge list")
ax.axhline(16, color="#4D4D4D", linewidth=1, linestyle=":")
ax.text(12, 22, "the memory of a laptop, 16 GB", fontsize=9, color="#4D4D4D")
ax.set(xlabel="nodes N, each with 10 edges", ylabel="gigabytes", ylim=(1e-7, 1e4))
ax.grid(alpha=0.3)
ax.legend(frameon=False)
show(
    ax,
    "Memory against the number of nodes, both axes in powers of ten. The line of the matrix climbs twice as steeply "
    "as that of the edge list; they cross at 40 nodes. At 63,000 nodes the matrix passes 16 GB, the memory of a "
    "laptop; the edge list of a million nodes takes 0.16 GB.",
)

# %% [markdown]
# **Predict.** Is the edge list always the smaller one? Where do the lines cross, and why there?
#
# <details><summary>Answer</summary>
#
# For very small graphs the matrix wins. It takes 4 N² bytes, the edge list 16 bytes for each of 10 N edges.
# They are equal at N = 40, and sooner if there are fewer edges: in a molecule each atom has about two, and the
# lines cross near N = 8. Some programs store small molecules as dense matrices all the same. A few zeros cost
# little, and a dense product is fast.
#
# </details>

# %% [markdown]
# ### Three ways to store a graph
#
# The edge list stores the coordinates of every filled cell: its row and its column. Programs for sparse
# matrices call that *COO*, for "coordinates". It is easy to write, to read, and to extend. But ask it for the
# neighbours of one node, and it has to look through all its columns.
#
# Sort the edges by their source, and all edges of a node stand next to each other. Then you need not write
# the source each time. It is enough to know where each node's edges begin. That is *CSR*, "compressed sparse
# rows":
#
# - `indices` [E] holds the targets: first all those of node 0, then those of node 1, and so on;
# - `indptr` [N + 1] says where each node's part begins. Its last entry is E, where the last part ends.
#
# For the friends: Ann tells 1 and 2, Bob tells 2, Cem tells 0. So `indices` is [1, 2, 2, 0], and `indptr` is
# [0, 2, 3, 4]: Ann's part begins at 0, Bob's at 2, Cem's at 3, and all ends at 4. The targets of node i are
# `indices[indptr[i]:indptr[i + 1]]`.
#
# **Your turn: to_csr** (7 min, stretch). Within a node's part, put the targets in ascending order. A double
# edge stands there twice. A node that tells nobody has an empty part, which begins where the next one begins.

# %% nbgrader={"grade_id": "to_csr", "solution": true}
def to_csr(edge_index, num_nodes):
    """Compressed rows. edge_index [2, E], num_nodes N -> indptr [N + 1] and indices [E]."""
    ### BEGIN SOLUTION
    sources, targets = edge_index
    order = (sources * num_nodes + targets).argsort()
    indices = targets[order]
    degrees = torch.bincount(sources, minlength=num_nodes)
    indptr = torch.cat([torch.zeros(1, dtype=torch.long), degrees.cumsum(0)])
    return indptr, indices
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_to_csr", "grade": true}
check(to_csr)

# %%
# hint("to_csr")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Is it worth the trouble? We ask for the targets of one hundred people, once by looking through the edge
# list, once by a slice.

# %%
indptr, indices = to_csr(crowd.edge_index, crowd.num_nodes)
sources, targets = crowd.edge_index
people = range(0, 100_000, 1_000)

begin = time.perf_counter()
searched = [targets[sources == i] for i in people]
middle = time.perf_counter()
sliced = [indices[indptr[i] : indptr[i + 1]] for i in people]
end = time.perf_counter()

assert all(torch.equal(one.sort().values, torch.as_tensor(other)) for one, other in zip(searched, sliced, strict=True))
print(f"edge list: {middle - begin:.3f} s, compressed rows: {end - middle:.4f} s")
print(f"{(middle - begin) / (end - middle):.0f} times as fast, and the same answers")

# %% [markdown]
# | | finds | numbers stored | good for |
# |---|---|---|---|
# | matrix | one edge, at once | N² | small graphs, formulas, thinking |
# | edge list (COO) | all edges, in any order | 2 E | adding edges; computing on all edges at once |
# | compressed rows (CSR) | the neighbours of one node, at once | N + 1 + E | large graphs; sampling; fast products |
#
# In this course you write formulas with the matrix, and give code the edge list. Inside, our library, `gnn_lib`,
# compresses it twice, by source and by target.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing.** `to_csr` is the hardest exercise here. After five minutes show the three
# friends on the board with a bar between the parts, [1, 2 | 2 | 0], and ask where the bars stand: that is
# `indptr`.
#
# **Ask the room:** "CSR by rows answers whom a node tells. Which do we need for the inbox?" (Who tells the
# node: columns. That is CSC, the same thing with the edge list turned round. A learner who compresses the
# columns gets told so by name.)

# %% [markdown]
# ## A picture is a graph
#
# One more example of how empty the square is, from where you may not expect it. A picture is a graph: each
# pixel is a node, its colour is its feature, and it is linked with the pixels to the left, to the right,
# above and below. Pixels are counted like letters on a page, so the pixel in row r and column c has the
# number r * width + c.

# %%
pixels = pixel_grid(5, 5, neighbours=4)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
draw_graph(pixels, labels=range(25), ax=axes[0])
draw_adjacency(pixels.replace(names=None), ax=axes[1])
show(
    axes,
    "Left, a grid of 5 by 5 pixels, numbered from 0 to 24 row by row and linked left, right, up and down. Right, its "
    "matrix, 25 by 25: two lines of ones right beside the diagonal with a gap after every four, and two lines "
    "without gaps five cells away from it. All the rest is white.",
)

# %% [markdown]
# **Predict.** The lines right beside the diagonal have gaps. Which pixels are those?
#
# <details><summary>Answer</summary>
#
# The ends of the rows. Pixel 4 is at the right border, pixel 5 at the left border of the next row: their
# numbers follow each other, but the two pixels are no neighbours.
#
# </details>

# %% [markdown]
# A picture has height times (width - 1) pairs side by side, and width times (height - 1) pairs one above the
# other. Both directions of each make
#
# $$E = 2\, \bigl(\text{height} \cdot (\text{width} - 1) + \text{width} \cdot (\text{height} - 1)\bigr)$$
#
# edges.
#
# **Your turn: grid_edges** (6 min, stretch). Build the edge list of a picture. The order of the columns is up
# to you.

# %% nbgrader={"grade_id": "grid_edges", "solution": true}
def grid_edges(height, width):
    """Pixel r * width + c is linked with its up to 4 neighbours, both ways. -> edge_index [2, E]."""
    ### BEGIN SOLUTION
    pixel = torch.arange(height * width).view(height, width)
    across = torch.stack([pixel[:, :-1].flatten(), pixel[:, 1:].flatten()])
    down = torch.stack([pixel[:-1].flatten(), pixel[1:].flatten()])
    one_way = torch.cat([across, down], dim=1)
    return torch.cat([one_way, one_way.flip(0)], dim=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_grid_edges", "grade": true}
check(grid_edges)

# %%
# hint("grid_edges")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Your turn: filled** (2 min, blank). Take a small picture, 28 by 28 pixels, such as a handwritten digit.
# What share of the cells of its matrix is not zero? Let Python work it out, and don't round.

# %% nbgrader={"grade_id": "filled", "solution": true}
filled = None  # between 0 and 1
### BEGIN SOLUTION
filled = grid_edges(28, 28).shape[1] / (28 * 28) ** 2
### END SOLUTION

# %% nbgrader={"grade_id": "check_filled", "grade": true}
check(filled=filled)

# %%
# hint("filled")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The square of a tiny picture is 99.5 % empty. For a photograph with 12 million pixels it would take 576,000
# gigabytes, and hold at most four ones in each row.
#
# ## Quiz
#
# **Your turn: read_a_row** (1 min, blank). The row of node P in a matrix A holds a 2 in column Q, and zeros
# everywhere else. What does that say?
#
# - **a)** P sends two messages to Q, and none to anybody else
# - **b)** Q sends two messages to P
# - **c)** P has in-degree 2
# - **d)** P and Q are linked, in both directions

# %% nbgrader={"grade_id": "read_a_row", "solution": true}
read_a_row = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
read_a_row = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_read_a_row", "grade": true}
check(read_a_row=read_a_row)

# %% [markdown]
# **Your turn: after_the_shuffle** (1 min, blank). You give the nodes of a graph new numbers. What certainly
# stays as it was?
#
# - **a)** the matrix A
# - **b)** the first row of X
# - **c)** the list of all in-degrees, sorted
# - **d)** the first column of edge_index

# %% nbgrader={"grade_id": "after_the_shuffle", "solution": true}
after_the_shuffle = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
after_the_shuffle = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_after_the_shuffle", "grade": true}
check(after_the_shuffle=after_the_shuffle)

# %% [markdown]
# **Your turn: road_map** (1 min, blank). A road map has two million crossings, and from each of them three or
# four roads lead on. A program that plans routes asks for the roads at one crossing, millions of times. How
# should the map be stored?
#
# - **a)** as a matrix A with all its zeros
# - **b)** as an edge list, in the order in which the roads were built
# - **c)** as compressed rows (CSR)
# - **d)** as the matrix A @ A, which knows the next crossing but one as well

# %% nbgrader={"grade_id": "road_map", "solution": true}
road_map = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
road_map = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_road_map", "grade": true}
check(road_map=road_map)

# %% [markdown]
# One question in words. Dana works on citations: A[i, j] = 1 where paper i cites paper j. For each paper she
# wants to add up the features of the papers *that cite it*. She writes `A @ X`, tries it on the karate club,
# finds that every number is right, and publishes.
#
# **Your turn: the_silent_mistake** (4 min, stretch). What does Dana's program compute? Why did her test not
# notice? What should she write, and how should she test it? A person reads this answer, not a program.

# %% [markdown] nbgrader={"grade_id": "the_silent_mistake", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# Row i of `A @ X` adds up the papers in row i of A: those that paper i cites itself. So she has the outbox,
# the references, where she wanted the inbox. The karate club is undirected. There A equals its transpose, so
# that both products are the same, and no test on it can tell them apart. She should write `A.T @ X`, and test
# it on a directed graph that can be worked out by hand: with a single edge 0 -> 1, the sum at node 1 must be
# the features of node 0, and the sum at node 0 must be zero.
#
# *Three points: one for what it computes (the papers that are cited); one for the symmetric matrix of an
# undirected graph; one for `A.T @ X` together with a directed test.*
# <!-- END SOLUTION -->

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Reading the answers.** Many write that the test was "too small". Size is not the
# point: no undirected graph, however large, can show this mistake, and a single directed edge can.
#
# **To close**, ask somebody to say in one sentence why it is `A.T` and not `A`. If the room can do that,
# lesson 2 is easy.

# %% [markdown]
# ## What you take with you
#
# A graph is nodes, edges and their features; the numbers of the nodes mean nothing. An edge list says which
# edges there are, the matrix has a cell for every pair, from the row to the column, and compressed rows find
# neighbours fast. One product, `A.T @ X`, gathers what arrives at every node, and powers of A count the walks
# that news can take.
#
# ### Where to read on
#
# - W. Zachary: *An Information Flow Model for Conflict and Fission in Small Groups*, 1977. The karate club.
# - B. Sanchez-Lengeling, E. Reif, A. Pearce, A. Wiltschko: *A Gentle Introduction to Graph Neural Networks*,
#   2021, Distill. With pictures that you can play with.
# - W. Hamilton: *Graph Representation Learning*, 2020. Chapters 1 and 2: graphs, and what was computed on them
#   before there were graph neural networks.

# %%
progress()

# %% [markdown]
# `A.T @ X` brings one step's worth of news to every node, and adds it up. Is a sum the right thing to do with
# it? And how does news travel further than one step? That is lesson 2.
