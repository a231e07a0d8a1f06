# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 5: GraphSAGE
#
# About 75 minutes, 41 points.
#
# Lesson 4 ended with two questions. In every lesson so far the whole graph lay in memory, and every node was there
# from the beginning. What if the graph is too large for that? And what can a network say of a node that only arrives
# tomorrow?
#
# After this lesson you can
#
# - turn a graph into sentences by random walks, learn a row of numbers for each node from them, and say where that fails;
# - write the layer of GraphSAGE, and three ways to sum up an inbox: mean, max-pooling, LSTM;
# - draw a mini-batch from a large graph, and measure how much memory it saves;
# - embed a newcomer without training anything anew;
# - predict links, and catch the leak that makes nearly everybody's first result too good.

# %%
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.convert import to_dense
from gnn_lib.datasets import (
    citation_graph,
    karate_club,
    pixel_grid,
    power_law_graph,
    three_friends,
)
from gnn_lib.exercises import start
from gnn_lib.graph import Graph
from gnn_lib.layers import SAGEConv
from gnn_lib.metrics import roc_auc
from gnn_lib.plot import draw_embeddings, draw_graph, show
from gnn_lib.widgets import play_newcomer, play_sampling, play_walks

torch.set_num_threads(1)  # small matrices: a second thread gains little, and gets in a busy machine's way
check, hint, progress = start(5)

# %% [markdown]
# ## Dee arrives
#
# Ann, Bob and Cem have talked about films for four lessons. Today Dee joins them. Ann and Cem tell her about films
# from now on. Whoever wants to recommend a film to Dee needs some numbers that describe her, an *embedding*: a row of
# a few numbers, such that people who are alike have rows that are alike. To embed a node is to give it such a row.
#
# Before there were graph neural networks, people had a fine way to get embeddings from a graph, without any features
# and without any labels. We build it first. It will do well on everybody who is there, and then Dee arrives.

# %%
friends = three_friends()
four_friends = Graph(
    torch.cat([friends.edge_index, torch.tensor([[0, 2], [3, 3]])], dim=1),  # Ann -> Dee, Cem -> Dee
    x=torch.cat([friends.x, torch.tensor([[4.0, 2.0]])]),
    pos=torch.cat([friends.pos, torch.tensor([[2.2, 0.8]])]),
    names=(*friends.names, "Dee"),
)
show(draw_graph(four_friends, highlight="Dee"), "Four circles. Arrows lead from Ann to Bob and Cem, from Bob to Cem, "
     "from Cem to Ann, as ever; and from Ann and Cem to Dee, who is ringed. No arrow leaves her.")

# %% [markdown]
# ## A walk is a sentence
#
# Words that stand near each other in many sentences have to do with each other. That is how embeddings of words are
# learned. *DeepWalk* had the idea to do the same with nodes. Put a finger on a node, go along a random edge, and from
# there along another, and write down whom you meet. That is a *random walk*, and it reads like a sentence: nodes that
# are near each other in the graph come up near each other on walks.
#
# To take one step you need those whom a node tells, all in a row. Lesson 1 had a way to store a graph for just that:
# CSR. `indices[indptr[i]:indptr[i + 1]]` is whom node i tells. Here it is once more, in short. (`compress` sorts by
# one row of the edge list: by the sources for walks, and later by the targets, to find whom a node hears.)

# %%
def compress(by, other, num_nodes):
    """CSR: the entries of `other`, sorted by `by`. Two rows [E] of an edge list -> indptr [N + 1], indices [E]."""
    counts = torch.bincount(by, minlength=num_nodes)
    indptr = torch.cat([torch.zeros(1, dtype=torch.long), counts.cumsum(0)])
    return indptr, other[(by * num_nodes + other).argsort()]  # sorted by `by`, among equals by `other`


indptr, indices = compress(friends.edge_index[0], friends.edge_index[1], 3)
print("indptr: ", indptr.tolist())
print("indices:", indices.tolist())

# %% [markdown]
# Chance comes in from outside: a row of random numbers u between 0 and 1, one for each step. With d neighbours to
# choose from, the number u picks neighbour `int(u * d)`, counted from 0, in the order in which they stand in `indices`.
#
# By hand: we start at Ann, with u = 0.2, 0.7, 0.1, 0.9. Ann tells Bob and Cem; `int(0.2 * 2)` is 0, so we go to
# Bob. Bob tells only Cem. Cem tells only Ann. Ann again, `int(0.9 * 2)` is 1: Cem. The walk is Ann, Bob, Cem, Ann, Cem.
#
# On a directed graph a walk can run into a dead end: a node that tells nobody. Then it is over, and the rest of its
# entries are -1, so that all results are equally long.
#
# **Your turn: walk** (5 min, function). The result has one entry more than u: it begins with the start.

# %% nbgrader={"grade_id": "walk", "solution": true}
def walk(indptr, indices, start, u):
    """One walk along the edges. CSR by source, start an int, u [L] in [0, 1) -> node ids [L + 1]."""
    ### BEGIN SOLUTION
    steps = [start]
    for number in u.tolist():
        here = steps[-1]
        begin, end = int(indptr[here]), int(indptr[here + 1])
        if here == -1 or begin == end:
            steps.append(-1)
        else:
            steps.append(int(indices[begin + int(number * (end - begin))]))
    return torch.tensor(steps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_walk", "grade": true}
check(walk)

# %%
# hint("walk")  # stuck? take away the first # and run this cell; again for the next hint

# %%
torch.manual_seed(0)
for _ in range(4):
    steps = torch.as_tensor(walk(indptr, indices, 0, torch.rand(8)))
    print(" ".join(friends.names[i] for i in steps.tolist()))

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** Walks 13, the loss and DeepWalk's failures 12, the layer and its
# aggregators 18, sampling and memory 15, newcomers 5, links 8, closing 4. If time is short, leave `step_odds` and
# `LSTMInbox` for home: only the cells right below them need them.
#
# **Ask the room** before the walks: "You see only who phones whom, no names, no words. How would you find out who
# belongs together?" Somebody will say: who comes up in the same conversations. That is DeepWalk.

# %% [markdown]
# ### Homebody or explorer: p and q
#
# Where should a walk go next? *node2vec* lets you choose, with two numbers, p and q. The walk came from node b
# ("before") and is at node h ("here"). Each node x gets odds, a number that says how likely it is to be next beside
# the others. They depend on how far x is from b:
#
# $$\text{odds}(x) = A_{hx} \cdot \begin{cases} 1/p & \text{if } x = b \\ 1 & \text{if } x \ne b \text{ and } A_{bx} > 0 \\ 1/q & \text{otherwise} \end{cases}$$
#
# $A_{hx}$ is 0 where no edge leads from h to x: there the walk can't go. Otherwise, the first line is the way back,
# the second stays near b, the third moves away. A large p makes turning back rare. A large q keeps the walk at home,
# a small q sends it out. Divided by their sum, the odds are probabilities. With p = q = 1 nothing is left of it but
# A, and we are back at DeepWalk. (The paper has undirected graphs in mind. On a directed one we ask whether b tells
# x, and not whether x tells b.)
#
# By hand, on the path A - B - C - D: the walk came from A and is at B. From there it can go back to A, with the odds 1/p,
# or on to C, with the odds 1/q, since A doesn't reach C in one step. With p = 4 and q = 1/2 that is 0.25 against 2: one ninth
# and eight ninths.
#
# **Your turn: step_odds** (6 min, function). Give the probability of each node to be the next. At a dead end, all are 0.

# %% nbgrader={"grade_id": "step_odds", "solution": true}
def step_odds(A, before, here, p, q):
    """How likely each node is next. A [N, N], before and here node ids, p and q numbers -> [N]."""
    ### BEGIN SOLUTION
    bias = torch.full((len(A),), 1 / q)
    bias[A[before] > 0] = 1
    bias[before] = 1 / p
    odds = A[here] * bias
    return odds / odds.sum() if odds.sum() > 0 else odds
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_step_odds", "grade": true}
check(step_odds)

# %%
# hint("step_odds")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now walk by your own odds, on two circles of six people, each with somebody in the middle who knows them all. One
# link joins the circles, from 1 to 11: the bridge. Below each node that can be next stands how likely it is; point at
# it, and you see why. (The first step has no node before it, and goes by the edges alone.)
#
# **Predict, then play.** Walk on from node 0 for ten steps, with p = 1 and q = 8, and then with q = 1/8: the random
# numbers u are the same for both. Which of the two gets over the bridge? Then take q = 1: what does p = 1/8 do, and
# what p = 8?
#
# <details><summary>Answer</summary>
#
# With q = 8 each way out is eight times less likely: the walk stays among three nodes. With q = 1/8 it has crossed the
# bridge after five steps. A small p sends it back and forth between two neighbours; with p = 8 it hardly ever turns back.
#
# </details>

# %% tags=["playground"]
play_walks(step_odds)

# %% [markdown]
# A large p makes turning back rare. Always? Click node 1, to begin there. Its neighbour 11 is the other end of the
# bridge: press `Step`, and if the walk went elsewhere, `Another walk` and `Step` again. When it stands at 11, choose
# p = 4 and q = 8. **How likely is it now to go straight back to 1?** Guess before you choose.
#
# **Your turn: way_back** (2 min, blank).

# %% nbgrader={"grade_id": "way_back", "solution": true}
way_back = None  # a number
### BEGIN SOLUTION
way_back = 0.4
### END SOLUTION

# %% nbgrader={"grade_id": "check_way_back", "grade": true}
check(way_back=way_back)

# %%
# hint("way_back")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# One walk is luck. So here are sixty of 12 steps, all from the middle of a grid of 9 by 9, where each node is linked with
# its eight neighbours.
#
# **Predict, then run.** How many different nodes does a walk see, on average, with p = 1 and q = 8? And with p = 8 and
# q = 1/8?

# %% tags=["playground"]
grid = pixel_grid(9, 9, neighbours=8)
A_grid = to_dense(grid)


def visits(p, q, walks=60, steps=12):
    """How often each node of the grid is visited, and how many different nodes a walk sees, on average."""
    torch.manual_seed(1)
    count, seen = torch.zeros(81), 0
    for _ in range(walks):
        path = [40, int(torch.multinomial(A_grid[40], 1))]  # the first step has no before
        while len(path) <= steps:
            odds = torch.as_tensor(step_odds(A_grid, path[-2], path[-1], p, q))
            path.append(int(torch.multinomial(odds, 1)))
        count += torch.bincount(torch.tensor(path), minlength=81)
        seen += len(set(path)) / walks
    return count, seen


figure, axes = plt.subplots(1, 2, figsize=(8.6, 4.2), layout="constrained")
for ax, (p, q) in zip(axes, ((1.0, 8.0), (8.0, 0.125))):
    count, seen = visits(p, q)
    image = ax.imshow(count.view(9, 9).log1p().numpy(), cmap="cividis", vmin=0, vmax=6)
    for place, number in enumerate(count.int().tolist()):
        dark = np.log1p(number) < 3.2
        ax.text(place % 9, place // 9, number, ha="center", va="center", fontsize=8, color="white" if dark else "black")
    ax.set(title=f"p = {p:g}, q = {q:g}: {seen:.1f} different nodes in a walk", xticks=[], yticks=[])
show(axes, "Two grids of 9 by 9 with the number of visits in each cell. Left, with a large q, nearly all visits lie "
     "within two or three steps of the middle. Right, with a small q and a large p, they are spread to the border.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The numbers stand above the pictures: the explorer, on the right, sees more than the homebody. Neither is better.
# The authors of node2vec found, on a small network of the characters of a novel, that walks which move out show who
# belongs to one community, and walks which stay show which role a node plays around it, such as that of a hub.
#
# </details>

# %% [markdown]
# ## Learning from company
#
# Now for the learning. Everybody gets a row of numbers, random at first. Then look at a walk through a small *window*:
# two nodes that stand at most, say, three steps apart are a *pair*. Pairs should agree, and nodes picked at random
# should not. For node u, its partner v, and Q *noise* nodes n drawn at random, the loss is
#
# $$L(u) = -\log \sigma(z_u \cdot z_v) - \sum_{k=1}^{Q} \log \sigma(-z_u \cdot z_{n_k})$$
#
# Here $z_u$ is the row of node u, the dot is the sum of the products, and the sigmoid $\sigma(s) = 1 / (1 + e^{-s})$
# turns a score into a number between 0 and 1, which we read as the probability that the two are a pair. The first
# part of the loss is small if it is high for u and v, the second if it is low for the noise:
# $\sigma(-s) = 1 - \sigma(s)$. Without the second, it would be best to put all nodes in one place.
#
# There are no labels in it. Keep this loss in mind: the same formula will train GraphSAGE, and predict links.
#
# **Your turn: near_far_loss** (5 min, function). Many pairs at once: give the mean of L over the P pairs. Row k of u
# belongs to row k of v and to the Q rows of `noise[k]`. A score can be far from 0, such as -200, where the sigmoid is
# 0 in float32 and its logarithm infinite: your result must stay finite.

# %% nbgrader={"grade_id": "near_far_loss", "solution": true}
def near_far_loss(u, v, noise):
    """The mean loss of pairs. u [P, D], v [P, D], noise [P, Q, D] -> one number."""
    ### BEGIN SOLUTION
    near = (u * v).sum(dim=1)
    far = (u[:, None] * noise).sum(dim=2)
    return -(F.logsigmoid(near) + F.logsigmoid(-far).sum(dim=1)).mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_near_far_loss", "grade": true}
check(near_far_loss)

# %%
# hint("near_far_loss")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Here is the whole of it, on the karate club of lesson 1: your walks, your loss, and a table with a row for each of
# the 34 members. `nn.Embedding` is such a table, whose rows can learn. There are two of them, one for a node as u,
# one for a node as somebody's company, as v or noise; the first is kept. (DeepWalk itself had another form of this
# loss, the hierarchical softmax. The one with noise comes from word2vec, for words, and node2vec took it over.)

# %%
club = karate_club()
club_csr = compress(club.edge_index[0], club.edge_index[1], 34)


def window_pairs(walks, window):
    """All (u, v) at most `window` steps apart on a walk. walks [W, T] without -1 -> [2, P]."""
    pairs = []
    for apart in range(1, window + 1):
        early, late = walks[:, :-apart].flatten(), walks[:, apart:].flatten()
        pairs += [torch.stack([early, late]), torch.stack([late, early])]
    return torch.cat(pairs, dim=1)


def deepwalk(seed, dim=8, steps=200):
    """Embeddings [34, dim] of the karate club."""
    torch.manual_seed(seed)
    walks = torch.stack([torch.as_tensor(walk(*club_csr, i, torch.rand(10))) for i in range(34) for _ in range(10)])
    pairs = window_pairs(walks, window=3)
    table, company = nn.Embedding(34, dim), nn.Embedding(34, dim)
    optimiser = torch.optim.Adam([*table.parameters(), *company.parameters()], lr=0.03)
    for _ in range(steps):
        u, v = pairs[:, torch.randint(pairs.size(1), (500,))]
        loss = near_far_loss(table(u), company(v), company(torch.randint(34, (500, 3))))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return table.weight.detach()


z = deepwalk(seed=0)
sides = ["Mr. Hi" if side == 0 else "Officer" for side in club.y.tolist()]
show(draw_embeddings(z, groups=sides), "The 34 members as points, by DeepWalk. Those who later went with Mr. Hi lie on "
     "one side of the picture, those who went with the officer on the other, with a few in between.")

# %% [markdown]
# The picture shows the 8 numbers of each member along the two directions in which the members differ most. The club
# split up later, and the colours show who went where. DeepWalk has never seen them. It has only walked.
#
# ## Then Dee arrives
#
# A new member joins the club, number 34, with two friends there. What is her row?

# %%
table = nn.Embedding(34, 8)  # as large as the one that you trained
try:
    table(torch.tensor([34]))
except IndexError as error:
    print(f"IndexError: {error}")

# %% [markdown]
# There is none. What DeepWalk learns is not a way to embed nodes. It is a *lookup table*: the rows of those who were
# there. You could walk again, with Dee, and train again. **Predict:** would the others keep their rows? Train twice
# on the very same club, with another seed, and compare each member's row with their row in the other run. The
# *cosine* of two rows is 1 where they point the same way, and about 0 where they have nothing to do with each other.
# And compare who is close to whom: the cosines of all pairs in one run with those in the other. Their correlation is
# 1 if they rise and fall together, and about 0 if one says nothing of the other.

# %%
def closeness(rows):
    """The cosine of every two members of one run."""
    return F.cosine_similarity(rows[:, None], rows[None], dim=2)[torch.ones(34, 34).triu(1).bool()]


for seed in (1, 2, 3):
    other = deepwalk(seed)
    same_member = F.cosine_similarity(z, other).mean()
    who_is_close = torch.corrcoef(torch.stack([closeness(z), closeness(other)]))[0, 1]
    print(f"run 0 and run {seed}: a member's two rows, mean cosine {same_member:5.2f}; closeness, correlation {who_is_close:.2f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# No. Who is close to whom comes out alike, by and large. But the loss sees only dot products, and these don't
# change when all rows of both tables are rotated together. So each run points in directions of its own, and whatever
# was trained on the old rows is worth nothing with the new ones.
#
# </details>

# %% [markdown]
# A lookup table fails in four ways:
#
# 1. **A newcomer has no row**, and gets none without training. Methods like this are called *transductive*: they answer
#    only for nodes that were there in training.
# 2. **Another run, another language.** Rows from two runs, or from two graphs, can't be compared.
# 3. **It can't read.** Dee has a profile, a paper has words. Features never enter.
# 4. **It grows with the graph.** Every node has parameters of its own, and shares none of them.
#
# **Your turn: table_gigabytes** (1 min, blank). A social network has a billion members, $10^9$. How large is a table with
# 256 numbers of 4 bytes for each, in gigabytes ($10^9$ bytes)?

# %% nbgrader={"grade_id": "table_gigabytes", "solution": true}
table_gigabytes = None  # a number
### BEGIN SOLUTION
table_gigabytes = 10**9 * 256 * 4 / 10**9
### END SOLUTION

# %% nbgrader={"grade_id": "check_table_gigabytes", "grade": true}
check(table_gigabytes=table_gigabytes)

# %%
# hint("table_gigabytes")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **What goes wrong:** in `near_far_loss` the minus inside the second sigmoid. Ask what the
# smallest loss would be without it, and let the room find the answer: everybody in one place, far from the origin.
#
# **Ask the room:** "DeepWalk gave good rows for 34 members. Is that a trained model?" (No: it is the answer sheet for 34
# questions. A model is something that you can ask a 35th.)

# %% [markdown]
# ## Learn how to listen, not whom
#
# *GraphSAGE* turns this round. Don't learn a row for each node. Learn *one way to compute a row*, from a node's own
# features and from what its neighbours say. The name says it: SAmple and aggreGatE. What has been learned then fits
# anybody who has features and an inbox. Such a method is called *inductive*.
#
# The graph networks of lessons 2 to 4 compute rows in this way, too. What GraphSAGE adds is what it takes to use that
# on large and growing graphs. Its layer gives a node two paths, one for itself and one for what it hears:
#
# $$h_i = W_{\text{self}}\, x_i + b + W_{\text{inbox}}\, \frac{1}{d_i} \sum_{j \in \mathcal N(i)} x_j$$
#
# GCN gave a node and its neighbours the same matrix, and mixed them. Here the layer can learn to treat the two
# differently. Where nobody sends, the mean counts as zeros. (The paper puts $x_i$ and the mean side by side and
# multiplies by one matrix. That is the same: our two matrices are its left and its right half. It then applies a ReLU
# and scales each row to length 1; we leave that to the network around the layer.)
#
# **Your turn: SAGELayer** (6 min, layer). The two matrices are there, with their bias. Write `forward`.

# %% nbgrader={"grade_id": "SAGELayer", "solution": true}
class SAGELayer(nn.Module):
    """x [N, in_channels], edge_index [2, E] -> [N, out_channels]."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lin_self = nn.Linear(in_channels, out_channels)
        self.lin_inbox = nn.Linear(in_channels, out_channels, bias=False)

    def forward(self, x, edge_index):
        ### BEGIN SOLUTION
        source, target = edge_index
        total = torch.zeros_like(x).index_add(0, target, x[source])
        count = torch.bincount(target, minlength=len(x)).clamp(min=1)
        return self.lin_self(x) + self.lin_inbox(total / count[:, None])
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_SAGELayer", "grade": true}
check(SAGELayer)

# %%
# hint("SAGELayer")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now Dee. By now there are eight friends: on the left those who prefer comedies, on the right those who prefer thrillers.
# So that a row can be seen as a colour, it has just one number. In the first picture it comes from a table, in the second
# from *your* layer. Both have learned from the links among the eight, by the loss above: the table its rows, the layer
# its weights. Then Dee arrives with her ratings, 4 and 2. Click Ann and Cem, who tell her about films.
#
# **Predict, then play.**
#
# 1. What do the two say of Dee?
# 2. She tells them something, too. Whose rows change in each picture? And whose would with a second layer on top?
# 3. The table is trained again, with her. Who keeps their row?
#
# <details><summary>Answer</summary>
#
# 1. The table ends with row 7, and she is number 8: an `IndexError`, as above. Your layer answers at once, from her
#    ratings and from what Ann and Cem say. Nothing was trained.
# 2. The table knows nothing of it. In the layer, Ann's and Cem's: something new arrives in their inboxes. With a second
#    layer also the rows of those whom Ann and Cem tell: Eli, Fay, Bob and Hal.
# 3. Nobody. The two sides are still apart, but comedies may now be below zero, and thrillers above: another run, another
#    language.
#
# </details>

# %% tags=["playground"]
play_newcomer(SAGELayer)

# %% [markdown]
# Dee rates 4 and 2, and on her own she stands with those who prefer comedies: her row is above 0. Whom she hears can
# change that. She may hear anybody, and as many as you like, but tells them nothing. **What is the lowest row that
# your layer can be brought to give her?** Guess first whom she'd have to hear.
#
# **Your turn: lowest_row** (2 min, blank).

# %% nbgrader={"grade_id": "lowest_row", "solution": true}
lowest_row = None  # the number in her circle
### BEGIN SOLUTION
lowest_row = -0.2
### END SOLUTION

# %% nbgrader={"grade_id": "check_lowest_row", "grade": true}
check(lowest_row=lowest_row)

# %%
# hint("lowest_row")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ### Three ways to sum up an inbox
#
# A mean is one choice. The paper compares it with two others.
#
# **Max-pooling** sends each message through a small network first, one linear map and a ReLU. Then it takes the
# largest entry of each column over the inbox:
#
# $$m_i = \max_{j \in \mathcal N(i)} \operatorname{ReLU}(W x_j + b)$$
#
# Each column of the result is a question, such as "is anybody among them fond of thrillers?", and the largest answer
# wins. Where nobody sends, it is 0.
#
# **Your turn: pool_inbox** (5 min, function). `weight` and `bias` are those of the small network.

# %% nbgrader={"grade_id": "pool_inbox", "solution": true}
def pool_inbox(x, edge_index, weight, bias):
    """The largest transformed messages. x [N, F], edge_index [2, E], weight [H, F], bias [H] -> [N, H]."""
    ### BEGIN SOLUTION
    source, target = edge_index
    said = F.relu(x @ weight.T + bias)[source]
    inbox = torch.zeros(len(x), weight.size(0))
    return inbox.scatter_reduce(0, target[:, None].expand_as(said), said, "amax")
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_pool_inbox", "grade": true}
check(pool_inbox)

# %%
# hint("pool_inbox")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **An LSTM** ("long short-term memory") is a network that reads a sequence, one entry after the other, and keeps a
# state: what it knows so far. Its state after the last entry sums up the whole sequence. Let it read an inbox like a
# sentence.
#
# For this, everybody has the same number K of messages, in a table `inbox` [N, K]: row i holds the ids of those
# whom node i hears, one after the other. (That comes from sampling, in a moment.)
#
# **Your turn: LSTMInbox** (3 min, blank). `self.lstm` reads [N, K, F], N sequences at once. It gives two things: the
# states after every entry, and a pair. The pair's first half is the state after the last entry, as [1, N, out].

# %% nbgrader={"grade_id": "LSTMInbox", "solution": true}
class LSTMInbox(nn.Module):
    """x [N, in_channels], inbox [N, K] node ids -> [N, out_channels]."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.lstm = nn.LSTM(in_channels, out_channels, batch_first=True)

    def forward(self, x, inbox):
        ### BEGIN SOLUTION
        _, (last, _) = self.lstm(x[inbox])
        return last[0]
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_LSTMInbox", "grade": true}
check(LSTMInbox)

# %%
# hint("LSTMInbox")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** One node hears five others. We shuffle the order of the messages a hundred times. By how much does
# each aggregator's answer change?

# %%
torch.manual_seed(0)
x, reader = torch.randn(6, 4), LSTMInbox(4, 4)
weight, bias = torch.randn(4, 4), torch.zeros(4)
answers = {"mean": [], "max-pooling": [], "LSTM": []}
with torch.no_grad():
    for _ in range(100):
        order = torch.randperm(5)
        edges = torch.stack([order, torch.full((5,), 5)])
        answers["mean"].append(x[order].mean(dim=0))
        answers["max-pooling"].append(pool_inbox(x, edges, weight, bias)[5])
        answers["LSTM"].append(reader(x, order[None])[0])
for name, rows in answers.items():
    rows = torch.stack(rows)
    print(f"{name:12} changes by up to {(rows.max(dim=0).values - rows.min(dim=0).values).max():.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# Those of the mean and the maximum don't change (but for rounding). That of the LSTM does: what it makes of a message
# depends on those it has read before. A node's neighbours have no order, so this breaks the rule of lesson 2 that the
# order of messages must not matter. The authors of GraphSAGE let it read each inbox in a random order, so that it
# can't come to rely on one of them.
#
# </details>

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live coding.** Write the mean layer with one matrix on `torch.cat([x, mean], dim=1)` first, then
# split the matrix in two. Seeing that it is the same takes away some of the awe of papers.
#
# **What goes wrong:** `pool_inbox` with `-inf` as a beginning. Then every node without messages poisons the next layer,
# and the loss is NaN two cells later, where nobody looks for the reason.

# %% [markdown]
# ## Too large to look at all at once
#
# For one node's row, one layer needs all whom the node hears. A second layer needs all whom these hear as well: each
# layer is one more hop, a step back along the edges. How many nodes are they, in a large graph?

# %%
crowd = power_law_graph(200_000, 2_000_000)
crowd_in = compress(crowd.edge_index[1], crowd.edge_index[0], crowd.num_nodes)  # by target: whom each node hears


def reached(seeds, hops):
    """All nodes that can be heard from `seeds` in so many hops."""
    found, fresh = torch.zeros(crowd.num_nodes, dtype=torch.bool), seeds
    found[seeds] = True
    for _ in range(hops):
        at = torch.zeros_like(found)
        at[fresh] = True
        fresh = crowd.edge_index[0, at[crowd.edge_index[1]]].unique()
        found[fresh] = True
    return int(found.sum())


torch.manual_seed(1)
seeds = torch.randperm(crowd.num_nodes)[:256]
print(crowd)
for hops in range(4):
    print(f"256 nodes, {hops} hops back: {reached(seeds, hops):7,} of {crowd.num_nodes:,} nodes")

# %% [markdown]
# After three hops, an answer for 256 nodes needs nearly everybody. This is called the *neighbourhood explosion*.
# GraphSAGE's way out: don't listen to all neighbours. Draw a few at random, each time anew. How many is the *fanout*.
#
# Now the edges are compressed by target: `indices[indptr[i]:indptr[i + 1]]` are those who *tell* node i. We draw with
# replacement, so that the same neighbour may come up twice. The mean over such a sample is right on average. (After a
# ReLU and a second layer, the result is only nearly so. The paper draws with replacement only where a node hears
# fewer than are to be drawn.)
#
# **Your turn: draw_inbox** (5 min, function). Row s of the result belongs to node `nodes[s]`. Column k is the sender
# that `u[s, k]` picks, by the rule that you know from the walks. A node that nobody tells has -1 throughout.

# %% nbgrader={"grade_id": "draw_inbox", "solution": true}
def draw_inbox(indptr, indices, nodes, u):
    """Draw K senders for each node. CSR by target, nodes [S], u [S, K] in [0, 1) -> node ids [S, K]."""
    ### BEGIN SOLUTION
    begin = indptr[nodes]
    count = indptr[nodes + 1] - begin
    heard = torch.full(u.shape, -1)
    some = count > 0
    heard[some] = indices[begin[some, None] + (u[some] * count[some, None]).long()]
    return heard
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_draw_inbox", "grade": true}
check(draw_inbox)

# %%
# hint("draw_inbox")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# A *mini-batch* begins with some *seeds*, the nodes whose answers we want. (The seed of a random generator is another
# thing of the same name.) For two layers, draw 10 senders for each seed, then 5 for each node that is new. With S
# seeds and the fanouts $K_1$ for the first hop and $K_2$ for the second, the number n of nodes in the batch is never
# more than
#
# $$n \le S\,(1 + K_1 + K_1 K_2)$$
#
# in a graph of any size.
#
# **Your turn: most_nodes** (2 min, blank). How many is that for 256 seeds and the fanouts 10 and 5?

# %% nbgrader={"grade_id": "most_nodes", "solution": true}
most_nodes = None  # a number
### BEGIN SOLUTION
most_nodes = 256 * (1 + 10 + 10 * 5)
### END SOLUTION

# %% nbgrader={"grade_id": "check_most_nodes", "grade": true}
check(most_nodes=most_nodes)

# %%
# hint("most_nodes")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# One thing is missing. The batch's nodes have numbers such as 7 and 199,873, from the large graph. Its tensors should have
# a few thousand rows, not 200,000. So the nodes get new numbers: first the seeds, in their order, then all others,
# by their old numbers, the smallest first.
#
# By hand: the seed is 7, and the edges are 3 -> 7, 8 -> 7 and 5 -> 8. The nodes are 7, 3, 5, 8. So 7 is now 0, 3 is 1, 5
# is 2, 8 is 3, and the edges are 1 -> 0, 3 -> 0 and 2 -> 3.
#
# **Your turn: renumber** (6 min, function). Give two things: the list of nodes by their old numbers, with which we'll
# fetch `x[nodes]`, and the edges in new numbers. Some seeds may stand at no edge. They belong in the list, too.

# %% nbgrader={"grade_id": "renumber", "solution": true}
def renumber(seeds, edge_index):
    """New numbers. seeds [S] (all different), edge_index [2, E], old ids -> nodes [n], edges [2, E] in new ids."""
    ### BEGIN SOLUTION
    found = edge_index.unique()
    nodes = torch.cat([seeds, found[~torch.isin(found, seeds)]])
    new = torch.full((int(nodes.max()) + 1,), -1)
    new[nodes] = torch.arange(len(nodes))
    return nodes, new[edge_index]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_renumber", "grade": true}
check(renumber)

# %%
# hint("renumber")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now watch a mini-batch grow, by your own two functions. On the left is a crowd of 24, on the right the batch with its new
# numbers, a row for each hop. Click people to make them seeds, and draw again as often as you like.
#
# **Predict, then play.** With one seed and the fanouts 3 and 2 there can be 10 nodes, by the formula above. Do you expect
# to see 10 often? And with the fanouts 5 and 5 and four seeds, which is reached first: the bound, or the end of the
# crowd?
#
# <details><summary>Answer</summary>
#
# Hardly ever. We draw with replacement, so the same sender comes up twice, and friends of friends are often friends or the
# seed itself. The bound for four seeds is 4 (1 + 5 + 25) = 124, and the crowd has 24: without sampling two hops reach
# most of it. The batch pays off where the graph is much larger than its bound.
#
# </details>

# %% tags=["playground"]
play_sampling(draw_inbox, renumber)

# %% [markdown]
# The bound counts as if every draw found somebody new. Start again, with node 8 as the only seed, and choose the
# fanouts 5 and 2: there could be 5 edges from hop 1 and 5 · 2 from hop 2, 15 in all. Draw again until hop 1 has found
# only two new people, so that the table counts 3 nodes there. **How many edges does the batch have after hop 2?**
#
# **Your turn: edges_drawn** (2 min, blank).

# %% nbgrader={"grade_id": "edges_drawn", "solution": true}
edges_drawn = None  # a whole number
### BEGIN SOLUTION
edges_drawn = 9
### END SOLUTION

# %% nbgrader={"grade_id": "check_edges_drawn", "grade": true}
check(edges_drawn=edges_drawn)

# %%
# hint("edges_drawn")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Put together, this is a sampler like GraphSAGE's. In each hop, the nodes that are new draw their senders. What was
# there before keeps its number, because `renumber` is given it in place of the seeds.

# %%
def mini_batch(indptr, indices, seeds, fanouts):
    """Sample around the seeds -> nodes [n], the seeds first, and edges [2, e] among them, in new numbers."""
    nodes, edges, done = seeds, torch.empty(2, 0, dtype=torch.long), 0
    for fanout in fanouts:
        fresh, done = nodes[done:], len(nodes)
        heard = draw_inbox(indptr, indices, fresh, torch.rand(len(fresh), fanout))
        drawn = torch.stack([heard.flatten(), fresh.repeat_interleave(fanout)])
        edges = torch.cat([edges, drawn[:, drawn[0] >= 0]], dim=1)
        nodes, local = renumber(nodes, edges)
    return nodes, local


class Sage(nn.Module):
    """Two layers of yours."""

    def __init__(self, in_channels, hidden, out_channels):
        super().__init__()
        self.first = SAGELayer(in_channels, hidden)
        self.second = SAGELayer(hidden, out_channels)

    def forward(self, x, edge_index):
        h = F.relu(self.first(F.dropout(x, 0.5, self.training), edge_index))
        return self.second(F.dropout(h, 0.5, self.training), edge_index)


torch.manual_seed(0)
nodes, edges = mini_batch(*crowd_in, seeds, (10, 5))
print(f"{len(seeds)} seeds, {len(nodes):,} nodes, {edges.size(1):,} edges; all nodes: {crowd.num_nodes:,}")

# %% [markdown]
# ### How much memory does it save?
#
# To learn, a network keeps what it computed on the way forward until it has gone backward. We can count that: torch
# tells us about each tensor that it keeps. (Not in this count: the graph itself, the table of all features, and what is
# needed only for a moment, such as the messages on the edges.)
#
# Say that 100 MB are all we have. **Predict:** the graphs below have 12,500, 25,000 and 50,000 nodes with 64
# features, and ten edges to each on average. For which of them does the full batch fit? And the mini-batch of 256
# seeds?

# %% tags=["playground"]
def kept_megabytes(model, x, edge_index):
    """What torch keeps for the way back, each piece of memory counted once."""
    pieces = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        pieces[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        scores = model(x, edge_index)  # alive to the end, and with it all that is kept
    assert scores.requires_grad
    return sum(pieces.values()) / 1e6


torch.manual_seed(0)
model = Sage(64, 64, 2)
sizes = (12_500, 25_000, 50_000)
full, batched = [], []
for size in sizes:
    graph, x = power_law_graph(size, 10 * size), torch.randn(size, 64)
    full.append(kept_megabytes(model, x, graph.edge_index))
    nodes, edges = mini_batch(*compress(graph.edge_index[1], graph.edge_index[0], size), torch.arange(256), (10, 5))
    batched.append(kept_megabytes(model, x[nodes], edges))
    print(f"{size:7,} nodes: full batch {full[-1]:6.1f} MB, mini-batch {batched[-1]:5.1f} MB")

figure, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
ax.loglog(sizes, full, "o-", color="#D55E00", label="full batch")
ax.loglog(sizes, batched, "s--", color="#0072B2", label="mini-batch of 256 seeds")
ax.axhline(100, color="#4D4D4D", linewidth=1, linestyle=":")
ax.text(sizes[-1], 92, "what we have, 100 MB", fontsize=9, color="#4D4D4D", ha="right", va="top")
ax.set(xlabel="nodes N, with 10 edges to each on average", ylabel="megabytes kept for the way back")
ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
ax.set_yticks([10, 30, 100, 300], ["10", "30", "100", "300"])
ax.set_ylim(5, 500)
ax.minorticks_off()
ax.grid(alpha=0.3)
ax.legend(frameon=False)
show(ax, "Memory against the number of nodes. The full batch grows in proportion to N. The mini-batch stays nearly level.")

# %% [markdown]
# The full batch doubles with the graph. The mini-batch grows a little at first, because in a small graph the same
# neighbours are drawn again and again, but it stays below its bound of 15,616 nodes. That bound is the same for a graph
# with a hundred million nodes.
#
# Does it still learn? Here is a task on the crowd of 200,000 that nobody can solve without listening: a node's label
# says whether the *mean of its neighbours'* first feature is above zero. In full, this graph takes far more than our 100 MB.

# %%
torch.manual_seed(0)
x = torch.randn(crowd.num_nodes, 16)
sources, targets = crowd.edge_index
label = (torch.zeros(crowd.num_nodes).index_add(0, targets, x[sources, 0]) > 0).long()
hears = crowd_in[0].diff() > 0
people = hears.nonzero().flatten()[torch.randperm(int(hears.sum()))]
test, learn = people[:2000], people[2000:]

model = Sage(16, 32, 2)
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
print(f"full batch: {kept_megabytes(model, x, crowd.edge_index):.0f} MB")
most = 0.0
for step in range(81):
    batch = learn[256 * step : 256 * (step + 1)]
    nodes, edges = mini_batch(*crowd_in, batch, (10, 5))
    loss = F.cross_entropy(model(x[nodes], edges)[: len(batch)], label[batch])
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    if step % 40 == 0:
        most = max(most, kept_megabytes(model, x[nodes], edges))
        model.eval()
        with torch.no_grad():
            nodes, edges = mini_batch(*crowd_in, test, (25, 5))
            right = (model(x[nodes], edges)[: len(test)].argmax(dim=1) == label[test]).float().mean()
        model.train()
        print(f"step {step:3}: {right:.3f} of the test nodes right, loss {loss:.2f}")
print(f"mini-batch: at most {most:.1f} MB")

# %% [markdown]
# It has seen about a tenth of the nodes as seeds, each of them once, and hears ten of a node's senders at a time. For
# the test we let it hear 25: the weights don't mind how many there are, and a larger sample scatters less.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask the room:** "We drew 10 and then 5 neighbours. What if a network has six layers, with 10
# each?" (A million for each seed, until the graph runs out. Sampling by node delays the explosion; it doesn't end it.
# That is why samplers that cut out whole pieces of the graph exist.)
#
# **What goes wrong:** in `renumber` most people write `torch.unique` on everything at once. Then the first rows of
# the output are not the seeds, the loss compares strangers' answers with the seeds' labels, and it still falls a little.

# %% [markdown]
# ## Newcomers
#
# Now on papers that cite each other. We take all test papers away, with all their citations, as if they were still
# unwritten. GraphSAGE learns on what remains. Then they arrive.

# %%
papers, which = citation_graph()
print(which)
new = papers.test_mask
source, target = papers.edge_index
known = papers.edge_index[:, ~new[source] & ~new[target]]  # only edges between papers that are there already
print(f"{int((~new).sum())} papers with {known.size(1) // 2} links are known; {int(new.sum())} newcomers")


def train(edge_index, seed, Model=Sage, epochs=10):
    """A new Model, trained by mini-batches on the labelled papers and on these edges."""
    torch.manual_seed(seed)
    model = Model(papers.x.size(1), 32, 7)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=5e-4)
    csr = compress(edge_index[1], edge_index[0], papers.num_nodes)
    labelled = papers.train_mask.nonzero().flatten()
    for _ in range(epochs):
        for seeds in labelled[torch.randperm(len(labelled))].split(35):
            nodes, edges = mini_batch(*csr, seeds, (10, 5))
            loss = F.cross_entropy(model(papers.x[nodes], edges)[: len(seeds)], papers.y[seeds])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return model.eval()


def accuracy(model, edge_index, mask):
    """How many of the papers in `mask` get their topic right, with messages along these edges."""
    with torch.no_grad():
        scores = model(papers.x, edge_index)
    return (scores.argmax(dim=1) == papers.y)[mask].float().mean().item()


class MLP(nn.Sequential):
    """The baseline: the same words, the same sizes, no edges."""

    def __init__(self, in_channels, hidden, out_channels):
        layers = nn.Linear(in_channels, hidden), nn.ReLU(), nn.Dropout(0.5), nn.Linear(hidden, out_channels)
        super().__init__(nn.Dropout(0.5), *layers)

    def forward(self, x, edge_index):
        return super().forward(x)


words_only = torch.tensor([accuracy(train(known, seed, MLP), known, new) for seed in range(3)])
print(f"by their words only: {words_only.mean():.3f} ± {words_only.std():.3f}")

# %% [markdown]
# That is the baseline. A lookup table can't even enter: the newcomers have no rows.
#
# **Your turn: newcomers** (3 min, experiment). For each of the seeds 0, 1, 2: train on the `known` edges. Then the newcomers
# arrive, with their citations: take the accuracy on `new`, along all edges there are now, `papers.edge_index`. Hand in
# the three accuracies as a tensor [3].

# %% nbgrader={"grade_id": "newcomers", "solution": true}
newcomers = None  # a tensor of shape [3]
### BEGIN SOLUTION
newcomers = torch.tensor([accuracy(train(known, seed), papers.edge_index, new) for seed in range(3)])
### END SOLUTION

# %% nbgrader={"grade_id": "check_newcomers", "grade": true}
check(newcomers=newcomers)

# %%
# hint("newcomers")  # stuck? take away the first # and run this cell; again for the next hint

# %%
if newcomers is None:
    raise NotImplementedError("first newcomers, above")
retrained = torch.tensor([accuracy(train(papers.edge_index, seed), papers.edge_index, new) for seed in range(3)])
print(f"words only:                     {words_only.mean():.3f} ± {words_only.std():.3f}")
print(f"newcomers, nothing trained:     {newcomers.mean():.3f} ± {newcomers.std():.3f}")
print(f"everything trained anew:        {retrained.mean():.3f} ± {retrained.std():.3f}")

# %% [markdown]
# (± is the standard deviation over the seeds.) The newcomers are sorted far better than by their words alone, by
# weights that never saw them. The last line shows the price. A network that had all papers' edges from the beginning
# learns on a fuller graph, and comes out ahead, by some five points on the made-up papers and by about two on the
# real Cora. Whether that is worth training every day is another question.
#
# ### Which aggregator?
#
# The same experiment with the mean, with max-pooling and with the LSTM. Your layers would do; to keep it short we take the
# library's `SAGEConv`, which does the same for all three. A first linear layer reads the words, so that all three
# sum up 64 numbers for each message.

# %%
class Reader(nn.Module):
    def __init__(self, in_channels, _, out_channels, hidden=64, **how):
        super().__init__()
        self.read = nn.Linear(in_channels, hidden)
        self.first, self.second = SAGEConv(hidden, hidden, **how), SAGEConv(hidden, out_channels, **how)

    def forward(self, x, edge_index):
        h = F.relu(self.read(x))
        h = F.relu(self.first(F.dropout(h, 0.5, self.training), edge_index))
        return self.second(h, edge_index)


aggregators = {"mean": {"aggr": "mean"}, "max-pooling": {"aggr": "max", "project": True}, "LSTM": {"aggr": "lstm"}}
results = {}
for name, how in aggregators.items():
    Model = partial(Reader, **how)  # a Reader with these options filled in
    models = [train(known, seed, Model, epochs=12) for seed in range(3)]
    results[name] = torch.tensor([accuracy(model, papers.edge_index, new) for model in models])
results = {"words only": words_only} | results

figure, ax = plt.subplots(figsize=(6.4, 3.0), layout="constrained")
for row, (name, values) in enumerate(results.items()):
    ax.plot(values, [row] * len(values), "o", color="#0072B2", alpha=0.6)
    ax.plot(values.mean(), row, "|", color="#D55E00", markersize=22, markeredgewidth=2)
    print(f"{name:12} {values.mean():.3f} ± {values.std():.3f}")
ax.set_yticks(range(len(results)), results)
ax.set(xlabel="share of newcomers with the right topic (dots: seeds, bar: mean)", ylim=(-0.6, len(results) - 0.4))
ax.invert_yaxis()
ax.grid(alpha=0.3, axis="x")
show(ax, "Dots for the seeds and a bar for the mean, of the words alone and of three aggregators. The bars of all three lie "
     "to the right of the words alone, and the dots of each scatter over several hundredths or more.")

# %% [markdown]
# Read the spread before you crown a winner: three dots that lie apart can't settle a small difference. In the paper, on
# far larger graphs and with far more labels, the LSTM and pooling were mostly ahead of the mean, and mostly by little.
# They have more weights, and weights want labels; there are 140 here. The mean is the cheapest of the three, and a good
# first choice. (All of them hear only 64 numbers for each paper. Your `Sage` above sums up all the words.)
#
# ### Without labels
#
# What if there were no labels in training? Then your loss from DeepWalk does the work: pairs that come up near each
# other on walks should agree. The rows now come from a network, not from a table. The paper presents GraphSAGE in
# this way first, and with labels after that.

# %%
def many_walks(indptr, indices, starts, length):
    """As `walk`, for many starts at once, in a graph without dead ends -> [W, length + 1]."""
    path = [starts]
    for _ in range(length):
        here = path[-1]
        degree = indptr[here + 1] - indptr[here]
        path.append(indices[indptr[here] + (torch.rand(len(here)) * degree).long()])
    return torch.stack(path, dim=1)


class Encoder(nn.Module):
    """Words -> 64 numbers -> two of your layers -> rows of length 1, times 3 so that scores reach from -9 to 9."""

    def __init__(self, in_channels, out_channels=32):
        super().__init__()
        self.read = nn.Linear(in_channels, 64)
        self.first, self.second = SAGELayer(64, 64), SAGELayer(64, out_channels)

    def forward(self, x, edge_index):
        h = F.relu(self.first(self.read(x), edge_index))
        return 3 * F.normalize(self.second(h, edge_index), dim=1)


def learn_pairs(x, edge_index, pairs, seed, steps=40):
    """Train an Encoder so that pairs agree and others don't; no labels."""
    torch.manual_seed(seed)
    encoder = Encoder(x.size(1))
    optimiser = torch.optim.Adam(encoder.parameters(), lr=0.01)
    for _ in range(steps):
        rows = encoder(x, edge_index)
        u, v = pairs[:, torch.randint(pairs.size(1), (2000,))]
        noise = torch.randint(len(x), (2000, 3))
        loss = near_far_loss(rows[u], rows[v], rows[noise])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return encoder.eval()


def probe(rows):
    """A linear classifier on given rows: learns from the 140 labels, is judged on the newcomers."""
    torch.manual_seed(0)
    linear = nn.Linear(rows.size(1), 7)
    optimiser = torch.optim.Adam(linear.parameters(), lr=0.05, weight_decay=1e-3)
    for _ in range(100):
        loss = F.cross_entropy(linear(rows[papers.train_mask]), papers.y[papers.train_mask])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return (linear(rows).argmax(dim=1) == papers.y)[new].float().mean().item()


words = papers.x.to_sparse()  # few of a paper's entries are not 0: products take a third of the time
known_csr = compress(known[0], known[1], papers.num_nodes)
starts = (known_csr[0].diff() > 0).nonzero().flatten().repeat(5)
torch.manual_seed(0)
pairs = window_pairs(many_walks(*known_csr, starts, 5), window=3)
scores = {"fresh": [], "trained": []}
for seed in range(3):
    for name, steps in (("fresh", 0), ("trained", 40)):
        encoder = learn_pairs(words, known, pairs, seed, steps)
        with torch.no_grad():
            rows = encoder(words, papers.edge_index)
        scores[name].append(probe(rows))
for name, values in scores.items():
    values = torch.tensor(values)
    print(f"newcomers by the 32 numbers of a {name:7} encoder: {values.mean():.3f} ± {values.std():.3f}")
print(f"newcomers by all their {papers.x.size(1):,} words:            {probe(papers.x):.3f}; by guessing: {1 / 7:.3f}")

# %% [markdown]
# The encoder never saw a label. Labels came in only at the end, to name the places in which the papers had already
# gathered. The first line is the fair baseline: the same encoder with its random weights. It listens already, but
# hasn't learned to. So about two thousand links taught it something about topics. The last line puts the gain in its
# place: all the words themselves, with the same labels. On the made-up papers they are ahead of the 32 numbers; on
# the real Cora they are behind. In the paper, on its two largest graphs, each about a hundred times as large,
# training without labels came within about five points of training with them.
#
# ## Who will cite whom? And the leak
#
# The score of a pair is the dot product of its two rows. So we can also ask: which links are missing? *Link
# prediction* hides some links, trains on the others, and asks whether the hidden pairs score higher than random ones.
# The measure is the *AUC*: the chance that a hidden link, picked at random, gets a higher score than a pair that is
# no link. 1 is perfect, and 0.5 is what coins earn.
#
# How do you hide a tenth of the links? The obvious way is to deal out the columns of the edge list:

# %%
def split_columns(edge_index, u, share):
    """Each column with a number below `share` goes to the test, the others to training."""
    held = u < share
    return edge_index[:, ~held], edge_index[:, held]


torch.manual_seed(0)
train_edges, test_pairs = split_columns(papers.edge_index, torch.rand(papers.num_edges), 0.1)
N = papers.num_nodes
ways_back = torch.isin(test_pairs[1] * N + test_pairs[0], train_edges[0] * N + train_edges[1])
print(f"test pairs whose way back is still in training: {ways_back.float().mean():.1%}")

# %% [markdown]
# **Predict:** why so many?
#
# <details><summary>Answer</summary>
#
# An undirected link is two columns, i -> j and j -> i. Each goes to the test with a chance of one tenth, whatever the other
# does. So nine times out of ten the way back of a test pair stays in training. The network is trained to give this
# very pair a high score, and its message travels along it. That is not predicting. It is looking it up.
#
# </details>

# %% [markdown]
# This is a *leak*: part of the answers gets into the training. It has happened in tutorials of well-known libraries.
# The remedy is to deal out *pairs*, and let both directions follow.
#
# **Your turn: split_pairs** (5 min, function). Every link is in `edge_index` in both directions, as two columns
# somewhere, and there are no self-loops. `u` has a number for each column. For a pair i, j with i < j, the number of
# the column (i, j) decides, and that of (j, i) is not used: below `share`, the pair goes to the test. Return the
# training edges, in both directions, and the test pairs, each once with the smaller node in row 0. The order of the
# columns is up to you.

# %% nbgrader={"grade_id": "split_pairs", "solution": true}
def split_pairs(edge_index, u, share):
    """Hold links out. edge_index [2, E], both directions, u [E] -> training edges [2, *], test pairs [2, *]."""
    ### BEGIN SOLUTION
    once = edge_index[0] < edge_index[1]
    pairs, number = edge_index[:, once], u[once]
    kept = pairs[:, number >= share]
    return torch.cat([kept, kept.flip(0)], dim=1), pairs[:, number < share]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_split_pairs", "grade": true}
check(split_pairs)

# %%
# hint("split_pairs")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# What is the leak worth? Let us ask where nothing can be known: a thousand nodes with random features, linked by throwing
# dice. No honest method can guess a hidden link of this graph. Its AUC is a half, but for chance.

# %%
torch.manual_seed(7)
drawn = torch.randint(1000, (2, 3000))
drawn = drawn[:, drawn[0] != drawn[1]].sort(dim=0).values.unique(dim=1)
dice, dice_x = torch.cat([drawn, drawn.flip(0)], dim=1), torch.randn(1000, 64)


def auc(split, x, edge_index, seed):
    """Hide a tenth of the links by `split`, train on the rest, score the hidden ones against pairs that are no links."""
    torch.manual_seed(seed)
    train_edges, positive = split(edge_index, torch.rand(edge_index.size(1)), 0.1)
    encoder = learn_pairs(x, train_edges, train_edges, seed)
    N = len(x)
    negative = torch.randint(N, (2, 2 * positive.size(1)))
    linked = torch.isin(negative[0] * N + negative[1], edge_index[0] * N + edge_index[1])
    negative = negative[:, ~linked & (negative[0] != negative[1])][:, : positive.size(1)]
    with torch.no_grad():
        rows = encoder(x, train_edges)
    scores = [(rows[pairs[0]] * rows[pairs[1]]).sum(dim=1) for pairs in (positive, negative)]
    truth = [torch.ones(positive.size(1)), torch.zeros(negative.size(1))]
    return roc_auc(torch.cat(scores), torch.cat(truth))


# %% [markdown]
# **Your turn: leaks** (3 min, experiment). Run `auc` on `dice_x` and `dice` with the seeds 0, 1, 2: first with
# `split_columns`, then with your `split_pairs`. Hand in a tensor [2, 3], a row for each split.

# %% nbgrader={"grade_id": "leaks", "solution": true}
leaks = None  # a tensor of shape [2, 3]
### BEGIN SOLUTION
leaks = torch.tensor([[auc(split, dice_x, dice, seed) for seed in range(3)] for split in (split_columns, split_pairs)])
### END SOLUTION

# %% nbgrader={"grade_id": "check_leaks", "grade": true}
check(leaks=leaks)

# %%
# hint("leaks")  # stuck? take away the first # and run this cell; again for the next hint

# %%
if leaks is None:
    raise NotImplementedError("first leaks, above")
cited = torch.tensor([
    [auc(split, words, papers.edge_index, seed) for seed in range(2)] for split in (split_columns, split_pairs)
])
figure, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
for row, (where, table) in enumerate((("dice", leaks), ("papers", cited))):
    for values, colour, mark, name in zip(table, ("#D55E00", "#0072B2"), ("s", "o"), ("columns dealt out: leaks", "pairs dealt out")):
        ax.plot(values, [row] * len(values), mark, color=colour, alpha=0.7, label=name if row == 0 else None)
        print(f"{where}, {name}: {values.mean():.3f}")
ax.axvline(0.5, color="#4D4D4D", linewidth=1, linestyle=":")
ax.text(0.505, 1.42, "a coin", fontsize=9, color="#4D4D4D")
ax.set_yticks([0, 1], ["links by dice", "papers"])
ax.set(xlabel="AUC", xlim=(0.4, 1.0), ylim=(-0.5, 1.6))
ax.grid(alpha=0.3, axis="x")
ax.legend(frameon=False, loc="lower right")
show(ax, "AUC of links by dice and of papers, with both splits. On dice, the split by pairs lies at the coin's one half, the split "
     "by columns well above it. On papers, too, the split that leaks lies to the right.")

# %% [markdown]
# On dice everything above a half is the leak. (A little above or below is chance: there are only some three hundred
# hidden pairs.) On papers, a part of what looks like knowledge is the leak, too. Whenever a result on links is
# surprisingly good, ask first how the edges were split.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **The trick to take home** is the dice: run your whole pipeline on data in which there is nothing to
# find. If it finds something, it has a leak.
#
# **Ask the room:** "We dealt out pairs. Is everything honest now?" (For a snapshot, yes. Where links have a date, a
# random split trains on the future. There, split by time.)

# %% [markdown]
# ## Quiz
#
# **Your turn: newcomers_need** (1 min, blank). A trained GraphSAGE meets a node that it has never seen. What does it need to
# embed it?
#
# - **a)** a new row in each weight matrix
# - **b)** a few steps of training on its own edges
# - **c)** its features and the edges that lead to it
# - **d)** a label

# %% nbgrader={"grade_id": "newcomers_need", "solution": true}
newcomers_need = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
newcomers_need = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_newcomers_need", "grade": true}
check(newcomers_need=newcomers_need)

# %% [markdown]
# **Your turn: which_order** (1 min, blank). Which aggregator can give another answer when the edges of the list change places?
#
# - **a)** the mean
# - **b)** the LSTM
# - **c)** max-pooling
# - **d)** all three

# %% nbgrader={"grade_id": "which_order", "solution": true}
which_order = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
which_order = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_which_order", "grade": true}
check(which_order=which_order)

# %% [markdown]
# **Your turn: small_batch** (1 min, blank). What is the price of sampling a few neighbours?
#
# - **a)** the result is random: another draw gives a slightly different answer
# - **b)** nodes with few neighbours are never heard
# - **c)** the weights must be trained anew for each batch
# - **d)** the network can no longer be used on the whole graph

# %% nbgrader={"grade_id": "small_batch", "solution": true}
small_batch = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
small_batch = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_small_batch", "grade": true}
check(small_batch=small_batch)

# %% [markdown]
# One question in words. A social network recommends friends. Its team trains a GraphSAGE on the friendships of today, each of
# them stored in both directions, hides a tenth of the *stored edges* at random, and reports an AUC of 0.98. In use, the
# recommendations are poor.
#
# **Your turn: friend_recommender** (4 min, stretch). What went wrong? How should the team have split, given that new friendships
# come with time? And what single experiment would have shown them that their number is too good? A person reads this answer.

# %% [markdown] nbgrader={"grade_id": "friend_recommender", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# For nine out of ten hidden edges the other direction was still in training: as a message path, and as a pair that was
# trained to score high. So the test asks for what the network was told. They should deal out friendships as pairs, both
# directions on the same side. Since they want to predict tomorrow's friendships, better still: train on those up to some
# day, and test on those that came after. An experiment that shows the leak: the same pipeline on links thrown by dice
# (or on features and partners that were shuffled), where an honest AUC is one half; or count how many hidden edges have
# their way back in training; or run again with the split by pairs, and see the number drop.
#
# *Three points: one for the way back in training; one for pairs, and a split by time; one for an experiment that would
# have shown it. "More data" or "another seed" is not such an experiment.*
# <!-- END SOLUTION -->

# %% [markdown]
# ## What you have now
#
# A lookup table has a row for everybody who was there, and nothing for those who come later. GraphSAGE learns how to listen:
# its weights fit any node with features and an inbox, and with a few neighbours drawn at random they fit any size of
# graph. And a number on links is worth only as much as the split behind it.
#
# **To read on**
#
# - W. L. Hamilton, R. Ying, J. Leskovec, "Inductive Representation Learning on Large Graphs", 2017, arXiv 1706.02216:
#   GraphSAGE.
# - B. Perozzi, R. Al-Rfou, S. Skiena, "DeepWalk: Online Learning of Social Representations", 2014, arXiv 1403.6652.
# - A. Grover, J. Leskovec, "node2vec: Scalable Feature Learning for Networks", 2016, arXiv 1607.00653: p and q.

# %%
progress()

# %% [markdown]
# Every answer so far was about a node, or about a link. But some questions are about a whole graph: is *this molecule*
# poisonous? How do you make one row out of all the rows of a graph? That is lesson 6.
