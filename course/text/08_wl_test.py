# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 8: The Weisfeiler-Leman test
#
# About 75 minutes, 35 points.
#
# Lesson 7 ended with a question: deeper isn't stronger, so what can a graph network of *any* depth never see?
# At the end of this lesson you can
#
# - refine colours by hand and in code, and use them to test whether two graphs differ;
# - name pairs of graphs that no message-passing network tells apart, and draw one yourself;
# - build GIN, the layer that sees as much as message passing can, and measure what mean and max miss;
# - go one step beyond, in two ways, and say what each step costs.

# %%
import time

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.batch import batch_graphs
from gnn_lib.datasets import (
    cycle_graph,
    molecule_graphs,
    three_friends,
    tricky_graph,
    wl_blind_pairs,
    wl_told_pairs,
)
from gnn_lib.exercises import start
from gnn_lib.graph import Graph
from gnn_lib.layers import GATConv, GCNConv, GINConv, SAGEConv
from gnn_lib.plot import describe_graph, draw_colors_by_round, draw_graph, show
from gnn_lib.widgets import play_wl
from gnn_lib.wl_higher import distinguish

check, hint, progress = start(8)
torch.set_num_threads(1)  # for tensors as small as today's, a second thread costs more than it brings

# %% [markdown]
# ## Two molecules
#
# Here are two molecules, drawn without their hydrogens: ten carbon atoms each. In *decalin*, two rings of six
# share a bond. In *bicyclopentyl*, two rings of five are joined by a bond. No chemist would take one molecule for
# the other.

# %%
hexagon_or_triangles, decalin_or_bicyclopentyl, rook_or_shrikhande = wl_blind_pairs()
_, decalin, bicyclopentyl, _ = decalin_or_bicyclopentyl

figure, axes = plt.subplots(1, 2, figsize=(7.5, 2.6), layout="constrained")
for ax, graph, name in zip(axes, (decalin, bicyclopentyl), ("decalin", "bicyclopentyl")):
    draw_graph(graph, labels=False, ax=ax)
    ax.set_title(name)
show(axes, "Left, two hexagons that share an edge; right, two pentagons joined by an edge. Ten nodes each.")

# %% [markdown]
# Can a graph network see the difference? We take the layers of lessons 3, 4 and 5, and one that this lesson will
# build, *GIN*, all with random weights. Every atom is a carbon, so every node starts with the same feature, 1. After
# some layers we add up the nodes' rows, and so each molecule becomes 16 numbers.
#
# **Predict, then run.** How far apart are the two molecules' numbers after one layer? After four? After
# sixteen?


# %%
def layer_of(kind, width_in):
    """A layer with random weights, from width_in features to 16."""
    if kind == "GIN":
        return GINConv(nn.Sequential(nn.Linear(width_in, 16), nn.ReLU(), nn.Linear(16, 16)))
    return {"GCN": GCNConv, "GAT": GATConv, "GraphSAGE": SAGEConv}[kind](width_in, 16)


@torch.no_grad()
def difference(kind, depth, first, second, seed=0):
    """How far apart a random network puts two graphs, as a share of what it says about them."""
    torch.manual_seed(seed)
    layers = [layer_of(kind, 1 if number == 0 else 16) for number in range(depth)]
    answers = []
    for graph in (first, second):
        h = torch.ones(graph.num_nodes, 1)
        for layer in layers:
            h = F.leaky_relu(layer(h, graph.edge_index))
        answers.append(h.sum(dim=0))
    return float((answers[0] - answers[1]).abs().max() / answers[0].abs().max())


def table_of_differences(first, second):
    for kind in ("GCN", "GAT", "GraphSAGE", "GIN"):
        shares = [max(difference(kind, n, first, second, seed) for seed in (0, 1, 2)) for n in (1, 4, 16)]
        # Rounding in float32 leaves up to a hundred-thousandth.
        print(f"{kind:10}", *(f"{share:8.2%}" if share > 1e-4 else "  nothing" for share in shares))


print("layers           1        4       16")
table_of_differences(decalin, bicyclopentyl)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Nothing, nothing and nothing: for each kind, the largest difference over three draws of the weights is no
# more than rounding leaves. No depth helps, and no training can, since the answer is the same whatever the
# weights are.
#
# </details>

# %% [markdown]
# So something about these two graphs is out of reach for all that you have built. To find out what, we need
# to know exactly how much message passing sees. The answer is much older than graph networks: a test named
# after Boris Weisfeiler and Andrei Leman, who wrote on it in 1968.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** Two molecules 3, colours by hand and one round 10, until stable 6, the test and its
# blind spots 15, GIN 18, beyond 14, closing 9. If time is short, leave `mark_each_node` and the random
# features for home; the pairs are the heart of the last part.
#
# **Ask the room** before you run the table: "Who bets on sixteen layers? On GAT?" Write the bets down. Nobody
# bets on zero, and zero is what they will remember.

# %% [markdown]
# ## Colours
#
# Forget weights. Give every node a *colour*, the same for all. Then, in rounds, let each node look at two
# things: its own colour, and the heap of colours in its inbox. Nodes for which both agree get the same new
# colour; where something differs, the new colours differ.
#
# $$c'_i = \operatorname{name}\big(\, c_i,\; \{\!\{\, c_j : j \in \mathcal N(i) \,\}\!\} \,\big)$$
#
# Here *name* gives equal things equal names, and different things different ones. The doubled braces are a
# *multiset*: a heap in which a thing may lie several times, and in which there is no order. A colour is a
# name and nothing more. Whether we write 0, 1, 2 or red, blue, green is all the same; what counts is who
# shares one. All nodes that share a colour are a *class*.
#
# Ann, Bob and Cem start with colour 0. Ann hears Cem, Bob hears Ann, Cem hears both of the others.
#
# | | start | sees in round 1 | round 1 | sees in round 2 | round 2 |
# |---|---|---|---|---|---|
# | Ann | 0 | 0 and {0} | 0 | 0 and {1} | 0 |
# | Bob | 0 | 0 and {0} | 0 | 0 and {0} | 1 |
# | Cem | 0 | 0 and {0, 0} | 1 | 1 and {0, 0} | 2 |
#
# In the first round all that anyone learns is how many messages arrive: the in-degree. In the second round
# Ann hears somebody special, and Bob doesn't. Now all three differ, and nothing more can split. This is
# *colour refinement*, also called *1-WL*. (In 1965 the chemist H. L. Morgan numbered atoms in much this way. The paper
# of 1968 goes a step further, to pairs of nodes, and near the end we follow it there.)

# %%
tricky = tricky_graph()
show(draw_graph(tricky), describe_graph(tricky))

# %% [markdown]
# **Your turn: refine_by_hand** (3 min, blank). Here is the graph that has everything: a double edge from P to
# Q, a self-loop at R, an S that nobody tells anything, a lonely T. Refine its colours with a pencil until
# nothing splits. Write the last colours of P, Q, R, S and T as a list of five numbers. Which numbers you take
# is up to you.

# %% nbgrader={"grade_id": "refine_by_hand", "solution": true}
refine_by_hand = None  # [colour of P, of Q, of R, of S, of T]
### BEGIN SOLUTION
refine_by_hand = [0, 1, 2, 0, 0]
### END SOLUTION

# %% nbgrader={"grade_id": "check_refine_by_hand", "grade": true}
check(refine_by_hand=refine_by_hand)

# %%
# hint("refine_by_hand")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now in code. A node's *signature* is what it sees: its own colour and its inbox. A dictionary gives each new
# signature the next free number.
#
# **Your turn: refine_once** (5 min, blank). The blank is one line that gives `signature` its value, for the node
# `node` with the colours `inbox` in its inbox. Two nodes that see the same must get equal signatures, in whatever
# order their edges are listed; two that don't, different ones. And a dictionary wants a key that can't change: a
# tuple, not a list.


# %% nbgrader={"grade_id": "refine_once", "solution": true}
def refine_once(edge_index, colors):
    """One round of colour refinement. edge_index [2, E], colors [N] -> new colours [N]."""
    signatures = []
    for node in range(len(colors)):
        inbox = colors[edge_index[0][edge_index[1] == node]].tolist()
        ### BEGIN SOLUTION
        signature = (int(colors[node]), tuple(sorted(inbox)))
        ### END SOLUTION
        signatures.append(signature)
    names = {}
    return torch.tensor([names.setdefault(signature, len(names)) for signature in signatures])


# %% nbgrader={"grade_id": "check_refine_once", "grade": true}
check(refine_once)

# %%
# hint("refine_once")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Here is your function at work, three rounds on the friends. Compare it with the table above.

# %%
friends = three_friends()
rounds = [torch.zeros(3, dtype=torch.long)]
for _ in range(3):
    rounds.append(torch.as_tensor(refine_once(friends.edge_index, rounds[-1])))
print(torch.stack(rounds))

# %% [markdown]
# A row for each round, a column for each friend. The third round splits nothing. From then on it's always the same:
# the colours are *stable*. Classes can split and never merge, because a signature begins with the old colour. So
# counting the classes is enough to know when to stop.
#
# **Your turn: stable_colors** (5 min, function). Refine until a round splits no class. The start may already
# know something, for example which atom is an oxygen, so it is passed in.


# %% nbgrader={"grade_id": "stable_colors", "solution": true}
def stable_colors(edge_index, colors):
    """Refine until nothing splits. edge_index [2, E], starting colours [N] -> stable colours [N]."""
    ### BEGIN SOLUTION
    while True:
        finer = refine_once(edge_index, colors)
        if len(finer.unique()) == len(colors.unique()):
            return finer
        colors = finer
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_stable_colors", "grade": true}
check(stable_colors)

# %%
# hint("stable_colors")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** A *spider* is a body, one node, from which legs go out, each a path. Below is one with legs of
# length 1, 2 and 2. The last node of a leg is its tip; in a leg of length 2, the node between body and tip is a knee.
# How many colours will the spider have in the end? Two nodes keep the same colour only if nothing that they can ever
# hear differs.

# %% tags=["playground"]
_, short_legs, long_legs, _ = wl_told_pairs()[1]
spider = long_legs
rounds = [torch.zeros(spider.num_nodes, dtype=torch.long)]
while len(rounds) < 3:
    rounds.append(torch.as_tensor(refine_once(spider.edge_index, rounds[-1])))
show(
    draw_colors_by_round(spider, torch.stack(rounds)),
    "A spider with legs of length 1, 2 and 2 in three pictures. Round 0: one colour. Round 1: three, for the "
    "body, the knees and the tips. Round 2: four, since the tip of the short leg differs from the others.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Four. The two long legs are mirror images of each other, so their knees stay alike for ever, and so do their
# tips. The tip of the short leg hears the body, while the other tips hear a knee: that takes two rounds to
# show. A third round changes nothing.
#
# </details>

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live:** play the first rounds with people. Six stand in a hexagon and all hold up a white card; each looks
# at the two neighbours. Nobody has news. Then regroup them as two triangles: the cards say the same. Let
# somebody turn one card round to another colour: now the hexagon falls into four classes, and the news
# travels both ways.
#
# **What goes wrong in `refine_once`:** `sum(inbox)` instead of the sorted heap. It is right in round 1 and
# wrong in round 2, and that is worth a minute: colours are names. It's the same slip as to use class numbers
# as features.

# %% [markdown]
# ## The test
#
# If two graphs are the same up to the numbering of their nodes, then refinement gives them the same colours,
# equally often. So if the counts of colours ever differ, the graphs are different, for certain. That is the
# test. Two things to mind:
#
# - A colour must mean the same in both graphs. Refined one by one, both start with 0, and 0 here has nothing
#   to do with 0 there. The remedy is lesson 6's: put both graphs into *one batch*, as a disjoint union, and
#   refine that.
# - How often a colour occurs counts. Each graph's counts are its *histogram*:
#
# $$n_g(c) = \big|\{\, i \text{ in graph } g : c_i = c \,\}\big|$$
#
# **Your turn: color_histogram** (4 min, function). A table with a row for each graph and a column for each
# colour, from 0 to the highest that occurs in the batch. `batch` says which graph each node is in.


# %% nbgrader={"grade_id": "color_histogram", "solution": true}
def color_histogram(colors, batch, num_graphs):
    """How often each colour occurs in each graph. colors [N], batch [N], G graphs -> counts [G, C]."""
    ### BEGIN SOLUTION
    one_hot = F.one_hot(colors)
    return one_hot.new_zeros(num_graphs, one_hot.size(1)).index_add(0, batch, one_hot)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_color_histogram", "grade": true}
check(color_histogram)

# %%
# hint("color_histogram")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Seen as features, one-hot colours are rows, and this is nothing but lesson 6's sum pooling.
#
# **Your turn: wl_groups** (5 min, function). The whole test, for a batch of as many graphs as you like. The colours to
# start with come in as `colors`. Give every graph a number, such that two graphs have the same number if 1-WL can't
# tell them apart, and different ones if it can. You have the parts.


# %% nbgrader={"grade_id": "wl_groups", "solution": true}
def wl_groups(edge_index, colors, batch, num_graphs):
    """Which graphs 1-WL can't tell apart. edge_index [2, E], colors [N], batch [N] -> a number each [G]."""
    ### BEGIN SOLUTION
    counts = color_histogram(stable_colors(edge_index, colors), batch, num_graphs)
    return torch.unique(counts, dim=0, return_inverse=True)[1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_wl_groups", "grade": true}
check(wl_groups)

# %%
# hint("wl_groups")  # stuck? take away the first # and run this cell; again for the next hint


# %%
def told_apart(first, second):
    """Does 1-WL tell two graphs apart?"""
    both = batch_graphs([Graph(first.edge_index), Graph(second.edge_index)])
    start = torch.zeros(both.num_nodes, dtype=torch.long)
    one, other = wl_groups(both.edge_index, start, both.batch, 2)
    return bool(one != other)


pairs = wl_told_pairs() + wl_blind_pairs()
for name, first, second, _ in pairs:
    print(f"{name:30}", "told apart" if told_apart(first, second) else "the same to 1-WL")

# %% [markdown]
# The two molecules are among those that 1-WL takes for the same! The smallest pair is the easiest to understand. In
# a hexagon every node hears two nodes, and so does every node of two triangles. In round 0 all are alike; so in
# round 1 all see the same; and so on for ever.

# %%
_, hexagon, triangles, _ = hexagon_or_triangles
figure, axes = plt.subplots(1, 2, figsize=(7.0, 2.4), layout="constrained")
for ax, graph in zip(axes, (hexagon, triangles)):
    colors = stable_colors(graph.edge_index, torch.zeros(6, dtype=torch.long))
    draw_graph(graph, groups=colors, legend=False, ax=ax)
show(axes, "Left, a hexagon; right, two triangles. All twelve nodes have one colour and the same shape.")

# %% [markdown]
# **Predict, then play.** Below, your own function colours two graphs, round by round. Choose *octagon and
# octagon*. A click on two nodes makes an edge between them, or removes it. If you remove one edge of the second ring,
# in which round do the histograms differ? And if you then add an edge somewhere else: is there a place where
# the test sees nothing at all?

# %% tags=["playground"]
play_wl(refine_once)

# %% [markdown]
# <details><summary>Answer</summary>
#
# In round 1: two nodes hear one neighbour less. A new edge hides this only if it gives both of them back what
# they lost, and the one place for that is where the old edge was. With one edge moved, the test always sees it.
# With two edges moved it need not: the next exercise asks for that.
#
# </details>

# %% [markdown]
# **Your turn: blind_partner** (4 min, function). Now fool the test yourself. Find a graph that 1-WL takes for an
# *octagon*, a ring of the eight nodes 0 to 7, and that is no octagon. Find it in the playground: begin with *octagon
# and octagon*, remove two edges of the second graph, and make two others. Then *Ask the tests*. You have it when 1-WL
# says *no* and the truth is *they are different*. Write down the edge list of your second graph. Edges go both ways,
# so it has 16 columns, as the octagon has.

# %% nbgrader={"grade_id": "blind_partner", "solution": true}
blind_partner = None  # an edge_index [2, 16]
### BEGIN SOLUTION
around = torch.tensor([[0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 0, 4, 5, 6, 7, 3]])  # a triangle and a pentagon
blind_partner = torch.cat([around, around.flip(0)], dim=1)
### END SOLUTION

# %% nbgrader={"grade_id": "check_blind_partner", "grade": true}
check(blind_partner=blind_partner)

# %%
# hint("blind_partner")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The playground takes any pair. This is the octagon beside what you have written down: ask the tests once more. The
# other two of them, GIN and 3-WL, come later in this lesson.

# %% tags=["playground"]
if blind_partner is None:
    raise NotImplementedError("This playground shows your `blind_partner`: find it first.")
play_wl(refine_once, pair=(cycle_graph(8), Graph(torch.as_tensor(blind_partner), num_nodes=8)))

# %% [markdown]
# ## Why no network sees more
#
# Take any network that passes messages, and any weights. Say that two nodes, of one graph or of two, have the same
# colour after t rounds; then they have the same row after t layers. The proof is short enough to say aloud:
#
# - *At the start*, equal colours stand for equal features. Fine.
# - *One layer on:* equal colours after t + 1 rounds mean equal colours after t rounds, and inboxes with equal
#   colours, each equally often. So the layer gets the same own row and the same heap of messages in both
#   places. It applies the same function to the same things, and out comes the same row.
#
# So rows can only differ where colours do, and if two graphs have the same histogram, whatever is pooled from
# their rows is the same as well. Message passing is *at most as strong as 1-WL*, in every depth (Xu et al.,
# 2019; Morris et al., 2019).
#
# One assumption is hidden in it: the own row and the heap of messages are all that a node gets. A layer that also
# looks at degrees, such as GCN, gets what one more round would tell it; it sees no more than the stable colours do
# all the same. A network that is told more, such as the nodes' numbers, is another matter. We come to that.
#
# *At most*, though. Do our layers reach what 1-WL sees? **Predict, then run**, for the two spiders, which
# 1-WL tells apart: which of the four networks do so? Remember that all nodes start with the same feature.

# %%
print("layers           1        4       16")
table_of_differences(short_legs, long_legs)

# %% [markdown]
# <details><summary>Answer</summary>
#
# (The numbers are differences, as a share of the answer.) GIN tells them apart, from a few layers on; with one
# layer it can't, since the two spiders have the same degrees. GCN does so with one: its weights
# $1/\sqrt{\tilde d_i \tilde d_j}$ hold the neighbours' degrees, so it is one round ahead. With depth its difference
# shrinks, and after sixteen layers it is no larger than rounding: lesson 7's blur. GAT and GraphSAGE with its mean
# see nothing at any depth. The mean of equal rows is that row again, and attention is a weighted mean. If everyone
# starts alike, everyone stays alike.
#
# </details>

# %% [markdown]
# ### How often does it matter?
#
# Blind pairs are easy to build. Are they common? Let us ask *all* graphs with six nodes. There are 156 of
# them, and NetworkX has them in a list. After that, the molecules.

# %%
six = [G for G in nx.graph_atlas_g() if len(G) == 6]
edges = [torch.tensor(list(G.to_directed().edges), dtype=torch.long).view(-1, 2).T for G in six]
atlas = batch_graphs([Graph(edge_index, num_nodes=6) for edge_index in edges])
no_colors = torch.zeros(atlas.num_nodes, dtype=torch.long)
group = torch.as_tensor(wl_groups(atlas.edge_index, no_colors, atlas.batch, len(six)))
print(len(six), "graphs with six nodes;", len(group.unique()), "groups")

blind = [(group == g).nonzero().flatten().tolist() for g in group.unique() if (group == g).sum() > 1]
blind.sort(key=lambda members: edges[members[0]].size(1))


def places(G):
    """Where to draw its nodes: around a hexagon or, where there are two triangles, one inside the other."""
    triangles = [clique for clique in nx.find_cliques(G) if len(clique) == 3]
    if triangles:
        inner, outer = triangles
        inner.sort(key=lambda i: [j in G[i] for j in outer], reverse=True)  # those who have a partner first,
        outer.sort(key=lambda j: [i in G[j] for i in inner], reverse=True)  # and the partners in their order
        at = nx.shell_layout(G, [inner, outer], rotate=0)
    else:
        at = nx.circular_layout(max(nx.simple_cycles(G), key=len))
    return torch.tensor([[float(number) for number in at[node]] for node in range(6)])


figure, axes = plt.subplots(2, len(blind), figsize=(7.5, 3.4), layout="constrained")
for column, members in zip(axes.T, blind):
    members.sort(key=lambda member: sum(nx.triangles(six[member]).values()))
    for ax, member in zip(column, members):
        graph = Graph(edges[member], num_nodes=6)
        draw_graph(graph, pos=places(six[member]), labels=False, node_size=12, ax=ax)
show(
    axes,
    "The four pairs of graphs with six nodes that 1-WL can't tell apart, one above the other, with six to "
    "nine edges. Above, a hexagon with none, one, two and all three of its long diagonals. Below, two triangles, one "
    "inside the other, with none, one, two and three edges between their corners.",
)

# %% [markdown]
# Four pairs among 156 graphs, one above the other in the picture: a hexagon with no, one, two or three long
# diagonals, and two triangles with as many edges between them. The lower graphs have triangles and the upper have
# none: 1-WL can't count triangles.
#
# In real data, nodes start with different features, and that helps. Here are the molecules of lesson 6, once as bare
# skeletons and once with their atoms as starting colours. Two graphs in one group may of course be the same graph,
# numbered in another way. So we let NetworkX count the pairs that are truly different (slow in general, quick at
# this size).

# %%
molecules, which = molecule_graphs()
print(which, "We take the first hundred.")
molecules = molecules[:100]
batched = batch_graphs([Graph(m.edge_index, num_nodes=m.num_nodes) for m in molecules])
atoms = torch.cat([m.x.argmax(dim=1) for m in molecules])


def truly_different(one, other, color):
    """Are two graphs of the batch different, with these colours on their nodes?"""
    drawn = []
    for graph in (one, other):
        G = nx.Graph()
        nodes = (batched.batch == graph).nonzero().flatten().tolist()
        G.add_nodes_from((node, {"color": int(color[node])}) for node in nodes)
        G.add_edges_from(batched.edge_index[:, batched.batch[batched.edge_index[0]] == graph].T.tolist())
        drawn.append(G)
    return not nx.is_isomorphic(*drawn, node_match=lambda a, b: a["color"] == b["color"])


for name, color in (("skeletons", torch.zeros_like(atoms)), ("with atoms", atoms)):
    group = torch.as_tensor(wl_groups(batched.edge_index, color, batched.batch, len(molecules))).tolist()
    alike = [(i, j) for j in range(len(group)) for i in range(j) if group[i] == group[j]]
    missed = sum(truly_different(i, j, color) for i, j in alike)
    print(f"{name:10}: {len(set(group))} groups; {len(alike)} pairs in one group, {missed} of them different")

# %% [markdown]
# The last number of each line is what 1-WL misses. In our made-up molecules that is not one pair; real ones
# have to be counted, as you have just done. Keep that in mind for the end of the lesson: a blind spot is a
# fact about a method, and whether it hurts is a fact about your data.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room:** "Decalin and bicyclopentyl are real. Why are such pairs rare here?" (A hundred molecules
# are few, and atoms and side groups break the symmetry. In a catalogue of hydrocarbons you would meet them.)
#
# **Discuss:** a test that says "different" is always right; a test that says "the same" may be wrong. Where
# else do we use such tests? (Hashes of files, fingerprints, spam filters.)
#
# **What goes wrong:** people refine the graphs one by one and compare sorted class sizes. A ring of six and
# six people who all hear each other then come out the same: one class of six. `check` names both slips.

# %% [markdown]
# ## A sum that can be read back
#
# 1-WL gives different heaps different names. For a network to reach it, the function that reads the inbox
# must do the same: *different multisets, different results*. Such a function is called *injective*. The mean
# isn't injective: {1, 2} and {1, 1, 2, 2} have the same mean. The max isn't: {1, 2} and {2}. The sum isn't
# either, on plain numbers: {1, 3} and {2, 2} make 4. But before we add, we may choose *what each colour
# sends*.
#
# You have met the trick. The path A, B, C, D of lesson 1 has the features 1, 2, 4 and 8, so that a sum of 10
# can only be 2 + 8. There each number is twice the one before. If several nodes may share a colour, take a larger
# factor than 2, a base B:
#
# $$s_i = \sum_{j \in \mathcal N(i)} B^{\,c_j}$$
#
# Colour 0 sends 1, colour 1 sends B, colour 2 sends B · B. With B = 10 the sum is a decimal number whose
# digits are the counts, as long as no colour arrives more than nine times.
#
# **Your turn: inbox_code** (4 min, function). Compute this sum for every node.


# %% nbgrader={"grade_id": "inbox_code", "solution": true}
def inbox_code(edge_index, colors, base):
    """The sum of base ** colour over each inbox. edge_index [2, E], colors [N] -> [N], whole numbers."""
    ### BEGIN SOLUTION
    sent = (base**colors)[edge_index[0]]
    return torch.zeros_like(colors).index_add(0, edge_index[1], sent)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_inbox_code", "grade": true}
check(inbox_code)

# %%
# hint("inbox_code")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** Node 5 hears the nodes 0 to 4, which have the colours 2, 0, 0, 1 and 2. What is its
# number?

# %%
star = torch.tensor([[0, 1, 2, 3, 4], [5, 5, 5, 5, 5]])
print(int(inbox_code(star, torch.tensor([2, 0, 0, 1, 2, 0]), base=10)[5]))

# %% [markdown]
# <details><summary>Answer</summary>
#
# It is 212. Read it back: twice colour 2, once colour 1, twice colour 0. Nothing was lost but the order, and there
# was none.
#
# </details>

# %% [markdown]
# So a sum can be injective if what is sent has been chosen well, and neither a mean nor a max can count,
# whatever is sent: a mean sees shares, a max sees presence. That settles which of these three can reach 1-WL.
# What each node should send, a small network can learn.

# %% [markdown]
# ## GIN
#
# The *Graph Isomorphism Network* (Xu et al., 2019) is that thought in one line:
#
# $$h'_i = \operatorname{MLP}\Big( (1 + \varepsilon)\, h_i + \sum_{j \in \mathcal N(i)} h_j \Big)$$
#
# The sum counts. The MLP, two linear maps with a ReLU between, prepares what the next layer will
# send. And $1 + \varepsilon$ lets the node's own row weigh differently from the inbox, as the
# signature keeps them apart: weighed alike, a node with 1 that hears 2 and a node with 2 that hears 1 have
# the same sum, 3. $\varepsilon$ starts at 0, where they are still alike, and is learned. (The paper also tries a GIN
# that leaves it at 0, *GIN-0*. On its data that one did as well or slightly better.)
#
# **Your turn: GINLayer** (8 min, layer). Write `forward`. Gradients must reach the features, the weights and
# `eps`. A loop over the nodes would be right, but with it the training below takes minutes; lesson 2's
# `index_add` takes seconds.


# %% nbgrader={"grade_id": "GINLayer", "solution": true}
class GINLayer(nn.Module):
    """lin2(ReLU(lin1((1 + eps) x_i + the sum of x_j over the inbox))). x [N, in], edge_index -> [N, out]."""

    def __init__(self, in_channels, hidden_channels, out_channels):
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.lin1 = nn.Linear(in_channels, hidden_channels)
        self.lin2 = nn.Linear(hidden_channels, out_channels)

    def forward(self, x, edge_index):
        ### BEGIN SOLUTION
        inbox = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
        h = (1 + self.eps) * x + inbox
        return self.lin2(F.relu(self.lin1(h)))
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_GINLayer", "grade": true}
check(GINLayer)

# %%
# hint("GINLayer")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Does it reach 1-WL? We hold the two against each other on all 156 graphs with six nodes: r rounds of
# colours, and r of your layers with random weights, all nodes starting with 1. Into how many groups does each
# sort the graphs? Beside it, the same layer with another ear, that is, another aggregator: a mean or a max over the
# inbox instead of the sum.


# %%
class OtherEar(GINLayer):
    """GINLayer with "mean", "amax" or "none" over the inbox."""

    def __init__(self, in_channels, hidden_channels, out_channels, how):
        super().__init__(in_channels, hidden_channels, out_channels)
        self.how = how

    def forward(self, x, edge_index):
        inbox = torch.zeros_like(x)
        if self.how != "none":
            target = edge_index[1][:, None].expand(-1, x.size(1))
            inbox = inbox.scatter_reduce(0, target, x[edge_index[0]], self.how, include_self=False)
        return self.lin2(F.relu(self.lin1((1 + self.eps) * x + inbox)))


def make_layer(how, width_in, width):
    """A layer of the given ear: "sum" is your own."""
    if how == "sum":
        return GINLayer(width_in, width, width)
    return OtherEar(width_in, width, width, {"max": "amax"}.get(how, how))


@torch.no_grad()
def answers_of(how, depth, graphs, seed=0):
    """What `depth` layers with random weights say about each graph of a batch, [G, 16]."""
    torch.manual_seed(seed)
    h = torch.ones(graphs.num_nodes, 1)
    for number in range(depth):
        h = F.relu(make_layer(how, 1 if number == 0 else 16, 16)(h, graphs.edge_index))
    return torch.zeros(graphs.num_graphs, 16).index_add(0, graphs.batch, h)


def count_different(answers):
    """How many rows are different, by more than rounding leaves."""
    scaled = answers / answers.abs().amax(dim=0).clamp(min=1e-9)
    apart = (scaled[:, None] - scaled).abs().amax(dim=2) > 1e-5
    return int(apart.tril(-1).sum(dim=1).eq(torch.arange(len(apart))).sum())  # unlike all before it


colors = no_colors
print("rounds or layers     1-WL |      sum, 3 seeds |     mean, 3 seeds |      max, 3 seeds")
for depth in (1, 2, 3, 4):
    colors = torch.as_tensor(refine_once(atlas.edge_index, colors))
    histograms = torch.as_tensor(color_histogram(colors, atlas.batch, len(six)))
    row = f"{depth:16} {len(histograms.unique(dim=0)):8}"
    for how in ("sum", "mean", "max"):
        counts = [count_different(answers_of(how, depth, atlas, seed)) for seed in (0, 1, 2)]
        row += " | " + " ".join(f"{count:5}" for count in counts)
    print(row)

# %% [markdown]
# The sum never sees more than 1-WL, and after four layers exactly as much. At two layers it is a little
# behind: weights drawn at random may send numbers with which the sum of one inbox happens to be that of
# another, like {1, 3} and {2, 2}. Good weights *exist*; nobody promises that you draw them, or that training
# finds them. Mean and max see almost nothing. Every node starts with 1, and the mean of ones is one, however
# many there are; what little they tell apart is how many nodes have no edge at all.
#
# ### When there are features
#
# That test was hard on mean and max, as the nodes had nothing to say. Let us give them something, and a task
# that asks for counting. A rumour goes round in trees of twelve people. In each tree four people spread it;
# the question is whether *somebody hears it from three or more*. In half of the trees somebody does. Since
# four people spread it in each tree, to count them is of no use: our baseline, the same network with deaf
# ears (every inbox counts as empty), can only guess.


# %%
def rumour_trees(count, seed):
    """G random trees of twelve: features [12 G, 2] (spreads or not), edges, batch, labels (half are 1)."""
    rng = np.random.default_rng(seed)
    features, edges, labels = [], [], []
    while len(labels) < count:
        child = np.arange(1, 12)
        parent = rng.integers(0, child)  # each hangs on someone before it
        spreads = np.zeros(12, dtype=int)
        spreads[rng.choice(12, 4, replace=False)] = 1
        both_ways = np.array([[*parent, *child], [*child, *parent]])
        heard = np.bincount(both_ways[1], weights=spreads[both_ways[0]], minlength=12)
        label = int(heard.max() >= 3)
        if labels.count(label) < count // 2:
            features.append(np.eye(2)[spreads])
            edges.append(both_ways + 12 * len(labels))
            labels.append(label)
    x = torch.tensor(np.concatenate(features), dtype=torch.float32)
    edge_index = torch.tensor(np.concatenate(edges, axis=1))
    return x, edge_index, torch.arange(count).repeat_interleave(12), torch.tensor(labels)


class TreeReader(nn.Module):
    """Two layers, a sum over each tree, one linear map."""

    def __init__(self, how):
        super().__init__()
        self.first, self.second = make_layer(how, 2, 16), make_layer(how, 16, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, x, edge_index, batch, num_graphs):
        h = F.relu(self.first(x, edge_index))
        h = F.relu(self.second(h, edge_index))
        return self.out(torch.zeros(num_graphs, 16).index_add(0, batch, h))


train_trees, test_trees = rumour_trees(100, seed=1), rumour_trees(300, seed=2)


def test_accuracy(how, seed):
    """Train a TreeReader on 100 trees; the share of 300 other trees that it gets right."""
    torch.manual_seed(seed)
    model = TreeReader(how)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    x, edge_index, batch, label = train_trees
    for _ in range(120):
        optimiser.zero_grad()
        F.cross_entropy(model(x, edge_index, batch, len(label)), label).backward()
        optimiser.step()
    x, edge_index, batch, label = test_trees
    with torch.no_grad():
        guess = model(x, edge_index, batch, len(label)).argmax(dim=1)
    return float((guess == label).float().mean())


baseline = [test_accuracy("none", seed) for seed in (0, 1, 2)]
print("deaf ears:", baseline)

# %% [markdown]
# **Predict:** how well will each do? A mean knows which share of a person's neighbours spreads the rumour. A
# max knows whether anybody does.
#
# **Your turn: aggregation** (5 min, experiment). Run `test_accuracy` for sum, mean and max, three seeds each,
# and put the accuracies into a tensor [3, 3]: a row for each aggregator in this order, a column for each
# seed.

# %% nbgrader={"grade_id": "aggregation", "solution": true}
aggregation = None  # [3, 3]: rows sum, mean, max; columns the seeds 0, 1, 2
### BEGIN SOLUTION
aggregation = torch.tensor([[test_accuracy(how, s) for s in (0, 1, 2)] for how in ("sum", "mean", "max")])
### END SOLUTION

# %% nbgrader={"grade_id": "check_aggregation", "grade": true}
check(aggregation=aggregation)

# %%
# hint("aggregation")  # stuck? take away the first # and run this cell; again for the next hint

# %%
scores = [baseline] if aggregation is None else [*aggregation.tolist(), baseline]
names = ["sum", "mean", "max", "deaf ears"][-len(scores):]
figure, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
for place, row in enumerate(scores):
    ax.bar(place, np.mean(row), width=0.6, color="#56B4E9", yerr=np.std(row), capsize=6, ecolor="black")
    ax.plot([place] * len(row), row, "o", color="black", markersize=4)
    ax.annotate(f"{np.mean(row):.2f}", (place + 0.34, np.mean(row) + 0.02), fontsize=11)
ax.axhline(0.5, color="black", linestyle=":", linewidth=1)
ax.set(xticks=range(len(names)), xticklabels=names, ylabel="accuracy on new trees")
ax.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, 1.1))
ax.spines[["top", "right"]].set_visible(False)
words = ", ".join(f"{name} {np.mean(row):.2f}" for name, row in zip(names, scores))
show(ax, f"Bars for the accuracy on new trees, with the three seeds as points: {words}.")

# %% [markdown]
# The points are the three seeds, the bars' whiskers their standard deviation, and the dotted line is a guess.
# The sum learns the rule. Mean and max do better than a guess, because shares and presence go along with
# counts. But how many there were is lost in the mean and in the max, and no weight brings it back.
#
# Does that mean that the sum is always best? No. Where shares are what matters, a mean is the right ear and
# the calmer one, as in lessons 3 and 5; sums also grow with the degree. What is shown here is what each *can*
# express, and it's for you to know what your question needs.

# %% [markdown]
# ## Beyond: colours for pairs
#
# Why can't 1-WL see a triangle? To see one, somebody has to notice that two neighbours know *each other*. But
# messages come without a name: a node can't tell whether two pieces of news have been to the same place.
#
# So colour *pairs* of nodes. A pair (i, j) starts with what it looks like: the same node twice, an edge, or
# no edge. In each round it looks at every node w as a way round: the step from i to w, and the step from w to
# j.
#
# $$c'_{ij} = \operatorname{name}\big(\, c_{ij},\; \{\!\{\, (c_{iw},\, c_{wj}) : w = 1, \dots, N \,\}\!\} \,\big)$$
#
# Each w puts one *item* into the heap, the two colours of its two steps. Now a triangle shows at once: for an edge
# (i, j), some w gives the item (edge, edge). The two colours of an item must stay together, for they belong to one w.
#
# This is called the *folklore 2-WL* test. Mind the names: what many papers call *3-WL* is another way to
# look, at triples, and on undirected graphs it is exactly as strong as this one. What they call 2-WL is no
# stronger than 1-WL.
#
# **Your turn: refine_pairs** (8 min, stretch). One round, for a matrix of colours [N, N]. No blanks this
# time, and nothing new: it's `refine_once` with another inbox.


# %% nbgrader={"grade_id": "refine_pairs", "solution": true}
def refine_pairs(colors):
    """One round of folklore 2-WL: the colours of all pairs [N, N] -> new colours [N, N]."""
    ### BEGIN SOLUTION
    c, N = colors.tolist(), len(colors)
    names = {}
    finer = torch.zeros_like(colors)
    for i in range(N):
        for j in range(N):
            seen = sorted((c[i][w], c[w][j]) for w in range(N))
            finer[i, j] = names.setdefault((c[i][j], tuple(seen)), len(names))
    return finer
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_refine_pairs", "grade": true}
check(refine_pairs)

# %%
# hint("refine_pairs")  # stuck? take away the first # and run this cell; again for the next hint


# %% [markdown]
# As before, both graphs go in together, so that a colour means the same in both. Pairs with one node in each
# graph get colours too; we leave them out of the count.


# %%
def pair_start(graph):
    """What each pair looks like: 0 the same node, 1 an edge, 2 no edge. [N, N]."""
    colors = torch.full((graph.num_nodes, graph.num_nodes), 2)
    colors[graph.edge_index[0], graph.edge_index[1]] = 1
    return colors.fill_diagonal_(0)


def pairs_tell_apart(first, second):
    """Does folklore 2-WL tell two graphs apart?"""
    colors, classes = pair_start(batch_graphs([Graph(first.edge_index), Graph(second.edge_index)])), 0
    while classes < len(colors.unique()):
        classes = len(colors.unique())
        colors = torch.as_tensor(refine_pairs(colors))
    n = first.num_nodes
    one, other = colors[:n, :n].flatten().sort().values, colors[n:, n:].flatten().sort().values
    return not torch.equal(one, other)


print(f"{'':30} {'1-WL':>8} {'pairs':>8}")
for name, first, second, _ in pairs:
    verdicts = (told_apart(first, second), pairs_tell_apart(first, second))
    print(f"{name:30}", *(f"{'yes' if verdict else 'no':>8}" for verdict in verdicts))

# %% [markdown]
# Decalin and bicyclopentyl are told apart at last. And there is a next blind pair, the rook's graph and
# Shrikhande's: two graphs of sixteen nodes in which every node has six neighbours, every edge is in two
# triangles, and every two nodes that aren't joined have two neighbours in common. Do colours for triples tell
# those apart? The library can do any k:

# %%
print("triples, folklore 3-WL:", distinguish(*rook_or_shrikhande[1:3], k=3, folklore=True))

# %% [markdown]
# It goes on like that without end: for every k, folklore k-WL has blind pairs that folklore (k + 1)-WL tells
# apart (Cai, Fürer and Immerman, 1992).
#
# ### The price
#
# **Predict, then run.** Make the graph twice as large. How much longer does one round of colours take, and
# how much longer one round of pairs? We measure on rings.


# %%
def seconds(function, *inputs, tries=3):
    """The quickest of a few tries."""
    times = []
    for _ in range(tries):
        begin = time.perf_counter()
        function(*inputs)
        times.append(time.perf_counter() - begin)
    return min(times)


sizes = [8, 16, 32, 64]
rings = [cycle_graph(n) for n in sizes]
nodes_took = [seconds(refine_once, ring.edge_index, torch.arange(n) * 0) for n, ring in zip(sizes, rings)]
pairs_took = [seconds(refine_pairs, pair_start(ring)) for ring in rings]
figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for took, label, style in ((nodes_took, "colours of nodes", "o-"), (pairs_took, "colours of pairs", "s--")):
    print(f"{label}: {1000 * took[-1]:.1f} ms for 64 nodes, {took[-1] / took[-2]:.1f} times that for 32")
    ax.loglog(sizes, took, style, label=label, color="#0072B2" if style == "o-" else "#D55E00")
ax.set(xlabel="nodes", ylabel="seconds for one round", xticks=sizes, xticklabels=sizes)
ax.minorticks_off()
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False)
show(
    ax,
    "Seconds for one round against the number of nodes, both on logarithmic scales: the line for pairs is "
    "far steeper than the line for nodes.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# About twice as long for nodes, and about eight times for pairs (small sizes have overheads, and the clock
# is not exact). Colour refinement reads one message per edge, and a ring has two edges for each node, one each way.
# (`refine_once` also looks through the list of all edges once for every node. That is quick, and would only show on
# far larger graphs.) Pairs look at every (i, j, w): $N^3$ items in time, $N^2$ colours in memory. On Cora's 2708 nodes
# that is 20 thousand million items a round, against some ten thousand messages.
#
# </details>

# %% [markdown]
# Networks exist for pairs as well: Maron et al. (2019) build one from matrix products, at the same $N^3$. For
# molecules that is bearable. For a social network it is not.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live:** draw an edge (i, j) and a third node w, and let the room say the item for each w of the hexagon
# and of the triangle: (edge, edge) exists only in the triangle. That is the whole secret of pairs.
#
# **What goes wrong in `refine_pairs`:** two sorted lists, one for the steps (i, w) and one for (w, j). It
# sounds like the same thing until somebody looks for the triangle. `check` calls it "makes two heaps of it";
# that is the *other* 2-WL of the literature, which is no stronger than 1-WL. Expect questions about names.
# The rule is "folklore k = the other k + 1", on undirected graphs and from k = 1 on.

# %% [markdown]
# ## Beyond, cheaper: mark a node
#
# There is a way that keeps message passing. Make N copies of the graph; in copy v, mark node v. Then run
# colour refinement (or GIN) on all copies. Each copy gets its histogram, and each graph becomes a heap of N
# histograms: compare these heaps. A mark is a landmark. In any graph its news is back after two steps, to a neighbour
# and home; after three it is back in a triangle, and in a hexagon it isn't. This is the idea of *subgraph networks*
# (Bevilacqua and others, 2022); it costs N times a plain round, so $N \cdot E$ messages.
#
# **Your turn: mark_each_node** (5 min, function). Build the N copies as one batch, copy after copy, each with
# the edges in their old order; and the marks, 1 on node v of copy v and 0 elsewhere.


# %% nbgrader={"grade_id": "mark_each_node", "solution": true}
def mark_each_node(edge_index, num_nodes):
    """N copies, one marked node in each. edge_index [2, E] -> (their edge_index [2, N E], marks [N N])."""
    ### BEGIN SOLUTION
    copies = [edge_index + v * num_nodes for v in range(num_nodes)]
    return torch.cat(copies, dim=1), torch.eye(num_nodes, dtype=torch.long).flatten()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_mark_each_node", "grade": true}
check(mark_each_node)

# %%
# hint("mark_each_node")  # stuck? take away the first # and run this cell; again for the next hint


# %%
def marks_tell_apart(first, second):
    """Does 1-WL on marked copies tell two graphs with equally many nodes apart?"""
    n = first.num_nodes
    (one, marks), (other, more) = (mark_each_node(graph.edge_index, n) for graph in (first, second))
    edge_index = torch.cat([one, other + n * n], dim=1)  # the first graph's n copies, then the second's
    start = torch.cat([torch.as_tensor(marks), torch.as_tensor(more)]).long()
    copy = torch.arange(2 * n).repeat_interleave(n)
    groups = torch.as_tensor(wl_groups(edge_index, start, copy, 2 * n))  # one number for each copy
    return not torch.equal(groups[:n].sort().values, groups[n:].sort().values)


print(f"{'':30} {'1-WL':>10} {'marks':>14} {'pairs':>14}")
for name, first, second, _ in pairs:
    tests = (told_apart, marks_tell_apart, pairs_tell_apart)
    costs = (first.num_edges, first.num_nodes * first.num_edges, first.num_nodes**3)
    words = [f"{'yes' if test(first, second) else 'no'}, {cost}" for test, cost in zip(tests, costs)]
    print(f"{name:30} {words[0]:>10} {words[1]:>14} {words[2]:>14}")

# %% [markdown]
# The number behind each word is how many messages or items one round reads, for one of the two graphs. Marks
# see as much as pairs on these five, for less. In general they see no more than pairs do (Frasca and others, 2022),
# and less on some graphs.
#
# ## Beyond, cheapest: give the nodes names
#
# If messages come without a name, why not give each node a *node id* as a feature, one-hot by its number? Or a few
# *random features*, drawn anew each time (Sato and others, 2021)? Then a message can be recognised when it comes
# back. It costs next to nothing. What is the catch? We let your GIN learn to tell hexagons from two triangles, with
# three kinds of features, and test it on both graphs with the nodes in other orders.


# %%
copies_of = 16  # graphs of each kind in a batch
pair_edges = torch.cat([hexagon.edge_index, triangles.edge_index + 6], dim=1)
many_edges = torch.cat([pair_edges + 12 * k for k in range(copies_of)], dim=1)
owner = torch.arange(2 * copies_of).repeat_interleave(6)
label = torch.arange(2).repeat(copies_of)  # hexagon, triangles, hexagon, ...


def features_of(kind, renumbered, generator):
    """Features for 16 hexagons and 16 pairs of triangles in turn, [192, 6]."""
    if kind == "none":
        return torch.ones(len(owner), 6)
    if kind == "random":
        return torch.randn(len(owner), 6, generator=generator)
    order = torch.arange(6).expand(2 * copies_of, 6)
    if renumbered:
        order = torch.rand(2 * copies_of, 6, generator=generator).argsort(dim=1)
    return torch.eye(6)[order.flatten()]


def learn(kind, seed):
    """The share of right answers on graphs numbered as in training, and renumbered."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    layers = nn.ModuleList([GINLayer(6, 32, 32), GINLayer(32, 32, 32), GINLayer(32, 32, 32)])
    out = nn.Linear(32, 2)

    def answer(x):
        for layer in layers:
            x = F.relu(layer(x, many_edges))
        return out(torch.zeros(len(label), 32).index_add(0, owner, x) / 6)

    optimiser = torch.optim.Adam([*layers.parameters(), *out.parameters()], lr=0.005)
    for _ in range(250):
        optimiser.zero_grad()
        F.cross_entropy(answer(features_of(kind, False, generator)), label).backward()
        optimiser.step()

    @torch.no_grad()
    def accuracy(renumbered):
        answers = [answer(features_of(kind, renumbered, generator)) for _ in range(10)]
        return float((torch.stack(answers).argmax(dim=2) == label).float().mean())

    return accuracy(renumbered=False), accuracy(renumbered=True)


print("features    as in training   renumbered")
for kind in ("none", "ids", "random"):
    results = np.array([learn(kind, seed) for seed in (0, 1, 2)])
    print(f"{kind:10}", *(f"{m:8.2f} ± {s:.2f}" for m, s in zip(results.mean(axis=0), results.std(axis=0))))

# %% [markdown]
# Without features the network can only guess. With ids it learns the two graphs by heart, and with other
# numbers it is lost: the order of the nodes, which should mean nothing, has become part of the answer. Random
# features don't have that fault, since nothing can be learned by heart; what can be learned is to compare.
# (New numbers drawn for a new order are just new numbers: the line's two accuracies differ by chance.) But
# the answer is now a matter of luck: ask twice about the same graph, and you may hear two different things.
#
# | what you add | tells apart | costs in a round | the catch |
# |---|---|---|---|
# | nothing (1-WL, GIN) | as much as 1-WL | E | regular graphs look alike |
# | node ids | anything, with layers enough | E | the numbering matters |
# | random features | anything, with luck | E | noisy answers, slow learning |
# | marks (subgraphs) | more than 1-WL, never more than pairs | N · E | N times the work |
# | pairs (folklore 2-WL, "3-WL") | more: triangles, short rings, ... | N³ | small graphs only |
#
# Lesson 7's graph transformers are in the same boat: without positions they see a heap of nodes, and
# positional encodings are a way of naming nodes.

# %% [markdown]
# ## Quiz
#
# **1.** Two graphs have the same histogram of stable colours, refined together. What follows?
#
# - **a)** They are the same graph, with the nodes numbered in another way.
# - **b)** They may or may not be the same graph; no message-passing network tells them apart.
# - **c)** They have equally many triangles.
# - **d)** A network with more layers, or better trained, may still tell them apart.
#
# **Your turn: same_histogram** (1 min, blank).

# %% nbgrader={"grade_id": "same_histogram", "solution": true}
same_histogram = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
same_histogram = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_same_histogram", "grade": true}
check(same_histogram=same_histogram)

# %% [markdown]
# **2.** Which two inboxes do *both* mean and max take for the same, while the sum tells them apart?
#
# - **a)** {1, 2} and {1, 1, 2, 2}
# - **b)** {1, 3} and {2, 2}
# - **c)** {1, 2, 2} and {1, 1, 2}
# - **d)** {1, 2} and {2, 1}
#
# **Your turn: deaf_ears** (1 min, blank).

# %% nbgrader={"grade_id": "deaf_ears", "solution": true}
deaf_ears = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
deaf_ears = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_deaf_ears", "grade": true}
check(deaf_ears=deaf_ears)

# %% [markdown]
# **3.** What is the $1 + \varepsilon$ in GIN for?
#
# - **a)** It keeps the numbers from growing from layer to layer.
# - **b)** It makes the layer invariant to the numbering of the nodes.
# - **c)** It tells a node with 1 that hears 2 from a node with 2 that hears 1.
# - **d)** It makes sure that isolated nodes aren't divided by zero.
#
# **Your turn: why_eps** (1 min, blank).

# %% nbgrader={"grade_id": "why_eps", "solution": true}
why_eps = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
why_eps = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_why_eps", "grade": true}
check(why_eps=why_eps)

# %% [markdown]
# **4.** A molecule has 18 atoms. How many items (i, j, w) does one round over pairs look at?
#
# **Your turn: pair_work** (1 min, blank).

# %% nbgrader={"grade_id": "pair_work", "solution": true}
pair_work = None  # a whole number
### BEGIN SOLUTION
pair_work = 18**3
### END SOLUTION

# %% nbgrader={"grade_id": "check_pair_work", "grade": true}
check(pair_work=pair_work)

# %%
# hint("pair_work")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ## In your own words
#
# A colleague predicts a property of drug molecules, about 30 atoms each, with a GIN. She has read about blind
# pairs and says: "So I have to change to 3-WL." What do you answer, in five or six sentences? Say what she
# would gain, what it would cost, how she can find out whether her data need it, and what she might try first.
# A person will read it.
#
# **Your turn: which_test** (5 min, stretch).

# %% [markdown] nbgrader={"grade_id": "which_test", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# 3-WL (colours for pairs) tells apart all that GIN does and more, such as rings of different length in
# molecules like decalin and bicyclopentyl. A round costs 30³ = 27,000 items instead of about 65 messages:
# bearable for one molecule, some four hundred times the work for a whole data set. Whether it is needed is a
# matter of the data: run 1-WL with the atoms as starting colours, and count pairs of different molecules with
# the same histogram, above all pairs with different labels. If there are none, GIN's blind spot isn't what
# holds her back. If there are some, better features come first (bond types, ring membership), then marked
# copies at N times the cost.
#
# Three points, one each: what is gained (it sees more, with an example, or: never less); what it costs (N³ or
# a number, against E); a way to find out, or a cheaper way to try first (features, marks, random features
# with their catch). Half a point for a part without a reason.
# <!-- END SOLUTION -->

# %% [markdown]
# ## What stays
#
# Colour refinement repeats one question, *who am I, and whom do I hear?*, and no message-passing network of
# any depth sees more than its stable colours. GIN reaches that limit because a sum can count, while a mean
# knows shares and a max knows presence. To see more you must tell the nodes more or look at more of them at
# once, and both have a price: numbering, noise, N copies, or N³.
#
# ## What you have built
#
# In lesson 0 there were three friends and two films. You wrote down who tells whom as a matrix, and the inbox
# was one product, A.T @ X. Message passing let news travel, a round for each hop. GCN weighed it by degrees,
# GAT let each node choose whom to listen to, GraphSAGE learned to greet the newcomer with a handful of
# neighbours. Pooling turned many nodes into one answer; over-smoothing showed why more layers aren't the way
# to see more; and today you drew the border of it all. Every part of it was your own code.
#
# And the friends? Each hears something different by the second round. Ann, Bob and Cem were never in danger
# of being confused.
#
# The electives take it from here: graph transformers and grids in depth; knowledge graphs and recommenders;
# graphs too large for one machine, with the tools that the trade uses; and a capstone, in which your own
# layers replace the library's.
#
# ## Where to read on
#
# - Keyulu Xu, Weihua Hu, Jure Leskovec, Stefanie Jegelka: *How Powerful are Graph Neural Networks?* 2019,
#   arXiv 1810.00826. GIN, and why the sum.
# - Christopher Morris and others: *Weisfeiler and Leman Go Neural: Higher-order Graph Neural Networks.* 2019,
#   arXiv 1810.02244. The same border, found independently, and networks beyond it.
# - Haggai Maron, Heli Ben-Hamu, Hadar Serviansky, Yaron Lipman: *Provably Powerful Graph Networks.* 2019,
#   arXiv 1905.11136. A network for pairs.
# - Beatrice Bevilacqua and others: *Equivariant Subgraph Aggregation Networks.* 2022, arXiv 2110.02910; and Fabrizio
#   Frasca and others: *Understanding and Extending Subgraph GNNs by Rethinking Their Symmetries.* 2022, arXiv
#   2206.11140. Marked copies, and why they see no more than pairs.
# - Ryoma Sato, Makoto Yamada, Hisashi Kashima: *Random Features Strengthen Graph Neural Networks.* 2021, arXiv
#   2002.03155.
# - Jin-Yi Cai, Martin Fürer, Neil Immerman: *An optimal lower bound on the number of variables for graph
#   identification.* 1992. Blind pairs for every k.
# - Boris Weisfeiler, Andrei Leman: *A reduction of a graph to a canonical form and an algebra arising during
#   this reduction.* 1968. Where it began, with colours for pairs.
#
# In the library, `gnn_lib/wl.py` refines with 64-bit hashes in place of names, so that colours mean the same
# in every graph; `wl_higher.py` does it for tuples of any length; and `wl_kernel.py` turns histograms into a
# measure of how alike two graphs are: the strong baseline before graph networks, and still one to beat.

# %%
progress()

# %% [markdown]
# The last question is yours to answer: which graph in your own world has something to say, and who in it
# should listen to whom?
