"""R-GCN: edges of many kinds, and a way of listening for each kind."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.aggregate import aggregate, weighted_sum
from gnn_lib.layers.common import add_bias, check_width, glorot
from gnn_lib.message_passing import MessagePassing
from gnn_lib.validate import check_ids, check_rows, check_same_device, describe


class RGCNConv(MessagePassing):
    """x'_i = W_root x_i + sum over relations r of W_r aggregate { x_j : j -> i by r } + b.

    Schlichtkrull et al., 2018. x [N, in] -> [N, out]; edge_type [E] int64, from 0 to num_relations - 1.
    Many relations mean many weights, and few edges to learn each from, so W_r may be put together:

    - `num_bases`: W_r = sum over b of comp_rb V_b, all relations mixing the same few matrices.
    - `num_blocks`: W_r is block-diagonal: features in groups, each of which is turned by itself.

    `is_sorted` is accepted for the sake of code written for PyG: the order of the edges doesn't matter.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        num_relations: int,
        num_bases: int | None = None,
        num_blocks: int | None = None,
        aggr: str = "mean",
        root_weight: bool = True,
        is_sorted: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__(aggr)
        if num_bases is not None and num_blocks is not None:
            raise ValueError("Give num_bases or num_blocks, not both: they are two ways to build W_r.")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.num_relations, self.num_bases, self.num_blocks = num_relations, num_bases, num_blocks
        self.comp: Tensor | None = None
        if num_blocks is not None:
            if in_channels % num_blocks or out_channels % num_blocks:
                raise ValueError(
                    f"num_blocks={num_blocks} must divide in_channels={in_channels} "
                    f"and out_channels={out_channels}."
                )
            block = (in_channels // num_blocks, out_channels // num_blocks)
            self.weight = glorot(num_relations, num_blocks, *block)
        elif num_bases is not None:
            self.weight = glorot(num_bases, in_channels, out_channels)
            self.comp = glorot(num_relations, num_bases)
        else:
            self.weight = glorot(num_relations, in_channels, out_channels)
        self.root = glorot(in_channels, out_channels) if root_weight else None
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_type: Tensor) -> Tensor:
        adjacency = self.prepare(edges, x)
        check_width(x, self.in_channels)
        inboxes = _by_relation(adjacency, edge_type, self.num_relations)
        heard = torch.split(aggregate(inboxes.inward, x, self.aggr), inboxes.sizes)
        turned = [self._turn(rows, W) for rows, W in zip(heard, self._matrices(), strict=True)]
        out = weighted_sum(inboxes.home, torch.cat(turned))
        if self.root is not None:
            out = out + x @ self.root
        return add_bias(out, self.bias)

    def _matrices(self) -> tuple[Tensor, ...]:
        """W_r of every relation, [in, out] each, or [blocks, in / blocks, out / blocks]."""
        if self.comp is None:
            return self.weight.unbind(0)
        mixed = self.comp @ self.weight.flatten(1)
        return mixed.view(-1, self.in_channels, self.out_channels).unbind(0)

    def _turn(self, rows: Tensor, W: Tensor) -> Tensor:
        if self.num_blocks is None:
            return rows @ W
        blocks = rows.view(-1, self.num_blocks, W.size(1))
        return torch.einsum("pbi,bio->pbo", blocks, W).flatten(1)


class _Inboxes(NamedTuple):
    """One inbox for each (relation, target) pair that has an edge, relation after relation.

    There are at most E of them, however many relations: no node pays for those it never hears from.
    """

    edge_type: Tensor  # what all this was made from
    inward: Adjacency  # nodes -> inboxes
    sizes: list[int]  # how many inboxes each relation has
    home: Adjacency  # inbox -> the node it belongs to


def _by_relation(adjacency: Adjacency, edge_type: Tensor, num_relations: int) -> _Inboxes:
    """Made once and kept with the adjacency for as long as edge_type holds the same relations."""
    check_rows(edge_type, adjacency.num_edges, "edge_type", "edge")
    if edge_type.dtype != torch.int64 or edge_type.dim() != 1:
        raise TypeError(
            f"edge_type must hold torch.int64 of shape [E], got {describe(edge_type)}. "
            "Convert with edge_type.long()."
        )
    check_same_device(edge_type, "edge_type", adjacency.edge_index, "edges")
    kept: dict[str, _Inboxes] = adjacency.derive(("by relation", num_relations), dict)
    if "latest" not in kept or not torch.equal(kept["latest"].edge_type, edge_type):
        check_ids(edge_type, num_relations, "edge_type", "relations")
        kept["latest"] = _make_inboxes(adjacency, edge_type.clone(), num_relations)
    return kept["latest"]


def _make_inboxes(adjacency: Adjacency, edge_type: Tensor, num_relations: int) -> _Inboxes:
    nodes = max(adjacency.num_targets, 1)
    pairs, inbox = torch.unique(edge_type * nodes + adjacency.targets, return_inverse=True)
    inward = Adjacency(torch.stack([adjacency.sources, inbox]), adjacency.num_sources, pairs.numel())
    if adjacency.weight is not None:
        inward = inward.weighted(adjacency.weight)
    home = torch.stack([torch.arange(pairs.numel(), device=pairs.device), pairs % nodes])
    sizes = torch.bincount(pairs // nodes, minlength=num_relations).tolist()
    return _Inboxes(edge_type, inward, sizes, Adjacency(home, pairs.numel(), adjacency.num_targets))
