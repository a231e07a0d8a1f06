"""A made-up citation graph, sized and shaped like Cora: papers, their words, and who cites whom.

Each class is ten small fields. A paper shares words with its field, and a few with its class, and
cites within its field four times out of five. So one paper's words say little, its neighbourhood
says more, and fields with no labelled paper stay hard: as in life.
"""

import torch
from torch import Tensor

from gnn_lib.datasets._draw import check_at_least, pick_weighted, seeded, uniform
from gnn_lib.edges import to_undirected
from gnn_lib.graph import Graph

_FIELDS = 10  # a class
_TOPIC = 40  # words a topic
_LABELLED = 20  # papers a class


def citation_like(
    num_nodes: int = 2708,
    classes: int = 7,
    features: int = 1433,
    num_val: int = 500,
    num_test: int = 1000,
    seed: int = 0,
) -> Graph:
    """Papers with bag-of-words x [N, F] (0 or 1, about 18 words each), y [N] and the usual masks.

    20 papers of each class are in train_mask, num_val in val_mask, num_test in test_mask, no paper
    in two of them. Undirected; degrees fall off as a power; a few papers are isolated, as in CiteSeer.

    Calibrated to Cora. Ten seeds, 16 hidden units, dropout 0.5, best of validation: 81 % of the edges
    join papers of one class, an MLP gets 57 % (sd 2) of the test papers right, a two-layer GCN 82 %
    (sd 2.5). Seed 0: 56 % and 82 %.

    >>> papers = citation_like()
    >>> papers.train_mask.sum().item(), papers.val_mask.sum().item(), papers.test_mask.sum().item()
    (140, 500, 1000)
    """
    check_at_least(classes, 2, "classes")
    check_at_least(features, 2, "features")
    check_at_least(num_val, 0, "num_val")
    check_at_least(num_test, 0, "num_test")
    check_at_least(num_nodes, _LABELLED * classes + num_val + num_test, "num_nodes")
    generator = seeded(seed)
    field = _fields(num_nodes, classes, generator)
    x = _words(field, classes, features, generator)
    edge_index = _citations(field, generator)
    # Papers were made field by field; a shuffle hides that.
    place = torch.randperm(num_nodes, generator=generator)
    order = place.argsort()
    y = (field % classes)[order]
    graph = to_undirected(Graph(place[edge_index], x=x[order], y=y))
    return graph.replace(**_split(y, classes, num_val, num_test))


def _fields(num_nodes: int, classes: int, generator: torch.Generator) -> Tensor:
    """Each paper's field, sorted: [N]. Field f belongs to class f % classes; sizes are uneven."""
    class_size = torch.linspace(1, 3, classes)[torch.randperm(classes, generator=generator)]
    size = class_size.repeat(_FIELDS) * (0.3 + uniform(generator, classes * _FIELDS))
    return pick_weighted(size, num_nodes, generator).sort().values


def _citations(field: Tensor, generator: torch.Generator) -> Tensor:
    """Who cites whom, [2, E]: everyone once, then the prolific again; the popular are cited most."""
    num_nodes = field.numel()
    renown = (1 - uniform(generator, num_nodes)).pow(-1 / 1.7).clamp(max=60)
    again = pick_weighted(renown, int(1.17 * num_nodes), generator)
    citing = torch.cat([torch.arange(num_nodes), again])
    # Papers are sorted by field, so a field is one stretch of the cumulated renown.
    ends = torch.cat([renown.new_zeros(1), renown.cumsum(0)])
    start = ends[torch.searchsorted(field, field[citing])]
    stop = ends[torch.searchsorted(field, field[citing], right=True)]
    draw, within = uniform(generator, citing.numel()), uniform(generator, citing.numel()) < 0.8
    spot = torch.where(within, start + draw * (stop - start), draw * ends[-1])
    cited = (torch.searchsorted(ends, spot, right=True) - 1).clamp(max=num_nodes - 1)
    return torch.stack([citing, cited])[:, citing != cited]


def _words(field: Tensor, classes: int, features: int, generator: torch.Generator) -> Tensor:
    """x [N, F]: which words each paper uses. Half are anyone's, half come from a topic."""
    num_nodes, num_topics = field.numel(), classes * (_FIELDS + 1)
    topic_words = [torch.randperm(features, generator=generator)[:_TOPIC] for _ in range(num_topics)]
    length = (20.3 * (0.5 + uniform(generator, num_nodes))).long()
    paper = torch.repeat_interleave(length)
    drawn = paper.numel()
    # One topical word in ten is the class's, the rest are the field's. Topics: the classes', the fields'.
    topic = torch.where(uniform(generator, drawn) < 0.1, field[paper] % classes, classes + field[paper])
    topical = torch.stack(topic_words)[topic, _rank(min(_TOPIC, features), drawn, generator)]
    word = torch.where(uniform(generator, drawn) < 0.5, topical, _rank(features, drawn, generator))
    x = torch.zeros(num_nodes, features)
    x[paper, word] = 1
    return x


def _rank(count: int, drawn: int, generator: torch.Generator) -> Tensor:
    """Positions in a list of words whose use falls off with their rank, as words' use does."""
    return pick_weighted(1 / torch.arange(10.0, 10.0 + count), drawn, generator)


def _split(y: Tensor, classes: int, num_val: int, num_test: int) -> dict[str, Tensor]:
    """20 papers a class for training; validation and test from the rest. Nodes are shuffled already."""
    by_class = [(y == label).nonzero().view(-1) for label in range(classes)]
    if min(papers.numel() for papers in by_class) < _LABELLED:
        raise ValueError(f"A class has fewer than {_LABELLED} papers to label: raise num_nodes.")
    train = torch.cat([papers[:_LABELLED] for papers in by_class])
    masks = {name: torch.zeros_like(y, dtype=torch.bool) for name in ("train_mask", "val_mask", "test_mask")}
    masks["train_mask"][train] = True
    rest = (~masks["train_mask"]).nonzero().view(-1)
    masks["val_mask"][rest[:num_val]] = True
    masks["test_mask"][rest[num_val : num_val + num_test]] = True
    return masks
