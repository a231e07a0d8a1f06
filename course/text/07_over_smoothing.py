# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3 (ipykernel), language: python, name: python3}
# ---

# %% [markdown]
# # Lesson 7: Over-smoothing
#
# About 75 minutes, 41 points.
#
# Lesson 6 ended with a question: networks for pictures have a hundred layers and are better for it, so why do
# graph networks stop after two, three or four? Why not twenty rounds of messages? In this lesson you find out by
# trying, and by measuring. Afterwards you can
#
# - say where repeated gathering ends, and see it: one vector that depends on degrees and on nothing else;
# - measure how alike the nodes have become, in two ways, and say what each of them overlooks;
# - write four remedies, and compare them over depth, seeds and spread;
# - tell over-smoothing from over-squashing, find a bottleneck, and open it.

# %%
import functools
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.convert import to_dense
from gnn_lib.datasets import (
    barbell_graph,
    citation_graph,
    complete_graph,
    karate_club,
    path_abcd,
    three_friends,
    tree_graph,
)
from gnn_lib.exercises import start
from gnn_lib.plot import draw_graph, show
from gnn_lib.plot.style import RISING
from gnn_lib.widgets import play_smoothing

torch.set_num_threads(1)  # small matrices: a second thread gains little, and gets in a busy machine's way
check, hint, progress = start(7)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")  # told apart by everyone
MARKERS = ("o", "s", "D", "^", "v")

# %% [markdown]
# ## The blur
#
# Lesson 3 showed you an image of a letter before and after one graph convolution. Afterwards it was blurred.
# What if you blur the blurred one, and so on?
#
# Begin small. On the path A - B - C - D the nodes hold 1, 2, 4 and 8. In each round every node takes the mean
# of all that it hears, itself included:
#
# $$h_i = \frac{1}{\tilde d_i} \Bigl(x_i + \sum_{j \in \mathcal N(i)} x_j\Bigr) \qquad \text{with} \qquad \tilde d_i = 1 + d_i$$
#
# The tilde says that i's self-loop is counted, as in lesson 3: $d_i$ is the in-degree without it. What do the
# four hold after one round?
#
# **Your turn: blurred_path** (2 min, blank). A list of four numbers, worked out on paper. A third is best written as
# `1 / 3`: don't round.

# %% nbgrader={"grade_id": "blurred_path", "solution": true}
blurred_path = None  # [A, B, C, D]
### BEGIN SOLUTION
blurred_path = [(1 + 2) / 2, (1 + 2 + 4) / 3, (2 + 4 + 8) / 3, (4 + 8) / 2]
### END SOLUTION

# %% nbgrader={"grade_id": "check_blurred_path", "grade": true}
check(blurred_path=blurred_path)

# %%
# hint("blurred_path")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now as many rounds as you like. The first two lines make the matrix P of the mean: A with its self-loops, each
# column divided by its sum.
#
# **Your turn: blur** (3 min, blank). Write the rounds.

# %% nbgrader={"grade_id": "blur", "solution": true}
def blur(x, A, rounds):
    """x after some rounds of the mean over the inbox and oneself. x [N, F], A [N, N] -> [N, F]."""
    A_tilde = A + torch.eye(A.size(0))
    P = A_tilde / A_tilde.sum(0)
    ### BEGIN SOLUTION
    for _ in range(rounds):
        x = P.T @ x
    return x
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_blur", "grade": true}
check(blur)

# %%
# hint("blur")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict.** After very many rounds all four hold the same number. Which? The mean of 1, 2, 4 and 8 is 3.75,
# but B and C are heard by three nodes (themselves among them), A and D by two only. On an undirected graph that
# hangs together (books say *connected*), each start value counts in proportion to how many hear it:
#
# $$h_\infty = \frac{\sum_j \tilde d_j \, x_j}{\sum_j \tilde d_j}$$
#
# **Your turn: in_the_end** (2 min, blank). Which number is it?

# %% nbgrader={"grade_id": "in_the_end", "solution": true}
in_the_end = None  # a number
### BEGIN SOLUTION
in_the_end = (2 * 1 + 3 * 2 + 3 * 4 + 2 * 8) / (2 + 3 + 3 + 2)
### END SOLUTION

# %% nbgrader={"grade_id": "check_in_the_end", "grade": true}
check(in_the_end=in_the_end)

# %%
# hint("in_the_end")  # stuck? take away the first # and run this cell; again for the next hint

# %%
path = path_abcd()
path_rounds = torch.stack([blur(path.x, to_dense(path), rounds)[:, 0] for rounds in range(21)])
figure, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for name, values, colour, marker in zip(path.names, path_rounds.T, COLOURS, MARKERS):
    ax.plot(values, marker=marker, color=colour, label=name, markersize=4)
ax.set(xlabel="rounds", ylabel="what the node holds", xticks=range(0, 21, 4))
ax.legend(frameon=False, ncols=4)
ax.spines[["top", "right"]].set_visible(False)
show(ax, "Four curves over 20 rounds. They begin at 1, 2, 4 and 8, draw together quickly and meet at 3.6.")

# %% [markdown]
# After ten rounds you can hardly tell who began with what. Whatever these numbers said about single nodes is
# gone. This is *over-smoothing*: each round mixes a node with its neighbours, and in the end all are alike.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Timing (75 minutes).** The blur 9, the dominant vector 7, the two measures 13, depth 5, the remedies 18,
# squashing 15, closing 8. If time is short, leave `resistance` and `shortcut` for home.
#
# **Ask the room** before the curve: "Where do they meet?" Most say 3.75. Let them vote, then count on the board
# who hears B. **A point that experts raise:** without the self-loops, the mean on a path never settles. It
# swings, because the path has two sides (it is bipartite). The loops are what makes it converge.

# %% [markdown]
# ## One direction is left
#
# A GCN doesn't take the mean; it gathers with $S = \tilde D^{-1/2} (A + I) \tilde D^{-1/2}$. Where does that end? On an
# undirected graph S is symmetric. Such a matrix has N eigenvectors $u_1, \dots, u_N$, of length 1 and at
# right angles to each other. S only multiplies each of them by a number, its eigenvalue: $S u_m = \lambda_m u_m$.
# Write a feature x (one number for each node) as a mixture of them, and k gatherings are
#
# $$S^k x = \sum_{m=1}^{N} \lambda_m^k \, (u_m^\top x) \, u_m$$
#
# ($u_m^\top x$ is one number: how much of $u_m$ is in x.) If the graph hangs together, one eigenvalue is 1 and all
# others lie strictly between -1 and 1. Their powers die away, 0.9 to the 50th is 0.005, and only $u_1$ is left: the
# *dominant eigenvector*. It can be written down for every such graph:
#
# $$u_1 = \frac{\bigl(\sqrt{\tilde d_1}, \dots, \sqrt{\tilde d_N}\,\bigr)}{\sqrt{\tilde d_1 + \dots + \tilde d_N}}$$
#
# So what a very deep chain of gatherings says of a node is the root of its degree (the loop counted), times a number
# that is the same for all nodes. This one number is all that is left of a feature. The rest is forgotten.
#
# Don't believe it, look. The simplest way to find a dominant eigenvector is called *power iteration*: multiply
# any start vector by the matrix, bring its length back to 1, and do that again and again.
#
# **Your turn: dominant_vector** (5 min, function). S and a start vector come in; a vector of length 1 comes out, after
# `rounds` rounds. Gather with `S.T`, so that it works on directed graphs, too.

# %% nbgrader={"grade_id": "dominant_vector", "solution": true}
def dominant_vector(S, start, rounds):
    """In each round: gather with S, then divide by the length. S [N, N], start [N] -> [N], length 1."""
    ### BEGIN SOLUTION
    v = start
    for _ in range(rounds):
        v = S.T @ v
        v = v / v.norm()
    return v
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_dominant_vector", "grade": true}
check(dominant_vector)

# %%
# hint("dominant_vector")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now on something real: the karate club of lesson 1, 34 members who fell out and split. At the start a member
# of Mr. Hi's side holds 0, one of the Officer's side holds 1. In the pictures, a dark member holds much.
# **Predict**: what will you see after 50 rounds? Who will be dark?

# %% tags=["playground"]
def normalise(A):
    """The S above, as you wrote it in lesson 3."""
    A_tilde = A + torch.eye(A.size(0))
    scale = A_tilde.sum(0) ** -0.5
    return scale[:, None] * A_tilde * scale


club = karate_club()
S_club = normalise(to_dense(club))
start_vector = club.y.float()
vectors = {rounds: dominant_vector(S_club, start_vector, rounds) for rounds in (0, 2, 8, 50)}
figure, axes = plt.subplots(2, 2, figsize=(9, 6.4), layout="constrained")
for ax, (rounds, v) in zip(axes.flat, vectors.items()):
    draw_graph(club, values=v / v.max(), value_range=(0, 1), labels=False, node_size=13, ax=ax)
    ax.set_title(f"{rounds} rounds")
for scale in figure.axes[4:]:  # one colour scale serves all four
    scale.remove()
rising = plt.cm.ScalarMappable(cmap=RISING)
figure.colorbar(rising, ax=axes, shrink=0.6, label="what a member holds (1: the most)")
show(axes, "The karate club four times. At 0 rounds one half is dark and the other light. After 2 and 8 rounds the border "
     "fades. After 50 the two leaders are the darkest, one on each side, and members with few friends hold about 0.4 on both sides.")

# %%
degree = to_dense(club).sum(0) + 1
u_1 = degree.sqrt() / degree.sum().sqrt()
eigenvalues = torch.linalg.eigvalsh(S_club.double()).flip(0)
print("the three largest eigenvalues:", [round(float(value), 3) for value in eigenvalues[:3]])
for seed in range(3):
    torch.manual_seed(seed)
    lengths = []
    for rounds in (0, 10, 50, 200):
        v = dominant_vector(S_club, torch.rand(34), rounds)
        lengths.append(float((v / v.norm() - u_1).norm()))
    print(f"start {seed}: distance to u_1 after 0, 10, 50, 200 rounds:", ", ".join(f"{d:.1e}" for d in lengths))

# %% [markdown]
# <details><summary>Answer</summary>
#
# The dark ones are those with many friends, on both sides. The split is no longer to be seen. And the start doesn't
# matter: three random ones end in the same vector. How fast it goes is decided by the second eigenvalue, 0.896 here
# (the negative ones are closer to 0, none is below -0.43): all that is not $u_1$ shrinks at least by that factor in
# each round. (It stops near $10^{-7}$, where these numbers have no more digits.)
#
# </details>

# %% [markdown]
# A network has weights and ReLUs between the gatherings, too. They can stretch what is left, and they can slow
# the forgetting down or speed it up. So this is not yet a proof that *trained* networks go blind. That is why we
# measure.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Live coding.** Run `dominant_vector` from a start with a negative sign somewhere and show that u_1 comes out
# all the same, or with every sign turned round. Ask: "Which start never gets there?" (One at a right angle to u_1; on a computer,
# rounding brings it there after all.)
#
# **For experts:** λ = 1 belongs to every connected component, so a graph in pieces keeps one vector for each of
# them. Oono and Suzuki (2020) prove the decay with weights and ReLUs, as long as the weights' largest singular
# value stays below 1 / |λ₂|, with λ₂ the eigenvalue of S that is farthest from 0 beside the 1. Trained weights may be larger.

# %% [markdown]
# ## Two thermometers
#
# How alike have the nodes become? We need numbers that fall as a network smooths. The first asks how much
# features differ along the edges. It is called *Dirichlet energy* (in the form of Cai and Wang, 2020). H is the
# table of what the nodes hold, $h_i$ its row for node i, and the double bars are the length of a vector:
#
# $$E(H) = \frac{1}{2} \sum_{i=1}^{N} \sum_{j \in \mathcal N(i)} \left\lVert \frac{h_j}{\sqrt{\tilde d_j}} - \frac{h_i}{\sqrt{\tilde d_i}} \right\rVert^2$$
#
# The sums run over the edges of the graph (a self-loop would add nothing). An undirected edge stands in the list
# both ways, so the ½ makes it count once. Why the roots? Because the end state of a GCN should have energy 0. In
# it, $h_i$ is $\sqrt{\tilde d_i}$ times something that all share, and divided by the root every node holds the same.
#
# On the path, the three edges give 0.20, 1.33 and 11.21: together 12.74. Check the first one: A's 1 over
# $\sqrt 2$, B's 2 over $\sqrt 3$.
#
# **Your turn: dirichlet_energy** (6 min, function).

# %% nbgrader={"grade_id": "dirichlet_energy", "solution": true}
def dirichlet_energy(x, edge_index):
    """How much x differs along the edges, over the root of the degrees. x [N, F], edge_index [2, E] -> one number."""
    ### BEGIN SOLUTION
    source, target = edge_index
    degree = 1 + torch.bincount(target, minlength=len(x))
    u = x / degree.sqrt()[:, None]
    return (u[source] - u[target]).square().sum() / 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_dirichlet_energy", "grade": true}
check(dirichlet_energy)

# %%
# hint("dirichlet_energy")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Predict, then run.** Which of these three has no energy: the same number everywhere, the roots of the
# degrees, or the two sides of the club? And what does halving all features do?

# %%
for name, x in {"all ones": torch.ones(34), "roots of the degrees": degree.sqrt(), "the two sides": club.y.float(),
                "half the two sides": club.y.float() / 2}.items():
    print(f"{name:>20}: {float(dirichlet_energy(x[:, None], club.edge_index)):.4f}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# The roots of the degrees, up to rounding. And halving the features makes a quarter of the energy, though in
# proportion the nodes differ as much as before. Energy sees *size*. So below we divide it by $\lVert H \rVert^2$,
# the sum of the squares of all numbers in H: what is left doesn't change when all features shrink together.
#
# </details>

# %% [markdown]
# The second thermometer looks at directions only. The *mean average distance*, MAD, compares each node with its
# in-neighbours by the cosine of the angle between their features. (Chen and others, 2020, whose measure it is,
# leave open which pairs are compared; we take those that an edge joins.) $V$ are the nodes that hear somebody,
# $\lvert V \rvert$ is how many they are, and $d_i$ is the in-degree, here without the loop:
#
# $$\operatorname{MAD}(H) = \frac{1}{\lvert V \rvert} \sum_{i \in V} \frac{1}{d_i} \sum_{j \in \mathcal N(i)} \left( 1 - \frac{h_j \cdot h_i}{\lVert h_j \rVert \, \lVert h_i \rVert} \right)$$
#
# A node's row of features is an arrow here. MAD is 0 where all neighbours point the same way, 1 at right angles, 2
# where they point in opposite directions. For a single positive feature it is always 0: there is only one way to
# point. An edge that comes twice counts twice. First the mean over each inbox, then the mean over the nodes. A node
# that hears nobody has no inbox and is left out.
#
# **Your turn: mean_average_distance** (6 min, function).

# %% nbgrader={"grade_id": "mean_average_distance", "solution": true}
def mean_average_distance(x, edge_index):
    """Mean over the nodes of the mean of 1 - cos over their inbox. x [N, F], edge_index [2, E] -> one number."""
    ### BEGIN SOLUTION
    source, target = edge_index
    u = F.normalize(x, dim=1)
    distance = 1 - (u[source] * u[target]).sum(1)
    count = torch.bincount(target, minlength=len(x))
    total = torch.zeros(len(x)).index_add(0, target, distance)
    return (total / count)[count > 0].mean()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_mean_average_distance", "grade": true}
check(mean_average_distance)

# %%
# hint("mean_average_distance")  # stuck? take away the first # and run this cell; again for the next hint

# %%
friends = three_friends()
print(f"the three friends: MAD {float(mean_average_distance(friends.x, friends.edge_index)):.3f}")
torch.manual_seed(0)
x = torch.randn(34, 8)
for rounds in (0, 1, 2, 4, 8, 16, 32):
    h = torch.linalg.matrix_power(S_club, rounds) @ x
    share = dirichlet_energy(h, club.edge_index) / h.square().sum()
    print(f"{rounds:2} gatherings in the club: energy / size {float(share):.5f}   MAD {float(mean_average_distance(h, club.edge_index)):.5f}")

# %% [markdown]
# Both fall towards 0. From here on, when we speak of energy we mean this share, $E(H) / \lVert H \rVert^2$.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **What goes wrong.** In `dirichlet_energy`: the ½, and degrees without the loop. In `mean_average_distance`: the
# mean over the edges instead of the mean over the nodes of a mean. Draw a hub: it has most of the edges and is
# one node.
#
# **Ask:** "Is a low MAD bad?" Not by itself. Neighbours that belong to one topic *should* be alike; two layers of
# smoothing are what makes a GCN good. It is bad when nodes of different topics are alike, too.

# %% [markdown]
# ## Twenty layers, then
#
# Back to the papers of lesson 3, with 20 labels for each topic. The network is an entry (words to 16 hidden
# units), then `depth` layers of gathering, then an exit to seven topics. (We go to 16 layers: enough to see what
# happens, and twenty take longer.) A layer begins with weights that make up for what the ReLU cuts off (*He
# initialisation*), so that the signal hardly fades or explodes merely for being deep.

# %%
papers, which = citation_graph()
print(which)
N = papers.num_nodes
words = papers.x.to_sparse()  # 18 words of 1433: mostly zeros


def gathering(edge_index, num_nodes):
    """S of lesson 3 as a sparse matrix: self-loops added, then the degrees, then the weights."""
    loops = torch.arange(num_nodes)
    edges = torch.cat([edge_index, torch.stack([loops, loops])], dim=1)
    degree = torch.bincount(edges[1])
    weight = (degree[edges[0]] * degree[edges[1]]) ** -0.5
    return torch.sparse_coo_tensor(edges, weight, (num_nodes, num_nodes), check_invariants=True).coalesce()


class PlainLayer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.lin = nn.Linear(channels, channels)

    def forward(self, x, S):
        return F.relu(S.T @ self.lin(x))


# %% [markdown]
# The network below already has a place for every remedy that you are about to write; each is used only when its
# name is asked for. (You can go on without having read this code.) `train_deep` trains one network and returns four
# numbers: its accuracy on the test papers, with the epoch chosen by the validation papers as in lesson 3; the
# energy and the MAD of what the exit reads; and its accuracy on the papers that it was trained on. It remembers
# what it has trained, so asking again costs nothing.

# %%
class Deep(nn.Module):
    """how: "plain", "residual", "DropEdge", "jumping" or "PairNorm"."""

    def __init__(self, depth, how, in_channels, hidden=16, out_channels=7):
        super().__init__()
        self.how = how
        self.enter = nn.Parameter(torch.randn(in_channels, hidden) / 18**0.5)
        Layer = ResidualLayer if how == "residual" else PlainLayer
        self.layers = nn.ModuleList([Layer(hidden) for _ in range(depth)])
        self.exit = nn.Linear(hidden * (depth + 1) if how == "jumping" else hidden, out_channels)
        for layer in self.layers:
            nn.init.kaiming_uniform_(layer.lin.weight, nonlinearity="relu")
            nn.init.zeros_(layer.lin.bias)
            if how == "residual":  # every layer adds something: let each begin with its share
                layer.lin.weight.data /= depth

    def step(self, layer, h, S):
        if self.how == "PairNorm":
            return F.relu(pair_norm(S.T @ layer.lin(h), scale=4.0))
        return layer(h, S)

    def forward(self, words, S):
        """The scores, and what the exit reads."""
        states = [F.relu(words @ self.enter)]
        for layer in self.layers:
            states.append(self.step(layer, states[-1], S))
        read = jump(torch.stack(states)) if self.how == "jumping" else states[-1]
        return self.exit(read), read


S_papers = gathering(papers.edge_index, N)


@functools.cache
def train_deep(depth, how, seed, epochs=25):
    """Accuracy on the test papers, energy / size, MAD, and accuracy on the training papers."""
    torch.manual_seed(seed)
    model = Deep(depth, how, papers.x.size(1))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=5e-4)
    best = (-1.0,)
    for epoch in range(1, epochs + 1):
        S = S_papers
        if how == "DropEdge":  # other edges in each step, and the degrees of what is left
            S = gathering(drop_edge(papers.edge_index, torch.rand(papers.num_edges), 0.5), N)
        scores, _ = model(words, S)
        loss = F.cross_entropy(scores[papers.train_mask], papers.y[papers.train_mask])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if epoch % 5 == 0:
            with torch.no_grad():
                scores, read = model(words, S_papers)  # all edges: coins fall in training only
                right = (scores.argmax(1) == papers.y).float()
                read = read + 1e-9  # a row of zeros has no direction: let two of them count as alike
                best = max(best, (
                    right[papers.val_mask].mean().item(),
                    right[papers.test_mask].mean().item(),
                    (dirichlet_energy(read, papers.edge_index) / read.square().sum()).item(),
                    mean_average_distance(read, papers.edge_index).item(),
                    right[papers.train_mask].mean().item(),
                ))  # fmt: skip
    return best[1:]


# %% [markdown]
# **Predict** two numbers: the accuracy with 2 layers, and with 16. Then measure. `train_deep(2, "plain",
# seed=0)` gives four numbers, the test accuracy first.
#
# **Your turn: deep_accuracy** (4 min, experiment). Train plain networks of 2 and of 16 layers, with the seeds 0,
# 1 and 2. Hand in a tensor [2, 3]: a row for each depth. It takes a few seconds.

# %% nbgrader={"grade_id": "deep_accuracy", "solution": true}
deep_accuracy = None  # a tensor [2, 3]
### BEGIN SOLUTION
deep_accuracy = torch.tensor([[train_deep(depth, "plain", seed)[0] for seed in range(3)] for depth in (2, 16)])
### END SOLUTION

# %% nbgrader={"grade_id": "check_deep_accuracy", "grade": true}
check(deep_accuracy=deep_accuracy)

# %%
# hint("deep_accuracy")  # stuck? take away the first # and run this cell; again for the next hint

# %%
if deep_accuracy is None:
    raise NotImplementedError("first deep_accuracy, above")
for depth, row in zip((2, 16), deep_accuracy):
    print(f"{depth:2} layers: {row.mean():.3f} ± {row.std():.3f}   guessing one of seven topics: {1 / 7:.3f}")

# %% [markdown]
# Deeper is worse, and not by a little. Did it learn its 140 papers by heart, and nothing else? That would be
# *overfitting*. Then it would get the training papers right.

# %%
for depth in (2, 16):
    known = torch.tensor([train_deep(depth, "plain", seed)[3] for seed in range(3)])
    print(f"{depth:2} layers, on the training papers: {known.mean():.3f} ± {known.std():.3f}")

# %% [markdown]
# It doesn't even get *those* right. So it isn't overfitting: in as many steps as the
# shallow network needed, the deep one has learned next to nothing. Two things come
# together here. A network that hasn't learned yet gives all nodes nearly the same row, so that at the start there
# is hardly a difference to learn from. And the gradient has to find its way back through sixteen layers, which is
# hard for deep networks of any kind. We shall try four remedies. Some are meant for the first, some help with
# both.

# %% [markdown]
# ## Four remedies
#
# **Remedy 1: don't replace, add.** A *residual* connection lets H go past the layer, and behind the layer adds it to
# what came out:
#
# $$H' = H + \operatorname{ReLU}\bigl(S^\top (H W + b)\bigr)$$
#
# So each layer only has to learn what to change. The gradient has a straight way back, too. That is what made
# networks for pictures deep (He and others, 2015).
#
# **Your turn: ResidualLayer** (4 min, layer). `self.lin` is $H W + b$.

# %% nbgrader={"grade_id": "ResidualLayer", "solution": true}
class ResidualLayer(nn.Module):
    """x [N, channels], S [N, N] -> [N, channels]."""

    def __init__(self, channels):
        super().__init__()
        self.lin = nn.Linear(channels, channels)

    def forward(self, x, S):
        ### BEGIN SOLUTION
        return x + F.relu(S.T @ self.lin(x))
        ### END SOLUTION


# %% nbgrader={"grade_id": "check_ResidualLayer", "grade": true}
check(ResidualLayer)

# %%
# hint("ResidualLayer")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Remedy 2: fewer roads.** *DropEdge* leaves out each edge with probability p, others in each step of training.
# Mixing is slower on a thinner graph, and the network never sees the same graph twice. The coins are thrown for
# you: `coins[e]` is a number from 0 to 1, and edge e stays if its coin is at least p. (The degrees are counted
# anew on what is left, and the self-loops stay; `gathering` does that. The two directions of an undirected edge
# have a coin each.)
#
# **Your turn: drop_edge** (3 min, blank).

# %% nbgrader={"grade_id": "drop_edge", "solution": true}
def drop_edge(edge_index, coins, p):
    """The edges whose coin is at least p. edge_index [2, E], coins [E] -> [2, kept]."""
    ### BEGIN SOLUTION
    return edge_index[:, coins >= p]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_drop_edge", "grade": true}
check(drop_edge)

# %%
# hint("drop_edge")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Remedy 3: let the exit see every layer.** Nearby nodes speak in the first layers, distant ones in the last.
# *Jumping knowledge* doesn't choose: it puts the rows of all L layers side by side, so that for each node the exit
# reads L times F numbers instead of F. (The authors also try the maximum over the layers, and an LSTM that weighs
# them.)
#
# **Your turn: jump** (3 min, function). All layers come in as one tensor [L, N, F]; out comes a table [N, L F] with L
# times F columns. Mind which number goes where: a row belongs to one node, and in it the first layer comes first.

# %% nbgrader={"grade_id": "jump", "solution": true}
def jump(layers):
    """All layers side by side. layers [L, N, F] -> [N, L F]."""
    ### BEGIN SOLUTION
    return torch.cat(layers.unbind(0), dim=1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_jump", "grade": true}
check(jump)

# %%
# hint("jump")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# **Remedy 4: keep the nodes apart by force.** *PairNorm* takes the mean node $\bar h$ away from all of them and
# divides by one number, such that the mean squared length becomes $s^2$:
#
# $$h'_i = s \, \frac{h_i - \bar h}{\sqrt{\frac{1}{N} \sum_{j=1}^{N} \lVert h_j - \bar h \rVert^2}}$$
#
# Here s is a number that we choose, `scale` in code. The name says what this holds fixed: the mean squared distance
# over all N² *pairs* of nodes is $2 s^2$, whatever comes in. If neighbours draw together, others must move apart.
# (Add a tiny number under the root, 1e-6 will do, in case all nodes are equal.)
#
# **Your turn: pair_norm** (4 min, function).

# %% nbgrader={"grade_id": "pair_norm", "solution": true}
def pair_norm(x, scale):
    """Centred, with a mean squared length of scale². x [N, F] -> [N, F]."""
    ### BEGIN SOLUTION
    x = x - x.mean(0)
    return scale * x / (x.square().sum(1).mean() + 1e-6).sqrt()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_pair_norm", "grade": true}
check(pair_norm)

# %%
# hint("pair_norm")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown] tags=["instructor"]
# *For the instructor.* **What goes wrong** in `jump`: `layers.reshape(N, -1)` has the right shape and mixes the nodes. Let somebody
# print the first row. In `pair_norm`: each node scaled by itself. That variant exists (PairNorm-SI in the
# paper), but it isn't the formula above.
#
# **Collect bets** before the next two cells: which remedy keeps its energy at depth 32, which its accuracy at
# 16? They are not the same one, and that is the point of the section.

# %% [markdown]
# **Predict, then play.** Here is the club once more, with your thermometer and your remedies. The layers have no
# weights: each of them gathers with S, and nothing else. (The residual takes the middle of what a node had and what it
# gathered. That is half of their sum, so the numbers can't grow from layer to layer.) Which remedy brings the two sides
# of the club back, even from random numbers? And for which of them does the energy stop falling though the two sides do
# *not* come back?

# %% tags=["playground"]
play_smoothing(dirichlet_energy, drop_edge, pair_norm, jump)

# %% [markdown]
# <details><summary>Answer</summary>
#
# PairNorm brings them back: what it takes away in each layer is nearly all of $u_1$, so the second eigenvector
# is what remains, and its signs are the two sides. With DropEdge the energy stops falling as well, but what it measures
# are the gaps that each thinned graph leaves anew; the sides are gone. The residual only falls more slowly. Jumping
# knowledge keeps the first layers within sight, and they know the sides if the start did.
#
# </details>

# %% [markdown]
# **Your turn: how_much_deeper** (3 min, blank). How much more slowly does the residual fall? Start from *the two
# sides*. In which layer is energy / size below 0.003 for the first time, without any remedy? And in which with
# *residual* alone? (Point at the curve, or click one of its points.) Hand in both numbers, and look at how they go
# together.

# %% nbgrader={"grade_id": "how_much_deeper", "solution": true}
how_much_deeper = None  # [layer without a remedy, layer with the residual]
### BEGIN SOLUTION
how_much_deeper = [15, 31]
### END SOLUTION

# %% nbgrader={"grade_id": "check_how_much_deeper", "grade": true}
check(how_much_deeper=how_much_deeper)

# %%
# hint("how_much_deeper")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# ## Measured: before training
#
# First the layers by themselves, with random weights, on the karate club: how much energy and how much MAD is
# left after 0 to 32 layers? Ten seeds each. For DropEdge other edges are dropped in every layer, about half of
# them; "jumping" is what an exit after that many layers would read.

# %%
METHODS = ("plain", "residual", "DropEdge", "jumping", "PairNorm")


def fading(how, seed, depth=32):
    """Energy / size and MAD after 0 to `depth` layers with random weights: [depth + 1, 2]."""
    torch.manual_seed(seed)
    model = Deep(depth, how, in_channels=34)
    states = [torch.rand(34, 16)]
    for layer in model.layers:
        S = S_club
        if how == "DropEdge":
            kept = drop_edge(club.edge_index, torch.rand(club.num_edges), 0.5)
            S = gathering(kept, 34)
        states.append(model.step(layer, states[-1], S))
    rows = []
    for k in range(depth + 1):
        read = (jump(torch.stack(states[: k + 1])) if how == "jumping" else states[k]) + 1e-9
        share = dirichlet_energy(read, club.edge_index) / read.square().sum()
        rows.append([share, mean_average_distance(read, club.edge_index)])
    return torch.tensor(rows).clamp(min=1e-7)  # float32 has no more digits


with torch.no_grad():
    faded = {how: torch.stack([fading(how, seed) for seed in range(10)]) for how in METHODS}
figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.8), layout="constrained")
for place, (ax, title) in enumerate(zip(axes, ("energy / size", "mean average distance"))):
    for (how, runs), colour, marker in zip(faded.items(), COLOURS, MARKERS):
        logs = runs[:, :, place].log10()
        middle, spread = logs.mean(0), logs.std(0)
        ax.fill_between(range(33), 10 ** (middle - spread), 10 ** (middle + spread), color=colour, alpha=0.15, linewidth=0)
        ax.plot(10**middle, marker=marker, markevery=4, markersize=5, color=colour, label=how)
    ax.set(yscale="log", xlabel="layers", title=title, ylim=(3e-8, 3))
    ax.spines[["top", "right"]].set_visible(False)
axes[0].legend(frameon=False, loc="lower left")
left = {how: float(10 ** runs[:, 32, 0].log10().mean()) for how, runs in faded.items()}
show(axes, "Energy and mean average distance against depth, 0 to 32 layers, five methods with bands of one standard deviation over ten "
     "seeds, all of the logarithms. Energy left after 32 layers: " + ", ".join(f"{how} {value:.0e}" for how, value in left.items()) + ".")

# %% [markdown]
# Read it method by method.
#
# - The **plain** stack loses nearly everything. It falls faster than by the second eigenvalue alone: energy is a
#   square, so that each of the 32 layers would bring 0.896 twice, and in the end about a thousandth of what there was at
#   the start would be left. Random weights and the ReLU make rows more alike, too.
# - **DropEdge** is where the thermometers disagree. Its MAD falls like the plain one, only later. Its energy
#   stops falling. All nodes do point the same way; what remains are their lengths, and these follow the degrees
#   of the thinned graphs, not those of the whole graph by which our energy divides. Don't trust a single
#   thermometer.
# - The **residual** loses little, because each layer adds little: that is how we let it begin.
# - The **jumping** exit keeps what the first layers said, whatever happens later.
# - **PairNorm** holds the nodes apart at every depth, as it was made to.

# %% [markdown]
# ## Measured: after training
#
# Do the remedies help with the papers? Now everything is trained: five methods, three depths, three seeds, 45
# networks in all. **Predict** which method has the best accuracy at 16 layers, and whether any beats a plain
# network of 2.

# %%
DEPTHS = (2, 8, 16)
trained = torch.tensor([[[train_deep(depth, how, seed) for seed in range(3)] for depth in DEPTHS] for how in METHODS])
print("test accuracy " + "".join(f"{depth:>9} layers" for depth in DEPTHS))
for how, runs in zip(METHODS, trained[..., 0]):
    print(f"{how:>13} " + "".join(f"   {run.mean():.3f} ± {run.std():.3f}" for run in runs))
accuracy_16 = {how: float(runs[2].mean()) for how, runs in zip(METHODS, trained[..., 0])}
best_16 = max(accuracy_16, key=accuracy_16.get)
print(f"Best at 16 layers: {best_16}, {accuracy_16[best_16]:.3f}. Plain with 2 layers: {float(trained[0, 0, :, 0].mean()):.3f}.")
figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
for place, (ax, title) in enumerate(zip(axes, ("test accuracy", "energy / size", "mean average distance"))):
    for k, (how, runs) in enumerate(zip(METHODS, trained[..., place])):
        middle, spread = runs.mean(1), runs.std(1)
        at = torch.arange(3) + (k - 2) * 0.07  # side by side, so that the bars can be told apart
        ax.errorbar(at, middle, yerr=spread, marker=MARKERS[k], color=COLOURS[k], capsize=3, markersize=6, label=how)
    ax.set_xticks(range(3), DEPTHS)
    ax.set(xlabel="layers", title=title)
    ax.set_ylim(bottom=0)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].axhline(1 / 7, color="#4D4D4D", linestyle=":", linewidth=1)
axes[0].annotate("guessing", (-0.15, 1 / 7 + 0.01), color="#4D4D4D", fontsize=9)
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=5, frameon=False)
show(axes, "Three panels against depth, 2, 8 and 16 layers, with error bars over three seeds: test accuracy, energy and mean average "
     "distance. Accuracy at 16 layers: " + ", ".join(f"{how} {value:.2f}" for how, value in accuracy_16.items()) + ".")

# %% [markdown]
# Look at the three panels together, and be careful what you conclude. (This is what we saw on the made-up papers.
# If yours are Cora's, compare.)
#
# - The plain network and DropEdge fall with depth. DropEdge slows the blur down, and sixteen layers are enough
#   for a slow blur.
# - Residuals and jumping knowledge do about as well with 16 layers as with 2. They don't make depth *useful*: they
#   let the network get around most of it.
# - PairNorm has the largest distances at every depth. At 16 layers that helps: far more right than the plain
#   network. But it isn't the best, and at depth 2 it even does harm: a little smoothing is welcome there. To be
#   different is not yet to be right.
# - After training, the energy of the plain network need not be small. Training pushes against the blur, and where
#   it fails, it may leave differences that have nothing to do with topics. Before training, energy and MAD tell
#   you what an architecture does to its nodes. Afterwards, read them only beside the accuracy.
#
# And read the line under the table: what did sixteen layers find that two had missed? Little or nothing. For topics
# of papers the answer is near by. What, then, of questions whose answer is far away? Then a network *must* be deep,
# and meets another trouble.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **On these numbers.** Twenty-five epochs, one learning rate, one width: enough for the order of things, not for a
# ranking of the four papers. Each of them tuned every method for every depth. Say so; a good exercise for home is
# to change `scale` of PairNorm or the rate of DropEdge, and see how much of the picture depends on it.
#
# **Ask:** "How would you show that the plain network fails because of smoothing, and not only because deep
# networks train badly?" (Cut the graph: with S = I the same stack is a deep MLP. When we tried, it fell with
# depth as well, from about 0.4 right to about 0.2. So both have their share.)

# %% [markdown]
# ## The other trouble: a bottleneck
#
# Two cliques of five, joined by one node in between. In a clique, everyone is joined with everyone.

# %%
two_cliques = barbell_graph(5, 1)
show(draw_graph(two_cliques), "Two groups of five nodes, 0 to 4 and 6 to 10, each completely joined. Node 5 between them touches 4 and 6 "
     "only.")

# %% [markdown]
# Node 10 needs to know what node 0 says. Four layers would do: 0 to 4, to 5, to 6, to 10. But at node 5 all
# that the five on the left say must pass through one row of F numbers. That is *over-squashing*: the number of those who
# speak grows with every step, the row that must hold it does not.
#
# How much of it arrives? Change a little what node s says, and look at how much node t's result changes. All
# these derivatives make a table, the *Jacobian*, with an entry for each output c of t and each feature f of s.
# Its length, the root of the sum of all squares, says how strongly t hears s:
#
# $$\left\lVert \frac{\partial h_t}{\partial x_s} \right\rVert = \sqrt{\sum_{c} \sum_{f} \left( \frac{\partial h_{t,c}}{\partial x_{s,f}} \right)^2}$$
#
# `torch.autograd.grad(out, x, retain_graph=True)[0]` gives the derivative of one number `out` by every entry of
# x, in the shape of x: [N, F].
#
# **Your turn: influence** (6 min, blank). The network is there. For each output of the target, `out in h[target]`, take
# the derivative by the features of the source: one row. Put the rows together, and return the length of this table.

# %% nbgrader={"grade_id": "influence", "solution": true}
def influence(x, W, S, rounds, source, target):
    """How strongly `target` hears `source` after some rounds. x [N, F], W [F, F], S [N, N] -> one number."""
    x = x.clone().requires_grad_()
    h = x
    for _ in range(rounds):
        h = torch.tanh(S.T @ h @ W)
    ### BEGIN SOLUTION
    rows = [torch.autograd.grad(out, x, retain_graph=True)[0][source] for out in h[target]]
    return torch.stack(rows).norm()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_influence", "grade": true}
check(influence)

# %%
# hint("influence")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Now measure, with 20 networks with random weights. Each W is *orthogonal*: it turns and mirrors, and keeps lengths
# as they are. So it is the graph that makes a voice fade, and hardly anything else: tanh takes a small share. On the
# left a binary tree: how strongly does the root hear a leaf, if the tree is 1, 2, ... 6 steps deep? On the right two
# cliques of growing size: how strongly does the last node hear the first one, always four steps away?
#
# **Predict**: with each step more, the tree has twice as many leaves. What part of one leaf's voice is left at the root?

# %%
def heard(graph, rounds, source, target, seeds=20):
    """The influence in `seeds` random networks: [seeds]."""
    S, results = normalise(to_dense(graph)), []
    for seed in range(seeds):
        torch.manual_seed(seed)
        W, _ = torch.linalg.qr(torch.randn(4, 4))
        results.append(influence(torch.randn(graph.num_nodes, 4) / 2, W, S, rounds, source, target).detach())
    return torch.stack(results)


trees = torch.stack([heard(tree_graph(depth), depth, 2 ** (depth + 1) - 2, 0) for depth in range(1, 7)])
sizes = (3, 4, 5, 6, 8, 10)
cliques = torch.stack([heard(barbell_graph(size, 1), 4, 0, 2 * size) for size in sizes])
figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained", sharey=True)
axes[0].errorbar(range(1, 7), trees.mean(1), yerr=trees.std(1), marker="o", capsize=3, color=COLOURS[0])
axes[0].set(yscale="log", title="a leaf, at the root of a tree", xlabel="steps between them", ylabel="influence")
axes[1].errorbar(sizes, cliques.mean(1), yerr=cliques.std(1), marker="s", capsize=3, color=COLOURS[1])
axes[1].set(title="a node of one clique, in the other", xlabel="members of each clique")
for ax in axes:
    ax.spines[["top", "right"]].set_visible(False)
print("a step more in the tree divides the influence by", [round(float(a / b), 1) for a, b in zip(trees.mean(1), trees.mean(1)[1:])])
show(axes, f"Left, the influence of a leaf on the root falls from {trees[0].mean():.1e} at one step to {trees[5].mean():.1e} at six. "
     f"Right, that of one clique's first node on the other's last falls from {cliques[0].mean():.1e} with three members to {cliques[5].mean():.1e} with ten, "
     "though they are always four steps apart.")

# %% [markdown]
# <details><summary>Answer</summary>
#
# A quarter is left with each step more. There is one way from the leaf to the root in just that many rounds, and
# its weights multiply. Each node inside the tree has degree 4 with its loop, so each further step puts a
# $1 / \sqrt{4 \cdot 4}$ into the product. The leaves double meanwhile, so the influences of all of them added up
# are still halved with each step. And on the right it isn't the distance that does it: the crowd does.
#
# </details>

# %% [markdown]
# Over-smoothing and over-squashing are two things. The first makes *near* nodes too alike; the second lets
# *far* news drown. Removing edges tends to
# help against the one, adding edges against the other.

# %% [markdown]
# ## Find the narrow place, and open it
#
# To mend a graph one must know where it is narrow. Think of every link as a wire of resistance 1, and send a
# current from i to j. Many short ways: little resistance. A single long one: much. This *effective resistance*
# comes out of the Laplacian L = D - A. (In lesson 3 it was normalised, here it is plain. D is the diagonal matrix of
# the degrees, without self-loops: a loop carries no current anywhere.)
#
# $$R_{ij} = K_{ii} + K_{jj} - 2 K_{ij} \qquad \text{with} \qquad K = L^{+}$$
#
# $L^{+}$ is the *pseudo-inverse*, `torch.linalg.pinv(L)`. L has no true inverse: it sends the constant vector to
# zero. On the path A - B - C - D, R between A and D is 3, one for each wire. In a triangle it is 2/3 between any
# two: a way of resistance 1 beside a way of resistance 2, and such ways add up by 1 / (1/1 + 1/2).
#
# **Your turn: resistance** (5 min, function). For an undirected graph that hangs together.

# %% nbgrader={"grade_id": "resistance", "solution": true}
def resistance(A):
    """The effective resistance between all pairs of nodes. A [N, N], symmetric -> R [N, N]."""
    ### BEGIN SOLUTION
    L = torch.diag(A.sum(0)) - A
    K = torch.linalg.pinv(L)
    own = K.diagonal()
    return own[:, None] + own - 2 * K
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_resistance", "grade": true}
check(resistance)

# %%
# hint("resistance")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# The sum of R over all pairs says how narrow a graph is as a whole. Adding an edge can only lower it; by how
# much depends on where. To add (or move) edges so that messages flow better is called *rewiring*.
#
# **Your turn: shortcut** (4 min, experiment). You may add *one* edge to `two_cliques`. Find the one that makes
# the sum smallest: try them all, it is a graph of eleven nodes. Hand in its two ends. If several are equally
# good, any of them will do.

# %% nbgrader={"grade_id": "shortcut", "solution": true}
shortcut = None  # two node ids
A = to_dense(two_cliques)
### BEGIN SOLUTION
totals = []
for i in range(11):
    for j in range(i + 1, 11):
        if A[i, j] == 0:
            B = A.clone()
            B[i, j] = B[j, i] = 1
            totals.append((float(resistance(B).sum()) / 2, i, j))
shortcut = min(totals)[1:]
### END SOLUTION

# %% nbgrader={"grade_id": "check_shortcut", "grade": true}
check(shortcut=shortcut)

# %%
# hint("shortcut")  # stuck? take away the first # and run this cell; again for the next hint

# %% [markdown]
# Does it help messages, not only currents? The same measurement as before, over all 25 pairs of a node on the
# left and one on the right, after four rounds: before, with the shortcut, and with an edge for *every* pair, the
# complete graph.

# %%
if shortcut is None:
    raise NotImplementedError("first shortcut, above")
i, j = sorted(int(node) for node in shortcut)
new_edges = torch.tensor([[i, j], [j, i]])
graphs = {
    "as it was": two_cliques,
    "one edge more": two_cliques.replace(edge_index=torch.cat([two_cliques.edge_index, new_edges], dim=1)),
    "every pair joined": complete_graph(11),
}
across = {name: torch.stack([heard(graph, 4, s, t, seeds=5) for s in range(5) for t in range(6, 11)]).mean(0)
          for name, graph in graphs.items()}  # fmt: skip
figure, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
for row, ((name, values), colour, marker) in enumerate(zip(across.items(), COLOURS, MARKERS)):
    ax.errorbar(values.mean(), row, xerr=values.std(), fmt=marker, color=colour, markersize=8, capsize=4)
    print(f"{name:>18}: {values.mean():.4f} ± {values.std():.4f}")
ax.set(xlabel="influence across, mean over 25 pairs; bars: five random networks", ylim=(-0.6, 2.6), xlim=(0, None))
ax.set_yticks(range(3), across)
ax.invert_yaxis()
ax.grid(axis="x", color="#D0D0D0", linewidth=0.6)
ax.spines[["top", "right"]].set_visible(False)
show(ax, "Influence across the bottleneck: " + "; ".join(f"{name} {values.mean():.4f}" for name, values in across.items()) + ".")

# %% [markdown]
# One edge in the right place multiplies what gets across. How many times, the numbers above say.

# %% [markdown] tags=["instructor"]
# *For the instructor.* **Ask:** "Which edge would you add?" before anybody computes. Most choose 4 - 6, around the bridge: better than
# nothing, and not the best, since 4 and 6 stay the gates. Then let the totals speak.
#
# **For experts:** Topping and others find the narrow edges by a curvature that can be computed locally, and
# Alon and Yahav join all pairs in the last layer only. Rewiring isn't free: it adds smoothing where it adds
# edges, and it changes the graph, which the task may have needed as it was.

# %% [markdown]
# ## Where graph transformers come in
#
# Join every pair, and no two nodes are more than one step apart. Nobody is far away, and no bridge is needed.
# Weigh the messages by attention instead of by S, and this is the Transformer of lesson 4: a GNN on the complete
# graph. A *graph transformer* is built on that idea. It settles the question of distance at one stroke, and
# raises two others:
#
# - **the cost**: N² messages in each layer. For our papers that is
#   7.3 million instead of about 13 thousand, loops counted;
# - **the graph**: on the complete graph all nodes are neighbours, and who cites whom is forgotten. It must come back by another
#   door: as features of the nodes, such as eigenvectors of the Laplacian (a *positional encoding*), as a number
#   added to the attention of each pair, such as their distance, or as message-passing layers in between.
#
# An elective takes this up. Many of today's graph transformers do both: messages along the edges for what is
# near, attention for what is far.

# %%
print(f"papers: {papers.num_edges + N:,} messages in a GCN layer, {N * N:,} in a layer of full attention, {N * N / (papers.num_edges + N):.0f} times as many")

# %% [markdown]
# ## To close
#
# **Your turn: which_remedy** (4 min, stretch). In words: a colleague predicts a property of long chain molecules
# (two hundred atoms in a row) that depends on both *ends* of the chain. A GCN of 3 layers does no better than
# guessing. A GCN of 40 layers does no better, either. Explain what is wrong with each. Propose two changes, say
# which trouble each addresses, and say what you would measure to find out whether you are right. A person reads
# this answer, not a program.

# %% [markdown] nbgrader={"grade_id": "which_remedy", "solution": true, "grade": true}
# <!-- BEGIN SOLUTION -->
# Three layers reach three steps: no node hears both ends, and a readout can only put together what the two ends
# said by themselves. (If the property can be split into a part for each end, that could even be enough; here it
# evidently can't.) Forty layers do not span two hundred atoms, either, and they smooth: the atoms within reach
# become alike, and gradients hardly get back through forty plain layers. Against smoothing: residuals or jumping
# knowledge, so that each atom keeps what it was. Against the distance and the squashing: an edge between the ends, a node
# that is joined with everybody, or attention over all pairs. To measure: energy and MAD against depth, and the
# Jacobian of an atom in the middle, or of the readout, by the features of the ends; accuracy with each change
# alone, over several seeds.
#
# Three points: one for the reach of 3 layers and what goes wrong with 40; one for two changes that fit their
# troubles (half a point if only one fits); one for a measurement that could prove them wrong.
# <!-- END SOLUTION -->

# %% [markdown]
# ### Quiz
#
# **Your turn: gcn_limit** (1 min, blank). You gather a hundred times with S on an undirected graph that hangs
# together. What does each feature look like in the end?
#
# - **a)** the same number at every node
# - **b)** a number proportional to the root of the node's degree
# - **c)** each node's own feature from the start
# - **d)** random numbers

# %% nbgrader={"grade_id": "gcn_limit", "solution": true}
gcn_limit = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
gcn_limit = "b"
### END SOLUTION

# %% nbgrader={"grade_id": "check_gcn_limit", "grade": true}
check(gcn_limit=gcn_limit)

# %% [markdown]
# **Your turn: zero_energy** (1 min, blank). A Dirichlet energy near 0 may mean that the nodes have become alike.
# What else may it mean?
#
# - **a)** that the graph has no self-loops
# - **b)** that all nodes have the same degree
# - **c)** that all features have become small
# - **d)** that neighbours point in opposite directions

# %% nbgrader={"grade_id": "zero_energy", "solution": true}
zero_energy = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
zero_energy = "c"
### END SOLUTION

# %% nbgrader={"grade_id": "check_zero_energy", "grade": true}
check(zero_energy=zero_energy)

# %% [markdown]
# **Your turn: at_test_time** (1 min, blank). A network was trained with DropEdge. Which edges does it use when it
# predicts?
#
# - **a)** all edges
# - **b)** those that were kept in the last step of training
# - **c)** a new choice for each prediction
# - **d)** none: the words alone

# %% nbgrader={"grade_id": "at_test_time", "solution": true}
at_test_time = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
at_test_time = "a"
### END SOLUTION

# %% nbgrader={"grade_id": "check_at_test_time", "grade": true}
check(at_test_time=at_test_time)

# %% [markdown]
# **Your turn: smooth_or_squashed** (1 min, blank). Two halves of a road map are joined by one bridge. A network
# with enough layers predicts each half well by itself, but can't use anything that happens in the other half.
# What is it, and what may help?
#
# - **a)** Over-smoothing: remove layers.
# - **b)** Over-smoothing: drop edges.
# - **c)** Over-squashing: add a residual.
# - **d)** Over-squashing: add edges, or let distant nodes attend to each other.

# %% nbgrader={"grade_id": "smooth_or_squashed", "solution": true}
smooth_or_squashed = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
smooth_or_squashed = "d"
### END SOLUTION

# %% nbgrader={"grade_id": "check_smooth_or_squashed", "grade": true}
check(smooth_or_squashed=smooth_or_squashed)

# %% [markdown]
# ### What you take with you
#
# Repeated gathering leaves one vector, which knows the degrees and nothing else; energy and MAD show how alike the
# nodes of a network have become, and each has its blind spot. Residuals and jumping knowledge let a network keep
# what it knew, DropEdge slows the blur down, PairNorm holds the nodes apart, and none of them makes depth worth
# having by itself. Where news must come from far, it is the narrow places of the graph that matter: measure them,
# open them, or let everybody attend to everybody.
#
# ### Where to read on
#
# - Q. Li, Z. Han, X.-M. Wu: *Deeper Insights into Graph Convolutional Networks for Semi-Supervised Learning*,
#   2018, arXiv 1801.07606. Why a GCN smooths, why that helps at first, and why not for long.
# - C. Cai, Y. Wang: *A Note on Over-Smoothing for Graph Neural Networks*, 2020, arXiv 2006.13318. The Dirichlet
#   energy; and K. Oono, T. Suzuki: *Graph Neural Networks Exponentially Lose Expressive Power for Node
#   Classification*, 2020, arXiv 1905.10947. The decay, proved with weights and ReLUs.
# - D. Chen and others: *Measuring and Relieving the Over-smoothing Problem for Graph Neural Networks from the
#   Topological View*, 2020, arXiv 1909.03211. MAD.
# - K. He and others: *Deep Residual Learning for Image Recognition*, 2015, arXiv 1512.03385. The residual.
# - K. Xu and others: *Representation Learning on Graphs with Jumping Knowledge Networks*, 2018, arXiv
#   1806.03536; Y. Rong and others: *DropEdge: Towards Deep Graph Convolutional Networks on Node Classification*,
#   2020, arXiv 1907.10903; L. Zhao, L. Akoglu: *PairNorm: Tackling Oversmoothing in GNNs*, 2020, arXiv
#   1909.12223.
# - U. Alon, E. Yahav: *On the Bottleneck of Graph Neural Networks and its Practical Implications*, 2021, arXiv
#   2006.05205; J. Topping and others: *Understanding over-squashing and bottlenecks on graphs via curvature*,
#   2022, arXiv 2111.14522; M. Black and others: *Understanding Oversquashing in GNNs through the Lens of
#   Effective Resistance*, 2023, arXiv 2302.06835.

# %%
progress()

# %% [markdown]
# Deeper isn't stronger. But suppose that depth did no harm at all: no blur, no bottleneck, as many layers as you
# like. Would a graph network then see everything that there is to see in a graph? What can one of *any* depth
# never see? Lesson 8 answers that.
