"""The whole of top-k pooling: score, choose, gate, and keep what is left of the graph."""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gnn_lib.datasets import path_abcd
from gnn_lib.exercises.exercise import Case, Exercise, Mistake
from gnn_lib.exercises.graphs import BY_HAND, GRADIENT, RANDOM, random_graph


class TopKPool(nn.Module):
    def __init__(self, in_channels: int, ratio: float = 0.5) -> None:
        super().__init__()
        self.ratio = ratio
        self.p = nn.Parameter(torch.randn(in_channels))

    def forward(self, x: Tensor, edge_index: Tensor, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        score = torch.tanh(x @ self.p / self.p.norm())
        kept = torch.zeros(len(x), dtype=torch.bool)
        for graph in set(batch.tolist()):
            nodes = (batch == graph).nonzero().flatten()
            kept[nodes[score[nodes].topk(math.ceil(self.ratio * len(nodes))).indices]] = True
        inside = kept[edge_index].all(dim=0)
        place = kept.cumsum(0) - 1
        gated = x * score.unsqueeze(1)
        return gated[kept], place[edge_index[:, inside]], batch[kept]


def cases(generator: torch.Generator) -> Iterator[Case]:
    path = path_abcd()
    assert path.x is not None
    x = torch.cat([path.x / 8, torch.tensor([[1.0], [0.5], [-0.5], [0.25]])], dim=1)
    yield _case(BY_HAND, x, path.edge_index, torch.zeros(4).long(), torch.tensor([3.0, 4.0]))
    two = torch.cat([path.edge_index, torch.tensor([[4, 5], [5, 6]])], dim=1)
    x = torch.cat([path.x / 4, torch.tensor([[-0.5], [-0.25], [-1.0]])])
    yield _case(BY_HAND, x, two, torch.tensor([0, 0, 0, 0, 1, 1, 1]), torch.tensor([2.0]))
    yield _two_graphs(RANDOM, generator, 5, 8, 0.5)
    yield _two_graphs(RANDOM, generator, 8, 6, 0.25)
    yield _two_graphs(GRADIENT, generator, 4, 5, 0.5, grad=("x",))


def _two_graphs(
    group: str, generator: torch.Generator, first: int, second: int, ratio: float, grad: tuple[str, ...] = ()
) -> Case:
    """Two random graphs, all scores of the second one below those of the first."""
    edges = [random_graph(generator, nodes, 3 * nodes).edge_index for nodes in (first, second)]
    batch = torch.tensor([0] * first + [1] * second)
    p = 3 * torch.nn.functional.normalize(torch.randn(3, generator=generator), dim=0)
    along = torch.rand(first + second, generator=generator) * 0.8
    order = torch.cat([along[:first].sort().values + 0.1, -along[first:].sort().values - 0.1])
    x = 0.3 * torch.randn(first + second, 3, generator=generator)
    x += (order - x @ p / 3).unsqueeze(1) * p / 3  # now x p / |p| is `order`
    edge_index = torch.cat([edges[0], edges[1] + first], dim=1)
    return _case(group, x, edge_index, batch, p, ratio, grad)


def _case(
    group: str, x: Tensor, edge_index: Tensor, batch: Tensor, p: Tensor, ratio: float = 0.5,
    grad: tuple[str, ...] = (),
) -> Case:  # fmt: skip
    inputs = dict(x=x, edge_index=edge_index, batch=batch)
    return Case(group, inputs, build=dict(in_channels=x.size(1), ratio=ratio), state={"p": p}, grad=grad)


exercise = Exercise(
    answer=TopKPool,
    task="Build top-k pooling, as a layer",
    cases=cases,
    points={BY_HAND: 1, RANDOM: 1, GRADIENT: 2},
    minutes=6,
    level="layer",
    mistakes=(
        Mistake(
            "leaves out the gate",
            "The right nodes stay, with their features as they were. But then the result does not depend "
            "on p, except through the choice, and choosing has no gradient: p would never learn anything. "
            "Multiply each survivor by its score.",
            ("gated = x * score.unsqueeze(1)", "gated = x"),
        ),
        Mistake(
            "cuts the gradient at the gate",
            "The numbers are right, but the scores that you multiply by are detached, so that nothing "
            "reaches p. The gate is there for the gradient's sake.",
            ("gated = x * score.unsqueeze(1)", "gated = x * score.detach().unsqueeze(1)"),
        ),
        Mistake(
            "gates with another node's score",
            "The survivors stand in the order of their ids, but you multiplied by scores sorted from high "
            "to low. Each node must meet its own score.",
            (
                "return gated[kept], place[edge_index[:, inside]], batch[kept]",
                "best = [score[kept & (batch == g)].sort(descending=True).values for g in range(2)]\n"
                "        gated = x[kept] * torch.cat(best).unsqueeze(1)\n"
                "        return gated, place[edge_index[:, inside]], batch[kept]",
            ),
        ),
        Mistake(
            "gates with the raw score",
            "You multiplied by x p / |p|, without the tanh. That can be any number; the score between -1 "
            "and 1 is the gate.",
            ("score = torch.tanh(x @ self.p / self.p.norm())", "score = x @ self.p / self.p.norm()"),
        ),
        Mistake(
            "forgets the length of p",
            "The right nodes stay, but the scores depend on how long p is. Only its direction should count.",
            (" / self.p.norm()", ""),
        ),
        Mistake(
            "lets the graphs compete",
            "You took the best nodes of the whole batch. Each graph keeps its own share: here one graph "
            "lost nodes to the other.",
            (
                "for graph in set(batch.tolist()):\n            nodes = (batch == graph).nonzero().flatten()",
                "for nodes in [torch.arange(len(x))]:",
            ),
        ),
        Mistake(
            "keeps the old numbers in the edges",
            "x and batch have fewer rows now, but the edges still go by the old numbers, some of which no "
            "longer exist. The survivors are numbered 0, 1, 2 and so on.",
            ("place[edge_index[:, inside]]", "edge_index[:, inside]"),
        ),
        Mistake(
            "keeps the whole batch vector",
            "`batch` still has an entry for every old node. It must lose the same rows as x.",
            ("batch[kept]", "batch"),
        ),
        Mistake(
            "lines the scores up with the features",
            "The survivors are [K, F] and their scores [K]. Side by side, torch lines up the *last* "
            "dimensions, and a score meets a feature. Make the scores [K, 1], so that each meets its own "
            "node.",
            (
                "return gated[kept], place[edge_index[:, inside]], batch[kept]",
                "return x[kept] * score[kept], place[edge_index[:, inside]], batch[kept]",
            ),
        ),
        Mistake(
            "takes a sigmoid",
            "The right nodes stay, but the gate is a sigmoid. Gao and Ji use one; the formula here says "
            "tanh, with scores below 0 for nodes that lie against p.",
            ("torch.tanh", "torch.sigmoid"),
        ),
        Mistake(
            "always keeps half",
            "You wrote the share down as a number. It is `self.ratio`, and not everybody asks for a half.",
            ("self.ratio * len(nodes)", "0.5 * len(nodes)"),
        ),
        Mistake(
            "keeps all edges",
            "The nodes are right, but the edges are as they came: some lead to nodes that are gone.",
            ("place[edge_index[:, inside]]", "edge_index"),
        ),
        Mistake(
            "gates with the scores of the first nodes",
            "You multiplied by `score[:K]`, the scores of the first nodes of the batch. Who survives is in "
            "`kept`: x and its scores must be looked up by the same ids.",
            ("return gated[kept], place", "return x[kept] * score[: int(kept.sum())].unsqueeze(1), place"),
        ),
        Mistake(
            "cuts off the end of the batch vector",
            "The length is right, but you kept the *first* entries. It must lose the same rows as x.",
            ("batch[kept]", "batch[: int(kept.sum())]"),
        ),
        Mistake(
            "returns ids for the batch vector",
            "In third place you returned which nodes survived. What is asked for is which graph each of them "
            "is in: the entries of `batch` at those ids.",
            ("batch[kept]", "kept.nonzero().flatten()"),
        ),
        Mistake(
            "sets the others to zero",
            "The graph is as large as before: the nodes that should go have rows of zeros now, and keep "
            "their edges. Leave them out, and number the others anew.",
            (
                "return gated[kept], place[edge_index[:, inside]], batch[kept]",
                "return gated * kept.unsqueeze(1), edge_index, batch",
            ),
        ),
        Mistake(
            "adds the score",
            "You added the score to the features. The gate multiplies: a node with a score near 0 "
            "then says hardly anything.",
            ("gated = x * score.unsqueeze(1)", "gated = x + score.unsqueeze(1)"),
        ),
        Mistake(
            "takes a softmax of the scores",
            "Your gates sum to 1, so that the more nodes there are, the less each says. The score "
            "itself is the gate.",
            ("gated = x * score.unsqueeze(1)", "gated = x * score.softmax(0).unsqueeze(1)"),
        ),
        Mistake(
            "scores what has been through the gate",
            "You multiplied by the score first, and chose by the scores of the result. A score below "
            "0 turns x round, and comes out high. Choose by the first scores.",
            (
                "score = torch.tanh(x @ self.p / self.p.norm())\n",
                "x = x * torch.tanh(x @ self.p / self.p.norm()).unsqueeze(1)\n"
                "        score = torch.tanh(x @ self.p / self.p.norm())\n",
            ),
        ),
    ),
    others=(
        """
        class TopKPool(nn.Module):
            def __init__(self, in_channels, ratio=0.5):
                super().__init__()
                self.ratio = ratio
                self.p = nn.Parameter(torch.randn(in_channels))

            def forward(self, x, edge_index, batch):
                score = torch.tanh((x * F.normalize(self.p, dim=0)).sum(1))
                kept = []
                for graph in range(int(batch.max()) + 1):
                    nodes = [i for i in range(len(x)) if batch[i] == graph]
                    nodes.sort(key=lambda i: float(score[i]), reverse=True)
                    kept += nodes[:math.ceil(self.ratio * len(nodes))]
                kept.sort()
                pairs = [(i, j) for i, j in edge_index.T.tolist() if i in kept and j in kept]
                edges = [(kept.index(i), kept.index(j)) for i, j in pairs]
                rows = torch.stack([x[i] * score[i] for i in kept])
                return rows, torch.tensor(edges, dtype=torch.long).reshape(-1, 2).T, batch[kept]
        """,
        """
        class TopKPool(nn.Module):
            def __init__(self, in_channels, ratio=0.5):
                super().__init__()
                self.ratio = ratio
                self.p = nn.Parameter(torch.ones(in_channels))

            def forward(self, x, edge_index, batch):
                score = (x @ self.p / (self.p @ self.p).sqrt()).tanh()
                rivals = batch[:, None] == batch
                better = (rivals & (score > score[:, None])).sum(1)
                kept = (better < (self.ratio * rivals.sum(1)).ceil()).nonzero().flatten()
                inside = torch.isin(edge_index, kept).all(0)
                ends = torch.searchsorted(kept, edge_index[:, inside].contiguous())
                return x[kept] * score[kept, None], ends, batch[kept]
        """,
        """
        class TopKPool(nn.Module):
            def __init__(self, in_channels, ratio=0.5):
                super().__init__()
                self.ratio, self.p = ratio, nn.Parameter(torch.zeros(in_channels))

            def forward(self, x, edge_index, batch):
                score = torch.tanh(torch.einsum("nf,f->n", x, self.p) / self.p.norm())
                best = score.argsort(descending=True)
                best = best[batch[best].argsort(stable=True)]
                count = torch.bincount(batch)
                rank = torch.arange(len(x)) - (count.cumsum(0) - count)[batch[best]]
                kept = best[rank < torch.ceil(self.ratio * count)[batch[best]]].sort().values
                place = torch.full((len(x),), -1).index_copy(0, kept, torch.arange(len(kept)))
                ends = place[edge_index]
                return torch.diag(score[kept]) @ x[kept], ends[:, ends.min(0).values >= 0], batch[kept]
        """,
    ),
    hints=(
        "You have written three of the steps already: top_scores, top_of_each and edges_among. Call them.",
        "`kept = top_of_each(score, batch, self.ratio)` are the ids that stay: x, score and batch keep "
        "those rows.",
        "The gate: row k of the result is the kept node's features times its score. [K, F] and [K] need "
        "`.unsqueeze(1)`.",
        "`return x[kept] * score[kept].unsqueeze(1), edges_among(...), batch[kept]`",
    ),
)
