"""GCN: listen to your neighbours and yourself, and weigh each voice by both degrees."""

import torch
from torch import Tensor, nn

from gnn_lib.adjacency import Adjacency
from gnn_lib.layers.common import add_bias, check_width, glorot_linear
from gnn_lib.message_passing import MessagePassing


class GCNConv(MessagePassing):
    """x'_i = W sum over j -> i of w_ji / sqrt(d_j d_i) x_j + b, with i itself among the j.

    In matrices: X' = D^-1/2 (A + I)^T D^-1/2 X W^T + b, with D the in-degrees of A + I.

    Kipf & Welling, 2017. x [N, in] -> [N, out]; edge_weight [E]. `improved` gives the self-loop
    weight 2. The normalisation is kept with a prepared adjacency, so `cached` changes nothing here;
    it is accepted for the sake of code written for PyG.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        improved: bool = False,
        cached: bool = False,
        add_self_loops: bool | None = None,
        normalize: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__(aggr="sum")
        add_self_loops = normalize if add_self_loops is None else add_self_loops
        if add_self_loops and not normalize:
            raise ValueError("add_self_loops=True needs normalize=True: add the loops to the edges instead.")
        self.in_channels, self.out_channels = in_channels, out_channels
        self.improved, self.add_self_loops, self.normalize = improved, add_self_loops, normalize
        self.lin = glorot_linear(in_channels, out_channels)
        self.bias = nn.Parameter(torch.zeros(out_channels)) if bias else None

    def forward(self, x: Tensor, edges: Tensor | Adjacency, edge_weight: Tensor | None = None) -> Tensor:
        adjacency = self.prepare(edges, x, edge_weight)
        check_width(x, self.in_channels)
        if self.normalize:
            adjacency, edge_weight = gcn_norm(
                adjacency, edge_weight, x.dtype, self.improved, self.add_self_loops
            )
        # The sum is linear, so W can come before or after it: the fewer columns to sum the better.
        if self.out_channels <= self.in_channels:
            return add_bias(self.propagate(adjacency, self.lin(x), edge_weight), self.bias)
        return add_bias(self.lin(self.propagate(adjacency, x, edge_weight)), self.bias)


def gcn_norm(
    adjacency: Adjacency,
    edge_weight: Tensor | None = None,
    dtype: torch.dtype = torch.float32,
    improved: bool = False,
    add_self_loops: bool = True,
) -> tuple[Adjacency, Tensor | None]:
    """The edges with self-loops, and w_ji / sqrt(d_j d_i) on each; d counts weights that arrive.

    Without `edge_weight` the weights are constants: they come with the adjacency (made once, kept),
    and the second value is None. With it, they are a tensor [E'], differentiable in `edge_weight`.
    """
    if edge_weight is None:

        def normalise() -> Adjacency:
            looped, weight = _with_loops(adjacency, None, dtype, improved, add_self_loops)
            return looped.weighted(_over_degrees(looped, weight))

        key = ("gcn_norm", dtype, improved, add_self_loops)
        return adjacency.derive(key, normalise), None
    looped, weight = _with_loops(adjacency, edge_weight, dtype, improved, add_self_loops)
    return looped, _over_degrees(looped, weight)


def _with_loops(
    adjacency: Adjacency, weight: Tensor | None, dtype: torch.dtype, improved: bool, add_self_loops: bool
) -> tuple[Adjacency, Tensor]:
    if weight is None:
        own = adjacency.weight
        weight = torch.ones(adjacency.num_edges, dtype=dtype, device=adjacency.device) if own is None else own
    if not add_self_loops:
        return adjacency, weight.to(dtype)
    loops = weight.new_full((adjacency.num_sources,), 2.0 if improved else 1.0, dtype=dtype)
    if adjacency.has_self_loops:  # they keep their weights; of several on one node, the last counts
        is_loop = adjacency.sources == adjacency.targets
        place = is_loop.nonzero().flatten()
        none = place.new_full((adjacency.num_sources,), -1)
        last = none.scatter_reduce(0, adjacency.sources[place], place, "amax")
        loops = torch.where(last < 0, loops, weight[last.clamp(min=0)].to(dtype))
        weight = weight[~is_loop]
    return adjacency.with_self_loops(), torch.cat([weight.to(dtype), loops])


def _over_degrees(adjacency: Adjacency, weight: Tensor) -> Tensor:
    degree = weight.new_zeros(adjacency.num_targets).index_add(0, adjacency.targets, weight)
    scale = degree.masked_fill(degree == 0, torch.inf).pow(-0.5)
    at_source, at_target = (scale.index_select(0, ends) for ends in adjacency.edge_index)
    return at_source * weight * at_target
