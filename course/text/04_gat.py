# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 4: Graph attention
#
# About 75 minutes, 40 points.
#
# Lesson 3 gave every message a weight, and the weight came from two degrees. It is fixed before anybody has said a
# word. Shouldn't a node choose whom to listen to? At the end of this lesson you can
#
# - score every edge by what its two ends say, and turn the scores into shares of each inbox that sum to 1;
# - write a graph attention layer with several heads, and look at what it attends to;
# - show by experiment what such a layer can't do, and mend it with one change;
# - say in which sense a Transformer is a graph network, and what its graph costs.

# %%
import math
import time
from functools import cache

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.datasets import citation_graph, power_law_graph, three_friends
from gnn_lib.exercises import start
from gnn_lib.graph import Graph
from gnn_lib.layers import GATConv, GCNConv
from gnn_lib.plot import describe_graph, draw_attention, draw_graph, draw_matrix, show
from gnn_lib.tasks import NodeTask
from gnn_lib.train import evaluate, fit, seed_everything
from gnn_lib.widgets import play_attention

torch.set_num_threads(1)  # small matrices: a second thread gains little, and gets in a busy machine's way
check, hint, progress = start(4)

# %% [markdown]
# ## Whom should Cem believe?
#
# Cem is looking for a film. He gave the comedy 1 and the thriller 3. Two friends tell him about films: Ann, who
# rates 5 and 1, and Bob, who rates 3 and 5. You would tell him to listen to Bob. What does the graph convolution
# of lesson 3 tell him?

# %%
friends = three_friends()
print(describe_graph(friends))
loops = torch.arange(3).expand(2, 3)  # everyone hears themselves as well
with_loops = torch.cat([friends.edge_index, loops], dim=1)
degree = torch.bincount(with_loops[1]).float()  # Ann 2, Bob 2, Cem 3
gcn_weights = 1 / (degree[with_loops[0]] * degree[with_loops[1]]).sqrt()
show(
    draw_attention(friends, gcn_weights, edge_index=with_loops),
    "The three friends, each with a loop. The weights of the graph convolution: Ann to Cem and Bob to Cem are both "
    "0.41, Cem to himself 0.33.",
)

# %% [markdown]
# To Cem, Ann and Bob count the same, 0.41, because they have the same degree. Swap their ratings, and the weights
# stay. Let Ann rate films at random, and the weights stay. Such weights look at the graph and never at what is said.
#
# In lesson 1 we made up a number for how much Cem trusts each friend. Now a network is to find such numbers, anew on
# each edge, from the features at its two ends. Here is the plan:
#
# 1. give each edge a *score*: any number, below zero as well, made by weights that are learned;
# 2. turn the scores of each inbox into *shares*: positive numbers that sum to 1;
# 3. add up the messages of each inbox, each times its share.
#
# A node that does this pays *attention*: it has a whole of 1 to give, and divides it among what it hears.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** Friends and scores 15, softmax 15, one head and several 15, citation
# graph 8, static ranking and the dictionary 12, self-attention 7, quiz 3. If time is short, give `join_heads` and the
# essay as homework. Don't cut the dictionary: it is what they will remember.
#
# **Ask the room** before anything is shown: "You hear about a film from ten people. How do you weigh them?" Collect
# the answers on two sides of the board: what depends on the speaker alone (expert, liar), and what depends on
# speaker *and* listener (has my taste). GAT can do the left side. The right side is what GATv2 is for. Leave the
# board as it is until the last third of the lesson.

# %% [markdown]
# ## A score for every edge
#
# As in lesson 3, the features are first multiplied by a matrix W [F_in, F_out] that learns: `h = x @ W`. Row i of h,
# what W makes of node i, is called $h_i$. On the edge j -> i, j speaks and i listens. Set the two rows side by side,
# the listener's first; the two bars in the formula mean just that. Then take the dot product with a vector $a$ of
# weights, twice as long as a row. The weights in $a$ learn, too. ($a^\top$ before a vector stands for the dot product
# of the two.)
#
# $$s_{ji} = a^\top [\, h_i \,\|\, h_j \,]$$
#
# We write $s_{ji}$ as we write $A_{ji}$: from j, to i. (The $S_{ji}$ of lesson 3 was something else, a finished weight.
# Many papers write $e_{ij}$ for a score, the listener first, and call scores *logits*.)
#
# By hand: let W be the identity, so that h is x, the two ratings, comedy first. And let $a$ be (1, 0, -1, 1). Its
# first half, 1 and 0, meets the listener and takes the comedy rating. The second half, -1 and 1, meets the sender:
# thriller minus comedy. On the edge from Bob to Cem that is 1 for Cem, and 5 - 3 = 2 for Bob: a score of 3. On the
# edge from Ann to Cem it is 1, and 1 - 5 = -4: a score of -3.
#
# **Your turn: pair_scores** (4 min, blank). Fill in the middle: make a table `both` [E, 2 F] that has for every edge
# the two rows side by side. What comes out is one number per edge, in the order of the columns of `edge_index`.

# %% nbgrader={"grade_id": "pair_scores", "solution": true}
def pair_scores(h, edge_index, a):
    """The score of each edge. h [N, F], edge_index [2, E], a [2 F] -> [E]."""
    speaks, listens = h[edge_index[0]], h[edge_index[1]]
    ### BEGIN SOLUTION
    both = torch.cat([listens, speaks], dim=1)
    ### END SOLUTION
    return both @ a


# %% nbgrader={"grade_id": "check_pair_scores", "grade": true}
check(pair_scores)

# %%
# hint("pair_scores")  # stuck? take away the first # and run this cell; again for the next hint

# %%
a = torch.tensor([1.0, 0.0, -1.0, 1.0])
for (j, i), score in zip(friends.edge_index.T.tolist(), pair_scores(friends.x, friends.edge_index, a).tolist()):
    print(f"{friends.names[j]} -> {friends.names[i]}: {score:.0f}")

# %% [markdown]
# ### The same score, cheaper
#
# The table `both` has 2 F numbers for each edge. A million edges and 64 features make 128 million numbers, only to
# become a million. But a dot product is a sum, so it can be taken in two parts. Call the first half of $a$ $a_{dst}$,
# for the destination (another word for the target), and the second half $a_{src}$, for the source:
#
# $$a^\top [\, h_i \,\|\, h_j \,] = a_{dst}^\top h_i + a_{src}^\top h_j$$
#
# Each part belongs to one node alone. So every node needs just two numbers: what it adds to a score as a listener,
# and what it adds as a sender. N numbers of each kind, and on each edge one addition.
#
# There is one more step. The sum is bent by *LeakyReLU*: what is above zero stays, what is below zero is multiplied
# by a small *slope*, most often 0.2. Why, you will see soon.
#
# $$s_{ji} = \operatorname{LeakyReLU}\bigl(a_{dst}^\top h_i + a_{src}^\top h_j\bigr)$$
#
# **Your turn: gat_scores** (5 min, function). Two numbers per node, one addition per edge, then the bend.

# %% nbgrader={"grade_id": "gat_scores", "solution": true}
def gat_scores(h, edge_index, a_dst, a_src, slope):
    """h [N, F], edge_index [2, E], a_dst [F], a_src [F], slope a number -> [E]."""
    ### BEGIN SOLUTION
    as_listener, as_sender = h @ a_dst, h @ a_src
    scores = as_listener[edge_index[1]] + as_sender[edge_index[0]]
    return F.leaky_relu(scores, slope)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_gat_scores", "grade": true}
check(gat_scores)

# %%
# hint("gat_scores")  # stuck? take away the first # and run this cell; again for the next hint

# %%
a_dst, a_src = torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 1.0])
print(gat_scores(friends.x, friends.edge_index, a_dst, a_src, 0.2))

# %% [markdown]
# The scores are -1, -3, 3 and 7 as before, with the first two bent to -0.2 and -0.6.

# %% [markdown]
# ## From scores to shares
#
# Scores can be anything, below zero as well. Shares should be positive and sum to 1. The softmax of lesson 3 does
# that: take e to the power of each score, then divide by the total. A higher score gets a larger share: a score that
# is higher by 1 gets a share that is e times, about 2.7 times, as large.
#
# The total of *what*? Of the inbox. It is the listener who divides its attention:
#
# $$\alpha_{ji} = \frac{e^{s_{ji}}}{\sum_{k \in \mathcal N(i)} e^{s_{ki}}}$$
#
# The sum below the line runs over all k that send to i, j among them. (Where an edge comes twice, the message comes
# twice: both are in the sum.) The shares $\alpha_{ji}$ are called *attention weights*, or attention for short.
#
# Once by hand. Say Cem's two scores were 0 for what Ann tells him, and ln 3, about 1.0986, for what Bob tells him.
# (ln is the natural logarithm: e to the power of ln 3 is 3.)
#
# **Your turn: share** (2 min, blank). Which share does Bob's message get?

# %% nbgrader={"grade_id": "share", "solution": true}
share = None  # a number
### BEGIN SOLUTION
share = 0.75
### END SOLUTION

# %% nbgrader={"grade_id": "check_share", "grade": true}
check(share=share)

# %%
# hint("share")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# In this graph, without loops, Bob hears from one person only, from Ann.
#
# **Your turn: alone** (1 min, blank). An inbox holds a single message. What can you say about it?
#
# - **a)** its share is 0.5
# - **b)** its share depends on the score
# - **c)** its share is 1, whatever the score
# - **d)** its share is 1 only if the score is above zero

# %% nbgrader={"grade_id": "alone", "solution": true}
alone = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
alone = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_alone", "grade": true}
check(alone=alone)

# %% [markdown]
# ### With a table first
#
# On a small graph, a table makes this easy to see. Put the score of the edge from j to i into row j, column i, as in
# the adjacency matrix. An inbox is then a column, and `softmax(dim=0)` works down each column. But what stands in
# the cells where there is no edge?
#
# **Predict, then run.** On the left these cells hold 0. What will Cem's column look like after the softmax: can
# a cell without an edge get a share?

# %%
j, i = friends.edge_index
scores = torch.tensor([-0.2, -0.6, 3.0, 7.0])  # Ann -> Bob, Ann -> Cem, Bob -> Cem, Cem -> Ann
figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.2), layout="constrained")
for ax, empty, title in ((axes[0], 0.0, "no edge: score 0"), (axes[1], -math.inf, "no edge: score -inf")):
    table = torch.full((3, 3), empty)
    table[j, i] = scores
    names = friends.names
    draw_matrix(table.softmax(dim=0), rows=names, columns=names, value_range=(0, 1), ax=ax)
    ax.set_title(title, pad=12)
    ax.set_ylabel("from")
    ax.set_xlabel("to (attends)")
show(
    axes,
    "Two tables of shares, columns sum to 1. Left, where missing edges had the score 0, every cell has a share: in "
    "Bob's column Ann has 0.29, Bob himself and Cem 0.35 each. Right, with minus infinity, only the four edges have "
    "shares: in Cem's column Ann has 0.027 and Bob 0.97, and in Bob's column Ann has 1.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# On the left, yes. Cem himself gets 0.046 of his attention, without an edge. With Bob it is worse: Cem, who never
# tells him anything, gets 0.35, and Ann, who does, only 0.29. For e to the power of 0 is 1, so a missing edge counts
# as much as an edge of score 0. On the right the missing edges have a score of minus infinity, and e to the power of
# that is 0. This is called a *masked softmax*: everything is scored, and a mask takes out what isn't there.
#
# </details>

# %% [markdown]
# ### Along the edges, and for any size of number
#
# The table has N times N cells, and lesson 1 showed where that leads. We have one score per edge, so we do the same
# with sums over the inbox: e to the power of each score, `index_add` by target, divide.
#
# One trap is left. e to the power of 100 is too large for a float32. It becomes `inf`, and `inf / inf` is not a
# number.

# %%
print(torch.tensor([98.0, 99.0, 100.0]).exp())
print(torch.tensor([98.0, 99.0, 100.0]).softmax(dim=0))

# %% [markdown]
# torch's own softmax, in the second line, copes. First it subtracts the highest score from all scores. That changes
# nothing, because e to the power of a difference is a quotient, and what was subtracted cancels. For any number m:
#
# $$\frac{e^{s_{ji} - m}}{\sum_{k \in \mathcal N(i)} e^{s_{ki} - m}} = \frac{e^{s_{ji}}}{\sum_{k \in \mathcal N(i)} e^{s_{ki}}}$$
#
# With the highest score as m, the largest exponential is e to the power of 0, which is 1. So nothing overflows, and the
# total is at least 1. The highest score *of what*? Think of an inbox with scores around -1000 in a graph where another
# has scores around +1000.
#
# Lesson 2 found the largest message of each inbox with a `for` loop. A relative of `index_add` does it in one call:
# where `lowest` is [N] and holds minus infinity everywhere, `lowest.scatter_reduce(0, targets, scores, "amax")` keeps
# for each target the largest of the scores that arrive there.
#
# **Your turn: inbox_softmax** (8 min, function). Turn scores into shares of each inbox. Scores may be in the
# thousands, inboxes may be empty, an edge may come twice, and gradients must flow.

# %% nbgrader={"grade_id": "inbox_softmax", "solution": true}
def inbox_softmax(scores, edge_index, num_nodes):
    """Shares that sum to 1 over each inbox. scores [E], edge_index [2, E], num_nodes N -> [E]."""
    ### BEGIN SOLUTION
    targets = edge_index[1]
    lowest = torch.full((num_nodes,), -math.inf)
    highest = lowest.scatter_reduce(0, targets, scores, "amax")
    weights = (scores - highest[targets]).exp()
    totals = torch.zeros(num_nodes).index_add(0, targets, weights)
    return weights / totals[targets]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_inbox_softmax", "grade": true}
check(inbox_softmax)

# %%
# hint("inbox_softmax")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **What goes wrong in `inbox_softmax`**, in the order of how often: no subtraction at all (passes
# everything but the large scores); `scores.max()` for the whole graph (then an inbox of low scores gives 0 / 0); a
# small epsilon below the line (no NaN, but a node that hears nothing); grouping by `edge_index[0]`. The last one is
# worth a minute: "Who has one hour to give, the one who listens or the one who talks?"
#
# **Live coding.** Write it with a loop over the nodes first: `scores[targets == i].softmax(0)`. It is right and five
# lines long. Then ask what it costs on a graph with a million nodes.

# %% [markdown]
# ### Why the bend?
#
# Now we can see what LeakyReLU is for. Suppose Cem, the listener, adds more to his scores, or less. Does that change
# how he divides his attention?
#
# **Predict, then run.** As senders, Ann adds -4 to her score and Bob 2. The cell tries five values of what Cem, the
# listener, adds to both, first without LeakyReLU, then with it. What becomes of Ann's share?

# %%
senders = torch.tensor([-4.0, 2.0])  # what Ann and Bob add to a score as senders
edges_to_cem = torch.tensor([[0, 1], [2, 2]])
print("Cem adds   Ann's share without LeakyReLU, and with it")
for cem in (-5.0, -1.0, 0.0, 1.0, 5.0):
    plain = inbox_softmax(senders + cem, edges_to_cem, 3)
    bent = inbox_softmax(F.leaky_relu(senders + cem, 0.2), edges_to_cem, 3)
    print(f"{cem:8.0f}   {plain[0]:.4f}   {bent[0]:.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Without the bend: not at all. Cem adds the same number to all scores of his inbox, and we have just seen that such
# a number cancels. `a_dst` could be left out. With the bend it matters on which side of zero the sums fall, and by
# how much: the listener can make the contrast sharper or softer.
#
# Look closely, though. Does Ann ever get more than Bob? Keep that in mind; we come back to it.
#
# </details>

# %% [markdown]
# ## One head
#
# Everything is there: multiply by W, score, share out, add up. $h'_i$, with a prime, is what node i holds after the
# layer:
#
# $$h'_i = \sum_{j \in \mathcal N(i)} \alpha_{ji}\, h_j$$
#
# One such unit, with a W and an $a$ of its own, is called a *head*.
#
# **Your turn: one_head** (6 min, function). Use what you have written. The slope is 0.2. A node with an empty inbox
# has nothing to add up, and gets zeros.

# %% nbgrader={"grade_id": "one_head", "solution": true}
def one_head(x, edge_index, W, a_dst, a_src):
    """x [N, F_in], edge_index [2, E], W [F_in, F_out], a_dst and a_src [F_out] -> [N, F_out]."""
    ### BEGIN SOLUTION
    h = x @ W
    alpha = inbox_softmax(gat_scores(h, edge_index, a_dst, a_src, 0.2), edge_index, len(x))
    messages = alpha[:, None] * h[edge_index[0]]
    return torch.zeros_like(h).index_add(0, edge_index[1], messages)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_one_head", "grade": true}
check(one_head)

# %%
# hint("one_head")  # stuck? take away the first # and run this cell; again for the next hint

# %%
a_dst, a_src = torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 1.0])
for name, heard in zip(friends.names, one_head(friends.x, friends.edge_index, torch.eye(2), a_dst, a_src).tolist()):
    print(f"{name} hears: comedy {heard[0]:.2f}, thriller {heard[1]:.2f}")

# %% [markdown]
# Cem hears 3.05 and 4.89, very nearly Bob's 3 and 5. And if Ann and Bob swap their ratings, he will listen to Ann.

# %% tags=["playground"]
alpha = inbox_softmax(gat_scores(friends.x, with_loops, a_dst, a_src, 0.2), with_loops, 3)
show(
    draw_attention(friends, alpha, edge_index=with_loops),
    "The three friends with a share on every arrow and loop. To Cem: from Bob 0.49, from himself 0.49, from Ann "
    "0.013. To Ann: from Cem nearly 1, from herself 0.0025. To Bob: from himself 0.99, from Ann 0.0055.",
)

# %% [markdown]
# In this picture everybody hears themselves, too, as in lesson 3. A self-loop is an edge like any other: it gets a
# score, and a share. Compare it with the first picture of this lesson. The arrows into each node sum to 1, and they
# depend on what is said.

# %% [markdown]
# ## Several heads
#
# One head has one way to choose. It may look for friends who love thrillers. Another could look for those who love
# comedies, and a third one for those who praise everything. So a layer has several heads side by side, each with its
# own W, $a_{dst}$ and $a_{src}$. Each listens to the same inbox in its own way. This is *multi-head attention*.
#
# Here are two heads side by side. Head 0 has the numbers from above; head 1 loves comedies, with $a_{dst}$ = (0, 1) and
# $a_{src}$ = (1, -1). In each node stand its two ratings, comedy first.
#
# **Predict, then play.** Whom does Cem listen to most in each head? And if you click Ann, which swaps her two ratings:
# whose inboxes change in head 0?
#
# <details><summary>Answer</summary>
#
# In head 0 Bob and himself share the first place, in head 1 it is Ann. With Ann's ratings swapped, the inboxes of Bob
# and Cem change, because she speaks there and has become the greatest fan of thrillers. So does Ann's own: she is in
# it as the sender of her loop, and as a listener she adds 1 to both scores now, where it was 5.
#
# </details>

# %% tags=["playground"]
play_attention(gat_scores, inbox_softmax, graph=friends)

# %% [markdown]
# In the end there are H tables [N, C], one from each head, C columns wide. They are joined in one of two ways:
#
# - *concatenated*: each node's H rows side by side, [N, H C]. Nothing is lost. That is usual inside a network.
# - *averaged*: the mean over the heads, [N, C]. That is usual in the last layer, where one number per class is
#   wanted.
#
# **Your turn: join_heads** (4 min, function). Head by head: first all columns of head 0, then all of head 1.

# %% nbgrader={"grade_id": "join_heads", "solution": true}
def join_heads(heads, concat):
    """heads [H, N, C] -> [N, H C] if concat is True, else their mean [N, C]."""
    ### BEGIN SOLUTION
    if concat:
        return torch.cat(list(heads), dim=1)
    return heads.mean(dim=0)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_join_heads", "grade": true}
check(join_heads)

# %%
# hint("join_heads")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ## The layer
#
# Now the layer of the *graph attention network*, GAT for short, as a module that learns. One linear map gives the
# columns of all heads, and `view` cuts each row into heads, so `h` is [N, H, C]. The scores and the shares become
# [E, H]: one column for each head. What is heard is [N, H, C] again, with the heads in dimension 1, so here they are
# joined by `flatten(1)` or by `mean(dim=1)`.
#
# **Your turn: GATLayer** (10 min, layer). `__init__` is there. Fill in two methods:
#
# - `attention`: every node's number as a listener is `(h * self.a_dst).sum(dim=2)`, [N, H], and likewise as a sender.
#   Then the scores [E, H], with slope 0.2, and the softmax over the inbox, for each head by itself: your `inbox_softmax`
#   takes one column [E] at a time.
# - `forward`: the self-loops have been added and `h` is made. Get the shares, add up the messages, join the heads,
#   add the bias.

# %% nbgrader={"grade_id": "GATLayer", "solution": true}
class GATLayer(nn.Module):
    """x [N, in_channels], edge_index [2, E] -> [N, heads * out_channels], or [N, out_channels] without concat."""

    def __init__(self, in_channels, out_channels, heads=1, concat=True):
        super().__init__()
        self.heads, self.concat = heads, concat
        self.lin = nn.Linear(in_channels, heads * out_channels, bias=False)
        self.a_dst = nn.Parameter(torch.empty(heads, out_channels))
        self.a_src = nn.Parameter(torch.empty(heads, out_channels))
        self.bias = nn.Parameter(torch.zeros(heads * out_channels if concat else out_channels))
        for weight in (self.lin.weight, self.a_dst, self.a_src):  # at random, neither large nor small
            nn.init.xavier_uniform_(weight)

    def attention(self, h, edge_index):
        """h [N, H, C], edge_index [2, E] -> shares [E, H]."""
        ### BEGIN SOLUTION
        as_listener, as_sender = (h * self.a_dst).sum(dim=2), (h * self.a_src).sum(dim=2)
        scores = F.leaky_relu(as_listener[edge_index[1]] + as_sender[edge_index[0]], 0.2)
        return torch.stack([inbox_softmax(column, edge_index, len(h)) for column in scores.T], dim=1)
        ### END SOLUTION

    def forward(self, x, edge_index):
        loops = torch.arange(len(x)).expand(2, -1)
        edge_index = torch.cat([edge_index, loops], dim=1)
        h = self.lin(x).view(len(x), self.heads, -1)
        ### BEGIN SOLUTION
        messages = self.attention(h, edge_index)[:, :, None] * h[edge_index[0]]
        heard = torch.zeros_like(h).index_add(0, edge_index[1], messages)
        joined = heard.flatten(1) if self.concat else heard.mean(dim=1)
        return joined + self.bias
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_GATLayer", "grade": true}
check(GATLayer)

# %%
# hint("GATLayer")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The library has such a layer, too, `GATConv`. With the same weights, both should say the same. (On graphs without
# loops of their own, that is: the small print of lesson 3 holds here as well.)

# %%
seed_everything(0)
mine, theirs = GATLayer(2, 4, heads=3), GATConv(2, 4, heads=3)
with torch.no_grad():
    theirs.lin.weight.copy_(mine.lin.weight)
    theirs.att_dst[0].copy_(mine.a_dst)
    theirs.att_src[0].copy_(mine.a_src)
difference = (mine(friends.x, friends.edge_index) - theirs(friends.x, friends.edge_index)).abs().max()
print(f"largest difference: {difference:.1e}")

# %% [markdown] tags=["instructor"]
# *For the instructor.* **What goes wrong in `GATLayer`:** the self-loops come *before* the scores, and they are given
# here, because a loop that is added afterwards in full ("plus my own h") is the most frequent mistake in home-made
# layers. The second one is `view(N, C, H)`. Draw the columns of `lin(x)` on the board: head 0's C columns, then head
# 1's.
#
# **Ask the room:** "How many parameters does the layer have, and how many more for a graph with twice the edges?"
# (in * H * C + 2 * H * C + bias; none more.)

# %% [markdown]
# ## Does it pay?
#
# We go back to the citation graph of lesson 3, where papers cite each other and few topics are known. The baselines
# first: an MLP, which sees the words of each paper alone, and the graph convolution. Then GAT with four heads of four
# columns. And between them the same GAT with its choice taken away: all shares of an inbox are equal, so that each
# head takes the mean.
#
# Three seeds each. `fit` is the library's training loop, which does what you did in lesson 3: the best of 30 epochs is
# chosen by the validation papers. `evaluate` asks the test papers once, at the end.

# %%
papers, which = citation_graph()
print(which)


class TwoLayers(nn.Module):
    """Two layers with ReLU and dropout in between. An MLP's layers take no edges."""

    def __init__(self, first, second):
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x, edge_index):
        edges = () if isinstance(self.first, nn.Linear) else (edge_index,)
        hidden = F.relu(self.first(x, *edges))
        return self.second(F.dropout(hidden, 0.5, self.training), *edges)


class EqualShares(GATLayer):
    """The layer that you wrote, but nobody chooses: one part for each message of an inbox."""

    def attention(self, h, edge_index):
        size = torch.bincount(edge_index[1])
        return (1 / size[edge_index[1]])[:, None].expand(-1, self.heads)


@cache  # called again with the same kind and seed, it hands out the same network
def train(kind, seed):
    """A trained network of this kind, and its accuracy on the test papers."""
    seed_everything(seed)
    words, topics = papers.x.size(1), int(papers.y.max()) + 1
    model = {
        "MLP": lambda: TwoLayers(nn.Linear(words, 16), nn.Linear(16, topics)),
        "GCN": lambda: TwoLayers(GCNConv(words, 16), GCNConv(16, topics)),
        "equal shares": lambda: TwoLayers(EqualShares(words, 4, heads=4), EqualShares(16, topics, concat=False)),
        "GAT": lambda: TwoLayers(GATLayer(words, 4, heads=4), GATLayer(16, topics, concat=False)),
    }[kind]()
    task = NodeTask(papers, inputs=lambda graph: (graph.x, graph.edge_index))
    fit(model, task, epochs=30, progress=False)
    return model, evaluate(model, task).metric


# %%
kinds, seeds = ("GAT", "equal shares", "GCN", "MLP"), range(3)
accuracy = np.array([[train(kind, seed)[1] for seed in seeds] for kind in kinds])
figure, ax = plt.subplots(figsize=(5.8, 3.0), layout="constrained")
for place, row in enumerate(accuracy):
    ax.plot(row, [place] * len(row), "o", color="#0072B2", markersize=7, alpha=0.7)
    ax.plot(row.mean(), place, "|", color="#D55E00", markersize=22, markeredgewidth=2.5)
ax.set(yticks=range(4), yticklabels=kinds, ylim=(-0.6, 3.6), xlim=(0.4, 1.0), xlabel="accuracy on the test papers")
ax.grid(axis="x", alpha=0.3)
words = ", ".join(f"{kind} {row.mean():.3f}" for kind, row in zip(kinds, accuracy))
print(f"means over three seeds: {words}")
show(ax, f"Test accuracy of four kinds of network, a dot per seed and a bar at the mean: {words}.")

# %% [markdown]
# All that use the graph are far ahead of the MLP. Among them GAT, which could choose, is the last one here: with its
# choice taken away it does better, by some five points on the made-up papers, and by two or three on the real Cora. A
# likely reason: papers that cite each other mostly share a topic, so there is little to choose, and with 140 labels a
# choice is easily learned that only suits these 140. With care it can be different: the authors of GAT reported 83.0
# % on Cora, against 81.5 % for GCN, with eight heads, more dropout (on the attention, too) and longer training.
#
# So attention is not better by itself. It is able to do more, and whether that pays depends on the question. Measure
# it each time, beside the simpler thing.

# %% [markdown]
# ## Looking at the attention
#
# An advantage remains: the shares can be looked at. Let us ask the first layer of the trained network how evenly it
# listens. A node with ten equal shares hears ten messages; one that gives everything to a single message hears one.
# The *effective number* of messages puts a number on all that lies in between. It is e to the power of the *entropy*
# of the shares, and the entropy, $-\sum_j \alpha_{ji} \ln \alpha_{ji}$, says how widely they are spread. For ten
# equal shares it is ln 10, which makes 10; for a single one it is 0, which makes 1. (Language modellers call it the
# perplexity.)
#
# **Predict, then run.** Where will the dots lie: near the dashed line (an even ear for everyone), or near the bottom
# (one message is all that counts)?

# %%
def shares_of(model, layer, x):
    """The attention of one layer on the citation graph, with its edges: loops included."""
    loops = torch.arange(len(x)).expand(2, -1)
    edge_index = torch.cat([papers.edge_index, loops], dim=1)
    with torch.no_grad():
        return layer.attention(layer.lin(x).view(len(x), layer.heads, -1), edge_index), edge_index


model, _ = train("GAT", 0)
alpha, edges = shares_of(model, model.first, papers.x)
size = torch.bincount(edges[1])
entropy = torch.zeros(papers.num_nodes, 4).index_add(0, edges[1], -torch.xlogy(alpha, alpha))  # alpha * ln alpha
figure, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
ax.plot([1, size.max()], [1, size.max()], color="#4D4D4D", linestyle="--", linewidth=1.2, label="all shares equal")
ax.plot(size, entropy.exp(), ".", color="#0072B2", markersize=5, alpha=0.3)
ax.plot([], [], ".", color="#0072B2", label="a paper, in one head")
ticks = [1, 2, 5, 10, 20, 50]
ax.set(xscale="log", yscale="log", xlabel="messages in the inbox", ylabel="effective number of messages")
ax.set(xticks=ticks, xticklabels=ticks, yticks=ticks, yticklabels=ticks)
ax.minorticks_off()
ax.grid(alpha=0.3)
ax.legend(frameon=False)
part = (entropy.exp() / size[:, None])[size > 1].mean()
print(f"on average over papers and heads, {part:.0%} of the inbox counts")
show(
    ax,
    "The effective number of messages against the size of the inbox, a dot for each paper and head, both axes "
    "logarithmic. Most dots lie on or a little below the dashed line of equal shares: on average "
    f"{part:.0%} of the inbox counts.",
)

# %% [markdown]
# <details><summary>Answer</summary>
#
# Near the dashed line. This layer listens to nearly everyone, nearly evenly, so what it computes is close to a mean
# over the inbox, as in lesson 2. Before you trust a story about what attention found, look whether it chose at all.
#
# </details>

# %% [markdown]
# Does what choice there is go in the right direction? On every edge between two different papers, compare the share
# with an equal share: 1 means neither more nor less than its part.

# %%
model, _ = train("GAT", 0)
alpha, edges = shares_of(model, model.first, papers.x)
times = alpha * torch.bincount(edges[1])[edges[1]][:, None]
between = edges[0] != edges[1]
alike = papers.y[edges[0]] == papers.y[edges[1]]
for name, chosen in (("papers of the same topic", between & alike), ("papers of another topic", between & ~alike)):
    print(f"{name}: {times[chosen].mean():.2f} times an equal share, over {int(chosen.sum())} edges")

# %% [markdown]
# The two numbers stand close together: the layer does not prefer its own kind. Could it? "Listen to those who share
# my topic" names other senders for each listener. Keep that question in mind.
#
# Not every inbox is that even. Here is the one where some head chooses most clearly (we searched for it, among inboxes
# of five to seven messages). Each column is a head, and sums to 1.

# %%
model, _ = train("GAT", 0)
alpha, edges = shares_of(model, model.first, papers.x)
size = torch.bincount(edges[1], minlength=papers.num_nodes)
strength = torch.zeros(papers.num_nodes).scatter_reduce(0, edges[1], alpha.max(dim=1).values * size[edges[1]], "amax")
paper = int(torch.where((size >= 5) & (size <= 7), strength, 0.0).argmax())
into = (edges[1] == paper).nonzero().flatten()
near = edges[0, into]  # the paper itself comes last: its loop was added at the end
names = [f"a paper, topic {int(papers.y[node])}" for node in near[:-1]] + [f"itself, topic {int(papers.y[paper])}"]
ax = draw_matrix(alpha[into], rows=names, value_range=(0, 1))
ax.set_xlabel("head")
show(
    ax,
    f"A table of the shares that one paper gives to the {len(near) - 1} it hears from and to itself, a column for each "
    f"of four heads. They run from {alpha[into].min():.2f} to {alpha[into].max():.2f}; an equal share would be "
    f"{1 / len(near):.2f}.",
)

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Expect disappointment here, and use it.** Students have seen colourful attention maps and
# expect magic. Ask: "Your supervisor wants an attention picture for the paper. Which head would you choose, and is that
# honest?" The essay at the end comes back to it.
#
# **What goes wrong:** people compare shares across inboxes. 0.2 is much in an inbox of fifty and little in an inbox
# of two. Always compare with an equal share.

# %% [markdown]
# ## Everybody has the same favourite
#
# Back to a question from above: whatever Cem added to his scores, Ann never came before Bob. Was that chance?
#
# Let eight people with random features all hear one another, and themselves. Each of them, as a listener, ranks the
# eight senders: the one with the highest score first. We put the scores into a table, `scores[j, i]` for what
# listener i gives to sender j, so a listener is a column.
#
# **Your turn: rankings** (3 min, function). Find each listener's ranking: the ids of the senders, highest score
# first. The listeners are columns in `scores`, and rows in what you give back.

# %% nbgrader={"grade_id": "rankings", "solution": true}
def rankings(scores):
    """scores [senders, listeners] -> [listeners, senders]: row i is listener i's ranking."""
    ### BEGIN SOLUTION
    return scores.argsort(dim=0, descending=True).T
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_rankings", "grade": true}
check(rankings)

# %%
# hint("rankings")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Eight listeners make eight rankings. Some may be the same.
#
# **Your turn: how_many** (1 min, blank). With random weights in GAT, how many different ones will there be?
#
# - **a)** one: the same for all eight
# - **b)** two: LeakyReLU has two slopes
# - **c)** up to eight: every listener has its own scores

# %% nbgrader={"grade_id": "how_many", "solution": true}
how_many = None  # "a", "b" or "c"
### BEGIN SOLUTION
how_many = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_how_many", "grade": true}
check(how_many=how_many)

# %%
everybody = torch.cartesian_prod(torch.arange(8), torch.arange(8)).T  # all 64 pairs, self-loops included


def gat_table(seed):
    """Random features, random weights: GAT's scores as a table [senders, listeners]."""
    seed_everything(seed)
    h, a_dst, a_src = torch.randn(8, 4), torch.randn(4), torch.randn(4)
    return gat_scores(h, everybody, a_dst, a_src, 0.2).view(8, 8)


counts = [len(rankings(gat_table(seed)).unique(dim=0)) for seed in range(200)]
print(f"200 random GATs: between {min(counts)} and {max(counts)} different rankings among 8 listeners")

# %% [markdown]
# One, in 200 of 200. The reason is in the formula. Within an inbox, the listener's part $a_{dst}^\top h_i$ is the
# same on every edge. So the order of the sums is the order of the senders' parts $a_{src}^\top h_j$. LeakyReLU keeps
# that order, because it rises everywhere, and the softmax keeps it as well. Among the same senders, who is listened
# to most doesn't depend on who is listening. (The counts in the cell above only confirm what the formula says.)
#
# This is called *static* attention. A sender is loud or soft, for everyone alike. "Listen to the expert" can be
# learned; "listen to whoever has my taste" can't, and neither can "listen to papers on my topic", as long as all hear
# the same senders. More training doesn't help, because no choice of weights does. Every head of GAT is like that.
# (Several heads can have several favourites, but each again the same for all.)

# %% [markdown]
# ### One change: GATv2
#
# What if the listener and the sender met *before* the bend? Give each end a matrix of its own. Let $q_i$ be what
# listener i asks for, and $k_j$ what sender j has to offer. Add these two vectors, bend the sum entry by entry, and
# take the product with $a$ last:
#
# $$s_{ji} = a^\top\, \operatorname{LeakyReLU}(q_i + k_j), \qquad q_i = x_i W_{dst}, \quad k_j = x_j W_{src}$$
#
# In GAT the product with $a$ came first and the bend last. Now the bend sits in between, and on which side of zero
# each entry falls depends on both ends at once. So the score can no longer be pulled apart into one number from each
# end, and the ranking may differ from listener to listener: *dynamic* attention. The layer with this score is called
# *GATv2*. (Its messages are the $k_j$, each times its share. The paper writes one matrix on the two rows side by
# side, before the bend; our two matrices are its halves.)
#
# **Your turn: v2_scores** (4 min, function). The pieces are those of `gat_scores`.

# %% nbgrader={"grade_id": "v2_scores", "solution": true}
def v2_scores(x, edge_index, W_dst, W_src, a, slope):
    """x [N, F], edge_index [2, E], W_dst and W_src [F, C], a [C], slope a number -> [E]."""
    ### BEGIN SOLUTION
    both = (x @ W_dst)[edge_index[1]] + (x @ W_src)[edge_index[0]]
    return F.leaky_relu(both, slope) @ a
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_v2_scores", "grade": true}
check(v2_scores)

# %%
# hint("v2_scores")  # stuck? take away the first # and run this cell; again for the next hint

# %%
def v2_table(seed):
    """Random features, random weights: GATv2's scores as a table [senders, listeners]."""
    seed_everything(seed)
    x, W_dst, W_src, a = torch.randn(8, 4), torch.randn(4, 16), torch.randn(4, 16), torch.randn(16)
    return v2_scores(x, everybody, W_dst, W_src, a, 0.2).view(8, 8) / 4  # / 4: shares that can be seen


counts = [len(rankings(v2_table(seed)).unique(dim=0)) for seed in range(200)]
print(f"200 random GATv2s: between {min(counts)} and {max(counts)} different rankings among 8 listeners")
firsts = np.array([[len(rankings(table(seed))[:, 0].unique()) for seed in range(200)] for table in (gat_table, v2_table)])
print("different favourites, on average: GAT {:.1f}, GATv2 {:.1f}".format(*firsts.mean(axis=1)))

# %% [markdown]
# Even with random weights, which nobody has taught whom to prefer, most listeners of GATv2 have a ranking of their own,
# and some have another favourite. Here is one pair of tables; we took one in which GATv2 has several favourites.

# %% tags=["playground"]
tables = {"GAT": gat_table(2), "GATv2": v2_table(2)}
figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), layout="constrained")
for ax, (name, table) in zip(axes, tables.items()):
    draw_matrix(table.softmax(dim=0).round(decimals=2), value_range=(0, 1), ax=ax)
    favourites = rankings(table)[:, 0]
    for listener, sender in enumerate(favourites.tolist()):
        ax.add_patch(plt.Rectangle((listener - 0.5, sender - 0.5), 1, 1, fill=False, edgecolor="#D55E00", linewidth=2.5))
    ax.set_title(f"{name}: favourites {favourites.unique().tolist()}", pad=12)
    ax.set_ylabel("sender")
    ax.set_xlabel("listener")
show(
    axes,
    "Two tables of shares, 8 senders by 8 listeners, each column's highest share framed. Left, GAT: all frames stand in "
    "one row, everybody's favourite is the same sender. Right, GATv2: the frames stand in several rows.",
)

# %% [markdown]
# Numbers drawn at random choose nothing in particular. Here are five people and weights that were chosen by hand. GAT has
# its lovers of thrillers and of comedies. In GATv2, $q_i + k_j$ holds the difference of two tastes (a taste is thriller
# minus comedy), once as it is and once with a minus. So head 0 likes those whose taste is near the listener's own, and
# head 1 those whose taste is far from it.
#
# **Predict, then play.** Let everyone hear everyone, themselves included, as in the two tables. How many different orders
# will the five listeners have in a head of GAT, and in one of GATv2? Then go back to the scores that aren't bent: what
# is left of GATv2?
#
# <details><summary>Answer</summary>
#
# GAT has one order in each head, GATv2 four: only Bob and Cem agree, who have the same taste. Without the bend, all
# scores of GATv2 are 0 here, since the difference and its negative cancel. What it knows about a pair, it knows by the
# bend.
#
# </details>

# %% tags=["playground"]
play_attention(gat_scores, inbox_softmax, v2_scores)

# %% [markdown]
# **Your turn: fewer_orders** (2 min, blank). Let everyone hear everyone, themselves included, and look at the last
# row of the table. A single click brings the four different orders of GATv2 down to three. Whom do you click? (Click
# again to swap the ratings back. And watch what becomes of GAT's count meanwhile.)
#
# - **a)** Ann
# - **b)** Bob
# - **c)** Cem
# - **d)** Dee
# - **e)** Eli

# %% nbgrader={"grade_id": "fewer_orders", "solution": true}
fewer_orders = None  # "a", "b", "c", "d" or "e"
### BEGIN SOLUTION
fewer_orders = "d"
### END SOLUTION

# %% nbgrader={"grade_id": "check_fewer_orders", "grade": true}
check(fewer_orders=fewer_orders)

# %%
# hint("fewer_orders")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Go back to the board** with the two sides of the first question: left of the line is GAT,
# right of it GATv2.
#
# **What goes wrong in `v2_scores`:** bending each end by itself, before they meet. It looks like the formula and is
# static again: f(i) + g(j) has the same order for every i. The check names it. A second matrix alone doesn't help
# either. Let them find out which of the two changes, the matrix or the place of the bend, does it.
#
# **A sharp student may say** that a static mixture with six different shares still holds all six meanings, and that an
# MLP which also sees the reader's own word could in principle take it apart. True. That is why the readers here answer
# from what they have heard alone: the question is what attention can pick out, not what comes after it.

# %% [markdown]
# ## A word looked up
#
# A task for which everyone needs another favourite is quickly made: a dictionary. Six *entries* each hold a word and
# its meaning. Six *readers* each have a word and want its meaning. Every reader hears all six entries, so there are
# 36 edges. Which meaning belongs to which word is drawn anew for every dictionary. So nothing can be learned by
# heart: a reader has to listen to the entry that has its own word.
#
# What a reader answers is read off from what it has heard, and from nothing else. The network below has one head, made
# of your `gat_scores` or your `v2_scores`, and your `inbox_softmax`. After it comes one linear map.

# %%
WORDS = 6


def dictionaries(count):
    """Many dictionaries side by side: x [count * 12, 12], edge_index [2, count * 36], meanings [count * 6]."""
    meanings = torch.stack([torch.randperm(WORDS) for _ in range(count)])
    x = torch.zeros(count, 2 * WORDS, 2 * WORDS)  # rows: six entries, six readers; columns: word, meaning
    x[:, :, :WORDS] = torch.eye(WORDS).repeat(2, 1)
    x[:, :WORDS, WORDS:] = F.one_hot(meanings, WORDS)
    entry, reader = torch.cartesian_prod(torch.arange(WORDS), torch.arange(WORDS, 2 * WORDS)).T
    first = 2 * WORDS * torch.arange(count)[:, None]
    edge_index = torch.stack([(first + entry).flatten(), (first + reader).flatten()])
    return x.flatten(0, 1), edge_index, meanings.flatten()


class Reader(nn.Module):
    """One attention head, GAT's or GATv2's, and a linear answer."""

    def __init__(self, kind, width=32):
        super().__init__()
        self.kind = kind
        self.dst, self.src = (nn.Linear(2 * WORDS, width, bias=False) for _ in range(2))
        self.a, self.b = (nn.Parameter(torch.randn(width) / 6) for _ in range(2))  # b: GAT's a_src
        self.answer = nn.Linear(width, WORDS)

    def shares(self, x, edge_index):
        if self.kind == "GAT":
            scores = gat_scores(self.src(x), edge_index, self.a, self.b, 0.2)
        else:
            scores = v2_scores(x, edge_index, self.dst.weight.T, self.src.weight.T, self.a, 0.2)
        return inbox_softmax(scores, edge_index, len(x))

    def forward(self, x, edge_index):
        h = self.src(x)
        messages = self.shares(x, edge_index)[:, None] * h[edge_index[0]]
        heard = torch.zeros_like(h).index_add(0, edge_index[1], messages)
        return self.answer(heard).view(-1, 2, WORDS, WORDS)[:, 1].flatten(0, 1)  # the readers' answers


@cache
def train_reader(kind, seed):
    """Train on new dictionaries in every step."""
    seed_everything(seed)
    reader = Reader(kind)
    optimiser = torch.optim.Adam(reader.parameters(), lr=0.02)
    for _ in range(150):
        x, edge_index, meanings = dictionaries(32)
        loss = F.cross_entropy(reader(x, edge_index), meanings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return reader


def look_up(kind, seed):
    """How many of the words in 100 new dictionaries a trained reader gets right."""
    reader = train_reader(kind, seed)
    seed_everything(1_000 + seed)
    x, edge_index, meanings = dictionaries(100)
    return (reader(x, edge_index).argmax(dim=1) == meanings).float().mean().item()


# %% [markdown]
# **Predict** before you measure: which accuracy does guessing give? And GAT, and GATv2?
#
# **Your turn: lookup** (4 min, experiment). Call `look_up` with "GAT" and with "GATv2", for at least three seeds. Hand
# in a tensor [2, seeds]: GAT's accuracies in row 0, GATv2's in row 1. It takes some seconds.

# %% nbgrader={"grade_id": "lookup", "solution": true}
lookup = None  # a tensor [2, seeds]
### BEGIN SOLUTION
lookup = torch.tensor([[look_up(kind, seed) for seed in range(3)] for kind in ("GAT", "GATv2")])
### END SOLUTION

# %% nbgrader={"grade_id": "check_lookup", "grade": true}
check(lookup=lookup)

# %%
# hint("lookup")  # stuck? take away the first # and run this cell; again for the next hint

# %%
print("one in six is", round(1 / 6, 3))
for kind in ("GAT", "GATv2"):
    print(kind, [round(look_up(kind, seed), 3) for seed in range(3)])

# %%
x, edge_index, _ = dictionaries(1)
with torch.no_grad():
    tables = {kind: train_reader(kind, 0).shares(x, edge_index).view(WORDS, WORDS) for kind in ("GAT", "GATv2")}
figure, axes = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
for ax, (kind, table) in zip(axes, tables.items()):
    draw_matrix(table.round(decimals=2), value_range=(0, 1), ax=ax)
    ax.set_title(kind, pad=12)
    ax.set_ylabel("entry with word")
    ax.set_xlabel("reader with word")
show(
    axes,
    f"Shares after training, 6 entries by 6 readers. Left, GAT: no share is above {tables['GAT'].max():.2f}, and every "
    "column has the entries in the same order. Right, GATv2: on the diagonal no share is below "
    f"{tables['GATv2'].diagonal().min():.2f}, every reader listens to the entry with its own word.",
)

# %% [markdown]
# GATv2's readers each find their own entry. GAT's readers all put the entries in the same order; at most some listen a
# little more sharply than others. So they all hear nearly the same mixture and give nearly the same answers, of which
# about one in six is right. That is guessing.
#
# Is GAT useless then? No. On the citation graph it left the MLP far behind, favourites or not. But a static ranking
# is a limit that no training can lift. GATv2 lifts it, at the price of a second matrix and some more work on each
# edge. If you use attention and don't know which kind of task you have, begin with GATv2.

# %% [markdown]
# ## A Transformer is a graph network
#
# You have probably heard of attention in another place: in the Transformer, on which language models are built. Its
# *self-attention* is the third way to score an edge that you meet. The listener has a *query* $q_i$, the sender a *key*
# $k_j$, and the score is their dot product, high where the two vectors point the same way:
#
# $$s_{ji} = \frac{q_i^\top k_j}{\sqrt{d}}$$
#
# Which key fits depends on who asks, so this attention is dynamic as well. d is the width of q and k. A sum of d random
# products strays further from 0 the more there are, about as the root of d; dividing by it keeps the softmax from
# giving everything to one sender. What travels along the edge is a third vector, the *value* $v_j$. In a network, q, k
# and v come from the same features, by three matrices that learn.
#
# **Your turn: dot_attention** (6 min, function). Score, share, add up, along the edges of any graph. A node with an
# empty inbox gets zeros.

# %% nbgrader={"grade_id": "dot_attention", "solution": true}
def dot_attention(q, k, v, edge_index):
    """q, k [N, d], v [N, C], edge_index [2, E] -> [N, C]."""
    ### BEGIN SOLUTION
    sources, targets = edge_index
    scores = (q[targets] * k[sources]).sum(dim=1) / math.sqrt(q.size(1))
    alpha = inbox_softmax(scores, edge_index, len(q))
    return torch.zeros_like(v).index_add(0, targets, alpha[:, None] * v[sources])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_dot_attention", "grade": true}
check(dot_attention)

# %%
# hint("dot_attention")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# And in which graph do the words of a sentence live? In the *complete graph*: an edge from every word to every word,
# itself included. Then no mask is needed, and all of it is two products of matrices with a softmax in between. Q, K and
# V hold one row for each node. In this table of scores, $Q K^\top$, each *row* belongs to a listener (it is our table
# from above, turned on its side), and so the softmax runs along the rows:
#
# $$H = \operatorname{softmax}\Bigl(\frac{Q K^\top}{\sqrt{d}}\Bigr) V$$
#
# torch has a function for exactly this, the heart of its Transformers. Let it speak for itself.

# %%
def complete_edges(num_nodes):
    """An edge from every node to every node, [2, N * N]."""
    return torch.cartesian_prod(torch.arange(num_nodes), torch.arange(num_nodes)).T


seed_everything(0)
q, k, v = torch.randn(3, 7, 16)
ours = dot_attention(q, k, v, complete_edges(7))
difference = (ours - F.scaled_dot_product_attention(q, k, v)).abs().max()
print(f"seven words, largest difference to torch's own: {difference:.1e}")

# %% [markdown]
# The same numbers. Self-attention is message passing on the complete graph. The other part of a Transformer, a small
# MLP, works on each word by itself: it is the update of lesson 2. And a Transformer has several heads, as GAT does.
# (What we leave out: the sums that carry each row past its layer, and the normalisation.)
#
# A word chooses its neighbours by attention alone, since the graph says nothing: every node has everyone. Even the
# order of the words is lost. That is why the first Transformer adds a code for its position to each word's features;
# newer ones mostly bring the position into the scores. With a *causal* mask, as in language models, each word hears
# itself and the words before it: then the graph has an edge j -> i only where j comes no later than i.

# %%
order = complete_edges(7)
causal = order[:, order[0] <= order[1]]
difference = (dot_attention(q, k, v, causal) - F.scaled_dot_product_attention(q, k, v, is_causal=True)).abs().max()
print(f"{causal.size(1)} edges instead of {order.size(1)}, largest difference to torch's own: {difference:.1e}")

# %% [markdown]
# ### What it costs
#
# Every node hears everyone. We measure what that means, beside a graph in which a node hears eight others on average,
# and let N double.

# %%
def seconds(edge_index, num_nodes, tries=2):
    """The fastest of some runs of dot_attention."""
    q, k, v = torch.randn(3, num_nodes, 16)
    times = []
    for _ in range(tries):
        begin = time.perf_counter()
        dot_attention(q, k, v, edge_index)
        times.append(time.perf_counter() - begin)
    return min(times)


sizes = [64, 128, 256, 512, 1024]
graphs = {
    "complete graph": [complete_edges(N) for N in sizes],
    "eight neighbours on average": [power_law_graph(N, 8 * N).edge_index for N in sizes],
}
measured = {name: [seconds(edges, N) for edges, N in zip(lists, sizes)] for name, lists in graphs.items()}
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
looks = (("#D55E00", "-", "o"), ("#0072B2", "--", "s"))
for (name, lists), (colour, line, marker) in zip(graphs.items(), looks):
    style = dict(color=colour, linestyle=line, marker=marker, label=name)
    axes[0].loglog(sizes, [edges.size(1) for edges in lists], **style)
    axes[1].loglog(sizes, [1000 * best for best in measured[name]], **style)
for ax, label in zip(axes, ("scores to compute", "milliseconds")):
    ax.set(xlabel="nodes N", ylabel=label, xticks=sizes, xticklabels=sizes)
    ax.minorticks_off()
    ax.grid(alpha=0.3)
axes[0].legend(frameon=False)
show(
    axes,
    "Two plots over N from 64 to 1024, all axes in powers. Left, the scores: on the complete graph they grow from 4,096 "
    "to about a million, fourfold with each doubling of N; with eight neighbours on average from 512 to 8,192. Right, the "
    "measured milliseconds, which part in the same way as soon as the graphs are large enough to time.",
)

# %% [markdown]
# **Your turn: cost** (1 min, blank). You go from a text of 1,000 words to one of 8,000. How many times as many scores
# does self-attention (without a mask) compute?

# %% nbgrader={"grade_id": "cost", "solution": true}
cost = None  # a number
### BEGIN SOLUTION
cost = 64
### END SOLUTION

# %% nbgrader={"grade_id": "check_cost", "grade": true}
check(cost=cost)

# %%
# hint("cost")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# That is why people look for ways around it. Some cut edges out of the complete graph, and what is left is a sparse
# graph once more. For papers, molecules or friends the edges are given, and they carry knowledge: they say who has to
# do with whom. A graph network begins there. A Transformer has to find it out.

# %% [markdown]
# ## A question in words
#
# **Your turn: reasons** (5 min, stretch). A bank trains a GAT to find suspicious accounts. For one account that it
# flags, a colleague shows you the shares of its inbox: 0.9 on one transfer, 0.1 on all the others together. "So this
# transfer is the reason," the colleague says. Name two things that a share of 0.9 doesn't tell you, and one experiment
# that would tell you more.

# %% [markdown] nbgrader={"grade_id": "reasons", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# What a share doesn't tell (any two): what the message says, since a large share of a row near zero adds next to
# nothing, and the bias or the self-loop may decide. What other heads and the other layer did with it. Whether the
# answer would be another without it, since the other messages may say the same. Whether it is about this account:
# in GAT a sender is loud for everyone alike. Whether the share is large for the size of the inbox: in an inbox with
# one message it is always 1.
#
# An experiment: take the transfer out of the graph, run the network again, and see whether the account is still
# flagged; do the same with each of the other transfers to compare. Or replace the shares by equal ones. Or train with
# other seeds and see whether the 0.9 comes back.
#
# *Two points: half a point for each of the two things, with a reason; one for an experiment that changes the input
# or the shares and looks at the answer. "Look at more shares" is not such an experiment.*
# <!-- END SOLUTION -->

# %% [markdown]
# ## Quiz
#
# **Your turn: whose_share** (1 min, blank). In a graph attention layer, which shares sum to 1?
#
# - **a)** those of the edges that leave a node
# - **b)** those of the edges that arrive at a node
# - **c)** those of all edges of the graph
# - **d)** those of all heads on an edge

# %% nbgrader={"grade_id": "whose_share", "solution": true}
whose_share = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
whose_share = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_whose_share", "grade": true}
check(whose_share=whose_share)

# %% [markdown]
# **Your turn: last_layer** (1 min, blank). Why are the heads of the last layer averaged, and not concatenated?
#
# - **a)** concatenating would be slower
# - **b)** one number per class is wanted, not one per class and head
# - **c)** averaged heads attend to more nodes
# - **d)** the softmax over the inbox needs it

# %% nbgrader={"grade_id": "last_layer", "solution": true}
last_layer = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
last_layer = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_last_layer", "grade": true}
check(last_layer=last_layer)

# %% [markdown]
# **Your turn: static** (1 min, blank). What does GATv2 change, so that each listener can have its own favourite?
#
# - **a)** it has more heads
# - **b)** it takes the softmax over the senders
# - **c)** LeakyReLU comes before the product with a, not after it
# - **d)** it scores all pairs of nodes, not only the edges

# %% nbgrader={"grade_id": "static", "solution": true}
static = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
static = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_static", "grade": true}
check(static=static)

# %% [markdown]
# **Your turn: transformer** (1 min, blank). On which graph does the self-attention of a Transformer (without a mask)
# pass its messages?
#
# - **a)** a path: each word hears the word before it
# - **b)** the complete graph with self-loops: every word hears every word
# - **c)** a tree that follows the grammar
# - **d)** none: attention has nothing to do with graphs

# %% nbgrader={"grade_id": "transformer", "solution": true}
transformer = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
transformer = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_transformer", "grade": true}
check(transformer=transformer)

# %% [markdown]
# ## What you take with you
#
# Attention scores each edge by what its two ends say, and a softmax over each inbox turns scores into shares. In GAT
# all listeners rank the senders alike; GATv2 bends before it scores, and lets everyone choose for themselves. A
# Transformer scores with dot products, on the complete graph, and pays with N times N scores.
#
# ### Where to read on
#
# - P. Veličković, G. Cucurull, A. Casanova, A. Romero, P. Liò, Y. Bengio: *Graph Attention Networks*, 2018,
#   arXiv 1710.10903. Where the layer comes from.
# - S. Brody, U. Alon, E. Yahav: *How Attentive are Graph Attention Networks?*, 2022, arXiv 2105.14491. Static and
#   dynamic attention, GATv2, and the dictionary.
# - A. Vaswani and others: *Attention Is All You Need*, 2017, arXiv 1706.03762. The Transformer.
# - S. Jain, B. Wallace: *Attention is not Explanation*, 2019, arXiv 1902.10186. For the essay; it started a debate.

# %%
progress()

# %% [markdown]
# In every lesson so far, the whole graph lay in memory, and every node was there from the beginning. What if the graph
# is too large for that? And what can a network say of a node that only arrives tomorrow? That is lesson 5.
