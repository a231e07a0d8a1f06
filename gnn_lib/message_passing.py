"""Message passing: the three steps that every layer of this library is made of.

For every edge j -> i a message, for every node one summary of its inbox, for every node an update:

    m_ji  = message(x_j, x_i, e_ji)
    out_i = update(aggregate { m_ji : j -> i }, x_i)

Override any of the three. A layer that leaves `message` as it is (x_j, times the edge's weight if
there is one) and `aggregate` too takes the fused path: the messages are summed without being made.
"""

from typing import Any, cast

from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency, prepare
from gnn_lib.aggregate import Reduce, aggregate, gather
from gnn_lib.validate import check_choice, check_features, check_same_device, check_tensor


class MessagePassing(nn.Module):
    """One round: everybody speaks, everybody listens.

    aggr: "sum" (or "add"), "mean", "max", "min" or "std".

    >>> import torch
    >>> class Gossip(MessagePassing):
    ...     def message(self, x_source, x_target, edge_attr):
    ...         return x_source - x_target
    >>> path = torch.tensor([[0, 1], [1, 2]])  # 0 -> 1 -> 2
    >>> Gossip().propagate(path, torch.tensor([[1.0], [2.0], [4.0]])).flatten().tolist()
    [0.0, -1.0, -2.0]
    """

    def __init__(self, aggr: str = "sum") -> None:
        super().__init__()
        check_choice(aggr, ("sum", "add", "mean", "max", "min", "std"), "aggr")
        self.aggr = cast(Reduce, "sum" if aggr == "add" else aggr)

    def propagate(self, edges: Tensor | Adjacency, x: Tensor, edge_attr: Tensor | None = None) -> Tensor:
        """x [N, F], edge_attr [E, ...] or None -> what `update` makes of each inbox, [N, ...]."""
        adjacency = self.prepare(edges, x, edge_attr)
        if self._is_plain() and (edge_attr is None or edge_attr.dim() == 1):
            inbox = aggregate(adjacency, x, self.aggr, edge_attr)  # fused
        else:
            x_source, x_target = gather(adjacency, x), gather(adjacency.reversed, x)
            inbox = self.aggregate(self.message(x_source, x_target, edge_attr), adjacency)
        return self.update(inbox, x)

    def message(self, x_source: Tensor, x_target: Tensor, edge_attr: Any) -> Tensor:
        """What the source of each edge tells its target, [E, F]. By default its features, weighted."""
        if edge_attr is None:
            return x_source
        weight: Tensor = edge_attr[:, None] if edge_attr.dim() == 1 else edge_attr
        return x_source * weight

    def aggregate(self, messages: Tensor, adjacency: Adjacency) -> Tensor:
        """One summary of every inbox: [E, F] -> [N, F]. Any order of the messages gives the same."""
        return aggregate(adjacency.incidence, messages, self.aggr)

    def update(self, inbox: Tensor, x: Tensor) -> Tensor:
        """A node's next features from its inbox and its own features. By default just the inbox."""
        return inbox

    def prepare(self, edges: Tensor | Adjacency, x: Tensor, edge_attr: Tensor | None = None) -> Adjacency:
        """The edges indexed for x's nodes, after a check that everything fits together."""
        check_features(x, x.size(0) if isinstance(x, Tensor) and x.dim() else 0)
        edge_index = edges.edge_index if isinstance(edges, Adjacency) else check_tensor(edges, "edges")
        check_same_device(x, "x", edge_index, "edges")
        adjacency = prepare(edges, x.size(0))
        if edge_attr is not None:
            check_features(edge_attr, adjacency.num_edges, "edge_attr", "edge")
            check_same_device(edge_attr, "edge_attr", edge_index, "edges")
        return adjacency

    def _is_plain(self) -> bool:
        plain = MessagePassing
        return type(self).message is plain.message and type(self).aggregate is plain.aggregate
