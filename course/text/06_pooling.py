# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 6: Pooling: from nodes to whole graphs
#
# About 75 minutes, 41 points.
#
# Lesson 5 ended with a molecule. Until now, every answer was about a node or about an edge: the topic of a
# paper, a friendship to come. Now the question is about a whole graph. At the end of this lesson you can
#
# - put many graphs of different sizes side by side, and run any layer on all of them at once;
# - make one row of numbers out of a graph, in three ways, and say which graphs each of them confuses;
# - shrink a graph step by step: by keeping its best nodes (top-k, SAGPool), or by merging them (DiffPool);
# - classify molecules, and compare ways to pool so that the comparison means something.

# %%
import math
import time

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.convert import to_dense
from gnn_lib.datasets import (
    ATOMS,
    barbell_graph,
    cycle_graph,
    molecule_graphs,
    path_abcd,
    star_graph,
    three_friends,
)
from gnn_lib.exercises import start
from gnn_lib.graph import Graph
from gnn_lib.layers import GraphConv
from gnn_lib.plot import draw_adjacency, draw_graph, show, spring_layout
from gnn_lib.pool import to_dense_adj, to_dense_batch
from gnn_lib.widgets import play_coarser, play_pooling

check, hint, progress = start(6)
torch.set_num_threads(1)  # the networks are small: a second core would mostly wait

# %% [markdown]
# ## Is this molecule poisonous?
#
# A molecule is a graph: its atoms are the nodes, its bonds are the edges, and each edge is there in both
# directions. The only node feature is which element an atom is, as a row with a single 1. (Hydrogen is left
# out, as chemists often do.) `graph_y` is the label, a single 0 or 1 for the whole molecule.
#
# Our molecules come from a laboratory's test for one kind of harm: does the substance change the genes of a
# bacterium? Where the files of that test are missing, we make up molecules in their likeness. The first line
# printed below says which of the two you have, and what the label stands for. (A *six-ring* is a ring of six
# atoms, and a *nitro group* is one nitrogen with two oxygens.)

# %%
molecules, which = molecule_graphs()
print(which)
print("atoms: ", min(g.num_nodes for g in molecules), "to", max(g.num_nodes for g in molecules))
print("labels:", torch.cat([g.graph_y for g in molecules]).bincount().tolist(), "of 0 and 1")


# %%
def elements(molecule):
    """The name of each atom's element."""
    return [ATOMS[k] for k in molecule.x.argmax(dim=1)]


figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
shown = [next(g for g in molecules if g.graph_y.item() == label and g.num_nodes <= 18) for label in (0, 1)]
for label, (molecule, ax) in enumerate(zip(shown, axes)):
    names = elements(molecule)
    draw_graph(molecule, groups=names, labels=names, all_groups=ATOMS, legend=False, ax=ax)
    ax.set_title(f"label {label}")
words = [
    f"{g.num_nodes} atoms ({', '.join(sorted(set(elements(g))))}) and {g.num_edges // 2} bonds" for g in shown
]
show(
    axes,
    f"Two molecules as graphs, with rings and chains. Left, label 0: {words[0]}. Right, label 1: {words[1]}.",
)

# %% [markdown]
# A label belongs to the molecule, not to any of its atoms. So two new things are needed. A network must take
# many small graphs at once, each of another size. And it must turn a table with a row for each atom into one
# row for each molecule. That second step is called *pooling*.
#
# ## Three kinds of questions
#
# The layers of lessons 2 to 5 all give the same thing: a row $h_i$ for every node. What you do with these rows
# depends on what you ask.
#
# | the question is about | example | the answer comes from |
# |---|---|---|
# | each node | what is this paper about? | the row $h_i$ |
# | a pair of nodes | will these two become friends? | the two rows $h_i$ and $h_j$ |
# | the whole graph | is this molecule poisonous? | all rows of the graph, as one |
#
# Below are a ring of six carbon atoms, and a molecule of water.

# %%
figure, axes = plt.subplots(1, 2, figsize=(7, 2.8), layout="constrained")
draw_graph(cycle_graph(6), labels=["C"] * 6, ax=axes[0])
draw_graph(star_graph(2), labels=["O", "H", "H"], ax=axes[1])
show(
    axes,
    "Left, six carbon atoms in a ring with six bonds. Right, one oxygen atom with a bond to each of two hydrogen "
    "atoms.",
)

# %% [markdown]
# **Your turn: how_many_answers** (1 min, blank). Both molecules go through one network together. How many
# answers does it give to each of these questions? Write three numbers.
#
# 1. What is the electric charge of each atom?
# 2. Which of the bonds break when it gets hot? (A bond breaks or holds; it has no direction.)
# 3. Is the molecule poisonous?

# %% nbgrader={"grade_id": "how_many_answers", "solution": true}
how_many_answers = None  # three numbers, like [1, 2, 3]
### BEGIN SOLUTION
how_many_answers = [9, 8, 2]
### END SOLUTION

# %% nbgrader={"grade_id": "check_how_many_answers", "grade": true}
check(how_many_answers=how_many_answers)

# %%
# hint("how_many_answers")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** Questions 3, one batch 7, readouts and what they forget
# 17, top-k 22, DiffPool 12, molecules and closing 14. If time is short, leave `sag_scores` and
# `diffpool_losses` for home: nothing later depends on them except one figure and the playground beside it.
#
# **Ask the room** for a question of each kind about one and the same graph, say a railway network. (Which
# station will be late; is there going to be a line between these two; is this network well run?) People find
# the first two at once. The third is hard to find, which shows how new it is.

# %% [markdown]
# ## Many graphs as one
#
# Pictures of one size can be stacked. Molecules can't: one has a dozen atoms, another has twenty-eight. One
# could fill up the small ones with empty rows until all are as large as the largest (*padding*). But there is
# a way that needs no filling up. Put the graphs *side by side*, and call the result one graph. It has all
# their nodes and all their edges, and no edge leads from one to another. This is their *disjoint union*.
#
# Only one thing must change: the numbers. Take the three friends and the path A - B - C - D. Each of the two
# counts from 0. Ann, Bob and Cem keep 0, 1 and 2, so A becomes 3, B becomes 4, and so on.

# %%
friends, path = three_friends(), path_abcd()
both = torch.cat([friends.edge_index, path.edge_index + friends.num_nodes], dim=1)
batch = torch.tensor([0, 0, 0, 1, 1, 1, 1])  # the graph that each node is in
print(both, batch, sep="\n")
side_by_side = Graph(both, names=friends.names + path.names)
show(
    draw_adjacency(side_by_side),
    "The adjacency matrix of the union, 7 by 7. The friends' ones are in the upper left block of 3 by 3, the "
    "path's ones in the lower right block of 4 by 4. All cells outside the two blocks are 0.",
)

# %% [markdown]
# The matrix has a block for each graph along its diagonal, and zeros everywhere else. A layer that works on
# this graph does not know that there were two, and need not know: `A.T @ X` never mixes the blocks.
#
# What must be remembered is who came from where. That is `batch`, of shape [N]: for every node the number of
# its graph, here [0, 0, 0, 1, 1, 1, 1]. The whole thing is called a *batch*, too.
#
# With more than two graphs, graph g moves by $o_g$, the number of nodes in *all* graphs before it:
#
# $$o_g = \sum_{k < g} n_k$$
#
# where $n_k$ is the number of nodes of graph k. The first graph moves by 0.
#
# **Your turn: disjoint_union** (5 min, function). You get the edges of all graphs end to end, [2, E]. Each
# graph still counts its own nodes from 0. `num_nodes` [G] and `num_edges` [G] say how many nodes and edges
# each of the G graphs has. Return the edges with their new numbers, and `batch`. A loop over the graphs is
# fine; with `cumsum` and `repeat_interleave` you can do without one. Don't forget that the last nodes of a
# graph may have no edge: count nodes by `num_nodes`, not by the edges.


# %% nbgrader={"grade_id": "disjoint_union", "solution": true}
def disjoint_union(edges, num_nodes, num_edges):
    """Graphs side by side. edges [2, E], num_nodes [G], num_edges [G] -> (edge_index [2, E], batch [N])."""
    ### BEGIN SOLUTION
    start = num_nodes.cumsum(0) - num_nodes  # how many nodes come before each graph
    batch = torch.arange(len(num_nodes)).repeat_interleave(num_nodes)
    return edges + start.repeat_interleave(num_edges), batch
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_disjoint_union", "grade": true}
check(disjoint_union)

# %%
# hint("disjoint_union")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** The next cell makes one graph of all 188 molecules, with your function. Then one and
# the same layer runs twice: molecule by molecule, and on all of them together. Do you expect the same numbers?
# And how much time does the second way save?
#
# The layer is `GraphConv` from our library. It is the round of lesson 2, with two matrices of weights: one
# for what a node knows itself, one for the sum of its inbox. It takes 7 features, one for each element, and
# gives 32.


# %%
def make_batch(graphs):
    """Graphs side by side, as one Graph, with your disjoint_union."""
    edge_index, batch = disjoint_union(
        torch.cat([graph.edge_index for graph in graphs], dim=1),
        torch.tensor([graph.num_nodes for graph in graphs]),
        torch.tensor([graph.num_edges for graph in graphs]),
    )
    return Graph(
        torch.as_tensor(edge_index),
        x=torch.cat([graph.x for graph in graphs]),
        batch=torch.as_tensor(batch),
        graph_y=torch.cat([graph.graph_y for graph in graphs]),
    )


everything = make_batch(molecules)
print(everything)

torch.manual_seed(0)
layer = GraphConv(7, 32)
layer(molecules[0].x, molecules[0].edge_index)  # the very first call is slow: don't count it
begin = time.perf_counter()
one_by_one = torch.cat([layer(molecule.x, molecule.edge_index) for molecule in molecules])
middle = time.perf_counter()
together = layer(everything.x, everything.edge_index)
end = time.perf_counter()
print("largest difference:", f"{(one_by_one - together).abs().max():.0e}")
print(f"one by one {1000 * (middle - begin):.0f} ms, together {1000 * (end - middle):.1f} ms")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The same numbers, up to rounding: no edge crosses from one molecule to another, so no message does. And it
# takes a small part of the time. A small graph is hardly any work; what costs is to ask torch 188 times.
#
# </details>

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live coding.** Draw the friends and the path on the board with their own numbers.
# Let somebody call out the edges of the union. As soon as they reach the path, most people say "0, 1" and
# stop. That is the exercise.
#
# **What goes wrong:** the third graph. With two graphs, "add the size of the one before" is right. Ask for a
# third graph on the board before anybody writes code.
#
# **Ask the room:** "What would a network learn from a batch in which all graphs lie on top of each other?"
# (Nonsense, and without any error message. That is why such bugs live long.)

# %% [markdown]
# ## One row for a graph
#
# In lesson 2 you wrote a readout for one graph. Now there are many in one table. Think of it as one more
# round of messages: each graph is a node of its own, and all its atoms write to it. `batch` says who writes
# to whom. So all that you know about the summary of an inbox returns, with graphs in the place of nodes.
#
# The *sum* adds up the rows of all nodes i whose graph is g. We write $b_i$ for the entry of `batch`:
#
# $$r_g = \sum_{i:\, b_i = g} h_i$$
#
# **Your turn: sum_readout** (2 min, blank). `num_graphs` says how many rows the result has. A graph without
# nodes gets a row of zeros. The nodes of a batch may stand in any order.


# %% nbgrader={"grade_id": "sum_readout", "solution": true}
def sum_readout(x, batch, num_graphs):
    """The sum of each graph's nodes. x [N, F], batch [N], num_graphs G -> [G, F]."""
    ### BEGIN SOLUTION
    return torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_sum_readout", "grade": true}
check(sum_readout)

# %%
# hint("sum_readout")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The *mean* divides by the number of nodes $n_g$, graph by graph:
#
# $$r_g = \frac{1}{n_g} \sum_{i:\, b_i = g} h_i$$
#
# **Your turn: mean_readout** (3 min, function). A graph without nodes gets zeros, here as well.


# %% nbgrader={"grade_id": "mean_readout", "solution": true}
def mean_readout(x, batch, num_graphs):
    """The mean of each graph's nodes. x [N, F], batch [N], num_graphs G -> [G, F]."""
    ### BEGIN SOLUTION
    total = torch.zeros(num_graphs, x.size(1)).index_add(0, batch, x)
    count = torch.bincount(batch, minlength=num_graphs)
    return total / count.clamp(min=1).unsqueeze(1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_mean_readout", "grade": true}
check(mean_readout)

# %%
# hint("mean_readout")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The *maximum* takes, for each feature f by itself, the largest value in the graph:
#
# $$r_{g,f} = \max_{i:\, b_i = g} h_{i,f}$$
#
# **Your turn: max_readout** (3 min, function). All features of a graph may be negative. And once more, a
# graph without nodes gets zeros.


# %% nbgrader={"grade_id": "max_readout", "solution": true}
def max_readout(x, batch, num_graphs):
    """The largest value of each feature in each graph. x [N, F], batch [N], num_graphs G -> [G, F]."""
    ### BEGIN SOLUTION
    index = batch.unsqueeze(1).expand_as(x)
    out = torch.zeros(num_graphs, x.size(1))
    return out.scatter_reduce(0, index, x, "amax", include_self=False)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_max_readout", "grade": true}
check(max_readout)

# %%
# hint("max_readout")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** The friends rate a comedy and a thriller: Ann 5 and 1, Bob 3 and 5, Cem 1 and 3.
# What do the three readouts make of them? Then a second graph comes along: the same three friends, each of
# them twice. For which readouts does it get the same row?

# %% tags=["playground"]
READOUTS = {"sum": sum_readout, "mean": mean_readout, "max": max_readout}
ratings = torch.cat([friends.x, friends.x, friends.x])
homes = torch.tensor([0] * 3 + [1] * 6)
for name, readout in READOUTS.items():
    once, twice = readout(ratings, homes, 2).tolist()
    print(f"{name:>4}: the friends {once}, everyone twice {twice}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The sum is 9 and 9, the mean 3 and 3, the maximum 5 and 5. With everyone twice, the sum doubles. Mean and
# maximum stay as they were: they can't tell a graph from two copies of it.
#
# </details>

# %% [markdown]
# **Predict, then play.** A click changes the colour of a node, or takes it away; its features are its colour, one-hot,
# and your three readouts read both graphs. A readout *mixes up* two graphs that differ if it gives both the same row.
# Make a pair that the maximum mixes up and the mean does not. Is there one the other way round? And one that the sum
# mixes up?

# %% tags=["playground"]
play_pooling(READOUTS)

# %% [markdown]
# <details><summary>Answer</summary>
#
# The same colours in other shares: only the maximum mixes them up. The other way round there is none, since who knows
# all shares knows which of them are zero. And the sum counts every colour, so it mixes up no two bags of colours. It
# can be fooled where a node may have several features at once, or none: that is what *impostors*, below, asks of you.
#
# </details>

# %% [markdown]
# **Your turn: one_green** (2 min, blank). Back to the playground. Begin with *the same three, and everyone twice*: the
# mean and the maximum both say *the same*. Now put exactly one green node into each graph. (An empty place turns blue,
# orange, green, as you click.) From here on each graph keeps its one green node; of the blue and the orange ones, have
# as many as you like in each. Which readouts can you still make say *the same*, although the two graphs don't have
# each colour equally often?
#
# - **a)** the mean and the maximum, as before
# - **b)** the maximum alone
# - **c)** the mean alone
# - **d)** none of the three

# %% nbgrader={"grade_id": "one_green", "solution": true}
one_green = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
one_green = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_one_green", "grade": true}
check(one_green=one_green)

# %%
# hint("one_green")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ## What a readout forgets
#
# You know from lesson 2 what each summary forgets of an inbox. Now it is the last step before the answer, so
# what is lost here is lost to the whole network. Let us see it happen.
#
# A graph is now a bag of coloured nodes: red, blue, and in some graphs a few green ones. It has 4 to 20
# nodes, and no edges, because edges play no part in a readout. We ask three questions:
#
# - **size**: does it have more than 12 nodes?
# - **share**: are there more red nodes than blue ones?
# - **presence**: is there any green node?
#
# For each question and each readout, a small network is trained on the rows of 400 graphs and tested on 400
# others, five times with other graphs and other first weights.
#
# **Predict.** Which of the nine pairs of question and readout will fail?


# %%
def coloured_graphs(sizes, generator):
    """Graphs of these sizes with nodes of three colours, one-hot. -> (x [N, 3], batch [N])."""
    batch = torch.arange(len(sizes)).repeat_interleave(sizes)
    red = torch.rand(len(sizes), generator=generator)  # the share of red nodes
    green = (torch.rand(len(sizes), generator=generator) - 0.5).clamp(min=0)  # none in half of the graphs
    colour = (torch.rand(len(batch), generator=generator) < red[batch]).long()
    colour[torch.rand(len(batch), generator=generator) < green[batch]] = 2
    return F.one_hot(colour, 3).float(), batch


def truth(x, batch, question):
    """The right answer for each graph, counted from its nodes."""
    blue, red, green = sum_readout(x, batch, int(batch[-1]) + 1).T
    answers = {"size": red + blue + green > 12, "share": red > blue, "presence": green > 0}
    return answers[question].long() if question in answers else red / (red + blue + green)


def learn(rows, answers, seed):
    """A small network from a graph's row to the answer: two classes, or one number."""
    torch.manual_seed(seed)
    number = answers.is_floating_point()
    network = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1 if number else 2))
    optimiser = torch.optim.Adam(network.parameters(), lr=0.05)
    for _ in range(100):
        out = network(rows)
        loss = F.mse_loss(out[:, 0], answers) if number else F.cross_entropy(out, answers)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.requires_grad_(False)


# %%
def right_answers(readout, question, seed):
    """The share of right answers on graphs that training did not see."""
    generator = torch.Generator().manual_seed(seed)
    train, test = (
        coloured_graphs(torch.randint(4, 21, (400,), generator=generator), generator) for _ in range(2)
    )
    network = learn(readout(*train, 400), truth(*train, question), seed)
    return (network(readout(*test, 400)).argmax(dim=1) == truth(*test, question)).float().mean()


QUESTIONS, SEEDS, COLOURS = ("size", "share", "presence"), range(5), ("#0072B2", "#E69F00", "#009E73")
table = torch.tensor(
    [[[right_answers(READOUTS[r], q, seed) for seed in SEEDS] for q in QUESTIONS] for r in READOUTS]
)
figure, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for k, (name, runs) in enumerate(zip(READOUTS, table)):
    place = np.arange(3) + 0.26 * (k - 1)
    style = dict(color=COLOURS[k], hatch=("", "//", "..")[k], edgecolor="white", ecolor="#4D4D4D", capsize=3)
    ax.bar(place, runs.mean(1).numpy(), 0.24, yerr=runs.std(1).numpy(), label=name, **style)
ax.axhline(0.5, color="#4D4D4D", linestyle=":", linewidth=1)
ax.set(xticks=range(3), xticklabels=QUESTIONS, ylabel="share of right answers", ylim=(0, 1.08))
ax.legend(title="readout", frameon=False, bbox_to_anchor=(1, 1), loc="upper left")
ax.spines[["top", "right"]].set_visible(False)
words = "; ".join(
    f"{question}: " + ", ".join(f"{name} {table[k, q].mean():.2f}" for k, name in enumerate(READOUTS))
    for q, question in enumerate(QUESTIONS)
)
show(ax, f"Bars with the mean share of right answers over five seeds, guessing is near 0.5. {words}.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Three fail, and get little more than guessing does. The mean does not know how large a graph is; the
# maximum knows neither its size nor its shares. (It is a little better than a guess on shares: in some small
# graphs one colour is missing altogether, and that it sees.)
#
# Of nodes that come in a few kinds, the sum knows *how many* there are of each, the mean *in which shares*,
# the maximum *whether at all*. (Where a feature is a number, not a kind, the sum mixes graphs up, too: one
# person who rates 4 and two who rate 2 have the same sum, as in lesson 2.)
#
# </details>

# %% [markdown]
# So is the sum always best? It knows most, but it has to *use* what it knows. Ask for a number now: which
# share of the nodes is red? The mean has it in its row. From sums, the network must learn to divide. We
# train on graphs of 4 to 20 nodes as before, and test on such graphs, then on graphs of 40 to 100 nodes.


# %%
def error(readout, smallest, largest, seed):
    """How far off the share of red nodes is, on average, on graphs of these sizes."""
    generator = torch.Generator().manual_seed(seed)
    train = coloured_graphs(torch.randint(4, 21, (400,), generator=generator), generator)
    test = coloured_graphs(torch.randint(smallest, largest + 1, (400,), generator=generator), generator)
    network = learn(readout(*train, 400), truth(*train, "red"), seed)
    return (network(readout(*test, 400))[:, 0] - truth(*test, "red")).abs().mean()


for name, readout in READOUTS.items():
    small, large = (
        torch.tensor([error(readout, *sizes, seed) for seed in SEEDS]) for sizes in ((4, 20), (40, 100))
    )
    print(f"{name:>4}: off by {small.mean():.3f} ± {small.std():.3f} on graphs of the same size,", end=" ")
    print(f"{large.mean():.3f} ± {large.std():.3f} on larger ones")

# %% [markdown]
# (Behind ± stands the spread over the five seeds, their standard deviation.) On graphs of the sizes it has
# seen, the network that reads sums has learned to divide, roughly. On larger ones it is lost: it has never
# met such sums. The mean does not notice the size at all, and here that is a virtue. *What a readout forgets
# is what it does not have to learn to ignore.*

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room** before the bars appear: "Which pair fails?" Let them vote by hand
# for each of the nine. Nearly all get "size, mean"; "share, max" needs a moment.
#
# **What goes wrong:** people conclude "always use the sum". Let them run the second cell, and ask what a sum
# does when a model that was trained on small molecules meets a protein.

# %% [markdown]
# ### What all three forget
#
# All three readouts look at each column by itself. Think of two friends: one loves comedies, the other loves
# thrillers. Now think of two others: one loves both, and the other loves neither. That is not the same
# evening at the cinema.
#
# **Your turn: impostors** (4 min, experiment). Find two graphs with two nodes each and two features (say 1
# for "loves", 0 for "doesn't") that are different, although sum, mean and maximum all agree. Hand in one
# tensor of shape [2, 2, 2]: graph, node, feature.

# %% nbgrader={"grade_id": "impostors", "solution": true}
impostors = None  # torch.tensor([[[?, ?], [?, ?]], [[?, ?], [?, ?]]])
### BEGIN SOLUTION
impostors = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [0.0, 0.0]]])
### END SOLUTION

# %% nbgrader={"grade_id": "check_impostors", "grade": true}
check(impostors=impostors)

# %%
# hint("impostors")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The remedy is to let every node work on its features *before* they are added up. Give each node one number
# more, comedy times thriller. It is large only where both stand together, and its sum tells your two graphs
# apart, whichever you found.

# %%
if impostors is None:
    raise NotImplementedError("This cell looks at your `impostors`: find them first.")
for people in torch.as_tensor(impostors):
    comedy, thriller = people.T
    print("sums:", people.sum(0).tolist(), " sum of comedy times thriller:", (comedy * thriller).sum().item())

# %% [markdown]
# A network doesn't know that it should multiply. But layers with a nonlinear function can learn to come
# close to it. That is one reason why pooling follows after layers. If they are wide enough, and graphs don't
# grow beyond some size, the sum forgets nothing of their nodes but the order (Zaheer and others, 2017;
# lesson 8 comes back to it).

# %% [markdown]
# ## Keep the best nodes: top-k
#
# A readout goes from twenty atoms to one row in a single step. Networks for pictures don't do that. They
# shrink a picture a little, look again, shrink it again. Can a graph shrink, too? Two ideas: leave nodes
# out, or merge them. We begin with leaving out.
#
# Which nodes should stay? The network decides, by a direction p that it learns: as many numbers as x has
# columns. A node scores by how far it lies along p (Gao and Ji, 2019):
#
# $$s_i = \tanh\left(\frac{h_i \cdot p}{\lVert p \rVert}\right)$$
#
# The length of p is divided away, so that only its direction counts, and tanh brings every score between -1
# and 1. (The paper ranks the nodes by the fraction itself, and later uses its sigmoid where we use tanh. The order of
# the nodes is the same. We take tanh, as do Cangea and others, 2018, and our library.)
#
# **Your turn: top_scores** (2 min, blank). One score for each node.


# %% nbgrader={"grade_id": "top_scores", "solution": true}
def top_scores(x, p):
    """How far each node lies along p. x [N, F], p [F] -> [N], between -1 and 1."""
    ### BEGIN SOLUTION
    return torch.tanh(x @ p / p.norm())
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_top_scores", "grade": true}
check(top_scores)

# %%
# hint("top_scores")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# From each graph, a share ρ of the nodes stays ("rho", `ratio` in code), rounded up, so that at least one
# does:
#
# $$k_g = \lceil \rho\, n_g \rceil$$
#
# Each graph keeps its own best, however they compare with those of other graphs.
#
# **Your turn: top_of_each** (6 min, function). Return the ids of the nodes that stay, in ascending order.
# You may take it that no two scores of a graph are equal. A number may be missing in `batch`: that graph has
# no nodes.


# %% nbgrader={"grade_id": "top_of_each", "solution": true}
def top_of_each(score, batch, ratio):
    """The best nodes of every graph. score [N], batch [N], ratio in (0, 1] -> ids [K], ascending."""
    ### BEGIN SOLUTION
    kept = []
    for graph in batch.unique():
        nodes = (batch == graph).nonzero().flatten()
        k = math.ceil(ratio * len(nodes))
        kept.append(nodes[score[nodes].topk(k).indices])
    return torch.cat(kept).sort().values
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_top_of_each", "grade": true}
check(top_of_each)

# %%
# hint("top_of_each")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The survivors become a graph of their own. An edge stays if *both* its ends do. And as the nodes that stay
# get new rows in x, the edges need new numbers: node `kept[k]` is now node k.
#
# **Your turn: edges_among** (4 min, function). `kept` holds the ids of the survivors, in ascending order.
# The order of the columns is up to you.


# %% nbgrader={"grade_id": "edges_among", "solution": true}
def edges_among(edge_index, kept, num_nodes):
    """The edges between survivors, renumbered. edge_index [2, E], kept [K], num_nodes N -> [2, E']."""
    ### BEGIN SOLUTION
    place = torch.full((num_nodes,), -1)
    place[kept] = torch.arange(len(kept))  # new numbers; -1 for those who go
    source, target = place[edge_index]
    inside = (source >= 0) & (target >= 0)
    return torch.stack([source[inside], target[inside]])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_edges_among", "grade": true}
check(edges_among)

# %%
# hint("edges_among")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Here is a molecule, and a p by hand that looks for nitrogen and oxygen. So that atoms near them score as
# well, every atom first listens to its neighbours twice.
#
# **Predict.** Half of the atoms stay. Will those that stay still hang together?

# %% tags=["playground"]
molecule = next(g for g in molecules if g.graph_y.item() == 1 and g.num_nodes >= 16)
A, N = to_dense(molecule), molecule.num_nodes
x = molecule.x + 0.5 * A.T @ molecule.x + 0.25 * A.T @ A.T @ molecule.x
p = torch.tensor([0.0, 1, 1, 0, 0, 0, 0])  # nitrogen and oxygen, in the order of ATOMS
score = top_scores(x, p) + 1e-4 * torch.arange(N)  # the small term decides ties
kept = torch.as_tensor(top_of_each(score, torch.zeros(N).long(), 0.5))
left_over = Graph(edges_among(molecule.edge_index, kept, N), num_nodes=len(kept))

names, pos = elements(molecule), spring_layout(molecule)
look = dict(value_range=(0, 1), node_size=20)
figure, axes = plt.subplots(1, 2, figsize=(9.5, 4.2), layout="constrained")
draw_graph(molecule, values=score, labels=names, highlight=kept.tolist(), pos=pos, ax=axes[0], **look)
draw_graph(left_over, values=score[kept], labels=[names[k] for k in kept], pos=pos[kept], ax=axes[1], **look)
axes[0].set_title("scores; a ring marks who stays")
axes[1].set(title="what is left", xlim=axes[0].get_xlim(), ylim=axes[0].get_ylim())
show(
    axes,
    f"Left, a molecule of {N} atoms, coloured by score: dark at nitrogen and oxygen, light far from them, and "
    f"{len(kept)} atoms ringed. Right, these {len(kept)} atoms in their old places, with the "
    f"{left_over.num_edges // 2} bonds between them.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# They may fall apart, and an atom may lose all its neighbours. No message then gets across in the layers that
# follow. An atom may even stay with a score of 0, only because half of them must. Some methods link survivors
# that were two steps apart before (Gao and Ji do); others merge nodes instead of dropping them, as we will.
#
# </details>

# %% [markdown]
# ### The gate
#
# One thing is missing. How is p to be learned? Move p a very little, and usually the same nodes survive. Then the
# result does not change at all: its derivative with respect to p is zero. Choosing alone teaches p nothing.
#
# The way out: multiply each survivor by its score. This is the *gate*:
#
# $$h'_i = s_i\, h_i$$
#
# Now the result changes with the score, and the score with p. A node whose features help in the end gets a
# larger score, and its like are kept more often.
#
# **Your turn: TopKPool** (6 min, layer). Write `forward`: score, choose, gate, and keep the edges among the
# survivors. Your three functions do most of it. The survivors stay in ascending order of their old ids.
# Return three things: x of the survivors, their edges, and their `batch`.


# %% nbgrader={"grade_id": "TopKPool", "solution": true}
class TopKPool(nn.Module):
    """Keep the share `ratio` of every graph's nodes, those that lie furthest along p."""

    def __init__(self, in_channels, ratio=0.5):
        super().__init__()
        self.ratio = ratio
        self.p = nn.Parameter(torch.randn(in_channels))

    def forward(self, x, edge_index, batch):
        """x [N, F], edge_index [2, E], batch [N] -> (x [K, F], edge_index [2, E'], batch [K])."""
        ### BEGIN SOLUTION
        score = top_scores(x, self.p)
        kept = top_of_each(score, batch, self.ratio)
        gated = x[kept] * score[kept].unsqueeze(1)
        return gated, edges_among(edge_index, kept, len(x)), batch[kept]
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_TopKPool", "grade": true}
check(TopKPool)

# %%
# hint("TopKPool")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ### Let the neighbours vote: SAGPool
#
# `top_scores` looks at each node alone. *SAGPool* (Lee, Lee and Kang, 2019) lets a graph layer with one
# output give the scores, so that the structure has a say in who stays. The paper takes the GCN layer of
# lesson 3; any layer will do. With `GraphConv`, the plainest, the score is
#
# $$s_i = \tanh\Bigl(h_i \cdot w_{\text{own}} + \sum_{j \in \mathcal N(i)} h_j \cdot w_{\text{inbox}}\Bigr)$$
#
# All else stays as it was: choose, gate, keep the edges. (Two weights instead of p, and one other line in
# `forward`, make a SAGPool of your TopKPool.)
#
# **Your turn: sag_scores** (3 min, function). The inbox is a sum over the edges that arrive; a double edge
# counts twice.


# %% nbgrader={"grade_id": "sag_scores", "solution": true}
def sag_scores(x, edge_index, w_own, w_inbox):
    """Scores with a say for neighbours. x [N, F], edge_index [2, E], w_own [F], w_inbox [F] -> [N]."""
    ### BEGIN SOLUTION
    source, target = edge_index
    inbox = torch.zeros_like(x).index_add(0, target, x[source])
    return torch.tanh(x @ w_own + inbox @ w_inbox)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_sag_scores", "grade": true}
check(sag_scores)

# %%
# hint("sag_scores")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room:** "Your top-k layer runs, the loss falls, and p never changes. What
# did you forget?" (The gate. The rest of the network learns all the same, which is why nobody notices. The
# check finds it by the gradient of p.)
#
# **What goes wrong:** `topk` over the whole batch. With one graph it is right, so the first test passes.
# Then: places within a graph taken for ids. Both are known to the check by name.
#
# **Live coding:** print `layer.p.grad` with and without the multiplication. Two lines, and the point is
# made.

# %% [markdown]
# ## Merge nodes: DiffPool
#
# A node that is dropped is gone, with all that it knew. *DiffPool* (Ying and others, 2018) drops nobody. It
# has a fixed number C of *clusters*, and shares every node out among them: 0.7 of it may go to one cluster and
# 0.3 to another. The shares of node i are row i of a matrix S [N, C]. A layer computes scores z [N, C], and a
# softmax along each row makes shares of them:
#
# $$S_{ic} = \frac{e^{z_{ic}}}{\sum_{k=1}^{C} e^{z_{ik}}}$$
#
# So all shares of a node add up to 1, and no choice is hard: S moves smoothly when the weights do, and no
# gate is needed. The clusters are the nodes of the next, smaller graph:
#
# $$H' = S^\top H, \qquad A' = S^\top A\, S$$
#
# A cluster's row is the sum of its nodes' rows, each times the node's share in it. And A'[c, d] adds up all edges, each
# times the share of its source in c and the share of its target in d. So on the diagonal are the edges within a
# cluster, each direction counted. (If you read the paper: its Z is not the scores. It holds the rows that a second
# network makes, and stands where our H does.)
#
# **Predict.** There are two groups of four nodes. Within a group everybody is linked with everybody, and there is one
# link between the groups. If each group is a cluster, what is A'?

# %%
groups = barbell_graph(clique=4, bridge=0)
S = torch.eye(2)[[0] * 4 + [1] * 4]  # no softmax here: everybody is wholly in one cluster
print(S.T @ to_dense(groups) @ S)

# %% [markdown]
# <details><summary>Answer</summary>
#
# A group of four has 6 links, that is 12 edges, so both entries on the diagonal are 12. The one link between
# the groups is an edge in each direction: 1 beside the diagonal. Eight nodes have become two, and who
# belongs together can be read off.
#
# </details>

# %% [markdown]
# **Your turn: coarsen** (4 min, function). From H (`x` in code), A and the scores z, make H' and A'. Let it also work for
# a stack of graphs, x [G, N, F], A [G, N, N] and scores [G, N, C]. That is easy if you name dimensions from
# the end: -1 is the last one, and `S.mT` turns the last two over.


# %% nbgrader={"grade_id": "coarsen", "solution": true}
def coarsen(x, A, scores):
    """Nodes shared out among C clusters. x [N, F], A [N, N], scores [N, C] -> (x [C, F], A [C, C])."""
    ### BEGIN SOLUTION
    S = torch.softmax(scores, dim=-1)
    return S.mT @ x, S.mT @ A @ S
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_coarsen", "grade": true}
check(coarsen)

# %%
# hint("coarsen")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Nothing so far says that nodes in one cluster should have anything to do with each other. Two more losses
# do. (The paper calls them link prediction objective and entropy regularisation.) Entry i, j of $S S^\top$ says
# to what extent nodes i and j are in the same clusters: 1 if both are wholly in one, 0 if they share none. The
# *link loss* asks for a 1 where two nodes are linked, and for a 0 where they are not:
#
# $$L_{\text{link}} = \sqrt{\sum_{i,j} \bigl(A_{ij} - (S S^\top)_{ij}\bigr)^2}$$
#
# The *entropy loss* asks every node to make up its mind. A row with a single 1 has entropy 0; equal shares
# have the most, ln C:
#
# $$L_{\text{entropy}} = \frac{1}{N} \sum_{i=1}^{N} \Bigl(-\sum_{c=1}^{C} S_{ic} \ln S_{ic}\Bigr)$$
#
# **Your turn: diffpool_losses** (4 min, function). Both at once. Where a share is exactly 0, the term S ln S
# counts as 0.


# %% nbgrader={"grade_id": "diffpool_losses", "solution": true}
def diffpool_losses(A, S):
    """What is wrong with a clustering. A [N, N], S [N, C] with rows that sum to 1 -> (link, entropy)."""
    ### BEGIN SOLUTION
    link = (A - S @ S.T).square().sum().sqrt()
    entropy = torch.special.entr(S).sum(dim=1).mean()
    return link, entropy
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_diffpool_losses", "grade": true}
check(diffpool_losses)

# %%
# hint("diffpool_losses")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Are the two losses enough to find groups, with no label at all? Two groups of five, joined by one link. The
# scores begin at random, and nothing but the losses moves them.


# %% tags=["playground"]
def find_groups(A, seed, steps=150):
    """Scores [N, 2] that only the two losses have moved: S at the start and at the end."""
    torch.manual_seed(seed)
    scores = torch.randn(len(A), 2, requires_grad=True)
    optimiser = torch.optim.Adam([scores], lr=0.1)
    before = scores.softmax(dim=1).detach()
    for _ in range(steps):
        loss = sum(diffpool_losses(A, scores.softmax(dim=1)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return before, scores.softmax(dim=1).detach()


groups = barbell_graph(clique=5, bridge=0)
found = [find_groups(to_dense(groups), seed) for seed in range(5)]
hits = sum(len(set(S[:5].argmax(1).tolist())) == 1 == len(set(S[5:].argmax(1).tolist())) for _, S in found)
print(f"both groups found whole from {hits} of {len(found)} random starts")
figure, axes = plt.subplots(1, 2, figsize=(9.5, 3), layout="constrained")
for ax, S, title in zip(axes, found[0], ("at random", "after 150 steps")):
    draw_graph(groups, values=S[:, 0].round(decimals=2), value_range=(0, 1), ax=ax)
    ax.set_title(f"share of cluster 0, {title}")
show(
    axes,
    "Two groups of five nodes with one link between them, coloured by each node's share of cluster 0. Left, the shares are a "
    "random mix. Right, all of one group have shares near 0 and all of the other near 1; only the two nodes of the link "
    "lean a little, by about 0.1, towards the other group.",
)

# %% [markdown]
# The two nodes at the link stay a little unsure, and they have a reason: each is linked with one node of the
# other group, and the link loss would like the two to share a cluster.
#
# **Predict, then play.** Now do by hand what the losses did. Choose *DiffPool* and click the nodes until each group is a
# cluster. What do A'[0, 0] and A'[0, 1] become, and why aren't they whole numbers? Then choose *SAGPool*: node 0 has the
# feature 1, five nodes stay. Which of them stay only because of what they hear?

# %% tags=["playground"]
play_coarser(sag_scores, coarsen)

# %% [markdown]
# <details><summary>Answer</summary>
#
# A group of five has 20 edges within, and there is one edge each way between the groups. As long as the shares are not
# 0 and 1, each edge counts a little for all four entries: about 16 and 5 at first, and nearer to 20 and 1 the surer the
# nodes are. With SAGPool the other four of node 0's group stay: their own feature is 0, and the voice of node 0 is all
# that they have. Take it away (*neighbours' voice* at 0), and it is chance, or the order of the nodes, who stays.
#
# </details>

# %% [markdown]
# **Your turn: nothing_lost** (2 min, blank). Once more *DiffPool*. Add up all four entries of A', 0 to 0, 0 to 1, 1 to
# 0 and 1 to 1. (The line between the clusters stands for two of them, one each way.) Move some nodes to other
# clusters, move *how sure*, and add up again, two or three times. What do you find? Hand in the sum, as a whole number.

# %% nbgrader={"grade_id": "nothing_lost", "solution": true}
nothing_lost = None  # a whole number
### BEGIN SOLUTION
nothing_lost = 42
### END SOLUTION

# %% nbgrader={"grade_id": "check_nothing_lost", "grade": true}
check(nothing_lost=nothing_lost)

# %%
# hint("nothing_lost")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# DiffPool has its price. A is a full table now, and $S S^\top$ is another one. Graphs of different sizes must be
# filled up to the largest, with rows of zeros. And C is fixed, for a molecule of a dozen atoms as for one of
# twenty-eight.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room:** "Is the link loss 0 for a perfect clustering?" (No. $S S^\top$ has ones
# on its diagonal, A has zeros there; and the link between the groups costs something, too. For hard
# clusters here it is the root of 12, 3.46. A slightly unsure S does a little better, 3.2. The entropy
# loss works against that.)
#
# **What goes wrong:** softmax over the nodes, `dim=0`. Rows then don't add up to 1, and a cluster takes a
# share of *every* node. And `S.T` on a stack, where it turns over all three dimensions.

# %% [markdown]
# ## Back to the molecules
#
# First the baselines. Always answering with the more common label is the least one can do. A little more:
# count the atoms of each element, and let a linear layer decide. No bond is looked at. A network that
# doesn't beat this has got nothing out of the bonds.
#
# In each run, 70 % of the molecules are for training, and the other 30 % only for the number that we report.
# The seed decides which are which. (Where both labels are equally common, the more common one of the
# training part is the rarer one of the rest. Then the first baseline comes out *below* one half.) The steps
# of the optimiser, its *learning rate*, shrink to nothing in the course of a training. With steps of one size,
# a network may be stopped in the middle of a jump, and then what you compare is luck.


# %%
def split(seed):
    """Other molecules for training and for testing with each seed: two batches."""
    order = torch.randperm(len(molecules), generator=torch.Generator().manual_seed(seed)).tolist()
    cut = int(0.7 * len(molecules))
    return [make_batch([molecules[i] for i in part]) for part in (order[:cut], order[cut:])]


def accuracy(model, batch):
    with torch.no_grad():
        return (model(batch).argmax(dim=1) == batch.graph_y).float().mean().item()


def train(model, batch, epochs):
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    shrink = torch.optim.lr_scheduler.LinearLR(optimiser, 1, 0, total_iters=epochs)
    model.train()
    for _ in range(epochs):
        loss = F.cross_entropy(model(batch), batch.graph_y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        shrink.step()
    return model.eval()


class AtomCounts(nn.Module):
    """How many atoms of each element, and a linear layer."""

    def __init__(self):
        super().__init__()
        self.answer = nn.Linear(7, 2)

    def forward(self, batch):
        return self.answer(sum_readout(batch.x, batch.batch, batch.num_graphs))


def baselines(seed):
    """Test accuracy of the more common label, and of counting atoms."""
    training, testing = split(seed)
    common = training.graph_y.bincount().argmax()
    torch.manual_seed(seed)
    return [
        (testing.graph_y == common).float().mean().item(),
        accuracy(train(AtomCounts(), training, 200), testing),
    ]


base = torch.tensor([baselines(seed) for seed in range(5)])
for name, runs in zip(("common label", "atom counts"), base.T):
    print(f"{name}: {runs.mean():.2f} ± {runs.std():.2f}")

# %% [markdown]
# Now the network: four rounds of message passing, one way to pool, and a linear layer. After each round,
# `BatchNorm1d` brings every feature to a mean of 0 and a spread of 1 over all atoms of the batch, so that the sums
# don't grow from round to round. Top-k and DiffPool shrink the graph once and let the nodes of the smaller graph
# talk once more, one round more than the others have; then these nodes are added up. DiffPool's scores come from a
# linear layer (in the paper, from a graph network of their own), and it learns from the labels alone, without its two
# extra losses.

# %%
POOLINGS = ("sum", "mean", "max", "top-k", "DiffPool")


class Classifier(nn.Module):
    """Four rounds, then the pooling of that name, then two scores for each molecule."""

    def __init__(self, pooling, hidden=32):
        super().__init__()
        self.pooling = pooling
        self.rounds = nn.ModuleList(GraphConv(width, hidden) for width in (7, hidden, hidden, hidden))
        self.norms = nn.ModuleList(nn.BatchNorm1d(hidden) for _ in range(4))
        self.top_k, self.cluster = TopKPool(hidden), nn.Linear(hidden, 4)
        self.own, self.inbox = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.answer = nn.Linear(hidden, 2)

    def forward(self, batch):
        h = batch.x
        for conv, norm in zip(self.rounds, self.norms):
            h = F.relu(norm(conv(h, batch.adjacency)))  # the edges, sorted once for all four rounds
        pool = {"top-k": self.keep_some, "DiffPool": self.merge}.get(self.pooling, self.at_once)
        return self.answer(pool(h, batch))

    def at_once(self, h, batch):
        return READOUTS[self.pooling](h, batch.batch, batch.num_graphs)

    def keep_some(self, h, batch):
        h, (source, target), home = self.top_k(h, batch.edge_index, batch.batch)
        heard = torch.zeros_like(h).index_add(0, target, h[source])
        return sum_readout(F.relu(self.own(h) + self.inbox(heard)), home, batch.num_graphs)

    def merge(self, h, batch):
        """Every molecule filled up to the size of the largest: [G, M, ...]."""
        A = to_dense_adj(batch.edge_index, batch.batch)
        (h, _), (scores, _) = (to_dense_batch(rows, batch.batch) for rows in (h, self.cluster(h)))
        h, A = coarsen(h, A, scores)  # rows of zeros add nothing to a cluster
        return F.relu(self.own(h) + self.inbox(A.mT @ h)).sum(dim=1)


def run_once(pooling, seed, epochs=60):
    """Train one network. -> its accuracy on the molecules for training, and on those for testing."""
    training, testing = split(seed)
    torch.manual_seed(seed)
    model = train(Classifier(pooling), training, epochs)
    return accuracy(model, training), accuracy(model, testing)


# %% [markdown]
# The number of epochs is fixed. We don't look at the test molecules to choose it, nor for anything else.
#
# **Your turn: accuracies** (5 min, experiment). Run every pooling of POOLINGS with the seeds 0 to 4, and
# write the *test* accuracies into a table of shape [5, 5], a row for each pooling. It takes ten to twenty
# seconds. Before you run it, put the five poolings in the order that you expect.

# %% nbgrader={"grade_id": "accuracies", "solution": true}
accuracies = None  # a tensor [5, 5]: a row for each pooling, a column for each seed
### BEGIN SOLUTION
accuracies = torch.tensor([[run_once(pooling, seed)[1] for seed in range(5)] for pooling in POOLINGS])
### END SOLUTION

# %% nbgrader={"grade_id": "check_accuracies", "grade": true}
check(accuracies=accuracies)

# %%
# hint("accuracies")  # stuck? take away the first # and run this cell; again for the next hint

# %%
if accuracies is None:
    raise NotImplementedError("This picture shows your table `accuracies`: fill it first.")
common, counted = base.mean(dim=0).tolist()
rows = torch.as_tensor(accuracies)
figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
for k, runs in enumerate(rows):
    ax.plot(
        k + np.linspace(-0.15, 0.15, len(runs)), runs.numpy(), "o", color="#56B4E9", markeredgecolor="#4D4D4D"
    )
    ax.errorbar(k + 0.28, runs.mean().item(), runs.std().item(), fmt="D", color="#D55E00", capsize=4)
ax.axhline(common, color="#4D4D4D", linestyle=":", label="the more common label")
ax.axhline(counted, color="#4D4D4D", linestyle="--", label="counting atoms")
ax.plot([], [], "o", color="#56B4E9", markeredgecolor="#4D4D4D", label="one seed")
ax.errorbar([], [], [], fmt="D", color="#D55E00", capsize=4, label="mean and spread")
ax.set(xticks=range(5), xticklabels=POOLINGS, ylabel="test accuracy")
ax.legend(frameon=False, bbox_to_anchor=(1, 1), loc="upper left")
ax.spines[["top", "right"]].set_visible(False)
words = ", ".join(f"{name} {runs.mean():.2f} ± {runs.std():.2f}" for name, runs in zip(POOLINGS, rows))
show(
    ax,
    f"Test accuracy of five poolings: {words}. The common label has {common:.2f}, counting atoms {counted:.2f}.",
)

# %% [markdown]
# Look at the spread before you look at the order. With 57 test molecules, a single one is worth nearly 2 %.
# A seed that happens to get easy molecules lifts every method. In the next cell each pooling is compared
# with the sum *on the same split*, which takes that part away.

# %%
if accuracies is None:
    raise NotImplementedError("This cell reads your table `accuracies`: fill it first.")
rows = torch.as_tensor(accuracies)
for name, gain in zip(POOLINGS[1:], rows[1:] - rows[0]):
    better = int((gain > 0).sum())
    unsure = gain.std() / len(gain) ** 0.5
    print(f"{name:>8} against sum: {gain.mean():+.3f} ± {unsure:.3f}, better in {better} of {len(gain)} runs")

# %% [markdown]
# The number behind ± is now another one: how unsure the *mean* of five runs is. That is the spread divided
# by the root of 5, a little less than half of it. A mean gain, or loss, of less than twice that number says
# next to nothing. (Even that is kind: five runs are few, a t-test would ask for 2.8 times that number, and the splits
# share most of their molecules.)
#
# Which of the four pass? (On your machine others may. Even with the same seeds, these numbers move by a few
# hundredths from one machine, or one run, to the next.) One that does is a finding about these 188 molecules, this network
# and 60 epochs, and no more. Had we shown you one seed alone, you might have gone home with another winner. Larger
# studies came out no more kindly. Errica and others (2020) gave every method the same care, and on three data sets
# of proteins a baseline that looks at no edge did as well or better. Mesquita and others (2020) put random clusters
# in the place of the learned ones, and lost next to nothing. So begin with a simple readout, try the others with
# enough seeds, and report the spread.
#
# What you wrote is in the library as `gnn_lib.pool`: `global_add_pool`, `global_mean_pool`,
# `global_max_pool`, `TopKPooling`, `SAGPooling` and `DiffPool`.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room** to write down the order they expect before the table is run, and
# compare afterwards. Hardly anybody expects the plain readouts to do so well. Then ask: "A paper reports
# 2 % more than the others, with one seed. What do you say?"
#
# **What goes wrong:** the training accuracy in the table; it is `run_once(...)[0]`. The check speaks up only
# if the numbers are too good to be true, so let people compare both columns for one run.
#
# **On other data** the picture is another one. With edge features (which bond is aromatic) the made-up
# molecules become easy: a GIN with edge features gets all of them. Pooling was not what was missing.

# %% [markdown]
# ## Quiz
#
# **Your turn: block_diagonal** (1 min, blank). What does the adjacency matrix of a batch look like?
#
# - **a)** the sum of the adjacency matrices of the graphs
# - **b)** the matrices of the graphs along the diagonal, and zeros everywhere else
# - **c)** a stack [G, N, N] with a matrix for each graph
# - **d)** a matrix [G, G] that says which graphs are alike

# %% nbgrader={"grade_id": "block_diagonal", "solution": true}
block_diagonal = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
block_diagonal = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_block_diagonal", "grade": true}
check(block_diagonal=block_diagonal)

# %% [markdown]
# **Your turn: two_copies** (1 min, blank). Without any layer in between: which readouts give one row to a
# molecule, and another row to two copies of it in one graph?
#
# - **a)** the sum alone
# - **b)** the sum and the mean
# - **c)** the mean and the maximum
# - **d)** none of the three

# %% nbgrader={"grade_id": "two_copies", "solution": true}
two_copies = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
two_copies = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_two_copies", "grade": true}
check(two_copies=two_copies)

# %% [markdown]
# **Your turn: why_gate** (1 min, blank). In top-k pooling, why is each survivor multiplied by its score?
#
# - **a)** it makes the features of the survivors larger
# - **b)** it decides which nodes survive
# - **c)** through it a gradient reaches p, which choosing alone does not pass on
# - **d)** it keeps the number of survivors the same in every graph

# %% nbgrader={"grade_id": "why_gate", "solution": true}
why_gate = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
why_gate = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_why_gate", "grade": true}
check(why_gate=why_gate)

# %% [markdown]
# **Your turn: too_dense** (1 min, blank). Why is DiffPool used for molecules, and not for a network of a
# hundred thousand people?
#
# - **a)** a softmax over many nodes makes all shares tiny
# - **b)** it can't be trained by gradients
# - **c)** it needs graphs that all have the same size
# - **d)** its matrices have a cell for every pair of nodes

# %% nbgrader={"grade_id": "too_dense", "solution": true}
too_dense = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
too_dense = "d"
### END SOLUTION

# %% nbgrader={"grade_id": "check_too_dense", "grade": true}
check(too_dense=too_dense)

# %% [markdown]
# **Your turn: which_readout** (4 min, stretch). In words: a colleague predicts the weight of molecules, with
# a few layers and a mean as the readout. All molecules for training had exactly 20 atoms, and the model did
# well on others with 20 atoms. On molecules with 40 atoms it is off by about half. Explain what happened.
# Say which readout mends it, and why. Then name a question about a molecule for which the mean is the better
# choice. A person reads this answer, not a program.

# %% [markdown] nbgrader={"grade_id": "which_readout", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# The weight is a sum over the atoms. A mean gives the weight per atom, and forgets how many atoms there are.
# As long as all molecules have 20, the next layer can multiply by 20, so nothing is missing. A molecule with
# 40 atoms gets about the same mean, hence the same answer: half of what it weighs. A sum as the readout
# mends it: it grows with the molecule, as the weight does. The mean is better where the size should not
# matter, for instance for a concentration: which share of the atoms is nitrogen?
#
# Three points: one for saying that the mean forgets the number of atoms, and that equal sizes hid it; one
# for the sum, with the reason; one for a question whose answer is a share or something typical. Half a point
# for the last one if the question is right but no reason is given.
# <!-- END SOLUTION -->

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Reading the answers.** Many say "the model was overfitted". Ask: it did well on
# *other* molecules with 20 atoms, so in what was it wrong? The point is a test set that shares a blind spot
# with the training set.
#
# **To close**, let somebody say in one sentence what each of sum, mean and maximum can still tell: how many,
# in which shares, whether at all.

# %% [markdown]
# ## What you have now
#
# A batch is one graph whose parts don't touch, and `batch` says which node belongs to which. A readout turns
# the nodes of a graph into one row: of nodes of a few kinds, the sum keeps how many, the mean in which
# shares, the maximum whether at all. Top-k leaves nodes out and needs a gate to learn, DiffPool merges them
# and needs a full table; whether either is worth it, only several seeds and a spread can tell.
#
# **To read on**
#
# - R. Ying, J. You, C. Morris, X. Ren, W. L. Hamilton, J. Leskovec, "Hierarchical Graph Representation
#   Learning with Differentiable Pooling", 2018, arXiv 1806.08804: DiffPool.
# - H. Gao, S. Ji, "Graph U-Nets", 2019, arXiv 1905.05178; C. Cangea and others, "Towards Sparse Hierarchical
#   Graph Classifiers", 2018, arXiv 1811.01287; and J. Lee, I. Lee, J. Kang, "Self-Attention Graph Pooling",
#   2019, arXiv 1904.08082: top-k with a gate, and neighbours who vote.
# - M. Zaheer and others, "Deep Sets", 2017, arXiv 1703.06114: what a sum can say about a set; and E. Wagstaff and
#   others, "On the Limitations of Representing Functions on Sets", 2019, arXiv 1901.09006: how wide it must be.
# - F. Errica and others, "A Fair Comparison of Graph Neural Networks for Graph Classification", 2020, arXiv
#   1912.09893, and D. Mesquita, A. H. Souza, S. Kaski, "Rethinking pooling in graph neural networks", 2020,
#   arXiv 2010.11418: the spread, taken seriously.

# %%
progress()

# %% [markdown]
# Two rounds of messages in most lessons, four in this one. Networks for pictures have a hundred layers and
# are better for it. So why not twenty rounds? That is lesson 7.
