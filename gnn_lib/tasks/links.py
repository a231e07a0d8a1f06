"""Questions about links: is there an edge from this node to that one?"""

from collections.abc import Callable, Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn_lib.graph import Graph
from gnn_lib.metrics import roc_auc
from gnn_lib.splits import Links, LinkSplit, negative_edges
from gnn_lib.tasks.base import Inputs, Loss, Metric, Score, Split, evaluating, name_of, score
from gnn_lib.tasks.nodes import node_inputs
from gnn_lib.validate import check_rows


def dot_product(z: Tensor, pairs: Tensor) -> Tensor:
    """The score of each pair (i, j): z_i . z_j, the same both ways. z [N, F], pairs [2, K] -> [K].

    >>> dot_product(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0], [1]]))
    tensor([11.])
    """
    return (z[pairs[0]] * z[pairs[1]]).sum(-1)


class LinkTask:
    """Tell the edges of a graph from pairs that are none.

    split: from `split_links`; messages run along the edges that each part may know. The model answers
    with an embedding for each node, [N, F], and `decode` turns those of a pair into a score (a logit):
    function of (z, pairs [2, K]) -> [K]. A decoder with weights belongs to the model, as in
    decode=model.decode.
    undirected: as it was for the split. The training pairs without an edge are drawn anew each epoch, by
    `generator`; those of validation and test stay the same, so that scores can be compared.
    loss, metric: functions of (scores [K], labels [K], 1.0 for an edge and 0.0 for none).
    """

    def __init__(
        self,
        split: LinkSplit,
        *,
        decode: Callable[[Tensor, Tensor], Tensor] = dot_product,
        undirected: bool = True,
        loss: Loss = F.binary_cross_entropy_with_logits,
        metric: Metric = roc_auc,
        inputs: Inputs = node_inputs,
        generator: torch.Generator | None = None,
    ) -> None:
        self.criterion, self.metric, self.metric_name = loss, metric, name_of(metric)
        self._decode, self._inputs = decode, inputs
        self._undirected, self._generator = undirected, generator
        parts: dict[Split, Links] = {"train": split.train, "val": split.val, "test": split.test}
        self._parts = {name: part for name, part in parts.items() if part.positive.size(1)}
        self.splits = tuple(self._parts)
        if "train" not in self.splits:
            raise ValueError("split.train has no edges to learn from: give val and test smaller shares.")

    def batches(self) -> Iterator[Links]:
        part = self._parts["train"]
        count = part.negative.size(1)
        fresh = negative_edges(part.graph, count, self._undirected, generator=self._generator)
        yield Links(part.graph, part.positive, fresh)

    def loss(self, model: nn.Module, batch: Links) -> Tensor:
        return self.criterion(self._scores(self._embed(model, batch.graph), batch), batch.labels)

    def evaluate(self, model: nn.Module, *splits: Split) -> list[Score]:
        embedded: dict[int, Tensor] = {}  # train and val share a graph, and so one forward pass
        with evaluating(model):
            scores = []
            for split in splits:
                part = self._part(split)
                if id(part.graph) not in embedded:
                    embedded[id(part.graph)] = self._embed(model, part.graph)
                answers = self._scores(embedded[id(part.graph)], part)
                scores.append(score(self.criterion, self.metric, answers, part.labels))
            return scores

    def _part(self, split: Split) -> Links:
        if split not in self._parts:
            raise ValueError(f"the split has no {split} links: give {split} a share in split_links.")
        return self._parts[split]

    def _embed(self, model: nn.Module, graph: Graph) -> Tensor:
        return check_rows(model(*self._inputs(graph)), graph.num_nodes, "the model's output", "node")

    def _scores(self, z: Tensor, part: Links) -> Tensor:
        scores = check_rows(self._decode(z, part.pairs), part.pairs.size(1), "decode's output", "pair")
        if scores.dim() != 1:
            raise ValueError(f"decode must give one score per pair, [K], got {list(scores.shape)}.")
        return scores
