"""What each line of code on the formula sheet must give, found by other means; the names it begins with."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.convert import to_dense
from gnn_lib.exercises import Exercise, load, numbers
from gnn_lib.graph import Graph

# The course's own right answers, which the tests of each lesson hold against its formulas.
ANSWERS = {
    exercise.name: exercise.answer
    for lesson in numbers()
    for exercise in load(lesson).exercises.values()
    if isinstance(exercise, Exercise)
}
Oracle = Callable[[SimpleNamespace], Any]


def with_weights(layer: nn.Module, **parts: Any) -> nn.Module:
    for name, part in parts.items():
        setattr(layer, name, nn.Parameter(part) if isinstance(part, Tensor) else part)
    return layer


def gcn(n: SimpleNamespace) -> Tensor:
    layer = ANSWERS["GCNLayer"](*n.W.shape)
    layer.load_state_dict({"lin.weight": n.W.T, "bias": n.b})
    loops = ANSWERS["add_self_loops"](n.edge_index, n.N)
    return layer(n.x, loops, ANSWERS["edge_weights"](loops, n.N))


def sage(n: SimpleNamespace) -> Tensor:
    layer = with_weights(ANSWERS["SAGELayer"](n.x.size(1), 4), lin_self=n.lin_self, lin_inbox=n.lin_inbox)
    return layer(n.x, n.edge_index)


def residual(n: SimpleNamespace) -> Tensor:
    layer = with_weights(ANSWERS["ResidualLayer"](n.h.size(1)), lin=n.lin)
    return layer(n.h, n.S)


def u_1(n: SimpleNamespace) -> Tensor:
    """By very many rounds on the path, which is undirected and hangs together; else by the formula."""
    if n.path:
        return ANSWERS["dominant_vector"](n.S, torch.ones(n.N), 300)
    return F.normalize(torch.tensor([(1 + float(d)) ** 0.5 for d in n.d]), dim=0)


def seen(n: SimpleNamespace) -> Tensor:
    """A row for each node: its colour, and how often it hears each colour."""
    rows = []
    for node in range(n.N):
        heard = n.c[n.source[n.target == node]].tolist()
        rows.append([int(n.c[node]), *(heard.count(color) for color in range(int(n.c.max()) + 1))])
    return torch.tensor(rows)


def refined(n: SimpleNamespace) -> Tensor:
    """The classes of refine_once, counted in the order of what their nodes see."""
    classes = ANSWERS["refine_once"](n.edge_index, n.c).tolist()
    sees = dict(zip(classes, n.seen.tolist(), strict=True))
    order = sorted(sees, key=lambda one: sees[one])
    return torch.tensor([order.index(one) for one in classes])


def gin(n: SimpleNamespace) -> Tensor:
    first, _, second = n.mlp
    layer = with_weights(ANSWERS["GINLayer"](n.h.size(1), 5, 3), eps=n.eps, lin1=first, lin2=second)
    return layer(n.h, n.edge_index)


def highest(n: SimpleNamespace) -> Tensor:
    return torch.tensor([max(n.s[n.target == i].tolist(), default=-torch.inf) for i in range(n.N)])


def power(n: SimpleNamespace) -> Tensor:
    return torch.stack([(score - n.highest[i]).exp() for score, i in zip(n.s, n.target, strict=True)])


ORACLES: dict[int, dict[str, Oracle]] = {
    0: {"source, target": lambda n: (n.edge_index[0], n.edge_index[1])},
    1: {
        "d": lambda n: ANSWERS["in_degree"](n.edge_index, n.N).float(),
        "inbox": lambda n: ANSWERS["sum_messages"](n.x[n.source], n.edge_index, n.N),
        "x_new, A_new": lambda n: ANSWERS["permute"](n.x, n.A, n.new_id),
    },
    2: {
        "total": lambda n: ANSWERS["sum_messages"](n.m, n.edge_index, n.N),
        "mean": lambda n: ANSWERS["mean_messages"](n.m, n.edge_index, n.N),
        "largest": lambda n: ANSWERS["max_messages"](n.m, n.edge_index, n.N),
        "moved": lambda n: not n.path,
        "stayed": lambda n: not n.path,
    },
    3: {
        "A_tilde": lambda n: ANSWERS["adjacency"](ANSWERS["add_self_loops"](n.edge_index, n.N), n.N),
        "S": lambda n: ANSWERS["normalise"](n.A),
        "layer": gcn,
        "root": lambda n: torch.tensor([0.0 if d == 0 else d**-0.5 for d in n.A.sum(dim=0).tolist()]),
        "L": lambda n: ANSWERS["laplacian"](n.A),
    },
    4: {
        "s": lambda n: ANSWERS["gat_scores"](n.h, n.edge_index, n.a_dst, n.a_src, 0.2),
        "highest": highest,
        "power": power,
        "alpha": lambda n: ANSWERS["inbox_softmax"](n.s, n.edge_index, n.N),
        "head": lambda n: ANSWERS["one_head"](n.x, n.edge_index, n.W, n.a_dst, n.a_src),
        "s_v2": lambda n: ANSWERS["v2_scores"](n.x, n.edge_index, n.W_dst, n.W_src, n.a, 0.2),
        "mixed": lambda n: F.scaled_dot_product_attention(n.Q, n.K, n.V),
    },
    5: {
        "loss": lambda n: ANSWERS["near_far_loss"](n.u, n.v, n.noise),
        "sage": sage,
        "said": lambda n: torch.stack([n.lin_pool(n.x[j]).clamp(min=0) for j in n.source]),
        "pooled": lambda n: ANSWERS["pool_inbox"](n.x, n.edge_index, n.lin_pool.weight, n.lin_pool.bias),
    },
    6: {
        "added": lambda n: ANSWERS["sum_readout"](n.h, n.batch, n.G),
        "score": lambda n: ANSWERS["top_scores"](n.h, n.p),
        "gated": lambda n: torch.stack([n.score[i] * n.h[i] for i in n.kept]),
        "S": lambda n: n.z.exp() / n.z.exp().sum(dim=1, keepdim=True),
        "h_next, A_next": lambda n: ANSWERS["coarsen"](n.h, n.A, n.z),
    },
    7: {
        "blurred": lambda n: ANSWERS["blur"](n.x, n.A, 1),
        "u_1": u_1,
        "u": lambda n: torch.stack([row / (1 + d) ** 0.5 for row, d in zip(n.h, n.d, strict=True)]),
        "energy": lambda n: ANSWERS["dirichlet_energy"](n.h, n.edge_index),
        "apart": lambda n: 1 - (F.normalize(n.h)[n.source] * F.normalize(n.h)[n.target]).sum(dim=1),
        "mad": lambda n: ANSWERS["mean_average_distance"](n.h, n.edge_index),
        "kept_on": residual,
        "centred": lambda n: n.h - n.h.sum(dim=0) / n.N,
        "normed": lambda n: ANSWERS["pair_norm"](n.h, n.scale),
    },
    8: {
        "seen": seen,
        "refined": refined,
        "gin": gin,
    },
}


def names_on(graph: Graph) -> dict[str, Any]:
    """The names that the sheet's lines begin with, on one graph. On the path, f and r are unfair."""
    torch.manual_seed(8)
    N, E, x = graph.num_nodes, graph.num_edges, graph.x
    assert x is not None
    wide, new_id, path = x.size(1), torch.randperm(N), graph.names == ("A", "B", "C", "D")
    by_number = torch.arange(N)[:, None] if path else 0  # it looks at the nodes' numbers
    batch, W, A = torch.arange(N) * 2 // N, torch.randn(wide, 4), to_dense(graph)
    names = dict(torch=torch, F=F, N=N, x=x, edge_index=graph.edge_index, A=A, d=A.sum(dim=0))
    names |= dict(new_id=new_id, P=torch.eye(N)[new_id.argsort()], m=torch.randn(E, 3), path=path)
    names |= dict(f=lambda x, A: x + A.T @ x + by_number, r=lambda h: (h + by_number * h).sum(dim=0))
    names |= dict(W=W, b=torch.randn(4), h=x @ W)
    names |= dict(a_dst=torch.randn(4), a_src=torch.randn(4))
    names |= dict(a=torch.randn(5), W_dst=torch.randn(wide, 5), W_src=torch.randn(wide, 5))
    names |= dict(Q=torch.randn(N, 3), K=torch.randn(N, 3), V=torch.randn(N, 2))
    names |= dict(u=torch.randn(5, 3), v=torch.randn(5, 3), noise=torch.randn(5, 2, 3))
    names |= dict(lin_self=nn.Linear(wide, 4), lin_inbox=nn.Linear(wide, 4, bias=False))
    names |= dict(lin_pool=nn.Linear(wide, 4), lin=nn.Linear(4, 4), S=ANSWERS["normalise"](A), scale=2.0)
    names |= dict(G=3, batch=batch)  # the last graph is empty
    names |= dict(p=torch.randn(4), kept=torch.tensor([0, 2]), z=torch.randn(N, 2))
    names |= dict(c=torch.arange(N) % 2, eps=torch.tensor([0.5]))
    return names | dict(mlp=nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 3)))
